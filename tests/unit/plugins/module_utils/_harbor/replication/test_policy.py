# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

requests = pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError  # noqa: E402
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.policy import (  # noqa: E402
    manage_policy,
    policy_state,
    require_policy,
)
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply  # noqa: E402

POLICIES = "GET /replication/policies?page=1&page_size=100"
REGISTRIES = "GET /registries?page=1&page_size=100"
NEW = "POST /replication/policies"
PUT = "PUT /replication/policies/5"
DELETE = "DELETE /replication/policies/5"
WORKING = "GET /replication/executions?policy_id=5&status=InProgress&sort=-start_time&page=1&page_size=100"
SWR = {"id": 7, "name": "swr", "type": "huawei-SWR", "url": "https://swr", "credential": {"access_secret": "*****"}}
DOCKER = {"id": 8, "name": "docker", "type": "docker-registry", "url": "https://docker"}
LOCAL = {"id": 0, "name": "Local", "type": "harbor", "credential": {"type": "secret", "access_secret": "*****"}}
FILTERS = [
    {"type": "name", "value": "library/*", "decoration": None},
    {"type": "tag", "value": "v*", "decoration": None},
]
OPTIONS = {
    "name": "to-swr",
    "description": None,
    "mode": "push",
    "registry": "swr",
    "registry_type": None,
    "dest_namespace": "dev-container",
    "dest_namespace_replace_count": -1,
    "filters": FILTERS,
    "trigger": "manual",
    "cron": None,
    "deletion": False,
    "override": True,
    "enabled": True,
    "speed": -1,
    "copy_by_chunk": False,
    "single_active_replication": None,
    "stop_executions": False,
    "state": "present",
}
# As 2.4 and later write it: what is false or empty is not there, and speed -1 has become 0.
STORED = {
    "id": 5,
    "name": "to-swr",
    "dest_namespace": "dev-container",
    "dest_namespace_replace_count": -1,
    "enabled": True,
    "override": True,
    "speed": 0,
    "copy_by_chunk": False,
    "trigger": {"type": "manual", "trigger_settings": {}},
    "filters": [{"type": "tag", "value": "v*", "decoration": "matches"}, {"type": "name", "value": "library/*"}],
    "src_registry": LOCAL,
    "dest_registry": SWR,
    "creation_time": "2026-03-02T08:00:00.000Z",
    "update_time": "2026-03-02T08:00:00.000Z",
}
# As 1.10 writes it.
OLD = {
    "id": 5,
    "name": "to-swr",
    "description": "",
    "creator": "admin",
    "src_registry": dict(LOCAL, credential={"type": "secret", "access_key": "", "access_secret": "*****"}),
    "dest_registry": SWR,
    "dest_namespace": "dev-container",
    "filters": [{"type": "name", "value": "library/*"}, {"type": "tag", "value": "v*"}],
    "trigger": {"type": "manual", "trigger_settings": {"cron": ""}},
    "deletion": False,
    "override": True,
    "enabled": True,
    "creation_time": "2026-03-02T08:00:00Z",
    "update_time": "2026-03-02T08:00:00Z",
}
BODY = {
    "name": "to-swr",
    "description": "",
    "dest_registry": {"id": 7},
    "dest_namespace": "dev-container",
    "dest_namespace_replace_count": -1,
    "trigger": {"type": "manual", "trigger_settings": {"cron": ""}},
    "filters": [{"type": "name", "value": "library/*"}, {"type": "tag", "value": "v*", "decoration": "matches"}],
    "enabled": True,
    "deletion": False,
    "override": True,
    "speed": -1,
    "copy_by_chunk": False,
}
OLD_BODY = {
    name: value
    for name, value in dict(BODY, filters=OLD["filters"]).items()
    if name not in ("dest_namespace_replace_count", "speed", "copy_by_chunk")
}
V1, V23, V24, V29, V215 = "v1.10.19-41c1a5ca", "v2.3.0-1", "v2.4.1-c4b06d79", "v2.9.5-e8b44df6", "v2.15.2-1"


