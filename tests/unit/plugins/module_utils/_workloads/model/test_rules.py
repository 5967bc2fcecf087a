# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From uses to rules: names that do not meet, digests, and what image-migrator takes."""

from __future__ import annotations

from typing import Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._workloads.errors import WorkloadsError
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.rules import (
    Target,
    find_rules,
    parse_target,
    render_images_json,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.use import (
    COMPOSE_BUILT,
    CONTAINER,
    MENTION,
    Use,
)

SWR = "swr.cn-north-4.myhuaweicloud.com"
TARGET = Target(SWR, "shop")
DIGEST = "sha256:" + "0123456789abcdef" * 4


def uses(*images: str) -> List[Use]:
    return [Use(image, CONTAINER, "a.yaml", owner="Deployment web") for image in images]


def rules(*images: str) -> Dict[str, str]:
    return find_rules(uses(*images), TARGET).rules


def test_an_image_keeps_the_last_part_of_its_name() -> None:
    assert rules("nginx:1.27", "quay.io/a/b/app:v1") == {
        "docker.io/library/nginx:1.27": SWR + "/shop/nginx:1.27",
        "quay.io/a/b/app:v1": SWR + "/shop/app:v1",
    }


def test_names_that_would_meet_keep_more_of_the_path() -> None:
    assert rules("quay.io/a/app:1", "ghcr.io/b/app:1", "quay.io/c/web:1") == {
        "ghcr.io/b/app:1": SWR + "/shop/b/app:1",
        "quay.io/a/app:1": SWR + "/shop/a/app:1",
        "quay.io/c/web:1": SWR + "/shop/web:1",
    }


def test_equal_paths_keep_the_registry() -> None:
    assert rules("quay.io/a/app:1", "localhost:5000/a/app:1") == {
        "localhost:5000/a/app:1": SWR + "/shop/localhost-5000/a/app:1",
        "quay.io/a/app:1": SWR + "/shop/quay.io/a/app:1",
    }


def test_spellings_and_tags_of_one_repository_share_a_name() -> None:
    assert rules("nginx", "docker.io/library/nginx:latest", "nginx:1") == {
        "docker.io/library/nginx:1": SWR + "/shop/nginx:1",
        "docker.io/library/nginx:latest": SWR + "/shop/nginx:latest",
    }


def test_digests_have_rules_of_their_own() -> None:
    found = find_rules(
        uses("quay.io/a/app@" + DIGEST, "quay.io/a/app:1@" + DIGEST, "registry.k8s.io/pause:3.9"), TARGET
    )
    assert found.rules == {
        "quay.io/a/app:1@" + DIGEST: SWR + "/shop/app:1",
        "quay.io/a/app@" + DIGEST: SWR + "/shop/app",
        "registry.k8s.io/pause:3.9": SWR + "/shop/pause:3.9",
    }
    assert found.migrator == {}
    assert [entry["reason"] for entry in found.left_out] == [
        "image-migrator has no rules for digests",
        "image-migrator has no rules for digests",
        "image-migrator needs registry/namespace/repository",
    ]


def test_images_at_the_target_and_mentions_have_no_rule() -> None:
    found = find_rules(
        [*uses(SWR + "/shop/app:1"), *(Use("q.io/a/b:1", kind, "a") for kind in (MENTION, COMPOSE_BUILT))], TARGET
    )
    assert found.rules == {}
    assert found.images == [{"image": SWR + "/shop/app:1", "destination": "", "used_by": ["a.yaml: Deployment web"]}]


def test_texts_that_are_no_images_are_listed() -> None:
    found = find_rules([Use("{{ x }}", CONTAINER, "a.yaml", reason="it is a template")], TARGET)
    assert found.problems == [{"image": "{{ x }}", "source": "a.yaml", "reason": "it is a template"}]


def test_names_that_swr_does_not_take_are_listed() -> None:
    long = "quay.io/a/" + "b" * 129 + ":1"
    found = find_rules(uses(long, "quay.io/a/c--d:1", "quay.io/a/c-d:1", "quay.io/a/e--f:1"), TARGET)
    assert found.rules == {"quay.io/a/e--f:1": SWR + "/shop/e-f:1"}
    assert [entry["image"] for entry in found.problems] == [long, "quay.io/a/c--d:1", "quay.io/a/c-d:1"]


@pytest.mark.parametrize(
    "text", ["", "shop", "swr.example.com", "swr.example.com/", "swr.example.com/a/b", "a/Shop", "/a"]
)
def test_a_target_is_a_registry_and_an_organization(text: str) -> None:
    with pytest.raises(WorkloadsError):
        parse_target(text)


def test_a_target_is_read() -> None:
    assert parse_target("LOCALHOST:5000/shop") == Target("localhost:5000", "shop")


PART = st.text("ab1", min_size=1, max_size=2)
IMAGES = st.builds(
    "{0}/{1}{2}".format,
    st.sampled_from(["quay.io", "docker.io", "localhost:5000", "ghcr.io"]),
    st.lists(PART, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", ":1", ":2", "@" + DIGEST, ":1@" + DIGEST]),
)


@given(st.lists(IMAGES, max_size=8))
def test_the_copy_takes_every_rule_and_no_two_repositories_meet(images: List[str]) -> None:
    found = find_rules(uses(*images), TARGET)
    assert not found.problems
    if not found.rules:
        return
    parsed = parse_rules(found.rules, where="rules", environ={})
    sources = {}
    for rule in parsed:
        assert sources.setdefault(str(rule.destination), str(rule.source)) == str(rule.source)
    assert len(found.migrator) + len(found.left_out) == len(found.rules)
    if found.migrator:
        parse_rules(found.migrator, where="images.json", environ={}, dialect="image-migrator")
    assert render_images_json(found.migrator).endswith("}\n")
