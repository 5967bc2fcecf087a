# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests sharing, retention, synchronization and triggers take, and what each answer means."""

from __future__ import annotations

import datetime
import json
from typing import Any, Callable, Dict, List, NamedTuple

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr import sharing as sharing_file  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.region_sync import (  # noqa: E402
    list_syncs,
    manage_sync,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.retention import (  # noqa: E402
    list_policies,
    manage_retention,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.sharing import (  # noqa: E402
    Sharing,
    list_sharings,
    manage_sharing,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.trigger import (  # noqa: E402
    list_triggers,
    manage_trigger,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._huaweicloud.fake_cloud import (  # noqa: E402
    FakeCloud,
    refusal,
)

REPO = "/v2/manage/namespaces/team/repos/deep%24app"
SHARES = "/v2/manage/namespaces/team/repositories/deep%24app/access-domains"
PLACE = {"organization": "team", "repository": "deep/app", "state": "present"}


class Kind(NamedTuple):
    """What the four kinds of rules have in common, as far as it is tested in one way.

    :ivar options: the options that make one.
    :ivar get: the call that looks for it.
    :ivar found: makes the reply for what SWR has; it gets fields that differ from what C(options) make.
    :ivar absent: the reply where there is none.
    :ivar post: the call that creates it, with its body.
    :ivar delete: the call that deletes it, with its body.
    :ivar changes: option and value; the fields that SWR has afterwards; the calls that change it.
    """

    manage: Callable[..., Any]
    key: str
    options: Dict[str, Any]
    get: str
    found: Callable[..., Any]
    absent: Any
    post: str
    delete: str
    changes: List[Any]


def body(value: Any) -> str:
    return " " + json.dumps(value, separators=(",", ":"))


SHARE = {"access_domain": "partner", "permit": "read", "deadline": "forever", "description": "", "status": True}


def patched_share(deadline: str, description: str) -> str:
    wanted = {"permit": "read", "deadline": deadline, "description": description}
    return "PATCH {0}/partner".format(SHARES) + body(wanted)


SHARING = Kind(
    manage_sharing,
    "sharing",
    {"account": "partner"},
    "GET {0}/partner".format(SHARES),
    lambda **fields: (200, {**SHARE, "exist": True, **fields}),
    refusal(400, "4001090"),
    "POST " + SHARES + body({"permit": "read", "deadline": "forever", "description": "", "access_domain": "partner"}),
    "DELETE {0}/partner".format(SHARES),
    [
        (
            ("deadline", "2999-06-30"),
            {"deadline": "2999-06-30T00:00:00Z"},
            [patched_share("2999-06-30T00:00:00Z", "")],
        ),
        (("description", "audit"), {"description": "audit"}, [patched_share("forever", "audit")]),
    ],
)


def rule(number: str = "30", template: str = "date_rule", parameter: str = "days", *selectors: Any) -> Any:
    chosen = [{"kind": kind, "pattern": pattern} for kind, pattern in selectors]
    return {"template": template, "params": {parameter: number}, "tag_selectors": chosen}


def policy(*given: Any) -> Dict[str, Any]:
    return {"algorithm": "or", "rules": [rule(*given)]}


RETENTIONS = REPO + "/retentions"
SELECTED = ("30", "date_rule", "days", ("label", "latest"))
MATCHED = ("30", "date_rule", "days", ("regexp", "^v"))
RETENTION = Kind(
    manage_retention,
    "policy",
    {"days": 30},
    "GET " + RETENTIONS,
    lambda rules=None: (200, [{"id": 34, "scope": "", "algorithm": "or", "rules": rules or [rule()]}]),
    (200, []),
    "POST " + RETENTIONS + body(policy()),
    "DELETE {0}/34".format(RETENTIONS),
    [
        (("days", 60), {"rules": [rule("60")]}, ["PATCH {0}/34".format(RETENTIONS) + body(policy("60"))]),
        (
            ("keep_tags", ["latest"]),
            {"rules": [rule(*SELECTED)]},
            ["PATCH {0}/34".format(RETENTIONS) + body(policy(*SELECTED))],
        ),
        (
            ("keep_matching", ["^v"]),
            {"rules": [rule(*MATCHED)]},
            ["PATCH {0}/34".format(RETENTIONS) + body(policy(*MATCHED))],
        ),
    ],
)

TARGET = {"remoteRegionId": "cn-east-3", "remoteNamespace": "east"}
AUTOMATIC = {"syncAuto": True, "override": False}
SYNC_PATH = REPO + "/sync_repo"
SYNC = Kind(
    manage_sync,
    "sync",
    {"target_region": "cn-east-3", "target_organization": "east"},
    "GET " + SYNC_PATH,
    lambda **fields: (200, [{**TARGET, "remoteRegionId": "x"}, {**TARGET, **AUTOMATIC, **fields}]),
    refusal(400, "4001158"),
    "POST " + SYNC_PATH + body({**TARGET, **AUTOMATIC}),
    "DELETE " + SYNC_PATH + body(TARGET),
    [
        (
            ("override", True),
            {"override": True},
            [
                "DELETE " + SYNC_PATH + body(TARGET),
                "POST " + SYNC_PATH + body({**TARGET, "syncAuto": True, "override": True}),
            ],
        ),
    ],
)

TRIGGERS = REPO + "/triggers"
TRIGGER_BODY = {
    "name": "rollout",
    "trigger_mode": "cce",
    "cluster_id": "c1",
    "cluster_name": "production",
    "cluster_ns": "shop",
    "app_type": "deployments",
    "application": "cart",
    "trigger_type": "all",
    "condition": ".*",
    "action": "update",
    "enable": "true",
}
ORDER = [*list(TRIGGER_BODY)[:7], "container", *list(TRIGGER_BODY)[7:]]
DELETE_TRIGGER = "DELETE {0}/rollout".format(TRIGGERS)


def replaced(**fields: Any) -> List[str]:
    ordered = sorted({**TRIGGER_BODY, **fields}.items(), key=lambda item: ORDER.index(item[0]))
    return [DELETE_TRIGGER, "POST " + TRIGGERS + body(dict(ordered))]


TRIGGER = Kind(
    manage_trigger,
    "trigger",
    {
        "name": "rollout",
        "type": "cce",
        "cluster_id": "c1",
        "cluster_name": "production",
        "namespace": "shop",
        "workload_type": "deployments",
        "workload_name": "cart",
        "condition_type": "all",
    },
    "GET {0}/rollout".format(TRIGGERS),
    lambda **fields: (200, {**TRIGGER_BODY, "trigger_history": None, **fields}),
    refusal(404, "4040020"),
    "POST " + TRIGGERS + body(TRIGGER_BODY),
    DELETE_TRIGGER,
    [
        (("enabled", False), {"enable": "false"}, ["PATCH {0}/rollout".format(TRIGGERS) + body({"enable": "false"})]),
        (("container", "main"), {"container": "main"}, replaced(container="main")),
        (("workload_name", "pay"), {"application": "pay"}, replaced(application="pay")),
        (("workload_type", "statefulsets"), {"app_type": "statefulsets"}, replaced(app_type="statefulsets")),
        (("namespace", "other"), {"cluster_ns": "other"}, replaced(cluster_ns="other")),
        (("cluster_id", "c2"), {"cluster_id": "c2"}, replaced(cluster_id="c2")),
        (("cluster_name", "test"), {"cluster_name": "test"}, replaced(cluster_name="test")),
    ],
)
KINDS = [SHARING, RETENTION, SYNC, TRIGGER]
BY_NAME = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)


def manage(kind: Kind, fake: FakeCloud, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    with fake:
        result: Dict[str, Any] = kind.manage(fake.cloud(), {**PLACE, **kind.options, **options}, check_mode)
    return result


def called(call: str) -> str:
    return call.partition(" {")[0]


@BY_NAME
def test_it_is_created_with_one_call(kind: Kind) -> None:
    fake = FakeCloud({kind.get: [kind.absent, kind.found()], called(kind.post): [(201, {"id": 34})]})
    result = manage(kind, fake)
    assert fake.calls == [kind.get, kind.post, kind.get]
    assert (result["changed"], result["diff"]["before"]) == (True, {})
    assert result["diff"]["after"].items() <= result[kind.key].items()
    again = FakeCloud({kind.get: [kind.found()]})
    assert manage(kind, again)["changed"] is False
    assert again.calls == [kind.get]


@BY_NAME
@pytest.mark.parametrize("check_mode", [True, False])
def test_it_is_deleted_once(kind: Kind, check_mode: bool) -> None:
    fake = FakeCloud({kind.get: [kind.found(), kind.absent], called(kind.delete): [(204, None)]})
    result = manage(kind, fake, check_mode, state="absent")
    assert fake.calls == ([kind.get] if check_mode else [kind.get, kind.delete, kind.get])
    assert (result["changed"], result[kind.key], result["diff"]["after"]) == (True, None, {})
    for missing in (kind.absent, refusal(404, "4040003")):
        again = FakeCloud({kind.get: [missing]})
        assert manage(kind, again, state="absent")["changed"] is False
        assert again.calls == [kind.get]


@pytest.mark.parametrize(
    ("kind", "change"),
    [(kind, change) for kind in KINDS for change in kind.changes],
    ids=lambda item: item.key if isinstance(item, Kind) else item[0][0],
)
def test_each_field_is_changed_once(kind: Kind, change: Any) -> None:
    (option, value), fields, calls = change
    after = kind.found(**fields)
    for check_mode in (True, False):
        replies = {kind.get: [kind.found(), after], **{called(call): [(201, {})] for call in calls}}
        fake = FakeCloud(replies)
        result = manage(kind, fake, check_mode, **{option: value})
        assert fake.writes() == ([] if check_mode else calls)
        before, wanted = result["diff"]["before"], result["diff"]["after"]
        assert [name for name in wanted if wanted[name] != before[name]] == [option]
    again = FakeCloud({kind.get: [after]})
    assert manage(kind, again, **{option: value})["changed"] is False
    assert again.calls == [kind.get]


@BY_NAME
def test_a_failure_names_the_permission(kind: Kind) -> None:
    for replies in (
        {kind.get: [refusal(403, "4030000")]},
        {kind.get: [kind.absent], called(kind.post): [refusal(403, "4030000")]},
    ):
        with pytest.raises(HuaweiCloudError) as caught:
            manage(kind, FakeCloud(replies))
        assert "Grant the user the IAM permission swr:repo:" in str(caught.value)
        assert "for the repository team/deep/app" in str(caught.value)


@BY_NAME
@pytest.mark.parametrize("reply", [(200, "text"), (200, {"a": 1}), (404, "page"), (200, [{"a": 1}])])
def test_an_answer_that_is_not_understood_is_an_error(kind: Kind, reply: Any) -> None:
    with pytest.raises(HuaweiCloudError):
        manage(kind, FakeCloud({kind.get: [reply]}), state="absent")


@pytest.mark.parametrize(
    ("kind", "options", "where"),
    [
        (SHARING, {"organization": "Team"}, "organization"),
        (SHARING, {"repository": "App"}, "repository"),
        (SHARING, {"account": " "}, "account"),
        (SHARING, {"account": "a/b"}, "account"),
        (SHARING, {"deadline": "tomorrow"}, "deadline"),
        (SHARING, {"deadline": "2027-6-30"}, "deadline"),
        (SHARING, {"deadline": "2027-02-30"}, "deadline"),
        (RETENTION, {"repository": "App"}, "repository"),
        (RETENTION, {"days": None}, "days"),
        (RETENTION, {"newest": 3}, "days"),
        (RETENTION, {"days": 0}, "days"),
        (RETENTION, {"keep_tags": [""]}, "keep_tags"),
        (SYNC, {"organization": "Team"}, "organization"),
        (SYNC, {"target_organization": "East"}, "target_organization"),
        (SYNC, {"target_region": "cn east"}, "target_region"),
        (SYNC, {"target_region": "cn-north-4"}, "target_region"),
        (TRIGGER, {"repository": "App"}, "repository"),
        (TRIGGER, {"name": "a/b"}, "name"),
        (TRIGGER, {"cluster_id": None}, "cluster_id"),
        (TRIGGER, {"type": "cci"}, "cluster_id"),
        (TRIGGER, {"condition_type": "tag"}, "condition_value"),
        (TRIGGER, {"condition_value": "v1"}, "condition_value"),
        (TRIGGER, {"workload_name": None}, "workload_name"),
    ],
)
def test_invalid_options_are_refused_before_anything_is_sent(kind: Kind, options: Any, where: str) -> None:
    fake = FakeCloud({})
    with pytest.raises(HuaweiCloudError) as caught:
        manage(kind, fake, **options)
    assert (caught.value.where, fake.calls) == (where, [])


# Sharing


def test_a_day_that_is_over_is_refused_only_where_it_would_be_set() -> None:
    over = SHARING.found(deadline="2020-01-01T16:00:00.000Z", status=False)
    assert manage(SHARING, FakeCloud({SHARING.get: [over]}), deadline="2020-01-01")["sharing"]["expired"] is True
    for there in (SHARING.absent, SHARING.found()):
        fake = FakeCloud({SHARING.get: [there]})
        with pytest.raises(HuaweiCloudError, match="is over"):
            manage(SHARING, fake, deadline="2020-01-01")
        assert fake.calls == [SHARING.get]


@pytest.mark.parametrize(("day", "over"), [("2026-11-30", True), ("2026-12-01", False)])
def test_a_sharing_ends_when_its_day_begins(day: str, over: bool) -> None:
    fake = FakeCloud({SHARING.get: [SHARING.absent]})
    with fake:
        options = {**PLACE, **SHARING.options, "deadline": day}
        one = Sharing(fake.cloud(), options, today=lambda: datetime.date(2026, 11, 30))
        if over:
            with pytest.raises(HuaweiCloudError, match="is over"):
                one.desired(one.observe())
        else:
            assert one.desired(one.observe())["deadline"] == day
    assert sharing_file._today() <= datetime.date.today() + datetime.timedelta(days=1)


def test_the_time_of_a_day_that_stays_is_kept() -> None:
    exact = "2999-01-31T16:00:00.000Z"
    patch = patched_share(exact, "new")
    fake = FakeCloud(
        {
            SHARING.get: [SHARING.found(deadline=exact), SHARING.found(deadline=exact, description="new")],
            called(patch): [(201, {})],
        }
    )
    manage(SHARING, fake, description="new", deadline="2999-01-31")
    assert fake.writes() == [patch]


def test_an_account_that_does_not_exist_is_warned_of() -> None:
    fake = FakeCloud({SHARING.get: [SHARING.found(exist=False)]})
    result = manage(SHARING, fake)
    assert 'SWR knows no account named "partner"' in result["warnings"][0]


# Retention


def test_a_policy_that_goes_by_something_else_is_replaced() -> None:
    newest = rule("5", "tag_rule", "num")
    wanted = "POST " + RETENTIONS + body({"algorithm": "or", "rules": [newest]})
    fake = FakeCloud(
        {
            RETENTION.get: [RETENTION.found(), RETENTION.found(rules=[newest])],
            RETENTION.delete: [(200, {})],
            called(wanted): [(201, {"id": 35})],
        }
    )
    result = manage(RETENTION, fake, days=None, newest=5)
    assert fake.writes() == [RETENTION.delete, wanted]
    assert result["policy"] == {"id": 34, "days": None, "newest": 5, "keep_tags": [], "keep_matching": []}


@pytest.mark.parametrize(("kind", "options"), [(RETENTION, {"days": None, "newest": 5}), (SYNC, {"override": True})])
def test_a_replacement_that_fails_in_the_middle_says_so(kind: Kind, options: Any) -> None:
    fake = FakeCloud(
        {
            kind.get: [kind.found()],
            called(kind.delete): [(200, {})],
            called(kind.post): [refusal(403, "4030000", "Forbidden")],
        }
    )
    with pytest.raises(HuaweiCloudError) as caught:
        manage(kind, fake, **options)
    assert "was deleted to be replaced, and the new one was refused: Forbidden" in str(caught.value)
    assert "Run the task again" in str(caught.value)


def test_several_policies_are_an_error() -> None:
    fake = FakeCloud({RETENTION.get: [(200, RETENTION.found()[1] * 2)]})
    with pytest.raises(HuaweiCloudError, match=r"several retention policies \(34, 34\)"):
        manage(RETENTION, fake, state="absent")


@pytest.mark.parametrize(
    "rules", [[], [rule(), rule()], ["x"], [rule(template="x")], [rule("many")], [{"template": "date_rule"}]]
)
def test_a_policy_that_is_not_understood_is_an_error(rules: Any) -> None:
    found = [{"id": 34, "rules": rules}]
    with pytest.raises(HuaweiCloudError, match="not match SWR's API reference"):
        manage(RETENTION, FakeCloud({RETENTION.get: [(200, found)]}))


# Synchronization


def test_one_that_is_not_automatic_is_replaced() -> None:
    fake = FakeCloud(
        {
            SYNC.get: [SYNC.found(syncAuto=False), SYNC.found()],
            called(SYNC.delete): [(200, {})],
            called(SYNC.post): [(200, {})],
        }
    )
    assert manage(SYNC, fake)["changed"] is True
    assert fake.writes() == [SYNC.delete, SYNC.post]


# Lists


@pytest.mark.parametrize(
    ("lister", "get", "reply", "field"),
    [
        (list_sharings, "GET " + SHARES, [SHARE], "account"),
        (list_policies, RETENTION.get, RETENTION.found()[1], "days"),
        (list_syncs, SYNC.get, SYNC.found()[1], "override"),
        (list_triggers, "GET " + TRIGGERS, [TRIGGER_BODY], "workload_name"),
    ],
)
def test_lists(lister: Any, get: str, reply: Any, field: str) -> None:
    def ask(answer: Any) -> Any:
        fake = FakeCloud({get: [answer]})
        with fake:
            return lister(fake.cloud(), PLACE)

    found = ask((200, reply))
    assert len(found) == len(reply)
    assert all(field in entry for entry in found)
    assert ask(refusal(404, "4040003")) == []
    for wrong in (refusal(403, "4030000"), (200, {}), (200, [{}])):
        with pytest.raises(HuaweiCloudError):
            ask(wrong)
