# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module organization against the sandbox SWR."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.modules import run_module

PASSWORD = login_password("SANDBOXACCESSKEY", "sandbox-secret-key")
Make = Callable[..., Swr]


@pytest.fixture(name="swr")
def an_swr(sandbox_swr: Make) -> Swr:
    return sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, organizations=["team"], tls=True)


def module(swr: Swr, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    usual = {"endpoint": swr.url, "ca_path": swr.ca_path, "username": "cn-north-4@SANDBOXACCESSKEY"}
    result = run_module("organization", {**usual, "password": PASSWORD, **options}, check_mode)
    assert PASSWORD not in json.dumps(result)
    return result


def test_an_organization_is_created_and_deleted(swr: Swr) -> None:
    forecast = module(swr, check_mode=True, name="dev")
    assert (forecast["changed"], forecast["diff"]["after"]) == (True, {"name": "dev"})
    assert swr.organizations == {"team"}
    done = module(swr, name="dev")
    assert (done["changed"], done["diff"]) == (True, forecast["diff"])
    assert done["organization"] == {"name": "dev", "creator": "cn-north-4", "permission": "manage"}
    assert swr.organizations == {"dev", "team"}
    again = module(swr, name="dev")
    assert (again["changed"], again["organization"]) == (False, done["organization"])

    assert module(swr, check_mode=True, name="dev", state="absent")["changed"] is True
    out = module(swr, name="dev", state="absent")
    assert (out["changed"], out["organization"], swr.organizations) == (True, None, {"team"})
    assert module(swr, name="dev", state="absent")["changed"] is False


def test_one_that_is_not_empty_stays(swr: Swr) -> None:
    swr.load(images.docker_image("app"), "team/deep/app", "1")
    result = module(swr, name="team", state="absent")
    assert "the organization is not empty (deep/app)" in result["msg"]
    assert swr.organizations == {"team"}


def test_an_swr_that_deletes_nothing_is_told_apart(sandbox_swr: Make) -> None:
    keys = {"SANDBOXACCESSKEY": "sandbox-secret-key"}
    swr = sandbox_swr(keys=keys, organizations=["team"], tls=True, manners={"delete_organizations": False})
    assert "delete it in SWR's console" in module(swr, name="team", state="absent")["msg"]
    assert swr.organizations == {"team"}


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "Dev"}, 'invalid organization name "Dev"'),
        ({"name": "dev", "password": "a-wrong-password-3"}, "Check the user name and the password"),
        ({"name": "dev", "ca_path": None}, "TLS failed"),
        ({"name": "dev", "endpoint": None}, "Set region, registry or endpoint"),
    ],
)
def test_what_is_wrong_is_named(swr: Swr, options: Any, words: str) -> None:
    result = module(swr, **options)
    assert words in result["msg"]
    assert "a-wrong-password-3" not in json.dumps(result)
    assert swr.organizations == {"team"}
