# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook nodes: which parts are done where, in which order, and what stops it.

The nodes are this machine, each with files of its own. Real nodes, and DNS servers, are those of Molecule's scenario.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Set

import pytest

from ansible_collections.longshore.swr.tests.sandbox import Swr, images
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.playbook import Run

# The playbook becomes root, as its users do.
pytestmark = pytest.mark.needs_root

KEYS = {"AKOFTHENODES": "secret-key-of-the-nodes"}
PASSWORD = login_password(*next(iter(KEYS.items())))


class Nodes:
    """Three nodes, of which each variable can be another one's."""

    def __init__(self, playbooks: Any, swr: Swr) -> None:
        self.playbooks = playbooks
        playbooks.secrets += [PASSWORD, *KEYS.values()]
        self.names = ["node-1", "node-2", "node-3"]
        self.group = "nodes"
        self.common: Dict[str, Any] = {
            "hosts_endpoints": [{"region": "cn-north-4", "address": "172.16.0.10"}],
            "hosts_path": str(playbooks.folder / "{{ inventory_hostname }}" / "hosts"),
            "hosts_cloud_init": "never",
            "login_region": "cn-north-4",
            "login_access_key": "AKOFTHENODES",
            "login_secret_key": KEYS["AKOFTHENODES"],
            "login_path": str(playbooks.folder / "{{ inventory_hostname }}" / "config.json"),
            "access_check_host": "localhost",
            "access_check_port": swr.server.port,
            "access_check_ca_path": swr.ca_path,
            "access_check_repository": "team/app",
            "access_check_tag": "1.0",
            "access_check_username": "cn-north-4@AKOFTHENODES",
            "access_check_password": PASSWORD,
            "access_check_checks": ["blob.obs_get"],
        }
        self.variables: Dict[str, Dict[str, Any]] = {name: {} for name in self.names}
        for name in self.names:
            (playbooks.folder / name).mkdir()
            (playbooks.folder / name / "hosts").write_text("127.0.0.1 localhost\n")

    def run(self, *options: str, ok: bool = True) -> Run:
        inventory = {"all": {"children": {self.group: {"vars": self.common, "hosts": self.variables}}}}
        return self.playbooks.run("longshore.swr.nodes", *options, ok=ok, inventory=inventory)

    def found(self) -> List[str]:
        """The nodes whose hosts file has the endpoint."""
        folder = self.playbooks.folder
        return [name for name in self.names if "172.16.0.10" in (folder / name / "hosts").read_text()]

    def logged_in(self) -> List[str]:
        return [name for name in self.names if (self.playbooks.folder / name / "config.json").exists()]


@pytest.fixture
def nodes(playbooks: Any, sandbox_swr: Callable[..., Swr]) -> Nodes:
    swr = sandbox_swr(keys=KEYS, organizations=["team"], tls=True)
    swr.load(images.docker_image("the image of the nodes"), "team/app", "1.0")
    return Nodes(playbooks, swr)


def tables(done: Any) -> List[str]:
    """The line below each table that tells how many nodes reach SWR."""
    return re.findall(r'"(\d+ nodes?: .*)"', done.out)


def each(done: Run, name: str) -> Set[int]:
    """The counts of the nodes."""
    return {counts[name] for counts in done.recap.values()}


def test_all_parts_and_once_more_and_out_again(nodes: Nodes) -> None:
    forecast = nodes.run("--check")
    assert (nodes.found(), nodes.logged_in()) == ([], [])
    assert each(forecast, "changed") == {2}
    first = nodes.run()
    assert each(first, "changed") == {2}
    assert nodes.found() == nodes.logged_in() == nodes.names
    assert tables(first) == ["3 nodes: 3 reach SWR"]
    assert each(nodes.run(), "changed") == {0}

    nodes.common.update(hosts_state="absent", login_state="absent")
    del nodes.common["hosts_endpoints"]
    nodes.run("--tags", "hosts,login")
    assert (nodes.found(), nodes.logged_in()) == ([], [])


def test_what_is_missing_before_anything_is_done_is_no_failure_of_a_check(nodes: Nodes) -> None:
    nodes.common["access_check_expected_addresses"] = ["172.16.0.10"]
    forecast = nodes.run("--check", "--tags", "access_check")
    done = nodes.run("--tags", "access_check", ok=False)
    assert tables(forecast) == tables(done) == ["3 nodes: 3 do not"]
    assert (nodes.found(), nodes.logged_in()) == ([], [])


def test_each_part_by_its_tag(nodes: Nodes) -> None:
    done = nodes.run("--tags", "hosts")
    assert (nodes.found(), nodes.logged_in(), tables(done)) == (nodes.names, [], [])
    done = nodes.run("--tags", "login", "--limit", "node-2")
    assert (nodes.logged_in(), tables(done)) == (["node-2"], [])
    assert each(nodes.run("--tags", "bind,resolver"), "ok") == {0}


def test_no_part_without_its_variables(nodes: Nodes) -> None:
    """Neither with the blanks of a survey. An answer that is neither true nor false is not taken for the latter."""
    nodes.common = {}
    blank = (
        "hosts_endpoints",
        "hosts_state",
        "resolver_enabled",
        "login_region",
        "login_registry",
        "access_check_region",
    )
    nodes.variables["node-2"] = dict.fromkeys(blank, "")
    nodes.variables["node-3"]["resolver_enabled"] = "ture"
    done = nodes.run("-e", "nodes_serial=", "-e", "nodes_max_fail_percentage=", ok=False)
    assert {name: counts["failed"] for name, counts in done.recap.items()} == {"node-1": 0, "node-2": 0, "node-3": 1}
    assert [done.recap[name]["ok"] for name in ("node-1", "node-2")] == [0, 0]
    assert 'resolver_enabled: it is "ture": write true or false' in done.text.replace('\\"', '"')


def test_a_batch_that_is_not_proven_stops_the_rollout(nodes: Nodes) -> None:
    nodes.group = "edge"
    nodes.variables["node-2"]["access_check_expected_addresses"] = ["172.16.0.10"]
    done = nodes.run("-e", "nodes_hosts=edge", "-e", "nodes_serial=1", ok=False)
    assert nodes.found() == nodes.logged_in() == ["node-1", "node-2"]
    assert "FAIL dns.nss on node-2" in done.out


def test_a_node_that_fails_stops_the_rollout_unless_it_may(nodes: Nodes) -> None:
    (nodes.playbooks.folder / "node-1" / "config.json").write_text("{ broken")
    done = nodes.run("-e", "nodes_serial=2", ok=False)
    assert (nodes.found(), tables(done)) == (["node-1", "node-2"], [])
    nodes.run("-e", "nodes_serial=2", "-e", "nodes_max_fail_percentage=50", "--tags", "hosts,login", ok=False)
    assert nodes.found() == nodes.logged_in() == nodes.names


def test_a_node_that_fails_does_not_keep_the_others_from_it(nodes: Nodes) -> None:
    path = nodes.playbooks.folder / "node-2" / "config.json"
    path.write_text("{ broken")
    done = nodes.run("--tags", "hosts,login", ok=False)
    assert nodes.found() == nodes.logged_in() == nodes.names
    assert path.read_text() == "{ broken"
    assert "is not valid JSON" in done.text
