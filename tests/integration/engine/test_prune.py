# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a pruning deletes, and above all what it does not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Sequence

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Permission, Registry, User, images

from .conftest import FAST, World

SECRET = "a-password-nobody-may-see"


def prune(world: World, check_mode: bool = False, **options: Any) -> Any:
    """Prune by the rules of the world, for good unless told otherwise."""
    request = dict(FAST, images=world.rules, auth=world.login, dry_run=False)
    request.update(options)
    result = run_prune(request, check_mode, {})
    assert SECRET not in json.dumps(result)
    return result


def fill(registry: Registry, repository: str, *tags: str) -> None:
    for tag in tags:
        registry.load(images.docker_image("{0}-{1}".format(repository, tag), layers=1), repository, tag)


def names(world: World, *references: str) -> Sequence[str]:
    return ["{0}/{1}".format(world.destination.host, reference) for reference in references]


@pytest.fixture
def synced(world: World) -> World:
    """A repository that is copied whole, with two tags at the destination that are gone from the source."""
    fill(world.source, "team/app", "1", "2")
    fill(world.destination, "team/app", "1", "2", "old-1", "old-2")
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    return world


@pytest.fixture(params=["by tag", "by digest"])
def either(request: pytest.FixtureRequest, synced: World) -> World:
    """The same on a registry that deletes tags, and on one that deletes manifests by digest only."""
    if request.param == "by digest":
        digests_only(synced)
    return synced


def digests_only(world: World) -> None:
    body = {"errors": [{"code": "DIGEST_INVALID", "message": "provided digest did not match uploaded content"}]}
    world.destination.faults.add(
        Fault("status", kind="manifest_delete", path="/manifests/(?!sha256:)", status=400, body=body)
    )


def test_deletes_what_the_rules_do_not_produce_and_then_nothing(either: World) -> None:
    result = prune(either)
    assert either.destination.tags("team/app") == ["1", "2"]
    assert (result["changed"], result["failed"]) == (True, False)
    assert result["deleted"] == names(either, "team/app:old-1", "team/app:old-2")
    assert result["tags"] == {"kept": 2, "to_delete": 2, "deleted": 2, "shared": 0, "failed": 0}
    assert result["diff"] == {"before": "".join(name + "\n" for name in result["deleted"]), "after": ""}
    again = prune(either)
    assert (again["changed"], again["failed"], again["to_delete"]) == (False, False, [])
    assert again["repositories"][0]["outcome"] == "clean"
    either.check_destination("team/app")


@pytest.mark.parametrize("options", [{"dry_run": True}, {"dry_run": None}, {"check_mode": True}])
def test_dry_run_and_check_mode_delete_nothing_and_tell_all(synced: World, options: Any) -> None:
    result = prune(synced, **options)
    assert synced.destination.count("manifest_delete") == 0
    assert result["to_delete"] == names(synced, "team/app:old-1", "team/app:old-2")
    assert result["deleted"] == []
    assert "old-1" in result["diff"]["before"]
    # Check mode says what the task would do, and a dry run does nothing.
    assert result["changed"] is ("check_mode" in options)
    assert result["failed"] is False
    assert prune(synced, check_mode=True, dry_run=True)["changed"] is False


def test_more_than_the_maximum_is_refused_before_anything_is_deleted(synced: World) -> None:
    for check_mode in (True, False):
        result = prune(synced, check_mode, maximum=1)
        assert (result["failed"], result["changed"], result["exceeded"]) == (True, False, True)
        assert "2 tags to delete exceed the maximum of 1" in result["msg"]
    assert synced.destination.count("manifest_delete") == 0
    dry = prune(synced, maximum=1, dry_run=True)
    assert (dry["failed"], len(dry["to_delete"])) == (False, 2)
    assert "exceed maximum" in dry["warnings"][0]
    assert prune(synced, maximum=2)["tags"]["deleted"] == 2


def test_maximum_is_ten_and_counts_all_repositories(world: World) -> None:
    for name in ("one", "two"):
        fill(world.source, "team/" + name, "1")
        fill(world.destination, "team/" + name, "1", *("old-{0}".format(number) for number in range(6)))
        world.rules[world.source.host + "/team/" + name] = world.destination.host + "/team/" + name
    assert prune(world)["failed"] is True
    assert prune(world, keep=["^old-[01]$"])["tags"]["deleted"] == 8


def test_keep_is_kept(synced: World) -> None:
    result = prune(synced, keep=["-1$", "^nothing$"])
    assert synced.destination.tags("team/app") == ["1", "2", "old-1"]
    assert result["deleted"] == names(synced, "team/app:old-2")


