# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tags of both sides from registries' own lists, a hundred or a thousand at a time, instead of a request for each.

A list is a claim. It is used only if

- the destination's names of tags, from the registry itself, agree: a tag is there if both say so, and absent if neither
  knows it. Any other one is asked for. For a source the names matter less: what is copied is read from the registry.
- the registry itself gives the same digest for a random part of the tags, and for some that differ between both sides,
  which is where a list that lags behind shows. One contradiction, and no list of this registry is used.

What looks different is asked of the registries again before it is copied. What looks the same is left as it is. So one
risk remains: a list that is right about all tags in the random part, and wrong about another one. Harbor's cannot be,
because it answers both from one table (L(harbor_tags,#)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import random
import sys
import threading
from collections import Counter
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Sequence, Set

from ..._errors import LongshoreError
from ..client.registry import ClientFor, RegistryClient
from ..errors import RegistryError, failure_of
from ..model.manifest import is_digest
from ..model.reference import Repository
from ..run.image import Image
from ..run.tag_listing import Listed, Lister, Listers
from ..run.work_queue import WorkQueue
from ..sources.base import SourceFor
from .harbor_tags import SERVICE, HarborTags

LEAST = 10
"""From this many tags of a repository on, lists are cheaper."""
INTRODUCTION = 32
"""From this many tags of a registry on, it is worth a request to learn whether it is a Harbor."""
SAVED = 8
"""Tags for each page of a list that are wanted at least: the others of the page are of no use."""
PROVEN = 64
"""One tag of so many is asked of the registry itself, and at least C(LEAST_PROVEN)."""
LEAST_PROVEN = 2
MOST_DIFFERENT = 8
"""Tags of a repository that differ and are asked of the registry before its list is used."""
TOGETHER = 16
"""Tags from which on they are asked for together, and no more than C(MOST_TOGETHER)."""
MOST_TOGETHER = 64

WasCopied = Callable[[Image, str, str], bool]


class Side(NamedTuple):
    """A repository as one side of a copy."""

    is_source: bool
    repository: Repository

    def reference(self, image: Image) -> str:
        """The image's tag on this side."""
        return str(image.source_ref if self.is_source else image.destination_ref)


def source_of(image: Image) -> Side:
    """The source of an image."""
    return Side(True, image.source)


def destination_of(image: Image) -> Side:
    """The destination of an image."""
    return Side(False, image.destination)


class _List:
    """What is known of the wanted tags of one side.

    :ivar claims: tag to digest, from the list; empty for a tag with several digests. :ivar names: from the registry.
    :ivar is_worth_it: it is not too long. :ivar usable: nothing failed.
    """

    def __init__(self, wanted: Set[str]) -> None:
        self.wanted = wanted
        self.claims: Dict[str, str] = {}
        self.names: Optional[Set[str]] = None
        self.complete = self.is_worth_it = False
        self.usable = True
        self._pages = 1
        self._lock = threading.Lock()

    def add(self, entries: Sequence[Any], further: int) -> None:
        """Take a page, which is one of C(further) more."""
        with self._lock:
            for tag, digest in entries:
                if tag in self.wanted:
                    agrees = self.claims.get(tag, digest) == digest and is_digest(digest)
                    self.claims[tag] = sys.intern(digest) if agrees else ""
            self._pages += further - 1
            self.complete = not self._pages

    def look_up(self, tag: str) -> Listed:
        """What both the list and the names say of a tag."""
        digest = self.claims.get(tag)
        if self.names is None or tag in self.names:
            return Listed(bool(digest), digest or None)
        return Listed(digest is None)


class TagLists:
    """The lists of a run's repositories. Only L(prepare,#) must not be called by several threads.

    :param was_copied: whether a digest at the destination is the result of copying an image with this digest.
    """

    def __init__(
        self, sources: SourceFor, destinations: ClientFor, queue: WorkQueue, listers: Listers, was_copied: WasCopied
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._queue = queue
        self._listers = listers
        self._was_copied = was_copied
        self._harbors: Dict[Any, HarborTags] = {}
        self._lists: Dict[Side, _List] = {}
        self._introduction = threading.Lock()

    # -- use ---------------------------------------------------------------------------------------------------

    def has(self, side: Side) -> bool:
        """Whether there is a list of the repository."""
        return side in self._lists

    def look_up(self, side: Side, image: Image) -> Listed:
        """What is known of the image on this side without a request."""
        its = self._lists.get(side)
        return its.look_up(side.reference(image)) if its is not None else Listed(False)

    # -- preparation -------------------------------------------------------------------------------------------

    def prepare(self, images: Sequence[Image], compared: Sequence[Image]) -> None:
        """Read the lists for these images; those for earlier ones are forgotten.

        :param compared: those of them whose source's digest matters.
        """
        self._lists = {}
        if not self._listers.active:
            return
        self._read_all(destination_of, images)
        # A first run has nothing to compare.
        there = [image for image in compared if self.look_up(destination_of(image), image) != Listed(True, None)]
        self._read_all(source_of, there)
        self._prove(images)

    def _read_all(self, side_of: Callable[[Image], Side], images: Sequence[Image]) -> None:
        wanted: Dict[Side, Set[str]] = {}
        for image in images:
            side = side_of(image)
            if not is_digest(side.reference(image)):
                wanted.setdefault(side, set()).add(side.reference(image))
        found = {side: _List(tags) for side, tags in wanted.items() if len(tags) >= LEAST}
        many: Counter[str] = Counter()
        for side, its in found.items():
            many[side.repository.registry] += len(its.wanted)
        for side, its in found.items():
            introduce = many[side.repository.registry] >= INTRODUCTION
            self._put(side, its, lambda side=side, its=its, introduce=introduce: self._begin(side, its, introduce))
        self._queue.join()
        self._lists.update((side, its) for side, its in found.items() if its.complete and its.usable)

    def _put(self, side: Side, its: _List, work: Callable[[], None]) -> None:
        def job() -> None:
            # Whatever failed: each tag is asked for without this list, and the registry says so again.
            if failure_of(work, str(side.repository)) is not None:
                its.usable = False

        self._queue.put((1,), job)

    def _begin(self, side: Side, its: _List, introduce: bool) -> None:
        lister = self._lister(side, its, introduce)
        if lister is None or not self._listers.usable(side.repository):
            return
        self._read(side, its, lister, None)
        if its.is_worth_it and not side.is_source:
            its.names = self._names(side.repository)

    def _read(self, side: Side, its: _List, lister: Lister, place: Any) -> None:
        if not self._listers.usable(side.repository):
            return
        try:
            entries, further = lister.read(side.repository, place)
        except LongshoreError as error:
            self._listers.refuse(side.repository, error, lister)
            return
        if place is None and (1 + len(further)) * SAVED > len(its.wanted):
            return
        its.is_worth_it = True
        its.add(entries, len(further))
        for other in further:
            self._put(side, its, lambda other=other: self._read(side, its, lister, other))

    def _names(self, repository: Repository) -> Set[str]:
        try:
            return set(self._destinations(repository.registry).list_tags(repository).names)
        except RegistryError as error:
            if error.status != 404:
                raise
            return set()

    def _lister(self, side: Side, its: _List, introduce: bool) -> Optional[Lister]:
        client = self._client(side)
        if client is None:
            return None
        named = self._listers.named(side.repository.registry)
        if named is not None:
            return named
        with self._introduction:
            if introduce and not client.session.introduced:
                client.head_manifest(side.repository, min(its.wanted))
            if client.session.service != SERVICE:
                return None
            return self._harbors.setdefault(
                (side.is_source, client.registry), HarborTags(client, is_source=side.is_source)
            )

    def _client(self, side: Side) -> Optional[RegistryClient]:
        if not side.is_source:
            return self._destinations(side.repository.registry)
        source = self._sources(side.repository.registry)
        return source if isinstance(source, RegistryClient) else None

    # -- proof -------------------------------------------------------------------------------------------------

    def _prove(self, images: Sequence[Image]) -> None:
        """Ask the registries themselves for some of the tags; forget lists that are wrong."""
        chosen: Dict[Side, Set[str]] = {}
        for side, its in self._lists.items():
            known = [tag for tag in its.wanted if its.look_up(tag).digest]
            chosen[side] = set(random.sample(known, min(len(known), max(LEAST_PROVEN, -(-len(known) // PROVEN)))))
        for side, tags in self._different(images).items():
            chosen[side].update(random.sample(tags, min(len(tags), MOST_DIFFERENT)))
        for side, some in chosen.items():
            tags = sorted(some)
            for start in range(0, len(tags), MOST_TOGETHER):
                part = tags[start : start + MOST_TOGETHER]
                self._put(side, self._lists[side], lambda side=side, part=part: self._ask(side, part))
        self._queue.join()
        usable = self._listers.usable
        self._lists = {side: its for side, its in self._lists.items() if its.usable and usable(side.repository)}

    def _different(self, images: Sequence[Image]) -> Dict[Side, List[str]]:
        """The tags with different digests on both sides."""
        found: Dict[Side, List[str]] = {}
        for image in images:
            sides = (source_of(image), destination_of(image))
            here, there = (self.look_up(side, image).digest for side in sides)
            if here and there and not self._was_copied(image, here, there):
                for side in sides:
                    found.setdefault(side, []).append(side.reference(image))
        return found

    def _ask(self, side: Side, tags: Sequence[str]) -> None:
        client, its = self._client(side), self._lists[side]
        if client is None or not self._listers.usable(side.repository):
            return
        found = client.head_manifests(side.repository, tags) if len(tags) >= TOGETHER else None
        if found is None and len(tags) > 1:
            for tag in tags:
                self._put(side, its, lambda tag=tag: self._ask(side, [tag]))
            return
        if found is None:
            one = client.head_manifest(side.repository, tags[0])
            found = [one.digest if one is not None else None]
        for tag, digest in zip(tags, found):
            if digest != its.claims[tag]:
                self._contradicted(side, tag, its.claims[tag], digest)

    def doubt(self, side: Side, image: Image, digest: Optional[str]) -> None:
        """The registry itself gave a digest, or None, that is not the one in the list, if there is a list."""
        its = self._lists.pop(side, None)
        if its is not None:
            tag = side.reference(image)
            self._contradicted(side, tag, its.claims.get(tag, ""), digest)

    def _contradicted(self, side: Side, tag: str, claim: str, digest: Optional[str]) -> None:
        what = "{0}:{1} is {2} in the list, and {3}".format(
            side.repository, tag, claim or "not there", digest or "not there"
        )
        self._listers.contradicted(side.repository, what)
