# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox's network services have in common: objects with IDs that take their time, tags, pages."""

from __future__ import annotations

import uuid
from typing import Any, Callable, Dict, List, Match, Optional

from .http_message import Request, Response
from .huaweicloud_requests import FLAT, RefusedError, reply_json
from .huaweicloud_swr import now

P = "/v1/([^/]+)"
# Tags of what belongs to VPC
P2 = "/v2[.]0/([^/]+)"
ID = "/([0-9a-f-]{36})"
TAG_LIMIT = 20

Entry = Dict[str, Any]


class Objects:
    """The objects of one kind.

    :param missing: the error for an ID that there is none of.
    :param steps: how many looks it takes until a status is the final one.
    :ivar known: ID to object, in the order of creation.
    """

    def __init__(self, missing: RefusedError, steps: Callable[[], int]) -> None:
        self.known: Dict[str, Entry] = {}
        self._missing = missing
        self._steps = steps
        self._pending: Dict[str, List[Any]] = {}

    def add(self, entry: Entry, pending: str, final: Optional[str]) -> Entry:
        """
        :param pending: the status until a few looks later, and C(final) the one afterwards.
        """
        entry = {"id": str(uuid.uuid4()), "created_at": now(), "updated_at": now(), **entry}
        self.known[entry["id"]] = entry
        self.become(entry, pending, final)
        return entry

    def become(self, entry: Entry, pending: str, final: Optional[str]) -> None:
        """The same for an object that exists; it goes where C(final) is None."""
        entry["status"] = pending
        self._pending[entry["id"]] = [self._steps(), final]
        if not self._steps():
            self._look(entry["id"])

    def _look(self, object_id: str) -> None:
        pending = self._pending.get(object_id)
        if pending is None:
            return
        if pending[0] > 0:
            pending[0] -= 1
            return
        del self._pending[object_id]
        if pending[1] is None:
            del self.known[object_id]
        else:
            self.known[object_id]["status"] = pending[1]

    def one(self, object_id: str, look: bool = True) -> Entry:
        """
        :raises RefusedError: there is none.
        """
        if look:
            self._look(object_id)
        if object_id not in self.known:
            raise self._missing
        return self.known[object_id]

    def all(self) -> List[Entry]:
        for object_id in list(self.known):
            self._look(object_id)
        return list(self.known.values())


def take(
    body: Any, code: str, needed: Dict[str, type], more: Optional[Dict[str, type]] = None, shape: str = FLAT
) -> Entry:
    """A body that is an object with these fields, of these types.

    :raises RefusedError: it is not, or has a field that the API does not know.
    """
    known = dict(needed, **(more or {}))
    problem = RefusedError(400, code, "Invalid request body", shape)
    if not isinstance(body, dict) or set(needed) - set(body) or set(body) - set(known):
        raise problem
    if any(type(value) is not known[name] for name, value in body.items()):
        raise problem
    return dict(body)


def inside(body: Any, field: str, code: str, shape: str = FLAT) -> Any:
    """What a body has below its only field."""
    return take(body, code, {field: dict}, None, shape)[field]


def page_by_offset(request: Request, field: str, entries: List[Entry]) -> Response:
    start, size = int(request.param("offset") or 0), int(request.param("limit") or 10)
    return reply_json(200, {field: entries[start : start + size], "total_count": len(entries)})


def page_by_marker(request: Request, field: str, entries: List[Entry]) -> Response:
    """Those after the marker, which is the last ID of the page before."""
    ids = [entry["id"] for entry in entries]
    marker = request.param("marker")
    start = ids.index(marker) + 1 if marker in ids else 0
    found = entries[start : start + int(request.param("limit") or 2000)]
    return reply_json(200, {field: found})


def chosen(request: Request, entries: List[Entry], *names: str) -> List[Entry]:
    """The entries that the query's filters leave."""
    wanted = {name: request.param(name) for name in names if request.param(name) is not None}
    return [entry for entry in entries if all(str(entry.get(name)) == value for name, value in wanted.items())]


def change_tags(tags: Dict[str, str], body: Any, code: str, shape: str = FLAT) -> Response:
    """The call C(tags/action), for the tags of one object."""
    values = take(body, code, {"action": str, "tags": list}, None, shape)
    for tag in values["tags"]:
        pair = take(tag, code, {"key": str}, {"value": str}, shape)
        if values["action"] == "create":
            tags[pair["key"]] = pair.get("value", "")
        elif values["action"] == "delete" and pair["key"] in tags:
            del tags[pair["key"]]
        else:
            raise RefusedError(400, code, "Invalid tags", shape)
    if len(tags) > TAG_LIMIT:
        raise RefusedError(400, code, "Too many tags", shape)
    return Response(204)


def tag_list(tags: Dict[str, str]) -> List[Dict[str, str]]:
    return [{"key": key, "value": value} for key, value in tags.items()]


def in_project(projects: Dict[str, str], match: Match[str]) -> None:
    """
    :raises RefusedError: the project of the path is none of the account's.
    """
    if match.group(1) not in projects.values():
        raise RefusedError(403, "APIGW.0302", "The project in the URL is not that of the token")
