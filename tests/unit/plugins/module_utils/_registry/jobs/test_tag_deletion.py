# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever tags share, what is kept stays whole."""

from __future__ import annotations

import json
from typing import Any, Dict, List, NamedTuple, Set

import pytest
from hypothesis import given, settings, strategies

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.registry import Found
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.tag_deletion import NOT_BY_TAG, TagDeleter
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    DOCKER_MANIFEST,
    OCI_INDEX,
    digest_of,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Listing
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    image_of,
    index_of,
    repository,
)

APP = repository()
# Three images, two indexes over some of them, and an index of an index.
SINGLES = [image_of(name, b"layer") for name in (b"a", b"b", b"c")]
INDEXES = [index_of((SINGLES[0], None), (SINGLES[1], None)), index_of((SINGLES[2], None))]
MANIFESTS = [*SINGLES, *INDEXES, index_of((INDEXES[1], None))]
CONTENT = {digest_of(content): content for content in MANIFESTS}


class Repository:
    """One repository in memory, with the client's methods.

    :param by_tag: it deletes tags; else manifests by digest, with every tag of them.
    :param refusal: the status with which it refuses tags.
    :param told: it says media types.
    """

    def __init__(self, tags: Dict[str, str], by_tag: bool, refusal: int = 405, told: bool = True) -> None:
        self.by_tag = by_tag
        self.refusal = refusal
        self.told = told
        self.tagged = dict(tags)
        self.stored: Set[str] = set()
        for digest in tags.values():
            self._store(digest)

    def _store(self, digest: str) -> None:
        self.stored.add(digest)
        for child in json.loads(CONTENT[digest]).get("manifests", ()):
            self._store(child["digest"])

    def list_tags(self, _repository: Any, proven: bool) -> Listing:
        assert proven
        return Listing(list(self.tagged), [])

    def head_manifest(self, _repository: Any, reference: str) -> Any:
        digest = self.tagged.get(reference, reference)
        if digest not in self.stored:
            return None
        return Found(digest, json.loads(CONTENT[digest])["mediaType"] + "; charset=utf-8" if self.told else "")

    def get_manifest(self, _repository: Any, digest: str) -> Any:
        return parse_manifest(CONTENT[digest], "") if digest in self.stored else None

    def delete_manifest(self, _repository: Any, reference: str) -> bool:
        if ":" not in reference:
            if self.by_tag:
                return self.tagged.pop(reference, None) is not None
            if self.refusal == 404:
                return False
            raise RegistryError("no", status=self.refusal)
        self.stored.remove(reference)
        self.tagged = {tag: digest for tag, digest in self.tagged.items() if digest != reference}
        return True

    def is_whole(self, digest: str) -> bool:
        children = json.loads(CONTENT[digest]).get("manifests", ())
        return digest in self.stored and all(self.is_whole(child["digest"]) for child in children)


class Case(NamedTuple):
    """Tags with their digests, and those that are to be deleted."""

    tags: Dict[str, str]
    doomed: List[str]


def cases() -> Any:
    tags = strategies.dictionaries(
        strategies.sampled_from("abcdefgh"), strategies.sampled_from(sorted(CONTENT)), min_size=1
    )

    def choose(given: Dict[str, str]) -> Any:
        doomed = strategies.lists(strategies.sampled_from(sorted(given)), unique=True)
        return strategies.builds(Case, strategies.just(given), doomed)

    return tags.flatmap(choose)


@settings(deadline=None, max_examples=300)
@given(
    case=cases(),
    by_tag=strategies.booleans(),
    refusal=strategies.sampled_from(NOT_BY_TAG),
    told=strategies.booleans(),
    pinned=strategies.sets(strategies.sampled_from(sorted(CONTENT)), max_size=1),
)
def test_kept_images_stay_whole(case: Case, by_tag: bool, refusal: int, told: bool, pinned: Set[str]) -> None:
    registry = Repository(case.tags, by_tag, refusal, told)
    kept = [tag for tag in case.tags if tag not in case.doomed]
    pinned = pinned & registry.stored
    untagger = TagDeleter(registry, APP, kept, pinned)
    untagger.delete(case.doomed)
    assert {tag: digest for tag, digest in registry.tagged.items() if tag in kept} == {
        tag: case.tags[tag] for tag in kept
    }
    assert all(registry.is_whole(case.tags[tag]) for tag in kept)
    assert all(registry.is_whole(digest) for digest in pinned)
    # Every tag is accounted for, and those that are said to be gone are.
    assert sorted(untagger.deleted + untagger.shared) == sorted(case.doomed)
    assert not set(untagger.deleted) & set(registry.tagged)
    assert set(untagger.shared) <= set(registry.tagged)
    if by_tag:
        assert untagger.shared == []
    again = TagDeleter(registry, APP, kept, pinned)
    again.delete(untagger.shared)
    assert (again.deleted, again.shared) == ([], untagger.shared)


def test_tag_without_a_manifest_is_passed_over() -> None:
    digest = digest_of(SINGLES[0])
    registry = Repository({"a": digest, "b": digest}, by_tag=False)
    registry.stored.clear()
    untagger = TagDeleter(registry, APP, ["a"], set())
    untagger.delete(["b"])
    assert (untagger.deleted, untagger.shared, untagger.failures) == ([], [], [])


def test_index_that_is_there_and_is_not_given_stops_everything() -> None:
    registry = Repository({"a": digest_of(INDEXES[0]), "b": digest_of(SINGLES[2])}, by_tag=False)
    registry.get_manifest = lambda _repository, _digest: None  # type: ignore[method-assign]
    with pytest.raises(RegistryError, match="does not return it"):
        TagDeleter(registry, APP, ["a"], set()).delete(["b"])
    assert registry.tagged["b"]


def test_index_that_is_too_deep_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    content = SINGLES[0]
    for number in range(8):
        content = json.dumps(dict(json.loads(index_of((content, None))), annotations={"depth": str(number)})).encode()
        monkeypatch.setitem(CONTENT, digest_of(content), content)
    registry = Repository({"deep": digest_of(content), "b": digest_of(SINGLES[1])}, by_tag=False)
    with pytest.raises(RegistryError, match="too many nested"):
        TagDeleter(registry, APP, ["deep"], set()).delete(["b"])
    assert registry.tagged["b"]


def test_media_types_of_the_images_are_what_the_tests_say() -> None:
    assert {json.loads(content)["mediaType"] for content in MANIFESTS} == {DOCKER_MANIFEST, OCI_INDEX}
