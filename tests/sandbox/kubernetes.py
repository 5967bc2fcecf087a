# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for a Kubernetes API server, for the Python client and kubernetes.core.

Discovery, lists in pages, objects, patches and field managers, with the bodies and errors of a kube-apiserver 1.36; on
request, roll-outs.
"""

from __future__ import annotations

import gzip
import json
import re
import ssl
import threading
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Union

from . import faults as fault_actions
from .admin import Admin
from .faults import Fault, FaultSet
from .http_message import Request, Response
from .http_server import HttpServer
from .kubernetes_access import Access, Person
from .kubernetes_controllers import Controllers
from .kubernetes_kinds import BUILT_IN, Catalogue, Resource
from .kubernetes_replies import REASONS, StatusError, forbidden, no_page, not_found, reply
from .kubernetes_selectors import fields, labels
from .kubernetes_store import Page, Store
from .kubernetes_writes import Writer
from .request_log import Entry, RequestLog
from .tls import Certificates

TOKEN = "sandbox-token"
VERSION = "1.36.2"
_PATH = re.compile(
    r"/(?:api/(?P<core>[^/]+)|apis/(?P<group>[^/]+)/(?P<version>[^/]+))"
    r"(?:/namespaces/(?P<namespace>[^/]+)(?=/[^/]))?/(?P<name>[^/]+)(?:/(?P<object>[^/]+)(?:/(?P<below>[^/]+))?)?\Z"
)
# A namespace is an object too, and has subresources.
_NAMESPACE = re.compile(r"/api/v1/namespaces/(?P<object>[^/]+)(?:/(?P<below>status|finalize))?\Z")
_REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_PACKED_FROM = 128 * 1024
_COUNT = re.compile(r"[0-9]{1,9}\Z")


class Call(NamedTuple):
    """A request for objects of one resource."""

    resource: Resource
    namespace: Optional[str]
    name: Optional[str]
    below: Optional[str]
    verb: str


class KubernetesServer:
    """
    :param tokens: users by token, see L(Person.from_mapping,#). By default, C(TOKEN) may do everything.
    :param objects: see L(load,#).
    :param resources: further ones, see C(kubernetes_kinds.custom).
    :param clients: common names of client certificates that may do everything; needs TLS.
    :param controllers: roll-outs happen, see C(kubernetes_controllers). Otherwise, nothing happens by itself.
    """

    kind = "kubernetes"

    def __init__(
        self,
        tokens: Optional[Mapping[str, Union[str, Mapping[str, Any], Person]]] = None,
        objects: Iterable[Dict[str, Any]] = (),
        resources: Iterable[Resource] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Union[bool, Certificates] = False,
        faults: Iterable[Fault] = (),
        clients: Iterable[str] = (),
        controllers: bool = False,
        version: str = VERSION,
        name: str = "kubernetes",
    ) -> None:
        self.name = name
        self.version = version
        people = {
            token: person if isinstance(person, Person) else Person.from_mapping(person)
            for token, person in ({TOKEN: "admin"} if tokens is None else tokens).items()
        }
        self.tokens = list(people)
        self.access = Access(people, list(clients))
        self.catalogue = Catalogue([*BUILT_IN, *resources])
        self.store = Store()
        self.writer = Writer(self.store)
        self.controllers = Controllers(self.store, self.catalogue) if controllers else None
        self.log = RequestLog()
        self.faults = FaultSet(*faults)
        self.admin = Admin(self)
        self.certificates = Certificates.shared() if tls is True else tls or None
        self.server = HttpServer(self.handle, host, port, self._context(), name)
        self.lock = threading.RLock()
        self.load(objects)

    def _context(self) -> Optional[ssl.SSLContext]:
        if not self.certificates:
            return None
        context = self.certificates.server_context()
        context.load_verify_locations(self.certificates.ca_path)
        context.verify_mode = ssl.CERT_OPTIONAL
        return context

    # Life

    def start(self) -> KubernetesServer:
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()

    def __enter__(self) -> KubernetesServer:
        return self.start()

    def __exit__(self, *_exception: Any) -> None:
        self.stop()

    @property
    def host(self) -> str:
        return "{0}:{1}".format(self.server.host, self.server.port)

    @property
    def url(self) -> str:
        return "{0}://{1}".format(self.server.scheme, self.host)

    @property
    def ca_path(self) -> Optional[str]:
        return self.certificates.ca_path if self.certificates else None

    @property
    def stopping(self) -> threading.Event:
        return self.server.stopping

    def describe(self) -> Dict[str, Any]:
        """What a client needs to know, for the command line's ready file."""
        return {"kind": self.kind, "url": self.url, "host": self.host, "ca_path": self.ca_path}

    def kubeconfig(self, token: Optional[str] = TOKEN, namespace: str = "default") -> Dict[str, Any]:
        """A kubeconfig with the contexts C(sandbox), and C(elsewhere) with a server that is not there.

        :param token: None for a user without a login.
        """
        cluster: Dict[str, Any] = {"server": self.url}
        if self.ca_path:
            cluster["certificate-authority"] = self.ca_path
        context = {"cluster": "sandbox", "user": "somebody", "namespace": namespace}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "sandbox",
            "clusters": [
                {"name": "sandbox", "cluster": cluster},
                {"name": "elsewhere", "cluster": {"server": "http://127.0.0.1:9"}},
            ],
            "contexts": [
                {"name": "sandbox", "context": context},
                {"name": "elsewhere", "context": dict(context, cluster="elsewhere")},
            ],
            "users": [{"name": "somebody", "user": {"token": token} if token else {}}],
        }

    def expire_tokens(self) -> None:
        self.access.expire()

    def reset(self, content: bool = False) -> None:
        """Forgets faults and the log; with C(content) all objects, too."""
        self.faults.clear()
        self.log.reset()
        if content:
            self.store.clear()

    # What tests do and ask

    def load(self, objects: Iterable[Dict[str, Any]]) -> None:
        """Puts objects, with C(apiVersion) and C(kind), without a request. Their namespaces come into being.

        A kind that no resource has is defined first, as by a CustomResourceDefinition.
        """
        for item in objects:
            resource = self.catalogue.of_object(item)
            if resource is None:
                group, _slash, version = item["apiVersion"].rpartition("/")
                resource = Resource(group, version, item["kind"].lower() + "s", item["kind"], custom=True)
                self.catalogue.add(resource)
            if resource.namespaced:
                item = dict(item, metadata=dict({"namespace": "default"}, **item["metadata"]))
                self._ensure_namespace(item["metadata"]["namespace"])
            self.store.create(resource, item)

    def _ensure_namespace(self, name: str) -> None:
        resource = self.catalogue.find("", "v1", "namespaces")
        if resource is not None and self.store.get(resource, "", name) is None:
            metadata = {"name": name, "labels": {"kubernetes.io/metadata.name": name}}
            self.store.create(resource, {"metadata": metadata, "spec": {}, "status": {"phase": "Active"}})

    def count(self, *kinds: str, **wanted: Any) -> int:
        """Requests so far, see RequestLog.count(): C(count(method="PATCH"))."""
        return self.log.count(*kinds, **wanted)

    def asked(self) -> List[str]:
        """Method, path and query of each request, in the order of arrival."""
        return [
            "{0} {1}{2}".format(one.method, one.path, "?" + one.query if one.query else "")
            for one in self.log.entries()
        ]

    # Requests

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/_sandbox/"):
            return self.admin.handle(request)
        entry = request.entry = Entry("kubernetes", request, None, None)
        self.log.enter("kubernetes")
        try:
            response = self._answer(request, entry)
            entry.status = response.status
        finally:
            entry.bytes_in = request.body.consumed
            self.log.leave("kubernetes")
            self.log.append(entry)
        return response

    def _answer(self, request: Request, entry: Entry) -> Response:
        found = self.faults.match(entry)
        for fault in found:
            entry.fault = fault.action
            early = _status(fault) or fault_actions.before(fault, request, self)
            if early is not None:
                return early
        try:
            response = _packed(request, self._serve(request))
        except StatusError as refused:
            response = refused.response()
        for fault in found:
            response = fault_actions.after(fault, request, response)
        return response

    def _serve(self, request: Request) -> Response:
        person = self.access.person(request)
        if request.path == "/version":
            major, minor, _patch = self.version.split(".")
            return reply({"major": major, "minor": minor, "gitVersion": "v" + self.version, "platform": "linux/amd64"})
        if request.path == _REVIEW and request.method == "POST":
            return self._review(person, request.body.read())
        document = self.catalogue.document(request.path)
        if document is not None:
            return reply(document)
        call = self._call(request)
        if call is None:
            return no_page()
        if not person.may(call.verb, call.resource, call.namespace):
            raise forbidden(person.name, call.verb, call.resource, call.namespace, call.name)
        if call.verb not in call.resource.verbs:
            raise StatusError(405, details={})
        return self._carry_out(request, call)

    def _review(self, person: Person, body: bytes) -> Response:
        """Everybody who is logged in may ask what they may do."""
        review = json.loads(body)
        wanted = review["spec"]["resourceAttributes"]
        kind = (wanted.get("group", ""), wanted["resource"])
        known = [one for one in self.catalogue.resources if (one.group, one.name) == kind]
        allowed = any(person.may(wanted["verb"], one, wanted.get("namespace") or None) for one in known)
        return reply(dict(review, status={"allowed": allowed}), 201)

    def _carry_out(self, request: Request, call: Call) -> Response:
        namespace = (call.namespace or "") if call.resource.namespaced else ""
        if self.controllers is not None and request.method == "GET" and self.controllers.concerns(call.resource):
            self.controllers.step()
        if call.name is None:
            if call.verb == "create" and (namespace or not call.resource.namespaced):
                self._check_namespace(call.resource, namespace)
                return self.writer.create(request, call.resource, namespace)
            if call.verb == "list":
                return self._list(request, call)
        elif call.verb == "get":
            return self._get(call)
        elif call.verb == "delete" and call.below is None:
            return self.writer.delete(request, call.resource, namespace, call.name)
        elif call.verb in ("patch", "update"):
            return self.writer.change(request, call.resource, namespace, call.name)
        raise StatusError(405, details={})

    def _check_namespace(self, resource: Resource, name: str) -> None:
        spaces = self.catalogue.find("", "v1", "namespaces")
        if resource.namespaced and spaces is not None and self.store.get(spaces, "", name) is None:
            raise not_found(spaces, name)

    def _call(self, request: Request) -> Optional[Call]:
        """
        :return: None for a path outside of the APIs.
        :raises StatusError: the API has no such resource.
        """
        one = _NAMESPACE.match(request.path)
        if one:
            group, version, name, space = "", "v1", "namespaces", one.group("object")
        else:
            one = _PATH.match(request.path)
            if one is None:
                return None
            group, version = one.group("group") or "", one.group("core") or one.group("version")
            name, space = one.group("name"), one.group("namespace")
            if version not in self.catalogue.versions(group):
                return None
        resource = self.catalogue.find(group, version, name)
        below = one.group("below")
        if resource is None or (below and below not in resource.subresources):
            raise StatusError(404, details={})
        verbs = {"GET": "get" if one.group("object") else "list", "POST": "create", "PUT": "update"}
        verb = verbs.get(request.method, request.method.lower())
        return Call(resource, space, one.group("object"), below, verb)

    def _list(self, request: Request, call: Call) -> Response:
        limit, token = request.param("limit") or "0", request.param("continue") or ""
        if not _COUNT.match(limit):
            raise StatusError(400, 'strconv.ParseInt: parsing "{0}": invalid syntax'.format(limit))
        by_label, by_field = request.param("labelSelector") or "", request.param("fieldSelector") or ""
        tests = [labels(by_label), fields(by_field, call.resource.kind)]
        page = self.store.page(
            call.resource, call.namespace, lambda item: all(test(item) for test in tests), int(limit), token
        )
        return reply(_list_body(call.resource, page, not by_label and not by_field))

    def _get(self, call: Call) -> Response:
        namespace = call.namespace if call.resource.namespaced else ""
        found = self.store.get(call.resource, namespace or "", call.name or "")
        if found is None:
            raise not_found(call.resource, call.name or "")
        return reply(found)


def _list_body(resource: Resource, page: Page, counted: bool) -> bytes:
    """The body of a list; how many remain is unknown where a selector chooses."""
    metadata = '"resourceVersion":"{0}"'.format(page.version)
    if page.following:
        metadata += ',"continue":"{0}"'.format(page.following)
    if page.following and counted:
        metadata += ',"remainingItemCount":{0}'.format(page.remaining)
    head = '{{"kind":"{0}List","apiVersion":"{1}","metadata":{{{2}}},"items":['
    start = head.format(resource.kind, resource.api_version, metadata).encode()
    return start + b",".join(stored.raw for stored in page.items) + b"]}\n"


def _packed(request: Request, response: Response) -> Response:
    """A large reply goes out in gzip to whom accepts that, as from the real server."""
    if response.length > _PACKED_FROM and "gzip" in request.headers.get("accept-encoding", ""):
        response.body = gzip.compress(response.body, 1)
        response.headers["Content-Encoding"] = "gzip"
    return response


def _status(fault: Fault) -> Optional[Response]:
    """The reply of the action C(status) where the rule has no body of its own."""
    if fault.action != "status" or fault.body is not None or fault.html or fault.status not in REASONS:
        return None
    response = StatusError(fault.status).response()
    response.headers.update(fault.headers)
    return response
