# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's management API: organizations, repositories, and what belongs to them.

What it answers is documented in SWR's API reference and its table of errors, or relied upon by Huawei's Terraform
provider. Organizations and images are those of a sandbox registry, where it speaks for one.
"""

from __future__ import annotations

import re
import time
from dataclasses import dataclass, field
from typing import Any, Dict, Iterable, List, Match, Optional, Protocol, Set
from urllib.parse import unquote

from .http_message import Request, Response
from .huaweicloud_requests import BOTH, ERRORS, LIST, Account, RefusedError, reply_json
from .swr import ORGANIZATION

REPOSITORY = re.compile(r"[a-z0-9](?:[a-z0-9]|[._/-](?=[a-z0-9])|__(?=[a-z0-9])){0,127}\Z")
CATEGORIES = ("app_server", "linux", "framework_app", "database", "lang", "other", "windows", "arm")
N, R = r"/v2/manage/namespaces/([^/]+)", r"/v2/manage/namespaces/([^/]+)/repos/([^/]+)"


class Registry(Protocol):
    """A sandbox registry, as far as its content is told of."""

    organizations: Set[str]
    storage: Any

    def tags(self, repository: str) -> List[str]:
        """The repository's tags, sorted."""

    def manifest(self, repository: str, reference: str) -> Any:
        """The manifest, which has a C(digest)."""


@dataclass
class Repository:
    """What is known of a repository besides its images."""

    public: bool = False
    category: str = ""
    description: str = ""
    rights: Dict[str, Dict[str, Any]] = field(default_factory=dict)
    shares: Dict[str, Dict[str, Any]] = field(default_factory=dict)
    retentions: Dict[int, Dict[str, Any]] = field(default_factory=dict)
    syncs: List[Dict[str, Any]] = field(default_factory=list)
    triggers: Dict[str, Dict[str, Any]] = field(default_factory=dict)


def refused(status: int, number: str, message: str, shape: str = ERRORS) -> RefusedError:
    return RefusedError(status, "SVCSTG.SWR." + number, message, shape)


def invalid(what: str) -> RefusedError:
    return refused(400, "4000000", "Invalid " + what, LIST)


def take(body: Any, needed: Dict[str, type], more: Optional[Dict[str, type]] = None) -> Dict[str, Any]:
    """A body that is an object with these fields, of these types.

    :raises RefusedError: it is not, or has a field that the API does not know.
    """
    known = dict(needed, **(more or {}))
    if not isinstance(body, dict) or set(needed) - set(body) or set(body) - set(known):
        raise invalid("body")
    for name, value in body.items():
        if type(value) is not known[name]:
            raise invalid(name)
    return body


def now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


