# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A migration in shards: two hosts of an inventory group, in one play, and step by step as AWX runs it."""

from __future__ import annotations

import json
import re
import stat
from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_index
from ansible_collections.longshore.swr.tests.support.playbook import Run, secret_free

HOSTS = ("one", "two")


class World:
    """Six repositories with two tags each, and two hosts that are this machine."""

    def __init__(self, playbooks: Any) -> None:
        self.playbooks = playbooks
        self.source, self.swr = playbooks.source, playbooks.swr
        self.plan = playbooks.folder / "plan"
        for number in range(6):
            image = oci_index("i") if number == 5 else docker_image("d{0}".format(number))
            self.source.load(image, "team/app{0}".format(number), "1.0")
            self.source.load(docker_image("e{0}".format(number)), "team/app{0}".format(number), "2.0")
        playbooks.write_auth()
        self.rules = {
            "{0}/team/app{1}".format(self.source.host, number): "{0}/team/app{1}".format(self.swr.host, number)
            for number in range(6)
        }
        self.hosts: Dict[str, Dict[str, Any]] = {
            name: {
                "migrate_state_dir": str(playbooks.folder / name),
                "migrate_shard": number,
            }
            for number, name in enumerate(HOSTS, 1)
        }
        self.variables: Dict[str, Any] = {
            "migrate_images_file": str(playbooks.folder / "images.json"),
            "migrate_auth_file": str(playbooks.folder / "auth.json"),
            "migrate_region": "cn-north-4",
            "migrate_registry": self.swr.host,
            "migrate_insecure": True,
            "migrate_docker_config_fallback": False,
            "migrate_plan_dir": str(self.plan),
            "migrate_retry_delay": 0.01,
        }

    def run(self, name: str, *arguments: str, ok: bool = True, **variables: Any) -> Run:
        """One of the playbooks, as the user of the inventory runs it."""
        self.playbooks.write("images.json", self.rules)
        group = {"hosts": self.hosts, "vars": dict(self.variables, **variables)}
        everything = {"children": {"migrate_shards": group}, "vars": group["vars"]}
        return self.playbooks.run("longshore.swr." + name, *arguments, ok=ok, inventory={"all": everything})

    def tags(self) -> List[Tuple[str, str]]:
        names = ["team/app{0}".format(number) for number in range(6)]
        return [(name, tag) for name in names for tag in sorted(self.swr.tags(name) or [])]

    def report(self) -> Any:
        return json.loads((self.plan / "report.json").read_text())

    def check_files(self) -> None:
        """Nothing secret is in what is kept."""
        folders = [self.plan, *(self.playbooks.folder / name for name in self.hosts)]
        files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
        secret_free("".join(path.read_text() for path in files), *self.playbooks.secrets)


ALL = [("team/app{0}".format(number), tag) for number in range(6) for tag in ("1.0", "2.0")]


@pytest.fixture
def world(playbooks: Any) -> World:
    return World(playbooks)


def recap(run: Run) -> Dict[str, Tuple[int, int, int]]:
    """By host: changed, unreachable, failed."""
    return {name: (counts["changed"], counts["unreachable"], counts["failed"]) for name, counts in run.recap.items()}


