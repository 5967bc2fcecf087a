# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes back what a scenario has created, and nothing else.

In this order, since each object may carry the next ones: rules, gateway, EIP, endpoints, subnet, VPC. What is not the
scenario's own, what is billed yearly or monthly, and what carries others stays, and the plan says why.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Set

from ..._resource import State, bring_about
from ..api.waiter import Waiter
from ..errors import HuaweiCloudError
from ..network import common
from ..network import endpoint as endpoints
from ..network import nat_gateway as gateways
from ..network import snat_rule as rules
from ..network import vpc as vpcs
from ..network.common import Project
from ..network.eip import Eip, bound_to, read_eips
from ..network.eip import described as described_eip
from ..network.services import is_id
from .looks import endpoints_in
from .obs import is_obs
from .present import service_name
from .rows import HOURLY, Kind, Row, interrupted, is_own, without_bound_record

NOT_OWN = "not created by this scenario"
PREPAID = "billed yearly or monthly: unsubscribe from it in the Billing Center"


class Absent:
    """The plan of a removal, and its execution.

    :param options: those of the module, checked.
    :ivar rows: the objects in the order of their removal.
    """

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        self._project = project
        self._options = options
        self._scenario = options["scenario"]
        self._busy: Set[str] = set()
        self.rows: List[Row] = []
        self.parts: Dict[str, Row] = {}
        self.warnings: List[str] = []

    def plan(self) -> None:
        """
        :raises HuaweiCloudError: what there is cannot be read, or is ambiguous. Nothing was changed.
        """
        vpc = self._project.vpc_id(self._options["vpc"]) if self._options.get("vpc") else None
        gateway = self._gateway_and_rules(vpc) if vpc and self._options.get("nat_gateway") else None
        if self._options.get("eip"):
            self._eip(gateway, vpc)
        if vpc is not None:
            self._endpoints(vpc)
            self._place(vpc)

    def carry_out(self) -> None:
        """
        :raises HuaweiCloudError: the API refuses. The next run continues.
        """
        done: List[Row] = []
        for row in self.rows:
            stays = any(one.kept for one in self.rows if one.kind == "subnet")
            if row.kind == "VPC" and row.change == "delete" and stays:
                self._keep(row, "a subnet in it stays")
            if row.change in ("delete", "update"):
                try:
                    self._remove(row)
                except HuaweiCloudError as error:
                    if error.status != 409:
                        raise interrupted(error, done) from None
                    self._keep(row, "something is in it or uses it: {0}".format(error.what))
                else:
                    done.append(row)

    # -- the plan

    def _add(self, kind: str, name: str, make: Kind, found: State, reason: Optional[str], charge: str = "free") -> Row:
        """
        :param reason: why it stays; None: it goes.
        """
        row = Row(kind, name, make, lambda: {"id": found["id"]}, dict, charge=charge)
        row.found = row.before = row.after = found
        row.own = is_own(found, self._scenario)
        self.rows.append(row)
        if not row.own:
            self._keep(row, NOT_OWN)
        elif found.get("prepaid"):
            self._keep(row, PREPAID)
        elif reason:
            self._keep(row, reason)
        else:
            row.after = None
        return row

    def _keep(self, row: Row, reason: str) -> None:
        row.after, row.kept, row.note = row.before, True, reason
        if row.own:
            self.warnings.append("The {0} stays: {1}.".format(row.label, reason))

    def _gateway_and_rules(self, vpc: str) -> Optional[str]:
        """The ID of the gateway. Its rules that stay use C(self._busy)."""
        api, name = self._project.api("nat"), self._options["nat_gateway"]
        listed = api.list(gateways.PATH, "nat_gateways", "nat:natGateways:list", router_id=vpc)
        named = [gateways.described(entry) for entry in listed if name in (entry.get("name"), entry.get("id"))]
        named = [entry for entry in named if entry["status"] not in gateways.NatGateway.leaving]
        if len(named) > 1:
            ids = ", ".join(sorted(str(entry["id"]) for entry in named))
            raise HuaweiCloudError(
                "{0} NAT gateways in the VPC have this name".format(len(named)),
                where="nat_gateway",
                hint="Give the ID of one: {0}.".format(ids),
            )
        for found in named:
            params = {"nat_gateway_id": str(found["id"])}
            listed = api.list(rules.PATH, "snat_rules", "nat:snatRules:list", **params)
            made = [rules.described(entry) for entry in listed if entry.get("status") not in rules.SnatRule.leaving]
            for rule in made:
                self._add("SNAT rule", rule["subnet_id"] or rule["cidr"], rules.SnatRule, rule, None)
            others = [rule for rule in made if not is_own(rule, self._scenario)]
            more = api.list("/v2/{0}/dnat_rules", "dnat_rules", "nat:dnatRules:list", **params)
            reason = "it has {0} other rules".format(len(others) + len(more)) if others or more else None
            self._add("NAT gateway", name, gateways.NatGateway, found, reason, HOURLY)
            self._busy = {eip for rule in others for eip in rule["eip_ids"]}
            self._busy.update(str(rule.get("floating_ip_id")) for rule in more)
            return str(found["id"])
        return None

    def _eip(self, gateway: Optional[str], vpc: Optional[str]) -> None:
        api, name = self._project.api("vpc"), self._options["eip"]
        for entry in read_eips(api, alias=name):
            if entry.get("alias") != name or entry.get("status") in Eip.leaving:
                continue
            found = dict(described_eip(entry), tags=None)
            bound = bound_to(entry)
            is_gateways = bound == {"type": "NATGW", "id": gateway} and found["id"] not in self._busy
            ours = not bound or is_gateways or self._is_servers_port(bound, vpc)
            reason = None if ours else "it is bound to {type} {id}".format(**bound)
            charge = "by {0}".format(found["charge_mode"])
            row = self._add("EIP", name, Eip, found, reason, charge)
            rest = without_bound_record(found["description"], self._scenario)
            if rest is not None and ours:
                # Only the binding is the scenario's.
                row.after, row.kept, row.note = {**found, "port_id": "", "description": rest}, False, "unbind"

    def _is_servers_port(self, bound: Mapping[str, str], vpc: Optional[str]) -> bool:
        if bound.get("type") != "PORT" or vpc is None or not self._options.get("server_address"):
            return False
        subnet = self._project.subnet_id(vpc, self._options["subnet"]) if self._options.get("subnet") else None
        try:
            return subnet is not None and self._project.port_id(subnet, self._options["server_address"]) == bound["id"]
        except HuaweiCloudError as error:
            if error.where != "server_address":
                raise
            return False

    def _endpoints(self, vpc: str) -> None:
        region = self._project.cloud.credentials.region
        services = [service_name(self._options, name, region) for name in ("swr", "dns")]
        for found in endpoints_in(self._project, vpc):
            is_part = is_obs(found) or {found["service"], found["service_id"]} & set(services)
            if is_part or is_own(found, self._scenario):
                charge = HOURLY if found["service_type"] == "interface" else "free"
                self._add("VPC endpoint", str(found["service"]), endpoints.Endpoint, found, None, charge)

    def _place(self, vpc: str) -> None:
        api = self._project.api("vpc")
        listed = api.list(vpcs.SUBNETS, "subnets", "vpc:subnets:list", vpc_id=vpc)
        subnets = [vpcs.described_subnet(entry) for entry in listed]
        staying = [row for row in self.rows if row.kept and row.found.get("vpc_id") == vpc]
        carrying = {row.found.get("subnet_id"): row.label for row in staying}
        for found in subnets:
            if is_own(found, self._scenario) or self._options.get("subnet") in (found["name"], found["id"]):
                carried = carrying.get(found["id"])
                reason = "the {0} in it stays".format(carried) if carried else None
                self._add("subnet", found["name"], vpcs.Subnet, found, reason)
        name = self._options["vpc"]
        entry = api.read("{0}/{1}".format(vpcs.VPCS, vpc), "vpc", "vpc:vpcs:get", "VPC {0}".format(name))
        if entry is not None and (is_id(name) or entry.get("name") == name):
            staying += [row for row in self.rows if row.kept and row.kind == "subnet"]
            others = [found["name"] for found in subnets if found["id"] not in [row.id for row in self.rows]]
            words = [row.label for row in staying] + ["subnet {0}".format(name) for name in others]
            reason = "what is in it stays: {0}".format(", ".join(sorted(words)[:3])) if words else None
            self._add("VPC", name, vpcs.Vpc, vpcs.described_vpc(entry), reason)

    # -- its execution

    def _remove(self, row: Row) -> None:
        base = {"id": row.id, "wait_timeout": self._options["wait_timeout"]}
        if row.kind == "SNAT rule":
            found = {"nat_gateway": row.found["nat_gateway_id"], "source": row.found["source"]}
            found.update({name: row.found[key] or None for name, key in (("subnet", "subnet_id"), ("cidr", "cidr"))})
            base.update(found)
        if row.kind == "EIP":
            self._unbind(row, base)
        if row.after is None:
            bring_about(row.make(self._project, {**base, "state": "absent"}, False), False)

    def _unbind(self, row: Row, base: State) -> None:
        """A server's EIP is unbound. One of a gateway is free a moment after the last rule has gone."""
        wanted: State = {"port_id": ""} if row.found["port_id"] else {}
        if row.after is not None:
            wanted["description"] = row.after["description"]
        if wanted:
            bring_about(Eip(self._project, {**base, **wanted, "state": "present"}, False), False)
        api = self._project.api("vpc")

        def look() -> Optional[State]:
            for entry in read_eips(api):
                if entry.get("id") == row.id:
                    return {"status": "bound" if bound_to(entry) else "free"}
            return None

        waiter = Waiter(self._options["wait_timeout"], common.INTERVAL)
        waiter.until(look, ("free", None), (), row.label)
