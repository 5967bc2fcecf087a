# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uploads that break: they go on where the registry keeps what it has, and begin again where it does not."""

from __future__ import annotations

from typing import Any, Callable, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import chunking as upload_habits
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

from .conftest import World

KIB = 1024
SIZE = 1000 * KIB
CHUNK = 200 * KIB


@pytest.fixture
def small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks are small, so that the buffers of the kernel do not blur it all."""
    monkeypatch.setattr(upload_habits, "LEAST_CHUNK", CHUNK)
    monkeypatch.setattr(upload_habits, "MOST_CHUNK", CHUNK)
    monkeypatch.setattr(upload_habits, "LEAST_SENT", 10 * KIB)


@pytest.fixture
def large(sandbox_registry: Callable[..., Registry], small_chunks: None) -> World:
    """An image whose layer counts as large."""
    world = World(
        sandbox_registry(name="source", auth=BearerAuth({"reader": "source-password-1"})),
        sandbox_registry(name="destination", auth=BearerAuth({"writer": "destination-password-2"})),
    )
    world.login[world.source.host].update(username="reader", password="source-password-1")
    world.login[world.destination.host].update(username="writer", password="destination-password-2")
    world.secrets = ["source-password-1", "destination-password-2"]
    world.offer(images.docker_image("large", [layer("large", SIZE)], size=100), "team/app", "1")
    return world


def break_whole(world: World, after: int = SIZE // 2, **more: Any) -> Fault:
    return world.destination.faults.add(
        Fault(kind="upload_put", action="drop_upload", after=after, **dict({"times": 1}, **more))
    )


def chunks(world: World, status: int = 202) -> List[Tuple[int, int]]:
    """First and last byte of each chunk that was taken."""
    found = []
    for entry in world.destination.log.entries("upload_patch", status=status):
        first, _dash, last = entry.kept["content-range"].partition("-")
        found.append((int(first), int(last)))
    return found


def arrived(world: World, result: Any) -> None:
    assert result["failures"] == []
    assert result["images"]["copied"] == 1
    world.check_destination("team/app")


def test_goes_on_in_chunks_where_the_registry_kept_what_arrived(large: World) -> None:
    break_whole(large)
    result = large.copy(retries=0, workers=1)
    arrived(large, result)
    taken = chunks(large)
    # What had arrived is not sent again, and what follows leaves no gap.
    assert taken[0][0] > 0
    assert [last + 1 for _first, last in taken] == [first for first, _last in taken[1:]] + [layer("large", SIZE).size]
    assert all(last - first < CHUNK for first, last in taken)
    assert large.destination.count("upload_post") == 2


def test_begins_again_where_it_did_not(large: World) -> None:
    break_whole(large)
    large.destination.faults.add(Fault(kind="upload_get", action="status", status=404))
    result = large.copy(retries=0, workers=1)
    arrived(large, result)
    assert chunks(large)[0] == (0, CHUNK - 1)
    assert large.destination.count("upload_post") == 3
    assert result["bytes"]["uploaded"] > result["bytes"]["planned"]


@pytest.mark.parametrize("status", [400, 404, 405, 416, 500, 501])
def test_a_registry_without_chunks_gets_it_whole_again_and_is_known_for_it(large: World, status: int) -> None:
    second = layer("second", SIZE)
    large.offer(images.docker_image("second", [second], size=100), "team/app", "2")
    large.destination.faults.add(Fault(kind="upload_patch", action="status", status=status))
    large.destination.faults.add(Fault(kind="upload_get", action="status", status=404))
    break_whole(large)
    result = large.copy(retries=1, workers=1)
    assert result["failures"] == []
    assert result["images"]["copied"] == 2
    large.check_destination("team/app")
    assert large.destination.count("upload_patch") <= 2


def test_many_breaks_in_chunks_cost_only_what_they_lose(large: World) -> None:
    break_whole(large)
    large.destination.faults.add(Fault(kind="upload_patch", action="drop_upload", after=50 * KIB, times=8))
    result = large.copy(retries=1, workers=1)
    arrived(large, result)
    assert large.destination.count("upload_post") == 2


def test_chunks_of_which_the_registry_keeps_nothing_end_in_an_error(large: World) -> None:
    break_whole(large)
    large.destination.faults.add(Fault(kind="upload_patch", action="drop_upload", after=50 * KIB))
    large.destination.faults.add(Fault(kind="upload_get", action="status", status=404))
    result = large.copy(retries=1, workers=1)
    assert result["images"]["failed"] == 1
    assert "blob sha256:" in result["failures"][0]["error"]
    assert large.destination.count("upload_patch") < 20
    assert large.destination.tags("team/app") == []


@pytest.mark.parametrize("kind", ["upload_patch", "upload_get", "upload_put"])
@pytest.mark.parametrize("action", ["expire_tokens", "drop", "drop_after_work"])
def test_what_goes_wrong_between_chunks_does_not_begin_again(large: World, kind: str, action: str) -> None:
    break_whole(large, nth=1)
    # The second PUT is the one that ends the chunks.
    large.destination.faults.add(Fault(kind=kind, action=action, nth=2 if kind == "upload_put" else 1))
    result = large.copy(retries=2, workers=1)
    arrived(large, result)
    assert large.destination.count("upload_post") == 2
    assert chunks(large)[0][0] > 0


def test_a_lost_reply_to_the_end_is_looked_up(large: World) -> None:
    """The blob is there: not a byte goes a second time."""
    large.destination.faults.add(Fault(kind="upload_put", action="drop_after_work", times=1))
    result = large.copy(retries=0, workers=1)
    arrived(large, result)
    assert large.destination.count("upload_patch") == 0
    assert result["bytes"]["uploaded"] == result["bytes"]["planned"]


def test_both_lines_break(large: World) -> None:
    break_whole(large)
    large.source.faults.add(Fault(kind="blob_get", action="truncate", after=90 * KIB, times=9))
    large.destination.faults.add(Fault(kind="upload_patch", action="drop_upload", after=70 * KIB, times=6))
    arrived(large, large.copy(retries=1, workers=1))


def test_a_registry_that_kept_less_than_it_said(large: World) -> None:
    """Bytes that were confirmed and lost again are read and sent again, and hashed once."""
    break_whole(large)
    lying = Fault(kind="upload_get", action="headers", headers={"Range": "0-{0}".format(10 * KIB - 1)}, times=1)
    large.destination.faults.add(lying)
    result = large.copy(retries=3, workers=1)
    arrived(large, result)


def test_a_source_that_is_damaged_is_never_completed_in_chunks_either(large: World) -> None:
    break_whole(large)
    large.source.faults.add(Fault(kind="blob_get", action="corrupt", offset=SIZE - 10))
    result = large.copy(retries=1, workers=1)
    assert result["images"]["failed"] == 1
    assert "are not the blob" in result["failures"][0]["error"]
    assert large.destination.missing_blobs("team/app") == []


def test_chunked_replies_keep_their_connections(large: World) -> None:
    for number in range(2, 8):
        large.offer(images.docker_image(number, layers=1, size=1000), "team/app", str(number))
    large.source.faults.add(Fault(kind="blob_get", action="chunked"))
    assert large.copy(workers=1)["images"]["copied"] == 7
    blobs = large.source.count("blob_get")
    assert blobs >= 14
    assert large.source.server.connections_accepted < blobs


@pytest.mark.parametrize("kept", [True, False])
def test_a_layer_that_is_recompressed_on_its_way_goes_on_too(
    sandbox_registry: Callable[..., Registry], small_chunks: None, kept: bool
) -> None:
    world = World(sandbox_registry(), sandbox_registry(options={"zstd": False}))
    world.offer(images.zstd_image("z", layers=1, size=SIZE), "team/app", "1")
    # The first PUT that is refused is that of the layer as it is: the registry shows what it does not take.
    world.destination.faults.add(Fault(kind="upload_put", action="drop_upload", after=SIZE // 3, nth=[1, 3, 4]))
    world.destination.faults.add(Fault(kind="upload_patch", action="drop_upload", after=CHUNK // 2, nth=[3, 5]))
    if not kept:
        world.destination.faults.add(Fault(kind="upload_get", action="status", status=404, times=2))
    result = world.copy(retries=3, workers=1)
    assert result["failures"] == []
    assert result["recompressed"] == 1
    assert world.destination.count("upload_patch", status=202) > 0
    world.check_destination("team/app")
