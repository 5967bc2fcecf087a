# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import List, Sequence, Set, Tuple

from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.forecast.sharding import Part, Work, cut


def work_of(
    images: Sequence[Tuple[int, Sequence[int]]],
    sizes: Sequence[int],
    travels: Sequence[int] = (),
    cost: int = 1,
    blob_cost: int = 0,
) -> Work:
    """Images as (repository, blobs)."""
    starts, blobs = [0], []
    for _repository, its in images:
        blobs.extend(its)
        starts.append(len(blobs))
    return Work(
        [repository for repository, _blobs in images],
        [cost] * len(images),
        starts,
        blobs,
        sizes,
        travels or [1] * len(sizes),
        blob_cost,
    )


def weight(work: Work, images: Sequence[int]) -> int:
    blobs = {blob for image in images for blob in work.blobs_of(image)}
    return sum(work.image_costs[image] for image in images) + sum(work.weight(blob) for blob in blobs)


def components(work: Work) -> List[Set[int]]:
    """The images that hang together, found the slow way."""
    found: List[Tuple[Set[int], Set[int]]] = []
    for image in range(len(work.repositories)):
        blobs, its = set(work.blobs_of(image)), {image}
        apart = []
        for other_blobs, others in found:
            if blobs & other_blobs:
                blobs, its = blobs | other_blobs, its | others
            else:
                apart.append((other_blobs, others))
        found = [*apart, (blobs, its)]
    return [its for _blobs, its in found]


@st.composite
def works(draw: st.DrawFn) -> Work:
    number = draw(st.integers(0, 12))
    sizes = draw(st.lists(st.integers(0, 1000), min_size=number, max_size=number))
    travels = draw(st.lists(st.integers(0, 1), min_size=number, max_size=number))
    blobs = st.lists(st.integers(0, number - 1), unique=True, max_size=5) if number else st.just([])
    images = draw(st.lists(st.tuples(st.integers(0, 4), blobs), max_size=40))
    return work_of(images, sizes, travels, draw(st.integers(0, 200)), draw(st.integers(0, 50)))


@settings(max_examples=300, deadline=None)
@given(works(), st.integers(1, 7))
def test_of_any_work(work: Work, count: int) -> None:
    parts = cut(work, count)
    assert cut(work, count) == parts
    every_image_is_in_exactly_one_part(work, count, parts)
    what_fits_into_a_fair_share_stays_together(work, count, parts)
    parts_are_even(work, count, parts)


def every_image_is_in_exactly_one_part(work: Work, count: int, parts: List[Part]) -> None:
    assert sorted(image for part in parts for image in part.images) == list(range(len(work.repositories)))
    assert len(parts) <= count
    assert all(part.images for part in parts)
    assert [part.weight for part in parts] == [weight(work, part.images) for part in parts]


def what_fits_into_a_fair_share_stays_together(work: Work, count: int, parts: List[Part]) -> None:
    fair = -(-weight(work, range(len(work.repositories))) // count)
    for its in components(work):
        if weight(work, sorted(its)) <= fair:
            assert len([part for part in parts if its & set(part.images)]) == 1


def parts_are_even(work: Work, count: int, parts: List[Part]) -> None:
    """No part is heavier than a fair share of everything, what travels repeatedly included, and the heaviest piece.

    A piece is a component or a repository's part of one that is not heavier than a fair share, a quarter of that, or a
    single image.
    """
    images = range(len(work.repositories))
    apart = sum(weight(work, [image]) for image in images)
    together = weight(work, images)
    fair = -(-together // count)
    heaviest = max([fair, *(weight(work, [image]) for image in images)], default=0)
    # The packing with the smallest sum of the heaviest part and the repeated share is at least as good as this one:
    # always to the lightest part.
    bound = apart / count + heaviest + (apart - together) / count
    assert max((part.weight for part in parts), default=0) <= bound


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(1, 1000), min_size=1, max_size=60), st.integers(1, 6))
def test_without_shared_blobs_it_is_as_even_as_longest_first(sizes: List[int], count: int) -> None:
    """Each image is its own repository and component: no part has more than a fair share and the largest of them."""
    work = work_of([(number, [number]) for number in range(len(sizes))], sizes, cost=0)
    parts = cut(work, count)
    assert sum(part.weight for part in parts) == sum(sizes)
    assert max(part.weight for part in parts) <= sum(sizes) / count + max(sizes)


def test_a_base_layer_of_all_is_repeated_rather_than_one_host_doing_everything() -> None:
    images = [(number, [0, number + 1]) for number in range(12)]
    parts = cut(work_of(images, [30] + [1000] * 12), 3)
    assert [len(part.images) for part in parts] == [4, 4, 4]


def test_a_huge_base_is_not_sent_three_times_for_little() -> None:
    images = [(number, [0, number + 1]) for number in range(20)]
    parts = cut(work_of(images, [100_000] + [1000] * 20), 3)
    assert [len(part.images) for part in parts] == [20], "1.2 times as long as with three times the bytes"


def test_repositories_that_share_more_go_together() -> None:
    """All share a small blob, pairs a large one: the pairs are the parts."""
    pairs = [(number, [0, 1 + number // 2, 4 + number]) for number in range(6)]
    parts = cut(work_of([pairs[place] for place in (0, 2, 4, 1, 3, 5)], [10] + [5000] * 3 + [100] * 6), 3)
    assert [part.images for part in parts] == [[0, 3], [1, 4], [2, 5]]


def test_one_large_repository_is_taken_apart_along_its_tags() -> None:
    images = [(0, [0, number + 1]) for number in range(100)]
    parts = cut(work_of(images, [50] + [100] * 100), 4)
    assert len(parts) == 4
    assert max(len(part.images) for part in parts) <= 30
    assert sum(part.weight for part in parts) <= weight(work_of(images, [50] + [100] * 100), range(100)) + 3 * 50


def test_images_without_bytes_are_divided_by_their_number() -> None:
    parts = cut(work_of([(number // 25, [0]) for number in range(100)], [10_000], travels=[0]), 4)
    assert [len(part.images) for part in parts] == [25, 25, 25, 25]


def test_nothing_is_no_part() -> None:
    assert cut(work_of([], []), 3) == []
    assert cut(work_of([(0, [])], [], cost=0), 3) == [Part([0], 0)]


def test_thousands_of_tags_are_few_pieces() -> None:
    """It takes seconds at most, not minutes."""
    count = 20_000
    images = [(number // 100, [0, 1 + number // 100, 300 + number]) for number in range(count)]
    parts = cut(work_of(images, [1000] * (300 + count), cost=100), 16)
    assert len(parts) == 16
    assert max(part.weight for part in parts) < 1.1 * sum(part.weight for part in parts) / 16
