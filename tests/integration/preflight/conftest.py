# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud, its registry, a Harbor and a cluster, and the module that asks them all."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterator, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import SERVICES
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import long_term_password
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.huaweicloud import Account, HuaweiCloudServer
from ansible_collections.longshore.swr.tests.support.modules import run_module

ACCESS_KEY, SECRET_KEY = "SANDBOXACCESSKEY", "sandbox-secret-key"
LINE: Dict[str, Any] = {
    "scenario": "private_line",
    "charge_mode": "postpaid",
    "vpc": "shop",
    "vpc_cidr": "192.168.0.0/16",
    "subnet": "nodes",
    "subnet_cidr": "192.168.0.0/24",
    "obs_service": "com.myhuaweicloud.cn-north-4.obs",
}
NAT: Dict[str, Any] = {
    "scenario": "public_nat",
    "charge_mode": "postpaid",
    "vpc": "shop",
    "subnet": "nodes",
    "nat_gateway": "internet",
    "eip": "outside",
    "eip_charge_mode": "traffic",
    "eip_bandwidth_size": 5,
}


class World:
    """
    :ivar outputs: what the module returned, as text.
    """

    def __init__(self, cloud: HuaweiCloudServer, account: Account, swr: Swr) -> None:
        self.cloud = cloud
        self.account = account
        self.swr = swr
        self.registry = swr.url.partition("://")[2]
        self.outputs: List[str] = []

    @property
    def login(self) -> Dict[str, Any]:
        password = long_term_password(ACCESS_KEY, SECRET_KEY)
        return {"username": "cn-north-4@" + ACCESS_KEY, "password": password, "insecure": True}

    def ask(self, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        usual = {
            "access_key": ACCESS_KEY,
            "secret_key": SECRET_KEY,
            "region": "cn-north-4",
            "endpoints": dict.fromkeys(SERVICES, self.cloud.url),
            "registry": self.registry,
            "fail_on": "never",
        }
        given = {name: value for name, value in {**usual, **options}.items() if value is not None}
        result = run_module("preflight", given, check_mode)
        self.outputs.append(json.dumps(result))
        return result

    def found(self, **options: Any) -> Dict[Tuple[str, str], Dict[str, str]]:
        """The checks by part and name."""
        result = self.ask(**options)
        assert "checks" in result, result
        return {(check["part"], check["name"]): check for check in result["checks"]}

    def migration(self, rules: Dict[str, Any], **auth: Any) -> Dict[str, Any]:
        return {"images": rules, "auth": {self.registry: self.login, **auth}, "docker_config_fallback": False}


@pytest.fixture(name="world")
def a_world(sandbox_swr: Callable[..., Swr]) -> Iterator[World]:
    """Nothing may be changed, and no output may have a secret."""
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"])
    account = Account(ACCESS_KEY, SECRET_KEY, projects={"cn-north-4": "pid-1"})
    with HuaweiCloudServer([account], foreign=["theirs"], steps=0) as cloud:
        cloud.serve(swr)
        world = World(cloud, account, swr)
        yield world
        assert cloud.made() == []
        password = str(world.login["password"])
    for text in world.outputs:
        assert SECRET_KEY not in text
        assert password not in text
        assert "ZW5jb2RlZC1hdXRob3JpemF0aW9u" not in text
