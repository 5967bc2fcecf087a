# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for SWR's basic edition: a registry with SWR's manners.

What is known of them, and from where, is said at each: "observed" means that users of the real service
reported it, "documented" that Huawei Cloud's user guide or API reference says so. Everything in doubt is a switch.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import threading
import time
from collections import deque
from typing import Any, Deque, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Set, Union

from .auth import BearerAuth, Need, Permission, User, basic_credentials, error
from .distribution import INDEX_TYPES, MANIFEST_TYPES
from .http_message import Request, Response
from .obs import ObjectStorage
from .registry import Registry
from .routes import Call
from .tls import Certificates

REFUSAL = "Invalid image, fail to parse 'manifest.json'"
ORGANIZATION = re.compile(r"[a-z](?:[a-z0-9]|[._-](?=[a-z0-9])|__(?=[a-z0-9])){0,63}\Z")


class Manners(NamedTuple):
    """What this SWR does differently from a plain registry.

    :param refuse_oci_index: 400 for OCI indexes (observed).
    :param refuse_oci_manifest: 400 for single OCI manifests (documented; reports differ).
    :param refuse_zstd: 400 for manifests that name Zstandard layers (unknown).
    :param throttle: requests a second that are answered, the rest gets 503; 0: no limit. Documented: 20.
    :param retry_after: seconds in the Retry-After header of the 503; None: no header.
    :param max_uploads: layers that may be on their way at once, more get 503; 0: no limit. Documented: 20.
    :param redirect_blobs: blob GETs are redirected to the object storage (observed).
    :param empty_tags: an empty string among the tags (observed).
    :param paging: tag lists honour C(n) and C(last) (unknown).
    :param max_layer_size: bytes; 0: no limit. Documented: 10 or 50 GB.
    :param max_tags: tags of one repository; 0: no limit. Documented: 300.
    :param list_page: repositories that C(dockyard) lists at once; 0: all (unknown).
    :param list_offset: whether the rest can be asked for by an offset in the filter (unknown).
    :param delete_organizations: whether C(dockyard) deletes organizations (unknown).
    """

    refuse_oci_index: bool = True
    refuse_oci_manifest: bool = True
    refuse_zstd: bool = False
    throttle: float = 0
    retry_after: Optional[int] = None
    max_uploads: int = 0
    redirect_blobs: bool = True
    empty_tags: bool = True
    paging: bool = False
    max_layer_size: int = 0
    max_tags: int = 0
    list_page: int = 0
    list_offset: bool = True
    delete_organizations: bool = True


def login_password(access_key: str, secret_key: str) -> str:
    """The password of the long-term login: HMAC-SHA256 of the access key under the secret key, in hex."""
    return hmac.new(secret_key.encode(), access_key.encode(), hashlib.sha256).hexdigest()


class SwrAuth(BearerAuth):
    """The token service C(dockyard): users are C(project@AK), scopes are for existing organizations only.

    :param organizations: a set that may change while the server runs.
    """

    token_path = "/swr/auth/v2/registry/auth/"

    def __init__(self, users: Mapping[str, Union[str, User]], organizations: Any, **options: Any) -> None:
        options.setdefault("ttl", 900.0)
        options.setdefault("tell_expiry", False)
        super().__init__(users, service="dockyard", **options)
        self._organizations = organizations
        self._further: Dict[str, Set[str]] = {}

    def add_login(self, name: str, password: str) -> None:
        """A further password of a user, who keeps the others: a temporary login has the name of the lasting one."""
        self._further.setdefault(name, set()).add(password)

    def user(self, name: str, password: str) -> Optional[User]:
        return User(password) if password in self._further.get(name, ()) else super().user(name, password)

    def scope_text(self, needs: Sequence[Need]) -> str:
        # Observed: the challenge names the repository but no actions; clients must know what they need.
        return " ".join("repository:{0}:".format(name) for name in dict.fromkeys(name for name, _action in needs))

    def refuse_scopes(self, scopes: Iterable[str]) -> Optional[Response]:
        for scope in scopes:
            kind, _colon, rest = scope.partition(":")
            if kind == "repository" and rest.partition("/")[0] not in self._organizations:
                return error(401, "DENIED", "Image organization does not exist")
        return None


