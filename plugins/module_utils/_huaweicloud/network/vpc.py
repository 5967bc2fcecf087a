# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs and their subnets.

API reference of VPC, CreateVpc, ListVpcs, ShowVpc, UpdateVpc, DeleteVpc, the same for subnets, and the tags of both. A
subnet's own ID is the one that other services use; it has further IDs for its IPv4 and IPv6 parts.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State
from ..._text import quoted
from ..api.client import Cloud
from ..errors import HuaweiCloudError
from .common import Project, TaggedObject, manage
from .services import Entry, quoted_id, tags_given

VPCS, SUBNETS = "/v1/{0}/vpcs", "/v1/{0}/subnets"


# The longest mask of a VPC and of a subnet (API reference of VPC)
_LONGEST_MASK = 28


def _network(text: str) -> str:
    """
    :raises HuaweiCloudError: it is not an IPv4 network, or too small.
    """
    try:
        network = ipaddress.IPv4Network(text)
    except ValueError:
        network = None
    if network is None or network.prefixlen > _LONGEST_MASK:
        raise HuaweiCloudError(
            "not a network: {0}".format(quoted(text)),
            where="cidr",
            hint="Write it as 192.168.0.0/16, without host bits, and with a mask of up to {0}.".format(_LONGEST_MASK),
        )
    return str(network)


def _same_name(entries: List[Entry], options: Mapping[str, Any], what: str) -> List[Entry]:
    """Those with the name and, if given, the CIDR block of the options.

    :raises HuaweiCloudError: some have the name, but none of them the block.
    """
    named = [entry for entry in entries if entry.get("name") == options["name"]]
    cidr = options.get("cidr")
    found = [entry for entry in named if cidr in (None, entry.get("cidr"))]
    if named and not found and options["state"] == "present":
        raise HuaweiCloudError(
            "the name belongs to one with another CIDR block: {0}".format(
                ", ".join("{0} ({1})".format(entry.get("cidr"), entry.get("id")) for entry in named)
            ),
            where=what,
            hint="Set cidr to that block, or choose another name. Nothing was changed.",
        )
    return found


class Vpc(TaggedObject):
    """One VPC.

    :param options: those of the module.
    :raises HuaweiCloudError: an option is invalid.
    """

    fields = ("name", "cidr", "description", "enterprise_project_id", "tags")
    ready = ("OK", "ACTIVE")
    failed = ("ERROR",)
    tags_path = "/v2.0/{0}/vpcs/"
    tag_actions = ("vpc:vpcTags:get", "vpc:vpcTags:create")

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        if options.get("cidr"):
            options = dict(options, cidr=_network(options["cidr"]))
        what = "VPC {0}".format(options.get("id") or options["name"])
        super().__init__(project.api("vpc"), what, options, check_mode)

    def find(self) -> Optional[Entry]:
        if self.options.get("id"):
            return self.by_id()
        return self.one_of(self._named(), "VPC")

    def _named(self) -> List[Entry]:
        return _same_name(self.api.list(VPCS, "vpcs", "vpc:vpcs:list"), self.options, self.what)

    def read(self, object_id: str) -> Optional[Entry]:
        return self.api.read(VPCS + "/" + quoted_id(object_id), "vpc", "vpc:vpcs:get", self.what)

    def described(self, entry: Entry) -> State:
        return dict(described_vpc(entry), tags=self.tags(entry["id"]))

    def desired(self, current: Optional[State]) -> Optional[State]:
        given = {**self.given("name", "cidr", "description", "enterprise_project_id"), **tags_given(self.options)}
        if not self.present:
            if current is not None:
                self._refuse_unless_empty()
            return None
        if current is not None:
            desired = {**current, **given}
            self.refuse_changes(current, desired, "cidr", "enterprise_project_id")
            return desired
        if not given.get("cidr"):
            raise HuaweiCloudError("a new VPC needs a CIDR block", where="cidr", hint="Set cidr.")
        return {"description": "", "tags": None, **given}

    def _refuse_unless_empty(self) -> None:
        inside = self.api.list(SUBNETS, "subnets", "vpc:subnets:list", vpc_id=str(self.id))
        if inside:
            names = sorted(str(entry.get("name")) for entry in inside)
            raise HuaweiCloudError(
                "the VPC has subnets ({0})".format(", ".join(names[:3]) + (", ..." if names[3:] else "")),
                where=self.what,
                hint="Delete its subnets first. Nothing was changed.",
            )

    def create(self, desired: State) -> None:
        body = {name: desired[name] for name in self.fields if name != "tags" and desired.get(name)}
        reply = self.api.call("POST", VPCS, body={"vpc": body}, action="vpc:vpcs:create", on=self.what)
        self.created(reply, "vpc")
        self.refuse_twins(self._named())
        self.write_tags({}, desired)

    def update(self, current: State, desired: State) -> None:
        body = {name: desired[name] for name in ("name", "description") if desired[name] != current[name]}
        if body:
            path = VPCS + "/" + quoted_id(self.id or "")
            self.api.call("PUT", path, body={"vpc": body}, action="vpc:vpcs:update", on=self.what)
        self.write_tags(current, desired)

    def remove(self) -> None:
        self.api.call("DELETE", VPCS + "/" + quoted_id(self.id or ""), action="vpc:vpcs:delete", on=self.what)


