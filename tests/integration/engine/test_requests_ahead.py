# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An upload is asked for while the source is asked for the blob, whatever becomes of either."""

from __future__ import annotations

from typing import Any, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.dialer import Dialer
from ansible_collections.longshore.swr.tests.sandbox import Fault, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

from .conftest import World
from .test_faults import PASSING

SHARED = layer("shared", 1000)


@pytest.fixture
def two(world: World) -> World:
    """Two images, of which the first cannot be copied without one layer more."""
    world.offer(images.docker_image("a", [SHARED, layer("own", 3000)]), "team/a", "1")
    world.offer(images.docker_image("b", [SHARED]), "team/b", "1")
    return world


def test_both_registries_are_asked_at_the_same_time(two: World) -> None:
    digest = layer("own", 3000).digest
    two.source.faults.add(Fault(kind="blob_get", digest=digest, action="delay", seconds=0.5))
    assert two.copy(workers=1)["failures"] == []
    (blob,) = [one for one in two.source.log.entries("blob_get") if one.reference == digest]
    uploads = two.destination.log.entries("upload_post")
    # The largest blob comes first. The log has the time at which a request was taken.
    assert abs(uploads[0].time - blob.time) < 0.4
    assert len(uploads) == 4


def test_a_blob_that_the_source_lacks_fails_its_image_alone(two: World) -> None:
    digest = layer("own", 3000).digest
    two.source.storage.delete_blob("team/a", digest)
    result = two.copy(retries=1, workers=1)
    assert (result["images"]["copied"], result["images"]["failed"]) == (1, 1)
    assert two.source.host in result["failures"][0]["error"]
    assert digest in result["failures"][0]["error"]
    # Its upload was asked for, and its reply counts for no other blob.
    two.check_destination("team/a", "team/b")
    assert not two.destination.storage.has_blob("team/a", digest)
    assert two.source.manifest("team/b", "1").raw == two.destination.manifest("team/b", "1").raw


def test_a_shared_blob_that_one_repository_lacks_is_read_from_the_other(two: World) -> None:
    two.source.storage.delete_blob("team/a", SHARED.digest)
    result = two.copy(retries=0)
    assert (result["images"]["copied"], result["images"]["failed"]) == (1, 1)
    two.check_destination("team/a", "team/b")
    assert two.destination.manifest("team/b", "1") is not None
    two.source.load(images.docker_image("a", [SHARED, layer("own", 3000)]), "team/a", "1")
    assert two.copy()["images"]["copied"] == 1


@pytest.mark.parametrize("fault", PASSING)
def test_both_fail_at_once_and_recover(two: World, fault: str) -> None:
    applied = [
        registry.faults.add(Fault(kind=kind, nth=[2], **PASSING[fault]))
        for registry, kind in ((two.source, "blob_get"), (two.destination, "upload_post"))
    ]
    assert two.copy(retries=2)["failures"] == []
    assert [fault.applied for fault in applied] == [1, 1]
    two.check_destination("team/a", "team/b")


def test_a_destination_is_connected_to_while_the_source_is_listed(two: World, monkeypatch: pytest.MonkeyPatch) -> None:
    two.rules = {"{0}/team/a".format(two.source.host): two.destination.host + "/team/a"}
    two.source.faults.add(Fault(kind="tags", action="status", status=404))
    reached: List[Any] = []
    connect = Dialer.connect
    monkeypatch.setattr(
        Dialer, "connect", lambda dialer, endpoint: reached.append(endpoint) or connect(dialer, endpoint)
    )
    assert two.copy()["images"]["failed"] == 1
    assert two.destination.host in [endpoint.authority for endpoint in reached]
    # Nothing is asked before there is something to ask.
    assert two.destination.log.entries() == []


def test_a_destination_that_fails_at_first_is_asked_again(two: World) -> None:
    two.destination.faults.add(Fault(action="drop", reset=True, nth=[1]))
    assert two.copy(retries=2)["failures"] == []
    two.check_destination("team/a", "team/b")
