# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns: matched in a time that grows with the name, whatever they are, and otherwise as Python's C(re) does.

With a matcher that tries one way after the other the first tests would not end within a lifetime.
"""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.expressions import (
    Expression,
    ExpressionProblem,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.patterns import (
    PatternProblem,
    compile_pattern,
)

LONG = "a" * 128
ATOMS = st.sampled_from(["a", "b", "1", "-", r"\.", ".", "[a-b]", "[^a]", r"\d", r"\W", r"[\d.]", "^", "$", r"\b"])
TREES = st.recursive(
    ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map("".join),
        st.tuples(inner, inner).map("({0[0]}|{0[1]})".format),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?", "??"])).map(
            "(?:{0[0]}){0[1]}".format
        ),
        inner.map("(?i:{0})".format),
    ),
    max_leaves=8,
)
TEXTS = st.text("abA1-._", min_size=1, max_size=10)


@pytest.mark.parametrize("pattern", ["*a" * 60 + "*b", "**a" * 60 + "**b", "/" + ".*a" * 60 + "b/", "/^(a|aa)+b/"])
def test_many_stars_on_a_long_tag(pattern):
    matcher = compile_pattern(pattern)
    assert not matcher.search(LONG)
    assert matcher.search(LONG + "b")


@pytest.mark.parametrize("text", [r"^v?(\d+\.?)+$", r"^(\d|\d\d)*$", r"^((a+)+)+$", r"^(\w+\s?)*$"])
def test_quantifiers_within_quantifiers_on_a_long_tag(text):
    assert not Expression(text).search("1a" * 64 + "!")
    assert not Expression(text).search("1" * 127 + "!")
    assert Expression(text).search("11") or Expression(text).search("aa")


@pytest.mark.parametrize(
    "text", ["(?:){4000000000}x", "(?:(?:(?:){1000000}){1000000}){1000000}x", "(?:a{0}){1000000000}x"]
)
def test_nothing_repeated_very_often_is_nothing(text):
    assert Expression(text).search("1x")
    assert not Expression(text).search("1")


def test_the_memory_of_a_matcher_is_bounded(monkeypatch):
    monkeypatch.setattr(
        "ansible_collections.longshore.swr.plugins.module_utils._registry.rules.expressions.MOST_KNOWN", 50
    )
    matcher = Expression("(a|b|c)*a[abc]{20}$")
    for number in range(200):
        text = "".join("abc"[(number * 7 + place * place) % 3] for place in range(60))
        assert matcher.search(text) == bool(re.search(matcher.pattern, text))
        assert len(matcher._known) <= 50


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (r"/(a)\1/", "a backreference"),
        ("/a(?=b)/", "a lookahead or lookbehind"),
        ("/a(?!b)/", "a lookahead or lookbehind"),
        ("/(?<=a)b/", "a lookahead or lookbehind"),
        ("/(a)?(?(1)b|c)/", "a condition"),
        ("/((a{1,100}){1,100}){1,100}/", "more than 10000 parts"),
        ("/" + "a" * 20_000 + "/", "more than 10000 characters"),
        ("/" + "(" * 5_000 + ")" * 5_000 + "/", "not a valid regular expression|not supported"),
        ("a" * 20_000, "more than 10000 characters"),
    ],
)
def test_what_is_refused_says_why(text, reason):
    with pytest.raises(PatternProblem, match=reason):
        compile_pattern(text)


@given(TREES, TEXTS)
def test_what_is_found_is_what_python_finds(text, name):
    assert Expression(text).search(name) == bool(re.search(text, name))


@given(TREES, TEXTS)
def test_what_is_replaced_is_what_python_replaces(text, name):
    expression = Expression(text)
    groups = re.compile(text).groups
    replacement = "<" + "".join(r"\g<{0}>,".format(number) for number in range(groups + 1)) + r"\\>"
    try:
        expression.check_replacement(replacement)
    except ExpressionProblem:
        assume(False)
    assert expression.replace(replacement, name) == re.sub(text, replacement, name)


@given(st.text("ab*?/-[]", max_size=12), st.text("ab/-", min_size=1, max_size=10))
def test_a_shell_pattern_means_what_it_meant(pattern, name):
    try:
        matcher = compile_pattern(pattern)
    except PatternProblem:
        return
    if not pattern.startswith("/"):
        assert matcher.search(name) == bool(re.search(matcher.pattern, name))


@pytest.mark.parametrize("replacement", [r"\2", r"\g<x>", r"\n", "\\", r"\g<1", r"\99", r"\g<" + "9" * 5000 + ">"])
def test_a_replacement_that_is_none_is_refused(replacement):
    with pytest.raises(ExpressionProblem):
        Expression("(a)").check_replacement(replacement)


def test_what_python_would_repeat_differently_is_not_replaced():
    with pytest.raises(ExpressionProblem, match="may be empty"):
        Expression("(a*)*").check_replacement("x")
