# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Harbor that is away while it is watched."""

from __future__ import annotations

import json
from typing import Any

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.progress import render  # noqa: E402
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._harbor.execution.runs import (  # noqa: E402
    ONE,
    TASKS,
    execution,
    run,
    tasks,
)


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
