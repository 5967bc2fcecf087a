# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signatures and other artifacts that belong to images, between registries with and without the referrers API."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.e2e.judge import write_layout
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.images import OCI_INDEX, Image, artifact
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import FAST, World

REPOSITORY = "team/app"


def tag_of(digest: str, suffix: str = "") -> str:
    return digest.replace(":", "-") + suffix


def index_of(*artifacts: Image) -> Image:
    """The index of a registry without the API, as a client keeps it up."""
    return images.oci_index("fallback", children=artifacts, attested=False)


def listed(registry: Registry, digest: str) -> List[str]:
    """What a client finds that belongs to a manifest of a registry without the API."""
    stored = registry.manifest(REPOSITORY, tag_of(digest))
    return [entry["digest"] for entry in json.loads(stored.raw)["manifests"]] if stored else []


def attach(registry: Registry, *artifacts: Image, to: str) -> None:
    """Put artifacts beside their subject as a client does it for this registry."""
    for one in artifacts:
        registry.load(one, REPOSITORY)
    if not registry.options.referrers:
        registry.load(index_of(*artifacts), REPOSITORY, tag_of(to))


def world_of(make: Callable[..., Registry], source: bool = True, destination: bool = True, **options: Any) -> World:
    return World(
        make(name="source", options=dict(options, referrers=source)),
        make(name="destination", options={"referrers": destination}),
    )


@pytest.fixture
def app() -> Image:
    return images.docker_image("app")


WAYS = pytest.mark.parametrize(("source", "destination"), [(True, True), (True, False), (False, True), (False, False)])


@WAYS
def test_what_belongs_to_an_image_comes_along(
    sandbox_registry: Callable[..., Registry], app: Image, source: bool, destination: bool
) -> None:
    world = world_of(sandbox_registry, source, destination)
    signature, sbom = artifact("signature", subject=app), artifact("sbom", subject=app)
    on_signature = artifact("on the signature", subject=signature)
    world.offer(app, REPOSITORY, "1")
    attach(world.source, signature, sbom, to=app.digest)
    attach(world.source, on_signature, to=signature.digest)
    result = world.copy(referrers=True)
    # A registry without the API gets an index for each manifest that something belongs to.
    lists = 0 if destination else 2
    assert result["attached"] == {"copied": 3 + lists, "skipped": 0, "not_supported": 0, "failed": 0}
    assert result["images"]["copied"] == 1 + 3 + lists
    for one in (signature, sbom, on_signature):
        stored = world.destination.manifest(REPOSITORY, one.digest)
        assert stored is not None
        assert stored.raw == one.raw
    if not destination:
        assert sorted(listed(world.destination, app.digest)) == sorted((signature.digest, sbom.digest))
        assert listed(world.destination, signature.digest) == [on_signature.digest]
    world.check_destination(REPOSITORY)
    again = world.copy(referrers=True)
    assert (again["changed"], again["attached"]["skipped"]) == (False, 3 + lists)
    verified = run_verify(dict(FAST, images=world.rules, auth=world.login, referrers=True), {})
    assert verified["images"]["equal"] == 1 + 3 + lists


def test_without_the_option_nothing_is_asked_for(world: World, app: Image) -> None:
    world.offer(app, REPOSITORY, "1")
    attach(world.source, artifact("signature", subject=app), to=app.digest)
    world.source.load(artifact("cosign"), REPOSITORY, tag_of(app.digest, ".sig"))
    result = world.copy()
    assert result["attached"] == {"copied": 0, "skipped": 0, "not_supported": 0, "failed": 0}
    assert world.source.count("referrers", "tags") == world.destination.count("referrers", "tags") == 0
    assert world.destination.tags(REPOSITORY) == ["1"]
    assert world.copy()["requests"]["total"] == 2


def test_check_mode_counts_them_and_writes_nothing(world: World, app: Image) -> None:
    world.offer(app, REPOSITORY, "1")
    attach(world.source, artifact("signature", subject=app), to=app.digest)
    result = world.copy(referrers=True, check_mode=True)
    assert (result["attached"]["copied"], result["images"]["copied"]) == (1, 2)
    assert (result["plan"]["images"], result["plan"]["to_copy"]) == (2, 2)
    assert world.destination.count("manifest_put", "upload_post") == 0


