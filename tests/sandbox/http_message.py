# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests, replies and bodies of the sandbox's HTTP server."""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterator, List, Optional, Union
from urllib.parse import parse_qs, unquote

BLOCK = 256 * 1024
Chunk = Union[bytes, memoryview]

REASONS = {
    200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 206: "Partial Content",
    301: "Moved Permanently", 302: "Found", 307: "Temporary Redirect", 308: "Permanent Redirect",
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    409: "Conflict", 412: "Precondition Failed", 413: "Payload Too Large", 416: "Range Not Satisfiable",
    422: "Unprocessable Entity", 429: "Too Many Requests",
    500: "Internal Server Error", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout",
}  # fmt: skip


class DropConnectionError(Exception):
    """The connection ends here and now, without a (further) reply.

    :param reset: send a TCP reset instead of an orderly end.
    """

    def __init__(self, reset: bool = False) -> None:
        super().__init__("connection dropped")
        self.reset = reset


class BadRequestError(Exception):
    """What arrived is not HTTP/1.x as this server understands it."""


class Request:
    """One request. Header names are lower case; the body is read on demand, as a stream."""

    __slots__ = ("_query", "body", "entry", "headers", "method", "path", "peer", "raw_query", "scheme", "target")

    def __init__(self, method: str, target: str, headers: Dict[str, str], body: Any, peer: Any, scheme: str) -> None:
        self.method = method
        self.target = target
        if target.startswith(("http://", "https://")):
            target = "/" + target.split("//", 1)[1].partition("/")[2]
        path, _mark, self.raw_query = target.partition("?")
        self.path = unquote(path) if "%" in path else path
        self.headers = headers
        self.body = body
        self.peer = peer
        self.scheme = scheme
        self.entry: Any = None
        self._query: Optional[Dict[str, List[str]]] = None

    @property
    def query(self) -> Dict[str, List[str]]:
        """The query parameters; each name with all of its values."""
        if self._query is None:
            self._query = parse_qs(self.raw_query, keep_blank_values=True) if self.raw_query else {}
        return self._query

    def param(self, name: str) -> Optional[str]:
        """The first value of a query parameter, or None."""
        values = self.query.get(name)
        return values[0] if values else None

    @property
    def base_url(self) -> str:
        """Scheme and host as the client addressed them."""
        return "{0}://{1}".format(self.scheme, self.headers.get("host", "localhost"))


class FileBody:
    """A part of a file, read when it is sent."""

    def __init__(self, path: str, offset: int = 0, length: Optional[int] = None) -> None:
        self.path = path
        self.offset = offset
        self.length = os.path.getsize(path) - offset if length is None else length

    def chunks(self) -> Iterator[Chunk]:
        left = self.length
        with open(self.path, "rb", buffering=0) as handle:
            handle.seek(self.offset)
            buffer = memoryview(bytearray(min(BLOCK, max(left, 1))))
            while left > 0:
                got = handle.readinto(buffer[: min(left, len(buffer))])
                if not got:
                    break
                left -= got
                yield buffer[:got]


class BytesBody:
    """Bytes in memory (or a part of them), sent without being copied."""

    def __init__(self, data: Chunk, offset: int = 0, length: Optional[int] = None) -> None:
        view = memoryview(data)[offset:]
        self._view = view if length is None else view[:length]
        self.length = len(self._view)

    def chunks(self) -> Iterator[Chunk]:
        for start in range(0, self.length, BLOCK):
            yield self._view[start : start + BLOCK]


class CorruptBody:
    """Another body with one byte flipped."""

    def __init__(self, inner: Any, position: Optional[int] = None) -> None:
        self._inner = inner
        self.length = inner.length
        self._position = self.length // 2 if position is None else position % max(self.length, 1)

    def chunks(self) -> Iterator[Chunk]:
        start = 0
        for chunk in self._inner.chunks():
            if start <= self._position < start + len(chunk):
                changed = bytearray(chunk)
                changed[self._position - start] ^= 0xFF
                chunk = memoryview(changed)
            start += len(chunk)
            yield chunk


class ResizedBody:
    """Another body that is longer (zero bytes at the end) or shorter than it should be."""

    def __init__(self, inner: Any, delta: int) -> None:
        self._inner = inner
        self._delta = delta
        self.length = max(0, inner.length + delta)

    def chunks(self) -> Iterator[Chunk]:
        left = self.length
        for chunk in self._inner.chunks():
            if left <= 0:
                return
            yield chunk[:left]
            left -= len(chunk)
        while left > 0:
            yield bytes(min(left, BLOCK))
            left -= BLOCK


class Response:
    """One reply.

    :param cut_after: send only that many bytes of the body, then end the connection.
    :param rate: bytes a second that the body goes out with; None for no limit.
    :param chunked: send the body in chunked transfer coding, so without a Content-Length.
    :param late: let the reply to the next request go first, if the client has sent one already.
    :param insists: send the body even to HEAD.
    """

    __slots__ = (
        "body",
        "chunked",
        "close",
        "cut_after",
        "headers",
        "insists",
        "late",
        "rate",
        "reset",
        "status",
        "version",
    )

    def __init__(self, status: int, body: Any = b"", headers: Optional[Dict[str, str]] = None) -> None:
        self.status = status
        self.headers = headers if headers is not None else {}
        self.body = body
        self.cut_after: Optional[int] = None
        self.reset = False
        self.rate: Optional[float] = None
        self.chunked = False
        self.close = False
        self.late = False
        self.insists = False
        self.version = "1.1"

    @property
    def length(self) -> int:
        return len(self.body) if isinstance(self.body, (bytes, bytearray)) else self.body.length

    def body_object(self) -> Any:
        """The body as an object with C(length) and C(chunks())."""
        return BytesBody(self.body) if isinstance(self.body, (bytes, bytearray)) else self.body


Handler = Callable[[Request], Response]
