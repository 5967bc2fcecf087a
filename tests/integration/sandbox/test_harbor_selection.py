# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a replication of the sandbox's Harbor takes: names, tags, labels, kinds, accessories, and the patterns."""

from __future__ import annotations

from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Registry, images
from ansible_collections.longshore.swr.tests.sandbox.harbor_content import Content, Labels
from ansible_collections.longshore.swr.tests.sandbox.harbor_patterns import PatternError, matches, specific
from ansible_collections.longshore.swr.tests.sandbox.harbor_policies import Policy
from ansible_collections.longshore.swr.tests.sandbox.harbor_selection import FlowError, from_here
from ansible_collections.longshore.swr.tests.sandbox.harbor_versions import Version

from .conftest import VERSIONS, Caller

World = Callable[..., Caller]


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("library/*", ["library/nginx"], ["library/team/app", "library2/x", "other/nginx"]),
        ("library/**", ["library/nginx", "library/team/app"], ["library2/x"]),
        ("**", ["a/b", "a/b/c", ""], []),
        ("*", ["v1", ""], ["a/b"]),
        ("**/nginx", ["a/nginx", "a/b/nginx", "nginx"], ["a/nginx2"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a/b"]),
        ("a**b", ["ab", "axb"], ["a/b"]),
        ("{library,team}/app", ["library/app", "team/app"], ["other/app"]),
        ("v?.[0-9]", ["v1.0"], ["v1.x", "v10.1"]),
        ("v[^0-9]", ["va"], ["v1", "v/"]),
        ("v\\*", ["v*"], ["v1"]),
        ("a.b+c", ["a.b+c"], ["aXb+c", "a.bb"]),
        ("v[!1]", ["v!", "v1"], ["v2"]),
        ("{a/b,c{d,e}}/x", ["a/b/x", "cd/x", "ce/x"], ["a/x", "c/x"]),
        ("a},b", ["a},b"], ["a", "b"]),
        ("", ["everything"], []),
    ],
)
def test_patterns(pattern: str, yes: Any, no: Any) -> None:
    assert [text for text in yes if not matches(pattern, text)] == []
    assert [text for text in no if matches(pattern, text)] == []


@pytest.mark.parametrize("pattern", ["[", "v[a", "{a,b", "a\\", "[a-]", "[]"])
def test_malformed_patterns_are_found_when_they_are_used(pattern: str, world: World) -> None:
    with pytest.raises(PatternError):
        matches(pattern, "x")
    call = world("2.9.5")
    call.harbor.load(images.docker_image("x"), "library/nginx", "1")
    call.endpoint()
    call.policy(filters=[{"type": "name", "value": pattern}])
    shown = call.run()
    text = "failed to fetch artifacts: syntax error in pattern"
    assert (shown["status"], shown["status_text"], shown["total"]) == ("Failed", text, 0)


def test_braces_hold_slashes_and_braces_in_newer_versions_only() -> None:
    for pattern in ("{a/b,c}", "{a{b,c},d}"):
        assert not matches(pattern, "x")
        with pytest.raises(PatternError):
            matches(pattern, "x", nested=False)
    versions = ("1.10.19", "2.4.1", "2.9.4", "2.9.5", "2.10.2", "2.10.3", "2.15.2")
    assert [version for version in versions if Version(version).nested_braces] == ["2.9.5", "2.10.3", "2.15.2"]


def test_names_that_need_no_search() -> None:
    assert specific("library/{a,b}") == ["library/a", "library/b"]
    assert specific("{x,y}z/app") == ["xz/app", "yz/app"]
    assert [specific(pattern) for pattern in ("", "a/*", "a/[b]", "a//b", "{a{b,c}}")] == [None] * 5


