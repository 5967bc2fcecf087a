# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logins that mean on another host what they mean here."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.lookup.registry_logins import read_logins
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import parse_repository


def look_up(*files: Any, auth: Any = None) -> Any:
    return read_logins(auth, [str(path) for path in files])


def test_variables_are_replaced_and_mean_the_same_elsewhere(tmp_path: Any, monkeypatch: Any) -> None:
    monkeypatch.setenv("THE_PASSWORD", "p$a${HOME}$$w")
    path = tmp_path / "auth.json"
    path.write_text(
        json.dumps(
            {
                "a.example": {"username": "u", "password": "${THE_PASSWORD}", "insecure": True},
                "a.example/team": {"username": "t", "password": "of the file", "token_server": "b.example"},
                "c.example": {"insecure": "true"},
            }
        )
    )
    found = look_up(path, auth={"a.example/team": {"username": "t", "password": "of the option"}})
    assert found["c.example"] == {"insecure": True}
    elsewhere = CredentialStore.from_document(found, where="auth", environ={})
    login = elsewhere.lookup(parse_repository("a.example/x/y"))
    assert (login.username, login.password, login.insecure) == ("u", "p$a${HOME}$$w", True)
    assert elsewhere.lookup(parse_repository("a.example/team/y")).password == "of the option"


@given(st.text(min_size=1).filter(lambda text: "\0" not in text))
def test_any_password_arrives(password: str) -> None:
    document = {"a.example": {"username": "u", "password": "$SECRET"}}
    store = CredentialStore.from_document(document, where="auth", environ={"SECRET": password})
    elsewhere = CredentialStore.from_document(store.as_document(), where="auth", environ={})
    assert elsewhere.lookup(parse_repository("a.example/x/y")).password == password


def test_every_problem_is_named_and_no_password(tmp_path: Any) -> None:
    path = tmp_path / "auth.json"
    path.write_text('{"a.example": "lost-secret-1"}')
    with pytest.raises(RulesError) as error:
        look_up(path, tmp_path / "absent", auth={"b.example": {"username": "u", "password": "${NOT_SET_ANYWHERE}"}})
    for text in (str(path), "absent: the file does not exist"):
        assert text in str(error.value)
    assert "lost-secret" not in str(error.value)


def test_nothing_given_is_nothing() -> None:
    assert look_up() == {}
