# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scenarios against the sandbox's cloud: planned, created, created again, and taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.scenarios import (
    DNS,
    LINE,
    NAT,
    OBS,
    SINGLE,
    SWR,
    changes,
    left,
    scenario,
)
from ansible_collections.longshore.swr.tests.integration.huaweicloud.test_network_sdk import judges
from ansible_collections.longshore.swr.tests.support import huawei_sdk


@pytest.fixture(autouse=True)
def another_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Importing the SDK writes to the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))


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
@pytest.mark.parametrize("steps", [0, 2])
def test_everything_is_planned_created_kept_and_taken_back(world: World, options: Dict[str, Any], steps: int) -> None:
    world.cloud.steps = steps
    forecast = scenario(world, options, check_mode=True)
    assert world.cloud.made() == []
    assert {change for _kind, change in changes(forecast)} == {"create"}
    made = scenario(world, options)
    assert changes(made) == changes(forecast)
    assert [one["before"] for one in made["diff"]] == [{}] * len(changes(made))
    again = scenario(world, options)
    assert (again["changed"], {change for _kind, change in changes(again)}) == (False, {"none"})
    before = len(world.cloud.made())
    forecast = scenario(world, options, state="absent", check_mode=True)
    assert len(world.cloud.made()) == before
    gone = scenario(world, options, state="absent")
    assert {change for _kind, change in changes(forecast)} == {"delete"}
    assert (changes(gone), left(world)) == (changes(forecast), {})
    assert scenario(world, options, state="absent")["changed"] is False


def test_every_request_is_one_that_huaweis_sdk_knows(world: World) -> None:
    known = judges()
    for options in (LINE, NAT):
        for state in ("present", "absent"):
            scenario(
                world, options, state=state, region="cn-east-3", project_id="pid-1", swr_service=SWR, dns_service=DNS
            )
    for call in world.cloud.calls:
        verdicts = [huawei_sdk.problems(package, operations, call) for package, operations in known]
        assert [] in [wrong for name, wrong in verdicts if name], call


def test_a_private_line_reads_back_what_nodes_need(world: World) -> None:
    made = scenario(world, LINE)["network"]
    bodies = [body for method, path, body in world.cloud.made("POST") if path.endswith("/vpc-endpoints")]
    own = {"description": "longshore.swr.network (private_line)", "tags": [{"key": "team", "value": "shop"}]}
    place = {"vpc_id": made["vpc_id"], "subnet_id": made["subnet_id"], "enable_dns": True}
    ids = {name: service["id"] for name, service in world.cloud.endpoints.services.items()}
    resources = ["layers-1", "layers-1/*", "layers-2", "layers-2/*"]
    for body, service in zip(bodies, ("swr", "dns", "obs")):
        assert {name: body[name] for name in own} == own
        assert body["endpoint_service_id"] == ids["com.myhuaweicloud.cn-north-4." + service]
    assert [{name: body.get(name) for name in place} for body in bodies[:2]] == [place, place]
    assert bodies[2]["policy_statement"] == [{"Effect": "Allow", "Action": ["*"], "Resource": resources}]
    assert made["swr"]["address"] == "192.168.0.60"
    assert made["swr"]["dns_names"] == [made["registry"]] == ["swr.cn-north-4.myhuaweicloud.com"]
    assert (made["dns"]["address"], made["obs"]["address"], made["warnings"]) == ("192.168.0.61", None, [])
    assert "VPN or Direct Connect" in made["prerequisites"][0]
    again = scenario(world, LINE, check_mode=True)["network"]
    for name in ("vpc_id", "subnet_id", "swr", "dns", "obs"):
        assert again[name] == made[name]


def test_the_plan_is_a_table_that_names_what_waits(world: World) -> None:
    lines = scenario(world, LINE, check_mode=True)["network"]["table"]
    assert lines[0].split() == ["OBJECT", "NAME", "NOW", "CHANGE", "CHARGE"]
    assert lines[1].split() == ["VPC", "shop", "missing", "create", "free"]
    assert "create, after VPC shop" in lines[2]
    assert "create, after VPC shop and subnet nodes" in lines[3]
    assert lines[3].endswith("postpaid, by the hour")


def test_diff_shows_the_fields_of_what_waits_for_another(world: World) -> None:
    diffs = {one["after_header"]: one["after"] for one in scenario(world, NAT, check_mode=True)["diff"]}
    assert diffs["NAT gateway internet"]["spec"] == "small"
    assert diffs["NAT gateway internet"]["vpc"] == "shop"
    assert diffs["EIP outside"]["charge_mode"] == "traffic"
    assert diffs["SNAT rule nodes"]["eips"] == ["outside"]


