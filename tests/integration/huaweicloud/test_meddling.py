# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each module is disturbed at each of its requests: replies are lost or distorted, others do the same or undo it at
that moment, and runs are killed.

The next run completes it, nothing is made twice, and a third run changes nothing.
"""

from __future__ import annotations

import copy
import re
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import SERVICES
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, USERS
from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.support.modules import run_module

Options = Dict[str, Any]
REPOSITORY = {"organization": "team", "repository": "app"}
PLACE = {"vpc": "shop", "subnet": "nodes"}
SWR, OBS = "com.myhuaweicloud.cn-north-4.swr", "com.myhuaweicloud.cn-north-4.obs"
APP = ("repository", {"organization": "team", "name": "app"})
GATEWAY = ("nat_gateway", {"name": "internet", **PLACE, "spec": "small", "charge_mode": "postpaid"})
EIP = ("eip", {"name": "outside", "charge_mode": "traffic", "bandwidth_size": 5})
RETAINED = ("retention_policy", {**REPOSITORY, "days": 30})
WORKLOAD = {"namespace": "shop", "workload_type": "deployments", "workload_name": "cart"}

LINE = {"scenario": "private_line", "charge_mode": "postpaid", "dns_endpoint": True, "obs_service": OBS}
BILLED = {"charge_mode": "postpaid", "eip_charge_mode": "traffic", "eip_bandwidth_size": 5}
NAT = {"scenario": "public_nat", "nat_gateway": "internet", "eip": "outside", **BILLED}


class Case(NamedTuple):
    """
    :ivar change: the options that differ when it is changed.
    :ivar info: the module that lists such objects, with its options.
    :ivar needs: modules that are run before.
    """

    module: str
    options: Options
    change: Options
    info: Tuple[str, Options]
    needs: Any = ()


CASES = {
    "organization": Case("organization", {"name": "dev"}, {}, ("organization_info", {})),
    "repository": Case(*APP, {"category": "linux", "description": "new"}, ("repository_info", {})),
    "permissions": Case(
        "permissions",
        {"organization": "team", "users": [{"user_name": "alice", "permission": "read"}]},
        {"users": [{"user_name": "alice", "permission": "write"}, {"user_id": "u2", "permission": "read"}]},
        ("permissions_info", {"organization": "team"}),
    ),
    "sharing": Case(
        "repository_sharing",
        {**REPOSITORY, "account": "partner"},
        {"description": "new"},
        ("repository_sharing_info", REPOSITORY),
        [APP],
    ),
    "retention": Case(*RETAINED, {"days": 60}, ("retention_policy_info", REPOSITORY), [APP]),
    "sync": Case(
        "region_sync",
        {**REPOSITORY, "target_region": "cn-east-3", "target_organization": "east"},
        {"override": True},
        ("region_sync_info", REPOSITORY),
        [APP],
    ),
    "trigger": Case(
        "trigger",
        {**REPOSITORY, **WORKLOAD, "name": "rollout", "cluster_id": "c1", "cluster_name": "production"},
        {"enabled": False},
        ("trigger_info", REPOSITORY),
        [APP],
    ),
    "vpc": Case(
        "vpc",
        {"name": "new", "cidr": "10.1.0.0/16", "tags": {"a": "1"}},
        {"description": "new", "tags": {"b": "2"}},
        ("vpc_info", {}),
    ),
    "subnet": Case(
        "vpc_subnet",
        {"vpc": "shop", "name": "more", "cidr": "192.168.7.0/24"},
        {"description": "new", "tags": {"a": "1"}},
        ("vpc_subnet_info", {"vpc": "shop"}),
    ),
    "endpoint": Case(
        "vpc_endpoint",
        {"service": SWR, **PLACE},
        {"whitelist": ["10.0.0.0/8"], "tags": {"a": "1"}},
        ("vpc_endpoint_info", {}),
    ),
    "obs endpoint": Case(
        "vpc_endpoint", {"service": OBS, "vpc": "shop"}, {"route_tables": ["one"]}, ("vpc_endpoint_info", {})
    ),
    "gateway": Case(*GATEWAY, {"description": "new", "tags": {"a": "1"}}, ("nat_gateway_info", {})),
    "rule": Case(
        "snat_rule",
        {"nat_gateway": "internet", "subnet": "nodes", "eips": ["outside"]},
        {"description": "new"},
        ("snat_rule_info", {}),
        [GATEWAY, EIP],
    ),
    "eip": Case(*EIP, {"description": "new", "bandwidth_size": 6, "tags": {"a": "1"}}, ("eip_info", {})),
    "bound eip": Case(
        "eip", {**EIP[1], "server_address": "192.168.0.7", **PLACE}, {"name": "outside"}, ("eip_info", {})
    ),
    "private line": Case("network_scenario", {**LINE, **PLACE}, {}, ("vpc_endpoint_info", {})),
    "subnets behind a gateway": Case("network_scenario", {**NAT, **PLACE}, {}, ("eip_info", {})),
}
WAITING = {"network_scenario", "vpc", "vpc_subnet", "vpc_endpoint", "nat_gateway", "snat_rule", "eip"}
CHANGING = sorted(name for name, case in CASES.items() if case.change and name != "bound eip")
OWN = re.compile(r"(?:^|_)(?:id|ids|address|created|updated)$")


class Region:
    """A cloud, and the modules that are run against it."""

    def __init__(self, cloud: Any) -> None:
        self.cloud = cloud
        cloud.vpcs.port(cloud.vpcs.subnet(cloud.vpcs.vpc("shop"), "nodes"), "192.168.0.7")

    def run(self, module: str, options: Options, check_mode: bool = False) -> Dict[str, Any]:
        usual = {**KEYS, "region": "cn-north-4", "endpoints": dict.fromkeys(SERVICES, self.cloud.url), "timeout": 5}
        if module in WAITING:
            usual["wait_timeout"] = 0.05
        return run_module(module, {**usual, **options}, check_mode)

    def must(self, module: str, options: Options) -> bool:
        """Whether a run that must succeed changed something."""
        result = self.run(module, options)
        assert "failed" not in result, (module, options, result["msg"])
        return bool(result["changed"])

    def objects(self, case: Case) -> Any:
        """What there is, without what differs from run to run."""
        result = self.run(*case.info)
        return common_part({name: item for name, item in result.items() if name not in ("invocation", "warnings")})


def common_part(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: common_part(item) for name, item in value.items() if not OWN.search(name) or name == "user_id"}
    if isinstance(value, str):
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", value)
    return [common_part(item) for item in value] if isinstance(value, list) else value


class Killed(BaseException):
    """The run ends here."""


class Meddler:
    """Does something at one request of a module.

    :ivar methods: those of the requests so far.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._number = -1
        self.methods: List[str] = []
        self._before: Callable[[], Any] = lambda: None
        self._after: Callable[[], Any] = lambda: None
        original, own = ApiClient.call, self

        def call(client: Any, method: str, *request: Any, **more: Any) -> Any:
            own.methods.append(method)
            if len(own.methods) - 1 != own._number:
                return original(client, method, *request, **more)
            own._number = -1
            own._before()
            reply = original(client, method, *request, **more)
            own._after()
            return reply

        monkeypatch.setattr(ApiClient, "call", call)

    def at(
        self,
        number: int,
        before: Callable[[], Any] = lambda: None,
        after: Callable[[], Any] = lambda: None,
    ) -> None:
        """
        :param number: of the request, from 0; -1 for none.
        """
        self._number, self.methods, self._before, self._after = number, [], before, after


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda _attempt: 0.0))


