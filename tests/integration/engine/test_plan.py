# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a plan says, what its shards hold, and that copying them is copying everything."""

from __future__ import annotations

import gc
import json
import os
import stat
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs import plan as plan_job
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.tree import Tree
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import FAST, World
from .test_local_sources import archive

SECRET = "a-password-nobody-may-see"
WRITING = ("POST", "PUT", "PATCH", "DELETE")


def plan(world: World, check_mode: bool = False, **options: Any) -> Any:
    """Plan by the rules of the world; nothing is written to a registry, and no secret shows."""
    before = len(world.destination.log.entries())
    request = dict(FAST, images=world.rules, auth=world.login)
    request.update(options)
    result = run_plan(request, check_mode, {})
    assert [entry for entry in world.destination.log.entries()[before:] if entry.method in WRITING] == []
    assert [entry for entry in world.source.log.entries() if entry.method in WRITING] == []
    counts = result["plan"]
    assert counts["images"] == sum(counts[name] for name in ("to_copy", "present", "filtered", "failed"))
    assert sum(shard["images"] for shard in result["shards"]) == counts["to_copy"]
    text = json.dumps(result)
    assert not [secret for secret in [SECRET, *world.secrets] if secret in text]
    return result


def entries(path: Path) -> List[Dict[str, str]]:
    """The rules of all shards, by file name."""
    return [json.loads(file.read_text()) for file in sorted(path.glob("shard-*"))]


def problems(result: Any) -> List[Any]:
    return [(problem["check"], problem["severity"]) for problem in result["problems"]]


