# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests an elastic IP takes, and what each answer means."""

from __future__ import annotations

import json
from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.eip import (  # noqa: E402
    is_free,
    list_eips,
    manage_eip,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
)

KEYS = Credentials("AK", "secret-of-the-key", region="cn-north-4", project_id="pid")
ID, OTHER, PORT, BAND = ("{0}0000000-0000-0000-0000-000000000000".format(digit) for digit in "1234")
MANY = "VPC/v3/pid/eip/publicips"
OWN = "{0}/{1}".format(MANY, ID)
GET = "GET " + OWN
NAMED = "GET {0}?alias=internet&limit=500".format(MANY)
ALL = "GET {0}?limit=500".format(MANY)
FREE = "GET {0}?status=DOWN&limit=500".format(MANY)
POST = "POST VPC/v1/pid/publicips"
DELETE = "DELETE VPC/v1/pid/publicips/" + ID
BIND, UNBIND = "POST {0}/associate-instance".format(OWN), "POST {0}/disassociate-instance".format(OWN)
EXISTING: Dict[str, Any] = {"name": "internet", "type": "5_bgp", "state": "present", "wait_timeout": 60.0}
NEW = {**EXISTING, "charge_mode": "traffic", "bandwidth_size": 5}
BOUND = {
    "status": "ACTIVE",
    "associate_instance_type": "PORT",
    "associate_instance_id": PORT,
    "vnic": {"port_id": PORT},
}


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)


def eip(**fields: Any) -> Dict[str, Any]:
    usual = {"id": ID, "alias": "internet", "public_ip_address": "203.0.113.10", "status": "DOWN", "vnic": None}
    bandwidth = {"id": BAND, "size": 5, "share_type": "PER", "charge_mode": "traffic"}
    return {**usual, "description": "", "bandwidth": bandwidth, "associate_instance_type": None, **fields}


def found(*entries: Any) -> Any:
    return 200, {"publicips": list(entries)}


def one(**fields: Any) -> Any:
    return 200, {"publicip": eip(**fields)}


def manage(fake: FakeCloud, options: Any, check_mode: bool = False) -> Dict[str, Any]:
    with fake:
        return manage_eip(fake.cloud(KEYS), options, check_mode)


CREATION = {
    "publicip": {"type": "5_bgp", "alias": "internet"},
    "bandwidth": {"share_type": "PER", "name": "internet", "size": 5, "charge_mode": "traffic"},
}


def test_it_is_allocated_and_then_bound_and_only_a_read_that_shows_it_counts() -> None:
    # The API agrees, and goes on saying that it is free, or active without a port.
    steps = [{"status": "PENDING_CREATE"}, {}, {}, {"status": "BINDING"}, {"status": "ACTIVE"}, BOUND]
    fake = FakeCloud(
        {
            NAMED: [found()],
            ALL: [found()],
            POST: [(200, {"publicip": {"id": ID, "status": "PENDING_CREATE"}})],
            GET: [one(**step) for step in steps],
            BIND: [(202, {"publicip": eip()})],
        }
    )
    options = {**NEW, "port_id": PORT}
    forecast = manage(fake, options, check_mode=True)
    assert (forecast["changed"], fake.calls) == (True, [NAMED, ALL])
    result = manage(fake, options)
    bind = {"publicip": {"associate_instance_type": "PORT", "associate_instance_id": PORT}}
    created = [NAMED, ALL, POST + body(CREATION), NAMED]
    assert fake.calls[2:] == [*created, GET, GET, BIND + body(bind), *[GET] * 4]
    assert (result["diff"], result["eip"]["status"]) == (forecast["diff"], "bound")
    again = FakeCloud({NAMED: [found(eip(**BOUND))]})
    assert (manage(again, options)["changed"], again.calls) == (False, [NAMED])


