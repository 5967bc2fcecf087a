# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests a VPC endpoint takes, and what each answer means."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.endpoint import (  # noqa: E402
    list_endpoints,
    manage_endpoint,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
)

KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4", project_id="pid")
VPC, SUBNET, SERVICE, ID = ("{0}0000000-0000-0000-0000-000000000000".format(digit) for digit in "1234")
EPS = "VPCEP/v1/pid/vpc-endpoints"
OWN = "{0}/{1}".format(EPS, ID)
LIST = "GET {0}?vpc_id={1}&limit=1000&offset=0".format(EPS, VPC)
DESCRIBE = "GET VPCEP/v1/pid/vpc-endpoint-services/describe?id=" + SERVICE
TAGS = "POST VPCEP/v1/pid/endpoint/{0}/tags/action".format(ID)
OPTIONS: Dict[str, Any] = {"service": SERVICE, "vpc": VPC, "subnet": SUBNET, "state": "present", "wait_timeout": 60.0}
GATEWAY = {"subnet": None}
MISSING = (404, {"error_code": "EndPoint.0005", "error_msg": "no"})
DOCUMENT = {"Version": "5.0", "Statement": [{"Effect": "Allow", "Action": ["swr:repo:download"], "Resource": ["*"]}]}
ALLOW = {"Effect": "Allow", "Action": ["a"], "Resource": ["b"]}


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


def entry(**fields: Any) -> Dict[str, Any]:
    usual = {
        "id": ID,
        "vpc_id": VPC,
        "subnet_id": SUBNET,
        "endpoint_service_id": SERVICE,
        "endpoint_service_name": "com.myhuaweicloud.cn-north-4.swr",
        "service_type": "interface",
        "status": "accepted",
        "ip": "192.168.0.61",
        "dns_names": ["swr.cn-north-4.myhuaweicloud.com"],
        "enable_dns": True,
        "whitelist": [],
        "routetables": [],
        "tags": [],
    }
    return {**usual, **fields}


def gateway(**fields: Any) -> Dict[str, Any]:
    # What GET says of the domain name of a gateway means nothing.
    usual = {"service_type": "gateway", "subnet_id": "", "ip": None, "enable_dns": True, "routetables": ["t1"]}
    return entry(**{**usual, **fields})


def found(*entries: Any) -> Any:
    return 200, {"endpoints": list(entries), "total_count": len(entries)}


def one(value: Any) -> Any:
    return 200, value


def service(kind: str = "interface", policy: bool = True) -> Any:
    return 200, {"id": SERVICE, "service_name": "x", "service_type": kind, "enable_policy": policy}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)


