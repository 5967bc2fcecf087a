# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pruning and verification on real registries, judged by skopeo."""

from __future__ import annotations

from typing import Any, Callable, Dict, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.inspect import run_info
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.prune import run_prune
from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.verify import run_verify
from ansible_collections.longshore.swr.tests.e2e.docker_registry import DockerRegistry
from ansible_collections.longshore.swr.tests.e2e.judge import Skopeo
from ansible_collections.longshore.swr.tests.e2e.runs import assert_clean, copy, login, plain
from ansible_collections.longshore.swr.tests.sandbox import images
from ansible_collections.longshore.swr.tests.sandbox.push import Pusher

pytestmark = [pytest.mark.needs_registry, pytest.mark.needs_skopeo]

Pair = Tuple[DockerRegistry, DockerRegistry]


@pytest.fixture
def pair(docker_registry: Callable[..., DockerRegistry]) -> Pair:
    """A source with two images, copied, and a destination that has more: an own one, and other names for those two."""
    source, destination = docker_registry(), docker_registry()
    index, single = images.manifest_list("l", ("linux/amd64", "linux/arm64")), images.docker_image("single")
    with Pusher(source.url) as pusher:
        pusher.push(index, "team/app", "1.0")
        pusher.push(single, "team/app", "2.0")
    assert_clean(copy(rules_of(source, destination), plain(source.host, destination.host)))
    with Pusher(destination.url) as pusher:
        pusher.push(images.docker_image("old"), "team/app", "old")
        pusher.push(images.docker_image("old"), "team/app", "older")
        pusher.push(single, "team/app", "alias")
        pusher.push(index.children[1], "team/app", "1.0-arm64")
    return source, destination


def rules_of(source: DockerRegistry, destination: DockerRegistry) -> Dict[str, str]:
    return {source.host + "/team/app": destination.host + "/team/app"}


def prune(pair: Pair, auth: Any = None, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    request = {"images": rules_of(*pair), "auth": auth or plain(pair[0].host, pair[1].host), "dry_run": False}
    return run_prune(dict(request, docker_config_fallback=False, retries=1, **options), check_mode, {})


def verify(pair: Pair) -> Dict[str, Any]:
    request = {"images": rules_of(*pair), "auth": plain(pair[0].host, pair[1].host), "blobs": "hash"}
    return run_verify(dict(request, docker_config_fallback=False), {})


def test_prunes_a_registry_that_deletes_by_digest_only(pair: Pair, skopeo: Skopeo) -> None:
    source, destination = pair
    forecast = prune(pair, check_mode=True)
    assert (forecast["changed"], forecast["tags"]["to_delete"]) == (True, 4)
    assert destination.count("manifest_delete") == 0
    result = prune(pair)
    assert (result["failed"], result["changed"]) == (False, True)
    assert sorted(result["deleted"]) == [destination.host + "/team/app:old", destination.host + "/team/app:older"]
    assert sorted(result["repositories"][0]["shared"]) == ["1.0-arm64", "alias"]
    for tag in ("1.0", "2.0"):
        assert skopeo.raw(destination.host + "/team/app:" + tag) == skopeo.raw(source.host + "/team/app:" + tag)
    verified = verify(pair)
    assert verified["images"]["equal"] == verified["images"]["total"] == 2
    again = prune(pair)
    assert (again["failed"], again["changed"], again["tags"]["shared"]) == (False, False, 2)


def test_registry_that_must_not_delete_says_so(pair: Pair) -> None:
    destination = pair[1]
    destination.deletes = False
    destination.restart()
    result = prune(pair)
    assert (result["failed"], result["changed"]) == (True, False)
    assert "storage.delete.enabled" in result["failures"][0]["hint"]
    assert result["tags"]["deleted"] == 0


def test_token_for_deletion_is_asked_for(
    docker_registry: Callable[..., DockerRegistry], token_server: Callable[..., Any]
) -> None:
    tokens = token_server({"bob": "secret-of-bob"})
    source, destination = docker_registry(), docker_registry(tokens=tokens)
    auth = {source.host: {"insecure": True}, destination.host: login("bob", "secret-of-bob")}
    with Pusher(source.url) as pusher:
        for repository, tag in (("team/all", "1.0"), ("team/all", "old"), ("team/app", "1.0")):
            pusher.push(images.docker_image(tag), repository, tag)
    # The destination is filled from a repository that has one tag more.
    assert_clean(copy({source.host + "/team/all": destination.host + "/team/app"}, auth))
    request = {"images": rules_of(source, destination), "auth": auth, "dry_run": False, "docker_config_fallback": False}
    result = run_prune(request, False, {})
    assert (result["failed"], result["tags"]["deleted"]) == (False, 1), result["failures"]
    assert "secret-of-bob" not in str(result)


def test_looks_at_a_real_registry(pair: Pair) -> None:
    host = pair[1].host
    asked = {
        "images": [host + "/team/app:1.0", host + "/team/app:none"],
        "repositories": [host + "/team/app", host + "/team/none"],
        "registries": [host],
        "auth": plain(host),
    }
    result = run_info(dict(asked, docker_config_fallback=False), {})
    assert result["failed"] is False, result["failures"]
    assert result["images"][0]["platforms"] == ["linux/amd64", "linux/arm64"]
    assert [entry["exists"] for entry in result["images"] + result["repositories"]] == [True, False, True, False]
    assert result["registries"][0]["repositories"] == [host + "/team/app"]
