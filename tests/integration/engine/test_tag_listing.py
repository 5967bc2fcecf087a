# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A destination that lists its tags with their digests is asked once for a repository."""

from __future__ import annotations

from typing import Any, Callable, Iterator, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.tag_listing import lister_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.tag_listing import check_endpoints
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.tests.sandbox import Registry, Swr, images, workloads
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer, RefusedError
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password

from .conftest import World

TAGS = 30
UNTOLD = 1
"""The first request, which is sent away: only then is it known that the registry wants a token."""


@pytest.fixture
def to_swr(sandbox_registry: Callable[..., Registry], sandbox_swr: Callable[..., Swr]) -> World:
    swr = sandbox_swr(keys={"AKAKAKAK": "the-secret-key"}, organizations=["team"])
    world = World(sandbox_registry(), swr)
    password = login_password("AKAKAKAK", "the-secret-key")
    world.login[swr.host].update(username="cn-north-4@AKAKAKAK", password=password)
    world.secrets = [password, "the-secret-key"]
    workloads.load_all(world.source, workloads.many_tags(TAGS, repository="team/deep/app"))
    world.rules = {world.source.host + "/team/deep/app": swr.host + "/team/deep/app"}
    return world


@pytest.fixture
def api(to_swr: World) -> Iterator[HuaweiCloudServer]:
    """SWR's API beside the registry; small pages, so that there are several."""
    account = Account("AKAKAKAK", "the-secret-key")
    with HuaweiCloudServer([account], images=to_swr.destination, page=12) as server:
        yield server


@pytest.fixture
def lister_for(to_swr: World, api: HuaweiCloudServer, tmp_path: Any) -> Callable[[str], Any]:
    options = {"tag_listing_endpoints": {to_swr.destination.host: api.url}}
    environ = {"HW_ACCESS_KEY": "AKAKAKAK", "HW_SECRET_KEY": "the-secret-key"}
    redactor = Redactor()
    return lambda registry: lister_of(registry, options, environ, redactor, str(tmp_path))


def of(result: Any, registry: Any, *kinds: str) -> Any:
    """How many requests of these kinds a registry had."""
    found = result["requests"]["by_registry"][registry.host]
    return {kind: found.get(kind, 0) for kind in kinds}


def claiming(world: World, claims: Any) -> Callable[[str], Any]:
    """A lister for the destination that claims what a test wants it to."""
    return lambda registry: Claims(claims) if registry == world.destination.host else None


class Claims:
    calls = 1
    unremarkable = ()

    def __init__(self, claims: Any) -> None:
        self.claims = claims

    def read(self, _repository: Any, _place: Any) -> Any:
        return list(self.claims.items()), ()


def test_a_rerun_costs_two_samples(to_swr: World, lister_for: Any) -> None:
    first = to_swr.copy(lister_for=lister_for)
    assert first["images"]["copied"] == TAGS
    # The repository is not there yet, so nothing is asked for tag by tag.
    assert of(first, to_swr.destination, "manifest_head", "tags") == {"manifest_head": 0, "tags": 1 + UNTOLD}
    for check_mode in (True, False):
        again = to_swr.copy(check_mode, lister_for=lister_for)
        assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
        expected = {"tag_listing": 3, "tags": 1 + UNTOLD, "manifest_head": 2, "token": 1}
        assert again["requests"]["by_registry"][to_swr.destination.host] == expected
        assert again["requests"]["by_registry"][to_swr.source.host] == {"manifest_head": TAGS, "tags": 1}


def test_what_differs_is_copied_after_the_registry_itself_was_asked(to_swr: World, lister_for: Any) -> None:
    to_swr.copy(lister_for=lister_for)
    tag = to_swr.source.tags("team/deep/app")[0]
    to_swr.source.load(images.docker_image("changed"), "team/deep/app", tag)
    again = to_swr.copy(lister_for=lister_for)
    assert (again["images"]["copied"], again["images"]["skipped"]) == (1, TAGS - 1)
    # Two samples, and the tag itself before it is copied.
    assert of(again, to_swr.destination, "manifest_head") == {"manifest_head": 3}