def test_repository_of_listed_tags_is_not_pruned(synced: World) -> None:
    synced.rules = {synced.source.host + "/team/app:1": synced.destination.host + "/team/app"}
    result = prune(synced)
    assert result["changed"] is False
    assert len(synced.destination.tags("team/app")) == 4
    entry = result["repositories"][0]
    assert (entry["outcome"], entry["reason"]) == (
        "skipped",
        "its rules name single tags, and say nothing about others",
    )
    assert synced.destination.count() == 0


def test_tags_of_every_rule_are_kept(synced: World) -> None:
    fill(synced.source, "team/other", "x1", "y1")
    fill(synced.destination, "team/app", "x1", "y1", "renamed")
    source, destination = synced.source.host, synced.destination.host
    pinned = synced.destination.load(images.docker_image("pinned"), "team/app", "pinned")
    synced.source.load(images.docker_image("pinned"), "team/other")
    synced.rules[source + "/team/other:/^x/"] = destination + "/team/app"
    synced.rules[source + "/team/other:y1"] = destination + "/team/app:renamed"
    synced.rules[source + "/team/other@" + pinned] = destination + "/team/app:pinned"
    result = prune(synced)
    assert synced.destination.tags("team/app") == ["1", "2", "pinned", "renamed", "x1"]
    assert result["deleted"] == names(synced, "team/app:old-1", "team/app:old-2", "team/app:y1")


def test_other_repositories_are_not_looked_at(synced: World) -> None:
    fill(synced.destination, "team/other", "1")
    prune(synced)
    assert {entry.repository for entry in synced.destination.log.entries()} == {"team/app"}


SOURCE_FAULTS = {
    "refused": Fault("status", kind="tags", status=403, repository="team/bad"),
    "unknown": Fault("status", kind="tags", status=404, repository="team/bad"),
    "in trouble": Fault("status", kind="tags", status=500, html=True, repository="team/bad"),
    "HTML": Fault("status", kind="tags", status=200, html=True, repository="team/bad"),
    "broken off": Fault("truncate", kind="tags", after=10, repository="team/bad"),
    "dropped": Fault("drop", kind="tags", repository="team/bad"),
    "empty": Fault("status", kind="tags", status=200, body={"name": "x", "tags": None}, repository="team/bad"),
}


