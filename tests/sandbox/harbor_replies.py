# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Harbor answers: JSON, pages of lists, and errors in the shape of the version."""

from __future__ import annotations

import email.utils
import http.client
import json
import re
import secrets
import threading
import time
from typing import Any, Callable, Dict, Iterable, List, Optional, Sequence, Set
from urllib.parse import parse_qs, unquote_plus

from .harbor_versions import Version
from .http_message import Request, Response

Entries = List[Dict[str, Any]]
NOT_FOUND = "<!DOCTYPE html><html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>"
XSRF = "<!DOCTYPE html><html><head><title>422</title></head><body>'_xsrf' argument missing from POST</body></html>"
_CODES = {
    400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 405: "METHOD_NOT_ALLOWED",
    409: "CONFLICT", 412: "PRECONDITION", 422: "UNPROCESSABLE_ENTITY", 500: "UNKNOWN",
}  # fmt: skip


class RefusedError(Exception):
    """A request ends with an error reply."""

    def __init__(self, status: int, message: str = "", code: Optional[str] = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code or _CODES[status]


def broken() -> RefusedError:
    """What Harbor keeps to itself."""
    return RefusedError(500, "internal server error")


def when(moment: float, version: Version) -> str:
    """A moment (seconds since the epoch; 0 for none) as the version writes it."""
    if not moment:
        return "0001-01-01T00:00:00.000Z" if version.modern else "0001-01-01T00:00:00Z"
    fraction = ".{0:03d}Z" if version.modern else ".{0:03d}123Z"
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment)) + fraction.format(int(moment % 1 * 1000))


def filled(values: Dict[str, Any], kept: Sequence[str] = ()) -> Dict[str, Any]:
    """The values without empty ones, as Go leaves them out, except those to be kept."""
    return {name: value for name, value in values.items() if name in kept or value not in (None, "", 0, False)}


class Sessions:
    """The cookies that were given out. Bringing one back makes a request one of a browser."""

    def __init__(self) -> None:
        self._known: Set[str] = set()
        self._lock = threading.Lock()

    def cookie(self) -> str:
        value = secrets.token_hex(16)
        with self._lock:
            self._known.add(value)
        return "sid={0}; Path=/; HttpOnly".format(value)

    def carried(self, request: Request) -> bool:
        parts = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
        return any(name == "sid" and value in self._known for name, _equals, value in parts)


