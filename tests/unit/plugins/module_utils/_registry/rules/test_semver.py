# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions and ranges (Semantic Versioning 2.0.0, and the examples of npm's documentation of ranges)."""

from __future__ import annotations

import contextlib
import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.semver import (
    Range,
    RangeProblem,
    Version,
    parse_version,
)

IN_ORDER = """
    0.0.0-0 0.0.0 0.0.1 0.1.0-alpha 0.1.0 1.0.0-0 1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-alpha 1.0.0-alpha.1
    1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0 1.0.0.1 1.0.1 1.9 1.10 2024.01.15 20240115
"""


def version(text):
    found = parse_version(text)
    assert found is not None, text
    return found


def test_order_of_the_specification():
    for first, second in zip(IN_ORDER.split(), IN_ORDER.split()[1:]):
        assert version(first) < version(second), (first, second)
        assert version(second) > version(first)
        assert version(first) != version(second)


@pytest.mark.parametrize(
    "texts",
    [
        ("1", "1.0", "1.0.0", "v1", "V1.0.0", "1.0.0+build", "1.0.0_build.5", "1.0.0.0", "01.0.00"),
        ("1.2-rc.1", "1.2.0-rc.1", "v1.2.0-rc.1_x"),
        ("1.0.0-alpine", "1-alpine"),
    ],
)
def test_written_otherwise_and_the_same(texts):
    assert len({version(text) for text in texts}) == 1
    assert all(version(texts[0]) <= version(text) <= version(texts[0]) for text in texts)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v",
        "latest",
        "main",
        "1.2.3rc1",
        "1.",
        ".1",
        "1..2",
        "1.2.3-",
        "1.2.3-a..b",
        "1.2.3_",
        "1.x",
        "-1",
        "1 ",
        "1\n",
    ]
    + ["release-1.2", "sha-0123abc", "1.2.3.4.5.6.7", "vv1", "\u0661.2", "1.2.3-\u0661", "1-a+b+c"],
)
def test_what_is_no_version(text):
    assert parse_version(text) is None


IN_AND_OUT = [
    (">=1.2 <3", "1.2.0 2.9.9 v2", "1.1.9 3.0.0 3.0.0-rc1 2.0.0-rc1"),
    (">= 1.2, < 3", "1.2 2.99", "3 1.1"),
    ("1.2.3", "1.2.3 v1.2.3 1.2.3_b", "1.2.4 1.2.3-a 1.2.3.1"),
    ("=v1.2.3", "1.2.3", "1.2.4"),
    ("^1.2.3", "1.2.3 1.9", "1.2.2 2.0.0 2.0.0-0 1.3.0-a"),
    ("^0.2.3", "0.2.3 0.2.9", "0.3.0 0.2.2"),
    ("^0.0.3", "0.0.3", "0.0.4 0.0.2"),
    ("^1.2.x", "1.2.0 1.9", "2.0 1.1"),
    ("^0.0.x", "0.0.0 0.0.9", "0.1.0"),
    ("^0.0", "0.0.9", "0.1.0"),
    ("^1.x", "1.0 1.9", "2.0"),
    ("^0.x", "0.0 0.9", "1.0"),
    ("^1.2.3-beta.2", "1.2.3-beta.4 1.2.3 1.9", "1.2.4-beta.2 1.2.3-beta.1"),
    ("~1.2.3", "1.2.3 1.2.9", "1.3.0 1.2.2"),
    ("~1.2", "1.2.0 1.2.9", "1.3.0"),
    ("~1", "1.0 1.9", "2.0"),
    ("~>1.2", "1.2.9", "1.3"),
    ("~0.2.3", "0.2.9", "0.3"),
    ("1.x", "1.0 1.9", "2.0 0.9"),
    ("1.2.*", "1.2.9", "1.3"),
    ("1.X.x", "1.9", "2"),
    ("*", "0.0.0 1 9.9", "1.0.0-a"),
    ("", "0.0.0 9.9", "1.0.0-a"),
    ("x", "1", "1-a"),
    (">*", "", "0.0.0 9"),
    ("<*", "", "0.0.0 9"),
    (">=*", "0.0.0 9", "1-a"),
    ("1.2.3 - 2.3.4", "1.2.3 2.3.4", "1.2.2 2.3.5"),
    ("1.2 - 2.3.4", "1.2.0", "1.1.9"),
    ("1.2.3 - 2.3", "2.3.9", "2.4.0"),
    ("1.2.3 - 2", "2.9.9", "3.0.0"),
    ("1.2.7 || >=1.2.9 <2.0.0", "1.2.7 1.2.9 1.4.6", "1.2.8 2.0.0"),
    (">1.2", "1.3.0", "1.2 1.2.9"),
    (">1.2.3", "1.2.4", "1.2.3"),
    ("<=1.2", "1.2.9 1.1", "1.3.0"),
    ("<1.2", "1.1.9", "1.2.0"),
    (">=1.3.0-rc.1", "1.3.0-rc.2 1.3.0 1.4.0", "1.4.0-rc.1 1.3.0-beta"),
    ("<1.0.0-beta || >=2", "0.9 1.0.0-alpha 2.1", "1.0.0-rc 1.0.0 2.1.0-a"),
]


