# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stopping an execution."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest

from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    ENDED_LONG_AGO,
    ENDED_NOW,
    NEWEST,
    ONE,
    POLICIES,
    POLICY,
    STOP,
    TASKS,
    WORKING,
    asked,
    execution,
    log_of,
    run,
    tasks,
)


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
