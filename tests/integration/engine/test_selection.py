# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which images the rules of namespaces, registries and tag filters copy, and where to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.sandbox import BasicAuth, BearerAuth, Fault, Permission, Registry, User
from ansible_collections.longshore.swr.tests.sandbox import images as sandbox_images
from ansible_collections.longshore.swr.tests.sandbox.swr import Swr, login_password

from .conftest import FAST, World

SECRET = "a-password-nobody-may-see"


def fill(registry: Registry, *references: str) -> None:
    for reference in references:
        repository, _colon, tag = reference.partition(":")
        registry.load(sandbox_images.docker_image(reference, layers=1), repository, tag)


def everything(registry: Registry) -> List[str]:
    """Every repository:tag that the registry holds."""
    return ["{0}:{1}".format(name, tag) for name in registry.storage.repositories() for tag in registry.tags(name)]


def rule(world: World, source: str, destination: str, **keys: Any) -> Dict[str, Any]:
    return dict(
        source="{0}/{1}".format(world.source.host, source),
        destination="{0}/{1}".format(world.destination.host, destination).rstrip("/"),
        **keys,
    )


@pytest.fixture
def shop(world: World) -> World:
    fill(world.source, "team/app:1.0", "team/app:1.1", "team/web:1.0", "team/tools/lint:2.0", "other/app:1.0")
    return world


def test_namespace_goes_to_an_organization_and_the_second_run_changes_nothing(shop: World) -> None:
    shop.rules = [rule(shop, "team/*", "org")]
    result = shop.copy()
    assert (result["failed"], result["images"]["copied"]) == (False, 3)
    assert everything(shop.destination) == ["org/app:1.0", "org/app:1.1", "org/web:1.0"]
    again = shop.copy()
    assert (again["changed"], again["images"]["skipped"]) == (False, 3)
    assert shop.source.count("catalog") == 2


def test_every_depth_and_the_whole_registry(shop: World) -> None:
    shop.rules = [rule(shop, "team/**", "org/deep"), rule(shop, "**", "")]
    assert shop.copy()["images"]["copied"] == 9
    # The catalog was asked once for both rules.
    assert shop.source.count("catalog") == 1
    assert everything(shop.destination) == [
        "org/deep/app:1.0",
        "org/deep/app:1.1",
        "org/deep/tools/lint:2.0",
        "org/deep/web:1.0",
        "other/app:1.0",
        "team/app:1.0",
        "team/app:1.1",
        "team/tools/lint:2.0",
        "team/web:1.0",
    ]


def test_renamed_repositories(shop: World) -> None:
    steps = [{"flatten": True, "separator": "-"}, {"replace": "tools", "with": "ci"}, {"prefix": "m-"}]
    shop.rules = [rule(shop, "team/**", "org", rename=steps, tags={"allow": ["2.*", "/^1[.]1$/"]})]
    result = shop.copy()
    assert everything(shop.destination) == ["org/m-app:1.1", "org/m-ci-lint:2.0"]
    # The repository whose tags are all left out is accounted for.
    assert result["images"] == {"total": 3, "copied": 2, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 0}


def test_collision_of_renamed_repositories_is_refused_before_anything_is_copied(shop: World) -> None:
    shop.rules = [rule(shop, "**", "org", rename=[{"flatten": True}])]
    result = shop.copy()
    assert result["failed"] is True
    failures = sorted(failure["source"].partition("/")[2] for failure in result["failures"])
    assert failures == ["other/app:1.0", "team/app:1.0"]
    assert "another rule writes the same destination" in result["failures"][0]["error"]
    assert everything(shop.destination) == ["org/app:1.1", "org/lint:2.0", "org/web:1.0"]


def test_names_that_cannot_be_are_failures(shop: World) -> None:
    shop.rules = [rule(shop, "team/*", "org", rename=[{"prefix": "UP-"}])]
    result = shop.copy()
    assert (result["images"]["failed"], result["images"]["total"]) == (2, 2)
    assert "which is not valid" in result["failures"][0]["error"]
    assert result["failures"][0]["hint"] == "Change the rule's rename."


def test_repositories_are_chosen(shop: World) -> None:
    shop.rules = [rule(shop, "**", "", repositories={"allow": ["team/**"], "deny": ["team/tools/*", "/web$/"]})]
    shop.copy()
    assert everything(shop.destination) == ["team/app:1.0", "team/app:1.1"]
    shop.rules = [rule(shop, "team/*", "org", repositories={"deny": ["*"]})]
    assert shop.copy()["images"] == {"total": 1, "copied": 0, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 0}


