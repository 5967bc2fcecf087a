# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is believed of an execution that has ended."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    ENDED_LONG_AGO,
    ENDED_NOW,
    NEWEST,
    ONE,
    POLICIES,
    POLICY,
    START,
    TASKS,
    WORKING,
    asked,
    execution,
    log_of,
    run,
    runs,
    tasks,
)


def test_a_failure_that_harbor_repairs_by_trying_again_is_a_success(harbor: FakeHarbor) -> None:
    harbor.on(
        ONE,
        execution(running=1, succeed=1),
        execution("Failed", succeed=1, failed=1, end_time=ENDED_NOW),
        execution("Failed", succeed=1, running=1, end_time=ENDED_NOW),  # tried again, and the status is late
        execution(succeed=1, running=1),
        execution("Succeed", succeed=2, end_time=ENDED_NOW),
    )
    harbor.on(TASKS, tasks("Succeed", "Succeed"))
    result = run(harbor)
    assert "failed" not in result
    assert result["counts"]["succeed"] == 2
    assert harbor.clock.passed == 40


def test_a_failure_is_believed_when_it_has_lasted(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution(running=1), execution("Failed", failed=1))
    harbor.on(TASKS, tasks("Failed"))
    log_of(harbor, 80, "2026-03-02T08:00:01Z [ERROR] [/controller/x.go:9]: the disk is full\n")
    result = run(harbor)
    assert harbor.clock.passed == 100
    assert result["failed"] is True
    assert result["changed"] is True
    assert result["msg"] == (
        "policy to-swr, execution 12: 1 of 1 repositories failed: library/app0 [1 item(s) in total] (the disk is full)."
        " Remedy: The logs are in tasks[].log."
    )


def test_each_return_of_work_begins_the_time_anew(harbor: FakeHarbor) -> None:
    harbor.on(
        ONE,
        *[execution("Failed", failed=1)] * 9,
        execution("Failed", running=1),
        *[execution("Failed", failed=1)] * 9,
        execution(running=1),
        execution("Succeed", succeed=1),
    )
    harbor.on(TASKS, tasks("Succeed"))
    assert "failed" not in run(harbor)


def test_a_failure_of_long_ago_needs_no_watching(harbor: FakeHarbor) -> None:
    harbor.on(NEWEST, [execution("Failed", failed=1, end_time=ENDED_LONG_AGO)])
    harbor.on(ONE, execution("Failed", failed=1, end_time=ENDED_LONG_AGO))
    harbor.on(TASKS, tasks("Failed"))
    log_of(harbor, 80, "no error line")
    result = run(harbor, state="finished")
    assert result["failed"] is True
    assert harbor.clock.slept == []


def test_a_try_that_shows_in_the_time_of_the_end_alone_begins_the_time_anew(harbor: FakeHarbor) -> None:
    harbor.on(
        ONE,
        *[execution("Failed", failed=1, end_time="2026-03-02T08:00:00.000Z")] * 8,
        *[execution("Failed", failed=1, end_time="2026-03-02T08:01:10.000Z")] * 8,
        execution("Succeed", succeed=1),
    )
    harbor.on(TASKS, tasks("Succeed"))
    assert "failed" not in run(harbor)


def test_a_failure_that_no_task_has_any_more_is_a_late_status(harbor: FakeHarbor) -> None:
    harbor.on(
        ONE,
        execution("Failed", failed=1, end_time=ENDED_NOW),
        *[execution("Failed", succeed=1, end_time=ENDED_LONG_AGO)] * 3,
        execution("Succeed", succeed=1),
    )
    harbor.on(TASKS, tasks("Succeed"))
    assert "failed" not in run(harbor)


