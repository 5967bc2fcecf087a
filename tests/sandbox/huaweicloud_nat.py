# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Public NAT gateways and their SNAT rules in the sandbox's cloud (NAT Gateway API v2, tags v3)."""

from __future__ import annotations

from typing import Any, Callable, Dict, Match

from .http_message import Request, Response
from .huaweicloud_eip import Eips
from .huaweicloud_network import (
    ID,
    Entry,
    Objects,
    change_tags,
    chosen,
    in_project,
    inside,
    page_by_marker,
    tag_list,
    take,
)
from .huaweicloud_requests import Account, RefusedError, reply_json
from .huaweicloud_vpc import Vpcs

_GATEWAY = {"name": str, "router_id": str, "internal_network_id": str, "spec": str}
_RULE = {"network_id": str, "cidr": str, "source_type": int, "floating_ip_id": str, "description": str}


def refused(status: int, number: str, message: str) -> RefusedError:
    return RefusedError(status, "NAT." + number, message)


class Gateways:
    """
    :param vpcs: what gateways are in. :param eips: the addresses that rules use.
    :ivar tags: ID to the tags of a gateway.
    """

    def __init__(self, vpcs: Vpcs, eips: Eips, steps: Callable[[], int]) -> None:
        self._vpcs = vpcs
        self._eips = eips
        self.gateways = Objects(refused(404, "0013", "The NAT gateway does not exist"), steps)
        self.rules = Objects(refused(404, "0013", "The SNAT rule does not exist"), steps)
        self.tags: Dict[str, Dict[str, str]] = {}
        eips.gateways = self._gateways_of_eips
        many, rules = "/v2/([^/]+)/nat_gateways", "/v2/([^/]+)/snat_rules"
        self.routes = [
            ("GET", many, self._list),
            ("POST", many, self._create),
            ("GET", many + ID, self._one),
            ("PUT", many + ID, self._change),
            ("DELETE", many + ID, self._delete),
            ("GET", "/v2/([^/]+)/dnat_rules", self._list_dnat),
            ("GET", rules, self._list_rules),
            ("POST", rules, self._create_rule),
            ("GET", rules + ID, self._one_rule),
            ("PUT", rules + ID, self._change_rule),
            ("DELETE", many + ID + "/snat_rules" + ID, self._delete_rule),
            ("GET", "/v3/([^/]+)/nat_gateways" + ID + "/tags", self._list_tags),
            ("POST", "/v3/([^/]+)/nat_gateways" + ID + "/tags/action", self._change_tags),
        ]

    def uses(self, object_id: str) -> bool:
        """Whether a gateway is in a VPC or subnet."""
        gateways = self.gateways.known.values()
        return any(object_id in (one["router_id"], one["internal_network_id"]) for one in gateways)

    def _gateways_of_eips(self) -> Dict[str, str]:
        rules = self.rules.known.values()
        return {eip: rule["nat_gateway_id"] for rule in rules for eip in rule["floating_ip_id"].split(",")}

    def _list(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        return page_by_marker(request, "nat_gateways", chosen(request, self.gateways.all(), "name", "router_id"))

    def _create(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        more = {"description": str, "enterprise_project_id": str}
        values = take(inside(body, "nat_gateway", "NAT.0001"), "NAT.0001", _GATEWAY, more)
        if values["router_id"] not in self._vpcs.vpcs.known:
            raise refused(404, "0004", "The router does not exist")
        if values["internal_network_id"] not in self._vpcs.subnets.known:
            raise refused(404, "0005", "The network does not exist")
        if self.uses(values["internal_network_id"]):
            raise refused(409, "0012", "The network already has a NAT gateway")
        if values["spec"] not in ("1", "2", "3", "4", "5"):
            raise refused(400, "0016", "Invalid spec")
        usual = {"description": "", "enterprise_project_id": "0", "admin_state_up": True, "billing_info": ""}
        entry = self.gateways.add({**usual, "ngport_ip_address": "192.168.0.5", **values}, "PENDING_CREATE", "ACTIVE")
        self.tags[entry["id"]] = {}
        return reply_json(201, {"nat_gateway": entry})

    def _one(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"nat_gateway": self.gateways.one(match.group(2))})

    def _active(self, gateway: str) -> Entry:
        entry = self.gateways.one(gateway, look=False)
        if entry["status"] != "ACTIVE" or not entry["admin_state_up"]:
            raise refused(409, "0010", "The NAT gateway is not active")
        return entry

    def _change(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        known = {"name": str, "description": str, "spec": str}
        values = take(inside(body, "nat_gateway", "NAT.0001"), "NAT.0001", {}, known)
        entry = self._active(match.group(2))
        entry.update(values)
        self.gateways.become(entry, "PENDING_UPDATE", "ACTIVE")
        return reply_json(200, {"nat_gateway": entry})

    def _delete(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self._active(match.group(2))
        if any(rule["nat_gateway_id"] == entry["id"] for rule in self.rules.known.values()):
            raise refused(409, "0006", "The rules of the NAT gateway have not been deleted")
        self.gateways.become(entry, "PENDING_DELETE", None)
        return Response(204)

    @staticmethod
    def _list_dnat(_request: Request, _account: Account, _match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"dnat_rules": []})

    def _list_rules(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        rules = chosen(request, self.rules.all(), "nat_gateway_id", "network_id", "cidr")
        return page_by_marker(request, "snat_rules", rules)

    def _create_rule(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        values = take(inside(body, "snat_rule", "NAT.0001"), "NAT.0001", {"nat_gateway_id": str}, _RULE)
        gateway = self._active(values["nat_gateway_id"])
        source = values.setdefault("source_type", 0)
        if ("network_id" in values) == ("cidr" in values) or (source == 1 and "network_id" in values):
            raise refused(400, "0001", "network_id or cidr")
        place = (values.get("network_id", ""), values.get("cidr", ""))
        if place in [(rule["network_id"], rule["cidr"]) for rule in self.rules.known.values()]:
            raise refused(409, "0009", "The SNAT rule exists already")
        entry = {"network_id": "", "cidr": "", "description": "", **values, "admin_state_up": True}
        entry.update(self._addresses(values["floating_ip_id"].split(","), gateway["id"]))
        return reply_json(201, {"snat_rule": self.rules.add(entry, "PENDING_CREATE", "ACTIVE")})

    def _addresses(self, ids: Any, gateway: str) -> Entry:
        eips = [self._eips.eips.one(eip, look=False) for eip in ids]
        for eip in eips:
            if eip["status"] != "DOWN" or self._gateways_of_eips().get(eip["id"], gateway) != gateway:
                raise refused(409, "0009", "The EIP is in use")
        # In an order of its own.
        eips.reverse()
        addresses = ",".join(eip["public_ip_address"] for eip in eips)
        return {"floating_ip_id": ",".join(eip["id"] for eip in eips), "floating_ip_address": addresses}

    def _one_rule(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"snat_rule": self.rules.one(match.group(2))})

    def _change_rule(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        known = {"public_ip_address": str, "description": str}
        values = take(inside(body, "snat_rule", "NAT.0001"), "NAT.0001", {"nat_gateway_id": str}, known)
        entry = self.rules.one(match.group(2), look=False)
        if "public_ip_address" in values:
            by_address = {eip["public_ip_address"]: eip["id"] for eip in self._eips.eips.known.values()}
            addresses = values.pop("public_ip_address").split(",")
            if not set(addresses) <= set(by_address):
                raise refused(404, "0007", "The EIP does not exist")
            entry.update(self._addresses([by_address[address] for address in addresses], entry["nat_gateway_id"]))
        entry.update(values)
        self.rules.become(entry, "PENDING_UPDATE", "ACTIVE")
        return reply_json(200, {"snat_rule": entry})

    def _delete_rule(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self.rules.one(match.group(3), look=False)
        if entry["nat_gateway_id"] != match.group(2):
            raise refused(404, "0013", "The SNAT rule does not exist")
        self.rules.become(entry, "PENDING_DELETE", None)
        return Response(204)

    def _list_tags(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"tags": tag_list(self.tags[self.gateways.one(match.group(2), look=False)["id"]])})

    def _change_tags(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        return change_tags(self.tags[self._active(match.group(2))["id"]], body, "NAT.0001")