def test_a_run_that_stopped_between_allocation_and_binding_is_completed() -> None:
    fake = FakeCloud({NAMED: [found(eip())], ALL: [found(eip())], BIND: [(202, {})], GET: [one(**BOUND)]})
    assert manage(fake, {**NEW, "port_id": PORT})["changed"] is True
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("there", [(), (eip(),)])
def test_nothing_is_paid_for_that_the_port_cannot_have(there: Any) -> None:
    theirs = eip(id=OTHER, alias="theirs", public_ip_address="203.0.113.9", **BOUND)
    fake = FakeCloud({NAMED: [found(*there)], ALL: [found(*there, theirs)]})
    for check_mode in (True, False):
        with pytest.raises(HuaweiCloudError, match=r"the port has an EIP already: 203\.0\.113\.9"):
            manage(fake, {**NEW, "port_id": PORT}, check_mode)
    assert fake.writes() == []


def test_two_runs_that_allocate_at_once_are_told() -> None:
    fake = FakeCloud({NAMED: [found(), found(eip(), eip(id=OTHER))], POST: [(200, {"publicip": {"id": ID}})]})
    with pytest.raises(HuaweiCloudError, match="this run created {0}, and another one {1}".format(ID, OTHER)):
        manage(fake, NEW)
    assert len(fake.writes()) == 1


def test_one_that_vanishes_after_its_creation_is_told() -> None:
    gone = (404, {"error_code": "VPC.0504", "error_msg": "not found"})
    fake = FakeCloud({NAMED: [found()], POST: [(200, {"publicip": {"id": ID}})], GET: [gone]})
    with pytest.raises(HuaweiCloudError, match="it is not visible"):
        manage(fake, NEW)
    assert len(fake.writes()) == 1


@pytest.mark.parametrize("left_out", ["charge_mode", "bandwidth_size"])
def test_nothing_that_costs_money_is_allocated_unless_it_is_asked_for(left_out: str) -> None:
    fake = FakeCloud({NAMED: [found()]})
    with pytest.raises(HuaweiCloudError, match="costs money, and needs " + left_out):
        manage(fake, {**NEW, left_out: None})
    assert fake.writes() == []


def test_a_shared_bandwidth_and_an_enterprise_project() -> None:
    fake = FakeCloud({NAMED: [found()], POST: [(200, {"publicip": {"id": ID}})]})
    shared = {"id": BAND, "size": 100, "share_type": "WHOLE", "charge_mode": "bandwidth"}
    fake.replies[GET] = [one(bandwidth=shared, enterprise_project_id="e1")]
    options = {**EXISTING, "bandwidth_id": BAND, "enterprise_project_id": "e1"}
    assert manage(fake, options)["eip"]["shared"] is True
    sent = {
        "publicip": CREATION["publicip"],
        "bandwidth": {"share_type": "WHOLE", "id": BAND},
        "enterprise_project_id": "e1",
    }
    assert fake.writes() == [POST + body(sent)]
    with pytest.raises(HuaweiCloudError, match="a size and a charge mode of its own"):
        manage(FakeCloud({NAMED: [found()]}), {**NEW, "bandwidth_id": BAND})
    with pytest.raises(HuaweiCloudError, match="bandwidth_size cannot be changed"):
        manage(FakeCloud({NAMED: [found(eip(bandwidth=shared))]}), {**EXISTING, "bandwidth_size": 9})


@pytest.mark.parametrize(
    ("fields", "free"),
    [
        ({}, True),
        ({"status": "ACTIVE"}, False),
        ({"status": "FREEZED"}, False),
        ({"vnic": {"port_id": PORT}}, False),
        # One behind a rule of a NAT gateway may have no port.
        ({"associate_instance_type": "NATGW"}, False),
        ({"associate_instance_id": "x"}, False),
    ],
)
def test_what_is_free(fields: Any, free: bool) -> None:
    assert is_free(eip(**fields)) is free


