# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Collections of images: many tags over shared layers, and the works of the performance measurements."""

from __future__ import annotations

from typing import Any, Iterator, List, NamedTuple

from .blobs import layer
from .images import PLATFORMS, Image, docker_image, oci_index

KB = 1000
MB = 1000 * KB


class Item(NamedTuple):
    """An image and the name it is to have."""

    repository: str
    tag: str
    image: Image


def many_tags(
    count: int,
    shared_layers: int = 4,
    own_layers: int = 1,
    size: int = 1024,
    repository: str = "bench/tags",
    seed: Any = 0,
) -> Iterator[Item]:
    """C(count) tags of one repository; each image has the shared layers and some of its own."""
    shared = [layer("{0}/shared/{1}".format(seed, number), size) for number in range(shared_layers)]
    for number in range(count):
        own = [layer("{0}/{1}/{2}".format(seed, number, index), size) for index in range(own_layers)]
        image = docker_image("{0}/{1}".format(seed, number), shared + own)
        yield Item(repository, "v{0}".format(number), image)


def many_repositories(
    count: int, shared_layers: int = 4, own_layers: int = 1, size: int = 1024, prefix: str = "bench/repository"
) -> Iterator[Item]:
    """C(count) repositories with one tag each; all images share layers."""
    for number, item in enumerate(many_tags(count, shared_layers, own_layers, size, seed=prefix)):
        yield Item("{0}-{1}".format(prefix, number), "latest", item.image)


def work_a(scale: float = 1.0) -> Iterator[Item]:
    """60 images of 8 layers, 5 of them shared; 2 GB unique at scale 1 (scale changes the sizes)."""
    return many_tags(
        60, shared_layers=5, own_layers=3, size=max(1, int(11 * MB * scale)), repository="bench/a", seed="a"
    )


def work_b(tags: int = 1000) -> Iterator[Item]:
    """1,000 tags of 3 layers of 20 KB, one of them shared."""
    return many_tags(tags, shared_layers=1, own_layers=2, size=20 * KB, repository="bench/b", seed="b")


def work_c(scale: float = 1.0) -> Iterator[Item]:
    """One image of 4 layers; 1.5 GB at scale 1."""
    yield Item("bench/c", "latest", docker_image("c", 4, max(1, int(375 * MB * scale))))


def work_e(indexes: int = 30, size: int = 20 * KB) -> Iterator[Item]:
    """30 OCI indexes of 4 platforms with an attestation for each."""
    for number in range(indexes):
        yield Item("bench/e", "v{0}".format(number), oci_index("e/{0}".format(number), PLATFORMS, 2, size))


def load_all(registry: Any, items: Iterator[Item]) -> List[Item]:
    """Loads a collection straight into a sandbox registry."""
    done = list(items)
    for item in done:
        registry.load(item.image, item.repository, item.tag)
    return done


WORKLOADS = {
    "many_tags": many_tags,
    "many_repositories": many_repositories,
    "work_a": work_a,
    "work_b": work_b,
    "work_c": work_c,
    "work_e": work_e,
}
