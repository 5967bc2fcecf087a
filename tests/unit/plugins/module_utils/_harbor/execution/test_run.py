# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.progress import render  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.run import ReplicationRun  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import URL, FakeHarbor, Reply  # noqa: E402
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk  # noqa: E402

WORKING = "GET /replication/executions?policy_id=3&status=InProgress&sort=-start_time&page=1&page_size=100"
NEWEST = "GET /replication/executions?policy_id=3&sort=-start_time&page=1&page_size=10"
POLICIES = "GET /replication/policies?page=1&page_size=100"
START = "POST /replication/executions"
ONE = "GET /replication/executions/12"
TASKS = "GET /replication/executions/12/tasks?page=1&page_size=100"
STOP = "PUT /replication/executions/12"
CREATED = Reply("", 201, Location="/api/v2.0/replication/executions/12")
POLICY = {"id": 3, "name": "to-swr", "enabled": True}
NEVER = "0001-01-01T00:00:00.000Z"
ENDED_LONG_AGO = "2026-03-02T07:00:00.000Z"
ENDED_NOW = "2026-03-02T08:00:00.000Z"


def execution(
    status: str = "InProgress", succeed: int = 0, failed: int = 0, running: int = 0, stopped: int = 0, **other: Any
) -> Dict[str, Any]:
    data = {
        "id": 12,
        "policy_id": 3,
        "status": status,
        "status_text": "",
        "trigger": "manual",
        "total": succeed + failed + running + stopped,
        "succeed": succeed,
        "failed": failed,
        "in_progress": running,
        "stopped": stopped,
        "start_time": ENDED_NOW,
        "end_time": NEVER,
    }
    return dict(data, **other)


def tasks(*statuses: str) -> List[Dict[str, Any]]:
    return [
        {
            "id": 80 + number,
            "execution_id": 12,
            "status": status,
            "operation": "copy",
            "resource_type": "image",
            "src_resource": "library/app{0} [1 item(s) in total]".format(number),
            "dst_resource": "dev/app{0} [1 item(s) in total]".format(number),
            "start_time": ENDED_NOW,
            "end_time": NEVER,
        }
        for number, status in enumerate(statuses)
    ]


@pytest.fixture
def harbor() -> FakeHarbor:
    harbor = FakeHarbor()
    harbor.on(POLICIES, [dict(POLICY, id=2, name="to-swr-old"), POLICY])
    harbor.on(WORKING, [])
    harbor.on(NEWEST, [])
    harbor.on(START, CREATED)
    return harbor


def runs(harbor: FakeHarbor, check_mode: bool = False, **options: Any) -> ReplicationRun:
    chosen = {
        "policy": "to-swr",
        "execution_id": None,
        "state": "started",
        "if_running": "join",
        "wait": True,
        "wait_timeout": 3600,
        "poll_interval": 10,
        "settle_time": 90,
        "fail_on_empty": False,
        "log_lines": 50,
        "progress_file": None,
    }
    chosen.update(options)
    return ReplicationRun(harbor.client, chosen, check_mode, str, harbor.clock.sleep, harbor.clock)


def run(harbor: FakeHarbor, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return runs(harbor, check_mode, **options).run()


def asked(harbor: FakeHarbor) -> List[str]:
    return [call for call, _body in harbor.calls]


# -- started ---------------------------------------------------------------------------------------------------


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
        ({"wait_timeout": -1}, "wait_timeout"),
        ({"settle_time": -0.5}, "settle_time"),
        ({"log_lines": -1}, "log_lines"),
        ({"execution_id": 12}, "execution_id"),
    ],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_asked(
    harbor: FakeHarbor, options: Dict[str, Any], where: str
) -> None:
    with pytest.raises(HarborError) as caught:
        run(harbor, **options)
    assert caught.value.where == where
    assert harbor.calls == []


# -- when it has ended -------------------------------------------------------------------------------------------


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


def log_of(harbor: FakeHarbor, task: int, text: Any) -> None:
    harbor.on("GET /replication/executions/12/tasks/{0}/log".format(task), text)


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


# -- Harbor away ---------------------------------------------------------------------------------------------------


def refused() -> Exception:
    return requests.exceptions.ConnectionError("Connection refused")


