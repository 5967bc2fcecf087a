# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.robot import (  # noqa: E402
    REPLICATION,
    Robots,
    canonical_permissions,
)
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402

FIND = "GET /robots?q=name%3Dreplicator&page=1&page_size=100"
MAKE = "POST /robots"
ONE = "/robots/7"
SECRET = "5sLrSd0wFvvQAjFs8DyZKNCOZrtDBDEC"
ALL = canonical_permissions(REPLICATION)
MADE = "2026-03-01T08:00:00.000Z"


def robot(**other: Any) -> Dict[str, Any]:
    """An account as Harbor gives it back: what is empty is left out, and access is in any order, with its effect."""
    permissions = copy.deepcopy(REPLICATION)
    permissions[0]["access"] = [dict(item, effect="allow") for item in reversed(permissions[0]["access"])]
    data = {
        "id": 7,
        "name": "robot$replicator",
        "level": "system",
        "duration": -1,
        "disable": False,
        "editable": True,
        "expires_at": -1,
        "creation_time": MADE,
        "permissions": permissions,
    }
    return dict(data, **other)


@pytest.fixture
def harbor() -> FakeHarbor:
    harbor = FakeHarbor()
    harbor.on("PUT " + ONE, None)
    harbor.on("DELETE " + ONE, None)
    return harbor


def ensure(harbor: FakeHarbor, check_mode: bool = False, **options: Any) -> Tuple[Dict[str, Any], List[str], List[str]]:
    """The result, the warnings, and the secrets that were learnt."""
    chosen = {
        "name": "replicator",
        "description": None,
        "duration": None,
        "permissions": None,
        "disabled": None,
        "secret": "keep",
        "state": "present",
    }
    chosen.update(options)
    secrets: List[str] = []
    robots = Robots(harbor.client, chosen, check_mode, secrets.append, harbor.clock)
    return robots.run(), robots.warnings, secrets


def test_an_account_is_made_with_the_least_that_replication_needs(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [], [robot(description="to SWR")])
    made = {"id": 7, "name": "robot$replicator", "secret": SECRET, "expires_at": -1, "creation_time": MADE}
    harbor.on(MAKE, Reply(made, 201, Location="/api/v2.0/robots/7"))
    result, warnings, secrets = ensure(harbor, description="to SWR")
    access = [
        ("registry", "create read update delete list"),
        ("replication-policy", "create read update delete list"),
        ("replication", "create read list"),
        ("replication-adapter", "list"),
    ]
    expected = sorted(
        ({"resource": resource, "action": action} for resource, actions in access for action in actions.split()),
        key=lambda item: (item["resource"], item["action"]),
    )
    body = {
        "name": "replicator",
        "level": "system",
        "description": "to SWR",
        "duration": -1,
        "disable": False,
        "permissions": [{"kind": "system", "namespace": "/", "access": expected}],
    }
    assert harbor.sent() == [(MAKE, body)]
    assert (result["changed"], result["secret"], secrets, warnings) == (True, SECRET, [SECRET], [])
    assert result["robot"] == {
        "id": 7,
        "name": "robot$replicator",
        "level": "system",
        "description": "to SWR",
        "duration": -1,
        "expires_at": -1,
        "disabled": False,
        "permissions": body["permissions"],
    }
    assert result["diff"]["before"] == {}
    assert SECRET not in str(result["diff"]) + str(result["robot"])


def test_the_second_time_nothing_changes_and_there_is_no_secret(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [robot()])
    result, warnings, secrets = ensure(harbor, permissions=list(reversed(REPLICATION)), duration=-1, disabled=False)
    assert (result["changed"], harbor.sent(), warnings, secrets) == (False, [], [], [])
    assert "secret" not in result
    assert result["diff"]["before"] == result["diff"]["after"]


def test_check_mode_predicts_with_the_prefix_that_is_set(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [])
    harbor.on("GET /configurations", {"robot_name_prefix": {"value": "bot-", "editable": True}})
    result, _warnings, _secrets = ensure(harbor, check_mode=True, duration=30)
    assert (result["changed"], harbor.sent()) == (True, [])
    assert "secret" not in result
    assert (result["robot"]["name"], result["robot"]["id"]) == ("bot-replicator", None)
    assert result["robot"]["expires_at"] is None
    harbor.on("GET /configurations", Reply({"errors": [{"code": "FORBIDDEN", "message": "no"}]}, 403))
    assert ensure(harbor, check_mode=True)[0]["robot"]["name"] == "robot$replicator"


