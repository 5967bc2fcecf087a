# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A robot account and its replication under ansible-playbook: what is shown, and what is not."""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.conftest import Plays
from ansible_collections.longshore.swr.tests.integration.harbor.replication import QUICK, World
from ansible_collections.longshore.swr.tests.support.playbook import Task, keep, secret_free

Given = Tuple[World, Plays]


@pytest.fixture
def given(harbor_world: Callable[..., World], plays: Callable[..., Plays]) -> Given:
    world = harbor_world(options={"start_delay": 0.3, "task_delay": 0.6}).load(3).prepare()
    return world, plays(world.harbor)


ROBOT = {"longshore.swr.harbor_robot": {"name": "replicator", "description": "to SWR"}, "register": "made"}
EXECUTION = {"longshore.swr.harbor_replication_execution": dict(QUICK, policy="to-swr"), "register": "ran"}
BY_ROBOT = {
    "longshore.swr.harbor_replication_execution": dict(
        QUICK, policy="to-swr", harbor_username="{{ made.robot.name }}", harbor_password="{{ made.secret }}"
    ),
    "register": "ran",
}


def kept(name: str) -> Task:
    return keep(**{name: name})


def result_of(run: Any, name: str) -> Dict[str, Any]:
    result: Dict[str, Any] = run.value(name)
    secret_free(run.text, result.get("secret", ""))
    return result


def test_a_robot_is_made_and_replicates_while_progress_is_shown(given: Given) -> None:
    _world, plays = given
    run = plays.do([ROBOT, BY_ROBOT, kept("made"), kept("ran")])
    made = result_of(run, "made")
    assert made["robot"]["name"] == "robot$replicator"
    assert len(made["secret"]) >= 8
    assert run.value("ran")["counts"]["succeed"] == 3
    lines = [line for line in run.err.splitlines() if line.startswith("[harbor] ")]
    head = "[harbor] localhost: policy to-swr, execution 1: "
    assert lines[0] == head + "preparing"
    assert head + "0/3 repositories, 0 failed, 3 in progress" in lines
    assert lines[-1] == head + "3/3 repositories, 0 failed, 0 in progress, Succeed"
    assert "[harbor]" not in run.out
    # With the secret the result is hidden.
    assert "replication-policy" not in run.out
    # Without a secret nothing is hidden.
    again = plays.do([ROBOT, kept("made")])
    assert (again.value("made")["changed"], "secret" in again.value("made")) == (False, False)
    assert "robot$replicator" in again.out


def test_check_mode_starts_nothing_and_an_error_of_a_robot_is_shown(given: Given) -> None:
    world, plays = given
    run = plays.do([ROBOT, EXECUTION, kept("made"), kept("ran")], "--check")
    assert run.value("ran")["changed"] is run.value("made")["changed"] is True
    assert world.harbor.bodies("POST", "/robots") == []
    assert world.harbor.bodies("POST", "/replication/executions") == []
    wrong = plays.do([{"longshore.swr.harbor_robot": {"name": "robot$replicator"}}], ok=False)
    assert "invalid robot account name" in wrong.out


def test_a_failed_run_fails_the_play_with_the_reason(given: Given) -> None:
    world, plays = given
    world.swr.organizations.clear()
    run = plays.do([EXECUTION], ok=False)
    assert "failed before anything was copied: " in run.out
    assert "Create the organization in SWR first" in run.out
