# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies only what is missing: a tag that exists at the destination stays as it is, whatever the source has."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import clients
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.copy import run_copy
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    Sent,
    image_of,
)

OURS, THEIRS = image_of(b"{}", b"ours"), image_of(b"{}", b"theirs")


class World:
    """A source with two tags, and a destination that has another image under one of them."""

    def __init__(self) -> None:
        self.source, self.destination = FakeRegistry(SOURCE), FakeRegistry(DESTINATION)
        self.network = FakeNetwork(self.source, self.destination)
        for tag in ("v1", "v2"):
            self.source.push("ns/app", tag, OURS, b"{}", b"ours")
        self.destination.push("ns/app", "v1", THEIRS, b"{}", b"theirs")
        self.options: Dict[str, Any] = {
            "images": {SOURCE + "/ns/app": DESTINATION + "/ns/app"},
            "docker_config_fallback": False,
            "overwrite": "never",
        }

    def copy(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        return run_copy({**self.options, **options}, check_mode, {})

    def has(self, tag: str) -> bytes:
        return self.destination.manifests["ns/app"].get(tag, b"")


@pytest.fixture
def world(monkeypatch: Any) -> World:
    made = World()
    monkeypatch.setattr(clients, "Transport", lambda **_options: made.network)
    return made


def test_only_what_is_missing_is_copied(world: World) -> None:
    assert world.copy(check_mode=True)["plan"]["to_copy"] == 1
    assert run_plan(world.options, False, {})["plan"]["to_copy"] == 1
    result = world.copy()
    assert (result["images"]["copied"], result["images"]["skipped"], result["failed"]) == (1, 1, False)
    assert (world.has("v1"), world.has("v2")) == (THEIRS, OURS)
    assert not world.copy()["changed"]


def test_the_source_of_what_is_there_is_not_read(world: World) -> None:
    world.copy()
    del world.network.sent[:]
    world.copy()
    assert not [sent for sent in world.network.sent if SOURCE in sent.url and "/manifests/" in sent.url]


def test_what_comes_into_being_meanwhile_stays(world: World, tmp_path: Path) -> None:
    def someone_else(sent: Sent) -> None:
        if "/blobs/uploads/" in sent.url and "v2" not in world.destination.manifests["ns/app"]:
            world.destination.push("ns/app", "v2", THEIRS)

    world.destination.fault = someone_else
    journal = str(tmp_path / "journal.jsonl")
    result = world.copy(journal_path=journal)
    assert (result["images"]["skipped"], result["changed"]) == (2, False)
    assert world.has("v2") == THEIRS
    # What was found there is not remembered as what the source's image becomes.
    world.destination.fault = lambda _sent: None
    assert world.copy(journal_path=journal, overwrite="changed")["images"]["copied"] == 2


def test_to_write_everything_and_to_replace_nothing_exclude_each_other(world: World) -> None:
    with pytest.raises(RulesError, match="overwrite"):
        world.copy(force=True)


def test_rules_that_mean_the_same_tag_are_duplicates(world: World, tmp_path: Path) -> None:
    source, destination = SOURCE + "/ns/app", DESTINATION + "/ns/new"
    log = tmp_path / "log"
    result = world.copy(images=[{source: destination}, {source + ":v2": destination}], log_path=str(log))
    assert result["images"] == {"total": 2, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    assert result["duplicates"] == 1
    assert "duplicate: {0}:v2 -> {1}:v2 images: item 2".format(source, destination) in log.read_text()
