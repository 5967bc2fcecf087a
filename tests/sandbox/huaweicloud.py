# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-in for the Huawei Cloud APIs of one region: SWR with its logins and its management API, IAM, and the
network: VPC, VPC Endpoint, EIP and NAT Gateway.

Every request's signature is verified (C(huaweicloud_requests)). A login that was issued can be checked by a sandbox
registry through C(HuaweiCloudServer.issued).
"""

from __future__ import annotations

import json
import re
import threading
import time
from email.utils import formatdate
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

from . import faults as fault_actions
from .admin import Admin
from .faults import Fault, FaultSet
from .http_message import Request, Response
from .http_server import HttpServer
from .huaweicloud_eip import Eips
from .huaweicloud_iam import Iam
from .huaweicloud_login import Logins
from .huaweicloud_nat import Gateways
from .huaweicloud_requests import BOTH, ERRORS, FLAT, LIST, PLAINEST, Account, RefusedError, SignatureVerifier
from .huaweicloud_swr import SwrObjects
from .huaweicloud_swr_rules import RepositoryRules
from .huaweicloud_vpc import Vpcs
from .huaweicloud_vpcep import Endpoints
from .request_log import Entry, RequestLog
from .tls import Certificates

__all__ = ["BOTH", "ERRORS", "FLAT", "LIST", "Account", "Call", "HuaweiCloudServer", "RefusedError"]

_DENIALS = (("vpc-endpoint", "EndPoint.0004"), ("nat_", "NAT.0100"))


class Call(NamedTuple):
    """One request that came in, for tests to query. It holds no secret."""

    method: str
    path: str
    query: str
    headers: List[str]
    access_key: Optional[str]
    project_id: Optional[str]
    status: int
    body: Any = None


class HuaweiCloudServer:
    """The APIs of one region on one loopback port: C(start()), C(url), C(stop()).

    :param accounts: the keys that may call.
    :param region: the region that it stands for.
    :param registry: the registry's host, as replies name it.
    :param port: 0 lets the system choose.
    :param clock: what the server takes for the time.
    :param images: the sandbox registry whose organizations and images are told of.
    :param page: the most entries in a reply.
    :param users: id to name of further users of the account, besides those of the keys.
    :param instances: id to name of instances of the Enterprise Edition.
    :param organizations: those that exist at the start, where no sandbox registry has some.
    :param foreign: names of organizations of other accounts.
    :param quota: how many organizations there may be.
    :param steps: how many looks it takes until something in the network is ready, or gone.
    :param addresses: those of VPC endpoints, with a place for a number from 60 on.
    :ivar calls: what was asked, in order.
    :ivar objects: SWR's organizations and repositories.
    :ivar vpcs: what is in the network, with C(endpoints), C(gateways) and C(eips).
    """

    kind = "huaweicloud"

    def __init__(
        self,
        accounts: List[Account],
        region: str = "cn-north-4",
        registry: str = "swr.cn-north-4.myhuaweicloud.com",
        host: str = "127.0.0.1",
        port: int = 0,
        clock: Callable[[], float] = time.time,
        images: Any = None,
        page: int = 1000,
        users: Optional[Mapping[str, str]] = None,
        instances: Optional[Mapping[str, str]] = None,
        organizations: Iterable[str] = (),
        foreign: Iterable[str] = (),
        quota: int = 5,
        steps: int = 1,
        addresses: str = "192.168.0.{0}",
        faults: Iterable[Fault] = (),
        tls: Union[bool, Certificates] = False,
    ) -> None:
        self.region = region
        self.registry = registry
        self.calls: List[Call] = []
        self.faults = FaultSet(*faults)
        self.log = RequestLog()
        self.admin = Admin(self)
        self.logins = Logins(region, registry, clock, dict(instances or {}))
        self.objects = SwrObjects(quota, foreign, page)
        self.objects.organizations.update(organizations)
        known = {**{account.user_id: account.user_name for account in accounts}, **(users or {})}
        self.steps = steps
        self.vpcs = Vpcs(lambda: self.steps)
        self.endpoints = Endpoints(self.vpcs, lambda: self.steps, addresses)
        self.eips = Eips(self.vpcs.ports, lambda: self.steps)
        self.gateways = Gateways(self.vpcs, self.eips, lambda: self.steps)
        self.vpcs.used["publicIp"] = lambda: len(self.eips.eips.known)
        self.vpcs.used["endpoint"] = lambda: len(self.endpoints.endpoints.known)
        self.vpcs.in_use = lambda object_id: self.endpoints.uses(object_id) or self.gateways.uses(object_id)
        network = (self.vpcs, self.endpoints, self.eips, self.gateways)
        parts = (self.logins, Iam(known), self.objects, RepositoryRules(self.objects), *network)
        self._routes = [
            (method, re.compile(pattern + r"\Z"), answer) for part in parts for method, pattern, answer in part.routes
        ]
        self._clock = clock
        self._verifier = SignatureVerifier({account.access_key: account for account in accounts}, clock)
        self._refusals: List[RefusedError] = []
        self._raw: List[Response] = []
        self._lock = threading.Lock()
        self.certificates = Certificates.shared() if tls is True else tls or None
        context = self.certificates.server_context() if self.certificates else None
        self.server = HttpServer(self.handle, host, port, context, "huaweicloud")
        if images is not None:
            self.objects.serve(images)

    def serve(self, swr: Any) -> None:
        """Speak for this sandbox SWR: it takes the logins that are issued, and the content is its own."""
        self.objects.serve(swr)
        self.logins.learn = swr.add_login

    def start(self) -> HuaweiCloudServer:
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def __enter__(self) -> HuaweiCloudServer:
        return self.start()

    def __exit__(self, *_exception: Any) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return "{0}://{1}:{2}".format(self.server.scheme, self.server.host, self.server.port)

    @property
    def ca_path(self) -> Optional[str]:
        return self.certificates.ca_path if self.certificates else None

    @property
    def issued(self) -> Dict[str, str]:
        """User name to password of each login that was given out."""
        return self.logins.issued

    @property
    def stopping(self) -> Any:
        return self.server.stopping

    def describe(self) -> Dict[str, Any]:
        """What a client needs to know, for the command line's ready file."""
        return {"kind": self.kind, "url": self.url, "ca_path": self.ca_path}

    def expire_tokens(self) -> None:
        """There are none."""

    def reset(self, content: bool = False) -> None:
        """Forgets faults and the log."""
        self.faults.clear()
        self.log.reset()
        self.calls.clear()

    def made(self, *methods: str) -> List[Tuple[str, str, Any]]:
        """Method, path and body of the calls with these methods, by default those that change something."""
        wanted = methods or ("POST", "PATCH", "PUT", "DELETE")
        return [(call.method, call.path, call.body) for call in self.calls if call.method in wanted]

    def refuse_next(self, refusal: RefusedError, times: int = 1) -> None:
        """The next requests get this error, whatever they ask."""
        with self._lock:
            self._refusals.extend([refusal] * times)

    def answer_next(self, response: Response) -> None:
        """The next request that is signed well gets exactly this reply."""
        with self._lock:
            self._raw.append(response)

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/_sandbox/"):
            return self.admin.handle(request)
        entry = request.entry = Entry("huaweicloud", request, None, None)
        self.log.enter("huaweicloud")
        try:
            response = self._answer_or_fail(request, entry)
            entry.status = response.status
        finally:
            entry.bytes_in = request.body.consumed
            self.log.leave("huaweicloud")
            self.log.append(entry)
        # Clients compare it with their own clock.
        response.headers.setdefault("Date", formatdate(self._clock(), usegmt=True))
        return response

    def _answer_or_fail(self, request: Request, entry: Entry) -> Response:
        found = self.faults.match(entry)
        for fault in found:
            entry.fault = fault.action
            early = fault_actions.before(fault, request, self)
            if early is not None:
                return early
        response = self._answer(request)
        for fault in found:
            response = fault_actions.after(fault, request, response)
        return response

    def _answer(self, request: Request) -> Response:
        body = request.body.read()
        account = None
        try:
            with self._lock:
                refusal = self._refusals.pop(0) if self._refusals else None
            if refusal is not None:
                raise refusal
            account = self._verifier.verify(request, body)
            if {request.path, "{0} {1}".format(request.method, request.path)} & set(account.denied):
                raise _denied(request.path)
            with self._lock:
                raw = self._raw.pop(0) if self._raw else None
            response = raw or self._route(request, account, _parsed(body))
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
            _parsed(body),
        )
        with self._lock:
            self.calls.append(call)
        return response

    def _route(self, request: Request, account: Account, body: Any) -> Response:
        # As it came: what is quoted in it is part of a name.
        path = request.target.partition("?")[0]
        for method, pattern, answer in self._routes:
            match = pattern.match(path)
            if match and method == request.method:
                return answer(request, account, match, body)
        raise RefusedError(404, "APIGW.0101", "The API does not exist or has not been published in the environment")


def _denied(path: str) -> RefusedError:
    """As each service says it to a user without the permission."""
    if "/manage/" in path:
        return RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden", BOTH)
    if path.startswith("/v3/projects"):
        return RefusedError(403, "IAM.0002", "You are not authorized to perform the requested action.")
    service = next((code for part, code in _DENIALS if part in path), "VPC.2701")
    text = "Policy doesn't allow this action to be performed."
    return RefusedError(403, service, text, PLAINEST if service.startswith("VPC.") else FLAT)


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return None
