# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for an execution, and knowing when it has really ended.

What Harbor says may be late, or not the last word: a task that failed is tried again up to two times, 16 to 74 seconds
after the first failure and 31 to 118 after the second, and meanwhile the execution is C(Failed). From 2.8 on its status
may be so late that nothing but another time of the end shows that there was another try. And Harbor itself may be away
for a while.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, List, NamedTuple, Optional, Tuple, TypeVar

from ..errors import HarborError
from ..replication.executions import FAILED, Counts, Execution, Executions, Task, count
from .progress import ReplicationProgress

# A Harbor that starts answers like this, and one that does not answer has no status.
_AWAY = (None, 500, 502, 503, 504)
# How often tasks are read again when they and the execution's own numbers do not agree.
_RECOUNTS = 5
_RECOUNT_SECONDS = 2.0
# How often a task that failed is tried again.
_TRIES = 2

T = TypeVar("T")


class WaitResult(NamedTuple):
    """How a wait ended.

    :ivar execution: as it was last seen; None when it was never.
    :ivar counts: what the tasks themselves gave.
    :ivar timed_out: the time was over before the execution was.
    :ivar unreachable: why Harbor could not be asked at the end of the time.
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
    """Asks for an execution until it has ended.

    :param timeout: seconds to wait at most, counted from now; one request more may be made than fits.
    :param poll_interval: seconds between two requests.
    :param settle_time: seconds that a failure must have lasted to be believed.
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
        """Until the execution has ended, or the time is over.

        :param look: is called with the execution each time it was asked for.
        :raises HarborError: Harbor refused a request. That it does not answer is no reason to give up.
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
        """Whether the execution has ended for good."""
        counts = execution.counts
        if not execution.ended or counts.in_progress:
            self._failed_since = None
            return False
        # Without tasks it is the preparation that failed, and that is not tried again.
        if execution.status != FAILED or not counts.total:
            return True
        self._watch((execution.end_time, counts), counts.total * _TRIES)
        lasted = self._clock() - (self._failed_since or 0.0)
        # One that failed long before need not be watched, unless no task says so any more: then the status is late.
        ended_ago = (execution.ended_ago or 0.0) if counts.failed else 0.0
        return max(lasted, ended_ago) >= self._settle_time

    def _watch(self, failure: Tuple[Optional[str], Counts], at_most: int) -> None:
        """Notes since when this failure is there; another one begins when it ended at another time.

        :param at_most: how often it can be another one. In 1.10 one without tasks always ends just now.
        """
        if self._failed_since is not None and failure == self._failure:
            return
        if self._failed_since is not None:
            if self._other_failures >= at_most:
                return
            self._other_failures += 1
        self._failed_since, self._failure = self._clock(), failure

    def _count(self, execution: Execution) -> Optional[WaitResult]:
        """Reads the tasks, and again while they and the execution disagree: then either may be late.

        :return: None when the execution goes on after all.
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
        """The result of a call, which is repeated while Harbor is away."""
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
