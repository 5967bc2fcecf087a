# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of the fault matrix that only some copies have: mounts, chunks, and each place in a blob.

The others are in C(test_faults).
"""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import chunking as upload_habits
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

from .conftest import World
from .test_faults import LASTING, PASSING

KIB = 1024
SIZE = 300 * KIB
SECRETS = ("source-password-1", "destination-password-2")


@pytest.fixture
def matrix(sandbox_registry: Callable[..., Registry], monkeypatch: pytest.MonkeyPatch) -> World:
    """Two repositories that share a layer, which is large where chunks are as small as here."""
    monkeypatch.setattr(upload_habits, "LEAST_CHUNK", 64 * KIB)
    monkeypatch.setattr(upload_habits, "MOST_CHUNK", 64 * KIB)
    monkeypatch.setattr(upload_habits, "LEAST_SENT", 1)
    world = World(
        sandbox_registry(name="source", auth=BearerAuth({"reader": SECRETS[0]})),
        sandbox_registry(name="destination", auth=BearerAuth({"writer": SECRETS[1]})),
    )
    world.login[world.source.host].update(username="reader", password=SECRETS[0])
    world.login[world.destination.host].update(username="writer", password=SECRETS[1])
    world.secrets = list(SECRETS)
    shared = layer("shared", SIZE)
    for name in ("a", "b"):
        world.offer(images.docker_image(name, [shared], size=100), "team/" + name, "1")
    return world


def into_chunks(world: World) -> None:
    """The large layer breaks when it is sent whole, and the registry has nothing of it: all of it goes in chunks."""
    world.destination.faults.add(
        Fault(kind="upload_put", action="drop_upload", after=SIZE // 2, digest=layer("shared", SIZE).digest, times=1)
    )
    world.destination.faults.add(Fault(kind="upload_put", action="drop_upload", after=SIZE // 2, times=1))
    world.destination.faults.add(Fault(kind="upload_get", action="status", status=404, times=1))


def check(world: World, result: Any) -> None:
    """All images are accounted for, failures say what and where, and nothing is half there."""
    assert result["images"]["copied"] + result["images"]["failed"] == result["images"]["total"] == 2
    world.check_destination("team/a", "team/b")
    for failure in result["failures"]:
        assert "blob sha256:" in failure["error"]
        assert world.destination.host in failure["error"]
        assert "INTERNAL" not in failure["error"]
        assert "/team/" in failure["source"]
        assert "/team/" in failure["destination"]


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize("kind", ["mount", "upload_patch", "upload_get"])
def test_a_passing_fault_of_a_mount_or_a_chunk(matrix: World, kind: str, fault: str) -> None:
    if kind != "mount":
        into_chunks(matrix)
    found = matrix.destination.faults.add(Fault(kind=kind, times=1, **PASSING[fault]))
    result = matrix.copy(retries=2, workers=1)
    assert result["failures"] == []
    assert result["images"]["copied"] == 2
    assert found.applied == 1
    check(matrix, result)


@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_of_mounts(matrix: World, fault: str) -> None:
    matrix.destination.faults.add(Fault(kind="mount", **LASTING[fault]))
    result = matrix.copy(retries=1)
    check(matrix, result)
    # Without a mount the bytes go there, unless the registry asks to be left alone.
    assert result["images"]["failed"] == (1 if fault in ("429", "503") else 0)
    matrix.destination.reset()
    assert matrix.copy()["failures"] == []


@pytest.mark.parametrize("fault", LASTING)
def test_a_lasting_fault_of_chunks(matrix: World, fault: str) -> None:
    into_chunks(matrix)
    matrix.destination.faults.add(Fault(kind="upload_patch", **LASTING[fault]))
    result = matrix.copy(retries=1, workers=1)
    check(matrix, result)
    if fault in ("404", "400", "500", "502 html"):
        # The registry has never taken a chunk: it gets the layer whole once more.
        assert result["failures"] == []
    matrix.destination.reset()
    assert matrix.copy()["failures"] == []
    check(matrix, matrix.copy(force=True))


@pytest.mark.parametrize(("after", "reset"), [(0, False), (0, True), (SIZE // 2, False), (SIZE - 1, False)])
def test_a_download_that_always_breaks_in_one_place(matrix: World, after: int, reset: bool) -> None:
    matrix.source.faults.add(
        Fault(kind="blob_get", action="truncate", after=after, reset=reset, digest=layer("shared", SIZE).digest)
    )
    result = matrix.copy(retries=1)
    assert result["images"]["copied"] + result["images"]["failed"] == 2
    matrix.check_destination("team/a", "team/b")
    # Where a byte arrives it goes on from there; where none does, it says which blob of which image.
    assert result["images"]["failed"] == (2 if after == 0 else 0)
    for failure in result["failures"]:
        assert "blob " + layer("shared", SIZE).digest in failure["error"]
        assert matrix.source.host in failure["error"]


@pytest.mark.parametrize("kind", ["upload_put", "upload_patch"])
@pytest.mark.parametrize("after", [0, 1, SIZE - 1])
def test_an_upload_that_always_breaks_in_one_place(matrix: World, kind: str, after: int) -> None:
    if kind == "upload_patch":
        into_chunks(matrix)
    matrix.destination.faults.add(Fault(kind=kind, action="drop_upload", after=min(after, 60 * KIB)))
    result = matrix.copy(retries=1)
    check(matrix, result)
    matrix.destination.reset()
    assert matrix.copy()["failures"] == []
    check(matrix, matrix.copy(force=True))
