# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The quotas of SWR, VPC, EIP and VPC Endpoint. NAT Gateway's API has none.

API references of SWR (ListQuotas), of VPC and EIP (which share one call, ShowQuota), and of VPC Endpoint
(ListQuotaDetails).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, NamedTuple

from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..errors import HuaweiCloudError
from .client import Cloud, segment

VPC_ACTION, ENDPOINT_ACTION = "vpc:quotas:list", "vpcep:quotas:get"
_NUMBER = (int, None)


class Quota(NamedTuple):
    """How many there may be, and how many there are. A negative limit is none."""

    limit: int
    used: int

    def has_room(self, count: int) -> bool:
        """Whether there may be so many more."""
        return self.limit < 0 or self.used + count <= self.limit


def swr_quotas(cloud: Cloud, project_id: str) -> Dict[str, Quota]:
    """Those of SWR; that of organizations is C(namespace).

    :raises HuaweiCloudError: SWR refuses, or its reply is not understood.
    """
    path = "/v2/manage/projects/{0}/quotas".format(segment(project_id, "project_id"))
    found = cloud.client("swr").call("GET", path).data
    entry = {"quota_key": str, "quota_limit": _NUMBER, "used": _NUMBER}
    listed = _checked(found, {"quotas": ([entry], None)}, path)
    return {
        one["quota_key"]: Quota(one["quota_limit"], one["used"])
        for one in listed.get("quotas") or ()
        if one.get("quota_limit") is not None and one.get("used") is not None
    }


def vpc_quotas(cloud: Cloud, project_id: str) -> Dict[str, Quota]:
    """Those of VPC and EIP: C(vpc), C(subnet), C(publicIp)."""
    return _network_quotas(cloud, "vpc", project_id, VPC_ACTION)


def endpoint_quotas(cloud: Cloud, project_id: str) -> Dict[str, Quota]:
    """That of VPC endpoints: C(endpoint)."""
    return _network_quotas(cloud, "vpcep", project_id, ENDPOINT_ACTION, "endpoint")


def _network_quotas(cloud: Cloud, service: str, project_id: str, action: str, kind: str = "") -> Dict[str, Quota]:
    path = "/v1/{0}/quotas".format(segment(project_id, "project_id"))
    params = [("type", kind)] if kind else []
    found = cloud.client(service).call("GET", path, params, action=action).data
    shape = {"quotas": {"resources": ([{"type": str, "quota": _NUMBER, "used": _NUMBER}], None)}}
    listed = _checked(found, shape, path).get("quotas", {}).get("resources") or ()
    return {
        one["type"]: Quota(one["quota"], one["used"])
        for one in listed
        if one.get("quota") is not None and one.get("used") is not None
    }


def _checked(found: Any, shape: Any, path: str) -> Any:
    try:
        return check_shape(found, shape)
    except NotUnderstood as problem:
        raise HuaweiCloudError(
            "the reply is not one about quotas: {0}".format(problem), where="GET " + path
        ) from problem
