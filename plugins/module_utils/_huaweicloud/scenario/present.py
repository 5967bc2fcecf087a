# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each scenario needs, as a plan: everything is looked at and checked before anything is created.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ..._resource import State
from ..._text import quoted
from ..errors import HuaweiCloudError
from ..network.common import Project
from ..network.eip import Eip
from ..network.endpoint import Endpoint
from ..network.nat_gateway import NatGateway
from ..network.services import is_id
from ..network.snat_rule import SnatRule
from ..network.vpc import Subnet, Vpc
from .looks import eip_of_port, endpoints_in, known_service, refuse_second_gateway, refuse_use, rules_for
from .obs import allowed_policy, denied, is_obs, statement_for
from .routes import refuse_default_route
from .rows import HOURLY, Kind, Row, bandwidth_record, bound_record, interrupted, record

NO_OBS = (
    "Pushes will work, pulls will not: the VPC has no endpoint for OBS, where SWR stores layers. Set obs_service to "
    "the endpoint service for OBS in this region, as shown in the console of VPC Endpoint."
)
NO_BUCKETS = (
    "The policy of the endpoint for OBS ({0}) allows only some resources. Pulls fail, some of the time, unless it "
    "allows every bucket in which SWR stores layers: set obs_buckets to their names."
)
DENIED = "The policy of the endpoint for OBS ({0}) has a Deny for {1}: pulls fail unless its condition excludes them."


def service_name(options: Mapping[str, Any], service: str, region: Optional[str]) -> str:
    """The endpoint service for SWR or DNS: as given, or as the regions of Huawei Cloud name it."""
    return options.get(service + "_service") or "com.myhuaweicloud.{0}.{1}".format(region, service)