@pytest.fixture(name="meddler")
def a_meddler(monkeypatch: pytest.MonkeyPatch) -> Meddler:
    return Meddler(monkeypatch)


@pytest.fixture(name="region")
def a_region(sandbox_cloud: Callable[..., Any]) -> Callable[..., Region]:
    def make(case: Case, exists: bool = False) -> Region:
        region = Region(sandbox_cloud(organizations=["team"], users=USERS, steps=0))
        for module, options in case.needs:
            region.must(module, options)
        if exists:
            region.must(case.module, case.options)
        return region

    return make


def work_of(name: str, kind: str) -> Tuple[Case, Options, bool]:
    """A case, the options of the work, and whether the object exists before."""
    case = CASES[name]
    if kind == "create":
        return case, case.options, False
    return case, {**case.options, **case.change}, True


def requests_of(region: Callable[..., Region], meddler: Meddler, name: str, kind: str) -> Tuple[List[str], Any]:
    """The methods of the requests that the work takes undisturbed, and what there is then."""
    case, options, exists = work_of(name, kind)
    clean = region(case, exists)
    meddler.at(-1)
    assert clean.must(case.module, options) is True
    return list(meddler.methods), clean.objects(case)


def writes_of(region: Callable[..., Region], meddler: Meddler, name: str, kind: str) -> Tuple[List[int], Any]:
    """The numbers of those that change something, and what there is then."""
    methods, expected = requests_of(region, meddler, name, kind)
    return [number for number, method in enumerate(methods) if method != "GET"], expected