@pytest.fixture
def content(sandbox_registry: Callable[..., Registry]) -> Callable[[str], Content]:
    """A registry with an image of three tags, a list, a chart, an untagged image and a signed one."""
    registry = sandbox_registry()
    labels = Labels()
    for tag in ("v1", "v2", "latest"):
        registry.load(images.docker_image("app:" + tag), "team/app", tag)
    labels.attach("team/app", registry.manifest("team/app", "v1").digest, "good")
    labels.attach("team/app", registry.manifest("team/app", "v1").digest, "new")
    labels.attach("team/app", registry.manifest("team/app", "v2").digest, "good")
    registry.load(images.manifest_list("list"), "team/list", "v1")
    registry.load(images.docker_image("bare"), "team/bare")
    signed = registry.load(images.oci_image("signed"), "team/signed", "v1")
    registry.load(images.oci_image("signature"), "team/signed", signed.replace(":", "-") + ".sig")
    return lambda version: Content(registry.storage, labels, Version(version))


def taken(content: Any, version: str, *filters: Dict[str, Any]) -> Dict[str, Any]:
    policy = Policy(filters=list(filters))
    items = from_here(content(version), policy, Version(version))
    return {item.repository.partition("/")[2]: sorted(item.references) for item in items}


def tag(pattern: str, **more: str) -> Dict[str, Any]:
    return dict({"type": "tag", "value": pattern}, **more)


def name(pattern: str) -> Dict[str, Any]:
    return {"type": "name", "value": pattern}


def test_tags(content: Any) -> None:
    app = name("team/app")
    assert taken(content, "2.9.5", app, tag("v*")) == {"app": ["v1", "v2"]}
    assert taken(content, "2.9.5", app, tag("v*", decoration="matches")) == {"app": ["v1", "v2"]}
    assert taken(content, "2.9.5", app, tag("v*", decoration="excludes")) == {"app": ["latest"]}
    assert taken(content, "2.9.5", app, tag("{v1,latest}")) == {"app": ["latest", "v1"]}
    assert taken(content, "2.9.5", app, tag("none")) == {}


def test_labels(content: Any) -> None:
    def label(*wanted: str, **more: str) -> Dict[str, Any]:
        return dict({"type": "label", "value": list(wanted)}, **more)

    app = name("team/app")
    for version in VERSIONS:
        assert taken(content, version, app, label("good")) == {"app": ["v1", "v2"]}
        assert taken(content, version, app, label("good", "new")) == {"app": ["v1"]}
        assert taken(content, version, app, label("none")) == {}
        assert taken(content, version, app, label()) == {"app": ["latest", "v1", "v2"]}
    assert taken(content, "2.9.5", app, label("good", "new", decoration="excludes")) == {"app": ["latest", "v2"]}


def test_untagged_artifacts_go_by_their_digest(content: Any) -> None:
    (digest,) = taken(content, "2.9.5", name("team/bare"))["bare"]
    assert digest.startswith("sha256:")
    assert taken(content, "2.9.5", name("team/bare"), tag("**")) == {"bare": [digest]}
    assert taken(content, "2.9.5", name("team/bare"), tag("v*")) == {}
    assert taken(content, "1.10.19", name("team/bare")) == {}
    # What is part of a list is no artifact of its own.
    assert taken(content, "2.9.5", name("team/list")) == {"list": ["v1"]}


def test_signatures_follow_what_they_sign(content: Any) -> None:
    signed = name("team/signed")
    both = taken(content, "2.9.5", signed, tag("v1"))["signed"]
    assert len(both) == 2
    assert any(reference.endswith(".sig") for reference in both)
    assert taken(content, "2.9.5", signed, tag("v2")) == {}
    assert taken(content, "2.4.1", signed, tag("v1")) == {"signed": ["v1"]}


def test_the_kind_counts_before_2_8_only(world: World) -> None:
    found = {}
    for version in ("2.4.1", "2.7.4", "2.8.0", "2.9.5"):
        call = world(version)
        call.harbor.load(images.artifact("chart"), "library/chart", "1")
        call.endpoint()
        call.policy(filters=[{"type": "resource", "value": "image"}])
        number = call.make("/replication/executions", {"policy_id": 1})
        found[version] = call.until(number, lambda shown: shown["total"] or shown["status"] != "InProgress")["total"]
    assert found == {"2.4.1": 0, "2.7.4": 0, "2.8.0": 1, "2.9.5": 1}


def test_a_failure_is_told_as_the_version_tells_it(content: Any) -> None:
    with pytest.raises(FlowError, match="failed to fetch image: syntax error in pattern"):
        taken(content, "1.10.19", name("["))