def test_a_restart_of_harbor_in_the_middle_is_waited_out(harbor: FakeHarbor, tmp_path: Any) -> None:
    page = "<html><head><title>502 Bad Gateway</title></head></html>"
    harbor.on(
        ONE,
        execution(running=1),
        # Each look is repeated three times by the client itself.
        *[refused()] * 4,
        *[Reply(page, 502)] * 4,
        *[Reply(page, 503)] * 4,
        execution("Succeed", succeed=1),
    )
    harbor.on(
        TASKS, *[Reply({"errors": [{"code": "UNKNOWN", "message": "internal server error"}]}, 500)], tasks("Succeed")
    )
    path = tmp_path / "progress.jsonl"
    assert "failed" not in run(harbor, progress_file=str(path))
    lines = [render(json.loads(line)) for line in path.read_text().splitlines()]
    head = "[harbor] policy to-swr, execution 12: "
    assert lines == [
        head + "0/1 repositories, 0 failed, 1 in progress",
        head + "no answer (no connection: ConnectionError), asking again",
        head + "no answer (HTTP 502), asking again",
        head + "no answer (HTTP 503), asking again",
        head + "1/1 repositories, 0 failed, 0 in progress, Succeed",
        head + "no answer (HTTP 500), asking again",
    ]


def test_a_harbor_that_does_not_come_back_is_told_apart_from_a_run_that_goes_on(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution(running=1), refused())
    result = run(harbor, wait_timeout=30)
    assert "Harbor did not answer at the end of 30 seconds" in result["msg"]
    assert "state=finished and execution_id=12" in result["msg"]
    assert result["counts"]["in_progress"] == 1


def test_a_refusal_in_the_middle_is_not_waited_out(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution(running=1), Reply({"errors": [{"code": "UNAUTHORIZED", "message": "unauthorized"}]}, 401))
    with pytest.raises(HarborError) as caught:
        run(harbor)
    assert caught.value.status == 401


# -- finished ------------------------------------------------------------------------------------------------------


def test_the_newest_execution_is_awaited_whatever_started_it(harbor: FakeHarbor) -> None:
    harbor.on(NEWEST, [execution("Succeed", id=11, succeed=1), execution(running=1, trigger="scheduled")])
    harbor.on(ONE, execution(running=1, trigger="scheduled"), execution("Succeed", succeed=1, trigger="scheduled"))
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor, state="finished")
    assert asked(harbor) == [POLICIES, NEWEST, ONE, ONE, TASKS]
    assert (result["changed"], result["execution"]["trigger"]) == (False, "scheduled")


def test_an_execution_is_awaited_by_its_number_alone(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Succeed", succeed=1))
    harbor.on("GET /replication/policies/3", POLICY)
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor, state="finished", policy=None, execution_id=12)
    assert result["execution"]["policy"] == "to-swr"


def test_an_execution_may_outlive_its_policy(harbor: FakeHarbor) -> None:
    # 1.10 keeps the executions of a policy that is removed.
    harbor.on(ONE, execution("Succeed", succeed=1))
    harbor.on("GET /replication/policies/3", Reply({"code": 404, "message": "policy 3 not found"}, 404))
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor, state="finished", policy=None, execution_id=12)
    assert (result["execution"]["policy"], result["execution"]["policy_id"]) == ("number 3", 3)


def test_numbers_that_are_wrong_are_told(harbor: FakeHarbor) -> None:
    harbor.on("GET /replication/executions/13", Reply({"errors": [{"code": "NOT_FOUND", "message": "x"}]}, 404))
    with pytest.raises(HarborError, match="execution_id 13: Harbor has no replication execution with this ID"):
        run(harbor, state="finished", execution_id=13)
    harbor.on(ONE, execution(policy_id=4))
    with pytest.raises(HarborError, match="policy to-swr: execution 12 is of another policy"):
        run(harbor, state="finished", execution_id=12)


def test_a_policy_that_never_ran_cannot_be_awaited_but_may_be_checked(harbor: FakeHarbor) -> None:
    harbor.on(NEWEST, [])
    with pytest.raises(HarborError, match="the policy was never run"):
        run(harbor, state="finished")
    assert run(harbor, state="finished", check_mode=True)["execution"] is None


