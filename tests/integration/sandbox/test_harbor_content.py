# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the sandbox's Harbor shows of what it holds, to whom, and how both of its servers are started."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Permission, User, images
from ansible_collections.longshore.swr.tests.sandbox.config import ConfigError, plan_servers
from ansible_collections.longshore.swr.tests.sandbox.probe import ask, basic

from .conftest import VERSIONS, Caller

World = Callable[..., Caller]
INDEX = "application/vnd.oci.image.index.v1+json"
IMAGE = "application/vnd.docker.distribution.manifest.v2+json"


def filled(world: World, version: str, **more: Any) -> Caller:
    call = world(version, **more)
    call.harbor.load(images.docker_image("a"), "library/nginx", "1")
    call.harbor.load(images.oci_index("b"), "library/team/app", "2")
    call.harbor.load(images.docker_image("c"), "dark/x", "1")
    call.harbor.label("library/nginx", "1", "good")
    return call


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_artifacts(world: World, version: str) -> None:
    call = filled(world, version)
    assert [entry["name"] for entry in call.get("/projects")] == ["dark", "library"]
    assert call.get("/projects/library")["repo_count"] == 2
    found = call.get("/projects/library/repositories")
    assert [(entry["name"], entry["artifact_count"]) for entry in found] == [
        ("library/nginx", 1),
        ("library/team/app", 1),
    ]
    (plain,) = call.get("/projects/library/repositories/nginx/artifacts?with_label=true")
    assert (plain["manifest_media_type"], plain["type"], plain["references"]) == (IMAGE, "IMAGE", None)
    assert ([tag["name"] for tag in plain["tags"]], plain["labels"]) == (["1"], [{"name": "good"}])
    # A slash within the name is quoted twice.
    (index,) = call.get("/projects/library/repositories/team%252Fapp/artifacts")
    assert (index["manifest_media_type"], index["media_type"]) == (INDEX, INDEX)
    assert len(index["references"]) == len(images.oci_index("b").children)
    assert call("GET", "/projects/library/repositories/team%2Fapp/artifacts").status == 404
    one = call.get("/projects/library/repositories/nginx/artifacts/1")
    assert (one["digest"], one["labels"]) == (plain["digest"], None)
    assert [tag["name"] for tag in call.get("/projects/library/repositories/nginx/artifacts/1/tags")] == ["1"]
    assert call("GET", "/projects/library/repositories/nginx/artifacts/9").status == 404
    assert call("GET", "/projects/none/repositories").status == 404


def test_artifacts_of_1x(world: World) -> None:
    call = filled(world, "1.10.19")
    assert world("1.10.19")("GET", "/projects").body == b"null\n"
    projects = call.get("/projects?name=lib")
    assert [entry["name"] for entry in projects] == ["library"]
    found = call.get("/repositories?project_id={0}".format(projects[0]["project_id"]))
    assert [entry["name"] for entry in found] == ["library/nginx", "library/team/app"]
    (tag,) = call.get("/repositories/library/nginx/tags")
    assert (tag["name"], tag["labels"]) == ("1", [{"name": "good"}])
    assert [tag["name"] for tag in call.get("/repositories/library/team/app/tags")] == ["2"]
    assert call("GET", "/repositories").status == 400
    assert call("GET", "/projects/library/repositories").status == 404


def test_who_sees_what(world: World) -> None:
    dev = User("Dev12345", [Permission("library/*", ("pull",))])
    call = filled(world, "2.9.5", users={"admin": "Harbor12345", "dev": dev})
    others = Caller(call.harbor, ("dev", "Dev12345"))
    assert [entry["name"] for entry in others.get("/projects")] == ["library"]
    assert others("GET", "/projects/dark/repositories").status == 403
    assert Caller(call.harbor, None)("GET", "/projects/library/repositories").status == 401
    permissions = [{"kind": "project", "namespace": "dark", "access": [{"resource": "artifact", "action": "list"}]}]
    body = {"name": "reader", "level": "system", "duration": -1, "permissions": permissions}
    created = call("POST", "/robots", body).json()
    robot = Caller(call.harbor, (created["name"], created["secret"]))
    assert [entry["name"] for entry in robot.get("/projects")] == ["dark"]
    assert len(robot.get("/projects/dark/repositories/x/artifacts")) == 1


# The program

