# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a copy leaves behind, and how few requests it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, Swr, images, workloads
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.full_disk import full_disk

from .conftest import World

KINDS = {
    "docker": lambda: images.docker_image("d", layers=3),
    "list": lambda: images.manifest_list("l"),
    "oci": lambda: images.oci_image("o"),
    "index": lambda: images.oci_index("i"),
    "nested": lambda: images.nested_index("n"),
    "zstd": lambda: images.zstd_image("z"),
    "artifact": lambda: images.artifact("a"),
    "empty": lambda: images.docker_image("e", layers=0),
    "foreign": lambda: images.foreign_layer_image("f"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_image_arrives_byte_for_byte(world: World, kind: str) -> None:
    world.offer(KINDS[kind](), "team/deep/er/app", "1.0", to="copy/app")
    assert world.copy()["images"]["copied"] == 1
    ours = world.source.manifest("team/deep/er/app", "1.0")
    theirs = world.destination.manifest("copy/app", "1.0")
    assert ours is not None
    assert theirs is not None
    assert (theirs.raw, theirs.media_type) == (ours.raw, ours.media_type)
    world.check_destination("copy/app")
    again = world.copy()
    assert (again["changed"], again["images"]["skipped"]) == (False, 1)


def test_schema_1_is_a_failure_that_says_how_to_go_on(world: World) -> None:
    world.offer(images.schema1_image("s"), "team/old", "1")
    failure = world.copy(retries=0)["failures"][0]
    assert "schema 1" in failure["error"]
    assert "push it again" in failure["hint"]


def test_a_new_image_of_one_layer_needs_eleven_requests_when_the_token_is_known(
    sandbox_registry: Callable[..., Registry],
) -> None:
    world = World(sandbox_registry(), sandbox_registry(name="destination", auth=BearerAuth({"user": "a-password"})))
    world.login[world.destination.host].update(username="user", password="a-password")
    world.offer(images.docker_image("x", layers=1), "team/app", "1")
    requests = world.copy()["requests"]
    assert requests["by_registry"][world.destination.host]["token"] == 1
    # The token, and the first request that learnt that one is wanted.
    assert requests["total"] - 2 <= 11


def test_a_tag_that_is_there_costs_two_requests(world: World) -> None:
    workloads.load_all(world.source, workloads.many_tags(60, repository="team/tags"))
    world.rules = {world.source.host + "/team/tags": world.destination.host + "/team/tags"}
    assert world.copy()["images"]["copied"] == 60
    result = world.copy()
    assert result["images"]["skipped"] == 60
    # And four of each registry to find out that it answers many requests in order, and one to be allowed to ask.
    assert result["requests"]["total"] == 2 * 60 + 1 + 2 * 4 + 1


def test_one_request_learns_for_all_workers_how_to_log_in(sandbox_registry: Callable[..., Registry]) -> None:
    guarded = {"user": "a-password"}
    world = World(
        sandbox_registry(name="source", auth=BearerAuth(guarded)),
        sandbox_registry(name="destination", auth=BearerAuth(guarded)),
    )
    for registry in (world.source, world.destination):
        world.login[registry.host].update(username="user", password="a-password")
    for number in range(16):
        world.offer(images.docker_image(str(number), layers=1), "team/app", str(number))
    assert world.copy(workers=16)["images"]["copied"] == 16
    for registry in (world.source, world.destination):
        assert [entry.status for entry in registry.log.entries() if entry.status == 401] == [401]
        assert registry.count("token") == 1


def test_shared_layers_travel_once_and_are_mounted_elsewhere(world: World) -> None:
    workloads.load_all(world.source, workloads.many_repositories(20, shared_layers=4, prefix="team/r"))
    world.rules = {
        "{0}/team/r-{1}".format(world.source.host, number): "{0}/copy/r-{1}".format(world.destination.host, number)
        for number in range(20)
    }
    result = world.copy()
    assert result["images"]["copied"] == 20
    # 4 shared layers, and a layer and a config of each image's own.
    assert world.destination.count("upload_put", status=201) == 44
    assert result["blobs"] == {"uploaded": 44, "mounted": 4 * 19, "present": 0}
    world.check_destination(*("copy/r-{0}".format(number) for number in range(20)))


def test_a_copy_within_one_registry_moves_no_bytes(sandbox_registry: Callable[..., Registry]) -> None:
    registry = sandbox_registry(auth=BearerAuth({"user": "a-password"}))
    world = World(registry, registry)
    world.login[registry.host] = {"username": "user", "password": "a-password", "insecure": True}
    world.offer(images.docker_image("x"), "team/app", "1", to="other/app")
    result = world.copy()
    assert (result["images"]["copied"], result["bytes"]["uploaded"]) == (1, 0)
    assert registry.count("blob_get") == 0
    world.check_destination("other/app")


def test_blobs_of_an_earlier_run_are_mounted_by_what_the_journal_says(world: World, tmp_path: Path) -> None:
    shared = images.docker_image("x", layers=3)
    world.offer(shared, "team/one", "1")
    journal = str(tmp_path / "journal")
    world.copy(journal_path=journal)
    world.rules.clear()
    world.offer(shared, "team/two", "1")
    result = world.copy(journal_path=journal)
    assert result["blobs"] == {"uploaded": 0, "mounted": 4, "present": 0}
    world.check_destination("team/two")


def test_a_journal_of_another_registry_costs_nothing_but_requests(world: World, tmp_path: Path) -> None:
    world.offer(images.docker_image("x", layers=3), "team/one", "1")
    journal = tmp_path / "journal"
    world.copy(journal_path=str(journal))
    world.destination.reset(content=True)
    with journal.open("a") as content:
        content.write('{"event": "blob", "registry":')
    world.rules.clear()
    world.offer(images.docker_image("x", layers=3), "team/two", "1")
    result = world.copy(journal_path=str(journal))
    assert (result["images"]["copied"], result["blobs"]["uploaded"]) == (1, 4)
    assert result["warnings"] == ["1 lines of the journal could not be read"]
    world.check_destination("team/two")


def test_a_platform_filter_strips_an_index_and_a_rerun_knows_it(world: World, tmp_path: Path) -> None:
    world.offer(images.oci_index("i", platforms=("linux/amd64", "linux/arm64")), "team/app", "1")
    options: Any = {"os": ["linux"], "arch": ["arm64"], "journal_path": str(tmp_path / "journal")}
    assert world.copy(**options)["images"]["copied"] == 1
    stored = world.destination.manifest("team/app", "1")
    assert stored is not None
    platforms = [entry["platform"] for entry in json.loads(stored.raw)["manifests"]]
    assert platforms == [{"architecture": "arm64", "os": "linux"}]
    world.source.reset()
    again = world.copy(**options)
    assert (again["images"]["skipped"], world.source.count("manifest_get")) == (1, 0)
    del options["journal_path"]
    assert world.copy(**options)["images"]["skipped"] == 1


def test_a_platform_filter_leaves_out_an_image_of_another_platform(world: World) -> None:
    world.offer(images.docker_image("x", platform="linux/amd64"), "team/app", "amd")
    world.offer(images.docker_image("y", platform="linux/arm64"), "team/app", "arm")
    world.offer(images.artifact("a"), "team/app", "chart")
    result = world.copy(arch=["arm64"])
    assert result["images"] == {"total": 3, "copied": 2, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 0}
    assert sorted(world.destination.tags("team/app")) == ["arm", "chart"]


def test_force_writes_the_manifest_again_and_no_blob(world: World) -> None:
    world.offer(images.docker_image("x"), "team/app", "1")
    world.copy()
    result = world.copy(force=True)
    assert (result["images"]["copied"], result["blobs"]["uploaded"]) == (1, 0)
    assert world.destination.count("manifest_put") == 2


def test_two_sources_for_one_destination_are_refused_before_anything_is_copied(world: World) -> None:
    world.offer(images.docker_image("x"), "team/one", "1", to="copy/app")
    world.offer(images.docker_image("y"), "team/two", "1", to="copy/app")
    result = world.copy()
    assert result["images"]["failed"] == 2
    assert world.destination.log.entries() == []
    assert "writes the same destination" in result["failures"][0]["error"]


def test_an_expression_that_matches_no_tag_is_filtered_and_an_empty_repository_a_failure(world: World) -> None:
    world.source.load(images.docker_image("x"), "team/app", "1.0")
    world.rules = {world.source.host + "/team/app:/^2/": world.destination.host + "/team/app"}
    result = world.copy()
    assert result["images"] == {"total": 1, "copied": 0, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 0}
    assert not result["failed"]


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_the_files_of_failed_and_successful_images_can_be_fed_back(world: World, tmp_path: Path, form: str) -> None:
    world.offer(images.docker_image("x"), "team/good", "1")
    world.offer(images.docker_image("y"), "team/bad", "1")
    world.rules[world.source.host + "/team/none"] = ""
    defaults = {"default_registry": world.destination.host, "default_namespace": "spare"}
    world.destination.faults.add(Fault(kind="manifest_put", repository="team/bad", action="status", status=400))
    good, bad = tmp_path / ("good." + form), tmp_path / ("bad." + form)
    outputs = {
        "output_success_images": str(good),
        "output_failed_images": str(bad),
        "output_images_format": form,
    }
    world.copy(**outputs, **defaults)
    assert list(yaml.safe_load(good.read_text())) == [world.source.host + "/team/good:1"]
    assert sorted(yaml.safe_load(bad.read_text())) == [
        world.source.host + "/team/bad:1",
        world.source.host + "/team/none",
    ]
    world.destination.reset()
    world.source.load(images.docker_image("z"), "team/none", "7")
    result = world.copy(images=None, images_file=str(bad), **defaults)
    assert result["images"] == {"total": 2, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    assert world.destination.tags("spare/none") == ["7"]
    assert world.copy(images=None, images_file=str(good))["images"]["skipped"] == 1


def test_the_report_names_every_image_and_its_digests(world: World, tmp_path: Path) -> None:
    workloads.load_all(world.source, workloads.many_tags(3, repository="team/tags"))
    world.rules = {world.source.host + "/team/tags": world.destination.host + "/team/tags"}
    path = tmp_path / "report.json"
    world.copy(report_path=str(path))
    report = json.loads(path.read_text())
    assert report["images"]["total"] == len(report["results"]) == 3
    for entry in report["results"]:
        tag = entry["destination"].rpartition(":")[2]
        stored = world.destination.manifest("team/tags", tag)
        assert stored is not None
        assert entry["source_digest"] == entry["destination_digest"] == stored.digest


@pytest.fixture
def to_swr(sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]) -> World:
    """A copy to SWR with its throttle."""
    swr = sandbox_swr(keys={"AKAKAKAK": "the-secret-key"}, organizations=["team"], manners={"throttle": 40})
    world = World(sandbox_registry(), swr)
    password = login_password("AKAKAKAK", "the-secret-key")
    world.login[swr.host].update(username="cn-north-4@AKAKAKAK", password=password)
    world.secrets = [password, "the-secret-key"]
    return world


def test_swr_gets_oci_images_in_dockers_format(to_swr: World, tmp_path: Path) -> None:
    to_swr.offer(images.docker_image("d"), "team/app", "docker")
    to_swr.offer(images.manifest_list("l"), "team/app", "list")
    to_swr.offer(images.oci_image("o"), "team/app", "oci")
    to_swr.offer(images.oci_index("i"), "team/app", "index")
    to_swr.offer(images.nested_index("n"), "team/app", "nested")
    report = tmp_path / "report.json"
    options: Any = {"retry_delay": 0.1, "journal_path": str(tmp_path / "journal"), "report_path": str(report)}
    result = to_swr.copy(workers=8, **options)
    assert result["failures"] == []
    assert (result["images"]["copied"], result["converted"]) == (5, 3)
    to_swr.check_destination("team/app")
    index = to_swr.destination.manifest("team/app", "index")
    assert index is not None
    assert index.media_type == "application/vnd.docker.distribution.manifest.list.v2+json"
    platforms = [entry["platform"]["architecture"] for entry in json.loads(index.raw)["manifests"]]
    assert platforms == ["amd64", "arm64"]
    entry = next(e for e in json.loads(report.read_text())["results"] if e["source"].endswith(":index"))
    assert entry["converted"]
    assert entry["dropped"] == ["an attestation", "an attestation"]
    assert entry["destination_digest"] == index.digest != entry["source_digest"]
    to_swr.source.reset()
    again = to_swr.copy(**options)
    assert (again["images"]["skipped"], to_swr.source.count("manifest_get")) == (5, 0)
    without_journal = to_swr.copy(retry_delay=0.1)
    assert (without_journal["images"]["skipped"], without_journal["changed"]) == (5, False)


def test_what_was_learnt_of_one_image_spares_the_others_their_attestations(to_swr: World) -> None:
    platforms, attested = 2, 12
    for number in range(attested):
        to_swr.offer(images.oci_index(str(number), layers=1), "team/app", str(number))
    # One worker at a time, so that there is a first image.
    result = to_swr.copy(workers=1, retry_delay=0.1)
    assert (result["images"]["copied"], result["converted"]) == (attested, attested)
    needed = attested * platforms * 2
    of_the_first = platforms * 2
    assert needed <= result["blobs"]["uploaded"] <= needed + of_the_first
    assert to_swr.destination.count("manifest_put", status=400) == 1
    to_swr.check_destination("team/app")


def test_swr_refuses_oci_images_that_may_not_be_converted(to_swr: World) -> None:
    to_swr.offer(images.docker_image("d"), "team/app", "docker")
    to_swr.offer(images.oci_index("i"), "team/app", "index")
    to_swr.offer(images.docker_image("d"), "nobody/app", "docker")
    result = to_swr.copy(workers=8, retry_delay=0.1, convert="never")
    assert result["images"] == {"total": 3, "copied": 1, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 2}
    index, missing = sorted(result["failures"], key=lambda failure: failure["destination"], reverse=True)
    assert "fail to parse 'manifest.json'" in index["error"]
    assert "convert: auto" in index["hint"]
    assert "organization does not exist" in missing["error"]
    assert "Create the organization" in missing["hint"]
    to_swr.check_destination("team/app")


def test_an_artifact_for_swr_is_a_failure_that_says_what_it_is(to_swr: World) -> None:
    to_swr.offer(images.artifact("a"), "team/chart", "1")
    failure = to_swr.copy(retry_delay=0.1)["failures"][0]
    assert "application/vnd.sandbox.thing" in failure["error"]
    assert "fail to parse 'manifest.json'" in failure["error"]
    assert "Enterprise Edition" in failure["hint"]


def test_a_converted_image_is_refused_where_the_rule_asks_for_its_digest(to_swr: World) -> None:
    index = images.oci_index("i")
    to_swr.offer(index, "team/app", "index")
    to_swr.rules = {"{0}/team/app@{1}".format(to_swr.source.host, index.digest): to_swr.destination.host + "/team/app"}
    failure = to_swr.copy(retry_delay=0.1)["failures"][0]
    assert "would change the digest" in failure["error"]


def test_always_converts_and_a_rerun_knows_it(world: World) -> None:
    world.offer(images.oci_index("i"), "team/app", "1")
    assert world.copy(convert="always")["converted"] == 1
    stored = world.destination.manifest("team/app", "1")
    assert stored is not None
    assert stored.media_type.startswith("application/vnd.docker.")
    assert world.copy(convert="always")["images"]["skipped"] == 1


def test_blobs_that_swr_keeps_elsewhere_can_be_read_back(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    swr = sandbox_swr(keys={"AKAKAKAK": "the-secret-key"}, organizations=["team"])
    world = World(swr, sandbox_registry())
    password = login_password("AKAKAKAK", "the-secret-key")
    world.login[swr.host].update(username="cn-north-4@AKAKAKAK", password=password)
    for tag in ("1", "2"):
        swr.load(images.docker_image(tag), "team/app", tag)
    world.rules = {swr.host + "/team/app": world.destination.host + "/team/app"}
    assert world.copy()["images"]["copied"] == 2
    assert swr.count("obs_get") == 6
    world.check_destination("team/app")


@pytest.mark.parametrize("insecure", [True, False])
def test_a_registry_with_its_own_authority(sandbox_registry: Callable[..., Registry], insecure: bool) -> None:
    world = World(sandbox_registry(tls=True), sandbox_registry(tls=True, name="destination"))
    world.offer(images.docker_image("x"), "team/app", "1")
    if insecure:
        assert world.copy()["images"]["copied"] == 1
        return
    world.login = {}
    failure = world.copy(retries=3)["failures"][0]
    assert "certificate is not trusted" in failure["error"]
    assert "ca_path" in failure["error"]
    assert world.copy(ca_path=world.source.ca_path)["images"]["copied"] == 1


def test_every_problem_is_told_before_anything_is_connected_to(world: World, tmp_path: Path) -> None:
    world.rules = {
        world.source.host: "x",
        "a/b:1,2": "c/d:1",
        world.source.host + "/A/b": world.destination.host + "/c",
    }
    world.login["bad"] = {"username": "only"}
    with pytest.raises(RulesError) as caught:
        world.copy(arch=["amd64,arm64"], report_path=str(tmp_path / "none" / "report.json"))
    assert len(caught.value.problems) >= 6
    assert world.source.log.entries() == []


def test_a_disk_that_is_full_for_the_journal_does_not_stop_the_copy(world: World, tmp_path: Path) -> None:
    world.offer(images.docker_image("x"), "team/app", "1")
    with full_disk():
        result = world.copy(journal_path=str(tmp_path / "journal"), log_path=str(tmp_path / "log"), report_path=None)
    assert result["images"]["copied"] == 1
    assert "journal could not be continued" in result["warnings"][0]


def test_ten_thousand_tags_are_looked_at_without_keeping_them(world: World) -> None:
    """The result stays small, whatever the number of images."""
    workloads.load_all(world.source, workloads.many_tags(300, shared_layers=1, own_layers=0, repository="team/tags"))
    world.rules = {world.source.host + "/team/tags": world.destination.host + "/team/tags"}
    world.destination.faults.add(Fault(kind="manifest_put", action="status", status=400))
    result = world.copy(retries=0)
    assert result["images"]["failed"] == 300
    assert (len(result["failures"]), result["failures_truncated"]) == (50, 250)
    assert len(json.dumps(result)) < 60_000
