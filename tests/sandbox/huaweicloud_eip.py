# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elastic IPs of the sandbox's cloud (EIP API v1 and v3, bandwidths v1, tags v2.0)."""

from __future__ import annotations

import uuid
from typing import Any, Callable, Dict, Mapping, Match

from .http_message import Request, Response
from .huaweicloud_network import (
    ID,
    P2,
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
from .huaweicloud_requests import FLAT, PLAINEST, Account, RefusedError, reply_json

_PER = {"share_type": str, "name": str, "size": int, "charge_mode": str}


def refused(status: int, code: str, message: str) -> RefusedError:
    """As version 1 says it, or version 3."""
    return RefusedError(status, code, message, PLAINEST if code.startswith("VPC.") else FLAT)


class Eips:
    """
    :param ports: the ports that addresses can be bound to, by ID.
    :param steps: how many looks it takes until a status is the final one.
    :ivar tags: ID to the tags of an address.
    :ivar gateways: says which gateway uses an address, by the IDs of both.
    """

    def __init__(self, ports: Mapping[str, Entry], steps: Callable[[], int]) -> None:
        self.eips = Objects(refused(404, "VPC.0504", "The floating IP could not be found"), steps)
        self.ports = ports
        self.tags: Dict[str, Dict[str, str]] = {}
        self.gateways: Callable[[], Dict[str, str]] = dict
        old, new = "/v1/([^/]+)/publicips", "/v3/([^/]+)/eip/publicips"
        self.routes = [
            ("POST", old, self._create),
            ("DELETE", old + ID, self._delete),
            ("GET", new, self._list),
            ("GET", new + ID, self._one),
            ("PUT", new + ID, self._change),
            ("POST", new + ID + "/associate-instance", self._bind),
            ("POST", new + ID + "/disassociate-instance", self._unbind),
            ("PUT", "/v1/([^/]+)/bandwidths" + ID, self._change_bandwidth),
            ("GET", P2 + "/publicips" + ID + "/tags", self._list_tags),
            ("POST", P2 + "/publicips" + ID + "/tags/action", self._change_tags),
        ]

    def eip(self, name: str = "", **more: Any) -> str:
        """The ID of a new one that is free, for tests."""
        bandwidth = {"share_type": "PER", "name": "b", "size": 5, "charge_mode": "traffic"}
        return str(self._new(name, bandwidth, "DOWN", **more)["id"])

    def _new(self, name: str, bandwidth: Entry, pending: str, **more: Any) -> Entry:
        fields: Entry = {
            "alias": name,
            "public_ip_address": "203.0.113.{0}".format(len(self.tags) + 10),
            "ip_version": 4,
            "description": "",
            "enterprise_project_id": "0",
            "vnic": None,
            "bandwidth": {"id": str(uuid.uuid4()), **bandwidth},
            "associate_instance_type": None,
            "associate_instance_id": None,
            "billing_info": None,
            **more,
        }
        entry = self.eips.add(fields, pending, "DOWN")
        self.tags[entry["id"]] = {}
        return entry

    def _shown(self, entry: Entry) -> Entry:
        gateway = self.gateways().get(entry["id"])
        if gateway is None:
            return entry
        return dict(entry, status="ACTIVE", associate_instance_type="NATGW", associate_instance_id=gateway)

    def _list(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        found = [self._shown(entry) for entry in self.eips.all()]
        return page_by_marker(request, "publicips", chosen(request, found, "alias", "public_ip_address", "status"))

    def _one(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"publicip": self._shown(self.eips.one(match.group(2)))})

    def _create(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        values = take(body, "VPC.0501", {"publicip": dict, "bandwidth": dict}, {"enterprise_project_id": str}, PLAINEST)
        wanted = take(values["publicip"], "VPC.0501", {"type": str}, {"alias": str}, PLAINEST)
        bandwidth = values["bandwidth"]
        if bandwidth.get("share_type") == "PER":
            take(bandwidth, "VPC.0501", _PER, None, PLAINEST)
            if bandwidth["charge_mode"] not in ("bandwidth", "traffic") or not 1 <= bandwidth["size"] <= 2000:
                raise refused(400, "VPC.0501", "Invalid bandwidth")
        else:
            take(bandwidth, "VPC.0501", {"share_type": str, "id": str}, None, PLAINEST)
            bandwidth = dict(bandwidth, name="shared", size=100, charge_mode="bandwidth")
        more = {"enterprise_project_id": values.get("enterprise_project_id", "0")}
        entry = self._new(wanted.get("alias", ""), bandwidth, "PENDING_CREATE", type=wanted["type"], **more)
        shown = {name: entry[name] for name in ("id", "alias", "public_ip_address", "type", "enterprise_project_id")}
        return reply_json(200, {"publicip": dict(shown, status="PENDING_CREATE")})

    def _change(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        entry = self.eips.one(match.group(2), look=False)
        known = {"alias": str, "description": str}
        entry.update(take(inside(body, "publicip", "EIP.7901"), "EIP.7901", {}, known))
        return reply_json(200, {"publicip": self._shown(entry)})

    def _bind(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        entry = self.eips.one(match.group(2), look=False)
        needed = {"associate_instance_type": str, "associate_instance_id": str}
        values = take(inside(body, "publicip", "EIP.7901"), "EIP.7901", needed)
        if values["associate_instance_type"] != "PORT" or values["associate_instance_id"] not in self.ports:
            raise refused(404, "EIP.7910", "The port does not exist")
        port = values["associate_instance_id"]
        others = [other for other in self.eips.known.values() if other["associate_instance_id"] == port]
        if self._shown(entry)["status"] != "DOWN" or others:
            raise refused(409, "VPC.0510", "The EIP or the port is already bound")
        # It is accepted before a look shows it.
        self.eips.become(entry, "BINDING", "ACTIVE")
        entry.update(values, vnic={"port_id": port, "private_ip_address": "192.168.0.7"})
        return reply_json(202, {"publicip": entry})

    def _unbind(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self.eips.one(match.group(2), look=False)
        if entry["associate_instance_id"] is None:
            raise refused(409, "EIP.7902", "The EIP is not bound")
        self.eips.become(entry, "PENDING_UPDATE", "DOWN")
        entry.update(vnic=None, associate_instance_type=None, associate_instance_id=None)
        return reply_json(202, {"publicip": entry})

    def _change_bandwidth(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        values = take(inside(body, "bandwidth", "VPC.0301", PLAINEST), "VPC.0301", {}, _PER, PLAINEST)
        for entry in self.eips.known.values():
            if entry["bandwidth"]["id"] == match.group(2):
                entry["bandwidth"].update(values)
                return reply_json(200, {"bandwidth": entry["bandwidth"]})
        raise refused(404, "VPC.0306", "The bandwidth does not exist")

    def _delete(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self.eips.one(match.group(2), look=False)
        if self._shown(entry)["status"] != "DOWN":
            raise refused(409, "VPC.0510", "The EIP is bound")
        self.eips.become(entry, "PENDING_DELETE", None)
        return Response(204)

    def _tagged(self, match: Match[str]) -> Dict[str, str]:
        return self.tags[self.eips.one(match.group(2), look=False)["id"]]

    def _list_tags(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, {"tags": tag_list(self._tagged(match))})

    def _change_tags(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        return change_tags(self._tagged(match), body, "VPC.0501", PLAINEST)
