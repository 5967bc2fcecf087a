# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the Huawei Cloud APIs that logins and copies need: SWR's two login calls and its list of tags with their
digests, and IAM's project list.

Every request's signature is verified, with a verifier that shares no code with the product's signer
(API Request Signing Guide; checked by driving this server with huaweicloudsdkswr). A login that was
issued can be checked by a sandbox registry through C(HuaweiCloudServer.issued).
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import hmac
import json
import re
import secrets
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Protocol
from urllib.parse import quote, unquote

from .http_message import Request, Response
from .http_server import HttpServer

FLAT, ERRORS, LIST = "flat", "errors", "list"
_TAGS = re.compile(r"/v3/manage/namespaces/([^/]+)/repos/([^/]+)/tags\Z")
_SKEW = 15 * 60
_LIFETIME = {"temporary": 6 * 3600, "enhanced": 24 * 3600}


@dataclass
class Account:
    """A key that may call the stand-in.

    :ivar security_token: set for a temporary key: requests must carry it, signed.
    :ivar projects: name to id, as IAM lists them.
    :ivar denied: paths that this key has no permission for.
    """

    access_key: str
    secret_key: str = field(repr=False)
    security_token: Optional[str] = field(default=None, repr=False)
    projects: Dict[str, str] = field(default_factory=dict)
    denied: List[str] = field(default_factory=list)


class TagSource(Protocol):
    """A sandbox registry, as far as its tags are listed."""

    def tags(self, repository: str) -> List[str]:
        """The repository's tags, sorted."""

    def manifest(self, repository: str, reference: str) -> Any:
        """The manifest, which has a C(digest)."""


class Call(NamedTuple):
    """One request that came in, for tests to query. It holds no secret."""

    method: str
    path: str
    query: str
    headers: List[str]
    access_key: Optional[str]
    project_id: Optional[str]
    status: int


class RefusedError(Exception):
    """The request ends with an error reply.

    :param shape: which of the three shapes of error bodies to use.
    """

    def __init__(self, status: int, code: str, message: str, shape: str = FLAT, retry_after: Optional[str] = None):
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.shape = shape
        self.retry_after = retry_after

    def response(self) -> Response:
        swr = {"errorCode": self.code, "errorMessage": self.message}
        bodies: Dict[str, Any] = {
            FLAT: {"error_code": self.code, "error_msg": self.message, "request_id": "sandbox"},
            ERRORS: {"errors": [swr]},
            LIST: [swr],
        }
        reply = _json(self.status, bodies[self.shape])
        if self.retry_after is not None:
            reply.headers["Retry-After"] = self.retry_after
        return reply


def _json(status: int, value: Any) -> Response:
    return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _unauthorized(why: str) -> RefusedError:
    return RefusedError(401, "APIGW.0301", "Incorrect IAM authentication information: " + why)


