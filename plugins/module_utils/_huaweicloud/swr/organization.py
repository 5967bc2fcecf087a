# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An organization of SWR: the namespace that its repositories are in.

API reference of SWR, CreateNamespace, ShowNamespace, DeleteNamespaces and ListNamespaces.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Container, Dict, List, Mapping, Optional, Protocol

from ..._errors import LongshoreError
from ..._resource import Resource, State, bring_about
from ..api.client import Cloud, ServiceClient
from ..api.lists import by_offset, whole
from ..errors import THROTTLED, HuaweiCloudError
from .common import NUMBER, TEXT, checked, permission_name, read_object, swr_client
from .names import Place, check_organization

NAMESPACES = "/v2/manage/namespaces"


class OrganizationApi(Protocol):
    """The methods needed of an API, with any authentication. Each one raises C(HuaweiCloudError)."""

    def find(self, name: str) -> Optional[State]:
        """C(name), C(creator) and C(permission), None if there is no such organization."""

    def create(self, name: str) -> None:
        """Fails with status 409 if the name is taken."""

    def delete(self, name: str) -> None:
        """Fails with status 404 if it does not exist."""

    def repositories(self, name: str) -> List[str]:
        """All repositories in it."""


class ManagedOrganizations:
    """Organizations, with an access key.

    :param client: for SWR's API.
    """

    def __init__(self, client: ServiceClient) -> None:
        self._call = client.call

    def find(self, name: str) -> Optional[State]:
        place = Place(name)
        found = read_object(
            lambda: self._call("GET", place.path, action="swr:namespace:getNamespace", on=place.what), place.what
        )
        return None if found is None else described(found, place.what)

    def create(self, name: str) -> None:
        action = "swr:namespace:createNamespace"
        self._call("POST", NAMESPACES, body={"namespace": name}, action=action, on=Place(name).what)

    def delete(self, name: str) -> None:
        action = "swr:namespace:deleteNamespace"
        self._call("DELETE", Place(name).path, action=action, on=Place(name).what)

    def repositories(self, name: str) -> List[str]:
        def call(*request: Any, **more: Any) -> Any:
            return self._call(*request, action="swr:repo:listRepos", **more)

        found = by_offset(call, "/v2/manage/repos", lambda entry: entry.get("name"), [("namespace", name)])
        return [str(entry.get("name")) for entry in found]


def described(found: Mapping[str, Any], what: str) -> State:
    """An organization in this collection's terms.

    :raises HuaweiCloudError: the reply is incomplete.
    """
    checked(found, {"name": str, "creator_name": TEXT, "auth": NUMBER}, what)
    return {
        "name": found["name"],
        "creator": found.get("creator_name"),
        "permission": permission_name(found.get("auth")),
    }


def list_organizations(cloud: Cloud, name: Optional[str] = None) -> List[State]:
    """The organizations that the user has a permission for, or the one with a name.

    :raises HuaweiCloudError: the name is invalid, or SWR refuses.
    """
    path = NAMESPACES if name is None else "{0}?namespace={1}".format(NAMESPACES, check_organization(name))
    client = swr_client(cloud)

    def call(*request: Any) -> Any:
        return client.call(*request, action="swr:namespace:listNamespaces")

    found = [described(entry, "organizations") for entry in whole(call, path, "namespaces")]
    return [entry for entry in found if name in (None, entry["name"])]


class Organization(Resource):
    """One organization, to create or delete.

    :param leaving: repositories that are deleted before it is.
    :raises HuaweiCloudError: the name is invalid.
    :ivar found: the data last read.
    """

    def __init__(self, api: OrganizationApi, name: str, present: bool, leaving: Container[str] = ()) -> None:
        self._api = api
        self._leaving = leaving
        self._name = check_organization(name)
        self._present = present
        self.found: Optional[State] = None

    def observe(self) -> Optional[State]:
        self.found = None
        try:
            self.found = self._api.find(self._name)
        except HuaweiCloudError as error:
            # SWR may refuse to answer about hidden objects. Only trying shows whether it can be created, but
            # nothing counts as deleted because it is hidden.
            if not self._present or error.status not in (400, 403) or error.code in THROTTLED:
                raise
        return self.found

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._present:
            return current or {"name": self._name}
        if current is not None:
            self._refuse_unless_empty()
        return None

    def _refuse_unless_empty(self) -> None:
        names = sorted(name for name in self._api.repositories(self._name) if name not in self._leaving)
        if names:
            raise HuaweiCloudError(
                "the organization is not empty ({0})".format(", ".join(names[:3]) + (", ..." if names[3:] else "")),
                where="organization {0}".format(self._name),
                hint="Delete its repositories first. Nothing was changed.",
            )

    def create(self, desired: State) -> None:
        self._api.create(self._name)

    def update(self, current: State, desired: State) -> None:
        """An organization has nothing to change."""

    def delete(self, current: State) -> None:
        self._api.delete(self._name)

    def not_kept(self, fields: List[str], desired: State, found: Optional[State]) -> LongshoreError:
        return HuaweiCloudError(
            "SWR agreed to {0} the organization, but it is {1}".format(
                "create" if self._present else "delete", "not visible" if found is None else "still there"
            ),
            where="organization {0}".format(self._name),
            hint="Check in SWR's console whether this user has access to it.",
        )


def manage_organization(api: OrganizationApi, name: str, present: bool, check_mode: bool) -> Dict[str, Any]:
    """Create or delete an organization, or report what would change.

    :return: C(changed), C(organization) and C(diff).
    :raises HuaweiCloudError: the name is invalid, or SWR refuses.
    """
    organization = Organization(api, name, present)
    outcome = bring_about(organization, check_mode)
    state = organization.found or outcome.after if present else None
    if state is not None:
        state = dict({"creator": None, "permission": None}, **state)
    return {"changed": outcome.changed, "organization": state, "diff": outcome.diff()}
