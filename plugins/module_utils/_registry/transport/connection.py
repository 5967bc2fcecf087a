# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One open connection, and what can go wrong with it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import select
import socket
import ssl
from typing import Any, List, Mapping, NamedTuple, Optional, Tuple

from ..errors import RegistryError
from .http_message import format_request
from .target import Endpoint

MAX_REPLY = 64 * 1024 * 1024
"""Bytes of a reply that is read whole (manifests, tag lists, errors). More than any registry sends for good reason."""


class RegistryReply(NamedTuple):
    """A reply that was read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class TransportError(RegistryError):
    """No reply, or one that broke off. It says nothing about the request, so it may be repeated.

    :ivar unreachable: nobody took the connection, or nobody answered in time.
    """

    def __init__(self, what: str, unreachable: bool = False, **parts: Any) -> None:
        parts.setdefault("retryable", True)
        super().__init__(what, **parts)
        self.unreachable = unreachable


class Connection:
    """One open connection. Used by one thread at a time."""

    def __init__(self, endpoint: Endpoint, sock: socket.socket, via_proxy: str, proxy_headers: List[Tuple[str, str]]):
        self.endpoint = endpoint
        self.sock = sock
        self.reader = sock.makefile("rb", 64 * 1024)
        self.served = 0
        self.carried = 0
        self._prefix = via_proxy
        self._proxy_headers = proxy_headers

    def send_head(self, method: str, path: str, headers: List[Tuple[str, str]], body: bytes = b"") -> None:
        """Send a request head, and the body with it when it is small enough to be one packet or so."""
        head = format_request(method, self._prefix + path, self.endpoint.authority, self._proxy_headers + headers)
        if body and len(body) <= 64 * 1024:
            self.sock.sendall(head + body)
            return
        self.sock.sendall(head)
        if body:
            self.sock.sendall(body)

    def looks_alive(self) -> bool:
        """False when the peer has closed, or sent something that nobody asked for."""
        poller = select.poll()
        poller.register(self.sock, select.POLLIN)
        return not poller.poll(0)

    def close(self) -> None:
        """Close without waiting for the peer."""
        try:
            self.reader.close()
            self.sock.close()
        except OSError:
            # The peer was faster: there is nothing left to close.
            return


def describe_failure(error: BaseException, doing: str, where: Optional[str] = None) -> RegistryError:
    """An operating system's or TLS error as one that a user can act on."""
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = getattr(error, "verify_message", "") or "it cannot be verified"
        return RegistryError(
            "the TLS certificate is not trusted: {0}".format(reason),
            where=where,
            hint="Give the issuing authority's certificate with ca_path, or set insecure for this registry in auth.",
        )
    if isinstance(error, ssl.SSLError):
        return TransportError(
            "{0}: TLS failed ({1})".format(doing, getattr(error, "reason", None) or "handshake"), where=where
        )
    if isinstance(error, socket.timeout):
        return TransportError("{0}: no answer within the timeout".format(doing), unreachable=True, where=where)
    if isinstance(error, socket.gaierror):
        return TransportError(
            "{0}: the host name does not resolve ({1})".format(doing, error.strerror),
            where=where,
            hint="Check the name, the resolver and the proxy settings of the machine that runs the copy.",
        )
    if isinstance(error, OSError):
        # A proxy's refusal of CONNECT is an OSError that has a text and no number.
        return TransportError(
            "{0}: {1}".format(doing, error.strerror or str(error) or type(error).__name__), where=where
        )
    return TransportError("{0}: {1}".format(doing, error), where=where)
