# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of every kind between two real registries, judged by skopeo."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo, write_layout
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, plain
from ansible_collections.longshore.swr.tests.sandbox import Registry, images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher
from ansible_collections.longshore.swr.tests.sandbox.workloads import many_tags

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]

KINDS: Dict[str, Callable[[], images.Image]] = {
    "docker": lambda: images.docker_image("docker", layers=3),
    "manifest-list": lambda: images.manifest_list("list", ("linux/amd64", "linux/arm64", "linux/arm/v7")),
    "oci": lambda: images.oci_image("oci", layers=3),
    "oci-zstd": lambda: images.zstd_image("zstd"),
    "attested-index": lambda: images.oci_index("index"),
    "nested-index": lambda: images.nested_index("nested"),
    "artifact": lambda: images.artifact("artifact"),
    "referrer": lambda: images.artifact("referrer", subject=images.docker_image("subject")),
}
# skopeo 1.9 reads the manifest of an index within an index, and takes what is inside for an image when it pulls.
NOT_PULLED = ("nested-index",)

Pair = Tuple[DockerRegistry, DockerRegistry]


@pytest.fixture
def pair(docker_registry: Callable[..., DockerRegistry]) -> Pair:
    return docker_registry(), docker_registry()


def copy_between(pair: Pair, rules: Dict[str, Any], **options: Any) -> Dict[str, Any]:
    """Copy by rules whose sides are repositories: the registries are put before them."""
    source, destination = pair
    named = {
        "{0}/{1}".format(source.host, one): "{0}/{1}".format(destination.host, other) for one, other in rules.items()
    }
    return copy(named, plain(source.host, destination.host), **options)


def assert_same(skopeo: Skopeo, pair: Pair, one: str, other: str) -> None:
    assert skopeo.raw("{0}/{1}".format(pair[0].host, one)) == skopeo.raw("{0}/{1}".format(pair[1].host, other))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_each_kind_arrives_byte_for_byte(pair: Pair, skopeo: Skopeo, kind: str) -> None:
    source, destination = pair
    image = KINDS[kind]()
    with Pusher(source.url) as pusher:
        pusher.push(image, "team/app", "1.0")

    result = copy_between(pair, {"team/app:1.0": "other/renamed:1.0"})

    assert_clean(result)
    assert result["images"]["copied"] == 1
    assert skopeo.raw("{0}/other/renamed:1.0".format(destination.host)) == image.raw
    assert destination.missing() == []
    wanted = image.all_blobs()
    assert sorted({digest for _name, digest in destination.stored()}) == sorted(wanted)
    if kind not in NOT_PULLED:
        assert skopeo.pull("{0}/other/renamed:1.0".format(destination.host), "pulled") == sorted(wanted)


@pytest.mark.parametrize(("options", "media_type"), [
    ((), images.OCI_MANIFEST),
    (("--format", "v2s2"), images.DOCKER_MANIFEST),
])  # fmt: skip
def test_an_image_that_skopeo_wrote(
    pair: Pair, skopeo: Skopeo, tmp_path: Path, options: Tuple[str, ...], media_type: str
) -> None:
    layout = write_layout(images.oci_image("pushed by skopeo", layers=2), tmp_path / "layout")
    skopeo.push(layout, "{0}/team/app:1.0".format(pair[0].host), *options)
    assert media_type.encode() in skopeo.raw("{0}/team/app:1.0".format(pair[0].host))

    assert_clean(copy_between(pair, {"team/app:1.0": "team/app"}))

    assert_same(skopeo, pair, "team/app:1.0", "team/app:1.0")
    assert len(skopeo.pull("{0}/team/app:1.0".format(pair[1].host), "pulled")) == 3


