# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for an execution that somebody else started."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    NEWEST,
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