def manage(fake: FakeCloud, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    # What the list has is read again, for what the list does not tell.
    listed = [part for part in fake.replies.get(LIST, [(404, None)])[0][1:] if isinstance(part, dict)]
    for known in (listed[0].get("endpoints") if listed else None) or []:
        if known["id"] == ID:
            fake.replies["GET " + OWN] = [one(known), *fake.replies.get("GET " + OWN, [])]
    with fake:
        return manage_endpoint(fake.cloud(KEYS), {**OPTIONS, **options}, check_mode)


CREATION = {
    "vpc_id": VPC,
    "endpoint_service_id": SERVICE,
    "subnet_id": SUBNET,
    "enable_dns": True,
    "enable_whitelist": False,
    "whitelist": [],
}


def test_it_is_created_and_waited_for_until_it_has_an_address() -> None:
    steps = [entry(status="creating", ip=None), entry(ip=None), entry()]
    fake = FakeCloud(
        {
            LIST: [found()],
            DESCRIBE: [service()],
            "POST " + EPS: [one({"id": ID})],
            "GET " + OWN: [one(step) for step in steps],
        }
    )
    result = manage(fake)
    assert fake.calls == [LIST, DESCRIBE, "POST " + EPS + body(CREATION), LIST, *["GET " + OWN] * 3]
    assert (result["changed"], result["diff"]["before"], result["diff"]["after"]["status"]) == (True, {}, "accepted")
    assert result["endpoint"]["address"] == "192.168.0.61"
    assert result["endpoint"]["dns_names"] == ["swr.cn-north-4.myhuaweicloud.com"]
    forecast = FakeCloud({LIST: [found()], DESCRIBE: [service()]})
    assert manage(forecast, check_mode=True)["diff"] == result["diff"]
    again = FakeCloud({LIST: [found(entry())]})
    assert (manage(again)["changed"], again.calls) == (False, [LIST, "GET " + OWN])


def test_two_runs_that_create_one_at_once_are_told() -> None:
    both = found(entry(), entry(id="other"))
    fake = FakeCloud({LIST: [found(), both], DESCRIBE: [service()], "POST " + EPS: [one({"id": ID})]})
    with pytest.raises(HuaweiCloudError, match="this run created {0}, and another one other".format(ID)):
        manage(fake)


def test_names_are_looked_up_and_an_ambiguous_one_is_refused() -> None:
    vpcs, subnets = "GET VPC/v1/pid/vpcs?limit=500", "GET VPC/v1/pid/subnets?vpc_id={0}&limit=500".format(VPC)
    named = "GET VPCEP/v1/pid/vpc-endpoint-services/describe?endpoint_service_name=swr"
    replies: Dict[str, List[Any]] = {
        vpcs: [(200, {"vpcs": [{"id": VPC, "name": "shop"}, {"id": "x", "name": "other"}]})],
        # The other one of a subnet's IDs is the wrong one.
        subnets: [(200, {"subnets": [{"id": SUBNET, "vpc_id": VPC, "name": "nodes", "neutron_subnet_id": "wrong"}]})],
        named: [service()],
        LIST: [found(entry())],
    }
    names = {"vpc": "shop", "subnet": "nodes", "service": "swr"}
    fake = FakeCloud(replies)
    assert manage(fake, **names)["changed"] is False
    assert fake.calls == [vpcs, subnets, named, LIST, "GET " + OWN]
    replies[vpcs] = [(200, {"vpcs": [{"id": VPC, "name": "shop"}, {"id": "x", "name": "shop"}]})]
    with pytest.raises(HuaweiCloudError, match="is ambiguous: 2 VPCs match") as caught:
        manage(FakeCloud(replies), **names)
    assert VPC in str(caught.value.hint)
    replies[vpcs] = [(200, {"vpcs": []})]
    with pytest.raises(HuaweiCloudError, match="there is no VPC named"):
        manage(FakeCloud(replies), **names)
    absent = FakeCloud(replies)
    assert (manage(absent, state="absent", **names)["changed"], absent.calls) == (False, [vpcs])


def test_several_that_match_are_listed() -> None:
    with pytest.raises(HuaweiCloudError, match="2 endpoints match") as caught:
        manage(FakeCloud({LIST: [found(entry(), entry(id="other"))]}), state="absent")
    assert "Give the ID of one: {0}, other".format(ID) in str(caught.value.hint)


@pytest.mark.parametrize("check_mode", [True, False])
def test_it_is_deleted_once_and_waited_for(check_mode: bool) -> None:
    fake = FakeCloud(
        {
            LIST: [found(entry())],
            "DELETE " + OWN: [(204, None)],
            "GET " + OWN: [one(entry()), one(entry(status="deleting")), MISSING],
        }
    )
    result = manage(fake, check_mode, state="absent")
    assert fake.calls == [LIST, "GET " + OWN, *([] if check_mode else ["DELETE " + OWN, *["GET " + OWN] * 3])]
    assert (result["changed"], result["endpoint"], result["diff"]["after"]) == (True, None, {})
    again = FakeCloud({LIST: [found()]})
    assert (manage(again, state="absent")["changed"], again.calls) == (False, [LIST])


@pytest.mark.parametrize("fields", [{"status": "pendingAcceptance"}, {"ip": None}])
def test_one_that_does_not_work_yet_can_be_deleted(fields: Any) -> None:
    fake = FakeCloud({LIST: [found(entry(**fields))], "DELETE " + OWN: [(204, None)], "GET " + OWN: [MISSING]})
    assert manage(fake, state="absent", wait_timeout=0.0)["changed"] is True


def test_what_another_run_deletes_is_awaited_and_no_change() -> None:
    fake = FakeCloud({LIST: [found(entry(status="deleting"))], "GET " + OWN: [one(entry(status="deleting")), MISSING]})
    assert (manage(fake, state="absent")["changed"], fake.writes()) == (False, [])


def test_what_another_run_creates_is_awaited_and_no_change() -> None:
    fake = FakeCloud({LIST: [found(entry(status="creating"))], "GET " + OWN: [one(entry())]})
    assert (manage(fake)["changed"], fake.writes()) == (False, [])


CHANGES: List[Any] = [
    ({}, {"whitelist": ["10.0.0.0/8"]}, {"enable_whitelist": True, "whitelist": ["10.0.0.0/8"]}, ["PUT " + OWN]),
    (
        {},
        {"policy_document": DOCUMENT},
        {"policy_document": DOCUMENT},
        ["PUT {0}/policy".format(OWN)],
    ),
    ({}, {"tags": {"team": "shop"}}, {"tags": [{"key": "team", "value": "shop"}]}, [TAGS]),
    (GATEWAY, {"policy_statement": [ALLOW]}, {"policy_statement": [ALLOW]}, ["PUT {0}/policy".format(OWN)]),
    (GATEWAY, {"route_tables": ["t2", "t1"]}, {"routetables": ["t1", "t2"]}, ["PUT {0}/routetables".format(OWN)]),
]


@pytest.mark.parametrize(("base", "option", "after", "calls"), CHANGES, ids=lambda item: "-".join(map(str, item)))
def test_each_field_is_changed_with_one_call_and_seen_changed_once(
    base: Any, option: Any, after: Any, calls: List[str]
) -> None:
    make = gateway if base is GATEWAY else entry
    start, end = make(), make(**after)
    fake = FakeCloud(
        {
            LIST: [found(start)],
            DESCRIBE: [service("gateway" if base is GATEWAY else "interface")],
            calls[0]: [(200, after)],
            "GET " + OWN: [one(end)],
        }
    )
    result = manage(fake, **base, **option)
    sent = {"action": "create", **after} if "tags" in after else after
    assert fake.writes() == [calls[0] + body(sent)]
    changed = {name for name, value in result["diff"]["after"].items() if result["diff"]["before"][name] != value}
    assert changed == set(option)
    again = FakeCloud({LIST: [found(end)], DESCRIBE: [service("gateway" if base is GATEWAY else "interface")]})
    assert (manage(again, **base, **option)["changed"], again.writes()) == (False, [])


def test_what_a_policy_allows_is_compared_and_not_how_it_is_written() -> None:
    # GET writes names in another case, and a single text where a list was sent.
    kept = gateway(policy_statement=[{"effect": "Allow", "action": "a", "resource": ["b"], "condition": {}, "sid": ""}])
    fake = FakeCloud({LIST: [found(kept)], DESCRIBE: [service("gateway")]})
    assert manage(fake, subnet=None, policy_statement=[ALLOW])["changed"] is False
    # Everything allowed is what an endpoint without a policy says.
    full = gateway(policy_statement=[{"effect": "Allow", "action": ["*"], "resource": ["*", "*/*"]}])
    fake = FakeCloud({LIST: [found(full)]})
    assert manage(fake, subnet=None, policy_statement=[])["changed"] is False
    # A condition that limits it makes a difference.
    limited = gateway(policy_statement=[{**ALLOW, "Condition": {"StringEquals": {"x": ["y"]}}}])
    fake = FakeCloud({LIST: [found(limited)], DESCRIBE: [service("gateway")]})
    assert manage(fake, check_mode=True, subnet=None, policy_statement=[ALLOW])["changed"] is True


@pytest.mark.parametrize(
    ("make", "name", "value"),
    [(entry, "policy_document", DOCUMENT), (gateway, "policy_statement", [ALLOW])],
    ids=["interface", "gateway"],
)
def test_a_policy_is_removed_with_a_call_of_its_own(make: Any, name: str, value: Any) -> None:
    call = "DELETE {0}/policy".format(OWN)
    fake = FakeCloud({LIST: [found(make(**{name: value}))], call: [(200, {})], "GET " + OWN: [one(make())]})
    subnet = SUBNET if make is entry else None
    result = manage(fake, subnet=subnet, **{name: type(value)()})
    assert (result["changed"], fake.writes()) == (True, [call])


def test_a_tag_is_removed_and_another_one_replaced() -> None:
    start = entry(tags=[{"key": "a", "value": "1"}, {"key": "b", "value": "2"}])
    end = entry(tags=[{"key": "b", "value": "3"}])
    fake = FakeCloud({LIST: [found(start)], TAGS: [(204, None)], "GET " + OWN: [one(end)]})
    manage(fake, tags={"b": 3})
    assert fake.writes() == [
        TAGS + body({"action": "delete", "tags": [{"key": "a", "value": "1"}]}),
        TAGS + body({"action": "create", "tags": [{"key": "b", "value": "3"}]}),
    ]


def test_route_tables_that_were_not_bound_are_named() -> None:
    failed = {"routetables": ["t1"], "error": [{"bind_failed": [{"id": "t2", "error_message": "gone"}]}]}
    fake = FakeCloud({LIST: [found(gateway())], "PUT {0}/routetables".format(OWN): [(200, failed)]})
    with pytest.raises(HuaweiCloudError, match="not all route tables could be changed: t2: gone"):
        manage(fake, subnet=None, route_tables=["t1", "t2"])


@pytest.mark.parametrize(
    ("option", "value", "after"),
    [
        ("address", "192.168.0.99", {"ip": "192.168.0.99"}),
        ("dns", False, {"enable_dns": False}),
        ("description", "new", {"description": "new"}),
    ],
)
def test_what_cannot_change_is_refused_or_replaced(option: str, value: Any, after: Any) -> None:
    for check_mode in (True, False):
        fake = FakeCloud({LIST: [found(entry())]})
        with pytest.raises(HuaweiCloudError, match=option + " cannot be changed.*recreate: true"):
            manage(fake, check_mode, **{option: value})
    fake = FakeCloud(
        {
            LIST: [found(entry())],
            "DELETE " + OWN: [(204, None)],
            "GET " + OWN: [MISSING, one(entry(**after))],
            "POST " + EPS: [one({"id": ID})],
        }
    )
    result = manage(fake, recreate=True, **{option: value})
    sent = {"address": ("port_ip", value), "dns": ("enable_dns", value)}.get(option, (option, value))
    order = ["vpc_id", "endpoint_service_id", "subnet_id", "port_ip", "description", "enable_dns", "enable_whitelist"]
    made = {**CREATION, sent[0]: sent[1]}
    ordered = {name: made[name] for name in [*order, "whitelist"] if name in made}
    assert fake.writes() == ["DELETE " + OWN, "POST " + EPS + body(ordered)]
    assert (result["changed"], result["endpoint"][option]) == (True, value)


def test_a_refused_replacement_says_that_the_old_one_is_gone() -> None:
    fake = FakeCloud(
        {
            LIST: [found(entry())],
            "DELETE " + OWN: [(204, None)],
            "GET " + OWN: [MISSING],
            "POST " + EPS: [(400, {"error_code": "EndPoint.2041", "error_msg": "port"})],
        }
    )
    with pytest.raises(HuaweiCloudError, match=r"was deleted to be replaced.*a free address of the subnet"):
        manage(fake, recreate=True, address="192.168.0.99")


def test_waiting_for_acceptance_is_no_success() -> None:
    fake = FakeCloud({LIST: [found(entry(status="pendingAcceptance", ip=None))]})
    fake.replies["GET " + OWN] = [one(entry(status="pendingAcceptance", ip=None))]
    with pytest.raises(HuaweiCloudError, match="it is still pendingAcceptance") as caught:
        manage(fake, wait_timeout=0.0)
    assert "Ask the owner of the service to accept" in str(caught.value.hint)
    assert ID in str(caught.value.where)


@pytest.mark.parametrize("status", ["failed", "rejected"])
def test_one_that_never_will_work_is_an_error_and_can_be_replaced_or_deleted(status: str) -> None:
    broken = entry(status=status, ip=None, error=[{"error_code": "E.1", "error_message": "no port"}])
    with pytest.raises(HuaweiCloudError, match="it is {0}: E.1: no port".format(status)):
        manage(FakeCloud({LIST: [found(broken)]}))
    fake = FakeCloud(
        {
            LIST: [found(broken)],
            "DELETE " + OWN: [(204, None)],
            "GET " + OWN: [MISSING, one(entry())],
            "POST " + EPS: [one({"id": ID})],
        }
    )
    result = manage(fake, recreate=True)
    assert (result["changed"], result["diff"]["before"]["status"]) == (True, status)
    assert fake.writes() == ["DELETE " + OWN, "POST " + EPS + body(CREATION)]
    created = FakeCloud({LIST: [found()], DESCRIBE: [service()], "POST " + EPS: [one({"id": ID})]})
    created.replies["GET " + OWN] = [one(broken)]
    with pytest.raises(HuaweiCloudError, match="it is {0}: E.1: no port".format(status)):
        manage(created)
    gone = FakeCloud({LIST: [found(broken)], "DELETE " + OWN: [(204, None)], "GET " + OWN: [MISSING]})
    assert manage(gone, state="absent")["changed"] is True


@pytest.mark.parametrize(("appears", "posts"), [(True, 1), (False, 2)])
def test_a_lost_reply_makes_no_second_endpoint(appears: bool, posts: int) -> None:
    lost = requests.exceptions.ConnectionError("reset")
    fake = FakeCloud(
        {
            LIST: [found(), found(entry()) if appears else found()],
            DESCRIBE: [service()],
            "POST " + EPS: [lost, one({"id": ID})],
            "GET " + OWN: [one(entry())],
        }
    )
    assert manage(fake)["changed"] is True
    assert len(fake.writes()) == posts


@pytest.mark.parametrize(
    ("kind", "options", "words"),
    [
        ("interface", {"subnet": None}, "needs a subnet"),
        ("interface", {"route_tables": ["t"]}, "route_tables does not apply to interface endpoints"),
        ("interface", {"policy_statement": []}, "policy_statement does not apply"),
        ("gateway", {}, "subnet does not apply to gateway endpoints"),
        ("gateway", {"subnet": None, "dns": False}, "dns does not apply"),
        ("gateway", {"subnet": None, "policy_document": {}}, "policy_document does not apply"),
        ("gateway", {"subnet": None, "whitelist": []}, "whitelist does not apply"),
        ("interface", {"policy_document": DOCUMENT}, "cannot have a policy"),
        ("interface", {"policy_document": {"a": 1}}, "not a policy"),
        ("interface", {"policy_document": {"Statement": [{"Effect": "Maybe"}]}}, "not a policy"),
        ("interface", {"policy_document": {"Statement": ["x"]}}, "a statement is a mapping"),
        ("gateway", {"subnet": None, "route_tables": []}, "it is empty"),
    ],
)
def test_options_that_do_not_fit_the_service_are_refused(kind: str, options: Any, words: str) -> None:
    fake = FakeCloud({LIST: [found()], DESCRIBE: [service(kind, policy=False)]})
    with pytest.raises(HuaweiCloudError, match=words):
        manage(fake, **options)
    assert fake.writes() == []


def test_a_gateway_is_created_with_its_tables_and_policy() -> None:
    after = gateway(policy_statement=[ALLOW], tags=[{"key": "a", "value": "1"}])
    fake = FakeCloud(
        {
            LIST: [found()],
            DESCRIBE: [service("gateway")],
            "POST " + EPS: [one({"id": ID})],
            "GET " + OWN: [one(after)],
        }
    )
    result = manage(fake, subnet=None, route_tables=["t1"], policy_statement=[ALLOW], tags={"a": 1})
    made = {
        "vpc_id": VPC,
        "endpoint_service_id": SERVICE,
        "routetables": ["t1"],
        "policy_statement": [ALLOW],
        "tags": [{"key": "a", "value": "1"}],
    }
    assert fake.writes() == ["POST " + EPS + body(made)]
    assert (result["endpoint"]["dns"], result["endpoint"]["address"]) == (False, None)


def test_one_given_by_id() -> None:
    by_id = {"service": None, "vpc": None, "subnet": None, "id": ID}
    fake = FakeCloud({"GET " + OWN: [one(entry())]})
    assert manage(fake, **by_id)["endpoint"]["service"] == "com.myhuaweicloud.cn-north-4.swr"
    with pytest.raises(HuaweiCloudError, match="it does not exist"):
        manage(FakeCloud({"GET " + OWN: [MISSING]}), **by_id)
    assert manage(FakeCloud({"GET " + OWN: [MISSING]}), state="absent", **by_id)["changed"] is False


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        ((404, {"error_code": "APIGW.0101", "error_msg": "no API"}), "VPC Endpoint in cn-north-4 does not have this"),
        ((404, None), "HTTP 404"),
        ((200, {"endpoints": [], "total_count": 3}), "the list ends after 0 of 3"),
        ((200, {"x": 1}), "not the list"),
        ((403, {"error_code": "EndPoint.0004", "error_msg": "no"}), "permission vpcep:endpoints:list"),
        (found(entry(service_type="else")), "does not match the API reference of VPC Endpoint"),
    ],
)
def test_an_answer_that_is_not_understood_is_no_absence(reply: Any, words: str) -> None:
    for state in ("present", "absent"):
        fake = FakeCloud({LIST: [reply]})
        with pytest.raises(HuaweiCloudError, match=words):
            manage(fake, state=state)
        assert fake.writes() == []


