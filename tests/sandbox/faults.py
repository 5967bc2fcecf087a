# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults on demand: rules that make a sandbox server misbehave at a chosen request."""

from __future__ import annotations

import fnmatch
import json
import random
import re
import threading
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Dict, List, Mapping, Optional, Tuple, Union
from urllib.parse import urlencode

from .auth import error
from .http_message import CorruptBody, DropConnectionError, Request, ResizedBody, Response
from .request_log import KINDS, Entry

# Action -> what it does; the README shows this table.
ACTIONS = {
    "status": "answer with C(status), C(body), C(content_type), C(headers) instead of doing the work",
    "status_after": "do the work, then answer with C(status) all the same",
    "drop": "end the connection before the reply, nothing done (C(reset): with a TCP reset)",
    "drop_after_work": "do the work, then end the connection without a reply",
    "truncate": "promise the whole body, send C(after) bytes of it, end the connection",
    "drop_upload": "end the connection when C(after) bytes of the request's body have arrived",
    "slow": "C(rate) bytes a second, for the request's body and the reply's",
    "delay": "wait C(seconds), then go on",
    "hang": "never answer",
    "corrupt": "flip the byte at C(offset) (default: the middle) of the reply's body; same length",
    "wrong_size": "a body (and Content-Length) that is C(delta) bytes longer or shorter than it should be",
    "wrong_digest": "a Docker-Content-Digest that is not the content's (C(digest_value))",
    "headers": "set C(headers) on the reply; an empty value removes the header",
    "chunked": "reply in chunked transfer coding, without Content-Length",
    "redirect": "C(status) (default 307) to C(location); C({path}) in it stands for path and query of the request",
    "no_head": "405 to HEAD",
    "no_mount": "C(status) 202 (default): the mount becomes an upload; 404 or 405: refused",
    "no_range": "Range is ignored: 200 and the whole blob",
    "no_chunked": "405 to PATCH",
    "expire_tokens": "every token given out so far is expired, this request's included",
    "token_realm": "the challenge names C(location) as the token endpoint",
    "late": "the reply to the next request goes first, if the client has sent that one already (pipelining)",
    "head_body": "a body in the reply to HEAD",
    "http_1_0": "a reply in HTTP/1.0, after which the connection ends",
    "link": "the Link header of a list's page that has a next one becomes C(link); C({url}) in it is that page's URL",
    "endless": "every page of a list names a next one, and the place in it moves on; nothing more is on those pages",
    "entries": "adds C(body), a list, to the names of a list of tags or repositories",
}
# What some actions are about, whatever the rule says: a kind or a method.
_ONLY = {"no_head": "HEAD", "head_body": "HEAD", "no_mount": "mount", "no_chunked": "upload_patch"}
_NEXT = re.compile(r'<([^<>]*)>; rel="next"')
HTML = "<html><head><title>{0}</title></head><body><h1>{0}</h1><hr>nginx</body></html>"


