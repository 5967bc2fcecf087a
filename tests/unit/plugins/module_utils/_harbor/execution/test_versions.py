# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Old Harbors, many tasks, progress."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.progress import render
from ansible_collections.longshore.swr.tests.support.fake_harbor import URL, FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (
    ONE,
    POLICIES,
    POLICY,
    START,
    TASKS,
    WORKING,
    execution,
    log_of,
    run,
    runs,
    tasks,
)


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
