# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One client connection of the sandbox's HTTP server: reading requests, sending replies."""

from __future__ import annotations

import contextlib
import socket
import ssl
import struct
from typing import Any, Dict, Iterator, List, Optional

from .http_message import (
    BLOCK,
    REASONS,
    BadRequestError,
    BytesBody,
    Chunk,
    DropConnectionError,
    Request,
    Response,
)

MAX_HEAD = 64 * 1024
# Clients that try TLS first must be refused at once: they wait for an answer before they try plain HTTP.
TLS_HANDSHAKE = b"\x16"
SMALL_BODY = 64 * 1024
# What is read and thrown away of a body that the handler did not want, so that the reply is not lost in a reset.
MAX_DRAIN = 8 * 1024 * 1024


class BodyReader:
    """The body of one request as a stream of blocks.

    :param drop_after: end the connection when that many bytes of the body have arrived.
    :param rate: bytes a second that are read; None for no limit.
    """

    def __init__(self, connection: Connection, headers: Dict[str, str]) -> None:
        self._connection = connection
        self.chunked = "chunked" in headers.get("transfer-encoding", "").lower()
        try:
            self.length: Optional[int] = None if self.chunked else int(headers.get("content-length", "0"))
        except ValueError:
            raise BadRequestError("Content-Length is no number") from None
        self.expects = headers.get("expect", "").lower() == "100-continue"
        self.consumed = 0
        self.done = self.length == 0
        self.complete = self.done
        self.drop_after: Optional[int] = None
        self.rate: Optional[float] = None

    def chunks(self) -> Iterator[Chunk]:
        """The rest of the body. A block is valid until the next one is asked for.

        :raises DropConnectionError: the client (or a fault) ended the connection early.
        """
        if self.done:
            return
        self.done = True
        if self.expects:
            self._connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
            self.expects = False
        for chunk in self._chunked() if self.chunked else self._sized(self.length or 0):
            if self.drop_after is not None and self.consumed + len(chunk) >= self.drop_after:
                keep = self.drop_after - self.consumed
                self.consumed += keep
                if keep:
                    yield chunk[:keep]
                raise DropConnectionError(reset=True)
            self.consumed += len(chunk)
            if self.rate:
                self._connection.server.stopping.wait(len(chunk) / self.rate)
            yield chunk
        self.complete = True

    def read(self, limit: int = 64 * 1024 * 1024) -> bytes:
        """The whole (small) body."""
        data = bytearray()
        for chunk in self.chunks():
            data += chunk
            if len(data) > limit:
                raise BadRequestError("body too large")
        return bytes(data)

    def _sized(self, left: int) -> Iterator[Chunk]:
        while left > 0:
            most = left if not self.rate else min(left, max(1, int(self.rate / 20)))
            if self.drop_after is not None:
                most = min(most, max(1, self.drop_after - self.consumed))
            chunk = self._connection.read_some(most)
            left -= len(chunk)
            yield chunk

    def _chunked(self) -> Iterator[Chunk]:
        while True:
            line = self._connection.read_line()
            try:
                size = int(line.split(b";", 1)[0], 16)
            except ValueError:
                raise BadRequestError("not a chunk size") from None
            if size == 0:
                while self._connection.read_line():
                    pass
                return
            yield from self._sized(size)
            self._connection.read_line()


