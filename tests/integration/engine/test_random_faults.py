# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever goes wrong in whatever order: every image is accounted for, and a clean run completes the work.

C(LONGSHORE_FAULT_SECONDS) says for how long (10), C(LONGSHORE_FAULT_SEED) where to begin (1). A failure names its seed;
with that one as the first, and one second, it comes again as far as threads allow.
"""

from __future__ import annotations

import itertools
import json
import random
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import chunking as upload_habits
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

from .conftest import World, run_rounds

KIB = 1024
REPOSITORIES = ["team/r{0}".format(number) for number in range(3)]
TAGS = ("large", "index", "list")
BIG = layer("random faults", 300 * KIB)
LOST = {"errors": [{"code": "DIGEST_INVALID", "message": "fault of the sandbox"}]}

ACTIONS: List[Dict[str, Any]] = [
    {"action": "drop"},
    {"action": "drop", "reset": True},
    {"action": "drop_after_work"},
    {"action": "truncate", "after": 500},
    {"action": "truncate", "after": 100 * KIB, "kind": "blob_get"},
    {"action": "drop_upload", "after": 700},
    {"action": "drop_upload", "after": 40 * KIB},
    {"action": "corrupt", "kind": "blob_get,manifest_get"},
    {"action": "wrong_size", "kind": "blob_get,manifest_get,tags"},
    {"action": "wrong_size", "delta": 7},
    {"action": "wrong_size", "delta": 300 * KIB, "kind": "blob_get,token"},
    {"action": "endless", "kind": "tags"},
    {"action": "slow", "rate": 400 * KIB},
    {"action": "redirect", "location": "{path}", "kind": "upload_post,upload_patch,upload_put,manifest_put,blob_get"},
    {"action": "wrong_digest", "kind": "manifest_get,manifest_head,manifest_put"},
    {"action": "chunked"},
    {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
    {"action": "status", "status": 503},
    {"action": "status", "status": 500},
    {"action": "status", "status": 502, "html": True},
    {"action": "status_after", "status": 500, "kind": "upload_put,upload_patch,upload_post,manifest_put,mount"},
    {"action": "status", "status": 404, "kind": "blob_get,manifest_get,upload_get,upload_patch,upload_put,mount"},
    {"action": "status", "status": 401},
    {"action": "status", "status": 403, "kind": "mount,upload_post,blob_head"},
    {"action": "status", "status": 500, "kind": "mount"},
    {"action": "status", "status": 201, "body": "", "kind": "mount"},
    {"action": "status", "status": 416, "kind": "upload_patch"},
    {"action": "status", "status": 400, "body": LOST, "kind": "manifest_put,upload_put"},
    {"action": "no_head"},
    {"action": "no_mount"},
    {"action": "no_range"},
    {"action": "no_chunked"},
    {"action": "expire_tokens"},
    {"action": "delay", "seconds": 0.02},
]


def make_world(source: Registry, destination: Registry) -> World:
    world = World(source, destination)
    world.login[source.host].update(username="reader", password="source-password-1")
    world.login[destination.host].update(username="writer", password="destination-password-2")
    world.secrets = ["source-password-1", "destination-password-2"]
    for number, repository in enumerate(REPOSITORIES):
        world.offer(images.docker_image(number, [BIG, layer(number, 2000)], size=100), repository, "large")
        world.offer(images.oci_index(number % 2, layers=2, size=3000), repository, "index")
        world.offer(images.manifest_list("same", layers=1, size=1000), repository, "list")
    # Of the last one the tags are listed.
    for tag in TAGS:
        del world.rules["{0}/{1}:{2}".format(source.host, REPOSITORIES[-1], tag)]
    world.rules["{0}/{1}".format(source.host, REPOSITORIES[-1])] = "{0}/{1}".format(destination.host, REPOSITORIES[-1])
    return world


def disturb(world: World, draw: random.Random) -> None:
    for registry in (world.source, world.destination):
        for action in draw.sample(ACTIONS, draw.randint(2, 5)):
            chance = draw.choice((0.02, 0.1, 0.3))
            registry.faults.add(Fault(probability=chance, seed=draw.randrange(1 << 30), **action))


def check_arrived(source: Registry, destination: Registry, repository: str, tag: str) -> None:
    ours, theirs = source.manifest(repository, tag), destination.manifest(repository, tag)
    assert ours is not None
    assert theirs is not None
    assert ours.raw == theirs.raw


def check_report(source: Registry, destination: Registry, entries: List[Dict[str, Any]]) -> None:
    """Every image is told of, and what is not said to have failed is there."""
    outcomes = {entry["destination"]: entry["outcome"] for entry in entries}
    expected = {"{0}/{1}:{2}".format(destination.host, *one): one for one in itertools.product(REPOSITORIES, TAGS)}
    last = "{0}/{1}".format(destination.host, REPOSITORIES[-1])
    if outcomes.pop(last, None) == "failed":
        # Its tags could not be listed.
        expected = {name: one for name, one in expected.items() if not name.startswith(last + ":")}
    assert set(outcomes) == set(expected)
    for name, outcome in outcomes.items():
        if outcome != "failed":
            check_arrived(source, destination, *expected[name])


def one_round(seed: int, path: Path) -> None:
    draw = random.Random(seed)
    with (
        Registry(name="source", auth=BearerAuth({"reader": "source-password-1"})) as source,
        Registry(name="destination", auth=BearerAuth({"writer": "destination-password-2"})) as destination,
    ):
        world = make_world(source, destination)
        disturb(world, draw)
        options = {"retries": draw.choice((0, 2)), "workers": draw.choice((1, 4, 8)), "report_path": str(path)}
        result = world.copy(retry_delay=0.001, **options)
        for failure in result["failures"]:
            assert "INTERNAL" not in failure["error"]
        world.check_destination(*REPOSITORIES)
        check_report(source, destination, json.loads(path.read_text())["results"])
        for registry in (source, destination):
            registry.reset()
        clean = world.copy()
        assert clean["failures"] == []
        assert clean["images"]["copied"] + clean["images"]["skipped"] == 9
        world.check_destination(*REPOSITORIES)
        for repository in REPOSITORIES:
            for tag in TAGS:
                check_arrived(source, destination, repository, tag)


def test_random_faults_never_lose_an_image_or_leave_a_torn_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(upload_habits, "LEAST_CHUNK", 32 * KIB)
    monkeypatch.setattr(upload_habits, "MOST_CHUNK", 64 * KIB)
    monkeypatch.setattr(upload_habits, "LEAST_SENT", 1)
    run_rounds(lambda seed: one_round(seed, tmp_path / "report.json"), seconds=10)
