# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole of a list or a failure, however a registry names the next page."""

from __future__ import annotations

from typing import Any, Callable, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, images

from ..conftest import FAST, World

TAGS = ["1.0", "2.0", "3.0"]

READ = {
    "as the specification says": '<{url}>; rel="next"',
    "no quotes, capitals": "<{url}>;REL=Next",
    "single quotes": "<{url}>; rel='next'",
    "no angle brackets": '{url}; rel="next"',
    "no angle brackets, no quotes": "{url};rel=next",
    "no relation": "<{url}>",
    "another parameter first": '<{url}>; title="a; b, <c>"; rel="next"',
    "a parameter without a value": '<{url}>; crossorigin; rel="next"',
    "several relations": '<{url}>; rel="last next"',
    "several links": '</v2/x/tags/list>; rel="prev", <{url}>; rel="next", </v2/x/tags/list?last=z>; rel="last"',
    "several links without angle brackets": '/v2/x/tags/list?last=a,b; rel="prev", {url}; rel="next"',
    "a whole URL of another host": '<https://internal.example:8443{url}>; rel="next"',
    "a host without a scheme": '<//internal.example{url}>; rel="next"',
}
NOT_UNDERSTOOD = {
    "nothing but a URL": "{url}",
    "a relation without a URL": '; rel="next"',
    "an open bracket": '<{url}; rel="next"',
    "an open quote": '<{url}>; rel="next',
    "two next pages": '<{url}>; rel="next", <{url}0>; rel="next"',
    "no relation beside another link": '</v2/x/tags/list>; rel="prev", <{url}>',
    "a URL with a space": '<{url} x>; rel="next"',
    "an empty URL": '<>; rel="next"',
    "the same page again": '</v2/team/app/tags/list?n=1000>; rel="next"',
    "no URL at all": '<https://[>; rel="next"',
}


@pytest.fixture
def paged(sandbox_registry: Callable[..., Registry]) -> World:
    """A repository whose three tags are on three pages; the destination has them, and one more."""
    world = World(sandbox_registry(name="source", options={"page_size": 1}), sandbox_registry(name="destination"))
    for tag in TAGS:
        world.source.load(images.docker_image(tag, layers=1), "team/app", tag)
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    return world


def prune(world: World, **options: Any) -> Any:
    return run_prune(dict(FAST, images=world.rules, auth=world.login, dry_run=False, **options), False, {})


def fill_destination(world: World, *more: str) -> None:
    for tag in (*TAGS, *more):
        world.destination.load(images.docker_image(tag, layers=1), "team/app", tag)


def linked(world: World, link: str, kind: str = "tags") -> World:
    world.source.faults.add(Fault("link", kind=kind, link=link))
    return world


@pytest.mark.parametrize("form", READ)
def test_every_form_that_others_read_is_read(paged: World, form: str) -> None:
    result = linked(paged, READ[form]).copy()
    assert (result["failed"], result["images"]["copied"]) == (False, 3)
    assert paged.destination.tags("team/app") == TAGS


@pytest.mark.parametrize("form", NOT_UNDERSTOOD)
def test_what_is_not_understood_is_a_failure_and_never_the_end(paged: World, form: str) -> None:
    result = linked(paged, NOT_UNDERSTOOD[form]).copy()
    assert (result["failed"], result["images"]["copied"], result["images"]["failed"]) == (True, 0, 1)
    assert "team/app" in result["failures"][0]["error"]
    assert result["failures"][0]["hint"]


@pytest.mark.parametrize("form", NOT_UNDERSTOOD)
def test_no_tag_is_deleted_by_a_list_that_is_not_understood(paged: World, form: str) -> None:
    fill_destination(paged, "old")
    result = prune(linked(paged, NOT_UNDERSTOOD[form]))
    assert paged.destination.tags("team/app") == [*TAGS, "old"]
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["repositories"][0]["outcome"] == "failed"


@pytest.mark.parametrize("form", READ)
def test_tags_of_later_pages_are_kept(paged: World, form: str) -> None:
    fill_destination(paged, "old")
    result = prune(linked(paged, READ[form]))
    assert paged.destination.tags("team/app") == TAGS
    assert (result["failed"], result["tags"]["deleted"]) == (False, 1)


def test_a_last_page_that_only_links_back_is_the_end(paged: World) -> None:
    paged.source.faults.add(
        Fault(
            "headers",
            kind="tags",
            path="last=2.0",
            headers={"Link": '</v2/team/app/tags/list?n=1>; rel="first prev"'},
        )
    )
    assert paged.copy()["images"] == {"total": 3, "copied": 3, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}


def test_verification_compares_all_pages_or_fails(paged: World) -> None:
    paged.copy()
    request = dict(FAST, images=paged.rules, auth=paged.login)
    linked(paged, "{url}; rel='next'")
    assert run_verify(request, {})["images"]["equal"] == 3
    paged.source.faults.clear()
    result = run_verify(dict(request), {}) if linked(paged, "{url}") else {}
    assert (result["failed"], result["images"]["equal"], result["images"]["failed"]) == (True, 0, 1)


