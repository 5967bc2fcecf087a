# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.preflight import (
    look,
    parse_rule,
    preflight,
)

HARBOR, SWR = "harbor.example.com", "swr.cn-north-4.myhuaweicloud.com"
INDEX = "application/vnd.oci.image.index.v1+json"


def artifact(repository, *tags, refused=False, media_type=INDEX):
    return {
        "repository": repository,
        "digest": "sha256:" + repository,
        "tags": list(tags),
        "media_type": media_type,
        "refused_by_swr": refused,
        "reason": "why" if refused else None,
    }


ARTIFACTS = [
    artifact("library/app", "v1", "latest", refused=True),
    artifact("library/app", "v2"),
    artifact("library/web", "v1"),
    artifact("library/team/deep", "v1", refused=True),
    artifact("other/app", "v1", refused=True),
]


def found(organization="team", **rule):
    return look(ARTIFACTS, parse_rule(dict(rule, name="r"), organization), HARBOR, SWR)


def pairs(result):
    return [(item["source"].split("/", 1)[1], item["destination"].split("/", 1)[1]) for item in result["images"]]


def test_what_is_refused_and_the_rest_of_its_repository():
    result = found(repositories="library/*")
    assert result["refused"] == [
        {
            "rule": "r",
            "repository": "library/app",
            "tags": ["v1", "latest"],
            "digest": "sha256:library/app",
            "media_type": INDEX,
            "reason": "why",
        }
    ]
    assert pairs(result) == [
        ("library/app:v1", "team/app:v1"),
        ("library/app:latest", "team/app:latest"),
        ("library/app:v2", "team/app:v2"),
    ]
    assert result["images"][0] == {
        "source": HARBOR + "/library/app:v1",
        "destination": SWR + "/team/app:v1",
    }
    assert (result["unknown"], result["unjudged"]) == (0, [])


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"tags": "v*"}, ["library/app:v1", "library/app:v2", "library/team/deep:v1", "other/app:v1"]),
        ({"exclude_tags": "v*"}, ["library/app:latest"]),
        ({"repositories": "library/**", "tags": "{latest,v2}"}, ["library/app:latest", "library/app:v2"]),
        ({"repositories": "library/app", "tags": "v2"}, []),
        ({"repositories": "**/deep"}, ["library/team/deep:v1"]),
        ({"labels": ["release"]}, []),
        ({"exclude_labels": ["dev"]}, []),
    ],
)
def test_the_filters_of_the_rule_apply(rule, expected):
    assert [source for source, _destination in pairs(found(**rule))] == expected


@pytest.mark.parametrize(
    ("flatten", "expected"),
    [
        (None, "team/deep"),
        ("all", "team/deep"),
        ("none", "team/library/team/deep"),
        (0, "team/library/team/deep"),
        ("1", "team/team/deep"),
        (2, "team/deep"),
    ],
)
def test_levels_are_replaced_as_harbor_does(flatten, expected):
    result = found(repositories="library/team/deep", flatten=flatten)
    assert [destination for _source, destination in pairs(result)] == [expected + ":v1"]


def test_more_levels_than_there_are_is_an_error():
    with pytest.raises(HarborError, match="rule r: library/app has fewer levels than the 2"):
        found(repositories="library/app", flatten=2)


def test_the_rule_has_an_organization_of_its_own():
    assert pairs(found(repositories="other/app", organization="own"))[0][1] == "own/app:v1"


def test_what_is_not_known_is_counted_and_labels_are_not_judged():
    old = [artifact("library/app", "v1", refused=None, media_type=None), artifact("library/app", refused=True)]
    result = look(old, parse_rule({"name": "r"}, "team"), HARBOR, SWR)
    # Nothing can be copied by a tag that is not there.
    assert (result["unknown"], [item["tags"] for item in result["refused"]]) == (1, [[]])
    assert pairs(result) == [("library/app:v1", "team/app:v1")]
    assert found(labels=["a"])["unjudged"] == ["r"]
    assert found(labels=["a"])["refused"]


def of(*rules, artifacts=ARTIFACTS, copy=False):
    return preflight(artifacts, rules, HARBOR, SWR, "team", copy)


def test_rules_are_put_together():
    result = of({"name": "a", "repositories": "library/app"}, {"name": "b", "repositories": "library/*"})
    assert [item["rule"] for item in result["refused"]] == ["a", "b"]
    # Both take the same images to the same place.
    assert pairs(result) == pairs(found(repositories="library/app"))
    assert (result["unknown"], result["unjudged"]) == (0, [])
    assert of(copy=True) == {"refused": [], "images": [], "unknown": 0, "unjudged": [], "summary": []}


def test_the_summary():
    lines = of({"name": "a", "repositories": "library/app"})["summary"]
    assert lines == [
        "a: library/app:v1,latest: " + INDEX,
        "why",
        "With harbor_copy_refused they are converted and copied instead.",
    ]
    copied = of({"name": "a", "repositories": "library/app"}, copy=True)["summary"]
    assert copied[2] == "They will be converted and copied instead, with the rest of their repositories."
    assert of({"name": "a", "labels": ["x"]}, artifacts=[artifact("library/app", refused=None)])["summary"] == [
        "a selects by label: not all of these may be replicated, and none is copied instead.",
        "artifacts whose format this Harbor does not report: 1",
    ]
    untagged = of({"name": "a"}, artifacts=[artifact("library/app", refused=True)])
    assert untagged["summary"][0] == "a: library/app:sha256:library/app: " + INDEX


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=2, max_size=4).map("/".join)
PATTERNS = st.sampled_from(["", "**", "a/**", "*/b", "{a,b}/*", "a/*/c"])
ARTIFACT = st.builds(
    lambda name, tags, refused: artifact(name, *tags, refused=refused),
    NAMES,
    st.lists(st.sampled_from(["v1", "v2", "x"]), unique=True, max_size=2),
    st.sampled_from([True, False, None]),
)


@given(st.lists(ARTIFACT, max_size=6), PATTERNS, st.sampled_from(["", "v*", "x"]), st.sampled_from(["", "v1"]))
def test_every_refused_tag_is_copied_and_nothing_that_is_not_taken(artifacts, repositories, tags, without):
    rule = parse_rule({"name": "r", "repositories": repositories, "tags": tags, "exclude_tags": without}, "team")
    result = look(artifacts, rule, HARBOR, SWR)
    copied = {source for source, _destination in pairs(result)}
    refused = {"{0}:{1}".format(item["repository"], tag) for item in result["refused"] for tag in item["tags"]}
    assert refused <= copied
    affected = {item["repository"] for item in result["refused"]}
    for reference in copied:
        repository, tag = reference.rsplit(":", 1)
        assert repository in affected
        assert rule.takes(repository, tag)
