# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hosts file: entries, conflicts, the block, and the way back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._hosts_file import (
    BEGIN,
    END,
    Entry,
    HostsFileError,
    find_conflicts,
    original,
    parse_entries,
    render,
)

SWR = "swr.cn-north-4.myhuaweicloud.com"
ENTRIES = [Entry("172.16.0.10", (SWR,)), Entry("172.16.0.11", ("a.obs.example.com", "b.obs.example.com"))]
PLAIN = "127.0.0.1\tlocalhost\n::1 localhost\n"
BLOCK = "{0}\n172.16.0.10 {1}\n172.16.0.11 a.obs.example.com b.obs.example.com\n{2}\n".format(BEGIN, SWR, END)


def test_entries_of_one_address_are_joined_and_names_are_compared_as_dns_does() -> None:
    given_entries = [
        {"address": " 2001:DB8:0::1", "names": ["A.example.com."]},
        {"address": "2001:db8::1", "names": ["a.example.com", "b_1.example.com"]},
        {"address": "10.0.0.1", "names": ["a.example.com"]},
    ]
    assert parse_entries(given_entries) == [
        Entry("2001:db8::1", ("a.example.com", "b_1.example.com")),
        Entry("10.0.0.1", ("a.example.com",)),
    ]


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(HostsFileError) as caught:
        parse_entries(
            [
                {"address": "10.0.0.256", "names": ["a"]},
                {"address": "0.0.0.0", "names": ["two words"]},
                {"address": "10.0.0.1", "names": []},
                {"address": "10.0.0.2", "names": ["a", "10.0.0.9", ""]},
                {"address": "10.0.0.3", "names": ["a"]},
                {"address": "fe80::1%eth0", "names": ["b"]},
                {"address": None, "names": ["-c"]},
            ]
        )
    text = str(caught.value)
    for words in (
        "entry 1: invalid IP address '10.0.0.256'",
        "entry 2: 0.0.0.0 is not the address of a host",
        "entry 2: invalid host name 'two words'",
        "entry 3 has no names",
        "entry 4: invalid host name '10.0.0.9'",
        "entry 4: invalid host name ''",
        "a has two addresses, 10.0.0.2 and 10.0.0.3",
        "entry 6: ",
        "entry 7: invalid IP address None",
        "entry 7: invalid host name '-c'",
    ):
        assert words in text


def test_the_block_goes_to_the_end_and_stays_the_same() -> None:
    once = render(PLAIN, ENTRIES)
    assert once == PLAIN + BLOCK
    assert render(once, ENTRIES) == once
    assert render(once, ENTRIES[:1]) == PLAIN + "{0}\n172.16.0.10 {1}\n{2}\n".format(BEGIN, SWR, END)
    assert render(once, []) == PLAIN


def test_lines_that_came_after_the_block_stay() -> None:
    grown = render(PLAIN, ENTRIES) + "10.9.9.9 later\n"
    assert render(grown, []) == PLAIN + "10.9.9.9 later\n"
    assert render(grown, ENTRIES) == PLAIN + "10.9.9.9 later\n" + BLOCK


def test_a_line_without_an_end_comes_back_without_one() -> None:
    joined = render("10.0.0.1 a", ENTRIES)
    assert joined.startswith("10.0.0.1 a\n# BEGIN longshore.swr.hosts (")
    assert render(joined, ENTRIES) == joined
    assert render(joined, []) == "10.0.0.1 a"
    # With something behind it the end has become necessary.
    assert render(joined + "10.0.0.2 b\n", []) == "10.0.0.1 a\n10.0.0.2 b\n"


def test_conflicts_are_lines_with_another_address() -> None:
    text = "# {0}\n10.0.0.9 x {1} # note\n172.16.0.10 {0}\n2001:db8::9 {0}\n\nnonsense\n10.0.0.9 other\n".format(
        SWR, SWR.upper()
    )
    assert [(item.line, item.names) for item in find_conflicts(text, ENTRIES)] == [(2, (SWR.upper(),)), (4, (SWR,))]


def test_what_is_taken_out_of_a_line_is_kept_beside_it() -> None:
    text = "10.0.0.9\tx {0} y # note\n10.0.0.8 {0}\n10.0.0.7 z\n".format(SWR)
    result = render(text, ENTRIES)
    assert result.startswith(
        "10.0.0.9 x y #longshore.swr.hosts was:10.0.0.9\tx {0} y # note\n"
        "#longshore.swr.hosts was:10.0.0.8 {0}\n10.0.0.7 z\n".format(SWR)
    )
    assert find_conflicts(result.partition(BEGIN)[0], ENTRIES) == []
    assert render(result, ENTRIES) == result
    # A name that is asked for no longer gets its line back.
    assert render(result, ENTRIES[1:]).startswith(text)
    assert render(result, []) == text


@pytest.mark.parametrize(
    "damaged", [BEGIN + "\n10.0.0.1 a\n", "10.0.0.1 a\n" + END + "\n", BLOCK + BLOCK, END + "\n" + BEGIN + "\n"]
)
def test_a_damaged_block_is_not_guessed_at(damaged: str) -> None:
    with pytest.raises(HostsFileError, match="the managed block is damaged"):
        original(damaged)


# Python ends a line at these, the resolver does not.
OTHER_ENDS = ["\r", "\f", "\v", "\x1c", "\x85", "\u2028"]


@pytest.mark.parametrize("end", OTHER_ENDS)
def test_a_line_ends_where_the_resolver_ends_it(end: str) -> None:
    text = "# note{0}10.0.0.9 {1}\n".format(end, SWR)
    assert find_conflicts(text, ENTRIES) == []
    assert render(text, ENTRIES).startswith(text)


WORDS = st.sampled_from(
    ["10.0.0.1", "::1", SWR, "a.obs.example.com", "x", "#", " ", "\t", "\n", "\r\n", "\udcff", "é", *OTHER_ENDS]
)


@settings(deadline=None)
@given(st.lists(WORDS, max_size=40).map("".join))
def test_taking_the_block_out_gives_any_file_back(text: str) -> None:
    with_block = render(text, ENTRIES)
    assert render(with_block, ENTRIES) == with_block
    assert render(with_block, []) == text
    assert find_conflicts(with_block.partition(BEGIN)[0], ENTRIES) == []
