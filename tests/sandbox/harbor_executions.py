# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's API of replication executions, their tasks and logs."""

from __future__ import annotations

from typing import Any, Dict, List

from . import harbor_bodies as bodies
from .harbor_jobs import ERROR, FINAL, INITIALIZED, PENDING, RUNNING, STOPPED, SUCCESS, Execution, Runner, Task
from .harbor_replies import RefusedError, filled, when
from .harbor_versions import Version
from .http_message import Request, Response

# States inside to those of the API.
SHOWN = {RUNNING: "InProgress", SUCCESS: "Succeed", ERROR: "Failed", STOPPED: "Stopped", PENDING: PENDING}
COUNTS = ("total", "failed", "succeed", "in_progress", "stopped")


class Executions:
    """The calls below C(/replication/executions)."""

    def __init__(self, harbor: Any) -> None:
        self._harbor = harbor
        self._version: Version = harbor.version
        self._replies = harbor.replies
        self.runner = Runner(harbor)

    def routes(self) -> List[Any]:
        one = r"/replication/executions/(\d+)"
        return [
            ("GET", r"/replication/executions", ("replication", "list"), self.list),
            ("POST", r"/replication/executions", ("replication", "create"), self.create),
            ("GET", one, ("replication", "read"), self.get),
            ("PUT", one, ("replication", "create"), self.stop),
            ("GET", one + "/tasks", ("replication", "list"), self.tasks),
            ("GET", one + r"/tasks/(\d+)/log", ("replication", "read"), self.log),
        ]

    def find(self, number: int) -> Execution:
        """
        :raises RefusedError: 404.
        """
        found = self.runner.executions.get(number)
        if found is None:
            kind = "replication execution" if self._version.modern else "execution"
            raise RefusedError(404, "{0} {1} not found".format(kind, number))
        return found

    def forget(self, policy: int) -> None:
        """Removes a policy's executions, because the policy goes. In 1.10 they stay.

        :raises RefusedError: 412, one of them is not at its end.
        """
        found = [self.runner.settled(execution) for execution in self.runner.of(policy)]
        if any(execution.status not in FINAL for execution in found):
            old = "the policy {0} has running executions, can not be deleted".format(policy)
            new = "contains executions that aren't in final status, stop the execution first"
            raise RefusedError(412, new if self._version.modern else old)
        for execution in found if self._version.modern else ():
            if any(task.status not in FINAL for task in execution.tasks):
                text = "the execution {0} has tasks that aren't in final status, stop the tasks first"
                raise RefusedError(412, text.format(execution.id))
            del self.runner.executions[execution.id]

    # What they look like

    def shown(self, execution: Execution) -> Dict[str, Any]:
        execution = self.runner.settled(execution)
        counts = execution.counts()
        if not self._version.modern and not execution.tasks:
            counts = dict.fromkeys(counts, 0)
        values = {
            "id": execution.id,
            "policy_id": execution.policy.id,
            "status": SHOWN[execution.status],
            "status_text": execution.text,
            "trigger": execution.trigger,
            "start_time": when(execution.start, self._version),
            "end_time": when(execution.end, self._version),
        }
        return dict(values, **{name: counts[name] for name in COUNTS})

    def shown_task(self, execution: Execution, task: Task) -> Dict[str, Any]:
        modern = self._version.modern
        status = SHOWN.get(task.status, INITIALIZED)
        values = {
            "id": task.id,
            "execution_id": execution.id,
            "resource_type": "artifact" if modern and not execution.policy.src else "image",
            "src_resource": self._resource(task.item.repository, task),
            "dst_resource": self._resource(task.target, task),
            "operation": "deletion" if task.item.deleted else "copy",
            "job_id": task.job,
            "status": status,
            "start_time": when(task.start, self._version),
            "end_time": when(task.end, self._version),
        }
        return filled(values) if modern else dict(values, StatusRevision=0)

    def _resource(self, repository: str, task: Task) -> str:
        references = task.item.references
        if self._version.modern:
            return "{0} [{1} item(s) in total]".format(repository, len(references))
        if len(references) == 1:
            return "{0}:[{1}]".format(repository, references[0])
        return "{0}:[{1} ... {2} in total]".format(repository, references[0], len(references))

    # Calls

    def list(self, request: Request, _match: Any, _body: bytes) -> Response:
        policy = request.param("policy_id")
        if policy and not self._version.modern and (not policy.isdigit() or int(policy) <= 0):
            raise RefusedError(400, "invalid policy_id {0}".format(policy))
        chosen = list(self.runner.executions.values())
        status = request.param("status")
        if status and not self._version.modern:
            # 1.10 looks at what it has stored, and stores no status of what has tasks: it makes it anew each time.
            chosen = [execution for execution in chosen if SHOWN[execution.status] == status]
        entries = [self.shown(execution) for execution in chosen]
        for name in ("policy_id", "trigger") + (("status",) if self._version.modern else ()):
            wanted = request.param(name)
            if wanted:
                entries = [entry for entry in entries if str(entry[name]) == wanted]
        return self._replies.page(request, self._newest_first(request, entries))

    def _newest_first(self, request: Request, entries: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
        return self._replies.sorted(request, entries, "-start_time")

    def create(self, request: Request, _match: Any, body: bytes) -> Response:
        given = bodies.read(body, bodies.EXECUTION, self._version, "execution", "StartReplicationExecution")
        policy = self._harbor.policies.find(given.get("policy_id", 0))
        if not policy.enabled:
            raise RefusedError(412 if self._version.modern else 400, "the policy {0} is disabled".format(policy.id))
        trigger = "scheduled" if request.param("trigger") == "scheduled" else "manual"
        return self._replies.created(request, self.runner.start(policy, trigger).id)

    def get(self, _request: Request, match: Any, _body: bytes) -> Response:
        return self._replies.json(self.shown(self.find(int(match.group(1)))))

    def stop(self, _request: Request, match: Any, _body: bytes) -> Response:
        self.runner.stop(self.find(int(match.group(1))))
        return self._replies.json(None) if self._version.modern else self._replies.empty()

    def tasks(self, request: Request, match: Any, _body: bytes) -> Response:
        execution = self.find(int(match.group(1)))
        entries = [self.shown_task(execution, task) for task in execution.tasks]
        for name in ("status", "resource_type"):
            wanted = request.param(name)
            if wanted:
                entries = [entry for entry in entries if entry.get(name) == wanted]
        return self._replies.page(request, self._newest_first(request, entries))

    def log(self, _request: Request, match: Any, _body: bytes) -> Response:
        execution = self.find(int(match.group(1)))
        number = int(match.group(2))
        task = next((task for task in execution.tasks if task.id == number), None)
        if task is None:
            new = "execution {0} contains no task with ID {1}".format(execution.id, number)
            raise RefusedError(404, new if self._version.modern else "task {0} not found".format(number))
        if task.log is None:
            raise RefusedError(404, "the log of task {0} not found".format(number))
        return self._replies.text(task.log.text)
