# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests VPCs and subnets take, and what each answer means."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.vpc import (  # noqa: E402
    list_subnets,
    list_vpcs,
    manage_subnet,
    manage_vpc,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
)

KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4", project_id="pid")
VPC, SUBNET = ("{0}0000000-0000-0000-0000-000000000000".format(digit) for digit in "12")
VPCS, SUBNETS = "VPC/v1/pid/vpcs", "VPC/v1/pid/subnets"
OWN, OWN_SUBNET = "{0}/{1}".format(VPCS, VPC), "{0}/{1}/subnets/{2}".format(VPCS, VPC, SUBNET)
LIST, LIST_SUBNETS = "GET {0}?limit=500".format(VPCS), "GET {0}?vpc_id={1}&limit=500".format(SUBNETS, VPC)
GET, GET_SUBNET = "GET " + OWN, "GET {0}/{1}".format(SUBNETS, SUBNET)
TAGS = "VPC/v2.0/pid/vpcs/{0}/tags".format(VPC)
MISSING = (404, {"code": "VPC.0104", "message": "no"})
USUAL = {"state": "present", "wait_timeout": 60.0}
SHOP = {**USUAL, "name": "shop", "cidr": "192.168.0.0/16"}
NODES = {**USUAL, "vpc": VPC, "name": "nodes", "cidr": "192.168.0.0/24"}


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


def vpc(**fields: Any) -> Dict[str, Any]:
    usual = {"id": VPC, "name": "shop", "cidr": "192.168.0.0/16", "status": "OK", "enterprise_project_id": "0"}
    return {**usual, "description": "", **fields}


def subnet(**fields: Any) -> Dict[str, Any]:
    usual = {"id": SUBNET, "vpc_id": VPC, "name": "nodes", "cidr": "192.168.0.0/24", "gateway_ip": "192.168.0.1"}
    more = {"dhcp_enable": True, "dnsList": ["100.125.1.250"], "status": "ACTIVE", "description": ""}
    return {**usual, **more, **fields}


def found(*entries: Any, field: str = "vpcs") -> Any:
    return 200, {field: list(entries)}


def subnets(*entries: Any) -> Any:
    return found(*entries, field="subnets")


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)


