# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Artifacts attached to images: signatures, attestations, bills of materials and others that refer to them.

A manifest can be attached to another in two ways. It names it as its C(subject): then the registry lists it (referrers
API) or, without such an API, an index under the tag C(sha256-<hex>) does, which clients maintain (OCI distribution
specification 1.1, "Listing Referrers" and "Referrers Tag Schema"). Or it has a tag made of the digest,
C(sha256-<hex>.sig), C(.att) or C(.sbom) (cosign). All of them name the image by its digest, so they are worthless for
an image whose digest has changed during the copy.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..._json import read_json
from ..client.manifests import read_tree
from ..client.registry import ClientFor
from ..convert.converter import Converter, is_format_refusal
from ..errors import RegistryError, failure_of
from ..model.manifest import OCI_INDEX, Manifest, is_digest, parse_manifest
from ..model.reference import Repository
from ..model.tree import Tree
from ..run.image import COPIED, FAILED, FILTERED, SKIPPED, Image
from ..run.work_queue import WorkQueue
from ..sources.base import ImageSource, SourceFor

COSIGN_SUFFIXES = (".sig", ".att", ".sbom")
DEEPEST = 5
"""How far referrers of referrers are followed: a signature of an image's attestation is the third level."""


OTHER_DIGEST = "it belongs to {0}, which the destination does not have: there the image has another digest"
NO_ARTIFACTS = "the destination accepts no artifacts, only Docker's formats"
TOO_DEEP = "it belongs to an artifact that is nested too deeply"


def referrers_tag(digest: str) -> str:
    """The tag of the referrers index of a manifest, in a registry without a referrers API."""
    algorithm, _colon, encoded = digest.partition(":")
    return "{0}-{1}".format(algorithm[:32], encoded[:64])


