# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens connections: TLS, certificate authorities and proxies.

C(http.client) opens them, because it knows proxies, CONNECT and TLS.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import http.client
import os
import ssl
import threading
import urllib.parse
import urllib.request
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple, Union

from ..._files.errors import FilesError
from ..._files.inputs import check_authorities
from ..._http_values import basic_auth
from ..errors import RegistryError
from .connection import Connection, TransportError, describe_failure
from .target import Endpoint


class Dialer:
    """Opens connections to any number of endpoints. Used by any number of threads.

    :param timeout: seconds for connecting and for each single read or write.
    :param ca_path: a PEM file or a directory of certificates trusted beside the system's own.
    :param proxies: proxy URL by scheme; the environment's (C(HTTPS_PROXY), C(NO_PROXY) ...) when not given.
    """

    def __init__(self, timeout: float, ca_path: Optional[str], proxies: Optional[Mapping[str, str]]) -> None:
        self._timeout = timeout
        self._ca_path = ca_path
        self._environment_proxies = proxies is None
        self._proxies = dict(urllib.request.getproxies_environment() if proxies is None else proxies)
        self._lock = threading.Lock()
        self._contexts: Dict[Union[bool, str], ssl.SSLContext] = {}

    def connect(self, endpoint: Endpoint) -> Connection:
        proxy = self._proxy_for(endpoint)
        first = proxy.endpoint if proxy else endpoint
        where = "{0}://{1}".format(endpoint.scheme, endpoint.authority)
        raw = None
        try:
            raw = self._opener(endpoint, first)
            prefix, headers = "", []
            if proxy:
                headers = proxy.headers
                if endpoint.scheme == "https":
                    raw.set_tunnel(endpoint.host, endpoint.port, dict(headers))
                    headers = []
                else:
                    prefix = where
            raw.connect()
        except (OSError, http.client.HTTPException, ValueError) as error:
            if raw is not None:
                raw.close()
            doing = "cannot connect" if not proxy else "cannot connect through the proxy {0}".format(first.authority)
            failure = describe_failure(error, doing, where)
            if isinstance(failure, TransportError):
                failure.unreachable = True
            raise failure from error
        return Connection(endpoint, raw.sock, prefix, headers)

    def _opener(self, endpoint: Endpoint, first: Endpoint) -> http.client.HTTPConnection:
        if endpoint.scheme == "https":
            context = self._context(endpoint.verify)
            return http.client.HTTPSConnection(first.host, first.port, timeout=self._timeout, context=context)
        return http.client.HTTPConnection(first.host, first.port, timeout=self._timeout)

    def _context(self, verify: Union[bool, str]) -> ssl.SSLContext:
        with self._lock:
            context = self._contexts.get(verify)
            if context is None:
                context = make_context(verify, self._ca_path)
                self._contexts[verify] = context
            return context

    def _proxy_for(self, endpoint: Endpoint) -> Optional[_Proxy]:
        url = self._proxies.get(endpoint.scheme) or self._proxies.get("all")
        if not url:
            return None
        if self._environment_proxies and urllib.request.proxy_bypass_environment(endpoint.authority):
            return None
        return _parse_proxy(url)


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
