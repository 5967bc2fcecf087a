# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the network, the clock and whole registries, for the unit tests of the copy engine."""

from __future__ import annotations

import gzip
import json
import threading
import urllib.parse
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.client.clients import ClientPool
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.docker_logins import Credential
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    DOCKER_CONFIG,
    DOCKER_MANIFEST,
    OCI_INDEX,
    digest_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import (
    RegistryReply,
    TransportError,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.limits import Limits
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Stream
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.retry import Retrier
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.settings import (
    ConnectionSettings,
    LimitSettings,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.target import Target

LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
SOURCE, DESTINATION = "source.example", "destination.example"


def reply(status: int = 200, body: Any = b"", **headers: str) -> RegistryReply:
    """A reply; a body that is no bytes is sent as JSON. C(content_type=...) becomes the header C(content-type)."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode("utf-8")
    return RegistryReply(status, {name.replace("_", "-"): value for name, value in headers.items()}, content)


def broken(text: str = "the connection broke") -> TransportError:
    return TransportError(text)


class Sent(NamedTuple):
    """A request as it was sent."""

    method: str
    url: str
    headers: Dict[str, str]
    body: bytes

    def __str__(self) -> str:
        return "{0} {1}".format(self.method, self.url)


class FakeStream(Stream):
    """A reply whose body is still to come; C(breaks_after) bytes of it arrive before the connection breaks."""

    def __init__(self, answer: RegistryReply, breaks_after: Optional[int] = None, length: Optional[int] = -1) -> None:
        self.status, self.headers = answer.status, answer.headers
        self.length = len(answer.body) if length == -1 else length
        self._body, self._at, self._breaks_after = answer.body, 0, breaks_after
        self.closed = False

    def unpack(self) -> None:
        self._body, self.length = gzip.decompress(self._body), None

    def readinto(self, buffer: memoryview) -> int:
        if self.closed:
            raise ValueError("a read from a stream that was closed")
        limit = len(self._body) if self._breaks_after is None else self._breaks_after
        if self._breaks_after is not None and self._at >= limit:
            self.close()
            raise TransportError("the reply was cut off")
        part = self._body[self._at : min(limit, self._at + len(buffer))]
        buffer[: len(part)] = part
        self._at += len(part)
        return len(part)

    def read(self, limit: int = 1 << 26) -> bytes:
        rest = self._body[self._at :]
        self.close()
        return rest

    def read_end(self) -> None:
        assert not self.closed

    def close(self) -> None:
        self.closed = True

    def __enter__(self) -> FakeStream:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


class FakeTransport:
    """Answers by C(answer(sent)) and writes down what it was asked.

    :param answer: gets a request and returns a reply or a stream, or raises. A list is a script: one answer each.
    """

    def __init__(self, answer: Any) -> None:
        self.sent: List[Sent] = []
        self.streams: List[FakeStream] = []
        self.connects: List[str] = []
        self.refuse_connection: Callable[[str], Optional[Exception]] = lambda _url: None
        self._lock = threading.Lock()
        self._script = list(answer) if isinstance(answer, (list, tuple)) else None
        self._answer = self._next if self._script is not None else answer

    def _next(self, sent: Sent) -> Any:
        if not self._script:
            raise AssertionError("an unexpected request: {0}".format(sent))
        answer = self._script.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer

    @property
    def lines(self) -> List[str]:
        """The requests as C(METHOD url)."""
        return [str(sent) for sent in self.sent]

    def request(self, method: str, target: Target, headers: Any, body: bytes = b"", sent: Any = None) -> RegistryReply:
        return self._ask(method, target, headers, body)

    def request_within(
        self, _seconds: float, method: str, target: Target, headers: Any, _body: bytes = b""
    ) -> RegistryReply:
        return self._ask(method, target, headers, b"")

    def send_ahead(self, method: str, target: Target, headers: Any) -> None:
        """Nothing is sent ahead, and with L(pipeline,#) nothing at once: requests come one by one here."""

    def pipeline(self, endpoint: Any, paths: Any, headers: Any, patience: Any) -> Any:
        """See L(send_ahead,#)."""
        return [], False

    def stream(self, method: str, target: Target, headers: Any, _body: bytes = b"") -> FakeStream:
        answer = self._ask(method, target, headers, b"")
        stream = answer if isinstance(answer, FakeStream) else FakeStream(answer)
        self.streams.append(stream)
        return stream

    def upload(
        self, method: str, target: Target, headers: Any, length: int, write_body: Any, budget: Optional[int] = None
    ) -> RegistryReply:
        parts: List[bytes] = []
        write_body(lambda block: parts.append(bytes(block)))
        body = b"".join(parts)
        assert len(body) == length
        return self._ask(method, target, headers, body)

    def acquire(self, endpoint: Any) -> Any:
        url = "{0}://{1}".format(endpoint.scheme, endpoint.authority)
        self.connects.append(url)
        error = self.refuse_connection(url)
        if error is not None:
            raise error
        return object()

    def release(self, connection: Any, reusable: bool) -> None:
        assert reusable

    def close(self) -> None:
        pass

    def _ask(self, method: str, target: Target, headers: Any, body: bytes) -> Any:
        endpoint = target.endpoint
        url = "{0}://{1}{2}".format(endpoint.scheme, endpoint.authority, target.path)
        sent = Sent(method, url, dict(headers), body)
        with self._lock:
            self.sent.append(sent)
        answer = self._answer(sent)
        return answer._replace(target=target) if isinstance(answer, RegistryReply) else answer


class FakeClock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: List[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds < 1e6
        self.sleeps.append(seconds)
        self.now += seconds


def no_wait_retrier(retries: int = 3) -> Retrier:
    return Retrier(retries, sleep=lambda _seconds: None)


def store(**logins: Tuple[str, str]) -> CredentialStore:
    """Credentials by registry; dots and hyphens are written as C(_dot_) in the name of a keyword."""
    return CredentialStore(
        {
            name.replace("_dot_", "."): Credential(username=user, password=password, origin=name)
            for name, (user, password) in logins.items()
        }
    )


# -- images and registries in memory -------------------------------------------------------------------------------


def blob_of(content: bytes, media_type: str = LAYER) -> Dict[str, Any]:
    return {"mediaType": media_type, "digest": digest_of(content), "size": len(content)}


def image_of(config: bytes, *layers: bytes, media_type: str = DOCKER_MANIFEST) -> bytes:
    """An image manifest over these blobs."""
    document = {
        "schemaVersion": 2,
        "mediaType": media_type,
        "config": blob_of(config, DOCKER_CONFIG),
        "layers": [blob_of(layer) for layer in layers],
    }
    return json.dumps(document).encode("utf-8")


def index_of(*entries: Tuple[bytes, Optional[Dict[str, str]]], media_type: str = OCI_INDEX) -> bytes:
    """An index of manifests with their platforms."""
    manifests = []
    for content, platform in entries:
        entry = {"mediaType": json.loads(content)["mediaType"], "digest": digest_of(content), "size": len(content)}
        manifests.append(dict(entry, platform=platform) if platform else entry)
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "manifests": manifests}).encode("utf-8")


def fail_with(error: BaseException) -> None:
    """Raise an error that a test prepared."""
    raise error


def no_fault(_sent: Sent) -> Any:
    """Nothing in the place of the registry's reply."""
    return None


class FakeRegistry:
    """One registry in memory. It refuses a manifest whose parts are missing, and remembers that it happened.

    :ivar fault: asked before each request; a reply or an exception of its takes the place of the registry's.
    :ivar defects: what the engine did that it must not do.
    """

    def __init__(self, host: str, mounts: bool = True) -> None:
        self.host = host
        self.mounts = mounts
        self.blobs: Dict[str, Dict[str, bytes]] = {}
        self.manifests: Dict[str, Dict[str, bytes]] = {}
        self.uploads: List[Tuple[str, str]] = []
        self.mounted: List[Tuple[str, str, str]] = []
        self.puts: List[Tuple[str, str]] = []
        self.defects: List[str] = []
        self.fault: Callable[[Sent], Any] = no_fault
        self._lock = threading.RLock()

    def push(self, repository: str, tag: Optional[str], manifest: bytes, *blobs: bytes) -> str:
        """Store an image directly; its digest."""
        self.blobs.setdefault(repository, {}).update({digest_of(blob): blob for blob in blobs})
        stored = self.manifests.setdefault(repository, {})
        stored[digest_of(manifest)] = manifest
        if tag:
            stored[tag] = manifest
        return digest_of(manifest)

    def __call__(self, sent: Sent) -> Any:
        with self._lock:
            fault = self.fault(sent)
            if isinstance(fault, BaseException):
                fail_with(fault)
            return fault if fault is not None else self._answer(sent)

    def _answer(self, sent: Sent) -> Any:
        parts = urllib.parse.urlsplit(sent.url)
        query = dict(urllib.parse.parse_qsl(parts.query))
        path = parts.path[len("/v2/") :]
        if path.endswith("/tags/list"):
            return self._tags(path[: -len("/tags/list")])
        if "/blobs/uploads/" in path:
            name, _slash, _rest = path.partition("/blobs/uploads/")
            return self._open(name, query) if sent.method == "POST" else self._store(name, query, sent.body)
        if "/blobs/" in path:
            name, _slash, digest = path.partition("/blobs/")
            return self._blob(name, digest, sent)
        name, _slash, reference = path.partition("/manifests/")
        return self._put(name, reference, sent) if sent.method == "PUT" else self._manifest(name, reference, sent)

    def _tags(self, name: str) -> RegistryReply:
        if name not in self.manifests:
            return reply(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known"}]})
        return reply(200, {"name": name, "tags": [tag for tag in self.manifests[name] if ":" not in tag]})

    def _manifest(self, name: str, reference: str, sent: Sent) -> RegistryReply:
        content = self.manifests.get(name, {}).get(reference)
        if content is None:
            return reply(404, {"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]})
        media_type = json.loads(content)["mediaType"]
        body = b"" if sent.method == "HEAD" else content
        return reply(200, body, content_type=media_type, docker_content_digest=digest_of(content))

    def _blob(self, name: str, digest: str, sent: Sent) -> Any:
        content = self.blobs.get(name, {}).get(digest)
        if content is None:
            return reply(404)
        return reply(200, b"" if sent.method == "HEAD" else content)

    def _open(self, name: str, query: Dict[str, str]) -> RegistryReply:
        digest, other = query.get("mount"), query.get("from", "")
        if digest and self.mounts and digest in self.blobs.get(other, {}):
            self.blobs.setdefault(name, {})[digest] = self.blobs[other][digest]
            self.mounted.append((name, digest, other))
            return reply(201, location="/v2/{0}/blobs/{1}".format(name, digest))
        return reply(202, location="/v2/{0}/blobs/uploads/1".format(name))

    def _store(self, name: str, query: Dict[str, str], body: bytes) -> RegistryReply:
        digest = query["digest"]
        if digest_of(body) != digest:
            self.defects.append("a damaged blob was completed in {0}".format(name))
            return reply(400, {"errors": [{"code": "DIGEST_INVALID"}]})
        self.uploads.append((name, digest))
        self.blobs.setdefault(name, {})[digest] = body
        return reply(201)

    def _put(self, name: str, reference: str, sent: Sent) -> RegistryReply:
        document = json.loads(sent.body)
        digests = [child["digest"] for child in document.get("manifests") or ()]
        there = {**self.manifests.get(name, {}), **self.blobs.get(name, {})}
        missing = [digest for digest in digests if digest not in there]
        blobs = (document.get("layers") or []) + ([document["config"]] if "config" in document else [])
        missing += [blob["digest"] for blob in blobs if blob["digest"] not in self.blobs.get(name, {})]
        if missing:
            self.defects.append("{0}:{1} was put before {2}".format(name, reference, missing))
            return reply(400, {"errors": [{"code": "MANIFEST_BLOB_UNKNOWN"}]})
        self.puts.append((name, reference))
        stored = self.manifests.setdefault(name, {})
        stored[reference] = stored[digest_of(sent.body)] = sent.body
        return reply(201, docker_content_digest=digest_of(sent.body))


class FakeNetwork(FakeTransport):
    """Registries by host."""

    #: A network that answers at once.
    round_trip = None

    def __init__(self, *registries: FakeRegistry) -> None:
        hosts = {registry.host: registry for registry in registries}
        super().__init__(lambda sent: hosts[urllib.parse.urlsplit(sent.url).netloc](sent))


def repository(name: str = "ns/app", registry: str = SOURCE) -> Repository:
    return Repository(registry, name)


def client_pool(
    transport: Any,
    credentials: CredentialStore,
    retrier: Retrier,
    first_pause: float = 0.5,
    limits: Optional[Limits] = None,
) -> ClientPool:
    """Clients whose requests go to a stand-in."""
    settings = ConnectionSettings(retry_delay=first_pause)
    return ClientPool(settings, credentials, limits or Limits(LimitSettings()), transport, retrier)