@dataclass(eq=False)
class Attached(Image):
    """An artifact attached to an image, and its outcome.

    :ivar is_list: it is the index that lists the referrers of a manifest.
    :ivar subject_there: whether the destination has its subject. :ivar depth: 1 if attached to an image itself.
    :ivar refused: called if the destination accepts no artifacts.
    """

    is_list: bool = False
    subject_there: bool = True
    depth: int = 1
    refused: Callable[[], None] = lambda: None

    def finish(self, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> bool:
        """Set the outcome. A registry that accepts no artifacts is not a failure: nothing more could be done."""
        if outcome == FAILED and self.tree is not None and error is not None and is_format_refusal(error):
            self.refused()
            return super().finish(FILTERED, "{0} (it said: {1})".format(NO_ARTIFACTS, error.what))
        return super().finish(outcome, reason, error)


@dataclass(eq=False)
class Subject:
    """A manifest at the destination that may have artifacts, and where to look for them.

    :ivar there: whether the destination has it, or will have it.
    """

    repository: Repository
    digest: str
    owner: Image
    there: bool
    depth: int
    sources: List[Repository] = field(default_factory=list)
    attached: List[Attached] = field(default_factory=list)
    entries: Dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """The descriptors of its referrers, from the source."""
    index: Optional[Manifest] = None
    """The source's own referrers index, if it keeps one under a tag."""

    @property
    def text(self) -> str:
        """The manifest as a reference."""
        return "{0}@{1}".format(self.repository, self.digest)


class Attachments:
    """Finds artifacts attached to images at the source, and which the destination has.

    :param converter: knows which destinations accept Docker's formats only.
    :param on_finished: called for every artifact that is finished here.
    """

    def __init__(
        self,
        sources: SourceFor,
        destinations: ClientFor,
        queue: WorkQueue,
        converter: Converter,
        on_finished: Callable[[Image], None],
    ) -> None:
        self._sources = sources
        self._destinations = destinations
        self._queue = queue
        self._converter = converter
        self._on_finished = on_finished
        self._tags: Dict[Repository, Optional[Set[str]]] = {}
        self._known: Set[Tuple[Repository, str]] = set()
        self._refusing: Set[str] = set()

    def waves(self, images: Sequence[Image]) -> Iterator[List[Attached]]:
        """The artifacts of the images, then the artifacts of those, and so on. The caller copies each wave before the
        next: those without an outcome.

        Images that failed or were filtered are not searched.
        """
        self._known.update((image.destination, str(image.destination_ref)) for image in images)
        present: List[Image] = list(images)
        for depth in range(1, DEEPEST + 2):
            wave = self._wave([image for image in present if _is_there(image)], depth)
            if not wave:
                return
            yield wave
            present = [image for image in wave if not image.is_list]

    def _wave(self, images: Sequence[Image], depth: int) -> List[Attached]:
        subjects: Dict[Tuple[Repository, str], Subject] = {}
        found: Dict[int, List[Tuple[str, bool]]] = {}
        failed: List[Attached] = []

        def look(image: Image) -> None:
            error = failure_of(lambda: found.__setitem__(id(image), self._digests(image)), image.source_text)
            if error is not None:
                failed.append(self._failure(image, str(image.source_digest), error))

        self._for_each(images, look)
        for image in images:
            for digest, there in found.get(id(image), ()):
                subject = subjects.setdefault(
                    (image.destination, digest), Subject(image.destination, digest, _owner(image), there, depth)
                )
                subject.there = subject.there or there
                if image.source not in subject.sources:
                    subject.sources.append(image.source)
        self._list_tags({source for subject in subjects.values() for source in subject.sources})
        self._for_each(list(subjects.values()), lambda subject: self._discover(subject, failed))
        attached = [one for subject in subjects.values() for one in subject.attached]
        self._for_each(attached, self._examine)
        lists: List[Attached] = []
        self._for_each(list(subjects.values()), lambda subject: self._list(subject, lists))
        # The indexes come last: their parts are put by the artifacts' own entries, each read from its own source.
        return failed + attached + lists

    def _for_each(self, things: Sequence[Any], work: Callable[[Any], None]) -> None:
        for thing in things:
            self._queue.put((1,), lambda thing=thing: work(thing))
        self._queue.join()

    # -- possible subjects -------------------------------------------------------------------------------------

    def _digests(self, image: Image) -> List[Tuple[str, bool]]:
        """The manifests of an image at its source, each with whether the destination has the same."""
        digest = str(image.source_digest)
        known = [tree for tree in (image.original, image.tree) if tree and tree.manifest.digest == digest]
        source = self._sources(image.source.registry)
        ours = (
            [tree.manifest.digest for tree in known[0].walk()]
            if known
            else self._read_digests(source, image.source, digest)
        )
        if image.destination_digest == digest:
            return [(one, True) for one in ours]
        if image.tree is not None and image.tree.manifest.digest == image.destination_digest:
            theirs = [tree.manifest.digest for tree in image.tree.walk()]
        else:
            client = self._destinations(image.destination.registry)
            theirs = self._read_digests(client, image.destination, str(image.destination_digest))
        return [(one, one in theirs) for one in ours]

    def _read_digests(self, client: ImageSource, repository: Repository, digest: str) -> List[str]:
        manifest = client.get_manifest(repository, digest)
        if manifest is None:
            raise RegistryError(
                "the registry has the image but does not return it",
                where="{0}@{1}".format(repository, digest),
                code="MANIFEST_UNKNOWN",
                hint="Run again.",
            )
        return [tree.manifest.digest for tree in read_tree(client, repository, manifest, str(repository)).walk()]

    # -- their artifacts ---------------------------------------------------------------------------------------

    def _list_tags(self, sources: Set[Repository]) -> None:
        """The tags of the sources, listed once: most images have no signature, so single lookups would be wasted."""

        def work(repository: Repository) -> None:
            found: List[Set[str]] = []
            client = self._sources(repository.registry)
            failure_of(lambda: found.append(set(client.tags(repository))), str(repository))
            # A registry that does not list its tags is queried for each.
            self._tags[repository] = found[0] if found else None

        self._for_each([source for source in sources if source not in self._tags], work)

    def _may_have(self, repository: Repository, tag: str) -> bool:
        tags = self._tags.get(repository)
        return tags is None or tag in tags

    def _discover(self, subject: Subject, failed: List[Attached]) -> None:
        for source in subject.sources:
            error = failure_of(lambda source=source: self._discover_in(source, subject), str(source))
            if error is not None:
                failed.append(self._failure(subject.owner, subject.digest, error, subject))

    def _discover_in(self, source: Repository, subject: Subject) -> None:
        client = self._sources(source.registry)
        listed = client.referrers(source, subject.digest)
        if listed is None:
            tag = referrers_tag(subject.digest)
            index = client.get_manifest(source, tag) if self._may_have(source, tag) else None
            if index is not None and index.is_index:
                subject.index = subject.index or index
                listed = read_json(index.content)["manifests"]
        for entry in listed or ():
            if entry["digest"] not in subject.entries:
                subject.entries[entry["digest"]] = entry
                self._attach(subject, source, entry["digest"])
        for suffix in COSIGN_SUFFIXES:
            tag = subject.digest.replace(":", "-", 1) + suffix
            if not self._may_have(source, tag):
                continue
            if self._tags.get(source) is not None or client.head_manifest(source, tag) is not None:
                self._attach(subject, source, tag)

    def _attach(self, subject: Subject, source: Repository, reference: str) -> None:
        # Images that a rule copies itself, or that were already seen (a cycle), are not copied again.
        if (subject.repository, reference) in self._known:
            return
        self._known.add((subject.repository, reference))
        subject.attached.append(self._new(subject, source, reference))

    def _new(self, subject: Subject, source: Repository, reference: str) -> Attached:
        registry = subject.repository.registry
        # pylint does not see the fields of a dataclass that is imported relatively.
        return Attached(  # pylint: disable=redundant-keyword-arg
            subject.owner.rule,
            source,
            reference,
            subject.repository,
            reference,
            source_digest=reference if is_digest(reference) else None,
            attached_to=subject.text,
            owner=subject.owner,
            subject_there=subject.there,
            depth=subject.depth,
            refused=lambda: self._refusing.add(registry),
        )

    def _failure(self, owner: Image, digest: str, error: RegistryError, subject: Optional[Subject] = None) -> Attached:
        where = subject or Subject(owner.destination, digest, _owner(owner), True, 0)
        entry = self._new(where, owner.source, digest)
        error.what = "cannot look up its referrers: {0}".format(error.what)
        self._settle(entry, FAILED, error=error)
        return entry

    # -- comparison with the destination -----------------------------------------------------------------------

    def _examine(self, entry: Attached) -> None:
        error = failure_of(lambda: self._examine_one(entry), entry.source_text)
        if error is not None:
            self._settle(entry, FAILED, error=error)

    def _examine_one(self, entry: Attached) -> None:
        why = self._why_not(entry)
        if why:
            self._settle(entry, FILTERED, why)
            return
        source = self._sources(entry.source.registry)
        reference = str(entry.source_ref)
        if entry.source_digest is None:
            found = source.head_manifest(entry.source, reference)
            entry.source_digest = found.digest if found else None
        there = self._destinations(entry.destination.registry).head_manifest(entry.destination, reference)
        if there is not None and there.digest == entry.source_digest:
            entry.destination_digest = there.digest
            self._settle(entry, SKIPPED, "already there")
            return
        manifest = source.get_manifest(entry.source, entry.source_digest or reference)
        if manifest is None:
            raise RegistryError(
                "the registry lists it but does not have it",
                where=entry.source_text,
                code="MANIFEST_UNKNOWN",
                hint="Remove the entry, or push the referrer again.",
            )
        entry.source_digest = entry.destination_digest = manifest.digest
        entry.tree = read_tree(source, entry.source, manifest, entry.source_text)

    def _why_not(self, entry: Attached) -> str:
        registry = entry.destination.registry
        if entry.depth > DEEPEST:
            return TOO_DEEP
        if not entry.subject_there:
            return OTHER_DIGEST.format(entry.attached_to.rpartition("@")[2])
        if registry in self._refusing or self._converter.takes_docker_only(registry):
            return NO_ARTIFACTS
        return ""

    # -- the index of a registry without the API ---------------------------------------------------------------

    def _list(self, subject: Subject, lists: List[Attached]) -> None:
        parts = [one for one in subject.attached if one.source_ref in subject.entries and _is_there(one)]
        if not parts or not subject.there:
            return
        entry = self._new(subject, parts[0].source, referrers_tag(subject.digest))
        entry.is_list = True
        error = failure_of(lambda: self._list_parts(subject, entry, parts, lists), entry.destination_text)
        if error is not None:
            lists.append(entry)
            self._settle(entry, FAILED, error=error)

    def _list_parts(self, subject: Subject, entry: Attached, parts: Sequence[Attached], lists: List[Attached]) -> None:
        client = self._destinations(subject.repository.registry)
        if client.has_referrers_api(subject.repository, subject.digest):
            return
        stored = client.get_manifest(subject.repository, str(entry.destination_ref))
        wanted = [subject.entries[str(part.source_ref)] for part in parts]
        manifest = merge_index(stored, wanted, subject.index)
        entry.source_digest = entry.destination_digest = manifest.digest
        if stored is not None and manifest.digest == stored.digest:
            if (subject.repository, entry.destination_ref) not in self._known:
                lists.append(entry)
                self._settle(entry, SKIPPED, "already there")
            return
        entry.tree = Tree(manifest, [part.tree for part in parts if part.tree is not None])
        lists.append(entry)

    def _settle(self, entry: Attached, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> None:
        if entry.finish(outcome, reason, error):
            self._on_finished(entry)


def merge_index(
    stored: Optional[Manifest], wanted: Sequence[Mapping[str, Any]], source: Optional[Manifest] = None
) -> Manifest:
    """The stored index plus the wanted descriptors; the same bytes if nothing is new.

    :param stored: the destination's index, if it has one.
    :param source: the source's index, reused unchanged if it lists exactly the wanted ones.
    :raises RegistryError: the stored manifest is not an index.
    """
    if stored is None:
        if source is not None and [child.digest for child in source.children] == [entry["digest"] for entry in wanted]:
            return source
        document: Dict[str, Any] = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": []}
    elif not stored.is_index:
        raise RegistryError("the tag for the list of referrers points to something else", code="NO_INDEX")
    else:
        document = read_json(stored.content)
    listed = {child.digest for child in stored.children} if stored is not None else set()
    missing = [dict(entry) for entry in wanted if entry["digest"] not in listed]
    if stored is not None and not missing:
        return stored
    document["manifests"] = (document["manifests"] or []) + missing
    return parse_manifest(json.dumps(document, separators=(",", ":")).encode("ascii"), OCI_INDEX)


def _is_there(image: Image) -> bool:
    """Whether the destination has it by now; in check mode also if it would have it then."""
    if image.outcome is None:
        return image.tree is not None
    return image.outcome in (COPIED, SKIPPED) and image.source_digest is not None


def _owner(image: Image) -> Image:
    return image.owner or image
