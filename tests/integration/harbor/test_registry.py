# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries of Harbor, in each version that differs, from nothing to nothing."""

from __future__ import annotations

import socket
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import (
    ACCESS_KEY,
    SECRET,
    SWR_NAME,
    VERSIONS,
)
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr
from ansible_collections.longshore.swr.tests.support.playbook import keep

Make = Callable[..., World]
WANTED = {
    "name": "swr",
    "url": "https://" + SWR_NAME,
    "access_key": ACCESS_KEY,
    "access_secret": SECRET,
    "insecure": True,
}


def registry(world: World, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return world.module("harbor_registry", check_mode, **dict(WANTED, **options))


def writes(world: World) -> List[str]:
    """The calls since the last look that changed something, or wanted to."""
    calls = [call for call in world.harbor.calls if call.method != "GET" and not call.path.endswith("/ping")]
    world.harbor.calls.clear()
    return [
        "{0} {1} {2}".format(call.method, call.path[len(world.harbor.version.base) :], call.status) for call in calls
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_registry_comes_stays_changes_and_goes(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    predicted = registry(world, check_mode=True)
    assert (predicted["changed"], writes(world)) == (True, [])
    made = registry(world)
    assert not made.get("failed"), made
    assert writes(world) == ["POST /registries 201"]
    assert (made["changed"], made["connection"]["healthy"]) == (True, True)
    assert dict(made["registry"], id=None) == predicted["registry"]
    assert made["diff"] == predicted["diff"]
    assert made["harbor_version"].startswith("v" + version)
    for check_mode in (True, False):
        again = registry(world, check_mode)
        assert (again["changed"], again["diff"]["before"] == again["diff"]["after"]) == (False, True)
    assert writes(world) == []
    gone = registry(world, check_mode=True, state="absent")
    assert (gone["changed"], writes(world)) == (True, [])
    assert registry(world, state="absent")["changed"]
    assert writes(world) == ["DELETE /registries/1 200"]
    assert not registry(world, state="absent")["changed"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("option", ["description", "url", "access_key", "insecure", "ca_certificate"])
def test_each_field_is_changed_once(harbor_world: Make, swr: Swr, version: str, option: str) -> None:
    assert swr.ca_path is not None
    with open(swr.ca_path) as handle:
        authority = handle.read()
    values = {
        "description": "through a private line",
        "url": swr.url.replace("127.0.0.1", "localhost"),
        "access_key": "cn-north-4@OTHER",
        "insecure": False,
        "ca_certificate": authority,
    }
    world = harbor_world(version, ca_path=swr.ca_path)
    other: Dict[str, Any] = {}
    if option == "insecure":
        other = {"url": values["url"]}
    elif option == "ca_certificate":
        other = {"url": values["url"], "insecure": False}
    assert registry(world, **other)["changed"]
    writes(world)
    change = dict(other, **{option: values[option]})
    if option == "ca_certificate" and version != "2.15.2":
        refused = registry(world, **change)
        assert "ca_certificate: this needs Harbor 2.15" in refused["msg"]
        return
    # The SWR does not know the other user.
    change["test_connection"] = option != "access_key"
    predicted = registry(world, check_mode=True, **change)
    assert (predicted["changed"], writes(world)) == (True, [])
    made = registry(world, **change)
    assert not made.get("failed"), made
    assert (made["changed"], writes(world)) == (True, ["PUT /registries/1 200"])
    assert made["diff"] == predicted["diff"]
    before, after = made["diff"]["before"], made["diff"]["after"]
    fields = {field for field in after if before[field] != after[field]}
    assert fields == {option} | (set() if option == "description" else {"access_secret"})
    if option != "access_key":
        assert made["connection"]["healthy"] is True
        assert registry(world, **change)["changed"] is False
        assert writes(world) == []
    stored = world.harbor.registries.stored[1]
    assert stored.access_secret == SECRET


@pytest.mark.parametrize("version", VERSIONS)
def test_a_secret_that_is_not_right_any_more_is_repaired_once(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    registry(world)
    stored = world.harbor.registries.stored[1]
    stored.access_secret = "secret-of-before-83"
    writes(world)
    predicted = registry(world, check_mode=True)
    assert (predicted["changed"], writes(world)) == (True, [])
    left = registry(world, update_secret="on_create")
    assert left["failed"]
    assert "refuses the login of " + ACCESS_KEY in left["msg"]
    repaired = registry(world)
    assert (repaired["changed"], repaired["connection"]["healthy"]) == (True, True)
    assert writes(world) == ["PUT /registries/1 200"]
    assert world.harbor.registries.stored[1].access_secret == SECRET
    assert registry(world)["changed"] is False
    assert registry(world, update_secret="always")["changed"] is True


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_secret_is_told_though_harbor_finds_it_healthy(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    wrong = "wrong-secret-of-mine-17"
    result = registry(world, access_secret=wrong)
    assert (result["failed"], result["changed"], result["registry"]["id"]) == (True, True, 1)
    assert "answers, but refuses the login of " + ACCESS_KEY in result["msg"]
    world.assert_no_secret_was_shown(wrong)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_certificate_that_is_not_trusted_is_told(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    result = registry(world, insecure=False)
    assert result["failed"]
    assert "answers, but Harbor does not trust its certificate" in result["msg"]
    assert "Set insecure to true" in result["msg"]
    writes(world)
    # It is not the secret's fault, so that it is not written again and again.
    assert registry(world, insecure=False)["changed"] is False
    assert writes(world) == []


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("place", ["nobody.example.invalid", "a closed port"])
def test_an_address_that_cannot_be_reached_is_told(harbor_world: Make, version: str, place: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = "https://" + (place if "." in place else "127.0.0.1:{0}".format(taken.getsockname()[1]))
        result = registry(harbor_world(version), url=url)
    assert result["failed"]
    assert "Harbor does not reach {0}".format(url) in result["msg"]
    assert "resolved" in result["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_is_there_already_is_adopted(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    world.api.endpoint(description="by hand")
    adopted = registry(world)
    assert (adopted["changed"], adopted["registry"]["description"]) == (False, "by hand")
    changed = registry(world, description="")
    assert (changed["changed"], changed["diff"]["before"]["description"]) == (True, "by hand")
    assert registry(world, description="")["changed"] is False
    other = registry(world, type="docker-registry")
    assert "it is of type huawei-SWR" in other["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_is_in_use_is_not_removed(harbor_world: Make, version: str) -> None:
    world = harbor_world(version).prepare()
    result = registry(world, state="absent")
    assert "in use by the replication policies to-swr" in result["msg"]
    assert result["error"]["status"] == 412
    # A task before, which was only checked too, may remove the policy.
    assert registry(world, check_mode=True, state="absent")["changed"]
    assert registry(world)["changed"] is False


@pytest.mark.parametrize("version", VERSIONS)
def test_another_type_is_tested_by_harbor_itself(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    refused = registry(world, type="docker-registry", access_secret="wrong-secret-of-mine-17")
    assert "Harbor tried the connection and refuses the registry" in refused["msg"]
    made = registry(world, type="docker-registry")
    assert (made["changed"], made["connection"]["healthy"]) == (True, True)
    assert registry(world, type="docker-registry")["changed"] is False
    unknown = registry(world, name="x", type="huawei-swr")
    assert "does not list its type 'huawei-swr'" in unknown["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_wrong_login_at_harbor_is_told(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    world.login = ("admin", "not-the-password-29")
    result = registry(world)
    assert "harbor_password" in result["msg"]
    world.assert_no_secret_was_shown("not-the-password-29")


def test_what_is_no_harbor_is_told(harbor_world: Make, swr: Swr) -> None:
    world = harbor_world()
    result = world.module("harbor_info", harbor_url=swr.url, ca_path=swr.ca_path)
    assert "there is no Harbor at this address" in result["msg"]


def test_no_output_of_a_playbook_has_a_secret(
    sandbox_harbor: Callable[..., HarborServer], swr: Swr, plays: Any
) -> None:
    harbor = sandbox_harbor(resolve={SWR_NAME: swr})
    user = plays(harbor)
    user.secrets.append("wrong-secret-of-mine-17")
    task = {"longshore.swr.harbor_registry": WANTED}
    wrong = {
        "longshore.swr.harbor_registry": dict(WANTED, access_secret="wrong-secret-of-mine-17"),
        "ignore_errors": True,
    }
    tasks = [dict(task, check_mode=True), task, wrong, wrong, task]
    names = ["forecast", "first", "wrong", "again", "last"]
    given = [dict(each, register=name) for each, name in zip(tasks, names)]
    run = user.do([*given, keep(**{name: name + ".changed | default(false)" for name in names})])
    # The wrong secret is written only when the one that is there does not do.
    assert [run.value(name) for name in names] == [True, True, False, False, False]
    assert "(a secret, changed)" in run.text
