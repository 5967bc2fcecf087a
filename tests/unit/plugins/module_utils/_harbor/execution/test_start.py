# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a replication is started, joined or refused."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    ENDED_NOW,
    ONE,
    POLICIES,
    START,
    TASKS,
    WORKING,
    asked,
    execution,
    run,
    tasks,
)


def test_a_policy_is_started_and_awaited_with_exactly_these_calls(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution(), execution(running=2), execution("Succeed", succeed=2, end_time=ENDED_NOW))
    harbor.on(TASKS, tasks("Succeed", "Succeed"))
    result = run(harbor)
    assert asked(harbor) == [POLICIES, WORKING, START, ONE, ONE, ONE, TASKS]
    assert harbor.sent() == [(START, {"policy_id": 3})]
    assert harbor.clock.slept == [10, 10]
    assert result["changed"] is True
    assert "failed" not in result
    assert result["counts"] == {"total": 2, "succeed": 2, "failed": 0, "in_progress": 0, "stopped": 0}
    assert result["execution"] == {
        "id": 12,
        "policy": "to-swr",
        "policy_id": 3,
        "status": "Succeed",
        "status_text": "",
        "trigger": "manual",
        "start_time": ENDED_NOW,
        "end_time": ENDED_NOW,
    }
    assert result["harbor_version"] == "v2.9.5-e8b44df6"
    assert result["tasks"][0] == {
        "id": 80,
        "status": "Succeed",
        "operation": "copy",
        "resource_type": "image",
        "src_resource": "library/app0 [1 item(s) in total]",
        "dst_resource": "dev/app0 [1 item(s) in total]",
        "start_time": ENDED_NOW,
        "end_time": None,
    }


def test_without_waiting_the_execution_is_returned_as_it_is(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution())
    harbor.on(TASKS, [])
    result = run(harbor, wait=False)
    assert (result["changed"], result["execution"]["status"], result["counts"]["total"]) == (True, "InProgress", 0)
    assert harbor.clock.slept == []


def test_check_mode_predicts_and_starts_nothing(harbor: FakeHarbor) -> None:
    result = run(harbor, check_mode=True)
    assert (result["changed"], result["execution"]) == (True, None)
    assert harbor.sent() == []


def test_the_execution_in_progress_is_joined(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1)])
    harbor.on(ONE, execution(running=1), execution("Succeed", succeed=1))
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor)
    assert (result["changed"], result["execution"]["id"]) == (False, 12)
    assert harbor.sent() == []


def test_check_mode_predicts_that_the_execution_in_progress_is_joined(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1)])
    harbor.on(ONE, execution(running=1))
    harbor.on(TASKS, tasks("InProgress"))
    result = run(harbor, check_mode=True)
    assert (result["changed"], result["execution"]["id"]) == (False, 12)
    assert harbor.clock.slept == []


def test_an_execution_whose_tasks_are_all_done_is_not_joined_although_its_status_is_late(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(id=11, succeed=4)])
    harbor.on(ONE, execution("Succeed", succeed=1))
    harbor.on(TASKS, tasks("Succeed"))
    assert run(harbor)["changed"] is True


def test_one_with_failures_may_be_trying_again_and_is_joined(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(succeed=3, failed=1)])
    harbor.on(ONE, execution("Succeed", succeed=4))
    harbor.on(TASKS, tasks(*["Succeed"] * 4))
    assert run(harbor)["changed"] is False


def test_an_execution_in_progress_can_be_an_error_or_get_another_beside_it(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(id=11, running=1)])
    with pytest.raises(HarborError, match="policy to-swr: execution 11 is still in progress"):
        run(harbor, if_running="fail")
    assert harbor.sent() == []
    harbor.on(ONE, execution())
    harbor.on(TASKS, [])
    run(harbor, if_running="start", wait=False)
    assert harbor.sent() == [(START, {"policy_id": 3})]


def test_a_disabled_policy_is_refused_with_the_remedy_in_check_mode_too(harbor: FakeHarbor) -> None:
    harbor.on(POLICIES, [{"id": 3, "name": "to-swr"}])  # what is false is left out
    for check_mode in (True, False):
        with pytest.raises(HarborError, match=r"disabled.*harbor_replication_policy and enabled=true"):
            run(harbor, check_mode=check_mode)
    assert harbor.sent() == []


@pytest.mark.parametrize(
    "refusal",
    [
        Reply({"errors": [{"code": "PRECONDITION", "message": "the policy 3 is disabled"}]}, 412),
        Reply({"code": 400, "message": "the policy 3 is disabled"}, 400),
    ],
    ids=["2.x", "1.10"],
)
def test_a_policy_that_is_disabled_just_then_is_refused_in_the_same_words(harbor: FakeHarbor, refusal: Reply) -> None:
    harbor.on(START, refusal)
    with pytest.raises(
        HarborError, match=r"policy to-swr: the policy is disabled, and Harbor does not run it\. Remedy"
    ):
        run(harbor)


def test_a_policy_that_is_not_there_is_named(harbor: FakeHarbor) -> None:
    with pytest.raises(
        HarborError, match="policy to-sw: Harbor has no replication policy with this name; it has to-swr"
    ):
        run(harbor, policy="to-sw")


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"poll_interval": 0}, "poll_interval"),
        ({"poll_interval": float("nan")}, "poll_interval"),
        ({"wait_timeout": -1}, "wait_timeout"),
        ({"wait_timeout": 10**30}, "wait_timeout"),
        ({"settle_time": -0.5}, "settle_time"),
        ({"settle_time": float("inf")}, "settle_time"),
        ({"log_lines": -1}, "log_lines"),
        ({"execution_id": 12}, "execution_id"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_asked(
    harbor: FakeHarbor, options: Dict[str, Any], where: str
) -> None:
    with pytest.raises(LongshoreError) as caught:
        run(harbor, **options)
    assert caught.value.where == where
    assert harbor.calls == []
