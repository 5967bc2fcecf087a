# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's registries API: the endpoints of replication."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any, Dict, List, Optional
from urllib.parse import urlsplit

from . import harbor_bodies as bodies
from .harbor_outside import Endpoint, RegistryClient, UpstreamError
from .harbor_replies import RefusedError, broken, filled, when
from .harbor_versions import Version
from .http_message import Request, Response

HUAWEI, HARBOR, DOCKER = "huawei-SWR", "harbor", "docker-registry"
TYPES = [
    "ali-acr", "artifact-hub", "aws-ecr", "azure-acr", "docker-hub", "docker-registry", "dtr", "github-ghcr", "gitlab",
    "google-gcr", "harbor", "helm-hub", "huawei-SWR", "jfrog-artifactory", "quay", "tencent-tcr", "volcengine-cr",
]  # fmt: skip
OLD_TYPES = [
    "ali-acr", "aws-ecr", "azure-acr", "docker-hub", "docker-registry", "gitlab", "google-gcr", "harbor", "helm-hub",
    "huawei-SWR", "jfrog-artifactory", "quay-io",
]  # fmt: skip
_HUB = {
    "endpoint_type": "EndpointPatternTypeFix",
    "endpoints": [{"key": "hub.docker.com", "value": "https://hub.docker.com"}],
}
HIDDEN = "*****"
_TEXT, _RADIO = "input", "radio"


@dataclass
class Remote:
    """One stored registry."""

    id: int = 0
    name: str = ""
    type: str = ""
    url: str = ""
    description: str = ""
    insecure: bool = False
    credential_type: str = ""
    access_key: str = ""
    access_secret: str = ""
    ca_certificate: str = ""
    status: str = ""
    created: float = 0.0
    updated: float = 0.0

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint(self.url, self.access_key, self.access_secret, self.insecure, self.ca_certificate)

    def store_credential(self) -> None:
        """Without an access key nothing of the login is stored."""
        if not self.access_key:
            self.credential_type = self.access_secret = ""
        elif not self.credential_type:
            self.credential_type = "basic"


def local(version: Version) -> Remote:
    """Harbor itself, as policies show it."""
    return Remote(0, "Local", HARBOR, "http://core:8080", "", True, "secret", "", "internal", "", "healthy")


def known_types(version: Version) -> List[str]:
    if not version.modern:
        return list(OLD_TYPES)
    gone = {"volcengine-cr"} if not version.at_least(2, 15) else set()
    gone |= {"helm-hub"} if version.at_least(2, 8) else set()
    return [name for name in TYPES if name not in gone]


def normalized(url: str) -> str:
    """The URL as versions from 2.3 on store it.

    :raises RefusedError: it is none.
    """
    text = url.strip(" ").rstrip("/")
    if not text:
        raise RefusedError(400, "empty string")
    if "://" not in text:
        text = "http://" + text
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https"):
        raise RefusedError(400, "invalid HTTP scheme: {0}".format(parts.scheme))
    return "{0}://{1}{2}".format(parts.scheme, parts.netloc, parts.path)


