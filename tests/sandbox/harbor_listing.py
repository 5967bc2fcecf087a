# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of Harbor's API that lists what its registry holds, of 1.10 and of 2.x.

Calibrated on Harbor's own API descriptions and on what is known of running ones: the base path, C(name) finding more
than the exact project, pages of 100 at most, X-Total-Count and Link, the two shapes of errors, HTML for unknown paths
of 1.10, and the refusal of requests that bring back the session cookie.
"""

from __future__ import annotations

import json
import re
from typing import Any, Dict, List, Optional, Tuple
from urllib.parse import unquote

from .auth import User, allowed, basic_credentials
from .http_message import Request, Response

_REPOSITORIES = re.compile(r"/projects/([^/]+)/repositories\Z")


class HarborApi:
    """Answers C(/api/...) for a registry whose option C(harbor) is a version, such as C(1.10.5) or C(2.9.1)."""

    def __init__(self, registry: Any, version: str) -> None:
        self._registry = registry
        self._version = version
        self._modern = not version.startswith("1.")
        self._base = "/api/v2.0" if self._modern else "/api"

    def serve(self, request: Request) -> Response:
        if "cookie" in request.headers:
            return self._error(403, "FORBIDDEN", "CSRF token invalid")
        if not request.path.startswith(self._base + "/"):
            return self._missing(request)
        credentials = basic_credentials(request)
        user = self._registry.auth.user(*credentials) if credentials else None
        if credentials and user is None:
            return self._error(401, "UNAUTHORIZED", "unauthorized")
        path = request.path[len(self._base) :]
        if path == "/systeminfo":
            # The version is for users only.
            version = {"harbor_version": "v{0}-0123abcd".format(self._version)} if user else {}
            return self._json(dict({"auth_mode": "db_auth", "self_registration": False}, **version))
        if path == "/projects":
            return self._page(request, self._projects(user, request.param("name") or ""))
        found = _REPOSITORIES.match(path)
        if self._modern and found:
            return self._repositories(request, user, unquote(found.group(1)))
        if not self._modern and path == "/repositories":
            return self._repositories(request, user, self._named(request.param("project_id") or ""))
        return self._missing(request)

    def _missing(self, request: Request) -> Response:
        if self._modern:
            return self._error(404, "NOT_FOUND", "path {0} was not found".format(request.path))
        return Response(404, b"<html><title>404</title></html>", {"Content-Type": "text/html; charset=utf-8"})

    def _names(self) -> List[str]:
        return sorted({name.partition("/")[0] for name in self._registry.storage.repositories()})

    def _named(self, number: str) -> str:
        names = self._names()
        return names[int(number) - 1] if number.isdigit() and 0 < int(number) <= len(names) else ""

    def _projects(self, user: Optional[User], name: str) -> List[Dict[str, Any]]:
        names = self._names()
        return [
            {"name": project, "project_id": number, "repo_count": len(self._held(project))}
            for number, project in enumerate(names, 1)
            if name in project and self._sees(user, project)
        ]

    def _sees(self, user: Optional[User], project: str) -> bool:
        permissions = user.permissions if user is not None else getattr(self._registry.auth, "anonymous", ())
        # Where there is no authentication at all, everything is public.
        return self._registry.auth.kind == "none" or "pull" in allowed(permissions, project + "/any")

    def _held(self, project: str) -> List[str]:
        return [name for name in self._registry.storage.repositories() if name.startswith(project + "/")]

    def _repositories(self, request: Request, user: Optional[User], project: str) -> Response:
        if user is None and not self._sees(None, project):
            return self._error(401, "UNAUTHORIZED", "unauthorized")
        if project not in self._names():
            return self._error(404, "NOT_FOUND", "project {0} not found".format(project))
        if not self._sees(user, project):
            return self._error(403, "FORBIDDEN", "forbidden")
        return self._page(request, [{"id": number, "name": name} for number, name in enumerate(self._held(project), 1)])

    def _page(self, request: Request, entries: List[Dict[str, Any]]) -> Response:
        number, size = int(request.param("page") or 1), int(request.param("page_size") or 10)
        if size > 100:
            return self._error(422, "UNPROCESSABLE_ENTITY", "page_size in query should be less than or equal to 100")
        most = self._registry.options.page_size
        size = min(size, most) if most is not None else size
        page = entries[(number - 1) * size : number * size]
        headers = {"X-Total-Count": str(len(entries))}
        if number * size < len(entries):
            headers["Link"] = '<{0}?page={1}&page_size={2}>; rel="next"'.format(request.path, number + 1, size)
        return self._json(page or ([] if self._modern else None), headers)

    def _json(self, value: Any, headers: Optional[Dict[str, str]] = None, status: int = 200) -> Response:
        kept = {"Content-Type": "application/json", "Set-Cookie": "sid=0123456789; Path=/; HttpOnly"}
        return Response(status, json.dumps(value).encode(), dict(kept, **(headers or {})))

    def _error(self, status: int, code: str, message: str) -> Response:
        shapes: Tuple[Dict[str, Any], Dict[str, Any]] = (
            {"code": status, "message": message},
            {"errors": [{"code": code, "message": message}]},
        )
        return self._json(shapes[self._modern], status=status)
