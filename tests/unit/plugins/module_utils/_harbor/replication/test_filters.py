# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.version import HarborVersion
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.filters import (
    canonical_filters,
    sent_filters,
    wanted_filters,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.flattening import (
    check_levels,
    check_matches,
    collision,
    destination,
    may_write_same,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.patterns import (
    alternatives,
    lengths,
    matches,
    may_meet,
    problem_of,
)

NEW, V23, OLD = HarborVersion("v2.9.5"), HarborVersion("v2.3.0"), HarborVersion("v1.10.19", "1.x")


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("", "library/app", True),
        ("library/*", "library/app", True),
        ("library/*", "library/team/app", False),
        ("library/**", "library/team/app", True),
        ("library/**", "library", False),
        ("library/**/app", "library/app", True),
        ("library/**/app", "library/a/b/app", True),
        ("**", "library/app", True),
        ("**/app", "library/team/app", True),
        ("library/a**", "library/app", True),
        ("library/a**", "library/a/pp", False),
        ("library/{app,web}", "library/web", True),
        ("library/{app,web}", "library/db", False),
        ("{library,team}/{app,web}", "team/app", True),
        ("library/a?p", "library/app", True),
        ("library/a?p", "library/ap", False),
        ("library/[a-c]pp", "library/bpp", True),
        ("library/[a-c]pp", "library/dpp", False),
        ("library/[^a-c]pp", "library/dpp", True),
        ("library/[^a-c]pp", "library/app", False),
        ("library/[xyz]pp", "library/zpp", True),
        ("library/a\\*", "library/app", False),
        ("library/app-*-x", "library/app-1.0-x", True),
        ("nginx", "library/nginx", False),
        ("{library/app,team/web}", "team/web", True),
        ("library/{a,{b,c}d}", "library/cd", True),
        ("library/{a,{b,c}d}", "library/c", False),
    ],
)
def test_patterns_match_as_harbor_has_them(pattern, name, expected):
    assert matches(pattern, name) is expected


@pytest.mark.parametrize(
    ("pattern", "part"),
    [
        ("library/[", "a [ has no ]"),
        ("library/[]", "a [ has no ]"),
        ("library/{a,b", "a { has no }"),
        ("library/a}", "a } has no {"),
        ("library/{a,{b,c}", "a { has no }"),
        ("library/[]a]", "a [ has no ]"),
        ("library/[-a]", "a hyphen"),
        ("library/[a-]", "a hyphen"),
        ("library/[^a-b-c]", "a hyphen"),
        ("library/a\\", "a backslash"),
        ("/library/*", "slashes"),
        ("library/", "slashes"),
        ("library//app", "slashes"),
        ("library/a***", "more than two stars"),
        ("v*{,-rc}", "after a star"),
        ("v*{-rc,}", "after a star"),
        ("v**{a,,b}", "after a star"),
    ],
)
def test_what_harbor_takes_and_cannot_use_is_told(pattern, part):
    assert part in problem_of(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "library/**",
        "{a,b}/[x-z]*",
        "a\\{b",
        "v1.*",
        "*",
        "a\\\\",
        "[a\\-]",
        "[a-cx-z]",
        "[{]",
        "{a,{b,c}}",
        "a{,b}",
        "a\\*{,b}",
        "*,{a,b}",
        "*{a,b},",
    ],
)
def test_good_patterns_have_no_problem(pattern):
    assert problem_of(pattern) is None


def test_alternatives_are_multiplied_up_to_a_limit():
    assert alternatives("{a,b}/x{1,2}") == [["a", "x1"], ["a", "x2"], ["b", "x1"], ["b", "x2"]]
    assert alternatives("{library/{a,b},team/c}") == [["library", "a"], ["library", "b"], ["team", "c"]]
    assert alternatives("a{,bc}/[{,}]\\{x") == [["a", "[{,}]\\{x"], ["abc", "[{,}]\\{x"]]
    assert alternatives("/".join(["{a,b,c}"] * 6)) == [["**"]]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (["a", "b"], (2, 2)),
        (["a", "*", "c"], (3, 3)),
        (["a", "**"], (2, None)),
        (["**", "a"], (1, None)),
        (["a", "**", "b"], (2, None)),
        (["**"], (1, None)),
    ],
)
def test_lengths(pattern, expected):
    assert lengths(pattern) == expected


