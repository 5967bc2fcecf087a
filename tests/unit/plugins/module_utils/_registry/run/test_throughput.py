# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bytes over time."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.run.throughput import MOST, Throughput


def test_bytes_are_counted_by_second_and_waits_are_marked():
    found = Throughput()
    found.add(0.2, 5)
    found.add(0.9, 6)
    found.pause(2.5)
    found.add(3.0, 7)
    assert found.as_dict() == {"seconds": 1.0, "bytes": [11, 0, 0, 7], "paused": [2]}


def test_a_long_run_has_wider_steps():
    found = Throughput()
    for second in range(MOST + 1):
        found.add(second, 1)
    found.pause(3.0)
    assert found.as_dict() == {"seconds": 2.0, "bytes": [2] * (MOST // 2) + [1], "paused": [1]}


@given(events=st.lists(st.tuples(st.floats(0, 10_000_000), st.integers(0, 10**12))))
def test_nothing_is_lost_and_it_stays_small(events):
    found = Throughput()
    for elapsed, count in events:
        found.add(elapsed, count)
    report = found.as_dict()
    assert sum(report["bytes"]) == sum(count for _elapsed, count in events)
    assert len(report["bytes"]) <= MOST
