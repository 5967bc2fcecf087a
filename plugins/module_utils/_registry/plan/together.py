# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares many tags of two repositories with few exchanges, for reruns in which nearly all of them are there.

What a registry's own list says (C(tag_lists)) needs no request. For everything else, nothing depends on the order of
replies alone. A tag that is the same on both sides may be left as it is. Any other one
is asked for again, alone: if that gives another answer, replies were mixed up, and the whole batch is examined tag by
tag, like all later ones.

What remains is a registry that first answers in order, and then exchanges the replies for two tags whose images were
exchanged at the destination, too. Each run asks in another order, so that even this is not hidden for long.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import random
from typing import Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..client.registry import ClientFor, RegistryClient
from ..model.manifest import is_digest
from ..model.reference import Repository
from ..run.image import Image
from ..run.work_queue import batches
from ..sources.base import SourceFor
from .tag_lists import TagLists, WasCopied, destination_of, source_of

MOST_DIFFERENT = 8
"""Tags of a batch that are asked for again; with more of them, the batch is examined tag by tag."""

Place = Tuple[Repository, Repository]


class Same(NamedTuple):
    """An image that is the same on both sides: its digest at the source and at the destination."""

    image: Image
    source: str
    destination: str


class Together:
    """The batches of a run. Thread-safe.

    :param was_copied: whether a digest at the destination is the result of copying an image with this digest.
    """

    def __init__(
        self,
        sources: SourceFor,
        destinations: ClientFor,
        lists: TagLists,
        was_copied: WasCopied,
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._lists = lists
        self._was_copied = was_copied
        self._different: Set[Place] = set()

    def batches(self, images: Sequence[Image], workers: int) -> Iterator[Sequence[Image]]:
        """The images in batches of one repository each; of one image where that is better.

        :param workers: each is to get a part of the work.
        """
        places: Dict[Place, List[Image]] = {}
        for image in images:
            places.setdefault((image.source, image.destination), []).append(image)
        for its in places.values():
            if all(self._lists.has(side) for side in (source_of(its[0]), destination_of(its[0]))):
                yield its
            elif isinstance(self._sources(its[0].source.registry), RegistryClient):
                yield from batches(its, workers)
            else:
                yield from ([image] for image in its)

    def look(self, batch: Sequence[Image]) -> Tuple[List[Same], bool]:
        """Those that the destination has as they are at the source, and whether it has none of the batch, in whatever
        order it answered. The others are to be examined one by one.

        :raises RegistryError: a registry failed.
        """
        place = (batch[0].source, batch[0].destination)
        source, destination = self._sources(place[0].registry), self._destinations(place[1].registry)
        tags = [image for image in batch if not (is_digest(image.source_ref) or is_digest(image.destination_ref))]
        random.shuffle(tags)
        if not tags or place in self._different or not isinstance(source, RegistryClient):
            return [], False
        there = self._digests(destination, tags, source=False)
        if len(there) == len(batch) and not any(there.values()):
            return [], True
        return self._same(source, destination, tags, there), False

    def _same(
        self,
        source: RegistryClient,
        destination: RegistryClient,
        tags: Sequence[Image],
        there: Dict[Image, Optional[str]],
    ) -> List[Same]:
        place = (tags[0].source, tags[0].destination)
        known = [image for image in tags if there.get(image)]
        asked = [side for side in (source_of(tags[0]), destination_of(tags[0])) if not self._lists.has(side)]
        if asked and len(known) < len(tags) - MOST_DIFFERENT:
            # Much is new: the plain way needs no request twice.
            self._different.add(place)
            return []
        here = self._digests(source, known, source=True) if known else {}
        if not here:
            return []
        same = [
            Same(image, str(here[image]), str(there[image]))
            for image in known
            if here.get(image) and self._was_copied(image, str(here[image]), str(there[image]))
        ]
        if not asked:
            # What is in the lists was proved before.
            return same
        others = set(tags) - {one.image for one in same}
        if len(others) > MOST_DIFFERENT:
            self._different.add(place)
            return []
        return same if self._confirmed(source, destination, others, here, there) else []

    def _digests(self, client: RegistryClient, tags: Sequence[Image], source: bool) -> Dict[Image, Optional[str]]:
        """The digests of tags on one side, from its list or at once; without those to be asked for one by one."""
        side = source_of(tags[0]) if source else destination_of(tags[0])
        if self._lists.has(side):
            listed = [(image, self._lists.look_up(side, image)) for image in tags]
            return {image: one.digest for image, one in listed if one.known}
        return dict(zip(tags, client.head_manifests(side.repository, [side.reference(image) for image in tags]) or ()))

    def _confirmed(
        self,
        source: RegistryClient,
        destination: RegistryClient,
        others: Set[Image],
        here: Dict[Image, Optional[str]],
        there: Dict[Image, Optional[str]],
    ) -> bool:
        """Whether single requests get the same answers for the tags that differ."""
        for image in others:
            for client, side, answers in (
                (source, source_of(image), here),
                (destination, destination_of(image), there),
            ):
                if image not in answers:
                    continue
                found = client.head_manifest(side.repository, side.reference(image))
                if (found.digest if found else None) != answers[image]:
                    self._lists.doubt(side, image, found.digest if found else None)
                    client.doubt_order()
                    return False
        return True
