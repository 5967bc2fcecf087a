# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests read, and indexes made smaller."""

from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    DOCKER_LIST,
    DOCKER_MANIFEST,
    DOCKER_SCHEMA1,
    DOCKER_SCHEMA1_SIGNED,
    OCI_ARTIFACT,
    OCI_INDEX,
    OCI_MANIFEST,
    digest_of,
    is_digest,
    parse_manifest,
    without_children,
)
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    blob_of,
    image_of,
    index_of,
)

ARM, AMD = {"os": "linux", "architecture": "arm64"}, {"os": "linux", "architecture": "amd64"}
ONE, TWO, THREE = (image_of(b"{}", layer) for layer in (b"one", b"two", b"three"))
GOOD = blob_of(b"x")


def encode(document):
    return json.dumps(document).encode("utf-8")


def test_reads_an_image():
    manifest = parse_manifest(ONE, DOCKER_MANIFEST)
    assert manifest.content == ONE
    assert manifest.digest == "sha256:" + hashlib.sha256(ONE).hexdigest()
    assert manifest.config.digest == digest_of(b"{}")
    assert [blob.size for blob in manifest.blobs] == [2, 3]
    assert not manifest.is_index


def test_reads_an_index_with_its_platforms():
    manifest = parse_manifest(index_of((ONE, ARM), (TWO, None)), OCI_INDEX)
    assert manifest.is_index
    assert [child.platform for child in manifest.children] == [ARM, None]
    assert manifest.blobs == ()


def test_reads_an_artifact_with_and_without_blobs():
    assert parse_manifest(encode({"blobs": [GOOD]}), OCI_ARTIFACT).blobs[0].digest == GOOD["digest"]
    assert parse_manifest(b"{}", OCI_ARTIFACT).blobs == ()


@pytest.mark.parametrize(
    ("content_type", "document", "expected"),
    [
        (DOCKER_LIST + "; charset=utf-8", {"manifests": []}, DOCKER_LIST),
        (OCI_MANIFEST.upper(), {"config": GOOD, "layers": []}, OCI_MANIFEST),
        ("application/json", {"mediaType": DOCKER_LIST, "manifests": []}, DOCKER_LIST),
        ("", {"manifests": []}, OCI_INDEX),
        ("", {"config": GOOD, "layers": []}, OCI_MANIFEST),
    ],
)
def test_finds_the_type(content_type, document, expected):
    assert parse_manifest(encode(document), content_type).media_type == expected


@pytest.mark.parametrize("kind", [DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED, ""])
def test_refuses_schema_1_with_the_remedy(kind):
    with pytest.raises(RegistryError) as caught:
        parse_manifest(encode({"schemaVersion": 1}), kind)
    assert caught.value.code == "MANIFEST_SCHEMA1"
    assert not caught.value.retryable


@pytest.mark.parametrize(
    "document",
    [
        {"layers": []},
        {"config": GOOD},
        {"config": GOOD, "layers": {}},
        {"config": GOOD, "layers": ["x"]},
        {"config": GOOD, "layers": [dict(GOOD, digest="sha256:x")]},
        {"config": GOOD, "layers": [dict(GOOD, digest=GOOD["digest"] + "\n")]},
        {"config": GOOD, "layers": [dict(GOOD, digest="../../../" + GOOD["digest"])]},
        {"config": GOOD, "layers": [dict(GOOD, digest=GOOD["digest"].upper())]},
        {"config": GOOD, "layers": [dict(GOOD, size=-1)]},
        {"config": GOOD, "layers": [dict(GOOD, size=True)]},
        {"config": GOOD, "layers": [dict(GOOD, size="1")]},
        {"config": GOOD, "layers": [dict(GOOD, size=1.5)]},
        [],
        "text",
        None,
    ],
    ids=range(15),
)
def test_refuses_what_is_no_image(document):
    with pytest.raises(RegistryError, match="manifest"):
        parse_manifest(encode(document), OCI_MANIFEST)


