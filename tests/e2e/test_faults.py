# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in real registries: nothing is lost in silence, and nothing is left half there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.blobs import layer
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]

MakeRegistry = Callable[..., DockerRegistry]


class Three:
    """A source with three images: C(one) and C(two) share a layer, C(three) stands alone."""

    def __init__(self, source: DockerRegistry, destination: DockerRegistry) -> None:
        self.source, self.destination = source, destination
        self.shared = layer("shared")
        self.own = layer("of one alone")
        self.images = {
            "one": images.docker_image("one", [self.shared, self.own]),
            "two": images.docker_image("two", [self.shared, layer("of two alone")]),
            "three": images.manifest_list("three", ("linux/amd64", "linux/arm64")),
        }
        with Pusher(source.url) as pusher:
            for tag, image in self.images.items():
                pusher.push(image, "team/app", tag)

    def copy(self, **options: Any) -> Dict[str, Any]:
        rules = {self.source.host + "/team/app": self.destination.host + "/team/app"}
        return copy(rules, plain(self.source.host, self.destination.host), **dict({"retries": 1}, **options))


@pytest.fixture
def three(docker_registry: MakeRegistry) -> Three:
    return Three(docker_registry(), docker_registry())


@pytest.mark.parametrize(("which", "lost"), [("own", ["one"]), ("shared", ["one", "two"])])
def test_a_layer_that_the_source_has_lost(three: Three, skopeo: Skopeo, tmp_path: Path, which: str, lost: Any) -> None:
    digest = getattr(three, which).digest
    three.source.blob_file(digest).unlink()
    failed_path = tmp_path / "failed.json"

    result = three.copy(output_failed_images=str(failed_path), output_images_format="json")

    assert result["failed"]
    assert result["images"] == {
        "total": 3,
        "copied": 3 - len(lost),
        "skipped": 0,
        "filtered": 0,
        "postponed": 0,
        "failed": len(lost),
    }
    assert sorted(failure["source"].rpartition(":")[2] for failure in result["failures"]) == lost
    for failure in result["failures"]:
        assert digest in failure["error"]
        assert three.source.host in failure["error"]
    # What is said to have arrived did, and of the others there is no manifest.
    assert three.destination.missing() == []
    for tag in three.images:
        put = [line for line in three.destination.accesses() if line.kind == "manifest_put" and line.path.endswith(tag)]
        assert len(put) == (0 if tag in lost else 1)
        if tag not in lost:
            skopeo.pull("{0}/team/app:{1}".format(three.destination.host, tag), tag)

    # The layer comes back; the file of failures is what is left to do.
    with Pusher(three.source.url) as pusher:
        pusher.push_blob("team/elsewhere", getattr(three, which))
    rules = json.loads(failed_path.read_text(encoding="utf-8"))
    again = copy(rules, plain(three.source.host, three.destination.host))
    assert_clean(again)
    assert again["images"]["copied"] == len(lost)
    assert three.destination.missing() == []


def test_a_layer_that_the_source_has_damaged(three: Three) -> None:
    file = three.source.blob_file(three.own.digest)
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))

    result = three.copy()

    assert [failure["source"].rpartition(":")[2] for failure in result["failures"]] == ["one"]
    assert three.own.digest in result["failures"][0]["error"]
    assert not three.destination.blob_file(three.own.digest).exists()
    assert three.destination.missing() == []


def test_a_platform_that_the_source_has_lost(three: Three) -> None:
    child = three.images["three"].children[1].digest
    three.source.blob_file(child).unlink()

    result = three.copy()

    assert [failure["source"].rpartition(":")[2] for failure in result["failures"]] == ["three"]
    assert child in result["failures"][0]["error"]
    assert three.destination.missing() == []


def test_a_destination_in_maintenance(three: Three, skopeo: Skopeo) -> None:
    three.destination.read_only = True
    three.destination.restart()

    refused = three.copy()

    assert refused["images"] == {"total": 3, "copied": 0, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 3}
    for failure in refused["failures"]:
        assert three.destination.host in failure["error"]
        assert "405" in failure["error"]

    three.destination.read_only = False
    three.destination.restart()
    assert_clean(three.copy())
    assert len(skopeo.pull(three.destination.host + "/team/app:one", "one")) == 3


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_registry_that_is_not_there(three: Three, side: str) -> None:
    host = getattr(three, side).host
    getattr(three, side).stop()

    result = three.copy(timeout=5)

    assert result["failed"]
    assert result["images"]["copied"] == 0
    assert all(host in failure["error"] for failure in result["failures"])


def test_repositories_and_tags_that_are_not_there(three: Three) -> None:
    source, destination = three.source.host, three.destination.host
    rules = {
        source + "/team/app:one": destination + "/team/app",
        source + "/team/app:missing": destination + "/team/app",
        source + "/team/nothing": destination + "/team/nothing",
        source + "/team/app:/^t/": destination + "/team/chosen",
        source + "/team/app:/^zzz/": destination + "/team/chosen",
    }

    result = copy(rules, plain(source, destination))

    assert result["images"] == {"total": 6, "copied": 3, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 2}
    assert sorted(failure["source"] for failure in result["failures"]) == [
        source + "/team/app:missing",
        source + "/team/nothing",
    ]
    assert result["msg"].startswith("Images(4) migration finished, 1 images tasks failed, 1 tasks generate failed")
