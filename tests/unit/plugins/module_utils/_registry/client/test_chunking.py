# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a registry's broken uploads teach."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.chunking import (
    GROW_AFTER,
    LEAST_CHUNK,
    LEAST_SENT,
    MOST_CHUNK,
    ChunkPolicy,
)

MIB = 1024 * 1024
GIB = 1024 * MIB


def pass_many(habits, count=GROW_AFTER):
    for _chunk in range(count):
        habits.chunk_passed()


def test_blobs_are_sent_whole_at_first():
    habits = ChunkPolicy()
    assert (habits.chunk, habits.budget, habits.proven) == (None, None, False)


@pytest.mark.parametrize(
    ("sent", "chunk", "budget"),
    [
        (200 * MIB, MOST_CHUNK, 100 * MIB),
        (20 * MIB, 10 * MIB, 10 * MIB),
        (LEAST_SENT, LEAST_CHUNK, LEAST_CHUNK),
        (9 * GIB, MOST_CHUNK, 9 * GIB // 2),
    ],
)
def test_a_blob_that_broke_is_followed_by_chunks_that_pass_between_two_breaks(sent, chunk, budget):
    habits = ChunkPolicy()
    assert habits.whole_broke(sent, 10 * GIB)
    assert (habits.chunk, habits.budget) == (chunk, budget)


@pytest.mark.parametrize(("sent", "size"), [(LEAST_SENT - 1, GIB), (MIB, LEAST_CHUNK)])
def test_some_breaks_say_nothing_of_the_size(sent, size):
    habits = ChunkPolicy()
    assert not habits.whole_broke(sent, size)
    assert habits.chunk is None


def test_chunks_that_break_get_smaller_to_a_point():
    habits = ChunkPolicy()
    habits.whole_broke(9 * MIB, GIB)
    sizes = []
    while habits.chunk_broke(5 * MIB, habits.chunk):
        sizes.append(habits.chunk)
    assert sizes == [9 * MIB // 4, 9 * MIB // 8, LEAST_CHUNK]
    assert habits.budget == LEAST_CHUNK


def test_a_break_of_a_larger_chunk_than_today_s_is_no_news():
    habits = ChunkPolicy()
    habits.whole_broke(8 * MIB, GIB)
    habits.chunk_broke(4 * MIB, 4 * MIB)
    assert habits.chunk_broke(4 * MIB, 4 * MIB)
    assert habits.chunk == 2 * MIB


def test_chunks_grow_again_but_not_to_the_size_that_broke():
    habits = ChunkPolicy()
    habits.whole_broke(2 * MIB, GIB)
    pass_many(habits)
    assert habits.chunk == habits.budget == 2 * MIB
    pass_many(habits)
    assert habits.chunk == 4 * MIB
    assert habits.chunk_broke(4 * MIB, 4 * MIB)
    assert habits.chunk == 2 * MIB
    pass_many(habits, 10 * GROW_AFTER)
    assert habits.chunk == 2 * MIB


def test_a_second_blob_that_broke_earlier_makes_them_smaller_and_a_later_one_not_larger():
    habits = ChunkPolicy()
    habits.whole_broke(20 * MIB, GIB)
    habits.whole_broke(10 * MIB, GIB)
    assert habits.chunk == 5 * MIB
    habits.whole_broke(100 * MIB, GIB)
    assert habits.chunk == 5 * MIB


def test_a_registry_that_takes_no_chunks_gets_blobs_whole():
    habits = ChunkPolicy()
    habits.whole_broke(20 * MIB, GIB)
    habits.refuse_chunks()
    assert (habits.chunk, habits.budget) == (None, None)
    assert not habits.whole_broke(20 * MIB, GIB)
