# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for Harbor: its API of 1.10 and of 2.3 to 2.15 with state, and replication that really copies.

Calibrated on what was seen of Harbor 1.10.19, 2.4.1 and 2.9.5 running, and on its source where that says nothing.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
import time
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple, Union

from . import faults as fault_actions
from . import harbor_selection as selection
from .auth import BasicAuth, User
from .faults import Fault, FaultSet
from .harbor_admin import HarborAdmin
from .harbor_bodies import check_media_type
from .harbor_callers import Identity, identify
from .harbor_content import Content, Labels
from .harbor_executions import Executions
from .harbor_jobs import Execution
from .harbor_listing import Listing, system_info
from .harbor_options import Options
from .harbor_outside import Outside
from .harbor_policies import Policies, Policy
from .harbor_registries import Registries
from .harbor_replies import RefusedError, Replies
from .harbor_robots import Robots
from .harbor_specs import Specification
from .harbor_versions import Version
from .http_message import Request, Response
from .http_server import HttpServer
from .registry import Registry
from .request_log import Entry, RequestLog
from .tls import Certificates

ADMIN, PASSWORD = "admin", "Harbor12345"
Permission = Tuple[str, str]
Handler = Callable[[Request, Any, bytes], Response]
_AWAY = "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>"


class Call(NamedTuple):
    """A request to the API, for exact assertions. The body has secrets in it, so it is shown to nobody else."""

    method: str
    path: str
    query: str
    body: Any
    status: int
    user: str


