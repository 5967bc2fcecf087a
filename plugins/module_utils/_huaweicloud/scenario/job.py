# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A scenario from its options to the result: plan, execution, and what others need to know of it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Mapping, Optional, Union

from ..api.client import Cloud
from ..network.common import Project
from ..regions import registry_host
from .absent import Absent
from .options import check_options
from .present import Present
from .rows import Row, table

NOTHING = "The scenario {0} has nothing to do here."
LINE = (
    "Prerequisite: a VPN or Direct Connect between the site and the VPC, with routes in both directions. It is not "
    "ordered here."
)


def needs_no_keys(options: Mapping[str, Any]) -> bool:
    """Whether there is nothing to look at: inside of the region, SWR is reached without further ado."""
    return options["scenario"] == "intranet" and not options.get("vpc")


def bring_scenario_about(cloud: Cloud, options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """The module's result.

    :param cloud: gives access to the APIs.
    :param options: those of the module.
    :raises HuaweiCloudError: an option is missing or wrong, or the API refuses.
    """
    check_options(options)
    kind = Present if options["state"] == "present" else Absent
    job: Union[Present, Absent] = kind(Project(cloud), options, check_mode)
    job.plan()
    if not check_mode:
        job.carry_out()
    result = _result(options, check_mode, cloud.credentials.region, cloud.credentials.cloud, job)
    result["warnings"] = [*cloud.credentials.warnings, *job.warnings]
    return result


def nothing_to_do(options: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """The result of C(needs_no_keys)."""
    return _result(options, check_mode, options.get("region"), options.get("cloud"), None)


def _result(
    options: Mapping[str, Any],
    check_mode: bool,
    region: Optional[str],
    domain: Optional[str],
    job: Union[Present, Absent, None],
) -> Dict[str, Any]:
    rows = job.rows if job else []
    parts: Mapping[str, Row] = job.parts if job else {}
    plan = [row.as_dict() for row in rows]
    changed = [row for row in rows if row.change in ("create", "update", "delete")]
    found = {name: row.found for name, row in parts.items()}
    present = options["state"] == "present"
    network = {
        "scenario": options["scenario"],
        "state": options["state"],
        "changed": bool(changed),
        "check_mode": check_mode,
        "region": region,
        "registry": registry_host(region, domain) if region else None,
        "vpc_id": found.get("vpc", {}).get("id"),
        "subnet_id": found.get("subnet", {}).get("id"),
        "swr": _endpoint(parts.get("swr")),
        "dns": _endpoint(parts.get("dns")),
        "obs": _endpoint(parts.get("obs")),
        "nat_gateway_id": found.get("nat_gateway", {}).get("id"),
        "public_address": found.get("eip", {}).get("address"),
        "prerequisites": [LINE] if options["scenario"] == "private_line" and present else [],
        "plan": plan,
        "table": table(plan) if plan else [NOTHING.format(options["scenario"])],
        "warnings": list(job.warnings) if job else [],
    }
    diff = [row.diff() for row in changed]
    return {"network": network, "changed": bool(changed), "diff": diff, "warnings": []}


def _endpoint(row: Optional[Row]) -> Optional[Dict[str, Any]]:
    """None if the scenario has no such endpoint. Before its creation, only the service is known."""
    if row is None:
        return None
    return {
        "id": row.id,
        "service": row.found.get("service") or row.name,
        "address": row.found.get("address"),
        "dns_names": row.found.get("dns_names") or [],
    }