def test_frozen_and_disabled_ones_are_told_of() -> None:
    fake = FakeCloud({LIST: [found(entry(active_status=["frozen"], enable_status="disable"))]})
    warnings = manage(fake)["warnings"]
    assert len(warnings) == 2
    assert "frozen" in warnings[0]


@pytest.mark.parametrize(
    ("enabled", "listed", "shown"),
    [(True, ["b", "a"], ["a", "b"]), (True, [], None), (False, ["a"], []), (False, [], [])],
)
def test_who_a_white_list_lets_in(enabled: bool, listed: List[str], shown: Optional[List[str]]) -> None:
    fake = FakeCloud({LIST: [found(entry(enable_whitelist=enabled, whitelist=listed))]})
    assert manage(fake, check_mode=True, whitelist=[])["changed"] is (shown != [])
    with fake:
        assert list_endpoints(fake.cloud(KEYS), VPC)[0]["whitelist"] == shown


def test_endpoints_are_listed() -> None:
    every = "GET {0}?limit=1000&offset=0".format(EPS)
    fake = FakeCloud({every: [found(entry(), gateway(id="g", endpoint_service_name="obs"))]})
    with fake:
        assert [one["service"] for one in list_endpoints(fake.cloud(KEYS))] == [
            "com.myhuaweicloud.cn-north-4.swr",
            "obs",
        ]
        assert [one["id"] for one in list_endpoints(fake.cloud(KEYS), service="obs")] == ["g"]