@pytest.mark.parametrize("lists_tags", [True, False])
def test_cosign_tags_come_along_also_for_the_images_of_an_index(world: World, lists_tags: bool) -> None:
    index = images.oci_index("index")
    world.offer(index, REPOSITORY, "1")
    child = index.children[0].digest
    tags = [tag_of(index.digest, ".sig"), tag_of(child, ".sig"), tag_of(child, ".att"), tag_of(index.digest, ".sbom")]
    for tag in tags:
        world.source.load(artifact(tag), REPOSITORY, tag)
    on_signature = tag_of(artifact(tags[0]).digest, ".sig")
    world.source.load(artifact("on the signature"), REPOSITORY, on_signature)
    world.source.load(artifact("another's"), REPOSITORY, tag_of("sha256:" + "0" * 64, ".sig"))
    if not lists_tags:
        world.source.faults.add(Fault(kind="tags", action="status", status=403))
    result = world.copy(referrers=True)
    assert result["failures"] == []
    assert result["attached"]["copied"] == 5
    assert sorted(world.destination.tags(REPOSITORY)) == sorted(["1", on_signature, *tags])
    assert world.copy(referrers=True)["changed"] is False


def test_a_new_signature_for_an_image_that_is_there_is_copied(world: World, app: Image, tmp_path: Path) -> None:
    world.offer(app, REPOSITORY, "1")
    journal = str(tmp_path / "journal")
    world.copy(referrers=True, journal_path=journal)
    world.source.load(artifact("late"), REPOSITORY, tag_of(app.digest, ".sig"))
    result = world.copy(referrers=True, journal_path=journal)
    assert (result["images"]["skipped"], result["attached"]["copied"]) == (1, 1)
    world.source.load(artifact("later still"), REPOSITORY, tag_of(app.digest, ".sig"))
    assert world.copy(referrers=True, journal_path=journal)["attached"]["copied"] == 1


def test_what_the_destination_lists_already_stays_listed(sandbox_registry: Callable[..., Registry], app: Image) -> None:
    world = world_of(sandbox_registry, True, False)
    ours, theirs = artifact("ours", subject=app), artifact("theirs", subject=app)
    world.offer(app, REPOSITORY, "1")
    world.destination.load(app, REPOSITORY, "1")
    attach(world.destination, theirs, to=app.digest)
    attach(world.source, ours, to=app.digest)
    assert world.copy(referrers=True)["attached"]["copied"] == 2
    assert listed(world.destination, app.digest) == [theirs.digest, ours.digest]


def test_an_index_of_the_source_is_taken_as_it_is(sandbox_registry: Callable[..., Registry], app: Image) -> None:
    world = world_of(sandbox_registry, False, False)
    world.offer(app, REPOSITORY, "1")
    attach(world.source, artifact("a", subject=app), artifact("b", subject=app), to=app.digest)
    world.copy(referrers=True)
    stored = world.destination.manifest(REPOSITORY, tag_of(app.digest))
    assert stored is not None
    assert (stored.media_type, stored.digest) == (
        OCI_INDEX,
        index_of(artifact("a", subject=app), artifact("b", subject=app)).digest,
    )


def test_lists_in_pages_are_read_to_the_end(sandbox_registry: Callable[..., Registry], app: Image) -> None:
    world = world_of(sandbox_registry, page_size=2)
    world.offer(app, REPOSITORY, "1")
    attach(world.source, *(artifact(str(number), subject=app) for number in range(5)), to=app.digest)
    assert world.copy(referrers=True)["attached"]["copied"] == 5
    assert world.source.count("referrers") == 3 + 5


def test_a_circle_ends(world: World, app: Image) -> None:
    """Tags can make one, digests cannot: the signature's signature is the signature."""
    signature = artifact("signature")
    world.offer(app, REPOSITORY, "1")
    world.source.load(signature, REPOSITORY, tag_of(app.digest, ".sig"))
    world.source.load(signature, REPOSITORY, tag_of(signature.digest, ".sig"))
    result = world.copy(referrers=True)
    assert result["attached"]["copied"] == 2