WORK = [(name, "create") for name in sorted(CASES)] + [(name, "change") for name in CHANGING]
each_work = pytest.mark.parametrize(("name", "kind"), WORK, ids=["{0}, {1}".format(*work) for work in WORK])


@each_work
def test_a_killed_run_is_completed_by_the_next_one(
    region: Callable[..., Region], meddler: Meddler, name: str, kind: str
) -> None:
    writes, expected = writes_of(region, meddler, name, kind)
    case, options, exists = work_of(name, kind)

    def kill() -> None:
        raise Killed

    for number in writes:
        for moment in ("before", "after"):
            there = region(case, exists)
            meddler.at(number, **{moment: kill})
            with pytest.raises(Killed):
                there.run(case.module, options)
            there.must(case.module, options)
            assert there.must(case.module, options) is False
            assert there.objects(case) == expected


LOST = {"cut": {"action": "drop_after_work"}, "gateway": {"action": "status_after", "status": 502, "html": True}}


@pytest.mark.parametrize("fault", list(LOST.values()), ids=list(LOST))
@each_work
def test_a_lost_reply_is_no_failure(
    region: Callable[..., Region], meddler: Meddler, name: str, kind: str, fault: Dict[str, Any]
) -> None:
    writes, expected = writes_of(region, meddler, name, kind)
    case, options, exists = work_of(name, kind)
    for number in writes:
        there = region(case, exists)
        meddler.at(number, lambda there=there: there.cloud.faults.add(Fault(**fault, times=1)))
        assert there.must(case.module, options) is True
        assert there.must(case.module, options) is False
        assert there.objects(case) == expected


@each_work
def test_another_run_does_the_same_at_that_moment(
    region: Callable[..., Region], meddler: Meddler, name: str, kind: str
) -> None:
    writes, expected = writes_of(region, meddler, name, kind)
    case, options, exists = work_of(name, kind)
    for number in writes:
        there = region(case, exists)
        meddler.at(number, lambda there=there: there.must(case.module, options))
        result = there.run(case.module, options)
        if "and another one" in result.get("msg", ""):
            # Such objects have no unique name: both are named, for one of them to be deleted.
            continue
        if "the port has an EIP already" not in result.get("msg", ""):
            assert "failed" not in result, (number, result["msg"])
        assert there.must(case.module, options) is False
        assert there.objects(case) == expected


@pytest.mark.parametrize("name", ["organization", "retention", "sync", "subnet", "endpoint", "rule", "eip"])
def test_another_run_deletes_it_at_that_moment(region: Callable[..., Region], meddler: Meddler, name: str) -> None:
    kind = "change" if name in CHANGING else "create"
    methods, expected = requests_of(region, meddler, name, kind)
    case, options, exists = work_of(name, kind)
    gone = {**case.options, "state": "absent"}
    for number in range(len(methods)):
        there = region(case, exists)
        meddler.at(number, lambda there=there: there.must(case.module, gone))
        there.run(case.module, options)
        there.must(case.module, options)
        assert there.must(case.module, options) is False
        assert there.objects(case) == expected


