# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replication policies of Harbor, in each version that differs, from nothing to nothing."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import (
    ACCESS_KEY,
    SECRET,
    SWR_NAME,
    VERSIONS,
)
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr, images

Make = Callable[..., World]
NAME = {"type": "name", "value": "library/*"}
WANTED = {"name": "to-swr", "registry": "swr", "dest_namespace": "team", "filters": [NAME]}
OLD, NEWEST = VERSIONS[0], VERSIONS[-1]


def policy(world: World, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return world.module("harbor_replication_policy", check_mode, **dict(WANTED, **options))


def writes(world: World) -> List[str]:
    """The calls since the last look that changed something, or wanted to."""
    calls = [call for call in world.harbor.calls if call.method != "GET"]
    world.harbor.calls.clear()
    return [
        "{0} {1} {2}".format(call.method, call.path[len(world.harbor.version.base) :], call.status) for call in calls
    ]


@pytest.fixture
def world(harbor_world: Make) -> Make:
    """A Harbor of a version with an endpoint for SWR, and one for a plain registry."""

    def make(version: str, **more: Any) -> World:
        made = harbor_world(version, **more)
        made.api.endpoint()
        made.api.make("/registries", {"name": "other", "type": "huawei-SWR", "url": "https://other.example.com"})
        made.harbor.calls.clear()
        return made

    return make


@pytest.mark.parametrize("version", VERSIONS)
def test_a_policy_comes_stays_works_and_goes(world: Make, version: str) -> None:
    harbor = world(version).load(2)
    predicted = policy(harbor, check_mode=True)
    assert (predicted["changed"], writes(harbor)) == (True, [])
    made = policy(harbor)
    assert not made.get("failed"), made
    assert writes(harbor) == ["POST /replication/policies 201"]
    assert dict(made["policy"], id=None) == predicted["policy"]
    assert made["diff"] == predicted["diff"]
    for check_mode in (True, False):
        assert policy(harbor, check_mode)["changed"] is False
    assert writes(harbor) == []
    assert harbor.run()["counts"]["succeed"] == 2
    assert harbor.arrived() == ["team/app0", "team/app1"]
    writes(harbor)
    assert policy(harbor, check_mode=True, state="absent")["changed"]
    assert writes(harbor) == []
    assert policy(harbor, state="absent")["changed"]
    assert writes(harbor) == ["DELETE /replication/policies/1 200"]
    assert policy(harbor, state="absent")["changed"] is False


# What changes, and since which version it can.
CHANGES: Dict[str, Tuple[Dict[str, Any], Tuple[int, ...]]] = {
    "description": ({"description": "for the demo"}, ()),
    "registry": ({"registry": "other"}, ()),
    "dest_namespace": ({"dest_namespace": "another"}, ()),
    "dest_namespace_replace_count": ({"dest_namespace_replace_count": 0}, (2, 3)),
    "filters": ({"filters": [{"type": "name", "value": "library/{app0,app1}"}]}, ()),
    "no filters": ({"filters": []}, ()),
    "tag": ({"filters": [NAME, {"type": "tag", "value": "1.*"}]}, ()),
    "label": ({"filters": [NAME, {"type": "label", "value": ["stable", "lts"]}]}, ()),
    "resource": ({"filters": [NAME, {"type": "resource", "value": "image"}]}, ()),
    "excluded tag": ({"filters": [NAME, {"type": "tag", "value": "*-rc*", "decoration": "excludes"}]}, (2, 4)),
    "excluded label": ({"filters": [NAME, {"type": "label", "value": "old", "decoration": "excludes"}]}, (2, 4)),
    "event": ({"trigger": "event_based"}, ()),
    "schedule": ({"trigger": "scheduled", "cron": "0 30 2 * * *"}, ()),
    "override": ({"override": False}, ()),
    "enabled": ({"enabled": False}, ()),
    "speed": ({"speed": 2048}, (2, 4)),
    "copy_by_chunk": ({"copy_by_chunk": True}, (2, 7)),
    "single_active_replication": ({"single_active_replication": True}, (2, 14)),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", CHANGES)
def test_each_field_is_changed_once_there_and_once_back(world: Make, version: str, name: str) -> None:
    change, since = CHANGES[name]
    harbor = world(version)
    policy(harbor)
    writes(harbor)
    if since and tuple(int(part) for part in version.split(".")) < since:
        refused = policy(harbor, **change)
        assert "needs Harbor {0}.{1}".format(*since) in refused["msg"]
        assert version in refused["msg"]
        assert writes(harbor) == []
        return
    predicted = policy(harbor, check_mode=True, **change)
    assert (predicted["changed"], writes(harbor)) == (True, [])
    made = policy(harbor, **change)
    assert not made.get("failed"), made
    assert (made["changed"], writes(harbor)) == (True, ["PUT /replication/policies/1 200"])
    assert made["diff"] == predicted["diff"]
    before, after = made["diff"]["before"], made["diff"]["after"]
    assert {field for field in after if before[field] != after[field]} == set(change)
    assert policy(harbor, **change)["changed"] is False
    assert writes(harbor) == []
    back = {"description": "", "single_active_replication": False}
    assert policy(harbor, **back)["changed"]
    assert writes(harbor) == ["PUT /replication/policies/1 200"]
    assert policy(harbor, **back)["changed"] is False


@pytest.mark.parametrize("version", VERSIONS)
def test_other_spellings_of_the_same_change_nothing(world: Make, version: str) -> None:
    harbor = world(version)
    tag, label = {"type": "tag", "value": "1.*"}, {"type": "label", "value": ["b", "a"]}
    policy(harbor, filters=[NAME, tag, label], trigger="scheduled", cron="0 30 2 * * *")
    writes(harbor)
    same = [dict(label, value=["a", "b"]), dict(tag, decoration="matches"), NAME, {"type": "resource", "value": ""}]
    for speed in (0, -1):
        result = policy(harbor, filters=same, trigger="scheduled", cron=" 0  30 2 * * * ", speed=speed)
        assert (result["changed"], writes(harbor)) == (False, [])


@pytest.mark.parametrize("version", VERSIONS)
def test_a_schedule_is_one_that_harbor_runs(world: Make, version: str) -> None:
    harbor = world(version).load(1)
    policy(harbor, trigger="scheduled", cron="0 0,30 */6 * * mon-fri")
    harbor.api.finished(harbor.harbor.fire_schedule("to-swr").id)
    assert harbor.arrived() == ["team/app0"]
    refused = policy(harbor, trigger="scheduled", cron="0 0 0 31 2 *")
    assert "no month has such a day" in refused["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_is_there_already_is_adopted(world: Make, version: str) -> None:
    harbor = world(version)
    harbor.api.policy(description="by hand")
    adopted = policy(harbor)
    assert (adopted["changed"], adopted["policy"]["description"]) == (True, "by hand")
    assert adopted["diff"]["before"]["filters"] == [{"type": "name", "value": "library/**"}]
    assert policy(harbor)["changed"] is False


@pytest.mark.parametrize("version", VERSIONS)
def test_bad_input_is_refused_before_anything_is_written(world: Make, version: str) -> None:
    harbor = world(version)
    for options, said in (
        ({"registry": "nowhere"}, "no registry with this name; it has other, swr"),
        ({"dest_namespace": ""}, "name of the project"),
        ({"deletion": True}, "cannot delete images in SWR"),
        ({"mode": "pull"}, "type docker-registry"),
        ({"filters": [{"type": "name", "value": "app0"}]}, "matches nothing"),
        ({"filters": [{"type": "name", "value": "library/["}]}, "cannot use the pattern"),
        ({"trigger": "scheduled", "cron": "@daily"}, "invalid schedule"),
    ):
        refused = policy(harbor, **options)
        assert said in refused["msg"]
        assert "Remedy" in refused["msg"]
    assert writes(harbor) == []


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_more_levels_than_there_are_are_refused(world: Make, version: str) -> None:
    harbor = world(version)
    refused = policy(harbor, dest_namespace_replace_count=2)
    assert "library/**/*/*" in refused["msg"]
    deeper = {"dest_namespace_replace_count": 2, "filters": [{"type": "name", "value": "library/**/*/*"}]}
    assert policy(harbor, **deeper)["changed"]
    harbor.harbor.load(images.docker_image("deep"), "library/x/deep", "1.0")
    harbor.harbor.load(images.docker_image("flat"), "library/flat", "1.0")
    assert harbor.run()["counts"]["succeed"] == 1
    assert harbor.arrived() == ["team/deep"]


@pytest.mark.parametrize("version", VERSIONS)
def test_one_that_is_being_executed_goes_when_it_may_be_stopped(world: Make, version: str) -> None:
    harbor = world(version, options={"task_delay": 30.0}).load(2)
    policy(harbor)
    number = harbor.api.make("/replication/executions", {"policy_id": 1})
    harbor.api.until(number, lambda shown: shown["total"] == 2)
    refused = policy(harbor, state="absent")
    assert "it is being executed" in refused["msg"]
    assert (refused["error"]["status"], "stop_executions" in refused["error"]["hint"]) == (412, True)
    writes(harbor)
    assert policy(harbor, check_mode=True, state="absent", stop_executions=True)["changed"]
    assert writes(harbor) == []
    start = time.monotonic()
    assert policy(harbor, state="absent", stop_executions=True)["changed"]
    assert time.monotonic() - start < 10
    done = writes(harbor)
    assert done[0] == "PUT /replication/executions/{0} 200".format(number)
    assert done[-1] == "DELETE /replication/policies/1 200"
    assert harbor.arrived() == []


def test_a_build_that_does_not_know_its_version_is_asked_and_judged_by_what_it_keeps(world: Make) -> None:
    old = world("2.4.1", options={"build": "-"})
    assert policy(old)["changed"]
    assert policy(old)["changed"] is False
    # It ignores what it does not know.
    result = policy(old, copy_by_chunk=True)
    assert "kept other values of copy_by_chunk" in result["msg"]
    assert "does not report its version" in result["msg"]
    old.harbor.violations.clear()


@pytest.mark.parametrize("version", [OLD, NEWEST])
def test_both_modules_can_be_checked_before_anything_is_there(harbor_world: Make, version: str) -> None:
    harbor = harbor_world(version)
    options = {"name": "swr", "url": "https://" + SWR_NAME, "access_key": ACCESS_KEY, "access_secret": SECRET}
    assert harbor.module("harbor_registry", check_mode=True, **options)["changed"]
    predicted = policy(harbor, check_mode=True)
    assert predicted["changed"]
    assert writes(harbor) == []
    harbor.module("harbor_registry", insecure=True, **options)
    made = policy(harbor)
    assert made["diff"] == predicted["diff"]


@pytest.mark.parametrize("version", VERSIONS)
def test_all_is_shown(world: Make, version: str) -> None:
    harbor = world(version).load(1)
    harbor.harbor.load(images.oci_index("index"), "library/index", "1.0")
    policy(harbor)
    harbor.attempt()
    parts = ["version", "adapters", "registries", "policies", "executions", "artifacts"]
    shown = harbor.module("harbor_info", gather=parts, repositories=["library/**"], policy="to-swr")
    assert not shown.get("failed"), shown
    assert "huawei-SWR" in shown["adapters"]
    assert [item["name"] for item in shown["registries"]] == ["swr", "other"]
    assert shown["policies"][0]["registry"] == "swr"
    assert shown["executions"][0]["policy"] == "to-swr"
    refused = {item["repository"]: item["refused_by_swr"] for item in shown["artifacts"] if item["tags"]}
    known = {"library/app0": False, "library/index": True}
    assert refused == (known if version != OLD else dict.fromkeys(known))
    robots = harbor.module("harbor_info", gather=["robots"])
    assert ("needs Harbor 2.2" in robots.get("msg", "")) is (version == OLD)


@pytest.mark.parametrize("version", [OLD, NEWEST])
def test_a_playbook_configures_a_harbor_and_shows_no_secret(
    sandbox_harbor: Callable[..., HarborServer], swr: Swr, plays: Any, version: str
) -> None:
    user = plays(sandbox_harbor(version=version, resolve={SWR_NAME: swr}))
    registry = {"name": "swr", "url": "https://" + SWR_NAME, "access_key": ACCESS_KEY, "access_secret": SECRET}
    tasks = [
        {"longshore.swr.harbor_registry": dict(registry, insecure=True)},
        {
            "longshore.swr.harbor_replication_policy": dict(
                WANTED, filters=[NAME, {"type": "resource", "value": "image"}]
            )
        },
        {"longshore.swr.harbor_info": {"gather": ["version", "registries", "policies"]}},
    ]
    # Once, again, and what a check predicts then.
    run = user.do([*tasks, *tasks, *(dict(task, check_mode=True) for task in tasks)])
    assert run.changed == 2, run.text
    warned = "policy to-swr: Harbor does not apply filters of type resource since 2.8" in " ".join(run.text.split())
    assert warned is (version == NEWEST)
