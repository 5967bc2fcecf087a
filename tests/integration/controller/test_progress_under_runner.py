# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Progress lines under ansible-runner.

Its releases up to 2.4.1 hang with ansible-core 2.18 when a thread of a task's own process shows a line. The oldest
environment has such a pair.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

pytest.importorskip("ansible_runner")

from ansible_collections.longshore.swr.tests.sandbox import Registry
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image

SECONDS = 45
"""A run takes three; a machine may be busy."""


def events_of_run(folder: Path, tasks: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Plays tasks on localhost with ansible-runner. Gives its events; a run that hangs fails the test."""
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": tasks}
    play["vars"] = {"ansible_python_interpreter": sys.executable}
    (folder / "project").mkdir()
    (folder / "project" / "site.yml").write_text(json.dumps([play]), encoding="utf-8")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    (folder / "env").mkdir()
    # ansible-runner itself ends what hangs, with all that was started.
    (folder / "env" / "settings").write_text(json.dumps({"job_timeout": SECONDS}), encoding="utf-8")
    # In a process of its own: it forks, which this one's threads would not like.
    done = subprocess.run(
        [sys.executable, "-m", "ansible_runner", "run", str(folder), "-p", "site.yml", "-i", "run", "--quiet"],
        env={**os.environ, "PATH": path, "ANSIBLE_HOME": str(folder / "home")},
        stdin=subprocess.DEVNULL,
        timeout=2 * SECONDS,
        check=False,
    )
    artifacts = folder / "artifacts" / "run"
    assert (artifacts / "status").read_text("utf-8") == "successful", (artifacts / "stdout").read_text("utf-8")
    assert done.returncode == 0
    return [json.loads(path.read_text("utf-8")) for path in (artifacts / "job_events").glob("*.json")]


def test_each_progress_line_is_an_event_and_the_run_ends(
    sandbox_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    registry = sandbox_registry()
    registry.load(docker_image("a"), "team/app", "1.0")
    options = {
        "images": {registry.host + "/team/app:1.0": registry.host + "/copy/app"},
        "auth": {registry.host: {"insecure": True}},
        "docker_config_fallback": False,
    }

    events = events_of_run(tmp_path, [{"longshore.swr.image_plan": options}])

    shown = [event["stdout"] for event in events if event["event"] == "verbose"]
    assert [line for line in shown if "[swr] localhost: planning: 1/1 images checked" in line]
