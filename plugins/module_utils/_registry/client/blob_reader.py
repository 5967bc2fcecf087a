# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Streams a blob from one repository to another, through memory only.

Every byte is hashed on the way. The last block is held back until the digest is verified, so a corrupted blob is never
completed at the destination, whatever the destination itself checks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
from typing import Any, Callable, Optional, Protocol

from ..errors import RegistryError
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..sources.base import BlobStream, ImageSource
from ..transport.http_message import is_gzip
from ..transport.pool import Stream
from ..transport.retry import Retrier

BLOCK = 256 * 1024
"""Bytes read and sent at a time; 16 KiB doubles the CPU time, larger values gain nothing (measured)."""


class BlobBytes(Protocol):
    """The bytes of a blob for its upload, in order, and again from any position already passed."""

    def open(self) -> None:
        """Make sure that the blob exists, before any request to the destination."""

    def send_to(self, send: Callable[[Any], None], until: Optional[int] = None) -> None:
        """Pass on the blob block by block, from the current position up to byte C(until), by default the end."""

    def mark(self) -> None:
        """Remember this position: everything before it has arrived."""

    def seek(self, offset: int) -> None:
        """Go back to byte C(offset), which was passed before."""

    def close(self) -> None:
        """Release the connection."""


class BlobReader:
    """Reads a blob, and resumes when the connection breaks.

    :param retrier: how often it may break without any progress.
    """

    def __init__(self, client: ImageSource, repository: Repository, blob: Descriptor, retrier: Retrier) -> None:
        self._client = client
        self._repository = repository
        self._blob = blob
        self._retrier = retrier
        self._hash = hashlib.new(blob.digest.partition(":")[0])
        self._offset = 0
        self._mark = (0, self._hash.copy())
        self._stream: Optional[BlobStream] = None

    @property
    def where(self) -> str:
        """The blob, for messages."""
        return "{0} blob {1}".format(self._repository, self._blob.digest)

    def open(self) -> None:
        """Make sure that the blob exists, before any request to the destination."""
        self._retrier.run(self._connect)

    def send_to(self, send: Callable[[Any], None], until: Optional[int] = None) -> None:
        """Pass on the blob block by block, from the current position up to byte C(until), by default the end.

        :raises RegistryError: it cannot be read that far, or does not match its digest.
        """
        end = self._blob.size if until is None else until
        block = memoryview(bytearray(min(BLOCK, max(1, end - self._offset))))
        while self._offset < end:
            count = self._next(block[: end - self._offset])
            self._hash.update(block[:count])
            self._offset += count
            if self._offset == self._blob.size:
                self._verify()
            send(block[:count])
        if self._blob.size == 0:
            self._verify()

    def mark(self) -> None:
        """Remember this position: everything before it has arrived."""
        self._mark = (self._offset, self._hash.copy())

    def seek(self, offset: int) -> None:
        """Go back to byte C(offset), which was passed before.

        The blob is read again from the last mark, for the hash, or from the start if the mark is after C(offset).
        """
        if offset == self._offset:
            return
        self.close()
        place, state = self._mark
        if place > offset:
            place, state = 0, hashlib.new(self._blob.digest.partition(":")[0])
        self._offset, self._hash = place, state.copy()
        self.send_to(lambda _block: None, offset)

    def close(self) -> None:
        """Release the connection."""
        if self._stream is not None:
            if self._offset == self._blob.size:
                self._stream.read_end()
            self._stream.close()
            self._stream = None

    def _next(self, block: memoryview) -> int:
        # Each block has its own retries: a large blob may arrive over a connection that breaks again and again.
        return self._retrier.run(lambda: self._read(block))

    def _read(self, block: memoryview) -> int:
        if self._stream is None:
            self._connect()
        stream = self._stream
        if stream is None:
            raise RegistryError("the blob cannot be opened", where=self.where)
        try:
            count = stream.readinto(block[: self._blob.size - self._offset])
        except RegistryError as error:
            self._stream = None
            error.where = self.where
            raise
        if not count:
            self.close()
            raise RegistryError(
                "the blob ended after {0} of {1} bytes".format(self._offset, self._blob.size),
                where=self.where,
                retryable=True,
            )
        return count

    def _connect(self) -> None:
        self.close()
        stream = self._client.open_blob(self._repository, self._blob.digest, self._offset)
        if self._offset and stream.status != 200 and not self._is_rest(stream):
            # A registry that cannot read from this offset can still send the whole blob.
            stream.close()
            stream = self._client.open_blob(self._repository, self._blob.digest)
        skip = 0 if stream.status == 206 else self._offset
        expected = self._blob.size - (self._offset - skip)
        if isinstance(stream, Stream) and _is_packed(stream, expected):
            stream.unpack()
        if stream.length is not None and stream.length != expected:
            stream.close()
            raise RegistryError(
                "the registry offers {0} bytes but the manifest says {1}".format(stream.length, expected),
                where=self.where,
                retryable=True,
            )
        try:
            self._skip(stream, skip)
        except RegistryError as error:
            stream.close()
            error.where = self.where
            raise
        self._stream = stream

    def _is_rest(self, stream: BlobStream) -> bool:
        """Whether a reply is the rest of the blob, unchanged: part of a compressed body is not."""
        rest = self._blob.size - self._offset
        starts = stream.headers.get("content-range", "").startswith("bytes {0}-".format(self._offset))
        return stream.status == 206 and starts and stream.length in (rest, None) and not _is_packed(stream, rest)

    def _skip(self, stream: BlobStream, count: int) -> None:
        """Read past the bytes already sent, for a registry that cannot start in the middle."""
        waste = memoryview(bytearray(min(BLOCK, max(1, count))))
        while count:
            got = stream.readinto(waste[: min(count, len(waste))])
            if not got:
                raise RegistryError("the blob ended early", where=self.where, retryable=True)
            count -= got

    def _verify(self) -> None:
        algorithm = self._blob.digest.partition(":")[0]
        actual = "{0}:{1}".format(algorithm, self._hash.hexdigest())
        if actual != self._blob.digest:
            self.close()
            raise RegistryError(
                "the received bytes are not the blob: their digest is {0}".format(actual),
                where=self.where,
                code="DIGEST_INVALID",
                retryable=True,
                hint="If this persists, the blob is damaged in the source, or something on the way alters it.",
            )


def _is_packed(stream: BlobStream, expected: int) -> bool:
    """Whether a blob arrives compressed. Web servers also claim so of plain layers, which then have their own size."""
    return stream.length != expected and is_gzip(stream.headers)
