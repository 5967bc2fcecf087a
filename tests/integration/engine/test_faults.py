# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each fault at each step, once and for ever: a passing one ends in success, a lasting one says what and why."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.tests.sandbox import BearerAuth, Fault, Registry, images
from ansible_collections.longshore.swr.tests.sandbox.faults import HTML

from .conftest import World

SIZE = 300_000
REPOSITORY = "team/app"

SOURCE_STEPS = ("token", "manifest_get", "blob_get")
DESTINATION_STEPS = ("token", "manifest_head", "blob_head", "upload_post", "upload_put", "manifest_put")
STEPS = [("source", kind) for kind in SOURCE_STEPS] + [("destination", kind) for kind in DESTINATION_STEPS]

PASSING = {
    "429": {"action": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "500": {"action": "status", "status": 500},
    "502 html": {"action": "status", "status": 502, "html": True},
    "503": {"action": "status", "status": 503},
    "dropped": {"action": "drop"},
    "reset": {"action": "drop", "reset": True},
}
LASTING = dict(
    PASSING,
    **{
        "401": {"action": "status", "status": 401},
        "403": {"action": "status", "status": 403},
        "404": {"action": "status", "status": 404},
        "400": {"action": "status", "status": 400},
        "html 200": {
            "action": "status",
            "status": 200,
            "body": HTML.format("Login"),
            "content_type": "text/html",
        },
    },
)


@pytest.fixture
def guarded(sandbox_registry: Callable[..., Registry]) -> World:
    """Two registries with token authentication, and images of two kinds to copy."""
    world = World(
        sandbox_registry(name="source", auth=BearerAuth({"reader": "source-password-1"})),
        sandbox_registry(name="destination", auth=BearerAuth({"writer": "destination-password-2"})),
    )
    world.login[world.source.host].update(username="reader", password="source-password-1")
    world.login[world.destination.host].update(username="writer", password="destination-password-2")
    world.secrets = ["source-password-1", "destination-password-2"]
    world.offer(images.docker_image("one", layers=2, size=SIZE), REPOSITORY, "single")
    world.offer(images.oci_index("two", layers=1, size=1000), REPOSITORY, "index")
    return world


def registry_of(world: World, side: str) -> Registry:
    return world.source if side == "source" else world.destination


@pytest.mark.parametrize("fault", PASSING)
@pytest.mark.parametrize(("side", "kind"), STEPS)
def test_a_passing_fault_costs_a_retry_and_nothing_else(
    guarded: World, none_is_small: None, side: str, kind: str, fault: str
) -> None:
    registry_of(guarded, side).faults.add(Fault(kind=kind, times=1, **PASSING[fault]))
    result = guarded.copy(retries=2)
    assert result["images"] == {"total": 2, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 0}
    assert sorted(guarded.destination.tags(REPOSITORY)) == ["index", "single"]
    guarded.check_destination(REPOSITORY)


@pytest.mark.parametrize("fault", LASTING)
@pytest.mark.parametrize(("side", "kind"), STEPS)
def test_a_lasting_fault_ends_in_a_failure_that_says_what_where_and_why(
    guarded: World, none_is_small: None, side: str, kind: str, fault: str
) -> None:
    if fault == "html 200" and kind in ("manifest_head", "blob_head", "manifest_put", "upload_put"):
        pytest.skip("a web server that answers 200 here cannot be told from a registry by this request")
    if fault == "404" and kind in ("manifest_head", "blob_head"):
        pytest.skip("that is how a registry says that it does not have it")
    registry_of(guarded, side).faults.add(Fault(kind=kind, **LASTING[fault]))
    result = guarded.copy(retries=1)
    assert result["failed"]
    assert result["images"]["failed"] == 2
    assert guarded.destination.tags(REPOSITORY) == []
    guarded.check_destination(REPOSITORY)
    for failure in result["failures"]:
        assert registry_of(guarded, side).host in failure["error"]
        assert "INTERNAL" not in failure["error"]
        if LASTING[fault]["action"] == "status" and fault != "html 200":
            assert "HTTP {0}".format(LASTING[fault]["status"]) in failure["error"]


@pytest.mark.parametrize("kind", DESTINATION_STEPS)
def test_a_web_server_in_the_registrys_place_never_counts_as_success(guarded: World, kind: str) -> None:
    """200 with a page: the tag may not be reported as copied unless it is there."""
    guarded.destination.faults.add(Fault(kind=kind, **LASTING["html 200"]))
    result = guarded.copy(retries=1)
    there = set(guarded.destination.tags(REPOSITORY))
    assert result["images"]["copied"] <= len(there)
    assert result["failed"] == (result["images"]["failed"] > 0)
    assert result["images"]["failed"] == 2 - len(there)


@pytest.mark.parametrize("after", [0, 1, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize("times", [1, 3])
def test_a_download_that_breaks_off_goes_on_where_it_was(guarded: World, after: int, times: int) -> None:
    guarded.source.faults.add(Fault(kind="blob_get", action="truncate", after=after, times=times))
    result = guarded.copy(retries=3, workers=1)
    assert result["images"]["copied"] == 2
    if after > 1:
        assert any("range" in entry.headers for entry in guarded.source.log.entries("blob_get"))
    guarded.check_destination(REPOSITORY)


def test_a_download_goes_on_from_a_registry_that_knows_no_range(guarded: World) -> None:
    guarded.source.faults.add(Fault(kind="blob_get", action="truncate", after=100_000, times=2))
    guarded.source.faults.add(Fault(kind="blob_get", action="no_range"))
    assert guarded.copy(retries=3)["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)


@pytest.mark.parametrize("after", [0, 1, SIZE // 2])
def test_an_upload_that_breaks_off_is_sent_again(guarded: World, after: int) -> None:
    guarded.destination.faults.add(Fault(kind="upload_put", action="drop_upload", after=after, times=2))
    assert guarded.copy(retries=3)["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)


def test_work_that_was_done_without_an_answer_is_not_a_failure(guarded: World) -> None:
    for kind in ("upload_put", "manifest_put", "upload_post"):
        guarded.destination.faults.add(Fault(kind=kind, action="drop_after_work", times=1))
    assert guarded.copy(retries=2)["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)


def test_a_blob_that_was_damaged_on_the_way_is_fetched_again(guarded: World) -> None:
    guarded.source.faults.add(Fault(kind="blob_get", action="corrupt", times=1))
    assert guarded.copy(retries=1)["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)


@pytest.mark.parametrize("action", ["corrupt", "wrong_size"])
def test_a_blob_that_is_damaged_at_the_source_is_never_completed(guarded: World, action: str) -> None:
    guarded.source.faults.add(Fault(kind="blob_get", action=action))
    result = guarded.copy(retries=1)
    assert result["images"]["failed"] == 2
    assert guarded.destination.count("upload_put", status=201) == 0
    assert all("blob sha256:" in failure["error"] for failure in result["failures"])


@pytest.mark.parametrize("action", ["corrupt", "wrong_size", "truncate"])
def test_a_damaged_manifest_is_not_copied(guarded: World, action: str) -> None:
    guarded.source.faults.add(Fault(kind="manifest_get", action=action, after=10))
    result = guarded.copy(retries=1)
    assert result["images"]["failed"] == 2
    assert guarded.destination.count("upload_post") == 0


def test_a_wrong_digest_header_of_the_source_is_noticed(guarded: World) -> None:
    guarded.source.faults.add(Fault(kind="manifest_get", action="wrong_digest"))
    result = guarded.copy(retries=1)
    assert result["images"]["failed"] == 2
    assert "sent another manifest" in result["failures"][0]["error"]


def test_a_destination_that_stored_something_else_is_a_failure(guarded: World) -> None:
    guarded.destination.faults.add(Fault(kind="manifest_put", action="wrong_digest", reference="single"))
    result = guarded.copy(retries=1)
    assert result["images"]["failed"] == 1
    assert "stored something else" in result["failures"][0]["error"]


def test_a_server_that_never_answers_runs_into_the_timeout(guarded: World) -> None:
    guarded.destination.faults.add(Fault(kind="manifest_head", action="hang"))
    result = guarded.copy(retries=0, timeout=0.3)
    assert result["images"]["failed"] == 2
    assert "no answer within the timeout" in result["failures"][0]["error"]


def test_slow_and_chunked_replies_are_replies(guarded: World) -> None:
    guarded.source.faults.add(Fault(kind="manifest_get,blob_get,token,tags", action="chunked"))
    guarded.source.faults.add(Fault(kind="blob_get", action="slow", rate=2_000_000, times=2))
    assert guarded.copy()["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)


def test_blobs_elsewhere_are_fetched_without_credentials(guarded: World, sandbox_registry: Any) -> None:
    store = sandbox_registry(name="store")
    guarded.source.faults.add(Fault(kind="blob_get", action="redirect", location=store.url + "{path}"))
    store.load(images.docker_image("one", layers=2, size=SIZE), REPOSITORY, "single")
    store.load(images.oci_index("two", layers=1, size=1000), REPOSITORY, "index")
    assert guarded.copy()["images"]["copied"] == 2
    assert store.count("blob_get") > 0
    assert all(entry.auth == "none" for entry in store.log.entries())


def test_a_redirect_in_a_circle_ends(guarded: World) -> None:
    guarded.source.faults.add(Fault(kind="blob_get", action="redirect", location=guarded.source.url + "{path}"))
    result = guarded.copy(retries=0)
    assert result["images"]["failed"] == 2
    assert "redirects" in result["failures"][0]["error"]


def test_a_token_server_on_an_unrelated_host_gets_no_password(guarded: World, sandbox_registry: Any) -> None:
    collector = sandbox_registry(name="collector", auth=BearerAuth({"reader": "source-password-1"}))
    realm = collector.url.replace("127.0.0.1", "localhost") + "/token"
    guarded.source.faults.add(Fault(action="token_realm", location=realm))
    result = guarded.copy(retries=1)
    assert result["images"]["failed"] == 2
    assert "unrelated host" in result["failures"][0]["error"]
    assert "token_server: localhost:" in result["failures"][0]["hint"]
    assert collector.log.entries() == []
    guarded.source.reset()
    guarded.source.faults.add(Fault(action="token_realm", location=realm))
    guarded.login[guarded.source.host]["token_server"] = realm.split("/")[2]
    assert "unrelated host" not in guarded.copy(retries=0)["failures"][0]["error"]
    # Its tokens are not the registry's: whether another one is fetched before that is noticed depends on who is first.
    assert collector.count("token") >= 1


@pytest.mark.parametrize("side", ["source", "destination"])
def test_tokens_that_expire_in_the_middle_are_renewed(guarded: World, side: str) -> None:
    registry = registry_of(guarded, side)
    for kind in ("manifest_get", "blob_get", "upload_put", "upload_post", "manifest_put", "blob_head"):
        registry.faults.add(Fault(kind=kind, action="expire_tokens", times=1))
    result = guarded.copy(retries=2)
    assert result["images"]["copied"] == 2
    assert registry.count("token") >= 2
    guarded.check_destination(REPOSITORY)


def test_a_registry_that_knows_no_head_is_copied_from_and_to(guarded: World) -> None:
    for registry in (guarded.source, guarded.destination):
        registry.faults.add(Fault(action="no_head"))
    assert guarded.copy()["images"]["copied"] == 2
    guarded.check_destination(REPOSITORY)
    again = guarded.copy()
    assert again["images"]["skipped"] == 2
    assert not again["changed"]


@pytest.mark.parametrize("status", [202, 404, 405])
def test_a_registry_that_cannot_mount_gets_the_bytes(guarded: World, status: int) -> None:
    shared = images.docker_image("shared", layers=3, size=2000)
    for name in ("team/b", "team/c"):
        guarded.offer(shared, name, "1")
    guarded.destination.faults.add(Fault(action="no_mount", status=status))
    assert guarded.copy()["images"]["copied"] == 4
    guarded.check_destination(REPOSITORY, "team/b", "team/c")


def test_a_missing_image_does_not_stop_the_others(guarded: World) -> None:
    guarded.rules["{0}/team/none:1".format(guarded.source.host)] = guarded.destination.host + "/team/none"
    guarded.rules[guarded.source.host + "/team/never"] = guarded.destination.host + "/team/never"
    result = guarded.copy(retries=1)
    assert result["images"] == {"total": 4, "copied": 2, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 2}
    assert result["msg"] == "Images(3) migration finished, 1 images tasks failed, 1 tasks generate failed"


def test_a_registry_that_is_not_there_fails_its_images_once(world: World, unused_port: int) -> None:
    for number in range(20):
        world.offer(images.docker_image(number, size=10), "team/many", str(number))
    for source in list(world.rules):
        world.rules[source] = world.rules[source].replace(world.destination.host, "127.0.0.1:{0}".format(unused_port))
    world.login["127.0.0.1:{0}".format(unused_port)] = {"insecure": True}
    result = world.copy(retries=1)
    assert result["images"]["failed"] == 20
    assert "cannot connect" in result["failures"][0]["error"]


def test_a_throttle_slows_the_copy_and_loses_nothing(guarded: World) -> None:
    for number in range(10):
        guarded.offer(images.docker_image(number, layers=1, size=100), "team/many", str(number))
    guarded.destination.faults.add(Fault(action="status", status=503, probability=0.2, seed=7))
    guarded.destination.faults.add(Fault(action="status", status=429, probability=0.1, seed=8))
    result = guarded.copy(retries=3)
    assert result["images"]["copied"] == 12
    guarded.check_destination(REPOSITORY, "team/many")


def test_a_plan_writes_nothing_even_where_only_manifests_are_missing(guarded: World, none_is_small: None) -> None:
    guarded.destination.faults.add(Fault(kind="manifest_put", action="status", status=400))
    assert guarded.copy(retries=0)["blobs"]["uploaded"] > 0
    guarded.destination.reset()
    planned = guarded.copy(check_mode=True)
    assert {entry.method for entry in guarded.destination.log.entries() if entry.kind != "token"} == {"HEAD"}
    assert planned["plan"] == {"images": 2, "to_copy": 2, "blobs": 0, "bytes": 0}
    result = guarded.copy()
    assert (result["images"]["copied"], result["bytes"]["uploaded"]) == (2, 0)
    assert guarded.destination.count("manifest_put") == len(guarded.destination.log.entries("manifest_put", status=201))
    assert guarded.destination.count("manifest_put") == 6
