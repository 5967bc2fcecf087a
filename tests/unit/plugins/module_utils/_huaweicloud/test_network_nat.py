# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a public NAT gateway takes, and what each answer means."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.nat_gateway import (  # noqa: E402
    list_gateways,
    manage_gateway,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
)

KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4", project_id="pid")
VPC, SUBNET, ID = ("{0}0000000-0000-0000-0000-000000000000".format(digit) for digit in "123")
MANY = "NAT/v2/pid/nat_gateways"
LIST = "GET {0}?name=internet&router_id={1}&limit=500".format(MANY, VPC)
OWN = "{0}/{1}".format(MANY, ID)
GET = "GET " + OWN
TAGS = "NAT/v3/pid/nat_gateways/{0}/tags".format(ID)
RULES = ["GET NAT/v2/pid/{0}?nat_gateway_id={1}&limit=500".format(kind, ID) for kind in ("snat_rules", "dnat_rules")]
MISSING = (404, {"error_code": "NAT.0013", "error_msg": "no"})
EXISTING = {"name": "internet", "vpc": VPC, "state": "present", "wait_timeout": 60.0}
OPTIONS = {**EXISTING, "subnet": SUBNET, "spec": "small", "charge_mode": "postpaid"}


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)


def gateway(**fields: Any) -> Dict[str, Any]:
    usual = {"id": ID, "name": "internet", "router_id": VPC, "internal_network_id": SUBNET, "spec": "1"}
    return {**usual, "status": "ACTIVE", "admin_state_up": True, "description": "", "billing_info": "", **fields}


def found(*entries: Any) -> Any:
    return 200, {"nat_gateways": list(entries)}


def one(**fields: Any) -> Any:
    return 200, {"nat_gateway": gateway(**fields)}


def manage(fake: FakeCloud, options: Any, check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        return manage_gateway(fake.cloud(KEYS), options, check_mode)


def test_it_is_created_and_waited_for() -> None:
    fake = FakeCloud(
        {
            LIST: [found(gateway(id="x", name="internet-2"))],
            "POST " + MANY: [(201, {"nat_gateway": gateway(status="PENDING_CREATE")})],
            GET: [one(status="PENDING_CREATE"), one(status="PENDING_CREATE"), one()],
        }
    )
    forecast = manage(fake, OPTIONS, check_mode=True)
    assert (forecast["changed"], fake.calls) == (True, [LIST])
    result = manage(fake, OPTIONS)
    made = {"name": "internet", "router_id": VPC, "internal_network_id": SUBNET, "spec": "1"}
    assert fake.calls[1:] == [LIST, "POST " + MANY + body({"nat_gateway": made}), GET, GET, GET]
    assert (result["diff"], result["nat_gateway"]["status"]) == (forecast["diff"], "ACTIVE")
    again = FakeCloud({LIST: [found(gateway())]})
    assert (manage(again, OPTIONS)["changed"], again.calls) == (False, [LIST])


@pytest.mark.parametrize("left_out", ["subnet", "spec", "charge_mode"])
def test_nothing_that_costs_money_is_created_unless_it_is_asked_for(left_out: str) -> None:
    fake = FakeCloud({LIST: [found()]})
    with pytest.raises(HuaweiCloudError, match="costs money, and needs " + left_out):
        manage(fake, {**OPTIONS, left_out: None})
    assert fake.writes() == []


CHANGES: List[Any] = [
    ("spec", "large", {"spec": "3"}),
    ("description", "new", {"description": "new"}),
]


@pytest.mark.parametrize(("option", "value", "sent"), CHANGES)
def test_each_field_is_changed_with_one_call(option: str, value: str, sent: Any) -> None:
    options = {**EXISTING, option: value}
    fake = FakeCloud(
        {
            LIST: [found(gateway()), found(gateway(**sent))],
            "PUT " + OWN: [one(status="PENDING_UPDATE")],
            GET: [one(status="PENDING_UPDATE", **sent), one(**sent)],
        }
    )
    assert manage(fake, options)["nat_gateway"][option] == value
    assert fake.writes() == ["PUT " + OWN + body({"nat_gateway": sent})]
    assert manage(fake, options)["changed"] is False


def test_one_is_renamed_by_id() -> None:
    fake = FakeCloud({GET: [one(), one(name="out")], "PUT " + OWN: [one()]})
    options = {"id": ID, "name": "out", "state": "present", "wait_timeout": 60.0}
    assert manage(fake, options)["changed"] is True
    assert fake.writes() == ["PUT " + OWN + body({"nat_gateway": {"name": "out"}})]


@pytest.mark.parametrize(("option", "value"), [("subnet", VPC), ("enterprise_project_id", "e1")])
def test_what_cannot_change_is_refused(option: str, value: str) -> None:
    fake = FakeCloud({LIST: [found(gateway())]})
    with pytest.raises(HuaweiCloudError, match="cannot be changed"):
        manage(fake, {**EXISTING, option: value})
    assert fake.writes() == []


def test_tags_follow_when_the_gateway_is_there() -> None:
    tags = {"tags": [{"key": "a", "value": "1"}]}
    fake = FakeCloud(
        {
            LIST: [found()],
            "POST " + MANY: [(201, {"nat_gateway": gateway(status="PENDING_CREATE")})],
            GET: [one(status="PENDING_CREATE"), one()],
            "GET " + TAGS: [(200, {"tags": []}), (200, tags)],
            "POST {0}/action".format(TAGS): [(204, None)],
        }
    )
    assert manage(fake, {**OPTIONS, "tags": {"a": 1}})["nat_gateway"]["tags"] == {"a": "1"}
    assert fake.writes()[1:] == ["POST {0}/action".format(TAGS) + body({"action": "create", **tags})]
    # A run that stopped before them is completed.
    fake = FakeCloud({LIST: [found(gateway())], GET: [one()], "POST {0}/action".format(TAGS): [(204, None)]})
    fake.replies["GET " + TAGS] = [(200, {"tags": []}), (200, tags)]
    assert manage(fake, {**OPTIONS, "tags": {"a": 1}})["changed"] is True


@pytest.mark.parametrize("kind", [0, 1])
@pytest.mark.parametrize("check_mode", [True, False])
def test_one_with_rules_stays(kind: int, check_mode: bool) -> None:
    replies = {LIST: [found(gateway())], RULES[0]: [(200, {"snat_rules": []})], RULES[1]: [(200, {"dnat_rules": []})]}
    name = ("snat_rules", "dnat_rules")[kind]
    replies[RULES[kind]] = [(200, {name: [{"id": "r", "nat_gateway_id": ID, "status": "ACTIVE"}]})]
    fake = FakeCloud(replies)
    with pytest.raises(HuaweiCloudError, match="it has 1 {0} rule".format(name[:4].upper())):
        manage(fake, {**EXISTING, "state": "absent"}, check_mode)
    assert fake.writes() == []


def test_one_that_is_prepaid_stays() -> None:
    fake = FakeCloud({LIST: [found(gateway(billing_info="CS1:order"))]})
    with pytest.raises(HuaweiCloudError, match="billed yearly or monthly"):
        manage(fake, {**EXISTING, "state": "absent"})
    assert fake.writes() == []


def test_it_is_deleted_once_and_waited_for() -> None:
    options = {**EXISTING, "state": "absent"}
    fake = FakeCloud(
        {
            LIST: [found(gateway()), found()],
            RULES[0]: [(200, {"snat_rules": []})],
            RULES[1]: [(200, {"dnat_rules": []})],
            "DELETE " + OWN: [(204, None)],
            GET: [one(status="PENDING_DELETE"), one(status="PENDING_DELETE"), MISSING],
        }
    )
    assert manage(fake, options)["changed"] is True
    assert fake.calls == [LIST, *RULES, "DELETE " + OWN, GET, GET, GET]
    assert manage(fake, options)["changed"] is False


@pytest.mark.parametrize("fields", [{"status": "INACTIVE"}, {"admin_state_up": False}])
def test_one_that_does_not_work_is_no_success(fields: Any) -> None:
    with pytest.raises(HuaweiCloudError, match=r"it is (INACTIVE|ACTIVE, but administratively down)"):
        manage(FakeCloud({LIST: [found(gateway(**fields))]}), EXISTING)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), -1.0])
