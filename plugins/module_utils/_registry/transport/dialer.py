# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens connections: TLS, certificate authorities and proxies.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import io
import os
import socket
import ssl
import threading
import urllib.parse
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

from ..._files.errors import FilesError
from ..._files.inputs import check_authorities
from ..._http_values import basic_auth
from ..._networks import is_nowhere, proxy_for
from ..._time_limit import TimeIsUp, call_within
from ..errors import RegistryError
from .connection import Connection, TransportError, Wire, describe_failure
from .http_message import MessageError, format_request, read_response
from .target import Endpoint


class Dialer:
    """Opens connections to any number of endpoints. Used by any number of threads.

    :param timeout: seconds for connecting and for each single read or write.
    :param ca_path: a PEM file or a directory of certificates trusted beside the system's own.
    :param proxies: proxy URL by scheme; the environment's (C(HTTPS_PROXY), C(NO_PROXY) ...) when not given.
    :param minimum_bandwidth: bytes a second of a blob, at least.
    """

    def __init__(
        self, timeout: float, ca_path: Optional[str], proxies: Optional[Mapping[str, str]], minimum_bandwidth: float = 0
    ) -> None:
        self._timeout = timeout
        self._ca_path = ca_path
        self._proxies = proxies
        self._least = minimum_bandwidth
        self._lock = threading.Lock()
        self._contexts: Dict[Union[bool, str], ssl.SSLContext] = {}

    def connect(self, endpoint: Endpoint) -> Connection:
        """A connection to C(endpoint).

        :raises RegistryError: there is none to be had, or there must be none (C(is_nowhere)).
        """
        proxy = self._proxy_for(endpoint)
        where = "{0}://{1}".format(endpoint.scheme, endpoint.authority)
        sock: Optional[socket.socket] = None
        try:
            sock = self._reach(proxy.endpoint if proxy else endpoint, where, refuse=proxy is None)
            prefix, headers = "", []
            if proxy and endpoint.scheme == "https":
                self._tunnel(sock, endpoint, proxy.headers)
            elif proxy:
                prefix, headers = where, proxy.headers
            if endpoint.scheme == "https":
                sock = self._context(endpoint.verify).wrap_socket(sock, server_hostname=endpoint.host)
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
        return Connection(endpoint, Wire(sock, self._timeout, self._least), prefix, headers)

    def _reach(self, endpoint: Endpoint, where: str, refuse: bool) -> socket.socket:
        """A connection to the first address that takes one.

        :param refuse: whether some addresses are never connected to; not those of the user's own proxy.
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
                # Requests are small: none is to wait for the acknowledgement of the one before.
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                return sock
            except OSError as error:
                sock.close()
                last = error
        raise last

    def _tunnel(self, sock: socket.socket, endpoint: Endpoint, headers: List[Tuple[str, str]]) -> None:
        """Let a proxy pass a connection on (CONNECT).

        :raises OSError: it does not.
        """
        host = "[{0}]".format(endpoint.host) if ":" in endpoint.host else endpoint.host
        authority = "{0}:{1}".format(host, endpoint.port)
        wire = Wire(sock, self._timeout)
        wire.send(format_request("CONNECT", authority, authority, headers))
        reply = read_response(io.BufferedReader(wire), "CONNECT")
        if not 200 <= reply.status < 300:
            raise OSError("the proxy refused with HTTP {0} {1}".format(reply.status, reply.reason).rstrip())

    def _context(self, verify: Union[bool, str]) -> ssl.SSLContext:
        with self._lock:
            context = self._contexts.get(verify)
            if context is None:
                context = make_context(verify, self._ca_path)
                self._contexts[verify] = context
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
        "{0} is a link-local address or a cloud's metadata service, and never connected to".format(host),
        where=where,
        hint="No registry has a reason to be there or to send clients there: do not trust one that does.",
    )


def make_context(verify: Union[bool, str], ca_path: Optional[str]) -> ssl.SSLContext:
    """A TLS context; C(ca_path) adds to the system's authorities and does not replace them.

    :param verify: as C(Endpoint) has it; a path adds to both.
    :raises RegistryError: one of the paths cannot be read or holds no certificate.
    """
    if not verify:
        # Without the system's authorities, which take longer to load than a small copy lasts.
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    context = ssl.create_default_context()
    for path in (ca_path, verify):
        if not path or path is True:
            continue
        try:
            if os.path.isdir(check_authorities(path)):
                context.load_verify_locations(capath=path)
            else:
                context.load_verify_locations(cafile=path)
        except (OSError, ssl.SSLError, FilesError) as error:
            raise RegistryError(
                "the authority's certificate cannot be loaded",
                where=path,
                hint="ca_path wants a PEM file, or a directory prepared by openssl rehash.",
            ) from error
    return context


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
