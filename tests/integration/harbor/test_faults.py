# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of configuring a Harbor that is slow, away, large, or called by somebody with few permissions."""

from __future__ import annotations

from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.harbor.replication import World
from ansible_collections.longshore.swr.tests.integration.sandbox.conftest import ACCESS_KEY, SECRET, SWR_NAME, VERSIONS
from ansible_collections.longshore.swr.tests.sandbox.auth import User
from ansible_collections.longshore.swr.tests.sandbox.faults import Fault

Make = Callable[..., World]
REGISTRY = {
    "name": "swr",
    "url": "https://" + SWR_NAME,
    "access_key": ACCESS_KEY,
    "access_secret": SECRET,
    "insecure": True,
}
POLICY: Dict[str, Any] = {
    "name": "to-swr",
    "registry": "swr",
    "dest_namespace": "team",
    "filters": [{"type": "name", "value": "library/*"}],
}


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_a_harbor_that_is_away_for_a_moment_is_waited_for(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    world.harbor.restart(0.3)
    assert world.module("harbor_registry", **REGISTRY)["changed"]


@pytest.mark.parametrize("version", [VERSIONS[0], VERSIONS[-1]])
def test_a_page_of_a_proxy_is_read(harbor_world: Make, version: str) -> None:
    world = harbor_world(version).prepare()
    world.harbor.faults.add(Fault("status", status=502, method="PUT"))
    result = world.module("harbor_replication_policy", **POLICY)
    assert result["failed"]
    assert "containers are healthy" in result["msg"]
    assert "<" not in result["msg"]


@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_on_another_page_is_found(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    world.api.endpoint()
    for number in range(101):
        world.api.policy(name="policy-{0:03}".format(number), filters=POLICY["filters"], description="x")
    for number in (0, 100):
        options = dict(POLICY, name="policy-{0:03}".format(number), enabled=False)
        assert world.module("harbor_replication_policy", **options)["changed"]
        assert world.module("harbor_replication_policy", **options)["changed"] is False
    assert len(world.harbor.policies.stored) == 101
    if world.harbor.version.modern:
        pages = [call.query for call in world.harbor.calls if call.path.endswith("/replication/policies")]
        assert any("page=2" in query for query in pages)


@pytest.mark.parametrize("version", VERSIONS)
def test_what_was_made_though_the_reply_was_lost_is_a_change_once(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    world.harbor.faults.add(Fault("drop_after_work", method="POST", path="/registries$", times=1))
    assert world.module("harbor_registry", **REGISTRY)["changed"] is True
    assert len(world.harbor.bodies("POST", "/registries")) == 1
    assert world.module("harbor_registry", **REGISTRY)["changed"] is False


@pytest.mark.parametrize("version", ["2.9.5", "2.15.2"])
def test_a_robot_with_the_least_permissions_configures_all(harbor_world: Make, version: str) -> None:
    world = harbor_world(version)
    made = world.robot()
    world.outputs.clear()
    world.login = (made["robot"]["name"], made["secret"])
    assert world.module("harbor_registry", **REGISTRY)["changed"]
    assert world.module("harbor_replication_policy", **POLICY)["changed"]
    for module, options in (("harbor_replication_policy", POLICY), ("harbor_registry", REGISTRY)):
        assert world.module(module, **options)["changed"] is False
        assert world.module(module, name=options["name"], state="absent")["changed"]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_user_without_permissions_is_told_what_is_needed(harbor_world: Make, version: str) -> None:
    world = harbor_world(version, users={"admin": "Harbor12345", "somebody": User("pass-of-somebody-44")})
    world.login = ("somebody", "pass-of-somebody-44")
    result = world.module("harbor_registry", **REGISTRY)
    assert result["error"]["status"] == 403
    assert "administrator" in result["error"]["hint"]
    world.assert_no_secret_was_shown("pass-of-somebody-44")