def described_vpc(entry: Entry) -> State:
    """A VPC in this collection's terms."""
    return {
        "id": entry.get("id"),
        "name": entry.get("name") or "",
        "cidr": entry.get("cidr") or "",
        "description": entry.get("description") or "",
        "enterprise_project_id": entry.get("enterprise_project_id") or "0",
        "status": entry.get("status"),
        "created": entry.get("created_at"),
        "updated": entry.get("updated_at"),
    }


class Subnet(TaggedObject):
    """One subnet of a VPC.

    :param options: those of the module.
    :raises HuaweiCloudError: an option is invalid.
    """

    fields = ("vpc_id", "name", "cidr", "gateway", "dhcp", "dns_servers", "description", "tags")
    failed = ("ERROR",)
    tags_path = "/v2.0/{0}/subnets/"
    tag_actions = ("vpc:subnetTags:get", "vpc:subnetTags:create")

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        if options.get("cidr"):
            options = dict(options, cidr=_network(options["cidr"]))
        what = "subnet {0}".format(options.get("id") or "{0} of {1}".format(options["name"], options["vpc"]))
        super().__init__(project.api("vpc"), what, options, check_mode)
        self._project = project
        self._vpc = ""
        if options.get("dns_servers") == []:
            raise HuaweiCloudError(
                "it is empty", where="dns_servers", hint="Leave it out for Huawei Cloud's own servers."
            )

    def find(self) -> Optional[Entry]:
        if self.options.get("id"):
            return self.by_id()
        place = self._project.place({"vpc": self.options["vpc"]}, self.present)
        if place is None:
            return None
        self._vpc = str(place["vpc_id"])
        found = self.api.list(SUBNETS, "subnets", "vpc:subnets:list", vpc_id=self._vpc)
        return self.one_of(_same_name(found, self.options, self.what), "subnet")

    def read(self, object_id: str) -> Optional[Entry]:
        return self.api.read(SUBNETS + "/" + quoted_id(object_id), "subnet", "vpc:subnets:get", self.what)

    def described(self, entry: Entry) -> State:
        self._vpc = str(entry.get("vpc_id"))
        return dict(described_subnet(entry), tags=self.tags(entry["id"]))

    def desired(self, current: Optional[State]) -> Optional[State]:
        if not self.present:
            return None
        given = self.given("name", "cidr", "gateway", "dhcp", "dns_servers", "description")
        given.update(tags_given(self.options))
        if current is not None:
            desired = {**current, **given}
            self.refuse_changes(current, desired, "cidr", "gateway")
            return desired
        if not given.get("cidr"):
            raise HuaweiCloudError("a new subnet needs a CIDR block", where="cidr", hint="Set cidr.")
        first = str(ipaddress.ip_network(given["cidr"]).network_address + 1)
        return {"vpc_id": self._vpc, "gateway": first, "dhcp": True, "description": "", "tags": None, **given}

    @staticmethod
    def _settings(state: State) -> Dict[str, Any]:
        body: Dict[str, Any] = {"name": state["name"], "dhcp_enable": state["dhcp"]}
        servers = state.get("dns_servers")
        if servers:
            body.update(primary_dns=servers[0], dnsList=servers)
            if len(servers) > 1:
                body["secondary_dns"] = servers[1]
        return body

    def create(self, desired: State) -> None:
        body = {"vpc_id": desired["vpc_id"], "cidr": desired["cidr"], "gateway_ip": desired["gateway"]}
        body.update(self._settings(desired))
        if desired["description"]:
            body["description"] = desired["description"]
        reply = self.api.call("POST", SUBNETS, body={"subnet": body}, action="vpc:subnets:create", on=self.what)
        self.created(reply, "subnet")
        self.write_tags({}, desired)

    @property
    def _own_path(self) -> str:
        return "{0}/{1}/subnets/{2}".format(VPCS, quoted_id(self._vpc), quoted_id(self.id or ""))

    def update(self, current: State, desired: State) -> None:
        if any(desired[name] != current[name] for name in self.fields if name != "tags"):
            # Everything: fields omitted from a change may be reset.
            body = dict(self._settings(desired), description=desired["description"])
            self.api.call("PUT", self._own_path, body={"subnet": body}, action="vpc:subnets:update", on=self.what)
        self.write_tags(current, desired)

    def remove(self) -> None:
        self.api.call("DELETE", self._own_path, action="vpc:subnets:delete", on=self.what)