@pytest.mark.parametrize("how", [{"wait": False}, {"check_mode": True}], ids=str)
def test_a_look_fails_for_nothing(harbor: FakeHarbor, how: Dict[str, Any]) -> None:
    harbor.on(NEWEST, [execution("Failed", failed=1)])
    harbor.on(ONE, execution("Failed", failed=1))
    harbor.on(TASKS, tasks("Failed"))
    log_of(harbor, 80, "2026 [ERROR] [/x.go:1]: no")
    result = run(harbor, state="finished", **how)
    assert "failed" not in result
    assert (result["execution"]["status"], result["tasks"][0]["cause"]) == ("Failed", "no")


# -- stopped -------------------------------------------------------------------------------------------------------


def test_what_is_in_progress_is_stopped_and_awaited(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=2)])
    harbor.on(STOP, None)
    harbor.on(ONE, execution(running=1, stopped=1), execution("Stopped", succeed=1, stopped=1))
    harbor.on(TASKS, tasks("Succeed", "Stopped"))
    result = run(harbor, state="stopped")
    assert asked(harbor) == [POLICIES, NEWEST, WORKING, STOP, ONE, ONE, TASKS]
    assert harbor.sent() == [(STOP, None)]
    assert (result["changed"], result["stopped"], result["execution"]["status"]) == (True, [12], "Stopped")
    assert "failed" not in result


def test_one_that_ends_by_itself_before_it_is_stopped_is_no_change(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1)])
    harbor.on(STOP, None)
    harbor.on(ONE, execution("Succeed", succeed=1))
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor, state="stopped")
    assert (result["changed"], result["stopped"]) == (False, [])


def test_one_that_failed_just_now_is_stopped_when_it_is_tried_again(harbor: FakeHarbor) -> None:
    # While it waits for its next try Harbor's own stop passes over it.
    failed = execution("Failed", succeed=1, failed=1, end_time=ENDED_NOW)
    again = execution("Failed", succeed=1, running=1, end_time=ENDED_NOW)
    harbor.on(NEWEST, [failed])
    harbor.on(STOP, None)
    harbor.on(ONE, failed, failed, again, again, execution("Stopped", succeed=1, stopped=1))
    harbor.on(TASKS, tasks("Succeed", "Stopped"))
    result = run(harbor, state="stopped")
    assert (result["changed"], result["stopped"], harbor.sent()) == (True, [12], [(STOP, None)])
    assert asked(harbor) == [POLICIES, NEWEST, WORKING, ONE, ONE, ONE, STOP, ONE, ONE, TASKS]


def test_one_that_is_not_tried_again_is_no_change(harbor: FakeHarbor) -> None:
    failed = execution("Failed", failed=1, end_time=ENDED_NOW)
    harbor.on(NEWEST, [failed])
    harbor.on(ONE, failed)
    harbor.on(TASKS, tasks("Failed"))
    log_of(harbor, 80, "x")
    for how in ({"check_mode": True}, {"wait": False}, {}):
        result = run(harbor, state="stopped", **how)
        assert (result["changed"], result["stopped"], "failed" in result) == (False, [], False)
    assert harbor.sent() == []
    assert harbor.clock.passed == 90


def test_what_is_tried_again_after_it_was_stopped_is_stopped_again(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1, failed=1)])
    harbor.on(STOP, None, Reply("<html><title>502 Bad Gateway</title></html>", 502), None)
    failed = execution("Failed", stopped=1, failed=1, end_time=ENDED_NOW)
    again = execution("Failed", stopped=1, running=1, end_time=ENDED_NOW)
    harbor.on(ONE, failed, again, execution("Stopped", stopped=2))
    harbor.on(TASKS, tasks("Stopped", "Stopped"))
    result = run(harbor, state="stopped")
    assert (result["counts"]["stopped"], [call for call, _body in harbor.sent()]) == (2, [STOP] * 3)


@pytest.mark.parametrize(
    "failed",
    [execution("Failed", failed=1, end_time=ENDED_LONG_AGO), execution("Failed", end_time=ENDED_NOW)],
    ids=["long ago", "in its preparation"],
)
def test_one_that_failed_for_good_is_not(harbor: FakeHarbor, failed: Dict[str, Any]) -> None:
    harbor.on(NEWEST, [failed])
    harbor.on(TASKS, [])
    result = run(harbor, state="stopped")
    assert (result["changed"], result["stopped"], harbor.sent()) == (False, [], [])


def test_stopping_is_predicted(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1)])
    harbor.on(TASKS, tasks("InProgress"))
    result = run(harbor, state="stopped", check_mode=True)
    assert (result["changed"], result["stopped"], harbor.sent()) == (True, [12], [])


