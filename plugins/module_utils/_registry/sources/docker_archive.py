# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images from the archives written by C(docker save), C(podman save) and skopeo.

Format: Docker's image specification v1.2, "Combined Image JSON + Filesystem Changeset Format": C(manifest.json) lists
each image's config, names and layers. Such an archive has no registry manifests. They are generated here, in Docker's
format, and depend only on the archive: the same image has the same digest on every run.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
import json
import threading
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import read_json
from ..model.manifest import DOCKER_CONFIG, DOCKER_MANIFEST, Manifest, digest_of, is_digest, parse_manifest
from ..model.reference import ReferenceProblem, Repository, parse_reference
from .archive_file import ArchiveFile
from .base import LocalSource, Named, host_of, is_unnamed, position_of
from .layer_compression import BlockStream, LayerPacker
from .tar_index import DAMAGED_HINT, ArchiveError

LARGEST_INDEX = 16 * 1024 * 1024
"""Bytes of C(manifest.json); the names of 100,000 images are about 10 MB."""

LARGEST_CONFIG = 8 * 1024 * 1024
MOST_LAYERS = 1000


@dataclass(eq=False)
class SavedImage:
    """One image of an archive, as described by C(manifest.json)."""

    config: str
    layers: Tuple[str, ...]
    names: Tuple[Named, ...]
    manifest: Optional[Manifest] = None
    lock: threading.Lock = field(default_factory=threading.Lock, repr=False)


class DockerArchive(LocalSource):
    """The images of one archive. Thread-safe.

    :param registry: the kind and the path, as rules name them.
    :param archive: the open file; closed with this object.
    :raises ArchiveError: it is not such an archive.
    """

    def __init__(self, registry: str, archive: ArchiveFile, packer: LayerPacker) -> None:
        super().__init__(registry)
        self._archive = archive
        self._packer = packer
        self._blobs: Dict[str, Tuple[int, Callable[[], Iterator[bytes]]]] = {}
        self._by_digest: Dict[str, SavedImage] = {}
        self.images = _read_index(archive)

    def named(self) -> List[Named]:
        """The names of all images, in archive order."""
        return [name for image in self.images for name in image.names]

    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest in Docker's format; the first call reads all layers for it."""
        image = self._find(repository, reference)
        return None if image is None else self.manifest_of(image)

    def manifest_of(self, image: SavedImage) -> Manifest:
        """The manifest of an image of this archive.

        :raises RegistryError: a part is missing or damaged.
        """
        with image.lock:
            if image.manifest is None:
                image.manifest = self._make_manifest(image)
                self._by_digest[image.manifest.digest] = image
            return image.manifest

    def is_same_image(self, repository: Repository, reference: str, stored: Manifest) -> bool:
        """Whether both have the same config, which names the content of every layer."""
        image = self._find(repository, reference)
        if image is None or stored.config is None or len(stored.blobs) != len(image.layers) + 1:
            return False
        return stored.config.digest == digest_of(self._read(image.config, LARGEST_CONFIG))

    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> BlockStream:
        """Read a config or a layer of an image after its manifest was requested."""
        if digest not in self._blobs:
            raise self._no_blob(digest)
        size, blocks = self._blobs[digest]
        return BlockStream(blocks(), size)

    def close(self) -> None:
        """Close the file."""
        self._archive.close()

    def _find(self, repository: Repository, reference: str) -> Optional[SavedImage]:
        if is_digest(reference):
            return self._by_digest.get(reference)
        if is_unnamed(reference):
            position = position_of(reference)
            return self.images[position] if position < len(self.images) else None
        wanted = (host_of(repository), repository.name, reference)
        return next((image for image in self.images if wanted in image.names), None)

    def _make_manifest(self, image: SavedImage) -> Manifest:
        config = self._read(image.config, LARGEST_CONFIG)
        layers = []
        for name, diff_id in zip(image.layers, self._diff_ids(image, config)):
            where = "{0}: {1}".format(self.registry, name)
            layers.append((diff_id, functools.partial(self._archive.open_member, name), where))
        try:
            packed = self._packer.pack(layers)
        except ArchiveError as error:
            error.where = error.where or self.registry
            raise
        digest = digest_of(config)
        self._blobs[digest] = (len(config), lambda: iter((config,)))
        for layer in packed:
            self._blobs[layer.descriptor.digest] = (layer.descriptor.size, layer.blocks)
        document: Dict[str, Any] = {
            "schemaVersion": 2,
            "mediaType": DOCKER_MANIFEST,
            "config": {"mediaType": DOCKER_CONFIG, "size": len(config), "digest": digest},
            "layers": [
                {"mediaType": layer.media_type, "size": layer.size, "digest": layer.digest}
                for layer in (each.descriptor for each in packed)
            ],
        }
        return parse_manifest(json.dumps(document, separators=(",", ":")).encode("ascii"), DOCKER_MANIFEST)

    def _diff_ids(self, image: SavedImage, config: bytes) -> List[str]:
        document = _json(config, "the config of an image", self.registry)
        rootfs = document.get("rootfs") if isinstance(document, dict) else None
        diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
        if diff_ids is None and not image.layers:
            return []
        if not isinstance(diff_ids, list) or not all(is_digest(each) for each in diff_ids):
            raise ArchiveError(
                "the config {0!r} does not name the image's layers (rootfs.diff_ids)".format(image.config[:200]),
                where=self.registry,
                code="ARCHIVE_INVALID",
                hint="It may come from a Docker before 1.10: load it into a current engine and save it again.",
            )
        if len(diff_ids) != len(image.layers):
            raise ArchiveError(
                "the image has {0} layers in the archive and {1} in its config".format(
                    len(image.layers), len(diff_ids)
                ),
                where=self.registry,
                code="ARCHIVE_INVALID",
                hint=DAMAGED_HINT,
            )
        return diff_ids

    def _read(self, name: str, limit: int) -> bytes:
        try:
            return self._archive.read_member(name, limit)
        except ArchiveError as error:
            error.where = self.registry
            raise