@pytest.mark.parametrize("case", SOURCE_FAULTS)
def test_source_that_cannot_be_listed_keeps_its_destination_whole(synced: World, case: str) -> None:
    fill(synced.source, "team/bad", "1")
    fill(synced.destination, "team/both", "1", "old")
    # A second rule for the same destination is no reason to believe that the first produces nothing.
    for name in ("bad", "app"):
        synced.rules["{0}/team/{1}:/./".format(synced.source.host, name)] = synced.destination.host + "/team/both"
    synced.source.faults.add(Fault.from_mapping(SOURCE_FAULTS[case].as_dict()))
    result = prune(synced, retries=0)
    assert synced.destination.tags("team/both") == ["1", "old"]
    assert synced.destination.tags("team/app") == ["1", "2"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert [entry["outcome"] for entry in result["repositories"]] == ["pruned", "failed"]
    assert result["failures"][0]["name"] == names(synced, "team/both")[0]
    assert result["repositories"][1]["to_delete"] == 0


def test_rules_that_produce_nothing_do_not_empty_a_repository(synced: World) -> None:
    synced.rules = {synced.source.host + "/team/app:/^v/": synced.destination.host + "/team/app"}
    result = prune(synced)
    assert result["failed"] is True
    assert "all 4 tags would be deleted" in result["failures"][0]["error"]
    assert synced.destination.count("manifest_delete") == 0


@pytest.mark.parametrize("status", [404, 200])
def test_destination_that_is_not_there_yet_is_clean(synced: World, status: int) -> None:
    synced.rules = {synced.source.host + "/team/app": synced.destination.host + "/team/new"}
    synced.destination.faults.add(Fault("status", kind="tags", status=status, body={"tags": None}))
    result = prune(synced)
    assert (result["failed"], result["changed"], result["repositories"][0]["outcome"]) == (False, False, "clean")


def test_destination_that_cannot_be_listed_fails(synced: World) -> None:
    synced.destination.faults.add(Fault("status", kind="tags", status=403))
    result = prune(synced)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "403" in result["failures"][0]["error"]


# -- what tags share -----------------------------------------------------------------------------------------------


def test_tag_of_a_kept_image_is_deleted_where_tags_can_be(synced: World) -> None:
    synced.destination.load(images.docker_image("team/app-1", layers=1), "team/app", "alias")
    assert prune(synced)["tags"]["deleted"] == 3
    assert synced.destination.tags("team/app") == ["1", "2"]


def test_digest_of_a_kept_tag_is_never_deleted(synced: World) -> None:
    digests_only(synced)
    synced.destination.load(images.docker_image("team/app-1", layers=1), "team/app", "alias")
    result = prune(synced)
    assert synced.destination.tags("team/app") == ["1", "2", "alias"]
    assert (result["failed"], result["changed"]) == (False, True)
    assert (result["tags"]["shared"], result["tags"]["deleted"]) == (1, 2)
    assert result["repositories"][0]["shared"] == ["alias"]
    assert "1 tags are left in place" in result["warnings"][0]
    again = prune(synced)
    assert (again["changed"], again["failed"], again["repositories"][0]["outcome"]) == (False, False, "clean")


@pytest.mark.parametrize("make", [images.manifest_list, images.nested_index])
def test_child_of_a_kept_index_is_never_deleted(synced: World, make: Callable[..., Any]) -> None:
    digests_only(synced)
    index = make("multi")
    for registry in (synced.source, synced.destination):
        registry.load(index, "team/app", "3")
    synced.destination.load(index.children[0], "team/app", "3-amd64")
    below = next((child for child in index.children if child.children), index).children[-1]
    synced.destination.load(below, "team/app", "3-deep")
    result = prune(synced)
    assert synced.destination.tags("team/app") == ["1", "2", "3", "3-amd64", "3-deep"]
    assert sorted(result["repositories"][0]["shared"]) == ["3-amd64", "3-deep"]
    synced.check_destination("team/app")


def test_digest_that_a_rule_names_is_never_deleted(synced: World) -> None:
    digests_only(synced)
    fill(synced.source, "team/other", "x")
    image = images.docker_image("team/app-old-1", layers=1)
    synced.source.load(image, "team/other")
    synced.rules["{0}/team/other@{1}".format(synced.source.host, image.digest)] = synced.destination.host + "/team/app"
    prune(synced)
    assert synced.destination.tags("team/app") == ["1", "2", "old-1"]


def test_several_tags_of_one_digest_go_together(synced: World) -> None:
    digests_only(synced)
    synced.destination.load(images.docker_image("team/app-old-1", layers=1), "team/app", "old-3")
    assert prune(synced)["tags"]["deleted"] == 3
    assert synced.destination.count("manifest_delete", status=202) == 2


def test_signature_of_a_kept_image_is_kept(either: World) -> None:
    kept = images.docker_image("team/app-1", layers=1).digest.replace(":", "-")
    gone = images.docker_image("team/app-old-1", layers=1).digest.replace(":", "-")
    fill(either.destination, "team/app", kept + ".sig", kept, gone + ".sig", "sha256-short.sig")
    prune(either)
    assert either.destination.tags("team/app") == ["1", "2", kept, kept + ".sig"]


# -- registries that refuse, and worse -----------------------------------------------------------------------------


def test_registry_that_deletes_nothing_is_told_with_the_remedy(sandbox_registry: Callable[..., Registry]) -> None:
    world = World(sandbox_registry(), sandbox_registry(name="destination", options={"delete": False}))
    fill(world.source, "team/app", "1")
    fill(world.destination, "team/app", "1", "old")
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    result = prune(world)
    assert (result["failed"], result["changed"], result["tags"]["failed"]) == (True, False, 1)
    assert "storage.delete.enabled" in result["failures"][0]["hint"]
    assert "405" in result["failures"][0]["error"]


def test_registry_that_knows_no_deletion_by_tag_and_says_not_found(synced: World) -> None:
    synced.destination.faults.add(Fault("status", kind="manifest_delete", path="/manifests/(?!sha256:)", status=404))
    assert prune(synced)["tags"]["deleted"] == 2
    assert synced.destination.tags("team/app") == ["1", "2"]


def test_registry_that_takes_the_image_with_its_tag_is_stopped_after_one(synced: World) -> None:
    digest = images.docker_image("team/app-1", layers=1).digest
    for alias in ("alias-1", "alias-2"):
        synced.destination.storage.put_manifest("team/app", synced.destination.manifest("team/app", digest), alias)
    storage = synced.destination.storage
    delete = storage.delete_manifest

    def delete_all(repository: str, reference: str) -> bool:
        return delete(repository, storage.manifest(repository, reference).digest)

    storage.delete_manifest = delete_all  # type: ignore[method-assign]
    result = prune(synced)
    assert result["failed"] is True
    assert "gone, perhaps along with a deleted one: 1" in result["failures"][0]["error"]
    assert (result["changed"], result["tags"]["deleted"]) == (True, 1)
    assert synced.destination.count("manifest_delete") == 1


FAULTS = {
    "refused": (Fault("status", kind="manifest_delete", status=403), "403"),
    "login refused": (Fault("status", kind="manifest_delete", status=401), "401"),
    "in trouble": (Fault("status", kind="manifest_delete", status=500, html=True), "500"),
    "dropped": (Fault("drop", kind="manifest_delete"), "connection"),
}


@pytest.mark.parametrize("case", FAULTS)
def test_tag_that_cannot_be_deleted_fails_and_the_others_go(synced: World, case: str) -> None:
    fault, text = FAULTS[case]
    synced.destination.faults.add(Fault.from_mapping(dict(fault.as_dict(), reference="old-1")))
    result = prune(synced, retries=1)
    assert synced.destination.tags("team/app") == ["1", "2", "old-1"]
    assert (result["failed"], result["changed"]) == (True, True)
    assert result["failures"][0]["name"] == names(synced, "team/app:old-1")[0]
    assert text in result["failures"][0]["error"]
    assert result["deleted"] == names(synced, "team/app:old-2")


@pytest.mark.parametrize("action", ["drop_after_work", "drop", "status"])
def test_passing_fault_passes_and_counts_as_deleted(either: World, action: str) -> None:
    status = {"status": 503} if action == "status" else {}
    either.destination.faults.add(
        Fault(
            action,
            kind="manifest_delete",
            times=1,
            path="sha256:" if len(either.destination.faults) else None,
            **status,
        )
    )
    result = prune(either)
    assert (result["failed"], result["tags"]["deleted"]) == (False, 2)
    assert either.destination.tags("team/app") == ["1", "2"]


@pytest.mark.parametrize("kind", ["manifest_head", "manifest_get"])
def test_kept_image_that_cannot_be_looked_at_stops_deletion_by_digest(synced: World, kind: str) -> None:
    digests_only(synced)
    index = images.manifest_list("multi")
    for registry in (synced.source, synced.destination):
        registry.load(index, "team/app", "3")
    synced.destination.faults.add(Fault("status", kind=kind, status=500))
    result = prune(synced, retries=0)
    assert result["failed"] is True
    assert len(synced.destination.tags("team/app")) == 5
    assert synced.destination.count("manifest_delete", status=202) == 0


def test_right_to_read_and_delete_is_enough_and_to_read_is_not(sandbox_registry: Callable[..., Registry]) -> None:
    users = {
        "reader": User(SECRET, [Permission("*", ["pull"])]),
        "cleaner": User(SECRET, [Permission("*", ["pull", "delete"])]),
    }
    destination = sandbox_registry(name="destination", auth=BearerAuth(users))
    world = World(sandbox_registry(), destination)
    fill(world.source, "team/app", "1")
    fill(destination, "team/app", "1", "old")
    world.rules = {world.source.host + "/team/app": destination.host + "/team/app"}
    world.login[destination.host].update(username="reader", password=SECRET)
    assert prune(world, dry_run=True)["failed"] is False
    refused = prune(world)
    assert (refused["failed"], destination.tags("team/app")) == (True, ["1", "old"])
    assert "may do this" in refused["failures"][0]["hint"]
    world.login[destination.host].update(username="cleaner")
    assert prune(world)["tags"]["deleted"] == 1


# -- words ---------------------------------------------------------------------------------------------------------


def test_report_has_all_and_the_result_two_hundred(world: World, tmp_path: Path) -> None:
    image = images.docker_image("same", layers=0)
    world.source.load(image, "team/app", "1")
    for number in range(210):
        world.destination.load(image, "team/app", "old-{0}".format(number))
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    path = tmp_path / "report.json"
    result = prune(world, dry_run=True, report_path=str(path))
    assert len(result["to_delete"]) == 200
    assert result["diff"]["before"].endswith("and 10 more\n")
    assert len(json.loads(path.read_text())["to_delete"]) == 210
    assert result["report_path"] == str(path)


def test_every_bad_option_is_told_before_any_connection(world: World) -> None:
    options = {"images": {"a:1": "b:1,2"}, "keep": ["(", "fine", "["], "auth": {"r.example": {"pasword": SECRET}}}
    with pytest.raises(RulesError) as caught:
        run_prune(dict(FAST, **options), False, {})
    assert len(caught.value.problems) == 4
    assert "keep: item 3: " in str(caught.value)
    assert SECRET not in str(caught.value)