def sharing(world: World, repositories: int, tags: int = 2) -> None:
    """Repositories in pairs that share a large layer; each tag has a small one of its own."""
    for number in range(repositories):
        base = images.layer("base{0}".format(number // 2), 60_000, False, images.DOCKER_LAYER)
        for tag in range(tags):
            own = images.layer("own{0}-{1}".format(number, tag), 4_000, False, images.DOCKER_LAYER)
            image = images.docker_image("{0}-{1}".format(number, tag), layers=[base, own])
            world.source.load(image, "team/app{0}".format(number), "v{0}".format(tag))
        world.rules["{0}/team/app{1}".format(world.source.host, number)] = "{0}/copy/app{1}".format(
            world.destination.host, number
        )


def test_plan_counts_what_a_check_mode_run_counts(world: World) -> None:
    sharing(world, 4)
    world.offer(images.oci_index("i"), "team/index", "1", to="copy/index")
    result, copied = plan(world), world.copy(check_mode=True)
    for name in ("images", "to_copy", "blobs", "bytes"):
        assert result["plan"][name] == copied["plan"][name], name
    assert result["changed"] is False
    assert result["failed"] is False
    assert result["shards"][0] == {
        "number": 1,
        "images": 9,
        "blobs": result["plan"]["blobs"],
        "bytes": result["plan"]["bytes"],
        "duplicated_bytes": 0,
        "estimate_seconds": result["estimate"]["seconds_sharded"],
    }
    index = next(item for item in result["repositories"] if item["repository"].endswith("/copy/index"))
    size = sum(blob.descriptor()["size"] for blob in images.oci_index("i").all_blobs().values() if not blob.urls)
    assert (index["images"], index["to_copy"], index["present"], index["bytes"]) == (1, 1, 0, size)


def test_what_is_there_is_left_out_unless_forced(world: World, tmp_path: Path) -> None:
    sharing(world, 2)
    world.copy()
    shards = {"shards": 2, "shards_path": str(tmp_path / "shards")}
    result = plan(world, **shards)
    assert (result["plan"]["present"], result["plan"]["bytes"], result["shards"]) == (4, 0, [])
    assert (result["changed"], (tmp_path / "shards").exists()) == (False, False)
    forced = plan(world, force=True, **shards)
    assert (forced["plan"]["to_copy"], forced["plan"]["bytes"]) == (4, 0), "the blobs need not travel"
    assert sum(len(rules) for rules in entries(tmp_path / "shards")) == 2


def test_half_of_it_there(world: World) -> None:
    sharing(world, 2)
    rules = dict(world.rules)
    world.rules = {source + ":v0": destination for source, destination in rules.items()}
    world.copy()
    world.rules = rules
    result = plan(world)
    assert (result["plan"]["present"], result["plan"]["to_copy"]) == (2, 2)
    # The base layer is there; of each image its own layer and its config travel.
    assert result["plan"]["blobs"] == 4
    assert plan(world, check_blobs=False)["plan"]["blobs"] == 5


def test_shards_are_files_that_only_their_owner_reads_and_written_once(world: World, tmp_path: Path) -> None:
    sharing(world, 6)
    path = tmp_path / "deep" / "shards"
    options = {"shards": 3, "shards_path": str(path)}
    assert plan(world, check_mode=True, **options)["changed"] is True
    assert not path.exists()
    result = plan(world, **options)
    assert result["changed"] is True
    assert [shard["path"] for shard in result["shards"]] == [
        str(path / "shard-{0:02d}.json".format(number)) for number in (1, 2, 3)
    ]
    assert sorted(os.listdir(path)) == ["shard-01.json", "shard-02.json", "shard-03.json"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.iterdir()} == {0o600}
    written = entries(path)
    again = plan(world, **options)
    assert (again["changed"], again["shards"], entries(path)) == (False, result["shards"], written)
    (path / "notes.json").write_text("mine")
    os.chmod(path / "shard-02.json", 0o644)
    fewer = plan(world, shards=2, shards_path=str(path))
    assert fewer["changed"] is True
    assert sorted(os.listdir(path)) == ["notes.json", "shard-01.json", "shard-02.json"]
    assert stat.S_IMODE((path / "shard-02.json").stat().st_mode) == 0o600


def test_repositories_that_share_stay_together_and_shards_are_even(world: World) -> None:
    sharing(world, 6)
    result = plan(world, shards=3)
    assert [shard["images"] for shard in result["shards"]] == [4, 4, 4]
    assert (result["duplicated_bytes"], len({shard["bytes"] for shard in result["shards"]})) == (0, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_copying_the_shards_is_copying_everything(world: World, tmp_path: Path, count: int) -> None:
    sharing(world, 5, tags=3)
    # One of them alone is more than a fair share, and is taken apart.
    base = images.layer("common", 50_000, False, images.DOCKER_LAYER)
    for tag in range(12):
        own = images.layer("large{0}".format(tag), 90_000, False, images.DOCKER_LAYER)
        world.source.load(images.docker_image("l" + str(tag), layers=[base, own]), "team/large", "v" + str(tag))
    world.rules[world.source.host + "/team/large"] = world.destination.host + "/copy/large"
    result = plan(world, shards=count, shards_path=str(tmp_path / "shards"))
    assert len(result["shards"]) == count
    for shard in result["shards"]:
        copied = world.copy(images=None, images_file=shard["path"])
        assert copied["images"]["copied"] == shard["images"]
    repositories = ["copy/app{0}".format(number) for number in range(5)] + ["copy/large"]
    assert sum(len(world.destination.tags(name)) for name in repositories) == result["plan"]["images"] == 27
    world.check_destination(*repositories)
    assert plan(world)["plan"]["present"] == 27
    # What travelled twice is no more than the plan said; a mount or a look at the destination may save even that.
    sent = sum(shard["bytes"] for shard in result["shards"])
    assert sent == result["plan"]["bytes"] + result["duplicated_bytes"]
    assert world.destination.count("upload_put", status=201) <= sum(shard["blobs"] for shard in result["shards"])


def test_renamed_tags_digests_and_lists_find_their_place(world: World, tmp_path: Path) -> None:
    loaded = [images.docker_image(str(number)) for number in range(4)]
    for number, image in enumerate(loaded):
        world.source.load(image, "team/app", "v{0}".format(number))
    source, destination = world.source.host + "/team/app", world.destination.host
    world.rules = {
        source + ":v0,v1": [destination + "/a/one:x,y", destination + "/a/two"],
        source + "@" + loaded[2].digest: [destination + "/a/three", destination + "/a/three:named"],
        source + ":/^v3/": destination + "/a/four",
    }
    result = plan(world, shards_path=str(tmp_path))
    copied = world.copy(images=None, images_file=result["shards"][0]["path"])
    assert copied["images"] == {"total": 7, "copied": 7, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    assert sorted(world.destination.tags("a/one")) == ["x", "y"]
    assert world.destination.manifest("a/one", "y").digest == loaded[1].digest
    assert world.destination.tags("a/two") == ["v0", "v1"]
    assert world.destination.tags("a/three") == ["named"]
    assert world.destination.manifest("a/three", loaded[2].digest).digest == loaded[2].digest
    assert world.destination.tags("a/four") == ["v3"]
    assert plan(world)["plan"]["present"] == 7


def test_rules_keep_their_platforms(world: World, tmp_path: Path) -> None:
    for tag in ("1", "2"):
        world.source.load(images.manifest_list(tag), "team/list", tag)
    source, destination = world.source.host + "/team/list", world.destination.host
    world.rules = [
        {"source": source, "destination": destination + "/a/arm", "platforms": ["linux/arm64"]},
        {"source": source + ":1", "destination": destination + "/a/all"},
    ]
    result = plan(world, shards_path=str(tmp_path))
    rules = entries(tmp_path)[0]
    assert [rule.get("platforms") for rule in rules] == [["linux/arm64"], None]
    assert world.copy(images=None, images_file=result["shards"][0]["path"])["images"]["copied"] == 3
    assert plan(world)["plan"]["present"] == 3


def test_scopes_become_repositories(world: World, tmp_path: Path) -> None:
    sharing(world, 3, tags=1)
    world.rules = {world.source.host + "/team/**": world.destination.host + "/all"}
    result = plan(world, shards=2, shards_path=str(tmp_path))
    assert (result["plan"]["to_copy"], len(result["shards"])) == (3, 2)
    for shard in result["shards"]:
        assert world.copy(images=None, images_file=shard["path"])["failed"] is False
    assert plan(world)["plan"]["present"] == 3


def test_an_archive_is_a_source_as_any_other(world: World, tmp_path: Path) -> None:
    path = archive(tmp_path)
    world.rules = {"docker-archive:{0}".format(path): ""}
    options = {"default_registry": world.destination.host, "default_namespace": "moved"}
    result = plan(world, shards_path=str(tmp_path / "shards"), **options)
    assert result["plan"]["to_copy"] == 3
    assert world.copy(images=None, images_file=result["shards"][0]["path"])["images"]["copied"] == 3
    assert world.destination.tags("moved/app") == ["1.0", "latest"]
    assert plan(world, **options)["plan"]["present"] == 3


def test_manifests_are_not_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only those of a batch are in memory, whatever the number of images."""

    def trees() -> int:
        gc.collect()
        return sum(1 for one in gc.get_objects() if isinstance(one, Tree))

    sharing(world, 5, tags=8)
    monkeypatch.setattr(plan_job, "BATCH", 10)
    kept = []
    take = plan_job.PlanJob._take

    def taken(job: Any, batch: Any) -> None:
        take(job, batch)
        batch.clear()
        kept.append(trees())

    before = trees()
    monkeypatch.setattr(plan_job.PlanJob, "_take", taken)
    assert plan(world)["plan"]["to_copy"] == 40
    # A thread that waits may still hold the last image that it looked at.
    assert len(kept) == 4
    assert max(kept) <= before + FAST["workers"]


def test_each_blob_is_asked_for_once(world: World) -> None:
    sharing(world, 4)
    result = plan(world)
    asked = [entry.path.rpartition("/")[2] for entry in world.destination.log.entries("blob_head")]
    assert len(asked) == len(set(asked)) == result["plan"]["blobs"]
    plan(world, check_blobs=False)
    assert world.destination.count("blob_head") == len(asked)


def test_failures_are_returned_and_the_rest_is_planned(world: World, tmp_path: Path) -> None:
    sharing(world, 2)
    world.rules[world.source.host + "/team/none"] = world.destination.host + "/copy/none"
    world.rules[world.source.host + "/team/app0:lost"] = world.destination.host + "/copy/app0"
    result = plan(world, shards_path=str(tmp_path))
    assert (result["plan"]["failed"], result["plan"]["to_copy"], result["failed"]) == (2, 4, True)
    assert sorted(failure["source"].rpartition("/")[2] for failure in result["failures"]) == ["app0:lost", "none"]
    assert [len(rules) for rules in entries(tmp_path)] == [2]
    assert len(json.loads((tmp_path / "not-planned.json").read_text())) == 2
    assert plan(world, fail_on="never")["failed"] is False


def test_journal_knows_what_is_near(world: World, tmp_path: Path) -> None:
    journal = str(tmp_path / "journal")
    sharing(world, 1, tags=1)
    world.copy(journal_path=journal)
    world.rules = {world.source.host + "/team/app0": world.destination.host + "/other/place"}
    size = os.path.getsize(journal)
    assert plan(world)["plan"]["blobs"] == 3
    assert plan(world, journal_path=journal)["plan"]["blobs"] == 0, "they can be mounted"
    assert os.path.getsize(journal) == size


def test_copy_within_a_registry_moves_nothing(world: World) -> None:
    world.source.load(images.docker_image("a"), "team/app", "1")
    world.rules = {world.source.host + "/team/app": world.source.host + "/other/app"}
    result = plan(world)
    assert (result["plan"]["to_copy"], result["plan"]["blobs"], result["plan"]["bytes"]) == (1, 0, 0)


def test_destination_that_cannot_be_asked_for_a_blob_is_a_warning(world: World) -> None:
    sharing(world, 1, tags=1)
    world.destination.faults.add(Fault("status", kind="blob_head", status=500))
    result = plan(world, retries=0)
    assert problems(result) == [("blobs", "warn")] * len(result["problems"])
    assert result["problems"]
    assert (result["plan"]["blobs"], result["failed"]) == (3, False)
    assert plan(world, retries=0, fail_on="warn")["failed"] is True


def test_wrong_options_are_refused_before_anything_is_asked(world: World, tmp_path: Path) -> None:
    sharing(world, 1)
    (tmp_path / "file").write_text("x")
    with pytest.raises(RulesError, match="is not a directory"):
        plan(world, shards_path=str(tmp_path / "file"))
    with pytest.raises(RulesError, match="quotas: layer_bytes: give a whole number"):
        plan(world, quotas={"layer_bytes": 0})
    with pytest.raises(RulesError, match="quotas: tags is unknown"):
        plan(world, quotas={"tags": 1})
    assert world.source.log.entries() == world.destination.log.entries() == []


# -- problems ---------------------------------------------------------------------------------------------------


def at_swr(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], secret: str = SECRET, **options: Any
) -> World:
    """A world whose destination is SWR."""
    swr = sandbox_swr(keys={"AK": SECRET}, organizations=["team"], **options)
    world = World(sandbox_registry(), swr)
    world.login[swr.host].update(username="cn-north-4@AK", password=login_password("AK", secret))
    world.secrets.append(world.login[swr.host]["password"])
    return world


def test_swr_plan_without_a_problem(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], tmp_path: Path
) -> None:
    world = at_swr(sandbox_registry, sandbox_swr)
    for number in range(3):
        world.offer(images.docker_image(str(number)), "team/app", "v{0}".format(number))
    result = plan(world, shards=3, shards_path=str(tmp_path))
    assert (result["problems"], result["failed"]) == ([], False)
    assert result["estimate"]["limited_by"] == "requests", "SWR is known behind any name"
    for shard in result["shards"]:
        assert world.copy(images=None, images_file=shard["path"])["failed"] is False
    assert plan(world)["plan"]["present"] == 3


def test_missing_organization_is_a_problem_and_no_obstacle_to_the_plan(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], tmp_path: Path
) -> None:
    world = at_swr(sandbox_registry, sandbox_swr)
    world.offer(images.docker_image("a"), "team/app", "1")
    world.offer(images.docker_image("b"), "team/b", "1", to="new/app")
    result = plan(world, shards_path=str(tmp_path))
    assert problems(result) == [("organization", "error")]
    assert result["problems"][0]["target"] == world.destination.host + "/new"
    assert (result["plan"]["to_copy"], result["plan"]["failed"], result["failed"]) == (2, 0, True)
    world.destination.organizations.add("new")
    assert world.copy(images=None, images_file=result["shards"][0]["path"])["images"]["copied"] == 2


def test_wrong_login_is_a_problem(sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]) -> None:
    world = at_swr(sandbox_registry, sandbox_swr, secret="another-secret-key")
    world.offer(images.docker_image("a"), "team/app", "1")
    result = plan(world, fail_on="never")
    assert (problems(result), result["plan"]["failed"], result["failed"]) == ([("login", "error")], 1, False)


def test_login_that_may_not_push_is_a_problem(sandbox_registry: Callable[..., Registry]) -> None:
    world = World(sandbox_registry(), sandbox_registry(auth=BearerAuth({"alice": SECRET})))
    world.login[world.destination.host].update(username="alice", password="wrong" + SECRET)
    world.offer(images.docker_image("a"), "team/app", "1")
    assert problems(plan(world)) == [("login", "error")]


def test_quotas_of_swr_and_of_the_user(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    world = at_swr(sandbox_registry, sandbox_swr)
    for number in range(4):
        world.destination.load(images.docker_image("there"), "team/app", "old{0}".format(number))
    for name in ("app", "second", "third"):
        world.offer(images.docker_image(name, size=3_000), "team/" + name, "1")
    assert problems(plan(world)) == []
    result = plan(world, quotas={"tags_per_repository": 4, "repositories": 2, "layer_bytes": 2_000})
    assert {check for check, _severity in problems(result)} == {"tags_per_repository", "repositories", "layer_bytes"}
    messages = {problem["check"]: problem["message"] for problem in result["problems"]}
    assert messages["tags_per_repository"] == ("it would have 5 tags, 4 of which are there already, and 4 are allowed")
    assert messages["repositories"] == "there would be 3 repositories, 1 of which are there already, and 2 are allowed"
    assert plan(world, quotas={"tags_per_repository": 5, "repositories": 3})["problems"] == []


@pytest.mark.parametrize(
    ("manners", "fault"),
    [({"list_page": 2}, None), ({"list_page": 2, "list_offset": False}, None), ({}, {"body": {"x": 1}}), ({}, {})],
)
def test_repositories_that_are_not_all_listed_are_a_warning(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr], manners: Any, fault: Any
) -> None:
    world = at_swr(sandbox_registry, sandbox_swr, manners=manners)
    for name in ("a", "b", "c"):
        world.destination.load(images.docker_image("there"), "team/" + name, "1")
    world.offer(images.docker_image("new"), "team/app", "1")
    if fault is not None:
        status = 200 if fault else 500
        world.destination.faults.add(Fault("status", kind="dockyard", path="repositories", status=status, **fault))
    result = plan(world, quotas={"repositories": 3}, retries=0)
    whole = fault is None and "list_offset" not in manners
    assert problems(result) == ([("repositories", "error" if whole else "warn")])


def test_quotas_count_for_other_registries_when_given(world: World) -> None:
    sharing(world, 2, tags=3)
    assert plan(world)["problems"] == []
    result = plan(world, quotas={"tags_per_repository": 2, "repositories": 1})
    assert sorted(problems(result)) == [("repositories", "error")] + [("tags_per_repository", "error")] * 2


def test_names_that_swr_does_not_take(
    sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]
) -> None:
    world = at_swr(sandbox_registry, sandbox_swr)
    world.destination.organizations.update({"1team", "x" * 65})
    for name in ("1team/app", "x" * 65 + "/app", "team/" + "y" * 129, "team/" + "z" * 60 + "/" + "z" * 60):
        world.offer(images.docker_image("a"), "team/app", "1", to=name)
        result = plan(world, check_blobs=False)
        expected = "repository_name" if "yyy" in name else "organization_name"
        assert problems(result) == ([] if "zzz" in name else [(expected, "error")]), name


def test_progress_is_told(world: World, tmp_path: Path) -> None:
    sharing(world, 2)
    plan(world, progress_file=str(tmp_path / "progress"))
    lines = [json.loads(line) for line in (tmp_path / "progress").read_text().splitlines()]
    assert (lines[-1]["images_done"], lines[-1]["images_total"], lines[-1]["phase"]) == (4, 4, "planning")