class SignatureVerifier:
    """Judges the C(Authorization) header of a request as the API gateway does.

    :param accounts: access key to account.
    :param clock: seconds since the epoch.
    """

    SCHEME = "SDK-HMAC-SHA256 "

    def __init__(self, accounts: Dict[str, Account], clock: Callable[[], float]) -> None:
        self._accounts = accounts
        self._clock = clock

    def verify(self, request: Request, body: bytes) -> Account:
        """The account that signed.

        :raises RefusedError: with 401, for whatever is wrong.
        """
        given = self._fields(request.headers.get("authorization", ""))
        account = self._accounts.get(given["Access"])
        if account is None:
            raise _unauthorized("unknown access key")
        names = given["SignedHeaders"].split(";")
        if names != sorted(names) or "x-sdk-date" not in names or "host" not in names:
            raise _unauthorized("SignedHeaders must be sorted and have host and x-sdk-date")
        self._check_date(request.headers.get("x-sdk-date", ""))
        token = request.headers.get("x-security-token")
        if token != account.security_token:
            raise _unauthorized("the security token does not belong to the access key")
        if token is not None and "x-security-token" not in names:
            raise _unauthorized("x-security-token is not signed")
        if not hmac.compare_digest(self._signature(request, body, names, account.secret_key), given["Signature"]):
            raise _unauthorized("verify aksk signature fail")
        return account

    def _fields(self, header: str) -> Dict[str, str]:
        if not header.startswith(self.SCHEME):
            raise _unauthorized("no signature")
        fields = {}
        for part in header[len(self.SCHEME) :].split(", "):
            name, equals, value = part.partition("=")
            if not equals:
                raise _unauthorized("malformed signature")
            fields[name] = value
        if sorted(fields) != ["Access", "Signature", "SignedHeaders"]:
            raise _unauthorized("malformed signature")
        return fields

    def _check_date(self, text: str) -> None:
        try:
            then = calendar.timegm(time.strptime(text, "%Y%m%dT%H%M%SZ"))
        except ValueError:
            raise _unauthorized("X-Sdk-Date is no date") from None
        if abs(self._clock() - then) > _SKEW:
            raise _unauthorized("the signature has expired")

    @staticmethod
    def _signature(request: Request, body: bytes, names: List[str], key: str) -> str:
        path = quote(unquote(request.target.split("?")[0]), safe="/~")
        fields = []
        for item in filter(None, request.raw_query.replace("+", "%20").split("&")):
            name, _equals, value = item.partition("=")
            fields.append((unquote(name), unquote(value)))
        fields.sort()
        text = request.method + "\n"
        text += path + ("" if path.endswith("/") else "/") + "\n"
        text += "&".join(quote(name, safe="~") + "=" + quote(value, safe="~") for name, value in fields) + "\n"
        for name in names:
            if name not in request.headers:
                raise _unauthorized("the signed header " + name + " is missing")
            text += name + ":" + request.headers[name] + "\n"
        text += "\n" + ";".join(names) + "\n" + hashlib.sha256(body).hexdigest()
        signed = "SDK-HMAC-SHA256\n" + request.headers["x-sdk-date"] + "\n" + hashlib.sha256(text.encode()).hexdigest()
        return hmac.new(key.encode(), signed.encode(), "sha256").hexdigest()


