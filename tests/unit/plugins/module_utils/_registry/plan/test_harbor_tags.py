# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a Harbor is asked for its artifacts, and what is made of the replies."""

from __future__ import annotations

from typing import Any, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.model.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.plan.harbor_tags import HarborTags
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.tag_listing import NotListed
from ansible_collections.longshore.swr.tests.unit.plugins.module_utils._registry.fakes import (
    FakeTransport,
    client_pool,
    no_wait_retrier,
    reply,
    store,
)
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes

HOST = "harbor.example"
BASE = "https://harbor.example/api/v2.0/projects/team"
PAGE = BASE + "/repositories/{0}/artifacts?page={1}&page_size=100&q=tags%3D%2A&with_tag=true"
ONE, TWO = "sha256:" + "1" * 64, "sha256:" + "2" * 64
PROJECT = reply(200, {"name": "team"})


def page(*artifacts: Tuple[str, List[str]], total: Any = None) -> Any:
    body = [{"digest": digest, "tags": [{"name": tag} for tag in tags]} for digest, tags in artifacts]
    return reply(200, body, x_total_count=str(len(body) if total is None else total))


def ask(*script: Any, name: str = "team/app", place: Any = None, is_source: bool = False) -> Tuple[Any, FakeTransport]:
    transport = FakeTransport(script)
    clients = client_pool(transport, store(harbor_dot_example=("user", "password")), no_wait_retrier(3), 0.0)
    lister = HarborTags(clients.registry(HOST), is_source)
    return lister.read(Repository(HOST, name), place), transport


def test_tags_and_the_numbers_of_the_other_pages() -> None:
    (tags, further), transport = ask(page((ONE, ["a", "b"]), (TWO, ["c"]), total=5))
    assert list(tags) == [("a", ONE), ("b", ONE), ("c", TWO)]
    assert list(further) == [2, 3]
    assert transport.lines == ["GET " + PAGE.format("app", 1)]
    headers = transport.sent[0].headers
    assert headers["Authorization"].startswith("Basic ")
    assert headers["Cache-Control"] == "no-cache"


def test_a_further_page_names_no_others() -> None:
    (tags, further), transport = ask(page((ONE, ["a"]), total=1000), name="team/deep/er/app", place=7)
    assert (list(tags), list(further)) == ([("a", ONE)], [])
    assert transport.lines == ["GET " + PAGE.format("deep%252Fer%252Fapp", 7)]


@pytest.mark.parametrize("body", [[], None])
def test_nothing(body: Any) -> None:
    assert list(ask(reply(200, body, x_total_count="0"))[0][0]) == []


def test_a_project_is_asked_once_whether_it_is_a_proxy_cache() -> None:
    transport = FakeTransport([PROJECT, page((ONE, ["a"])), page((ONE, ["a"])), reply(200, {"name": "other"})])
    clients = client_pool(transport, store(), no_wait_retrier(0), 0.0)
    lister = HarborTags(clients.registry(HOST), is_source=True)
    for name in ("team/app", "team/other"):
        assert list(lister.read(Repository(HOST, name), None)[0]) == [("a", ONE)]
    assert transport.lines == ["GET " + BASE, "GET " + PAGE.format("app", 1), "GET " + PAGE.format("other", 1)]
    with pytest.raises(RegistryError, match="another project"):
        lister.read(Repository(HOST, "third/app"), None)
    assert "Authorization" not in transport.sent[0].headers


def test_a_proxy_cache_is_not_listed() -> None:
    with pytest.raises(NotListed):
        ask(reply(200, {"name": "team", "registry_id": 3}), is_source=True)


@pytest.mark.parametrize("status", [302, 400, 401, 403, 404, 429, 500, 503])
def test_a_refusal_is_tried_once_and_without_consequences(status: int) -> None:
    transport = FakeTransport([reply(status, b"", retry_after="86400"), reply(200, {"tags": ["a"]})])
    clients = client_pool(transport, store(), no_wait_retrier(3), 0.0)
    client = clients.registry(HOST)
    with pytest.raises(RegistryError) as caught:
        HarborTags(client, is_source=False).read(Repository(HOST, "team/app"), None)
    assert caught.value.status == status
    assert client.tags(Repository(HOST, "team/app")) == ["a"]


@pytest.mark.parametrize(
    "headers",
    [{}, {"x_total_count": "many"}, {"x_total_count": "0"}, {"x_total_count": "1", "age": "30"}],
)
def test_a_page_that_may_not_be_the_truth_is_an_error(headers: Any) -> None:
    with pytest.raises(RegistryError, match="cannot list the artifacts"):
        ask(reply(200, [{"digest": ONE, "tags": None}], **headers))


def test_strange_pages_are_lists_or_errors() -> None:
    body = [{"digest": ONE, "tags": [{"name": "a"}, {"name": "b"}]}, {"digest": TWO, "tags": None}]
    assert crashes(body, lambda other: ask(reply(200, other, x_total_count="2"))) == []
    project = {"name": "team", "registry_id": 0}
    assert crashes(project, lambda other: ask(reply(200, other), page((ONE, ["a"])), is_source=True)) == []