@pytest.mark.parametrize(
    ("source", "words", "hint"),
    [
        ("nobody/*", "there are no repositories", "Check its name"),
        ("*", "there are no repositories", "write /**"),
    ],
)
def test_empty_namespace_is_a_failure(shop: World, source: str, words: str, hint: str) -> None:
    shop.rules = [rule(shop, source, "org")]
    result = shop.copy()
    assert (result["failed"], result["images"]["failed"]) == (True, 1)
    assert words in result["failures"][0]["error"]
    assert hint in result["failures"][0]["hint"]


def test_refused_catalog_is_a_failure_and_other_rules_go_on(
    sandbox_registry: Callable[..., Registry], world: World
) -> None:
    world.source = sandbox_registry(name="closed", options={"catalog": False})
    world.login[world.source.host] = {"insecure": True}
    fill(world.source, "team/app:1", "team/web:1")
    world.rules = [rule(world, "team/*", "org"), rule(world, "team/web:1", "org/web")]
    result = world.copy()
    assert (result["images"]["failed"], result["images"]["copied"]) == (1, 1)
    assert result["failures"][0]["source"].endswith("team/*")
    assert "do not list their repositories" in result["failures"][0]["hint"]


@pytest.mark.parametrize("version", ["1.10.5", "2.9.1"])
@pytest.mark.parametrize("via", ["auto", "harbor"])
def test_harbor_lists_a_project_and_the_registry(
    sandbox_registry: Callable[..., Registry], world: World, version: str, via: str
) -> None:
    auth = BearerAuth({"robot": User(SECRET, [Permission("team/*"), Permission("shop/*")])})
    world.source = sandbox_registry(
        name="harbor", auth=auth, options={"harbor": version, "catalog": False, "page_size": 2}
    )
    world.login[world.source.host] = {"insecure": True, "username": "robot", "password": SECRET}
    world.secrets.append(SECRET)
    fill(
        world.source, *("team/app{0}:1".format(number) for number in range(5)), "team/a/b:1", "shop/till:1", "dark/x:1"
    )
    fill(world.source, "teams/other:1")
    world.rules = [rule(world, "team/*", "org", via=via), rule(world, "**", "all", via=via)]
    result = world.copy()
    assert (result["failed"], result["images"]["copied"]) == (False, 12)
    found = everything(world.destination)
    assert [name for name in found if name.startswith("org/")] == ["org/app{0}:1".format(n) for n in range(5)]
    assert [name for name in found if name.startswith("all/")] == [
        "all/shop/till:1",
        "all/team/a/b:1",
        *("all/team/app{0}:1".format(number) for number in range(5)),
    ]
    assert {entry.auth for entry in world.source.log.entries("harbor")} == {"basic"}
    assert all("cookie" not in entry.headers for entry in world.source.log.entries())


def test_harbor_without_that_project_or_without_a_harbor(
    sandbox_registry: Callable[..., Registry], world: World
) -> None:
    world.source = sandbox_registry(
        name="harbor", auth=BasicAuth({"u": SECRET}), options={"harbor": "2.4.1", "catalog": False}
    )
    world.login[world.source.host] = {"insecure": True, "username": "u", "password": SECRET}
    fill(world.source, "team/app:1")
    fill(world.destination, "team/app:1")
    world.rules = [
        rule(world, "nobody/*", "org", via="harbor"),
        dict(rule(world, "x/*", "org", via="harbor"), source=world.destination.host + "/x/*"),
    ]
    failures = world.copy()["failures"]
    assert "project nobody not found" in failures[0]["error"]
    assert "this is not a Harbor" in failures[1]["error"]


def test_swr_lists_its_repositories(sandbox_swr: Callable[..., Swr], world: World) -> None:
    for manners, failed in (({}, 0), ({"list_page": 2}, 0), ({"list_page": 2, "list_offset": False}, 1)):
        swr = sandbox_swr(keys={"KEY": SECRET}, organizations=["team", "other"], manners=manners)
        password = login_password("KEY", SECRET)
        world.login[swr.host] = {"insecure": True, "username": "cn-north-4@KEY", "password": password}
        world.secrets += [SECRET, password]
        fill(swr, "team/app:1", "team/web:1", "team/x/y:1", "other/app:1")
        world.rules = [
            {"source": swr.host + "/team/**", "destination": world.destination.host + "/from/swr", "via": "swr"}
        ]
        result = world.copy()
        assert (result["images"]["failed"], result["images"]["total"]) == (failed, 1 if failed else 3)
        if failed:
            assert "the list ends after 2 of 4 entries" in result["failures"][0]["error"]
    assert everything(world.destination) == ["from/swr/app:1", "from/swr/web:1", "from/swr/x/y:1"]


