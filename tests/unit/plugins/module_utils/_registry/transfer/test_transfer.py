# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans carried out between registries in memory."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.credentials import CredentialStore
from ansible_collections.longshore.swr.plugins.module_utils._registry.convert.converter import (
    ALWAYS,
    AUTO,
    NEVER,
    Converter,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.manifest import IMAGE_TYPES, digest_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.platforms import PlatformFilter
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan.planner import Planner
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules.parser import parse_rules
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.image import COPIED, FAILED, OUTCOMES, SKIPPED
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Journal
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.work_queue import WorkQueue
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer import graph
from ansible_collections.longshore.swr.plugins.module_utils._registry.transfer.transfer import Transfer
from ansible_collections.longshore.swr.plugins.module_utils._registry.transport.connection import TransportError
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    DESTINATION,
    SOURCE,
    FakeNetwork,
    FakeRegistry,
    client_pool,
    image_of,
    index_of,
    no_wait_retrier,
    reply,
)

AMD64 = {"os": "linux", "architecture": "amd64"}
ARM64 = {"os": "linux", "architecture": "arm64"}


class World:
    """A source and a destination, and copies from one to the other."""

    def __init__(self, **destination):
        self.source = FakeRegistry(SOURCE)
        self.destination = FakeRegistry(DESTINATION, **destination)
        self.network = FakeNetwork(self.source, self.destination)
        self.journal = Journal()
        self.moved = []
        self.finished = []

    def plan(self, rules, queue, force=False, platforms=None, convert=NEVER):
        clients = client_pool(self.network, CredentialStore({}), no_wait_retrier(1), 0.0)
        converter = Converter(convert, clients.source)
        planner = Planner(
            clients.source,
            clients.destination,
            queue,
            self.journal,
            platforms or PlatformFilter(),
            force,
            self.finished.append,
            lambda: None,
            converter,
        )
        transfer = Transfer(
            clients.source,
            clients.destination,
            queue,
            self.journal,
            no_wait_retrier(1),
            self.finished.append,
            self.moved.append,
            converter,
        )
        images = planner.select(parse_rules(rules, where="images", environ={}))
        planner.examine(images)
        transfer.add(images)
        transfer.locate()
        return images, transfer

    def copy(self, rules, workers=3, **options):
        with WorkQueue(workers) as queue:
            images, transfer = self.plan(rules, queue, **options)
            transfer.run()
        assert len(self.finished) == len(images) == len({id(image) for image in self.finished})
        assert not self.destination.defects
        return images, transfer


def rule(source="ns/app", destination=None):
    return {"{0}/{1}".format(SOURCE, source): "{0}/{1}".format(DESTINATION, destination or source)}


def outcomes(images):
    return [image.outcome for image in images]


@pytest.fixture
def world():
    return World()


@pytest.fixture
def none_is_small(monkeypatch):
    """All blobs are looked up before they are sent, however small."""
    monkeypatch.setattr(graph, "SMALL", -1)


def test_copies_an_image_byte_for_byte(world):
    manifest = image_of(b"{}", b"layer one", b"layer two")
    world.source.push("ns/app", "v1", manifest, b"{}", b"layer one", b"layer two")
    images, transfer = world.copy(rule())
    assert outcomes(images) == [COPIED]
    assert world.destination.manifests["ns/app"]["v1"] == manifest
    assert transfer.blobs == {"uploaded": 3}
    assert sum(world.moved) == len(b"{}layer onelayer two")


def test_looking_for_blobs_changes_nothing(world, none_is_small):
    """The blobs are there and the tag is not: check mode, which stops after looking, must not put the manifest."""
    world.source.push("ns/app", "v1", image_of(b"{}", b"layer"), b"{}", b"layer")
    world.destination.push("ns/app", "old", image_of(b"{}", b"layer"), b"{}", b"layer")
    with WorkQueue(2) as queue:
        images, transfer = world.plan(rule(), queue)
        assert world.destination.puts == []
        assert outcomes(images) == [None]
        transfer.run()
    assert outcomes(images) == [COPIED]
    assert transfer.blobs == {"present": 2}
    assert world.destination.puts == [("ns/app", "v1")]


def test_children_come_before_their_index_also_when_one_is_complete_already(world):
    first, second = image_of(b"{}", b"one"), image_of(b"{}", b"two")
    world.source.push("ns/app", None, first, b"{}", b"one")
    world.source.push("ns/app", None, second, b"two")
    world.source.push("ns/app", "v1", index_of((first, AMD64), (second, ARM64)))
    world.destination.push("ns/app", None, first, b"{}", b"one")
    images, _transfer = world.copy(rule())
    assert outcomes(images) == [COPIED]
    assert sorted(world.destination.puts[:2]) == sorted([("ns/app", digest_of(first)), ("ns/app", digest_of(second))])
    assert world.destination.puts[2:] == [("ns/app", "v1")]


