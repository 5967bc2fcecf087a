# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Carries out a plan: each blob once, then manifests, children before parents.

The work is a graph: a manifest waits for its blobs and children. No thread blocks while waiting; completed work queues
the work that depends on it. A destination thus never holds a manifest with missing parts.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Callable, Dict, List, Optional, Sequence, Set, Tuple

from ..client.registry import ClientFor
from ..convert.converter import Convert, Converter
from ..errors import RegistryError, failure_of
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..model.tree import Tree
from ..run.image import COPIED, FAILED, POSTPONED, SKIPPED, Image
from ..run.journal import Journal
from ..run.stop_time import StopTime
from ..run.work_queue import WorkQueue, batches
from ..sources.base import SourceFor
from ..transport.retry import Retrier
from .blob_copy import copy_blob
from .graph import BlobGroup, BlobNeed, ManifestNeed, _begin, _largest, _roots

PRESENT = "present"


class Postponed(RegistryError):
    """A blob was not begun, because the run is to stop."""


class Transfer:
    """Copies the images of a plan.

    :param sources: returns the reader of an image's source.
    :param destinations: returns the client that writes to a registry.
    :param on_finished: called for each finished image.
    :param on_bytes: called for bytes sent; negative for those of a failed try.
    :param keep: replace no tag created since planning.
    :param stop: when to begin no further blob, and to postpone the images that need one.
    :param converter: creates Docker images from those that a destination refuses in OCI format.
    :ivar blobs: how many were C(uploaded), C(mounted), C(present).
    """

    def __init__(
        self,
        sources: SourceFor,
        destinations: ClientFor,
        queue: WorkQueue,
        journal: Journal,
        retrier: Retrier,
        on_finished: Callable[[Image], None],
        on_bytes: Callable[[int], None],
        converter: Converter,
        keep: bool = False,
        stop: Optional[StopTime] = None,
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._queue = queue
        self._journal = journal
        self._retrier = retrier
        self._on_finished = on_finished
        self._on_bytes = on_bytes
        self._converter = converter
        self._keep = keep
        self._stop = stop or StopTime()
        self._lock = threading.RLock()
        self._groups: Dict[Tuple[str, str], BlobGroup] = {}
        self._needs: Dict[Tuple[Repository, str], BlobNeed] = {}
        self._manifests: Dict[Tuple[Repository, str, str], ManifestNeed] = {}
        self._running = False
        self._in_use: Set[Repository] = set()  # They had tags before this run.
        self.blobs: Counter[str] = Counter()

    # -- building the graph ------------------------------------------------------------------------------------

    def add(self, images: Sequence[Image]) -> None:
        """Add the images that have something to copy. Those with the largest blobs come first, so that a run does not
        end with one worker on one large blob."""
        roots = []
        self._in_use.update(image.destination for image in images if image.outcome == SKIPPED or image.replaces)
        for image in images:
            if image.outcome is None and image.tree is not None:
                root = self._need_manifest(image.destination, str(image.destination_ref), image.tree, image.source)
                root.images.append(image)
                roots.append((root, _largest(image.tree)))
        roots.sort(key=lambda entry: -entry[1])
        for rank, (root, _size) in enumerate(roots):
            self._rank(root.repository, root.reference, root.tree, rank)

    def _rank(self, repository: Repository, reference: str, tree: Tree, rank: int) -> None:
        need = self._manifests[(repository, reference, tree.manifest.digest)]
        need.rank = min(need.rank, rank) if need.rank else rank
        for child in tree.children:
            self._rank(repository, child.manifest.digest, child, rank)

    def _need_manifest(self, repository: Repository, reference: str, tree: Tree, source: Repository) -> ManifestNeed:
        key = (repository, reference, tree.manifest.digest)
        need = self._manifests.get(key)
        if need is not None:
            return need
        need = self._manifests[key] = ManifestNeed(repository, reference, tree)
        for child in tree.children:
            below = self._need_manifest(repository, child.manifest.digest, child, source)
            below.parents.append(need)
            need.missing += not below.done
        for blob in {blob.digest: blob for blob in tree.manifest.blobs if not blob.foreign}.values():
            part = self._need_blob(repository, blob, source)
            part.waiting.append(need)
            need.missing += not part.done
        return need

    def _need_blob(self, repository: Repository, blob: Descriptor, source: Repository) -> BlobNeed:
        need = self._needs.get((repository, blob.digest))
        if need is None:
            need = self._needs[(repository, blob.digest)] = BlobNeed(repository, blob, source)
            group = self._groups.setdefault((repository.registry, blob.digest), BlobGroup())
            group.needs.append(need)
            if blob.made_from is not None:
                group.maybe.extend(self._journal.repositories_with(repository.registry, blob.digest))
            elif source.registry == repository.registry:
                # A copy within one registry: the source repository has the blob, nothing needs to be transferred.
                group.maybe.append(source.name)
        return need

    def locate(self) -> None:
        """Look up the blobs at the destinations, with one request per blob and registry.

        The others are transferred once, and then mounted. In a repository without tags, small blobs are not looked up:
        they are hardly ever there, and sending one again costs little more.
        """
        places: Dict[Repository, List[BlobGroup]] = {}
        for group in self._groups.values():
            place = group.needs[0].repository
            if place in self._in_use or not group.is_small or self._journal.repositories_with(*group.key):
                places.setdefault(place, []).append(group)
        for repository, groups in places.items():
            for batch in batches(groups, self._queue.workers):
                self._queue.put((1,), lambda repository=repository, batch=batch: self._ask(repository, batch))
        self._queue.join()

    def _ask(self, repository: Repository, batch: Sequence[BlobGroup]) -> None:
        digests = [group.needs[0].blob.digest for group in batch]
        found: List[bool] = []

        def work() -> None:
            found.extend(self._destinations(repository.registry).has_blobs(repository, digests) or ())

        error = failure_of(work, str(repository))
        for group, there in zip(batch, found):
            self._located(group, there)
        for group in batch[len(found) :]:
            if error is not None:
                self._blob_failed(group, group.needs[0], error)
            else:
                self._queue.put((1,), lambda group=group: self._ask(repository, [group]))

    def _located(self, group: BlobGroup, there: bool) -> None:
        lead = group.needs[0]
        if there:
            group.has_it = lead.repository.name
            self._blob_done(group, lead, PRESENT)
        else:
            group.maybe.extend(self._journal.repositories_with(*group.key))

    def remaining(self) -> Tuple[int, int]:
        """Number of blobs to transfer, and their bytes."""
        missing = [group for group in self._groups.values() if group.has_it is None and not group.maybe]
        return len(missing), sum(group.needs[0].blob.size for group in missing)

    # -- execution ---------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Copy everything; returns when every image of the plan has ended."""
        with self._lock:
            self._running = True
            for group in self._groups.values():
                self._queue_next(group)
            for need in list(self._manifests.values()):
                if need.missing == 0 and need.error is None:
                    self._queue_manifest(need)
        self._queue.join()

    def _queue_next(self, group: BlobGroup) -> None:
        """Queue the possible steps for a blob: all needs once one repository has it, else one of them."""
        wanted = [need for need in group.needs if need.wanted]
        if group.has_it is None and any(need.queued for need in wanted):
            return
        open_needs = [need for need in wanted if not need.queued]
        for need in open_needs if group.has_it else open_needs[:1]:
            need.queued = True
            rank = min((manifest.rank for manifest in need.waiting), default=0)
            self._queue.put(
                (1, rank, -need.blob.size), lambda need=need, has_it=group.has_it: self._copy(group, need, has_it)
            )

    def _copy(self, group: BlobGroup, need: BlobNeed, has_it: Optional[str]) -> None:
        with self._lock:
            if not need.wanted:
                # The images that needed it failed, or were replaced by converted ones that may need it again.
                need.queued = False
                self._queue_next(group)
                return
        if self._stop.reached:
            self._blob_failed(group, need, Postponed(self._stop.reason), lead=not has_it)
            return
        for manifest in need.waiting:
            _begin(manifest)
        error = failure_of(lambda: self._copy_and_note(group, need, has_it), str(need.repository))
        if error is not None:
            self._blob_failed(group, need, error, lead=not has_it)

    def _copy_and_note(self, group: BlobGroup, need: BlobNeed, has_it: Optional[str]) -> None:
        destination = self._destinations(need.repository.registry)
        mount_from = has_it or next(iter(group.maybe), None)
        if need.blob.made_from is not None and not has_it and destination.has_blob(need.repository, need.blob.digest):
            # Created in an earlier run. A lookup costs less than compressing it again.
            self._blob_done(group, need, PRESENT, lead=True)
            return
        how = copy_blob(
            self._sources(need.source.registry),
            need.source,
            destination,
            need.repository,
            need.blob,
            self._retrier,
            self._on_bytes,
            mount_from if mount_from != need.repository.name else None,
            self._converter.reader,
        )
        self._journal.blob_stored(need.repository.registry, need.repository.name, need.blob.digest)
        self._blob_done(group, need, how, lead=not has_it)

    def _blob_done(self, group: BlobGroup, need: BlobNeed, how: str, lead: bool = False) -> None:
        with self._lock:
            self.blobs[how] += 1
            need.done = True
            for manifest in need.waiting:
                self._part_done(manifest)
            if lead:
                group.has_it = need.repository.name
                self._queue_next(group)

    def _blob_failed(self, group: BlobGroup, need: BlobNeed, error: RegistryError, lead: bool = False) -> None:
        with self._lock:
            need.error = error
            for manifest in need.waiting:
                self._manifest_failed(manifest, error)
            if lead:
                # Another image may read the same blob from a working repository.
                self._queue_next(group)

    def _part_done(self, manifest: ManifestNeed) -> None:
        manifest.missing -= 1
        # Nothing may be written before the run; run() itself begins with the manifests that miss nothing.
        if self._running and manifest.missing == 0 and manifest.error is None:
            self._queue_manifest(manifest)

    def _queue_manifest(self, manifest: ManifestNeed) -> None:
        self._queue.put((0,), lambda: self._put(manifest))

    def _put(self, need: ManifestNeed) -> None:
        client = self._destinations(need.repository.registry)
        with self._lock:
            need.idle = not need.wanted
            if need.idle:
                return
            need.putting = True
        _begin(need)
        convert = self._converter.form_for(client.registry, need.tree)
        if convert is not None:
            self._replace(need, convert)
            return
        there: List[Optional[str]] = []

        def put() -> None:
            found = client.head_manifest(need.repository, need.reference) if self._keep and need.images else None
            if found is None:
                client.put_manifest(need.repository, need.reference, need.tree.manifest)
            else:
                there.append(found.digest)

        error = failure_of(put, str(need.repository))
        if error is None:
            self._manifest_done(need, *there)
            return
        convert = self._converter.fallback(client.registry, need.tree, error)
        with self._lock:
            if convert is None:
                self._manifest_failed(need, error)
                return
            need.idle, need.putting = True, False
        self._replace(need, convert)

    def _manifest_done(self, need: ManifestNeed, there: Optional[str] = None) -> None:
        """Finish the images of a manifest that was put, or whose tag already had another one (C(there))."""
        for image in need.images:
            if there is not None:
                # The journal must not mistake the other image for this one's result.
                image.source_digest, image.destination_digest = None, there
                self._settle(image, SKIPPED)
                continue
            registry = need.repository.registry
            # Only now is it certain that the format caused the refusal.
            if image.converted and self._converter.learn(registry, image.form):
                self._convert_open(registry)
            self._settle(image, COPIED)
        with self._lock:
            need.done = True
            for parent in need.parents:
                self._part_done(parent)

    def _convert_open(self, registry: str) -> None:
        """Convert the remaining images at once, before blobs are sent that only the refused form needs."""
        with self._lock:
            roots = [
                need
                for need in self._manifests.values()
                if need.repository.registry == registry and need.images and not need.done and not need.putting
            ]
        for root in roots:
            convert = self._converter.form_for(registry, root.tree)
            if convert is not None:
                self._queue.put((0,), lambda root=root, convert=convert: self._replace(root, convert))

    def _replace(self, need: ManifestNeed, convert: Convert) -> None:
        """Replace everything that needs this manifest with converted images; most of their blobs are the same."""
        with self._lock:
            roots = {id(root): root for root in _roots(need) if not root.replacing and root.error is None}
            for root in roots.values():
                root.replacing = True
        for root in roots.values():
            for image in root.images:
                error = failure_of(
                    lambda image=image, root=root: self._replace_image(image, root, convert), image.destination_text
                )
                root.replaced = True
                if error is not None and image.finish(FAILED, error=error):
                    self._on_finished(image)

    def _replace_image(self, image: Image, root: ManifestNeed, convert: Convert) -> None:
        tree = convert(image, root.tree)
        with self._lock:
            before = set(self._manifests)
            converted = self._need_manifest(image.destination, str(image.destination_ref), tree, image.source)
            converted.images.append(image)
            # Not earlier: shared parts must be wanted by one of the two at all times.
            root.replaced = True
            image.tree = tree
            broken = self._error_below(converted)
            if broken is not None:
                self._manifest_failed(converted, broken)
            for need in self._with_those_below(converted):
                is_new = (need.repository, need.reference, need.tree.manifest.digest) not in before
                if is_new:
                    need.rank = root.rank
                for blob in need.tree.manifest.blobs:
                    self._queue_next(self._groups.get((image.destination.registry, blob.digest), BlobGroup()))
                if need.missing == 0 and not need.done and (is_new or need.idle):
                    need.idle = False
                    self._queue_manifest(need)

    def _with_those_below(self, need: ManifestNeed) -> List[ManifestNeed]:
        keys = [(need.repository, child.manifest.digest, child.manifest.digest) for child in need.tree.children]
        below = [self._with_those_below(self._manifests[key]) for key in dict.fromkeys(keys)]
        return [need] + [one for branch in below for one in branch]

    def _error_below(self, need: ManifestNeed) -> Optional[RegistryError]:
        """Why a part shared with another image will never arrive, if so."""
        keys = [(need.repository, child.manifest.digest, child.manifest.digest) for child in need.tree.children]
        errors = [self._manifests[key].error or self._error_below(self._manifests[key]) for key in keys]
        errors += [
            self._needs[(need.repository, blob.digest)].error for blob in need.tree.manifest.blobs if not blob.foreign
        ]
        return next((error for error in errors if error is not None), None)

    def _manifest_failed(self, need: ManifestNeed, error: RegistryError) -> None:
        if need.error is not None:
            return
        need.error = error
        for image in need.images:
            if isinstance(error, Postponed):
                self._settle(image, POSTPONED, reason=error.what)
            else:
                self._settle(image, FAILED, error)
        for parent in need.parents:
            self._manifest_failed(parent, error)

    def _settle(self, image: Image, outcome: str, error: Optional[RegistryError] = None, reason: str = "") -> None:
        if image.finish(outcome, reason, error):
            self._on_finished(image)
