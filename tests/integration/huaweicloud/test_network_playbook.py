# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook network with a host for each scenario, and the playbook nodes after it in the same run."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.integration.huaweicloud.conftest import KEYS, World
from ansible_collections.longshore.swr.tests.integration.huaweicloud.scenarios import LINE, NAT, OBS, SINGLE, left
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, keep, play

# The playbook nodes becomes root, as its users do.
pytestmark = [pytest.mark.needs_root, pytest.mark.slow]

RESULTS = play([keep(network="network_result")], hosts="networks")
SITE = "127.0.77.{0}"


class Site:
    """A host for each scenario, a node behind the private line, and a host of the site that checks the line.

    Values are texts, as a survey gives them, and questions without an answer are blank.
    """

    def __init__(self, world: World, folder: Path) -> None:
        environ = {"HW_ACCESS_KEY": KEYS["access_key"], "HW_SECRET_KEY": KEYS["secret_key"]}
        self.playbook = Playbook(folder, environ, secrets=[KEYS["secret_key"]])
        self.hosts_file = folder / "hosts"
        self.hosts_file.write_text("127.0.0.1 localhost\n")
        places = {"endpoints": json.dumps(dict.fromkeys(("iam", "vpc", "vpcep", "nat"), world.cloud.url))}
        common = {"region": "cn-north-4", "ca_path": world.cloud.ca_path, "charge_mode": "", "tags": "", **places}
        theirs = {"vpc": "theirs", "eip_bandwidth_size": "5", "wait_timeout": "60"}
        line = {**LINE, "tags": "{team: shop}", "obs_buckets": "layers-1, layers-2", "dns_endpoint": "yes"}
        scenarios: Dict[str, Dict[str, Any]] = {
            "intranet": {"scenario": "intranet", "vpc": "theirs", "obs_buckets": "layers"},
            "single": {**SINGLE, **theirs},
            "nat": {**NAT, "vpc": "outer", "nat_spec": "", "eip": "for-all", "eip_bandwidth_size": "5"},
            "line": {**line, "onprem_host": "site"},
        }
        for name, own in scenarios.items():
            own["html_path"] = str(folder / (name + ".html"))
            own["metrics_path"] = str(folder / (name + ".prom"))
        self.inventory = {
            "all": {
                "vars": {"ansible_connection": "local", "__network_line_timeout": 2},
                "hosts": {"site": {}},
                "children": {
                    "networks": {"hosts": {name: _variables({**common, **own}) for name, own in scenarios.items()}},
                    "nodes": {
                        "hosts": {"node": {}},
                        "vars": {
                            "hosts_endpoints": [{"region": "cn-north-4"}],
                            "hosts_path": str(self.hosts_file),
                            "hosts_cloud_init": "never",
                        },
                    },
                },
            }
        }

    def run(self, *arguments: str, names: List[str], ok: bool = True) -> Run:
        plays = [{"import_playbook": "longshore.swr." + name} for name in names]
        return self.playbook.run(
            [*plays, RESULTS], "-e", "network_hosts=networks", *arguments, inventory=self.inventory, ok=ok
        )


def _variables(options: Dict[str, Any]) -> Dict[str, Any]:
    return {"network_" + name: value for name, value in options.items()}


def test_every_scenario_and_the_nodes_after_it(world: World, tmp_path: Path) -> None:
    cloud = world.cloud
    vpc = cloud.vpcs.vpc("theirs", "172.16.0.0/16")
    cloud.vpcs.port(cloud.vpcs.subnet(vpc, "nodes", "172.16.0.0/24"))
    limited = {"Effect": "Allow", "Action": ["*"], "Resource": ["theirs", "theirs/*"]}
    world.module("vpc_endpoint", service=OBS, vpc="theirs", policy_statement=[limited])
    cloud.endpoints.addresses = SITE
    before, site = left(world), Site(world, tmp_path)
    cloud.calls.clear()
    both = ["network", "nodes"]

    forecast = site.run("--check", "--diff", names=both)
    assert cloud.made() == []
    assert "NAT gateway  internet  missing  create, after VPC outer and subnet nodes" in forecast.out
    assert "What hosts would change depends on the address of an endpoint" in forecast.out
    assert '+    "bandwidth_size": 5' in forecast.out
    assert re.search(r"Public nat in cn-north-4: \d+ to create", (tmp_path / "nat.html").read_text())
    # Nothing was done, and nothing is measured.
    assert not list(tmp_path.glob("*.prom"))
    assert {name: forecast.recap[name]["changed"] for name in ("intranet", "single", "nat", "line", "node")} == {
        **dict.fromkeys(("intranet", "single", "nat", "line"), 1),
        "node": 0,
    }
    with socket.create_server((SITE.format(61), 443)):
        made = site.run(names=both)
    for name in ("intranet", "single", "nat", "line"):
        rows = [(row["object"], row["change"]) for row in made.value("network", name)["plan"]]
        assert rows == [(row["object"], row["change"]) for row in forecast.value("network", name)["plan"]]
    result = made.value("network", "line")
    assert "a host on the site was connected" in (tmp_path / "line.html").read_text()
    assert 'kind="network"} 0' in (tmp_path / "line.prom").read_text()
    assert (result["swr"]["address"], result["line_checked"]) == (SITE.format(61), True)
    assert SITE.format(61) + " swr.cn-north-4.myhuaweicloud.com" in site.hosts_file.read_text()
    assert made.value("network", "nat")["public_address"] != made.value("network", "single")["public_address"]

    # Nothing changes, but now the line is down.
    again = site.run(names=both, ok=False)
    assert again.changed == 0
    assert [name for name, counts in again.recap.items() if counts["failed"]] == ["line"]
    assert "site does not reach SWR's endpoint {0} on port 443".format(SITE.format(61)) in again.text
    page = (tmp_path / "line.html").read_text()
    assert "The network does not work: " in page
    assert "endpoint {0} on port 443".format(SITE.format(61)) in page
    assert 'longshore_swr_last_run_failed{job="network",kind="network"} 1' in (tmp_path / "line.prom").read_text()

    gone = site.run("-e", "network_state=absent", names=["network"])
    assert gone.changed == 3
    assert left(world) == before