def test_two_hosts_do_it_together_and_once(world: World) -> None:
    forecast = world.run("migrate_sharded", "--check")
    assert "12 images: 12 to copy, 0 there already" in forecast.out
    assert re.search(r"shard 2: \d+ images", forecast.out)
    assert world.tags() == []
    assert not world.plan.exists()

    first = world.run("migrate_sharded", "-vvv", "--diff")
    assert world.tags() == ALL
    assert "12 images in 2 shards: 12 copied" in first.out
    assert all(changed > 0 for changed, _unreachable, _failed in recap(first).values())
    report = world.report()
    assert [shard["name"] for shard in report["shards"]] == ["shard-01", "shard-02"]
    assert len(report["results"]) == 12
    for name in HOSTS:
        (kept,) = (world.playbooks.folder / name).glob("shard-*")
        assert {path.name for path in kept.iterdir()} >= {"report.json", "report.html"}
        assert not (kept / "images.json").exists()
    assert "All 12 images are at their destination" in (world.plan / "report.html").read_text()

    written = len(world.playbooks.written())
    world.swr.load(docker_image("old"), "team/app0", "0.9")
    second = world.run("migrate_sharded", migrate_audit=True, migrate_prune=True)
    # Only the old tag goes.
    assert sorted(changed for changed, _unreachable, _failed in recap(second).values()) == [0, 1]
    assert world.tags() == ALL
    assert json.loads((world.plan / "prune.json").read_text())["deleted"] == [world.swr.host + "/team/app0:0.9"]
    written += 1
    assert len(world.playbooks.written()) == written
    assert "12 images were at their destination when the work was planned" in second.out
    audit = json.loads((world.plan / "audit.json").read_text())
    assert audit["summary"]["targets"] == 12
    assert all(target.startswith(world.swr.host + "/team/app") for target in audit["targets"])

    world.check_files()
    assert {stat.S_IMODE(path.stat().st_mode) for path in world.plan.glob("*.*")} == {0o600}


DYING = '''
import os
from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = """
name: dying
short_description: a host that is gone as soon as it shall copy images
author: test
description: test
"""

class Connection(Local):
    transport = "dying"

    def _alive(self, path=""):
        if path.endswith("AnsiballZ_image_copy.py"):
            open(os.environ["DEAD"], "w").close()
        if os.path.exists(os.environ["DEAD"]):
            raise AnsibleConnectionFailure("the host is gone")

    def put_file(self, in_path, out_path):
        self._alive(out_path)
        super().put_file(in_path, out_path)

    def exec_command(self, *args, **kwargs):
        self._alive()
        return super().exec_command(*args, **kwargs)
'''


def test_a_host_that_dies_keeps_nobody(world: World) -> None:
    folder = world.playbooks.folder
    (folder / "connections").mkdir()
    (folder / "connections" / "dying.py").write_text(DYING)
    world.playbooks.environ.update(ANSIBLE_CONNECTION_PLUGINS=str(folder / "connections"), DEAD=str(folder / "dead"))
    # It looks at the names of modules' files.
    world.playbooks.environ["ANSIBLE_PIPELINING"] = "false"
    world.hosts["two"]["ansible_connection"] = "dying"

    world.run("migrate_sharded", ok=False)
    assert (folder / "dead").exists()
    problems = world.report()["problems"]
    assert any(re.match("shard-02, on two: .*the host is gone", problem) for problem in problems), problems
    assert any("shard-02: its report" in problem for problem in problems)
    assert [shard["name"] for shard in world.report()["shards"]] == ["shard-01"]
    arrived = len(world.tags())
    assert 0 < arrived < 12

    # It is still gone: the other one gets what is left.
    second = world.run("migrate_sharded", ok=False)
    assert recap(second)["two"][1] == 1
    counts = r"12 images in \d shards: {0} copied, {1} there already".format(12 - arrived, arrived)
    assert re.search(counts, second.out), second.out
    assert world.tags() == ALL