@dataclass
class Fault:
    """One rule. All the matchers that are set must match; then C(action) is applied.

    :param kind: kinds of requests (see C(request_log.KINDS)), one or several separated by commas; None: any.
    :param method: HTTP method. :param path: regular expression searched in path and query.
    :param repository: shell pattern. :param reference: tag or digest; C(digest) is another name of it.
    :param nth: apply to these occurrences only (1 is the first request that matches), a number or a list.
    :param skip: let that many matching requests pass first.
    :param times: apply that many times at most; None: for ever.
    :param probability: apply with that probability, drawn from a generator with C(seed).
    """

    action: str
    kind: Optional[str] = None
    method: Optional[str] = None
    path: Optional[str] = None
    repository: Optional[str] = None
    reference: Optional[str] = None
    digest: Optional[str] = None
    nth: Union[int, List[int], None] = None
    skip: int = 0
    times: Optional[int] = None
    probability: Optional[float] = None
    seed: int = 0
    status: Optional[int] = None
    body: Any = None
    html: bool = False
    content_type: Optional[str] = None
    headers: Dict[str, str] = field(default_factory=dict)
    after: int = 0
    rate: float = 65536.0
    seconds: float = 0.0
    offset: Optional[int] = None
    delta: int = -1
    digest_value: str = "sha256:" + "0" * 64
    location: str = ""
    link: str = ""
    reset: bool = False
    seen: int = field(default=0, compare=False)
    applied: int = field(default=0, compare=False)

    def __post_init__(self) -> None:
        problems = self.problems()
        if problems:
            raise ValueError("; ".join(problems))
        self._random = random.Random(self.seed)
        self._path = re.compile(self.path) if self.path else None
        self._kinds = frozenset(part.strip() for part in self.kind.split(",")) if self.kind else None
        self._nth = None if self.nth is None else frozenset([self.nth] if isinstance(self.nth, int) else self.nth)
        self._lock = threading.Lock()

    def problems(self) -> List[str]:
        """What is wrong with the rule as written."""
        found = []
        if self.action not in ACTIONS:
            found.append("action: {0!r} is none of {1}".format(self.action, ", ".join(ACTIONS)))
        for kind in (self.kind or "").split(",") if self.kind else ():
            if kind.strip() not in KINDS:
                found.append("kind: {0!r} is none of {1}".format(kind.strip(), ", ".join(KINDS)))
        if self.action in ("status", "status_after") and not self.status:
            found.append("status: needed for the action {0}".format(self.action))
        if self.action in ("redirect", "token_realm") and not self.location:
            found.append("location: needed for the action {0}".format(self.action))
        if self.action == "entries" and not isinstance(self.body, list):
            found.append("body: a list is needed for the action entries")
        return found

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> Fault:
        """A rule from a configuration file or the admin endpoint.

        :raises ValueError: a key is unknown or a value is wrong; the text names all of them.
        """
        known = {item.name for item in fields(cls)} - {"seen", "applied"}
        unknown = sorted(set(values) - known)
        if unknown:
            raise ValueError("unknown {0}; known: {1}".format(", ".join(unknown), ", ".join(sorted(known))))
        if "action" not in values:
            raise ValueError("action: missing; one of {0}".format(", ".join(ACTIONS)))
        return cls(**dict(values))

    def as_dict(self) -> Dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value not in (None, {}, "", False)}

    def matches(self, entry: Entry) -> bool:
        """Whether the rule is to be applied to this request; counts the occurrence."""
        if self._kinds is not None and entry.kind not in self._kinds:
            return False
        if self.method and entry.method != self.method.upper():
            return False
        if self.repository and not fnmatch.fnmatchcase(entry.repository or "", self.repository):
            return False
        if any(wanted and entry.reference != wanted for wanted in (self.reference, self.digest)):
            return False
        if self._path and not self._path.search(entry.path + ("?" + entry.query if entry.query else "")):
            return False
        if self.action in _ONLY and _ONLY[self.action] not in (entry.kind, entry.method):
            return False
        with self._lock:
            self.seen += 1
            wanted = self.seen > self.skip and (self._nth is None or self.seen in self._nth)
            wanted = wanted and (self.times is None or self.applied < self.times)
            wanted = wanted and (self.probability is None or self._random.random() < self.probability)
            self.applied += wanted
            return wanted


class FaultSet:
    """The rules of one server. Thread safe."""

    def __init__(self, *faults: Fault) -> None:
        self._faults: Tuple[Fault, ...] = tuple(faults)
        self._lock = threading.Lock()

    def add(self, fault: Fault) -> Fault:
        with self._lock:
            self._faults += (fault,)
        return fault

    def remove(self, fault: Fault) -> None:
        with self._lock:
            self._faults = tuple(other for other in self._faults if other is not fault)

    def clear(self) -> None:
        with self._lock:
            self._faults = ()

    def __iter__(self) -> Any:
        return iter(self._faults)

    def __len__(self) -> int:
        return len(self._faults)

    def match(self, entry: Entry) -> List[Fault]:
        return [fault for fault in self._faults if fault.matches(entry)] if self._faults else []


def canned(fault: Fault) -> Response:
    """The reply of the action C(status)."""
    status = fault.status or 500
    if fault.html:
        return Response(status, HTML.format(status).encode(), dict({"Content-Type": "text/html"}, **fault.headers))
    if fault.body is None:
        codes = {401: "UNAUTHORIZED", 403: "DENIED", 404: "NOT_FOUND", 429: "TOOMANYREQUESTS", 503: "UNAVAILABLE"}
        reply = error(status, codes.get(status, "UNKNOWN"), "fault of the sandbox", fault.headers)
        if fault.content_type:
            reply.headers["Content-Type"] = fault.content_type
        return reply
    body = fault.body if isinstance(fault.body, (str, bytes)) else json.dumps(fault.body)
    kind = fault.content_type or ("text/plain" if isinstance(fault.body, str) else "application/json")
    return Response(
        status, body.encode() if isinstance(body, str) else body, dict({"Content-Type": kind}, **fault.headers)
    )


def _drop(fault: Fault, _request: Request, _server: Any) -> Optional[Response]:
    raise DropConnectionError(fault.reset)


def _hang(_fault: Fault, request: Request, _server: Any) -> Optional[Response]:
    request.peer.hang()
    raise DropConnectionError


def _delay(fault: Fault, _request: Request, server: Any) -> Optional[Response]:
    if server.stopping.wait(fault.seconds):
        raise DropConnectionError
    return None


def _redirect(fault: Fault, request: Request, _server: Any) -> Optional[Response]:
    target = request.path + ("?" + request.raw_query if request.raw_query else "")
    return Response(fault.status or 307, b"", {"Location": fault.location.replace("{path}", target)})


def _unsupported(fault: Fault, _request: Request, _server: Any) -> Optional[Response]:
    return error(fault.status or 405, "UNSUPPORTED", "The operation is unsupported.")


def _no_mount(fault: Fault, request: Request, server: Any) -> Optional[Response]:
    if fault.status and fault.status != 202:
        return _unsupported(fault, request, server)
    request.query.pop("mount", None)
    return None


