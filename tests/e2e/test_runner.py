# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook under ansible-runner, which is what AWX runs: progress while it works, and no secret left behind."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Callable, List

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.runs import login, plain, secret_free
from ansible_collections.longshore.swr.tests.e2e.signed_tokens import TokenServer
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry
from ansible_collections.longshore.swr.tests.sandbox.workloads import many_tags

pytestmark = [
    pytest.mark.needs_registry,
    pytest.mark.slow,
    pytest.mark.needs_program("openssl"),
    pytest.mark.skipif(importlib.util.find_spec("ansible_runner") is None, reason="needs ansible-runner"),
]

PASSWORD = "the-writer-s-secret"
TASK = "copy | Copy the images"


def test_progress_comes_while_it_works_and_no_secret_stays(
    docker_registry: Callable[..., DockerRegistry],
    token_server: Callable[..., TokenServer],
    sandbox_registry: Callable[..., Registry],
    tmp_path: Path,
) -> None:
    source, destination = sandbox_registry(), docker_registry(tokens=token_server({"writer": PASSWORD}))
    for item in many_tags(10, repository="team/app"):
        source.load(item.image, item.repository, item.tag)
    # Twenty-four blobs, four at a time: two seconds at least.
    source.faults.add(Fault("delay", kind="blob_get", seconds=0.4))
    project = tmp_path / "project"
    project.mkdir()
    # As in AWX: a playbook of the project that stands for the collection's.
    (project / "site.yml").write_text("- import_playbook: longshore.swr.migrate\n", encoding="utf-8")
    # In the file, and not by ${...} in the environment: that is among what ansible-runner itself keeps.
    auth = {**plain(source.host), destination.host: login("writer", PASSWORD)}
    (project / "auth.json").write_text(json.dumps(auth), encoding="utf-8")
    rules = {source.host + "/team/app": destination.host + "/team/app"}
    (project / "images.json").write_text(json.dumps(rules), encoding="utf-8")
    variables = {
        "images_file": "images.json",
        "auth_file": "auth.json",
        "workers": 4,
        "state_dir": str(tmp_path / "state"),
        "migrate_progress_interval": 1,
    }
    environ = {
        **os.environ,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "ANSIBLE_HOME": str(tmp_path / "home"),
    }

    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "extravars").write_text(json.dumps(variables), encoding="utf-8")

    # In a process of its own: it forks, which this one's threads would not like.
    line = [sys.executable, "-m", "ansible_runner", "run", str(tmp_path), "-p", "site.yml", "-i", "run", "--quiet"]
    done = subprocess.run(line, env=environ, capture_output=True, text=True, timeout=120, check=False)

    artifacts = tmp_path / "artifacts" / "run"
    assert done.returncode == 0, done.stdout + done.stderr + (artifacts / "stdout").read_text("utf-8")
    events = [json.loads(path.read_text("utf-8")) for path in (artifacts / "job_events").glob("*.json")]
    ended = [event for event in events if event["event"] == "runner_on_ok" and event["event_data"]["task"] == TASK]
    assert len(ended) == 1
    progress = [event for event in events if event["event"] == "verbose" and "[swr]" in event["stdout"]]
    during = [event for event in progress if event["created"] < ended[0]["created"]]
    assert len(during) >= 3
    # They came one by one, and not all together when the task was over.
    assert len({event["created"][:21] for event in during}) >= 3
    assert json.loads((tmp_path / "state" / "report.json").read_text("utf-8"))["images"]["copied"] == 10
    secret_free(everything_below(tmp_path / "artifacts") + everything_below(tmp_path / "state"), PASSWORD)


def everything_below(folder: Path) -> str:
    files: List[Path] = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    assert files
    return "".join(path.read_text("utf-8", errors="replace") for path in files)
