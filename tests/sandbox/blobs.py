# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Blobs of test images: small real root file systems as tar files, compressed in several ways, the same each time.

The same arguments give the same bytes (on one machine: the deflate library decides about compressed ones).
"""

from __future__ import annotations

import hashlib
import io
import random
import struct
import tarfile
import zlib
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
DOCKER_FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
OCI_LAYER_PLAIN = "application/vnd.oci.image.layer.v1.tar"
OCI_LAYER_ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"
IN_TOTO = "application/vnd.in-toto+json"

STEP = 1024 * 1024
ZSTD_BLOCK = 128 * 1024
Chunks = Callable[[], Iterator[bytes]]


class Blob:
    """Content with its descriptor.

    :param chunks: makes the content anew at each call; large blobs are never kept in memory.
    :ivar diff_id: digest of the uncompressed content of a layer, or None.
    :ivar urls: where a foreign layer's content is; such a blob is not pushed.
    """

    def __init__(self, media_type: str, chunks: Chunks, diff_id: Optional[str] = None) -> None:
        self.media_type = media_type
        self.chunks = chunks
        self.diff_id = diff_id
        self.urls: Tuple[str, ...] = ()
        self.annotations: Dict[str, str] = {}
        found = hashlib.sha256()
        self.size = 0
        for chunk in chunks():
            found.update(chunk)
            self.size += len(chunk)
        self.digest = "sha256:" + found.hexdigest()

    @property
    def data(self) -> bytes:
        """The whole content."""
        return b"".join(self.chunks())

    def descriptor(self, media_type: Optional[str] = None) -> Dict[str, Any]:
        values: Dict[str, Any] = {"mediaType": media_type or self.media_type, "size": self.size, "digest": self.digest}
        if self.urls:
            values["urls"] = list(self.urls)
        if self.annotations:
            values["annotations"] = dict(self.annotations)
        return values

    def retyped(self, media_type: str) -> Blob:
        """The same content under another media type."""
        other = object.__new__(Blob)
        other.__dict__.update(self.__dict__, media_type=media_type)
        return other


def blob(data: bytes, media_type: str) -> Blob:
    """A blob of the given bytes."""
    return Blob(media_type, lambda: iter((data,)))


def _payload(seed: str, size: int, compressible: bool) -> Iterator[bytes]:
    """Content of the big file of a layer: random bytes, or lines of text."""
    generator = random.Random(seed)
    if compressible:
        line = "{0} {1:08x}\n".format(seed, generator.getrandbits(32)).encode()
        block = line * (STEP // len(line) + 1)
    left = size
    while left > 0:
        step = min(left, STEP)
        yield block[:step] if compressible else generator.getrandbits(step * 8).to_bytes(step, "little")
        left -= step


def _header(name: str, size: int, kind: bytes = tarfile.REGTYPE, mode: int = 0o644) -> bytes:
    item = tarfile.TarInfo(name)
    item.size, item.type, item.mode = size, kind, mode
    return item.tobuf(tarfile.USTAR_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def tar(seed: str, size: int, compressible: bool = False) -> Iterator[bytes]:
    """A tar file with a directory, a release file and one file of C(size) bytes."""
    release = "NAME=sandbox\nID={0}\n".format(seed).encode()
    head = io.BytesIO()
    head.write(_header("etc/", 0, tarfile.DIRTYPE, 0o755))
    name = hashlib.sha256(seed.encode()).hexdigest()[:12]
    head.write(_header("etc/release-" + name, len(release)) + release + _padding(len(release)))
    head.write(_header("data-" + name, size))
    yield head.getvalue()
    yield from _payload(seed, size, compressible)
    yield _padding(size) + bytes(2 * tarfile.BLOCKSIZE)


def gzipped(chunks: Iterator[bytes], level: int) -> Iterator[bytes]:
    """The chunks in gzip format, without name and time."""
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    for chunk in chunks:
        packed = packer.compress(chunk)
        if packed:
            yield packed
    yield packer.flush()


def zstandard(data: bytes) -> bytes:
    """A valid Zstandard frame of raw blocks (RFC 8878 section 3.1): what every decoder reads, without a compressor."""
    parts: List[bytes] = [b"\x28\xb5\x2f\xfd", b"\xa0", struct.pack("<I", len(data))]
    for start in range(0, max(len(data), 1), ZSTD_BLOCK):
        block = data[start : start + ZSTD_BLOCK]
        last = start + ZSTD_BLOCK >= len(data)
        parts += [struct.pack("<I", len(block) << 3 | last)[:3], block]
    return b"".join(parts)


def layer(seed: Any, size: int = 1024, compressible: bool = False, media_type: str = DOCKER_LAYER) -> Blob:
    """A layer whose biggest file has C(size) bytes. The compression follows the media type.

    Random content is stored in gzip format without being compressed, which is fast; a layer is then about
    C(size) plus 3 KB long.
    """
    name = str(seed)

    def plain() -> Iterator[bytes]:
        return tar(name, size, compressible)

    found = hashlib.sha256()
    for chunk in plain():
        found.update(chunk)
    diff_id = "sha256:" + found.hexdigest()
    if media_type.endswith("zstd"):
        packed = zstandard(b"".join(plain()))
        return Blob(media_type, lambda: iter((packed,)), diff_id)
    if media_type.endswith("gzip"):
        return Blob(media_type, lambda: gzipped(plain(), 6 if compressible else 0), diff_id)
    return Blob(media_type, plain, diff_id)