@pytest.mark.parametrize(("text", "inside", "outside"), IN_AND_OUT)
def test_ranges(text, inside, outside):
    found = Range(text)
    assert [one for one in inside.split() if version(one) not in found] == []
    assert [one for one in outside.split() if version(one) in found] == []


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("*", "1.0.0-a 1", ""),
        (">=1.2", "1.2.0-rc1 1.3.0-a", "1.1.9"),
        ("<2", "1.9 1.9.9-a", "2.0.0-rc.1 2"),
        ("<2.0.0", "2.0.0-rc.1", "2"),
        ("1.x", "1.0.0-a 1.5-b", "2.0.0-a"),
        ("^1.2", "1.2-alpine 1.30-alpine", "2-alpine"),
    ],
)
def test_ranges_with_prereleases(text, inside, outside):
    found = Range(text, prereleases=True)
    assert [one for one in inside.split() if version(one) not in found] == []
    assert [one for one in outside.split() if version(one) in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "latest",
        ">>1",
        "1.2-rc",
        "^^1",
        "1..2",
        "1.x.3",
        ">",
        "> ",
        "|",
        "1 | 2",
        "1.2.3-",
        "<latest",
        "1 -",
        "- 1",
        "!=1",
    ]
    + ["v", "1.2.3.4.5.6.7", "1.*-rc", "1 " * 600, "1 - 2 - 3", "\u0661"],
)
def test_what_is_no_range(text):
    with pytest.raises(RangeProblem) as caught:
        Range(text)
    assert len(str(caught.value)) < 300


NUMBERS = st.lists(st.integers(0, 30), min_size=1, max_size=4)
WORDS = st.lists(st.sampled_from(("0", "1", "10", "a", "alpha", "rc", "01", "A-b")), max_size=3)


@st.composite
def versions(draw):
    text = draw(st.sampled_from(("", "v"))) + ".".join(str(number) for number in draw(NUMBERS))
    words = draw(WORDS)
    return text + ("-" + ".".join(words) if words else "") + draw(st.sampled_from(("", "_build")))


@given(versions(), versions(), versions())
def test_order_is_total(one, two, three):
    a, b, c = version(one), version(two), version(three)
    assert (a < b) + (a == b) + (a > b) == 1
    assert (a == b) <= (hash(a) == hash(b))
    if a <= b <= c:
        assert a <= c
    assert sorted([a, b, c]) == sorted([c, a, b])


@given(st.integers(0, 5), st.integers(0, 5), st.integers(0, 5), versions(), st.booleans())
def test_ranges_are_what_their_parts_say(major, minor, patch, other, prereleases):
    text, found = "{0}.{1}.{2}".format(major, minor, patch), version(other)
    base = version(text)
    takes = prereleases or not found.prerelease

    def inside(wanted):
        return found in Range(wanted, prereleases)

    assert inside(">=" + text) == (takes and found >= base)
    assert inside("<" + text) == (takes and found < base)
    assert inside("<{0} || >={0}".format(text)) == takes
    assert inside(text) == (takes and found == base)
    assert inside("^" + text) <= inside(">=" + text)
    assert inside("~" + text) <= inside("^{0}.{1}".format(major, minor) if major else "0.x")
    assert inside("{0} - {0}".format(text)) == inside(text)
    if inside("^" + text):
        # Nothing left of the first number that is not zero changes.
        assert found.release[0] == major
        assert major or found.release[1] == minor


@given(st.text(max_size=30) | st.text(alphabet="0123456789.xX*v^~<>=|- ,-a+", max_size=20), st.booleans())
def test_any_text_is_a_range_or_is_refused(text, prereleases):
    with contextlib.suppress(RangeProblem):
        found = Range(text, prereleases)
        assert (Version((1, 2, 3)) in found) in (True, False)


@given(st.text(max_size=30) | st.text(alphabet="0123456789.v-_+a", max_size=20))
def test_any_text_is_a_version_or_none(text):
    found = parse_version(text)
    assert found is None or found == functools.reduce(max, [found, found])
