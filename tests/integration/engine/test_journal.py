# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Journals that are damaged or speak of other times: they cost requests, and never an image."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer

from .conftest import FAST, World

ARM = {"os": ["linux"], "arch": ["arm64"]}


def platforms(registry: Registry) -> List[Any]:
    stored = registry.manifest("team/app", "1")
    assert stored is not None
    return [entry["platform"]["architecture"] for entry in json.loads(stored.raw)["manifests"]]


class Edited:
    """The journal of a copy with a platform filter, which has the one image under another digest."""

    def __init__(self, world: World, path: Path) -> None:
        self.world, self.path = world, path
        self.world.offer(images.oci_index("old", platforms=("linux/amd64", "linux/arm64")), "team/app", "1")
        assert self.copy()["images"]["copied"] == 1
        self.old = self._digest(world.source)
        world.source.load(images.oci_index("new", platforms=("linux/amd64", "linux/arm64")), "team/app", "1")
        self.new = self._digest(world.source)
        self.there = self._digest(world.destination)

    @staticmethod
    def _digest(registry: Registry) -> str:
        stored = registry.manifest("team/app", "1")
        assert stored is not None
        return stored.digest

    def copy(self, **options: Any) -> Any:
        return self.world.copy(journal_path=str(self.path), **ARM, **options)

    def replace(self, before: str, after: str) -> None:
        text = self.path.read_text()
        assert before in text
        self.path.write_text(text.replace(before, after))


@pytest.fixture
def edited(world: World, tmp_path: Path) -> Edited:
    return Edited(world, tmp_path / "journal")


DAMAGES: Dict[str, Callable[[Edited], None]] = {
    "another source digest": lambda it: it.replace(it.old, it.new),
    "a line by hand": lambda it: it.path.write_text(
        "".join(json.dumps(dict(json.loads(line), source_digest=it.new)) + "\n" for line in it.path.open())
    ),
    "a line of another version": lambda it: (it.replace('"v":1', '"v":2'), it.replace(it.old, it.new))[0],
    "a line without a version": lambda it: (it.replace(',"v":1', ""), it.replace(it.old, it.new))[0],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_line_does_not_stand_for_an_image(edited: Edited, damage: str) -> None:
    DAMAGES[damage](edited)
    request = dict(FAST, images=edited.world.rules, auth=edited.world.login, journal_path=str(edited.path), **ARM)
    assert run_verify(request, {})["images"]["different"] == 1
    result = edited.copy()
    assert (result["images"]["copied"], result["images"]["skipped"]) == (1, 0)
    assert "lines of the journal could not be read" in result["warnings"][0]
    assert edited.copy()["images"]["skipped"] == 1


def test_a_line_of_a_tag_that_moved_does_not_stand_for_the_new_image(edited: Edited) -> None:
    assert edited.copy()["images"]["copied"] == 1


def test_a_line_does_not_stand_for_what_is_gone_from_the_destination(edited: Edited) -> None:
    edited.world.source.load(images.oci_index("old", platforms=("linux/amd64", "linux/arm64")), "team/app", "1")
    edited.world.destination.reset(content=True)
    assert edited.copy()["images"]["copied"] == 1
    assert platforms(edited.world.destination) == ["arm64"]
    edited.world.destination.load(images.oci_index("else", platforms=("linux/arm64",)), "team/app", "1")
    assert edited.copy()["images"]["copied"] == 1


def test_what_other_settings_made_does_not_stand_for_the_image(world: World, tmp_path: Path) -> None:
    pytest.importorskip("zstandard")
    world.offer(images.zstd_image("z"), "team/app", "1")
    path = str(tmp_path / "journal")
    assert world.copy(journal_path=path, recompress="always")["recompressed"] == 1
    assert world.copy(journal_path=path, recompress="always")["images"]["skipped"] == 1
    world.destination.reset()
    again = world.copy(journal_path=path, recompress="never")
    assert (again["images"]["copied"], again["images"]["skipped"]) == (1, 0)


def test_a_refusal_of_zstandard_that_is_over_leaves_no_trace_with_never(
    sandbox_registry: Callable[..., Registry], tmp_path: Path
) -> None:
    """The journal must not say of an image that it is there, where the settings do not let it be so."""
    pytest.importorskip("zstandard")
    world = World(sandbox_registry(), sandbox_registry(name="destination", options={"zstd": False}))
    world.offer(images.zstd_image("z"), "team/app", "1")
    path = str(tmp_path / "journal")
    assert world.copy(journal_path=path)["recompressed"] == 1
    assert world.copy(journal_path=path, recompress="never")["images"]["failed"] == 1


@pytest.mark.parametrize("field", ["digest", "size", "layer"])
def test_a_damaged_line_of_a_layer_does_not_make_another_layer_of_it(
    sandbox_registry: Callable[..., Registry], tmp_path: Path, field: str
) -> None:
    pytest.importorskip("zstandard")
    world = World(sandbox_registry(), sandbox_registry(name="destination", options={"zstd": False}))
    image = images.zstd_image("z", layers=1, size=50_000)
    world.offer(image, "team/app", "1")
    other = layer("another", 1000)
    world.destination.load(images.docker_image("other", [other]), "team/app", "other")
    path = tmp_path / "journal"
    # The run ends when it has learnt what the layer becomes.
    world.destination.faults.add(Fault("status", kind="manifest_put", status=500, skip=2))
    assert world.copy(journal_path=str(path), retries=0)["images"]["failed"] == 1
    (line,) = [json.loads(line) for line in path.open() if '"recompressed"' in line]
    text = path.read_text()
    if field == "digest":
        text = text.replace(line["digest"], other.digest)
    elif field == "size":
        text = text.replace('"size":{0}'.format(line["size"]), '"size":17')
    else:
        text = text.replace(line["layer"], "sha256:" + "0" * 64)
    path.write_text(text)
    world.destination.reset()
    result = world.copy(journal_path=str(path))
    assert (result["images"]["copied"], result["images"]["failed"]) == (1, 0)
    stored = world.destination.manifest("team/app", "1")
    assert stored is not None
    (entry,) = json.loads(stored.raw)["layers"]
    assert (entry["digest"], entry["size"]) == (line["digest"], line["size"])