def run(manage: Any, fake: FakeCloud, options: Any, check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        result: Dict[str, Any] = manage(fake.cloud(KEYS), options, check_mode)
    return result


def test_a_vpc_is_created_and_found_again() -> None:
    fake = FakeCloud(
        {
            LIST: [found(vpc(id="x", name="other"))],
            "POST " + VPCS: [(200, {"vpc": vpc(status="CREATING")})],
            GET: [(200, {"vpc": vpc(status="CREATING")}), (200, {"vpc": vpc()})],
        }
    )
    result = run(manage_vpc, fake, {**SHOP, "enterprise_project_id": "0", "description": "d"}, check_mode=True)
    assert (result["changed"], fake.calls) == (True, [LIST])
    result = run(manage_vpc, fake, SHOP)
    made = {"vpc": {"name": "shop", "cidr": "192.168.0.0/16"}}
    assert fake.calls[1:] == [LIST, "POST " + VPCS + body(made), LIST, GET, GET]
    assert (result["changed"], result["vpc"]["id"], result["vpc"]["tags"]) == (True, VPC, None)
    again = FakeCloud({LIST: [found(vpc())]})
    assert (run(manage_vpc, again, SHOP)["changed"], again.calls) == (False, [LIST])


def test_two_runs_that_create_one_at_once_are_told() -> None:
    fake = FakeCloud({LIST: [found(), found(vpc(), vpc(id="y"))], "POST " + VPCS: [(200, {"vpc": vpc()})]})
    with pytest.raises(HuaweiCloudError, match="this run created {0}, and another one y".format(VPC)) as caught:
        run(manage_vpc, fake, SHOP)
    assert "state: absent" in str(caught.value.hint)


def test_pages_are_read_to_the_end() -> None:
    first = [vpc(id=str(number), name="other") for number in range(500)]
    fake = FakeCloud({LIST: [found(*first)], LIST + "&marker=499": [found(vpc())]})
    assert run(manage_vpc, fake, SHOP)["changed"] is False


def test_of_several_with_the_name_the_block_chooses_and_else_all_are_named() -> None:
    fake = FakeCloud({LIST: [found(vpc(), vpc(id="x", cidr="10.0.0.0/8"))]})
    assert run(manage_vpc, fake, SHOP)["vpc"]["id"] == VPC
    with pytest.raises(HuaweiCloudError, match="2 VPCs match"):
        run(manage_vpc, fake, {**SHOP, "cidr": None})
    with pytest.raises(HuaweiCloudError, match=r"another CIDR block: 192\.168\.0\.0"):
        run(manage_vpc, fake, {**SHOP, "cidr": "172.16.0.0/12"})
    assert fake.writes() == []
    assert run(manage_vpc, fake, {**SHOP, "cidr": "172.16.0.0/12", "state": "absent"})["changed"] is False


@pytest.mark.parametrize(
    ("option", "value", "sent"),
    [("description", "new", {"description": "new"}), ("name", "mart", {"name": "mart"})],
)
def test_a_vpc_is_changed_with_one_call(option: str, value: str, sent: Any) -> None:
    options = {**USUAL, "id": VPC, option: value}
    fake = FakeCloud(
        {GET: [(200, {"vpc": vpc()}), (200, {"vpc": vpc(**sent)})], "PUT " + OWN: [(200, {"vpc": vpc(**sent)})]}
    )
    assert run(manage_vpc, fake, options)["changed"] is True
    assert fake.writes() == ["PUT " + OWN + body({"vpc": sent})]
    assert run(manage_vpc, fake, options)["changed"] is False


@pytest.mark.parametrize(("option", "value"), [("cidr", "10.0.0.0/8"), ("enterprise_project_id", "e1")])
def test_what_a_vpc_cannot_change_is_refused(option: str, value: str) -> None:
    fake = FakeCloud({GET: [(200, {"vpc": vpc()})]})
    with pytest.raises(HuaweiCloudError, match=option + " cannot be changed"):
        run(manage_vpc, fake, {**USUAL, "id": VPC, option: value})
    assert fake.writes() == []


def test_tags_are_read_and_written_only_when_asked_for() -> None:
    read = "GET " + TAGS
    now, then = {"tags": [{"key": "a", "value": "1"}]}, {"tags": [{"key": "b", "value": "2"}]}
    fake = FakeCloud({LIST: [found(vpc())], read: [(200, now), (200, then)], GET: [(200, {"vpc": vpc()})]})
    post = "POST {0}/action".format(TAGS)
    fake.replies[post] = [(204, None)]
    result = run(manage_vpc, fake, {**SHOP, "tags": {"b": 2}})
    assert (result["diff"]["before"]["tags"], result["vpc"]["tags"]) == ({"a": "1"}, {"b": "2"})
    assert fake.writes() == [post + body({"action": "delete", **now}), post + body({"action": "create", **then})]
    assert run(manage_vpc, fake, {**SHOP, "tags": {"b": 2}})["changed"] is False


@pytest.mark.parametrize("check_mode", [True, False])
def test_a_vpc_with_subnets_stays(check_mode: bool) -> None:
    fake = FakeCloud({LIST: [found(vpc())], LIST_SUBNETS: [subnets(subnet())]})
    with pytest.raises(HuaweiCloudError, match=r"the VPC has subnets \(nodes\)"):
        run(manage_vpc, fake, {**SHOP, "state": "absent"}, check_mode)
    assert fake.writes() == []


def test_an_empty_vpc_is_deleted_once() -> None:
    options = {**SHOP, "state": "absent"}
    fake = FakeCloud(
        {LIST: [found(vpc()), found()], LIST_SUBNETS: [subnets()], "DELETE " + OWN: [(204, None)], GET: [MISSING]}
    )
    assert run(manage_vpc, fake, options)["changed"] is True
    assert fake.calls == [LIST, LIST_SUBNETS, "DELETE " + OWN, GET]
    assert run(manage_vpc, fake, options)["changed"] is False
    used = FakeCloud({LIST: [found(vpc())], LIST_SUBNETS: [subnets()]})
    used.replies["DELETE " + OWN] = [(409, {"code": "VPC.0110", "message": "in use"})]
    with pytest.raises(HuaweiCloudError, match="Delete what is in it or uses it first"):
        run(manage_vpc, used, options)


def test_a_subnet_is_created_and_found_again() -> None:
    fake = FakeCloud(
        {
            LIST_SUBNETS: [subnets()],
            "POST " + SUBNETS: [(200, {"subnet": subnet(status="UNKNOWN")})],
            GET_SUBNET: [(200, {"subnet": subnet(status="UNKNOWN")}), (200, {"subnet": subnet()})],
        }
    )
    result = run(manage_subnet, fake, NODES)
    made = {
        "vpc_id": VPC,
        "cidr": "192.168.0.0/24",
        "gateway_ip": "192.168.0.1",
        "name": "nodes",
        "dhcp_enable": True,
    }
    assert fake.calls == [LIST_SUBNETS, "POST " + SUBNETS + body({"subnet": made}), GET_SUBNET, GET_SUBNET]
    assert (result["changed"], result["subnet"]["dns_servers"]) == (True, ["100.125.1.250"])
    again = FakeCloud({LIST_SUBNETS: [subnets(subnet())]})
    assert (run(manage_subnet, again, NODES)["changed"], again.calls) == (False, [LIST_SUBNETS])


CHANGES: List[Any] = [
    ("description", "new", {"description": "new"}, {"description": "new"}),
    ("dhcp", False, {"dhcp_enable": False}, {"dhcp_enable": False}),
    (
        "dns_servers",
        ["10.0.0.2", "10.0.0.1"],
        {"primary_dns": "10.0.0.2", "dnsList": ["10.0.0.2", "10.0.0.1"], "secondary_dns": "10.0.0.1"},
        {"dnsList": ["10.0.0.2", "10.0.0.1"]},
    ),
]


@pytest.mark.parametrize(("option", "value", "sent", "after"), CHANGES, ids=lambda item: str(item)[:12])
def test_a_subnet_is_changed_with_one_call_that_leaves_nothing_out(
    option: str, value: Any, sent: Any, after: Any
) -> None:
    fake = FakeCloud(
        {
            LIST_SUBNETS: [subnets(subnet()), subnets(subnet(**after))],
            "PUT " + OWN_SUBNET: [(200, {"subnet": {"id": SUBNET}})],
            GET_SUBNET: [(200, {"subnet": subnet(**after)})],
        }
    )
    assert run(manage_subnet, fake, {**NODES, option: value})["changed"] is True
    all_of_it = {"name": "nodes", "dhcp_enable": True, "primary_dns": "100.125.1.250", "dnsList": ["100.125.1.250"]}
    (call,) = fake.writes()
    assert call.startswith("PUT " + OWN_SUBNET + " ")
    assert json.loads(call.split(" ", 2)[2])["subnet"] == {**all_of_it, "description": "", **sent}
    assert run(manage_subnet, fake, {**NODES, option: value})["changed"] is False


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gateway": "192.168.0.254"}, "gateway cannot be changed"),
        ({"cidr": "192.168.1.0/24"}, "another CIDR block"),
        ({"cidr": "192.168.0.1/24"}, "not a network"),
        ({"dns_servers": []}, "it is empty"),
        ({"name": "new", "cidr": None}, "needs a CIDR block"),
    ],
)
def test_what_a_subnet_cannot_be_is_refused(options: Any, words: str) -> None:
    fake = FakeCloud({LIST_SUBNETS: [subnets(subnet())]})
    with pytest.raises(HuaweiCloudError, match=words):
        run(manage_subnet, fake, {**NODES, **options})
    assert fake.writes() == []