def harbor(*stored, version=V29, then=None, registries=(SWR, DOCKER)):
    """A Harbor with these policies, and after the first change with those."""
    fake = FakeHarbor(version)
    fake.on(POLICIES, *([list(stored)] if then is None else [list(stored), then]))
    fake.on(REGISTRIES, list(registries))
    fake.on(NEW, Reply("", 201, Location="/api/v2.0/replication/policies/5"))
    fake.on(PUT, Reply(""))
    fake.on(DELETE, Reply(""))
    fake.on(WORKING, [])
    return fake


def manage(fake, check_mode=False, **options):
    return manage_policy(fake.client, dict(OPTIONS, **options), check_mode, fake.clock.sleep, fake.clock)


@pytest.mark.parametrize(
    ("version", "body", "after"),
    [
        (V1, OLD_BODY, OLD),
        (V23, dict(OLD_BODY, dest_namespace_replace_count=-1), STORED),
        (V24, {name: value for name, value in BODY.items() if name != "copy_by_chunk"}, STORED),
        (V29, BODY, STORED),
        (V215, dict(BODY, single_active_replication=False), STORED),
        ("-", dict(BODY, single_active_replication=False), STORED),
    ],
)
def test_a_new_one_is_sent_as_its_version_has_it(version, body, after):
    fake = harbor(version=version, then=[after])
    result, dummy, warnings = manage(fake)
    assert fake.sent() == [(NEW, body)]
    assert (result["changed"], result["policy"]["id"], warnings) == (True, 5, [])
    assert result["harbor_version"] == version
    # And then there is nothing more to do.
    again = harbor(after, version=version)
    result = manage(again)[0]
    assert again.sent() == []
    assert result["changed"] is False


def test_in_check_mode_it_is_only_told():
    fake = harbor()
    result, outcome, dummy = manage(fake, check_mode=True)
    assert fake.sent() == []
    assert (result["changed"], result["policy"]["id"], outcome.before) == (True, None, None)
    assert result["policy"] == {
        "id": None,
        "name": "to-swr",
        "description": "",
        "mode": "push",
        "registry": "swr",
        "dest_namespace": "dev-container",
        "dest_namespace_replace_count": -1,
        "filters": BODY["filters"],
        "trigger": "manual",
        "cron": "",
        "deletion": False,
        "override": True,
        "enabled": True,
        "speed": 0,
        "copy_by_chunk": False,
        "single_active_replication": False,
    }


def changed(**fields):
    return dict(STORED, **fields)


