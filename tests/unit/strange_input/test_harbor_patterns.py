# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's patterns that are too large: refused in an option, and in doubt a match where Harbor has them."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication import patterns

LARGE = {
    "nested": "{" * 400 + "a" + "}" * 400,
    "many": "{a,b}" * 5000,
    "long": "a" * 100_000,
    "stars": "*a/" * 40_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_pattern_that_is_too_large(name: str) -> None:
    pattern = LARGE[name]
    assert "more than 10000 characters, or braces" in str(patterns.problem_of(pattern))
    assert patterns.alternatives(pattern) == [[patterns.MANY]]
    assert patterns.matches(pattern, "library/nginx")
    assert not patterns.is_nested(pattern)
    assert not patterns.has_empty_option(pattern)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("{a,b}" * 1900, True),
        ("*a" * 4900 + "b", False),
        ("?" * 9900, False),
        ("a/" * 100 + "*a" * 30 + "b", True),
        ("a/" * 100 + "*a" * 30 + "c", False),
        ("{a,b,c,d,e,f,g,h}" * 2, False),
    ],
)
def test_what_is_as_large_as_allowed_is_answered(pattern: str, expected: bool) -> None:
    """In doubt a pattern matches; otherwise it does what a small one does."""
    assert patterns.problem_of(pattern) is None
    assert patterns.matches(pattern, "a/" * 100 + "a" * 55 + "b") == expected


def test_a_long_list_of_names_is_a_pattern() -> None:
    names = ["name-{0}".format(number) for number in range(60)]
    pattern = "library/{" + ",".join(names) + "}"
    assert patterns.problem_of(pattern) is None
    assert patterns.matches(pattern, "library/name-59")
    assert not patterns.matches(pattern, "library/name-60")
