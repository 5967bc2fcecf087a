# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Automatic synchronization of a repository to another region: later pushes are copied there.

API reference of SWR, CreateImageSyncRepo, ListImageAutoSyncReposDetails and DeleteImageSyncRepo. No call
changes one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State, bring_about
from ..._text import quoted
from ..api.client import Cloud
from ..api.lists import whole
from ..api.objects import replacing, result_of
from ..errors import HuaweiCloudError
from .common import FLAG, SwrResource, checked, read_list, swr_client
from .names import Place, check_organization, place_of

# "It does not exist", with status 400
MISSING = ("4001158",)
_REGION = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")


class RegionSync(SwrResource):
    """The synchronization of one repository to one organization in one region.

    :param options: C(organization), C(repository), C(target_region), C(target_organization), C(override) and C(state).
    :raises HuaweiCloudError: an option is invalid.
    """

    missing = MISSING

    def __init__(self, cloud: Cloud, options: Mapping[str, Any]) -> None:
        self._place = place_of(options)
        self._options = options
        self._region = options["target_region"]
        self._organization = check_organization(options["target_organization"], "target_organization")
        if not _REGION.match(self._region):
            raise HuaweiCloudError(
                "invalid region {0}".format(quoted(self._region)),
                where="target_region",
                hint="A region ID looks like cn-north-4.",
            )
        if self._region == cloud.credentials.region:
            raise HuaweiCloudError(
                "the target region is the repository's own",
                where="target_region",
                hint="Give another region.",
            )
        self._cloud = cloud
        super().__init__(swr_client(cloud), self._place.what)

    def observe(self) -> Optional[State]:
        for found in read_syncs(self._cloud, self._place):
            if (found["target_region"], found["target_organization"]) == (self._region, self._organization):
                return {name: found[name] for name in ("target_region", "target_organization", "override", "automatic")}
        return None

    def desired(self, current: Optional[State]) -> Optional[State]:
        if self._options["state"] == "absent":
            return None
        start = {"target_region": self._region, "target_organization": self._organization, "override": False}
        state = {**(current or start), "automatic": True}
        if self._options.get("override") is not None:
            state["override"] = self._options["override"]
        return state

    @property
    def _body(self) -> Dict[str, Any]:
        return {"remoteRegionId": self._region, "remoteNamespace": self._organization}

    def create(self, desired: State) -> None:
        body = dict(self._body, syncAuto=True, override=desired["override"])
        action = "swr:repo:createAutoSyncRepoJob"
        self.call("POST", self._place.path + "/sync_repo", body=body, action=action, on=self.what)

    def update(self, current: State, desired: State) -> None:
        self.delete(current)
        with replacing("synchronization"):
            self.create(desired)

    def delete(self, current: State) -> None:
        action = "swr:repo:deleteAutoSyncRepoJob"
        self.call("DELETE", self._place.path + "/sync_repo", body=self._body, action=action, on=self.what)


def read_syncs(cloud: Cloud, place: Place) -> List[State]:
    """The synchronizations of a repository; none if it does not exist.

    :raises HuaweiCloudError: SWR refuses, or its reply does not match its reference.
    """
    client = swr_client(cloud)

    def call(*request: Any) -> Any:
        return client.call(*request, action="swr:repo:listAutoSyncRepoJobs", on=place.what)

    return [_described(place, entry) for entry in read_list(lambda: whole(call, place.path + "/sync_repo"), MISSING)]


def _described(place: Place, found: Mapping[str, Any]) -> State:
    checked(found, {"remoteRegionId": str, "remoteNamespace": str, "override": FLAG, "syncAuto": FLAG}, place.what)
    return {
        "target_region": found["remoteRegionId"],
        "target_organization": found["remoteNamespace"],
        "override": bool(found.get("override")),
        "automatic": bool(found.get("syncAuto")),
        "created": found.get("createdAt"),
        "updated": found.get("updatedAt"),
    }


def manage_sync(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Start, change or end a synchronization, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or SWR refuses.
    """
    change = bring_about(RegionSync(cloud, options), check_mode)
    return result_of("sync", change.after, change, cloud)


def list_syncs(cloud: Cloud, options: Mapping[str, Any]) -> List[State]:
    """The synchronizations of the repository in the options.

    :raises HuaweiCloudError: a name is invalid, or SWR refuses.
    """
    return read_syncs(cloud, place_of(options))
