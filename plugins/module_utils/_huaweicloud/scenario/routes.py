# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Default routes of a VPC, which keep traffic away from a new NAT gateway.

API reference of VPC, ListRouteTables and ShowRouteTable. User guide of NAT Gateway, "Using SNAT to Access the
Internet": the VPC must have no default route, except in C(cn-north-4).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ..errors import NOT_OFFERED, HuaweiCloudError
from ..network.common import Project
from ..network.services import Entry, quoted_id

PATH = "/v1/{0}/routetables"
EXEMPT = ("cn-north-4",)
_DEFAULT = "0.0.0.0/0"


def refuse_default_route(project: Project, vpc_id: str, subnet_ids: List[str]) -> List[str]:
    """Warnings, if the route tables cannot be read.

    :raises HuaweiCloudError: a subnet has a default route.
    """
    if project.cloud.credentials.region in EXEMPT:
        return []
    try:
        for table in _tables_of(project, vpc_id, subnet_ids):
            _check(table)
    except HuaweiCloudError as error:
        if error.code != NOT_OFFERED and error.status != 403:
            raise
        return ["The default routes of the VPC could not be checked: {0}".format(error)]
    return []


def _tables_of(project: Project, vpc_id: str, subnet_ids: List[str]) -> List[Entry]:
    api = project.api("vpc")
    listed = api.list(PATH, "routetables", "vpc:routeTables:list", vpc_id=vpc_id)
    by_subnet = {subnet.get("id"): table for table in listed for subnet in table.get("subnets") or []}
    main = [table for table in listed if table.get("default")]
    wanted: Dict[str, Any] = {}
    for subnet in subnet_ids:
        for table in [by_subnet[subnet]] if subnet in by_subnet else main:
            wanted[str(table.get("id"))] = table
    found = []
    for table_id in wanted:
        path = PATH + "/" + quoted_id(table_id)
        table = api.read(path, "routetable", "vpc:routeTables:get", "route table " + table_id)
        found += [] if table is None else [table]
    return found


def _check(table: Entry) -> None:
    for route in table.get("routes") or []:
        if route.get("destination") == _DEFAULT:
            raise HuaweiCloudError(
                "it has a default route, to {0} {1}: traffic would not reach a new NAT gateway".format(
                    route.get("type"), route.get("nexthop")
                ),
                where="route table {0}".format(table.get("name") or table.get("id")),
                hint="Delete the route, or give the subnets another route table. Nothing was created.",
            )
