# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plan's images to be copied, in a few bytes each.

A plan of 100,000 images must not keep their manifests. The facts needed about an image go into arrays as soon as it
has been examined: source and destination, tags, and blobs as numbers.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from array import array
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ..client.registry import ClientFor
from ..errors import RegistryError, failure_of
from ..model.manifest import Descriptor, is_digest
from ..model.platforms import PlatformFilter
from ..model.reference import Repository
from ..run.image import Image
from ..run.journal import Journal
from ..run.work_queue import WorkQueue

BATCH = 2000
"""Images or blobs processed at a time: their jobs and manifests are in memory together."""

ABSENT, PRESENT, NEAR = 0, 1, 2
"""A blob must be transferred; is at the destination; can be mounted from another repository of the registry."""

_ALGORITHMS = ("sha256", "sha512")


class Route(NamedTuple):
    """Source and destination of images. C(platforms) are the rule's own, if any."""

    source: Repository
    destination: Repository
    platforms: Optional[PlatformFilter] = None


class PlanTable:
    """Images to be copied, and their blobs, as numbers.

    :ivar routes: source and destination repositories; C(route) holds the number for each image.
    :ivar references: (source, destination) tag or digest of each image.
    :ivar manifests: number of manifests of each image.
    :ivar sizes: of each blob. C(states): C(ABSENT), C(PRESENT) or C(NEAR) for each.
    """

    def __init__(self) -> None:
        self.routes: List[Route] = []
        self.route = array("I")
        self.references: List[Tuple[str, str]] = []
        self.manifests = array("I")
        self.starts = array("I", [0])
        self.blobs = array("I")
        self.sizes = array("Q")
        self.states = bytearray()
        self._leads = array("I")
        self._route_numbers: Dict[Route, int] = {}
        self._registries: Dict[str, int] = {}
        self._blob_numbers: Dict[bytes, int] = {}

    def __len__(self) -> int:
        return len(self.route)

    def add(self, image: Image) -> None:
        """Add an image that has a tree; the caller need not keep it."""
        if image.tree is None:
            raise ValueError("an image without a tree")
        key = Route(image.source, image.destination, image.rule.platforms)
        route = self._route_numbers.setdefault(key, len(self.routes))
        if route == len(self.routes):
            self.routes.append(key)
        self.route.append(route)
        self.references.append((str(image.source_ref), str(image.destination_ref)))
        blobs: Dict[int, None] = {}
        manifests = 0
        for tree in image.tree.walk():
            manifests += 1
            for blob in tree.manifest.blobs:
                if not blob.foreign:
                    blobs[self._blob(route, blob)] = None
        self.manifests.append(manifests)
        self.blobs.extend(blobs)
        self.starts.append(len(self.blobs))

    def blobs_of(self, image: int) -> Sequence[int]:
        """The blobs of an image, each once."""
        return self.blobs[self.starts[image] : self.starts[image + 1]]

    def destination_of_blob(self, blob: int) -> Repository:
        """The first repository that needs it."""
        return self.routes[self._leads[blob]].destination

    def _blob(self, route: int, blob: Descriptor) -> int:
        source, destination, _platforms = self.routes[route]
        algorithm, _colon, text = blob.digest.partition(":")
        registry = self._registries.setdefault(destination.registry, len(self._registries))
        key = registry.to_bytes(2, "big") + bytes((_ALGORITHMS.index(algorithm),)) + bytes.fromhex(text)
        number = self._blob_numbers.setdefault(key, len(self.sizes))
        if number == len(self.sizes):
            self.sizes.append(blob.size)
            self.states.append(ABSENT)
            self._leads.append(route)
        if source.registry == destination.registry and blob.made_from is None:
            # A copy within one registry: the source repository has the blob, nothing needs to be transferred.
            self.states[number] = NEAR
        return number

    # -- lookup at the destinations ----------------------------------------------------------------------------

    def locate(
        self,
        destinations: ClientFor,
        journal: Journal,
        queue: WorkQueue,
        failed: Callable[[Repository, RegistryError], None],
    ) -> None:
        """Look up the blobs at the destinations, with one request per blob and registry, as the copy does.

        :param failed: called for a blob whose lookup failed; it counts as absent.
        """
        for waiting, (key, blob) in enumerate(self._blob_numbers.items(), 1):
            queue.put((1,), lambda key=key, blob=blob: self._ask(key, blob, destinations, journal, failed))
            if waiting % BATCH == 0:
                queue.join()
        queue.join()

    def _ask(
        self,
        key: bytes,
        blob: int,
        destinations: ClientFor,
        journal: Journal,
        failed: Callable[[Repository, RegistryError], None],
    ) -> None:
        digest = "{0}:{1}".format(_ALGORITHMS[key[2]], key[3:].hex())
        repository = self.destination_of_blob(blob)

        def work() -> None:
            if destinations(repository.registry).has_blob(repository, digest):
                self.states[blob] = PRESENT
            elif journal.repositories_with(repository.registry, digest):
                self.states[blob] = NEAR

        error = failure_of(work, str(repository))
        if error is not None:
            failed(repository, error)

    def absent(self) -> Tuple[int, int]:
        """Number of blobs to transfer, and their bytes."""
        return self.states.count(ABSENT), sum(size for size, state in zip(self.sizes, self.states) if state == ABSENT)


def rules_of(catalogue: PlanTable, images: Iterable[int], most: int) -> List[Dict[str, str]]:
    """Images as a rules document in list form.

    Up to C(most) tags of one route form a rule; a digest gets a rule of its own, and a tag that is copied again starts
    another.
    """
    rules: List[Dict[str, Any]] = []
    open_rules: Dict[int, Tuple[List[str], List[str]]] = {}

    def close(route: int) -> None:
        pair: Optional[Tuple[List[str], List[str]]] = open_rules.pop(route, None)
        if pair:
            rules.append(_rule(catalogue.routes[route], ":" + ",".join(pair[0]), ":" + ",".join(pair[1])))

    for image in images:
        route = catalogue.route[image]
        source, destination = catalogue.references[image]
        if is_digest(source):
            # The destination of a digest that keeps its name is written without it.
            rules.append(
                _rule(catalogue.routes[route], "@" + source, "" if is_digest(destination) else ":" + destination)
            )
            continue
        if len(open_rules.get(route, ([],))[0]) >= most or source in open_rules.get(route, ([],))[0]:
            close(route)
        sources, destinations = open_rules.setdefault(route, ([], []))
        sources.append(source)
        destinations.append(destination)
    for route in list(open_rules):
        close(route)
    return rules


def _rule(route: Route, source: str, destination: str) -> Dict[str, Any]:
    return dict(
        {"source": str(route.source) + source, "destination": str(route.destination) + destination},
        **(route.platforms.as_dict() if route.platforms else {}),
    )
