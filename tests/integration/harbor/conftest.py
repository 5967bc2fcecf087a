# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbors of every version that differs, and playbooks that configure them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import ADMIN, SWR_NAME
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr

RECAP = re.compile(r"^(\S+)\s+: ok=(\d+)\s+changed=(\d+)\s+unreachable=(\d+)\s+failed=(\d+)", re.MULTILINE)


@pytest.fixture
def swr(sandbox_swr: Callable[..., Swr]) -> Swr:
    return sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, organizations=["team"], tls=True)


@pytest.fixture
def harbor_world(sandbox_harbor: Callable[..., HarborServer], swr: Swr) -> Iterator[Callable[..., World]]:
    """Makes a Harbor of a version. No output of a module may have a secret."""
    worlds = []

    def build(version: str = "2.9.5", **more: Any) -> World:
        given = dict({"resolve": {SWR_NAME: swr}}, **more)
        worlds.append(World(sandbox_harbor(version=version, **given), swr))
        return worlds[-1]

    yield build
    for world in worlds:
        world.assert_no_secret_was_shown()


class Run(NamedTuple):
    """What ansible-playbook did."""

    code: int
    text: str

    @property
    def changed(self) -> int:
        return int(RECAP.findall(self.text)[-1][2])


class Plays:
    """Plays of tasks on localhost, with a home of their own."""

    def __init__(self, harbor: HarborServer, folder: Path) -> None:
        self.harbor = harbor
        self.folder = folder
        (folder / "home").mkdir()
        self.environ: Dict[str, str] = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(folder / "home"),
            "ANSIBLE_HOME": str(folder / "home" / ".ansible"),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "LC_ALL": "C.UTF-8",
            "HARBOR_PASSWORD": ADMIN[1],
        }

    def run(self, tasks: List[Dict[str, Any]], *arguments: str) -> Run:
        """The password is in the environment, the rest of the connection in the group's defaults."""
        play = {
            "hosts": "localhost",
            "connection": "local",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
            "module_defaults": {
                "group/longshore.swr.harbor": {"harbor_url": self.harbor.url, "harbor_username": ADMIN[0]}
            },
            "tasks": tasks,
        }
        # JSON is YAML.
        (self.folder / "play.yml").write_text(json.dumps([play]))
        done = subprocess.run(
            ["ansible-playbook", "play.yml", *arguments],
            cwd=self.folder,
            env=self.environ,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return Run(done.returncode, done.stdout + done.stderr)


@pytest.fixture
def plays(tmp_path: Path) -> Callable[[HarborServer], Plays]:
    return lambda harbor: Plays(harbor, tmp_path)