class Present:
    """The plan of a scenario, and its execution.

    :param options: those of the module, checked.
    :ivar rows: the objects in the order of their creation.
    :ivar parts: those that the result is about, by name.
    """

    def __init__(self, project: Project, options: Mapping[str, Any], check_mode: bool) -> None:
        self._project = project
        self._options = options
        self._check_mode = check_mode
        self._record = record(options["scenario"])
        self.rows: List[Row] = []
        self.parts: Dict[str, Row] = {}
        self.warnings: List[str] = []

    def plan(self) -> None:
        """
        :raises HuaweiCloudError: something cannot be done. Nothing was changed.
        """
        getattr(self, "_" + self._options["scenario"])()

    def carry_out(self) -> None:
        """
        :raises HuaweiCloudError: the API refuses. The next run continues.
        """
        done: List[Row] = []
        for row in self.rows:
            if row.change != "none":
                try:
                    row.carry_out(self._project, self._options)
                except HuaweiCloudError as error:
                    raise interrupted(error, done) from None
                row.note = ""
                done.append(row)

    # -- the scenarios

    def _intranet(self) -> None:
        if self._options.get("vpc"):
            self._obs(self._vpc(None), create=False)

    def _private_line(self) -> None:
        vpc = self._vpc(self._options.get("vpc_cidr"))
        subnet = self._subnet(vpc, self._options.get("subnet_cidr")) if self._options.get("subnet") else None
        self._interface("swr", vpc, subnet)
        if self._options["dns_endpoint"]:
            self._interface("dns", vpc, subnet)
        self._obs(vpc, create=True)

    def _public_single(self) -> None:
        vpc = self._vpc(None)
        subnet = self._subnet(vpc, None)
        try:
            port = self._project.port_id(str(subnet.id), self._options["server_address"])
        except HuaweiCloudError as error:
            if error.where == "server_address":
                error.hint = "Give the private address of a server in the {0}.".format(subnet.label)
            raise
        self._eip(lambda: {"port_id": port}, eip_of_port(self._project, port, self._options["eip"]))

    def _public_nat(self) -> None:
        options = self._options
        vpc = self._vpc(options.get("vpc_cidr"))
        subnet = self._subnet(vpc, options.get("subnet_cidr"))
        others = [name for name in options["snat_subnets"] if name not in (options["subnet"], subnet.id)]
        subnets = [subnet, *(self._other_subnet(vpc, name) for name in others)]
        gateway = self._gateway(vpc, subnet)
        rules = rules_for(self._project, gateway.id, subnets)
        theirs = [one.id in rules and rules[one.id] != self._record for one in subnets]
        eip = None if all(theirs) else self._eip(dict, None)
        if eip is not None:
            refuse_use(eip.name, eip.found, gateway.id)
        # EIP, gateway, rules: in this order, a rule finds what it needs.
        self.rows.append(self.rows.pop(self.rows.index(gateway)))
        for one, is_theirs in zip(subnets, theirs):
            self._rule(gateway, one, None if is_theirs else eip)
        if gateway.is_missing:
            known = [str(one.id) for one in subnets if not one.is_missing]
            if not vpc.is_missing:
                self.warnings += refuse_default_route(self._project, str(vpc.id), known)

    # -- their objects

    def _add(self, kind: str, name: str, make: Kind, keys: Callable[[], State], **more: Any) -> Row:
        row = Row(kind, name, make, keys, **more)
        self.rows.append(row)
        return row.look(self._project, self._options, self._check_mode)

    def _new(self, *names: str, **more: Any) -> Callable[[], State]:
        """The further options of a new object: the record, and what the user wants of all new ones."""
        wanted = {name: self._options.get(name) for name in names}
        wanted = {name: value for name, value in wanted.items() if value is not None}
        return lambda: {"description": self._record, **wanted, **more}

    def _vpc(self, cidr: Optional[str]) -> Row:
        name, cidr = self._options["vpc"], cidr or None
        keys = {"id": name} if is_id(name) else {"name": name, "cidr": cidr}
        consent = self._needs_cidr("VPC", "vpc", cidr)
        new = self._new("tags", "enterprise_project_id")
        row = self._add("VPC", name, Vpc, lambda: keys, new=new, consent=consent)
        self.parts["vpc"] = row
        return row

    def _needs_cidr(self, kind: str, option: str, cidr: Optional[str]) -> Callable[[], None]:
        def consent() -> None:
            if not cidr:
                creates = self._options["scenario"] in ("public_nat", "private_line")
                raise HuaweiCloudError(
                    "there is no {0} named {1}".format(kind, quoted(self._options[option])),
                    where=option,
                    hint="Check the name and the region{0}.".format(
                        ", or set {0}_cidr to have it created".format(option) if creates else ""
                    ),
                )

        return consent

    def _subnet(self, vpc: Row, cidr: Optional[str]) -> Row:
        name, cidr = self._options["subnet"], cidr or None

        def keys() -> State:
            return {"id": name} if is_id(name) else {"vpc": vpc.id or vpc.name, "name": name, "cidr": cidr}

        consent = self._needs_cidr("subnet", "subnet", cidr)
        row = self._add("subnet", name, Subnet, keys, new=self._new("tags"), consent=consent, waits_for=[vpc])
        if not row.is_missing and not vpc.is_missing and row.found["vpc_id"] != vpc.id:
            raise HuaweiCloudError(
                "it is in another VPC", where="subnet", hint="Choose a subnet of {0}.".format(vpc.label)
            )
        self.parts["subnet"] = row
        return row

    def _other_subnet(self, vpc: Row, name: str) -> Row:
        def refuse() -> None:
            raise HuaweiCloudError(
                "there is no subnet {0} in the {1}".format(quoted(name), vpc.label),
                where="snat_subnets",
                hint="Create it first, or leave it out.",
            )

        if vpc.is_missing:
            refuse()
        keys = {"id": name} if is_id(name) else {"vpc": vpc.id, "name": name}
        return self._add("subnet", name, Subnet, lambda: keys, new=dict, consent=refuse)

    def _interface(self, part: str, vpc: Row, subnet: Optional[Row]) -> None:
        service = service_name(self._options, part, self._project.cloud.credentials.region)
        data = known_service(self._project, part + "_service", service)
        there = self._existing(data, vpc, subnet)
        kind = "VPC endpoint for {0}".format(part.upper())

        def keys() -> State:
            if there:
                return {"id": there["id"]}
            place = None if subnet is None else subnet.id or subnet.name
            return {"service": service, "vpc": vpc.id or vpc.name, "subnet": place}

        def consent() -> None:
            self._consent(kind)
            if subnet is None:
                raise HuaweiCloudError("a new {0} needs a subnet".format(kind), where="subnet", hint="Set subnet.")

        needs = [vpc, *([] if subnet is None else [subnet])]
        new = self._new("tags", **({} if there else {"recreate": True}))
        waits_for = () if there else needs
        row = self._add(kind, service, Endpoint, keys, new=new, charge=HOURLY, consent=consent, waits_for=waits_for)
        if there and row.found["address"] is None:
            row.note = "{0}, without an address yet".format(row.found["api_status"])
        self.parts[part] = row

    def _existing(self, service: State, vpc: Row, subnet: Optional[Row]) -> Optional[State]:
        """The VPC's endpoint to a service, that in the subnet first. None if the scenario has to create one."""
        found = [entry for entry in endpoints_in(self._project, vpc.id) if entry["service_id"] == service["id"]]
        here = [entry for entry in found if subnet is not None and entry["subnet_id"] == subnet.id]
        chosen = here or found
        if len(chosen) > 1:
            raise HuaweiCloudError(
                "{0} endpoints in the {1} lead to {2}".format(len(chosen), vpc.label, service.get("service_name")),
                where="subnet",
                hint="Set subnet to that of one of them: {0}.".format(", ".join(sorted(one["id"] for one in chosen))),
            )
        if not chosen or chosen[0]["status"] == "accepted":
            return chosen[0] if chosen else None
        if chosen[0]["description"] != self._record:
            raise HuaweiCloudError(
                "it is {0}".format(chosen[0]["status"]),
                where="VPC endpoint {0}".format(chosen[0]["id"]),
                hint="It was not created by this scenario: delete it yourself. Nothing was changed.",
            )
        # One of the scenario's own is replaced.
        return None

    def _obs(self, vpc: Row, create: bool) -> None:
        wanted = self._options.get("obs_service")
        there = [entry for entry in endpoints_in(self._project, vpc.id) if entry["service_type"] == "gateway"]
        there = [one for one in there if wanted in (one["service"], one["service_id"]) or (not wanted and is_obs(one))]
        buckets = self._options["obs_buckets"]
        policy = {"policy_statement": [statement_for(buckets)]} if buckets else {}
        for one in there:
            keys = {"id": one["id"]}
            self._obs_row(str(one["service"]), lambda keys=keys: keys, policy)
        if not there and create and wanted:
            known_service(self._project, "obs_service", wanted)
            self._obs_row(wanted, lambda: {"service": wanted, "vpc": vpc.id or vpc.name}, policy, [vpc])
        elif not there and create:
            self.warnings.append(NO_OBS)

    def _obs_row(self, name: str, keys: Callable[[], State], policy: State, waits_for: Sequence[Row] = ()) -> None:
        buckets = self._options["obs_buckets"]

        def used(found: State) -> State:
            statements = allowed_policy(found["policy_statement"], buckets)
            return {} if statements == found["policy_statement"] else {"policy_statement": statements}

        new = self._new("tags", **policy)
        row = self._add("VPC endpoint for OBS", name, Endpoint, keys, new=new, used=used, waits_for=waits_for)
        statements = row.found.get("policy_statement") or []
        if statements and not buckets:
            self.warnings.append(NO_BUCKETS.format(row.id))
        forbidden = denied(statements, buckets)
        if forbidden:
            self.warnings.append(DENIED.format(row.id, ", ".join(forbidden)))
        self.parts.setdefault("obs", row)

    def _consent(self, kind: str) -> None:
        if not self._options.get("charge_mode"):
            raise HuaweiCloudError(
                "a new {0} costs money, and needs charge_mode".format(kind),
                where="charge_mode",
                hint="Set charge_mode to postpaid to have it created. Nothing was changed.",
            )

    def _gateway(self, vpc: Row, subnet: Row) -> Row:
        name = self._options["nat_gateway"]

        def keys() -> State:
            return {"id": name} if is_id(name) else {"name": name, "vpc": vpc.id or vpc.name}

        def consent() -> None:
            self._consent("NAT gateway")
            if not vpc.is_missing:
                refuse_second_gateway(self._project, str(vpc.id), subnet)

        def new() -> State:
            size = {"spec": self._options["nat_spec"], "charge_mode": self._options.get("charge_mode")}
            return {**self._new("tags", "enterprise_project_id")(), **size, "subnet": subnet.id or subnet.name}

        charge = HOURLY
        row = self._add(
            "NAT gateway", name, NatGateway, keys, new=new, charge=charge, consent=consent, waits_for=[vpc, subnet]
        )
        if not row.is_missing and row.found["vpc_id"] != vpc.id:
            hint = "Choose a NAT gateway of the {0}.".format(vpc.label)
            raise HuaweiCloudError("it is in another VPC", where="nat_gateway", hint=hint)
        self.parts["nat_gateway"] = row
        return row

    def _rule(self, gateway: Row, subnet: Row, eip: Optional[Row]) -> None:
        def keys() -> State:
            return {"nat_gateway": gateway.id or gateway.name, "subnet": subnet.id or subnet.name, "source": "vpc"}

        def new() -> State:
            return {"eips": [] if eip is None else [eip.id or eip.name], "description": self._record}

        needs = [gateway, subnet, *([] if eip is None else [eip])]
        self._add("SNAT rule", subnet.name, SnatRule, keys, new=new, waits_for=needs)

    def _eip(self, binding: Callable[[], State], there: Optional[str]) -> Row:
        options = self._options
        name = options["eip"]
        keys = {"id": there, "type": options["eip_type"]}
        if there is None:
            keys = {"name": name, "type": options["eip_type"], "reuse": options["eip_reuse"]}

        def new() -> State:
            size = {"charge_mode": options.get("eip_charge_mode"), "bandwidth_size": options.get("eip_bandwidth_size")}
            made = self._new("tags", "enterprise_project_id")()
            del made["description"]
            return {**made, **size, "bandwidth_name": bandwidth_record(options["scenario"]), **binding()}

        def used(found: State) -> State:
            wanted = {} if there else binding()
            if wanted and found["port_id"] != wanted["port_id"]:
                refuse_use(name, found)
                wanted["description"] = bound_record(found["description"], options["scenario"])
            return wanted

        def consent() -> None:
            missing = [option for option in ("eip_charge_mode", "eip_bandwidth_size") if not options.get(option)]
            if missing:
                raise HuaweiCloudError(
                    "a new EIP costs money, and needs {0}".format(" and ".join(missing)),
                    where=missing[0],
                    hint="Set {0}, or eip to the name of an existing one. Nothing was changed.".format(
                        " and ".join(missing)
                    ),
                )

        row = self._add("EIP", name, Eip, lambda: keys, new=new, used=used, charge="", consent=consent)
        mode = row.found.get("charge_mode") or (row.after or {}).get("charge_mode")
        row.charge = "by {0}".format("traffic" if mode == "traffic" else "bandwidth, even while it is not used")
        if there:
            row.note = "the server has {0}".format(row.found["address"])
        self.parts["eip"] = row
        return row
