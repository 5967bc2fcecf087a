# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Executions in the sandbox's Harbor: they copy for real, and end, fail, lag, stop and recover as Harbor's do."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Fault, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import REFUSAL

from .conftest import ACCESS_KEY, SECRET, SWR_NAME, VERSIONS, Caller, message, prepared

World = Callable[..., Caller]
MODERN = VERSIONS[1:]


@pytest.mark.parametrize("version", VERSIONS)
def test_images_arrive(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, "library/nginx", "library/redis", "other/x")
    reply = call("POST", "/replication/executions", {"policy_id": 1})
    base = "/api" if version == "1.10.19" else "/api/v2.0"
    assert (reply.status, reply.headers["location"]) == (201, base + "/replication/executions/1")
    shown = call.finished(1)
    counts = [shown[name] for name in ("total", "succeed", "failed", "in_progress", "stopped")]
    assert (shown["status"], shown["status_text"], shown["trigger"], counts) == (
        "Succeed",
        "",
        "manual",
        [2, 2, 0, 0, 0],
    )
    tasks = call.tasks(1)
    assert [task["id"] for task in tasks] == [2, 1]
    assert {task["status"] for task in tasks} == {"Succeed"}
    old, new = "team/redis:[1 ... 2 in total]", "team/redis [2 item(s) in total]"
    assert tasks[0]["dst_resource"] == (old if version == "1.10.19" else new)
    for repository in ("nginx", "redis"):
        for tag in ("1", "2"):
            source = call.harbor.registry.manifest("library/" + repository, tag)
            arrived = secure_swr.manifest("team/" + repository, tag)
            assert arrived is not None
            assert (arrived.raw, arrived.media_type) == (source.raw, source.media_type)
        assert secure_swr.missing_blobs("team/" + repository) == []
    assert "copy library/nginx:[1,2](source registry) to team/nginx:[1,2](destination registry) completed" in call.log(
        1, 1
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_what_swr_is_asked(world: World, secure_swr: Swr, version: str) -> None:
    call = world(version)
    call.harbor.load(images.docker_image("one", layers=1), "library/nginx", "1")
    call.endpoint()
    call.policy()
    call.run()
    asked = [(entry.method, entry.path.replace(entry.reference or "-", "*"), entry.auth) for entry in secure_swr.log]
    assert asked[:5] == [
        ("GET", "/dockyard/v2/namespaces/team", "basic"),
        ("GET", "/swr/auth/v2/registry/auth", "basic"),
        ("GET", "/v2/team/nginx/manifests/*", "bearer"),
        ("GET", "/v2/", "none"),
        ("GET", "/swr/auth/v2/registry/auth/", "basic"),
    ]
    assert asked[5][:2] == ("HEAD", "/v2/team/nginx/blobs/*")
    assert asked[-1] == ("PUT", "/v2/team/nginx/manifests/*", "bearer")
    assert secure_swr.log.entries("manifest_get")[0].kept.get("accept") is None
    # Again: blobs are there, but the manifest is sent once more, because SWR's reply has no digest for Harbor.
    secure_swr.log.reset()
    call.run()
    assert (secure_swr.count("upload_put"), secure_swr.count("manifest_put")) == (0, 1)
    log = call.log(2, call.tasks(2)[0]["id"])
    assert 'the "override" is set to true, continue...' in log


@pytest.mark.parametrize("version", VERSIONS)
def test_without_override_a_changed_tag_is_skipped_and_called_a_success(
    world: World, secure_swr: Swr, version: str
) -> None:
    call = world(version)
    call.endpoint()
    call.policy(override=False)
    call.harbor.load(images.docker_image("old"), "library/nginx", "1")
    call.run()
    arrived = secure_swr.manifest("team/nginx", "1")
    call.harbor.load(images.docker_image("new"), "library/nginx", "1")
    assert call.run()["status"] == "Succeed"
    assert secure_swr.manifest("team/nginx", "1") == arrived


@pytest.mark.parametrize("version", VERSIONS)
def test_nothing_to_do(world: World, version: str) -> None:
    call = prepared(world, version, "other/x")
    shown = call.run()
    assert (shown["status"], shown["total"]) == ("Succeed", 0)
    assert shown["status_text"] == "no resources need to be replicated"
    assert call.tasks(1) == []


@pytest.mark.parametrize("version", VERSIONS)
def test_failures_before_there_are_tasks(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version)

    def text(**change: Any) -> str:
        call("PUT", "/registries/1", dict({"access_key": ACCESS_KEY, "access_secret": SECRET}, **change))
        shown = call.run()
        assert (shown["status"], shown["total"], shown["failed"]) == ("Failed", 0, 0)
        assert shown["end_time"].startswith("0001-01-01T") == (version == "1.10.19")
        start = "failed to do the prepare work for pushing/uploading resources: "
        assert shown["status_text"].startswith(start)
        return shown["status_text"][len(start) :]

    get = 'Get "https://{0}/dockyard/v2/namespaces/team": {1}'
    if version == "1.10.19":
        get = get.replace('"', "")
    tls = "tls: failed to verify certificate: " if version in ("2.9.5", "2.15.2") else ""
    lookup = "dial tcp: lookup nowhere.invalid on 127.0.0.11:53: no such host"
    assert text(access_secret="wrong").startswith("[401][{")
    assert text(url="https://nowhere.invalid") == get.format("nowhere.invalid", lookup)
    unknown = tls + "x509: certificate signed by unknown authority"
    assert text(url="https://" + SWR_NAME, insecure=False) == get.format(SWR_NAME, unknown)
    secure_swr.organizations.clear()
    assert text(insecure=True).startswith("[404][{")
    assert "namespace does not exist" in call.execution(4)["status_text"]


def test_an_organization_that_a_reply_does_not_name_is_made(world: World, secure_swr: Swr) -> None:
    call = prepared(world, "2.9.5")
    secure_swr.organizations.clear()
    fault = Fault(kind="dockyard", method="GET", path="namespaces/team", action="status", status=200, body={"name": ""})
    secure_swr.faults.add(fault)
    assert call.run()["status"] == "Succeed"
    assert "team" in secure_swr.organizations


@pytest.mark.parametrize("version", MODERN)
def test_flatten(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, "library/a/b/img")
    expected = {-1: "img", 0: "library/a/b/img", 1: "a/b/img", 2: "b/img", 3: "img", -7: "img"}
    for count, rest in expected.items():
        secure_swr.storage.clear()
        body = dict(call.get("/replication/policies/1"), dest_namespace_replace_count=count)
        call("PUT", "/replication/policies/1", body)
        assert call.run()["status"] == "Succeed"
        assert secure_swr.storage.repositories() == ["team/" + rest]
    call("PUT", "/replication/policies/1", dict(body, dest_namespace_replace_count=4))
    shown = call.run()
    assert (shown["status"], shown["total"]) == ("Failed", 0)
    assert shown["status_text"] == (
        'the source repository "library/a/b/img" contains only 3 path components [library a b] excepting the last one, '
        "but the destination namespace flattening level is 4"
    )


def test_an_index_is_refused_with_the_cause_in_the_log_only(world: World) -> None:
    call = world("2.9.5")
    call.harbor.load(images.oci_index("x"), "library/nginx", "1")
    call.endpoint()
    call.policy()
    number = call.make("/replication/executions", {"policy_id": 1})
    shown = call.until(number, lambda shown: shown["failed"] == 1 and shown["status"] == "Failed")
    assert (shown["status_text"], shown["total"]) == ("", 1)
    log = call.log(1, 1)
    assert "failed to push manifest of artifact team/nginx:" in log
    assert REFUSAL in log
    assert "got error during the whole transfer period, mark the job failure" in log


def test_1x_copies_one_image_of_a_list(world: World, secure_swr: Swr) -> None:
    call = world("1.10.19")
    image = images.manifest_list("x")
    call.harbor.load(image, "library/nginx", "1")
    call.endpoint()
    call.policy()
    assert call.run()["status"] == "Succeed"
    assert secure_swr.manifest("team/nginx", "1").digest in {child.digest for child in image.children}
    assert "a manifest(architecture: amd64, os: linux) found, using this one: " in call.log(1, 1)


def test_it_fails_and_recovers(world: World, secure_swr: Swr) -> None:
    call = prepared(world, "2.9.5", options={"status_lag": 0.01, "retry_delay": 0.3})
    secure_swr.faults.add(Fault(kind="manifest_put", action="status", status=500, times=2))
    number = call.make("/replication/executions", {"policy_id": 1})
    assert call.finished(number)["status"] == "Failed"
    shown = call.until(number, lambda shown: shown["status"] == "Succeed")
    assert (shown["failed"], shown["succeed"]) == (0, 1)


def test_a_job_fails_three_times(world: World, secure_swr: Swr) -> None:
    for version in ("1.10.19", "2.9.5"):
        call = prepared(world, version, options={"retry_delay": 0.01})
        secure_swr.faults.add(Fault(kind="manifest_put", repository="team/nginx", action="status", status=500))
        secure_swr.log.reset()
        number = call.make("/replication/executions", {"policy_id": 1})
        assert secure_swr.log.wait(lambda log: log.count("manifest_put") == 6)
        call.until(number, lambda shown: (shown["status"], shown["failed"]) == ("Failed", 1))
        assert not secure_swr.log.wait(lambda log: log.count("manifest_put") > 6, timeout=0.2)


def test_a_try_writes_its_log_over_that_of_the_one_before(world: World, secure_swr: Swr) -> None:
    call = prepared(world, "2.9.5")
    # The first try has much to tell.
    secure_swr.faults.add(Fault(kind="upload_put", action="status", status=500, times=4))
    secure_swr.faults.add(Fault(kind="manifest_put", action="status", status=500, times=2))
    number = call.make("/replication/executions", {"policy_id": 1})
    call.until(number, lambda shown: shown["succeed"] == 1)
    lines = call.log(number, 1).splitlines()
    end = next(place for place, line in enumerate(lines) if "team/nginx:[1,2](destination registry) completed" in line)
    times = [line[:20] for line in lines[: end + 1]]
    assert times == sorted(times)
    # The rest is older, and begins within a line.
    assert any("mark the job failure" in line and line[:20] < times[0] for line in lines[end + 1 :])


def test_blobs_are_tried_five_times_within_a_job(world: World, secure_swr: Swr) -> None:
    call = prepared(world, "2.9.5")
    secure_swr.faults.add(Fault(kind="upload_put", action="status", status=500, times=4))
    assert call.run()["status"] == "Succeed"
    log = call.log(1, 1)
    assert "(the 5th running)" in log
    assert "will retry 16s later" in log
    assert "http status code: 500, body:" in log


@pytest.mark.parametrize(("version", "late"), [("1.10.19", False), ("2.4.1", False), ("2.9.5", True)])
def test_the_status_lags(world: World, version: str, late: bool) -> None:
    call = prepared(world, version, options={"status_lag": 0.5})
    number = call.make("/replication/executions", {"policy_id": 1})
    began = time.monotonic()
    shown = call.until(number, lambda shown: shown["succeed"] == 1)
    assert shown["status"] == ("InProgress" if late else "Succeed")
    assert call.finished(number)["status"] == "Succeed"
    assert (time.monotonic() - began >= 0.4) == late


@pytest.mark.parametrize("version", VERSIONS)
def test_it_begins_without_tasks(world: World, version: str) -> None:
    call = prepared(world, version, options={"start_delay": 0.2, "submit_delay": 0.2, "task_delay": 0.2})
    number = call.make("/replication/executions", {"policy_id": 1})
    shown = call.execution(number)
    ended = "0001-01-01T00:00:00Z" if version == "1.10.19" else "0001-01-01T00:00:00.000Z"
    assert (shown["status"], shown["total"], shown["end_time"]) == ("InProgress", 0, ended)
    call.until(number, lambda shown: shown["in_progress"] == 1)
    (task,) = call.tasks(number)
    assert task["status"] == ("Initialized" if version == "1.10.19" else "Pending")
    assert call("GET", "/replication/executions/1/tasks/1/log").status == 404
    assert call.finished(number)["status"] == "Succeed"


@pytest.mark.parametrize("version", VERSIONS)
def test_stop(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, "library/nginx", "library/redis", options={"workers": 1, "status_lag": 5})
    secure_swr.faults.add(Fault(kind="upload_put", action="delay", seconds=0.3))
    number = call.make("/replication/executions", {"policy_id": 1})
    assert secure_swr.log.wait(lambda log: log.running("upload_put") > 0)
    reply = call("PUT", "/replication/executions/{0}".format(number))
    assert (reply.status, reply.body) == (200, b"" if version == "1.10.19" else b"null\n")
    # It is said at once; what is on its way comes to its end first.
    shown = call.execution(number)
    assert (shown["status"], shown["stopped"]) == ("Stopped", 2)
    deadline = time.monotonic() + 10
    while "the job is stopped" not in call.log(number, 1):
        assert time.monotonic() < deadline
    assert secure_swr.storage.repositories() == []
    assert call.execution(number)["status"] == "Stopped"


@pytest.mark.parametrize("version", ["1.10.19", "2.9.5"])
def test_stop_does_not_keep_a_failed_task_from_its_next_try(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, options={"status_lag": 0.01, "retry_delay": 0.5})
    secure_swr.faults.add(Fault(kind="manifest_put", action="status", status=500, times=2))
    number = call.make("/replication/executions", {"policy_id": 1})
    call.until(number, lambda shown: (shown["status"], shown["failed"]) == ("Failed", 1))
    assert call("PUT", "/replication/executions/{0}".format(number)).status == 200
    assert call.execution(number)["status"] == "Failed"
    call.until(number, lambda shown: shown["status"] == "Succeed")


@pytest.mark.parametrize("version", VERSIONS)
def test_stop_before_there_are_tasks(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, options={"start_delay": 0.2})
    number = call.make("/replication/executions", {"policy_id": 1})
    call("PUT", "/replication/executions/{0}".format(number))
    assert call.execution(number)["status"] == "Stopped"
    time.sleep(0.3)
    assert call.execution(number)["status"] == "Stopped"
    assert secure_swr.count() == 0
    assert call("PUT", "/replication/executions/9").status == 404


def test_everything_goes_while_a_stopped_one_has_not_begun(world: World, secure_swr: Swr) -> None:
    call = prepared(world, "2.9.5", options={"start_delay": 0.2})
    number = call.make("/replication/executions", {"policy_id": 1})
    call("PUT", "/replication/executions/{0}".format(number))
    assert call("DELETE", "/replication/policies/1").status == 200
    assert call("DELETE", "/registries/1").status == 200
    time.sleep(0.3)
    assert (call.harbor.defects, secure_swr.count()) == ([], 0)


@pytest.mark.parametrize("version", VERSIONS)
def test_disabled_and_missing_policies(world: World, version: str) -> None:
    call = world(version)
    call.endpoint()
    call.policy(enabled=False)
    refused = call("POST", "/replication/executions", {"policy_id": 1})
    assert (refused.status, message(refused)) == (400 if version == "1.10.19" else 412, "the policy 1 is disabled")
    assert call("POST", "/replication/executions", {"policy_id": 9}).status == 404
    assert call.get("/replication/executions") == []


@pytest.mark.parametrize("version", VERSIONS)
def test_a_policy_goes_with_its_executions(world: World, version: str) -> None:
    call = prepared(world, version, options={"start_delay": 0.2})
    number = call.make("/replication/executions", {"policy_id": 1})
    refused = call("DELETE", "/replication/policies/1")
    old = "the policy 1 has running executions, can not be deleted"
    new = "contains executions that aren't in final status, stop the execution first"
    assert (refused.status, message(refused)) == (412, old if version == "1.10.19" else new)
    call.finished(number)
    assert call("DELETE", "/replication/policies/1").status == 200
    # In 1.10 they stay behind.
    assert call("GET", "/replication/executions/1").status == (200 if version == "1.10.19" else 404)
    assert call("DELETE", "/replication/policies/1").status == 404


@pytest.mark.parametrize("version", VERSIONS)
def test_lists(world: World, version: str) -> None:
    call = prepared(world, version)
    call.policy(name="nothing", filters=[{"type": "name", "value": "none/*"}])
    for policy in (1, 2, 1):
        call.run(policy)

    def numbers(query: str) -> Any:
        return [entry["id"] for entry in call.get("/replication/executions" + query)]

    assert numbers("") == [3, 2, 1]
    assert numbers("?policy_id=1") == [3, 1]
    assert numbers("?status=Failed") == []
    # 1.10 looks at what it has stored, and that is the end of those without tasks only.
    assert numbers("?status=InProgress") == ([3, 1] if version == "1.10.19" else [])
    assert numbers("?status=Succeed") == ([2] if version == "1.10.19" else [3, 2, 1])
    assert numbers("?trigger=manual&page_size=1") == [3]
    if version != "1.10.19":
        assert numbers("?sort=start_time") == [1, 2, 3]
    assert call.get("/replication/executions/3/tasks?status=Failed") == []
    assert call("GET", "/replication/executions/3/tasks/1/log").status == 404