def test_what_fails_is_named_and_the_rest_arrives(world: World) -> None:
    world.rules[world.source.host + "/team/absent:9"] = world.swr.host + "/team/absent"
    world.swr.faults.add(Fault(kind="manifest_put", action="status", status=500, repository="team/app2"))
    (world.playbooks.folder / "a-file").write_text("")
    world.hosts["two"]["migrate_state_dir"] = str(world.playbooks.folder / "a-file" / "below")
    # More shards than hosts, and one host is not asked.
    world.hosts["three"] = world.hosts["one"]
    given = ("--limit", "one,two", "-e", "migrate_retries=0")

    first = world.run("migrate_sharded", *given, migrate_shards=4, ok=False)
    assert set(recap(first)) == {"one", "two"}
    report = world.report()
    assert [shard["number"] for shard in report["shards"]] == [1, 3]
    assert any("not planned: " in problem and "team/absent:9" in problem for problem in report["problems"])
    for number in (2, 4):
        assert any(re.match("shard-0{0}, on two: ".format(number), problem) for problem in report["problems"])
    page = (world.plan / "report.html").read_text()
    assert "team/absent:9" in page
    assert "shard-04, on two" in page

    assert re.search(r"\d+ of 13 images failed, and there are \d+ problems", first.text)

    # The host and the rule are mended, and what still fails may fail.
    del world.rules[world.source.host + "/team/absent:9"]
    world.hosts["two"]["migrate_state_dir"] = str(world.playbooks.folder / "two")
    tolerant = world.run("migrate_sharded", *given, migrate_shards=4, migrate_fail_on_error=False)
    assert re.search(r"12 images in \d shards: \d+ copied, \d+ there already, 0 filtered out, 2 failed", tolerant.out)
    # Hosts copy at the same time: each line names its own.
    for host in ("one", "two"):
        assert re.search(r"^\[swr\] {0}: finished: \d+/\d+ images, ".format(host), tolerant.err, re.MULTILINE)
    assert re.search(r"failed: 2 images, the first \S+/team/app2:\S+ -> ", tolerant.out)
    assert world.report()["problems"] == []
    assert world.tags() == [image for image in ALL if image[0] != "team/app2"]

    world.swr.faults.clear()
    world.run("migrate_sharded", "--limit", "one", migrate_shards=4)
    assert world.tags() == ALL


def test_step_by_step_as_jobs_of_their_own(world: World) -> None:
    none = world.run("migrate_shard", "--limit", "one", ok=False)
    assert "There is no plan in" in none.text

    plan = world.run("migrate_plan", "-v", migrate_shards=3)
    assert recap(plan) == {"localhost": (0, 0, 0)}
    # As slices do, each in a run that does not know of the others.
    world.run("migrate_shard", "-vvv", "--limit", "one")
    early = world.run("migrate_merge", ok=False)
    assert "shard-03: its report" in early.text

    world.run("migrate_shard", "--limit", "two", "-e", "migrate_shard=[2,3,4]")
    assert world.tags() == ALL
    join = world.run("migrate_merge", "-v")
    assert "12 images in 3 shards: 12 copied" in join.out
    assert recap(join) == {"localhost": (0, 0, 0)}
    world.check_files()


def test_what_cannot_be_planned_touches_nothing(world: World) -> None:
    missing = str(world.playbooks.folder / "absent.json")
    run = world.run("migrate_sharded", migrate_images_file=missing, ok=False)
    assert "absent.json: the file does not exist" in run.text
    absent = world.run(
        "migrate_sharded", "-e", "migrate_hosts=localhost", "-e", "migrate_shard_hosts=migrate_shards", ok=False
    )
    assert "No host of the group migrate_shards" in absent.text
    assert world.playbooks.requests() == 0
    world.rules[world.source.host + "/team/app0:1.0"] = world.swr.host + "/unknown/app"
    run = world.run("migrate_sharded", migrate_plan_fail_on_error=True, ok=False)
    assert "The plan has errors" in run.text
    assert world.tags() == []


def test_a_directory_that_cannot_be_made_is_named_by_its_variable(world: World) -> None:
    """As where a volume is missing: nothing is planned, and nothing is copied."""
    missing = world.playbooks.write("a-file", "").joinpath("missing")
    planned = world.run("migrate_plan", ok=False, migrate_plan_dir=str(missing))
    copied = world.run("migrate", ok=False, migrate_state_dir=str(missing))
    for run, name in ((planned, "migrate_plan_dir"), (copied, "migrate_state_dir")):
        assert "{0}: ".format(name) in run.text
        assert "a-file/missing" in run.text
        assert "or mount the volume" in run.text
    assert world.tags() == []