class Throttle:
    """At most C(rate) requests in any second; refused ones do not count."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._lock = threading.Lock()
        self._times: Deque[float] = deque()

    def admit(self) -> bool:
        if not self._rate:
            return True
        now = time.monotonic()
        with self._lock:
            while self._times and now - self._times[0] >= 1.0:
                self._times.popleft()
            if len(self._times) >= self._rate:
                return False
            self._times.append(now)
            return True


class Swr(Registry):
    """SWR on a loopback port, with its object storage on another.

    :param keys: secret keys by access key.
    :param project: the project name of the login's user name C(project@AK).
    :param organizations: those that exist at the start; see the set C(organizations).
    :param public: shell patterns of repositories that anybody may pull.
    :param manners: a mapping of the fields of C(Manners).
    :param obs_host: the host name of the object storage in redirects.
    :param obs_address: the address that it listens on, by default the registry's own.
    :param token_options: passed to BearerAuth, for example C({"ttl": 2}).
    """

    kind = "swr"

    def __init__(
        self,
        keys: Mapping[str, str],
        project: str = "cn-north-4",
        organizations: Iterable[str] = (),
        public: Iterable[str] = (),
        manners: Optional[Mapping[str, Any]] = None,
        storage: Optional[str] = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: Union[bool, Certificates] = False,
        faults: Iterable[Any] = (),
        options: Optional[Dict[str, Any]] = None,
        name: str = "swr",
        obs_host: str = "localhost",
        obs_port: int = 0,
        obs_address: Optional[str] = None,
        token_options: Optional[Mapping[str, Any]] = None,
    ) -> None:
        self.organizations = set(organizations)
        self.project = project
        self.manners = Manners(**(manners or {}))
        users = {
            "{0}@{1}".format(project, access_key): login_password(access_key, secret_key)
            for access_key, secret_key in keys.items()
        }
        anonymous = [Permission(pattern, ("pull",)) for pattern in public]
        auth = SwrAuth(users, self.organizations, anonymous=anonymous, **(token_options or {}))
        can = {"referrers": False, "catalog": False, "resumable": False}
        can.update(options or {})
        super().__init__(auth, storage, host, port, tls, faults, can, name)
        self._throttle = Throttle(self.manners.throttle)
        self.obs = ObjectStorage(self, obs_host, obs_port, address=obs_address)

    def start(self) -> Swr:
        self.obs.server.start()
        try:
            super().start()
        except OSError:
            self.obs.server.stop()
            raise
        return self

    def stop(self) -> None:
        self.obs.server.stop()
        super().stop()

    def describe(self) -> Dict[str, Any]:
        return dict(super().describe(), obs_url=self.obs.url, project=self.project)

    def add_login(self, user: str, password: str) -> None:
        """A further login, such as a temporary one."""
        self.auth.add_login(user, password)  # type: ignore[attr-defined]

    # Manners

    def route(self, request: Request) -> Call:
        if request.path.rstrip("/") == SwrAuth.token_path.rstrip("/"):
            return Call("token", None, None)
        if request.path.startswith("/dockyard/v2/"):
            return Call("dockyard", None, None)
        return super().route(request)

    def work(self, call: Call, request: Request, realm: Optional[str]) -> Response:
        uploads = self.log.running("upload_put") + self.log.running("upload_patch")
        crowded = call.kind in ("upload_put", "upload_patch") and 0 < self.manners.max_uploads < uploads
        if crowded or not self._throttle.admit():
            wait = self.manners.retry_after
            headers = {} if wait is None else {"Retry-After": str(wait)}
            return error(503, "UNAVAILABLE", "Service Unavailable", headers)
        if call.kind == "dockyard":
            return self._dockyard(request)
        return super().work(call, request, realm)

    def refuse_manifest(self, repository: str, reference: str, media_type: str, raw: bytes) -> Optional[Response]:
        is_oci = media_type.startswith("application/vnd.oci.")
        refused = is_oci and (
            (media_type in INDEX_TYPES and self.manners.refuse_oci_index)
            or (media_type in MANIFEST_TYPES and self.manners.refuse_oci_manifest)
        )
        if refused or (self.manners.refuse_zstd and b"zstd" in raw):
            return error(400, "MANIFEST_INVALID", REFUSAL)
        tags = self.tags(repository)
        is_new = ":" not in reference and reference not in tags
        if is_new and 0 < self.manners.max_tags <= len(tags):
            return error(403, "DENIED", "The number of image tags exceeds the quota")
        return None

    def refuse_blob(self, upload: Any) -> Optional[Response]:
        if self.manners.max_layer_size and upload.size > self.manners.max_layer_size:
            return error(400, "SIZE_INVALID", "The layer exceeds the size limit")
        return None

    def blob_reply(self, call: Call, request: Request) -> Optional[Response]:
        if not self.manners.redirect_blobs or request.method != "GET" or call.reference is None:
            return None
        return Response(307, b"", {"Location": self.obs.signed_url(call.reference)})

    def serve_tags(self, call: Call, request: Request) -> Response:
        tags: Optional[List[str]] = self.storage.tags(call.repository or "")
        if tags is not None and self.manners.empty_tags:
            tags = [*tags, ""]
        if tags is not None and self.manners.paging:
            return self.api.tags_reply(call, request, tags)
        # Observed: a repository that is not there has the tags null, and status 200.
        return self._json(200, {"name": call.repository, "tags": tags})

    # The API of the console's back end, on the registry's host, with the login's Basic credentials.
    # Undocumented; known from Harbor's adapter for SWR.

    @staticmethod
    def _json(status: int, value: Any) -> Response:
        return Response(status, json.dumps(value).encode(), {"Content-Type": "application/json; charset=utf-8"})

    def _namespace(self, name: str) -> Dict[str, Any]:
        number = int(hashlib.sha256(name.encode()).hexdigest()[:6], 16) + 1
        return {"id": number, "name": name, "creator_name": self.project, "auth": 7}

    def _dockyard(self, request: Request) -> Response:
        credentials = basic_credentials(request)
        if credentials is None or self.auth.user(*credentials) is None:  # type: ignore[attr-defined]
            return error(401, "UNAUTHORIZED", "Authenticate Error")
        path = request.path[len("/dockyard/v2/") :].strip("/")
        if path == "visible/namespaces" and request.method == "GET":
            return self._json(200, {"namespaces": sorted(self.organizations)})
        if path == "namespaces":
            return self._namespaces(request)
        if path.startswith("namespaces/"):
            return self._one_namespace(request.method, path.partition("/")[2])
        if path == "repositories" and request.method == "GET":
            return self._repositories(request.param("filter") or "")
        return error(404, "NOT_FOUND", "not found")

    def _one_namespace(self, method: str, name: str) -> Response:
        if method not in ("GET", "DELETE") or (method == "DELETE" and not self.manners.delete_organizations):
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        if name not in self.organizations:
            return error(404, "NAMESPACE_UNKNOWN", "namespace does not exist")
        if method == "GET":
            return self._json(200, self._namespace(name))
        if any(repository.startswith(name + "/") for repository in self.storage.repositories()):
            # Documented for the API that takes signed requests.
            return error(406, "SVCSTG.SWR.4060074", "The organization is not empty")
        self.organizations.discard(name)
        return Response(204)

    def _namespaces(self, request: Request) -> Response:
        if request.method == "GET":
            return self._json(200, {"namespaces": [self._namespace(name) for name in sorted(self.organizations)]})
        if request.method != "POST":
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        try:
            name = json.loads(request.body.read())["namespace"]
        except (ValueError, KeyError, TypeError):
            return error(400, "INVALID", "invalid body")
        if not isinstance(name, str) or not ORGANIZATION.match(name):
            return error(400, "INVALID", "invalid namespace name")
        if name in self.organizations:
            return error(409, "CONFLICT", "namespace already exists")
        self.organizations.add(name)
        return self._json(201, {})

    def _repositories(self, text: str) -> Response:
        asked = dict(part.partition("::")[::2] for part in text.split("|"))
        if asked.get("center") != "self":
            return error(404, "NOT_FOUND", "not found")
        names = self.storage.repositories()
        start = int(asked.get("offset", "0")) if self.manners.list_offset else 0
        shown = names[start : start + self.manners.list_page] if self.manners.list_page else names[start:]
        return self._json(200, [dict(self._repository(name), total_range=len(names)) for name in shown])

    def _repository(self, name: str) -> Dict[str, Any]:
        organization, _slash, rest = name.partition("/")
        tags = self.tags(name)
        return {"name": rest, "namespace": organization, "path": name, "tags": tags, "tag_count": len(tags)}
