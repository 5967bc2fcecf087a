# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replies of Harbor that are right but for one value: a result, or an error that names the call."""

from __future__ import annotations

import json
from typing import Any, Dict

import pytest

pytest.importorskip("requests")

from ansible_collections.longshore.swr.plugins.module_utils._harbor.execution.run import ReplicationRun
from ansible_collections.longshore.swr.plugins.module_utils._harbor.info import gather
from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.resource import manage_registry
from ansible_collections.longshore.swr.plugins.module_utils._harbor.robot import Robots
from ansible_collections.longshore.swr.tests.support.fake_harbor import FakeHarbor, Reply
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes

PAGE = "page=1&page_size=100"
TIME = "2026-01-01T00:00:00.000Z"
REGISTRY = {
    "id": 7,
    "name": "swr",
    "type": "docker-registry",
    "url": "https://swr.example",
    "description": "d",
    "insecure": False,
    "status": "healthy",
    "credential": {"type": "basic", "access_key": "u", "access_secret": "*"},
    "creation_time": TIME,
    "update_time": TIME,
}
POLICY = {
    "id": 5,
    "name": "p",
    "description": "d",
    "src_registry": None,
    "dest_registry": REGISTRY,
    "dest_namespace": "team",
    "dest_namespace_replace_count": 1,
    "filters": [{"type": "name", "value": "library/**"}, {"type": "label", "value": ["a"], "decoration": "matches"}],
    "trigger": {"type": "scheduled", "trigger_settings": {"cron": "0 0 2 * * *"}},
    "enabled": True,
    "deletion": False,
    "override": True,
    "speed": 10,
}
EXECUTION = {
    "id": 3,
    "policy_id": 5,
    "status": "Succeed",
    "status_text": "",
    "trigger": "manual",
    "start_time": TIME,
    "end_time": TIME,
    "total": 1,
    "failed": 0,
    "succeed": 1,
    "in_progress": 0,
    "stopped": 0,
}
TASK = {
    "id": 9,
    "status": "Failed",
    "src_resource": "a:[v1]",
    "dst_resource": "b:[v1]",
    "operation": "copy",
    "resource_type": "image",
    "start_time": TIME,
    "end_time": TIME,
}
ROBOT = {
    "id": 1,
    "name": "robot$r",
    "description": "d",
    "level": "system",
    "duration": 30,
    "disable": False,
    "expires_at": 1800000000,
    "creation_time": TIME,
    "editable": True,
    "permissions": [
        {
            "kind": "project",
            "namespace": "team",
            "access": [{"resource": "repository", "action": "pull", "effect": "allow"}],
        }
    ],
}
PROJECT = {"name": "team", "project_id": 1, "repo_count": 1, "metadata": {"public": "true"}}
LISTS = {
    "registries": ("/registries?" + PAGE, REGISTRY),
    "policies": ("/replication/policies?" + PAGE, POLICY),
    "executions": ("/replication/executions?sort=-start_time&" + PAGE, EXECUTION),
    "robots": ("/robots?" + PAGE, ROBOT),
    "projects": ("/projects?" + PAGE, PROJECT),
    "adapters": ("/replication/adapters", "docker-hub"),
}
VERSION = {"auth_mode": "db_auth", "harbor_version": "v2.9.5-e8b44df6"}


def harbor() -> FakeHarbor:
    made = FakeHarbor()
    for path, entry in LISTS.values():
        made.on("GET " + path, [entry])
    made.on("GET /registries?q=name%3Dswr&" + PAGE, [REGISTRY])
    made.on("GET /registries/7", REGISTRY)
    made.on("GET /replication/policies/5", POLICY)
    made.on("GET /replication/policies?name=p&" + PAGE, [POLICY])
    made.on("GET /replication/executions/3", EXECUTION)
    made.on("GET /replication/executions/3/tasks?" + PAGE, [TASK])
    made.on("GET /replication/executions/3/tasks/9/log", Reply("[ERROR] x\n"))
    made.on("GET /robots?q=name%3Dr&" + PAGE, [ROBOT])
    made.on("GET /robots/1", ROBOT)
    for call in ("PUT /registries/7", "PUT /robots/1", "PATCH /robots/1"):
        made.on(call, Reply({}, 200))
    made.on("POST /registries/ping", Reply("", 200))
    return made


