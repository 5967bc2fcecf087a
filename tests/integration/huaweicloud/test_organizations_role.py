# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook of the role C(organizations): one run for several regions, keys and ways to say what is wanted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.test_organizations import ALICE, SHOP
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play

PLAYBOOK = "longshore.swr.organizations"


def own(world: World, **variables: Any) -> Dict[str, Any]:
    """The variables of a host for the world's region."""
    return {
        "organizations_region": "cn-north-4",
        "organizations_access_key": KEYS["access_key"],
        "organizations_secret_key": KEYS["secret_key"],
        "organizations_endpoints": {"swr": world.cloud.url, "iam": world.cloud.url},
        "organizations_ca_path": world.cloud.ca_path,
        **variables,
    }


@pytest.mark.slow
def test_one_run_for_several_regions(
    world: World, sandbox_cloud: Callable[..., Any], sandbox_swr: Callable[..., Swr], tmp_path: Path
) -> None:
    world.cloud.objects.quota = 9
    south = sandbox_cloud(tls=True, users={"s1": "alice"})
    registry = sandbox_swr(keys={KEYS["access_key"]: KEYS["secret_key"]}, tls=True)
    tools = [{"name": "tools", "repositories": [{"name": "app", "public": "yes", "category": ""}], "state": ""}]
    at_registry = {
        "organizations_list": [{"name": "bare"}],
        "organizations_registry": registry.host,
        "organizations_username": "cn-north-4@" + KEYS["access_key"],
        "organizations_password": login_password(*KEYS.values()),
        "organizations_ca_path": registry.ca_path,
    }
    hosts = {
        "north": own(world, organizations_list=[SHOP]),
        # The same at the same time.
        "twin": own(world, organizations_list=[SHOP]),
        # The answers of a survey.
        "survey": dict.fromkeys(("organizations_cloud", "organizations_password", "organizations_timeout"), ""),
        "south": own(world, organizations_list=[{"name": "shop", "permissions": [ALICE]}]),
        "login": at_registry,
        "misspelt": own(
            world, organizations_list=[{"name": "shop", "repositories": [{"name": "a", "catgory": "arm"}]}]
        ),
        "wrong": own(world, organizations_list=[{"name": "Shop", "repositories": [{"name": "a"}, {"name": "a"}]}]),
    }
    hosts["south"]["organizations_endpoints"] = {"swr": south.url, "iam": south.url}
    hosts["south"]["organizations_ca_path"] = south.ca_path
    hosts["survey"].update(own(world, organizations_list=json.dumps(tools)))
    hosts["survey"]["organizations_endpoints"] = json.dumps(hosts["survey"]["organizations_endpoints"])
    good = [name for name in hosts if name not in ("misspelt", "wrong")]
    playbook = Playbook(tmp_path, secrets=[KEYS["secret_key"], at_registry["organizations_password"]])
    variables = {"organizations_hosts": "all"}
    inventory = {"all": {"hosts": hosts}}

    forecast = playbook.run(PLAYBOOK, "--check", "--diff", inventory=inventory, variables=variables, ok=False)
    assert (world.cloud.made(), south.made(), registry.organizations) == ([], [], set())
    assert {name: forecast.recap[name]["changed"] for name in hosts} == {
        **dict.fromkeys(good, 1),
        "misspelt": 0,
        "wrong": 0,
    }
    assert '"catgory" is unknown: write category' in " ".join(forecast.out.split())
    assert "invalid organization name" in forecast.out

    first = playbook.run(PLAYBOOK, inventory=inventory, variables=variables, ok=False)
    assert {name for name in hosts if first.recap[name]["failed"]} == {"misspelt", "wrong"}
    assert world.swr.organizations == {"team", "shop", "tools"}
    # Nothing was made twice, whoever of the twins was first.
    made = [(method, path) for method, path, _body in world.cloud.made() if method != "POST"]
    assert made == []
    assert (registry.organizations, south.objects.organizations) == ({"bare"}, {"shop"})
    assert world.cloud.objects.known["tools/app"].public is True

    world.cloud.calls.clear()
    result = keep(changes="organizations_result.changes")
    tasks = [{"name": "Manage", "ansible.builtin.include_role": {"name": "longshore.swr.organizations"}}, result]
    second = playbook.run([play(tasks, hosts=",".join(good))], inventory=inventory)
    assert (second.changed, world.cloud.made()) == (0, [])
    assert {name: second.value("changes", name) for name in good} == {name: [] for name in good}