class Connection:
    """One client connection and the loop that serves it."""

    def __init__(self, server: Any, sock: socket.socket, peer: Any) -> None:
        self.server = server
        self.sock = sock
        self.peer = peer
        self._buffer = b""
        self._block: Optional[memoryview] = None
        self._held = b""

    def run(self) -> None:
        try:
            if self.server.ssl_context is not None:
                self.sock.settimeout(30)
                self.sock.do_handshake()  # type: ignore[attr-defined]
                self.sock.settimeout(None)
            while not self.server.stopping.is_set() and self._serve_one():
                pass
        except DropConnectionError as drop:
            if drop.reset:
                with contextlib.suppress(OSError):
                    self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except (OSError, ValueError):
            pass  # The client went away, or stop() closed the socket under a blocking call.
        finally:
            with contextlib.suppress(OSError):
                self.sock.close()
            self.server.forget(self)

    def send(self, data: Chunk) -> None:
        self.sock.sendall(data)

    def read_some(self, most: int) -> Chunk:
        """At least one and at most that many bytes."""
        if self._buffer:
            data, self._buffer = self._buffer[:most], self._buffer[most:]
            return data
        if self._block is None:
            self._block = memoryview(bytearray(BLOCK))
        got = self.sock.recv_into(self._block, min(most, BLOCK))
        if not got:
            raise DropConnectionError
        return self._block[:got]

    def read_line(self) -> bytes:
        while True:
            end = self._buffer.find(b"\r\n")
            if end >= 0:
                line, self._buffer = self._buffer[:end], self._buffer[end + 2 :]
                return line
            if len(self._buffer) > MAX_HEAD:
                raise BadRequestError("line too long")
            data = self.sock.recv(BLOCK)
            if not data:
                raise DropConnectionError
            self._buffer += data

    def hang(self) -> None:
        """Say nothing until the client gives up or the server stops."""
        self.sock.settimeout(0.1)
        while not self.server.stopping.is_set():
            try:
                if not self.sock.recv(BLOCK):
                    return
            except (socket.timeout, ssl.SSLWantReadError):
                continue

    def _read_request(self) -> Optional[Request]:
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                break
            if len(self._buffer) > MAX_HEAD:
                raise BadRequestError("head too long")
            if self._buffer[:1] == TLS_HANDSHAKE:
                raise BadRequestError("client sent a TLS handshake to an HTTP server")
            data = self.sock.recv(SMALL_BODY)
            if not data:
                return None
            self._buffer += data
        lines = self._buffer[:end].decode("latin-1").lstrip("\r\n").split("\r\n")
        self._buffer = self._buffer[end + 4 :]
        try:
            method, target, version = lines[0].split(" ")
        except ValueError:
            raise BadRequestError("not a request line") from None
        if not version.startswith("HTTP/1."):
            raise BadRequestError("not HTTP/1.x")
        headers: Dict[str, str] = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon:
                raise BadRequestError("not a header line")
            name = name.strip().lower()
            value = value.strip()
            headers[name] = headers[name] + ", " + value if name in headers else value
        if version == "HTTP/1.0":
            headers.setdefault("connection", "close")
        return Request(method, target, headers, BodyReader(self, headers), self, self.server.scheme)

    def _serve_one(self) -> bool:
        try:
            request = self._read_request()
            if request is None:
                return False
            response = self.server.answer(request)
        except BadRequestError as problem:
            self._send(None, Response(400, str(problem).encode(), {"Connection": "close"}))
            return False
        close = request.headers.get("connection", "").lower() == "close" or response.close
        if not request.body.complete and not self._may_go_on(request):
            close = True
        if close:
            response.headers["Connection"] = "close"
        sent = self._send(request, response)
        if request.entry is not None:
            request.entry.bytes_out = sent
        if close and not request.body.complete:
            self._linger()
        return not close

    @staticmethod
    def _may_go_on(request: Request) -> bool:
        """Reads the rest of a small unwanted body; False where the connection cannot be used again."""
        body = request.body
        if body.done or body.expects or body.chunked or (body.length or 0) > SMALL_BODY:
            return False
        for _chunk in body.chunks():
            pass
        return True

    def _linger(self) -> None:
        """End orderly although the client is still sending: else a reset may overtake the reply."""
        if self.server.ssl_context is None:
            self.sock.shutdown(socket.SHUT_WR)
        self.sock.settimeout(1)
        drained = 0
        while drained < MAX_DRAIN:
            got = len(self.sock.recv(BLOCK))
            if not got:
                return
            drained += got

    def _send(self, request: Optional[Request], response: Response) -> int:
        head = self._head(response)
        is_head = request is not None and request.method == "HEAD"
        if (is_head and not response.insists) or response.status in (204, 304):
            held, self._held = self._held, b""
            if response.late and self._buffer:
                self._held = head
                head = b""
            self.send(head + held)
            return 0
        plain = response.cut_after is None and response.rate is None and not response.chunked
        if plain and response.length <= SMALL_BODY and isinstance(response.body, (bytes, bytearray, BytesBody)):
            self.send(b"".join([head, *response.body_object().chunks()]))
            return response.length
        self.send(head)
        return self._send_body(response)

    def _send_body(self, response: Response) -> int:
        sent = 0
        for chunk in response.body_object().chunks():
            for piece in self._paced(chunk, response.rate):
                cut = response.cut_after is not None and sent + len(piece) >= response.cut_after
                if cut:
                    piece = piece[: (response.cut_after or 0) - sent]
                self.send(b"%x\r\n%s\r\n" % (len(piece), bytes(piece)) if response.chunked and len(piece) else piece)
                sent += len(piece)
                if cut:
                    raise DropConnectionError(response.reset)
        if response.cut_after is not None and sent <= response.cut_after:
            raise DropConnectionError(response.reset)
        if response.chunked:
            self.send(b"0\r\n\r\n")
        return sent

    def _paced(self, chunk: Chunk, rate: Optional[float]) -> Iterator[Chunk]:
        if not rate:
            yield chunk
            return
        step = max(1, int(rate / 20))
        for start in range(0, len(chunk), step):
            piece = chunk[start : start + step]
            yield piece
            if self.server.stopping.wait(len(piece) / rate):
                raise DropConnectionError

    @staticmethod
    def _head(response: Response) -> bytes:
        lines: List[str] = [
            "HTTP/{0} {1} {2}".format(response.version, response.status, REASONS.get(response.status, "Status"))
        ]
        headers = response.headers
        lines.extend("{0}: {1}".format(name, value) for name, value in headers.items())
        if response.chunked:
            lines.append("Transfer-Encoding: chunked")
        elif "Content-Length" not in headers and response.status not in (204, 304):
            lines.append("Content-Length: {0}".format(response.length))
        lines.append("\r\n")
        return "\r\n".join(lines).encode("latin-1", "replace")
