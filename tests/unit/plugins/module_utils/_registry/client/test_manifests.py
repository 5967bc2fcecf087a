# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The walk through indexes, of whatever shape."""

from __future__ import annotations

import json
from typing import Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.manifests import DEEPEST_INDEX, read_tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    OCI_INDEX,
    OCI_MANIFEST,
    Manifest,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository

REPOSITORY = Repository("r.example", "team/app")


class Registry:
    """Manifests by digest, and what was asked for."""

    def __init__(self) -> None:
        self.manifests: Dict[str, Manifest] = {}
        self.asked: List[str] = []

    def get_manifest(self, _repository: Repository, digest: str) -> Optional[Manifest]:
        self.asked.append(digest)
        return self.manifests.get(digest)

    def image(self, number: int = 0) -> Manifest:
        blob = {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "0" * 64, "size": number}
        return self._add({"schemaVersion": 2, "mediaType": OCI_MANIFEST, "config": blob, "layers": []})

    def index(self, *children: Manifest) -> Manifest:
        entries = [
            {"mediaType": one.media_type, "digest": one.digest, "size": len(one.content), "annotations": {"n": str(n)}}
            for n, one in enumerate(children)
        ]
        return self._add({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries})

    def _add(self, document: Dict[str, object]) -> Manifest:
        made = parse_manifest(json.dumps(document).encode(), str(document["mediaType"]))
        self.manifests[made.digest] = made
        return made


def test_each_manifest_is_read_once_however_often_it_is_named() -> None:
    registry = Registry()
    top = registry.index(*[registry.index(*[registry.image()] * 3)] * 3)
    tree = read_tree(registry, REPOSITORY, top, "r.example/team/app:1")
    assert len(registry.asked) == 2
    assert [len(child.children) for child in tree.children] == [3, 3, 3]
    assert len(list(tree.walk())) == 3


def test_few_manifests_that_stand_for_millions_are_refused_after_few_requests() -> None:
    registry = Registry()
    made = registry.image()
    for _level in range(DEEPEST_INDEX):
        made = registry.index(*[made] * 40)
    with pytest.raises(RegistryError, match="more than 10000 manifests") as caught:
        read_tree(registry, REPOSITORY, made, "r.example/team/app:1")
    assert caught.value.where == "r.example/team/app:1"
    assert len(registry.asked) <= 5


def test_levels_are_limited() -> None:
    registry = Registry()
    made = registry.image()
    for _level in range(DEEPEST_INDEX):
        made = registry.index(made)
    assert len(list(read_tree(registry, REPOSITORY, made, "x").walk())) == DEEPEST_INDEX + 1
    with pytest.raises(RegistryError, match="too many nested"):
        read_tree(registry, REPOSITORY, registry.index(made), "x")


def test_what_is_missing_or_not_wanted() -> None:
    registry = Registry()
    one, two, three = registry.image(1), registry.image(2), registry.image(3)
    top = registry.index(one, two, three)
    del registry.manifests[two.digest]
    with pytest.raises(RegistryError, match=two.digest):
        read_tree(registry, REPOSITORY, top, "x")
    missing: List[str] = []
    tree = read_tree(registry, REPOSITORY, top, "x", on_missing=lambda child: missing.append(child.digest))
    assert (missing, [child.manifest for child in tree.children]) == ([two.digest], [one, three])
    registry.asked.clear()
    tree = read_tree(registry, REPOSITORY, top, "x", wanted=lambda child: child.digest == one.digest)
    assert ([child.manifest for child in tree.children], registry.asked) == ([one], [one.digest])
    assert tree.manifest is top
