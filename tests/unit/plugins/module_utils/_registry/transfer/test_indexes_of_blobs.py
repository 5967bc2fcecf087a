# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An index of blobs, as the cache of a BuildKit build is one, is copied as what it is; an empty list may be null."""

from __future__ import annotations

import json

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.converter import ALWAYS, NEVER
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.docker_format import to_docker
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_INDEX,
    OCI_MANIFEST,
    parse_manifest,
    without_children,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.tree import Tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import COPIED, FAILED, SKIPPED
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import blob_of, image_of
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.transfer.test_transfer import (
    World,
    outcomes,
    rule,
)

LAYER, CACHE, CONFIG = b"a layer", b'{"layers": []}', b"{}"
IMAGES = {arch: image_of(CONFIG, arch.encode()) for arch in ("amd64", "arm64")}


def index_of_blobs(*architectures):
    """The cache of a build, with images of these architectures between its blobs."""
    entries = [blob_of(LAYER, "application/vnd.oci.image.layer.v1.tar+gzip")]
    for arch in architectures:
        entry = blob_of(IMAGES[arch], DOCKER_MANIFEST)
        entries.append(dict(entry, platform={"os": "linux", "architecture": arch}))
    entries.append(blob_of(CACHE, "application/vnd.buildkit.cacheconfig.v0"))
    return json.dumps({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}).encode()


@pytest.fixture
def world():
    made = World()
    for arch, image in IMAGES.items():
        made.source.push("ns/app", None, image, CONFIG, arch.encode())
    return made


def test_the_cache_of_a_build_is_copied_as_what_it_is(world):
    cache = index_of_blobs()
    world.source.push("ns/app", "cache", cache, LAYER, CACHE)
    images, transfer = world.copy(rule())
    assert outcomes(images) == [COPIED]
    assert world.destination.manifests["ns/app"]["cache"] == cache
    assert sorted(world.destination.blobs["ns/app"].values()) == sorted([LAYER, CACHE])
    assert transfer.blobs == {"uploaded": 2}
    world.finished.clear()
    assert outcomes(world.copy(rule())[0]) == [SKIPPED]


def test_a_platform_filter_takes_images_from_between_the_blobs(world):
    world.source.push("ns/app", "mixed", index_of_blobs("amd64", "arm64"), LAYER, CACHE)
    images, _transfer = world.copy(rule(), platforms=PlatformFilter(arch=("arm64",)))
    assert outcomes(images) == [COPIED]
    stored = json.loads(world.destination.manifests["ns/app"]["mixed"])
    assert stored["manifests"] == json.loads(index_of_blobs("arm64"))["manifests"]
    assert images[0].dropped_platforms == 1


def test_a_cache_cannot_be_made_a_docker_image(world):
    world.source.push("ns/app", "cache", index_of_blobs("amd64"), LAYER, CACHE)
    (image,), _transfer = world.copy(rule(), convert=ALWAYS)
    assert image.outcome == FAILED
    assert "an index of layers" in image.error.what
    assert world.destination.puts == []


def test_every_entry_keeps_its_own_descriptor():
    index = parse_manifest(index_of_blobs("amd64", "arm64"), OCI_INDEX)
    assert [child.platform["architecture"] for child in index.children] == ["amd64", "arm64"]
    assert [blob.size for blob in index.blobs] == [len(LAYER), len(CACHE)]
    assert parse_manifest(without_children(index, []).content, OCI_INDEX).blobs == index.blobs


@pytest.mark.parametrize("field", ["layers", "manifests"])
def test_null_is_an_empty_list(world, field):
    kind = OCI_MANIFEST if field == "layers" else OCI_INDEX
    document = {"schemaVersion": 2, "mediaType": kind, field: None}
    if field == "layers":
        document["config"] = blob_of(CONFIG, OCI_CONFIG)
    content = json.dumps(document).encode()
    world.source.push("ns/app", "empty", content, CONFIG)
    images, _transfer = world.copy(rule(), convert=NEVER)
    assert outcomes(images) == [COPIED]
    assert world.destination.manifests["ns/app"]["empty"] == content


def test_an_image_without_layers_can_be_made_a_docker_image():
    document = {"schemaVersion": 2, "config": blob_of(CONFIG, OCI_CONFIG), "layers": None}
    image = Tree(parse_manifest(json.dumps(document).encode(), OCI_MANIFEST))
    converted = to_docker(image, lambda _manifest: None, "an image").tree.manifest
    assert json.loads(converted.content)["layers"] == []
