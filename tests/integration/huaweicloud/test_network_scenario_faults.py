# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios against the sandbox's cloud: what is refused, and what goes wrong on the way."""

from __future__ import annotations

from typing import Any, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.scenarios import (
    LINE,
    NAT,
    SINGLE,
    SWR,
    changes,
    left,
    refusal,
    scenario,
)
from ansible_collections.longshore.swr.tests.sandbox import Fault


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda _attempt: 0.0))


@pytest.fixture(name="place")
def a_place(world: World) -> Tuple[str, str]:
    """A VPC and a subnet of others, with a server."""
    vpc = world.cloud.vpcs.vpc("shop")
    subnet = world.cloud.vpcs.subnet(vpc, "nodes")
    world.cloud.vpcs.port(subnet)
    return vpc, subnet


@pytest.mark.parametrize("options", [LINE, NAT], ids=["private_line", "public_nat"])
@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("action", ["status", "drop_after_work"])
def test_an_interrupted_run_is_completed_and_nothing_is_doubled(
    world: World, options: Dict[str, Any], state: str, action: str
) -> None:
    scenario(world, options)
    whole = left(world)
    writes = [method for method, _path, _body in world.cloud.made()]
    if state == "present":
        scenario(world, options, state="absent")
    failed = 0
    for number in range(len(writes)):
        fault: Dict[str, Any] = {"status": 500, "body": {"error_code": "x"}} if action == "status" else {}
        method = "DELETE" if state == "absent" else "POST"
        world.cloud.faults.add(Fault(action=action, method=method, skip=number, times=50, **fault))
        failed += world.module("network_scenario", **{**options, "state": state}).get("failed", False)
        world.cloud.faults.clear()
        scenario(world, options, state=state)
        assert left(world) == (whole if state == "present" else {})
        assert scenario(world, options, state=state)["changed"] is False
        scenario(world, options, state="absent" if state == "present" else "present")
    assert failed >= (5 if action == "status" else 0)


def test_an_error_says_what_was_done_before(world: World) -> None:
    world.cloud.endpoints.service("swr", "interface", outcome="failed")
    result = world.module("network_scenario", **LINE)
    assert "EndPoint.2041" in result["msg"]
    assert "Done before: create VPC shop, create subnet nodes. Run it again to continue." in result["msg"]
    # The failed one is the scenario's own, so it is replaced.
    world.cloud.endpoints.services[SWR]["outcome"] = "accepted"
    scenario(world, LINE)
    assert left(world) == {"vpc": 1, "subnet": 1, "endpoint": 3}


# Each is refused before anything is created.
@pytest.mark.parametrize(
    ("options", "change", "words"),
    [
        (LINE, {"vpc": None}, "vpc: the scenario private_line needs vpc"),
        (SINGLE, {"eip": None, "server_address": ""}, "server_address: the scenario public_single needs"),
        (LINE, {"charge_mode": None}, "charge_mode: a new VPC endpoint for SWR costs money"),
        (NAT, {"charge_mode": None}, "charge_mode: a new NAT gateway costs money"),
        (NAT, {"eip_charge_mode": None}, "eip_charge_mode: a new EIP costs money, and needs eip_charge_mode"),
        (NAT, {"eip_bandwidth_size": None}, "eip_bandwidth_size: a new EIP costs money"),
        (LINE, {"vpc_cidr": None}, "or set vpc_cidr to have it created"),
        (LINE, {"subnet_cidr": None}, "or set subnet_cidr to have it created"),
        (LINE, {"subnet": None}, "subnet: a new VPC endpoint for SWR needs a subnet"),
        (SINGLE, {}, 'vpc: there is no VPC named "shop". Remedy: Check the name and the region.'),
        (NAT, {"snat_subnets": ["builders"]}, 'snat_subnets: there is no subnet "builders" in the VPC shop'),
        (LINE, {"swr_service": "swr"}, 'swr_service: there is no endpoint service "swr"'),
        (LINE, {"obs_service": "obs"}, 'obs_service: there is no endpoint service "obs"'),
        (LINE, {"obs_buckets": ["b.obs.cn-north-4.myhuaweicloud.com/x"]}, "obs_buckets: b.obs"),
        (LINE, {"vpc_cidr": "192.168.0.1/16"}, "not a network"),
        (LINE, {"wait_timeout": -1.0}, "out of range"),
    ],
)
def test_bad_input_is_refused(world: World, options: Dict[str, Any], change: Dict[str, Any], words: str) -> None:
    assert words in refusal(world, options, **change)


def test_two_vpcs_of_the_same_name(world: World) -> None:
    ids = [world.cloud.vpcs.vpc("shop"), world.cloud.vpcs.vpc("shop")]
    for state in ("present", "absent"):
        text = refusal(world, LINE, state=state)
        assert "ambiguous: 2 VPCs match" in text
        assert ids[0] in text
    world.cloud.vpcs.vpc("shop", "10.0.0.0/8")
    assert changes(scenario(world, {**LINE, "vpc_cidr": "10.0.0.0/8", "subnet_cidr": "10.0.0.0/24"}))[0][1] == "none"


