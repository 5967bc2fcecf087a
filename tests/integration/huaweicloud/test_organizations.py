# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Organizations with everything in them: predicted, made, made again, changed, deleted, and interrupted."""

from __future__ import annotations

import copy
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._http import ApiClient
from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import RefusedError
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

ALICE = {"user_name": "alice", "permission": "manage"}
TRIGGER = {
    "name": "rollout",
    "cluster_id": "c1",
    "cluster_name": "production",
    "namespace": "shop",
    "workload_type": "deployments",
    "workload_name": "cart",
}
CART = {
    "name": "cart",
    "category": "app_server",
    "permissions": [{"user_name": "bob", "permission": "write"}],
    "retention_policy": {"days": 90, "keep_matching": ["^v[0-9]"]},
    "sharings": [{"account": "partner", "deadline": "2999-01-31"}],
    "region_syncs": [{"target_region": "cn-east-3", "target_organization": "east"}],
    "triggers": [TRIGGER],
}
SHOP = {"name": "shop", "permissions": [ALICE], "repositories": [CART, {"name": "team/pay"}]}
OBJECTS = [
    "organization shop",
    "permissions for the organization shop",
    "repository shop/cart",
    "retention policy of shop/cart",
    "sharing of shop/cart with partner",
    "synchronization of shop/cart to east in cn-east-3",
    "trigger rollout of shop/cart",
    "permissions for the repository shop/cart",
    "repository shop/team/pay",
]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApiClient, "_backoff", staticmethod(lambda _attempt: 0.0))


