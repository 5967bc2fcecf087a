# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images out of archives, layouts and daemons, at a registry."""

from __future__ import annotations

import gzip
import hashlib
import json
import tarfile
import zlib
from pathlib import Path
from typing import Any, Callable, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.sources import layer_compression as layer_packing
from ansible_collections.longshore.swr.tests.sandbox import Fault, images
from ansible_collections.longshore.swr.tests.support import archives
from ansible_collections.longshore.swr.tests.support.daemon import Daemon

from .conftest import FAST, World

BASE, APP, WEB = (archives.layer_tar(text) for text in ("base", "app", "web"))
TWO_IMAGES = [(["team/app:1.0", "team/app:latest"], (BASE, APP)), (["registry.example.com/a/web:2"], (BASE, WEB))]


def archive(folder: Path, **options: Any) -> Path:
    legacy = options.pop("legacy", False)
    return archives.write(folder / "images.tar", archives.docker_files(TWO_IMAGES, legacy), **options)


def layers_at(world: World, repository: str, tag: str) -> list[str]:
    """The uncompressed digests of what a pull would get."""
    manifest = json.loads(world.destination.manifest(repository, tag).raw)
    return [
        "sha256:" + hashlib.sha256(gzip.decompress(world.destination.storage.blob_bytes(layer["digest"]))).hexdigest()
        for layer in manifest["layers"]
    ]


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("compressed", [False, True])
def test_an_archive_arrives_and_a_second_run_packs_nothing(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, legacy: bool, compressed: bool
) -> None:
    path = archive(tmp_path, legacy=legacy, compressed=compressed)
    world.rules = {"docker-archive:{0}".format(path): ""}
    options = {"default_registry": world.destination.host, "default_namespace": "moved"}
    forecast = world.copy(check_mode=True, **options)
    assert forecast["plan"]["to_copy"] == 3
    assert world.destination.manifest("moved/app", "1.0") is None
    result = world.copy(**options)
    assert result["images"]["copied"] == 3, result["failures"]
    # The base layer is shared: two configs and three layers.
    assert result["blobs"]["uploaded"] == 5
    assert result["bytes"]["uploaded"] == result["plan"]["bytes"] == forecast["plan"]["bytes"]
    wanted = ["sha256:" + archives.sha256(layer) for layer in (BASE, APP)]
    assert layers_at(world, "moved/app", "latest") == wanted
    world.check_destination("moved/app", "moved/web")
    monkeypatch.setattr(layer_packing, "_compressed", lambda *args: pytest.fail("a layer is packed again"))
    again = world.copy(**options)
    assert (again["changed"], again["images"]["skipped"]) == (False, 3)


def test_the_same_archive_has_the_same_digest_wherever_it_is(world: World, tmp_path: Path) -> None:
    digests = []
    for number, options in enumerate(({}, {"compressed": True}, {"legacy": True}, {"form": tarfile.PAX_FORMAT})):
        folder = tmp_path / str(number)
        folder.mkdir()
        place = "{0}/again/app{1}".format(world.destination.host, number)
        world.rules = {"docker-archive:{0}:team/app:1.0".format(archive(folder, **options)): place}
        assert world.copy()["images"]["copied"] == 1
        digests.append(world.destination.manifest("again/app{0}".format(number), "1.0").digest)
    assert len(set(digests)) == 1


def test_an_upload_that_breaks_is_repeated(world: World, tmp_path: Path) -> None:
    world.destination.faults.add(Fault(kind="upload_put", action="status", status=500, times=2))
    world.rules = {"docker-archive:{0}:team/app:1.0".format(archive(tmp_path)): world.destination.host + "/t/app"}
    assert world.copy()["images"]["copied"] == 1
    world.check_destination("t/app")


def test_a_platform_filter_holds_for_archives(world: World, tmp_path: Path) -> None:
    source = "docker-archive:{0}:team/app:1.0".format(archive(tmp_path))
    world.rules = {source: world.destination.host + "/t/app"}
    assert world.copy(arch=["arm64"])["images"]["filtered"] == 1
    assert world.copy(arch=["amd64"])["images"]["copied"] == 1
    assert world.copy(arch=["amd64"])["images"]["skipped"] == 1


def test_a_changed_image_of_the_same_name_is_copied(world: World, tmp_path: Path) -> None:
    world.rules = {"docker-archive:{0}".format(tmp_path / "a.tar"): world.destination.host + "/t/app"}
    for layers in ((BASE, APP), (BASE, WEB)):
        archives.write(tmp_path / "a.tar", archives.docker_files([(["app:1"], layers)]))
        assert world.copy()["images"]["copied"] == 1
        assert layers_at(world, "t/app", "1") == ["sha256:" + archives.sha256(layer) for layer in layers]


