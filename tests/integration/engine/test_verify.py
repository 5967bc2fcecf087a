# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a verification finds, and what it does not overlook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.report import report
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Permission, Registry, Swr, User, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import FAST, World

SECRET = "a-password-nobody-may-see"
WRITING = ("POST", "PUT", "PATCH", "DELETE")


def verify(world: World, **options: Any) -> Any:
    """Compare by the rules of the world; nothing is written, and no secret shows."""
    before = len(world.destination.log.entries())
    request = dict(FAST, images=world.rules, auth=world.login)
    request.update(options)
    result = run_verify(request, {})
    counts = result["images"]
    assert counts["total"] == sum(number for verdict, number in counts.items() if verdict != "total")
    written = [entry for entry in world.destination.log.entries()[before:] if entry.method in WRITING]
    assert written == []
    assert [entry for entry in world.source.log.entries() if entry.method in WRITING] == []
    assert result["changed"] is False
    text = json.dumps(result)
    assert SECRET not in text
    assert not [secret for secret in world.secrets if secret in text]
    return result


def counted(result: Any) -> Any:
    return {verdict: number for verdict, number in result["images"].items() if number}


KINDS = {
    "docker": lambda: images.docker_image("d"),
    "list": lambda: images.manifest_list("l"),
    "index": lambda: images.oci_index("i"),
    "nested": lambda: images.nested_index("n"),
    "artifact": lambda: images.artifact("a"),
    "foreign": lambda: images.foreign_layer_image("f"),
}


@pytest.mark.parametrize("blobs", ["none", "head", "hash"])
@pytest.mark.parametrize("kind", KINDS)
def test_what_was_copied_is_equal(world: World, kind: str, blobs: str) -> None:
    world.offer(KINDS[kind](), "team/app", "1.0", to="copy/app")
    assert counted(verify(world, blobs=blobs)) == {"total": 1, "missing": 1}
    world.copy()
    result = verify(world, blobs=blobs)
    assert counted(result) == {"total": 1, "equal": 1}
    assert (result["failed"], result["differences"]) == (False, [])
    stored = [blob for blob in KINDS[kind]().all_blobs().values() if not blob.urls]
    assert result["blobs"]["checked"] == (0 if blobs == "none" else len(stored))
    size = sum(blob.descriptor()["size"] for blob in stored)
    assert result["blobs"]["bytes_read"] == (size if blobs == "hash" else 0)


def test_each_verdict_is_told_apart(world: World) -> None:
    for tag in ("same", "other", "gone", "lost"):
        world.offer(images.docker_image(tag), "team/app", tag)
    world.copy()
    expected = world.source.load(images.docker_image("newer"), "team/app", "other")
    world.destination.storage.delete_manifest("team/app", "gone")
    world.source.storage.delete_manifest("team/app", "lost")
    result = verify(world)
    assert counted(result) == {"total": 4, "equal": 1, "different": 1, "missing": 1, "failed": 1}
    other, gone = result["differences"]
    assert other["destination"] == world.destination.host + "/team/app:other"
    assert other["expected"] == expected
    assert other["found"] == images.docker_image("other").digest
    assert (gone["verdict"], gone["reason"], "found" in gone) == ("missing", "it is not there", False)
    assert "does not have this image" in result["failures"][0]["error"]
    assert result["failures"][0]["hint"]
    assert result["failed"] is True
    assert result["msg"] == "Images(4) verified, 1 equal, 1 different, 1 missing, 1 failed"


def test_differences_need_not_fail_but_failures_do(world: World) -> None:
    world.offer(images.docker_image("a"), "team/app", "1")
    assert verify(world)["failed"] is True
    assert verify(world, fail_on_difference=False)["failed"] is False
    world.rules = {world.source.host + "/team/none": world.destination.host + "/team/none"}
    result = verify(world, fail_on_difference=False)
    assert (counted(result), result["failed"]) == ({"total": 1, "failed": 1}, True)


def test_all_tags_and_expressions(world: World) -> None:
    for tag in ("v1", "v2", "x"):
        world.source.load(images.docker_image(tag), "team/app", tag)
    source, destination = world.source.host, world.destination.host
    world.rules = {source + "/team/app:/^v/": destination + "/a/b", source + "/team/app": destination + "/c/d"}
    world.copy()
    assert counted(verify(world)) == {"total": 5, "equal": 5}
    world.rules = {source + "/team/app:/^nothing/": destination + "/a/b"}
    assert counted(verify(world)) == {"total": 1, "filtered": 1}