def test_newest_by_version(world: World) -> None:
    fill(
        world.source, *("team/app:" + tag for tag in ("1.9.0", "1.10.0", "v1.11", "2.0.0-rc1", "latest", "0.1", "3.0"))
    )
    world.rules = [rule(world, "team/app", "org/app", tags={"semver": "<3", "newest": 2})]
    world.copy()
    assert sorted(world.destination.tags("org/app")) == ["1.10.0", "v1.11"]


def test_newest_by_creation(world: World) -> None:
    def image(seed: str, created: Any) -> Any:
        return sandbox_images.docker_image(seed, layers=1, created=created)

    for tag, created in {
        "old": "2020-01-01T00:00:00Z",
        "new": "2024-06-01T00:00:00.123456789Z",
        "zone": "2024-06-01T01:00:00+02:00",
        "none": None,
    }.items():
        world.source.load(image(tag, created), "team/app", tag)
    index = sandbox_images.docker_list([image("child", "2024-05-31T23:30:00Z")])
    world.source.load(index, "team/app", "index")
    world.rules = [rule(world, "team/app", "org/app", tags={"newest": 2, "newest_by": "created", "deny": "old"})]
    assert world.copy()["images"]["copied"] == 2
    assert sorted(world.destination.tags("org/app")) == ["index", "new"]
    world.source.faults.add(Fault("status", kind="blob_get", status=404))
    world.source.log.reset()
    failed = world.copy()
    # What cannot be compared is not guessed, and nothing is asked of tags that are out already.
    assert (failed["images"]["failed"], failed["images"]["total"]) == (1, 1)
    assert world.source.count("manifest_get", reference="old") == 0


@pytest.mark.parametrize("case", ["no time", "no child"])
def test_a_creation_that_cannot_be_told_is_no_old_one(world: World, case: str) -> None:
    """An image that nobody knows the age of would be left out of the newest, and its copy be pruned."""
    for number in range(3):
        created = "2024-06-0{0}T00:00:00Z".format(number + 1)
        image = sandbox_images.docker_image(str(number), layers=1, created=created)
        for registry in (world.source, world.destination):
            registry.load(image, "team/app", str(number))
    if case == "no time":
        world.source.load(sandbox_images.docker_image("x", layers=1, created="June 2025"), "team/app", "x")
    else:
        world.source.load(sandbox_images.docker_list([sandbox_images.docker_image("child")]), "team/app", "x")
        child = sandbox_images.docker_image("child").digest
        world.source.faults.add(Fault("status", kind="manifest_get", reference=child, status=404))
    world.rules = [rule(world, "team/app", "team/app", tags={"newest": 2, "newest_by": "created"})]
    result = world.copy()
    assert (result["images"]["failed"], result["images"]["total"]) == (1, 1)
    assert "its creation time is unknown" in result["failures"][0]["error"]
    pruned = run_prune(dict(FAST, images=world.rules, auth=world.login, dry_run=False), False, {})
    assert (pruned["failed"], world.destination.tags("team/app")) == (True, ["0", "1", "2"])


def test_rule_that_selects_nothing_is_filtered_once_with_its_story(shop: World, tmp_path: Path) -> None:
    shop.rules = [rule(shop, "team/app", "org/app", tags={"allow": "1.*", "deny": "*.0", "semver": ">=2"})]
    report = tmp_path / "report.json"
    result = shop.copy(report_path=str(report))
    assert result["images"] == {"total": 1, "copied": 0, "skipped": 0, "filtered": 1, "postponed": 0, "failed": 0}
    (entry,) = json.loads(report.read_text())["results"]
    assert entry["reason"] == ("none of its tags is selected: 2 listed, 2 allowed, 1 not denied, 0 in the range >=2")


def test_platforms_of_a_rule_take_the_place_of_those_of_the_run(world: World) -> None:
    index = sandbox_images.manifest_list("m", platforms=("linux/amd64", "linux/arm64", "linux/arm/v7"))
    for name in ("one", "two", "three"):
        world.source.load(index, "team/" + name, "1")
    world.rules = [
        rule(world, "team/one:1", "org/one", platforms=["linux/arm64", "linux/arm/v7"]),
        rule(world, "team/two:1", "org/two", arch="amd64"),
        rule(world, "team/three:1", "org/three"),
    ]
    world.copy(arch=["arm64"])
    found = {
        name: [child["platform"]["architecture"] for child in json.loads(manifest.raw)["manifests"]]
        for name in ("one", "two", "three")
        for manifest in [world.destination.manifest("org/" + name, "1")]
        if manifest is not None
    }
    assert found == {"one": ["arm64", "arm"], "two": ["amd64"], "three": ["arm64"]}
    assert world.copy(arch=["arm64"])["changed"] is False


