# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network: permissions to read, what the scenario would create, and room for that.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from collections import Counter
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._huaweicloud.api.quotas import Quota, endpoint_quotas, vpc_quotas
from .._huaweicloud.errors import HuaweiCloudError
from .._huaweicloud.network import endpoint as endpoints
from .._huaweicloud.network import nat_gateway, snat_rule, vpc
from .._huaweicloud.network.common import Project
from .._huaweicloud.network.eip import Eip, read_eips
from .._huaweicloud.scenario.looks import known_service
from .._huaweicloud.scenario.options import ARGUMENTS, check_options
from .._huaweicloud.scenario.present import Present, service_name
from .._huaweicloud.scenario.routes import EXEMPT
from .._huaweicloud.scenario.routes import PATH as ROUTE_TABLES
from .._huaweicloud.scenario.rows import Row
from .._lazy import pattern
from .account import Account
from .board import Board, Question
from .checks import OK, UNCHECKED, WARNING, Check, allowed, quota_check, refused, unchecked_actions

PART = "network"
PLAN = "plan of the network"
# Where a name is an option's: some are also words, and users may give them to objects.
_OPTION = pattern(
    r"(?:^(?=\w+: )|(?<=[Ss]et )|(?<=needs )|(?<= and )|(?<=, or ))(?:{0})(?!\w)".format("|".join(ARGUMENTS))
)
_QUOTA = "Delete what is not needed, or have the quota raised in the console."


def in_variables(check: Check) -> Check:
    """A check that names the options of the network as the variables of the role."""
    if check.part != PART:
        return check
    text, remedy = (_OPTION.sub(r"network_\g<0>", words) for words in (check.text, check.remedy))
    return check._replace(text=text, remedy=remedy)


class _Kind(NamedTuple):
    """What creating and changing an object takes.

    :ivar quota: its name in C(vpc_quotas) or C(endpoint_quotas); None if no API tells it.
    """

    name: str
    create: str
    update: str
    quota: Optional[str]


_KINDS: Dict[Any, _Kind] = {
    vpc.Vpc: _Kind("VPCs", "vpc:vpcs:create", "vpc:vpcs:update", "vpc"),
    vpc.Subnet: _Kind("subnets", "vpc:subnets:create", "vpc:subnets:update", "subnet"),
    endpoints.Endpoint: _Kind("VPC endpoints", "vpcep:endpoints:create", "vpcep:endpoints:update", "endpoint"),
    nat_gateway.NatGateway: _Kind("NAT gateways", "nat:natGateways:create", "nat:natGateways:update", None),
    snat_rule.SnatRule: _Kind("SNAT rules", "nat:snatRules:create", "nat:snatRules:update", None),
    Eip: _Kind("EIPs", "vpc:publicIps:create", "vpc:publicIps:update", "publicIp"),
}

Read = Callable[[Project], Any]


def _list(service: str, path: str, field: str, action: str, project: Project) -> None:
    project.api(service).list(path, field, action)


def _listing(service: str, path: str, field: str, action: str) -> Tuple[str, Read]:
    return action, functools.partial(_list, service, path, field, action)


_VPCS = _listing("vpc", vpc.VPCS, "vpcs", "vpc:vpcs:list")
_SUBNETS = _listing("vpc", vpc.SUBNETS, "subnets", "vpc:subnets:list")
_PORTS = _listing("vpc", "/v1/{0}/ports", "ports", "vpc:ports:get")
_TABLES = _listing("vpc", ROUTE_TABLES, "routetables", "vpc:routeTables:list")
_GATEWAYS = _listing("nat", nat_gateway.PATH, "nat_gateways", "nat:natGateways:list")
_RULES = _listing("nat", snat_rule.PATH, "snat_rules", "nat:snatRules:list")
_EIPS = ("vpc:publicIps:list", lambda project: read_eips(project.api("vpc")))


def _list_endpoints(project: Project) -> None:
    project.api("vpcep").list_by_offset(endpoints.PATH, "endpoints", "vpcep:endpoints:list")