def test_platform_filter_is_followed(world: World) -> None:
    world.offer(images.manifest_list("l"), "team/app", "1")
    world.copy(arch=["arm64"])
    assert counted(verify(world, arch=["arm64"], blobs="hash")) == {"total": 1, "equal": 1}
    assert counted(verify(world)) == {"total": 1, "different": 1}
    world.rules.clear()
    world.offer(images.manifest_list("only"), "team/other", "1")
    assert counted(verify(world, os=["plan9"])) == {"total": 1, "filtered": 1}


def converted(sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]) -> World:
    """A world whose destination takes Docker's format only."""
    swr = sandbox_swr(keys={"AK": SECRET}, organizations=["team"])
    world = World(sandbox_registry(), swr)
    world.login[swr.host].update(username="cn-north-4@AK", password=login_password("AK", SECRET))
    world.secrets.append(world.login[swr.host]["password"])
    world.offer(images.oci_index("i"), "team/app", "1")
    return world


@pytest.mark.parametrize("journal", [False, True])
def test_converted_image_is_equal_by_conversion_or_journal(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], tmp_path: Path, journal: bool
) -> None:
    world = converted(sandbox_registry, sandbox_swr)
    path = {"journal_path": str(tmp_path / "journal")} if journal else {}
    assert world.copy(**path)["converted"] == 1
    asked = world.source.count("manifest_get")
    result = verify(world, blobs="hash", **path)
    assert counted(result) == {"total": 1, "equal": 1}
    assert (world.source.count("manifest_get") == asked) is journal
    assert counted(verify(world, convert="never")) == {"total": 1, "different": 1}


def test_journal_that_lies_is_found_out(world: World, tmp_path: Path) -> None:
    world.offer(images.docker_image("a"), "team/app", "1")
    path = str(tmp_path / "journal")
    world.copy(journal_path=path)
    world.destination.load(images.docker_image("b"), "team/app", "1")
    assert counted(verify(world, journal_path=path)) == {"total": 1, "different": 1}
    (tmp_path / "journal").write_text("no journal\n")
    assert verify(world, journal_path=path)["warnings"] == ["1 lines of the journal could not be read"]


@pytest.mark.parametrize("blobs", ["none", "head", "hash"])
def test_missing_blob_shows_when_blobs_are_looked_at(world: World, blobs: str) -> None:
    image = images.docker_image("d", layers=3)
    world.offer(image, "team/app", "1")
    world.copy()
    lost = image.blobs[2].digest
    assert world.destination.storage.delete_blob("team/app", lost)
    result = verify(world, blobs=blobs)
    if blobs == "none":
        assert counted(result) == {"total": 1, "equal": 1}
    else:
        assert counted(result) == {"total": 1, "different": 1}
        assert result["differences"][0]["reason"] == "the blob {0} is missing".format(lost)


def test_missing_child_shows(world: World) -> None:
    index = images.manifest_list("l")
    world.offer(index, "team/app", "1")
    world.copy()
    world.destination.storage.delete_manifest("team/app", index.children[1].digest)
    result = verify(world, blobs="head")
    assert counted(result) == {"total": 1, "different": 1}
    assert index.children[1].digest in result["differences"][0]["reason"]


@pytest.mark.parametrize(("blobs", "verdict"), [("head", "equal"), ("hash", "different")])
def test_damaged_blob_shows_when_it_is_read_and_for_all_who_share_it(world: World, blobs: str, verdict: str) -> None:
    layer = images.layer("shared", 4096, False, images.DOCKER_LAYER)
    for name in ("one", "two"):
        world.offer(images.docker_image(name, layers=[layer]), "team/" + name, "1")
    world.copy()
    world.destination.faults.add(Fault("corrupt", kind="blob_get", digest=layer.digest))
    result = verify(world, blobs=blobs)
    assert counted(result) == {"total": 2, verdict: 2}
    if blobs == "hash":
        assert result["differences"][0]["reason"] == "the bytes of the blob {0} have another digest".format(
            layer.digest
        )
        assert world.destination.count("blob_get") == 3, "a shared blob is read once"


@pytest.mark.parametrize("options", [{}, {"ignore_range": True}])
def test_blob_on_a_bad_connection_is_read_to_its_end(world: World, options: Any) -> None:
    image = images.docker_image("big", layers=1, size=3_000_000)
    world.offer(image, "team/app", "1")
    world.copy()
    digest = image.blobs[1].digest
    if options:
        world.destination.faults.add(Fault("no_range", kind="blob_get"))
    else:
        world.destination.faults.add(Fault("truncate", kind="blob_get", digest=digest, after=400_000, times=6))
    world.destination.faults.add(Fault("truncate", kind="blob_get", digest=digest, after=900_000, times=2))
    result = verify(world, blobs="hash", retries=3)
    assert counted(result) == {"total": 1, "equal": 1}


