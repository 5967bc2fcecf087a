# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rerun asks a Harbor for its artifacts instead of for each tag, and finds the truth whatever that list says."""

from __future__ import annotations

import random
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan import harbor_tags
from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images, workloads

from .conftest import FAST, World, run_rounds

TAGS = 40
REPOSITORY = "team/deep/app"
PASSED = {"total": TAGS, "copied": 0, "skipped": TAGS, "filtered": 0, "postponed": 0, "failed": 0}
PROVED = 2
"""Tags that are asked of the registry itself."""
INTRODUCED = 2
"""The first request to the destination, which is sent away, and once more: only then it is known to be a Harbor."""


def harbor(name: str, user: str, **options: Any) -> Registry:
    auth = BearerAuth({user: name + "-password-1"}, service="harbor-registry")
    return Registry(name=name, auth=auth, options=dict({"harbor": "2.9.1"}, **options))


def fill(source: Registry, destination: Registry) -> World:
    world = World(source, destination)
    for registry, user in ((source, "reader"), (destination, "writer")):
        world.login[registry.host].update(username=user, password=registry.name + "-password-1")
        world.secrets.append(registry.name + "-password-1")
        workloads.load_all(registry, workloads.many_tags(TAGS, 1, 0, 100, repository=REPOSITORY))
    world.rules = {"{0}/{1}".format(source.host, REPOSITORY): "{0}/{1}".format(destination.host, REPOSITORY)}
    return world


@pytest.fixture
def full() -> Any:
    """Two Harbors with the same tags."""
    with harbor("source", "reader") as source, harbor("destination", "writer") as destination:
        yield fill(source, destination)


def listings(registry: Registry) -> List[str]:
    return [entry.path for entry in registry.log.entries("harbor")]


def check_all_the_same(world: World) -> None:
    for tag in world.source.tags(REPOSITORY):
        ours, theirs = (registry.manifest(REPOSITORY, tag) for registry in (world.source, world.destination))
        assert ours is not None
        assert theirs is not None
        assert ours.raw == theirs.raw


def change(world: World, count: int = 1) -> List[str]:
    """Give tags of the destination other images."""
    tags = world.destination.tags(REPOSITORY)[:count]
    for tag in tags:
        world.destination.load(images.docker_image("moved " + tag), REPOSITORY, tag)
    return tags


# -- requests --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_rerun_asks_for_lists(full: World, check_mode: bool) -> None:
    result = full.copy(check_mode)
    assert (result["images"], result["changed"], result["warnings"]) == (PASSED, False, [])
    requests = result["requests"]["by_registry"]
    # One of the source's two is about the project.
    assert requests[full.source.host] == {"tags": 2, "token": 1, "tag_listing": 2, "manifest_head": PROVED}
    assert requests[full.destination.host] == {
        "tags": 1,
        "token": 1,
        "tag_listing": 1,
        "manifest_head": INTRODUCED + PROVED,
    }
    (entry,) = full.destination.log.entries("harbor")
    # The slash of the nested name is quoted twice; one quotation is undone here.
    assert entry.path == "/api/v2.0/projects/team/repositories/deep%2Fapp/artifacts"
    assert entry.query == "page=1&page_size=100&q=tags%3D%2A&with_tag=true"


def test_a_plan_asks_for_lists_and_a_verification_for_each_tag(full: World) -> None:
    options = dict(FAST, images=full.rules, auth=full.login)
    plan = run_plan(options, False, {})
    assert plan["plan"]["to_copy"] == 0
    assert len(listings(full.source)) == 2
    full.source.log.reset()
    assert run_verify(options, {})["images"]["equal"] == TAGS
    assert listings(full.source) == []
    assert full.source.count("manifest_head") >= TAGS


def test_pages_are_read_whatever_their_size() -> None:
    with harbor("source", "reader", page_size=12) as source, harbor("destination", "writer") as destination:
        world = fill(source, destination)
        assert world.copy()["images"] == PASSED
        assert len(listings(source)) == 1 + 4
        assert source.count("manifest_head") == PROVED


def test_a_list_that_costs_more_than_it_saves_is_left() -> None:
    with harbor("source", "reader", page_size=7) as source, harbor("destination", "writer") as destination:
        world = fill(source, destination)
        assert world.copy()["images"] == PASSED
        assert len(listings(source)) == 2
        assert source.count("manifest_head") >= TAGS


