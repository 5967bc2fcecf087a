# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The examples of the modules and of the guide, run as printed against the sandbox's cloud."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import World
from ansible_collections.longshore.swr.tests.support.modules import MODULES
from ansible_collections.longshore.swr.tests.support.pages import blocks, page

ROOT = Path(__file__).resolve().parents[3]
GROUP = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]["huaweicloud"]
COLLECTION = "longshore.swr."


def run(world: World, tasks: List[Dict[str, Any]], check_mode: bool = False) -> int:
    """How many tasks of the collection there were. Those that log in to the registry have tests of their own."""
    count = 0
    for task in tasks:
        name = next((key for key in task if key.startswith(COLLECTION)), None)
        if name is None or "username" in task[name]:
            continue
        count += 1
        result = world.module(name[len(COLLECTION) :], check_mode, **task[name])
        assert "failed" not in result, (task, result["msg"])
    return count


# The preflight also asks registries, a Harbor and a cluster, which have other names in tests.
@pytest.mark.parametrize("name", [name for name in GROUP if name not in ("login_token", "preflight")])
def test_the_examples_of_a_module(world: World, name: str) -> None:
    # In the order of the names another example may have made them.
    world.cloud.objects.quota = 9
    if name != "repository":
        world.module("repository", organization="team", name="app")
    if name != "vpc":
        vpc = world.cloud.vpcs.vpc("shop")
        subnet = world.cloud.vpcs.subnet(vpc, "nodes" if name != "vpc_subnet" else "others")
        world.cloud.vpcs.port(subnet, "192.168.0.7")
    if name == "snat_rule":
        gateway = {"name": "internet", "vpc": "shop", "subnet": "nodes", "spec": "small", "charge_mode": "postpaid"}
        world.module("nat_gateway", **gateway)
        world.cloud.eips.eip("outside")
    if name == "network_scenario":
        world.cloud.vpcs.subnet(vpc, "builders", "192.168.1.0/24")
    text = importlib.import_module(MODULES + name).EXAMPLES
    assert run(world, yaml.safe_load(text)) >= 1


def test_the_guide(world: World) -> None:
    examples = [yaml.safe_load(block) for block in blocks(page("guide_swr"), "yaml")]
    assert run(world, examples[0][0]["tasks"], check_mode=True) == 6
    assert world.cloud.made() == []
    assert run(world, examples[0][0]["tasks"]) == 6
    changes = len(world.cloud.made())
    assert run(world, examples[0][0]["tasks"]) == 6
    assert len(world.cloud.made()) == changes
    # The same as the tasks.
    assert world.module("organizations", organizations=examples[1]["organizations_list"])["changed"] is False
    assert run(world, examples[2]) == 1


def test_the_guide_of_the_network(world: World) -> None:
    world.cloud.vpcs.port(world.cloud.vpcs.subnet(world.cloud.vpcs.vpc("shop"), "nodes"), "192.168.0.7")
    examples = [yaml.safe_load(block) for block in blocks(page("guide_network"), "yaml")]
    # The others are variables of the role, which has tests of its own.
    lists = [block for block in examples if isinstance(block, list)]
    tasks = [task for block in lists for task in block if COLLECTION + "hosts_file" not in task]
    specs = yaml.safe_load((ROOT / "roles" / "network" / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    variables = {name for block in examples if isinstance(block, dict) for name in block if name.startswith("network_")}
    assert variables <= set(specs["argument_specs"]["main"]["options"])
    assert run(world, tasks) == len(tasks)
    changes = len(world.cloud.made())
    assert run(world, tasks) == len(tasks)
    assert len(world.cloud.made()) == changes
