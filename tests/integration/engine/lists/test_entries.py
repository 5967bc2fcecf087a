# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lists with entries that are no tags and no repositories: each is told by itself, and the others are copied."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.plan import run_plan
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.sandbox import Fault, images

from ..conftest import FAST, World

CHILD = "sha256:" + "a" * 64


@pytest.fixture
def shop(world: World) -> World:
    for repository, tags in {"shop/app": ["1.0", "2.0"], "shop/web": ["1.0"]}.items():
        for tag in tags:
            world.source.load(images.docker_image(repository + tag, layers=1), repository, tag)
    world.rules = rule(world, "app")
    return world


def rule(world: World, name: str, expression: str = "", **keys: Any) -> Any:
    source = "{0}/shop/{1}{2}".format(world.source.host, name, expression)
    destination = "{0}/shop{1}".format(world.destination.host, "" if name == "*" else "/" + name)
    return [dict(source=source, destination=destination, **keys)]


def lists(world: World, *entries: Any, kind: str = "tags", repository: str = "shop/app") -> None:
    where = {"repository": repository} if kind == "tags" else {}
    world.source.faults.add(Fault("entries", kind=kind, body=list(entries), **where))


def report_of(world: World, tmp_path: Path, **options: Any) -> List[Dict[str, Any]]:
    path = tmp_path / "report.json"
    world.copy(report_path=str(path), **options)
    results: List[Dict[str, Any]] = json.loads(path.read_text())["results"]
    return results


BAD_TAGS = [CHILD, "../../v2/x/manifests/1", "a b", "-a", "a/b", "x" * 129, "tab\there", "a?b", "\x1b[31mred", "ümlaut"]


@pytest.mark.parametrize("entry", BAD_TAGS)
def test_an_entry_that_is_no_tag_fails_by_itself(shop: World, entry: str, tmp_path: Path) -> None:
    lists(shop, entry)
    path = tmp_path / "report.json"
    result = shop.copy(report_path=str(path))
    assert shop.destination.tags("shop/app") == ["1.0", "2.0"]
    assert (result["images"]["copied"], result["images"]["failed"], result["images"]["total"]) == (2, 1, 3)
    (failure,) = result["failures"]
    assert "not a valid tag" in failure["error"]
    assert failure["source"].startswith(shop.source.host + "/shop/app:")
    assert entry[:8].strip("\x1b\t") in failure["source"] or not entry.isprintable() or entry[0] == "."
    assert "deny" in failure["hint"]
    assert "\x1b" not in json.dumps(result).replace("\\u001b", "\x1b")
    assert [entry for entry in shop.source.log.entries() if entry.status == 404] == []


@pytest.mark.parametrize("entry", [None, 7, 1.10, True, {"name": "1.0"}, ["1.0"]])
def test_an_entry_that_is_no_text_fails_by_itself(shop: World, entry: Any) -> None:
    lists(shop, entry)
    shop.rules = rule(shop, "app", tags={"allow": ["1.*", "2.*"]})
    result = shop.copy()
    assert (result["images"]["copied"], result["images"]["failed"]) == (2, 1)
    assert json.dumps(entry) in result["failures"][0]["error"]


def test_empty_texts_stand_for_nothing_as_swr_sends_them(shop: World) -> None:
    lists(shop, "", "")
    assert shop.copy()["images"] == {"total": 2, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}


CHOICES = {
    "an expression": ({}, ":/^[0-9]/"),
    "allow": ({"tags": {"allow": ["1.*", "2.*"]}}, ""),
    "deny": ({"tags": {"deny": ["/^sha256:/"]}}, ""),
    "semver": ({"tags": {"semver": ">=1"}}, ""),
    "newest": ({"tags": {"newest": 5}}, ""),
}


@pytest.mark.parametrize("choice", CHOICES)
def test_an_entry_that_a_choice_leaves_out_is_filtered_by_name(shop: World, choice: str, tmp_path: Path) -> None:
    keys, expression = CHOICES[choice]
    lists(shop, CHILD)
    shop.rules = rule(shop, "app", expression, **keys)
    results = report_of(shop, tmp_path)
    assert shop.destination.tags("shop/app") == ["1.0", "2.0"]
    assert sorted(entry["outcome"] for entry in results) == ["copied", "copied", "filtered"]
    (left_out,) = [entry for entry in results if entry["outcome"] == "filtered"]
    assert CHILD in left_out["source"]
    assert "not a valid tag" in left_out["reason"]
    assert shop.copy()["failed"] is False


