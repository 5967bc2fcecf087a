# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists page by page: where they end, and what stops them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils import _paging
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._paging import Page, read_pages


def read(*pages, key=lambda entry: entry):
    """All entries of pages that follow each other by their numbers, and how many were read."""
    asked = []

    def fetch(number):
        asked.append(number)
        return pages[number]

    return list(read_pages(0, fetch, key)), len(asked)


def test_a_list_of_one_page_and_of_several():
    assert read(Page([])) == ([], 1)
    assert read(Page(["a", "b"])) == (["a", "b"], 1)
    assert read(Page(["a"], 1), Page(["b"], 2), Page(["c"])) == (["a", "b", "c"], 3)


def test_pages_are_read_as_their_entries_are_used():
    asked = []

    def fetch(number):
        asked.append(number)
        return Page([number], number + 1)

    entries = read_pages(0, fetch)
    assert [next(entries), next(entries)] == [0, 1]
    assert asked == [0, 1]


def test_what_comes_twice_counts_once():
    assert read(Page(["a", "b", "a"], 1), Page(["b", "c"])) == (["a", "b", "c"], 2)
    by_id = read(Page([{"id": 1, "x": 1}], 1), Page([{"id": 1, "x": 2}, {"id": 2}]), key=lambda one: one["id"])
    assert by_id == ([{"id": 1, "x": 1}, {"id": 2}], 2)


def test_pages_that_lead_back_are_an_error():
    for pages in ([Page(["a"], 0)], [Page(["a"], 1), Page(["b"], 0)]):
        with pytest.raises(NotUnderstood, match="links back"):
            read(*pages)


def endless(entries_of):
    return lambda number: Page(entries_of(number), number + 1)


def test_ten_pages_that_bring_nothing_are_an_error():
    asked = []
    with pytest.raises(NotUnderstood, match="10 pages in a row had no new entries"):
        list(read_pages(0, lambda number: asked.append(number) or Page(["a"], number + 1)))
    assert len(asked) == 11


def test_nine_are_not_and_the_count_begins_anew():
    pages = [Page([], number + 1) for number in range(9)]
    pages += [Page(["a"], 10)] + [Page(["a"], number + 1) for number in range(10, 19)] + [Page(["b"])]
    assert read(*pages) == (["a", "b"], 20)


def test_pages_and_entries_are_bounded(monkeypatch):
    monkeypatch.setattr(_paging, "MOST_PAGES", 100)
    with pytest.raises(NotUnderstood, match="more than 100 pages"):
        list(read_pages(0, endless(lambda number: [number])))
    monkeypatch.setattr(_paging, "MOST_ENTRIES", 1000)
    with pytest.raises(NotUnderstood, match="more than 1000 entries"):
        list(read_pages(0, endless(lambda number: range(number * 300, number * 300 + 300))))
    with pytest.raises(NotUnderstood, match="more than 1000 entries"):
        read(Page(range(1001)))


def test_a_page_that_was_only_asked_for_is_the_end_when_it_brings_nothing():
    assert read(Page(["a"], 1, asked=True), Page([])) == (["a"], 2)
    assert read(Page(["a"], 1, asked=True), Page(["a"], 1, asked=True)) == (["a"], 2)
    assert read(Page(["a"], 1, asked=True), Page(["b"], 2, asked=True), Page(["b"], 2, asked=True)) == (["a", "b"], 3)
    # A server that does not go on from there sends all of it again, and perhaps what came in between.
    assert read(Page(["a"], 1, asked=True), Page(["b", "a"], 1, asked=True)) == (["a", "b"], 2)


def test_a_list_that_ends_before_its_number_of_entries_is_an_error():
    assert read(Page(["a"], 1, total=2), Page(["b"], total=2)) == (["a", "b"], 2)
    for pages in (
        [Page(["a"], total=2)],
        [Page([], total=1)],
        [Page(["a"], 1, total=3), Page(["b"], total=3)],
        # One was deleted: the third has moved to the first page, which was read.
        [Page(["a", "b"], 1, total=4), Page(["d"], total=3)],
        [Page(["a"], 1, total=2, asked=True), Page(["a"], total=2)],
    ):
        with pytest.raises(NotUnderstood, match="ends after"):
            read(*pages)


def test_one_that_is_added_at_the_front_is_no_error():
    assert read(Page(["b", "c"], 1, total=3), Page(["c", "d"], total=4)) == (["b", "c", "d"], 2)


@given(
    st.lists(
        st.tuples(st.lists(st.integers(0, 5), max_size=3), st.none() | st.integers(0, 9), st.booleans()),
        min_size=10,
        max_size=10,
    )
)
def test_any_pages_end_or_fail(pages):
    made = [Page(*page[:2], asked=page[2]) for page in pages]
    try:
        entries, asked = read(*made)
    except NotUnderstood:
        return
    assert len(entries) == len(set(entries))
    assert asked <= 10