class Registries:
    """The calls below C(/registries) and C(/replication/adapter...)."""

    def __init__(self, harbor: Any) -> None:
        self._harbor = harbor
        self._version: Version = harbor.version
        self._replies = harbor.replies
        self.stored: Dict[int, Remote] = {}

    def routes(self) -> List[Any]:
        one = r"/registries/(\d+)"
        return [
            ("GET", r"/registries", ("registry", "list"), self.list),
            ("POST", r"/registries", ("registry", "create"), self.create),
            ("POST", r"/registries/ping", ("registry", "read"), self.ping),
            ("GET", one, ("registry", "read"), self.get),
            ("PUT", one, ("registry", "update"), self.update),
            ("DELETE", one, ("registry", "delete"), self.delete),
            ("GET", one + "/info", ("registry", "read"), self.info),
            ("GET", r"/replication/adapters", ("replication-adapter", "list"), self.adapters),
            ("GET", r"/replication/adapterinfos", ("replication-adapter", "list"), self.adapter_infos),
        ]

    # What a registry looks like

    def shown(self, remote: Remote) -> Dict[str, Any]:
        """A registry as the version writes it, its secret hidden."""
        credential = {
            "type": remote.credential_type,
            "access_key": remote.access_key,
            "access_secret": HIDDEN if remote.access_secret else "",
        }
        values = {
            "id": remote.id,
            "name": remote.name,
            "description": remote.description,
            "type": remote.type,
            "url": remote.url,
            "insecure": remote.insecure,
            "status": remote.status,
            "creation_time": when(remote.created, self._version),
            "update_time": when(remote.updated, self._version),
        }
        if not self._version.modern:
            return dict(values, token_service_url="", credential=credential)
        values["ca_certificate"] = remote.ca_certificate
        return filled(dict(values, credential=filled(credential)), kept=("id",))

    def find(self, number: int) -> Remote:
        """
        :raises RefusedError: 404.
        """
        if number == 0 and self._version.modern:
            return local(self._version)
        if number not in self.stored:
            raise RefusedError(404, "registry {0} not found".format(number))
        return self.stored[number]

    # Calls

    def list(self, request: Request, _match: Any, _body: bytes) -> Response:
        entries = [self.shown(remote) for remote in self.stored.values()]
        if self._version.modern:
            return self._replies.page(request, self._replies.chosen(request, entries))
        name = request.param("name") or ""
        # No pages, and null where there is nothing.
        return self._replies.json([entry for entry in entries if name in entry["name"]] or None)

    def get(self, _request: Request, match: Any, _body: bytes) -> Response:
        return self._replies.json(self.shown(self.find(int(match.group(1)))))

    def create(self, request: Request, _match: Any, body: bytes) -> Response:
        given = bodies.read(body, bodies.registry(self._version), self._version, "registry", "Registry")
        credential = given.get("credential", {})
        remote = Remote(
            name=given.get("name", ""),
            type=given.get("type", ""),
            url=given.get("url", ""),
            description=given.get("description", ""),
            insecure=given.get("insecure", False),
            credential_type=credential.get("type", ""),
            access_key=credential.get("access_key", ""),
            access_secret=credential.get("access_secret", ""),
            ca_certificate=self._certificate(given.get("ca_certificate", "")),
        )
        if not self._version.modern:
            self._unique(remote, "name '{0}' is already used")
            remote.url = remote.url if "://" in remote.url else "http://" + remote.url
        self._check(remote)
        with self._harbor.lock:
            self._unique(remote, "registry {0} already exists")
            remote.id = self._harbor.next_id("registry")
            remote.created = remote.updated = time.time()
            remote.store_credential()
            self.stored[remote.id] = remote
        return self._replies.created(request, remote.id)

    def update(self, _request: Request, match: Any, body: bytes) -> Response:
        number = int(match.group(1))
        old = self.find(number)
        fields = bodies.registry_update(self._version)
        given = bodies.read(body, fields, self._version, "registry", "RegistryUpdate")
        if "ca_certificate" in given:
            self._certificate(given["ca_certificate"])
        remote = Remote(**dict(vars(old), **given))
        if not self._version.modern and remote.name != old.name:
            self._unique(remote, "name is already used")
        self._check(remote)
        with self._harbor.lock:
            self._unique(remote, "registry {0} already exists")
            if number not in self.stored:
                raise RefusedError(404, "registry {0} not found".format(number))
            remote.updated = time.time()
            remote.store_credential()
            self.stored[number] = remote
        return self._replies.empty()

    def delete(self, _request: Request, match: Any, _body: bytes) -> Response:
        number = int(match.group(1))
        with self._harbor.lock:
            if not self._version.modern:
                self.find(number)
            for role, of in (("source", "src"), ("destination", "dest")):
                users = self._harbor.policies.using(number, of)
                if users and self._version.modern:
                    text = "the registry {0} is referenced by replication policies, cannot delete it"
                    raise RefusedError(412, text.format(number))
                if users:
                    text = "Can't delete registry {0},  {1} replication policies use it as {2} registry"
                    raise RefusedError(412, text.format(number, len(users), role))
            if self.stored.pop(number, None) is None:
                raise RefusedError(404, "registry {0} not found".format(number))
        return self._replies.empty()

    def _unique(self, remote: Remote, text: str) -> None:
        if any(other.name == remote.name and other.id != remote.id for other in self.stored.values()):
            raise RefusedError(409, text.format(remote.name))

    def _check(self, remote: Remote) -> None:
        """What is looked at before a registry is stored.

        :raises RefusedError: it is refused.
        """
        if self._version.modern:
            if not remote.name:
                raise RefusedError(400, "name cannot be empty")
            if len(remote.name.encode()) > 64:
                raise RefusedError(400, "the max length of name is 64")
            remote.url = normalized(remote.url)
            if remote.type not in known_types(self._version):
                raise broken()
            if not self._healthy(remote):
                raise RefusedError(400, "the registry is unhealthy")
            remote.status = "healthy"
            return
        if remote.type not in known_types(self._version):
            text = "health check to registry {0} failed: no adapter factory for type '{1}' registered"
            raise RefusedError(400, text.format(remote.url, remote.type))
        if not self._healthy(remote):
            raise RefusedError(400, "registry {0} is unhealthy: unhealthy".format(remote.url))
        if len(remote.name) > 256:
            raise broken()

    @staticmethod
    def _certificate(text: str) -> str:
        if text and not re.match(r"\s*-----BEGIN CERTIFICATE-----.+-----END CERTIFICATE-----\s*\Z", text, re.S):
            raise RefusedError(400, "failed to parse CA certificate: invalid PEM format")
        return text

    def _healthy(self, remote: Remote) -> bool:
        """Whether the adapter says so. That of SWR always does, without asking anybody."""
        if remote.type == HUAWEI:
            return True
        try:
            RegistryClient(self._harbor.outside, remote.endpoint).ping()
        except UpstreamError as problem:
            # Without a login only the way there counts.
            return remote.endpoint.basic is None and problem.status in (401, 403)
        return True

    def ping(self, _request: Request, _match: Any, body: bytes) -> Response:
        given = bodies.read(body, bodies.registry_ping(self._version), self._version, "registry", "RegistryPing")
        number = given.pop("id", None)
        stored: Optional[Remote] = self.find(number) if number is not None else None
        if "url" in given:
            given["url"] = normalized(given["url"])
        self._certificate(given.get("ca_certificate", ""))
        remote = Remote(**dict(vars(stored) if stored else {}, **given))
        if not remote.type or not remote.url:
            raise RefusedError(400, "type or url cannot be empty")
        if remote.type not in known_types(self._version):
            raise broken()
        if not self._healthy(remote):
            raise RefusedError(400, "the registry is unhealthy" if self._version.modern else "")
        return self._replies.empty()

    def info(self, _request: Request, match: Any, _body: bytes) -> Response:
        number = int(match.group(1))
        remote = local(self._version) if number == 0 else self.find(number)
        old_huawei = remote.type == HUAWEI and not self._version.modern
        kinds = [] if old_huawei else ["name", "tag"]
        filters: List[Dict[str, Any]] = [{"type": kind, "style": _TEXT} for kind in kinds]
        resources = ["image"]
        triggers = [] if old_huawei else ["manual", "scheduled"]
        if remote.type == HARBOR:
            filters.append({"type": "label", "style": "list", "values": sorted(self._harbor.labels.names())})
            resources.append("artifact" if self._version.modern else "chart")
        if number == 0:
            triggers.append("event_based")
        filters.append({"type": "resource", "style": _RADIO, "values": resources})
        values: Dict[str, Any] = {"type": remote.type, "supported_resource_filters": filters}
        if remote.type == HUAWEI:
            values["description"] = "Adapter for SWR -- The image registry of Huawei Cloud"
        if remote.type == HARBOR and self._version.chunked_copies:
            values["supported_copy_by_chunk"] = True
        return self._replies.json(dict(values, supported_triggers=triggers))

    def adapters(self, _request: Request, _match: Any, _body: bytes) -> Response:
        return self._replies.json(self._listed())

    def _listed(self) -> List[str]:
        chosen = self._harbor.options.adapters
        if chosen is None or not self._version.at_least(2, 14):
            return known_types(self._version)
        return [name for name in known_types(self._version) if name in chosen]

    def adapter_infos(self, _request: Request, _match: Any, _body: bytes) -> Response:
        # SWR's adapter has no pattern, so it is not here; nor are those of Harbor and of plain registries.
        hub = {"endpoint_pattern": _HUB}
        return self._replies.json({name: hub for name in self._listed() if name == "docker-hub"})