NAMES = st.lists(st.sampled_from(["a", "b", "ab", "ba"]), min_size=1, max_size=4)
PATTERNS = st.lists(
    st.sampled_from(["a", "b", "a*", "*b", "*", "?", "??", "[ab]", "[^a]", "**"]), min_size=1, max_size=4
)


@given(PATTERNS, PATTERNS, NAMES)
def test_two_patterns_that_match_the_same_name_meet(left, right, name):
    text = "/".join(name)
    both = matches("/".join(left), text) and matches("/".join(right), text)
    assert may_meet(left, right) == may_meet(right, left)
    assert may_meet(left, right) or not both


@given(PATTERNS, NAMES)
def test_a_name_that_matches_is_as_long_as_the_pattern_says(pattern, name):
    least, most = lengths(pattern)
    if matches("/".join(pattern), "/".join(name)):
        assert least <= len(name) <= (most or len(name))


# Levels


def flattened(name, count):
    """What Harbor makes of a name, below the namespace."""
    parts = name.split("/")
    return parts[-1:] if count == -1 else parts[count:]


@given(PATTERNS, NAMES, st.integers(-1, 3))
def test_the_destination_of_a_pattern_matches_the_destination_of_its_names(pattern, name, count):
    if matches("/".join(pattern), "/".join(name)) and count < len(name):
        assert matches("/".join(destination(pattern, count)), "/".join(flattened("/".join(name), count)))


@given(PATTERNS, NAMES, NAMES, st.integers(-1, 3))
def test_names_that_become_one_are_never_passed_over(pattern, one, other, count):
    text = "/".join(pattern)
    names = ["/".join(name) for name in (one, other) if matches(text, "/".join(name)) and count < len(name)]
    if len(set(names)) == 2 and flattened(names[0], count) == flattened(names[1], count):
        assert collision(text, count)


@pytest.mark.parametrize(
    ("pattern", "count"),
    [("library/*", 1), ("library/**", 1), ("library/*/*", 2), ("library/**/*/*", 2), ("", 1), ("", 0), ("", -1)],
)
def test_levels_that_every_match_has_can_be_replaced(pattern, count):
    check_levels(pattern, count)


@pytest.mark.parametrize(
    ("pattern", "count", "least", "remedy"),
    [
        ("library/*", 2, 1, "library/**/*/*"),
        ("library/**", 2, 1, "library/**/*/*"),
        ("{library/a,team/x/b}", 2, 1, None),
        ("", 2, 1, "*/**/*/*"),
        ("**/app", 3, 1, "*/**/*/*/*"),
    ],
)
def test_more_levels_than_some_match_has_are_refused(pattern, count, least, remedy):
    with pytest.raises(HarborError, match="may match a repository that has {0}".format(least)) as caught:
        check_levels(pattern, count)
    assert caught.value.where == "dest_namespace_replace_count"
    if remedy:
        assert remedy in caught.value.hint
        check_levels(remedy, count)


def test_names_of_other_registries_may_have_no_level():
    with pytest.raises(HarborError, match="may match a repository that has 0"):
        check_levels("*", 1, local=False)
    check_levels("team/*", 1, local=False)


@pytest.mark.parametrize("count", [-2, 128])
def test_what_is_no_number_of_levels_is_refused(count):
    with pytest.raises(HarborError, match="cannot be replaced"):
        check_levels("library/*", count)


@pytest.mark.parametrize("pattern", ["nginx", "*", "{nginx,redis}", "nginx*"])
def test_a_name_without_a_project_matches_nothing(pattern):
    with pytest.raises(HarborError, match=r"matches nothing.*\*\*/" + pattern.replace("*", r"\*")):
        check_matches(pattern, "harbor.example.com")


@pytest.mark.parametrize("pattern", ["", "library/nginx", "**", "**/nginx", "{nginx,library/redis}"])
def test_other_names_may_match(pattern):
    check_matches(pattern, "harbor.example.com")


