# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists without an end: ten pages that bring nothing are enough."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.tests.sandbox import Fault, images

from ..conftest import FAST, World


@pytest.fixture
def one(world: World) -> World:
    image = images.docker_image("one", layers=1)
    for registry in (world.source, world.destination):
        registry.load(image, "team/app", "1.0")
    world.destination.load(images.docker_image("old", layers=1), "team/app", "old")
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    return world


def run(world: World, prunes: bool) -> Any:
    if prunes:
        return run_prune(dict(FAST, images=world.rules, auth=world.login, dry_run=False), False, {})
    return world.copy()


@pytest.mark.parametrize("prunes", [False, True])
@pytest.mark.parametrize("kind", ["tags", "catalog"])
def test_it_fails_after_ten_pages_of_nothing(one: World, kind: str, prunes: bool) -> None:
    if kind == "catalog":
        one.rules = {one.source.host + "/team/*": one.destination.host + "/team"}
    one.source.faults.add(Fault("endless", kind=kind, times=100))
    began = time.monotonic()
    result = run(one, prunes)
    assert time.monotonic() - began < 5
    assert result["failed"] is True
    assert "10 pages in a row" in result["failures"][0]["error"]
    assert one.source.count(kind) == 11
    assert one.destination.tags("team/app") == ["1.0", "old"]


@pytest.mark.parametrize("pages", [10, 11])
def test_some_empty_pages_are_passed_over(one: World, pages: int) -> None:
    """A catalogue that is filtered by rights may send some."""
    one.rules = {one.source.host + "/team/*": one.destination.host + "/team"}
    one.source.faults.add(Fault("endless", kind="catalog", times=pages))
    assert one.copy()["failed"] is (pages > 10)


def test_referrers_without_an_end(one: World) -> None:
    one.source.load(images.artifact("s", subject=images.docker_image("one", layers=1)), "team/app")
    one.source.faults.add(Fault("endless", kind="referrers", times=100))
    result = one.copy(referrers=True)
    assert (result["failed"], result["attached"]["failed"]) == (True, 1)
    assert one.source.count("referrers") == 11