# Each option: what else the task gets, what Harbor has afterwards, and what differs in the body.
CHANGES = {
    "description": ({"description": "x"}, {"description": "x"}, {"description": "x"}),
    "registry": ({"registry": "docker"}, {"dest_registry": DOCKER}, {"dest_registry": {"id": 8}}),
    "dest_namespace": ({"dest_namespace": "other"}, {"dest_namespace": "other"}, {"dest_namespace": "other"}),
    "dest_namespace_replace_count": (
        {"dest_namespace_replace_count": 1},
        {"dest_namespace_replace_count": 1},
        {"dest_namespace_replace_count": 1},
    ),
    "filters": (
        {"filters": [{"type": "name", "value": "team/*", "decoration": None}]},
        {"filters": [{"type": "name", "value": "team/*"}]},
        {"filters": [{"type": "name", "value": "team/*"}]},
    ),
    "no filters": (
        {"filters": [], "dest_namespace_replace_count": 0},
        {"filters": None, "dest_namespace_replace_count": 0},
        {"filters": [], "dest_namespace_replace_count": 0},
    ),
    "label": (
        {"filters": [*FILTERS, {"type": "label", "value": ["b", "a"], "decoration": "matches"}]},
        {"filters": [*STORED["filters"], {"type": "label", "value": ["b", "a"], "decoration": "matches"}]},
        {"filters": [*BODY["filters"], {"type": "label", "value": ["a", "b"], "decoration": "matches"}]},
    ),
    "decoration": (
        {"filters": [FILTERS[0], {"type": "tag", "value": "v*", "decoration": "excludes"}]},
        {"filters": [BODY["filters"][0], {"type": "tag", "value": "v*", "decoration": "excludes"}]},
        {"filters": [BODY["filters"][0], {"type": "tag", "value": "v*", "decoration": "excludes"}]},
    ),
    "trigger": (
        {"trigger": "event_based"},
        {"trigger": {"type": "event_based", "trigger_settings": {}}},
        {"trigger": {"type": "event_based", "trigger_settings": {"cron": ""}}},
    ),
    "cron": (
        {"trigger": "scheduled", "cron": "0  30 2 * * *"},
        {"trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 30 2 * * *"}}},
        {"trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 30 2 * * *"}}},
    ),
    "override": ({"override": False}, {"override": None}, {"override": False}),
    "enabled": ({"enabled": False}, {"enabled": None}, {"enabled": False}),
    "speed": ({"speed": 1024}, {"speed": 1024}, {"speed": 1024}),
    "copy_by_chunk": ({"copy_by_chunk": True}, {"copy_by_chunk": True}, {"copy_by_chunk": True}),
    "single_active_replication": (
        {"single_active_replication": True},
        {"single_active_replication": True},
        {"single_active_replication": True},
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_each_field_is_changed_once_and_back_once(name):
    options, stored, sent = CHANGES[name]
    fake = harbor(STORED, version=V215, then=[changed(**stored)])
    assert manage(harbor(STORED, version=V215), check_mode=True, **options)[0]["changed"]
    result, outcome, dummy = manage(fake, **options)
    assert fake.sent() == [(PUT, {**BODY, "single_active_replication": False, **sent})]
    assert result["changed"]
    fields = {field for field, value in outcome.after.items() if outcome.before[field] != value}
    expected = {"no filters": {"filters", "dest_namespace_replace_count"}, "cron": {"cron", "trigger"}}
    assert fields == expected.get(name, {"filters"} if name in ("label", "decoration") else {name})
    again = harbor(changed(**stored), version=V215)
    assert not manage(again, **options)[0]["changed"]
    assert again.sent() == []
    back = harbor(changed(**stored), version=V215, then=[STORED])
    defaults = {"description": "", "single_active_replication": False}
    assert manage(back, **defaults)[0]["changed"]
    assert back.sent() == [(PUT, dict(BODY, single_active_replication=False))]


def test_a_pull_has_its_registry_on_the_other_side():
    pull = changed(src_registry=DOCKER, dest_registry=LOCAL)
    fake = harbor(STORED, then=[pull])
    result = manage(fake, mode="pull", registry="docker")[0]
    body = {name: value for name, value in BODY.items() if name != "dest_registry"}
    assert fake.sent() == [(PUT, dict(body, src_registry={"id": 8}))]
    assert (result["policy"]["mode"], result["policy"]["registry"]) == ("pull", "docker")
    assert not manage(harbor(pull), mode="pull", registry="docker")[0]["changed"]


def test_what_is_not_given_stays():
    stored = changed(
        description="by hand",
        single_active_replication=True,
        trigger={"type": "scheduled", "trigger_settings": {"cron": "0 0 4 * * *"}},
    )
    options = {"registry": None, "dest_namespace": None, "filters": None, "trigger": "scheduled"}
    assert not manage(harbor(stored, version=V215), **options)[0]["changed"]
    fake = harbor(stored, version=V215, then=[dict(stored, speed=8)])
    manage(fake, speed=8, **options)
    body = fake.sent()[0][1]
    assert body == dict(BODY, description="by hand", single_active_replication=True, speed=8, trigger=stored["trigger"])


def test_what_a_newer_harbor_has_is_sent_back():
    fake = harbor(changed(a_new_field={"x": 1}), then=[changed(description="x")])
    manage(fake, description="x")
    body = fake.sent()[0][1]
    assert body["a_new_field"] == {"x": 1}
    assert not {"id", "creation_time", "update_time", "replicate_deletion", "src_registry"} & set(body)


def test_a_policy_is_found_by_its_very_name():
    fake = harbor(dict(STORED, name="to-swr-2", id=6))
    with pytest.raises(HarborError, match=r"policy to-swr: .*it has to-swr-2"):
        require_policy(fake.client, "to-swr")
    assert require_policy(fake.client, "to-swr-2")["id"] == 6


@pytest.mark.parametrize(
    "data",
    [
        {"speed": -1},
        {"speed": None},
        {"dest_namespace_replace_count": None},
        {"dest_namespace_replace_count": -5},
        {"trigger": None},
        {"trigger": {"type": "manual"}},
        {"trigger": {"type": "manual", "trigger_settings": {"cron": "0 0 0 * * *"}}},
        {"filters": [*STORED["filters"], {"type": "label", "value": []}]},
        {"filters": list(reversed(STORED["filters"]))},
        {"deletion": False, "replicate_deletion": True},
        {"description": ""},
        {"src_registry": None},
    ],
)
def test_what_means_the_same_is_the_same(data):
    assert policy_state(changed(**data)) == policy_state(STORED)


@pytest.mark.parametrize(
    ("version", "options", "said"),
    [
        (V1, {"dest_namespace_replace_count": 1}, r"dest_namespace_replace_count: this needs Harbor 2\.3"),
        (V23, {"speed": 5}, r"speed: this needs Harbor 2\.4"),
        (V24, {"copy_by_chunk": True}, r"copy_by_chunk: this needs Harbor 2\.7"),
        (V29, {"single_active_replication": True}, r"single_active_replication: this needs Harbor 2\.14"),
        (V1, {"filters": [{"type": "tag", "value": "x", "decoration": "excludes"}]}, r"this needs Harbor 2\.4"),
    ],
)
def test_what_a_version_does_not_have_is_refused(version, options, said):
    fake = harbor(version=version)
    with pytest.raises(HarborError, match=said) as caught:
        manage(fake, **options)
    assert version in str(caught.value)
    assert fake.sent() == []


def test_what_would_be_so_anyway_is_left_out_silently():
    fake = harbor(version=V1, then=[OLD])
    manage(fake, single_active_replication=False, speed=0)
    assert fake.sent() == [(NEW, OLD_BODY)]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"registry": "sw"}, "registry sw: Harbor has no registry with this name; it has docker, swr"),
        ({"registry": None}, "policy to-swr: a new policy needs a registry"),
        ({"dest_namespace": ""}, "uses the name of the project as the organization"),
        ({"dest_namespace": None}, "uses the name of the project as the organization"),
        ({"dest_namespace": "Dev"}, "invalid namespace 'Dev'"),
        ({"dest_namespace": "dev/"}, "invalid namespace 'dev/'"),
        ({"dest_namespace": "1dev"}, "invalid organization name '1dev'.*a lower-case letter first"),
        ({"dest_namespace": "a--b/team"}, "invalid organization name 'a--b'"),
        ({"dest_namespace": "a" * 65}, "invalid organization name 'a+'"),
        ({"registry_type": "docker-registry"}, "the registry swr is of type huawei-SWR, and not docker-registry"),
        ({"deletion": True}, "cannot delete images in SWR"),
        ({"mode": "pull"}, "would replicate everything.*type docker-registry"),
        ({"mode": "pull", "registry": "docker", "trigger": "event_based"}, "only knows its own events"),
        ({"trigger": "scheduled"}, "a scheduled policy needs a schedule"),
        ({"trigger": "scheduled", "cron": "* * * * *"}, "it has 5 fields"),
        ({"cron": "0 0 2 * * *"}, "a schedule is set, but the trigger is manual"),
        ({"dest_namespace_replace_count": 2}, "may match a repository that has 1"),
        ({"filters": [{"type": "name", "value": "nginx", "decoration": None}]}, "'nginx' matches nothing"),
        (
            {"filters": [{"type": "name", "value": "harbor.example.com/library/*", "decoration": None}]},
            r"Leave harbor\.example\.com/ out",
        ),
        ({"speed": 2**31}, "more than Harbor can count"),
        ({"name": "x" * 256}, "the name has 256 characters"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_written(options, said):
    fake = harbor()
    with pytest.raises(HarborError, match=said):
        manage(fake, **options)
    assert fake.sent() == []


def test_one_active_replication_is_not_for_events():
    with pytest.raises(HarborError, match="does not support it with trigger event_based"):
        manage(harbor(version=V215), single_active_replication=True, trigger="event_based")


def test_a_schedule_of_somebody_else_that_newer_versions_refuse_is_told():
    old = changed(trigger={"type": "scheduled", "trigger_settings": {"cron": "0 2 * * *"}})
    with pytest.raises(
        HarborError, match=r"policy in Harbor has a schedule.*'0 2 \* \* \*'.*Set cron, which"
    ) as caught:
        manage(harbor(old), trigger="scheduled")
    assert caught.value.where == "cron"
    with pytest.raises(HarborError, match=r"cron: invalid schedule '0 3 \* \* \*'"):
        manage(harbor(old), trigger="scheduled", cron="0 3 * * *")


def test_a_schedule_needs_jobservice():
    down = Reply({"errors": [{"code": "UNKNOWN", "message": "internal server error"}]}, 500)
    for call, stored in ((NEW, ()), (PUT, (STORED,))):
        fake = harbor(*stored)
        fake.on(call, down)
        with pytest.raises(HarborError, match="Check whether Harbor's jobservice is running"):
            manage(fake, trigger="scheduled", cron="0 0 2 * * *")
        with pytest.raises(HarborError, match="the log of its container core") as caught:
            manage(fake, description="x")
        assert "jobservice" not in str(caught.value)


def test_deletion_is_for_other_registries():
    fake = harbor(then=[changed(dest_registry=DOCKER, deletion=True, replicate_deletion=True)])
    assert manage(fake, registry="docker", deletion=True)[0]["changed"]
    assert fake.sent()[0][1]["deletion"] is True


@pytest.mark.parametrize(
    ("version", "options", "said"),
    [
        (V29, {"filters": [{"type": "name", "value": "a/*"}, {"type": "resource", "value": "image"}]}, "since 2.8"),
        (V29, {"filters": [{"type": "name", "value": "library/**"}]}, "become one in dev-container"),
        (V29, {"filters": []}, "no name filter can match repositories in several places"),
        (V29, {"registry": "docker", "dest_namespace": "", "dest_namespace_replace_count": 1}, "has no effect without"),
        (V24, {"filters": [{"type": "name", "value": "a/*"}, {"type": "resource", "value": "image"}]}, None),
        (V29, {"filters": [{"type": "name", "value": "library/**"}], "dest_namespace_replace_count": 0}, None),
        (V29, {}, None),
    ],
)
def test_what_may_not_be_meant_is_a_warning(version, options, said):
    options = dict(options)
    if "filters" in options:
        options["filters"] = [dict(item, decoration=None) for item in options["filters"]]
    warnings = manage(harbor(version=version), check_mode=True, **options)[2]
    if said is None:
        assert warnings == []
    else:
        assert len(warnings) == 1
        assert said in warnings[0]
        assert warnings[0].startswith("policy to-swr: ")


def test_a_registry_that_harbor_finds_unhealthy_is_a_warning():
    fake = harbor(registries=[dict(SWR, status="unhealthy")])
    assert "unhealthy" in manage(fake, check_mode=True)[2][0]


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({}, True),
        ({"filters": [{"type": "name", "value": "team/*"}]}, True),
        ({"filters": []}, True),
        ({"filters": [{"type": "name", "value": "library/*"}, {"type": "tag", "value": "1.*"}]}, False),
        ({"filters": [{"type": "tag", "value": "v*", "decoration": "excludes"}]}, True),
        ({"filters": [{"type": "name", "value": "team/*"}], "dest_namespace_replace_count": 0}, False),
        ({"enabled": False}, False),
        ({"dest_namespace": "other"}, False),
        ({"dest_registry": DOCKER}, False),
        ({"src_registry": SWR, "dest_registry": LOCAL}, False),
    ],
)
def test_two_policies_that_write_the_same_are_a_warning(other, told):
    fake = harbor(STORED, changed(id=6, name="second", **other))
    warnings = manage(fake)[2]
    assert [("as second" in text, text.startswith("policy to-swr")) for text in warnings] == (
        [(True, True)] if told else []
    )
    assert manage(fake, enabled=False, check_mode=True)[2] == []


