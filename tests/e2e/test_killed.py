# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A copy that is killed in the middle, and the run after it."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import CopyProcess, assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

REPOSITORIES = 3
TAGS = 4
OWN = 2
SHARED = 3
# Configs and own layers of every tag, and the layers that all have in common.
BLOBS = REPOSITORIES * TAGS * (OWN + 1) + SHARED
BIG = 400_000
SEEDS = ["shared/{0}".format(number) for number in range(SHARED)]

Stored = List[Tuple[Any, Any]]


@pytest.fixture
def source(sandbox_registry: Callable[..., Registry]) -> Registry:
    """Twelve images in three repositories; slow enough to be killed at a chosen blob, and big ones slower still."""
    registry = sandbox_registry()
    shared = [layer(seed, BIG) for seed in SEEDS]
    for repository in range(REPOSITORIES):
        for tag in range(TAGS):
            seed = "{0}/{1}".format(repository, tag)
            own = [layer("{0}/{1}".format(seed, number)) for number in range(OWN)]
            registry.load(
                images.docker_image(seed, shared + own), "team/app-{0}".format(repository), "v{0}".format(tag)
            )
    registry.faults.add(Fault("delay", kind="blob_get", seconds=0.03))
    return registry


def options_for(source: Registry, destination: str, journal: Path) -> Dict[str, Any]:
    names = ["team/app-{0}".format(number) for number in range(REPOSITORIES)]
    return {
        "images": {"{0}/{1}".format(source.host, name): "{0}/{1}".format(destination, name) for name in names},
        "auth": plain(source.host, destination),
        "journal_path": str(journal),
        "workers": 3,
    }


def kill_after(source: Registry, blobs: int, folder: Path, options: Dict[str, Any]) -> None:
    """Start a copy and kill it when that many blobs have left the source."""
    process = CopyProcess(folder, options)
    reached = source.log.wait(lambda log: log.count("blob_get", status=200) >= blobs, timeout=60)
    process.kill()
    assert reached


def run_again(options: Dict[str, Any]) -> Dict[str, Any]:
    rest = dict(options)
    return copy(rest.pop("images"), rest.pop("auth"), **rest)


