# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Logs of failed tasks, and remedies for what they say."""

from __future__ import annotations

from typing import Any

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (  # noqa: E402
    ENDED_LONG_AGO,
    ONE,
    POLICIES,
    POLICY,
    TASKS,
    asked,
    execution,
    log_of,
    run,
    tasks,
)

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