def test_nested_repository_names_and_uncommon_tags(pair: Pair, skopeo: Skopeo) -> None:
    tags = ["_", "1.0.0-rc.1__build", "UPPER.Case-9", "v" + "x" * 127, "latest"]
    with Pusher(pair[0].url) as pusher:
        for tag in tags:
            pusher.push(images.docker_image(tag), "a/b-c/d__e/f.g", tag)

    result = copy_between(pair, {"a/b-c/d__e/f.g": "z/y/x/w"})

    assert_clean(result)
    assert result["images"]["copied"] == len(tags)
    for tag in tags:
        assert_same(skopeo, pair, "a/b-c/d__e/f.g:" + tag, "z/y/x/w:" + tag)


def test_by_digest(pair: Pair, skopeo: Skopeo) -> None:
    image = images.manifest_list("by digest", ("linux/amd64", "linux/arm64"))
    with Pusher(pair[0].url) as pusher:
        digest = pusher.push(image, "team/app", "1.0")

    assert_clean(copy_between(pair, {"team/app@" + digest: "team/app"}))

    assert skopeo.raw("{0}/team/app@{1}".format(pair[1].host, digest)) == image.raw


def test_forty_tags_share_layers_and_a_rerun_asks_little(pair: Pair, skopeo: Skopeo, tmp_path: Path) -> None:
    source, destination = pair
    with Pusher(source.url) as pusher:
        for item in many_tags(40, repository="team/many"):
            pusher.push(item.image, item.repository, item.tag)
    journal = {"journal_path": str(tmp_path / "journal")}

    first = copy_between(pair, {"team/many": "team/many"}, **journal)

    assert_clean(first)
    assert first["images"] == {"total": 40, "copied": 40, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    # Four shared layers, and for each tag a layer and a config of its own.
    assert len(destination.stored()) == len(set(destination.stored())) == 4 + 2 * 40
    for tag in ("v0", "v21", "v39"):
        assert_same(skopeo, pair, "team/many:" + tag, "team/many:" + tag)
        assert len(skopeo.pull("{0}/team/many:{1}".format(destination.host, tag), tag)) == 6

    for options in (journal, {}):
        before = source.count() + destination.count()
        again = copy_between(pair, {"team/many": "team/many"}, **options)
        assert not again["changed"]
        assert again["images"]["skipped"] == 40
        asked = source.count() + destination.count() - before
        # One request for the list of tags, and the manifests of a few tags by digest on either side: they show that
        # replies to pipelined requests come in order.
        assert asked <= 2 * 40 + 1 + 9
        assert again["requests"]["total"] <= asked + 4


def test_layers_shared_by_repositories_travel_once(pair: Pair, skopeo: Skopeo) -> None:
    source, destination = pair
    rules = {}
    with Pusher(source.url) as pusher:
        for number, item in enumerate(many_tags(8, repository="team/many")):
            pusher.push(item.image, "team/app-{0}".format(number), "1.0")
            rules["team/app-{0}".format(number)] = "team/app-{0}".format(number)

    result = copy_between(pair, rules)

    assert_clean(result)
    assert len(destination.stored()) == 4 + 2 * 8
    assert result["blobs"] == {"uploaded": 4 + 2 * 8, "mounted": 4 * 7, "present": 0}
    assert destination.missing() == []
    for number in range(8):
        assert len(skopeo.pull("{0}/team/app-{1}:1.0".format(destination.host, number), str(number))) == 6


def test_a_platform_filter_keeps_a_list_that_pulls(pair: Pair, skopeo: Skopeo, tmp_path: Path) -> None:
    with Pusher(pair[0].url) as pusher:
        pusher.push(images.manifest_list("filtered"), "team/app", "1.0")
    options = {"os": ["linux"], "arch": ["arm64", "arm:v7"], "journal_path": str(tmp_path / "journal")}

    assert_clean(copy_between(pair, {"team/app:1.0": "team/app"}, **options))

    reference = "{0}/team/app:1.0".format(pair[1].host)
    assert len(skopeo.pull(reference, "pulled")) == 2 * 3
    assert copy_between(pair, {"team/app:1.0": "team/app"}, **options)["images"]["skipped"] == 1


def test_check_mode_changes_nothing_and_foretells_the_run(pair: Pair) -> None:
    source, destination = pair
    with Pusher(source.url) as pusher:
        for item in many_tags(3, repository="team/app"):
            pusher.push(item.image, item.repository, item.tag)

    plan = copy_between(pair, {"team/app": "team/app"}, check_mode=True)
    written = [line for line in destination.accesses() if line.method not in ("GET", "HEAD")]
    real = copy_between(pair, {"team/app": "team/app"})

    assert written == []
    assert plan["changed"]
    assert plan["plan"] == real["plan"]
    assert plan["plan"]["blobs"] == real["blobs"]["uploaded"]
    assert plan["plan"]["bytes"] == real["bytes"]["uploaded"]


def test_layers_that_live_elsewhere_stay_there(docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo) -> None:
    image = images.foreign_layer_image("windows")
    pair = docker_registry(foreign_layers=True), docker_registry(foreign_layers=True)
    with Pusher(pair[0].url) as pusher:
        pusher.push(image, "team/app", "1.0")

    assert_clean(copy_between(pair, {"team/app:1.0": "team/app"}))

    assert skopeo.raw("{0}/team/app:1.0".format(pair[1].host)) == image.raw


REFUSED = {
    "schema 1": (lambda: images.schema1_image("old"), "MANIFEST_SCHEMA1", "schema 2"),
    # docker-registry says no more than "unknown error"; what is special about the image has to come from us.
    "layers elsewhere": (lambda: images.foreign_layer_image("windows"), "UNKNOWN", "their own URLs"),
}


@pytest.mark.parametrize("case", sorted(REFUSED))
def test_what_cannot_be_stored_is_a_clear_failure(
    docker_registry: Callable[..., DockerRegistry], sandbox_registry: Callable[..., Registry], case: str
) -> None:
    make, code, hint = REFUSED[case]
    source, destination = sandbox_registry(), docker_registry()
    source.load(make(), "team/app", "refused")
    source.load(images.docker_image("good"), "team/app", "taken")
    rules = {source.host + "/team/app": destination.host + "/team/app"}

    result = copy(rules, plain(source.host, destination.host), retries=0)

    assert result["failed"]
    assert result["images"] == {"total": 2, "copied": 1, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1}
    failure = result["failures"][0]
    assert failure["source"].endswith("/team/app:refused")
    assert code in failure["error"]
    assert hint in failure["hint"]


def test_namespace_of_a_real_registry_with_new_names_and_the_newest(
    docker_registry: Callable[..., DockerRegistry], skopeo: Skopeo
) -> None:
    source, destination = docker_registry(), docker_registry()
    index = images.manifest_list("l", ("linux/amd64", "linux/arm64"))
    with Pusher(source.url) as pusher:
        for tag in ("1.9", "1.10", "2.0-rc1", "latest"):
            pusher.push(images.docker_image(tag), "team/app", tag)
        pusher.push(index, "team/tools/lint", "v3")
        pusher.push(index, "other/app", "1.0")
    rules = [
        {
            "source": source.host + "/team/**",
            "destination": destination.host + "/org",
            "tags": {"newest": 1},
            "rename": [{"flatten": True, "separator": "-"}],
            "platforms": ["linux/arm64"],
        },
        {"source": source.host + "/nobody/*", "destination": destination.host + "/none"},
    ]
    auth = plain(source.host, destination.host)
    result = copy(rules, auth)
    assert (result["images"]["copied"], result["images"]["filtered"], result["images"]["failed"]) == (1, 1, 1)
    assert "there are no repositories" in result["failures"][0]["error"]
    kept = json.loads(skopeo.raw(destination.host + "/org/tools-lint:v3"))["manifests"]
    assert [child["platform"]["architecture"] for child in kept] == ["arm64"]
    # The images of the other rule are for another platform.
    wanted = [dict(rules[0], platforms=["linux/amd64"], rename=[{"prefix": "x/"}])]
    assert_clean(copy(wanted, auth))
    assert skopeo.raw(destination.host + "/org/x/app:1.10") == skopeo.raw(source.host + "/team/app:1.10")
    assert copy(wanted, auth)["changed"] is False
