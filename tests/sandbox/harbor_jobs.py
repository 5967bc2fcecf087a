# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions of replication policies: from the start over tasks and their retries to the end, as Harbor runs them."""

from __future__ import annotations

import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional, Sequence

from . import harbor_selection as selection
from .harbor_outside import RegistryClient, UpstreamError
from .harbor_policies import Policy
from .harbor_registries import Remote
from .harbor_selection import FlowError, Item
from .harbor_transfer import Huawei, JobLog, StoppedError, Transfer, TransferError, end_of

# What Harbor calls states inside, and those in which nothing more happens (unless a job is tried again).
RUNNING, SUCCESS, ERROR, STOPPED = "Running", "Success", "Error", "Stopped"
INITIALIZED, PENDING = "Initialized", "Pending"
FINAL = (SUCCESS, ERROR, STOPPED)
NOTHING = "no resources need to be replicated"
SKIPPED = "Execution skipped: active replication still in progress."
TRIES = 3
# Seconds after the first try at which Harbor makes the next ones, at the earliest.
LATER = (0.0, 16.0, 47.0)


@dataclass
class Task:
    """The work on one repository."""

    id: int
    item: Item
    target: str
    status: str = PENDING
    start: float = 0.0
    end: float = 0.0
    log: Optional[JobLog] = None
    job: str = field(default_factory=lambda: secrets.token_hex(12))
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass
class Execution:
    """One run of a policy.

    :ivar refresh_at: when the status will follow the tasks; 0: it does.
    """

    id: int
    policy: Policy
    trigger: str
    status: str = RUNNING
    text: str = ""
    start: float = field(default_factory=time.time)
    end: float = 0.0
    tasks: List[Task] = field(default_factory=list)
    refresh_at: float = 0.0

    def counts(self) -> Dict[str, int]:
        """Tasks by what the API calls their states."""
        kinds = {SUCCESS: "succeed", ERROR: "failed", STOPPED: "stopped"}
        found = dict.fromkeys(("succeed", "failed", "in_progress", "stopped"), 0)
        for task in self.tasks:
            found[kinds.get(task.status, "in_progress")] += 1
        return dict(found, total=len(self.tasks))

    def follow(self) -> None:
        """The status that the tasks make."""
        counts = self.counts()
        if not counts["total"]:
            return
        found = next(name for name in ("in_progress", "failed", "stopped", "succeed") if counts[name])
        names = {"in_progress": RUNNING, "failed": ERROR, "stopped": STOPPED, "succeed": SUCCESS}
        self.status = names[found]
        self.end = max(task.end for task in self.tasks) if self.status in FINAL else 0.0
        self.refresh_at = 0.0


