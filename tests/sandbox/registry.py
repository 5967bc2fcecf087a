# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for a container registry: the distribution API with faults on demand and a log of requests."""

from __future__ import annotations

import hashlib
import ssl
import time
from email.utils import formatdate
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Union

from . import faults as fault_actions
from .admin import Admin
from .auth import Need, NoAuth, error
from .distribution import Distribution, manifest_digest
from .faults import Fault, FaultSet
from .harbor_listing import HarborApi
from .http_message import DropConnectionError, Request, Response
from .http_server import HttpServer
from .request_log import Entry, RequestLog
from .routes import Call, needs_of, route
from .storage import Manifest, Storage
from .tls import Certificates


class Options(NamedTuple):
    """What a registry can and cannot do, permanently. Use faults for what changes.

    :param delete: manifests and blobs can be deleted.
    :param referrers: the referrers API exists.
    :param catalog: C(/v2/_catalog) exists.
    :param page_size: the most entries of a tag list or catalog page; None: all in one page.
    :param resumable: an upload whose connection was lost goes on where it stopped; else it is gone.
    :param relative_locations: upload locations without scheme and host.
    :param mount: cross-repository mount works; else the request becomes an upload (202).
    :param chunk_minimum: announced as OCI-Chunk-Min-Length; None: not announced.
    :param zstd: manifests may name Zstandard layers; else 400, as registries with a list of media types answer.
    :param clock: replies have a Date header, from a clock that is ahead by so many seconds; None: they have none.
    :param pull_limit: how many manifests may be read in C(pull_window) seconds, as on Docker Hub; None: any number.
    :param harbor: the version of a Harbor around the registry, whose API lists projects and repositories; None: none.
    :param harbor_caches: its projects that are proxy caches.
    """

    delete: bool = True
    referrers: bool = True
    catalog: bool = True
    page_size: Optional[int] = None
    resumable: bool = True
    relative_locations: bool = False
    mount: bool = True
    chunk_minimum: Optional[int] = None
    zstd: bool = True
    clock: Optional[float] = None
    harbor: Optional[str] = None
    harbor_caches: Sequence[str] = ()
    pull_limit: Optional[int] = None
    pull_window: int = 21600