@pytest.mark.parametrize(
    ("options", "sent"),
    [
        ({"description": "new"}, {"description": "new"}),
        ({"duration": 90}, {"duration": 90}),
        ({"disabled": True}, {"disable": True}),
        (
            {"permissions": [{"kind": "system", "namespace": None, "access": [{"resource": "a", "action": "b"}]}]},
            {"permissions": [{"kind": "system", "namespace": "/", "access": [{"resource": "a", "action": "b"}]}]},
        ),
    ],
    ids=["description", "duration", "disabled", "permissions"],
)
def test_a_change_is_one_whole_put_with_the_name_that_has_the_prefix(
    harbor: FakeHarbor, options: Dict[str, Any], sent: Dict[str, Any]
) -> None:
    before = robot(description="old", name="bot-replicator")
    after = dict(before, **sent)
    harbor.on(FIND, [before])
    predicted, _warnings, _secrets = ensure(harbor, check_mode=True, **options)
    harbor.on(FIND, [before], [after])
    result, _warnings, _secrets = ensure(harbor, **options)
    body = {"name": "bot-replicator", "level": "system", "description": "old", "duration": -1, "disable": False}
    assert harbor.sent() == [("PUT " + ONE, dict(dict(body, permissions=ALL), **sent))]
    assert result["changed"] is predicted["changed"] is True
    assert result["diff"] == predicted["diff"]
    assert result["robot"] == predicted["robot"]
    assert ensure(harbor, **options)[0]["changed"] is False


def test_what_harbor_does_not_keep_is_an_error(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [robot()])
    with pytest.raises(HarborError, match="robot replicator: Harbor agreed to change description, but did not"):
        ensure(harbor, description="new")


def test_an_account_that_is_disabled_from_the_start_needs_a_second_call(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [], [robot(disable=True)])
    harbor.on(MAKE, Reply({"id": 7, "name": "robot$replicator", "secret": SECRET}, 201))
    result, _warnings, _secrets = ensure(harbor, disabled=True)
    assert [call for call, _body in harbor.sent()] == [MAKE, "PUT " + ONE]
    assert harbor.sent()[1][1]["disable"] is True
    assert result["secret"] == SECRET


@pytest.mark.parametrize("told", [None, [], {}, {"secret": ""}, {"secret": None}])
def test_a_secret_that_is_not_told_is_an_error(harbor: FakeHarbor, told: Any) -> None:
    harbor.on(FIND, [])
    harbor.on(MAKE, Reply(told, 201))
    with pytest.raises(HarborError, match="returned none") as caught:
        ensure(harbor)
    assert "secret=refresh" in caught.value.hint


def test_a_secret_that_is_lost_is_told(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [])
    harbor.on(MAKE, Reply({"id": 7, "name": "robot$replicator", "secret": SECRET}, 201))
    harbor.on("PUT " + ONE, Reply({"errors": [{"code": "DENIED", "message": "no"}]}, 403))
    with pytest.raises(HarborError, match=r"the account was created, but then: no .*secret=refresh") as caught:
        ensure(harbor, disabled=True)
    assert SECRET not in str(caught.value)


def test_a_new_secret_is_made_each_time_it_is_asked_for(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [robot()])
    harbor.on("PATCH " + ONE, {"secret": SECRET})
    predicted, _warnings, _secrets = ensure(harbor, check_mode=True, secret="refresh")
    assert (predicted["changed"], "secret" in predicted, harbor.sent()) == (True, False, [])
    result, _warnings, secrets = ensure(harbor, secret="refresh")
    assert harbor.sent() == [("PATCH " + ONE, {"secret": ""})]
    assert (result["changed"], result["secret"], secrets) == (True, SECRET, [SECRET])


def test_a_new_account_has_a_new_secret_anyway(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [], [robot()])
    harbor.on(MAKE, Reply({"id": 7, "name": "robot$replicator", "secret": SECRET}, 201))
    assert ensure(harbor, secret="refresh")[0]["secret"] == SECRET
    assert [call for call, _body in harbor.sent()] == [MAKE]


def test_an_account_is_removed_once(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [robot()], [])
    result, _warnings, _secrets = ensure(harbor, state="absent", secret="refresh")
    assert harbor.sent() == [("DELETE " + ONE, None)]
    assert (result["changed"], result["robot"], result["diff"]["after"]) == (True, None, {})
    assert ensure(harbor, state="absent")[0]["changed"] is False


def test_names_that_only_end_alike_and_accounts_of_projects_are_others(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [robot(id=5, name="robot$old-replicator"), robot(), robot(id=9, level="project")])
    harbor.on("GET /configurations", {"robot_name_prefix": {"value": "robot$"}})
    assert ensure(harbor)[0]["robot"]["id"] == 7


def test_an_account_that_comes_into_being_meanwhile_is_adopted(harbor: FakeHarbor) -> None:
    harbor.on(FIND, [], [robot()])
    harbor.on(MAKE, Reply({"errors": [{"code": "CONFLICT", "message": "already exists"}]}, 409))
    result, _warnings, secrets = ensure(harbor)
    assert (result["changed"], secrets) == (False, [])


