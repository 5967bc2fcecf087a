# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The credential type "Registry logins" without logins: the job starts, and an empty auth file is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import jinja2
import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import load_document


@pytest.fixture
def credential_type(collection_root: Path) -> Dict[str, Any]:
    return dict(yaml.safe_load((collection_root / "awx" / "registry_credential_type.yml").read_text()))


def logins(credential_type: Dict[str, Any], directory: Path, **inputs: str) -> CredentialStore:
    """As a job reads what AWX renders. AWX leaves inputs that are blank out of the template's variables."""
    path = directory / "logins"
    path.write_text(jinja2.Template(credential_type["injectors"]["file"]["template"]).render(**inputs))
    return CredentialStore.from_document(load_document(str(path)), where="logins", environ={})


def test_a_job_starts_without_logins(credential_type: Dict[str, Any], tmp_path: Path) -> None:
    """AWX: "Job cannot start because Credential ... does not provide one or more required fields"."""
    assert "logins" not in credential_type["inputs"].get("required", [])
    assert logins(credential_type, tmp_path).as_document() == {}


def test_logins_are_read(credential_type: Dict[str, Any], tmp_path: Path) -> None:
    store = logins(credential_type, tmp_path, logins="registry.example.com: {username: reader, password: hidden}\n")
    assert store.as_document()["registry.example.com"]["username"] == "reader"
