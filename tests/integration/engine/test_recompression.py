# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images with Zstandard layers for registries that refuse them."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any, Callable, Dict, List, Sequence

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.blobs import DOCKER_LAYER, layer
from ansible_collections.longshore.swr.tests.sandbox.images import docker_image, oci_image, zstd_image
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import FAST, World

pytest.importorskip("zstandard")

DOCKER_ZSTD = DOCKER_LAYER.replace(".gzip", ".zstd")
MAKERS: Dict[str, Callable[[], Any]] = {
    "oci": lambda: zstd_image("z", layers=3),
    "docker": lambda: docker_image("d", [layer("d/1", media_type=DOCKER_ZSTD), layer("d/2")]),
    "index": lambda: images.oci_index("i", children=[zstd_image("a"), oci_image("b", platform="linux/arm64")]),
    "list": lambda: images.docker_list([docker_image("l", [layer("l/1", media_type=DOCKER_ZSTD)])]),
}


def read(registry: Registry, digest: str) -> bytes:
    return b"".join(registry.storage.blob_body(digest).chunks())


def leaves(registry: Registry, repository: str, reference: str) -> List[Dict[str, Any]]:
    """The image manifests of a stored image, without attestations."""
    stored = registry.manifest(repository, reference)
    assert stored is not None
    document = json.loads(stored.raw)
    if "manifests" not in document:
        return [document]
    children = [leaf for entry in document["manifests"] for leaf in leaves(registry, repository, entry["digest"])]
    return [leaf for leaf in children if "in-toto" not in json.dumps(leaf)]


def check_contents(registry: Registry, repository: str, reference: str) -> None:
    """Every layer is gzip and holds what the config says."""
    for leaf in leaves(registry, repository, reference):
        config = json.loads(read(registry, leaf["config"]["digest"]))
        for entry, diff_id in zip(leaf["layers"], config["rootfs"]["diff_ids"]):
            assert entry["mediaType"].endswith("gzip")
            data = read(registry, entry["digest"])
            assert len(data) == entry["size"]
            assert "sha256:" + hashlib.sha256(gzip.decompress(data)).hexdigest() == diff_id


@pytest.fixture
def picky(sandbox_registry: Callable[..., Registry]) -> World:
    """A destination that takes everything but Zstandard layers."""
    return World(sandbox_registry(name="source"), sandbox_registry(name="destination", options={"zstd": False}))


def to_swr(sandbox_registry: Any, sandbox_swr: Any, **manners: Any) -> World:
    swr: Swr = sandbox_swr(keys={"AKAKAKAK": "the-secret-key"}, organizations=["team"], manners=manners)
    world = World(sandbox_registry(), swr)
    password = login_password("AKAKAKAK", "the-secret-key")
    world.login[swr.host].update(username="cn-north-4@AKAKAKAK", password=password)
    return world


@pytest.mark.parametrize("kind", MAKERS)
def test_what_is_refused_arrives_with_gzip_layers_and_the_same_contents(picky: World, kind: str) -> None:
    picky.offer(MAKERS[kind](), "team/app", "1")
    result = picky.copy()
    assert result["failures"] == []
    assert (result["images"]["copied"], result["converted"], result["recompressed"]) == (1, 1, 1)
    check_contents(picky.destination, "team/app", "1")
    picky.check_destination("team/app")
    ours, theirs = picky.source.manifest("team/app", "1"), picky.destination.manifest("team/app", "1")
    assert ours is not None
    assert theirs is not None
    # It takes OCI's format: nothing but the layers is changed, and attestations stay.
    assert theirs.media_type == ours.media_type
    assert len(json.loads(theirs.raw).get("manifests", ())) == len(json.loads(ours.raw).get("manifests", ()))


@pytest.mark.parametrize("kind", MAKERS)
def test_a_rerun_without_a_journal_recognizes_it_and_reads_no_layer(picky: World, kind: str) -> None:
    picky.offer(MAKERS[kind](), "team/app", "1")
    picky.copy()
    picky.source.reset()
    again = picky.copy()
    assert (again["changed"], again["images"]["skipped"]) == (False, 1)
    assert picky.source.count("blob_get") == 0
    assert picky.copy(check_mode=True)["images"]["skipped"] == 1
    verified = run_verify(dict(FAST, images=picky.rules, auth=picky.login), {})
    assert verified["images"]["equal"] == 1


def test_a_rerun_with_a_journal_needs_two_requests(picky: World, tmp_path: Path) -> None:
    picky.offer(zstd_image("z"), "team/app", "1")
    journal = str(tmp_path / "journal")
    picky.copy(journal_path=journal)
    again = picky.copy(journal_path=journal)
    assert (again["images"]["skipped"], again["requests"]["total"]) == (1, 2)


@pytest.mark.parametrize(
    ("refuse_oci", "refuse_zstd", "expected"),
    [
        (True, True, "application/vnd.docker.image.rootfs.diff.tar.gzip"),
        (True, False, "application/vnd.docker.image.rootfs.diff.tar.zstd"),
        (False, True, "application/vnd.oci.image.layer.v1.tar+gzip"),
        (False, False, "application/vnd.oci.image.layer.v1.tar+zstd"),
    ],
)
def test_no_image_is_changed_more_than_the_registry_wants(
    sandbox_registry: Any, sandbox_swr: Any, refuse_oci: bool, refuse_zstd: bool, expected: str
) -> None:
    world = to_swr(
        sandbox_registry,
        sandbox_swr,
        refuse_oci_index=refuse_oci,
        refuse_oci_manifest=refuse_oci,
        refuse_zstd=refuse_zstd,
    )
    world.offer(zstd_image("z"), "team/app", "1")
    world.offer(images.oci_index("i", children=[zstd_image("a"), oci_image("b")]), "team/app", "2")
    result = world.copy()
    assert result["failures"] == []
    assert leaves(world.destination, "team/app", "1")[0]["layers"][0]["mediaType"] == expected
    assert leaves(world.destination, "team/app", "2")[0]["layers"][0]["mediaType"] == expected
    world.check_destination("team/app")
    assert world.copy()["changed"] is False
    # What was learnt of the registry costs images of other kinds nothing.
    world.offer(oci_image("o"), "team/other", "1")
    world.copy()
    stored = world.destination.manifest("team/other", "1")
    assert stored is not None
    assert stored.media_type.startswith("application/vnd.docker." if refuse_oci else "application/vnd.oci.")