class HarborServer:
    """A Harbor on a loopback port; also a context manager.

    :param version: see C(harbor_versions.Version).
    :param users: passwords by name, of administrators; a C(User) is a user who is none. Default: C(admin).
    :param registry: the sandbox registry that is Harbor's own storage; by default one that starts and stops with it.
    :param options: a mapping of the fields of C(Options).
    :param resolve: host names in the URLs of endpoints to where they are really found: another sandbox server, or
        C(address:port), see C(harbor_outside.Outside).
    :param ca_path: a file with certificate authorities that Harbor trusts.
    :param specifications: the directory with Harbor's API descriptions; by default where the checkout has it.
    :ivar registry: its storage: C(harbor.registry.load(image, "library/nginx", "1")).
    :ivar violations: bodies that do not fit the description of this version. Harbor itself would not say a word.
    """

    kind = "harbor"

    def __init__(
        self,
        version: str = "2.9.5",
        users: Optional[Mapping[str, Union[str, User]]] = None,
        registry: Optional[Registry] = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Union[bool, Certificates] = False,
        faults: Iterable[Fault] = (),
        options: Optional[Mapping[str, Any]] = None,
        resolve: Optional[Mapping[str, Any]] = None,
        ca_path: Optional[str] = None,
        specifications: Optional[str] = None,
        name: str = "harbor",
    ) -> None:
        self.name = name
        self.version = Version(version)
        self.options = Options(**(options or {}))
        self.users = dict(users or {ADMIN: PASSWORD})
        self._own = registry is None
        self.registry = registry or Registry(BasicAuth(self.users), None, host, 0, tls, name=name + "-registry")
        self.certificates = Certificates.shared() if tls is True else tls or None
        self.replies = Replies(self.version)
        self.outside = Outside(self.version, resolve, ca_path)
        self.specification = Specification.find(self.version, specifications)
        self.violations: List[str] = []
        self.lock = threading.RLock()
        self.closing = threading.Event()
        self.log = RequestLog()
        self.calls: List[Call] = []
        self.faults = FaultSet(*faults)
        self.admin = HarborAdmin(self)
        self._forget()
        context: Optional[ssl.SSLContext] = self.certificates.server_context() if self.certificates else None
        self.server = HttpServer(self.handle, host, port, context, name)
        self._away_until = 0.0
        self._threads: List[threading.Thread] = []

    def _forget(self) -> None:
        self._numbers: Dict[str, int] = {}
        self.labels = Labels()
        self.content = Content(self.registry.storage, self.labels, self.version)
        self.registries = Registries(self)
        self.policies = Policies(self)
        self.executions = Executions(self)
        self.robots = Robots(self)
        self._listing = Listing(self.content, self.replies)
        areas: Iterable[Any] = (self.registries, self.policies, self.executions, self.robots)
        self._routes: List[Tuple[str, Any, Permission, Handler]] = [
            (method, re.compile(pattern + r"\Z"), permission, handler)
            for area in areas
            for method, pattern, permission, handler in area.routes()
        ]

    # Life

    def start(self) -> HarborServer:
        self.closing.clear()
        if self._own:
            self.registry.start()
        try:
            self.server.start()
        except OSError:
            if self._own:
                self.registry.stop()
            raise
        return self

    def stop(self) -> None:
        self.closing.set()
        for thread in self._running():
            thread.join(10)
        self.server.stop()
        if self._own:
            self.registry.stop()

    def __enter__(self) -> HarborServer:
        return self.start()

    def __exit__(self, *_exception: Any) -> None:
        self.stop()

    def _running(self) -> List[threading.Thread]:
        with self.lock:
            self._threads = [thread for thread in self._threads if thread.is_alive()]
            return list(self._threads)

    def spawn(self, work: Callable[[], None]) -> None:
        """Runs something in a thread that ends with this server."""

        def guarded() -> None:
            try:
                work()
            except Exception:  # noqa: BLE001
                # A defect of the sandbox must not look like a defect of the client under test.
                self.server.note_defect()

        thread = threading.Thread(target=guarded, name=self.name + "-work", daemon=True)
        thread.start()
        with self.lock:
            self._threads.append(thread)

    def wait(self, seconds: float, other: Optional[threading.Event] = None) -> bool:
        """Waits, less long where the other event is set. True: the server stops, so leave."""
        deadline = time.monotonic() + seconds
        while not self.closing.is_set() and not (other is not None and other.is_set()):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            self.closing.wait(min(left, 0.02 if other is not None else left))
        return self.closing.is_set()

    def next_id(self, kind: str) -> int:
        """The next number of its kind; none is given twice."""
        with self.lock:
            self._numbers[kind] = self._numbers.get(kind, 0) + 1
            return self._numbers[kind]

    @property
    def host(self) -> str:
        return "{0}:{1}".format(self.server.host, self.server.port)

    @property
    def url(self) -> str:
        return "{0}://{1}".format(self.server.scheme, self.host)

    @property
    def api(self) -> str:
        """The URL of the API, with the path that the version has."""
        return self.url + self.version.base

    @property
    def ca_path(self) -> Optional[str]:
        return self.certificates.ca_path if self.certificates else None

    @property
    def stopping(self) -> threading.Event:
        return self.closing

    @property
    def defects(self) -> List[str]:
        """What must fail a test: defects of the sandbox, and bodies that no version of Harbor describes."""
        return self.server.errors + self.violations

    def describe(self) -> Dict[str, Any]:
        """What a client needs to know, for the command line's ready file."""
        own = {"kind": self.kind, "url": self.url, "host": self.host, "ca_path": self.ca_path}
        return dict(own, version=self.version.text, registry_url=self.registry.url, registry_host=self.registry.host)

    def expire_tokens(self) -> None:
        """There are none."""

    def reset(self, content: bool = False) -> None:
        """Forgets faults and the log; with C(content) all that was configured and pushed, too."""
        self.faults.clear()
        self.log.reset()
        self.calls.clear()
        if content:
            self.registry.storage.clear()
            self._forget()

    # What tests do and ask

    def load(self, image: Any, repository: str, tag: Optional[str] = None) -> str:
        """Puts an image into Harbor's own storage, without an event. Returns its digest."""
        return self.registry.load(image, repository, tag)

    def label(self, repository: str, reference: str, name: str) -> None:
        """Attaches a label to an artifact."""
        manifest = self.registry.storage.manifest(repository, reference)
        if manifest is None:
            raise ValueError("no artifact {0}:{1}".format(repository, reference))
        self.labels.attach(repository, manifest.digest, name)

    def push_event(self, repository: str, reference: str, deleted: bool = False) -> List[Execution]:
        """Tells the event that an artifact was pushed (or a tag deleted). Returns the executions that it started."""
        started = []
        for policy in list(self.policies.stored.values()):
            if not policy.enabled or policy.src or policy.kind != "event_based" or (deleted and not policy.deletion):
                continue
            item = selection.for_event(self.content, repository, reference, policy, self.version)
            if item is not None:
                items = [item._replace(deleted=deleted)]
                started.append(self.executions.runner.start(policy, "event_based", items))
        return started

    def fire_schedule(self, policy: Union[int, str]) -> Execution:
        """Does what the time of a scheduled policy (name or number) does.

        :raises ValueError: the policy has no schedule: it is disabled, or its trigger is another one.
        """
        found = self.policy(policy)
        if found.cron is None:
            raise ValueError("policy {0} is not scheduled".format(policy))
        return self.executions.runner.start(found, "scheduled")

    def policy(self, wanted: Union[int, str]) -> Policy:
        """A policy by its name or number.

        :raises ValueError: there is none.
        """
        for policy in self.policies.stored.values():
            if wanted in (policy.id, policy.name):
                return policy
        raise ValueError("no policy {0}".format(wanted))

    def restart(self, seconds: float, refuse: bool = False) -> None:
        """Is not there for a while: the proxy answers with 502, or (C(refuse)) connections are refused."""
        if not refuse:
            self._away_until = time.monotonic() + seconds
            return

        def away() -> None:
            self.server.stop()
            # The port is kept: a client that knocks at a free one may be given it, and then meets itself.
            with socket.socket() as kept:
                kept.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                kept.bind((self.server.host, self.server.port))
                if not self.wait(seconds):
                    self.server.start()

        self.spawn(away)

    def count(self, *kinds: str, **wanted: Any) -> int:
        """Requests so far, see RequestLog.count(): C(count(method="PUT"))."""
        return self.log.count(*kinds, **wanted)

    def bodies(self, method: str, path: str) -> List[Any]:
        """The bodies of requests to a path below the base, such as C(/registries/1)."""
        wanted = (method, self.version.base + path)
        return [call.body for call in self.calls if (call.method, call.path) == wanted]

    # Requests

    def identity(self, request: Request) -> Identity:
        return identify(request, self.users, self.robots)

    def caller(self, request: Request) -> str:
        return self.identity(request).name

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/_sandbox/"):
            return self.admin.handle(request)
        entry = request.entry = Entry("harbor", request, None, None)
        self.log.enter("harbor")
        try:
            response = self._answer(request, entry)
            entry.status = response.status
        finally:
            entry.bytes_in = request.body.consumed
            self.log.leave("harbor")
            self.log.append(entry)
        return response

    def _answer(self, request: Request, entry: Entry) -> Response:
        if time.monotonic() < self._away_until:
            return Response(502, _AWAY.encode(), {"Content-Type": "text/html"})
        found = self.faults.match(entry)
        for fault in found:
            entry.fault = fault.action
            early = fault_actions.before(fault, request, self)
            if early is not None:
                return early
        response = self._work(request)
        for fault in found:
            response = fault_actions.after(fault, request, response)
        return response

    def _work(self, request: Request) -> Response:
        body = b"" if request.method in ("GET", "HEAD") else request.body.read()
        identity = self.identity(request)
        try:
            response = self.replies.forged(request) or self._serve(request, identity, body)
        except RefusedError as refused:
            response = self.replies.error(refused)
        call = (request.method, request.path, request.raw_query, self.specification.parsed(body))
        with self.lock:
            self.calls.append(Call(*call, response.status, identity.name))
        return response

    def _serve(self, request: Request, identity: Identity, body: bytes) -> Response:
        base = self.version.base
        if request.path == "/api/version" and self.version.modern:
            return self.replies.json({"version": "v2.0"})
        if not request.path.startswith(base + "/"):
            return self.replies.missing(request)
        path = request.path[len(base) :].rstrip("/")
        known = bool(identity.name)
        if path == "/systeminfo":
            return self.replies.json(system_info(self.version, known, self.options.build))
        if path in ("/ping", "/health"):
            return self.replies.text("Pong") if path == "/ping" else self.replies.json({"status": "healthy"})
        others = []
        for method, pattern, permission, handler in self._routes:
            match = pattern.match(path)
            if match and method == request.method:
                if body and self.version.modern:
                    check_media_type(request.headers.get("content-type", ""))
                self._allow(identity, permission)
                self.violations.extend(self.specification.violations(method, path, body))
                return handler(request, match, body)
            others.extend([method] if match else [])
        if others and self.version.modern:
            text = "method {0} is not allowed, but [{1}] are".format(request.method, ",".join(others))
            raise RefusedError(405, text)
        answer = self._listing.serve(request, path, known, identity.sees)
        return answer or self.replies.missing(request)

    def _allow(self, identity: Identity, permission: Permission) -> None:
        """
        :raises RefusedError: 401 or 403.
        """
        if not identity.name:
            raise RefusedError(401, "unauthorized" if self.version.modern else "UnAuthorized")
        if not identity.may(*permission):
            raise RefusedError(403, identity.name)