def test_one_that_has_expired_is_warned_about_also_when_a_change_is_too_small(harbor: FakeHarbor) -> None:
    old = "2026-01-01T00:00:00.000Z"
    harbor.on(FIND, [robot(duration=30, creation_time=old)])
    _result, warnings, _secrets = ensure(harbor)
    assert "it expired 30 days after it was created" in warnings[0]
    assert "set a longer duration" in warnings[0]
    result, warnings, _secrets = ensure(harbor, check_mode=True, duration=40)
    assert len(warnings) == 1
    assert result["robot"]["expires_at"] == 1767225600 + 40 * 86400
    assert ensure(harbor, check_mode=True, duration=400)[1] == []


def test_permissions_that_do_not_work_together_are_warned_about_where_that_is_so() -> None:
    both = [
        {"kind": "system", "namespace": None, "access": [{"resource": "registry", "action": "list"}]},
        {"kind": "project", "namespace": "*", "access": [{"resource": "artifact", "action": "list"}]},
    ]
    for version, expected in (("v2.9.5-x", 1), ("v2.10.0-x", 0)):
        harbor = FakeHarbor(version)
        harbor.on(FIND, [robot(permissions=both)])
        warnings = ensure(harbor, permissions=both)[1]
        assert len(warnings) == expected
    assert FakeHarbor("v2.9.5-x").sent() == []


def test_permissions_that_nobody_looks_at_are_warned_about_where_that_is_so() -> None:
    system = [{"kind": "system", "namespace": None, "access": [{"resource": "registry", "action": "list"}]}]
    for version, expected in (("v2.2.4-x", 1), ("v2.3.0-x", 0)):
        harbor = FakeHarbor(version)
        harbor.on(FIND, [robot(permissions=system)])
        warnings = ensure(harbor, permissions=system)[1]
        assert len(warnings) == expected
        assert all("use an administrator, or upgrade" in warning for warning in warnings)


@pytest.mark.parametrize("version", ["v1.10.19-abc", "v2.1.6-abc"])
def test_versions_without_such_accounts_are_refused_with_the_remedy(version: str) -> None:
    harbor = FakeHarbor(version)
    with pytest.raises(HarborError, match=r"need Harbor 2\.2 or later.*Use an administrator in harbor_username"):
        ensure(harbor)
    assert harbor.calls == []


READ = [{"resource": "registry", "action": "read"}]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"name": "robot$replicator"}, "name"),
        ({"name": "Replicator"}, "name"),
        ({"name": "replicator-"}, "name"),
        ({"duration": 0}, "duration"),
        ({"duration": -2}, "duration"),
        ({"duration": 2**31 - 1}, "duration"),
        ({"permissions": []}, "permissions"),
        ({"permissions": [{"kind": "system", "namespace": "library", "access": READ}]}, "permissions[0]"),
        ({"permissions": [{"kind": "project", "namespace": None, "access": READ}]}, "permissions[0]"),
        ({"permissions": [{"kind": "system", "namespace": None, "access": []}]}, "permissions[0]"),
    ],
)
def test_what_harbor_would_refuse_or_change_is_refused(harbor: FakeHarbor, options: Dict[str, Any], where: str) -> None:
    with pytest.raises(HarborError) as caught:
        ensure(harbor, **options)
    assert caught.value.where == where
    assert caught.value.hint
    assert harbor.calls == []


@pytest.mark.parametrize(
    ("status", "message", "hint"),
    [
        (400, "bad request permission: registry:push", "GET /api/v2.0/permissions"),
        (404, "project nowhere not found", "A project in permissions does not exist"),
        (403, "forbidden", "Use an administrator in harbor_username"),
    ],
)
def test_refusals_name_the_account_and_the_remedy(harbor: FakeHarbor, status: int, message: str, hint: str) -> None:
    harbor.on(FIND, [])
    harbor.on(MAKE, Reply({"errors": [{"code": "X", "message": message}]}, status))
    with pytest.raises(HarborError, match="robot replicator: " + message) as caught:
        ensure(harbor)
    assert hint in str(caught.value.hint)


ACCESS = st.fixed_dictionaries(
    {"resource": st.sampled_from("abc"), "action": st.sampled_from("xy")},
    optional={"effect": st.sampled_from(["", "allow", "deny"])},
)
PERMISSION = st.fixed_dictionaries(
    {"kind": st.sampled_from(["system", "project"]), "access": st.lists(ACCESS, max_size=4)},
    optional={"namespace": st.sampled_from(["*", "library"])},
)


@given(st.lists(PERMISSION, max_size=4), st.randoms(use_true_random=False))
def test_permissions_are_equal_in_any_order_and_split(permissions: List[Dict[str, Any]], chance: Any) -> None:
    canonical = canonical_permissions(permissions)
    pieces = [
        dict(permission, access=[access])
        for permission in copy.deepcopy(permissions)
        for access in permission["access"]
    ] + [dict(permission, access=[]) for permission in permissions]
    chance.shuffle(pieces)
    assert canonical_permissions(pieces) == canonical
    assert canonical_permissions(canonical) == canonical