def test_a_plan_and_its_shards_have_archives_too(world: World, tmp_path: Path) -> None:
    shards = tmp_path / "shards"
    request = dict(
        FAST,
        images={"docker-archive:{0}".format(archive(tmp_path)): ""},
        auth=world.login,
        default_registry=world.destination.host,
        default_namespace="moved",
        shards=1,
        shards_path=str(shards),
    )
    planned = run_plan(request, False, {})
    assert not planned["failed"], planned
    (shard,) = shards.glob("shard-*.json")
    result = world.copy(images=None, images_file=str(shard))
    assert result["images"]["copied"] == 3, result["failures"]
    world.check_destination("moved/app", "moved/web")


def test_verification_finds_a_copied_archive_equal(world: World, tmp_path: Path) -> None:
    world.rules = {"docker-archive:{0}:team/app:1.0".format(archive(tmp_path)): world.destination.host + "/t/app"}
    options = dict(FAST, images=world.rules, auth=world.login, blobs="hash")
    assert run_verify(options, {})["images"]["missing"] == 1
    world.copy()
    assert run_verify(options, {})["images"]["equal"] == 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda files: [
            (name, content[:600] + b"?" + content[601:] if content is APP else content) for name, content in files
        ],
        lambda files: [(name, APP if content is WEB else content) for name, content in files],
        lambda files: [(name, content) for name, content in files if content is not APP],
        lambda files: [(name, b"BZh91AY&SY" if content is APP else content) for name, content in files],
        lambda files: [(name, gzip.compress(content)[:-9] if content is APP else content) for name, content in files],
        lambda files: [
            (name, (tarfile.SYMTYPE, "../../../../etc/passwd") if content is APP else content)
            for name, content in files
        ],
        lambda files: [*files, *[(name, content) for name, content in files if content is APP]],
        lambda files: [
            (name, b"{" if name.endswith(".json") and "manifest" not in name else content) for name, content in files
        ],
    ],
    ids=["changed", "exchanged", "missing", "bzip2", "cut", "outside", "twice", "config"],
)
def test_a_damaged_archive_is_a_failure_and_nothing_of_it_is_written(
    world: World, tmp_path: Path, damage: Callable[[archives.Files], archives.Files]
) -> None:
    files = damage(archives.docker_files([(["app:1"], (BASE, APP, WEB))]))
    archives.write(tmp_path / "a.tar", files)
    world.rules = {"docker-archive:{0}".format(tmp_path / "a.tar"): world.destination.host + "/t/app"}
    result = world.copy()
    assert result["images"]["failed"] == 1
    assert "INTERNAL" not in result["failures"][0]["error"]
    assert world.destination.manifest("t/app", "1") is None
    assert result["blobs"]["uploaded"] == 0


def test_compressed_layers_stay_as_they_are(world: World, tmp_path: Path) -> None:
    packed = gzip.compress(APP) + gzip.compress(b"")
    files = [
        (name, packed if content is APP else content)
        for name, content in archives.docker_files([(["app:1"], (BASE, APP))])
    ]
    archives.write(tmp_path / "a.tar", files)
    world.rules = {"docker-archive:{0}".format(tmp_path / "a.tar"): world.destination.host + "/t/app"}
    assert world.copy()["images"]["copied"] == 1
    manifest = json.loads(world.destination.manifest("t/app", "1").raw)
    assert manifest["layers"][1]["digest"] == "sha256:" + archives.sha256(packed)


@pytest.mark.parametrize("form", ["directory", "archive", "compressed"])
@pytest.mark.parametrize("kind", ["image", "index"])
def test_a_layout_arrives_byte_for_byte(world: World, tmp_path: Path, form: str, kind: str) -> None:
    image = images.oci_index("i") if kind == "index" else images.oci_image("o")
    files = archives.layout_files([(image, {"org.opencontainers.image.ref.name": "1.0"})])
    if form == "directory":
        source = "oci:{0}".format(archives.unpack(files, tmp_path / "layout"))
    else:
        path = archives.write(tmp_path / "layout.tar", files, compressed=form == "compressed")
        source = "oci-archive:{0}".format(path)
    world.rules = {
        source + ":1.0": world.destination.host + "/t/one",
        source: world.destination.host + "/t/all:other",
        "{0}@{1}".format(source, image.digest): world.destination.host + "/t/digest:x",
    }
    assert world.copy()["images"]["copied"] == 3
    for repository, tag in (("t/one", "1.0"), ("t/all", "other"), ("t/digest", "x")):
        assert world.destination.manifest(repository, tag).raw == image.raw
    world.check_destination("t/one", "t/all", "t/digest")
    again = world.copy()
    assert (again["changed"], again["images"]["skipped"]) == (False, 3)


