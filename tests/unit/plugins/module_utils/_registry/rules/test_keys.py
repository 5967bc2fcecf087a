# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns, new names and tag filters: the pieces of a rule's further keys."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import (
    ReferenceProblem,
    Repository,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.patterns import (
    PatternProblem,
    Patterns,
    compile_pattern,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.rename import Step, read_rename
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.scope import Scope, is_within
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.tag_filter import read_tag_filter

# -- patterns --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "fits", "others"),
    [
        ("v1.*", ["v1.", "v1.2"], ["v1", "v12", "xv1.2", "V1.2"]),
        ("*-rc*", ["1-rc1", "-rc"], ["1rc"]),
        ("*", ["a", ""], ["a/b"]),
        ("**", ["a", "a/b/c"], []),
        ("team/*", ["team/a"], ["team/a/b", "team"]),
        ("team/**", ["team/a", "team/a/b"], ["team"]),
        ("**/app", ["a/app", "a/b/app"], ["app", "a/app2"]),
        ("a?c", ["abc"], ["ac", "a/c"]),
        ("v[0-9]", ["v1"], ["v10", "va"]),
        ("v[!0-9]", ["va"], ["v1", "v/"]),
        ("1.2", ["1.2"], ["1x2", "1.2\n"]),
        ("/^2/", ["2", "2.1"], ["12"]),
        ("/a/b/", ["xa/by"], ["a"]),
        ("/rc$/", ["1-rc"], ["rc1"]),
    ],
)
def test_patterns(pattern, fits, others):
    compiled = compile_pattern(pattern)
    assert [name for name in fits if not compiled.search(name)] == []
    assert [name for name in others if compiled.search(name)] == []


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("", "no name fits"),
        ("^v1", "write a shell pattern such as v1.*, or /expression/"),
        ("{a,b}", "no name fits"),
        ("v1 ", "no name fits"),
        ("[a", "an unterminated set"),
        ("[z-a]", "an invalid set"),
        ("[]", "an unterminated set"),
        ("/v1", "is not terminated"),
        ("/", "is not terminated"),
        ("//", "is not terminated"),
        ("/[/", "not a valid regular expression"),
        ("/[[:digit:]]/", "not a valid regular expression"),
        ("/\x00/", "control character"),
    ],
)
def test_patterns_that_are_refused(pattern, words):
    with pytest.raises(PatternProblem) as caught:
        compile_pattern(pattern)
    assert words in str(caught.value)


def test_denied_wins_and_order_stays():
    wanted = Patterns((compile_pattern("v*"),), (compile_pattern("*-rc*"),))
    assert wanted(["v2", "x", "v1-rc1", "v1"]) == ["v2", "v1"]
    assert Patterns()(["b", "a"]) == ["b", "a"]


@given(st.text(max_size=20) | st.text(alphabet="ab1.*?[]!-/^", max_size=12), st.text(max_size=10))
def test_any_pattern_is_read_or_refused(pattern, name):
    with contextlib.suppress(PatternProblem):
        compile_pattern(pattern).search(name)


# -- new names -------------------------------------------------------------------------------------------------------


