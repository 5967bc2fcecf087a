# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robot accounts, in each version that differs, and replication by one."""

from __future__ import annotations

from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import SECRET, SWR_NAME, VERSIONS

Make = Callable[..., World]
WITH_ROBOTS = [version for version in VERSIONS if not version.startswith("1.")]


@pytest.fixture
def make(harbor_world: Make) -> Make:
    return harbor_world


CHANGES: Dict[str, Any] = {
    "description": "another purpose",
    "duration": 90,
    "disabled": True,
    "permissions": [{"kind": "system", "access": [{"resource": "replication", "action": "list"}]}],
}


@pytest.mark.parametrize("version", WITH_ROBOTS)
def test_a_life_of_an_account(make: Make, version: str) -> None:
    world = make(version)
    predicted = world.robot(check_mode=True)
    assert (predicted["changed"], "secret" in predicted) == (True, False)
    assert predicted["robot"]["name"] == "robot$replicator"
    assert world.api.get("/robots") in ([], None)
    made = world.robot()
    assert (made["changed"], made["diff"]) == (True, predicted["diff"])
    assert world.api.get("/robots")[0]["name"] == made["robot"]["name"] == "robot$replicator"
    again = world.robot()
    assert (again["changed"], "secret" in again, again["robot"]) == (False, False, made["robot"])
    for option, value in CHANGES.items():
        told = world.robot(check_mode=True, **{option: value})
        changed = world.robot(**{option: value})
        assert (changed["changed"], "secret" in changed) == (True, False), option
        assert told["diff"] == changed["diff"]
        names = [name for name in changed["diff"]["after"] if changed["diff"]["before"][name] != changed["robot"][name]]
        assert names == [option]
        assert world.robot(**{option: value})["changed"] is False
    assert world.robot()["changed"] is False
    renewed = world.robot(secret="refresh")
    assert renewed["changed"] is True
    assert renewed["secret"] != made["secret"]
    gone = world.robot(state="absent")
    assert (gone["changed"], gone["robot"]) == (True, None)
    assert world.robot(state="absent")["changed"] is False


@pytest.mark.parametrize("version", WITH_ROBOTS)
def test_an_account_with_the_default_permissions_does_all_of_replication(make: Make, version: str) -> None:
    world = make(version).load()
    robot = world.robot()
    world.login = (robot["robot"]["name"], robot["secret"])
    connection = {"url": "https://" + SWR_NAME, "insecure": True, "access_secret": SECRET}
    access_key = "cn-north-4@SANDBOXACCESSKEY"
    registry = world.module("harbor_registry", name="swr", access_key=access_key, **connection)
    assert registry.get("changed") is True, registry
    filters = [{"type": "name", "value": "library/**"}]
    policy = {"name": "to-swr", "registry": "swr", "dest_namespace": "team", "filters": filters}
    made = world.module("harbor_replication_policy", **policy)
    assert made.get("changed") is True, made
    assert world.run()["counts"]["succeed"] == 2
    assert world.run(state="stopped")["changed"] is False
    for name, options in (("harbor_replication_policy", policy), ("harbor_registry", {"name": "swr"})):
        removed = world.module(name, state="absent", **options)
        assert removed.get("changed") is True, removed
    refused = world.robot(description="more for me")
    assert refused["failed"] is True
    assert refused["error"]["status"] == 403
    assert "Use an administrator in harbor_username" in refused["error"]["hint"]
    # Told once, by the task that made it.
    del world.outputs[0]
    world.assert_no_secret_was_shown(robot["secret"])


@pytest.mark.parametrize("version", WITH_ROBOTS)
def test_an_account_that_may_less_is_refused_with_the_reason(make: Make, version: str) -> None:
    world = make(version).load().prepare()
    robot = world.robot(permissions=[{"kind": "system", "access": [{"resource": "registry", "action": "list"}]}])
    world.login = (robot["robot"]["name"], robot["secret"])
    result = world.fail()
    assert result["error"]["status"] == 403
    assert "permissions" in result["error"]["hint"]


@pytest.mark.parametrize("version", WITH_ROBOTS)
def test_a_disabled_account_and_a_void_secret_are_refused(make: Make, version: str) -> None:
    world = make(version).load().prepare()
    robot = world.robot(disabled=True)
    admin, world.login = world.login, (robot["robot"]["name"], robot["secret"])
    assert world.fail()["error"]["hint"].startswith("Check harbor_username and harbor_password")
    world.login = admin
    renewed = world.robot(disabled=False, secret="refresh")
    world.login = (robot["robot"]["name"], robot["secret"])
    world.fail()
    world.login = (renewed["robot"]["name"], renewed["secret"])
    assert world.run()["counts"]["succeed"] == 2


def test_permissions_that_harbor_does_not_have_are_refused_where_it_looks(make: Make) -> None:
    world = make("2.15.2")
    result = world.robot(permissions=[{"kind": "system", "access": [{"resource": "registry", "action": "push"}]}])
    assert result["failed"] is True
    assert "registry:push" in result["msg"]
    assert "GET /api/v2.0/permissions" in result["error"]["hint"]


def test_1_10_has_no_such_accounts(make: Make) -> None:
    result = make("1.10.19").robot()
    assert "need Harbor 2.2 or later" in result["msg"]
    assert "Use an administrator" in result["error"]["hint"]