def test_a_free_one_without_a_name_is_taken_and_named() -> None:
    taken = [eip(id="a", alias="", vnic={"port_id": PORT}), eip(id="b", alias="theirs")]
    fake = FakeCloud(
        {
            NAMED: [found()],
            FREE: [found(*taken, eip(alias=""))],
            "PUT " + OWN: [(200, {})],
            GET: [one()],
        }
    )
    assert manage(fake, {**NEW, "reuse": True})["changed"] is True
    assert fake.writes() == ["PUT " + OWN + body({"publicip": {"alias": "internet"}})]
    none = FakeCloud({NAMED: [found()], FREE: [found(*taken)], POST: [(200, {"publicip": {"id": ID}})], GET: [one()]})
    assert manage(none, {**NEW, "reuse": True})["changed"] is True
    assert none.writes() == [POST + body(CREATION)]


CHANGES: List[Any] = [
    ({"description": "new"}, {"description": "new"}, "PUT " + OWN + body({"publicip": {"description": "new"}})),
    (
        {"bandwidth_size": 9},
        {"bandwidth": {"id": BAND, "size": 9, "share_type": "PER", "charge_mode": "traffic"}},
        "PUT VPC/v1/pid/bandwidths/" + BAND + body({"bandwidth": {"size": 9, "charge_mode": "traffic"}}),
    ),
    (
        {"charge_mode": "bandwidth"},
        {"bandwidth": {"id": BAND, "size": 5, "share_type": "PER", "charge_mode": "bandwidth"}},
        "PUT VPC/v1/pid/bandwidths/" + BAND + body({"bandwidth": {"size": 5, "charge_mode": "bandwidth"}}),
    ),
]


@pytest.mark.parametrize(("option", "after", "call"), CHANGES, ids=lambda item: "".join(list(item)[:1])[:12])
def test_each_field_is_changed_with_one_call_that_does_not_unbind(option: Any, after: Any, call: str) -> None:
    options = {**EXISTING, **option}
    start = {**BOUND}
    fake = FakeCloud({NAMED: [found(eip(**start)), found(eip(**start, **after))], GET: [one(**start, **after)]})
    fake.replies[call.partition(" {")[0]] = [(200, {})]
    assert manage(fake, options)["changed"] is True
    assert fake.writes() == [call]
    assert manage(fake, options)["changed"] is False


@pytest.mark.parametrize("reply", [(202, {}), (409, {"error_code": "EIP.7902", "error_msg": "not bound"})])
def test_it_is_unbound_and_waited_for(reply: Any) -> None:
    options = {**EXISTING, "port_id": ""}
    fake = FakeCloud({NAMED: [found(eip(**BOUND)), found(eip())], UNBIND: [reply], GET: [one(**BOUND), one(), one()]})
    assert manage(fake, options)["eip"]["status"] == "free"
    assert fake.writes() == [UNBIND]
    assert manage(fake, options)["changed"] is False


@pytest.mark.parametrize(
    ("fields", "port"),
    [
        (BOUND, OTHER),
        ({"status": "ACTIVE", "associate_instance_type": "NATGW", "associate_instance_id": "gw"}, PORT),
        ({"status": "ACTIVE", "associate_instance_type": "NATGW", "associate_instance_id": "gw"}, ""),
    ],
)
def test_one_that_others_use_is_not_taken_away_from_them(fields: Any, port: str) -> None:
    fake = FakeCloud({NAMED: [found(eip(**fields))]})
    with pytest.raises(HuaweiCloudError, match=r"it is bound to (PORT|NATGW)"):
        manage(fake, {**EXISTING, "port_id": port})
    assert fake.writes() == []


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        (BOUND, "it is in use, bound to PORT"),
        ({"status": "ACTIVE", "associate_instance_type": "NATGW"}, "bound to NATGW"),
        ({"billing_info": "order"}, "billed yearly or monthly"),
    ],
)
def test_one_that_is_in_use_or_prepaid_is_not_released(fields: Any, words: str) -> None:
    fake = FakeCloud({NAMED: [found(eip(**fields))]})
    with pytest.raises(HuaweiCloudError, match=words):
        manage(fake, {**EXISTING, "state": "absent"})
    assert fake.writes() == []


