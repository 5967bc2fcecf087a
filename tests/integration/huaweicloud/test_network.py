# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules for the network against the sandbox's cloud: made, made again, changed, undone, and interrupted."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World
from ansible_collections.longshore.swr.tests.sandbox import Fault

SWR, OBS = "com.myhuaweicloud.cn-north-4.swr", "com.myhuaweicloud.cn-north-4.obs"
PLACE = {"vpc": "shop", "subnet": "nodes"}
READ_ONLY = {"Effect": "Allow", "Action": ["swr:repo:download"], "Resource": ["swr:*:*:repo:team/*"]}
DOCUMENT = {"Version": "5.0", "Statement": [READ_ONLY]}
GATEWAY = {"name": "internet", **PLACE, "spec": "small", "charge_mode": "postpaid"}
EIP = {"name": "outside", "charge_mode": "traffic", "bandwidth_size": 5}
PORT = "7c3a4c1e-0000-4000-8000-000000000001"


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda _attempt: 0.0))


class Net:
    """The modules, with the place of the network's APIs."""

    def __init__(self, world: World) -> None:
        self.world = world
        url = world.cloud.url
        self._endpoints = dict.fromkeys(("iam", "vpc", "vpcep", "nat"), url)

    def run(self, module: str, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        return self.world.module(module, check_mode, endpoints=self._endpoints, **options)

    def lifecycle(self, module: str, options: Dict[str, Any], change: Dict[str, Any]) -> Any:
        """Predicted, made, made again, changed, changed again, deleted, deleted again.

        :return: what the module returned when it was changed.
        """
        forecast = self.run(module, check_mode=True, **options)
        assert (forecast.get("msg"), forecast["changed"], self.world.cloud.made()) == (None, True, [])
        made = self.run(module, **options)
        assert (made.get("msg"), made["changed"], made["diff"]) == (None, True, forecast["diff"])
        assert self.run(module, **options)["changed"] is False
        before = len(self.world.cloud.made())
        forecast = self.run(module, check_mode=True, **options, **change)
        assert len(self.world.cloud.made()) == before
        changed = self.run(module, **options, **change)
        assert (changed.get("msg"), changed["changed"], changed["diff"]) == (None, True, forecast["diff"])
        again = self.run(module, **options, **change)
        assert (again["changed"], {**again, "changed": True, "diff": 0}) == (False, {**changed, "diff": 0})
        for expected in (True, False):
            assert self.run(module, check_mode=True, **options, state="absent")["changed"] is expected
            assert self.run(module, **options, state="absent")["changed"] is expected
        return changed


@pytest.fixture(name="net")
def a_net(world: World) -> Net:
    return Net(world)


@pytest.fixture(name="place")
def a_place(world: World) -> str:
    vpc = world.cloud.vpcs.vpc("shop")
    world.cloud.vpcs.subnet(vpc, "nodes")
    return vpc


@pytest.mark.parametrize("steps", [0, 2])
def test_an_endpoint_for_swr(net: Net, place: str, steps: int) -> None:
    net.world.cloud.steps = steps
    change = {"whitelist": ["10.0.0.0/8"], "policy_document": DOCUMENT, "tags": {"team": "shop"}}
    changed = net.lifecycle("vpc_endpoint", {"service": SWR, **PLACE}, change)
    assert changed["endpoint"]["address"].startswith("192.168.0.")
    assert changed["endpoint"]["dns_names"] == ["swr.cn-north-4.myhuaweicloud.com"]


def test_an_endpoint_for_obs(net: Net, place: str) -> None:
    buckets = {"Effect": "Allow", "Action": ["*"], "Resource": ["layers", "layers/*"]}
    change = {"policy_statement": [buckets], "route_tables": ["one", "two"]}
    changed = net.lifecycle("vpc_endpoint", {"service": OBS, "vpc": "shop"}, change)
    assert (changed["endpoint"]["address"], changed["endpoint"]["dns"]) == (None, False)


def test_an_endpoint_is_replaced_only_when_asked(net: Net, place: str) -> None:
    options = {"service": SWR, **PLACE}
    first = net.run("vpc_endpoint", **options)["endpoint"]
    assert "recreate: true" in net.run("vpc_endpoint", **options, description="new")["msg"]
    second = net.run("vpc_endpoint", **options, description="new", recreate=True)
    assert (second["changed"], second["endpoint"]["id"] == first["id"]) == (True, False)
    assert net.run("vpc_endpoint", **options, description="new", recreate=True)["changed"] is False
    found = net.run("vpc_endpoint_info", vpc="shop", service=SWR)["endpoints"]
    assert found == [second["endpoint"]]


def test_an_endpoint_that_waits_for_acceptance_is_completed_by_the_next_run(net: Net, place: str) -> None:
    net.world.cloud.endpoints.service("partner", "interface", outcome="pendingAcceptance")
    options = {"service": "com.myhuaweicloud.cn-north-4.partner", **PLACE}
    assert "Ask the owner" in net.run("vpc_endpoint", **options, wait_timeout=0.05)["msg"]
    other = {**options, "subnet": "others", "state": "present"}
    net.run("vpc_subnet", vpc="shop", name="others", cidr="192.168.9.0/24")
    assert "Ask the owner" in net.run("vpc_endpoint", **other, wait_timeout=0.05)["msg"]
    assert net.run("vpc_endpoint", **{**other, "state": "absent"}, wait_timeout=0.05)["changed"] is True
    net.world.cloud.endpoints.accept()
    done = net.run("vpc_endpoint", **options)
    assert (done["changed"], bool(done["endpoint"]["address"])) == (False, True)
    assert [path for _method, path, _body in net.world.cloud.made("DELETE") if done["endpoint"]["id"] in path] == []


def test_an_endpoint_that_fails_says_why(net: Net, place: str) -> None:
    net.world.cloud.endpoints.service("full", "interface", outcome="failed")
    options = {"service": "com.myhuaweicloud.cn-north-4.full", **PLACE}
    for _time in range(2):
        assert "EndPoint.2041: the port IP is in use" in net.run("vpc_endpoint", **options)["msg"]
    assert net.run("vpc_endpoint", **options, state="absent")["changed"] is True


@pytest.mark.parametrize(("action", "posts"), [("drop_after_work", 1), ("drop", 2)])
def test_a_lost_reply_makes_no_second_endpoint(net: Net, place: str, action: str, posts: int) -> None:
    net.world.cloud.faults.add(Fault(action=action, method="POST", times=1))
    assert net.run("vpc_endpoint", service=SWR, **PLACE)["changed"] is True
    assert len(net.run("vpc_endpoint_info")["endpoints"]) == 1
    assert net.world.cloud.log.count(method="POST") == posts


def test_a_look_that_fails_is_no_deletion(net: Net, place: str) -> None:
    net.run("vpc_endpoint", service=SWR, **PLACE)
    forbidden = {"error_code": "EndPoint.0004", "error_msg": "Forbidden"}
    net.world.cloud.faults.add(Fault(action="status", status=403, body=forbidden, method="GET", path="vpc-endpoints"))
    assert "permission vpcep:endpoints:list" in net.run("vpc_endpoint", service=SWR, **PLACE)["msg"]


def test_a_vpc_and_its_subnet(net: Net) -> None:
    vpc = {"name": "factory", "cidr": "10.20.0.0/16", "tags": {"a": "1"}}
    net.lifecycle("vpc", {key: vpc[key] for key in ("name", "cidr")}, {"description": "new", "tags": {"a": "1"}})
    net.world.cloud.calls.clear()
    net.run("vpc", **vpc)
    net.world.cloud.calls.clear()
    subnet = {"vpc": "factory", "name": "nodes", "cidr": "10.20.1.0/24"}
    net.lifecycle("vpc_subnet", subnet, {"dns_servers": ["10.0.0.1", "10.0.0.2"], "tags": {"b": "2"}})
    net.run("vpc_subnet", **subnet)
    net.run("vpc_endpoint", service=SWR, vpc="factory", subnet="nodes")
    assert "the VPC has subnets (nodes)" in net.run("vpc", name="factory", state="absent")["msg"]
    assert "Delete what is in it" in net.run("vpc_subnet", **subnet, state="absent")["msg"]
    assert [entry["name"] for entry in net.run("vpc_info")["vpcs"]] == ["factory"]
    assert [entry["name"] for entry in net.run("vpc_subnet_info", vpc="factory")["subnets"]] == ["nodes"]


def test_a_run_that_stopped_between_creation_and_tags_is_completed(net: Net) -> None:
    options = {"name": "factory", "cidr": "10.20.0.0/16", "tags": {"a": "1"}}
    forbidden = {"code": "VPC.2201", "message": "Forbidden"}
    fault = Fault(action="status", status=403, body=forbidden, method="POST", path="tags", times=1)
    net.world.cloud.faults.add(fault)
    assert "permission vpc:vpcTags:create" in net.run("vpc", **options)["msg"]
    done = net.run("vpc", **options)
    assert (done["changed"], done["vpc"]["tags"], len(net.run("vpc_info")["vpcs"])) == (True, {"a": "1"}, 1)


@pytest.mark.parametrize("steps", [0, 2])
def test_a_nat_gateway(net: Net, place: str, steps: int) -> None:
    net.world.cloud.steps = steps
    changed = net.lifecycle("nat_gateway", GATEWAY, {"description": "new", "tags": {"team": "shop"}})
    assert changed["nat_gateway"]["status"] == "ACTIVE"


@pytest.mark.parametrize("steps", [0, 2])
def test_an_eip(net: Net, steps: int) -> None:
    net.world.cloud.steps = steps
    changed = net.lifecycle("eip", EIP, {"description": "new", "tags": {"team": "shop"}})
    assert changed["eip"]["status"] == "free"


def test_an_eip_for_a_server(net: Net, place: str) -> None:
    net.world.cloud.eips.eip("theirs")
    free = net.world.cloud.eips.eip()
    (subnet,) = net.run("vpc_subnet_info", vpc="shop")["subnets"]
    port = net.world.cloud.vpcs.port(subnet["id"])
    server = {"server_address": "192.168.0.7", **PLACE}
    bound = net.run("eip", **EIP, reuse=True, **server)
    assert (bound.get("msg"), bound["changed"]) == (None, True)
    assert (bound["eip"]["id"], bound["eip"]["status"], bound["eip"]["port_id"]) == (free, "bound", port)
    assert net.run("eip", **EIP, reuse=True, **server)["changed"] is False
    assert net.run("eip", **EIP, port_id=port)["changed"] is False
    assert "the port has an EIP already" in net.run("eip", **{**EIP, "name": "another"}, **server)["msg"]
    assert "nothing in the subnet has" in net.run("eip", **EIP, **{**server, "server_address": "192.168.0.8"})["msg"]
    assert "it is in use, bound to PORT" in net.run("eip", name="outside", state="absent")["msg"]
    assert net.run("eip", name="outside", port_id="")["eip"]["status"] == "free"
    assert net.run("eip", name="outside", port_id="")["changed"] is False
    assert net.run("eip", name="outside", state="absent")["changed"] is True


def test_subnets_that_reach_the_internet(net: Net, place: str) -> None:
    net.run("nat_gateway", **GATEWAY)
    ids = [net.run("eip", **{**EIP, "name": name})["eip"]["id"] for name in ("outside", "second")]
    net.world.cloud.calls.clear()
    rule = {"nat_gateway": "internet", "subnet": "nodes"}
    changed = net.lifecycle("snat_rule", {**rule, "eips": ["outside"]}, {"description": "new"})
    assert changed["rule"]["eip_ids"] == ids[:1]
    net.run("snat_rule", **rule, eips=["outside"])
    both = net.run("snat_rule", **rule, eips=["outside", "second"])
    assert (both["changed"], both["rule"]["eip_ids"]) == (True, sorted(ids))
    assert net.run("snat_rule", **rule, eips=["second", "outside"])["changed"] is False
    assert [one["id"] for one in net.run("snat_rule_info")["rules"]] == [both["rule"]["id"]]
    # What carries others stays, and what others use.
    assert "it has 1 SNAT rule" in net.run("nat_gateway", name="internet", vpc="shop", state="absent")["msg"]
    assert "bound to NATGW" in net.run("eip", name="outside", state="absent")["msg"]
    assert [one["status"] for one in net.run("eip_info")["eips"]] == ["bound", "bound"]
    for module, options in (
        ("snat_rule", rule),
        ("nat_gateway", {"name": "internet", "vpc": "shop"}),
        ("eip", {"name": "outside"}),
    ):
        done = net.run(module, **options, state="absent")
        assert (done.get("msg"), done["changed"]) == (None, True)
    assert net.run("nat_gateway_info")["nat_gateways"] == []
