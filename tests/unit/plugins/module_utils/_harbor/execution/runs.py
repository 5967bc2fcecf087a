# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of executions share: a policy, its execution, and a run of the module's logic."""

from __future__ import annotations

from typing import Any, Dict, List

from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.run import ReplicationRun
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply

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


def log_of(harbor: FakeHarbor, task: int, text: Any) -> None:
    harbor.on("GET /replication/executions/12/tasks/{0}/log".format(task), text)