def test_a_list_of_tags_does_not_read_the_list(shop: World) -> None:
    lists(shop, CHILD)
    shop.rules = rule(shop, "app", ":1.0,2.0")
    assert shop.copy()["images"]["copied"] == 2
    assert shop.source.count("tags") == 0


def test_what_failed_can_be_tried_again(shop: World, tmp_path: Path) -> None:
    lists(shop, CHILD, 7)
    failed = tmp_path / "failed.json"
    shop.copy(output_failed_images=str(failed), output_images_format="json")
    shop.source.faults.clear()
    again = shop.copy(images=json.loads(failed.read_text()))
    assert (again["failed"], again["images"]["skipped"]) == (False, 2)


def test_very_many_of_them_are_told_together(shop: World, tmp_path: Path) -> None:
    lists(shop, *("sha256:{0:064x}".format(number) for number in range(3000)))
    results = report_of(shop, tmp_path)
    assert shop.destination.tags("shop/app") == ["1.0", "2.0"]
    assert len(results) == 2 + 500 + 1
    assert sum("2500 more entries" in entry.get("error", "") for entry in results) == 1


def test_verification_and_plan_tell_them_too(shop: World) -> None:
    shop.copy()
    lists(shop, CHILD)
    request = dict(FAST, images=shop.rules, auth=shop.login)
    verified = run_verify(dict(request), {})
    assert (verified["images"]["equal"], verified["images"]["failed"]) == (2, 1)
    assert CHILD in verified["failures"][0]["source"]
    planned = run_plan(dict(request), False, {})
    assert (planned["plan"]["present"], planned["plan"]["failed"]) == (2, 1)
    shop.rules = rule(shop, "app", tags={"deny": ["/:/"]})
    assert run_verify(dict(request, images=shop.rules), {})["failed"] is False


def test_information_names_them(shop: World) -> None:
    lists(shop, CHILD, 7)
    lists(shop, "shop/Web", kind="catalog")
    result = run_info(
        dict(FAST, repositories=[shop.source.host + "/shop/app"], registries=[shop.source.host], auth=shop.login),
        {},
    )
    assert result["failed"] is False
    assert result["repositories"][0]["tags"] == ["1.0", "2.0"]
    assert result["repositories"][0]["invalid"] == [CHILD, "7"]
    assert result["registries"][0]["invalid"] == ["shop/Web"]


# -- catalogues ----------------------------------------------------------------------------------------------------


def test_a_name_that_is_none_fails_by_itself(shop: World) -> None:
    lists(shop, "shop/MyApp", "else/Where", "shop/deep/Er", kind="catalog")
    shop.rules = rule(shop, "*")
    result = shop.copy()
    assert shop.destination.storage.repositories() == ["shop/app", "shop/web"]
    assert (result["images"]["copied"], result["images"]["failed"]) == (3, 1)
    (failure,) = result["failures"]
    assert failure["source"] == shop.source.host + "/shop/MyApp"
    assert failure["destination"] == shop.destination.host + "/shop/MyApp"
    assert "deny" in failure["hint"]


@pytest.mark.parametrize("keys", [{"deny": ["MyApp"]}, {"allow": ["app", "web"]}])
def test_a_name_that_a_choice_leaves_out_is_filtered_by_name(shop: World, keys: Any, tmp_path: Path) -> None:
    lists(shop, "shop/MyApp", kind="catalog")
    shop.rules = rule(shop, "*", repositories=keys)
    results = report_of(shop, tmp_path)
    assert sorted(entry["outcome"] for entry in results) == ["copied", "copied", "copied", "filtered"]
    assert any(entry["source"] == shop.source.host + "/shop/MyApp" for entry in results)
    assert shop.copy()["failed"] is False


@pytest.mark.parametrize("entry", [None, 7, {"name": "shop/x"}])
def test_a_name_that_is_no_text_fails_by_itself(shop: World, entry: Any) -> None:
    lists(shop, entry, kind="catalog")
    shop.rules = rule(shop, "*")
    result = shop.copy()
    assert (result["images"]["copied"], result["images"]["failed"]) == (3, 1)


# -- pruning -------------------------------------------------------------------------------------------------------


def prune(world: World) -> Any:
    return run_prune(dict(FAST, images=world.rules, auth=world.login, dry_run=False), False, {})