@pytest.mark.parametrize("newest", [None, execution("Succeed", succeed=1)], ids=["never ran", "ended"])
def test_where_nothing_runs_nothing_is_stopped(harbor: FakeHarbor, newest: Optional[Dict[str, Any]]) -> None:
    harbor.on(NEWEST, [newest] if newest else [])
    harbor.on(TASKS, tasks("Succeed"))
    result = run(harbor, state="stopped")
    assert (result["changed"], result["stopped"], harbor.sent()) == (False, [], [])
    assert (result["execution"] is None) == (newest is None)


def test_an_execution_is_stopped_by_its_number(harbor: FakeHarbor) -> None:
    harbor.on("GET /replication/policies/3", POLICY)
    harbor.on(STOP, None)
    harbor.on(ONE, execution(), execution("Stopped"))
    harbor.on(TASKS, [])
    result = run(harbor, state="stopped", policy=None, execution_id=12)
    assert (result["changed"], result["stopped"]) == (True, [12])
    ended = run(harbor, state="stopped", policy=None, execution_id=12)
    assert (ended["changed"], ended["stopped"]) == (False, [])


def test_what_does_not_stop_in_time_is_a_failure(harbor: FakeHarbor) -> None:
    harbor.on(WORKING, [execution(running=1)])
    harbor.on(STOP, None)
    harbor.on(ONE, execution(running=1))
    result = run(harbor, state="stopped", wait_timeout=20)
    assert "execution 12: told to stop, but not finished within 20 seconds" in result["msg"]
    assert result["changed"] is True


# -- logs ----------------------------------------------------------------------------------------------------------

LOG = """2026-03-02T08:00:00Z [INFO] [/controller/replication/transfer/image/transfer.go:181]: copying library/app0
2026-03-02T08:00:01Z [INFO] sending Authorization: Basic Y24tbm9ydGgtNEBBSzpzZWNyZXQ=
2026-03-02T08:00:02Z [INFO] Bearer eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln
2026-03-02T08:00:03Z [INFO] get https://user:word@obs.x.com/blob?token=abcdef&Signature=zzz%3D and basic authentication
2026-03-02T08:00:04Z [ERROR] [/controller/replication/transfer/image/transfer.go:335]: failed to push manifest: http \
status code: 400, body: {"errors":[{"code":"SVCSTG","message":"Invalid image, fail to parse 'manifest.json'"}]}
2026-03-02T08:00:05Z [ERROR] [/x.go:1]: got error during the whole transfer period, mark the job failure
"""


def failing(harbor: FakeHarbor, number: int, text: Any) -> None:
    harbor.on(ONE, execution("Failed", failed=number, end_time=ENDED_LONG_AGO))
    harbor.on(TASKS, tasks(*["Failed"] * number))
    for task in range(number):
        log_of(harbor, 80 + task, text)


def test_logs_of_failed_tasks_are_returned_without_logins_and_known_causes_have_a_remedy(harbor: FakeHarbor) -> None:
    failing(harbor, 1, LOG)
    result = run(harbor)
    (task,) = result["tasks"]
    assert len(task["log"]) == 6
    text = "\n".join(task["log"])
    for secret in ("Y24tbm9ydGgtNEBBSzpzZWNyZXQ=", "eyJhbGciOiJSUzI1NiJ9", "user:word", "abcdef", "zzz"):
        assert secret not in text + result["msg"]
    assert "basic authentication" in text
    assert task["cause"].startswith("failed to push manifest: http status code: 400")
    assert "longshore.swr.image_copy, which converts them" in task["hint"]
    assert "longshore.swr.image_copy, which converts them" in result["error"]["hint"]
    assert task["log_problem"] is None


def test_logs_are_bounded_in_lines_length_and_number(harbor: FakeHarbor) -> None:
    failing(harbor, 22, "first\n" + "x" * 5000 + "\nlast")
    result = run(harbor, log_lines=2)
    assert result["tasks"][0]["log"] == ["x" * 997 + "...", "last"]
    assert len([call for call in asked(harbor) if call.endswith("/log")]) == 20
    assert result["tasks"][21]["log"] == []
    assert "20 failed tasks" in result["tasks"][21]["log_problem"]
    assert "22 of 22 repositories failed" in result["msg"]
    assert "and 19 more" in result["msg"]


