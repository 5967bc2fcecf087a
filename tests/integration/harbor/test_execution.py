# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions of replication policies, in each version that differs, from start to end."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.progress import render
from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import (
    ACCESS_KEY,
    SECRET,
    SWR_NAME,
    VERSIONS,
)
from ansible_collections.longshore.swr.tests.sandbox import Swr, images
from ansible_collections.longshore.swr.tests.sandbox.faults import Fault

Make = Callable[..., World]


@pytest.fixture
def make(harbor_world: Make) -> Make:
    """Makes a Harbor of a version, with options of the sandbox. No output of a module may have a secret."""
    return lambda version="2.9.5", **options: harbor_world(version, options=options)


@pytest.mark.parametrize("version", VERSIONS)
def test_everything_is_copied_and_counted(make: Make, version: str, tmp_path: Path) -> None:
    world = make(version, start_delay=0.2, task_delay=0.2, submit_delay=0.1, status_lag=0.3).load(3).prepare()
    predicted = world.run(check_mode=True)
    assert (predicted["changed"], predicted["execution"], world.arrived()) == (True, None, [])
    path = tmp_path / "progress.jsonl"
    result = world.run(progress_file=str(path))
    assert result["changed"] is True
    assert result["counts"] == {"total": 3, "succeed": 3, "failed": 0, "in_progress": 0, "stopped": 0}
    assert world.arrived() == ["team/app0", "team/app1", "team/app2"]
    assert (result["execution"]["status"], result["execution"]["trigger"]) == ("Succeed", "manual")
    assert result["execution"]["end_time"]
    assert sorted(task["dst_resource"].split(":")[0].split(" ")[0] for task in result["tasks"]) == world.arrived()
    assert result["harbor_version"].startswith("v" + version)
    head = "[harbor] policy to-swr, execution {0}: ".format(result["execution"]["id"])
    lines = [render(json.loads(line)) for line in path.read_text().splitlines()]
    assert lines[0] == head + "preparing"
    assert head + "0/3 repositories, 0 failed, 3 in progress" in lines
    assert lines[-1] == head + "3/3 repositories, 0 failed, 0 in progress, Succeed"
    again = world.run(state="finished")
    assert (again["changed"], again["execution"]["id"]) == (False, result["execution"]["id"])
    assert world.harbor.bodies("POST", "/replication/executions") == [{"policy_id": 1}]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_fails_is_told_with_log_and_remedy(make: Make, version: str) -> None:
    world = make(version).load(1).prepare()
    world.harbor.load(images.oci_index("bad"), "library/bad", "1.0")
    result = world.fail()
    assert result["counts"]["failed"] == result["counts"]["succeed"] == 1
    assert "1 of 2 repositories failed: library/bad" in result["msg"]
    assert "longshore.swr.image_copy" in result["error"]["hint"]
    (failed,) = [task for task in result["tasks"] if task["status"] == "Failed"]
    assert any("[ERROR]" in line for line in failed["log"])
    expected = "does not support OCI" if version.startswith("1.") else "fail to parse 'manifest.json'"
    assert expected in failed["cause"]
    assert "longshore.swr.image_copy" in failed["hint"]
    assert world.arrived() == ["team/app0"]


PREPARATION: Dict[str, Any] = {
    "organization": ({"dest_namespace": "absent"}, {}, "[404]", "Create the organization in SWR"),
    "login": (
        {},
        {"credential": {"type": "basic", "access_key": "x", "access_secret": "y"}},
        "[401]",
        "access_key and",
    ),
    "certificate": ({}, {"insecure": False}, "x509", "Set insecure"),
    "name": ({}, {"url": "https://absent.invalid"}, "no such host", "containers core and jobservice"),
}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", sorted(PREPARATION))
def test_a_preparation_that_fails_is_told_with_its_remedy(make: Make, version: str, case: str) -> None:
    policy, endpoint, said, remedy = PREPARATION[case]
    world = make(version).load()
    world.api.make("/registries", dict(endpoint_body(), **endpoint))
    world.api.policy(**policy)
    result = world.fail(settle_time=60)  # not needed: it is believed at once
    assert result["msg"].startswith("policy to-swr, execution 1: failed before anything was copied: ")
    assert said in result["execution"]["status_text"]
    assert remedy in result["error"]["hint"]
    assert result["tasks"] == []


