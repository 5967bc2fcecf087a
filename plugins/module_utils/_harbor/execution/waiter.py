# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for an execution, and decides when it has really ended.

Harbor's status may be late or not final: a failed task is retried up to twice, 16 to 74 seconds
after the first failure and 31 to 118 after the second, and meanwhile the execution is C(Failed). Since 2.8 its status
may be so late that only a changed end time shows another try. And Harbor itself may be unavailable
for a while.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, List, NamedTuple, Optional, Tuple, TypeVar

from ..errors import HarborError
from ..replication.executions import FAILED, Counts, Execution, Executions, Task, count
from .progress import ReplicationProgress

# A starting Harbor answers like this; without an answer there is no status.
_AWAY = (None, 500, 502, 503, 504)
# How often tasks are read again if they disagree with the execution's counts.
_RECOUNTS = 5
_RECOUNT_SECONDS = 2.0
# How often a failed task is retried.
_TRIES = 2

T = TypeVar("T")


class WaitResult(NamedTuple):
    """The outcome of a wait.

    :ivar execution: as last seen; None if never.
    :ivar counts: the counts from the tasks themselves.
    :ivar timed_out: the time ran out before the execution ended.
    :ivar unreachable: why Harbor could not be reached at the end of the time.
    """

    execution: Optional[Execution]
    tasks: List[Task]
    counts: Counts
    timed_out: bool = False
    unreachable: Optional[HarborError] = None


class _TimeOverError(Exception):
    def __init__(self, error: Optional[HarborError] = None) -> None:
        super().__init__()
        self.error = error


class Waiter:
    """Polls an execution until it has ended.

    :param timeout: maximum seconds to wait from now; one request may exceed it.
    :param poll_interval: seconds between two requests.
    :param settle_time: seconds that a failure must last to be final.
    """

    def __init__(
        self,
        executions: Executions,
        progress: ReplicationProgress,
        timeout: float,
        poll_interval: float,
        settle_time: float,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._executions = executions
        self._progress = progress
        self._poll_interval = poll_interval
        self._settle_time = settle_time
        self._sleep = sleep
        self._clock = clock
        self._deadline = clock() + timeout
        self._failed_since: Optional[float] = None
        self._failure: Optional[Tuple[Optional[str], Counts]] = None
        self._other_failures = 0

    def wait(self, execution_id: int, look: Callable[[Execution], None] = lambda execution: None) -> WaitResult:
        """Wait until the execution has ended, or the time is over.

        :param look: called with the execution after each poll.
        :raises HarborError: Harbor refused a request. If it does not answer, polling continues.
        """
        execution: Optional[Execution] = None
        try:
            while True:
                execution = self._ask(execution_id, self._executions.get, execution_id)
                self._progress.seen(execution)
                self._ask(execution_id, look, execution)
                outcome = self._count(execution) if self._is_believed(execution) else None
                if outcome is not None:
                    return outcome
                self._pause(self._poll_interval)
        except _TimeOverError as over:
            counts = execution.counts if execution else Counts()
            return WaitResult(execution, [], counts, timed_out=True, unreachable=over.error)

    def _is_believed(self, execution: Execution) -> bool:
        """Whether the execution's end is final."""
        counts = execution.counts
        if not execution.ended or counts.in_progress:
            self._failed_since = None
            return False
        # Without tasks the preparation failed, which is not retried.
        if execution.status != FAILED or not counts.total:
            return True
        self._watch((execution.end_time, counts), counts.total * _TRIES)
        lasted = self._clock() - (self._failed_since or 0.0)
        # An old failure need not be watched, unless no task is failed any more: then the status is late.
        ended_ago = (execution.ended_ago or 0.0) if counts.failed else 0.0
        return max(lasted, ended_ago) >= self._settle_time

    def _watch(self, failure: Tuple[Optional[str], Counts], at_most: int) -> None:
        """Record since when this failure exists; a different end time makes it a new one.

        :param at_most: how often it can be a new one. In 1.10 one without tasks always seems to end now.
        """
        if self._failed_since is not None and failure == self._failure:
            return
        if self._failed_since is not None:
            if self._other_failures >= at_most:
                return
            self._other_failures += 1
        self._failed_since, self._failure = self._clock(), failure

    def _count(self, execution: Execution) -> Optional[WaitResult]:
        """Read the tasks, again while they disagree with the execution: either may be late.

        :return: None if the execution continues after all.
        """
        attempt = 0
        while True:
            tasks = self._ask(execution.id, self._executions.tasks, execution.id)
            counts = count(tasks)
            if counts == execution.counts or attempt == _RECOUNTS or self._clock() >= self._deadline:
                return WaitResult(execution, tasks, counts)
            attempt += 1
            self._pause(_RECOUNT_SECONDS)
            execution = self._ask(execution.id, self._executions.get, execution.id)
            self._progress.seen(execution)
            if not self._is_believed(execution):
                return None

    def _ask(self, execution_id: int, call: Callable[..., T], argument: Any) -> T:
        """The result of a call, which is repeated while Harbor is unavailable."""
        while True:
            try:
                return call(argument)
            except HarborError as error:
                if error.status not in _AWAY:
                    raise
                self._progress.unreachable(execution_id, error)
                self._pause(self._poll_interval, error)

    def _pause(self, seconds: float, error: Optional[HarborError] = None) -> None:
        left = self._deadline - self._clock()
        if left <= 0:
            raise _TimeOverError(error)
        self._sleep(min(seconds, left))
