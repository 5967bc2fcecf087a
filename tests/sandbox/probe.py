# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare HTTP client for tests: one request a connection, nothing retried, followed or hidden."""

from __future__ import annotations

import base64
import http.client
import json
from typing import Any, Dict, Mapping, NamedTuple, Optional
from urllib.parse import quote, urlsplit


class Reply(NamedTuple):
    """Status, headers (lower-case names) and the whole body."""

    status: int
    headers: Dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def code(self) -> str:
        """The first error code of the reply."""
        return self.json()["errors"][0]["code"]


def ask(
    url: str,
    method: str = "GET",
    body: Any = None,
    headers: Optional[Mapping[str, str]] = None,
    context: Any = None,
    timeout: float = 10.0,
) -> Reply:
    """One request.

    :raises OSError: or http.client.HTTPException: the connection broke.
    """
    parts = urlsplit(url)
    if parts.scheme == "https":
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            parts.netloc, timeout=timeout, context=context
        )
    else:
        connection = http.client.HTTPConnection(parts.netloc, timeout=timeout)
    try:
        connection.request(method, parts.path + ("?" + parts.query if parts.query else ""), body, dict(headers or {}))
        reply = connection.getresponse()
        return Reply(reply.status, {name.lower(): value for name, value in reply.getheaders()}, reply.read())
    finally:
        connection.close()


def basic(user: str, password: str) -> Dict[str, str]:
    """The headers of Basic authentication."""
    return {"Authorization": "Basic " + base64.b64encode("{0}:{1}".format(user, password).encode()).decode()}


def bearer(endpoint: str, *scopes: str, user: str = "", password: str = "") -> Dict[str, str]:
    """The headers with a token fetched from an endpoint; AssertionError where it is refused."""
    query = "&".join("scope=" + quote(scope, safe="") for scope in scopes)
    reply = ask("{0}?service=sandbox&{1}".format(endpoint, query), headers=basic(user, password) if user else {})
    assert reply.status == 200, (reply.status, reply.body)
    return {"Authorization": "Bearer " + reply.json()["token"]}
