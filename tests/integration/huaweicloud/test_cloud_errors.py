# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told of each thing that goes wrong between a module and the cloud."""

from __future__ import annotations

import time
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network import common
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.sandbox import Fault, images
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import BOTH, Account, RefusedError
from ansible_collections.longshore.swr.tests.support.modules import run_module

THROTTLED = {"errors": [{"errorCode": "SVCSTG.SWR.4031032", "errorMessage": "Too many requests"}]}


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda _attempt: 0.0))


def organization(world: World, name: str = "dev", **options: Any) -> Dict[str, Any]:
    return world.module("organization", name=name, **options)


def test_an_organization_is_created_and_deleted_with_a_key(world: World) -> None:
    assert organization(world, check_mode=True)["changed"] is True
    assert world.swr.organizations == {"team"}
    done = organization(world)
    assert (done["changed"], done["organization"]["creator"]) == (True, "operator")
    assert world.swr.organizations == {"dev", "team"}
    assert organization(world)["changed"] is False
    assert world.module("organization_info", name="dev")["organizations"] == [done["organization"]]
    assert organization(world, state="absent")["changed"] is True
    assert organization(world, state="absent")["changed"] is False
    assert world.cloud.made() == [
        ("POST", "/v2/manage/namespaces", {"namespace": "dev"}),
        ("DELETE", "/v2/manage/namespaces/dev", None),
    ]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"name": "theirs"}, "this one belongs to another account"),
        ({"secret_key": "a-wrong-secret-key"}, "verify aksk signature fail"),
        ({"access_key": "UNKNOWN"}, "unknown access key"),
        ({"ca_path": None}, "TLS failed"),
        ({"name": "Dev"}, "invalid organization name"),
        ({"endpoints": {"swrr": "https://x.example"}}, "unknown service swrr"),
    ],
)
def test_what_is_wrong_with_the_options_is_named(world: World, options: Any, words: str) -> None:
    result = organization(world, **options)
    assert words in result["msg"]
    assert world.swr.organizations == {"team"}


def test_the_quota_is_named(world: World) -> None:
    world.swr.organizations.update("abcd")
    assert "quota of organizations is used up" in organization(world)["msg"]


def test_one_with_repositories_stays(world: World) -> None:
    world.swr.load(images.docker_image("app"), "team/deep/app", "1")
    assert "is not empty (deep/app)" in organization(world, name="team", state="absent")["msg"]
    assert world.cloud.made() == []


@pytest.mark.parametrize(("ahead", "words"), [(1800, "30 minutes behind"), (-1800, "30 minutes ahead of")])
def test_a_clock_that_is_wrong_is_told_from_a_key_that_is(
    sandbox_cloud: Callable[..., Any], ahead: int, words: str
) -> None:
    cloud = sandbox_cloud(clock=lambda: time.time() + ahead)
    options = {**KEYS, "region": "cn-north-4", "endpoint": cloud.url, "name": "dev"}
    assert words + " the server's" in run_module("organization", options)["msg"]


def test_temporary_keys_may_have_expired(sandbox_cloud: Callable[..., Any]) -> None:
    cloud = sandbox_cloud(accounts=[Account("AKT", "secret-of-akt", security_token="the-new-token")])
    options = {"access_key": "AKT", "secret_key": "secret-of-akt", "security_token": "the-old-token", "name": "dev"}
    result = run_module("organization", {**options, "region": "cn-north-4", "endpoint": cloud.url})
    assert "Get new temporary keys" in result["msg"]
    assert "the-old-token" not in str(result)


