# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei's own SDK judges what the modules for the network send: paths, parameters and bodies."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.test_network import (
    DOCUMENT,
    EIP,
    GATEWAY,
    OBS,
    PLACE,
    PORT,
    SWR,
)
from ansible_collections.longshore.swr.tests.support import huawei_sdk

PACKAGES = {"vpcep.v1": "Vpcep", "nat.v2": "Nat", "eip.v2": "Eip", "eip.v3": "Eip", "vpc.v2": "Vpc"}
STATEMENT = {"Effect": "Allow", "Action": ["*"], "Resource": ["layers", "layers/*"]}
TAGS = {"tags": {"a": "1"}}
RULE = {"nat_gateway": "internet", "subnet": "nodes"}

# A module, what makes an object, and what changes it, one after the other.
OBJECTS: List[Any] = [
    ("vpc", {"name": "shop", "cidr": "192.168.0.0/16"}, [{"description": "new", **TAGS}, {"tags": {}}]),
    (
        "vpc_subnet",
        {"vpc": "shop", "name": "nodes", "cidr": "192.168.0.0/24"},
        [{"dns_servers": ["10.0.0.1", "10.0.0.2"], "description": "new", **TAGS}],
    ),
    (
        "vpc_endpoint",
        {"service": SWR, **PLACE},
        [{"whitelist": ["10.0.0.1"], "policy_document": DOCUMENT, **TAGS}, {"policy_document": {}, "tags": {}}],
    ),
    (
        "vpc_endpoint",
        {"service": OBS, "vpc": "shop"},
        [{"policy_statement": [STATEMENT], "route_tables": ["one"]}, {"policy_statement": []}],
    ),
    ("nat_gateway", GATEWAY, [{"spec": "large", "description": "new", **TAGS}]),
    ("eip", {**EIP, "name": "second"}, []),
    ("eip", EIP, [{"description": "new", "bandwidth_size": 9, **TAGS}, {"port_id": PORT}, {"port_id": ""}]),
    ("snat_rule", {**RULE, "eips": ["outside"]}, [{"eips": ["outside", "second"], "description": "new"}]),
]


@pytest.fixture(autouse=True)
def another_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Importing the SDK writes to the home directory."""
    monkeypatch.setenv("HOME", str(tmp_path))


def judges() -> List[Any]:
    """Each package, and the calls that it knows."""
    found = []
    for name, client in PACKAGES.items():
        package = pytest.importorskip("huaweicloudsdk" + name, reason="the SDK for {0} is not installed".format(name))
        module = importlib.import_module(package.__name__)
        found.append((module, huawei_sdk.operations(module, getattr(module, client + "Client"))))
    return found


def run(world: World, module: str, options: Dict[str, Any]) -> None:
    result = world.module(module, **options)
    assert (result.get("msg"), result["changed"]) == (None, True), (module, options)


def test_every_request_is_one_that_the_sdk_knows(world: World) -> None:
    known = judges()
    for module, options, changes in OBJECTS:
        for change in ({}, *changes):
            run(world, module, {**options, **change})
    for module, options, _changes in reversed(OBJECTS):
        run(world, module, {**options, "state": "absent"})
    names, problems = set(), set()
    for call in world.cloud.calls:
        if call.path.startswith("/v3/projects"):
            continue
        verdicts = [huawei_sdk.problems(package, operations, call) for package, operations in known]
        # Two versions of a service have calls of the same path.
        name, wrong = min((one for one in verdicts if one[0]), key=lambda one: len(one[1]), default=verdicts[0])
        names.add(name)
        problems.update(wrong)
    assert problems == set()
    assert len(names) >= 40, sorted(str(name) for name in names)
