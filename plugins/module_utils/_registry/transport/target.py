# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Endpoints, request targets, and requests.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import urllib.parse
from typing import NamedTuple, Optional, Tuple, Union

from ..._lazy import pattern
from ..._text import quoted, safe
from ..config.certificates import USUAL, Trust
from ..errors import RegistryError
from ..model.reference import Repository

Scopes = Tuple[str, ...]

REDIRECTS = (301, 302, 303, 307, 308)
MOST_REDIRECTS = 5

_IN_NO_URL = pattern(r"[\x00-\x1f\x7f]")


class Endpoint(NamedTuple):
    """The address of a connection.

    :param trust: the certificates that count, with TLS.
    """

    scheme: str
    host: str
    port: int
    trust: Trust = USUAL

    @property
    def is_trusted(self) -> bool:
        """Whether it uses TLS with a verified certificate."""
        return self.scheme == "https" and self.trust.verify

    @property
    def authority(self) -> str:
        """C(host[:port]) for the C(Host) header, without a default port."""
        host = "[{0}]".format(self.host) if ":" in self.host else self.host
        if self.port == (443 if self.scheme == "https" else 80):
            return host
        return "{0}:{1}".format(host, self.port)


class Target(NamedTuple):
    """An endpoint and the path with query to request from it."""

    endpoint: Endpoint
    path: str

    def __str__(self) -> str:
        """The URL without its query, which may hold a signature."""
        return "{0}://{1}{2}".format(self.endpoint.scheme, self.endpoint.authority, self.path.partition("?")[0])


class Request(NamedTuple):
    """One request to a registry.

    :param kind: the kind it is counted as.
    :param repository: determines the login.
    :param path: below the repository; the whole path if it begins with a slash; the target of an upload.
    :param expected: the statuses that are an answer; any other is an error.
    :param what: the failed action, as a clause for messages ("cannot read the manifest").
    :param where: the image, blob or URL, for messages.
    :param scopes: the scopes that a token needs; by default those of the session for the repository.
    """

    kind: str
    method: str
    repository: Repository
    path: Union[str, Target]
    expected: Tuple[int, ...]
    what: str
    where: str
    headers: Tuple[Tuple[str, str], ...] = ()
    body: bytes = b""
    scopes: Optional[Scopes] = None


def parse_target(url: str, base: Optional[Target] = None, trust: Trust = USUAL) -> Target:
    """Parse a URL, absolute or relative to C(base).

    :param base: the target that returned the URL.
    :param trust: the certificates that count there; by default those for C(base).
    :raises RegistryError: it is malformed, or has a scheme other than http and https, or no host.
    """
    where = None if base is None else str(base)
    shown = quoted(safe(url))
    # Like browsers and other engines: servers forget to encode the names of files.
    url = url.partition("#")[0].strip().replace(" ", "%20")
    if _IN_NO_URL.search(url):
        raise RegistryError("a URL with control characters: {0}".format(shown), where=where)
    if url.startswith("/") and not url.startswith("//") and base is not None:
        return Target(base.endpoint, url)
    try:
        if base is not None:
            endpoint = base.endpoint
            url = urllib.parse.urljoin("{0}://{1}{2}".format(endpoint.scheme, endpoint.authority, base.path), url)
        parts = urllib.parse.urlsplit(url)
        port = parts.port
    except ValueError:
        raise RegistryError("a URL that cannot be read: {0}".format(shown), where=where) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise RegistryError("a URL that is neither http nor https: {0}".format(shown), where=where)
    path = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    if base is not None:
        trust = base.endpoint.trust if parts.hostname == base.endpoint.host else base.endpoint.trust.elsewhere()
    return Target(Endpoint(parts.scheme, parts.hostname, port or (443 if parts.scheme == "https" else 80), trust), path)


def with_tls(target: Target, base: Target) -> Target:
    """A target named by C(base), with TLS if both are on one host and C(base) has it.

    Behind a proxy that terminates TLS, a registry does not know of it and uses C(http) in URLs. If such a URL has no
    port, C(base)'s own port is used, on which that host is known to have TLS.
    """
    ours, theirs = base.endpoint, target.endpoint
    same = ours.host.lower().rstrip(".") == theirs.host.lower().rstrip(".")
    if not same or not ours.is_trusted or theirs.scheme != "http":
        return target
    return target._replace(endpoint=ours._replace(port=ours.port if theirs.port == 80 else theirs.port))