def test_a_missing_permission_is_named_with_its_resource_and_without_what_only_some_may_see(world: World) -> None:
    world.cloud.refuse_next(RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden", BOTH))
    result = world.module("repository", organization="team", name="app")
    assert "the IAM permission swr:repo:getRepo for the repository team/app" in result["msg"]
    world.cloud.faults.add(
        Fault(action="status", status=403, body='{"errors": [{"encoded_authorization_message": "CiQxZjU4ZW5jb2Rl')
    )
    assert "CiQxZjU4" not in str(world.module("repository", organization="team", name="app"))


def test_a_region_without_the_function_is_told_from_something_that_does_not_exist(world: World) -> None:
    world.cloud.refuse_next(RefusedError(404, "APIGW.0101", "The API does not exist"), times=9)
    for state in ("present", "absent"):
        result = world.module("repository", organization="team", name="app", state=state)
        assert "SWR in cn-north-4 does not have this API" in result["msg"]


def test_a_throttle_in_the_middle_is_waited_for(world: World) -> None:
    world.cloud.faults.add(Fault(action="status", status=403, body=THROTTLED, method="POST", times=2))
    assert organization(world)["changed"] is True
    assert world.cloud.log.count(method="POST") == 3
    world.cloud.faults.add(Fault(action="status", status=403, body=THROTTLED))
    assert "limits how often" in organization(world)["msg"]


@pytest.mark.parametrize(("action", "posts"), [("drop_after_work", 1), ("drop", 2)])
def test_a_reply_that_is_lost_is_looked_into(world: World, action: str, posts: int) -> None:
    world.cloud.faults.add(Fault(action=action, method="POST", times=1))
    assert organization(world)["changed"] is True
    assert world.swr.organizations == {"dev", "team"}
    assert world.cloud.log.count(method="POST") == posts


def test_a_deletion_whose_reply_is_lost_is_made(world: World) -> None:
    world.cloud.faults.add(Fault(action="drop_after_work", method="DELETE", times=1))
    assert organization(world, name="team", state="absent")["changed"] is True
    assert world.swr.organizations == set()


def test_a_user_who_cannot_be_looked_up_must_be_given_whole(sandbox_cloud: Callable[..., Any]) -> None:
    account = Account(*KEYS.values(), looks_up_users=False)
    cloud = sandbox_cloud(accounts=[account], organizations=["team"], users={"u1": "alice"})
    options = {
        **KEYS,
        "region": "cn-north-4",
        "endpoints": {"swr": cloud.url, "iam": cloud.url},
        "organization": "team",
    }
    alice = {"user_name": "alice", "permission": "write"}
    assert "Give both user_id and user_name" in run_module("permissions", {**options, "users": [alice]})["msg"]
    assert run_module("permissions", {**options, "users": [{**alice, "user_id": "u1"}]})["changed"] is True


def test_a_lasting_credential_of_an_instance_is_a_change_and_nothing_else_is(world: World) -> None:
    options = {"kind": "instance_long_term", "instance": "shop", "credential_name": "builder"}
    forecast = world.module("login_token", check_mode=True, **options)
    assert (forecast["changed"], "password" in forecast, world.cloud.made()) == (True, False, [])
    made = world.module("login_token", **options)
    assert (made["changed"], made["username"]) == (True, "lt-builder")
    assert world.module("login_token", kind="instance", instance="shop")["changed"] is False
    assert world.module("login_token", check=True, **options)["changed"] is False


def test_what_the_gateway_repeats_of_a_request_shows_no_token(sandbox_cloud: Callable[..., Any]) -> None:
    token = "the-security-token-of-akt"
    cloud = sandbox_cloud(accounts=[Account("AKT", "secret-of-akt", security_token=token)])
    said = "verify aksk signature fail, canonicalRequest:GET|/|x-security-token:{0}|x-sdk-date".format(token)
    cloud.refuse_next(RefusedError(401, "APIGW.0301", said))
    options = {"access_key": "AKT", "secret_key": "secret-of-akt", "security_token": token, "name": "dev"}
    result = run_module("organization", {**options, "region": "cn-north-4", "endpoint": cloud.url})
    assert "canonicalRequest" in result["msg"]
    assert token not in str(result)


STEP = {"organization": "team", "repository": "app"}
WORKLOAD = {"type": "cci", "namespace": "shop", "workload_type": "deployments", "workload_name": "cart"}


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("trigger", {**STEP, **WORKLOAD, "name": ".."}, 'invalid trigger name ".."'),
        ("trigger", {**STEP, "name": "..", "state": "absent"}, 'invalid trigger name ".."'),
        ("repository_sharing", {**STEP, "account": "..", "state": "absent"}, 'invalid account name ".."'),
        ("permissions", {"organization": "team", "users": [{"user_id": "..", "permission": "read"}]}, 'or ID ".."'),
        ("vpc", {"id": "..", "state": "absent"}, 'invalid name or ID ".."'),
        ("vpc", {"name": "shop", "cidr": "10.0.0.0/8", "project_id": ".."}, 'invalid name or ID ".."'),
        ("vpc", {"name": "", "cidr": "10.0.0.0/8"}, "name: it is empty"),
        ("vpc", {"name": None, "cidr": "10.0.0.0/8"}, "name: it is empty"),
        ("vpc", {"name": "shop", "cidr": "fd00::/64"}, "not a network"),
        ("vpc", {"name": "shop", "cidr": "10.0.0.0/8", "tags": {"a": ["b"]}}, "a tag is not a string"),
        ("vpc_subnet", {"vpc": "shop", "name": "nodes", "cidr": "255.255.255.255/32"}, "a mask of up to 28"),
        ("nat_gateway", {"vpc": "shop", "name": ""}, "name: it is empty"),
        ("eip", {"name": "", "charge_mode": "traffic", "bandwidth_size": 5}, "name: it is empty"),
    ],
)
def test_options_that_mean_something_else_in_a_path_or_nothing_are_refused(
    world: World, module: str, options: Any, words: str
) -> None:
    world.module("repository", organization="team", name="app")
    before = world.cloud.made()
    assert words in world.module(module, **options)["msg"]
    assert world.cloud.made() == before