def test_a_layout_without_names_needs_a_tag(world: World, tmp_path: Path) -> None:
    image = images.oci_image("o")
    folder = archives.unpack(archives.layout_files([(image, None)]), tmp_path / "layout")
    world.rules = {"oci:{0}".format(folder): world.destination.host + "/t/app"}
    with pytest.raises(RulesError, match="give the destination a tag"):
        world.copy()
    world.rules = {"oci:{0}".format(folder): world.destination.host + "/t/app:1"}
    assert world.copy()["images"]["copied"] == 1
    assert world.destination.manifest("t/app", "1").raw == image.raw


def test_a_damaged_layout_is_a_failure(world: World, tmp_path: Path) -> None:
    image = images.oci_image("o")
    folder = archives.unpack(archives.layout_files([(image, None)]), tmp_path / "layout")
    blob = folder / "blobs" / image.blobs[1].digest.replace(":", "/")
    blob.write_bytes(blob.read_bytes()[:-1] + b"x")
    world.rules = {"oci:{0}".format(folder): world.destination.host + "/t/app:1"}
    result = world.copy()
    assert "DIGEST_INVALID" in result["failures"][0]["error"]
    assert world.destination.manifest("t/app", "1") is None


def test_failed_images_are_rules_again(world: World, tmp_path: Path) -> None:
    world.destination.faults.add(Fault(kind="manifest_put", action="status", status=400))
    path = archive(tmp_path)
    world.rules = {"docker-archive:{0}".format(path): ""}
    options: Dict[str, Any] = {"default_registry": world.destination.host, "default_namespace": "moved"}
    failed = str(tmp_path / "failed.json")
    result = world.copy(output_failed_images=failed, output_images_format="json", **options)
    assert result["images"]["failed"] == 3
    world.destination.faults.clear()
    assert world.copy(images=None, images_file=failed)["images"]["copied"] == 3
    assert sorted(json.loads(Path(failed).read_text())) == [
        "docker-archive:{0}:docker.io/team/app:1.0".format(path),
        "docker-archive:{0}:docker.io/team/app:latest".format(path),
        "docker-archive:{0}:registry.example.com/a/web:2".format(path),
    ]


def test_a_daemon_gives_its_images(world: World, tmp_path: Path) -> None:
    with Daemon(tmp_path, {"team/app:1.0": (BASE, APP), "team/app:2.0": (BASE, WEB), "other:1": (WEB,)}) as daemon:
        environ = {"DOCKER_HOST": "unix://{0}".format(daemon.path)}
        world.rules = {"docker-daemon:team/app": world.destination.host + "/t/app"}
        result = world.copy(environ=environ)
        assert result["images"]["copied"] == 2
        assert layers_at(world, "t/app", "2.0") == ["sha256:" + archives.sha256(layer) for layer in (BASE, WEB)]
        assert daemon.exports == 2
        again = world.copy(environ=environ)
        assert (again["changed"], again["images"]["skipped"], daemon.exports) == (False, 2, 2)
        # By the socket's path, and by Podman's variable.
        world.rules = {
            "docker-daemon:{0}:other:1".format(daemon.path): world.destination.host + "/t/other",
            "podman-daemon:other:1": world.destination.host + "/t/more:2",
        }
        assert world.copy(environ={"CONTAINER_HOST": environ["DOCKER_HOST"]})["images"]["copied"] == 2


def test_a_daemon_that_fails_says_so(world: World, tmp_path: Path) -> None:
    with Daemon(tmp_path, {"team/app:1.0": (BASE, APP)}) as daemon:
        environ = {"DOCKER_HOST": "unix://{0}".format(daemon.path)}
        world.rules = {"docker-daemon:team/none:1.0": world.destination.host + "/t/app"}
        assert "does not have this image" in world.copy(environ=environ)["failures"][0]["error"]
        world.rules = {"docker-daemon:team/app:1.0": world.destination.host + "/t/app"}
        daemon.cut = True
        assert "Remedy" in world.copy(environ=environ)["failures"][0]["error"]
        daemon.refusal = (500, {"message": "no space left on device"})
        assert "no space left on device" in world.copy(environ=environ)["failures"][0]["error"]
        daemon.cut, daemon.refusal = False, None
        assert world.copy(environ=environ)["images"]["copied"] == 1


def test_memory_and_disk_do_not_grow_with_a_layer(world: World, tmp_path: Path) -> None:
    """A layer is packed block by block: what comes out of one block is gone before the next one is read."""
    taken: list[Tuple[int, int]] = []
    state = zlib.decompressobj(31)
    size = 0

    class Reader:
        size = 64 * 1024 * 1024
        left = size

        def read(self, most: int) -> bytes:
            count = min(most, self.left)
            self.left -= count
            return bytes(count)

        def close(self) -> None:
            taken.append((0, self.left))

    for block in layer_packing._compressed(Reader, None):
        assert len(block) < 1024 * 1024
        size += len(state.decompress(block))
    assert (size, taken) == (Reader.size, [(0, 0)])