def test_forced_copies_put_the_manifest_again(world):
    world.source.push("ns/app", "v1", image_of(b"{}", b"x"), b"{}", b"x")
    assert outcomes(world.copy(rule())[0]) == [COPIED]
    world.finished.clear()
    images, _transfer = world.copy(rule())
    assert outcomes(images) == [SKIPPED]
    world.finished.clear()
    assert outcomes(world.copy(rule(), force=True)[0]) == [COPIED]
    assert world.destination.puts == [("ns/app", "v1")] * 2


def two_repositories(world):
    for name in ("one", "two", "three"):
        config = b'{"name": "' + name.encode() + b'"}'
        world.source.push("ns/" + name, "v1", image_of(config, b"shared"), config, b"shared")
    return {**rule("ns/one"), **rule("ns/two"), **rule("ns/three")}


SHARED = digest_of(b"shared")


def uploads_of(world, digest):
    return [name for name, uploaded in world.destination.uploads if uploaded == digest]


def test_a_blob_is_uploaded_once_a_registry_and_mounted_elsewhere(world):
    images, transfer = world.copy(two_repositories(world))
    assert outcomes(images) == [COPIED] * 3
    assert len(uploads_of(world, SHARED)) == 1
    assert len(world.destination.mounted) == 2
    assert transfer.blobs == {"uploaded": 4, "mounted": 2}


def test_where_nothing_can_be_mounted_everything_is_uploaded():
    world = World(mounts=False)
    images, transfer = world.copy(two_repositories(world))
    assert outcomes(images) == [COPIED] * 3
    assert transfer.blobs == {"uploaded": 6}


def test_a_repository_that_cannot_be_read_leaves_the_blob_to_the_next(world):
    rules = two_repositories(world)
    world.source.fault = lambda sent: (
        reply(403) if "/ns/one/blobs/" in sent.url or "/ns/two/blobs/" in sent.url else None
    )
    images, _transfer = world.copy(rules)
    assert outcomes(images) == [FAILED, FAILED, COPIED]
    assert uploads_of(world, SHARED) == ["ns/three"]


def test_a_blob_whose_images_have_all_failed_is_not_read(world):
    world.source.push("ns/app", "v1", image_of(b"{}", b"big" * 100, b"small"), b"{}", b"big" * 100)
    images, _transfer = world.copy(rule(), workers=1)
    assert outcomes(images) == [FAILED]
    failing = digest_of(b"small")
    read = [sent.url for sent in world.network.sent if sent.method == "GET" and "/blobs/" in sent.url]
    assert read[-1].endswith(failing)


def test_a_lookup_that_fails_is_a_failure_of_the_images_that_want_the_blob(world, none_is_small):
    rules = two_repositories(world)
    world.destination.fault = lambda sent: (
        reply(403) if sent.method == "HEAD" and "/ns/one/blobs/" + SHARED in sent.url else None
    )
    images, _transfer = world.copy(rules)
    assert outcomes(images) == [FAILED, COPIED, COPIED]


def test_a_refused_manifest_fails_its_image_and_every_index_above(world):
    first, second = image_of(b"{}", b"one"), image_of(b"{}", b"two")
    world.source.push("ns/app", None, first, b"{}", b"one")
    world.source.push("ns/app", "second", second, b"two")
    world.source.push("ns/app", "both", index_of((first, AMD64), (second, ARM64)))
    refused = reply(400, {"errors": [{"code": "MANIFEST_INVALID"}]})
    world.destination.fault = lambda sent: (
        refused if sent.method == "PUT" and sent.url.endswith(digest_of(first)) else None
    )
    images, _transfer = world.copy(rule())
    assert {image.source_ref: image.outcome for image in images} == {"second": COPIED, "both": FAILED}
    assert all(tag != "both" for _name, tag in world.destination.puts)


def test_nested_indexes_are_put_from_the_inside(world):
    leaf = image_of(b"{}", b"leaf")
    inner = index_of((leaf, AMD64))
    world.source.push("ns/app", None, leaf, b"{}", b"leaf")
    world.source.push("ns/app", None, inner)
    world.source.push("ns/app", "v1", index_of((inner, None), (leaf, AMD64)))
    assert outcomes(world.copy(rule())[0]) == [COPIED]
    assert [reference for _name, reference in world.destination.puts] == [digest_of(leaf), digest_of(inner), "v1"]


def test_a_copy_within_one_registry_mounts():
    world = World()
    world.source.push("ns/app", "v1", image_of(b"{}", b"x"), b"{}", b"x")
    rules = {"{0}/ns/app".format(SOURCE): "{0}/ns/other".format(SOURCE)}
    images, transfer = world.copy(rules)
    assert outcomes(images) == [COPIED]
    assert transfer.blobs == {"mounted": 2}
    assert world.source.uploads == []


def test_the_journal_knows_where_to_mount_from(world):
    world.destination.push("ns/elsewhere", "v1", image_of(b"{}", b"x"), b"{}", b"x")
    world.journal.blob_stored(DESTINATION, "ns/elsewhere", digest_of(b"x"))
    world.journal.blob_stored(DESTINATION, "ns/gone", digest_of(b"{}"))
    world.source.push("ns/app", "v1", image_of(b"{}", b"x"), b"{}", b"x")
    images, transfer = world.copy(rule())
    assert outcomes(images) == [COPIED]
    assert transfer.blobs == {"mounted": 1, "uploaded": 1}