def test_a_tower_of_artifacts_is_followed_so_far(world: World, app: Image) -> None:
    world.offer(app, REPOSITORY, "1")
    below = app
    for number in range(9):
        below = artifact("floor {0}".format(number), subject=below)
        attach(world.source, below, to=below.digest)
    result = world.copy(referrers=True)
    assert (result["attached"]["copied"], result["attached"]["not_supported"]) == (5, 1)


def test_rules_that_copy_the_tags_themselves_count_them_once(world: World, app: Image) -> None:
    world.source.load(app, REPOSITORY, "1")
    world.source.load(artifact("cosign"), REPOSITORY, tag_of(app.digest, ".sig"))
    world.rules = {
        "{0}/{1}".format(world.source.host, REPOSITORY): "{0}/{1}".format(world.destination.host, REPOSITORY)
    }
    result = world.copy(referrers=True)
    assert (result["images"]["copied"], result["attached"]["copied"]) == (2, 0)


def test_what_belongs_to_a_converted_image_is_reported_and_no_failure(world: World, tmp_path: Path) -> None:
    index = images.oci_index("index", children=[images.docker_image("docker"), images.oci_image("oci")], attested=False)
    world.offer(index, REPOSITORY, "1")
    for number, subject in enumerate((index, *index.children)):
        attach(world.source, artifact(str(number), subject=subject), to=subject.digest)
    # It refuses OCI's format for the image once, so that this is converted; artifacts it would take.
    world.destination.faults.add(
        Fault(
            kind="manifest_put",
            reference=index.children[1].digest,
            action="status",
            status=400,
            body={"errors": [{"code": "MANIFEST_INVALID", "message": "manifest invalid"}]},
        )
    )
    report = tmp_path / "report.json"
    result = world.copy(referrers=True, report_path=str(report))
    assert result["failures"] == []
    assert result["converted"] == 1
    assert result["attached"] == {"copied": 0, "skipped": 0, "not_supported": 3, "failed": 0}
    entries = [entry for entry in json.loads(report.read_text())["results"] if entry.get("attached_to")]
    assert {entry["outcome"] for entry in entries} == {"filtered"}
    assert all(entry["attached_to"].startswith(world.destination.host) for entry in entries)
    reasons = {entry["reason"] for entry in entries}
    assert len([reason for reason in reasons if "another digest" in reason]) == 2
    assert "the destination accepts no artifacts, only Docker's formats" in reasons


def test_a_platform_filter_leaves_what_belongs_to_the_index_behind_and_nothing_else(world: World) -> None:
    index = images.oci_index("index", platforms=("linux/amd64", "linux/arm64"), attested=False)
    world.offer(index, REPOSITORY, "1")
    for number, subject in enumerate((index, *index.children)):
        attach(world.source, artifact(str(number), subject=subject), to=subject.digest)
    for _run in range(2):
        result = world.copy(referrers=True, arch=["arm64"])
        assert result["attached"]["not_supported"] == 2
        assert result["attached"]["copied"] + result["attached"]["skipped"] == 1
    assert result["changed"] is False
    assert world.destination.manifest(REPOSITORY, artifact("2", subject=index.children[1]).digest) is not None


def test_swr_takes_none_of_it_and_that_is_reported(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Any]
) -> None:
    swr = sandbox_swr(keys={"AKAKAKAK": "the-secret-key"}, organizations=["team"])
    world = World(sandbox_registry(), swr)
    password = login_password("AKAKAKAK", "the-secret-key")
    world.login[swr.host].update(username="cn-north-4@AKAKAKAK", password=password)
    app = images.docker_image("app")
    world.offer(app, REPOSITORY, "1")
    attach(world.source, artifact("signature", subject=app), to=app.digest)
    world.source.load(artifact("cosign"), REPOSITORY, tag_of(app.digest, ".sig"))
    result = world.copy(referrers=True)
    assert result["failures"] == []
    assert result["attached"]["not_supported"] >= 2
    assert result["attached"]["copied"] == 0
    assert swr.tags(REPOSITORY) == ["1"]
    assert world.copy(referrers=True)["changed"] is False


