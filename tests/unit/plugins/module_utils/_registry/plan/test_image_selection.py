# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tags and platforms."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan.selection import choose_tags, pairs
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.rule import TagSelector

DIGEST = "sha256:" + "0a" * 32


def rule(source, destination):
    (parsed,) = parse_rules({source: destination}, where="x", environ={})
    return parsed


@pytest.mark.parametrize(
    ("selector", "available", "chosen"),
    [
        (TagSelector("all"), ["b", "a", None, "", "b"], ["b", "a"]),
        (TagSelector("all"), None, []),
        (TagSelector("all"), [], []),
        (TagSelector("regex", ("^v1",)), ["v1", "xv1", "v1.2", "V1"], ["v1", "v1.2"]),
        (TagSelector("regex", ("1",)), ["v1", "2", "10"], ["v1", "10"]),
        (TagSelector("regex", ("1",)), None, []),
        (TagSelector("list", ("b", "a", "b")), None, ["b", "a"]),
        (TagSelector("list", ("b",)), ["a"], ["b"]),
        (TagSelector("digest", (DIGEST,)), None, [DIGEST]),
    ],
)
def test_chooses_tags(selector, available, chosen):
    assert choose_tags(selector, available) == chosen


@given(st.lists(st.none() | st.text(alphabet="ab1", max_size=3)))
def test_all_keeps_the_order_and_each_tag_once(available):
    chosen = choose_tags(TagSelector("all"), available)
    assert len(set(chosen)) == len(chosen)
    assert chosen == sorted({tag for tag in available if tag}, key=available.index)
    assert choose_tags(TagSelector("regex", ("a",)), available) == [tag for tag in chosen if re.search("a", tag)]


@pytest.mark.parametrize(
    ("source", "destination", "tags", "expected"),
    [
        ("a.io/b", "c.io/d", ["v1", "v2"], [("v1", "v1"), ("v2", "v2")]),
        ("a.io/b:v1,v2", "c.io/d:w1,w2", ["v1", "v2"], [("v1", "w1"), ("v2", "w2")]),
        ("a.io/b:v1,v2", "c.io/d:w1,w2", ["v2"], [("v2", "w2")]),
        ("a.io/b:v1,v1", "c.io/d:w1,w2", ["v1"], [("v1", "w1"), ("v1", "w2")]),
        ("a.io/b@" + DIGEST, "c.io/d", [DIGEST], [(DIGEST, DIGEST)]),
        ("a.io/b@" + DIGEST, "c.io/d:v1", [DIGEST], [(DIGEST, "v1")]),
        ("a.io/b", "c.io/d", [], []),
    ],
)
def test_pairs(source, destination, tags, expected):
    assert pairs(rule(source, destination), tags) == expected


@pytest.mark.parametrize(
    ("os", "arch", "platform", "passes"),
    [
        ((), (), {"os": "linux", "architecture": "amd64"}, True),
        (("linux",), (), {"os": "linux", "architecture": "amd64"}, True),
        (("linux",), (), {"os": "windows", "architecture": "amd64"}, False),
        (("linux", "windows"), (), {"os": "windows"}, True),
        (("windows:10.0.1",), (), {"os": "windows", "os.version": "10.0.1"}, True),
        (("windows:10.0.1",), (), {"os": "windows", "os.version": "10.0.10"}, False),
        (("windows:10.0.1",), (), {"os": "windows"}, False),
        (("windows",), (), {"os": "windows", "os.version": "10.0.1"}, True),
        ((), ("amd64",), {"os": "linux", "architecture": "amd64"}, True),
        ((), ("arm",), {"os": "linux", "architecture": "arm64"}, False),
        ((), ("arm64",), {"os": "linux", "architecture": "arm"}, False),
        ((), ("arm",), {"architecture": "arm", "variant": "v7"}, True),
        ((), ("arm:v7",), {"architecture": "arm", "variant": "v7"}, True),
        ((), ("arm:v7",), {"architecture": "arm", "variant": "v6"}, False),
        (("linux",), ("amd64",), {"os": "linux", "architecture": "arm64"}, False),
        (("linux",), ("amd64",), {"os": "unknown", "architecture": "unknown"}, False),
        (("linux",), ("amd64",), None, True),
        (("linux",), ("amd64",), {}, True),
        (("linux",), ("amd64",), {"os": "", "architecture": "amd64"}, True),
        (("linux",), ("amd64",), {"os": "linux"}, True),
        (("linux",), ("amd64",), {"architecture": "arm64"}, False),
        (("linux",), ("amd64",), "linux/amd64", True),
    ],
)
def test_platforms(os, arch, platform, passes):
    assert PlatformFilter.from_options(os, arch).matches(platform) is passes
    assert bool(PlatformFilter(os=os, arch=arch)) is bool(os or arch)


def test_refuses_malformed_filters():
    with pytest.raises(RulesError) as caught:
        PlatformFilter.from_options(["linux,windows", ""], ["arm:v7:x", 64, None], where="options")
    assert len(caught.value.problems) == 5
    assert "os" in caught.value.problems[0]
    assert "arm:v7" in caught.value.problems[2]


def test_no_options_filter_nothing():
    assert not PlatformFilter.from_options(None, None)