def test_a_region_without_the_service(world: World) -> None:
    body = {"error_code": "APIGW.0101", "error_msg": "The API does not exist"}
    for options, path in ((LINE, "vpc-endpoint"), (NAT, "/v2/")):
        world.cloud.faults.add(Fault(action="status", status=404, body=body, path=path))
        assert "does not have this API" in refusal(world, options)
        world.cloud.faults.clear()


def test_a_quota(world: World) -> None:
    body = {"code": "VPC.0304", "message": "Quota exceeded"}
    world.cloud.faults.add(Fault(action="status", status=409, body=body, method="POST", path="/v1/.*/publicips"))
    result = world.module("network_scenario", **NAT)
    assert "have it raised" in result["msg"]
    assert "gateway" not in left(world)
    world.cloud.faults.clear()
    scenario(world, NAT)
    assert left(world) == {"vpc": 1, "subnet": 1, "eip": 1, "gateway": 1, "rule": 1}


def test_a_default_route_keeps_traffic_away_from_a_gateway(world: World, place: Tuple[str, str]) -> None:
    vpc = place[0]
    elsewhere = {"region": "cn-east-3", "project_id": "pid-1"}
    world.cloud.vpcs.route(vpc, "10.0.0.0/8")
    other = world.cloud.vpcs.subnet(vpc, "others", "192.168.1.0/24")
    world.cloud.vpcs.route(vpc, "0.0.0.0/0", [other])
    assert "it has a default route, to ecs" in refusal(world, {**NAT, "snat_subnets": ["others"]}, **elsewhere)
    assert scenario(world, NAT, check_mode=True, **elsewhere)["changed"]
    world.cloud.vpcs.route(vpc, "0.0.0.0/0")
    assert "route table rtb-" in refusal(world, NAT, **elsewhere)
    # Where the key may not look, and in the one region where it does not matter.
    world.cloud.faults.add(Fault(action="status", status=403, body={"code": "x"}, path="routetables"))
    assert "could not be checked" in str(scenario(world, NAT, check_mode=True, **elsewhere)["network"]["warnings"])
    world.cloud.faults.clear()
    scenario(world, NAT)
    assert scenario(world, NAT, **elsewhere)["changed"] is False


def test_a_gateway_in_the_same_subnet_under_another_name(world: World, place: Tuple[str, str]) -> None:
    gateway = {"name": "theirs", "vpc": "shop", "subnet": "nodes", "spec": "small", "charge_mode": "postpaid"}
    world.module("nat_gateway", **gateway)
    assert 'the subnet nodes already has the NAT gateway "theirs"' in refusal(world, NAT)
    used = scenario(world, {**NAT, "nat_gateway": "theirs", "nat_spec": "large"})
    assert [row for row in changes(used) if row[1] != "none"] == [("EIP", "create"), ("SNAT rule", "create")]
    # A rule of others is as good: no EIP is needed.
    scenario(world, {**NAT, "nat_gateway": "theirs"}, state="absent")
    assert left(world) == {"vpc": 1, "subnet": 1, "gateway": 1}
    world.cloud.eips.eip("x")
    world.module("snat_rule", nat_gateway="theirs", subnet="nodes", eips=["x"])
    assert scenario(world, {**NAT, "nat_gateway": "theirs"})["changed"] is False


def test_a_rule_at_another_gateway(world: World, place: Tuple[str, str]) -> None:
    world.cloud.vpcs.subnet(place[0], "others", "192.168.1.0/24")
    gateway = {"name": "theirs", "vpc": "shop", "subnet": "others", "spec": "small", "charge_mode": "postpaid"}
    made = world.module("nat_gateway", **gateway)["nat_gateway"]["id"]
    world.cloud.eips.eip("x")
    world.module("snat_rule", nat_gateway="theirs", subnet=place[1], eips=["x"])
    text = refusal(world, NAT)
    assert "the subnet nodes already has an SNAT rule, at the NAT gateway " + made in text
    assert scenario(world, {**NAT, "nat_gateway": made})["changed"] is False
    world.cloud.vpcs.subnet(world.cloud.vpcs.vpc("another"), "nodes")
    assert "nat_gateway: it is in another VPC" in refusal(world, {**NAT, "vpc": "another", "nat_gateway": made})


def test_an_eip_that_is_bound_elsewhere(world: World, place: Tuple[str, str]) -> None:
    world.module("eip", name="outside", charge_mode="traffic", bandwidth_size=5)
    world.module("eip", name="outside", server_address="192.168.0.7", vpc="shop", subnet="nodes")
    assert "EIP outside: it is bound to PORT" in refusal(world, NAT)
    world.cloud.vpcs.port(place[1], "192.168.0.8")
    text = refusal(world, {**SINGLE, "server_address": "192.168.0.8"})
    assert "EIP outside: it is bound to PORT" in text
    assert "Set eip to another name, or unbind it." in text
    text = refusal(world, {**SINGLE, "server_address": "192.168.0.9"})
    assert 'server_address: nothing in the subnet has the address "192.168.0.9"' in text
    assert "port_id" not in text


def test_an_endpoint_of_others_that_has_failed(world: World, place: Tuple[str, str]) -> None:
    world.cloud.endpoints.service("swr", "interface", outcome="failed")
    world.module("vpc_endpoint", service=SWR, vpc="shop", subnet="nodes")
    assert "It was not created by this scenario: delete it yourself" in refusal(world, LINE)