def test_what_exists_is_used_and_stays(world: World, place: Tuple[str, str]) -> None:
    world.module("vpc_endpoint", service=SWR, vpc="shop", subnet="nodes")
    before = left(world)
    minimal = {"scenario": "private_line", "vpc": "shop"}
    used = scenario(world, minimal)
    assert (used["changed"], used["network"]["swr"]["address"]) == (False, "192.168.0.60")
    # In another subnet it would be a second one, which costs money, and gives nothing.
    other = world.cloud.vpcs.subnet(place[0], "others", "192.168.1.0/24")
    assert scenario(world, {**minimal, "subnet": other})["changed"] is False
    gone = scenario(world, {**minimal, "subnet": "nodes"}, state="absent")
    assert (gone["changed"], {change for _kind, change in changes(gone)}) == (False, {"keep"})
    assert "keep, not created by this scenario" in "\n".join(gone["network"]["table"])
    assert left(world) == {**before, "subnet": 2}


def test_without_an_endpoint_for_obs_pulls_do_not_work(world: World, place: Tuple[str, str]) -> None:
    options = {"scenario": "private_line", "vpc": "shop", "subnet": "nodes", "charge_mode": "postpaid"}
    result = scenario(world, options)
    (warning,) = result["network"]["warnings"]
    assert "Pushes will work, pulls will not" in warning
    assert warning in str(result["warnings"])
    # One of somebody else is as good.
    world.module("vpc_endpoint", service=OBS, vpc="shop")
    assert scenario(world, options)["network"]["warnings"] == []


@pytest.mark.parametrize("name", ["private_line", "intranet"])
def test_the_policy_of_others_is_extended_by_the_buckets(world: World, place: Tuple[str, str], name: str) -> None:
    theirs = {"Effect": "Allow", "Action": ["*"], "Resource": ["theirs", "theirs/*"]}
    world.module("vpc_endpoint", service=OBS, vpc="shop", policy_statement=[theirs])
    options: Dict[str, Any] = {"scenario": name, "vpc": "shop", "subnet": "nodes", "charge_mode": "postpaid"}
    (warning,) = scenario(world, options)["network"]["warnings"]
    assert "set obs_buckets" in warning
    options["obs_buckets"] = ["theirs", "layers"]
    result = scenario(world, options)
    assert result["changed"] is True
    _method, path, body = world.cloud.made("PUT")[-1]
    added = {"Effect": "Allow", "Action": ["*"], "Resource": ["layers", "layers/*"]}
    assert (path.rpartition("/")[2], sorted(body["policy_statement"], key=repr)) == ("policy", [added, theirs])
    assert (scenario(world, options)["changed"], result["network"]["warnings"]) == (False, [])
    # It was not created here.
    scenario(world, options, state="absent")
    assert left(world)["endpoint"] == 1


def test_the_intranet_needs_no_key(world: World) -> None:
    keys = {"access_key": None, "secret_key": None}
    result = world.module("network_scenario", scenario="intranet", **keys)
    assert (result["changed"], result["network"]["registry"]) == (False, "swr.cn-north-4.myhuaweicloud.com")
    assert world.cloud.calls == []


def test_a_server_gets_a_free_eip_or_a_new_one(world: World, place: Tuple[str, str]) -> None:
    made = scenario(world, SINGLE)
    assert changes(made)[-1] == ("EIP", "create")
    assert made["network"]["public_address"].startswith("203.0.113.")
    assert scenario(world, SINGLE)["changed"] is False
    assert changes(scenario(world, SINGLE, state="absent"))[0] == ("EIP", "delete")
    assert "eip" not in left(world)
    free = world.cloud.eips.eip(description="spare")
    forecast = scenario(world, SINGLE, check_mode=True)
    taken = scenario(world, SINGLE)
    assert changes(forecast)[-1] == changes(taken)[-1] == ("EIP", "update")
    entry = world.cloud.eips.eips.known[free]
    assert (entry["alias"], entry["status"]) == ("outside", "ACTIVE")
    assert scenario(world, SINGLE)["changed"] is False
    # The EIP stays, only the binding was the scenario's.
    gone = scenario(world, SINGLE, state="absent")
    assert changes(gone)[0] == ("EIP", "update")
    assert (entry["status"], entry["description"]) == ("DOWN", "spare")
    assert scenario(world, SINGLE, state="absent")["changed"] is False


