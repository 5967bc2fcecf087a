# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import tracemalloc
from types import SimpleNamespace
from typing import Any, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.forecast.plan_table import (
    ABSENT,
    PlanTable,
    rules_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import Descriptor, Manifest
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.tree import Tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import Image

SOURCE, DESTINATION = Repository("one.example", "team/app"), Repository("two.example", "copy/app")
RULE: Any = SimpleNamespace(platforms=None)


def digest(number: int, algorithm: str = "sha256") -> str:
    return "{0}:{1:0{2}x}".format(algorithm, number, 64 if algorithm == "sha256" else 128)


def image_of(
    source_ref: str, destination_ref: str, blobs: List[Descriptor], destination: Repository = DESTINATION
) -> Image:
    manifest = Manifest(b"x" * 2000, "type", digest(1), blobs=tuple(blobs))
    return Image(RULE, SOURCE, source_ref, destination, destination_ref, tree=Tree(manifest))


def blob(number: int, size: int = 10, **parts: Any) -> Descriptor:
    return Descriptor(digest(number, parts.pop("algorithm", "sha256")), size, "type", **parts)


def test_an_image_is_in_it_without_its_manifest() -> None:
    catalogue = PlanTable()
    catalogue.add(image_of("1", "1", [blob(1), blob(2), blob(2)]))
    catalogue.add(image_of("2", "2", [blob(2), blob(3, foreign=True), blob(1, 5, algorithm="sha512")]))
    assert len(catalogue) == 2
    assert [list(catalogue.blobs_of(number)) for number in (0, 1)] == [[0, 1], [1, 2]]
    assert (list(catalogue.sizes), catalogue.absent()) == ([10, 10, 5], (3, 25))
    assert catalogue.destination_of_blob(2) == DESTINATION
    with pytest.raises(ValueError, match="without a tree"):
        catalogue.add(Image(RULE, SOURCE, "1", DESTINATION, "1"))


def test_registries_are_told_apart() -> None:
    catalogue = PlanTable()
    catalogue.add(image_of("1", "1", [blob(1)]))
    catalogue.add(image_of("1", "1", [blob(1)], Repository("three.example", "copy/app")))
    catalogue.add(image_of("1", "1", [blob(1)], Repository("one.example", "copy/app")))
    assert len(catalogue.sizes) == 3
    assert [state == ABSENT for state in catalogue.states] == [True, True, False], "the source's registry has it"


def test_rules_hold_tags_in_lists_and_repeated_ones_apart() -> None:
    catalogue = PlanTable()
    for source, destination in (("1", "1"), ("2", "b"), ("1", "c"), (digest(1), digest(1)), (digest(2), "d")):
        catalogue.add(image_of(source, destination, []))
    where = {"source": str(SOURCE), "destination": str(DESTINATION)}

    def rule(source: str, destination: str) -> Any:
        return {"source": where["source"] + source, "destination": where["destination"] + destination}

    digests = [rule("@" + digest(1), ""), rule("@" + digest(2), ":d")]
    assert rules_of(catalogue, range(5), 100) == [rule(":1,2", ":1,b"), *digests, rule(":1", ":c")]
    assert rules_of(catalogue, range(2), 1) == [rule(":1", ":1"), rule(":2", ":b")]
    assert rules_of(catalogue, [], 100) == []


@pytest.mark.no_cover
def test_memory_of_an_image_is_bounded() -> None:
    """Three new blobs each: two digests of 32 bytes and their places in a table are most of it."""
    catalogue, count = PlanTable(), 5000
    tags = [str(number) for number in range(count)]
    tracemalloc.start()
    try:
        for number, tag in enumerate(tags):
            catalogue.add(image_of(tag, tag, [blob(3 * number + part) for part in range(3)]))
        used = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert used / count < 1000
