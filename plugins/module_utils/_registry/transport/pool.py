# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pooled HTTP/1.1 connections for the copy engine, without any knowledge of registries.

The engine makes many small requests and moves many bytes, so it has its own thin layer with its own framing of requests
and replies (RFC 9112).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import socket
import ssl
import threading
import time
import urllib.parse
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple, Union

from ..._http_values import NotUnderstood
from ..errors import RegistryError
from .connection import MAX_REPLY, Connection, RegistryReply, TransportError, describe_failure
from .dialer import Dialer
from .http_message import Gunzip, MessageError, Response, is_gzip, read_response
from .target import Endpoint, Target


class Stream:
    """A reply with its body still on the wire. Must be closed; only a fully read body keeps the connection."""

    def __init__(self, transport: Transport, connection: Connection, response: Response, where: str) -> None:
        self._transport = transport
        self._connection: Optional[Connection] = connection
        self._response = response
        self.status = response.status
        self.headers = response.headers
        self.length = response.length
        self._where = where
        self._read = response.readinto

    def unpack(self) -> None:
        """Undo an unrequested compression. The resulting size is unknown until the end."""
        if is_gzip(self.headers):
            self._read, self.length = Gunzip(self._response.readinto).readinto, None

    def start_blob(self) -> None:
        """The body is a blob: its time limit depends on its size."""
        if self._connection is not None:
            self._connection.wire.start(blob=True)

    def readinto(self, buffer: memoryview) -> int:
        """Fill C(buffer) from the body and return the number of bytes; 0 at the end of the body.

        :raises TransportError: the body ended before the length promised in the head, or the connection broke.
        """
        try:
            return self._read(buffer)
        except (OSError, MessageError) as error:
            self.close()
            raise describe_failure(error, "the reply was cut off", self._where) from error

    def read_end(self) -> None:
        """Read the end marker of a body after its last byte, so that the connection can be kept."""
        try:
            self._read(memoryview(bytearray(1)))
        except (OSError, MessageError):
            # All data has arrived; the connection is closed instead of kept.
            self.close()

    def read(self, limit: int = MAX_REPLY) -> bytes:
        """All remaining bytes of the body, at most C(limit)."""
        if self._connection is not None:
            self._connection.wire.start()
        try:
            return self._response.read_all(limit)
        except (OSError, MessageError) as error:
            raise describe_failure(error, "the reply was cut off", self._where) from error
        except NotUnderstood as problem:
            raise RegistryError(str(problem), where=self._where) from None
        finally:
            self.close()

    def close(self) -> None:
        """Return the connection to the pool if it is reusable, else close it."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._transport.release(connection, reusable=self._response.finished and self._response.keep_alive)

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class Transport:
    """Connections to any number of endpoints, shared by all threads.

    :param timeout: seconds for connecting and for each single read or write; five times as many for a complete exchange
        other than a blob.
    :param ca_path: a PEM file or a directory of certificates trusted in addition to the system's.
    :param user_agent: the name shown to servers.
    :param proxies: proxy URL by scheme; by default the environment's (C(HTTPS_PROXY), C(NO_PROXY) ...).
    :param minimum_bandwidth: minimum bytes a second for a blob.
    """

    def __init__(
        self,
        timeout: float = 60.0,
        ca_path: Optional[str] = None,
        user_agent: str = "longshore.swr",
        proxies: Optional[Mapping[str, str]] = None,
        minimum_bandwidth: float = 0.0,
    ) -> None:
        self._dialer = Dialer(timeout, ca_path, proxies, minimum_bandwidth)
        self._user_agent = user_agent
        self._idle: Dict[Endpoint, List[Connection]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._quickest: Dict[Endpoint, float] = {}

    @property
    def round_trip(self) -> Optional[float]:
        """Seconds of the quickest reply from the farthest endpoint; None before the first reply."""
        return max(list(self._quickest.values()), default=None)

    # -- requests ----------------------------------------------------------------------------------------------

    def request(
        self,
        method: str,
        target: Target,
        headers: List[Tuple[str, str]],
        body: bytes = b"",
        sent: Optional[Connection] = None,
    ) -> RegistryReply:
        """Send one request and read its complete reply.

        :param sent: the connection on which L(send_ahead,#) sent it already.
        :raises TransportError: no complete reply arrived.
        """
        with self._exchange(method, target, _with_length(method, headers, body), body, sent) as stream:
            return RegistryReply(stream.status, stream.headers, stream.read(), target)

    def send_ahead(self, method: str, target: Target, headers: List[Tuple[str, str]]) -> Optional[Connection]:
        """Send a request without a body, and leave its reply to L(request,#).

        :return: its connection, which must be passed on or closed; None: it could not be sent.
        """
        connection: Optional[Connection] = None
        try:
            connection = self.acquire(target.endpoint)
            connection.send_head(method, target.path, self._common(_with_length(method, headers, b"")))
            return connection
        except (OSError, TransportError):
            # It is for the ordinary request to fail, or to succeed.
            if connection is not None:
                connection.close()
            return None

    def request_within(
        self, seconds: float, method: str, target: Target, headers: List[Tuple[str, str]], _body: bytes = b""
    ) -> RegistryReply:
        """Like L(request,#) without a body, but the reply has to begin within so many seconds."""
        sent = self.send_ahead(method, target, headers)
        if sent is not None and not sent.has_data(seconds):
            sent.close()
            raise describe_failure(socket.timeout(), "no reply", str(target))
        return self.request(method, target, headers, sent=sent)

    def stream(self, method: str, target: Target, headers: List[Tuple[str, str]], _body: bytes = b"") -> Stream:
        """Send one request and return as soon as the head of the reply has arrived."""
        stream = self._exchange(method, target, headers, b"")
        stream.start_blob()
        return stream

    def upload(
        self,
        method: str,
        target: Target,
        headers: List[Tuple[str, str]],
        length: int,
        write_body: Callable[[Callable[[Any], None]], None],
        budget: Optional[int] = None,
    ) -> RegistryReply:
        """Send a body of C(length) bytes that C(write_body) provides block by block.

        A server may refuse before reading everything: its reply is returned like any other.

        :param budget: bytes that one connection may carry there; a kept one that would exceed it is replaced.
        :raises TransportError: the connection broke and there was no reply.
        """
        connection = self._acquire_for(target.endpoint, length, budget)
        connection.carried += length
        done = False
        try:
            try:
                connection.send_head(method, target.path, self._common(headers + [("Content-Length", str(length))]))
                connection.wire.start(blob=True)
                write_body(connection.wire.send)
                connection.wire.start()
            except OSError as error:
                connection.wire.start()
                reply = self._early_reply(connection, method, target)
                if reply is None:
                    raise describe_failure(error, "the connection broke during the upload", str(target)) from error
                return reply
            reply, done = self._read_whole(connection, method, target)
            return reply
        finally:
            self.release(connection, reusable=done)

    def _exchange(
        self,
        method: str,
        target: Target,
        headers: List[Tuple[str, str]],
        body: bytes,
        sent: Optional[Connection] = None,
    ) -> Stream:
        while True:
            connection, ahead, sent = sent or self.acquire(target.endpoint), sent is not None, None
            reused = ahead or connection.served > 0
            asked = time.monotonic()
            try:
                if ahead:
                    connection.wire.start()
                else:
                    connection.send_head(method, target.path, self._common(headers), body)
                response = read_response(connection.reader, method)
            except (OSError, MessageError) as error:
                self.release(connection, reusable=False)
                if reused and not isinstance(error, socket.timeout):
                    # The server closed a kept connection as we took it: that is not an answer, so use a new one.
                    continue
                raise describe_failure(error, "no reply", str(target)) from error
            except BaseException:
                self.release(connection, reusable=False)
                raise
            seconds = time.monotonic() - asked
            if not ahead and seconds < self._quickest.get(target.endpoint, float("inf")):
                self._quickest[target.endpoint] = seconds
            return Stream(self, connection, response, str(target))

    def _read_whole(self, connection: Connection, method: str, target: Target) -> Tuple[RegistryReply, bool]:
        try:
            response = read_response(connection.reader, method)
            body = response.read_all(MAX_REPLY)
        except (OSError, MessageError, NotUnderstood) as error:
            raise describe_failure(error, "no reply to the upload", str(target)) from error
        return RegistryReply(response.status, response.headers, body, target), response.finished and response.keep_alive

    def pipeline(
        self, endpoint: Endpoint, paths: Sequence[str], headers: List[Tuple[str, str]], patience: Optional[float]
    ) -> Tuple[List[Tuple[bool, str]], bool]:
        """The replies to HEAD requests that are sent together on one connection, never through a proxy.

        :return: the replies; and whether nothing about them is unusual. Otherwise they only show how many there were,
            and their connection is closed.
        """
        connection = self.acquire(endpoint)
        replies: List[Tuple[bool, str]] = []
        done = connection.proxied
        try:
            if not connection.proxied:
                for reply in connection.pipeline(paths, self._common(headers), patience):
                    replies.append(reply)
                done = True
        except (OSError, MessageError):
            pass
        finally:
            self.release(connection, reusable=done)
        return replies, done and not connection.proxied

    @staticmethod
    def _early_reply(connection: Connection, method: str, target: Target) -> Optional[RegistryReply]:
        try:
            response = read_response(connection.reader, method)
            return RegistryReply(response.status, response.headers, response.read_all(MAX_REPLY), target)
        except (OSError, MessageError, NotUnderstood):
            return None

    def _common(self, headers: List[Tuple[str, str]]) -> List[Tuple[str, str]]:
        # A server that compresses on its own changes bytes with a known digest.
        return [("User-Agent", self._user_agent), ("Accept-Encoding", "identity")] + headers

    # -- connections -------------------------------------------------------------------------------------------

    def acquire(self, endpoint: Endpoint) -> Connection:
        """A connection to C(endpoint): a kept one that is still alive, else a new one."""
        while True:
            with self._lock:
                kept = self._idle.get(endpoint)
                connection = kept.pop() if kept else None
            if connection is None:
                return self._dialer.connect(endpoint)
            if connection.looks_alive():
                return connection
            connection.close()

    def _acquire_for(self, endpoint: Endpoint, length: int, budget: Optional[int]) -> Connection:
        while True:
            connection = self.acquire(endpoint)
            if budget is None or not connection.carried or connection.carried + length <= budget:
                return connection
            connection.close()

    def release(self, connection: Connection, reusable: bool) -> None:
        """Keep the connection for the next request, or close it."""
        if reusable and not self._closed:
            connection.served += 1
            with self._lock:
                self._idle.setdefault(connection.endpoint, []).append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Close every idle connection; those in use close when they are released."""
        self._closed = True
        with self._lock:
            idle, self._idle = self._idle, {}
        for connections in idle.values():
            for connection in connections:
                connection.close()


def let_go(answer: Union[RegistryReply, Stream]) -> None:
    """Release the connection of an answer without reading its body."""
    if isinstance(answer, Stream):
        answer.close()


def whole(answer: Union[RegistryReply, Stream]) -> RegistryReply:
    """The answer, with its body read."""
    if isinstance(answer, Stream):
        with answer:
            return RegistryReply(answer.status, answer.headers, answer.read())
    return answer


def _with_length(method: str, headers: List[Tuple[str, str]], body: bytes) -> List[Tuple[str, str]]:
    has_body = body or method in ("POST", "PUT", "PATCH")
    return headers + [("Content-Length", str(len(body)))] if has_body else headers


def find_scheme(transport: Transport, secure: Target, host: str) -> Target:
    """The target itself, or the same without TLS if the server has none.

    :param host: C(host[:port]) as the user wrote it.
    """
    endpoint = secure.endpoint
    explicit = urllib.parse.urlsplit("//" + host).port is not None
    plain = secure._replace(endpoint=endpoint._replace(scheme="http", port=endpoint.port if explicit else 80))
    try:
        transport.release(transport.acquire(endpoint), reusable=True)
    except TransportError as error:
        speaks_no_tls = isinstance(error.__cause__, (ssl.SSLError, ConnectionResetError))
        if speaks_no_tls or not explicit:
            return plain if _is_reachable(transport, plain.endpoint) or speaks_no_tls else secure
    return secure


def _is_reachable(transport: Transport, endpoint: Endpoint) -> bool:
    try:
        transport.release(transport.acquire(endpoint), reusable=True)
    except TransportError:
        return False
    return True
