# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decompresses Zstandard (RFC 8878) piece by piece, with whichever library is available.

Python includes it from 3.14 on (C(compression.zstd), elsewhere the same as C(backports.zstd)); before that, the library
C(zstandard) is used. Both accept windows of up to 2 GiB, as created by C(zstd --long=31); decompressing a layer then
takes as much memory as its window.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable

try:
    from compression import zstd as _standard
except ImportError:
    try:
        from backports import zstd as _standard
    except ImportError:
        _standard = None

try:
    import zstandard as _zstandard
except ImportError:
    _zstandard = None

LARGEST_WINDOW_LOG = 31
PIECE = 256 * 1024
"""Maximum bytes passed on at a time, so that a small, highly compressed input does not fill the memory."""

Write = Callable[[Any], None]


class NotZstdError(Exception):
    """The bytes are not Zstandard frames. Truncation is not detected here: the caller knows the digest."""


class StandardDecoder:
    """Decompresses with Python's own library; handles several frames, including skippable ones (zstd:chunked)."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._frame = self._new()

    @staticmethod
    def _new() -> Any:
        return _standard.ZstdDecompressor(options={_standard.DecompressionParameter.window_log_max: LARGEST_WINDOW_LOG})

    def feed(self, block: Any) -> None:
        """Decompress the next bytes and pass on the result."""
        data = bytes(block)
        try:
            while True:
                if self._frame.eof:
                    if not data:
                        return
                    self._frame = self._new()
                piece = self._frame.decompress(data, PIECE)
                if piece:
                    self._write(piece)
                data = self._frame.unused_data if self._frame.eof else b""
                if not self._frame.eof and self._frame.needs_input:
                    return
        except _standard.ZstdError as error:
            raise NotZstdError(str(error)) from error


class _Writer:
    """The file object that C(zstandard) writes to."""

    def __init__(self, write: Write) -> None:
        self._write = write

    def write(self, piece: Any) -> int:
        self._write(piece)
        return len(piece)


class LibraryDecoder:
    """The same with the library C(zstandard)."""

    def __init__(self, write: Write) -> None:
        decompressor = _zstandard.ZstdDecompressor(max_window_size=1 << LARGEST_WINDOW_LOG)
        self._stream = decompressor.stream_writer(_Writer(write), write_size=PIECE)

    def feed(self, block: Any) -> None:
        """Decompress the next bytes and pass on the result."""
        try:
            self._stream.write(block)
        except _zstandard.ZstdError as error:
            raise NotZstdError(str(error)) from error


def is_available() -> bool:
    """Whether any library is available."""
    return _standard is not None or _zstandard is not None


def make_decoder(write: Write) -> Any:
    """A decoder that passes its output to C(write); its C(feed) takes the compressed bytes.

    A library must be available, see L(is_available,#).
    """
    return StandardDecoder(write) if _standard is not None else LibraryDecoder(write)
