# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard layers as gzip layers, for registries that refuse the former.

A layer's content stays the same, and so do the config and its diff IDs; the layer's digest, size and media type change,
and with them the manifest. The manifest needs the new digest before anything can be sent, and no layer is kept in
memory or on disk: each is read twice, once to compute digest and size, once to be sent. The result is written to the
journal, and computed only once however many images share the layer.

The same layer gives the same bytes with the same zlib: no name, no time, a fixed level.

Formats: RFC 8878 (Zstandard), RFC 1952 (gzip), OCI image specification 1.1 (config.md, C(rootfs.diff_ids)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import os
import threading
import zlib
from typing import Any, Callable, Dict, List, Mapping, Optional

from ..client.blob_reader import BLOCK, BlobReader
from ..errors import RegistryError
from ..model.manifest import Descriptor, Manifest, is_digest
from ..model.reference import Repository
from ..run.journal import Journal
from ..sources.base import ImageSource, SourceFor
from ..transport.retry import Retrier
from . import zstd
from .gzip_layers import Packed

LEVEL = 6


def _method() -> str:
    """What determines the bytes: another zlib compresses differently. Its version does not identify every zlib, so a
    sample does."""
    compressor = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
    sample = b"".join(b"%d %x\n" % (number * number % 9973, number) for number in range(3000))
    made = hashlib.sha256(compressor.compress(sample) + compressor.flush()).hexdigest()
    return "gzip-{0} zlib-{1} {2}".format(LEVEL, zlib.ZLIB_RUNTIME_VERSION, made[:12])


METHOD = _method()


_AT_ONCE = max(1, min(4, os.cpu_count() or 1))

_LIBRARY_HINT = (
    "Install the Python library zstandard where the module runs (Python 3.14 and later need none), or push the image "
    "again with gzip layers."
)


class _Pipe:
    """Zstandard in, gzip out, with the uncompressed content hashed.

    :param out: receives the compressed bytes.
    """

    def __init__(self, algorithm: str, out: Callable[[Any], None]) -> None:
        self._contents = hashlib.new(algorithm)
        self._gzip = zlib.compressobj(LEVEL, zlib.DEFLATED, 31)
        self._out = out
        self._decoder = zstd.make_decoder(self._take)
        self._broken: Optional[zstd.NotZstdError] = None

    def feed(self, block: Any) -> None:
        # After an error the blob is still read to its end: its digest shows whether it is damaged in the registry or
        # was damaged on the way, which a retry would fix.
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
        """End the layer.

        :raises RegistryError: the content is not what the image's config states.
        """
        if self._broken is not None:
            raise _damaged(where, "it is not in Zstandard format ({0})".format(self._broken))
        actual = "{0}:{1}".format(diff_id.partition(":")[0], self._contents.hexdigest())
        if actual != diff_id:
            raise _damaged(where, "its content has the digest {0} and the config says {1}".format(actual, diff_id))
        self._emit(self._gzip.flush())


class RecompressingReader:
    """Reads a Zstandard layer as the resulting gzip layer; a replacement for C(BlobReader).

    :param blob: the gzip layer, with the layer it is made from.
    :param diff_id: the digest of its content.
    """

    def __init__(
        self,
        client: ImageSource,
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
        """Start at the first byte; neither format can be read from the middle."""
        self._layer = self._blob.made_from or self._blob
        self._reader = BlobReader(self._client, self._repository, self._layer, self._retrier)
        self._hash = hashlib.new(self._blob.digest.partition(":")[0])
        self._pipe = _Pipe(self._diff_id.partition(":")[0], self._take)
        self._read = self._made = self._offset = 0
        self._ready = bytearray()

    def open(self) -> None:
        """Make sure that the layer exists, before any request to the destination."""
        self._reader.open()

    def send_to(self, send: Callable[[Any], None], until: Optional[int] = None) -> None:
        """Pass on the gzip form up to byte C(until), by default its end.

        The end is passed on only if the whole has the announced digest.

        :raises RegistryError: the layer cannot be read, is damaged, or compresses to other bytes.
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
        """Everything before this position has arrived; there is nothing to remember, see L(seek,#)."""

    def seek(self, offset: int) -> None:
        """Go to byte C(offset), which was passed before: the layer is read again from its beginning."""
        if offset == self._offset:
            return
        self.close()
        self._begin()
        self.send_to(lambda _piece: None, offset)

    def close(self) -> None:
        """Release the connection."""
        self._reader.close()

    def _differs(self) -> RegistryError:
        return RegistryError(
            "the layer does not compress to the same bytes as before",
            where=self._reader.where,
            code="DIGEST_INVALID",
            hint="The journal may come from a host with another zlib: run without it, or with a new one.",
        )


class Recompressor:
    """Computes the gzip form of Zstandard layers, each once.

    :param sources: returns the client that reads from a registry.
    :param journal: holds the results of earlier runs.
    """

    def __init__(self, sources: SourceFor, retrier: Retrier, journal: Journal) -> None:
        self._sources = sources
        self._retrier = retrier
        self._journal = journal
        self._slots = threading.Semaphore(_AT_ONCE)
        self._lock = threading.Lock()
        self._turns: Dict[str, threading.Lock] = {}

    def pack(self, repository: Repository, layer: Descriptor, diff_id: Any) -> Packed:
        """The gzip form of a layer. If several threads ask for the same layer, the first reads it.

        :param diff_id: the digest of its content, as named in the image's config.
        :raises RegistryError: it cannot be read, it is damaged, or no library is available.
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
        self, client: ImageSource, repository: Repository, blob: Descriptor, retrier: Retrier
    ) -> RecompressingReader:
        """The reader of a recompressed layer for the upload."""
        known = self._journal.recompressed(blob.made_from.digest, METHOD) if blob.made_from else None
        if known is None:
            raise RegistryError("the content of the layer is unknown", where=str(repository), code="INTERNAL")
        return RecompressingReader(client, repository, blob, retrier, known[2], self._slots)

    def _measure(self, repository: Repository, layer: Descriptor, diff_id: str, where: str) -> Packed:
        if not zstd.is_available():
            raise RegistryError(
                "its Zstandard layers must be recompressed, and there is no library for that",
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
    """The diff IDs of the layers in an image's config.

    :raises RegistryError: one is missing.
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
