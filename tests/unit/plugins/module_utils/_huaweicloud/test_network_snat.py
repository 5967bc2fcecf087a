# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests an SNAT rule takes, and what each answer means."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.snat_rule import (  # noqa: E402
    list_rules,
    manage_rule,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
)

KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4", project_id="pid")
GATEWAY, SUBNET, RULE, E1, E2 = ("{0}0000000-0000-0000-0000-000000000000".format(digit) for digit in "12345")
RULES = "NAT/v2/pid/snat_rules"
LIST = "GET {0}?nat_gateway_id={1}&limit=500".format(RULES, GATEWAY)
EIPS = "GET VPC/v3/pid/eip/publicips?limit=500"
OWN = "{0}/{1}".format(RULES, RULE)
GET, GET_GATEWAY = "GET " + OWN, "GET NAT/v2/pid/nat_gateways/" + GATEWAY
DELETE = "DELETE NAT/v2/pid/nat_gateways/{0}/snat_rules/{1}".format(GATEWAY, RULE)
EXISTING: Dict[str, Any] = {
    "nat_gateway": GATEWAY,
    "subnet": SUBNET,
    "source": "vpc",
    "state": "present",
    "wait_timeout": 60.0,
}
OPTIONS = {**EXISTING, "eips": ["203.0.113.2", "one"]}
KNOWN = [
    {"id": E1, "status": "DOWN", "public_ip_address": "203.0.113.1", "alias": "one"},
    {"id": E2, "status": "DOWN", "public_ip_address": "203.0.113.2", "alias": "two"},
    {"id": "x", "status": "DOWN", "public_ip_address": "203.0.113.3", "alias": "two"},
]


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)


def rule(**fields: Any) -> Dict[str, Any]:
    usual = {"id": RULE, "nat_gateway_id": GATEWAY, "network_id": SUBNET, "cidr": "", "source_type": 0}
    addresses = {"floating_ip_id": E2 + "," + E1, "floating_ip_address": "203.0.113.2,203.0.113.1"}
    return {**usual, **addresses, "status": "ACTIVE", "description": "", **fields}


def found(*entries: Any) -> Any:
    return 200, {"snat_rules": list(entries)}


def one(**fields: Any) -> Any:
    return 200, {"snat_rule": rule(**fields)}


def gateway(**fields: Any) -> Any:
    return 200, {"nat_gateway": {"id": GATEWAY, "name": "internet", "status": "ACTIVE", "router_id": "vpc", **fields}}


def cloud(*rules: Any, **more: List[Any]) -> FakeCloud:
    fake = FakeCloud({LIST: [found(*rules)], EIPS: [(200, {"publicips": KNOWN})]})
    fake.replies.update(more)
    return fake


