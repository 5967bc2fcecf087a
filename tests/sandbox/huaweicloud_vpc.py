# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPCs and subnets of the sandbox's cloud (VPC API v1, tags v2.0)."""

from __future__ import annotations

import ipaddress
import uuid
from typing import Any, Callable, Dict, List, Match, Sequence

from .http_message import Request, Response
from .huaweicloud_network import (
    ID,
    P2,
    Entry,
    Objects,
    P,
    change_tags,
    chosen,
    in_project,
    inside,
    page_by_marker,
    tag_list,
    take,
)
from .huaweicloud_requests import PLAINEST, Account, RefusedError, reply_json

_VPC = {"name": str, "cidr": str, "description": str, "enterprise_project_id": str, "tags": list}
_DNS = {"dhcp_enable": bool, "primary_dns": str, "secondary_dns": str, "dnsList": list, "ipv6_enable": bool}
_SUBNET = {"gateway_ip": str, "description": str, "availability_zone": str, "tags": list, **_DNS}


def refused(status: int, number: str, message: str) -> RefusedError:
    return RefusedError(status, "VPC." + number, message, PLAINEST)


class Vpcs:
    """
    :param steps: how many looks it takes until a status is the final one.
    :ivar in_use: says what is in a VPC or subnet besides what is known here: gateways, endpoints.
    :ivar quotas: by their types; C(used) counts the objects of a type.
    """

    def __init__(self, steps: Callable[[], int]) -> None:
        self.vpcs = Objects(refused(404, "0104", "The VPC does not exist"), steps)
        self.subnets = Objects(refused(404, "0202", "The subnet does not exist"), steps)
        self.tags: Dict[str, Dict[str, str]] = {}
        # Those that are known without a place, and those of C(port).
        self.ports: Dict[str, Entry] = {"7c3a4c1e-0000-4000-8000-000000000001": {"fixed_ips": []}}
        self.tables = Objects(refused(404, "2001", "The route table does not exist"), steps)
        self.in_use: Callable[[str], bool] = lambda _object_id: False
        self.quotas = {"vpc": 5, "subnet": 100, "publicIp": 10, "endpoint": 50, "endpoint_service": 20}
        self.used: Dict[str, Callable[[], int]] = {
            "vpc": lambda: len(self.vpcs.known),
            "subnet": lambda: len(self.subnets.known),
        }
        vpc, subnet = P + "/vpcs" + ID, P + "/subnets" + ID
        self.routes = [
            ("GET", P + "/vpcs", self._list_vpcs),
            ("POST", P + "/vpcs", self._create_vpc),
            ("GET", vpc, self._one_vpc),
            ("PUT", vpc, self._change_vpc),
            ("DELETE", vpc, self._delete_vpc),
            ("GET", P + "/ports", self._list_ports),
            ("GET", P + "/subnets", self._list_subnets),
            ("POST", P + "/subnets", self._create_subnet),
            ("GET", subnet, self._one_subnet),
            ("PUT", vpc + "/subnets" + ID, self._change_subnet),
            ("DELETE", vpc + "/subnets" + ID, self._delete_subnet),
            ("GET", P2 + "/(vpcs|subnets)" + ID + "/tags", self._list_tags),
            ("POST", P2 + "/(vpcs|subnets)" + ID + "/tags/action", self._change_tags),
            ("GET", P + "/quotas", self._quotas),
            ("GET", P + "/routetables", self._list_tables),
            ("GET", P + "/routetables" + ID, self._one_table),
        ]

    def vpc(self, name: str = "shop", cidr: str = "192.168.0.0/16", **more: Any) -> str:
        """The ID of a new one, for tests."""
        fields = {"description": "", "enterprise_project_id": "0", "routes": [], **more}
        return str(self.vpcs.add({"name": name, "cidr": cidr, **fields}, "OK", "OK")["id"])

    def subnet(self, vpc_id: str, name: str = "nodes", cidr: str = "192.168.0.0/24", **more: Any) -> str:
        """The same for a subnet."""
        return str(self._new_subnet({"vpc_id": vpc_id, "name": name, "cidr": cidr, **more}, "ACTIVE")["id"])

    def port(self, subnet_id: str, address: str = "192.168.0.7") -> str:
        """The ID of a server's port."""
        port_id = str(uuid.uuid4())
        places = [{"ip_address": address, "subnet_id": subnet_id}]
        self.ports[port_id] = {"id": port_id, "network_id": subnet_id, "fixed_ips": places}
        return port_id

    def route(self, vpc_id: str, destination: str, subnets: Sequence[str] = ()) -> None:
        """A route to a server, in a table of these subnets, or in the default one of the VPC."""
        entry = self._table_of(vpc_id)
        if subnets:
            fields = {"vpc_id": vpc_id, "name": "own", "default": False, "subnets": [{"id": one} for one in subnets]}
            entry = self.tables.add({**fields, "routes": []}, "", "")
        entry["routes"].append({"type": "ecs", "destination": destination, "nexthop": str(uuid.uuid4())})

    def _table_of(self, vpc_id: str) -> Entry:
        for table in self.tables.known.values():
            if table["vpc_id"] == vpc_id and table["default"]:
                return table
        fields = {"vpc_id": vpc_id, "name": "rtb-" + vpc_id[:8], "default": True, "subnets": [], "routes": []}
        return self.tables.add(fields, "", "")

    def _quotas(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        """Those of VPC, or of VPC Endpoint, whose API has the same path on another host."""
        in_project(account.projects, match)
        wanted = request.param("type")
        if wanted is not None and wanted not in self.quotas:
            raise refused(400, "0007", "Invalid type")
        entries = []
        for name, quota in self.quotas.items():
            is_endpoint = name.startswith("endpoint")
            if name == wanted or (wanted is None and not is_endpoint):
                entry = {"type": name, "used": self.used.get(name, int)(), "quota": quota}
                entries.append(entry if is_endpoint else dict(entry, min=0))
        return reply_json(200, {"quotas": {"resources": entries}})

    def _list_tables(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        for vpc in self.vpcs.known:
            self._table_of(vpc)
        found = chosen(request, self.tables.all(), "vpc_id")
        # Routes are in the reply for a single table only.
        shown = [{name: value for name, value in table.items() if name not in ("routes", "status")} for table in found]
        return page_by_marker(request, "routetables", shown)

    def _one_table(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        table = self.tables.one(match.group(2))
        return reply_json(200, {"routetable": {name: value for name, value in table.items() if name != "status"}})

    def _list_ports(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        wanted = (request.param("fixed_ips") or "").partition("ip_address=")[2]
        ports = chosen(request, [port for port in self.ports.values() if "id" in port], "network_id")
        return page_by_marker(
            request, "ports", [port for port in ports if wanted in ("", port["fixed_ips"][0]["ip_address"])]
        )

    def _list_vpcs(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        return page_by_marker(request, "vpcs", chosen(request, self.vpcs.all(), "id", "enterprise_project_id"))

    def _create_vpc(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        values = take(inside(body, "vpc", "VPC.0101", PLAINEST), "VPC.0101", {}, _VPC, PLAINEST)
        tags = values.pop("tags", [])
        if values.get("cidr"):
            _network(values["cidr"])
        fields = {"name": "", "cidr": "", "description": "", "enterprise_project_id": "0", "routes": []}
        entry = self.vpcs.add({**fields, **values}, "CREATING", "OK")
        # As the API has them in a creation: key and value with an asterisk between.
        self.tags[entry["id"]] = dict(tag.split("*", 1) for tag in tags)
        return reply_json(200, {"vpc": entry})

    def _one_vpc(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"vpc": self.vpcs.one(match.group(2))})

    def _change_vpc(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        known = {"name": str, "cidr": str, "description": str}
        values = take(inside(body, "vpc", "VPC.0101", PLAINEST), "VPC.0101", {}, known, PLAINEST)
        entry = self.vpcs.one(match.group(2))
        if "cidr" in values:
            network = _network(values["cidr"])
            if not all(_network(subnet["cidr"]).subnet_of(network) for subnet in self._subnets_of(entry["id"])):
                raise refused(400, "0101", "A subnet is not in the new CIDR block")
        entry.update(values)
        return reply_json(200, {"vpc": entry})

    def _subnets_of(self, vpc_id: str) -> List[Entry]:
        return [entry for entry in self.subnets.known.values() if entry["vpc_id"] == vpc_id]

    def _delete_vpc(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self.vpcs.one(match.group(2))
        if self._subnets_of(entry["id"]) or self.in_use(entry["id"]):
            raise refused(409, "0110", "The VPC has subnets or other resources")
        del self.vpcs.known[entry["id"]]
        return Response(204)

    def _list_subnets(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        return page_by_marker(request, "subnets", chosen(request, self.subnets.all(), "vpc_id"))

    def _create_subnet(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        needed = {"name": str, "cidr": str, "vpc_id": str, "gateway_ip": str}
        values = take(inside(body, "subnet", "VPC.0201", PLAINEST), "VPC.0201", needed, _SUBNET, PLAINEST)
        tags = values.pop("tags", [])
        vpc = self.vpcs.one(values["vpc_id"])
        network = _network(values["cidr"])
        if vpc["cidr"] and not network.subnet_of(_network(vpc["cidr"])):
            raise refused(400, "0203", "The subnet is not in the VPC's CIDR block")
        if any(network.overlaps(_network(other["cidr"])) for other in self._subnets_of(vpc["id"])):
            raise refused(400, "0204", "The subnet overlaps another one of the VPC")
        if ipaddress.ip_address(values["gateway_ip"]) not in network:
            raise refused(400, "0201", "The gateway is not in the subnet")
        entry = self._new_subnet(values, "UNKNOWN")
        self.tags[entry["id"]] = dict(tag.split("*", 1) for tag in tags)
        return reply_json(200, {"subnet": entry})

    def _new_subnet(self, values: Entry, pending: str) -> Entry:
        dns = {"dhcp_enable": True, "primary_dns": "100.125.1.250", "secondary_dns": "", "ipv6_enable": False}
        fields = {"description": "", "availability_zone": "", "gateway_ip": "", **dns, **values}
        fields.setdefault("dnsList", [name for name in (fields["primary_dns"], fields["secondary_dns"]) if name])
        entry = self.subnets.add(fields, pending, "ACTIVE")
        entry.update(neutron_network_id=entry["id"], neutron_subnet_id=str(uuid.uuid4()))
        return entry

    def _one_subnet(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"subnet": self.subnets.one(match.group(2))})

    def _inner(self, match: Match[str]) -> Entry:
        entry = self.subnets.one(match.group(3), look=False)
        if entry["vpc_id"] != match.group(2):
            raise refused(404, "0202", "The subnet does not exist in this VPC")
        return entry

    def _change_subnet(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        known = {"description": str, **_DNS}
        values = take(inside(body, "subnet", "VPC.0201", PLAINEST), "VPC.0201", {"name": str}, known, PLAINEST)
        entry = self._inner(match)
        entry.update(values)
        return reply_json(200, {"subnet": {"id": entry["id"], "status": "ACTIVE"}})

    def _delete_subnet(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self._inner(match)
        if self.in_use(entry["id"]):
            raise refused(409, "0206", "The subnet is in use")
        del self.subnets.known[entry["id"]]
        return Response(204)

    def _tagged(self, match: Match[str]) -> Dict[str, str]:
        (self.vpcs if match.group(2) == "vpcs" else self.subnets).one(match.group(3), look=False)
        return self.tags.setdefault(match.group(3), {})

    def _list_tags(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"tags": tag_list(self._tagged(match))})

    def _change_tags(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        return change_tags(self._tagged(match), body, "VPC.0101", PLAINEST)


def _network(text: str) -> Any:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        raise refused(400, "0101", "Invalid CIDR block") from None