def steps(*items):
    problems = []
    found = read_rename(list(items), "rename", problems)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("items", "name", "renamed"),
    [
        ([{"replace": "old", "with": "new"}], "old/an-old-one", "new/an-new-one"),
        ([{"replace": "x-", "with": ""}], "x-app", "app"),
        ([{"flatten": True}], "a/b/c", "c"),
        ([{"flatten": True}], "c", "c"),
        ([{"flatten": 1}], "a/b/c", "b/c"),
        ([{"flatten": 2}], "a/b/c", "c"),
        ([{"flatten": 9}], "a/b/c", "c"),
        ([{"flatten": True, "separator": "-"}], "a/b/c", "a-b-c"),
        ([{"flatten": 1, "separator": "__"}], "a/b/c", "a__b/c"),
        ([{"prefix": "mirror/"}], "a/b", "mirror/a/b"),
        ([{"regex": "^(.)/(.*)$", "with": r"\2-\1"}], "a/b", "b-a"),
        ([{"regex": "(?P<n>[0-9]+)", "with": r"v\g<n>"}], "a1", "av1"),
        ([{"prefix": "x-"}, {"replace": "x", "with": "y"}, {"flatten": True}], "a/b", "b"),
        ([{"flatten": True}, {"prefix": "x-"}, {"replace": "x", "with": "y"}], "a/b", "y-b"),
    ],
)
def test_steps_in_order(items, name, renamed):
    assert Scope(True, rename=steps(*items)).place_of(Repository("r.io", ""), name).name == renamed


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "an empty list"),
        ("flatten", "it is a string"),
        (["flatten"], "item 1: a step is a mapping with one of replace, regex, flatten, prefix, and it is a string"),
        ([{}], "and it is none of them"),
        ([{"flaten": True}], "and it is none of them"),
        ([{"flatten": True, "prefix": "x"}], "and it is flatten and prefix"),
        ([{"flatten": False}], "flatten: write true"),
        ([{"flatten": 0}], "from 1 on"),
        ([{"flatten": "2"}], "from 1 on"),
        ([{"flatten": True, "separator": "/"}], "separator: write what joins"),
        ([{"flatten": True, "separator": 1}], "separator: write what joins"),
        ([{"flatten": True, "with": "x"}], 'the key "with" is unknown: beside flatten there is separator'),
        ([{"prefix": "x", "with": "y"}], "prefix stands alone"),
        ([{"prefix": ""}], "prefix: it is empty"),
        ([{"prefix": 1}], "a number without quotes"),
        ([{"replace": "x"}], "with: it is missing"),
        ([{"replace": "x", "with": None}], "with: it is nothing"),
        ([{"regex": "[", "with": ""}], "not a valid regular expression"),
        ([{"regex": "a", "with": r"\1"}], "invalid replacement"),
        ([{"regex": "a", "with": r"\g<n>"}], "invalid replacement"),
        ([{"regex": "a", "with": "\\"}], "invalid replacement"),
    ],
)
def test_steps_that_are_refused(value, words):
    problems = []
    read_rename(value, "rename", problems)
    assert any(words in problem for problem in problems), problems
    assert all(problem.startswith("rename: ") for problem in problems)


NAMES = st.lists(st.text(alphabet="ab1-", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


@given(NAMES, st.integers(1, 5), st.sampled_from(("", "-")))
def test_flattening_all_twice_is_flattening_once(name, levels, separator):
    everything = Step("flatten", value=separator)
    assert everything(everything(name)) == everything(name)
    assert "/" not in everything(name)
    some = Step("flatten", value=separator, levels=levels)(name)
    assert some.count("/") == max(0, name.count("/") - levels)
    # The repository's own name stays at the end, whatever is taken away.
    assert some.endswith(name.rpartition("/")[2])


@given(NAMES, st.text(alphabet="ab", min_size=1, max_size=2), st.text(alphabet="1-", max_size=2))
def test_replacing_what_does_not_come_back_twice_is_replacing_it_once(name, text, value):
    step = Step("replace", text, value)
    if text not in step(name):
        assert step(step(name)) == step(name)
    assert Scope(True).place_of(Repository("r.io", ""), name).name == name


# -- scopes ----------------------------------------------------------------------------------------------------------

NAMED = ["team/app", "team/a/b", "teams/x", "top", "team/app", "team"]


def test_what_a_scope_covers():
    assert Scope(False).covers("team", NAMED) == ["app"]
    assert Scope(True).covers("team", NAMED) == ["a/b", "app"]
    assert Scope(False).covers("", NAMED) == ["team", "top"]
    assert Scope(True).covers("", NAMED) == ["team", "team/a/b", "team/app", "teams/x", "top"]


def test_where_a_scope_goes():
    renamed = Scope(True, rename=(Step("flatten"),))
    assert str(Scope(True).destination(Repository("r.io", "org"), "a/b")) == "r.io/org/a/b"
    assert str(Scope(True).destination(Repository("r.io", ""), "a/b")) == "r.io/a/b"
    assert str(renamed.destination(Repository("r.io", "org/x"), "a/b")) == "r.io/org/x/b"
    for step in (Step("prefix", "../"), Step("prefix", "/"), Step("prefix", "UP"), Step("replace", "a/b", "")):
        with pytest.raises(ReferenceProblem) as caught:
            Scope(True, rename=(step,)).destination(Repository("r.io", ""), "a/b")
        assert caught.value.hint == "Change the rule's rename."


def test_what_is_within():
    place = Repository("r.io", "team")
    assert is_within(Repository("r.io", "team"), place)
    assert is_within(Repository("r.io", "team/a/b"), place)
    assert not is_within(Repository("r.io", "teams"), place)
    assert not is_within(Repository("s.io", "team/a"), place)
    assert is_within(Repository("r.io", "any"), Repository("r.io", ""))


# -- tags ------------------------------------------------------------------------------------------------------------

TAGS = ["1.0", "1.1", "1.2-rc1", "2.0", "latest", "3.0-alpine"]


def tag_filter(**keys):
    problems = []
    found = read_tag_filter(keys, "tags", problems)
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ({"allow": "1.*"}, ["1.0", "1.1", "1.2-rc1"]),
        ({"allow": ["1.*", "/late/"]}, ["1.0", "1.1", "1.2-rc1", "latest"]),
        ({"deny": ["*-*", "latest"]}, ["1.0", "1.1", "2.0"]),
        ({"allow": "1.*", "deny": "*.0"}, ["1.1", "1.2-rc1"]),
        ({"semver": ">=1.1"}, ["1.1", "2.0"]),
        ({"semver": ["<1.1", ">=2"]}, ["1.0", "2.0"]),
        ({"semver": "*", "prereleases": True}, ["1.0", "1.1", "1.2-rc1", "2.0", "3.0-alpine"]),
        ({"newest": 2}, ["2.0", "1.1"]),
        ({"newest": 2, "prereleases": True}, ["3.0-alpine", "2.0"]),
        ({"newest": 9}, ["1.0", "1.1", "2.0"]),
        ({"newest": 1, "allow": "1.*", "newest_by": "semver"}, ["1.1"]),
    ],
)
def test_tags(keys, chosen):
    wanted = tag_filter(**keys)
    assert wanted.latest(wanted.candidates(TAGS, "").tags, {}) == chosen