def test_harbor_that_does_not_keep_a_value_is_an_error():
    with pytest.raises(HarborError, match=r"kept other values of speed.*something else"):
        manage(harbor(STORED), speed=8)
    with pytest.raises(HarborError, match=r"kept other values of speed.*does not report its version"):
        manage(harbor(STORED, version="-"), speed=8)
    with pytest.raises(HarborError, match="the policy is gone"):
        manage(harbor())


def test_one_that_another_has_made_meanwhile_is_adopted():
    fake = harbor()
    fake.on(POLICIES, [], [changed(description="by hand")], [STORED])
    fake.on(NEW, Reply({"errors": [{"code": "CONFLICT", "message": "it exists"}]}, 409))
    assert manage(fake, description="")[0]["changed"]
    assert [call for call, dummy in fake.sent()] == [NEW, PUT]


def test_absent_is_deleted_once():
    fake = harbor(STORED, then=[])
    result, outcome, dummy = manage(fake, state="absent")
    assert fake.sent() == [(DELETE, None)]
    assert (result["changed"], result["policy"], outcome.diff()["after"]) == (True, None, {})
    assert not manage(harbor(), state="absent")[0]["changed"]
    checked = harbor(STORED)
    assert manage(checked, state="absent", check_mode=True, stop_executions=True)[0]["changed"]
    assert checked.sent() == []


