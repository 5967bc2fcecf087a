# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential type for AWX: what it injects is what the collection looks for."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import jinja2
import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import find_credentials

KEYS = {"access_key": "AKAKAKAK", "secret_key": "the-secret"}


@pytest.fixture
def credential_type(collection_root: Path) -> Dict[str, Any]:
    """As from_yaml and the form of AWX read it: without tags of Ansible."""
    path = collection_root / "awx" / "huaweicloud_credential_type.yml"
    return dict(yaml.safe_load(path.read_text()))


def injected(credential_type: Dict[str, Any], values: Dict[str, str]) -> Dict[str, str]:
    """The environment of a job, as AWX renders it from a credential's values."""
    variables = credential_type["injectors"]["env"].items()
    return {name: jinja2.Template(text).render(**values) for name, text in variables}


def test_the_keys_alone_are_found(credential_type: Dict[str, Any]) -> None:
    environ = injected(credential_type, KEYS)
    found = find_credentials({"region": "cn-north-4"}, environ, "/nonexistent")
    assert (found.access_key, found.secret_key, found.security_token) == ("AKAKAKAK", "the-secret", None)


def test_everything_that_can_be_given_is_found(credential_type: Dict[str, Any]) -> None:
    names = [entry["id"] for entry in credential_type["inputs"]["fields"]]
    values = dict({name: "a-" + name for name in names}, **KEYS)
    found = find_credentials({}, injected(credential_type, values), "/nonexistent")
    assert found.security_token == "a-security_token"
    assert (found.region, found.project_name, found.cloud) == ("a-region", "a-project_name", "a-cloud")


def test_secrets_are_marked_and_names_are_allowed(credential_type: Dict[str, Any]) -> None:
    secret = {entry["id"] for entry in credential_type["inputs"]["fields"] if entry.get("secret")}
    assert secret == {"secret_key", "security_token"}
    assert set(credential_type["inputs"]["required"]) <= {e["id"] for e in credential_type["inputs"]["fields"]}
    assert not any(name.startswith("ANSIBLE_") for name in credential_type["injectors"]["env"])