@pytest.mark.parametrize("pattern", ["harbor.example.com/library/*", "{library/app,harbor.example.com/library/web}"])
def test_a_name_with_the_host_matches_nothing(pattern):
    with pytest.raises(HarborError, match=r"start with their project.*Leave harbor\.example\.com/ out"):
        check_matches(pattern, "harbor.example.com")


@pytest.mark.parametrize(
    ("pattern", "count", "expected"),
    [
        ("library/*", -1, False),
        ("library/app", -1, False),
        ("library/{app,web}", -1, False),
        ("library/**", -1, True),
        ("library/*/app", -1, True),
        ("{library,team}/app", -1, True),
        ("{library,team}/*", -1, True),
        ("*/app", -1, True),
        ("", -1, True),
        ("", 0, False),
        ("library/**", 0, False),
        ("library/**", 1, False),
        ("*/app", 1, True),
        ("{library,team}/*", 1, True),
        ("library/*/*", 2, True),
        ("", 1, True),
    ],
)
def test_possible_collisions_are_told(pattern, count, expected):
    assert bool(collision(pattern, count)) is expected


@pytest.mark.parametrize(
    ("left", "left_count", "right", "right_count", "expected"),
    [
        ("library/*", -1, "team/*", -1, True),
        ("library/*", 0, "team/*", 0, False),
        ("library/app", -1, "team/app", -1, True),
        ("library/app", -1, "team/web", -1, False),
        ("library/app", -1, "team/x/app", 2, True),
        ("library/app", 0, "", 0, True),
        ("a/**/app", 1, "b/x/app", 1, True),
        ("**/a/a", 1, "b/a", 1, True),
        ("a/**/app", 1, "b/x/web", 1, False),
    ],
)
def test_two_filters_may_lead_to_the_same_repository(left, left_count, right, right_count, expected):
    assert may_write_same(left, left_count, right, right_count) is expected
    assert may_write_same(right, right_count, left, left_count) is expected


# Filters


def test_filters_are_a_set_and_what_is_empty_is_none():
    given = [
        {"type": "resource", "value": "image"},
        {"type": "label", "value": ["b", "a", "b"]},
        {"type": "tag", "value": "v*", "decoration": ""},
        {"type": "name", "value": "library/**"},
    ]
    same = [
        {"type": "name", "value": "library/**", "decoration": ""},
        {"type": "tag", "value": "v*", "decoration": "matches"},
        {"type": "label", "value": ["a", "b"]},
        {"type": "resource", "value": "image"},
    ]
    assert canonical_filters(given) == canonical_filters(same)
    assert (
        canonical_filters(None)
        == canonical_filters([{"type": "tag", "value": ""}, {"type": "label", "value": []}])
        == []
    )
    assert canonical_filters([{"type": "new", "value": "x"}]) == [{"type": "new", "value": "x"}]


def test_filters_are_sent_as_the_version_has_them():
    filters = canonical_filters([{"type": "name", "value": "a/*"}, {"type": "tag", "value": "v*"}])
    assert sent_filters(filters, NEW) == [
        {"type": "name", "value": "a/*"},
        {"type": "tag", "value": "v*", "decoration": "matches"},
    ]
    for version in (V23, OLD):
        assert sent_filters(filters, version) == [{"type": "name", "value": "a/*"}, {"type": "tag", "value": "v*"}]


def wanted(version=NEW, **filter_):
    return wanted_filters([dict({"value": None, "decoration": None}, **filter_)], version)


def test_what_a_user_writes_is_taken():
    assert wanted(type="label", value="one") == [{"type": "label", "value": ["one"], "decoration": "matches"}]
    assert wanted(type="name", value="a/*", decoration="matches") == [{"type": "name", "value": "a/*"}]
    assert wanted(type="tag", value="", decoration="excludes") == []
    assert wanted(type="tag", value=None) == wanted(type="label", value="") == wanted(type="label", value=[]) == []
    assert wanted(type="label", value=["a", "b"]) != []
    assert wanted(type="label", value=["a", "a"], decoration="excludes") != []
    assert wanted(type="name", value="[A-z]**/app-{1.0,2_0}")
    assert wanted(type="tag", value="{V1,sha-??,[^,:]}*")
    for version in (NEW, HarborVersion("v2.10.3"), HarborVersion("v2.15.2"), HarborVersion("-")):
        assert wanted(version, type="name", value="{a/b,c/{d,e}}")
        assert wanted(version, type="tag", value="1.0{,-rc}")
    assert wanted(OLD, type="resource", value="chart") == [{"type": "resource", "value": "chart"}]