def test_newest_by_creation_breaks_ties_by_name_and_puts_the_unknown_last():
    wanted = tag_filter(newest=2, newest_by="created")
    times = {"a": 1.0, "b": 2.0, "c": 2.0, "d": float("-inf")}
    assert wanted.needs_created(list(times))
    assert wanted.latest(list(times), times) == ["c", "b"]
    assert not wanted.needs_created(["a", "b"])


def test_story_tells_how_none_was_left():
    wanted = tag_filter(allow="3*", deny="x", semver=">=1")
    assert wanted.candidates(TAGS, "6 listed").story == (
        "6 listed, 1 allowed, 1 not denied, 0 in the range >=1, which excludes prereleases unless prereleases is true"
    )


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "tags: it is nothing"),
        ({}, "tags: it is an empty mapping"),
        (["v1"], "tags: it is a list: write a mapping"),
        ({"alow": "x"}, 'the key "alow" is unknown: did you mean allow?'),
        ({"keep": 5}, "the keys are allow, deny, semver"),
        ({"allow": []}, "allow: it is an empty list"),
        ({"allow": [1.2]}, "allow: item 1: it is a number without quotes"),
        ({"allow": {"a": 1}}, "allow: it is a mapping"),
        ({"deny": ["ok", "^no"]}, 'deny: item 2: no name fits "^no"'),
        ({"semver": 1.2}, "semver: it is a number without quotes"),
        ({"semver": []}, "semver: it is a list"),
        ({"semver": ["1.x", "x.y.z.w.q"]}, "semver: "),
        ({"newest": 0}, "newest: write how many"),
        ({"newest": True}, "newest: write how many"),
        ({"newest": "5"}, "newest: write how many"),
        ({"newest_by": "semver"}, "write newest, the number of tags, too"),
        ({"newest": 5, "newest_by": "date"}, "newest_by: write one of semver, created"),
        ({"prereleases": True}, "prereleases belongs to semver"),
        ({"prereleases": True, "newest": 5, "newest_by": "created"}, "prereleases belongs to semver"),
        ({"semver": "1", "prereleases": "yes"}, "prereleases: write true or false"),
    ],
)
def test_tag_filters_that_are_refused(value, words):
    problems = []
    assert read_tag_filter(value, "tags", problems) is None
    assert any(words in problem for problem in problems), problems


@given(st.lists(st.sampled_from([*TAGS, "v1", "0.1", "1.10", "x"]), unique=True), st.integers(1, 5))
def test_the_newest_do_not_hang_on_the_order_of_the_listing(tags, newest):
    wanted = tag_filter(newest=newest)
    found = wanted.latest(wanted.candidates(tags, "").tags, {})
    other = wanted.latest(wanted.candidates(tags[::-1], "").tags, {})
    assert sorted(found) == sorted(other)
    assert len(found) <= newest