def test_a_source_is_listed_too(
    sandbox_registry: Callable[..., Registry], to_swr: World, lister_for: Any, api: HuaweiCloudServer
) -> None:
    to_swr.copy(lister_for=lister_for)
    back = World(to_swr.destination, sandbox_registry())
    back.login.update(to_swr.login)
    back.rules = {to_swr.destination.host + "/team/deep/app": back.destination.host + "/team/deep/app"}
    assert back.copy(lister_for=lister_for)["images"]["copied"] == TAGS
    again = back.copy(lister_for=lister_for)
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
    assert of(again, back.source, "manifest_head", "tag_listing") == {"manifest_head": 2, "tag_listing": 3}


def test_a_list_that_lags_behind_leads_to_no_copy(to_swr: World) -> None:
    to_swr.copy()
    claims = dict.fromkeys(to_swr.source.tags("team/deep/app"), "sha256:" + "0" * 64)
    again = to_swr.copy(lister_for=claiming(to_swr, claims))
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
    (warning,) = again["warnings"]
    assert "otherwise than the registry itself" in warning


@pytest.mark.parametrize("digest", ["", "sha256:short", "unknown", None])
def test_a_digest_that_is_none_is_asked_of_the_registry(to_swr: World, digest: Any) -> None:
    to_swr.copy()
    claims = dict.fromkeys(to_swr.source.tags("team/deep/app"), digest)
    again = to_swr.copy(lister_for=claiming(to_swr, claims))
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
    assert of(again, to_swr.destination, "manifest_head") == {"manifest_head": TAGS}
    assert again["requests"]["by_registry"][to_swr.source.host]["manifest_head"] == TAGS


@pytest.mark.parametrize(
    "refusal",
    [
        RefusedError(404, "APIGW.0101", "The API does not exist or has not been published in the environment"),
        RefusedError(403, "SVCSTG.SWR.4030000", "Forbidden"),
    ],
)
def test_a_refusal_is_a_warning_and_tags_are_asked_for_one_by_one(
    to_swr: World, api: HuaweiCloudServer, lister_for: Any, refusal: RefusedError
) -> None:
    to_swr.copy()
    api.refuse_next(refusal, times=10)
    again = to_swr.copy(lister_for=lister_for)
    assert again["images"]["skipped"] == TAGS
    assert of(again, to_swr.destination, "manifest_head") == {"manifest_head": TAGS + UNTOLD}
    assert [len(again["warnings"]), len(api.calls)] == [1, 1]
    assert "one by one" in again["warnings"][0]
    assert refusal.message in again["warnings"][0]


def test_few_tags_are_asked_of_the_registry(to_swr: World, api: HuaweiCloudServer, lister_for: Any) -> None:
    tags = ",".join(to_swr.source.tags("team/deep/app")[:9])
    to_swr.rules = {to_swr.source.host + "/team/deep/app:" + tags: to_swr.destination.host + "/team/one"}
    assert to_swr.copy(lister_for=lister_for)["images"]["copied"] == 9
    assert api.calls == []


def test_a_list_is_not_asked_for_where_it_is_unwanted(to_swr: World, api: HuaweiCloudServer, lister_for: Any) -> None:
    to_swr.copy(lister_for=lister_for, tag_listing="never")
    to_swr.copy(lister_for=lister_for, force=True)
    assert api.calls == []


@pytest.mark.parametrize("endpoint", ["swr-api.example.com", "ftp://example.com", "https://", 5, None])
def test_an_address_that_is_none_is_refused(endpoint: Optional[Any]) -> None:
    with pytest.raises(LongshoreError, match="tag_listing_endpoints"):
        check_endpoints({"registry.example.com": endpoint})
