# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A robot account and its replication under ansible-playbook: what is shown, and what is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import QUICK, World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import ADMIN, SECRET


class Run(NamedTuple):
    """What ansible-playbook did, and what its tasks have registered."""

    code: int
    out: str
    err: str
    kept: Dict[str, Any]


class Play:
    """Plays against one Harbor, with C(-vvv --diff)."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.folder = folder

    def __call__(self, tasks: List[Dict[str, Any]], *arguments: str) -> Run:
        kept = self.folder / "kept.json"
        keep = {"content": "{{ {'made': made | default({}), 'ran': ran | default({})} | to_json }}", "dest": str(kept)}
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {"group/longshore.swr.harbor": {"harbor_url": self.world.harbor.url}},
            "tasks": [*tasks, {"ansible.builtin.copy": keep, "check_mode": False, "no_log": True, "diff": False}],
        }
        book = self.folder / "play.yml"
        book.write_text(json.dumps([play]))
        done = subprocess.run(
            ["ansible-playbook", str(book), "-vvv", "--diff", *arguments],
            env={
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "HOME": str(self.folder),
                "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOCALHOST_WARNING": "false",
                "LC_ALL": "C.UTF-8",
                "HARBOR_USERNAME": ADMIN[0],
                "HARBOR_PASSWORD": ADMIN[1],
            },
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        found = json.loads(kept.read_text()) if kept.exists() else {}
        secrets = [ADMIN[1], SECRET, found.get("made", {}).get("secret")]
        text = done.stdout + done.stderr
        assert [secret for secret in secrets if secret and secret in text] == []
        assert "Traceback" not in text
        return Run(done.returncode, done.stdout, done.stderr, found)


@pytest.fixture
def play(harbor_world: Callable[..., World], tmp_path: Path) -> Play:
    world = harbor_world(options={"start_delay": 0.3, "task_delay": 0.6})
    return Play(world.load(3).prepare(), tmp_path)


ROBOT = {"longshore.swr.harbor_robot": {"name": "replicator", "description": "to SWR"}, "register": "made"}
EXECUTION = {"longshore.swr.harbor_replication_execution": dict(QUICK, policy="to-swr"), "register": "ran"}
BY_ROBOT = {
    "longshore.swr.harbor_replication_execution": dict(
        QUICK, policy="to-swr", harbor_username="{{ made.robot.name }}", harbor_password="{{ made.secret }}"
    ),
    "register": "ran",
}


def test_a_robot_is_made_and_replicates_while_progress_is_shown(play: Play) -> None:
    run = play([ROBOT, BY_ROBOT])
    assert run.code == 0, run.out + run.err
    assert run.kept["made"]["robot"]["name"] == "robot$replicator"
    assert len(run.kept["made"]["secret"]) >= 8
    assert run.kept["ran"]["counts"]["succeed"] == 3
    lines = [line for line in run.err.splitlines() if line.startswith("[harbor] ")]
    head = "[harbor] policy to-swr, execution 1: "
    assert lines[0] == head + "preparing"
    assert head + "0/3 repositories, 0 failed, 3 in progress" in lines
    assert lines[-1] == head + "3/3 repositories, 0 failed, 0 in progress, Succeed"
    assert "[harbor]" not in run.out
    # With the secret the result is hidden.
    assert "replication-policy" not in run.out
    # Without a secret nothing is hidden.
    again = play([ROBOT])
    assert (again.kept["made"]["changed"], "secret" in again.kept["made"]) == (False, False)
    assert "robot$replicator" in again.out


def test_check_mode_starts_nothing_and_an_error_of_a_robot_is_shown(play: Play) -> None:
    run = play([ROBOT, EXECUTION], "--check")
    assert run.code == 0, run.out + run.err
    assert run.kept["ran"]["changed"] is run.kept["made"]["changed"] is True
    assert play.world.harbor.bodies("POST", "/robots") == []
    assert play.world.harbor.bodies("POST", "/replication/executions") == []
    wrong = play([{"longshore.swr.harbor_robot": {"name": "robot$replicator"}}])
    assert wrong.code != 0
    assert "is no name of a robot account" in wrong.out


def test_a_failed_run_fails_the_play_with_the_reason(play: Play) -> None:
    play.world.swr.organizations.clear()
    run = play([EXECUTION])
    assert run.code != 0
    assert "failed before anything was copied: " in run.out
    assert "Create the organization in SWR first" in run.out