_ENDPOINTS = ("vpcep:endpoints:list", _list_endpoints)
_READS: Dict[str, Sequence[Tuple[str, Read]]] = {
    "intranet": (_VPCS, _ENDPOINTS),
    "public_single": (_VPCS, _SUBNETS, _PORTS, _EIPS),
    "public_nat": (_VPCS, _SUBNETS, _GATEWAYS, _RULES, _EIPS),
    "private_line": (_VPCS, _SUBNETS, _ENDPOINTS),
}


class Network:
    """
    :param options: those of C(network_scenario).
    :ivar rows: the objects of the scenario. Known once the plan is made.
    """

    def __init__(self, account: Account, options: Mapping[str, Any]) -> None:
        self._account = account
        self._options = options
        self._scenario: str = options["scenario"]
        self.rows: List[Row] = []

    def ask(self, board: Board, project: Question) -> None:
        """Ask all of it."""
        if self._scenario == "intranet" and not self._options.get("vpc"):
            return
        reads = [
            board.ask(PART, "permission " + action, functools.partial(self._read, action, read), [project])
            for action, read in self._reads()
        ]
        plan = board.ask(PART, PLAN, self._plan, reads or [project])
        board.ask(PART, "quotas of VPC", self._vpc_quotas, [plan])
        board.ask(PART, "quota of VPC endpoints", self._endpoint_quota, [plan])

    def _reads(self) -> Iterator[Tuple[str, Read]]:
        yield from _READS[self._scenario]
        region = self._account.region
        if self._scenario == "public_nat" and region not in EXEMPT:
            yield _TABLES
        if self._scenario == "private_line":
            service = service_name(self._options, "swr", region)
            yield "vpcep:epservices:get", lambda project: known_service(project, "swr_service", service)

    def _project(self) -> Project:
        return Project(self._account.cloud)

    def _read(self, action: str, read: Read) -> Iterator[Check]:
        try:
            read(self._project())
        except HuaweiCloudError as error:
            yield refused(PART, action, error)
        else:
            yield allowed(PART, action, "the user has it")

    def _plan(self) -> Iterator[Check]:
        """What the scenario would do. It reads all it needs, and stops at what cannot be done."""
        options = dict(self._options, state="present")
        check_options(options)
        plan = Present(self._project(), options, check_mode=True)
        plan.plan()
        self.rows = plan.rows
        changes = ["{0} {1}".format(row.change, row.label) for row in self.rows if row.change != "none"]
        text = "{0}: {1}".format(self._scenario.replace("_", " "), ", ".join(changes) or "nothing to change")
        yield Check(PART, PLAN, OK, text)
        for warning in plan.warnings:
            yield Check(PART, PLAN, WARNING, warning)
        actions = [_KINDS[row.make].create for row in self._new()]
        actions += [_KINDS[row.make].update for row in self.rows if row.change == "update"]
        yield from unchecked_actions(PART, actions, "creating or changing the network")

    def _new(self) -> List[Row]:
        return [row for row in self.rows if row.change == "create"]

    def _vpc_quotas(self) -> Iterator[Check]:
        kinds = Counter(_KINDS[row.make] for row in self._new())
        found: Dict[str, Quota] = {}
        if any(kind.quota not in (None, "endpoint") for kind in kinds):
            try:
                found = vpc_quotas(self._account.cloud, str(self._account.project_id))
            except HuaweiCloudError as error:
                yield refused(PART, "vpc:quotas:list", error, UNCHECKED)
                return
        for kind, count in kinds.items():
            if kind.quota != "endpoint":
                yield quota_check(PART, "quota of {0}".format(kind.name), found.get(kind.quota or ""), count, _QUOTA)

    def _endpoint_quota(self) -> Iterator[Check]:
        kind = _KINDS[endpoints.Endpoint]
        count = sum(_KINDS[row.make] == kind for row in self._new())
        if not count:
            return
        try:
            found = endpoint_quotas(self._account.cloud, str(self._account.project_id))
        except HuaweiCloudError as error:
            yield refused(PART, "vpcep:quotas:get", error, UNCHECKED)
        else:
            yield quota_check(PART, "quota of {0}".format(kind.name), found.get("endpoint"), count, _QUOTA)
