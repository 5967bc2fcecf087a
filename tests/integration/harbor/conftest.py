# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbors of every version that differs, and playbooks that configure them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Iterator, Sequence

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import ADMIN, SECRET, SWR_NAME
from ansible_collections.longshore.swr.tests.sandbox import HarborServer, Swr
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, Task, play


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


class Plays(Playbook):
    """Tasks for one Harbor. The password is in the environment, the rest of the connection in the group's defaults."""

    def __init__(self, folder: Path, harbor: HarborServer) -> None:
        super().__init__(folder, {"HARBOR_PASSWORD": ADMIN[1]}, [ADMIN[1], SECRET])
        self.harbor = harbor

    def do(self, tasks: Sequence[Task], *arguments: str, ok: bool = True) -> Run:
        """:raises AssertionError: as L(Playbook.run,#)."""
        login = {"harbor_url": self.harbor.url, "harbor_username": ADMIN[0]}
        defaults = {"group/longshore.swr.harbor": login}
        return self.run([play(tasks, module_defaults=defaults)], "-vvv", "--diff", *arguments, ok=ok)


@pytest.fixture
def plays(tmp_path: Path) -> Callable[[HarborServer], Plays]:
    return lambda harbor: Plays(tmp_path, harbor)
