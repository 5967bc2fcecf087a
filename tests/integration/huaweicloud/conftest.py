# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud and its registry, which know the same organizations and images, and modules that are run against them."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import SERVICES
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import HuaweiCloudServer
from ansible_collections.longshore.swr.tests.support.modules import run_module

KEYS = {"access_key": "SANDBOXACCESSKEY", "secret_key": "sandbox-secret-key"}
USERS = {"u1": "alice", "u2": "bob", "u3": "carol", "u4": "builder", "u5": "nodes"}


class World:
    """
    :ivar outputs: what modules returned, as text.
    """

    def __init__(self, cloud: HuaweiCloudServer, swr: Swr) -> None:
        self.cloud = cloud
        self.swr = swr
        self.outputs: List[str] = []

    def module(self, module: str, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        places = dict.fromkeys(SERVICES, self.cloud.url)
        usual = {**KEYS, "region": "cn-north-4", "endpoints": places}
        result = run_module(module, {**usual, "ca_path": self.cloud.ca_path, **options}, check_mode)
        self.outputs.append(json.dumps(result))
        return result


@pytest.fixture(name="world")
def a_world(sandbox_cloud: Callable[..., Any], sandbox_swr: Callable[..., Swr]) -> Iterator[World]:
    """No output of a module may have a secret."""
    swr = sandbox_swr(keys={KEYS["access_key"]: KEYS["secret_key"]}, organizations=["team"])
    cloud = sandbox_cloud(tls=True, users=USERS, foreign=["theirs"], instances={"e0f1a2b3": "shop"}, steps=0)
    cloud.serve(swr)
    world = World(cloud, swr)
    yield world
    for text in world.outputs:
        assert KEYS["secret_key"] not in text
        assert "ZW5jb2RlZC1hdXRob3JpemF0aW9u" not in text