CONFIGURATION = {
    "instances": [
        {"name": "store", "images": [{"factory": "docker_image", "repository": "library/nginx", "tag": "1"}]},
        {"name": "swr", "kind": "swr", "keys": {"AK": "SK"}, "organizations": ["team"]},
        {
            "name": "harbor",
            "kind": "harbor",
            "version": "2.4.1",
            "users": {"root": "Root12345", "dev": {"password": "x", "permissions": []}},
            "registry": "store",
            "resolve": {"swr.cn-north-4.myhuaweicloud.com": "swr", "other.example": "127.0.0.1:9"},
            "options": {"status_lag": 0.5},
            "faults": [{"kind": "harbor", "action": "delay", "times": 1}],
            "images": [{"factory": "docker_image", "repository": "library/redis", "tag": "1"}],
        },
    ]
}


@pytest.fixture
def started(tmp_path: Path, collection_root: Path) -> Iterator[Dict[str, Any]]:
    """What the ready line of the program says of its instances."""
    path = tmp_path / "sandbox.json"
    path.write_text(json.dumps(CONFIGURATION), encoding="utf-8")
    command = [sys.executable, "-m", "tests.sandbox", "--config", str(path)]
    environment = dict(os.environ, PYTHONPATH=str(collection_root))
    with subprocess.Popen(command, cwd=str(collection_root), stdout=subprocess.PIPE, env=environment) as program:
        assert program.stdout is not None
        try:
            yield json.loads(program.stdout.readline())["instances"]
        finally:
            program.terminate()
            assert program.wait(10) == 0


def test_the_program_and_its_endpoints(started: Dict[str, Any]) -> None:
    told = started["harbor"]
    assert (told["kind"], told["version"], told["registry_url"]) == ("harbor", "2.4.1", started["store"]["url"])
    api, side = told["url"] + "/api/v2.0", told["url"] + "/_sandbox"
    login = dict(basic("root", "Root12345"), **{"Content-Type": "application/json"})
    found = ask(api + "/projects/library/repositories", headers=login).json()
    assert [entry["name"] for entry in found] == ["library/nginx", "library/redis"]
    swr = {"name": "swr", "type": "huawei-SWR", "url": "https://swr.cn-north-4.myhuaweicloud.com"}
    assert ask(api + "/registries", "POST", json.dumps(dict(swr, colour="red")), login).status == 201
    cron = {"type": "scheduled", "trigger_settings": {"cron": "0 0 1 * * *"}}
    for name, trigger in (("pushes", {"type": "event_based"}), ("nightly", cron)):
        body = {"name": name, "dest_registry": {"id": 1}, "dest_namespace": "team", "trigger": trigger, "enabled": True}
        assert ask(api + "/replication/policies", "POST", json.dumps(body), login).status == 201
    push = {"repository": "library/nginx", "reference": "1"}
    assert ask(side + "/push", "POST", json.dumps(push)).json() == {"executions": [1]}
    assert ask(side + "/schedule", "POST", json.dumps({"policy": "nightly"})).json() == {"execution": 2}
    assert ask(side + "/label", "POST", json.dumps(dict(push, name="good"))).status == 200
    for path, wrong in (("push", {}), ("schedule", {"policy": "none"}), ("label", {"repository": "x"})):
        assert ask("{0}/{1}".format(side, path), "POST", json.dumps(wrong)).status == 400
    assert ask(side + "/log").json()[0]["kind"] == "harbor"
    violations = ask(side + "/violations").json()
    assert violations == ask(side + "/health").json()["errors"]
    assert all("unknown colour" in violation for violation in violations)
    assert ask(side + "/restart", "POST", json.dumps({"seconds": 5})).status == 200
    assert ask(api + "/systeminfo").status == 502


def test_wrong_configurations_are_told() -> None:
    harbor = {"name": "h", "kind": "harbor", "version": "2.1.0"}
    with pytest.raises(ConfigError, match=r"'2\.1\.0' is neither"):
        plan_servers({"instances": [harbor]})
    wrong = dict(harbor, registry="none", resolve={"x": "none"}, options={"lag": 1}, storage="x")
    with pytest.raises(ConfigError) as caught:
        plan_servers({"instances": [wrong]})
    told = "\n".join(caught.value.problems)
    for part in (
        "no registry before this one",
        "resolve.x: 'none' is no instance",
        "options.lag: unknown",
        "storage: unknown",
    ):
        assert part in told