@pytest.mark.parametrize("kind", ["referrers", "manifest_put"])
def test_a_fault_is_a_failure_that_names_what_it_belongs_to(
    world: World, app: Image, tmp_path: Path, kind: str
) -> None:
    signature = artifact("signature", subject=app)
    world.offer(app, REPOSITORY, "1")
    attach(world.source, signature, to=app.digest)
    side = world.source if kind == "referrers" else world.destination
    wanted: Dict[str, Any] = {} if kind == "referrers" else {"reference": signature.digest}
    side.faults.add(Fault(kind=kind, action="status", status=500, **wanted))
    failed = tmp_path / "failed.yaml"
    result = world.copy(referrers=True, retries=0, output_failed_images=str(failed))
    assert (result["images"]["copied"], result["attached"]["failed"], result["failed"]) == (1, 1, True)
    # To try again is to copy the image again, with what belongs to it.
    assert list(yaml.safe_load(failed.read_text())) == ["{0}/{1}:1".format(world.source.host, REPOSITORY)]
    side.reset()
    assert world.copy(referrers=True, images=None, images_file=str(failed))["attached"]["copied"] == 1


@pytest.mark.parametrize("side", ["source", "destination"])
def test_an_image_that_is_not_given_is_no_image_without_anything(world: World, tmp_path: Path, side: str) -> None:
    index = images.oci_index("i", platforms=("linux/amd64", "linux/arm64"))
    world.offer(index, REPOSITORY, "1")
    attach(world.source, artifact("signature", subject=index), to=index.digest)
    options: Any = {"os": ["linux"], "arch": ["arm64"], "journal_path": str(tmp_path / "journal")}
    world.copy(**options)
    registry: Registry = getattr(world, side)
    stored = registry.manifest(REPOSITORY, "1")
    assert stored is not None
    registry.faults.add(Fault("status", kind="manifest_get", reference=stored.digest, status=404))
    result = world.copy(referrers=True, **options)
    assert (result["images"]["skipped"], result["attached"]["failed"], result["failed"]) == (1, 1, True)
    assert "does not return it" in result["failures"][0]["error"]


def test_verification_misses_what_was_not_copied(world: World, app: Image) -> None:
    world.offer(app, REPOSITORY, "1")
    attach(world.source, artifact("signature", subject=app), to=app.digest)
    world.copy()
    request = dict(FAST, images=world.rules, auth=world.login)
    assert run_verify(request, {})["images"]["equal"] == 1
    result = run_verify(dict(request, referrers=True), {})
    assert (result["images"]["missing"], result["failed"]) == (1, True)
    assert result["differences"][0]["attached_to"].endswith(app.digest)


def test_pruning_keeps_what_belongs_to_what_is_kept(sandbox_registry: Callable[..., Registry], app: Image) -> None:
    world = world_of(sandbox_registry, False, False)
    signature = artifact("signature", subject=app)
    world.offer(app, REPOSITORY, "1")
    attach(world.source, signature, to=app.digest)
    world.source.load(artifact("cosign"), REPOSITORY, tag_of(app.digest, ".sig"))
    world.source.load(artifact("on it"), REPOSITORY, tag_of(signature.digest, ".sig"))
    world.copy(referrers=True)
    before = world.destination.tags(REPOSITORY)
    assert len(before) == 4
    world.destination.load(artifact("of an image that is gone"), REPOSITORY, tag_of("sha256:" + "1" * 64, ".sig"))
    rules = {
        "{0}/{1}:/^1$/".format(world.source.host, REPOSITORY): "{0}/{1}".format(world.destination.host, REPOSITORY)
    }
    result = run_prune(dict(FAST, images=rules, auth=world.login, dry_run=False), False, {})
    assert result["tags"]["deleted"] == 1
    assert world.destination.tags(REPOSITORY) == before


def test_a_source_that_is_no_registry_has_what_it_has(world: World, app: Image, tmp_path: Path) -> None:
    layout = write_layout(app, tmp_path / "layout")
    world.rules = {"oci:{0}".format(layout): "{0}/{1}:1".format(world.destination.host, REPOSITORY)}
    result = world.copy(referrers=True)
    assert result["failures"] == []
    assert (result["images"]["copied"], result["attached"]["copied"]) == (1, 0)
    assert world.copy(referrers=True)["changed"] is False