def test_a_failure_whose_end_is_always_now_is_believed_in_the_end(harbor: FakeHarbor) -> None:
    ends = ["2026-03-02T08:0{0}:{1}0.000Z".format(number // 6, number % 6) for number in range(40)]
    harbor.on(ONE, *[execution("Failed", failed=1, end_time=end, status_text="[404][nothing]") for end in ends])
    harbor.on(TASKS, [])
    result = run(harbor)
    assert "failed before anything was copied: [404][nothing]" in result["msg"]
    assert harbor.clock.passed < 150


PREPARATION = {
    "a login that is refused": ('[401][{"errors":[{"message":"Authenticate Error"}]}]', "access_key and access_secret"),
    "no organization": ('[404][{"errors":[{"errorMessage":"namespace not found"}]}]', "Create the organization in SWR"),
    "an unknown name": (
        'Get "https://swr.x.com/dockyard/v2/namespaces/dev": dial tcp: lookup swr.x.com on 127.0.0.11:53: no such host',
        "in the containers core and jobservice",
    ),
    "a certificate": (
        'Get "https://swr.x.com/dockyard/v2/namespaces/dev": x509: certificate signed by unknown authority',
        "Set insecure of the endpoint",
    ),
    "no jobservice": (
        'Post "http://jobservice:8080/api/v1/jobs": dial tcp 172.18.0.7:8080: connect: connection refused',
        "does not reach its jobservice",
    ),
    "Harbor itself": (
        "failed to create adapter for source registry http://harbor: dial tcp 127.0.0.1:8080: connection refused",
        "an error of Harbor's own registry",
    ),
    "no connection": ('Get "https://swr.x.com/": dial tcp 10.0.0.9:443: connect: connection refused', "proxy settings"),
    "too few levels": (
        'the source repository "nginx" contains only 0 path components [], but the namespace flattening level is 2',
        "Lower dest_namespace_replace_count",
    ),
    "one at a time": ("Execution skipped: active replication still in progress.", "once at a time"),
    "something else": ("panic during the process", "log of Harbor's container core"),
}


@pytest.mark.parametrize("case", sorted(PREPARATION))
def test_a_failed_preparation_is_believed_at_once_and_told_with_its_remedy(harbor: FakeHarbor, case: str) -> None:
    text, remedy = PREPARATION[case]
    harbor.on(ONE, execution("Failed", status_text=text, end_time=ENDED_NOW))
    harbor.on(TASKS, [])
    result = run(harbor)
    assert harbor.clock.slept == []
    assert result["failed"] is True
    assert "failed before anything was copied: " + text in result["msg"]
    assert remedy in result["error"]["hint"]
    assert result["execution"]["status_text"] == text


def test_a_failed_preparation_in_1_10_that_counts_what_has_no_tasks_is_told_in_the_same_way() -> None:
    harbor = FakeHarbor("v1.10.19-abc")
    harbor.on(POLICIES, [POLICY])
    harbor.on(WORKING, None)
    harbor.on(START, Reply("", 201, Location="/api/replication/executions/12"))
    harbor.on(ONE, execution("Failed", failed=2, status_text="[404][nothing]", end_time="2026-03-02T07:00:00.12345Z"))
    harbor.on(TASKS, None)
    result = run(harbor)
    assert result["counts"]["total"] == 0
    assert "failed before anything was copied: [404][nothing]" in result["msg"]


def test_tasks_are_counted_and_read_again_until_they_agree_with_the_execution(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Succeed", succeed=2))
    harbor.on(TASKS, tasks("Succeed", "InProgress"), tasks("Succeed", "Succeed"))
    result = run(harbor)
    assert result["counts"]["succeed"] == 2
    assert asked(harbor)[-4:] == [ONE, TASKS, ONE, TASKS]
    assert harbor.clock.slept == [2]


def test_an_execution_that_goes_on_while_its_tasks_are_counted_is_awaited_further(harbor: FakeHarbor) -> None:
    harbor.on(
        ONE,
        execution("Failed", failed=1, succeed=1, end_time=ENDED_LONG_AGO),
        execution(succeed=1, running=1),
        execution("Succeed", succeed=2),
    )
    harbor.on(TASKS, tasks("Succeed", "InProgress"), tasks("Succeed", "Succeed"))
    assert "failed" not in run(harbor)


def test_a_success_with_failed_tasks_is_none(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Succeed", succeed=2))
    harbor.on(TASKS, tasks("Succeed", "Failed"))
    log_of(harbor, 81, "x")
    result = run(harbor)
    assert "Harbor reports success, but of its tasks 1 of 2 repositories done, 1 failed" in result["msg"]
    assert result["counts"]["failed"] == 1
    assert harbor.clock.slept == [2] * 5


@pytest.mark.parametrize("listed", [[], tasks("Succeed")])
def test_a_success_whose_tasks_are_not_listed_is_none(harbor: FakeHarbor, listed: List[Dict[str, Any]]) -> None:
    harbor.on(ONE, execution("Succeed", succeed=2, end_time=ENDED_NOW))
    harbor.on(TASKS, listed)
    result = run(harbor)
    assert result["failed"] is True
    assert "Harbor reports success, but lists {0} of its 2 tasks".format(len(listed)) in result["msg"]


@pytest.mark.parametrize(
    "data", [[], None, {}, {"id": "x", "status": "Succeed"}, {"id": 12}, {"id": 12, "status": "x", "total": "many"}]
)
def test_what_is_no_execution_is_never_a_success(harbor: FakeHarbor, data: Any) -> None:
    harbor.on(ONE, data)
    # A Harbor that starts, and the proxy before it, may answer anything: it is asked again until the time is over.
    result = run(harbor, wait_timeout=30)
    assert result["failed"] is True
    assert "not valid for Harbor" in result["msg"] or "an execution is not in Harbor" in result["msg"]
    with pytest.raises(HarborError, match="Harbor"):
        run(harbor, wait=False)


@pytest.mark.parametrize("entry", [{}, {"id": 80}, {"id": None, "status": "Succeed"}])
def test_what_is_no_task_is_never_a_success(harbor: FakeHarbor, entry: Any) -> None:
    harbor.on(ONE, execution("Succeed", succeed=1, end_time=ENDED_NOW))
    harbor.on(TASKS, [entry])
    result = run(harbor, wait_timeout=30)
    assert result["failed"] is True
    assert "not valid for Harbor: [0]." in result["msg"]


def test_nothing_matched_is_a_warning_or_a_failure(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Succeed", status_text="no resources need to be replicated", end_time=ENDED_NOW))
    harbor.on(TASKS, [])
    lenient = runs(harbor)
    assert "failed" not in lenient.run()
    (warning,) = lenient.warnings
    assert "nothing matches the policy's filters (Harbor: no resources need to be replicated)" in warning
    assert "library/* leaves library/team/app out" in warning
    strict = run(harbor, fail_on_empty=True)
    assert strict["failed"] is True
    assert strict["msg"] == warning


def test_an_execution_that_somebody_stops_is_a_failure(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Stopped", succeed=1, stopped=2))
    harbor.on(TASKS, tasks("Succeed", "Stopped", "Stopped"))
    result = run(harbor)
    assert "someone stopped it (1 of 3 repositories done, 2 stopped)" in result["msg"]


def test_the_time_is_over_before_the_run_is(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution(succeed=1, running=2))
    result = run(harbor, wait_timeout=25)
    assert harbor.clock.slept == [10, 10, 5]
    assert result["msg"] == (
        "policy to-swr, execution 12: not finished within 25 seconds (1 of 3 repositories done, 2 in progress); it "
        "continues in Harbor. Remedy: Wait for it again with state=finished and execution_id=12, with a longer "
        "wait_timeout; or stop it with state=stopped."
    )
    assert result["counts"]["in_progress"] == 2
    assert result["changed"] is True
    assert [call for call, _body in harbor.sent()] == [START]


def test_the_time_is_over_while_a_failure_may_still_be_repaired(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Failed", failed=1))
    result = run(harbor, wait_timeout=30)
    assert "Failed after 30 seconds (0 of 1 repositories done, 1 failed), but not for long enough" in result["msg"]
