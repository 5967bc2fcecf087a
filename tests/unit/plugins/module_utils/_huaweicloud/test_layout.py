# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A list of organizations: its objects and their order, what is asked for, and what a failure leaves."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.layout.run import manage_layout
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.layout.steps import Step, steps_of
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.common import swr_client
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import ManagedOrganizations
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (
    FakeCloud,
    refusal,
)

NAMESPACES, SHOP = "/v2/manage/namespaces", "/v2/manage/namespaces/shop"
CART = SHOP + "/repos/cart"
MISSING, GONE = refusal(404, "4040058"), refusal(404, "4040003")
ORGANIZATION = (200, {"name": "shop", "creator_name": "me", "auth": 7})
REPOSITORY = (200, {"name": "cart", "is_public": False, "category": "", "description": ""})
POLICY = {"id": 1, "rules": [{"template": "date_rule", "params": {"days": "30"}, "tag_selectors": []}]}
RIGHTS = (200, {"self_auth": None, "others_auths": None, "creator_name": "me"})


def repository(name: str = "cart", state: str = "present", **more: Any) -> Dict[str, Any]:
    return {"name": name, "state": state, **more}


def organization(*repositories: Any, name: str = "shop", state: str = "present", **more: Any) -> Dict[str, Any]:
    return {"name": name, "state": state, "repositories": list(repositories), **more}


def steps(fake: FakeCloud, *entries: Any) -> List[Step]:
    cloud = fake.cloud()
    return steps_of(ManagedOrganizations(swr_client(cloud)), cloud, entries)


def manage(replies: Dict[str, List[Any]], *entries: Any, check_mode: bool = False) -> Any:
    with FakeCloud(replies) as fake:
        return manage_layout(steps(fake, *entries), check_mode), fake


POLICY_30 = {"days": 30, "state": "present"}
FULL = organization(
    repository(
        retention_policy=POLICY_30,
        sharings=[{"account": "partner", "state": "present"}],
        region_syncs=[{"target_region": "cn-east-3", "target_organization": "east", "state": "absent"}],
        permissions=[{"user_id": "u1", "user_name": "alice", "permission": "read", "state": "present"}],
    ),
    repository("old", state="absent"),
    permissions=[{"user_id": "u2", "user_name": "bob", "permission": None, "state": "absent"}],
)


def test_the_objects_come_in_the_order_in_which_they_can_be_changed() -> None:
    fake = FakeCloud({})
    gone = organization(repository("a", state="absent"), name="tools", state="absent")
    found = steps(fake, FULL, gone)
    assert [step.what for step in found] == [
        "organization shop",
        "permissions for the organization shop",
        "repository shop/cart",
        "retention policy of shop/cart",
        "sharing of shop/cart with partner",
        "synchronization of shop/cart to east in cn-east-3",
        "permissions for the repository shop/cart",
        "repository shop/old",
        "repository tools/a",
        "organization tools",
    ]
    within = [None if step.within is None else step.within.what for step in found]
    assert within == [None, *["organization shop"] * 2, *["repository shop/cart"] * 4, "organization shop", None, None]
    assert fake.calls == []


def test_what_is_as_it_should_be_is_read_once() -> None:
    replies = {
        "GET " + SHOP: [ORGANIZATION],
        "GET " + CART: [REPOSITORY],
        "GET " + CART + "/retentions": [(200, [POLICY])],
    }
    result, fake = manage(replies, organization(repository(retention_policy=POLICY_30)))
    assert (result["changed"], result["changes"], fake.calls) == (False, [], list(replies))


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_is_in_a_new_organization_is_not_asked_for(check_mode: bool) -> None:
    replies = {
        "GET " + SHOP: [MISSING, MISSING, ORGANIZATION],
        "POST " + NAMESPACES: [(201, {})],
        "GET " + CART: [GONE, REPOSITORY],
        "POST " + SHOP + "/repos": [(201, {})],
    }
    result, fake = manage(replies, organization(repository()), check_mode=check_mode)
    assert [(one["change"], one["object"]) for one in result["changes"]] == [
        ("created", "organization shop"),
        ("created", "repository shop/cart"),
    ]
    if check_mode:
        assert fake.calls == ["GET " + SHOP]
    assert len(fake.writes()) == (0 if check_mode else 2)


def test_one_that_is_to_be_deleted_and_is_not_there_is_no_change() -> None:
    replies = {"GET " + CART: [GONE], "GET " + SHOP: [MISSING]}
    result, fake = manage(replies, organization(repository(state="absent"), state="absent"))
    assert (result["changed"], fake.calls) == (False, ["GET " + CART, "GET " + SHOP])


def test_all_that_is_wrong_is_said_and_nothing_below_it_is_tried() -> None:
    policy = {"days": 0, "state": "present"}
    wrong = [
        organization(repository(retention_policy=policy), repository(), repository("A", sharings=[{"state": "?"}])),
        organization(name="Tools"),
        organization(name="shop"),
    ]
    with pytest.raises(HuaweiCloudError) as caught:
        steps(FakeCloud({}), *wrong)
    said = str(caught.value)
    for words in (
        "shop/cart.retention_policy: days: 0 is out of range",
        "shop.repositories[cart]: it is listed twice",
        'shop.repositories[A]: name: invalid repository name "A"',
        'organizations[Tools]: name: invalid organization name "Tools"',
        "organizations[shop]: it is listed twice",
        "Nothing was changed.",
    ):
        assert words in said


