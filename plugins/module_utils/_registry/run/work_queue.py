# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Threads that process jobs by priority; a job may add further jobs.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import heapq
import threading
from typing import Any, Callable, Iterator, List, Optional, Sequence, Tuple, TypeVar

T = TypeVar("T")
Job = Callable[[], None]

LEAST = 32
"""From this many requests to a repository on, it is worth to send some at once."""
MOST = 64
"""Requests sent at once: with usual logins, they are about as many bytes as a connection takes."""


def batches(items: Sequence[T], workers: int) -> Iterator[Sequence[T]]:
    """Batches of items that are asked for at once, so that each worker has a part; of one item if there are few."""
    size = min(MOST, -(-len(items) // workers)) if len(items) >= LEAST else 1
    return (items[start : start + size] for start in range(0, len(items), size))


class WorkQueue:
    """Threads and a queue of jobs.

    A job must handle its own failures. One that raises anyway ends the run: L(join,#) raises its error.

    :param workers: most threads, at least one.
    :param enough: returns how many are enough now; called when all are busy. By default the maximum.
    """

    def __init__(self, workers: int, enough: Optional[Callable[[], int]] = None) -> None:
        self._most = max(1, workers)
        self._enough = enough or (lambda: self._most)
        self._jobs: List[Tuple[Tuple[Any, ...], int, Job]] = []
        self._sequence = 0
        self._open = 0
        self._idle = 0
        self._crash: List[BaseException] = []
        self._stopping = False
        lock = threading.Lock()
        # Two conditions: a wake-up meant for a thread must not be spent on join().
        self._condition = threading.Condition(lock)
        self._finished = threading.Condition(lock)
        self._threads: List[threading.Thread] = []

    @property
    def workers(self) -> int:
        """How many threads there would be for any number of jobs."""
        return max(1, min(self._most, self._enough()))

    def put(self, priority: Tuple[Any, ...], job: Job) -> None:
        """Queue a job; the one with the smallest priority runs first, equal ones in order of arrival."""
        with self._condition:
            self._sequence += 1
            self._open += 1
            heapq.heappush(self._jobs, (priority, self._sequence, job))
            self._grow()
            self._condition.notify()

    def _grow(self) -> None:
        """Start another thread if jobs wait and no thread is free."""
        if len(self._jobs) <= self._idle or self._stopping:
            return
        if len(self._threads) < self.workers:
            name = "copy-{0}".format(len(self._threads))
            thread = threading.Thread(target=self._work, name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def join(self) -> None:
        """Return when all jobs, including those added by jobs, are done.

        :raises BaseException: what a job raised.
        """
        with self._condition:
            while self._open and not self._crash:
                # A wait without a timeout would block Ctrl-C.
                self._finished.wait(1.0)
            if self._crash:
                raise self._crash[0]

    def close(self) -> None:
        """Let the threads end; jobs still queued are dropped."""
        with self._condition:
            self._stopping = True
            self._jobs.clear()
            self._condition.notify_all()

    def __enter__(self) -> WorkQueue:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def _work(self) -> None:
        while True:
            with self._condition:
                self._idle += 1
                while not self._jobs and not self._stopping:
                    self._condition.wait()
                self._idle -= 1
                if self._stopping:
                    return
                job = heapq.heappop(self._jobs)[2]
                # The number that is enough may have grown since the jobs were queued.
                self._grow()
            try:
                job()
            except BaseException as error:  # noqa: BLE001 - join() raises it in the caller's thread
                with self._condition:
                    self._crash.append(error)
            with self._condition:
                self._open -= 1
                if not self._open or self._crash:
                    self._finished.notify_all()
