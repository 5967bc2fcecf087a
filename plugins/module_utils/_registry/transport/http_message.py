# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP/1.1 framing: a request as bytes, a reply read from a stream (RFC 9112).

C(http.client) parses headers with the email package, which costs more than everything else that the engine does for a
small request; this module parses them with plain byte operations.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import socket
import zlib
from typing import Any, BinaryIO, Callable, Dict, Iterator, List, Mapping, Optional, Tuple

from ..._http_values import NotUnderstood, unpack
from ..._lazy import pattern

MAX_LINE = 64 * 1024
MAX_HEADERS = 256
MAX_DIGITS = 18
MAX_INTERIM = 64

_MOST_IN_VAIN = 1024 * 1024
"""Maximum compressed bytes without output: empty data can be compressed again and again."""

_STATUS = pattern(rb"[1-9][0-9]{2}\Z")
_HEX = pattern(rb"[0-9A-Fa-f]{1,15}\Z")


class MessageError(Exception):
    """The data received is not a complete HTTP/1.1 message."""


def format_request(method: str, path: str, authority: str, headers: List[Tuple[str, str]]) -> bytes:
    """The head of a request.

    :raises ValueError: a value contains a line break, which would let it inject headers.
    """
    lines = ["{0} {1} HTTP/1.1".format(method, path), "Host: " + authority]
    lines.extend("{0}: {1}".format(name, value) for name, value in headers)
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines) - 1 or head.count("\r") != len(lines) - 1:
        raise ValueError("a line break in a request header")
    return (head + "\r\n\r\n").encode("latin-1")


def read_response(reader: BinaryIO, method: str) -> Response:
    """Read the head of a reply; interim replies (1xx) are skipped.

    :raises MessageError: it is not an HTTP reply.
    """
    for _count in range(MAX_INTERIM):
        status, version, reason = _read_status(reader)
        headers = _read_headers(reader)
        if status >= 200:
            return Response(reader, method, status, version, headers, reason)
    raise MessageError("interim replies without an end")


def read_heads(receive: Callable[[], bytes], count: int) -> Iterator[Tuple[bool, str]]:
    """Read the replies to C(count) pipelined HEAD requests: for each, whether the object exists, and its digest.

    Anything unusual is an error, because it leaves unclear which reply belongs to which request, also of those before.

    :param receive: returns the next bytes; none at the end.
    :raises MessageError: they are not exactly that many replies of HTTP/1.1, each 200 with one digest or 404.
    """
    data, position = b"", 0
    while count:
        end = data.find(b"\r\n\r\n", position)
        if end < 0:
            data, position = data[position:], 0
            more = b"" if len(data) > MAX_LINE or b"\n\n" in data else receive()
            if not more:
                raise MessageError("pipelined replies that break off")
            data += more
            continue
        yield _read_head(data[position : end + 2].lower())
        count, position = count - 1, end + 4
    if position != len(data):
        raise MessageError("more than the pipelined replies")


def _read_head(head: bytes) -> Tuple[bool, str]:
    start, connection = head[:13], _value_of(head, b"\r\nconnection:")
    if start not in (b"http/1.1 200 ", b"http/1.1 404 ") or connection not in (b"", b"keep-alive"):
        raise MessageError("a pipelined reply with another status, or the last one")
    if start == b"http/1.1 404 ":
        return False, ""
    digest = _value_of(head, b"\r\ndocker-content-digest:").decode("latin-1")
    if not digest:
        raise MessageError("a pipelined reply without a digest")
    return True, digest


def _value_of(head: bytes, name: bytes) -> bytes:
    """The value of a header that occurs at most once; empty if there is none."""
    place = head.find(name)
    if place < 0:
        return b""
    place += len(name)
    if head.find(name, place) >= 0:
        raise MessageError("a pipelined reply that says something twice")
    return head[place : head.index(b"\r", place)].strip()