BUSY = Reply({"errors": [{"code": "PRECONDITION", "message": "the execution 12 is running"}]}, 412)


def execution(number, **counts):
    return dict({"id": number, "policy_id": 5, "status": "InProgress", "total": 1, "in_progress": 1}, **counts)


def test_in_check_mode_its_executions_may_be_stopped_before():
    fake = harbor(STORED)
    fake.on(WORKING, [execution(12), execution(13)])
    result, dummy, warnings = manage(fake, check_mode=True, state="absent")
    assert (result["changed"], fake.sent()) == (True, [])
    assert warnings == ["policy to-swr: it is being executed (13, 12). These executions must end first."]
    assert manage(fake, check_mode=True, state="absent", stop_executions=True)[2] == []


def test_one_that_is_being_executed_is_left_alone():
    fake = harbor(STORED)
    fake.on(DELETE, BUSY)
    with pytest.raises(HarborError, match=r"executed: the execution 12 is running.*stop_executions") as caught:
        manage(fake, state="absent")
    assert (caught.value.status, caught.value.code) == (412, "PRECONDITION")
    assert fake.sent() == [(DELETE, None)]


def test_in_check_mode_its_registry_may_be_made_before():
    fake = harbor(registries=[])
    result, dummy, warnings = manage(fake, check_mode=True)
    assert (result["changed"], result["policy"]["registry"]) == (True, "swr")
    assert warnings == ["policy to-swr: there is no registry swr yet. It must be created first."]
    with pytest.raises(HarborError, match="no registry with this name"):
        manage(fake)
    assert fake.sent() == []


