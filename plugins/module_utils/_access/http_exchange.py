# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One HTTP request and its reply, within a time limit and a size limit.

C(http.client) parses the reply; the time limit covers all of it, so that a server that sends one byte per second
cannot stall a check.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import struct
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional

from .._text import safe
from .deadline import Deadline
from .errors import Trouble
from .system import trouble_of

USER_AGENT = "longshore.swr access_check"
# linux/tcp.h, struct tcp_info: eight bytes, then 32-bit numbers, by index.
_TCP_INFO = {"snd_mss": 2, "unacked": 4, "lost": 6, "pmtu": 13, "total_retrans": 23}


class HttpReply(NamedTuple):
    """A reply.

    :param headers: by lower-case name; repeated ones are joined with commas.
    :param body: as much of it as was requested.
    """

    status: int
    headers: Dict[str, str]
    body: bytes

    def header(self, name: str) -> str:
        return self.headers.get(name.lower(), "")


class _Reader(io.RawIOBase):
    """A socket for http.client: each read may take the time that remains."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.left())
        return self._sock.recv_into(buffer)


class _Connection:
    """The part of a socket that C(http.client.HTTPResponse) needs."""

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._sock = sock
        self._deadline = deadline

    def makefile(self, *_mode: Any) -> io.BufferedReader:
        return io.BufferedReader(_Reader(self._sock, self._deadline))


def tcp_info(sock: socket.socket) -> Dict[str, int]:
    """The kernel's data on a connection: lost segments, retransmissions, path MTU. Empty if unavailable."""
    option = getattr(socket, "TCP_INFO", None)
    if option is None:
        return {}
    try:
        raw = sock.getsockopt(socket.IPPROTO_TCP, option, 104)
    except OSError:
        return {}
    return {
        name: struct.unpack_from("=I", raw, 8 + 4 * place)[0]
        for name, place in _TCP_INFO.items()
        if len(raw) >= 12 + 4 * place
    }


def _send(sock: socket.socket, data: bytes, deadline: Deadline) -> None:
    view = memoryview(data)
    while view:
        sock.settimeout(deadline.left())
        view = view[sock.send(view[:65536]) :]


def _write_request(method: str, target: str, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = ["{0} {1} HTTP/1.1".format(method, target)]
    fields = dict({"User-Agent": USER_AGENT, "Accept": "*/*", "Connection": "close"}, **headers)
    if body or method == "POST":
        fields["Content-Length"] = str(len(body))
    lines += ["{0}: {1}".format(name, value) for name, value in fields.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise Trouble("http", "a line break in a request")
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body
    except UnicodeEncodeError as error:
        raise Trouble("http", "a request that cannot be written") from error


@contextlib.contextmanager
def _troubles(deadline: Deadline) -> Iterator[None]:
    """Turn every error of a connection or reply into Trouble."""
    try:
        yield
    except (socket.timeout, ssl.SSLWantReadError) as error:
        raise Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds)) from error
    except ssl.SSLError as error:
        raise Trouble("tls", safe((error.reason or str(error)).replace("_", " ").lower(), 120)) from error
    except http.client.RemoteDisconnected as error:
        raise Trouble("reset", "the server ended the connection without an answer") from error
    except OSError as error:
        raise trouble_of(error) from error
    except (http.client.HTTPException, ValueError, LookupError) as error:
        raise Trouble("http", "no valid HTTP reply ({0})".format(type(error).__name__)) from error


def exchange(
    sock: socket.socket,
    deadline: Deadline,
    method: str,
    target: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    most: int = 0,
    info: Optional[Dict[str, int]] = None,
) -> HttpReply:
    """Send a request, read the reply, and close the connection.

    :param target: path and query. :param headers: at least C(Host).
    :param most: how much of the reply's body to read.
    :param info: filled with C(tcp_info) at the end, on success and failure.
    :raises Trouble: there was no valid reply.
    """
    with contextlib.closing(sock):
        try:
            with _troubles(deadline):
                # One write, so that no part of the request goes into a smaller packet of its own.
                _send(sock, _write_request(method, target, headers, body), deadline)
                response = http.client.HTTPResponse(_Connection(sock, deadline), method=method)
                response.begin()
                return HttpReply(response.status, _headers(response), _read(response, most))
        finally:
            if info is not None:
                info.update(tcp_info(sock))


def _headers(response: http.client.HTTPResponse) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for name, value in response.getheaders():
        key = name.lower()
        found[key] = found[key] + ", " + value if key in found else value
    return found


def _read(response: http.client.HTTPResponse, most: int) -> bytes:
    content = b""
    while len(content) < most:
        piece = response.read(min(65536, most - len(content)))
        if not piece:
            break
        content += piece
    return content
