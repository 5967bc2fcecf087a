# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Determines what a run has to do: resolves the rules' tags and compares both sides of each image; changes nothing.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Callable, List, Optional, Sequence, Tuple

from ..client.image_config import read_platform
from ..client.manifests import read_tree
from ..client.registry import ClientFor
from ..convert.converter import ALWAYS, AUTO, Converter
from ..convert.docker_format import is_oci
from ..errors import RegistryError, failure_of
from ..model.manifest import IMAGE_CONFIG_TYPES, Descriptor, Manifest, is_digest, without_children
from ..model.platforms import PlatformFilter
from ..model.tree import Tree
from ..rules.rule import Rule
from ..run.image import FAILED, FILTERED, POSTPONED, SKIPPED, Image
from ..run.journal import Journal
from ..run.stop_time import StopTime
from ..run.tag_listing import Listers
from ..run.work_queue import WorkQueue
from ..sources.base import ImageSource, LocalSource, SourceFor
from .selection import Selector
from .tag_lists import TagLists, destination_of, source_of
from .together import Same, Together


class Planner:
    """Determines what to copy.

    :param sources: returns the client that reads from a registry.
    :param destinations: returns the client that writes to a registry.
    :param on_finished: called for each image that is finished here (skipped, filtered, failed).
    :param looked_at: called for every image examined.
    :param listers: registries' own tag lists; by default each tag is looked up.
    :param keep: leave all existing tags of a destination unchanged.
    :param stop: when to postpone the images not yet examined.
    """

    def __init__(
        self,
        sources: SourceFor,
        destinations: ClientFor,
        queue: WorkQueue,
        journal: Journal,
        platforms: PlatformFilter,
        force: bool,
        on_finished: Callable[[Image], None],
        looked_at: Callable[[], None],
        converter: Converter,
        listers: Optional[Listers] = None,
        keep: bool = False,
        stop: Optional[StopTime] = None,
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._queue = queue
        self._journal = journal
        self._platforms = platforms
        self._force = force
        self._keep = keep
        self._stop = stop or StopTime()
        self._on_finished = on_finished
        self._looked_at = looked_at
        self._converter = converter
        self._lists = TagLists(sources, destinations, queue, listers or Listers(), self._was_copied)
        self._together = Together(sources, destinations, self._lists, self._was_copied)
        self.filter_key = self._key(platforms)
        self.duplicates: Sequence[Image] = ()

    def key_of(self, image: Image) -> str:
        """What the journal needs besides the digest to know what became of the image."""
        return self.filter_key if image.rule.platforms is None else self._key(image.rule.platforms)

    def _key(self, platforms: PlatformFilter) -> str:
        return json.dumps([*platforms.key(), *self._converter.key])

    def _is_left(self, image: Image, source_digest: Optional[str], present: str) -> bool:
        """Whether the destination has the result of copying this source digest; the image is finished then."""
        if source_digest is None or not self._was_copied(image, source_digest, present):
            return False
        self._leave(image, source_digest, present)
        return True

    def _leave(self, image: Image, source_digest: str, present: str) -> None:
        image.source_digest = source_digest
        # Equal texts share one object: there may be 100,000 of them.
        image.destination_digest = source_digest if source_digest == present else present
        self._settle(image, SKIPPED, "already there")

    def _compares_digests(self, image: Image) -> bool:
        """Whether the source's digest may tell that the image is there already."""
        return not (self._force or self._keep) and (not self._platforms_of(image) or bool(self._journal.path))

    def _platforms_of(self, image: Image) -> PlatformFilter:
        """The platforms to copy: those of the image's rule, or those of the run."""
        return self._platforms if image.rule.platforms is None else image.rule.platforms

    def select(self, rules: Sequence[Rule]) -> List[Image]:
        """One image for each tag of each rule; C(duplicates) holds those left out because another rule covers them."""
        for registry, repository in {rule.destination.registry: rule.destination for rule in rules}.items():
            # While the sources are listed, the destinations get ready.
            self._queue.put((0,), lambda name=registry, one=repository: self._destinations(name).session.connect(one))
        selector = Selector(self._sources, self._queue, self._on_finished)
        images, self.duplicates = selector.select(rules), selector.duplicates
        return images

    # -- examination -------------------------------------------------------------------------------------------

    def examine(self, images: Sequence[Image]) -> None:
        """Examine every image that is still open: finish those with nothing to do, read the others' manifests."""
        left = [image for image in images if image.outcome is None]
        if not self._force and not self._stop.reached:
            self._lists.prepare(left, [image for image in left if self._compares_digests(image)])
        if self._force or self._keep:
            self._examine_each(left)
        else:
            for batch in self._together.batches(left, self._queue.workers):
                self._queue.put((1,), lambda batch=batch: self._examine_batch(batch))
        self._queue.join()

    def _examine_each(self, images: Sequence[Image], absent: bool = False) -> None:
        for image in images:
            self._queue.put((1,), lambda image=image: self._examine_safely(image, absent))

    def _examine_batch(self, batch: Sequence[Image]) -> None:
        if len(batch) == 1:
            self._examine_safely(batch[0])
            return
        found: List[Tuple[List[Same], bool]] = []
        if not self._stop.reached:
            # The same failure would come back for each image, with its name.
            failure_of(lambda: found.append(self._together.look(batch)), batch[0].source_text)
        same, absent = found[0] if found else ([], False)
        for image, source_digest, destination_digest in same:
            self._leave(image, source_digest, destination_digest)
            self._looked_at()
        self._examine_each([image for image in batch if image.outcome is None], absent)

    def _examine_safely(self, image: Image, absent: bool = False) -> None:
        if self._stop.reached:
            self._settle(image, POSTPONED, self._stop.reason)
            return
        error = failure_of(lambda: self._examine(image, absent), image.source_text)
        if error is not None:
            self._settle(image, FAILED, error=error)
        self._looked_at()

    def _examine(self, image: Image, absent: bool) -> None:
        """
        :param absent: whether the destination has just said that it does not have the tag.
        """
        source = self._sources(image.source.registry)
        listed = self._lists.look_up(destination_of(image), image)
        present = listed.digest if listed.known or absent else self._digest_at_destination(image)
        if self._keep:
            # Its list may be out of date.
            present = present or self._digest_at_destination(image)
            if present:
                image.destination_digest = present
                self._settle(image, SKIPPED, "its destination exists")
                return
        reference = str(image.source_ref)
        if present and not self._force and self._is_same_image(image, source, present):
            image.destination_digest = present
            self._settle(image, SKIPPED, "already there")
            return
        if present and self._compares_digests(image):
            if self._is_left(image, self._lists.look_up(source_of(image), image).digest, present):
                return
            found = source.head_manifest(image.source, reference)
            if found is None:
                raise _absent(image)
            image.source_digest = found.digest
            if self._is_left(image, found.digest, present):
                return
            reference = found.digest
        if present and listed.known:
            # Before copying, the registry itself is asked: its list may be out of date.
            present = self._digest_at_destination(image)
            if present != listed.digest:
                self._lists.doubt(destination_of(image), image, present)
        manifest = source.get_manifest(image.source, reference)
        if manifest is None:
            raise _absent(image)
        image.source_digest = manifest.digest
        tree = self._read_tree(image, source, manifest)
        if tree is None:
            self._settle(image, FILTERED, "none of its platforms was requested")
            return
        self._compare(image, tree, present)

    def _compare(self, image: Image, tree: Tree, present: Optional[str]) -> None:
        """Finish the image if the destination already has its result, otherwise give it the tree to copy."""
        client = self._destinations(image.destination.registry)
        image.destination_digest = tree.manifest.digest
        image.replaces = bool(present)
        if is_digest(image.destination_ref) and image.destination_ref != tree.manifest.digest:
            raise RegistryError(
                "the platform filter changes the index, and so its digest, but the rule asks for this digest",
                where=image.destination_text,
                hint="Give the destination a tag, or copy this image without os and arch.",
            )
        if present and not self._force and self._converter.recognizes(client, image, tree, present):
            self._settle(image, SKIPPED, "already there")
            return
        convert = self._converter.form_for(client.registry, tree)
        if convert is not None:
            tree = convert(image, tree)
        wanted = (tree.manifest.digest, self._digest_if_converted(image, tree) if present else None)
        if present and present in wanted and not self._force:
            image.destination_digest = present
            self._settle(image, SKIPPED, "already there")
            return
        image.tree = tree

    def _digest_if_converted(self, image: Image, tree: Tree) -> Optional[str]:
        """The image's converted digest if an earlier run found that the destination accepts Docker's format only."""
        if self._converter.mode != AUTO or not is_oci(tree):
            return None
        digests: List[Optional[str]] = []
        failure_of(lambda: digests.append(self._converter.docker_digest(image, tree)), image.source_text)
        return digests[0] if digests else None

    def _is_same_image(self, image: Image, source: ImageSource, present: str) -> bool:
        """Whether the destination has this image, as far as a source can tell without a digest to compare.

        An archive's layers are compressed for the copy: a check should not have to repeat that.
        """
        if not isinstance(source, LocalSource) or self._platforms_of(image):
            return False
        client = self._destinations(image.destination.registry)
        stored = client.get_manifest(image.destination, present)
        return stored is not None and source.is_same_image(image.source, str(image.source_ref), stored)

    def _digest_at_destination(self, image: Image) -> Optional[str]:
        client = self._destinations(image.destination.registry)
        found = client.head_manifest(image.destination, str(image.destination_ref))
        return found.digest if found else None

    def _was_copied(self, image: Image, source_digest: str, present: str) -> bool:
        """Whether the destination has the result of copying this source digest."""
        if not self._platforms_of(image) and ALWAYS not in self._converter.key and source_digest == present:
            return True
        return present == self._journal.digest_after(image.destination_text, source_digest, self.key_of(image))

    # -- manifests ---------------------------------------------------------------------------------------------

    def _read_tree(self, image: Image, source: ImageSource, manifest: Manifest) -> Optional[Tree]:
        """The manifest and those below it that pass the filter; None if none does."""
        platforms = self._platforms_of(image)
        if not manifest.is_index:
            passes = not platforms or self._platform_passes(image, source, manifest)
            return Tree(manifest) if passes else None
        # A child without a platform always passes, as in image-syncer: it may be anything.
        wanted = (lambda child: platforms.matches(child.platform)) if platforms else None
        tree = read_tree(source, image.source, manifest, image.source_text, wanted)
        return tree if wanted is None else _filtered(image, tree, wanted)

    def _platform_passes(self, image: Image, source: ImageSource, manifest: Manifest) -> bool:
        config = manifest.config
        if config is None or config.media_type not in IMAGE_CONFIG_TYPES:
            # An artifact has no platform.
            return True
        return self._platforms_of(image).matches(read_platform(source, image.source, config, image.source_text))

    def _settle(self, image: Image, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> None:
        if image.finish(outcome, reason, error):
            self._on_finished(image)


def _filtered(image: Image, tree: Tree, wanted: Callable[[Descriptor], bool]) -> Optional[Tree]:
    """The tree with indexes reduced to the wanted children; None if nothing is left."""
    index = tree.manifest
    kept: List[Tuple[Descriptor, Tree]] = []
    for descriptor, child in zip([one for one in index.children if wanted(one)], tree.children):
        below = _filtered(image, child, wanted)
        if below is not None and below.manifest.digest != descriptor.digest:
            raise RegistryError(
                "the platform filter cannot look into an index within an index", where=image.source_text
            )
        if below is not None:
            kept.append((descriptor, below))
    image.dropped_platforms += len(index.children) - len(kept)
    if index.children and not kept:
        return None
    return Tree(without_children(index, [descriptor for descriptor, _tree in kept]), [below for _child, below in kept])


def _absent(image: Image) -> RegistryError:
    return RegistryError(
        "the source registry does not have this image",
        where=image.source_text,
        code="MANIFEST_UNKNOWN",
        status=404,
        hint="Check the repository's name and the tag.",
    )
