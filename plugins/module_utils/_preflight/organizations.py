# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SWR's organizations: which exist, to whom they belong, and whether there is room for those that do not.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Collection, Dict, Iterator, List, Optional, Sequence

from .._huaweicloud.api.quotas import swr_quotas
from .._huaweicloud.errors import THROTTLED, HuaweiCloudError
from .._huaweicloud.swr.common import HINTS, swr_client
from .._huaweicloud.swr.names import check_organization
from .._huaweicloud.swr.organization import ManagedOrganizations, list_organizations
from .account import Account
from .checks import FAILED, OK, UNCHECKED, WARNING, Check, allowed, failure, quota_check, refused, unchecked_actions

PART = "organizations"
LISTED, CREATED = "swr:namespace:listNamespaces", "swr:namespace:createNamespace"
REPOSITORIES, LOGIN = "swr:repo:listRepos", "swr::createLoginSecret"

_HIDDEN = "SWR does not show it: it belongs to another account, or the user lacks the permission"
_HIDDEN_REMEDY = (
    "If it is yours, grant the user the IAM permission swr:namespace:getNamespace. Otherwise choose another name: "
    "those of organizations are unique in a region."
)
_ABSENT = "rules copy images there, and it neither exists nor is among the organizations to create"
_ABSENT_REMEDY = "Add it to the organizations to create, or correct the destinations of the rules."
_READ_ONLY = "rules copy images there, and the user may only read"
_READ_ONLY_REMEDY = "Grant the user the permission to write in it: in SWR's console, or with longshore.swr.permissions."


class Organizations:
    """
    :param wanted: the names of those to create. :param targets: those that the rules copy to.
    :ivar missing: those of C(wanted) that do not exist yet. Known once L(each,#) is answered.
    """

    def __init__(self, account: Account, wanted: Sequence[str], targets: Collection[str]) -> None:
        self._account = account
        self._wanted = list(dict.fromkeys(wanted))
        self._targets = targets
        self._visible: Optional[Dict[str, Optional[str]]] = None
        self.missing: List[str] = []

    def listed(self) -> Iterator[Check]:
        """Whether they can be listed. Nothing fails without that, but less can be told."""
        try:
            found = list_organizations(self._account.cloud)
        except HuaweiCloudError as error:
            yield refused(PART, LISTED, error, UNCHECKED)
            return
        self._visible = {one["name"]: one["permission"] for one in found}
        names = ", ".join(sorted(self._visible)[:5]) + (", ..." if len(self._visible) > 5 else "")
        yield allowed(PART, LISTED, "SWR shows the user {0}".format(names or "none yet"))

    def repositories(self) -> Iterator[Check]:
        """The same for their repositories."""
        params = [("limit", "1"), ("offset", "0")]
        try:
            swr_client(self._account.cloud).call("GET", "/v2/manage/repos", params, action=REPOSITORIES)
        except HuaweiCloudError as error:
            yield refused(PART, REPOSITORIES, error, UNCHECKED)
        else:
            yield allowed(PART, REPOSITORIES, "SWR lists the repositories")

    def each(self) -> Iterator[Check]:
        """Each organization by its name."""
        api = ManagedOrganizations(swr_client(self._account.cloud))
        for name in dict.fromkeys([*self._wanted, *sorted(self._targets)]):
            try:
                yield self._one(api, name)
            except HuaweiCloudError as error:
                yield failure(PART, _called(name), error)
                if error.unreachable:
                    break
        if self.missing:
            yield from unchecked_actions(PART, [CREATED], "creating an organization")
        if self._account.is_temporary:
            yield from unchecked_actions(PART, [LOGIN], "a login with a temporary key")

    def _one(self, api: ManagedOrganizations, name: str) -> Check:
        check_organization(name, "organizations")
        known = (self._visible or {}).get(name)
        if known is None:
            try:
                found = api.find(name)
            except HuaweiCloudError as error:
                if error.status not in (400, 403) or error.code in THROTTLED:
                    raise
                return Check(PART, _called(name), WARNING, _HIDDEN, _HIDDEN_REMEDY)
            if found is None:
                return self._absent(name)
            known = found["permission"]
        if name in self._targets and known == "read":
            return Check(PART, _called(name), FAILED, _READ_ONLY, _READ_ONLY_REMEDY)
        return Check(PART, _called(name), OK, "it exists, and the user may {0}".format(known or "see it"))

    def _absent(self, name: str) -> Check:
        if name not in self._wanted:
            return Check(PART, _called(name), FAILED, _ABSENT, _ABSENT_REMEDY)
        self.missing.append(name)
        return Check(PART, _called(name), OK, "it does not exist yet, and will be created")

    def quota(self) -> Iterator[Check]:
        """Whether there is room for those to create. To be asked after L(each,#)."""
        name = "quota of organizations"
        try:
            quota = swr_quotas(self._account.cloud, str(self._account.project_id)).get("namespace")
        except HuaweiCloudError as error:
            yield failure(PART, name, error, UNCHECKED if error.status == 403 else FAILED)
            return
        yield quota_check(PART, name, quota, len(self.missing), HINTS["SVCSTG.SWR.4000097"])


def _called(name: str) -> str:
    return "organization {0}".format(name)
