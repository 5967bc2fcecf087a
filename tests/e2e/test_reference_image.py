# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reference Dockerfile of the role audit: podman builds it, and its container stops when it is asked to."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.os_image import Podman
from ansible_collections.longshore.swr.tests.e2e.reference_base import base_archive
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, play

pytestmark = [pytest.mark.needs_podman, pytest.mark.needs_program("ldd")]

BASE = "localhost/base:1.0"


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Podman]:
    engine = Podman(Path(tempfile.mkdtemp(prefix="e2e-")), {})
    engine.import_archive(base_archive(tmp_path_factory.mktemp("base")), BASE)
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service with the files of the role, and some that a build must not see."""
    folder = tmp_path_factory.mktemp("service")
    context = folder / "context"
    (context / ".git").mkdir(parents=True)
    for name in ("package.json", "package-lock.json", "server.js", "healthcheck.js", ".env", "id.key", ".git/HEAD"):
        (context / name).write_text("{}\n", encoding="ascii")
    (context / "README.md").write_text("mine\n", encoding="ascii")
    variables = {"audit_reference_dir": str(context), "audit_reference_base": BASE}
    task = {"ansible.builtin.include_role": {"name": "longshore.swr.audit"}, "vars": variables}
    # The second time the files are there.
    assert Playbook(folder).run([play([task, task])]).changed == 1
    return context


def stopped(podman: Podman, name: str, seconds: int) -> tuple[int, float, str]:
    """Status, duration and output of a container that is asked to stop, and killed after some seconds."""
    container = podman.start(name)
    deadline = time.monotonic() + 20
    while "runs" not in podman.logs(container):
        assert time.monotonic() < deadline, podman.logs(container)
        time.sleep(0.05)
    started = time.monotonic()
    podman.stop(container, seconds)
    duration = time.monotonic() - started
    output = podman.logs(container)
    return podman.remove(container), duration, output


def test_a_container_of_the_reference_stops_at_once(podman: Podman, service: Path) -> None:
    podman.build(service, "localhost/service:1.0", "docker")
    made = podman.inspect("localhost/service:1.0")
    assert made["User"] == "1000:1000"
    assert made["Healthcheck"]["Test"] == ["CMD", "node", "healthcheck.js"]
    assert sorted(podman.run("localhost/service:1.0", "ls", "-A", "/app").split()) == [
        "entrypoint.sh",
        "healthcheck.js",
        "package-lock.json",
        "package.json",
        "server.js",
    ]
    status, duration, output = stopped(podman, "localhost/service:1.0", 10)
    assert output.splitlines() == ["process 1 runs server.js", "stopped by SIGTERM"]
    assert (status, duration < 3) == (0, True)


def test_nothing_is_found_in_the_image_either(
    podman: Podman, service: Path, docker_registry: Callable[..., DockerRegistry]
) -> None:
    """Its history is real, and so is what podman leaves out of an OCI image."""
    host = docker_registry().host
    podman.build(service, "localhost/service:1.0", "docker")
    for form in ("v2s2", "oci"):
        podman.push("localhost/service:1.0", "{0}/team/service:{1}".format(host, form), form)
    options = {"auth": {host: {"insecure": True}}, "profile": "strict", "fail_on": "never"}
    options["images"] = ["{0}/team/service:{1}".format(host, form) for form in ("v2s2", "oci")]
    result = run_module("image_audit", options)
    assert [one["judged"] for one in result["images"]] == [True, True]
    found = {(one["path"].rpartition(":")[2], one["rule"]): one["message"] for one in result["audit"]["findings"]}
    assert set(found) == {("oci", "SWR-DF-016")}
    assert "OCI images cannot have one" in found["oci", "SWR-DF-016"]


def test_without_exec_it_would_be_killed(podman: Podman, service: Path, tmp_path: Path) -> None:
    context = tmp_path / "context"
    shutil.copytree(service, context)
    script = context / "entrypoint.sh"
    text = script.read_text(encoding="ascii")
    assert 'exec "$@"' in text
    script.write_text(text.replace('exec "$@"', '"$@"; exit $?'), encoding="ascii")
    podman.build(context, "localhost/service:wrong", "docker")
    status, _duration, output = stopped(podman, "localhost/service:wrong", 1)
    assert status == 137
    assert "stopped by SIGTERM" not in output
