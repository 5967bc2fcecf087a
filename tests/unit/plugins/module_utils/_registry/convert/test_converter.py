# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OCI images as Docker images: what changes, what stays, what is left out, and when."""

from __future__ import annotations

import json

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.converter import (
    ALWAYS,
    AUTO,
    NEVER,
    Converter,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.docker_format import is_oci, to_docker
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import parse_manifest
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.swr import is_swr_basic
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.tree import Tree
from ansible_collections.longshore.swr.tests.sandbox import images

DOCKER = "application/vnd.docker."
PLATFORM = {"os": "linux", "architecture": "amd64"}


def tree_of(image):
    return Tree(parse_manifest(image.raw, image.media_type), [tree_of(child) for child in image.children])


def convert(image, platform_of=lambda _manifest: PLATFORM):
    return to_docker(tree_of(image), platform_of, "registry/team/app:1")


def types(value):
    """Every mediaType in a document."""
    if isinstance(value, dict):
        own = [value["mediaType"]] if "mediaType" in value else []
        return own + [found for item in value.values() for found in types(item)]
    return [found for item in value for found in types(item)] if isinstance(value, list) else []


def all_types(tree):
    return types(json.loads(tree.manifest.content)) + [found for child in tree.children for found in all_types(child)]


@pytest.mark.parametrize("image", [images.oci_image("x"), images.oci_index("x"), images.nested_index("x")])
def test_nothing_of_oci_is_left_and_every_blob_stays(image):
    before, after = tree_of(image), convert(image).tree
    assert is_oci(before)
    assert not is_oci(after)
    assert all(found.startswith(DOCKER) for found in all_types(after))

    def blobs(tree):
        children = (digest for child in tree.children for digest in blobs(child))
        return {blob.digest for blob in tree.manifest.blobs} | set(children)

    assert blobs(after) <= blobs(before)


def test_the_result_depends_on_the_source_alone():
    one, other = convert(images.oci_index("x")), convert(images.oci_index("x"))
    assert one.tree.manifest.content == other.tree.manifest.content


def test_what_is_dockers_already_stays_the_same_bytes():
    image = images.manifest_list("x")
    assert convert(image).tree.manifest.content == image.raw
    mixed = images.oci_index("x", children=[images.docker_image("d")], attested=False)
    assert convert(mixed).tree.children[0].manifest.content == mixed.children[0].raw


def test_attestations_are_dropped_and_named():
    converted = convert(images.oci_index("x", platforms=("linux/amd64", "linux/arm64")))
    assert converted.dropped == ("an attestation", "an attestation")
    entries = json.loads(converted.tree.manifest.content)["manifests"]
    assert [entry["platform"]["architecture"] for entry in entries] == ["amd64", "arm64"]
    assert [entry["digest"] for entry in entries] == [child.manifest.digest for child in converted.tree.children]


def test_indexes_within_an_index_are_flattened():
    entries = json.loads(convert(images.nested_index("x")).tree.manifest.content)["manifests"]
    assert len(entries) == 3
    assert {entry["mediaType"] for entry in entries} == {DOCKER + "distribution.manifest.v2+json"}


def test_zstandard_keeps_its_name_in_dockers_words():
    assert DOCKER + "image.rootfs.diff.tar.zstd" in all_types(convert(images.zstd_image("x")).tree)


def test_a_child_without_a_platform_gets_that_of_its_config_or_is_dropped():
    child = images.oci_image("x")._replace(platform=None)
    index = images.oci_index("x", children=[child, images.oci_image("y")], attested=False)
    entries = json.loads(convert(index).tree.manifest.content)["manifests"]
    assert entries[0]["platform"] == PLATFORM
    without = convert(index, platform_of=lambda _manifest: None)
    assert without.dropped == ("an image without a platform",)
    assert len(without.tree.children) == 1


@pytest.mark.parametrize(
    "image",
    [
        images.artifact("x"),
        images.oci_index("x", children=[images.artifact("x")], attested=False),
        images.oci_image("x", layer_type="application/vnd.cncf.helm.chart.content.v1.tar+gzip"),
    ],
)
def test_what_is_no_image_is_refused_with_a_remedy(image):
    with pytest.raises(RegistryError) as caught:
        convert(image)
    assert caught.value.code == "NOT_CONVERTIBLE"
    assert "Enterprise Edition" in caught.value.hint


@pytest.mark.parametrize(
    ("host", "basic"),
    [
        ("swr.cn-north-4.myhuaweicloud.com", True),
        ("swr.eu-west-101.myhuaweicloud.eu", True),
        ("swr.eu-de.otc.t-systems.com", True),
        ("team-abc123.swr-pro.myhuaweicloud.com", False),
        ("swr.cn-north-4.myhuaweicloud.com.evil.example", False),
        ("docker.io", False),
        ("127.0.0.1:5000", False),
    ],
)
def test_knows_the_hosts_of_swrs_basic_edition(host, basic):
    assert is_swr_basic(host) is basic


REGISTRY, SWR = "registry.example.com", "swr.cn-north-4.myhuaweicloud.com"
REFUSAL = RegistryError("cannot store the manifest: Invalid image", status=400, code="MANIFEST_INVALID")
OCI, DOCKERS = tree_of(images.oci_index("x")), tree_of(images.docker_image("x"))


def converter(mode):
    return Converter(mode, lambda registry: None)


def test_converts_when_it_is_known_to_be_needed():
    assert converter(AUTO).form_for(SWR, OCI)
    assert not converter(AUTO).form_for(SWR, DOCKERS)
    assert not converter(AUTO).form_for(REGISTRY, OCI)
    assert not converter(NEVER).form_for(SWR, OCI)
    assert converter(ALWAYS).form_for(REGISTRY, OCI)


def test_a_refusal_is_learnt_once_for_a_registry():
    auto = converter(AUTO)
    assert auto.fallback(REGISTRY, OCI, REFUSAL)
    auto.learn(REGISTRY)
    assert auto.form_for(REGISTRY, OCI)
    assert not auto.form_for("other.example.com", OCI)


@pytest.mark.parametrize(
    ("mode", "tree", "refusal"),
    [
        (NEVER, OCI, REFUSAL),
        (AUTO, DOCKERS, REFUSAL),
        (AUTO, OCI, RegistryError("x", status=400, code="MANIFEST_BLOB_UNKNOWN")),
        (AUTO, OCI, RegistryError("x", status=403, code="DENIED")),
        (AUTO, OCI, RegistryError("x", status=500)),
    ],
)
def test_other_refusals_are_no_reason_to_convert(mode, tree, refusal):
    assert not converter(mode).fallback(REGISTRY, tree, refusal)
