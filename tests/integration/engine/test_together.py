# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rerun asks for many tags at once, and finds the truth whatever the registries do to such requests."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.pool import Transport
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images, workloads

from .conftest import FAST, World, run_rounds

TAGS = 80
WORKERS = int(str(FAST["workers"]))
REPOSITORY = "team/app"
PASSED = {"total": TAGS, "copied": 0, "skipped": TAGS, "filtered": 0, "postponed": 0, "failed": 0}

# What the registry does to some of the requests for tags: the first ones, later ones, or any.
FAULTS: Dict[str, Dict[str, Any]] = {
    "out of order": {"action": "late"},
    "closed": {"action": "drop"},
    "reset": {"action": "drop", "reset": True},
    "closed after the reply": {"action": "headers", "headers": {"Connection": "close"}},
    "a body": {"action": "head_body"},
    "401": {"action": "status", "status": 401},
    "429": {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "500": {"action": "status", "status": 500},
    "HTTP/1.0": {"action": "http_1_0"},
    "no digest": {"action": "headers", "headers": {"Docker-Content-Digest": ""}},
    "expired tokens": {"action": "expire_tokens"},
}
WHEN: Dict[str, Dict[str, Any]] = {
    "at first": {"nth": [2, 3]},
    "later": {"skip": 30, "times": 1},
    "again and again": {"nth": [5, 26, 47, 68, 89, 110]},
}


class Counter:
    """Counts requests sent at once, and how often all their replies were as they should be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.results: List[bool] = []
        self.sizes: List[int] = []
        plain = Transport.pipeline

        def pipeline(transport: Transport, endpoint: Any, paths: Any, headers: Any, patience: Any) -> Any:
            found = plain(transport, endpoint, paths, headers, patience)
            self.results.append(found[1])
            self.sizes.append(len(paths))
            return found

        monkeypatch.setattr(Transport, "pipeline", pipeline)


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter:
    return Counter(monkeypatch)


@pytest.fixture
def full(sandbox_registry: Callable[..., Registry]) -> World:
    """Two registries with tokens, and the same tags in both."""
    return fill(
        World(
            sandbox_registry(name="source", auth=BearerAuth({"reader": "source-password-1"})),
            sandbox_registry(name="destination", auth=BearerAuth({"writer": "destination-password-2"})),
        )
    )


def fill(world: World) -> World:
    world.login[world.source.host].update(username="reader", password="source-password-1")
    world.login[world.destination.host].update(username="writer", password="destination-password-2")
    for registry in (world.source, world.destination):
        workloads.load_all(registry, workloads.many_tags(TAGS, 1, 0, 100, repository=REPOSITORY))
    source, destination = ("{0}/{1}".format(one.host, REPOSITORY) for one in (world.source, world.destination))
    world.rules = {source: destination}
    return world


def swap(world: World, place: int = 50) -> List[str]:
    """Give two neighbouring tags of the destination each other's image."""
    tags = world.source.tags(REPOSITORY)[place : place + 2]
    found = [world.destination.manifest(REPOSITORY, tag) for tag in tags]
    for tag, manifest in zip(tags, reversed(found)):
        world.destination.storage.put_manifest(REPOSITORY, manifest, tag)
    return tags


def check_all_the_same(world: World) -> None:
    for tag in world.source.tags(REPOSITORY):
        ours, theirs = (registry.manifest(REPOSITORY, tag) for registry in (world.source, world.destination))
        assert ours is not None
        assert theirs is not None
        assert ours.raw == theirs.raw


def test_a_rerun_asks_for_many_tags_at_once(full: World, count: Counter) -> None:
    result = full.copy()
    assert (result["images"], result["changed"]) == (PASSED, False)
    assert all(count.results)
    assert sum(count.sizes) >= 2 * TAGS
    # Four digests of each registry, backwards, show that it answers in order.
    for host in (full.source.host, full.destination.host):
        assert TAGS < result["requests"]["by_registry"][host]["manifest_head"] <= TAGS + 10


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("side", ["source", "destination"])
def test_whatever_a_registry_does_every_tag_is_seen_as_it_is(
    full: World, count: Counter, side: str, fault: str, when: str
) -> None:
    tags = swap(full)
    registry = full.source if side == "source" else full.destination
    registry.faults.add(Fault(kind="manifest_head", **FAULTS[fault], **WHEN[when]))
    result = full.copy(retries=5)
    assert result["images"] == dict(PASSED, copied=len(tags), skipped=TAGS - len(tags))
    check_all_the_same(full)


def test_mixed_up_replies_do_not_hide_a_change(full: World, count: Counter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "shuffle", lambda _tags: None)
    # Two tags of one image, and the destination has another one under the first: the second's reply would fit there.
    tags = full.source.tags(REPOSITORY)[50:52]
    image = images.docker_image("two tags")
    full.source.load(image, REPOSITORY, tags[0])
    for registry in (full.source, full.destination):
        registry.load(image, REPOSITORY, tags[1])
    full.destination.faults.add(Fault(kind="manifest_head", reference=tags[0], action="late"))
    assert full.copy()["images"] == dict(PASSED, copied=1, skipped=TAGS - 1)
    check_all_the_same(full)
    assert count.results
    assert all(count.results)


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_registry_that_answers_out_of_order_is_asked_one_by_one(full: World, count: Counter, side: str) -> None:
    registry = full.source if side == "source" else full.destination
    registry.faults.add(Fault(kind="manifest_head", action="late"))
    assert full.copy()["images"] == PASSED
    assert len(registry.log.entries("manifest_head")) <= TAGS + TAGS / WORKERS + 6
    assert 4 in count.sizes


def test_after_one_surprise_tags_are_asked_for_one_by_one(full: World, count: Counter) -> None:
    full.destination.faults.add(Fault(kind="manifest_head", skip=30, times=1, action="head_body"))
    assert full.copy(workers=1)["images"] == PASSED
    assert count.results.count(False) == 1
    # The other registry has done nothing wrong, but without this one there is nothing to compare.
    assert count.results[-1] is False


def test_a_server_that_drops_all_but_the_first_request_is_not_waited_for(
    full: World, count: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ansible_collections.longshore.swr.plugins.module_utils._registry.client import registry

    monkeypatch.setattr(registry, "PATIENCE", 0.2)
    full.source.faults.add(Fault(kind="manifest_head", skip=2, times=1, action="hang"))
    result = full.copy(timeout=30.0)
    assert result["images"] == PASSED
    assert result["duration"] < 20


def test_changed_and_missing_tags_are_copied(full: World, count: Counter) -> None:
    tags = full.source.tags(REPOSITORY)
    full.source.load(images.docker_image("changed"), REPOSITORY, tags[5])
    full.source.load(images.docker_image("new"), REPOSITORY, "new")
    result = full.copy()
    assert result["images"] == dict(PASSED, total=TAGS + 1, copied=2, skipped=TAGS - 1)
    assert any(count.results)
    check_all_the_same(full)


def test_a_first_run_asks_for_nothing_twice(full: World, count: Counter) -> None:
    full.rules = {"{0}/{1}".format(full.source.host, REPOSITORY): full.destination.host + "/team/other"}
    result = full.copy()
    assert result["images"]["copied"] == TAGS
    # The first of all is sent away, and once more alone.
    assert count.results == [True] * WORKERS
    assert result["requests"]["by_registry"][full.destination.host]["manifest_head"] == TAGS + 2


@pytest.mark.parametrize("options", [{"rate_limit": 10_000.0}, {"overwrite": "never"}])
def test_a_limited_rate_and_never_overwriting_ask_one_by_one(
    full: World, count: Counter, options: Dict[str, Any]
) -> None:
    assert full.copy(**options)["images"] == PASSED
    assert full.destination.host not in [size for size in count.sizes if size > 64]
    assert not any(count.results) or "overwrite" not in options


@pytest.mark.parametrize("when", WHEN)
@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_a_registry_does_every_blob_is_seen_as_it_is(
    full: World, count: Counter, none_is_small: None, fault: str, when: str
) -> None:
    """Blobs that are taken for present would be missing, and others would be sent for nothing."""
    for tag in full.source.tags(REPOSITORY):
        full.destination.storage.delete_manifest(REPOSITORY, tag)
    blobs = sorted(full.destination.storage.blobs(REPOSITORY))
    absent = blobs[::2]
    for digest in absent:
        full.destination.storage.delete_blob(REPOSITORY, digest)
    full.destination.faults.add(Fault(kind="blob_head", **FAULTS[fault], **WHEN[when]))
    result = full.copy(retries=5)
    assert result["failures"] == []
    assert result["blobs"] == {"uploaded": len(absent), "mounted": 0, "present": len(blobs) - len(absent)}
    full.check_destination(REPOSITORY)
    check_all_the_same(full)


def test_a_registry_that_answers_for_other_blobs_is_asked_one_by_one(
    full: World, count: Counter, none_is_small: None
) -> None:
    full.destination.storage.clear()
    for image in list(workloads.many_tags(TAGS, 1, 0, 100, repository=REPOSITORY))[::2]:
        full.destination.load(image.image, REPOSITORY, image.tag)
    full.destination.faults.add(Fault(kind="blob_head", action="late"))
    assert full.copy()["failures"] == []
    full.check_destination(REPOSITORY)
    check_all_the_same(full)


def test_a_first_run_does_not_look_for_small_blobs(full: World) -> None:
    """In a repository without tags there are hardly ever any. One that is there is only sent again."""
    digest = sorted(full.source.storage.blobs(REPOSITORY))[0]
    full.destination.storage.clear()
    full.destination.storage.put_blob(REPOSITORY, digest, [full.source.storage.blob_bytes(digest)])
    result = full.copy()
    assert (result["images"]["copied"], result["blobs"]["present"]) == (TAGS, 0)
    assert full.destination.log.entries("blob_head") == []
    full.check_destination(REPOSITORY)
    check_all_the_same(full)


def test_small_blobs_are_looked_for_where_something_is(full: World, tmp_path: Path) -> None:
    tags = full.source.tags(REPOSITORY)
    for tag in tags[1:]:
        full.destination.storage.delete_manifest(REPOSITORY, tag)
    first = full.copy(journal_path=str(tmp_path / "journal"))
    assert first["blobs"] == {"uploaded": 0, "mounted": 0, "present": TAGS}
    # And where the journal says so.
    for tag in tags:
        full.destination.storage.delete_manifest(REPOSITORY, tag)
    full.destination.storage.clear()
    assert full.copy(journal_path=str(tmp_path / "journal"))["blobs"]["uploaded"] == TAGS + 1
    for tag in tags:
        full.destination.storage.delete_manifest(REPOSITORY, tag)
    assert full.copy(journal_path=str(tmp_path / "journal"))["blobs"]["present"] == TAGS + 1


def one_round(seed: int, path: Path) -> None:
    draw = random.Random(seed)
    auth = (BearerAuth({"reader": "source-password-1"}), BearerAuth({"writer": "destination-password-2"}))
    with Registry(name="source", auth=auth[0]) as source, Registry(name="destination", auth=auth[1]) as destination:
        world = fill(World(source, destination))
        for number in range(draw.randint(0, 4)):
            destination.load(images.docker_image(number), REPOSITORY, draw.choice(destination.tags(REPOSITORY)))
        for registry in (source, destination):
            for fault in draw.sample(sorted(FAULTS), draw.randint(0, 3)):
                chance = draw.choice((0.01, 0.05, 0.2))
                registry.faults.add(
                    Fault(kind="manifest_head", probability=chance, seed=draw.randrange(1 << 30), **FAULTS[fault])
                )
        workers, retries = draw.choice((1, 4, 8)), draw.choice((0, 3))
        world.copy(workers=workers, retries=retries, retry_delay=0.001, report_path=str(path))
        for entry in json.loads(path.read_text())["results"]:
            if entry["outcome"] != "failed" and ":" in entry["destination"].rpartition("/")[2]:
                tag = entry["destination"].rpartition(":")[2]
                ours, theirs = (registry.manifest(REPOSITORY, tag) for registry in (source, destination))
                assert ours is not None
                assert theirs is not None
                assert ours.raw == theirs.raw, tag
        for registry in (source, destination):
            registry.reset()
        assert world.copy()["failures"] == []
        check_all_the_same(world)


def test_random_faults_never_make_a_run_lie(tmp_path: Path) -> None:
    """C(LONGSHORE_FAULT_SECONDS) says for how long (3), C(LONGSHORE_FAULT_SEED) where to begin (1)."""
    run_rounds(lambda seed: one_round(seed, tmp_path / "report.json"), seconds=3)


def test_few_tags_are_not_worth_it(full: World, count: Counter) -> None:
    source, destination = ("{0}/{1}".format(one.host, REPOSITORY) for one in (full.source, full.destination))
    tags = full.source.tags(REPOSITORY)[:20]
    full.rules = {"{0}:{1}".format(source, ",".join(tags)): destination}
    assert full.copy()["images"]["skipped"] == 20
    assert count.results == []