class Replies:
    """Makes replies of one Harbor."""

    def __init__(self, version: Version) -> None:
        self.version = version
        self.sessions = Sessions()

    def _reply(self, status: int, body: str, headers: Dict[str, str]) -> Response:
        date = email.utils.formatdate(usegmt=True)
        return Response(status, body.encode(), dict({"Date": date, "Set-Cookie": self.sessions.cookie()}, **headers))

    def json(self, value: Any, status: int = 200, headers: Optional[Dict[str, str]] = None) -> Response:
        kind = {"Content-Type": "application/json; charset=utf-8"}
        return self._reply(status, json.dumps(value) + "\n", dict(kind, **(headers or {})))

    def empty(self, status: int = 200, headers: Optional[Dict[str, str]] = None) -> Response:
        return self._reply(status, "", headers or {})

    def text(self, text: str) -> Response:
        return self._reply(200, text, {"Content-Type": "text/plain"})

    @staticmethod
    def html(status: int, text: str) -> Response:
        return Response(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def created(self, request: Request, number: int, value: Any = None) -> Response:
        location = {"Location": "{0}/{1}".format(request.path.rstrip("/"), number)}
        return self.empty(201, location) if value is None else self.json(value, 201, location)

    def error(self, refused: RefusedError) -> Response:
        if self.version.modern:
            return self.json({"errors": [{"code": refused.code, "message": refused.message}]}, refused.status)
        # The older part hides the cause of what went wrong inside, and sends JSON as plain text.
        message = http.client.responses[500] if refused.status == 500 else refused.message
        reply = self.json({"code": refused.status, "message": message}, refused.status)
        reply.headers["Content-Type"] = "text/plain; charset=utf-8"
        return reply

    def missing(self, request: Request) -> Response:
        """There is nothing at this path."""
        if self.version.modern:
            return self.error(RefusedError(404, "path {0} was not found".format(request.path)))
        return self.html(404, NOT_FOUND)

    def forged(self, request: Request) -> Optional[Response]:
        """The refusal of a changing request that comes with a session's cookie and no token, or None."""
        if request.method in ("GET", "HEAD") or not self.sessions.carried(request):
            return None
        if self.version.modern:
            return self.error(RefusedError(403, "CSRF token invalid"))
        return self.html(422, XSRF)

    # Lists

    def _number(self, request: Request, name: str, default: int) -> int:
        text = request.param(name)
        if not text:
            return default
        try:
            value = int(text)
        except ValueError:
            value = -1
            if self.version.modern:
                problem = "{0} in query must be of type int64: {1!r}".format(name, text).replace("'", '"')
                raise RefusedError(422, "validation failure list:\n" + problem) from None
        if not self.version.modern and value <= 0:
            raise RefusedError(400, "invalid {0}".format(name))
        return value

    def page(self, request: Request, entries: Entries, most: Optional[int] = None, empty: Any = ()) -> Response:
        """One page of a list, and where the next one is.

        :param most: the largest page of this server, if it is less than Harbor's.
        :param empty: what an empty page is.
        """
        number = self._number(request, "page", 1)
        size = self._number(request, "page_size", 10 if self.version.modern else 500)
        if self.version.modern and size > 100:
            problem = "page_size in query should be less than or equal to 100"
            raise RefusedError(422, "validation failure list:\n" + problem)
        size = min(size, 500 if most is None else most)
        start = max(0, number - 1) * size
        # A size of 0 means no pages.
        shown = entries[start : start + size] if size > 0 else entries
        headers = {"X-Total-Count": str(len(entries))}
        links = []
        if size > 0 and number > 1 and start < len(entries):
            links.append(self._link(request, number - 1, size, "prev"))
        if 0 < size * number < len(entries):
            links.append(self._link(request, number + 1, size, "next"))
        if links:
            headers["Link"] = " , ".join(links)
        return self.json(shown or empty, headers=headers)

    def _link(self, request: Request, number: int, size: int, relation: str) -> str:
        query = {name: values[0] for name, values in parse_qs(request.raw_query, keep_blank_values=True).items()}
        query["page"] = str(number)
        if self.version.modern or "page_size" in query:
            query["page_size"] = str(size)
        text = "&".join("{0}={1}".format(name, query[name]) for name in sorted(query))
        return '<{0}?{1}>; rel="{2}"'.format(request.path, text, relation)

    def chosen(self, request: Request, entries: Iterable[Dict[str, Any]], default: str = "") -> Entries:
        """The entries that C(q) and C(name) ask for, in the order that C(sort) asks for.

        :param default: the order otherwise, as in C(-start_time); none: as they are.
        """
        found = list(entries)
        if self.version.modern:
            for test in _tests(request.param("q") or ""):
                found = [entry for entry in found if test(entry)]
        name = request.param("name")
        if name:
            found = [entry for entry in found if name.lower() in str(entry.get("name", "")).lower()]
        return self.sorted(request, found, default)

    def sorted(self, request: Request, found: Entries, default: str) -> Entries:
        """The entries in the order that C(sort) asks for, or else in that of C(default)."""
        sort = request.param("sort") if self.version.modern else None
        for key in reversed([key for key in (sort or default).split(",") if key]):
            field = _snake(key.lstrip("-"))
            if all(field in entry for entry in found):
                found.sort(key=lambda entry, field=field: (entry[field], entry.get("id", 0)), reverse=key[0] == "-")
        return found


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name).lower()


def _tests(query: str) -> List[Callable[[Dict[str, Any]], bool]]:
    """What C(q=name=x,name=~y,status={A B}) asks for.

    :raises RefusedError: it is malformed.
    """
    found = []
    for part in unquote_plus(query).split(",") if query else ():
        key, _equals, wanted = part.partition("=")
        if not key or not wanted:
            text = 'the query string must contain "=" and the key/value cannot be empty'
            raise RefusedError(400, text)
        found.append(_test(_snake(key), wanted))
    return found


def _test(key: str, wanted: str) -> Callable[[Dict[str, Any]], bool]:
    def value(entry: Dict[str, Any]) -> str:
        return str(entry.get(key, ""))

    if key == "tags" and wanted in ("*", "nil"):
        return lambda entry: bool(entry.get(key)) == (wanted == "*")
    # Keys that the model does not know are passed over.
    if wanted.startswith("~"):
        return lambda entry: key not in entry or wanted[1:].lower() in value(entry).lower()
    if wanted.startswith("{") and wanted.endswith("}"):
        several = {item.strip("\"'") for item in wanted[1:-1].split(" ")}
        return lambda entry: key not in entry or value(entry) in several
    exact = wanted[1:] if wanted.startswith("\\") else wanted
    return lambda entry: key not in entry or value(entry) == exact
