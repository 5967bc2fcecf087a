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


def test_a_rerun_costs_one_request_a_tag(to_swr: World, lister_for: Any) -> None:
    first = to_swr.copy(lister_for=lister_for)
    assert first["images"]["copied"] == TAGS
    # The repository is not there yet, so nothing is asked for tag by tag.
    assert "manifest_head" not in first["requests"]["by_registry"][to_swr.destination.host]
    again = to_swr.copy(lister_for=lister_for)
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
    assert again["requests"]["by_registry"][to_swr.destination.host] == {"tag_listing": 3}
    assert again["requests"]["by_registry"][to_swr.source.host] == {"manifest_head": TAGS, "tags": 1}


def test_what_differs_is_copied_after_the_registry_itself_was_asked(to_swr: World, lister_for: Any) -> None:
    to_swr.copy(lister_for=lister_for)
    tag = to_swr.source.tags("team/deep/app")[0]
    to_swr.source.load(images.docker_image("changed"), "team/deep/app", tag)
    again = to_swr.copy(lister_for=lister_for)
    assert (again["images"]["copied"], again["images"]["skipped"]) == (1, TAGS - 1)
    assert again["requests"]["by_registry"][to_swr.destination.host]["manifest_head"] == 1 + UNTOLD


def test_a_list_that_lags_behind_leads_to_no_copy(to_swr: World, api: HuaweiCloudServer, lister_for: Any) -> None:
    to_swr.copy()

    class Stale:
        calls = 1

        def tags(self, _repository: str) -> Any:
            return dict.fromkeys(to_swr.source.tags("team/deep/app"), "sha256:" + "0" * 64)

    again = to_swr.copy(lister_for=lambda _registry: Stale())
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)


@pytest.mark.parametrize("digest", ["", "sha256:short", "unknown"])
def test_a_digest_that_is_none_is_asked_of_the_registry(to_swr: World, digest: str) -> None:
    to_swr.copy()

    class Partly:
        calls = 1

        def tags(self, _repository: str) -> Any:
            return dict.fromkeys(to_swr.source.tags("team/deep/app"), digest)

    again = to_swr.copy(lister_for=lambda _registry: Partly())
    assert (again["images"]["skipped"], again["changed"]) == (TAGS, False)
    assert again["requests"]["by_registry"][to_swr.destination.host]["manifest_head"] == TAGS + UNTOLD
    assert again["requests"]["by_registry"][to_swr.source.host] == {"manifest_head": TAGS, "tags": 1}


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
    assert again["requests"]["by_registry"][to_swr.destination.host]["manifest_head"] == TAGS + UNTOLD
    assert [len(again["warnings"]), len(api.calls)] == [1, 1]
    assert "one by one" in again["warnings"][0]
    assert refusal.message in again["warnings"][0]


def test_one_tag_alone_is_asked_of_the_registry(to_swr: World, api: HuaweiCloudServer, lister_for: Any) -> None:
    to_swr.rules = {
        to_swr.source.host + "/team/deep/app:" + to_swr.source.tags("team/deep/app")[0]: to_swr.destination.host
        + "/team/one"
    }
    assert to_swr.copy(lister_for=lister_for)["images"]["copied"] == 1
    assert api.calls == []


@pytest.mark.parametrize("endpoint", ["swr-api.example.com", "ftp://example.com", "https://", 5, None])
def test_an_address_that_is_none_is_refused(endpoint: Optional[Any]) -> None:
    with pytest.raises(LongshoreError, match="tag_listing_endpoints"):
        check_endpoints({"registry.example.com": endpoint})