def test_connection_that_brings_nothing_is_a_failure(world: World) -> None:
    image = images.docker_image("a", layers=1)
    world.offer(image, "team/app", "1")
    world.copy()
    world.destination.faults.add(Fault("truncate", kind="blob_get", digest=image.blobs[1].digest, after=0))
    result = verify(world, blobs="hash", retries=2)
    assert counted(result) == {"total": 1, "failed": 1}
    assert "cut off" in result["failures"][0]["error"]


def test_registry_that_cannot_say_is_asked_another_way(world: World) -> None:
    image = images.docker_image("a", layers=2)
    world.offer(image, "team/app", "1")
    world.copy()
    world.destination.faults.add(Fault("no_head"))
    assert counted(verify(world, blobs="head")) == {"total": 1, "equal": 1}
    world.destination.storage.delete_blob("team/app", image.blobs[1].digest)
    assert counted(verify(world, blobs="head")) == {"total": 1, "different": 1}


FAULTS = {
    "source refuses": ("source", Fault("status", status=403, repository="team/bad"), "403"),
    "source in trouble": ("source", Fault("status", status=500, repository="team/bad"), "500"),
    "destination refuses": ("destination", Fault("status", status=403, repository="team/bad"), "403"),
    "destination in trouble": ("destination", Fault("status", status=502, html=True, repository="team/bad"), "502"),
    "destination drops": ("destination", Fault("drop", repository="team/bad"), "connection"),
    "blobs refused": ("destination", Fault("status", status=403, kind="blob_head", repository="team/bad"), "403"),
    "HTML for a manifest": (
        "destination",
        Fault("status", status=200, html=True, kind="manifest_get", repository="team/bad"),
        "sent another manifest",
    ),
}


@pytest.mark.parametrize("case", FAULTS)
def test_fault_is_a_failure_and_never_a_difference(world: World, case: str) -> None:
    side, fault, text = FAULTS[case]
    for name in ("bad", "good"):
        world.offer(images.docker_image(name), "team/" + name, "1")
    world.copy()
    getattr(world, side).faults.add(Fault.from_mapping(fault.as_dict()))
    result = verify(world, retries=0, blobs="head")
    assert counted(result) == {"total": 2, "equal": 1, "failed": 1}
    assert text in result["failures"][0]["error"]
    assert result["differences"] == []


@pytest.mark.parametrize("kind", ["manifest_head", "manifest_get", "blob_head", "blob_get"])
def test_passing_fault_passes(world: World, kind: str) -> None:
    world.offer(images.manifest_list("l"), "team/app", "1")
    world.copy()
    for registry in (world.source, world.destination):
        registry.faults.add(Fault("status", kind=kind, status=503, times=1))
    for blobs in ("head", "hash"):
        assert counted(verify(world, blobs=blobs)) == {"total": 1, "equal": 1}


def test_right_to_read_is_enough(sandbox_registry: Callable[..., Registry]) -> None:
    reader = User(SECRET, [Permission("*", ["pull"])])
    destination = sandbox_registry(name="destination", auth=BearerAuth({"reader": reader}))
    world = World(sandbox_registry(), destination)
    world.login[destination.host].update(username="reader", password=SECRET)
    world.offer(images.docker_image("a"), "team/app", "1")
    destination.load(images.docker_image("a"), "team/app", "1")
    assert counted(verify(world, blobs="hash")) == {"total": 1, "equal": 1}


def test_report_has_every_image_and_the_result_fifty(world: World, tmp_path: Path) -> None:
    image = images.docker_image("same")
    for number in range(60):
        world.offer(image, "team/app", str(number))
    world.destination.load(image, "team/app", "7")
    path = tmp_path / "report.json"
    result = verify(world, report_path=str(path))
    assert (len(result["differences"]), result["differences_truncated"]) == (50, 9)
    assert result["report_path"] == str(path)
    written = json.loads(path.read_text())
    assert written["images"] == result["images"]
    assert [entry["verdict"] for entry in written["results"]].count("missing") == 59
    assert written["results"][7]["verdict"] == "equal"
    assert path.stat().st_mode & 0o777 == 0o600


def test_report_that_cannot_be_written_does_not_hide_the_verdict(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.offer(images.docker_image("a"), "team/app", "1")

    def refuse(path: str, _text: str) -> None:
        raise RulesError(["the disk is full"])

    monkeypatch.setattr(report, "write_private", refuse)
    result = verify(world, report_path=str(tmp_path / "report"))
    assert counted(result) == {"total": 1, "missing": 1}
    assert result["warnings"] == ["report_path was not written: the disk is full"]


def test_bad_rules_are_told_before_any_connection(world: World) -> None:
    with pytest.raises(RulesError) as caught:
        run_verify(dict(FAST, images={"a:1": "b:1,2"}, report_path="/nowhere/at/all"), {})
    assert len(caught.value.problems) == 2
