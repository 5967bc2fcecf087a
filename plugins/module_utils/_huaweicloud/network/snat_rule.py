# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SNAT rules: the subnets or networks that a NAT gateway connects to the Internet, and their public addresses.

API reference of NAT Gateway v2, CreateNatGatewaySnatRule, ListNatGatewaySnatRules, ShowNatGatewaySnatRule,
UpdateNatGatewaySnatRule and DeleteNatGatewaySnatRule.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
from typing import Any, Dict, List, Mapping, Optional

from ..._resource import State
from ..._text import quoted
from ..api.client import Cloud
from ..api.waiter import Waiter
from ..errors import HuaweiCloudError
from . import common
from .common import NetworkObject, Project, manage
from .eip import resolve
from .nat_gateway import PATH as GATEWAYS
from .nat_gateway import gateway_id, gateway_status
from .services import Entry, is_id, quoted_id

PATH = "/v2/{0}/snat_rules"
SOURCES = {"vpc": 0, "direct_connect": 1}
MOST_EIPS = 20


class SnatRule(NetworkObject):
    """One rule. It has no name: the gateway and the subnet or network identify it.

    :param options: those of the module.
    :raises HuaweiCloudError: an option is invalid.
    """

    fields = ("nat_gateway_id", "subnet_id", "cidr", "source", "eips", "description")
    failed = ("INACTIVE", "EIP_FREEZED")
    leaving = ("PENDING_DELETE",)

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        source = options.get("subnet") or options.get("cidr")
        super().__init__(project.api("nat"), "SNAT rule for {0}".format(source), options, check_mode)
        self._project = project
        self._key: State = {}
        self._eips: Dict[str, str] = {}
        if options.get("cidr"):
            _check_cidr(options["cidr"])
        elif options["source"] == "direct_connect":
            raise HuaweiCloudError("a rule for Direct Connect has no subnet", where="subnet", hint="Set cidr instead.")

    def find(self) -> Optional[Entry]:
        options = self.options
        gateway = gateway_id(self.api, options["nat_gateway"])
        if gateway is None:
            return self._without("NAT gateway", options["nat_gateway"], "nat_gateway")
        self._key = {"nat_gateway_id": gateway, "subnet_id": "", "cidr": options.get("cidr") or ""}
        if options.get("subnet"):
            subnet = self._subnet(gateway, options["subnet"])
            if subnet is None:
                return self._without("subnet", options["subnet"], "subnet")
            self._key["subnet_id"] = subnet
        found = self.api.list(PATH, "snat_rules", "nat:snatRules:list", nat_gateway_id=gateway)
        if not all(entry.get("network_id") or entry.get("cidr") for entry in found):
            raise self.api.not_understood(self.what, "a rule has neither subnet nor block")
        matching = [entry for entry in found if {name: described(entry)[name] for name in self._key} == self._key]
        return self.one_of(matching, "SNAT rule")

    def _without(self, kind: str, name: str, option: str) -> None:
        if self.present:
            what = "there is no {0} named {1}".format(kind, quoted(name))
            raise HuaweiCloudError(what, where=option, hint="Create it first, or give its ID.")

    def _subnet(self, gateway: str, subnet: str) -> Optional[str]:
        """Its ID. A name is looked up in the gateway's VPC."""
        if is_id(subnet):
            return subnet
        found = self._gateway(gateway)
        return None if found is None else self._project.subnet_id(str(found.get("router_id")), subnet)

    def _gateway(self, gateway: str) -> Optional[Entry]:
        path = GATEWAYS + "/" + quoted_id(gateway)
        return self.api.read(path, "nat_gateway", "nat:natGateways:get", "NAT gateway " + gateway)

    def read(self, object_id: str) -> Optional[Entry]:
        return self.api.read(PATH + "/" + quoted_id(object_id), "snat_rule", "nat:snatRules:get", self.what)

    def described(self, entry: Entry) -> State:
        return described(entry)

    def desired(self, current: Optional[State]) -> Optional[State]:
        if not self.present:
            return None
        given = self.given("description", "source")
        if self.options.get("eips") is not None:
            self._eips = resolve(self._project.api("vpc"), self.options["eips"])
            if not 1 <= len(self._eips) <= MOST_EIPS:
                raise HuaweiCloudError(
                    "a rule has 1 to {0} EIPs".format(MOST_EIPS), where="eips", hint="Correct the list."
                )
            given["eips"] = sorted(self._eips)
        if current is not None:
            desired = {**current, **given}
            self.refuse_changes(current, desired, "source")
            return desired
        if "eips" not in given:
            raise HuaweiCloudError("a new rule needs EIPs", where="eips", hint="Set eips.")
        return {**self._key, "description": "", **given}

    def create(self, desired: State) -> None:
        self._wait_for_gateway(desired["nat_gateway_id"])
        body = {"nat_gateway_id": desired["nat_gateway_id"]}
        if desired["subnet_id"]:
            body["network_id"] = desired["subnet_id"]
        else:
            body["cidr"] = desired["cidr"]
        body["source_type"] = SOURCES[desired["source"]]
        body["floating_ip_id"] = ",".join(self._eips[address] for address in desired["eips"])
        if desired["description"]:
            body["description"] = desired["description"]
        reply = self.api.call("POST", PATH, body={"snat_rule": body}, action="nat:snatRules:create", on=self.what)
        self.created(reply, "snat_rule")

    def _wait_for_gateway(self, gateway: str) -> None:
        """A gateway accepts rules only while it is active."""
        waiter = Waiter(self.options["wait_timeout"], common.INTERVAL)
        waiter.until(
            lambda: self._gateway(gateway), ("ACTIVE",), ("INACTIVE",), "NAT gateway " + gateway, gateway_status
        )

    def update(self, current: State, desired: State) -> None:
        body = {"nat_gateway_id": desired["nat_gateway_id"]}
        if desired["eips"] != current["eips"]:
            # Addresses here, IDs on creation.
            body["public_ip_address"] = ",".join(desired["eips"])
        if desired["description"] != current["description"]:
            body["description"] = desired["description"]
        path = PATH + "/" + quoted_id(self.id or "")
        self.api.call("PUT", path, body={"snat_rule": body}, action="nat:snatRules:update", on=self.what)

    def remove(self) -> None:
        gateway = quoted_id(str((self.found or {}).get("nat_gateway_id")))
        path = "{0}/{1}/snat_rules/{2}".format(GATEWAYS, gateway, quoted_id(self.id or ""))
        self.api.call("DELETE", path, action="nat:snatRules:delete", on=self.what)