def test_information_is_whole_or_an_error(paged: World) -> None:
    request = {"repositories": [paged.source.host + "/team/app"], "auth": paged.login, **FAST}
    linked(paged, '{url}; rel="next"')
    assert run_info(dict(request), {})["repositories"][0]["tags"] == TAGS
    paged.source.faults.clear()
    assert run_info(dict(request), {})["failed"] is False
    linked(paged, "{url}")
    assert run_info(dict(request), {})["failed"] is True


def catalogue(world: World) -> List[str]:
    return world.destination.storage.repositories()


@pytest.mark.parametrize(("link", "whole"), [("{url};rel=next", True), ("<{url}>", True), ("{url}", False)])
def test_pages_of_the_catalogue_too(paged: World, link: str, whole: bool) -> None:
    for name in ("one", "two"):
        paged.source.load(images.docker_image(name, layers=1), "shop/" + name, "1")
    paged.rules = {paged.source.host + "/shop/*": paged.destination.host + "/shop"}
    result = linked(paged, link, "catalog").copy()
    assert result["failed"] is not whole
    assert catalogue(paged) == (["shop/one", "shop/two"] if whole else [])


@pytest.mark.parametrize(("link", "whole"), [("{url};rel=next", True), ("<{url}>", True), ("{url}", False)])
def test_pages_of_referrers_too(paged: World, link: str, whole: bool) -> None:
    paged.rules = {paged.source.host + "/team/app:1.0": paged.destination.host + "/team/app"}
    for name in ("signature", "sbom"):
        paged.source.load(images.artifact(name, subject=images.docker_image("1.0", layers=1)), "team/app")
    result = linked(paged, link, "referrers").copy(referrers=True)
    assert result["failed"] is not whole
    assert result["attached"]["copied"] == (2 if whole else 0)
    assert result["attached"]["failed"] == (0 if whole else 1)


# -- pages without a link ------------------------------------------------------------------------------------------


def test_a_full_page_without_a_link_is_not_believed_to_be_the_last(world: World) -> None:
    tags = ["t{0:04}".format(number) for number in range(1003)]
    image = images.docker_image("many", layers=1)
    for tag in tags:
        world.source.load(image, "team/app", tag)
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    world.source.faults.add(Fault("headers", kind="tags", headers={"Link": ""}))
    assert world.copy()["images"]["copied"] == 1003


def test_pruning_makes_sure_that_a_list_without_a_link_is_whole(paged: World) -> None:
    fill_destination(paged, "old")
    paged.source.faults.add(Fault("headers", kind="tags", headers={"Link": ""}))
    result = prune(paged)
    assert paged.destination.tags("team/app") == TAGS
    assert result["deleted"] == [paged.destination.host + "/team/app:old"]


def test_pruning_makes_sure_that_a_catalogue_without_a_link_is_whole(paged: World) -> None:
    """Two repositories become one: whoever knows the first alone deletes the tags of the second."""
    fill_destination(paged, "old")
    paged.source.load(images.docker_image("other", layers=1), "team/other", "other")
    paged.destination.load(images.docker_image("other", layers=1), "team/app", "other")
    source, destination = paged.source.host + "/team/*", paged.destination.host + "/team"
    rename = [{"replace": "other", "with": "app"}]
    paged.rules = [{"source": source, "destination": destination, "rename": rename}]  # type: ignore[assignment]
    paged.source.faults.add(Fault("headers", kind="catalog", headers={"Link": ""}))
    assert prune(paged)["failed"] is False
    assert paged.destination.tags("team/app") == [*TAGS, "other"]


@pytest.mark.parametrize("status", [400, 404, 405])
def test_pruning_takes_a_registry_at_its_word_that_does_not_go_on_from_a_tag(world: World, status: int) -> None:
    for registry, tags in ((world.source, TAGS), (world.destination, [*TAGS, "old"])):
        for tag in tags:
            registry.load(images.docker_image(tag, layers=1), "team/app", tag)
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    world.source.faults.add(Fault("status", kind="tags", path="last=", status=status))
    assert prune(world)["tags"]["deleted"] == 1
    # One that is in trouble just then has said nothing.
    world.destination.load(images.docker_image("old", layers=1), "team/app", "old")
    world.source.faults.add(Fault("status", kind="tags", path="last=", status=500))
    world.source.faults.remove(next(iter(world.source.faults)))
    assert prune(world, retries=0)["failed"] is True
    assert world.destination.tags("team/app") == [*TAGS, "old"]


def test_pruning_knows_every_tag_that_shares_a_digest(sandbox_registry: Callable[..., Registry]) -> None:
    world = World(sandbox_registry(name="source"), sandbox_registry(name="destination", options={"page_size": 1}))
    world.source.load(images.docker_image("1.0", layers=1), "team/app", "1.0")
    for tag, content in (("1.0", "1.0"), ("a-name-of-kept", "kept"), ("old", "old"), ("v-kept", "kept")):
        world.destination.load(images.docker_image(content, layers=1), "team/app", tag)
    world.rules = {world.source.host + "/team/app": world.destination.host + "/team/app"}
    world.destination.faults.add(Fault("headers", kind="tags", headers={"Link": ""}))
    world.destination.faults.add(Fault("status", kind="manifest_delete", path="/manifests/(?!sha256:)", status=400))
    result = prune(world, keep=["^v-"])
    assert world.destination.tags("team/app") == ["1.0", "a-name-of-kept", "v-kept"]
    assert (result["failed"], result["repositories"][0]["shared"]) == (False, ["a-name-of-kept"])
