# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens connections: TLS, certificate authorities and proxies.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import io
import socket
import ssl
import threading
import urllib.parse
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._http_values import basic_auth
from ..._networks import is_nowhere, proxy_for
from ..._time_limit import TimeIsUp, call_within
from ..config.certificates import Trust, make_context
from ..errors import RegistryError
from .connection import Connection, TransportError, Wire, describe_failure
from .http_message import MessageError, format_request, read_response
from .target import Endpoint


class Dialer:
    """Opens connections to any number of endpoints. Thread-safe.

    :param timeout: seconds for connecting and for each single read or write.
    :param ca_path: a PEM file or a directory of certificates trusted in addition to the system's.
    :param proxies: proxy URL by scheme; by default the environment's (C(HTTPS_PROXY), C(NO_PROXY) ...).
    :param minimum_bandwidth: minimum bytes a second for a blob.
    """

    def __init__(
        self, timeout: float, ca_path: Optional[str], proxies: Optional[Mapping[str, str]], minimum_bandwidth: float = 0
    ) -> None:
        self._timeout = timeout
        self._ca_path = ca_path
        self._proxies = proxies
        self._least = minimum_bandwidth
        self._lock = threading.Lock()
        self._trusts: Dict[Endpoint, Trust] = {}
        self._contexts: Dict[Trust, ssl.SSLContext] = {}

    def connect(self, endpoint: Endpoint) -> Connection:
        """A connection to C(endpoint).

        :raises RegistryError: it failed, or is forbidden (C(is_nowhere)).
        """
        proxy = self._proxy_for(endpoint)
        where = "{0}://{1}".format(endpoint.scheme, endpoint.authority)
        sock: Optional[socket.socket] = None
        try:
            # First: a problem with a file has nothing to do with the server.
            context = self._context(endpoint) if endpoint.scheme == "https" else None
            sock = self._reach(proxy.endpoint if proxy else endpoint, where, refuse=proxy is None)
            prefix, headers = "", []
            if proxy and endpoint.scheme == "https":
                self._tunnel(sock, endpoint, proxy.headers)
            elif proxy:
                prefix, headers = where, proxy.headers
            if context is not None:
                sock = context.wrap_socket(sock, server_hostname=endpoint.host)
        except (OSError, MessageError, ValueError) as error:
            if sock is not None:
                sock.close()
            doing = "cannot connect"
            if proxy:
                doing += " through the proxy {0}".format(proxy.endpoint.authority)
            failure = describe_failure(error, doing, where)
            if isinstance(failure, TransportError):
                failure.unreachable = True
            raise failure from error
        return Connection(endpoint, Wire(sock, self._timeout, self._least), prefix, headers, proxy is not None)

    def _reach(self, endpoint: Endpoint, where: str, refuse: bool) -> socket.socket:
        """A connection to the first address that accepts one.

        :param refuse: whether some addresses are never connected to; not for the user's own proxy.
        """
        try:
            found = call_within(
                self._timeout, lambda: socket.getaddrinfo(endpoint.host, endpoint.port, type=socket.SOCK_STREAM)
            )
        except TimeIsUp:
            raise socket.timeout from None
        addresses = [one for one in found if not (refuse and is_nowhere(str(one[4][0])))]
        if not addresses:
            raise _nowhere(endpoint.host, where)
        last: OSError = OSError("no address")
        for family, kind, protocol, dummy, address in addresses:
            sock = socket.socket(family, kind, protocol)
            try:
                sock.settimeout(self._timeout)
                sock.connect(address)
                # Requests are small: none should wait for the acknowledgement of the previous one.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except OSError as error:
                sock.close()
                last = error
        raise last

    def _tunnel(self, sock: socket.socket, endpoint: Endpoint, headers: List[Tuple[str, str]]) -> None:
        """Ask a proxy to forward a connection (CONNECT).

        :raises OSError: it refuses.
        """
        host = "[{0}]".format(endpoint.host) if ":" in endpoint.host else endpoint.host
        authority = "{0}:{1}".format(host, endpoint.port)
        wire = Wire(sock, self._timeout)
        wire.send(format_request("CONNECT", authority, authority, headers))
        reply = read_response(io.BufferedReader(wire), "CONNECT")
        if not 200 <= reply.status < 300:
            raise OSError("the proxy refused with HTTP {0} {1}".format(reply.status, reply.reason).rstrip())

    def _context(self, endpoint: Endpoint) -> ssl.SSLContext:
        with self._lock:
            trust = self._trusts.get(endpoint)
            if trust is None:
                names = (endpoint.authority, "{0}:{1}".format(endpoint.host, endpoint.port))
                trust = self._trusts[endpoint] = endpoint.trust.with_folders(names)
            context = self._contexts.get(trust)
            if context is None:
                context = self._contexts[trust] = make_context(trust, self._ca_path)
            return context

    def _proxy_for(self, endpoint: Endpoint) -> Optional[_Proxy]:
        if self._proxies is None:
            url = proxy_for(endpoint.scheme, endpoint.host, endpoint.port)
        else:
            url = self._proxies.get(endpoint.scheme)
        if not url:
            return None
        if is_nowhere(endpoint.host):
            raise _nowhere(endpoint.host, "{0}://{1}".format(endpoint.scheme, endpoint.authority))
        return _parse_proxy(url)


def _nowhere(host: str, where: str) -> RegistryError:
    return RegistryError(
        "{0} is a link-local address or a cloud's metadata service, which is never connected to".format(host),
        where=where,
        hint="No registry has a reason to be there or to send clients there: do not trust one that does.",
    )


class _Proxy(NamedTuple):
    endpoint: Endpoint
    headers: List[Tuple[str, str]]


def _parse_proxy(url: str) -> _Proxy:
    try:
        parts = urllib.parse.urlsplit(url if "://" in url else "http://" + url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme != "http":
        raise RegistryError(
            "the proxy setting cannot be used: only http proxies are supported",
            hint="Set HTTPS_PROXY and HTTP_PROXY to http://host:port.",
        )
    headers = []
    if parts.username:
        user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
        headers.append(("Proxy-Authorization", basic_auth(user, password)))
    return _Proxy(Endpoint("http", host, port or 80), headers)
