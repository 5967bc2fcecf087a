# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Robot accounts of the sandbox's Harbor: their secrets, and that they may do what they are allowed to, no more."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox import images

from .conftest import Caller, message

World = Callable[..., Caller]
VERSIONS = ("2.4.1", "2.9.5", "2.10.3", "2.15.2")
LEAST = {
    "registry": ["create", "read", "update", "delete", "list"],
    "replication-policy": ["create", "read", "update", "delete", "list"],
    "replication": ["create", "read", "list"],
    "replication-adapter": ["list"],
}


def access(table: Dict[str, List[str]]) -> List[Dict[str, str]]:
    return [{"resource": resource, "action": action} for resource in table for action in table[resource]]


def robot(table: Any = None, **more: Any) -> Dict[str, Any]:
    permissions = [{"kind": "system", "namespace": "/", "access": access(LEAST if table is None else table)}]
    return dict({"name": "swr", "level": "system", "duration": -1, "permissions": permissions}, **more)


@pytest.mark.parametrize("version", VERSIONS)
def test_life(world: World, version: str) -> None:
    call = world(version)
    reply = call("POST", "/robots", robot(description="pushes"))
    assert (reply.status, reply.headers["location"]) == (201, "/api/v2.0/robots/1")
    created = reply.json()
    assert (created["name"], created["expires_at"]) == ("robot$swr", -1)
    assert re.search("[a-z].*", created["secret"])
    assert len(created["secret"]) == 32
    shown = call.get("/robots/1")
    assert (shown["name"], shown["level"], shown["duration"], shown["disable"]) == ("robot$swr", "system", -1, False)
    assert (shown["description"], shown["permissions"][0]["namespace"]) == ("pushes", "/")
    assert "secret" not in shown
    assert [entry["name"] for entry in call.get("/robots")] == ["robot$swr"]
    assert [entry["name"] for entry in call.get("/robots?q=name%3Dswr")] == ["robot$swr"]
    assert call.get("/robots?q=name%3Drobot%24swr") == []
    assert call("POST", "/robots", robot()).status == 409

    login = Caller(call.harbor, ("robot$swr", created["secret"]))
    login.endpoint()
    login.policy()
    assert login.run()["status"] == "Succeed"
    assert "huawei-SWR" in login.get("/replication/adapters")
    assert login("GET", "/robots").status == 403

    renewed = call("PATCH", "/robots/1", {"secret": ""}).json()["secret"]
    assert renewed != created["secret"]
    assert login("GET", "/registries").status == 401
    assert Caller(call.harbor, ("robot$swr", renewed))("GET", "/registries").status == 200
    own = "OneOfMyOwn1"
    assert call("PATCH", "/robots/1", {"secret": own}).json() == {}
    assert call("PATCH", "/robots/1", {"secret": "simple"}).status == 400
    login.login = ("robot$swr", own)
    assert login("GET", "/registries").status == 200

    change = robot({"registry": ["list"]}, name="robot$swr", disable=False)
    assert call("PUT", "/robots/1", change).status == 200
    assert login("GET", "/registries").status == 200
    refused = login("GET", "/registries/1")
    assert (refused.status, message(refused)) == (403, "robot$swr")
    assert call("PUT", "/robots/1", dict(change, disable=True)).status == 200
    assert login("GET", "/registries").status == 401
    assert call("DELETE", "/robots/1").status == 200
    assert call("GET", "/robots/1").status == 404


def test_an_update_keeps_name_and_level(world: World) -> None:
    call = world("2.9.5")
    call.make("/robots", robot())
    for change in ({"name": "swr"}, {"name": "robot$other"}, {"name": "robot$swr", "level": "project"}):
        reply = call("PUT", "/robots/1", robot(**change))
        assert (reply.status, message(reply)) == (400, "cannot update the level or name of robot")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "Robot"}, "robot name is not in lower case"),
        ({"name": "a+b"}, "robot name is not in lower case"),
        ({"duration": -2}, "bad request error duration input"),
        ({"level": "world"}, "bad request error level input: world"),
        ({"permissions": []}, "bad request empty permission"),
        ({"permissions": [{"kind": "system", "namespace": "/"}]}, "bad request empty access"),
        ({"permissions": [{"kind": "system", "namespace": "*", "access": access(LEAST)}]}, "unknown namespace"),
    ],
)
def test_what_is_refused(world: World, change: Any, words: str) -> None:
    for version in VERSIONS:
        reply = world(version)("POST", "/robots", robot(**change))
        assert reply.status == 400
        assert words in message(reply)


def test_permissions_are_checked_since_2_10(world: World) -> None:
    found = {}
    for version in VERSIONS:
        call = world(version)
        for table in ({"replication": ["stop"]}, {"moon": ["list"]}, {"*": ["*"]}):
            reply = call("POST", "/robots", robot(table))
            found.setdefault(version, []).append(reply.status)
            if reply.status == 201:
                call("DELETE", reply.headers["location"][len("/api/v2.0") :])
            else:
                assert message(reply).startswith("bad request permission: ")
    assert found == {"2.4.1": [201] * 3, "2.9.5": [201] * 3, "2.10.3": [400] * 3, "2.15.2": [400] * 3}
    listed = world("2.10.3").get("/permissions")["system"]
    assert all(entry in listed for entry in access(LEAST))
    assert world("2.9.5")("GET", "/permissions").status == 404


def test_durations(world: World) -> None:
    call = world("2.9.5")
    made = call("POST", "/robots", robot(duration=0)).json()
    shown = call.get("/robots/1")
    assert shown["duration"] == 30
    assert shown["expires_at"] == made["expires_at"] > 0
    assert world("2.15.2")("POST", "/robots", robot(duration=0)).status == 400


def test_permissions_on_the_system_hide_those_in_projects_before_2_10(world: World) -> None:
    found = {}
    for version in VERSIONS:
        call = world(version)
        call.harbor.load(images.docker_image("x"), "library/nginx", "1")
        permissions = [
            *robot()["permissions"],
            {"kind": "project", "namespace": "*", "access": access({"repository": ["list"]})},
        ]
        created = call("POST", "/robots", robot(permissions=permissions)).json()
        login = Caller(call.harbor, (created["name"], created["secret"]))
        assert login("GET", "/registries").status == 200
        found[version] = login("GET", "/projects/library/repositories").status
    assert found == {"2.4.1": 403, "2.9.5": 403, "2.10.3": 200, "2.15.2": 200}


def test_another_prefix(world: World) -> None:
    call = world("2.9.5", options={"robot_prefix": "bot+"})
    assert call.get("/configurations")["robot_name_prefix"]["value"] == "bot+"
    created = call("POST", "/robots", robot()).json()
    assert created["name"] == "bot+swr"
    login = Caller(call.harbor, ("bot+swr", created["secret"]))
    assert login("GET", "/registries").status == 200
    assert login("GET", "/configurations").status == 403


def test_project_robots_do_not_replicate(world: World) -> None:
    call = world("2.9.5")
    permissions = [{"kind": "project", "namespace": "library", "access": access({"repository": ["list", "pull"]})}]
    created = call("POST", "/robots", robot(level="project", permissions=permissions)).json()
    assert created["name"] == "robot$library+swr"
    assert call.get("/robots") == []
    assert [entry["id"] for entry in call.get("/robots?q=Level%3Dproject,ProjectID%3D1")] == [1]
    assert Caller(call.harbor, (created["name"], created["secret"]))("GET", "/registries").status == 403
