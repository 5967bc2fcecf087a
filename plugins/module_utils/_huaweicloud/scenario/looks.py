# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario has to know of objects that are not its own: those it can use, and those in its way.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, List, Optional, Sequence

from ..._resource import State
from ..._text import quoted
from ..errors import HuaweiCloudError
from ..network import endpoint as endpoints
from ..network.common import Project
from ..network.eip import bound_to, read_eips
from ..network.nat_gateway import PATH as GATEWAYS
from ..network.services import Entry
from ..network.snat_rule import PATH as RULES
from .rows import Row


def known_service(project: Project, option: str, service: str) -> Entry:
    """VPC Endpoint's data on a service.

    :param option: the one that names it, for messages.
    :raises HuaweiCloudError: there is none, or the API refuses.
    """
    try:
        return endpoints.endpoint_service(project.api("vpcep"), service, service)
    except HuaweiCloudError as error:
        if error.where == "service":
            error.where = option
        raise


def endpoints_in(project: Project, vpc_id: Optional[str]) -> List[State]:
    """The endpoints of a VPC, except those being deleted; none if the VPC does not exist yet.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    if vpc_id is None:
        return []
    api = project.api("vpcep")
    listed = api.list_by_offset(endpoints.PATH, "endpoints", "vpcep:endpoints:list", vpc_id=vpc_id)
    problem = api.not_understood("VPC endpoints")
    found = [endpoints.described(entry, problem, "VPC endpoints") for entry in listed]
    return [entry for entry in found if entry["api_status"] not in endpoints.Endpoint.leaving]


def refuse_second_gateway(project: Project, vpc_id: str, subnet: Row) -> None:
    """
    :raises HuaweiCloudError: the subnet has a NAT gateway.
    """
    for entry in project.api("nat").list(GATEWAYS, "nat_gateways", "nat:natGateways:list", router_id=vpc_id):
        if subnet.id is not None and entry.get("internal_network_id") == subnet.id:
            raise HuaweiCloudError(
                "the {0} already has the NAT gateway {1}".format(subnet.label, quoted(str(entry.get("name")))),
                where="nat_gateway",
                hint="Set nat_gateway to that name, or choose another subnet. Nothing was changed.",
            )


def rules_for(project: Project, gateway: Optional[str], subnets: Sequence[Row]) -> Dict[Optional[str], str]:
    """The descriptions of the rules that there are, by subnet. Each can have one, at one gateway.

    :raises HuaweiCloudError: one is at another gateway.
    """
    found: Dict[Optional[str], str] = {}
    names = {one.id: one.name for one in subnets if one.id is not None}
    # Even without subnets: a region without NAT Gateway is noticed before an EIP is paid for.
    for entry in project.api("nat").list(RULES, "snat_rules", "nat:snatRules:list"):
        subnet = entry.get("network_id")
        if subnet in names and entry.get("nat_gateway_id") != gateway:
            raise HuaweiCloudError(
                "the subnet {0} already has an SNAT rule, at the NAT gateway {1}".format(
                    names[subnet], entry.get("nat_gateway_id")
                ),
                where="nat_gateway",
                hint="Set nat_gateway to that ID, or leave the subnet out. Nothing was changed.",
            )
        if subnet in names:
            found[subnet] = entry.get("description") or ""
    return found


def eip_of_port(project: Project, port: str, name: str) -> Optional[str]:
    """The ID of an EIP that a port has; None if it has none, or the one with this name."""
    for entry in read_eips(project.api("vpc")):
        if bound_to(entry).get("id") == port and entry.get("alias") != name:
            return str(entry.get("id"))
    return None


def refuse_use(name: str, eip: State, gateway: Optional[str] = None) -> None:
    """
    :param eip: its state; empty if it does not exist yet.
    :param gateway: the ID of the NAT gateway that may use it.
    :raises HuaweiCloudError: something else does.
    """
    other = eip.get("bound_to") or {}
    if other and (gateway is None or (other["type"], other["id"]) != ("NATGW", gateway)):
        raise HuaweiCloudError(
            "it is bound to {0} {1}".format(other["type"], quoted(other["id"])),
            where="EIP {0}".format(name),
            hint="Set eip to another name, or unbind it. Nothing was changed.",
        )
