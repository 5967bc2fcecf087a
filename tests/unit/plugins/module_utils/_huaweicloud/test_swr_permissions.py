# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests permissions take, and whom they leave alone."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.permissions import (  # noqa: E402
    list_permissions,
    manage_permissions,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
    refusal,
)

GET = "GET /v2/manage/namespaces/team/access"
POST, PATCH, DELETE = (GET.replace("GET", method) for method in ("POST", "PATCH", "DELETE"))
ALICE, BOB, CREATOR = ("u1", "alice"), ("u2", "bob"), ("u8", "creator")
DOMAINS = {"GET IAM/v3/auth/domains": [(200, {"domains": [{"id": "d1"}]})]}
BY_NAME = "GET IAM/v3/users?name=alice"
BY_ID = "GET IAM/v3/users/u1"


def entry(user: Any, auth: int) -> Dict[str, Any]:
    return {"user_id": user[0], "user_name": user[1], "auth": auth}


def access(*others: Any) -> Any:
    """What SWR says when the key is of the user 'me'."""
    return 200, {
        "id": 1,
        "name": "team",
        "creator_name": "creator",
        "self_auth": entry(("u9", "me"), 7),
        "others_auths": list(others) or None,
    }


def manage(fake: FakeCloud, *users: Any, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    wanted = [dict(zip(("user_id", "user_name", "permission"), user)) for user in users]
    with fake:
        usual = {"organization": "team", "users": wanted, "state": "present"}
        return manage_permissions(fake.cloud(), {**usual, **options}, check_mode)


def names(users: List[Dict[str, Any]]) -> Dict[str, str]:
    return {user["user_name"]: user["permission"] for user in users}


def test_each_user_is_granted_changed_or_left_with_one_call_for_each() -> None:
    after = access(entry(ALICE, 7), entry(BOB, 3))
    fake = FakeCloud({GET: [access(entry(BOB, 1)), after], POST: [(201, {})], PATCH: [(201, {})]})
    result = manage(fake, (*ALICE, "manage"), (*BOB, "write"))
    assert fake.calls == [
        GET,
        POST + ' [{"user_id":"u1","user_name":"alice","auth":7}]',
        PATCH + ' [{"user_id":"u2","user_name":"bob","auth":3}]',
        GET,
    ]
    assert names(result["diff"]["before"]["users"]) == {"bob": "read"}
    assert names(result["users"]) == {"alice": "manage", "bob": "write"}
    again = FakeCloud({GET: [after]})
    assert manage(again, (*ALICE, "manage"), (*BOB, "write"))["changed"] is False
    assert again.calls == [GET]


def test_others_are_left_alone_unless_it_is_exclusive() -> None:
    there = access(entry(ALICE, 7), entry(BOB, 1), entry(CREATOR, 7))
    assert manage(FakeCloud({GET: [there]}), (*ALICE, "manage"))["changed"] is False
    fake = FakeCloud({GET: [there, access(entry(ALICE, 7), entry(CREATOR, 7))], DELETE: [(204, None)]})
    result = manage(fake, (*ALICE, "manage"), exclusive=True)
    assert fake.calls == [GET, DELETE + ' ["u2"]', GET]
    assert names(result["users"]) == {"alice": "manage", "creator": "manage"}


def test_users_are_removed_once() -> None:
    fake = FakeCloud({GET: [access(entry(ALICE, 7), entry(BOB, 1)), access(entry(ALICE, 7))], DELETE: [(204, None)]})
    assert manage(fake, (None, "bob"), state="absent")["changed"] is True
    assert fake.calls == [GET, DELETE + ' ["u2"]', GET]
    again = FakeCloud({GET: [access(entry(ALICE, 7))]})
    # Nobody is looked up in IAM to find that nothing is to be done.
    assert manage(again, (None, "bob"), state="absent")["changed"] is False
    assert again.calls == [GET]


def test_check_mode_predicts_and_changes_nothing() -> None:
    fake = FakeCloud({GET: [access(entry(BOB, 1))]})
    result = manage(fake, (*ALICE, "read"), check_mode=True, exclusive=True)
    assert (fake.calls, result["changed"], names(result["users"])) == ([GET], True, {"alice": "read"})


@pytest.mark.parametrize(
    ("given", "call", "reply"),
    [
        ((None, "alice"), BY_NAME, {"users": [{"id": "u1", "name": "alice"}, {"id": "u7", "name": "alice2"}]}),
        (("u1", None), BY_ID, {"user": {"id": "u1", "name": "alice"}}),
    ],
)
def test_the_other_half_of_a_new_user_is_looked_up(given: Any, call: str, reply: Any) -> None:
    replies = {GET: [access(), access(entry(ALICE, 1))], POST: [(201, {})], call: [(200, reply)]}
    fake = FakeCloud({**DOMAINS, **replies})
    manage(fake, (*given, "read"))
    assert fake.calls[1:4] == [
        "GET IAM/v3/auth/domains",
        call,
        POST + ' [{"user_id":"u1","user_name":"alice","auth":1}]',
    ]
    assert fake.headers[2]["X-Domain-Id"] == "d1"


@pytest.mark.parametrize("given", [("u2", None), (None, "bob"), ("u2", "an old name")])
def test_one_who_has_a_permission_is_not_looked_up(given: Any) -> None:
    fake = FakeCloud({GET: [access(entry(BOB, 1)), access(entry(BOB, 3))], PATCH: [(201, {})]})
    manage(fake, (*given, "write"))
    assert fake.calls == [GET, PATCH + ' [{"user_id":"u2","user_name":"bob","auth":3}]', GET]


@pytest.mark.parametrize(
    ("given", "call", "status", "reply", "words"),
    [
        ((None, "alice"), BY_NAME, 403, {"error": {"code": 403}}, "Give both user_id and user_name"),
        ((None, "alice"), BY_NAME, 200, {"users": []}, 'no user named "alice"'),
        ((None, "alice"), BY_NAME, 200, {"users": [{"id": "u", "name": "alicia"}]}, "no user named"),
        ((None, "alice"), BY_NAME, 200, {"user": []}, "not the list"),
        ((None, "alice"), BY_NAME, 200, {"users": [{"id": 1, "name": "alice"}]}, "not match its API reference"),
        (("u1", None), BY_ID, 404, {"error": {"code": 404}}, 'no user with the ID "u1"'),
        (("u1", None), BY_ID, 403, {"error": {"code": 403}}, "iam:users:getUser"),
        (("u1", None), BY_ID, 200, {"user": {"id": "other", "name": "x"}}, "not match its API reference"),
    ],
)
def test_a_user_who_cannot_be_looked_up_is_named(given: Any, call: str, status: int, reply: Any, words: str) -> None:
    fake = FakeCloud({**DOMAINS, GET: [access()], call: [(status, reply)]})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(fake, (*given, "read"))
    assert words in str(caught.value)
    assert fake.writes() == []


@pytest.mark.parametrize(("user", "who"), [(("u9", "me"), "the key's own user"), (CREATOR, "who created")])
def test_the_keys_own_user_and_the_creator_are_left_alone(user: Any, who: str) -> None:
    there = access(entry(CREATOR, 7))
    assert manage(FakeCloud({GET: [there]}), (*user, "manage"))["changed"] is False
    for options in ({"state": "present"}, {"state": "absent"}):
        fake = FakeCloud({GET: [there]})
        with pytest.raises(HuaweiCloudError) as caught:
            manage(fake, (*user, "read" if options["state"] == "present" else None), **options)
        assert who in str(caught.value)
        assert fake.calls == [GET]


@pytest.mark.parametrize(
    ("users", "options", "where"),
    [
        ([(None, "alice", None)], {}, "users[0]"),
        ([(None, "", "read")], {}, "users[0]"),
        ([(None, "a", "read"), ("u1", "a", "write")], {}, "users[1]"),
        ([("u1", "a", "read"), ("u1", "b", "write")], {}, "users[1]"),
        ([], {"organization": "Team"}, "organization"),
        ([], {"repository": "App"}, "repository"),
        ([], {"state": "absent", "exclusive": True}, "exclusive"),
    ],
)
def test_invalid_options_are_refused_before_anything_is_sent(users: Any, options: Any, where: str) -> None:
    fake = FakeCloud({})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(fake, *users, **options)
    assert (caught.value.where, fake.calls) == (where, [])


def test_a_user_who_is_named_twice_in_two_ways_is_refused() -> None:
    fake = FakeCloud({GET: [access(entry(BOB, 1))]})
    with pytest.raises(HuaweiCloudError, match='"bob" is named twice, by name and by ID'):
        manage(fake, ("u2", None, "read"), (None, "bob", "write"))
    assert fake.calls == [GET]


def test_a_repository_has_its_own_permissions() -> None:
    get = "GET /v2/manage/namespaces/team/repos/deep%24app/access"
    post = get.replace("GET", "POST")
    there = access()[1]
    del there["creator_name"]
    after = dict(there, others_auths=[entry(ALICE, 3)])
    fake = FakeCloud({get: [(200, there), (200, after)], post: [(201, {})]})
    assert manage(fake, (*ALICE, "write"), repository="deep/app")["changed"] is True
    assert fake.calls == [get, post + ' [{"user_id":"u1","user_name":"alice","auth":3}]', get]


def test_a_failure_between_two_steps_is_mended_by_the_next_run() -> None:
    fake = FakeCloud({GET: [access(entry(BOB, 1))], POST: [(201, {})], PATCH: [refusal(403, "4030000")]})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(fake, (*ALICE, "read"), (*BOB, "write"))
    assert "swr:namespace:updateNamespaceAccess for the organization team" in str(caught.value)
    half, whole = access(entry(ALICE, 1), entry(BOB, 1)), access(entry(ALICE, 1), entry(BOB, 3))
    again = FakeCloud({GET: [half, whole], PATCH: [(201, {})]})
    manage(again, (*ALICE, "read"), (*BOB, "write"))
    assert [call.partition(" [")[0] for call in again.calls] == [GET, PATCH, GET]


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (refusal(404, "4040058"), "the organization team does not exist"),
        ((200, {"others_auths": {}}), "not match SWR's API reference"),
        ((200, {"others_auths": [entry(BOB, 2)]}), "not match SWR's API reference"),
        ((200, {"others_auths": [], "self_auth": "me"}), "not match SWR's API reference"),
    ],
)
def test_permissions_that_cannot_be_read_are_an_error(reply: Any, words: str) -> None:
    with pytest.raises(HuaweiCloudError) as caught:
        manage(FakeCloud({GET: [reply]}), (*ALICE, "read"))
    assert words in str(caught.value)


def test_nobody_has_a_permission_for_what_does_not_exist() -> None:
    fake = FakeCloud({GET: [refusal(404, "4040058")]})
    assert manage(fake, ALICE, state="absent")["changed"] is False
    assert fake.calls == [GET]
    # In check mode an earlier task may be the one that would create it.
    forecast = manage(fake, (*ALICE, "read"), check_mode=True)
    assert (forecast["changed"], forecast["warnings"]) == (True, ["The organization team does not exist yet."])
    with fake, pytest.raises(HuaweiCloudError, match="does not exist"):
        list_permissions(fake.cloud(), {"organization": "team"})


def test_the_list_has_everybody() -> None:
    fake = FakeCloud({GET: [access(entry(BOB, 1), entry(ALICE, 7))]})
    with fake:
        found = list_permissions(fake.cloud(), {"organization": "team"})
    assert [user["user_name"] for user in found["users"]] == ["alice", "bob"]
    assert (found["own"]["user_name"], found["creator"]) == ("me", "creator")
