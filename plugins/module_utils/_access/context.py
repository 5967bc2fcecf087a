# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state that the checks of one run share: options, node, and earlier findings.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import random
import time
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple
from urllib.parse import urlsplit

from .._http_values import parse_retry_after
from .._networks import is_nowhere
from .._urls import host_of
from .deadline import Deadline
from .errors import Trouble
from .http_exchange import HttpReply, exchange
from .node_files import address_of
from .tls import Trust, shake_hands

_RANDOM = random.SystemRandom()
# SWR allows an account twenty requests per second and answers the rest with 503: a hundred nodes can exceed that.
_BUSY = (429, 503)
_ATTEMPTS = 4
_LONGEST_PAUSE = 3.0


class Options(NamedTuple):
    """What to check. Addresses are in canonical form.

    :param timeout: seconds for each step: a query, a connection, a request with its reply.
    :param time_limit: seconds for everything.
    :param checks: the ids wanted; empty for all.
    """

    host: str
    port: int = 443
    expected_addresses: Tuple[str, ...] = ()
    repository: str = ""
    tag: str = "latest"
    username: str = ""
    password: str = ""
    obs_hosts: Tuple[str, ...] = ()
    validate_certs: bool = True
    timeout: float = 10.0
    time_limit: float = 120.0
    checks: Tuple[str, ...] = ()

    @property
    def authority(self) -> str:
        """Host and port as in a URL and a Host header."""
        name = "[{0}]".format(self.host) if ":" in self.host else self.host
        return name if self.port == 443 else "{0}:{1}".format(name, self.port)

    @property
    def host_is_address(self) -> bool:
        return address_of(self.host) is not None


class Blob(NamedTuple):
    """A layer to read and its location.

    :param url: with its query, which is secret. :param headers: headers to send.
    """

    digest: str
    size: int
    url: str
    headers: Dict[str, str]
    redirected: bool


class Context:
    """One run.

    :param system: the node, see C(system.System).
    :param trust: which certificates are trusted.
    :param hide: called with every secret that a server issues, to mask it in output.
    """

    def __init__(
        self,
        options: Options,
        system: Any,
        trust: Optional[Trust] = None,
        hide: Callable[[str], None] = lambda _secret: None,
    ) -> None:
        self.options = options
        self.system = system
        self.trust = trust or Trust()
        self.hide = hide
        # Results of checks for those that depend on them.
        self.addresses: List[str] = []
        self.reachable: List[str] = []
        self.certificate: Dict[str, Any] = {}
        self.challenge: Dict[str, str] = {}
        self.token = ""
        self.blob: Optional[Blob] = None

    def deadline(self) -> Deadline:
        """The time for one step."""
        return Deadline(self.options.timeout)

    @property
    def observed_obs_hosts(self) -> List[str]:
        """The object storage hosts: those configured, and the one that the registry redirected to."""
        found = [host.lower() for host in self.options.obs_hosts]
        if self.blob is not None and self.blob.redirected:
            found.append((urlsplit(self.blob.url).hostname or "").lower())
        return list(dict.fromkeys(host for host in found if host))

    def tls(self, deadline: Deadline, **verify: bool) -> Any:
        """A TLS connection to the registry, to inspect its certificate."""
        sock = self.system.connect(self.reachable[0], self.options.port, deadline)
        return shake_hands(sock, self.trust.context(**verify), self.options.host, deadline)

    def request(
        self,
        method: str,
        target: str,
        headers: Optional[Mapping[str, str]] = None,
        body: bytes = b"",
        most: int = 0,
        info: Optional[Dict[str, int]] = None,
        **verify: bool,
    ) -> HttpReply:
        """Send a request to the registry, retrying while it is busy.

        :raises Trouble: there was no valid reply.
        """

        def once() -> HttpReply:
            deadline = self.deadline()
            wanted = dict({"verify": self.options.validate_certs}, **verify)
            sock = self.tls(deadline, **wanted)
            fields = dict({"Host": self.options.authority}, **(headers or {}))
            return exchange(sock, deadline, method, target, fields, body, most, info)

        return _patiently(once)

    def fetch(self, url: str, headers: Optional[Mapping[str, str]] = None, most: int = 0) -> HttpReply:
        """GET of a URL that a server named. Redirects are not followed.

        :raises Trouble: there was no valid reply, or the URL is invalid.
        """

        def once() -> HttpReply:
            deadline = self.deadline()
            scheme, host, port, target = split_url(url)
            addresses = self.addresses if host == self.options.host.lower() else self.system.resolve(host, deadline)
            sock = self._connect_any(addresses, port, deadline)
            if scheme == "https":
                sock = shake_hands(sock, self.trust.context(verify=self.options.validate_certs), host, deadline)
            name = "[{0}]".format(host) if ":" in host else host
            is_usual = port == (443 if scheme == "https" else 80)
            fields = dict({"Host": name if is_usual else "{0}:{1}".format(name, port)}, **(headers or {}))
            return exchange(sock, deadline, "GET", target, fields, b"", most)

        return _patiently(once)

    def _connect_any(self, addresses: List[str], port: int, deadline: Deadline) -> Any:
        """Connect to the first address that accepts, as the engines do."""
        last = Trouble("dns", "the name has no address")
        for address in addresses:
            if is_nowhere(address):
                last = Trouble(
                    "other", "{0} is link-local or a cloud's metadata service, never a server".format(address)
                )
                continue
            try:
                return self.system.connect(address, port, deadline)
            except Trouble as trouble:
                last = Trouble(trouble.kind, "{0}: {1}".format(address, trouble.text))
        raise last


def _patiently(once: Callable[[], HttpReply]) -> HttpReply:
    """The reply, after a few retries if the server is overloaded."""
    for attempt in range(1, _ATTEMPTS):
        reply = once()
        if reply.status not in _BUSY:
            return reply
        asked = parse_retry_after(reply.header("retry-after"))
        time.sleep(min(0.5 * attempt if asked is None else asked, _LONGEST_PAUSE) + _RANDOM.random())
    return once()


def split_url(url: str) -> Tuple[str, str, int, str]:
    """Scheme, host (lower case), port, and path with query of a URL.

    :raises Trouble: it is not an HTTP URL. The text never contains the query.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Trouble("http", "not a URL") from None
    scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
    if scheme not in ("http", "https") or not host or not url.isascii() or any(ord(char) < 33 for char in url):
        raise Trouble("http", "not a URL for HTTP: {0}".format(host_of(url) or "no host"))
    target = parts.path or "/"
    return scheme, host, port or (443 if scheme == "https" else 80), target + ("?" + parts.query if parts.query else "")


def canonical(addresses: Any) -> List[str]:
    """Addresses in canonical form, without scope or duplicates."""
    plain = (str(address).partition("%")[0] for address in addresses)
    return list(dict.fromkeys(str(ipaddress.ip_address(address)) for address in plain))


def is_public(address: str) -> bool:
    """Whether an address is public."""
    return ipaddress.ip_address(address).is_global