def test_few_tags_of_many_are_asked_for_one_by_one(full: World) -> None:
    for registry in (full.source, full.destination):
        workloads.load_all(registry, workloads.many_tags(420, 1, 0, 100, repository=REPOSITORY))
    wanted = ",".join("v{0}".format(number) for number in range(32))
    full.rules = {"{0}:{1}".format(source, wanted): destination for source, destination in full.rules.items()}
    assert full.copy()["images"]["skipped"] == 32
    assert full.destination.count("manifest_head") >= 32
    # The first page says that the others are not worth it.
    assert (full.destination.count("harbor"), full.destination.count("tags")) == (1, 0)


def test_small_repositories_are_listed(full: World) -> None:
    for number in range(3):
        for registry in (full.source, full.destination):
            name = "team/small-{0}".format(number)
            workloads.load_all(registry, workloads.many_tags(12, 1, 0, 100, repository=name))
    full.rules = {
        "{0}/team/small-{1}".format(full.source.host, number): "{0}/team/small-{1}".format(
            full.destination.host, number
        )
        for number in range(3)
    }
    result = full.copy()
    assert (result["images"]["skipped"], result["warnings"]) == (36, [])
    requests = result["requests"]["by_registry"]
    assert requests[full.source.host] == {"tags": 4, "token": 3, "tag_listing": 4, "manifest_head": 3 * PROVED}
    assert requests[full.destination.host] == {
        "tags": 3,
        "token": 3,
        "tag_listing": 3,
        "manifest_head": INTRODUCED + 3 * PROVED,
    }


def test_a_first_run_asks_the_source_for_no_list(full: World) -> None:
    full.rules = {"{0}/{1}".format(full.source.host, REPOSITORY): full.destination.host + "/team/other"}
    result = full.copy()
    assert result["images"]["copied"] == TAGS
    assert listings(full.source) == []
    assert result["requests"]["by_registry"][full.destination.host]["manifest_head"] == INTRODUCED


def test_nothing_is_asked_where_it_is_unwanted_or_no_harbor(full: World, world: World) -> None:
    assert full.copy(tag_listing="never")["images"] == PASSED
    assert full.copy(force=True)["images"]["copied"] == TAGS
    assert listings(full.source) == listings(full.destination) == []
    for registry in (world.source, world.destination):
        workloads.load_all(registry, workloads.many_tags(TAGS, 1, 0, 100, repository=REPOSITORY))
    world.rules = {
        "{0}/{1}".format(world.source.host, REPOSITORY): "{0}/{1}".format(world.destination.host, REPOSITORY)
    }
    assert world.copy()["images"] == PASSED
    assert world.source.count("other") == world.destination.count("other") == 0


def test_one_listed_side_is_enough(full: World, sandbox_registry: Callable[..., Registry]) -> None:
    plain = sandbox_registry(name="plain")
    workloads.load_all(plain, workloads.many_tags(TAGS, 1, 0, 100, repository=REPOSITORY))
    for source, destination in ((full.source, plain), (plain, full.destination)):
        world = World(source, destination)
        world.login.update(full.login)
        world.rules = {"{0}/{1}".format(source.host, REPOSITORY): "{0}/{1}".format(destination.host, REPOSITORY)}
        assert world.copy()["images"] == PASSED
    assert full.source.count("manifest_head") == PROVED
    assert full.destination.count("manifest_head") == INTRODUCED + PROVED


# -- truth -----------------------------------------------------------------------------------------------------------


def test_whatever_changed_is_copied(full: World) -> None:
    change(full, 2)
    full.destination.storage.delete_manifest(REPOSITORY, "v39")
    full.source.load(images.docker_image("new"), REPOSITORY, "new")
    full.source.load(images.docker_image("changed"), REPOSITORY, "v38")
    result = full.copy()
    assert result["images"] == dict(PASSED, total=TAGS + 1, copied=5, skipped=TAGS - 4)
    assert result["warnings"] == []
    check_all_the_same(full)


def test_many_changes_are_copied(full: World) -> None:
    change(full, 30)
    assert full.copy()["images"] == dict(PASSED, copied=30, skipped=TAGS - 30)
    check_all_the_same(full)