@pytest.mark.parametrize("subset", sorted(LISTS))
def test_what_is_listed(subset: str) -> None:
    path, entry = LISTS[subset]
    options = {"policy": None, "limit": 5, "project": None, "repository": None, "gather": [subset]}

    def use(document: Any) -> Any:
        made = harbor()
        made.on("GET " + path, Reply(json.dumps(document)))
        return gather(made.client, options)

    if subset != "projects":
        use([entry])
        assert crashes([entry], use) == []


def test_a_version() -> None:
    def use(document: Any) -> Any:
        made = FakeHarbor()
        made._set("GET", "/api/version", Reply(json.dumps(document["one"])))
        made._set("GET", "/api/v2.0/systeminfo", Reply(json.dumps(document["other"])))
        return str(made.client.version)

    def use_one(document: Any) -> Any:
        return use({"one": document, "other": VERSION})

    def use_other(document: Any) -> Any:
        return use({"one": {"version": "v2.0"}, "other": document})

    assert use_other(VERSION) == "v2.9.5-e8b44df6"
    assert crashes({"version": "v2.0"}, use_one) == []
    assert crashes(VERSION, use_other) == []


def test_a_version_of_thousands_of_digits() -> None:
    made = FakeHarbor()
    made._set("GET", "/api/v2.0/systeminfo", Reply(dict(VERSION, harbor_version="v2." + "9" * 5000 + ".1")))
    assert not made.client.version.known


def run_options(**more: Any) -> Dict[str, Any]:
    options = {
        "policy": "p",
        "execution_id": 3,
        "state": "finished",
        "if_running": "join",
        "wait": True,
        "wait_timeout": 5,
        "poll_interval": 1,
        "settle_time": 0,
        "log_lines": 20,
        "fail_on_empty": False,
        "progress_file": None,
    }
    return dict(options, **more)


@pytest.mark.parametrize(
    ("call", "document"),
    [
        ("GET /replication/executions/3", dict(EXECUTION, status="Failed", failed=1, succeed=0)),
        ("GET /replication/executions/3/tasks?" + PAGE, [TASK]),
    ],
)
def test_a_run(call: str, document: Any) -> None:
    def use(strange: Any) -> Any:
        made = harbor()
        made.on(call, Reply(json.dumps(strange)))
        return ReplicationRun(made.client, run_options(), False, str, made.clock.sleep, made.clock).run()

    use(document)
    assert crashes(document, use) == []


REGISTRY_OPTIONS = {
    "name": "swr",
    "type": "docker-registry",
    "url": "https://swr.example",
    "description": "other",
    "insecure": False,
    "ca_certificate": None,
    "access_key": "u",
    "access_secret": "pass-51",
    "update_secret": "on_create",
    "test_connection": False,
    "state": "present",
}


def test_a_registry() -> None:
    def use(strange: Any) -> Any:
        made = harbor()
        made.on("GET /registries?q=name%3Dswr&" + PAGE, Reply(json.dumps(strange)))
        return manage_registry(made.client, REGISTRY_OPTIONS, True)[0]

    use([REGISTRY])
    assert crashes([REGISTRY], use) == []


def test_a_robot() -> None:
    options = {"name": "r", "state": "present", "duration": 5, "description": "x", "disabled": False}
    permissions = [{"kind": "project", "namespace": "team", "access": [{"resource": "repository", "action": "push"}]}]
    options.update(permissions=permissions, secret="keep")

    def use(strange: Any) -> Any:
        made = harbor()
        made.on("GET /robots?q=name%3Dr&" + PAGE, Reply(json.dumps(strange)))
        return Robots(made.client, options, True).run()

    use([ROBOT])
    assert crashes([ROBOT], use) == []