class SwrObjects:
    """
    :param quota: how many organizations an account may have.
    :param foreign: names of organizations that belong to other accounts.
    :param page: the most entries in a reply.
    """

    def __init__(
        self,
        quota: int = 5,
        foreign: Iterable[str] = (),
        page: int = 1000,
    ) -> None:
        self.registry: Optional[Registry] = None
        self.organizations: Set[str] = set()
        self.creators: Dict[str, Account] = {}
        self.rights: Dict[str, Dict[str, Dict[str, Any]]] = {}
        self.known: Dict[str, Repository] = {}
        self.quota = quota
        self.foreign = set(foreign)
        self._page = page
        self.routes = [
            ("GET", r"/v2/manage/namespaces", self._list_organizations),
            ("POST", r"/v2/manage/namespaces", self._create_organization),
            ("GET", N, self._one_organization),
            ("DELETE", N, self._delete_organization),
            ("GET", N + "/access", self._organization_rights),
            ("POST", N + "/access", self._add_rights),
            ("PATCH", N + "/access", self._change_rights),
            ("DELETE", N + "/access", self._remove_rights),
            ("GET", r"/v2/manage/repos", self._list_repositories),
            ("POST", N + "/repos", self._create_repository),
            ("GET", R, self._one_repository),
            ("PATCH", R, self._change_repository),
            ("DELETE", R, self._delete_repository),
            ("GET", R + "/access", self._repository_rights),
            ("POST", R + "/access", self._add_rights),
            ("PATCH", R + "/access", self._change_rights),
            ("DELETE", R + "/access", self._remove_rights),
            ("GET", R.replace("v2", "v3") + "/tags", self._list_tags),
            ("DELETE", R + "/tags/([^/]+)", self._delete_tag),
            ("GET", r"/v2/manage/projects/([^/]+)/quotas", self._quotas),
        ]

    def serve(self, registry: Any) -> None:
        """Organizations and images are those of this registry from now on."""
        self.registry = registry
        self.organizations = getattr(registry, "organizations", self.organizations)

    # Organizations

    def _list_organizations(self, request: Request, account: Account, _match: Match[str], _body: Any) -> Response:
        wanted = request.param("namespace")
        names = [name for name in sorted(self.organizations) if wanted in (None, name)]
        return reply_json(200, {"namespaces": [self._organization(name, account) for name in names]})

    def _organization(self, name: str, account: Account) -> Dict[str, Any]:
        creator = self.creators.get(name, account)
        mine = self.rights.get(name, {}).get(account.user_id, {"auth": 7})
        return {"id": 1, "name": name, "creator_name": creator.user_name, "auth": mine["auth"]}

    def _quotas(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        if match.group(1) not in account.projects.values():
            raise refused(403, "4030000", "Forbidden", BOTH)
        used = len(self.organizations)
        return reply_json(
            200, {"quotas": [{"quota_key": "namespace", "quota_limit": self.quota, "used": used, "unit": ""}]}
        )

    def _known(self, match: Match[str]) -> str:
        name = unquote(match.group(1))
        if name in self.foreign:
            raise refused(403, "4030000", "Forbidden", BOTH)
        if name not in self.organizations:
            raise refused(404, "4040058", "The organization does not exist")
        return name

    def _create_organization(self, _request: Request, account: Account, _match: Match[str], body: Any) -> Response:
        name = take(body, {"namespace": str})["namespace"]
        if not ORGANIZATION.match(name):
            raise invalid("namespace")
        if name in self.organizations | self.foreign:
            raise refused(409, "4090060", "namespace already exists")
        if len(self.organizations) >= self.quota:
            raise refused(400, "4000097", "The number of namespaces exceeds the quota", LIST)
        self.organizations.add(name)
        self.creators[name] = account
        return reply_json(201, {})

    def _one_organization(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, self._organization(self._known(match), account))

    def _delete_organization(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        name = self._known(match)
        if any(repository.startswith(name + "/") for repository in self.repositories()):
            raise refused(406, "4060074", "The namespace is not empty")
        self.organizations.discard(name)
        self.rights.pop(name, None)
        return Response(204)

    # Rights

    def _rights_of(self, match: Match[str]) -> Dict[str, Dict[str, Any]]:
        if match.re.groups == 1:
            return self.rights.setdefault(self._known(match), {})
        return self.repository_of(match).rights

    def _organization_rights(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        name = self._known(match)
        creator = self.creators.get(name, account)
        return reply_json(200, dict(self._all_rights(match, account), name=name, creator_name=creator.user_name))

    def _repository_rights(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, dict(self._all_rights(match, account), name=self._name(match).partition("/")[2]))

    def _all_rights(self, match: Match[str], account: Account) -> Dict[str, Any]:
        own = {"user_id": account.user_id, "user_name": account.user_name, "auth": 7}
        rights = self._rights_of(match)
        others = [entry for user, entry in rights.items() if user != account.user_id]
        # Nobody else: null, as a Go server writes an empty list.
        return {"id": 1, "self_auth": rights.get(account.user_id, own), "others_auths": others or None}

    @staticmethod
    def _entries(body: Any) -> List[Dict[str, Any]]:
        if not isinstance(body, list) or not body:
            raise invalid("body")
        entries = [take(entry, {"user_id": str, "user_name": str, "auth": int}) for entry in body]
        if any(entry["auth"] not in (7, 3, 1) or not entry["user_name"] for entry in entries):
            raise invalid("auth")
        return entries

    def _add_rights(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        rights = self._rights_of(match)
        for entry in self._entries(body):
            if entry["user_id"] in rights or entry["user_id"] == account.user_id:
                raise refused(409, "4090081", "The user already has a permission")
            rights[entry["user_id"]] = entry
        return reply_json(201, {})

    def _change_rights(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        rights = self._rights_of(match)
        for entry in self._entries(body):
            if entry["user_id"] not in rights:
                raise refused(404, "4040081", "The user has no permission")
            rights[entry["user_id"]] = entry
        return reply_json(201, {})

    def _remove_rights(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        rights = self._rights_of(match)
        if not isinstance(body, list) or not body or not all(isinstance(user, str) for user in body):
            raise invalid("body")
        for user in body:
            rights.pop(user, None)
        return Response(204)

    # Repositories

    def repositories(self) -> List[str]:
        """All names: those that were created, and those that were pushed to."""
        stored = self.registry.storage.repositories() if self.registry is not None else []
        return sorted({*self.known, *stored})

    @staticmethod
    def _name(match: Match[str]) -> str:
        return "{0}/{1}".format(unquote(match.group(1)), unquote(match.group(2)).replace("$", "/"))

    def repository_of(self, match: Match[str]) -> Repository:
        self._known(match)
        # A slash that arrives as %2F is no separator for this API.
        if "/" in unquote(match.group(2)) or self._name(match) not in self.repositories():
            raise refused(404, "4040003", "The repository does not exist")
        return self.known.setdefault(self._name(match), Repository())

    def _tags(self, name: str) -> List[str]:
        return self.registry.tags(name) if self.registry is not None else []

    def _create_repository(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        fields = {"category": str, "description": str}
        values = take(body, {"repository": str, "is_public": bool}, fields)
        organization = self._known(match)
        if not REPOSITORY.match(values["repository"]):
            raise invalid("repository")
        name = "{0}/{1}".format(organization, values["repository"])
        if name in self.repositories():
            raise refused(409, "4090006", "The repository already exists", LIST)
        self.known[name] = self._described(Repository(), values)
        return reply_json(201, {})

    @staticmethod
    def _described(repository: Repository, values: Dict[str, Any]) -> Repository:
        if values.get("category", "other") not in CATEGORIES:
            raise invalid("category")
        repository.public = values["is_public"]
        # What is left out is emptied.
        repository.category = values.get("category", "")
        repository.description = values.get("description", "")
        return repository

    def _fields(self, name: str) -> Dict[str, Any]:
        repository = self.known.get(name, Repository())
        return {
            "name": name.partition("/")[2],
            "category": repository.category,
            "description": repository.description,
            "is_public": repository.public,
            "num_images": len(self._tags(name)),
            "num_download": 0,
            "size": 0,
            "path": "swr.sandbox/" + name,
            "internal_path": "100.125.0.198:20202/" + name,
        }

    def _one_repository(self, _request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        self.repository_of(match)
        more = {"id": 1, "ns_id": 1, "creator_id": account.user_id, "creator_name": account.user_name}
        return reply_json(200, dict(self._fields(self._name(match)), created=now(), updated=now(), **more))

    def _change_repository(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        values = take(body, {"is_public": bool}, {"category": str, "description": str})
        self._described(self.repository_of(match), values)
        return reply_json(201, {})

    def _delete_repository(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        self.repository_of(match)
        if self._tags(self._name(match)):
            raise refused(406, "4060012", "The repository is not empty")
        del self.known[self._name(match)]
        return Response(204)

    def _list_repositories(self, request: Request, _account: Account, _match: Match[str], _body: Any) -> Response:
        limit, offset = request.param("limit"), request.param("offset")
        if (limit is None) != (offset is None) or not (limit or "0").isdigit() or not (offset or "0").isdigit():
            raise invalid("limit")
        start, count = int(offset or 0), min(int(limit or 100), self._page)
        organization, wanted = request.param("namespace"), request.param("name")
        names = [
            name
            for name in self.repositories()
            if organization in (None, name.partition("/")[0]) and (wanted is None or wanted in name.partition("/")[2])
        ]
        shown = names[start : start + count]
        entries = [dict(self._fields(name), namespace=name.partition("/")[0], total_range=len(names)) for name in shown]
        reply = reply_json(200, entries)
        reply.headers["Content-Range"] = "{0}-{1}/{2}".format(start, len(shown), len(names))
        return reply

    def _list_tags(self, request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        name = self._name(match)
        limit, marker = request.param("limit") or "100", request.param("marker") or "0"
        if not limit.isdigit() or not 1 <= int(limit) <= 1000 or not marker.isdigit():
            raise invalid("parameter")
        tags = self._tags(name)
        if self.registry is None or not tags:
            raise refused(404, "4040003", "The repository does not exist")
        start, end = int(marker), int(marker) + min(int(limit), self._page)
        entries = [
            {"tag": tag, "digest": self.registry.manifest(name, tag).digest, "schema": 2} for tag in tags[start:end]
        ]
        more = end < len(tags)
        return reply_json(200, {"tags": entries, "has_more": more, "nextMarker": str(end) if more else ""})

    def _delete_tag(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        # The repository stays when its last image goes.
        self.repository_of(match)
        name, tag = self._name(match), unquote(match.group(3))
        if self.registry is None or tag not in self._tags(name):
            raise refused(404, "4040004", "The tag does not exist")
        self.registry.storage.delete_manifest(name, tag)
        if not self._tags(name):
            for manifest in self.registry.storage.manifests(name):
                self.registry.storage.delete_manifest(name, manifest.digest)
        return Response(204)