@pytest.mark.parametrize("gone", [(404, {"code": "VPC.0504", "message": "x"}), (500, {"code": "VPC.0504"})])
def test_a_free_one_is_released_once(gone: Any) -> None:
    options = {**EXISTING, "state": "absent"}
    fake = FakeCloud({NAMED: [found(eip()), found()], DELETE: [(204, None)], GET: [one(status="PENDING_DELETE"), gone]})
    assert manage(fake, options)["changed"] is True
    assert fake.writes() == [DELETE]
    assert manage(fake, options)["changed"] is False


def test_one_is_found_by_address_or_id_and_never_allocated_for_that() -> None:
    by_address = "GET {0}?public_ip_address=203.0.113.10&limit=500".format(MANY)
    options = {**EXISTING, "name": None}
    fake = FakeCloud({by_address: [found(eip()), found()], GET: [(404, {"error_code": "EIP.7911", "error_msg": "x"})]})
    assert manage(fake, {**options, "address": "203.0.113.10"})["changed"] is False
    for place in ({"address": "203.0.113.10"}, {"id": ID}):
        with pytest.raises(HuaweiCloudError, match="it does not exist"):
            manage(fake, {**NEW, "name": None, **place})
        assert manage(fake, {**options, **place, "state": "absent"})["changed"] is False


@pytest.mark.parametrize("status", ["ERROR", "BIND_ERROR", "FREEZED"])
def test_one_that_does_not_work_is_no_success(status: str) -> None:
    with pytest.raises(HuaweiCloudError, match="it is " + status):
        manage(FakeCloud({NAMED: [found(eip(status=status))]}), EXISTING)


def test_a_balance_that_is_used_up_is_named() -> None:
    fake = FakeCloud({NAMED: [found()], POST: [(403, {"code": "VPC.2701", "message": "no"})]})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(fake, NEW)
    # The code is also that of a missing permission.
    assert "Grant the user the IAM permission vpc:publicIps:create" in str(caught.value)
    assert "check the account's balance" in str(caught.value)


@pytest.mark.parametrize(("appears", "posts"), [(True, 1), (False, 2)])
def test_a_lost_reply_allocates_no_second_one(appears: bool, posts: int) -> None:
    lost = requests.exceptions.ConnectionError("reset")
    fake = FakeCloud({NAMED: [found(), found(eip()) if appears else found()], GET: [one()]})
    fake.replies[POST] = [lost, (200, {"publicip": {"id": ID}})]
    assert manage(fake, NEW)["changed"] is True
    assert len(fake.writes()) == posts


def test_lists() -> None:
    fake = FakeCloud({"GET {0}?limit=500".format(MANY): [found(eip(), eip(id=OTHER, alias="x", **BOUND))]})
    with fake:
        assert [entry["status"] for entry in list_eips(fake.cloud(KEYS))] == ["free", "bound"]
        assert [entry["id"] for entry in list_eips(fake.cloud(KEYS), "x")] == [OTHER]


def test_a_server_is_found_by_its_address() -> None:
    ports = "GET VPC/v1/pid/ports?fixed_ips=ip_address%3D10.0.0.7&network_id={0}&limit=500".format(OTHER)
    options = {**EXISTING, "server_address": "10.0.0.7", "vpc": BAND, "subnet": OTHER}
    port = {"id": PORT, "fixed_ips": [{"ip_address": "10.0.0.7"}]}
    fake = FakeCloud({NAMED: [found(eip())], ALL: [found()], BIND: [(202, {})], GET: [one(**BOUND)]})
    fake.replies[ports] = [(200, {"ports": [port, {"id": "x", "fixed_ips": [{"ip_address": "10.0.0.70"}]}]})]
    assert manage(fake, options)["eip"]["port_id"] == PORT
    assert fake.calls[:2] == [NAMED, ports]
    fake = FakeCloud({NAMED: [found(eip())], ports: [(200, {"ports": []})]})
    with pytest.raises(HuaweiCloudError, match="nothing in the subnet has the address"):
        manage(fake, options)
    assert fake.writes() == []