def test_layers_that_live_elsewhere_are_left_there(world):
    document = json.loads(image_of(b"{}", b"x"))
    foreign = dict(document["layers"][0], digest=digest_of(b"far"), urls=["https://x"])
    foreign["mediaType"] = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
    document["layers"].append(foreign)
    world.source.push("ns/app", "v1", json.dumps(document).encode(), b"{}", b"x")
    world.destination.blobs["ns/app"] = {digest_of(b"far"): b"far"}
    assert outcomes(world.copy(rule())[0]) == [COPIED]
    assert uploads_of(world, digest_of(b"far")) == []


@pytest.mark.parametrize("place", ["/blobs/", "/manifests/", "/blobs/uploads/"])
@pytest.mark.parametrize("host", ["source", "destination"])
def test_a_defect_in_the_middle_is_a_failure_and_never_lost(world, place, host):
    rules = two_repositories(world)

    def defect(sent):
        return ValueError("secret of the server") if "/ns/one" + place in sent.url else None

    getattr(world, host).fault = defect
    images, _transfer = world.copy(rules)
    expected = COPIED if (host, place) == ("source", "/blobs/uploads/") else FAILED
    assert outcomes(images) == [expected, COPIED, COPIED]
    if expected == FAILED:
        assert images[0].error.code == "INTERNAL"
        assert "ValueError" in str(images[0].error)
        assert "secret" not in str(images[0].error)
        assert images[0].error.__traceback__ is None


def test_what_remains_is_counted_without_what_can_be_mounted(world, none_is_small):
    world.journal.blob_stored(DESTINATION, "ns/elsewhere", digest_of(b"x"))
    world.source.push("ns/app", "v1", image_of(b"{}", b"x", b"yy"), b"{}", b"x", b"yy")
    world.destination.push("ns/app", None, image_of(b"{}"), b"{}")
    with WorkQueue(2) as queue:
        _images, transfer = world.plan(rule(), queue)
        assert transfer.remaining() == (1, 2)


# -- any world -----------------------------------------------------------------------------------------------------

CONFIGS = [b"{}", b'{"os":"linux","architecture":"amd64"}', b'{"os":"linux","architecture":"arm64"}']
LAYERS = [b"a", b"bb", b"ccc", b"dddd"]
STATUSES = [None, None, None, None, 403, 404, 405, 429, 500, 503, "break", "defect"]


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_in_any_world_everything_asked_for_has_one_outcome_and_parts_come_first(data):
    world = World(mounts=data.draw(st.booleans()))
    world.finished = []
    rules, expected = {}, 0
    for name in data.draw(st.lists(st.sampled_from(["ns/a", "ns/b", "ns/c"]), min_size=1, unique=True)):
        tags = data.draw(st.lists(st.sampled_from(["v1", "v2", "v3"]), unique=True))
        for tag in tags:
            images = []
            for _count in range(data.draw(st.integers(1, 2))):
                config = data.draw(st.sampled_from(CONFIGS))
                layers = data.draw(st.lists(st.sampled_from(LAYERS), max_size=3))
                images.append(image_of(config, *layers, media_type=data.draw(st.sampled_from(IMAGE_TYPES))))
                kept = layers if data.draw(st.integers(0, 9)) else layers[1:]
                world.source.push(name, None, images[-1], config, *kept)
            world.source.push(name, tag, images[0] if len(images) == 1 else index_of(*[(i, AMD64) for i in images]))
        rules.update(rule(name, data.draw(st.sampled_from([name, "ns/same"]))))
        expected += len(tags) or 1
    faults = data.draw(st.dictionaries(st.integers(0, 40), st.sampled_from(STATUSES), max_size=12))
    convert, refuses_oci = data.draw(st.sampled_from([NEVER, AUTO, ALWAYS])), data.draw(st.booleans())
    seen = []

    def fault(sent):
        seen.append(sent)
        if refuses_oci and sent.method == "PUT" and b"application/vnd.oci.image.index" in sent.body:
            return reply(400, {"errors": [{"code": "MANIFEST_INVALID"}]})
        status = faults.get(len(seen))
        if status == "break":
            return TransportError("broken")
        if status == "defect":
            return ValueError("defect")
        return None if status is None else reply(status)

    world.source.fault = world.destination.fault = fault
    images, transfer = world.copy(rules, workers=data.draw(st.integers(1, 3)), convert=convert)
    # A list of tags that failed is one failure; otherwise each tag is one.
    found = [image for image in images if image.source_ref is not None]
    listed = {image.source.name for image in images if image.source_ref is None}
    assert len(found) + sum(1 for image in images if image.source_ref is None) == len(images)
    assert len(images) == expected or listed
    assert all(image.outcome in OUTCOMES for image in images)
    assert all(image.error is not None for image in images if image.outcome == FAILED)
    for image in images:
        if image.outcome in (COPIED, SKIPPED):
            stored = world.destination.manifests[image.destination.name][image.destination_ref]
            assert digest_of(stored) == image.destination_digest
    assert sum(world.moved) >= 0
    assert transfer.blobs["uploaded"] <= len(world.destination.uploads)