def test_a_shared_layer_is_recompressed_once(picky: World) -> None:
    shared = layer("shared", 200_000, media_type=MAKERS["oci"]().blobs[1].media_type)
    for number in range(6):
        picky.offer(oci_image(str(number), [shared]), "team/app-{0}".format(number), "1")
    result = picky.copy()
    assert (result["images"]["copied"], result["recompressed"]) == (6, 6)
    # 6 configs, the layer as it is, and the layer as gzip; the rest is mounted.
    assert result["blobs"]["uploaded"] == 8
    made = {leaves(picky.destination, "team/app-{0}".format(n), "1")[0]["layers"][0]["digest"] for n in range(6)}
    assert len(made) == 1
    # Once as it is, once to learn what it becomes, once to send that.
    assert sum(1 for entry in picky.source.log.entries("blob_get") if entry.reference == shared.digest) <= 3


def test_a_killed_run_does_not_learn_again_what_the_journal_has(picky: World, tmp_path: Path) -> None:
    image = zstd_image("z", layers=1, size=100_000)
    picky.offer(image, "team/app", "1")
    journal = str(tmp_path / "journal")
    zstd_digest = image.blobs[1].digest
    # It ends before the recompressed image is there, as a kill would end it.
    picky.destination.faults.add(Fault(kind="manifest_put", action="status", status=500, skip=2))
    assert picky.copy(journal_path=journal, retries=0)["images"]["failed"] == 1
    picky.source.reset()
    picky.destination.reset()
    assert picky.copy(journal_path=journal)["images"]["copied"] == 1
    # The gzip form is there, and its digest is known: the layer is not read at all.
    assert [e for e in picky.source.log.entries("blob_get") if e.reference == zstd_digest] == []
    check_contents(picky.destination, "team/app", "1")


def test_always_recompresses_and_a_rerun_knows_it(world: World) -> None:
    world.offer(zstd_image("z"), "team/app", "1")
    world.offer(docker_image("d"), "team/app", "2")
    assert world.copy(check_mode=True, recompress="always")["images"]["copied"] == 2
    result = world.copy(recompress="always")
    assert (result["images"]["copied"], result["recompressed"]) == (2, 1)
    check_contents(world.destination, "team/app", "1")
    again = world.copy(recompress="always")
    assert (again["changed"], again["images"]["skipped"]) == (False, 2)


@pytest.mark.parametrize(
    "options", [{"recompress": "never"}, {"convert": "never"}, {"convert": "never", "recompress": "always"}]
)
def test_what_may_not_be_recompressed_fails(picky: World, options: Dict[str, str]) -> None:
    picky.offer(zstd_image("z"), "team/app", "1")
    failure = picky.copy(**options)["failures"][0]
    assert "manifest invalid" in failure["error"]
    assert picky.destination.tags("team/app") == []


def test_a_damaged_layer_fails_its_image_and_no_other(picky: World, tmp_path: Path) -> None:
    good, bad = zstd_image("good"), zstd_image("bad", layers=1)
    liar = layer("liar", media_type=bad.blobs[1].media_type)
    liar.diff_id = "sha256:" + "0" * 64
    picky.offer(good, "team/app", "good")
    picky.offer(oci_image("bad", [liar]), "team/app", "bad")
    report = tmp_path / "report.json"
    result = picky.copy(report_path=str(report))
    assert (result["images"]["copied"], result["images"]["failed"]) == (1, 1)
    failure = result["failures"][0]
    assert liar.digest in failure["error"]
    assert "the config says sha256:000" in failure["error"]
    assert picky.destination.tags("team/app") == ["good"]
    entries: Sequence[Dict[str, Any]] = json.loads(report.read_text())["results"]
    assert [entry["recompressed"] for entry in entries if entry["outcome"] == "copied"] == [2]


@pytest.mark.parametrize("kind", ["blob_get", "upload_post", "upload_put", "manifest_put"])
def test_faults_on_the_way_are_got_over(picky: World, kind: str) -> None:
    picky.offer(zstd_image("z", size=200_000), "team/app", "1")
    side = picky.source if kind == "blob_get" else picky.destination
    side.faults.add(Fault(kind=kind, action="drop", probability=0.3, seed=7, times=6))
    result = picky.copy(retries=6)
    assert result["failures"] == []
    check_contents(picky.destination, "team/app", "1")
    picky.check_destination("team/app")


def test_an_upload_that_breaks_again_and_again_arrives(picky: World) -> None:
    picky.offer(zstd_image("z", layers=1, size=3_000_000), "team/app", "1")
    picky.destination.faults.add(Fault(kind="upload_put,upload_patch", action="drop_upload", after=700_000, times=5))
    result = picky.copy(retries=8)
    assert result["failures"] == []
    check_contents(picky.destination, "team/app", "1")
    picky.check_destination("team/app")