class Registry:
    """A registry that listens on a loopback port from start() to stop(); also a context manager.

    :param auth: an object of C(auth): NoAuth, BasicAuth or BearerAuth.
    :param storage: a directory to keep the content in; None: in memory.
    :param tls: True for a certificate made for the occasion, or a C(Certificates) object.
    :param options: a mapping of the fields of C(Options).
    """

    kind = "registry"

    def __init__(
        self,
        auth: Optional[NoAuth] = None,
        storage: Optional[str] = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Union[bool, Certificates] = False,
        faults: Iterable[Fault] = (),
        options: Optional[Dict[str, Any]] = None,
        name: str = "registry",
    ) -> None:
        self.auth = auth or NoAuth()
        self.name = name
        self.options = Options(**(options or {}))
        self.certificates = Certificates.shared() if tls is True else tls or None
        self.storage = Storage(storage)
        self.faults = FaultSet(*faults)
        self.log = RequestLog()
        self.api = Distribution(self)
        self._harbor: Optional[HarborApi] = None
        self.admin = Admin(self)
        self.server = HttpServer(self.handle, host, port, self._tls_context(), name)

    # Life

    def start(self) -> Registry:
        self.server.start()
        return self

    def stop(self) -> None:
        self.server.stop()
        self.storage.close()

    def __enter__(self) -> Registry:
        return self.start()

    def __exit__(self, *_exception: Any) -> None:
        self.stop()

    @property
    def host(self) -> str:
        """C(address:port), as it stands in an image reference."""
        return "{0}:{1}".format(self.server.host, self.server.port)

    @property
    def url(self) -> str:
        return "{0}://{1}".format(self.server.scheme, self.host)

    @property
    def ca_path(self) -> Optional[str]:
        """The file with the certificate authority to trust, or None without TLS."""
        return self.certificates.ca_path if self.certificates else None

    def _tls_context(self) -> Optional[ssl.SSLContext]:
        return self.certificates.server_context() if self.certificates else None

    def describe(self) -> Dict[str, Any]:
        """What a client needs to know, for the command line's ready file."""
        return {"kind": self.kind, "url": self.url, "host": self.host, "ca_path": self.ca_path}

    # What tests ask and prepare

    def count(self, *kinds: str, **wanted: Any) -> int:
        """Requests of these kinds so far, see RequestLog.count()."""
        return self.log.count(*kinds, **wanted)

    def load(self, image: Any, repository: str, tag: Optional[str] = None) -> str:
        """Puts an image (see C(images)) straight into the storage, without requests. Returns its digest."""
        for child in image.children:
            self.load(child, repository)
        for blob in image.blobs:
            if not blob.urls:
                self.storage.put_blob(repository, blob.digest, blob.chunks())
        self.storage.put_manifest(repository, Manifest(image.digest, image.media_type, image.raw), tag)
        return image.digest

    def manifest(self, repository: str, reference: str) -> Optional[Manifest]:
        """The manifest of a tag or digest, or None."""
        return self.storage.manifest(repository, reference)

    def tags(self, repository: str) -> List[str]:
        return self.storage.tags(repository) or []

    def missing_blobs(self, repository: str) -> List[str]:
        """Digests that manifests of the repository name and the repository has not, or whose bytes are wrong."""
        missing = set()
        for manifest in self.storage.manifests(repository):
            for need in self.api.references(manifest):
                if need.child:
                    if self.storage.manifest(repository, need.digest) is None:
                        missing.add(need.digest)
                elif not self.storage.has_blob(repository, need.digest) or not self._sound(need.digest):
                    missing.add(need.digest)
            if manifest_digest(manifest.raw, manifest.media_type) != manifest.digest:
                missing.add(manifest.digest)
        return sorted(missing)

    def _sound(self, digest: str) -> bool:
        algorithm, _colon, wanted = digest.partition(":")
        found = hashlib.new(algorithm)
        for chunk in self.storage.blob_body(digest).chunks():
            found.update(chunk)
        return found.hexdigest() == wanted

    # Requests

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/_sandbox/"):
            return self.admin.handle(request)
        call = self.route(request)
        entry = request.entry = Entry(call.kind, request, call.repository, call.reference)
        self.log.enter(call.kind)
        try:
            response = self._answer(call, request, entry)
            entry.status = response.status
        finally:
            entry.bytes_in = request.body.consumed
            self.log.leave(call.kind)
            self.log.append(entry)
        return response

    def route(self, request: Request) -> Call:
        """Which operation a request asks for."""
        if request.path == self.auth.token_path:
            return Call("token", None, None)
        if self.options.harbor is not None and request.path.startswith("/api/"):
            return Call("harbor", None, None)
        return route(request)

    def _answer(self, call: Call, request: Request, entry: Entry) -> Response:
        found = self.faults.match(entry)
        realm = None
        for fault in found:
            entry.fault = fault.action
            if fault.action == "token_realm":
                realm = fault.location
            early = fault_actions.before(fault, request, self)
            if early is not None:
                return early
        response = self.work(call, request, realm)
        if self.options.clock is not None:
            response.headers["Date"] = formatdate(time.time() + self.options.clock, usegmt=True)
        for fault in found:
            response = fault_actions.after(fault, request, response)
        return response

    def work(self, call: Call, request: Request, realm: Optional[str]) -> Response:
        """Checks the authorization and does what is asked."""
        if call.kind == "token":
            return self.auth.serve_token(request)  # type: ignore[attr-defined]
        if call.kind == "harbor":
            if self._harbor is None:
                self._harbor = HarborApi(self, str(self.options.harbor))
            return self._harbor.serve(request)
        if call.kind != "other":
            refused = self.auth.check(request, self.needs(call), realm)
            if refused is not None:
                return refused
        try:
            return self.api.serve(call, request)
        except DropConnectionError:
            if not self.options.resumable and call.kind in ("upload_patch", "upload_put"):
                upload = self.storage.upload(call.repository or "", call.reference or "")
                if upload is not None:
                    self.storage.discard_upload(upload)
            raise

    def needs(self, call: Call) -> Sequence[Need]:
        return needs_of(call)

    # For hooks of derived servers and for faults

    def refuse_manifest(self, repository: str, reference: str, media_type: str, raw: bytes) -> Optional[Response]:
        """For servers that do not take every manifest."""
        if not self.options.zstd and (b"+zstd" in raw or b"tar.zstd" in raw):
            return error(400, "MANIFEST_INVALID", "manifest invalid", detail="unsupported media type of a layer")
        return None

    def refuse_blob(self, upload: Any) -> Optional[Response]:
        """For servers that do not take every blob."""
        return None

    def blob_reply(self, call: Call, request: Request) -> Optional[Response]:
        """For servers that send the client elsewhere for blobs."""
        return None

    def serve_tags(self, call: Call, request: Request) -> Response:
        """The tag list."""
        return self.api.tags_reply(call, request, self.storage.tags(call.repository or ""))

    @property
    def stopping(self) -> Any:
        return self.server.stopping

    def expire_tokens(self) -> None:
        """Every token given out so far is expired from now on."""
        self.auth.expire_tokens()

    def reset(self, content: bool = False) -> None:
        """Forgets faults and the log; with C(content) also everything that was pushed."""
        self.faults.clear()
        self.log.reset()
        if content:
            self.storage.clear()