class Runner:
    """Runs executions of one Harbor, in threads of their own.

    :param harbor: gives state, lock, options and the way to other registries.
    """

    def __init__(self, harbor: Any) -> None:
        self._harbor = harbor
        self._version = harbor.version
        self._options = harbor.options
        self._workers = threading.Semaphore(harbor.options.workers)
        self.executions: Dict[int, Execution] = {}

    def start(self, policy: Policy, trigger: str, items: Sequence[Item] = ()) -> Execution:
        """
        :param items: what to copy, where it is known already: an artifact that was pushed.
        """
        with self._harbor.lock:
            busy = policy.single_active and any(self.settled(other).status == RUNNING for other in self.of(policy.id))
            execution = Execution(self._harbor.next_id("execution"), policy, trigger)
            self.executions[execution.id] = execution
            if busy:
                self._finish(execution, ERROR, SKIPPED)
                return execution
            # As they are now: what is changed later is for the next one.
            remotes = self._harbor.policies.registries(policy)
        self._harbor.spawn(lambda: self._flow(execution, list(items), remotes))
        return execution

    def of(self, policy: int) -> List[Execution]:
        return [execution for execution in self.executions.values() if execution.policy.id == policy]

    def settled(self, execution: Execution) -> Execution:
        """The execution with the status that it shows now."""
        with self._harbor.lock:
            if not self._version.modern and execution.status == RUNNING and execution.tasks:
                # 1.10 counts the tasks at each look, and keeps nothing.
                shown = Execution(**vars(execution))
                shown.follow()
                return shown
            if execution.refresh_at and time.monotonic() >= execution.refresh_at:
                execution.follow()
            return execution

    def stop(self, execution: Execution) -> None:
        """Stops tasks; a transfer notices at its next step. One that failed is left alone, and tried again."""
        with self._harbor.lock:
            if not execution.tasks:
                if execution.status == RUNNING:
                    self._finish(execution, STOPPED, "")
                return
            for task in execution.tasks:
                if task.status not in FINAL:
                    task.stop.set()
                    self._change(execution, task, STOPPED)

    # From the policy to tasks

    def _flow(self, execution: Execution, items: List[Item], remotes: List[Remote]) -> None:
        if self._harbor.wait(self._options.start_delay):
            return
        policy = execution.policy
        try:
            items = items or self._select(policy, remotes)
            if execution.status == STOPPED:
                return
            if not items:
                self._finish(execution, SUCCESS, NOTHING)
                return
            targets = [selection.destination(item.repository, policy, self._version) for item in items]
            self._prepare(remotes[1], targets)
        except FlowError as problem:
            self._finish(execution, ERROR, str(problem))
            return
        with self._harbor.lock:
            if execution.status == STOPPED:
                return
            for item, target in zip(items, targets):
                number = self._harbor.next_id("task")
                status = PENDING if self._version.modern else INITIALIZED
                execution.tasks.append(Task(number, item, target, status, time.time()))
        for task in execution.tasks:
            self._harbor.spawn(lambda task=task: self._job(execution, task, remotes))

    def _select(self, policy: Policy, remotes: List[Remote]) -> List[Item]:
        if remotes[0].id == 0:
            return selection.from_here(self._harbor.content, policy, self._version)
        client = RegistryClient(self._harbor.outside, remotes[0].endpoint)
        return selection.from_elsewhere(client, remotes[0], policy, self._version)

    def _prepare(self, remote: Remote, targets: List[str]) -> None:
        end = end_of(remote, self._harbor.content.storage, self._harbor.outside)
        if not isinstance(end, Huawei):
            return
        try:
            end.prepare(targets)
        except (UpstreamError, ValueError) as problem:
            text = "failed to do the prepare work for pushing/uploading resources: {0}"
            raise FlowError(text.format(problem)) from None

    def _finish(self, execution: Execution, status: str, text: str) -> None:
        with self._harbor.lock:
            execution.status, execution.text = status, text
            # 1.10 writes no end for a failure before there are tasks.
            execution.end = 0.0 if status == ERROR and not self._version.modern else time.time()

    # Tasks

    def _job(self, execution: Execution, task: Task, remotes: List[Remote]) -> None:
        """Runs a task, again after failures, with pauses that grow."""
        if not self._version.modern:
            if self._harbor.wait(self._options.submit_delay):
                return
            with self._harbor.lock:
                if task.status == INITIALIZED:
                    task.status = PENDING
        for number in range(1, TRIES + 1):
            with self._workers:
                if self._harbor.wait(self._options.task_delay, task.stop):
                    return
                self._run(execution, task, remotes, LATER[number - 1])
            if task.status != ERROR or number == TRIES:
                return
            if self._harbor.wait(self._options.retry_delay * number):
                return

    def _run(self, execution: Execution, task: Task, remotes: List[Remote], later: float) -> None:
        if task.stop.is_set():
            return
        task.log = JobLog(self._version.modern, task.log.text if task.log else "", later)
        self._change(execution, task, RUNNING)
        storage, outside = self._harbor.content.storage, self._harbor.outside
        transfer = Transfer(
            *(end_of(remote, storage, outside) for remote in remotes),
            log=task.log,
            version=self._version,
            pause=lambda seconds: self._harbor.wait(seconds * self._options.second, task.stop),
            stopped=lambda: task.stop.is_set() or self._harbor.closing.is_set(),
            override=execution.policy.override,
            speed=execution.policy.speed,
        )
        try:
            transfer.announce(remotes)
            if task.item.deleted:
                transfer.delete(task.target, task.item.references)
            else:
                transfer.copy(task.item.repository, task.target, task.item.references)
        except StoppedError:
            self._change(execution, task, STOPPED)
        except TransferError:
            self._change(execution, task, ERROR)
        else:
            self._change(execution, task, SUCCESS)

    def _change(self, execution: Execution, task: Task, status: str) -> None:
        with self._harbor.lock:
            if task.status == STOPPED:
                return
            task.status = status
            task.end = time.time() if status in FINAL else 0.0
            if not self._version.modern:
                return
            if not self._version.lags or status == STOPPED or not self._options.status_lag:
                execution.follow()
            elif not execution.refresh_at:
                execution.refresh_at = time.monotonic() + self._options.status_lag
