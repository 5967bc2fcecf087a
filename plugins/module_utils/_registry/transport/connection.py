# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One open connection, its time limits, and its failures.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import io
import select
import socket
import ssl
import time
from typing import Any, Callable, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..._http_values import is_no_tls
from ..._lazy import pattern
from ..._time_limit import WHOLE_REPLY, in_words
from ..errors import RegistryError
from .http_message import MessageError, format_request, read_heads
from .target import Endpoint, Target

_OF_OURS = pattern("ALERT_(BAD_CERTIFICATE|UNKNOWN_CA|CERTIFICATE_)")
"""A server's alerts about a rejected or missing client certificate; Go's servers call it bad."""

MAX_REPLY = 64 * 1024 * 1024
"""Bytes of a reply that is read whole (manifests, tag lists, errors). More than any registry reasonably sends."""


class RegistryReply(NamedTuple):
    """A reply that was read completely. C(target) is its origin, after redirects."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    target: Optional[Target] = None


class TransportError(RegistryError):
    """No reply, or one that broke off. It says nothing about the request, which may be repeated.

    :ivar unreachable: no connection was accepted, or no answer came in time.
    """

    def __init__(self, what: str, unreachable: bool = False, **parts: Any) -> None:
        parts.setdefault("retryable", True)
        super().__init__(what, **parts)
        self.unreachable = unreachable


class Slow(socket.timeout):
    """Bytes are moving, but too slowly."""

    def __init__(self, text: str, hint: str) -> None:
        super().__init__(text)
        self.text = text
        self.hint = hint


class Wire(io.RawIOBase):
    """A socket with a peer that cannot block us for ever. It is a raw file for reading.

    Only the seconds spent waiting for the peer count, so that our own limits cost the peer nothing, and a slow
    destination costs a fast source nothing.

    :param timeout: seconds for each read and write. A complete exchange other than a blob may take C(WHOLE_REPLY) times
        as long.
    :param least: minimum bytes a second for a blob in either direction, over C(timeout) seconds; 0: no minimum.
    """

    def __init__(
        self, sock: socket.socket, timeout: float, least: float = 0.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__()
        self.sock = sock
        self._timeout = timeout
        self._least = least
        self._clock = clock
        self._end: Optional[float] = None
        self._waited = self._moved = 0.0
        self.start()

    def start(self, blob: bool = False) -> None:
        """An exchange begins, or the blob within it."""
        self._end = None if blob else self._clock() + WHOLE_REPLY * self._timeout
        self._waited = self._moved = 0.0
        self.sock.settimeout(self._timeout)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._move(self.sock.recv_into, buffer)

    def send(self, data: Any) -> None:
        """Send all of the data."""
        view = memoryview(data)
        while view:
            # A TLS connection sends everything it is given or fails.
            view = view[self._move(self.sock.send, view[: 64 * 1024]) :]

    def _move(self, move: Callable[[Any], int], data: Any) -> int:
        began = self._clock()
        if self._end is None:
            count = move(data)
            self._account(self._clock() - began, count)
            return count
        try:
            left = self._end - began
            if left <= 0:
                raise socket.timeout
            self.sock.settimeout(min(self._timeout, left))
            return move(data)
        except socket.timeout:
            if self._clock() < self._end:
                raise
        raise Slow(
            "not complete after {0}".format(in_words(WHOLE_REPLY * self._timeout)),
            "Check the network and the registry, or raise timeout.",
        )

    def _account(self, seconds: float, count: int) -> None:
        self._waited += seconds
        self._moved += count
        if self._waited < self._timeout:
            return
        if self._moved < self._least * self._waited:
            raise Slow(
                "{0:.0f} bytes in {1}, which is less than minimum_bandwidth".format(
                    self._moved, in_words(self._waited)
                ),
                "Check the network, reduce concurrent transfers (workers, upload_limit), or lower minimum_bandwidth.",
            )
        self._waited = self._moved = 0.0


class Connection:
    """One open connection. Used by one thread at a time."""

    def __init__(
        self,
        endpoint: Endpoint,
        wire: Wire,
        via_proxy: str,
        proxy_headers: List[Tuple[str, str]],
        proxied: bool = False,
    ) -> None:
        self.endpoint = endpoint
        self.proxied = proxied
        self.wire = wire
        self.reader = io.BufferedReader(wire, 64 * 1024)
        self.served = 0
        self.carried = 0
        self._prefix = via_proxy
        self._proxy_headers = proxy_headers

    def send_head(self, method: str, path: str, headers: List[Tuple[str, str]], body: bytes = b"") -> None:
        """Send a request head, and the body with it if it is small enough for about one packet."""
        head = format_request(method, self._prefix + path, self.endpoint.authority, self._proxy_headers + headers)
        self.wire.start()
        if len(body) <= 64 * 1024:
            self.wire.send(head + body)
            return
        self.wire.send(head)
        self.wire.send(body)

    def pipeline(
        self, paths: Sequence[str], headers: List[Tuple[str, str]], patience: Optional[float]
    ) -> Iterator[Tuple[bool, str]]:
        """Send HEAD requests at once, and read their replies (C(http_message.read_heads)).

        :param patience: seconds for each next reply; None: as for any other.
        :raises MessageError, OSError: the server does not take them.
        """
        mark = "/%"
        before, after = format_request("HEAD", mark, self.endpoint.authority, headers).split(mark.encode(), 1)
        self.wire.start()
        self.wire.send(b"".join([before + path.encode("ascii") + after for path in paths]))
        block = memoryview(bytearray(64 * 1024))

        def receive() -> bytes:
            if patience is not None and not self.has_data(patience):
                raise MessageError("pipelined requests without a reply")
            return bytes(block[: self.wire.readinto(block)])

        return read_heads(receive, len(paths))

    def has_data(self, seconds: float) -> bool:
        """Whether something arrives within so many seconds."""
        sock = self.wire.sock
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        poller = select.poll()
        poller.register(sock, select.POLLIN)
        return bool(poller.poll(seconds * 1000))

    def looks_alive(self) -> bool:
        """False if the peer has closed, or sent unrequested data."""
        return not self.has_data(0)

    def close(self) -> None:
        """Close without waiting for the peer."""
        try:
            self.reader.close()
            self.wire.sock.close()
        except OSError:
            # The peer was faster: there is nothing left to close.
            return


def describe_failure(error: BaseException, doing: str, where: Optional[str] = None) -> RegistryError:
    """An operating system or TLS error as one that a user can act on."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "verify_message", "") or "it cannot be verified"
        return RegistryError(
            "the TLS certificate is not trusted: {0}".format(reason),
            where=where,
            hint="Set ca_path to the issuing authority's certificate, or set insecure for this registry in auth.",
        )
    if isinstance(error, ssl.SSLError) and _OF_OURS.search(str(getattr(error, "reason", ""))):
        return RegistryError(
            "{0}: the server wants another client certificate ({1})".format(doing, error.reason),
            where=where,
            hint="Name the right one in the registry's auth entry (client_cert, client_key), or put it into certs.d.",
        )
    if isinstance(error, ssl.SSLError):
        hint = "Check the address, and look for a proxy or a firewall on the way that inspects TLS."
        if is_no_tls(str(error)):
            hint = (
                "The server does not speak TLS there: correct the port, set insecure for this registry in auth if it "
                "has no TLS, or look for a proxy on the way."
            )
        return TransportError(
            "{0}: TLS failed ({1})".format(doing, getattr(error, "reason", None) or "handshake"), where=where, hint=hint
        )
    if isinstance(error, Slow):
        return TransportError("{0}: {1}".format(doing, error.text), unreachable=True, where=where, hint=error.hint)
    if isinstance(error, socket.timeout):
        return TransportError("{0}: no answer within the timeout".format(doing), unreachable=True, where=where)
    if isinstance(error, socket.gaierror):
        return TransportError(
            "{0}: the host name does not resolve ({1})".format(doing, error.strerror),
            where=where,
            hint="Check the name, the resolver and the proxy settings of the machine that runs the copy.",
        )
    if isinstance(error, OSError):
        # A proxy's refusal of CONNECT is an OSError with a string and no number.
        return TransportError(
            "{0}: {1}".format(doing, error.strerror or str(error) or type(error).__name__), where=where
        )
    return TransportError("{0}: {1}".format(doing, error), where=where)
