# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard layers as gzip layers, for registries that refuse the former.

What a layer holds stays the same, so the config and its diff IDs do as well; the layer's digest, size and media type
change, and with them the manifest. A manifest needs the new digest before anything can be sent, and no layer is kept in
memory or on disk: so it is read twice, once to learn digest and size, once to be sent. What was learnt is written to
the journal, and is learnt once however many images share the layer.

The same layer gives the same bytes with the same zlib: no name, no time, a fixed level.

Formats: RFC 8878 (Zstandard), RFC 1952 (gzip), OCI image specification 1.1 (config.md, C(rootfs.diff_ids)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import zlib
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from ansible_collections.longshore.swr.plugins.module_utils._registry import zstd
from ansible_collections.longshore.swr.plugins.module_utils._registry.blobs import BLOCK, BlobReader
from ansible_collections.longshore.swr.plugins.module_utils._registry.client import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.images import Tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.journal import Journal
from ansible_collections.longshore.swr.plugins.module_utils._registry.manifest import (
    IMAGE_CONFIG_TYPES,
    IMAGE_TYPES,
    Descriptor,
    Manifest,
    is_digest,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.retry import Retrier

GZIP_TYPES = {
    "application/vnd.oci.image.layer.v1.tar+zstd": "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": (
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    ),
    "application/vnd.docker.image.rootfs.diff.tar.zstd": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
"""The media types of Zstandard layers, and what they become."""

LEVEL = 6
METHOD = "gzip-{0} zlib-{1}".format(LEVEL, zlib.ZLIB_RUNTIME_VERSION)
"""What decides about the bytes: another zlib compresses otherwise."""

_OF_ZSTD = ("io.github.containers.zstd-chunked.", "io.github.containers.compression.zstd")
"""Annotations that describe the Zstandard form: places in its file (zstd:chunked), and that it is one."""

_AT_ONCE = max(1, min(4, os.cpu_count() or 1))

_LIBRARY_HINT = (
    "Install the Python library zstandard where the module runs (Python 3.14 and later need none), or push the image "
    "again with gzip layers."
)


class Packed(NamedTuple):
    """A layer in gzip form: its digest and size, and the digest of what is in it."""

    digest: str
    size: int
    diff_id: str


Pack = Callable[[Manifest, int, Descriptor], Packed]
"""Gives the gzip form of a manifest's layer (its number from 0, its descriptor)."""


def is_zstd_layer(layer: Descriptor) -> bool:
    """Whether it is a layer in Zstandard form that lives in the registry."""
    return layer.media_type in GZIP_TYPES and not layer.foreign


def zstd_layers(manifest: Manifest) -> List[Descriptor]:
    """The Zstandard layers of an image; none for an artifact, whose files are its own matter."""
    if manifest.media_type not in IMAGE_TYPES or manifest.config is None:
        return []
    if manifest.config.media_type not in IMAGE_CONFIG_TYPES:
        return []
    return [layer for layer in manifest.blobs[1:] if is_zstd_layer(layer)]


def has_zstd(tree: Tree) -> bool:
    """Whether the image, or one below it, has Zstandard layers."""
    return bool(zstd_layers(tree.manifest)) or any(has_zstd(child) for child in tree.children)


def count_packed(tree: Tree) -> int:
    """How many layers of the image were recompressed."""
    own = sum(1 for blob in tree.manifest.blobs if blob.made_from is not None)
    return own + sum(count_packed(child) for child in tree.children)


def to_gzip(tree: Tree, pack: Pack) -> Tree:
    """The image with gzip layers in the place of Zstandard ones; what has none stays as it is, byte for byte.

    :raises RegistryError: a layer cannot be recompressed.
    """
    if not has_zstd(tree):
        return tree
    if not tree.manifest.is_index:
        return Tree(_packed_image(tree.manifest, pack))
    children = [to_gzip(child, pack) for child in tree.children]
    document = json.loads(tree.manifest.content)
    for entry, before, after in zip(document["manifests"], tree.children, children):
        if after is not before:
            entry.update(digest=after.manifest.digest, size=len(after.manifest.content))
            _forget_zstd(entry)
    return Tree(_finish(document, tree.manifest.media_type), children)


def _packed_image(manifest: Manifest, pack: Pack) -> Manifest:
    document = json.loads(manifest.content)
    origins: List[Optional[Descriptor]] = [None]
    for number, (entry, layer) in enumerate(zip(document["layers"], manifest.blobs[1:])):
        is_zstd = is_zstd_layer(layer)
        origins.append(layer if is_zstd else None)
        if is_zstd:
            packed = pack(manifest, number, layer)
            entry.update(mediaType=GZIP_TYPES[layer.media_type], digest=packed.digest, size=packed.size)
            _forget_zstd(entry)
    finished = _finish(document, manifest.media_type)
    blobs = [blob._replace(made_from=origin) for blob, origin in zip(finished.blobs, origins)]
    return finished._replace(blobs=tuple(blobs))


def _forget_zstd(entry: Dict[str, Any]) -> None:
    notes = entry.get("annotations")
    if isinstance(notes, dict):
        entry["annotations"] = {name: text for name, text in notes.items() if not name.startswith(_OF_ZSTD)}
        if not entry["annotations"]:
            del entry["annotations"]


def _finish(document: Mapping[str, Any], media_type: str) -> Manifest:
    # ASCII only, because JSON may hold halves of characters, which have no UTF-8.
    return parse_manifest(json.dumps(document, separators=(",", ":")).encode("ascii"), media_type)


def match_packed(base: Tree, stored: Callable[[str], Optional[Manifest]], digest: str) -> Optional[Dict[str, Packed]]:
    """Which gzip layers an image at the destination has in the place of its Zstandard layers; None if it is no such.

    The config names what every layer holds, so two images with the same config have the same layers, in whatever form.

    :param stored: reads a manifest of the destination.
    :param digest: of the image there.
    """
    manifest = stored(digest)
    if manifest is None or manifest.is_index != base.manifest.is_index:
        return None
    found: Dict[str, Packed] = {}
    if manifest.is_index:
        if len(manifest.children) != len(base.children):
            return None
        for child, entry in zip(base.children, manifest.children):
            below = match_packed(child, stored, entry.digest) if has_zstd(child) else {}
            if below is None:
                return None
            found.update(below)
        return found
    if len(manifest.blobs) != len(base.manifest.blobs):
        return None
    for ours, theirs in zip(base.manifest.blobs, manifest.blobs):
        if is_zstd_layer(ours):
            found[ours.digest] = Packed(theirs.digest, theirs.size, "")
        elif ours.digest != theirs.digest:
            return None
    return found


class _Pipe:
    """Zstandard in, gzip out, and what went through between them hashed.

    :param out: gets the compressed bytes.
    """

    def __init__(self, algorithm: str, out: Callable[[Any], None]) -> None:
        self._contents = hashlib.new(algorithm)
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
        self._out = out
        self._decoder = zstd.make_decoder(self._take)
        self._broken: Optional[zstd.NotZstdError] = None

    def feed(self, block: Any) -> None:
        # After an error the blob is read to its end all the same: its digest tells whether it is damaged in the
        # registry or was on its way, which another try would mend.
        if self._broken is None:
            try:
                self._decoder.feed(block)
            except zstd.NotZstdError as error:
                self._broken = error

    def _take(self, piece: Any) -> None:
        self._contents.update(piece)
        self._emit(self._gzip.compress(piece))

    def _emit(self, piece: bytes) -> None:
        if piece:
            self._out(piece)

    def finish(self, diff_id: str, where: str) -> None:
        """The end of the layer.

        :raises RegistryError: it does not hold what the image's config says.
        """
        if self._broken is not None:
            raise _damaged(where, "it is not in Zstandard format ({0})".format(self._broken))
        actual = "{0}:{1}".format(diff_id.partition(":")[0], self._contents.hexdigest())
        if actual != diff_id:
            raise _damaged(where, "its content has the digest {0} and the config says {1}".format(actual, diff_id))
        self._emit(self._gzip.flush())


class RecompressingReader:
    """Reads a Zstandard layer as the gzip layer that it becomes; in the place of a C(BlobReader).

    :param blob: the gzip layer, with what it is made from.
    :param diff_id: the digest of what is in it.
    """

    def __init__(
        self,
        client: RegistryClient,
        repository: Repository,
        blob: Descriptor,
        retrier: Retrier,
        diff_id: str,
        slots: threading.Semaphore,
    ) -> None:
        self._client = client
        self._repository = repository
        self._blob = blob
        self._retrier = retrier
        self._diff_id = diff_id
        self._slots = slots
        self._offset = 0
        self._begin()

    def _begin(self) -> None:
        """From the first byte on; neither of the two formats can be entered in the middle."""
        self._layer = self._blob.made_from or self._blob
        self._reader = BlobReader(self._client, self._repository, self._layer, self._retrier)
        self._hash = hashlib.new(self._blob.digest.partition(":")[0])
        self._pipe = _Pipe(self._diff_id.partition(":")[0], self._take)
        self._read = self._made = self._offset = 0
        self._ready = bytearray()

    def open(self) -> None:
        """Make sure that the layer is there, before anything is asked of the destination."""
        self._reader.open()

    def send_to(self, send: Callable[[Any], None], until: Optional[int] = None) -> None:
        """Hand over the gzip form up to the byte C(until), by default its end.

        The end is there only when all of it has the digest that was announced.

        :raises RegistryError: the layer cannot be read, is damaged, or compresses to something else.
        """
        end = self._blob.size if until is None else until
        while self._offset < end:
            while not self._ready:
                with self._slots:
                    self._make_more()
            piece = bytes(self._ready[: end - self._offset])
            del self._ready[: len(piece)]
            self._offset += len(piece)
            send(piece)

    def _make_more(self) -> None:
        if self._read == self._layer.size:
            raise self._differs()
        self._read = min(self._read + BLOCK, self._layer.size)
        self._reader.send_to(self._pipe.feed, self._read)
        if self._read == self._layer.size:
            self._pipe.finish(self._diff_id, self._reader.where)
            actual = self._hash.hexdigest()
            if self._made != self._blob.size or actual != self._blob.digest.partition(":")[2]:
                raise self._differs()

    def _take(self, piece: bytes) -> None:
        self._made += len(piece)
        if self._made > self._blob.size:
            raise self._differs()
        self._hash.update(piece)
        self._ready += piece

    def mark(self) -> None:
        """What comes before this place has arrived; there is nothing to remember, see L(seek,#)."""

    def seek(self, offset: int) -> None:
        """Go to the byte C(offset), which was passed before: the layer is read from its beginning again."""
        if offset == self._offset:
            return
        self.close()
        self._begin()
        self.send_to(lambda _piece: None, offset)

    def close(self) -> None:
        """Let go of the connection."""
        self._reader.close()

    def _differs(self) -> RegistryError:
        return RegistryError(
            "the layer does not compress to the same bytes as before",
            where=self._reader.where,
            code="DIGEST_INVALID",
            hint="The journal may come from a host with another zlib: run without it, or with a new one.",
        )


class Recompressor:
    """Learns what Zstandard layers become, each once.

    :param sources: gives the client to read a registry with.
    :param journal: knows what earlier runs learnt.
    """

    def __init__(self, sources: Callable[[str], RegistryClient], retrier: Retrier, journal: Journal) -> None:
        self._sources = sources
        self._retrier = retrier
        self._journal = journal
        self._slots = threading.Semaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._turns: Dict[str, threading.Lock] = {}

    def pack(self, repository: Repository, layer: Descriptor, diff_id: Any) -> Packed:
        """The gzip form of a layer. Of the threads that ask for one layer, the first reads it.

        :param diff_id: the digest that the image's config names for what is in it.
        :raises RegistryError: it cannot be read, it is damaged, or there is no library for it.
        """
        where = "{0} blob {1}".format(repository, layer.digest)
        if not is_digest(diff_id):
            raise _damaged(where, "the image's config does not say what is in it")
        with self._lock:
            turn = self._turns.setdefault(layer.digest, threading.Lock())
        with turn:
            known = self._journal.recompressed(layer.digest, METHOD)
            if known is None:
                packed = self._retrier.run(lambda: self._measure(repository, layer, diff_id, where))
                self._journal.layer_recompressed(layer.digest, METHOD, *packed)
                return packed
        packed = Packed(*known)
        if packed.diff_id != diff_id:
            raise _damaged(where, "its content has the digest {0}, the config says {1}".format(packed.diff_id, diff_id))
        return packed

    def reader(
        self, client: RegistryClient, repository: Repository, blob: Descriptor, retrier: Retrier
    ) -> RecompressingReader:
        """What reads a recompressed layer for the upload."""
        known = self._journal.recompressed(blob.made_from.digest, METHOD) if blob.made_from else None
        if known is None:
            raise RegistryError("it is not known what is in the layer", where=str(repository), code="INTERNAL")
        return RecompressingReader(client, repository, blob, retrier, known[2], self._slots)

    def _measure(self, repository: Repository, layer: Descriptor, diff_id: str, where: str) -> Packed:
        if not zstd.is_available():
            raise RegistryError(
                "its Zstandard layers have to be recompressed, and there is no library for that",
                where=where,
                code="NO_ZSTD",
                hint=_LIBRARY_HINT,
            )
        found, size = hashlib.sha256(), 0

        def out(piece: bytes) -> None:
            nonlocal size
            found.update(piece)
            size += len(piece)

        with self._slots:
            pipe = _Pipe(diff_id.partition(":")[0], out)
            reader = BlobReader(self._sources(repository.registry), repository, layer, self._retrier)
            try:
                reader.send_to(pipe.feed)
            finally:
                reader.close()
            pipe.finish(diff_id, where)
        return Packed("sha256:" + found.hexdigest(), size, diff_id)


def diff_ids_of(config: Mapping[str, Any], manifest: Manifest, where: str) -> List[Any]:
    """What an image's config says that its layers hold.

    :raises RegistryError: it does not say it for every layer.
    """
    rootfs = config.get("rootfs")
    diff_ids = rootfs.get("diff_ids") if isinstance(rootfs, dict) else None
    if not isinstance(diff_ids, list) or len(diff_ids) != len(manifest.blobs) - 1:
        raise _damaged(where, "the image's config does not name the content of each layer")
    return diff_ids


def _damaged(where: str, why: str) -> RegistryError:
    return RegistryError(
        "the layer cannot be recompressed: {0}".format(why),
        where=where,
        code="LAYER_DAMAGED",
        hint="The image is damaged in the source registry: push it there again.",
    )