def test_a_tag_without_a_value_has_an_empty_one(world: World) -> None:
    made = world.module("vpc", name="shop", cidr="10.0.0.0/8", tags={"a": None})
    assert made["vpc"]["tags"] == {"a": ""}


def test_a_credential_whose_reply_is_lost_is_told_to_be_lost(world: World) -> None:
    options = {"kind": "instance_long_term", "instance": "shop", "credential_name": "builder"}
    world.cloud.faults.add(Fault(action="drop_after_work", method="POST", times=1))
    failed = world.module("login_token", **options)
    assert "its password is lost" in failed["msg"]
    assert "the server closed it without a reply" in failed["msg"]
    assert world.cloud.log.count(method="POST") == 1
    assert "Choose another name" in world.module("login_token", **options)["msg"]


@pytest.mark.parametrize("ids", [[str(number) for number in range(500)], [None] * 500])
def test_pages_that_do_not_end_are_told_by_their_path(world: World, ids: Any) -> None:
    page = {"vpcs": [{"id": one, "name": "n"} for one in ids]}
    world.cloud.faults.add(Fault(action="status", status=200, body=page, path=r"/vpcs\?"))
    for module, options in (("vpc_info", {}), ("vpc", {"name": "shop", "cidr": "10.0.0.0/8"})):
        said = world.module(module, **options)["msg"]
        assert said.startswith("GET /v1/pid-1/vpcs: the list links back to a page that was read")
    assert world.cloud.made() == []


def test_who_has_which_rights_is_not_told_to_a_login_either(world: World) -> None:
    world.swr.faults.add(
        Fault(action="status", status=403, body='{"a": encoded_authorization_message=CiQxZjU4ZW5jb2Rl')
    )
    login = {"username": "cn-north-4@x", "password": "y", "endpoint": world.swr.url, "access_key": None}
    said = organization(world, state="absent", **login)["msg"]
    assert "encoded_authorization_message" in said
    assert "CiQxZjU4" not in said


@pytest.mark.parametrize("status", ["FOO", "", "active"])
def test_a_status_that_nobody_knows_is_waited_for_and_told(
    world: World, monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    monkeypatch.setattr(common, "INTERVAL", 0.0)
    world.cloud.vpcs.subnet(world.cloud.vpcs.vpc("shop"), "nodes")
    gateway = {"name": "internet", "vpc": "shop", "subnet": "nodes", "spec": "small", "charge_mode": "postpaid"}
    made = world.module("nat_gateway", **gateway)["nat_gateway"]
    found = {"id": made["id"], "name": "internet", "router_id": made["vpc_id"], "status": status}
    world.cloud.faults.add(
        Fault(action="status", status=200, body={"nat_gateways": [found]}, path=r"/nat_gateways\?", method="GET")
    )
    world.cloud.faults.add(Fault(action="status", status=200, body={"nat_gateway": found}, path="/nat_gateways/"))
    for state in ("present", "absent"):
        said = world.module("nat_gateway", **gateway, state=state, wait_timeout=0.02)["msg"]
        assert "it is still {0} after".format(status or "without a status") in said
    assert len(world.cloud.made()) == 1
