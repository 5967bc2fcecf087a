# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What starts executions in the sandbox's Harbor beside a request, and where else they copy than to SWR."""

from __future__ import annotations

import time
from typing import Callable

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.probe import ask

from .conftest import SWR_NAME, VERSIONS, Caller, prepared

World = Callable[..., Caller]


@pytest.mark.parametrize("version", VERSIONS)
def test_events_and_schedules(world: World, secure_swr: Swr, version: str) -> None:
    call = prepared(world, version, "library/nginx", "library/redis")
    call.policy(name="pushes", trigger={"type": "event_based"})
    call.policy(name="off", trigger={"type": "event_based"}, enabled=False)
    nightly = {"type": "scheduled", "trigger_settings": {"cron": "0 0 2 * * *"}}
    call.policy(name="nightly", trigger=nightly, filters=[{"type": "name", "value": "library/redis"}])
    (execution,) = call.harbor.push_event("library/nginx", "2")
    shown = call.finished(execution.id)
    assert (shown["policy_id"], shown["trigger"], shown["status"]) == (2, "event_based", "Succeed")
    assert (secure_swr.storage.repositories(), secure_swr.tags("team/nginx")) == (["team/nginx"], ["2"])
    assert call.harbor.push_event("other/x", "1") == []
    execution = call.harbor.fire_schedule("nightly")
    shown = call.finished(execution.id)
    assert (shown["trigger"], shown["status"]) == ("scheduled", "Succeed")
    assert secure_swr.tags("team/redis") == ["1", "2"]
    for policy in ("to-swr", "off", "none"):
        with pytest.raises(ValueError, match="policy"):
            call.harbor.fire_schedule(policy)


def test_a_deleted_tag_is_not_deleted_there(world: World) -> None:
    call = prepared(world, "2.9.5")
    call.policy(name="pushes", trigger={"type": "event_based"}, deletion=True)
    (execution,) = call.harbor.push_event("library/nginx", "1", deleted=True)
    call.until(execution.id, lambda shown: shown["failed"] == 1)
    (task,) = call.tasks(execution.id)
    assert task["operation"] == "deletion"
    assert "the tag deletion isn't supported" in call.log(execution.id, task["id"])


def test_only_one_at_a_time(world: World) -> None:
    call = prepared(world, "2.15.2", options={"start_delay": 0.3})
    body = dict(call.get("/replication/policies/1"), single_active_replication=True)
    call("PUT", "/replication/policies/1", body)
    first = call.make("/replication/executions", {"policy_id": 1})
    shown = call.execution(call.make("/replication/executions", {"policy_id": 1}))
    assert (shown["status"], shown["total"]) == ("Failed", 0)
    assert shown["status_text"] == "Execution skipped: active replication still in progress."
    assert call.finished(first)["status"] == "Succeed"


def test_speed_is_kilobits(world: World) -> None:
    call = world("2.9.5")
    call.harbor.load(images.docker_image("x", layers=1, size=20_000), "library/nginx", "1")
    call.endpoint()
    # 40 KB a second.
    call.policy(speed=320)
    began = time.monotonic()
    assert call.run()["status"] == "Succeed"
    assert 0.4 < time.monotonic() - began < 3
    assert "limit network speed at 320 kb/s" in call.log(1, 1)


@pytest.mark.parametrize("version", VERSIONS)
def test_other_registries(world: World, sandbox_registry: Callable[..., Registry], version: str) -> None:
    plain = sandbox_registry()
    call = world(version)
    call.harbor.load(images.docker_image("x"), "library/nginx", "1")
    plain.load(images.docker_image("y"), "away/app", "2")
    plain.load(images.docker_image("z"), "away/web", "1")
    call.make("/registries", {"name": "plain", "type": "docker-registry", "url": plain.url})
    call.policy()
    assert call.run()["status"] == "Succeed"
    assert plain.tags("team/nginx") == ["1"]
    # The same again is skipped: a plain registry tells digests.
    call.run()
    assert "already exists on the destination registry, skip" in call.log(2, call.tasks(2)[0]["id"])
    filters = [{"type": "name", "value": "away/*"}, {"type": "tag", "value": "2"}]
    pull = {"src_registry": {"id": 1}, "dest_registry": {"id": 0}, "dest_namespace": "here", "filters": filters}
    call.policy(name="pull", **pull)
    assert call.run(2)["status"] == "Succeed"
    assert call.harbor.registry.tags("here/app") == ["2"]
    assert "here/web" not in call.harbor.registry.storage.repositories()


def test_pulling_from_swr_ignores_filters(world: World, sandbox_swr: Callable[..., Swr]) -> None:
    swr = sandbox_swr(keys={"SANDBOXACCESSKEY": "sandbox-secret-key"}, organizations=["team"])
    for name in ("team/app", "team/web"):
        swr.load(images.docker_image(name), name, "1")
    call = world("2.9.5", resolve={SWR_NAME: swr})
    call.endpoint()
    filters = [{"type": "name", "value": "team/app"}]
    call.policy(src_registry={"id": 1}, dest_registry=None, dest_namespace="here", filters=filters)
    assert call.run()["status"] == "Succeed"
    assert call.harbor.registry.storage.repositories() == ["here/app", "here/web"]


def test_1x_does_not_read_oci_manifests(world: World) -> None:
    call = world("1.10.19")
    call.harbor.load(images.oci_index("x"), "library/nginx", "1")
    call.endpoint()
    call.policy()
    call.until(call.make("/replication/executions", {"policy_id": 1}), lambda shown: shown["failed"] == 1)
    assert "OCI manifest found, but accept header does not support OCI manifests" in call.log(1, 1)


def test_foreign_layers_stay_where_they_are(world: World, secure_swr: Swr) -> None:
    call = world("2.9.5")
    call.harbor.load(images.foreign_layer_image("x"), "library/nginx", "1")
    call.endpoint()
    call.policy()
    assert call.run()["status"] == "Succeed"
    assert "is a foreign layer, skip" in call.log(1, 1)
    assert secure_swr.tags("team/nginx") == ["1"]


def test_a_source_that_is_broken(world: World, sandbox_registry: Callable[..., Registry]) -> None:
    plain = sandbox_registry()
    image = images.docker_image("y")
    plain.load(image, "away/app", "1")
    plain.storage.delete_blob("away/app", image.blobs[0].digest)
    call = world("2.9.5", options={"retry_delay": 0.01, "second": 0.0001})
    call.make("/registries", {"name": "plain", "type": "docker-registry", "url": plain.url})
    call.policy(src_registry={"id": 1}, dest_registry=None, dest_namespace="here", filters=[])
    number = call.make("/replication/executions", {"policy_id": 1})
    call.until(number, lambda shown: (shown["status"], shown["failed"]) == ("Failed", 1))
    log = call.log(1, 1)
    assert "failed to pulling the blob sha256:" in log
    assert "BLOB_UNKNOWN" in log
    plain.stop()
    shown = call.run()
    assert shown["status_text"].startswith("failed to fetch artifacts: Get ")
    assert "connect: connection refused" in shown["status_text"]


def test_a_harbor_with_tls(world: World) -> None:
    call = world("2.9.5", tls=True)
    assert call.harbor.url.startswith("https://")
    assert call.harbor.registry.url.startswith("https://")
    context = call.harbor.certificates.client_context()
    assert ask(call.harbor.api + "/systeminfo", context=context).status == 200
    assert call.harbor.describe()["ca_path"] == call.harbor.ca_path