def test_an_image_with_two_tags_and_an_index_are_recognized(full: World) -> None:
    for registry in (full.source, full.destination):
        registry.load(images.docker_image("one"), REPOSITORY, "one")
        registry.load(images.docker_image("one"), REPOSITORY, "other")
        registry.load(images.oci_index("index"), REPOSITORY, "index")
        # Nobody needs artifacts without a tag.
        registry.load(images.docker_image("untagged"), REPOSITORY)
    result = full.copy()
    assert result["images"] == dict(PASSED, total=TAGS + 3, skipped=TAGS + 3)
    assert result["requests"]["by_registry"][full.source.host]["manifest_head"] == PROVED


def test_a_tag_that_harbor_does_not_list_is_asked_for(full: World) -> None:
    digest = full.source.manifest(REPOSITORY, "v1").digest
    for registry in (full.source, full.destination):
        # Cosign's signatures are accessories.
        registry.load(images.docker_image("signature"), REPOSITORY, digest.replace(":", "-") + ".sig")
    result = full.copy()
    assert result["images"] == dict(PASSED, total=TAGS + 1, skipped=TAGS + 1)
    assert result["requests"]["by_registry"][full.source.host]["manifest_head"] == PROVED + 1


def stale(registry: Registry, *wrong: str, digest: str = "sha256:" + "0" * 64) -> None:
    """Let the list of a Harbor have another digest for some tags from now on."""
    entries = [
        {"digest": digest if tag in wrong else registry.manifest(REPOSITORY, tag).digest, "tags": [{"name": tag}]}
        for tag in registry.tags(REPOSITORY)
    ]
    headers = {"X-Total-Count": str(len(entries))}
    registry.faults.add(
        Fault(action="status", kind="harbor", path="artifacts", status=200, body=entries, headers=headers)
    )


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_list_that_lags_behind_shows_where_it_differs(full: World, side: str) -> None:
    registry = full.source if side == "source" else full.destination
    stale(registry, "v7")
    result = full.copy()
    assert result["images"] == PASSED
    (warning,) = result["warnings"]
    assert "otherwise than the registry itself: {0}/{1}:v7".format(registry.host, REPOSITORY) in warning
    assert registry.count("manifest_head") >= TAGS


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_list_that_hides_a_change_is_found_out_by_the_sample(
    full: World, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = full.source if side == "source" else full.destination
    tag = full.destination.tags(REPOSITORY)[0]
    hidden = registry.manifest(REPOSITORY, tag).digest
    registry.load(images.docker_image("moved"), REPOSITORY, tag)
    stale(registry, tag, digest=hidden)
    monkeypatch.setattr(random, "sample", lambda found, count: sorted(found)[:count])
    result = full.copy()
    assert result["images"] == dict(PASSED, copied=1, skipped=TAGS - 1)
    assert len(result["warnings"]) == 1
    check_all_the_same(full)


def test_a_list_of_something_else_is_found_out(full: World) -> None:
    # The configs' digests, say: equal on both sides.
    for registry in (full.source, full.destination):
        stale(registry, *registry.tags(REPOSITORY))
    change(full, 3)
    assert full.copy()["images"] == dict(PASSED, copied=3, skipped=TAGS - 3)
    check_all_the_same(full)


def test_a_deleted_tag_is_seen_although_the_list_has_it(full: World) -> None:
    stale(full.destination)
    full.destination.storage.delete_manifest(REPOSITORY, "v5")
    assert full.copy()["images"] == dict(PASSED, copied=1, skipped=TAGS - 1)
    check_all_the_same(full)


def test_a_proxy_cache_is_asked_for_each_tag() -> None:
    with harbor("source", "reader", harbor_caches=["team"]) as source, harbor("destination", "writer") as destination:
        world = fill(source, destination)
        result = world.copy()
        assert (result["images"], result["warnings"]) == (PASSED, [])
        assert listings(source) == ["/api/v2.0/projects/team"]
        assert source.count("manifest_head") >= TAGS


# -- faults ----------------------------------------------------------------------------------------------------------

ONE = {"digest": "sha256:" + "1" * 64, "tags": [{"name": "v1"}]}
FAULTS: Dict[str, Dict[str, Any]] = {
    **{str(status): {"action": "status", "status": status} for status in (302, 400, 401, 403, 404, 405, 422, 500, 503)},
    "429 for a day": {"action": "status", "status": 429, "headers": {"Retry-After": "86400"}},
    "a page in HTML": {"action": "status", "status": 200, "html": True},
    "closed": {"action": "drop"},
    "reset": {"action": "drop", "reset": True},
    "cut off": {"action": "truncate", "after": 300},
    "damaged": {"action": "corrupt"},
    "from a cache": {"action": "headers", "headers": {"Age": "5"}},
    "no total": {"action": "headers", "headers": {"X-Total-Count": ""}},
    "a strange total": {"action": "headers", "headers": {"X-Total-Count": "-1"}},
    "a huge total": {"action": "headers", "headers": {"X-Total-Count": "100000000"}},
    "nothing": {"action": "status", "status": 200, "body": [], "headers": {"X-Total-Count": "0"}},
    "null": {"action": "status", "status": 200, "body": None},
    "no list": {"action": "status", "status": 200, "body": {"artifacts": []}},
    "no digest": {"action": "status", "status": 200, "body": [{"tags": None}]},
    "strange digests": {
        "action": "status",
        "status": 200,
        "body": [dict(ONE, digest="sha256:1")],
        "headers": {"X-Total-Count": "1"},
    },
    "two digests": {
        "action": "status",
        "status": 200,
        "body": [ONE, dict(ONE, digest="sha256:" + "2" * 64)],
        "headers": {"X-Total-Count": "2"},
    },
}

QUIET = ("302", "400", "401", "403", "404", "405", "422", "a huge total", "nothing", "strange digests", "two digests")
"""What a Harbor may do without a fault, and what is asked of the registry anyway."""


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("side", ["source", "destination"])
def test_whatever_is_wrong_with_a_list_every_tag_is_seen_as_it_is(full: World, side: str, fault: str) -> None:
    registry = full.source if side == "source" else full.destination
    registry.faults.add(Fault(kind="harbor", path="artifacts", **FAULTS[fault]))
    change(full, 3)
    result = full.copy(retries=0)
    assert result["images"] == dict(PASSED, copied=3, skipped=TAGS - 3)
    check_all_the_same(full)
    # A kept connection that was closed is replaced.
    assert len(listings(registry)) <= 3
    assert len(result["warnings"]) == (fault not in QUIET)


def test_a_slow_list_is_not_waited_for(full: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harbor_tags, "PATIENCE", 0.2)
    full.source.faults.add(Fault(kind="harbor", path="artifacts", action="hang"))
    result = full.copy(timeout=30.0)
    assert result["images"] == PASSED
    assert result["duration"] < 10
    assert "no answer within the timeout" in result["warnings"][0]


def test_the_login_is_for_this_host_only(full: World, sandbox_registry: Callable[..., Registry]) -> None:
    other = sandbox_registry(name="other", options={"harbor": "2.9.1"})
    full.source.faults.add(Fault(kind="harbor", action="redirect", location=other.url + "{path}"))
    assert full.copy()["images"] == PASSED
    assert other.log.entries() == []


def one_round(seed: int) -> None:
    draw = random.Random(seed)
    sizes = [draw.choice((None, 13, 20, 39)) for _side in range(2)]
    with (
        harbor("source", "reader", page_size=sizes[0]) as source,
        harbor("destination", "writer", page_size=sizes[1]) as destination,
    ):
        world = fill(source, destination)
        for number in range(draw.randint(0, 12)):
            world.destination.load(images.docker_image(number), REPOSITORY, draw.choice(destination.tags(REPOSITORY)))
        for tag in draw.sample(destination.tags(REPOSITORY), draw.randint(0, 3)):
            destination.storage.delete_manifest(REPOSITORY, tag)
        for registry in (source, destination):
            # Whoever damages digests may give the right ones to the wrong tags.
            for fault in draw.sample(sorted(set(FAULTS) - {"damaged"}), draw.randint(0, 2)):
                chance = draw.choice((0.1, 0.5, 1.0))
                faults = FAULTS[fault]
                registry.faults.add(Fault(kind="harbor", probability=chance, seed=draw.randrange(1 << 30), **faults))
        world.copy(workers=draw.choice((1, 4, 8)), retries=0)
        check_all_the_same(world)


def test_random_faults_never_make_a_run_lie() -> None:
    """C(LONGSHORE_FAULT_SECONDS) says for how long (2), C(LONGSHORE_FAULT_SEED) where to begin (1)."""
    run_rounds(one_round, seconds=2)