@pytest.mark.parametrize(
    ("filter_", "version", "said"),
    [
        ({"type": "tag", "value": 1.1}, NEW, r"1\.1 is not a string.*between quotes"),
        ({"type": "label", "value": ["a", 5]}, NEW, "5 is not a string"),
        ({"type": "name", "value": ["library/*"]}, NEW, "is not a string"),
        ({"type": "name", "value": " library/*"}, NEW, "starts or ends with a blank"),
        ({"type": "name", "value": "library/["}, NEW, "cannot use the pattern"),
        ({"type": "name", "value": "{a/b,c/d}"}, OLD, r"needs Harbor 2\.11 .*and this is v1\.10\.19"),
        ({"type": "tag", "value": "{1,{2,3}}"}, HarborVersion("v2.10.2"), r"needs Harbor 2\.11"),
        ({"type": "tag", "value": "{1,{2,3}}"}, HarborVersion("v2.9.4"), r"needs Harbor 2\.11"),
        (
            {"type": "tag", "value": "1.0{,-rc}"},
            HarborVersion("v2.9.4"),
            r"nothing between commas.* needs Harbor 2\.11",
        ),
        ({"type": "tag", "value": "{1,2{a,}}"}, OLD, r"a slash or a brace.* needs Harbor 2\.11"),
        (
            {"type": "name", "value": "a/*", "decoration": "excludes"},
            NEW,
            "only filters of type tag and label can exclude",
        ),
        ({"type": "tag", "value": "v*", "decoration": "excludes"}, V23, r"decoration: this needs Harbor 2\.4"),
        ({"type": "tag", "value": "v*", "decoration": "excludes"}, OLD, r"decoration: this needs Harbor 2\.4"),
        (
            {"type": "resource", "value": "chart"},
            NEW,
            "invalid resource type 'chart' for Harbor v2.9.5.*image or artifact",
        ),
        ({"type": "resource", "value": "artifact"}, OLD, "invalid resource type 'artifact'.*image or chart"),
        ({"type": "resource", "value": "Image"}, NEW, "invalid resource type 'Image'"),
        ({"type": "name", "value": "LIBRARY/*"}, NEW, "no name of a repository has 'L'.*in lower case"),
        ({"type": "name", "value": "library/[A-Z]*"}, NEW, r"has '\[A-Z\]'"),
        ({"type": "name", "value": "library/{app,Web}"}, NEW, "has 'W'"),
        ({"type": "name", "value": "library/a,team/b"}, NEW, r"has ','.*between braces: \{library/a,team/b\}"),
        ({"type": "name", "value": "library/nginx:1.0"}, NEW, "has ':'.*a filter of type tag"),
        ({"type": "name", "value": "harbor:8443/library/*"}, NEW, "has ':'.*host and port"),
        ({"type": "name", "value": "library/a\\*"}, NEW, "no name of a repository has '\\*'"),
        ({"type": "tag", "value": "v1,v2"}, NEW, r"no tag has ','.*between braces: \{v1,v2\}"),
        ({"type": "tag", "value": "nginx:1.0"}, NEW, "no tag has ':'.*of type name"),
        ({"type": "tag", "value": "library/*"}, NEW, "no tag has '/'"),
        ({"type": "label", "value": ["a", ""]}, NEW, "one of the labels is empty"),
        ({"type": "label", "value": ["a", "b"], "decoration": "excludes"}, NEW, "only leave out images that have all"),
    ],
)
def test_a_bad_filter_is_refused(filter_, version, said):
    with pytest.raises(HarborError, match=said) as caught:
        wanted(version, **filter_)
    assert caught.value.where.startswith("filters")


def test_two_filters_of_one_type_are_refused():
    with pytest.raises(HarborError, match="there are two filters of type name"):
        wanted_filters([{"type": "name", "value": "a/*"}, {"type": "name", "value": "b/*"}], NEW)