def test_what_cannot_be_read_is_said_before_anything_is_changed() -> None:
    forbidden = refusal(403, "4030000", "Forbidden")
    replies = {
        "GET " + SHOP: [ORGANIZATION],
        "GET " + CART: [forbidden],
        "GET " + SHOP + "/repos/pay": [forbidden],
        "GET " + SHOP + "/repos/new": [GONE],
    }
    entries = organization(repository(retention_policy=POLICY_30), repository("pay"), repository("new"))
    with FakeCloud(replies) as fake, pytest.raises(HuaweiCloudError) as caught:
        manage_layout(steps(fake, entries), check_mode=False)
    assert str(caught.value).count("Forbidden") == 2
    assert fake.calls == list(replies)


@pytest.mark.parametrize(
    ("failure", "calls"),
    [
        (refusal(503, "5030000"), 4),
        (refusal(401, "4010000"), 1),
        (refusal(403, "4031032"), 4),
        (requests.exceptions.ConnectionError("down"), 4),
    ],
)
def test_what_would_fail_for_each_object_is_asked_for_once(failure: Any, calls: int) -> None:
    replies = {"GET " + SHOP: [failure], "GET " + NAMESPACES + "/tools": [ORGANIZATION]}
    with FakeCloud(replies) as fake, pytest.raises(HuaweiCloudError):
        manage_layout(steps(fake, organization(), organization(name="tools")), check_mode=False)
    # The first one with its retries
    assert fake.calls == ["GET " + SHOP] * calls


def test_a_refusal_leaves_what_is_in_it_and_not_what_is_beside_it() -> None:
    replies = {
        "GET " + SHOP: [MISSING],
        "GET " + NAMESPACES + "/tools": [MISSING, MISSING, (200, {"name": "tools", "creator_name": "me", "auth": 7})],
        "POST " + NAMESPACES: [refusal(400, "4000097", "quota"), (201, {})],
    }
    result, fake = manage(replies, organization(repository()), organization(name="tools"))
    assert (result["failed"], result["changed"]) == (True, True)
    assert [one["object"] for one in result["changes"]] == ["organization tools"]
    (failure,) = result["failures"]
    assert (failure["object"], failure["status"]) == ("organization shop", 400)
    assert result["not_tried"] == ["repository shop/cart"]
    assert "1 failed, 1 changed, 1 not tried" in result["msg"]
    assert len(fake.writes()) == 2


def test_permissions_of_a_new_repository_are_predicted() -> None:
    alice = {"user_id": "u1", "user_name": "alice", "permission": "read", "state": "present"}
    replies = {"GET " + SHOP: [ORGANIZATION], "GET " + CART: [GONE]}
    result, fake = manage(replies, organization(repository(permissions=[alice])), check_mode=True)
    assert result["diff"][1]["after"] == {"users": [{"user_id": "u1", "user_name": "alice", "permission": "read"}]}
    assert fake.calls == list(replies)


def test_one_list_grants_and_revokes() -> None:
    path = SHOP + "/access"
    rights = [{"user_id": "u1", "user_name": "alice", "auth": 3}]
    after = [{"user_id": "u2", "user_name": "bob", "auth": 1}]
    replies = {
        "GET " + SHOP: [ORGANIZATION],
        "GET " + path: [
            (200, {"others_auths": rights}),
            (200, {"others_auths": rights}),
            (200, {"others_auths": after}),
        ],
        'POST {0} [{{"user_id":"u2","user_name":"bob","auth":1}}]'.format(path): [(201, {})],
        'DELETE {0} ["u1"]'.format(path): [(204, None)],
    }
    replies["POST " + path] = replies["DELETE " + path] = [(200, None)]
    users = [
        {"user_id": "u2", "user_name": "bob", "permission": "read", "state": "present"},
        {"user_id": None, "user_name": "alice", "permission": None, "state": "absent"},
    ]
    result, fake = manage(replies, organization(permissions=users))
    assert result["changed"] is True
    assert fake.writes() == [
        "POST {0} {1}".format(path, '[{"user_id":"u2","user_name":"bob","auth":1}]'),
        "DELETE {0} {1}".format(path, '["u1"]'),
    ]


NAMES = st.sampled_from(["a", "b", "A", "", "..", "x" * 200])
STATES = st.sampled_from(["present", "absent"])
SHARINGS = st.none() | st.lists(st.fixed_dictionaries({"account": NAMES, "state": STATES}), max_size=2)
REPOSITORIES = st.none() | st.lists(
    st.fixed_dictionaries(
        {"name": NAMES, "state": STATES, "sharings": SHARINGS, "exclusive_permissions": st.booleans()}
    ),
    max_size=3,
)


@given(st.lists(st.fixed_dictionaries({"name": NAMES, "state": STATES, "repositories": REPOSITORIES}), max_size=3))
def test_any_list_is_refused_or_names_each_object_once(entries: Any) -> None:
    try:
        found = steps(FakeCloud({}), *entries)
    except HuaweiCloudError:
        return
    names = [step.what for step in found]
    assert len(names) == len(set(names))
    assert all(step.within is None or found.index(step.within) < number for number, step in enumerate(found))