@pytest.fixture
def synced(shop: World) -> World:
    for repository, tags in {"shop/app": ["1.0", "2.0", "old"], "shop/web": ["1.0", "old"]}.items():
        for tag in tags:
            shop.destination.load(images.docker_image(repository + tag, layers=1), repository, tag)
    shop.rules = rule(shop, "app") + rule(shop, "web")
    return shop


@pytest.mark.parametrize("entry", [CHILD, 1.10, None])
def test_a_repository_with_an_entry_that_is_no_tag_is_not_pruned(synced: World, entry: Any) -> None:
    lists(synced, entry)
    result = prune(synced)
    assert synced.destination.tags("shop/app") == ["1.0", "2.0", "old"]
    assert synced.destination.tags("shop/web") == ["1.0"]
    assert (result["failed"], [one["outcome"] for one in result["repositories"]]) == (True, ["failed", "pruned"])
    assert result["failures"][0]["name"] == synced.destination.host + "/shop/app"


def test_an_entry_that_is_left_out_does_not_stop_it(synced: World) -> None:
    lists(synced, CHILD)
    synced.rules = rule(synced, "app", tags={"deny": ["/^sha256:/"]})
    result = prune(synced)
    assert (result["failed"], synced.destination.tags("shop/app")) == (False, ["1.0", "2.0"])


def test_a_number_is_never_left_out_by_a_choice(synced: World) -> None:
    """JSON has one number for 1.1 and 1.10: the tag that it was is not known."""
    synced.destination.load(images.docker_image("ten", layers=1), "shop/app", "1.10")
    lists(synced, 1.10)
    synced.rules = rule(synced, "app", tags={"allow": ["1.10", "1.0", "2.0"]})
    assert prune(synced)["failed"] is True
    assert "1.10" in synced.destination.tags("shop/app")


def test_a_name_that_is_none_stops_what_it_may_lead_to_only(synced: World) -> None:
    lists(synced, "shop/MyApp", kind="catalog")
    synced.rules = rule(synced, "*")
    result = prune(synced)
    assert [synced.destination.tags("shop/" + name) for name in ("app", "web")] == [["1.0", "2.0"], ["1.0"]]
    assert result["failed"] is True
    assert result["failures"][0]["name"] == synced.destination.host + "/shop/MyApp"
    synced.rules = rule(synced, "*", repositories={"deny": ["MyApp"]})
    assert prune(synced)["failed"] is False


def test_a_name_that_may_lead_to_a_destination_keeps_it_whole(synced: World) -> None:
    lists(synced, "shop/MyApp", kind="catalog")
    synced.rules = rule(synced, "*", rename=[{"regex": "(?i)^my", "with": ""}, {"replace": "App", "with": "app"}])
    result = prune(synced)
    assert synced.destination.tags("shop/app") == ["1.0", "2.0", "old"]
    assert synced.destination.tags("shop/web") == ["1.0"]
    assert result["failed"] is True


def test_an_entry_of_the_catalogue_that_is_no_text_stops_all(synced: World) -> None:
    lists(synced, 7, kind="catalog")
    synced.rules = rule(synced, "*")
    assert prune(synced)["changed"] is False
    assert synced.destination.tags("shop/web") == ["1.0", "old"]


def test_a_repository_without_tags_keeps_what_it_shares_whole(synced: World) -> None:
    """SWR says so of a repository that it does not have, or has lost."""
    synced.rules = rule(synced, "*", rename=[{"replace": "web", "with": "app"}])
    synced.source.faults.add(
        Fault("status", kind="tags", repository="shop/web", status=200, body={"name": "shop/web", "tags": None})
    )
    result = prune(synced)
    assert synced.destination.tags("shop/app") == ["1.0", "2.0", "old"]
    assert result["failed"] is True


# -- what is no list -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body", [{}, {"name": "shop/app"}, {"errors": []}, [], "x", {"tags": "1.0"}, {"tags": {"1.0": 1}}, {"tags": 0}]
)
def test_a_reply_of_another_shape_is_a_failure(synced: World, body: Any) -> None:
    synced.source.faults.add(Fault("status", kind="tags", repository="shop/app", status=200, body=json.dumps(body)))
    assert synced.copy()["images"]["failed"] == 1
    result = prune(synced)
    assert (result["failed"], synced.destination.tags("shop/app")) == (True, ["1.0", "2.0", "old"])
    assert "invalid list of tags" in result["failures"][0]["error"]
