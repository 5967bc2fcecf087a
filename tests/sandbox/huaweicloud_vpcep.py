# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""VPC endpoints of the sandbox's cloud (VPC Endpoint API v1)."""

from __future__ import annotations

import uuid
from typing import Any, Callable, Dict, List, Match

from .http_message import Request, Response
from .huaweicloud_network import ID, Entry, Objects, P, change_tags, in_project, page_by_offset, tag_list, take
from .huaweicloud_requests import Account, RefusedError, reply_json
from .huaweicloud_swr import now
from .huaweicloud_vpc import Vpcs

CLOUD = "com.myhuaweicloud.cn-north-4."
_CREATE = {
    "subnet_id": str,
    "port_ip": str,
    "description": str,
    "enable_dns": bool,
    "enable_whitelist": bool,
    "tags": list,
    "whitelist": list,
    "routetables": list,
    "policy_statement": list,
    "policy_document": dict,
}
OBS = "cn-north-4.com.myhuaweicloud.v4.obsv2.OBSCluster9"
EVERYTHING = [{"effect": "Allow", "action": ["*"], "resource": ["*", "*/*"]}]


def refused(status: int, number: str, message: str) -> RefusedError:
    return RefusedError(status, "EndPoint." + number, message)


class Endpoints:
    """
    :param vpcs: what endpoints are in.
    :param addresses: those of interface endpoints, with a place for a number from 60 on.
    :ivar services: name to what is known of a service. C(outcome) is the status that its endpoints get.
    """

    def __init__(self, vpcs: Vpcs, steps: Callable[[], int], addresses: str) -> None:
        self._vpcs = vpcs
        self.endpoints = Objects(refused(404, "0005", "The endpoint does not exist"), steps)
        self.addresses = addresses
        self.services: Dict[str, Entry] = {}
        self._numbers: List[int] = []
        self.service("swr", "interface")
        self.service("obs", "gateway")
        # As in the real region. Others have other clusters.
        self.service(OBS, "gateway", prefix="")
        self.service("dns", "interface", enable_policy=False)
        one = P + "/vpc-endpoints" + ID
        self.routes = [
            ("GET", P + "/vpc-endpoint-services/describe", self._describe),
            ("GET", P + "/vpc-endpoints", self._list),
            ("POST", P + "/vpc-endpoints", self._create),
            ("GET", one, self._one),
            ("PUT", one, self._change_whitelist),
            ("PUT", one + "/policy", self._change_policy),
            ("DELETE", one + "/policy", self._delete_policy),
            ("PUT", one + "/routetables", self._change_tables),
            ("DELETE", one, self._delete),
            ("POST", P + "/endpoint" + ID + "/tags/action", self._change_tags),
        ]

    def service(
        self, name: str, kind: str, enable_policy: bool = True, outcome: str = "accepted", prefix: str = CLOUD
    ) -> str:
        """The ID of a new service."""
        made = {"id": str(uuid.uuid4()), "service_name": prefix + name, "service_type": kind, "is_charge": True}
        self.services[prefix + name] = dict(made, enable_policy=enable_policy, created_at=now(), outcome=outcome)
        return made["id"]

    def accept(self) -> None:
        """The owners of all services accept what is waiting."""
        for entry in self.endpoints.known.values():
            if entry["status"] == "pendingAcceptance":
                entry["status"] = "accepted"

    def uses(self, object_id: str) -> bool:
        """Whether an endpoint is in a VPC or subnet."""
        return any(object_id in (one["vpc_id"], one["subnet_id"]) for one in self.endpoints.known.values())

    def _describe(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        for service in self.services.values():
            if (
                request.param("endpoint_service_name") == service["service_name"]
                or request.param("id") == service["id"]
            ):
                return reply_json(200, {name: value for name, value in service.items() if name != "outcome"})
        raise refused(404, "0005", "The endpoint service does not exist")

    def _shown(self, entry: Entry, detail: bool = False) -> Entry:
        shown = {name: value for name, value in entry.items() if name != "tag_map"}
        if entry["service_type"] != "interface" or entry["status"] not in ("accepted", "rejected"):
            shown.pop("ip", None)
            shown.pop("dns_names", None)
        if not detail:
            shown.pop("enable_status")
        return dict(shown, tags=tag_list(entry["tag_map"]))

    def _list(self, request: Request, account: Account, match: Match[str], _body: Any) -> Response:
        in_project(account.projects, match)
        name, vpc = request.param("endpoint_service_name") or "", request.param("vpc_id")
        found = [
            self._shown(entry)
            for entry in self.endpoints.all()
            # The name is looked for inside of names, and its case is ignored.
            if name.lower() in entry["endpoint_service_name"].lower() and vpc in (None, entry["vpc_id"])
        ]
        return page_by_offset(request, "endpoints", found)

    def _create(self, _request: Request, account: Account, match: Match[str], body: Any) -> Response:
        in_project(account.projects, match)
        values = take(body, "EndPoint.0002", {"endpoint_service_id": str, "vpc_id": str}, _CREATE)
        service = next((one for one in self.services.values() if one["id"] == values["endpoint_service_id"]), None)
        if service is None:
            raise refused(400, "0002", "No such endpoint service")
        if values["vpc_id"] not in self._vpcs.vpcs.known:
            raise refused(400, "0020", "No such VPC")
        gateway = service["service_type"] == "gateway"
        if not gateway and values.get("subnet_id") not in self._vpcs.subnets.known:
            raise refused(400, "0002", "No such subnet")
        policies = {"policy_statement", "policy_document"} & set(values)
        if policies and (not service["enable_policy"] or policies != {_policy_of(gateway)}):
            raise refused(400, "0002", "The service takes no such policy")
        entry = self.endpoints.add(self._new(values, service, gateway), "creating", service["outcome"])
        if service["outcome"] == "failed":
            entry["error"] = [{"error_code": "EndPoint.2041", "error_message": "the port IP is in use"}]
        return reply_json(200, self._shown(entry))

    def _new(self, values: Entry, service: Entry, gateway: bool) -> Entry:
        number = len(self._numbers) + 60
        self._numbers.append(number)
        fields: Entry = {
            "service_type": service["service_type"],
            "endpoint_service_name": service["service_name"],
            "active_status": ["active"],
            "enable_status": "enable",
            "subnet_id": "",
            "ip": values.get("port_ip", self.addresses.format(number)),
            "dns_names": ["{0}.cn-north-4.myhuaweicloud.com".format(service["service_name"].rpartition(".")[2])],
            "enable_dns": gateway,
            "description": "",
            "enable_whitelist": False,
            "whitelist": [],
            "routetables": ["default-" + values["vpc_id"]] if gateway else [],
            "policy_statement": EVERYTHING if gateway else None,
            "policy_document": None,
        }
        tags = {tag["key"]: tag["value"] for tag in values.pop("tags", [])}
        values.pop("port_ip", None)
        fields.update(values, tag_map=tags)
        if not fields["enable_dns"]:
            del fields["dns_names"]
        return fields

    def _one(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        return reply_json(200, self._shown(self.endpoints.one(match.group(2)), detail=True))

    def _ready(self, match: Match[str]) -> Entry:
        entry = self.endpoints.one(match.group(2), look=False)
        if entry["status"] not in ("accepted", "pendingAcceptance"):
            raise refused(400, "0002", "The endpoint's status does not allow it")
        return entry

    def _change_whitelist(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        entry = self._ready(match)
        values = take(body, "EndPoint.0002", {}, {"whitelist": list, "enable_whitelist": bool})
        if entry["service_type"] == "gateway":
            raise refused(400, "0002", "No white list")
        entry.update(values, updated_at=now())
        return reply_json(200, self._shown(entry))

    def _change_policy(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        entry = self._ready(match)
        values = take(body, "EndPoint.0002", {}, {"policy_statement": list, "policy_document": dict})
        if set(values) != {_policy_of(entry["service_type"] == "gateway")}:
            raise refused(400, "0002", "The service takes no such policy")
        # What it is given in one case it returns in another.
        for statement in values.get("policy_statement", []):
            for name in list(statement):
                statement[name.lower()] = statement.pop(name)
        entry.update(values, updated_at=now())
        return reply_json(200, self._shown(entry))

    def _delete_policy(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self._ready(match)
        gateway = entry["service_type"] == "gateway"
        entry.update(policy_statement=EVERYTHING if gateway else None, policy_document=None)
        return reply_json(200, self._shown(entry))

    def _change_tables(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        entry = self._ready(match)
        values = take(body, "EndPoint.0002", {"routetables": list})
        if entry["service_type"] != "gateway" or not values["routetables"]:
            raise refused(400, "2040", "No route table is bound")
        wrong = [table for table in values["routetables"] if table.startswith("wrong")]
        entry["routetables"] = [table for table in values["routetables"] if table not in wrong]
        problems = [{"id": table, "error_message": "the route table does not exist"} for table in wrong]
        error = [{"bind_failed": problems, "unbind_failed": []}] if wrong else []
        return reply_json(200, {"routetables": entry["routetables"], "error": error})

    def _delete(self, _request: Request, _account: Account, match: Match[str], _body: Any) -> Response:
        entry = self.endpoints.one(match.group(2), look=False)
        if entry["status"] == "creating":
            raise refused(400, "0002", "The endpoint's status does not allow it")
        self.endpoints.become(entry, "deleting", None)
        return Response(204)

    def _change_tags(self, _request: Request, _account: Account, match: Match[str], body: Any) -> Response:
        return change_tags(self.endpoints.one(match.group(2), look=False)["tag_map"], body, "EndPoint.0002")


def _policy_of(gateway: bool) -> str:
    return "policy_statement" if gateway else "policy_document"