def test_a_server_with_an_eip_needs_no_other_one(world: World, place: Tuple[str, str]) -> None:
    world.module("eip", name="theirs", charge_mode="traffic", bandwidth_size=5)
    world.module("eip", name="theirs", server_address="192.168.0.7", vpc="shop", subnet="nodes")
    result = scenario(world, SINGLE)
    assert (result["changed"], left(world)["eip"]) == (False, 1)
    gone = scenario(world, {**SINGLE, "eip": "theirs"}, state="absent")
    assert (gone["changed"], changes(gone)[0]) == (False, ("EIP", "keep"))


def test_subnets_of_others_get_rules_too(world: World, place: Tuple[str, str]) -> None:
    world.cloud.vpcs.subnet(place[0], "builders", "192.168.1.0/24")
    options = {**NAT, "snat_subnets": ["builders", "nodes"]}
    scenario(world, options)
    (eip,) = world.cloud.eips.eips.known
    assert [rule["floating_ip_id"] for rule in world.cloud.gateways.rules.known.values()] == [eip, eip]
    assert scenario(world, options)["changed"] is False
    gone = scenario(world, options, state="absent")
    assert [kind for kind, change in changes(gone) if change == "delete"] == [
        *("SNAT rule", "SNAT rule", "NAT gateway", "EIP"),
    ]
    assert left(world) == {"vpc": 1, "subnet": 2}


def test_what_carries_others_stays(world: World) -> None:
    scenario(world, NAT)
    vpc = next(iter(world.cloud.vpcs.vpcs.known))
    other = world.cloud.vpcs.subnet(vpc, "others", "192.168.1.0/24")
    world.module("snat_rule", nat_gateway="internet", subnet=other, eips=["outside"])
    gone = scenario(world, NAT, state="absent")
    notes = {row["object"]: (row["change"], row["note"]) for row in gone["network"]["plan"] if row["name"] != other}
    assert notes["SNAT rule"][0] == "delete"
    assert notes["NAT gateway"] == ("keep", "it has 1 other rules")
    assert notes["EIP"] == ("keep", "it is bound to NATGW {0}".format(next(iter(world.cloud.gateways.gateways.known))))
    assert notes["subnet"] == ("keep", "the NAT gateway internet in it stays")
    assert notes["VPC"][0] == "keep"
    assert "The NAT gateway internet stays: it has 1 other rules." in gone["network"]["warnings"]
    assert left(world) == {"vpc": 1, "subnet": 2, "gateway": 1, "rule": 1, "eip": 1}
    assert scenario(world, NAT, state="absent")["changed"] is False


def test_an_eip_that_other_rules_do_not_use_goes(world: World) -> None:
    scenario(world, NAT)
    other = world.cloud.vpcs.subnet(next(iter(world.cloud.vpcs.vpcs.known)), "others", "192.168.1.0/24")
    world.cloud.eips.eip("theirs")
    world.module("snat_rule", nat_gateway="internet", subnet=other, eips=["theirs"])
    gone = scenario(world, NAT, state="absent")
    assert ("EIP", "delete") in changes(gone)
    assert left(world) == {"vpc": 1, "subnet": 2, "gateway": 1, "rule": 1, "eip": 1}
    assert scenario(world, NAT, state="absent")["changed"] is False


def test_what_is_prepaid_stays(world: World) -> None:
    scenario(world, NAT)
    for objects in (world.cloud.gateways.gateways, world.cloud.eips.eips):
        for entry in objects.known.values():
            entry["billing_info"] = "CS2607"
    gone = scenario(world, NAT, state="absent")
    assert [row["object"] for row in gone["network"]["plan"] if "Billing Center" in row["note"]] == [
        "NAT gateway",
        "EIP",
    ]
    assert {"gateway": 1, "eip": 1}.items() <= left(world).items()


def test_a_subnet_in_use_stays(world: World) -> None:
    scenario(world, LINE)
    subnet = next(iter(world.cloud.vpcs.subnets.known))
    busy = world.cloud.vpcs.in_use
    world.cloud.vpcs.in_use = lambda object_id: object_id == subnet or busy(object_id)
    gone = scenario(world, LINE, state="absent")
    assert [(row["object"], row["note"]) for row in gone["network"]["plan"] if row["change"] == "keep"] == [
        ("subnet", "something is in it or uses it: The subnet is in use"),
        ("VPC", "a subnet in it stays"),
    ]
    assert left(world) == {"vpc": 1, "subnet": 1}


def test_one_scenario_leaves_what_another_one_has_created(world: World) -> None:
    scenario(world, LINE)
    scenario(world, NAT)
    scenario(world, NAT, state="absent")
    assert left(world) == {"vpc": 1, "subnet": 1, "endpoint": 3}
    scenario(world, LINE, state="absent")
    assert left(world) == {}