class HuaweiCloudServer:
    """The APIs of one region on one loopback port: C(start()), C(url), C(stop()).

    :param accounts: the keys that may call.
    :param region: the region that it stands for.
    :param registry: the registry's host, as replies name it.
    :param port: 0 lets the system choose.
    :param images: the sandbox registry whose tags are listed.
    :param page: the most tags in a reply.
    :ivar calls: what was asked, in order.
    :ivar issued: user name to password of each login that was given out.
    """

    def __init__(
        self,
        accounts: List[Account],
        region: str = "cn-north-4",
        registry: str = "swr.cn-north-4.myhuaweicloud.com",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        images: Optional[TagSource] = None,
        page: int = 1000,
    ) -> None:
        self._images = images
        self._learn: Callable[[str, str], None] = lambda user, password: None
        self._page = page
        self.region = region
        self.registry = registry
        self.calls: List[Call] = []
        self.issued: Dict[str, str] = {}
        self._clock = clock
        self._verifier = SignatureVerifier({account.access_key: account for account in accounts}, clock)
        self._refusals: List[RefusedError] = []
        self._raw: List[Response] = []
        self._lock = threading.Lock()
        self._server = HttpServer(self.handle, host=host, port=port, name="huaweicloud")

    def serve(self, swr: Any) -> None:
        """Speak for this sandbox SWR: it takes the logins that are issued, and its tags are listed."""
        self._images, self._learn = swr, swr.add_login

    def start(self) -> HuaweiCloudServer:
        self._server.start()
        return self

    def stop(self) -> None:
        self._server.stop()

    def __enter__(self) -> HuaweiCloudServer:
        return self.start()

    def __exit__(self, *_exception: Any) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return "http://{0}:{1}".format(self._server.host, self._server.port)

    def refuse_next(self, refusal: RefusedError, times: int = 1) -> None:
        """The next requests get this error, whatever they ask."""
        with self._lock:
            self._refusals.extend([refusal] * times)

    def answer_next(self, response: Response) -> None:
        """The next request that is signed well gets exactly this reply."""
        with self._lock:
            self._raw.append(response)

    def handle(self, request: Request) -> Response:
        body = request.body.read()
        account = None
        try:
            with self._lock:
                refusal = self._refusals.pop(0) if self._refusals else None
            if refusal is not None:
                raise refusal
            account = self._verifier.verify(request, body)
            if request.path in account.denied:
                raise RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden", ERRORS)
            with self._lock:
                raw = self._raw.pop(0) if self._raw else None
            response = raw or self._answer(request, account)
        except RefusedError as refused:
            response = refused.response()
        call = Call(
            request.method,
            request.path,
            request.raw_query,
            sorted(request.headers),
            account.access_key if account else None,
            request.headers.get("x-project-id"),
            response.status,
        )
        with self._lock:
            self.calls.append(call)
        return response

    def _answer(self, request: Request, account: Account) -> Response:
        routes = {
            ("POST", "/v2/manage/utils/secret"): self._create_secret,
            ("POST", "/v2/manage/utils/authorizationtoken"): self._create_token,
            ("GET", "/v3/projects"): self._list_projects,
        }
        answer = routes.get((request.method, request.path))
        listed = _TAGS.match(request.path)
        if listed and request.method == "GET" and self._images is not None:
            return self._list_tags(request, unquote(listed.group(1)), unquote(listed.group(2)).replace("$", "/"))
        if answer is None:
            raise RefusedError(404, "APIGW.0101", "The API does not exist or has not been published in the environment")
        return answer(request, account)

    def _list_tags(self, request: Request, organization: str, repository: str) -> Response:
        name = "{0}/{1}".format(organization, repository)
        limit, marker = request.param("limit") or "100", request.param("marker") or "0"
        if not limit.isdigit() or not 1 <= int(limit) <= 1000 or not marker.isdigit():
            raise RefusedError(400, "SVCSTG.SWR.4000000", "Invalid parameter", ERRORS)
        tags = self._images.tags(name) if self._images is not None else []
        if self._images is None or not tags:
            raise RefusedError(404, "SVCSTG.SWR.4040003", "The repository does not exist", ERRORS)
        start, end = int(marker), int(marker) + min(int(limit), self._page)
        entries = [
            {"tag": tag, "digest": self._images.manifest(name, tag).digest, "schema": 2} for tag in tags[start:end]
        ]
        more = end < len(tags)
        return _json(200, {"tags": entries, "has_more": more, "nextMarker": str(end) if more else ""})

    def _create_secret(self, request: Request, account: Account) -> Response:
        project = request.param("projectname") or self.region
        if account.projects and project not in account.projects:
            raise RefusedError(400, "SVCSTG.SWR.4001020", "Invalid project name", LIST)
        lifetime = _LIFETIME["temporary"]
        if request.param("duration_seconds") is not None:
            text = request.param("duration_seconds") or ""
            if not text.isdigit() or not 900 <= int(text) <= 86400:
                raise RefusedError(400, "SVCSTG.SWR.4000009", "Invalid duration_seconds", LIST)
            lifetime = int(text)
        return self._issue("{0}@{1}".format(project, account.access_key), lifetime)

    def _create_token(self, request: Request, account: Account) -> Response:
        return self._issue("bearertoken@" + account.access_key, _LIFETIME["enhanced"])

    def _issue(self, username: str, lifetime: int) -> Response:
        password = secrets.token_hex(32)
        with self._lock:
            self.issued[username] = password
        self._learn(username, password)
        auth = base64.b64encode("{0}:{1}".format(username, password).encode()).decode()
        reply = _json(200, {"auths": {self.registry: {"auth": auth}}})
        reply.headers["X-Swr-Dockerlogin"] = "docker login -u {0} -p {1} {2}".format(username, password, self.registry)
        moment = time.gmtime(self._clock() + lifetime)
        reply.headers["X-Swr-Expireat"] = time.strftime("%Y-%m-%dT%H:%M:%S.811000Z", moment)
        return reply

    @staticmethod
    def _list_projects(request: Request, account: Account) -> Response:
        wanted = request.param("name")
        projects = [
            {"id": number, "name": name, "enabled": True, "is_domain": False}
            for name, number in sorted(account.projects.items())
            if wanted in (None, name)
        ]
        return _json(200, {"projects": projects, "links": {"next": None, "previous": None}})
