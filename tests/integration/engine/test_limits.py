# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits that a user sets, as the registries see them."""

from __future__ import annotations

import time

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Fault, images

from .conftest import World


def test_a_bandwidth_limit_holds_over_all_workers(world: World) -> None:
    for number in range(4):
        world.offer(images.docker_image(number, layers=1, size=50_000), "team/app", str(number))
    started = time.monotonic()
    result = world.copy(bandwidth_limit="100000", workers=4)
    assert result["images"]["copied"] == 4
    # It takes longer on a busy machine and never less.
    assert time.monotonic() - started >= result["bytes"]["uploaded"] / 100_000 - 0.2


def test_a_limit_of_uploads_is_kept_by_all_workers(world: World) -> None:
    for number in range(8):
        world.offer(images.docker_image(number, layers=2, size=5_000), "team/app", str(number))
    world.destination.faults.add(Fault(kind="upload_put", action="delay", seconds=0.05))
    assert world.copy(upload_limit=2, workers=8)["images"]["copied"] == 8
    assert world.destination.log.peak("upload_put") <= 2


@pytest.mark.parametrize(("limit", "hosts"), [(20, 1), (60, 3)])
def test_a_limit_of_requests_is_for_the_destination_and_shared_by_hosts(world: World, limit: int, hosts: int) -> None:
    for number in range(3):
        world.offer(images.docker_image(number, layers=1, size=100), "team/app", str(number))
    started = time.monotonic()
    result = world.copy(rate_limit=float(limit), limits_divided_by=hosts)
    seconds = time.monotonic() - started
    assert result["images"]["copied"] == 3
    asked = sum(result["requests"]["by_registry"][world.destination.host].values())
    assert asked / 20 - 0.3 <= seconds