def endpoint_body() -> Dict[str, Any]:
    credential = {"type": "basic", "access_key": ACCESS_KEY, "access_secret": SECRET}
    url = "https://" + SWR_NAME
    return {"name": "swr", "type": "huawei-SWR", "url": url, "insecure": True, "credential": credential}


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_more_levels_than_there_are_cannot_be_replaced(make: Make, version: str) -> None:
    result = make(version).load().prepare(dest_namespace_replace_count=2).fail()
    assert "Lower dest_namespace_replace_count" in result["error"]["hint"]


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_to_copy_is_a_warning_or_a_failure(make: Make, version: str) -> None:
    world = make(version).load().prepare(filters=[{"type": "name", "value": "nothing/*"}])
    result = world.run()
    assert result["counts"]["total"] == 0
    assert "nothing matches the policy's filters" in str(result["warnings"])
    assert "nothing matches the policy's filters" in world.fail(fail_on_empty=True)["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_runs_is_stopped(make: Make, version: str) -> None:
    world = make(version, task_delay=60).load().prepare()
    started = world.run(wait=False)
    number = started["execution"]["id"]
    assert started["changed"] is True
    world.api.until(number, lambda shown: shown["total"] == 2)
    joined = world.run(wait=False)
    assert (joined["changed"], joined["execution"]["id"]) == (False, number)
    assert "execution {0} is still in progress".format(number) in world.fail(if_running="fail")["msg"]
    late = world.fail(state="finished", wait_timeout=0)
    assert "state=finished and execution_id={0}".format(number) in late["msg"]
    predicted = world.run(check_mode=True, state="stopped")
    assert (predicted["changed"], predicted["stopped"]) == (True, [number])
    assert world.api.execution(number)["status"] == "InProgress"
    result = world.run(state="stopped")
    assert (result["changed"], result["stopped"]) == (True, [number])
    assert (result["execution"]["status"], result["counts"]["stopped"]) == ("Stopped", 2)
    assert world.run(state="stopped")["changed"] is False
    assert "someone stopped it" in world.fail(policy=None, state="finished", execution_id=number)["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_waits_for_another_try_is_stopped_in_that_try(make: Make, swr: Swr, version: str) -> None:
    swr.faults.add(Fault("status", kind="manifest_put", status=503, times=1))
    swr.faults.add(Fault("delay", kind="manifest_put", seconds=1.0, skip=1))
    world = make(version, retry_delay=0.5).load(1).prepare()
    number = world.run(wait=False)["execution"]["id"]
    world.api.until(number, lambda shown: shown["status"] == "Failed")
    result = world.run(state="stopped", settle_time=5)
    assert (result["changed"], result["stopped"]) == (True, [number])
    assert (result["execution"]["status"], result["counts"]["stopped"]) == ("Stopped", 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_disabled_policy_is_not_run(make: Make, version: str) -> None:
    world = make(version).load().prepare(enabled=False)
    result = world.fail()
    assert result["msg"].startswith("policy to-swr: the policy is disabled, and Harbor does not run it.")
    assert world.harbor.bodies("POST", "/replication/executions") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failure_that_harbor_repairs_itself_is_none(make: Make, swr: Swr, version: str) -> None:
    # The first try of a job fails with all its tries of a blob, and the next one succeeds.
    swr.faults.add(Fault("status", kind="manifest_put", status=503, times=1))
    world = make(version, retry_delay=0.3).load(1).prepare()
    result = world.run(settle_time=5)
    assert result["counts"]["succeed"] == 1
    assert swr.count("manifest_put") == 2


@pytest.mark.parametrize(
    ("version", "refuse"), [("1.10.19", False), ("2.4.1", True), ("2.9.5", False), ("2.15.2", True)], ids=str
)
def test_a_harbor_that_is_restarted_meanwhile_is_waited_for(
    make: Make, version: str, refuse: bool, tmp_path: Path
) -> None:
    world = make(version, task_delay=0.4).load().prepare()
    path = tmp_path / "progress.jsonl"
    restart = threading.Timer(0.2, world.harbor.restart, [1.0, refuse])
    started = world.run(wait=False)
    restart.start()
    result = world.run(policy=None, state="finished", execution_id=started["execution"]["id"], progress_file=str(path))
    restart.join()
    assert result["counts"]["succeed"] == 2


@pytest.mark.parametrize("version", VERSIONS)
def test_what_a_schedule_or_an_event_has_started_is_awaited(make: Make, version: str) -> None:
    trigger = {"type": "scheduled", "trigger_settings": {"cron": "0 0 2 * * *"}}
    world = make(version, task_delay=0.3).load(1).prepare(trigger=trigger)
    world.harbor.fire_schedule("to-swr")
    result = world.run(state="finished")
    assert (result["execution"]["trigger"], result["counts"]["succeed"]) == ("scheduled", 1)
    world.api.policy(name="on-push", trigger={"type": "event_based"})
    assert "never run" in world.fail(policy="on-push", state="finished")["msg"]
    world.harbor.push_event("library/app0", "1.0")
    result = world.run(policy="on-push", state="finished")
    assert (result["execution"]["trigger"], result["counts"]["total"]) == ("event_based", 1)


def test_one_run_at_a_time_is_told_where_a_policy_wants_that(make: Make) -> None:
    world = make("2.15.2", task_delay=60).load().prepare(single_active_replication=True)
    world.run(wait=False)
    result = world.fail(if_running="start")
    assert "runs once at a time" in result["error"]["hint"]
    world.run(state="stopped")


def test_a_wrong_password_is_told_and_not_shown(make: Make) -> None:
    world = make().prepare()
    world.login = ("admin", "wrong-password-of-the-admin")
    result = world.fail()
    assert "harbor_password" in result["msg"]
    world.assert_no_secret_was_shown("wrong-password-of-the-admin")