def cut_last_line(journal: Path) -> None:
    """As a kill, or a full disk, leaves it."""
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) > 1
    journal.write_bytes(b"".join(lines[:-1]) + lines[-1][: len(lines[-1]) // 2])


def assert_none_sent_again(before: Stored, after: Stored, recorded: str) -> None:
    """Of those that are looked up: in a repository without tags, small ones are not, unless the journal names them.

    :param recorded: the journal before the second run.
    """
    big = {layer(seed, BIG).digest for seed in SEEDS}
    digests = {digest for _repository, digest in before if digest in recorded or digest in big}
    assert [digest for _repository, digest in after if digest in digests] == []
    assert len({digest for _repository, digest in before + after}) == BLOBS


@pytest.mark.parametrize(("blobs", "torn"), [(2, False), (BLOBS // 2, True), (BLOBS - 4, True)])
def test_killed_on_the_way_to_a_sandbox(
    source: Registry, sandbox_registry: Callable[..., Registry], tmp_path: Path, blobs: int, torn: bool
) -> None:
    destination = sandbox_registry()
    options = options_for(source, destination.host, tmp_path / "journal")

    kill_after(source, blobs, tmp_path, options)
    assert destination.log.wait(lambda log: not log.running())
    # The destination sees ends of connections; what it answered with 201 it has.
    before = stored_by(destination)
    assert before or blobs < 3
    assert destination.missing_blobs("team/app-0") == []
    if torn:
        cut_last_line(tmp_path / "journal")
    recorded = (tmp_path / "journal").read_text(encoding="utf-8")
    result = run_again(options)

    assert_clean(result)
    assert_none_sent_again(before, stored_by(destination)[len(before) :], recorded)
    for number in range(REPOSITORIES):
        name = "team/app-{0}".format(number)
        assert destination.missing_blobs(name) == []
        assert sorted(destination.tags(name)) == ["v0", "v1", "v2", "v3"]
    for line in (tmp_path / "journal").read_text(encoding="utf-8").splitlines()[-3:]:
        json.loads(line)


def stored_by(registry: Registry) -> Stored:
    entries = [entry for entry in registry.log.entries("upload_put") if entry.status == 201]
    return [(entry.repository, entry.query.rpartition("digest=")[2].replace("%3A", ":")) for entry in entries]


@pytest.mark.needs_registry
@pytest.mark.needs_skopeo
@pytest.mark.parametrize("blobs", [BLOBS // 4, BLOBS // 2, BLOBS - 4])
def test_killed_on_the_way_to_a_real_registry(
    source: Registry, docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo, tmp_path: Path, blobs: int
) -> None:
    destination = docker_registry()
    options = options_for(source, destination.host, tmp_path / "journal")

    kill_after(source, blobs, tmp_path, options)
    # Restarted, it has nothing of the killed run under way any more. An answer may have found nobody, and then its log
    # lacks it; its storage tells what is complete.
    destination.restart()
    before, answered = destination.layers(), destination.stored()
    assert {digest for _repository, digest in answered} <= {digest for _repository, digest in before}
    assert answered
    assert destination.missing() == []
    cut_last_line(tmp_path / "journal")
    recorded = (tmp_path / "journal").read_text(encoding="utf-8")
    result = run_again(options)

    assert_clean(result)
    assert_none_sent_again(before, destination.stored()[len(answered) :], recorded)
    assert destination.missing() == []
    for number in range(REPOSITORIES):
        for tag in ("v0", "v3"):
            reference = "team/app-{0}:{1}".format(number, tag)
            raw = source.manifest(*reference.split(":"))
            assert raw is not None
            assert skopeo.raw("{0}/{1}".format(destination.host, reference)) == raw.raw
            assert len(skopeo.pull("{0}/{1}".format(destination.host, reference), "pulled")) == SHARED + OWN + 1


def test_killed_in_the_middle_of_a_blob(
    source: Registry, sandbox_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    destination = sandbox_registry()
    options = options_for(source, destination.host, tmp_path / "journal")
    # The shared layers go first, being the largest; of these the kill finds all three half way. It is the source that
    # is slow: what has left it, the kernel delivers even when the process that sent it is dead.
    slow = source.faults.add(Fault("slow", kind="blob_get", rate=BIG / 4))

    process = CopyProcess(tmp_path, options)
    assert source.log.wait(lambda log: log.count("blob_get", status=200) >= SHARED, timeout=60)
    process.kill()
    source.faults.remove(slow)
    assert destination.log.wait(lambda log: not log.running())

    assert stored_by(destination) == []
    assert_clean(run_again(options))
    assert len(stored_by(destination)) == BLOBS
    assert all(destination.missing_blobs("team/app-{0}".format(number)) == [] for number in range(REPOSITORIES))


def test_killed_without_a_journal(source: Registry, sandbox_registry: Callable[..., Registry], tmp_path: Path) -> None:
    destination = sandbox_registry()
    options = options_for(source, destination.host, tmp_path / "journal")
    del options["journal_path"]

    kill_after(source, BLOBS // 2, tmp_path, options)
    assert destination.log.wait(lambda log: not log.running())
    before = stored_by(destination)

    assert_clean(run_again(options))
    assert before
    assert_none_sent_again(before, stored_by(destination)[len(before) :], "")


@pytest.mark.parametrize("seed", [1])
def test_killed_ten_times_in_a_row(
    source: Registry, sandbox_registry: Callable[..., Registry], tmp_path: Path, seed: int
) -> None:
    """One copy, killed at random moments; what the registry confirmed is never sent a second time."""
    draw = random.Random(seed)
    destination = sandbox_registry()
    options = options_for(source, destination.host, tmp_path / "journal")
    slow = source.faults.add(Fault("delay", kind="blob_get", seconds=0.05))
    for _kill in range(10):
        kill_somewhere(source, tmp_path, options, draw)
        assert destination.log.wait(lambda log: not log.running())
        assert all(destination.missing_blobs("team/app-{0}".format(number)) == [] for number in range(REPOSITORIES))
    source.faults.remove(slow)
    assert stored_by(destination)

    assert_clean(run_again(options))

    sent = [digest for _repository, digest in stored_by(destination)]
    assert len(set(sent)) == BLOBS
    # A blob travels once; those of a kill between the registry's answer and the journal's line are found by HEAD.
    assert sorted(sent) == sorted(set(sent))
    for number in range(REPOSITORIES):
        name = "team/app-{0}".format(number)
        assert destination.missing_blobs(name) == []
        assert sorted(destination.tags(name)) == ["v0", "v1", "v2", "v3"]


def kill_somewhere(source: Registry, folder: Path, options: Dict[str, Any], draw: random.Random) -> None:
    """Kill a copy at a random moment: while it plans, or up to three blobs later and in the middle of others."""
    more = draw.randint(0, 3)
    seen, blobs = source.log.count(), source.log.count("blob_get")
    process = CopyProcess(folder, options)
    source.log.wait(lambda log: log.count() > seen and log.count("blob_get") >= blobs + more, timeout=60)
    time.sleep(draw.random() * 0.1)
    process.kill(ended_is_fine=True)