def test_a_time_that_never_ends_is_refused(seconds: float) -> None:
    with pytest.raises(LongshoreError, match=r"wait_timeout: .* is out of range"):
        manage(FakeCloud({}), {**EXISTING, "wait_timeout": seconds})


def test_the_last_status_is_named_when_the_time_is_over() -> None:
    fake = FakeCloud({LIST: [found(gateway(status="PENDING_CREATE"))], GET: [one(status="PENDING_CREATE")]})
    with pytest.raises(HuaweiCloudError, match="still PENDING_CREATE"):
        manage(fake, {**EXISTING, "wait_timeout": 0.0})


@pytest.mark.parametrize(
    ("status", "code", "words"),
    [
        (409, "NAT.0012", "The subnet already has a NAT gateway"),
        (404, "APIGW.0101", "NAT Gateway in cn-north-4 does not have this API"),
        (403, "NAT.0100", "permission nat:natGateways:create"),
    ],
)
def test_a_refused_creation_says_what_to_do(status: int, code: str, words: str) -> None:
    fake = FakeCloud({LIST: [found()], "POST " + MANY: [(status, {"error_code": code, "error_msg": "no"})]})
    with pytest.raises(HuaweiCloudError, match=words):
        manage(fake, OPTIONS)


@pytest.mark.parametrize(("appears", "posts"), [(True, 1), (False, 2)])
def test_a_lost_reply_makes_no_second_gateway(appears: bool, posts: int) -> None:
    lost = requests.exceptions.ConnectionError("reset")
    fake = FakeCloud({LIST: [found(), found(gateway()) if appears else found()], GET: [one()]})
    fake.replies["POST " + MANY] = [lost, (201, {"nat_gateway": gateway()})]
    assert manage(fake, OPTIONS)["changed"] is True
    assert len(fake.writes()) == posts


def test_several_with_the_name_are_listed_and_lists() -> None:
    fake = FakeCloud({LIST: [found(gateway(), gateway(id="x"))]})
    with pytest.raises(HuaweiCloudError, match="2 NAT gateways match"):
        manage(fake, EXISTING)
    every = "GET {0}?limit=500".format(MANY)
    fake = FakeCloud({every: [found(gateway(), gateway(id="x", name="y"))]})
    with fake:
        assert [entry["id"] for entry in list_gateways(fake.cloud(KEYS), name="y")] == ["x"]