def test_shards_keep_what_was_selected_and_for_which_platforms(world: World, tmp_path: Path) -> None:
    index = sandbox_images.manifest_list("m", platforms=("linux/amd64", "linux/arm64"))
    for reference in ("team/one:1.0", "team/one:2.0", "team/two:1.0"):
        world.source.load(index, *reference.split(":"))
    world.rules = [rule(world, "team/*", "org", platforms=["linux/arm64"], tags={"newest": 1})]
    request = dict(FAST, images=world.rules, auth=world.login, shards=2, shards_path=str(tmp_path))
    plan = run_plan(request, False, {})
    assert plan["failed"] is False
    for shard in plan["shards"]:
        assert world.copy(images=None, images_file=shard["path"])["failed"] is False
    assert everything(world.destination) == ["org/one:2.0", "org/two:1.0"]
    kept = json.loads(world.destination.manifest("org/one", "2.0").raw)["manifests"]
    assert [child["platform"]["architecture"] for child in kept] == ["arm64"]


def test_failures_can_be_fed_back(shop: World, tmp_path: Path) -> None:
    failed = tmp_path / "failed.yaml"
    shop.rules = [
        rule(shop, "team/*", "org", os=["linux"], tags={"allow": "1.*"}),
        rule(shop, "nobody/*", "org", rename=[{"prefix": "x-"}]),
    ]
    shop.destination.faults.add(Fault("status", kind="manifest_put", repository="org/web", status=403))
    result = shop.copy(output_failed_images=str(failed))
    assert (result["images"]["failed"], result["images"]["copied"]) == (2, 2)
    shop.destination.faults.clear()
    fill(shop.source, "nobody/late:1")
    again = shop.copy(images=None, images_file=str(failed))
    assert (again["failed"], again["images"]["copied"], again["images"]["total"]) == (False, 2, 2)
    assert everything(shop.destination) == ["org/app:1.0", "org/app:1.1", "org/web:1.0", "org/x-late:1"]


def test_verification_takes_the_same_rules(shop: World) -> None:
    shop.rules = [rule(shop, "team/**", "org", rename=[{"flatten": True}])]
    shop.copy()
    request = dict(FAST, images=shop.rules, auth=shop.login)
    assert run_verify(request, {})["images"]["equal"] == 4
    fill(shop.source, "team/late:1")
    result = run_verify(request, {})
    assert (result["failed"], [entry["verdict"] for entry in result["differences"]]) == (True, ["missing"])


def prune(world: World, **options: Any) -> Any:
    return run_prune(dict(FAST, images=world.rules, auth=world.login, dry_run=False, **options), False, {})


def test_prune_touches_only_what_a_source_repository_maps_to(shop: World) -> None:
    fill(shop.destination, "org/app:0.9", "org/app:1.0", "org/gone:1", "org/tools/lint:1", "else/app:1")
    shop.rules = [rule(shop, "team/*", "org")]
    result = prune(shop)
    assert result["deleted"] == [shop.destination.host + "/org/app:0.9"]
    assert everything(shop.destination) == ["else/app:1", "org/app:1.0", "org/gone:1", "org/tools/lint:1"]
    assert {entry.repository for entry in shop.destination.log.entries()} == {"org/app", "org/web"}


def test_prune_deletes_nothing_below_a_namespace_that_cannot_be_listed(shop: World) -> None:
    fill(shop.destination, "org/app:0.9", "org/app:1.0", "safe/app:0.9")
    shop.rules = [
        rule(shop, "team/app", "org/app"),
        rule(shop, "other/app", "safe/app"),
        rule(shop, "nobody/*", "org"),
    ]
    result = prune(shop)
    assert result["failed"] is True
    # What the third rule would produce in org/app is not known.
    assert shop.destination.tags("org/app") == ["0.9", "1.0"]
    assert result["deleted"] == [shop.destination.host + "/safe/app:0.9"]


def test_every_problem_is_found_before_anything_is_connected_to(shop: World) -> None:
    shop.rules = [
        rule(shop, "team/*", "org", tags={"semver": "1..2", "newest": 0}, rename=[{"flatten": 0}]),
        rule(shop, "team/*", "org", vai="harbor"),
    ]
    with pytest.raises(RulesError) as caught:
        shop.copy()
    assert len(caught.value.problems) == 4
    assert shop.source.count() == shop.destination.count() == 0