def _no_range(_fault: Fault, request: Request, _server: Any) -> Optional[Response]:
    request.headers.pop("range", None)
    return None


def _expire_tokens(_fault: Fault, _request: Request, server: Any) -> Optional[Response]:
    server.expire_tokens()
    return None


def _drop_upload(fault: Fault, request: Request, _server: Any) -> Optional[Response]:
    request.body.drop_after = fault.after
    return None


def _slow_upload(fault: Fault, request: Request, _server: Any) -> Optional[Response]:
    request.body.rate = fault.rate
    return None


_BEFORE = {
    "status": lambda fault, _request, _server: canned(fault),
    "drop": _drop,
    "hang": _hang,
    "delay": _delay,
    "redirect": _redirect,
    "no_head": _unsupported,
    "no_chunked": _unsupported,
    "no_mount": _no_mount,
    "no_range": _no_range,
    "expire_tokens": _expire_tokens,
    "drop_upload": _drop_upload,
    "slow": _slow_upload,
}


def before(fault: Fault, request: Request, server: Any) -> Optional[Response]:
    """Applies what happens before the work is done. A Response ends the request.

    :param server: has C(stopping) (an event) and C(expire_tokens()).
    :raises DropConnectionError: the connection ends.
    """
    action = _BEFORE.get(fault.action)
    return action(fault, request, server) if action else None


def _drop_after_work(fault: Fault, _request: Request, _response: Response) -> Response:
    raise DropConnectionError(fault.reset)


def _truncate(fault: Fault, _request: Request, response: Response) -> Response:
    response.cut_after = fault.after
    response.reset = fault.reset
    return response


def _slow(fault: Fault, _request: Request, response: Response) -> Response:
    response.rate = fault.rate
    return response


def _corrupt(fault: Fault, _request: Request, response: Response) -> Response:
    if response.length:
        response.body = CorruptBody(response.body_object(), fault.offset)
    return response


def _wrong_size(fault: Fault, _request: Request, response: Response) -> Response:
    length = max(0, int(response.headers.get("Content-Length", response.length)) + fault.delta)
    response.body = ResizedBody(response.body_object(), fault.delta)
    response.headers["Content-Length"] = str(length)
    return response


def _wrong_digest(fault: Fault, _request: Request, response: Response) -> Response:
    response.headers["Docker-Content-Digest"] = fault.digest_value
    return response


def _chunked(_fault: Fault, _request: Request, response: Response) -> Response:
    response.headers.pop("Content-Length", None)
    response.chunked = True
    return response


def _headers(fault: Fault, _request: Request, response: Response) -> Response:
    for name, value in fault.headers.items():
        for old in [old for old in response.headers if old.lower() == name.lower()]:
            del response.headers[old]
        if value:
            response.headers[name] = value
    return response


def _late(_fault: Fault, _request: Request, response: Response) -> Response:
    response.late = True
    return response


def _head_body(_fault: Fault, _request: Request, response: Response) -> Response:
    response.insists = True
    return response


def _http_1_0(_fault: Fault, _request: Request, response: Response) -> Response:
    response.version, response.close = "1.0", True
    return response


def _link(fault: Fault, _request: Request, response: Response) -> Response:
    following = _NEXT.search(response.headers.get("Link", ""))
    if following:
        response.headers["Link"] = fault.link.replace("{url}", following.group(1))
    return response


def _endless(_fault: Fault, request: Request, response: Response) -> Response:
    if response.status != 200 or _NEXT.search(response.headers.get("Link", "")):
        return response
    query = {name: values[0] for name, values in request.query.items()}
    if "page" in query:
        query["page"] = str(int(query["page"]) + 1)
    else:
        # It sorts after every name, so that nothing follows it.
        passed = query.get("last", "")
        query["last"] = "~{0:09}".format(int(passed[1:]) + 1 if passed.startswith("~") else 1)
    response.headers["Link"] = '<{0}?{1}>; rel="next"'.format(request.path, urlencode(query))
    return response


def _entries(fault: Fault, request: Request, response: Response) -> Response:
    field = {"tags": "tags", "catalog": "repositories"}.get(request.entry.kind)
    if field is not None and response.status == 200:
        document = json.loads(response.body)
        document[field] += fault.body
        response.body = json.dumps(document).encode()
    return response


_AFTER = {
    "status_after": lambda fault, _request, _response: canned(fault),
    "drop_after_work": _drop_after_work,
    "truncate": _truncate,
    "slow": _slow,
    "corrupt": _corrupt,
    "wrong_size": _wrong_size,
    "wrong_digest": _wrong_digest,
    "chunked": _chunked,
    "headers": _headers,
    "late": _late,
    "head_body": _head_body,
    "http_1_0": _http_1_0,
    "link": _link,
    "endless": _endless,
    "entries": _entries,
}


def after(fault: Fault, request: Request, response: Response) -> Response:
    """Applies what changes the reply.

    :raises DropConnectionError: the connection ends.
    """
    action = _AFTER.get(fault.action)
    return action(fault, request, response) if action else response
