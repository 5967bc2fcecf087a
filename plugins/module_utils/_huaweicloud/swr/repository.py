# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A repository of SWR: visibility, category and description.

API reference of SWR, CreateRepo, ShowRepository, UpdateRepo, DeleteRepo and ListReposDetails.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State, bring_about
from ..api.client import Cloud
from ..api.lists import by_offset
from ..api.objects import result_of
from ..errors import HuaweiCloudError
from .common import NUMBER, TEXT, SwrResource, checked, read_object, swr_client
from .names import Place, check_organization, check_repository

CATEGORIES = ("app_server", "linux", "framework_app", "database", "lang", "other", "windows", "arm")

_SHAPE = {
    "name": str,
    "is_public": bool,
    "category": TEXT,
    "description": TEXT,
    "namespace": TEXT,
    "num_images": NUMBER,
}
_GIVEN = ("public", "category", "description")


class Repository(SwrResource):
    """One repository.

    :param options: C(organization), C(name), C(state), C(public), C(category) and C(description); None keeps a value.
    :raises HuaweiCloudError: a name is invalid.
    :ivar found: all data last read.
    """

    def __init__(self, cloud: Cloud, options: Mapping[str, Any]) -> None:
        self._place = Place(check_organization(options["organization"], "organization"), options["name"])
        check_repository(options["name"], "name")
        self._options = options
        self.found: Optional[State] = None
        super().__init__(swr_client(cloud), self._place.what)

    def observe(self) -> Optional[State]:
        path, what = self._place.path, self._place.what
        found = read_object(lambda: self.call("GET", path, action="swr:repo:getRepo", on=what), what)
        self.found = None if found is None else dict(described(found, what), organization=self._place.organization)
        return self.found and {name: self.found[name] for name in ("organization", "name", *_GIVEN)}

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            if self.found and self.found["images"]:
                raise HuaweiCloudError(
                    "the repository is not empty: it has {0} image{1}".format(
                        self.found["images"], "" if self.found["images"] == 1 else "s"
                    ),
                    where=self.what,
                    hint="Delete its images first. Nothing was changed.",
                )
            return None
        start = {"organization": self._place.organization, "name": self._place.repository, "public": False}
        given = {name: self._options[name] for name in _GIVEN if self._options.get(name) is not None}
        return {**(current or start), **given}

    def _body(self, state: State) -> Dict[str, Any]:
        # An update clears omitted fields.
        body = {"is_public": state["public"]}
        body.update({name: state[name] for name in ("category", "description") if state.get(name) is not None})
        return body

    def create(self, desired: State) -> None:
        path = Place(self._place.organization).path + "/repos"
        body = dict(self._body(desired), repository=self._place.repository)
        self.call("POST", path, body=body, action="swr:repo:createRepo", on=self.what)

    def update(self, current: State, desired: State) -> None:
        body = self._body(desired)
        self.call("PATCH", self._place.path, body=body, action="swr:repo:updateRepo", on=self.what)

    def delete(self, current: State) -> None:
        self.call("DELETE", self._place.path, action="swr:repo:deleteRepo", on=self.what)


def described(found: Mapping[str, Any], what: str) -> State:
    """A repository in this collection's terms. The two calls that return one name its times differently.

    :raises HuaweiCloudError: the reply is incomplete.
    """
    checked(found, _SHAPE, what)
    return {
        "organization": found.get("namespace"),
        "name": found["name"],
        "public": found["is_public"],
        "category": found.get("category") or None,
        "description": found.get("description") or "",
        "images": found.get("num_images"),
        "downloads": found.get("num_download"),
        "size": found.get("size"),
        "path": found.get("path"),
        "internal_path": found.get("internal_path"),
        "created": found.get("created") or found.get("created_at"),
        "updated": found.get("updated") or found.get("updated_at"),
    }


def manage_repository(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change or delete a repository, or report what would change.

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    repository = Repository(cloud, options)
    change = bring_about(repository, check_mode)
    state = None if change.after is None else {**(repository.found or {}), **change.after}
    return result_of("repository", state, change, cloud)


def list_repositories(cloud: Cloud, organization: Optional[str] = None, name: Optional[str] = None) -> List[State]:
    """All repositories, those of an organization, or those with a name.

    :raises HuaweiCloudError: a name is invalid, or the list cannot be read completely.
    """
    params = []
    if organization is not None:
        params.append(("namespace", check_organization(organization, "organization")))
    if name is not None and "/" not in check_repository(name, "name"):
        # SWR matches substrings of names. The form of a slash here depends on the version of its API.
        params.append(("name", name))
    client = swr_client(cloud)

    def call(*request: Any, **more: Any) -> Any:
        return client.call(*request, action="swr:repo:listRepos", **more)

    entries = by_offset(call, "/v2/manage/repos", lambda entry: (entry.get("namespace"), entry.get("name")), params)
    found = [described(entry, "repositories") for entry in entries]
    return [entry for entry in found if name in (None, entry["name"]) and organization in (None, entry["organization"])]