def _read_index(archive: ArchiveFile) -> List[SavedImage]:
    if not archive.has("manifest.json"):
        if archive.has("index.json"):
            raise ArchiveError(
                "it is an OCI archive: it has index.json and no manifest.json", hint="Write oci-archive: before it."
            )
        raise ArchiveError(
            "it is not an archive of images: it has no manifest.json",
            hint="Write it with docker save or podman save. The output of docker export is not an image.",
        )
    entries = _json(archive.read_member("manifest.json", LARGEST_INDEX), "manifest.json")
    if not isinstance(entries, list) or not entries:
        raise ArchiveError("manifest.json is not a list of images", code="ARCHIVE_INVALID")
    return [_saved_image(entry) for entry in entries]


def _saved_image(entry: Any) -> SavedImage:
    config = entry.get("Config") if isinstance(entry, dict) else None
    layers = (entry.get("Layers") or []) if isinstance(entry, dict) else None
    if not (isinstance(config, str) and config and _are_texts(layers) and len(layers or ()) <= MOST_LAYERS):
        raise ArchiveError("manifest.json has an entry that is not an image (Config, Layers)", code="ARCHIVE_INVALID")
    tags = entry.get("RepoTags") or []
    if not _are_texts(tags):
        raise ArchiveError("manifest.json has names that are not strings (RepoTags)", code="ARCHIVE_INVALID")
    return SavedImage(config, tuple(layers or ()), tuple(name for name in map(parse_name, tags) if name))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def parse_name(text: str) -> Optional[Named]:
    """The parts of an image's name, None for a name that no registry could have (C(<none>:<none>))."""
    try:
        reference = parse_reference(text)
    except ReferenceProblem:
        return None
    if reference.tag is None:
        return None
    return reference.repository.registry, reference.repository.name, reference.tag


def _json(content: bytes, what: str, where: Optional[str] = None) -> Any:
    try:
        return read_json(content)
    except NotUnderstood as problem:
        raise ArchiveError(
            "{0} cannot be parsed: {1}".format(what, problem), where=where, code="ARCHIVE_INVALID", hint=DAMAGED_HINT
        ) from problem