# Of the many ways to distort a reply: each part of it in turn is null or of another type.
OTHERS: Tuple[Any, ...] = (None, 7, "text", [7], {})
# An empty list may be null, as Go encodes it, and these may be missing.
MAY_BE_NULL = {
    *("description", "category", "whitelist", "enable_whitelist", "dnsList", "primary_dns", "tags", "container"),
    *("cluster_id", "cluster_name"),
}


def places(value: Any, place: Tuple[Any, ...] = ()) -> Iterator[Tuple[Any, ...]]:
    yield place
    for name in value if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ():
        yield from places(value[name], (*place, name))


def part(value: Any, place: Tuple[Any, ...]) -> Any:
    for name in place:
        value = value[name]
    return value


def distorted(value: Any, place: Tuple[Any, ...], new: Any) -> Any:
    """A copy with another value at a place."""
    value = copy.deepcopy(value)
    if not place:
        return new
    inner = value
    for name in place[:-1]:
        inner = inner[name]
    inner[place[-1]] = new
    return value


# The private line takes dozens of replies, all of which other cases have.
@pytest.mark.parametrize("name", sorted(set(CASES) - {"private line"}))
def test_a_distorted_reply_is_told_and_makes_no_second_object(
    region: Callable[..., Region], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    case = CASES[name]
    there = region(case, exists=True)
    original = ApiClient.call
    replies: List[Any] = []
    plan: Dict[int, Any] = {}

    def call(client: Any, method: str, *request: Any, **more: Any) -> Any:
        if method != "GET":
            raise AssertionError("{0} {1} on a reply that was distorted: {2}".format(method, request[0], plan))
        reply = original(client, method, *request, **more)
        replies.append(reply.data)
        change = plan.get(len(replies) - 1)
        return reply if change is None else reply._replace(data=distorted(reply.data, *change))

    monkeypatch.setattr(ApiClient, "call", call)
    assert there.must(case.module, case.options) is False
    for number, data in enumerate(list(replies)):
        for turn, place in enumerate(places(data)):
            new = OTHERS[turn % len(OTHERS)]
            if type(new) is type(part(data, place)) or (new is None and (not place or place[-1] in MAY_BE_NULL)):
                continue
            replies.clear()
            plan.clear()
            plan[number] = (place, new)
            there.run(case.module, case.options)


@pytest.mark.parametrize(
    ("name", "path", "body"),
    [
        ("gateway", "/subnets", {"subnets": [{"id": "", "vpc_id": "x", "name": "nodes"}]}),
        ("gateway", "/vpcs", {"vpcs": [{"id": "", "name": "shop"}]}),
        ("eip", "/publicips", {"publicips": [{"id": "", "alias": "outside", "status": "DOWN"}]}),
    ],
)
def test_an_empty_id_is_none(region: Callable[..., Region], name: str, path: str, body: Any) -> None:
    case = CASES[name]
    there = region(case)
    there.cloud.faults.add(Fault(action="status", status=200, body=body, path=path + r"\?"))
    assert "an ID is empty" in there.run(case.module, case.options)["msg"]
    assert there.cloud.made("POST") == []


@pytest.mark.parametrize("error", [7, "text", [7], [{"bind_failed": 7}], [{"unbind_failed": ["x"]}]])
def test_a_report_about_route_tables_that_is_not_understood_is_told(region: Callable[..., Region], error: Any) -> None:
    case = CASES["obs endpoint"]
    there = region(case, exists=True)
    there.cloud.faults.add(Fault(action="status_after", status=200, body={"error": error}, path="/routetables"))
    assert "does not match the API reference" in there.run(case.module, {**case.options, **case.change})["msg"]