LOG_OF_TWO_TRIES = """\
2026-03-02T08:01:00Z [INFO] [/controller/x.go:1]: client for source registry created
2026-03-02T08:01:00Z [ERROR] [/controller/x.go:357]: failed to check the manifest of app:1.0: [503][the second cause]
2026-03-02T08:01:00Z [ERROR] [/controller/x.go:180]: [503][the second cause]
2026-03-02T08:01:00Z [ERROR] [/controller/x.go:186]: got error during the whole transfer period, mark the job failure
ushing the manifest of artifact team/app:1.0 ...
2026-03-02T08:00:05Z [ERROR] [/controller/x.go:180]: http status code: 401, body: the first cause
2026-03-02T08:00:05Z [ERROR] [/controller/x.go:186]: got error during the whole transfer period, mark the job failure
"""


@pytest.mark.parametrize("zone", ["Z", "+08:00"])
def test_what_an_earlier_try_left_at_the_end_of_a_log_is_not_told(harbor: FakeHarbor, zone: str) -> None:
    failing(harbor, 1, LOG_OF_TWO_TRIES.replace("Z [", zone + " ["))
    (task,) = run(harbor)["tasks"]
    assert len(task["log"]) == 4
    assert task["log"][-1].endswith("mark the job failure")
    assert task["cause"] == "failed to check the manifest of app:1.0: [503][the second cause]"
    assert "refuses the endpoint's login" not in str(task["hint"])


def test_an_earlier_try_that_breaks_off_at_the_end_of_a_line_is_found_too(harbor: FakeHarbor) -> None:
    failing(harbor, 1, LOG_OF_TWO_TRIES.replace("ushing the manifest of artifact team/app:1.0 ...\n", ""))
    assert len(run(harbor)["tasks"][0]["log"]) == 4


def test_messages_of_several_lines_and_a_clock_that_is_set_back_break_no_log(harbor: FakeHarbor) -> None:
    log = "2026-03-02T08:01:00Z [INFO] [/x.go:1]: a\nb\n2026-03-02T08:00:58Z [ERROR] [/x.go:1]: c\nd\n"
    failing(harbor, 1, log)
    (task,) = run(harbor)["tasks"]
    assert task["log"] == log.splitlines()
    assert task["cause"] == "c"


def test_no_lines_are_no_lines(harbor: FakeHarbor) -> None:
    failing(harbor, 1, LOG)
    (task,) = run(harbor, log_lines=0)["tasks"]
    assert task["log"] == []
    assert task["hint"]


def test_a_log_that_is_gone_hides_no_failure(harbor: FakeHarbor) -> None:
    failing(harbor, 1, Reply({"errors": [{"code": "NOT_FOUND", "message": "the log is not found"}]}, 404))
    result = run(harbor)
    assert "1 of 1 repositories failed" in result["msg"]
    assert "the log is not found" in result["tasks"][0]["log_problem"]


COPYING = {
    "http status code: 401, body: unauthorized": "The registry refuses the endpoint's login",
    "http status code: 403, body: denied": "edit the organization in SWR",
    "x509: certificate signed by unknown authority": "Set insecure",
    "dial tcp: lookup swr.x.com on 127.0.0.11:53: no such host": "jobservice does not",
    "read tcp 10.0.0.1:1->10.0.0.2:443: connection reset by peer": "does not reach the registry",
    "the tag deletion isn't supported": "Set deletion of the policy to false",
    "http status code: 429, body: ": "limits requests",
    "OCI manifest found, but accept header does not support OCI manifests": "Harbor 1.10 does not read",
}


@pytest.mark.parametrize("error", sorted(COPYING))
def test_known_causes_in_logs(harbor: FakeHarbor, error: str) -> None:
    failing(harbor, 1, "2026 [INFO] [/x.go:1]: unauthorized at first\n2026 [ERROR] [/x.go:1]: {0}\n".format(error))
    assert COPYING[error] in run(harbor)["tasks"][0]["hint"]


PULLING = "failed to pull the manifest of artifact library/app0:1.0: "
OWN = "an error of Harbor's own registry, and not of the endpoint"