def test_tags_of_a_subnet() -> None:
    tags = "VPC/v2.0/pid/subnets/{0}/tags".format(SUBNET)
    then = {"tags": [{"key": "b", "value": "2"}]}
    fake = FakeCloud({LIST_SUBNETS: [subnets(subnet())], GET_SUBNET: [(200, {"subnet": subnet()})]})
    fake.replies.update(
        {"GET " + tags: [(200, {"tags": []}), (200, then)], "POST {0}/action".format(tags): [(204, None)]}
    )
    assert run(manage_subnet, fake, {**NODES, "tags": {"b": 2}})["subnet"]["tags"] == {"b": "2"}
    assert fake.writes() == ["POST {0}/action".format(tags) + body({"action": "create", **then})]


def test_a_subnet_is_deleted_once_and_not_while_something_is_in_it() -> None:
    options = {**NODES, "state": "absent"}
    fake = FakeCloud({LIST_SUBNETS: [subnets(subnet())], GET_SUBNET: [MISSING]})
    fake.replies["DELETE " + OWN_SUBNET] = [(409, {"code": "VPC.0206", "message": "in use"}), (204, None)]
    with pytest.raises(HuaweiCloudError, match="Delete what is in it or uses it first"):
        run(manage_subnet, fake, options)
    assert run(manage_subnet, fake, options)["changed"] is True
    gone = FakeCloud({LIST_SUBNETS: [subnets()]})
    assert run(manage_subnet, gone, options)["changed"] is False


def test_one_that_is_in_error_is_no_success() -> None:
    with pytest.raises(HuaweiCloudError, match="it is ERROR"):
        run(manage_subnet, FakeCloud({LIST_SUBNETS: [subnets(subnet(status="ERROR"))]}), NODES)


def test_lists() -> None:
    fake = FakeCloud({LIST: [found(vpc(), vpc(id="x", name="y"))], LIST_SUBNETS: [subnets(subnet())]})
    with fake:
        assert [entry["id"] for entry in list_vpcs(fake.cloud(KEYS))] == [VPC, "x"]
        assert [entry["id"] for entry in list_vpcs(fake.cloud(KEYS), "y")] == ["x"]
        assert [entry["name"] for entry in list_subnets(fake.cloud(KEYS), "shop")] == ["nodes"]
        assert list_subnets(fake.cloud(KEYS), "none") == []
