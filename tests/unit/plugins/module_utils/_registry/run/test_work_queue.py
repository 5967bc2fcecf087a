# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Jobs, threads and priorities."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.run.work_queue import WorkQueue


def test_an_empty_queue_is_done_at_once():
    with WorkQueue(2) as queue:
        queue.join()


def test_runs_by_priority_and_then_in_order():
    ran, hold = [], threading.Event()
    with WorkQueue(1) as queue:
        queue.put((0,), hold.wait)
        for priority in ((1, 2), (1, 1), (0, 9), (1,), (1, 1)):
            queue.put(priority, lambda priority=priority: ran.append(priority))
        hold.set()
        queue.join()
    assert ran == [(0, 9), (1,), (1, 1), (1, 1), (1, 2)]


def test_join_waits_for_jobs_that_jobs_added():
    ran = []

    def job(depth):
        ran.append(depth)
        if depth:
            queue.put((depth,), lambda: job(depth - 1))

    with WorkQueue(3) as queue:
        queue.put((0,), lambda: job(20))
        queue.join()
        assert sorted(ran) == list(range(21))
        queue.put((0,), lambda: job(0))
        queue.join()
    assert len(ran) == 22


def test_jobs_run_at_the_same_time():
    barrier = threading.Barrier(3, timeout=5)
    with WorkQueue(3) as queue:
        for _count in range(3):
            queue.put((0,), barrier.wait)
        queue.join()


def test_a_job_that_raises_ends_the_run_with_its_error():
    def crash():
        raise ValueError("a defect")

    with WorkQueue(1) as queue:
        queue.put((0,), crash)
        queue.put((1,), lambda: None)
        with pytest.raises(ValueError, match="a defect"):
            queue.join()


def test_closing_drops_what_has_not_begun():
    ran, hold, began = [], threading.Event(), threading.Event()
    queue = WorkQueue(1)
    queue.put((0,), lambda: (began.set(), hold.wait(5)))
    queue.put((1,), lambda: ran.append(1))
    assert began.wait(5)
    queue.close()
    hold.set()
    for thread in queue._threads:
        thread.join(5)
        assert not thread.is_alive()
    assert ran == []


def test_there_is_at_least_one_thread():
    ran = []
    with WorkQueue(0) as queue:
        queue.put((0,), lambda: ran.append(1))
        queue.join()
    assert ran == [1]


@settings(max_examples=20, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=15), st.integers(1, 4))
def test_every_job_runs_once(jobs, workers):
    ran, lock = [], threading.Lock()

    def job(number, more):
        with lock:
            ran.append(number)
        for _count in range(more):
            queue.put((more,), lambda: job(number, more - 1))

    def total(more):
        return 1 + more * total(more - 1) if more else 1

    with WorkQueue(workers) as queue:
        for number, (priority, more) in enumerate(jobs):
            queue.put((priority,), lambda number=number, more=more: job(number, more))
        queue.join()
    assert [ran.count(number) for number in range(len(jobs))] == [total(more) for _priority, more in jobs]


def test_threads_follow_what_is_enough():
    most, hold, began = [2], threading.Event(), threading.Semaphore(0)
    with WorkQueue(5, lambda: most[0]) as queue:
        for _number in range(20):
            queue.put((0,), lambda: (began.release(), hold.wait(5)))
        for _thread in range(2):
            assert began.acquire(timeout=5)
        assert len(queue._threads) == 2
        most[0] = 100
        hold.set()
        queue.join()
        assert 2 < len(queue._threads) <= 5


def test_an_idle_thread_is_used_before_another_is_started():
    with WorkQueue(8) as queue:
        for _number in range(10):
            queue.put((0,), lambda: None)
            queue.join()
        assert len(queue._threads) <= 2
