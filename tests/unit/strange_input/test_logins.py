# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that cannot be used: an error where a rule needs them, and a warning where none does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    image_of,
)

SECRET = "hunter2Xy"
CONFIG, LAYER = b"{}", b"layer"
APP = Repository("r.io", "a")


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"username": "u", "password": "$UNSET"}, "password: the environment variable UNSET is not set"),
        ({"username": "${UNSET}", "password": SECRET}, "username: the environment variable UNSET is not set"),
        ({"username": "u", "password": "$EMPTY"}, "EMPTY is empty"),
        ({"username": "u", "password": "${" + SECRET}, "literal dollar sign"),
        ({"username": "u", "password": "a$" + SECRET}, "literal dollar sign"),
        ({"username": "u", "password": "$" + SECRET}, "literal dollar sign"),
    ],
)
def test_what_is_wrong_is_named_and_no_password(document: Dict[str, Any], words: str) -> None:
    store = CredentialStore.from_document({"r.io": document}, where="auth.json", environ={"EMPTY": ""})
    with pytest.raises(RegistryError) as caught:
        store.lookup(APP)
    # As it reaches a host of the play, which has other variables.
    elsewhere = CredentialStore.from_document(store.as_document(), where="auth", environ={"UNSET": "x", "EMPTY": "x"})
    for text in (str(caught.value), store.problem_of(APP), elsewhere.problem_of(APP)):
        assert words in str(text)
        assert SECRET not in str(text)
        assert 'auth.json: "r.io"' in str(text)


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, helper: Any = None, **options: Any) -> Dict[str, Any]:
    source, destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
    source.push("ns/app", "v1", image_of(CONFIG, LAYER), CONFIG, LAYER)
    network = FakeNetwork(source, destination)
    monkeypatch.setattr(clients, "Transport", lambda **_options: network)
    images = {SOURCE + "/ns/app": DESTINATION + "/ns/app"}
    environ = {"HOME": str(tmp_path), "DOCKER_CONFIG": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    return run_copy(dict({"images": images, "docker_config_fallback": False}, **options), False, environ, helper)


BROKEN = {"username": "u", "password": "${NOT_SET}"}


@pytest.mark.parametrize("name", ["other.example", SOURCE + "/other", "a" + SOURCE])
def test_a_variable_that_no_rule_needs_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    result = run(tmp_path, monkeypatch, auth={name: BROKEN})
    assert result["images"]["copied"] == 1
    (warning,) = result["warnings"]
    assert name in warning
    assert "NOT_SET is not set" in warning
    assert "nothing needed this login" in warning


@pytest.mark.parametrize("name", [SOURCE, DESTINATION, DESTINATION + "/ns"])
def test_a_variable_that_a_rule_needs_is_an_error_before_anything_is_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    with pytest.raises(RulesError, match="NOT_SET is not set") as caught:
        run(tmp_path, monkeypatch, auth={name: BROKEN})
    assert name in str(caught.value)


def test_who_looks_without_rules_is_told_for_that_image(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "Transport", lambda **_options: FakeNetwork())
    options = {"images": [SOURCE + "/ns/app:v1"], "docker_config_fallback": False, "auth": {SOURCE: BROKEN}}
    result = run_info(options, {})
    assert "NOT_SET is not set" in json.dumps(result["images"])
    assert result["warnings"] == []


def helper_of(status: int = 0, missing: bool = True) -> Any:
    def helper(argv: Any, _stdin: str) -> Any:
        if missing:
            raise FileNotFoundError(2, "No such file or directory", argv[0])
        return status, "broken"

    return helper


def test_a_store_that_is_missing_is_a_warning_where_nobody_logged_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "acme", "auths": {"other.example": {}}}))
    result = run(tmp_path, monkeypatch, helper_of(), docker_config_fallback=True)
    assert result["images"]["copied"] == 1
    assert [warning for warning in result["warnings"] if '"acme" was not asked for ' + SOURCE in warning]


@pytest.mark.parametrize("config", [{"credsStore": "acme", "auths": {SOURCE: {}}}, {"credHelpers": {SOURCE: "acme"}}])
def test_a_program_that_has_the_login_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, config: Dict[str, Any]
) -> None:
    (tmp_path / "config.json").write_text(json.dumps(config))
    result = run(tmp_path, monkeypatch, helper_of(), docker_config_fallback=True)
    assert result["images"]["copied"] == 0
    assert "docker-credential-acme cannot be run: No such file" in result["failures"][0]["error"]


def test_a_program_that_fails_is_no_missing_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config.json").write_text(json.dumps({"credsStore": "acme"}))
    result = run(tmp_path, monkeypatch, helper_of(1, missing=False), docker_config_fallback=True)
    assert "docker-credential-acme failed with exit status 1" in result["failures"][0]["error"]
