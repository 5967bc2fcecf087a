# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One playbook with every module for SWR's objects: predicted, run, run again, changed, undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.sandbox import Fault, images
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play

Task = Dict[str, Any]
REPOSITORY = {"organization": "dev", "repository": "deep/app"}
WORKLOAD = {"namespace": "shop", "workload_type": "deployments", "workload_name": "cart"}
CLUSTER = {"cluster_id": "c1", "cluster_name": "production"}
ALICE, BOB = {"user_name": "alice"}, {"user_name": "bob", "user_id": "u2"}

OBJECTS: List[Any] = [
    ("organization", {"name": "dev"}, None),
    (
        "repository",
        {"organization": "dev", "name": "deep/app", "category": "linux"},
        {"public": True, "description": "The shop's cart"},
    ),
    (
        "permissions",
        {"organization": "dev", "users": [dict(ALICE, permission="manage"), dict(BOB, permission="read")]},
        {"users": [dict(BOB, permission="write")], "exclusive": True},
    ),
    (
        "permissions",
        {**REPOSITORY, "users": [dict(ALICE, permission="read")]},
        {"users": [dict(ALICE, permission="write")]},
    ),
    ("repository_sharing", {**REPOSITORY, "account": "partner"}, {"deadline": "2999-01-31", "description": "audit"}),
    ("retention_policy", {**REPOSITORY, "days": 30, "keep_tags": ["latest"]}, {"days": 60}),
    ("region_sync", {**REPOSITORY, "target_region": "cn-east-3", "target_organization": "east"}, {"override": True}),
    ("trigger", {**REPOSITORY, **WORKLOAD, **CLUSTER, "name": "rollout"}, {"enabled": False}),
]
INFO = {
    "organizations": ("organization_info", {}),
    "repositories": ("repository_info", {"organization": "dev"}),
    "users": ("permissions_info", {"organization": "dev"}),
    "sharings": ("repository_sharing_info", REPOSITORY),
    "policies": ("retention_policy_info", REPOSITORY),
    "syncs": ("region_sync_info", REPOSITORY),
    "triggers": ("trigger_info", REPOSITORY),
}


def task(module: str, options: Dict[str, Any], register: Optional[str] = None) -> Task:
    made: Task = {"name": "Run " + module, "longshore.swr." + module: dict(options)}
    return dict(made, register=register) if register else made


def present(changed: bool = False) -> List[Task]:
    return [task(name, {**options, **((changed and change) or {})}) for name, options, change in OBJECTS]


def absent() -> List[Task]:
    """What is made last goes first."""
    tasks = []
    for name, options, _change in reversed(OBJECTS):
        options = {**options, "state": "absent"}
        if "users" in options:
            options["users"] = [ALICE, BOB]
        tasks.append(task(name, options))
    return tasks


def looks() -> List[Task]:
    tasks = [task(module, options, key) for key, (module, options) in INFO.items()]
    return [*tasks, keep(**{key: "{0}.{0}".format(key) for key in INFO})]


class Runs:
    def __init__(self, world: World, folder: Path) -> None:
        environ = {"HW_ACCESS_KEY": KEYS["access_key"], "HW_SECRET_KEY": KEYS["secret_key"]}
        self.playbook = Playbook(folder, environ, secrets=[KEYS["secret_key"]])
        url = world.cloud.url
        self.defaults = {
            "group/longshore.swr.huaweicloud": {
                "region": "cn-north-4",
                "endpoints": {"swr": url, "iam": url},
                "ca_path": world.cloud.ca_path,
            }
        }

    def run(self, tasks: List[Task], *arguments: str) -> Any:
        return self.playbook.run([play(tasks, module_defaults=self.defaults)], *arguments)


@pytest.mark.slow
def test_every_module_in_one_playbook(world: World, tmp_path: Path) -> None:
    runs = Runs(world, tmp_path)
    world.cloud.objects.known.clear()

    first = runs.run([*present(), *looks()], "--diff")
    assert first.changed == len(OBJECTS)
    assert len(world.cloud.made()) == len(OBJECTS)
    assert [entry["name"] for entry in first.value("organizations")] == ["dev", "team"]
    assert first.value("repositories")[0]["category"] == "linux"
    assert [user["permission"] for user in first.value("users")] == ["manage", "read"]
    assert (first.value("sharings")[0]["deadline"], first.value("policies")[0]["days"]) == ("forever", 30)
    assert (first.value("syncs")[0]["override"], first.value("triggers")[0]["enabled"]) == (False, True)

    # Nothing changes, and check mode foresees the next run without making a change.
    before = len(world.cloud.made())
    second = runs.run([*present(), *present(changed=True)], "--check", "--diff")
    assert (second.changed, len(world.cloud.made())) == (len(OBJECTS) - 1, before)

    third = runs.run([*present(changed=True), *looks(), *present(changed=True)])
    assert third.changed == len(OBJECTS) - 1
    assert third.value("repositories")[0]["public"] is True
    assert [user["user_name"] for user in third.value("users")] == ["bob"]
    assert (third.value("sharings")[0]["deadline"], third.value("policies")[0]["days"]) == ("2999-01-31", 60)
    assert (third.value("syncs")[0]["override"], third.value("triggers")[0]["enabled"]) == (True, False)

    last = runs.run(absent())
    assert last.changed == len(OBJECTS)
    assert (world.swr.organizations, world.cloud.objects.known) == ({"team"}, {})


def test_what_is_absent_is_absent_again(world: World) -> None:
    for step in absent():
        name = next(key for key in step if key.startswith("longshore.swr."))
        assert world.module(name.rpartition(".")[2], **step[name])["changed"] is False
    assert world.cloud.made() == []


def test_the_registry_and_the_cloud_tell_of_the_same_things(world: World) -> None:
    world.swr.load(images.docker_image("app"), "team/deep/app", "1")
    found = world.module("repository_info", organization="team")["repositories"]
    assert [(entry["name"], entry["images"]) for entry in found] == [("deep/app", 1)]
    refused = world.module("repository", organization="team", name="deep/app", state="absent")
    assert "it has 1 image" in refused["msg"]
    # What was pushed can be described, shared and so on like what was created.
    assert world.module("repository", organization="team", name="deep/app", public=True)["changed"] is True


def test_what_is_replaced_is_missing_only_until_the_next_run(world: World) -> None:
    world.module("repository", organization="team", name="app")
    place = {"organization": "team", "repository": "app"}
    assert world.module("retention_policy", **place, days=30)["policy"]["days"] == 30
    newest = {**place, "newest": 5}
    forbidden = {"errors": [{"errorCode": "SVCSTG.SWR.4030000", "errorMessage": "Forbidden"}]}
    world.cloud.faults.add(Fault(action="status", status=403, body=forbidden, method="POST", times=1))
    failed = world.module("retention_policy", **newest)
    assert "was deleted to be replaced" in failed["msg"]
    assert world.module("retention_policy", **newest)["policy"]["newest"] == 5
    assert world.module("retention_policy", **newest)["changed"] is False