def run(world: World, *organizations: Dict[str, Any], check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    return world.module("organizations", check_mode, organizations=list(organizations), **options)


def changes(result: Dict[str, Any]) -> List[str]:
    return ["{change} {object}".format(**one) for one in result["changes"]]


def test_what_is_missing_is_predicted_and_made_and_then_unchanged(world: World) -> None:
    forecast = run(world, SHOP, check_mode=True)
    assert (forecast["changed"], world.cloud.made()) == (True, [])
    # What an organization to be created has is not asked for.
    assert [call.path for call in world.cloud.calls if "/namespaces/" in call.path] == ["/v2/manage/namespaces/shop"]
    made = run(world, SHOP)
    assert (made["changes"], made["diff"]) == (forecast["changes"], forecast["diff"])
    assert [one["object"] for one in made["changes"]] == OBJECTS
    assert len(world.cloud.made()) == len(OBJECTS)
    again = run(world, SHOP)
    assert (again["changed"], again["changes"], again["diff"]) == (False, [], [])
    assert len(world.cloud.made()) == len(OBJECTS)


def test_each_change_is_made_once(world: World) -> None:
    run(world, SHOP)
    wanted: Any = copy.deepcopy(SHOP)
    wanted["permissions"] = [{"user_name": "bob", "permission": "read"}]
    wanted["exclusive_permissions"] = True
    cart = wanted["repositories"][0]
    cart.update(description="The cart", permissions=[{"user_name": "bob", "state": "absent"}])
    cart["retention_policy"] = {"state": "absent"}
    cart["sharings"][0]["state"] = "absent"
    cart["region_syncs"][0]["override"] = True
    cart["triggers"][0]["enabled"] = False
    wanted["repositories"][1] = {"name": "team/pay", "state": "absent"}
    world.cloud.calls.clear()
    forecast = run(world, wanted, check_mode=True)
    assert world.cloud.made() == []
    changed = run(world, wanted)
    assert changed["changes"] == forecast["changes"]
    assert changes(changed) == [
        "changed permissions for the organization shop",
        "changed repository shop/cart",
        "deleted retention policy of shop/cart",
        "deleted sharing of shop/cart with partner",
        "changed synchronization of shop/cart to east in cn-east-3",
        "changed trigger rollout of shop/cart",
        "changed permissions for the repository shop/cart",
        "deleted repository shop/team/pay",
    ]
    assert [one["fields"] for one in changed["changes"]][1] == ["description"]
    assert [user["user_name"] for user in world.module("permissions_info", organization="shop")["users"]] == ["bob"]
    assert run(world, wanted)["changed"] is False


def test_an_organization_goes_after_its_repositories(world: World) -> None:
    run(world, SHOP)
    gone = {"name": "shop", "state": "absent"}
    assert "is not empty (cart, team/pay)" in run(world, gone)["msg"]
    names = ("cart", "team/pay")
    gone["repositories"] = [{"name": name, "state": "absent"} for name in names]  # type: ignore[assignment]
    expected = ["deleted repository shop/cart", "deleted repository shop/team/pay", "deleted organization shop"]
    assert changes(run(world, gone, check_mode=True)) == expected
    assert changes(run(world, gone)) == expected
    assert run(world, gone)["changed"] is False
    assert world.swr.organizations == {"team"}


@pytest.mark.parametrize(
    ("organizations", "words"),
    [
        ([{"name": "Shop"}, {"name": "other_"}], ['invalid organization name "Shop"', '"other_"']),
        ([{"name": "shop"}, {"name": "shop"}], ["organizations[shop]: it is listed twice"]),
        ([{"name": "shop", "repositories": [{"name": "a"}, {"name": "a"}]}], ["shop.repositories[a]: it is listed"]),
        ([{"name": "shop", "repositories": [{"name": "A"}, {"name": "b/"}]}], ['name "A"', 'name "b/"']),
        ([{"name": "shop", "exclusive_permissions": True}], ["there is no list of permissions"]),
        ([{"name": "shop", "permissions": [ALICE, ALICE]}], ['duplicate user "alice"']),
        ([{"name": "shop", "permissions": [{"user_name": "bob"}]}], ['no permission is set for the user "bob"']),
        ([{"name": "shop", "state": "absent", "permissions": [ALICE]}], ["an absent organization has none"]),
        ([{"name": "shop", "state": "absent", "repositories": [{"name": "a"}]}], ["state: absent for each"]),
        ([{"name": "shop", "repositories": [{**CART, "state": "absent"}]}], ["an absent repository has none"]),
        (
            [{"name": "shop", "repositories": [{"name": "a", "retention_policy": {"days": 1, "newest": 2}}]}],
            ["shop/a.retention_policy: days: a retention policy goes either"],
        ),
        (
            [{"name": "shop", "repositories": [{"name": "a", "sharings": [{"account": "x"}, {"account": "x"}]}]}],
            ["shop/a.sharings[x]: it is listed twice"],
        ),
        ([{"name": "shop", "colour": "red"}], ["organizations.colour", "Supported parameters"]),
    ],
)
def test_a_list_that_is_wrong_is_refused_before_any_call(world: World, organizations: Any, words: List[str]) -> None:
    result = run(world, *organizations)
    assert [word for word in words if word not in result["msg"]] == []
    assert world.cloud.calls == []


def test_what_only_the_cloud_knows_is_wrong_is_refused_before_any_change(world: World) -> None:
    nobody = {"user_name": "nobody", "permission": "read"}
    result = run(world, {**SHOP, "permissions": [nobody]}, {"name": "tools", "permissions": [nobody]})
    assert result["msg"].count('the account has no user named "nobody"') == 2
    assert world.cloud.made() == []


def test_one_that_is_refused_does_not_keep_others_from_being_made(world: World) -> None:
    result = run(world, {"name": "theirs", "repositories": [{"name": "a"}]}, {"name": "tools"})
    assert "1 failed, 1 changed, 1 not tried" in result["msg"]
    assert "this one belongs to another account" in result["failures"][0]["hint"]
    assert (result["failures"][0]["object"], result["not_tried"]) == ("organization theirs", ["repository theirs/a"])
    assert (result["changed"], changes(result)) == (True, ["created organization tools"])


@pytest.mark.parametrize(
    "fault",
    [
        Fault(action="status", status=502, html=True, method="POST", path="/repos"),
        Fault(action="drop", method="POST", path="/repos"),
        Fault(
            action="status",
            status=403,
            method="POST",
            path="/repos",
            body=[{"errorCode": "SVCSTG.SWR.4031042", "errorMessage": "Too many requests"}],
        ),
    ],
    ids=["gateway", "no reply", "throttled"],
)
def test_a_fault_that_concerns_all_ends_the_run_and_the_next_one_completes_it(world: World, fault: Fault) -> None:
    world.cloud.faults.add(fault)
    result = run(world, SHOP, {"name": "tools"})
    assert [one["object"] for one in result["failures"]] == ["repository shop/cart"]
    assert changes(result) == ["created " + OBJECTS[0], "changed " + OBJECTS[1]]
    assert result["not_tried"] == [*OBJECTS[3:], "organization tools"]
    world.cloud.faults.clear()
    completed = run(world, SHOP, {"name": "tools"})
    assert [one["object"] for one in completed["changes"]] == [*OBJECTS[2:], "organization tools"]
    assert run(world, SHOP, {"name": "tools"})["changed"] is False


def test_a_run_that_is_not_let_in_asks_once(world: World) -> None:
    world.cloud.refuse_next(RefusedError(401, "APIGW.0301", "verify aksk signature fail"), times=9)
    assert "verify aksk signature fail" in run(world, SHOP, {"name": "tools"})["msg"]
    assert len(world.cloud.calls) == 1


def test_a_login_to_the_registry_is_enough_for_organizations(world: World) -> None:
    key, secret = KEYS.values()
    login = {
        "username": "cn-north-4@" + key,
        "password": login_password(key, secret),
        "endpoint": world.swr.url,
        "access_key": None,
        "secret_key": None,
    }
    assert "a registry login manages organizations only" in run(world, SHOP, **login)["msg"]
    two = ({"name": "shop"}, {"name": "team", "state": "absent"})
    assert changes(run(world, *two, **login)) == ["created organization shop", "deleted organization team"]
    assert run(world, *two, **login)["changed"] is False
    assert (world.swr.organizations, world.cloud.calls) == ({"shop"}, [])


def test_a_sharing_that_nobody_can_use_is_a_warning(world: World) -> None:
    unknown = {"name": "team", "repositories": [{"name": "a", "sharings": [{"account": "nobody"}]}]}
    assert "SWR knows no account named" in str(run(world, unknown)["warnings"])