def _check_cidr(text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError:
        raise HuaweiCloudError(
            "not a network: {0}".format(quoted(text)), where="cidr", hint="Write it as 192.168.0.0/24."
        ) from None


def described(entry: Entry) -> State:
    """A rule in this collection's terms. The order of its addresses does not matter."""
    sources = {number: name for name, number in SOURCES.items()}
    return {
        "id": entry.get("id"),
        "nat_gateway_id": entry.get("nat_gateway_id"),
        "subnet_id": entry.get("network_id") or "",
        # The API may also return the subnet's block.
        "cidr": "" if entry.get("network_id") else entry.get("cidr") or "",
        "source": sources.get(entry.get("source_type") or 0, entry.get("source_type")),
        "eips": _split(entry.get("floating_ip_address")),
        "eip_ids": _split(entry.get("floating_ip_id")),
        "frozen_eips": _split(entry.get("freezed_ip_address")),
        "description": entry.get("description") or "",
        "status": entry.get("status"),
        "created": entry.get("created_at"),
    }


def _split(text: Any) -> List[str]:
    return sorted(part.strip() for part in str(text or "").split(",") if part.strip())


def manage_rule(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Create, change or delete a rule, or report what would change.

    :raises HuaweiCloudError: an option is invalid, or the API refuses.
    """
    return manage(SnatRule(Project(cloud), options, check_mode), "rule", cloud, check_mode)


def list_rules(cloud: Cloud, gateway: Optional[str] = None) -> List[State]:
    """All rules, or those of a gateway.

    :raises HuaweiCloudError: the list cannot be read completely.
    """
    api = Project(cloud).api("nat")
    params = {}
    if gateway is not None:
        found = gateway_id(api, gateway)
        if found is None:
            return []
        params["nat_gateway_id"] = found
    return [described(entry) for entry in api.list(PATH, "snat_rules", "nat:snatRules:list", **params)]
