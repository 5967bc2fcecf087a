# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios as options of the module network_scenario, and what tests ask about their results."""

from __future__ import annotations

from typing import Any, Dict, List, Tuple

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World

SWR, DNS, OBS = ("com.myhuaweicloud.cn-north-4." + name for name in ("swr", "dns", "obs"))
LINE: Dict[str, Any] = {
    "scenario": "private_line",
    "charge_mode": "postpaid",
    "vpc": "shop",
    "vpc_cidr": "192.168.0.0/16",
    "subnet": "nodes",
    "subnet_cidr": "192.168.0.0/24",
    "dns_endpoint": True,
    "obs_service": OBS,
    "obs_buckets": ["layers-1", "layers-2"],
    "tags": {"team": "shop"},
}
NAT: Dict[str, Any] = {
    "scenario": "public_nat",
    "charge_mode": "postpaid",
    "vpc": "shop",
    "vpc_cidr": "192.168.0.0/16",
    "subnet": "nodes",
    "subnet_cidr": "192.168.0.0/24",
    "nat_gateway": "internet",
    "eip": "outside",
    "eip_charge_mode": "traffic",
    "eip_bandwidth_size": 5,
}
SINGLE: Dict[str, Any] = {
    "scenario": "public_single",
    "vpc": "shop",
    "subnet": "nodes",
    "server_address": "192.168.0.7",
    "eip": "outside",
    "eip_charge_mode": "traffic",
    "eip_bandwidth_size": 5,
}


def scenario(world: World, options: Dict[str, Any], **more: Any) -> Dict[str, Any]:
    """What the module returns, which must succeed."""
    result = world.module("network_scenario", **options, **more)
    assert result.get("msg") is None, result["msg"]
    return result


def refusal(world: World, options: Dict[str, Any], **more: Any) -> str:
    """Why it fails; nothing may have been changed."""
    before = len(world.cloud.made())
    given = {name: value for name, value in {**options, **more}.items() if value is not None}
    result = world.module("network_scenario", **given)
    assert result.get("failed"), result
    assert len(world.cloud.made()) == before
    return str(result["msg"])


def changes(result: Dict[str, Any]) -> List[Tuple[str, str]]:
    return [(row["object"], row["change"]) for row in result["network"]["plan"]]


def left(world: World) -> Dict[str, int]:
    """How many objects of each kind there are."""
    cloud = world.cloud
    kinds = {
        "vpc": cloud.vpcs.vpcs,
        "subnet": cloud.vpcs.subnets,
        "endpoint": cloud.endpoints.endpoints,
        "gateway": cloud.gateways.gateways,
        "rule": cloud.gateways.rules,
        "eip": cloud.eips.eips,
    }
    return {name: len(kind.known) for name, kind in kinds.items() if kind.known}