def test_in_check_mode_the_type_of_a_registry_that_is_made_before_can_be_told():
    fake = harbor(registries=[])
    assert manage(fake, check_mode=True, registry_type="huawei-SWR")[2] == []
    with pytest.raises(HarborError, match="invalid organization name '1dev'"):
        manage(fake, check_mode=True, registry_type="huawei-SWR", dest_namespace="1dev")


def test_executions_are_stopped_once_each_and_waited_for():
    fake = harbor(STORED, then=[])
    fake.on(WORKING, [execution(12), execution(13)], [execution(13)], [])
    fake.on("PUT /replication/executions/12", None)
    fake.on("PUT /replication/executions/13", None)
    fake.on(DELETE, BUSY, BUSY, BUSY, Reply(""))
    assert manage(fake, state="absent", stop_executions=True)[0]["changed"]
    assert [call for call, dummy in fake.sent()] == [
        "PUT /replication/executions/13",
        "PUT /replication/executions/12",
        DELETE,
        DELETE,
        DELETE,
        DELETE,
    ]
    assert fake.clock.slept == [2.0, 2.0, 2.0]


def test_an_execution_is_stopped_again_when_harbor_tries_a_task_again():
    at_work, between = execution(12, total=2), execution(12, total=2, in_progress=0, failed=1)
    fake = harbor(STORED, then=[])
    fake.on(WORKING, [at_work], [at_work], [between], [between], [at_work], [])
    fake.on("PUT /replication/executions/12", None)
    fake.on(DELETE, *[BUSY] * 5, Reply(""))
    assert manage(fake, state="absent", stop_executions=True)[0]["changed"]
    assert [call for call, dummy in fake.sent() if call != DELETE] == ["PUT /replication/executions/12"] * 2


def test_executions_that_do_not_stop_are_told():
    fake = harbor(STORED)
    fake.on(WORKING, [execution(12)])
    fake.on("PUT /replication/executions/12", None)
    fake.on(DELETE, BUSY)
    with pytest.raises(
        HarborError, match="its executions 12 were told to stop and have not finished within 300 seconds"
    ):
        manage(fake, state="absent", stop_executions=True)
    assert 300 <= fake.clock.passed < 304
