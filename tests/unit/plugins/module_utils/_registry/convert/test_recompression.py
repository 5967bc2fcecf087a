# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zstandard layers as gzip layers: every shape of Zstandard file, damage, and what stays of a manifest."""

from __future__ import annotations

import gzip
import hashlib
import json
import random
import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert import recompression, zstd
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.gzip_layers import (
    Packed,
    count_packed,
    has_zstd,
    to_gzip,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.recompression import Recompressor
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import (
    Descriptor,
    digest_of,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.tree import Tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Journal
from ansible_collections.longshore.swr.tests.sandbox import blobs, images

from ..fakes import SOURCE, FakeNetwork, FakeRegistry, client_pool, no_wait_retrier, reply, repository

zstandard = pytest.importorskip("zstandard")

DECODERS = [zstd.LibraryDecoder] + ([zstd.StandardDecoder] if zstd._standard is not None else [])
SKIPPABLE = b"\x5a\x2a\x4d\x18" + (7).to_bytes(4, "little") + b"chunked"
ZSTD = "application/vnd.oci.image.layer.v1.tar+zstd"


def wide_frame(content):
    parameters = zstandard.ZstdCompressionParameters(window_log=28, enable_ldm=True)
    writer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    return writer.compress(content) + writer.flush()


def frame(content, **options):
    return zstandard.ZstdCompressor(**options).compress(content)


CONTENT = random.Random(1).randbytes(300_000) + bytes(2_000_000)
SHAPES = {
    "one frame": frame(CONTENT),
    "frames one after the other": frame(CONTENT[:100_000]) + frame(CONTENT[100_000:]),
    "zstd:chunked": frame(CONTENT[:7]) + SKIPPABLE + frame(CONTENT[7:]) + SKIPPABLE,
    "no length in it": frame(CONTENT, write_content_size=False),
    "blocks that are not compressed": blobs.zstandard(CONTENT),
    "a window of 256 MB": wide_frame(CONTENT),
}


@pytest.mark.parametrize("decoder", DECODERS)
@pytest.mark.parametrize("step", [977, 262_144])
@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_is_read_in_pieces(shape, step, decoder):
    data, pieces = SHAPES[shape], []
    reader = decoder(lambda piece: pieces.append(bytes(piece)))
    for start in range(0, len(data), step):
        reader.feed(memoryview(data)[start : start + step])
    assert b"".join(pieces) == CONTENT
    assert max(map(len, pieces)) <= zstd.PIECE


@pytest.mark.parametrize("decoder", DECODERS)
def test_what_is_no_zstandard_is_told(decoder):
    with pytest.raises(zstd.NotZstdError):
        decoder(lambda _piece: None).feed(b"this is no Zstandard file at all")


@pytest.mark.parametrize("decoder", DECODERS)
@settings(max_examples=60, deadline=None)
@given(data=st.binary(max_size=200), cut=st.integers(0, 400))
def test_no_bytes_do_anything_but_fail_or_decode(decoder, data, cut):
    reader = decoder(lambda _piece: None)
    try:
        reader.feed(data)
        reader.feed(frame(data)[:cut])
    except zstd.NotZstdError:
        pass


class World:
    """A source with layers, and a recompressor."""

    def __init__(self, journal=None):
        self.registry = FakeRegistry(SOURCE)
        self.network = FakeNetwork(self.registry)
        self.clients = client_pool(self.network, CredentialStore({}), no_wait_retrier())
        self.recompressor = Recompressor(self.clients.source, no_wait_retrier(), journal or Journal())

    def layer(self, data):
        self.registry.blobs.setdefault("ns/app", {})[digest_of(data)] = data
        return Descriptor(digest_of(data), len(data), ZSTD)

    def reads(self):
        return sum(1 for sent in self.network.sent if "/blobs/" in sent.url)


@pytest.fixture
def world():
    return World()


@pytest.mark.parametrize("shape", SHAPES)
def test_a_layer_becomes_the_same_gzip_every_time(world, shape):
    layer, pieces = world.layer(SHAPES[shape]), []
    packed = world.recompressor.pack(repository(), layer, digest_of(CONTENT))
    made = Descriptor(packed.digest, packed.size, "x", made_from=layer)
    client = world.clients.source(SOURCE)
    world.recompressor.reader(client, repository(), made, no_wait_retrier()).send_to(
        lambda piece: pieces.append(bytes(piece))
    )
    data = b"".join(pieces)
    assert (digest_of(data), len(data)) == packed[:2]
    assert gzip.decompress(data) == CONTENT
    # No flags, no time, so that the bytes depend on the content alone (RFC 1952).
    assert data[3:8] == bytes(5)
    again = World()
    assert again.recompressor.pack(repository(), again.layer(SHAPES[shape]), digest_of(CONTENT)) == packed


def test_a_layer_is_learnt_once_by_all_threads(world):
    layer, found = world.layer(SHAPES["one frame"]), []
    threads = [
        threading.Thread(target=lambda: found.append(world.recompressor.pack(repository(), layer, digest_of(CONTENT))))
        for _number in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 6
    assert world.reads() == 1


def test_a_journal_knows_what_a_layer_becomes(tmp_path):
    path = str(tmp_path / "journal")
    first = Journal(path)
    first.open()
    world = World(first)
    layer = world.layer(SHAPES["one frame"])
    packed = world.recompressor.pack(repository(), layer, digest_of(CONTENT))
    first.close()
    second = Journal(path)
    second.load()
    again = World(second)
    assert again.recompressor.pack(repository(), layer, digest_of(CONTENT)) == packed
    assert again.reads() == 0
    with pytest.raises(RegistryError, match="the config says"):
        again.recompressor.pack(repository(), layer, digest_of(b"another"))


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (frame(b"something else"), "the config says"),
        (frame(CONTENT)[:-1000], "the config says"),
        (b"no Zstandard file", "not in Zstandard format"),
        (frame(CONTENT) + b"and more", "not in Zstandard format"),
    ],
)
def test_a_damaged_layer_is_told_and_not_tried_again(world, data, why):
    layer = world.layer(data)
    with pytest.raises(RegistryError, match=why) as caught:
        world.recompressor.pack(repository(), layer, digest_of(CONTENT))
    assert caught.value.code == "LAYER_DAMAGED"
    assert layer.digest in caught.value.where
    assert world.reads() == 1


def test_bytes_that_were_damaged_on_their_way_are_read_again(world):
    layer = world.layer(SHAPES["one frame"])
    good = world.registry.blobs["ns/app"][layer.digest]
    answers = [b"x" * len(good), good]
    world.registry.fault = lambda sent: reply(200, answers.pop(0)) if "/blobs/" in sent.url else None
    assert world.recompressor.pack(repository(), layer, digest_of(CONTENT)).diff_id == digest_of(CONTENT)
    assert answers == []


def test_another_zlib_is_found_out_before_the_blob_is_complete(world):
    layer, sent = world.layer(SHAPES["one frame"]), []
    packed = world.recompressor.pack(repository(), layer, digest_of(CONTENT))
    for digest, size in ((digest_of(b"other"), packed.size), (packed.digest, packed.size - 1)):
        made = Descriptor(digest, size, "x", made_from=layer)
        reader = world.recompressor.reader(world.clients.source(SOURCE), repository(), made, no_wait_retrier())
        with pytest.raises(RegistryError, match="does not compress to the same"):
            reader.send_to(lambda piece: sent.append(bytes(piece)))
        assert sum(map(len, sent)) < size
        sent.clear()


def test_it_is_read_again_from_any_place_that_it_passed(world):
    """As an upload in chunks needs it that broke."""
    layer = world.layer(SHAPES["zstd:chunked"])
    packed = world.recompressor.pack(repository(), layer, digest_of(CONTENT))
    made = Descriptor(packed.digest, packed.size, "x", made_from=layer)
    reader = world.recompressor.reader(world.clients.source(SOURCE), repository(), made, no_wait_retrier())
    reader.open()
    sent = bytearray()
    for until, back in ((1000, 0), (200_000, 150_000), (packed.size, packed.size - 1), (packed.size, packed.size)):
        reader.send_to(sent.extend, until)
        reader.mark()
        reader.seek(back)
        del sent[back:]
    assert digest_of(bytes(sent)) == packed.digest
    reader.close()


def test_without_a_library_the_remedy_is_named(world, monkeypatch):
    monkeypatch.setattr(zstd, "_standard", None)
    monkeypatch.setattr(zstd, "_zstandard", None)
    with pytest.raises(RegistryError) as caught:
        world.recompressor.pack(repository(), world.layer(b"x"), digest_of(b"x"))
    assert "zstandard" in caught.value.hint
    assert world.reads() == 0


# -- manifests -----------------------------------------------------------------------------------------------------


def tree_of(image):
    return Tree(parse_manifest(image.raw, image.media_type), [tree_of(child) for child in image.children])


def pack(_manifest, number, layer):
    return Packed("sha256:" + hashlib.sha256(layer.digest.encode()).hexdigest(), 1000 + number, "")


def test_only_the_zstandard_layers_of_a_manifest_change():
    tree = tree_of(images.zstd_image("z", layers=3))
    packed = to_gzip(tree, pack)
    before, after = json.loads(tree.manifest.content), json.loads(packed.manifest.content)
    assert after["config"] == before["config"]
    assert {layer["mediaType"] for layer in after["layers"]} == {"application/vnd.oci.image.layer.v1.tar+gzip"}
    assert [layer["size"] for layer in after["layers"]] == [1000, 1001, 1002]
    assert [blob.made_from for blob in packed.manifest.blobs[1:]] == list(tree.manifest.blobs[1:])
    assert packed.manifest.blobs[0].made_from is None
    assert (has_zstd(packed), count_packed(packed)) == (False, 3)


def test_what_describes_the_zstandard_file_goes_and_other_notes_stay():
    document = images.zstd_image("z", layers=1).document
    document["layers"][0]["annotations"] = {
        "io.github.containers.zstd-chunked.manifest-checksum": "sha256:0",
        "org.example.note": "kept",
    }
    tree = Tree(parse_manifest(json.dumps(document).encode(), document["mediaType"]))
    layer = json.loads(to_gzip(tree, pack).manifest.content)["layers"][0]
    assert layer["annotations"] == {"org.example.note": "kept"}


def test_an_index_changes_where_its_images_do():
    plain, packed = images.oci_image("plain"), images.zstd_image("packed")
    tree = tree_of(images.oci_index("i", children=[plain, packed], attested=True))
    after = to_gzip(tree, pack)
    entries, children = json.loads(after.manifest.content)["manifests"], after.children
    assert [entry["digest"] for entry in entries] == [child.manifest.digest for child in children]
    assert [entry["size"] for entry in entries] == [len(child.manifest.content) for child in children]
    assert [child is before for child, before in zip(children, tree.children)] == [True, False, True, True]


@pytest.mark.parametrize("image", [images.oci_index("i"), images.docker_image("d"), images.artifact("a")])
def test_an_image_without_such_layers_stays_byte_for_byte(image):
    tree = tree_of(image)
    assert to_gzip(tree, pack) is tree


def test_a_config_that_does_not_name_every_layer_is_refused():
    manifest = tree_of(images.zstd_image("z", layers=2)).manifest
    for config in ({}, {"rootfs": {"diff_ids": ["sha256:0"]}}, {"rootfs": []}):
        with pytest.raises(RegistryError, match="does not name"):
            recompression.diff_ids_of(config, manifest, "here")