@pytest.mark.parametrize(
    ("error", "pulls", "remedy"),
    [
        (PULLING + "http status code: 401, body: unauthorized", False, OWN),
        ("failed to pulling the blob sha256:12: connection refused", False, OWN),
        ("failed to pushing the blob sha256:12, size 3: connection refused", False, "does not reach the registry"),
        (PULLING + "http status code: 401, body: unauthorized", True, "The registry refuses the endpoint's login"),
        ("failed to push manifest of artifact a/b:1: connection refused", True, OWN),
        (PULLING + '412, body: {"errors":[{"code":"PROJECTPOLICYVIOLATION"}]}', False, "not signed or has vuln"),
        (PULLING + "OCI manifest found, but accept header does not support OCI manifests", False, "Harbor 1.10 does"),
    ],
)
def test_a_cause_has_the_remedy_of_the_side_that_says_it(
    harbor: FakeHarbor, error: str, pulls: bool, remedy: str
) -> None:
    endpoint = {"id": 7, "name": "swr"}
    harbor.on(POLICIES, [dict(POLICY, **{"src_registry" if pulls else "dest_registry": endpoint})])
    said = error.partition(": ")[2]
    failing(harbor, 1, "2026 [ERROR] [/x.go:1]: {0}\n2026 [ERROR] [/x.go:2]: {1}\n".format(error, said))
    assert remedy in run(harbor)["tasks"][0]["hint"]


# -- old and odd ---------------------------------------------------------------------------------------------------


def test_1_10_is_called_at_its_paths_and_its_states_are_understood(tmp_path: Any) -> None:
    harbor = FakeHarbor("v1.10.19-abc")
    harbor.on(POLICIES, [POLICY])
    # Its filter lets everything through.
    harbor.on(WORKING, [execution("Succeed", id=11, succeed=1)])
    harbor.on(START, Reply("", 201, Location="/api/replication/executions/12"))
    harbor.on(ONE, execution(running=2), execution("Succeed", succeed=2))
    harbor.on(TASKS, tasks("Initialized", "Succeed"), tasks("Succeed", "Succeed"))
    result = run(harbor)
    assert result["counts"]["succeed"] == 2
    assert result["harbor_version"] == "v1.10.19-abc"


def test_all_pages_of_tasks_are_counted(harbor: FakeHarbor) -> None:
    harbor.on(ONE, execution("Succeed", succeed=3))
    link = '<{0}/api/v2.0/replication/executions/12/tasks?page=2&page_size=100>; rel="next"'.format(URL)
    harbor.on(TASKS, Reply(tasks("Succeed", "Succeed"), Link=link))
    # A page may begin with what the one before ended with.
    harbor.on(TASKS.replace("page=1", "page=2"), tasks("Succeed", "Succeed", "Succeed")[1:])
    assert run(harbor)["counts"] == {"total": 3, "succeed": 3, "failed": 0, "in_progress": 0, "stopped": 0}


def test_lines_of_progress_come_on_change_and_every_half_minute(harbor: FakeHarbor, tmp_path: Any) -> None:
    harbor.on(
        ONE,
        execution(),
        *[execution(succeed=3, failed=1, running=36)] * 5,
        execution("Stopped", succeed=4, failed=1, stopped=35),
    )
    harbor.on(TASKS, tasks(*["Succeed"] * 4, "Failed", *["Stopped"] * 35))
    log_of(harbor, 84, "")
    path = tmp_path / "progress.jsonl"
    run(harbor, progress_file=str(path))
    head = "[harbor] policy to-swr, execution 12: "
    assert [render(json.loads(line)) for line in path.read_text().splitlines()] == [
        head + "preparing",
        head + "4/40 repositories, 1 failed, 36 in progress",
        head + "4/40 repositories, 1 failed, 36 in progress",
        head + "40/40 repositories, 1 failed, 0 in progress, 35 stopped, Stopped",
    ]


def test_a_progress_file_that_cannot_be_written_is_told_before_the_end(harbor: FakeHarbor, tmp_path: Any) -> None:
    with pytest.raises(LongshoreError, match="progress_file"):
        run(harbor, progress_file=str(tmp_path / "absent" / "file"))
    assert harbor.calls == []
    path = str(tmp_path / "progress")
    full = runs(harbor, progress_file=path)
    harbor.on(ONE, execution("Succeed", succeed=1))
    harbor.on(TASKS, tasks("Succeed"))
    with full_disk():
        full.run()
    assert full.warnings == ["Progress could not be written completely: {0}: No space left on device".format(path)]
