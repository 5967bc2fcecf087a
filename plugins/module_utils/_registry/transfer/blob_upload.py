# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends one blob: whole, and if the connection breaks, the rest in chunks.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Optional

from ..client.blob_reader import BlobBytes
from ..client.registry import RegistryClient
from ..client.uploads import UploadState, describe_blob
from ..errors import RegistryError
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..transport.connection import TransportError
from ..transport.retry import THROTTLED, Retrier
from ..transport.session import WriteBody
from ..transport.target import Target

_TOO_MUCH = (408, 413, 416, 502, 504)
"""A proxy on the way refuses that many bytes at once, or timed out waiting for the last. GHCR sends 416 for a chunk
above 4 MiB; from others it means that they have another part of the upload, which is queried before the next chunk."""

_KEEP_REFUSING = (401, 403)

_COUNTED = 64 * 1024
"""Bytes sent between two counts: the amount sent before a break decides how to continue."""


def _is_break(error: RegistryError) -> bool:
    """Whether a smaller piece might have succeeded."""
    return isinstance(error, TransportError) or error.status in _TOO_MUCH


class BlobSender:
    """The upload of one blob. Used once, by one thread.

    :param reader: provides the blob's bytes.
    :param on_bytes: called for each block sent, and with a negative number for those sent in vain.
    """

    def __init__(
        self,
        client: RegistryClient,
        repository: Repository,
        blob: Descriptor,
        reader: BlobBytes,
        retrier: Retrier,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._client = client
        self._uploads = client.uploads
        self._repository = repository
        self._blob = blob
        self._reader = reader
        self._retrier = retrier
        self._on_bytes = on_bytes
        self._state: Optional[UploadState] = None
        self._certain = True
        self._farthest = 0
        self._told = 0
        self._moved = 0
        self._reading = False
        self._new_uploads_left = retrier.retries + 1
        self._done = False
        self._where = describe_blob(repository, blob.digest)
        self._cause: Optional[RegistryError] = None

    def send(self, upload: Target) -> None:
        """Send the blob to an upload opened for it.

        :raises RegistryError: the retries are used up, or the reason is final.
        """
        self._state = UploadState(upload, 0)
        try:
            if self._uploads.habits.chunk is None or self._blob.size <= self._uploads.habits.chunk:
                self._send_whole()
            if not self._done:
                self._send_on()
        except BaseException:
            self._on_bytes(-self._told)
            raise

    def _send_on(self) -> None:
        habits = self._uploads.habits
        try:
            while not self._done:
                self._retrier.run(self._step)
        except RegistryError as error:
            refused = error.status is not None and error.status not in THROTTLED + _KEEP_REFUSING
            if habits.proven or self._reading or not refused:
                raise
            # The registry may not support chunks: send the blob whole, as before.
            self._retrier.note(error)
            habits.refuse_chunks()
            self._new_uploads_left += self._retrier.retries + 1
            self._retrier.run(self._open)
            self._reader.seek(0)
            self._send_whole()

    # -- whole -------------------------------------------------------------------------------------------------

    def _send_whole(self) -> None:
        """Send all of it in one request; if not done after that, continue in chunks."""
        state, size = self._expect_state(), self._blob.size
        try:
            self._uploads.finish(self._repository, state.target, self._blob.digest, size, self._writer(0, size))
        except RegistryError as error:
            if self._reading or not _is_break(error) or not self._uploads.habits.whole_broke(self._moved, size):
                raise
            self._retrier.note(error)
            self._certain = False
        else:
            self._done = True

    # -- in chunks ---------------------------------------------------------------------------------------------

    def _step(self) -> None:
        """One chunk, or the end of the upload; after a failure the next step asks what arrived."""
        if not self._certain:
            self._find_out()
        if self._done:
            return
        state = self._state or self._open()
        if state.received == self._blob.size:
            self._finish(state)
        else:
            self._send_chunk(state)

    def _send_chunk(self, state: UploadState) -> None:
        start, size = state.received, self._blob.size
        chunk = self._uploads.habits.chunk or size
        self._reader.seek(start)
        self._reader.mark()
        end = min(size, start + chunk)
        try:
            after = self._uploads.send_chunk(
                self._repository, state, self._blob.digest, end - start, self._writer(start, end)
            )
        except RegistryError as error:
            if self._reading:
                raise
            self._certain = False
            self._cause = error
            if _is_break(error):
                self._after_break(error, start, chunk)
            elif error.status in (400, 404) and self._uploads.habits.proven:
                # It lost the upload, or has a different part of it than it said.
                error.retryable = True
                raise
            else:
                raise
        else:
            self._uploads.habits.chunk_passed()
            self._take(after)

    def _after_break(self, error: RegistryError, start: int, chunk: int) -> None:
        """Continue if something was gained: bytes that arrived, or the finding that chunks must be smaller.

        :raises RegistryError: neither; it is an ordinary failure.
        """
        if self._uploads.habits.chunk_broke(self._moved, chunk):
            self._retrier.note(error)
            self._new_uploads_left += 1
            return
        error.retryable = True
        try:
            self._find_out()
        except RegistryError:
            # Not reachable now; the next try will ask.
            raise error from None
        if self._state is None or self._state.received <= start:
            raise error
        self._retrier.note(error)

    def _finish(self, state: UploadState) -> None:
        self._certain = False
        self._uploads.finish(self._repository, state.target, self._blob.digest, 0, lambda _send: None)
        self._done = True

    # -- state of the upload -----------------------------------------------------------------------------------

    def _find_out(self) -> None:
        """Ask what the registry has of the upload; without an upload a new one is needed."""
        state = self._state
        if state is not None:
            state = self._uploads.status(self._repository, state.target, self._blob.digest)
        if state is not None and state.received > self._farthest:
            # More than was sent: whatever that is, it is not this blob.
            state = None
        self._certain = True
        self._state = state
        if state is not None:
            self._take(state)
        elif self._farthest == self._blob.size and self._client.has_blob(self._repository, self._blob.digest):
            # Everything arrived, and only the reply was lost.
            self._done = True

    def _take(self, state: UploadState) -> None:
        self._state = state
        self._on_bytes(state.received - self._told)
        self._told = state.received

    def _open(self) -> UploadState:
        if not self._new_uploads_left:
            raise RegistryError(
                "the upload keeps breaking off, and the registry keeps none of it{0}".format(
                    " ({0})".format(self._cause.what) if self._cause else ""
                ),
                where=self._where,
                hint="Run again, with more retries or over a more stable connection. Complete layers are kept.",
            )
        self._new_uploads_left -= 1
        upload = self._uploads.start(self._repository, self._blob.digest)
        if upload is None:
            raise RegistryError("the registry opened no upload", where=self._where, retryable=True)
        self._farthest = 0
        self._certain = True
        self._take(UploadState(upload, 0))
        return self._expect_state()

    def _expect_state(self) -> UploadState:
        if self._state is None:
            raise RegistryError("the upload is gone", where=self._where, retryable=True)
        return self._state

    def _writer(self, start: int, end: int) -> WriteBody:
        """A function that sends bytes C(start) to C(end), counted; again if a redirect requires it."""
        self._moved = 0

        def write(send: Callable[[Any], None]) -> None:
            def counted(block: Any) -> None:
                view = memoryview(block)
                self._reading = False
                for place in range(0, len(view), _COUNTED):
                    piece = view[place : place + _COUNTED]
                    send(piece)
                    self._moved += len(piece)
                    self._told += len(piece)
                    self._farthest = max(self._farthest, self._told)
                    self._on_bytes(len(piece))
                self._reading = True

            self._reading = True
            if self._moved:
                self._on_bytes(-self._moved)
                self._told -= self._moved
                self._moved = 0
                self._reader.seek(start)
            self._reader.send_to(counted, end)
            self._reading = False

        return write