def manage(fake: FakeCloud, options: Any, check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        return manage_rule(fake.cloud(KEYS), options, check_mode)


def test_it_is_created_when_the_gateway_is_active() -> None:
    fake = cloud(rule(id="x", network_id="other"))
    fake.replies.update(
        {
            GET_GATEWAY: [gateway(status="PENDING_CREATE"), gateway()],
            "POST " + RULES: [(201, {"snat_rule": rule(status="PENDING_CREATE")})],
            GET: [one(status="PENDING_CREATE"), one()],
        }
    )
    forecast = manage(fake, OPTIONS, check_mode=True)
    assert (forecast["changed"], fake.calls) == (True, [LIST, EIPS])
    result = manage(fake, OPTIONS)
    made = {"nat_gateway_id": GATEWAY, "network_id": SUBNET, "source_type": 0, "floating_ip_id": E1 + "," + E2}
    post = "POST " + RULES + body({"snat_rule": made})
    assert fake.calls[2:] == [LIST, EIPS, GET_GATEWAY, GET_GATEWAY, post, GET, GET]
    assert (result["diff"], result["rule"]["eips"]) == (forecast["diff"], ["203.0.113.1", "203.0.113.2"])


def test_the_order_of_the_addresses_is_no_change() -> None:
    for eips in (["one", "203.0.113.2"], [E2, E1]):
        fake = cloud(rule(floating_ip_address="203.0.113.1,203.0.113.2"))
        assert (manage(fake, {**EXISTING, "eips": eips})["changed"], fake.writes()) == (False, [])


def test_a_network_in_the_place_of_a_subnet() -> None:
    options = {**OPTIONS, "subnet": None, "cidr": "10.0.0.0/24", "source": "direct_connect"}
    kept = rule(network_id="", cidr="10.0.0.0/24", source_type=1)
    fake = cloud(rule())
    fake.replies.update({GET_GATEWAY: [gateway()], "POST " + RULES: [(201, {"snat_rule": kept})]})
    fake.replies[GET] = [(200, {"snat_rule": kept})]
    assert manage(fake, options)["rule"]["cidr"] == "10.0.0.0/24"
    made = {"nat_gateway_id": GATEWAY, "cidr": "10.0.0.0/24", "source_type": 1, "floating_ip_id": E1 + "," + E2}
    assert fake.writes() == ["POST " + RULES + body({"snat_rule": made})]
    assert manage(cloud(kept), options)["changed"] is False


CHANGES: List[Any] = [
    ({"eips": ["one"]}, {"floating_ip_address": "203.0.113.1"}, {"public_ip_address": "203.0.113.1"}),
    ({"description": "new"}, {"description": "new"}, {"description": "new"}),
]


@pytest.mark.parametrize(("option", "after", "sent"), CHANGES, ids=["eips", "description"])
def test_each_field_is_changed_with_one_call(option: Any, after: Any, sent: Any) -> None:
    fake = cloud(rule())
    fake.replies.update({"PUT " + OWN: [one()], GET: [one(status="PENDING_UPDATE"), one(**after)]})
    assert manage(fake, {**EXISTING, **option})["changed"] is True
    # Addresses, where the creation has IDs.
    assert fake.writes() == ["PUT " + OWN + body({"snat_rule": {"nat_gateway_id": GATEWAY, **sent}})]
    assert manage(cloud(rule(**after)), {**EXISTING, **option})["changed"] is False


def test_it_is_deleted_once_and_without_a_look_at_eips() -> None:
    options = {**OPTIONS, "state": "absent"}
    fake = cloud(rule())
    fake.replies.update({DELETE: [(204, None)], GET: [(404, {"error_code": "NAT.0013", "error_msg": "no"})]})
    assert manage(fake, options)["changed"] is True
    assert fake.calls == [LIST, DELETE, GET]
    assert manage(cloud(), options)["changed"] is False


NAMED_ALIKE = {"id": "x", "name": "internet2"}


def test_names_are_looked_up() -> None:
    gateways = "GET NAT/v2/pid/nat_gateways?name=internet&limit=500"
    subnets = "GET VPC/v1/pid/subnets?vpc_id=vpc&limit=500"
    options = {**EXISTING, "nat_gateway": "internet", "subnet": "nodes"}
    fake = cloud(rule())
    fake.replies.update(
        {
            gateways: [
                (200, {"nat_gateways": [dict(gateway()[1]["nat_gateway"], **own) for own in ({}, NAMED_ALIKE)]})
            ],
            GET_GATEWAY: [gateway()],
            subnets: [(200, {"subnets": [{"id": SUBNET, "vpc_id": "vpc", "name": "nodes"}]})],
        }
    )
    assert manage(fake, options)["changed"] is False
    assert fake.calls == [gateways, GET_GATEWAY, subnets, LIST]
    fake.replies[gateways] = [(200, {"nat_gateways": []})]
    assert manage(fake, {**options, "state": "absent"})["changed"] is False
    with pytest.raises(HuaweiCloudError, match="there is no NAT gateway named"):
        manage(fake, options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"eips": ["two"]}, "2 EIPs match"),
        ({"eips": ["none"]}, "no EIPs match"),
        ({"eips": []}, "1 to 20 EIPs"),
        ({"eips": None}, "a new rule needs EIPs"),
        ({"source": "direct_connect"}, "has no subnet"),
        ({"subnet": None, "cidr": "10.0.0.1/24"}, "not a network"),
    ],
)
def test_what_a_rule_cannot_be_is_refused(options: Any, words: str) -> None:
    fake = cloud()
    with pytest.raises(HuaweiCloudError, match=words):
        manage(fake, {**OPTIONS, **options})
    assert fake.writes() == []


@pytest.mark.parametrize("status", ["INACTIVE", "EIP_FREEZED"])
def test_one_that_does_not_work_is_no_success(status: str) -> None:
    with pytest.raises(HuaweiCloudError, match="it is " + status):
        manage(cloud(rule(status=status)), EXISTING)


def test_a_gateway_that_is_not_active_takes_no_rule() -> None:
    fake = cloud()
    fake.replies[GET_GATEWAY] = [gateway(admin_state_up=False)]
    with pytest.raises(HuaweiCloudError, match="administratively down"):
        manage(fake, {**OPTIONS, "wait_timeout": 0.0})
    assert fake.writes() == []


@pytest.mark.parametrize(("appears", "posts"), [(True, 1), (False, 2)])
def test_a_lost_reply_makes_no_second_rule(appears: bool, posts: int) -> None:
    lost = requests.exceptions.ConnectionError("reset")
    fake = cloud()
    fake.replies.update({LIST: [found(), found(rule()) if appears else found()], GET_GATEWAY: [gateway()]})
    fake.replies.update({"POST " + RULES: [lost, (201, {"snat_rule": rule()})], GET: [one()]})
    assert manage(fake, OPTIONS)["changed"] is True
    assert len(fake.writes()) == posts


def test_lists() -> None:
    fake = FakeCloud({"GET {0}?limit=500".format(RULES): [found(rule())], LIST: [found(rule())]})
    with fake:
        assert [entry["subnet_id"] for entry in list_rules(fake.cloud(KEYS))] == [SUBNET]
        assert [entry["id"] for entry in list_rules(fake.cloud(KEYS), GATEWAY)] == [RULE]
