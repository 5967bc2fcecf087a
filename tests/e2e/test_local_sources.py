# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives, layouts and a daemon of real programs, copied to a real registry and judged by skopeo."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo, write_layout
from ansible_collections.longshore.swr.tests.e2e.os_image import Podman
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.support import archives

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]


def run_skopeo(*arguments: str) -> str:
    line = ["skopeo", "--insecure-policy", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def diff_ids(reference: str, *options: str) -> List[str]:
    """The uncompressed digests of an image's layers, as skopeo reads them."""
    document: Dict[str, Any] = json.loads(run_skopeo("inspect", "--config", *options, reference))
    found: List[str] = document["rootfs"]["diff_ids"]
    return found


def copy_twice(registry: DockerRegistry, rules: Dict[str, str], count: int, **options: Any) -> None:
    """Copy, and again: the second run changes nothing and sends nothing."""
    first = copy(rules, plain(registry.host), **options)
    assert_clean(first)
    assert first["images"]["copied"] == count
    second = copy(rules, plain(registry.host), **options)
    assert (second["changed"], second["images"]["skipped"]) == (False, count)
    assert second["blobs"]["uploaded"] == 0


@pytest.fixture
def podman() -> Iterator[Podman]:
    engine = Podman(Path(tempfile.mkdtemp(prefix="e2e-")), {})
    yield engine
    engine.close()


@pytest.mark.parametrize("form", ["docker-archive", "oci-archive", "oci"])
def test_what_skopeo_writes_arrives(
    docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo, tmp_path: Path, form: str
) -> None:
    registry = docker_registry()
    layout = write_layout(images.oci_image("real", layers=3, size=50_000), tmp_path / "made")
    source = "{0}:{1}:registry.example.com/team/app:1.0".format(form, tmp_path / "saved")
    run_skopeo("copy", "oci:{0}".format(layout), source)
    place = "{0}/moved/app".format(registry.host)
    copy_twice(registry, {source: place}, 1)
    assert diff_ids("docker://" + place + ":1.0", "--tls-verify=false") == diff_ids("oci:{0}".format(layout))
    assert len(skopeo.pull(place + ":1.0", "pulled")) == 4


@pytest.mark.needs_podman
@pytest.mark.needs_root
def test_what_podman_saves_and_serves_arrives(
    docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo, podman: Podman, tmp_path: Path
) -> None:
    registry = docker_registry()
    wanted = {}
    for name in ("one", "two"):
        layer = tmp_path / name
        layer.write_bytes(archives.layer_tar(name, 300_000))
        podman.import_archive(layer, "localhost/team/{0}:1.0".format(name))
        wanted[name] = ["sha256:" + archives.sha256(layer.read_bytes())]
    saved = tmp_path / "saved.tar"
    podman.save(saved, "docker-archive", "localhost/team/one:1.0", "localhost/team/two:1.0")
    defaults = {"default_registry": registry.host, "default_namespace": "all"}
    copy_twice(registry, {"docker-archive:{0}".format(saved): ""}, 2, **defaults)
    single = tmp_path / "single.tar"
    podman.save(single, "oci-archive", "localhost/team/one:1.0")
    copy_twice(registry, {"oci-archive:{0}".format(single): registry.host + "/oci/one:x"}, 1)
    with podman.service() as path:
        rules = {
            "podman-daemon:team/one:1.0": registry.host + "/daemon/one",
            "docker-daemon:{0}:localhost/team/two".format(path): registry.host + "/daemon/two",
        }
        copy_twice(registry, rules, 2, environ={"CONTAINER_HOST": "unix://{0}".format(path)})
    places = {"all/one:1.0": "one", "all/two:1.0": "two", "oci/one:x": "one"}
    for place, name in dict(places, **{"daemon/one:1.0": "one", "daemon/two:1.0": "two"}).items():
        reference = "{0}/{1}".format(registry.host, place)
        assert diff_ids("docker://" + reference, "--tls-verify=false") == wanted[name]
        assert len(skopeo.pull(reference, "pulled")) == 2
