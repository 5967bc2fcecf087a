# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images from OCI layouts, as directories and as tar archives.

Format: OCI image specification 1.1, image-layout.md: C(index.json) lists the images, C(blobs/<algorithm>/<digest>) has
their parts. Nothing is rewritten: manifests and digests stay the same.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..._errors import LongshoreError
from ..._files.inputs import open_regular
from ..._http_values import NotUnderstood
from ..._json import read_json
from ..model.manifest import Manifest, is_digest, parse_manifest
from ..model.reference import ReferenceProblem, Repository, check_tag
from .archive_file import CHUNK, MemberReader, PlainReader, read_small
from .base import LocalSource, Named, host_of, is_unnamed, position_of
from .docker_archive import LARGEST_INDEX, parse_name
from .layer_compression import BlockStream
from .tar_index import DAMAGED_HINT, ArchiveError

LARGEST_MANIFEST = 8 * 1024 * 1024
REF_NAME = "org.opencontainers.image.ref.name"
CONTAINERD_NAME = "io.containerd.image.name"
"""containerd and BuildKit write the whole name here, and the tag alone into REF_NAME."""


class LayoutImage(NamedTuple):
    """One entry of C(index.json). C(texts) are the names exactly as written."""

    digest: str
    media_type: str
    name: Optional[Named]
    texts: Tuple[str, ...]


class Folder:
    """A directory, read like an archive (C(archive_file.ArchiveFile)).

    Links in it are followed: build tools create layouts with links, and a blob counts only if its digest matches.
    """

    def __init__(self, path: str) -> None:
        self._path = path

    def has(self, name: str) -> bool:
        """Whether there is a file with this name."""
        return os.path.isfile(os.path.join(self._path, name))

    def open_member(self, name: str) -> Any:
        """Read a file. :raises ArchiveError: it does not exist."""
        try:
            descriptor = open_regular(os.path.join(self._path, name))
        except FileNotFoundError as error:
            raise ArchiveError("the file {0} cannot be read: {1}".format(name, error.strerror)) from error
        except LongshoreError as error:
            raise ArchiveError("the file {0} cannot be read: {1}".format(name, error.what)) from error
        return _FileReader(descriptor, os.fstat(descriptor).st_size)

    def read_member(self, name: str, limit: int) -> bytes:
        """A complete small file. :raises ArchiveError: it does not exist, or is larger than C(limit) bytes."""
        reader = self.open_member(name)
        try:
            return read_small(reader, name, limit)
        finally:
            reader.close()

    def close(self) -> None:
        """Nothing to release."""


class _FileReader(MemberReader):
    def __init__(self, descriptor: int, size: int) -> None:
        super().__init__(PlainReader(descriptor), size)
        self._descriptor = descriptor

    def close(self) -> None:
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)


class OciLayout(LocalSource):
    """The images of one layout. Thread-safe.

    :param registry: the kind and the path, as rules name them.
    :param store: its files, C(Folder) or C(ArchiveFile); closed with this object.
    :raises ArchiveError: it is not a layout.
    """

    def __init__(self, registry: str, store: Any) -> None:
        super().__init__(registry)
        self._store = store
        self.images = _read_index(store)

    def named(self) -> List[Named]:
        """The names of all images, in layout order; registry and repository are empty if it has only tags."""
        return [image.name for image in self.images if image.name is not None]

    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest as stored, its digest verified."""
        digest, media_type = reference, ""
        if not is_digest(reference):
            image = self._find(repository, reference)
            if image is None:
                return None
            digest, media_type = image.digest, image.media_type
        name = _path(digest)
        if not self._store.has(name):
            return None
        try:
            return parse_manifest(self._store.read_member(name, LARGEST_MANIFEST), media_type, digest)
        except ArchiveError as error:
            error.where = self.registry
            raise

    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> BlockStream:
        """Read a blob."""
        if not is_digest(digest) or not self._store.has(_path(digest)):
            raise self._no_blob(digest)
        reader = self._store.open_member(_path(digest))
        return BlockStream(_blocks(reader), reader.size)

    def referrers(self, repository: Repository, digest: str) -> Optional[List[Dict[str, Any]]]:
        """The descriptors in C(index.json) that have this one as their subject; None without any: tags may tell."""
        found = []
        for image in {image.digest: image for image in self.images}.values():
            manifest = self.get_manifest(repository, image.digest)
            subject = read_json(manifest.content).get("subject") if manifest is not None else None
            if manifest is not None and isinstance(subject, dict) and subject.get("digest") == digest:
                size = len(manifest.content)
                found.append({"mediaType": manifest.media_type, "digest": manifest.digest, "size": size})
        return found or None

    def close(self) -> None:
        """Close what is open."""
        self._store.close()

    def _find(self, repository: Repository, reference: str) -> Optional[LayoutImage]:
        if is_unnamed(reference):
            position = position_of(reference)
            return self.images[position] if position < len(self.images) else None
        wanted = (host_of(repository), repository.name, reference)
        found = {image.digest: image for image in self.images if image.name == wanted}
        if len(found) > 1:
            raise ArchiveError(
                "index.json has {0} images of this name".format(len(found)),
                where="{0}:{1}".format(repository, reference),
                hint="Name one by its digest: {0}@{1}".format(self.registry, next(iter(found))),
            )
        return next(iter(found.values()), None)


def _blocks(reader: Any) -> Iterator[bytes]:
    try:
        while True:
            block = reader.read(CHUNK)
            if not block:
                return
            yield block
    finally:
        reader.close()


def _path(digest: str) -> str:
    # From a verified digest: it has no characters that could lead elsewhere.
    return "blobs/" + digest.replace(":", "/")


def _read_index(store: Any) -> List[LayoutImage]:
    if not store.has("index.json"):
        if store.has("manifest.json"):
            raise ArchiveError(
                "it has manifest.json and no index.json", hint="Write docker-archive: before it (of a tar file)."
            )
        raise ArchiveError("it is not an OCI layout: it has no index.json")
    try:
        document = read_json(store.read_member("index.json", LARGEST_INDEX))
    except NotUnderstood as problem:
        what = "index.json cannot be parsed: {0}".format(problem)
        raise ArchiveError(what, code="ARCHIVE_INVALID", hint=DAMAGED_HINT) from problem
    entries = document.get("manifests") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise ArchiveError("index.json is not an index: it has no list of manifests", code="ARCHIVE_INVALID")
    return [_layout_image(entry) for entry in entries]


def _layout_image(entry: Any) -> LayoutImage:
    if not isinstance(entry, dict) or not is_digest(entry.get("digest")):
        raise ArchiveError("index.json has an entry without a valid digest", code="ARCHIVE_INVALID")
    annotations = entry.get("annotations")
    texts: Dict[str, str] = {}
    for key in (CONTAINERD_NAME, REF_NAME):
        value = annotations.get(key) if isinstance(annotations, dict) else None
        if isinstance(value, str) and value:
            texts[key] = value
    name = next(filter(None, map(_name, texts.values())), None)
    return LayoutImage(entry["digest"], str(entry.get("mediaType") or ""), name, tuple(texts.values()))


def _name(text: str) -> Optional[Named]:
    try:
        return "", "", check_tag(text)
    except ReferenceProblem:
        return parse_name(text)