def described_subnet(entry: Entry) -> State:
    """A subnet in this collection's terms."""
    servers = entry.get("dnsList") or [entry.get("primary_dns"), entry.get("secondary_dns")]
    return {
        "id": entry.get("id"),
        "vpc_id": entry.get("vpc_id"),
        "name": entry.get("name") or "",
        "cidr": entry.get("cidr") or "",
        "gateway": entry.get("gateway_ip") or "",
        "dhcp": bool(entry.get("dhcp_enable")),
        "dns_servers": [str(server) for server in servers if server],
        "description": entry.get("description") or "",
        "availability_zone": entry.get("availability_zone") or None,
        "status": entry.get("status"),
        "created": entry.get("created_at"),
        "updated": entry.get("updated_at"),
    }


def manage_vpc(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change or delete a VPC, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    return manage(Vpc(Project(cloud), options, check_mode), "vpc", cloud, check_mode)


def manage_subnet(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """The same for a subnet.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    return manage(Subnet(Project(cloud), options, check_mode), "subnet", cloud, check_mode)


def list_vpcs(cloud: Cloud, name: Optional[str] = None, enterprise_project_id: Optional[str] = None) -> List[State]:
    """All VPCs, those with a name, or those of an enterprise project.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    params = {} if enterprise_project_id is None else {"enterprise_project_id": enterprise_project_id}
    found = Project(cloud).api("vpc").list(VPCS, "vpcs", "vpc:vpcs:list", **params)
    return [described_vpc(entry) for entry in found if name in (None, entry.get("name"))]


def list_subnets(cloud: Cloud, vpc: Optional[str] = None, name: Optional[str] = None) -> List[State]:
    """All subnets, those of a VPC, or those with a name.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    project = Project(cloud)
    params = {}
    if vpc is not None:
        vpc_id = project.vpc_id(vpc)
        if vpc_id is None:
            return []
        params["vpc_id"] = vpc_id
    found = project.api("vpc").list(SUBNETS, "subnets", "vpc:subnets:list", **params)
    return [described_subnet(entry) for entry in found if name in (None, entry.get("name"))]