class Response:
    """A reply: its head, and its body as it arrives.

    :ivar status: the HTTP status. :ivar reason: the server's text after it.
    :ivar headers: by lower-case name; repeated ones joined with a comma (RFC 9110, section 5.2).
    :ivar length: bytes of the body, or None if only its end will tell.
    :ivar finished: whether the body was read to its end.
    :ivar keep_alive: whether the connection may be used again after that.
    """

    def __init__(
        self,
        reader: BinaryIO,
        method: str,
        status: int,
        version: str,
        headers: Dict[str, str],
        reason: str = "",
    ) -> None:
        self._reader = reader
        self.status = status
        self.reason = reason
        self.headers = headers
        connection = headers.get("connection", "").lower()
        self.keep_alive = "close" not in connection if version == "HTTP/1.1" else "keep-alive" in connection
        self._chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        self._within = False
        self._left = 0
        self.length: Optional[int] = None
        if method in ("HEAD", "CONNECT") or status in (204, 304):
            self._chunked = False
            self.length = 0
        elif not self._chunked:
            self.length = _parse_length(headers)
            if self.length is None:
                # No length: the body lasts until the server closes (RFC 9112, section 6.3).
                self.keep_alive = False
            else:
                self._left = self.length
        self.finished = self.length == 0
        self._broken: Optional[OSError] = None

    def readinto(self, buffer: memoryview) -> int:
        """Fill C(buffer) with the next bytes of the body and return how many; 0 at its end.

        :raises OSError: the connection broke. Everything that arrived before was returned by earlier calls.
        """
        if self.finished:
            return 0
        if self._chunked:
            return self._read_chunked(buffer)
        if self.length is None:
            count = self._fill(buffer)
            self.finished = not count
            return count
        count = self._fill(buffer[: self._left])
        if not count:
            raise MessageError("the body ended {0} bytes early".format(self._left))
        self._left -= count
        self.finished = self._left == 0
        return count

    def _fill(self, buffer: memoryview) -> int:
        # The reader's own readinto() forgets what it has read when the connection breaks before the buffer is full:
        # a blob over a line that cuts every connection within a buffer would never arrive.
        if self._broken is not None:
            raise self._broken
        filled = 0
        while filled < len(buffer):
            try:
                count = self._reader.readinto1(buffer[filled:])  # type: ignore[attr-defined]
            except OSError as error:
                # A peer that is too slow makes no progress: it must not be tried for ever.
                if not filled or isinstance(error, socket.timeout):
                    raise
                self._broken = error
                break
            if not count:
                break
            filled += count
        return filled

    def read_all(self, limit: int) -> bytes:
        """The whole body. If that of an error status cannot be unpacked, it is empty: the status is enough.

        :raises MessageError: it broke off.
        :raises NotUnderstood: it is larger than C(limit), or compressed in an unknown way.
        """
        try:
            return unpack(self._blocks(), self.headers.get("content-encoding"), limit)
        except NotUnderstood:
            if self.status < 400:
                raise
            return b""

    def _blocks(self) -> Iterator[bytes]:
        block = memoryview(bytearray(64 * 1024))
        while True:
            count = self.readinto(block)
            if not count:
                return
            yield bytes(block[:count])

    def _read_chunked(self, buffer: memoryview) -> int:
        if self._left == 0:
            # The end of a chunk is read with the next one, so that no break there costs the chunk.
            if self._within and _read_line(self._reader) != b"":
                raise MessageError("a chunk that is longer than it says")
            line = _read_line(self._reader).partition(b";")[0].strip()
            # int() alone would accept signs, prefixes and underscores.
            if not _HEX.match(line):
                raise MessageError("a chunk without a size")
            self._left = int(line, 16)
            if self._left == 0:
                _read_headers(self._reader)
                self.finished = True
                return 0
        count = self._fill(buffer[: self._left])
        if not count:
            raise MessageError("the body ended in the middle of a chunk")
        self._left -= count
        self._within = True
        return count


