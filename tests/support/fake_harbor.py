# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Harbor with scripted replies, and a clock that advances only in sleep().

It has no logic of Harbor: use the sandbox for that. Here the test sets every reply.
"""

from __future__ import annotations

import email.utils
import json
from typing import Any, Dict, List, Tuple
from urllib.parse import urlsplit

import requests

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.client import HarborClient

from .replies import reply_to

URL = "https://harbor.example.com"
# 2026-03-02T08:00:00Z
START = 1772438400.0


class Clock:
    """Seconds since 1970, which pass only in C(sleep).

    :ivar slept: every sleep.
    """

    def __init__(self) -> None:
        self.now = START
        self.slept: List[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    @property
    def passed(self) -> float:
        return self.now - START


class Reply:
    """A reply: JSON, or text, with a status and headers."""

    def __init__(self, data: Any = None, status: int = 200, **headers: str) -> None:
        self.content = data.encode("utf-8") if isinstance(data, str) else json.dumps(data).encode("utf-8")
        self.status = status
        self.headers = headers


class FakeHarbor(requests.adapters.BaseAdapter):
    """The transport of C(HarborClient).

    :ivar calls: each call as text (C(GET /replication/executions/12)) with its body, C(GET) for none; except those for
        the version.
    """

    def __init__(self, version: str = "v2.9.5-e8b44df6") -> None:
        super().__init__()
        self.clock = Clock()
        self.old = version.startswith("v1.")
        self.calls: List[Any] = []
        self._replies: Dict[Tuple[str, str], List[Any]] = {}
        if self.old:
            self._set("GET", "/api/version", Reply("<html><title>404</title></html>", 404))
            self._set("GET", "/api/systeminfo", Reply({"auth_mode": "db_auth", "harbor_version": version}))
        else:
            self._set("GET", "/api/version", Reply({"version": "v2.0"}))
            self._set("GET", "/api/v2.0/systeminfo", Reply({"auth_mode": "db_auth", "harbor_version": version}))

    def _set(self, method: str, path: str, *replies: Any) -> None:
        self._replies[(method, path)] = list(replies)

    def on(self, call: str, *replies: Any) -> None:
        """Answer a call (C(GET /registries?name=x), below the base) with these replies, then always with the last.

        A reply is a C(Reply), data for a reply with status 200, or an exception.
        """
        method, path = call.split(" ", 1)
        self._set(method, self.base + path, *replies)

    @property
    def base(self) -> str:
        return "/api" if self.old else "/api/v2.0"

    @property
    def client(self) -> HarborClient:
        session = requests.Session()
        session.mount("https://", self)
        return HarborClient(
            URL, "admin", "pass-of-the-admin-51", session=session, sleep=lambda seconds: None, clock=self.clock
        )

    def sent(self) -> List[Any]:
        """The calls that would change something."""
        return [call for call in self.calls if call[1] is not GET]

    def send(self, request: Any, **settings: Any) -> Any:
        parts = urlsplit(request.url)
        path = parts.path + ("?" + parts.query if parts.query else "")
        if path.startswith(self.base) and not path.endswith(("/version", "/systeminfo")):
            body = GET if request.method == "GET" else json.loads(request.body or "null")
            self.calls.append((request.method + " " + path[len(self.base) :], body))
        replies = self._replies.get((request.method, path))
        if not replies:
            raise AssertionError("nobody expects {0} {1}".format(request.method, path))
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        if not isinstance(reply, Reply):
            reply = Reply(reply)
        headers = dict({"Date": email.utils.formatdate(self.clock.now, usegmt=True)}, **reply.headers)
        return reply_to(request, reply.status, headers, reply.content)

    def close(self) -> None:
        pass


GET = object()