@pytest.mark.parametrize("content", [b"", b"<html>", b"\xff\xfe\xfa", b"[" * 200_000])
def test_what_is_not_json_may_have_been_damaged_on_the_way(content):
    with pytest.raises(RegistryError, match=r"not JSON|nested too deeply") as caught:
        parse_manifest(content, OCI_MANIFEST)
    assert caught.value.retryable


def test_refuses_an_unknown_type():
    with pytest.raises(RegistryError, match=r"known type \(text/plain\)"):
        parse_manifest(b"{}", "text/plain")


@pytest.mark.parametrize("algorithm", ["sha256", "sha512"])
def test_checks_the_digest(algorithm):
    digest = digest_of(ONE, algorithm)
    assert parse_manifest(ONE, DOCKER_MANIFEST, digest).digest == digest
    with pytest.raises(RegistryError, match="sent another manifest") as caught:
        parse_manifest(TWO, DOCKER_MANIFEST, digest)
    assert caught.value.retryable


@pytest.mark.parametrize(
    ("layer", "foreign"),
    [
        ({"mediaType": "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", "urls": ["https://x"]}, True),
        ({"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar", "urls": ["https://x"]}, True),
        ({"mediaType": "application/vnd.oci.image.layer.nondistributable.v1.tar"}, False),
        ({"mediaType": "application/vnd.oci.image.layer.v1.tar", "urls": ["https://x"]}, False),
    ],
)
def test_knows_layers_that_live_elsewhere(layer, foreign):
    manifest = parse_manifest(encode({"config": GOOD, "layers": [dict(GOOD, **layer)]}), OCI_MANIFEST)
    assert manifest.blobs[1].foreign is foreign


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("sha256:" + "0a" * 32, True),
        ("sha512:" + "0a" * 64, True),
        ("sha256:" + "0a" * 32 + "\n", False),
        ("sha256:" + "0A" * 32, False),
        ("sha512:" + "0a" * 32, False),
        ("md5:" + "0a" * 16, False),
        (None, False),
        ("", False),
    ],
)
def test_knows_digests(text, valid):
    assert is_digest(text) is valid


def test_keeps_an_index_as_it_is_when_nothing_goes():
    index = parse_manifest(index_of((ONE, ARM), (TWO, AMD)), OCI_INDEX)
    assert without_children(index, list(index.children)) is index


def test_takes_children_out_of_an_index_and_nothing_else():
    document = json.loads(index_of((ONE, ARM), (TWO, AMD), (THREE, None)))
    document["annotations"] = {"name": "M\u00fcller"}
    index = parse_manifest(encode(document), OCI_INDEX)
    smaller = without_children(index, [index.children[0], index.children[2]])
    del document["manifests"][1]
    assert json.loads(smaller.content) == document
    assert smaller.digest == digest_of(smaller.content) != index.digest
    assert without_children(index, [index.children[0], index.children[2]]) == smaller
    assert parse_manifest(smaller.content, OCI_INDEX).children == smaller.children


def test_an_index_with_broken_text_can_be_made_smaller():
    content = index_of((ONE, ARM), (TWO, AMD)).replace(
        b'"schemaVersion"', b'"annotations": {"a": "\\ud800"}, "schemaVersion"'
    )
    index = parse_manifest(content, OCI_INDEX)
    assert len(parse_manifest(without_children(index, [index.children[0]]).content, OCI_INDEX).children) == 1


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(GOOD),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["config", "layers", "manifests", "blobs", "mediaType", "digest", "size", "urls", "x"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [OCI_INDEX, OCI_MANIFEST, DOCKER_MANIFEST, OCI_ARTIFACT, DOCKER_SCHEMA1, "application/json", ""]
)


@given(JSON, TYPES)
def test_any_json_is_a_manifest_or_refused(document, content_type):
    try:
        manifest = parse_manifest(encode(document), content_type)
    except RegistryError:
        return
    assert all(is_digest(blob.digest) and blob.size >= 0 for blob in manifest.blobs + manifest.children)


@given(st.binary(max_size=80), TYPES)
def test_any_bytes_are_a_manifest_or_refused(content, content_type):
    try:
        assert parse_manifest(content, content_type).content == content
    except RegistryError:
        return