class Gunzip:
    """Restores a blob that was compressed on its way without being asked for.

    Servers label plain bodies as compressed: data that does not begin as gzip is unchanged.

    :param read: fills a buffer with incoming bytes, and returns 0 at the end.
    """

    def __init__(self, read: Callable[[memoryview], int]) -> None:
        self._read = read
        self._block = memoryview(bytearray(64 * 1024))
        self._rest = b""
        self._engine: Any = None
        self._is_gzip: Optional[bool] = None

    def readinto(self, buffer: memoryview) -> int:
        """Fill C(buffer) with the next bytes and return how many; 0 at the end. Never unpacks more than that.

        :raises MessageError: it is damaged, or ends early.
        """
        if self._is_gzip is None:
            while len(self._rest) < 2 and self._more():
                pass
            self._is_gzip = self._rest[:2] == b"\x1f\x8b"
        if not self._is_gzip:
            if not self._rest:
                return self._read(buffer)
            part, self._rest = self._rest[: len(buffer)], self._rest[len(buffer) :]
        else:
            part = self._unpack(len(buffer))
        buffer[: len(part)] = part
        return len(part)

    def _more(self) -> bool:
        count = self._read(self._block)
        self._rest += bytes(self._block[:count])
        return count > 0

    def _unpack(self, most: int) -> bytes:
        taken = 0
        while most:
            ended = not self._rest and not self._more()
            if self._engine is None or self._engine.eof:
                if ended:
                    break
                self._engine = zlib.decompressobj(31)
            try:
                # At the end, too: it may hold back bytes that did not fit.
                part: bytes = self._engine.decompress(self._rest, most)
            except zlib.error as error:
                raise MessageError("a compressed reply that is damaged") from error
            taken += len(self._rest)
            self._rest = self._engine.unconsumed_tail or self._engine.unused_data
            taken -= len(self._rest)
            if part:
                return part
            if taken > _MOST_IN_VAIN:
                raise MessageError("a compressed reply without content")
            if ended and not self._engine.eof:
                raise MessageError("a compressed reply that ends early")
        return b""


def is_gzip(headers: Mapping[str, str]) -> bool:
    """Whether a body is declared as compressed with gzip (RFC 9110, section 8.4.1)."""
    return headers.get("content-encoding", "").strip().lower() in ("gzip", "x-gzip")


def _parse_length(headers: Dict[str, str]) -> Optional[int]:
    text = headers.get("content-length")
    if text is None:
        return None
    # A repeated header is joined with commas; equal values are allowed (RFC 9112, section 6.3).
    values = {value.strip() for value in text.split(",")}
    value = values.pop()
    # isdigit() accepts digits of every script, and int() rejects thousands of them.
    if values or not (value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS):
        raise MessageError("an invalid Content-Length")
    return int(value)


def _read_line(reader: BinaryIO) -> bytes:
    line = reader.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise MessageError("a line of the reply is too long")
    if not line.endswith(b"\n"):
        raise MessageError("the connection was closed")
    return line.rstrip(b"\r\n")


def _read_status(reader: BinaryIO) -> Tuple[int, str, str]:
    line = _read_line(reader)
    parts = line.split(None, 2)
    if len(parts) < 2 or not parts[0].startswith(b"HTTP/1.") or not _STATUS.match(parts[1]):
        raise MessageError("what answered does not speak HTTP")
    reason = parts[2].decode("latin-1").strip() if len(parts) > 2 else ""
    return int(parts[1]), parts[0].decode("ascii", "replace"), reason


def _read_headers(reader: BinaryIO) -> Dict[str, str]:
    headers: Dict[str, str] = {}
    key = ""
    for _count in range(MAX_HEADERS):
        line = _read_line(reader)
        if not line:
            return headers
        if line[:1] in (b" ", b"\t") and key:
            # A value folded over two lines (obsolete): joined by one space (RFC 9112, section 5.2).
            headers[key] += " " + line.decode("latin-1").strip()
            continue
        name, colon, value = line.partition(b":")
        if not colon or name[:1] in (b"", b" ", b"\t"):
            raise MessageError("a header without a colon")
        key = name.decode("latin-1").strip().lower()
        text = value.decode("latin-1").strip()
        headers[key] = headers[key] + ", " + text if key in headers else text
    raise MessageError("more than {0} headers".format(MAX_HEADERS))
