# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role bind with real servers: two primaries and a secondary, which are hosts of one inventory."""

from __future__ import annotations

import grp
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.integration.bind.conftest import NAME, OTHER, Daemon, run, zone
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, Task, keep, play

OBS = "bucket.obs.cn-north-4.myhuaweicloud.com"
SECRET = "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="
ROLE: Task = {"ansible.builtin.include_role": {"name": "longshore.swr.bind"}}
STAND_IN = """#!/usr/bin/python
import os
from ansible.module_utils.basic import AnsibleModule
module = AnsibleModule(
    {"name": {"type": "raw"}, "state": {}, "enabled": {"type": "bool"}, "use": {}}, supports_check_mode=True
)
path = os.environ["LONGSHORE_CALLS"]
line = "{0} {1} {2}\\n".format("KIND", module.params["name"], module.params["state"])
with open(path, "a+") as file:
    file.seek(0)
    there = line in file.read()
    if not there and not module.check_mode:
        file.write(line)
module.exit_json(changed=not there)
"""


class Site:
    """Servers, an inventory of them, and plays with the role."""

    def __init__(self, folder: Path, servers: Dict[str, Daemon]) -> None:
        self.servers = servers
        environ = {
            # Facts that are there are not gathered again.
            "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
            "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(folder / "facts"),
            "LONGSHORE_CALLS": str(folder / "calls"),
        }
        self.playbook = Playbook(folder, environ, secrets=[SECRET])
        self.tasks: List[Task] = [dict(ROLE)]
        self.hosts: Dict[str, Dict[str, Any]] = {}
        self.output = ""
        self.common: Dict[str, Any] = {
            "bind_primaries": ["first", "other"],
            "bind_secondaries": ["second"],
            "bind_regions": [{"region": "cn-north-4", "swr_addresses": ["10.0.0.1"]}],
            "bind_ttl": 5,
            "bind_timeout": 20,
        }

    def inventory(self) -> Dict[str, Any]:
        hosts = {}
        for name, server in self.servers.items():
            paths = server.paths
            hosts[name] = {
                "bind_address": "127.0.0.1 port {0}".format(server.port),
                "bind_config": paths.config,
                "bind_include_in": paths.include_in,
                "bind_fragment": paths.fragment,
                "bind_zone_dir": paths.zone_dir,
                "bind_group": grp.getgrgid(server.group).gr_name,
                "bind_query_port": server.port,
                "bind_rndc_options": ["-c", str(server.rndc_conf)],
                "bind_service": "named-" + name,
                "bind_family": "Debian",
                **self.hosts.get(name, {}),
            }
        return {"all": {"hosts": hosts}}

    def run(self, *arguments: str, ok: bool = True, **variables: Any) -> Run:
        """One run of the tasks on all servers."""
        run = self.playbook.run(
            [play(self.tasks, hosts="all")],
            "-vvv",
            *arguments,
            ok=ok,
            inventory=self.inventory(),
            variables=dict(self.common, **variables),
        )
        self.output = run.text
        return run

    def changed(self, *arguments: str, **variables: Any) -> List[str]:
        """The servers that a run changes, or would change."""
        return sorted(name for name, counts in self.run(*arguments, **variables).recap.items() if counts["changed"])

    def snapshot(self) -> Dict[str, Dict[str, bytes]]:
        return {name: server.snapshot() for name, server in self.servers.items()}

    def serials(self, zone: str = NAME) -> Dict[str, str]:
        """What each server says of itself."""
        found = {}
        for name, server in self.servers.items():
            _code, output, _errors = run([*server.programs.rndc, "zonestatus", zone])
            found[name] = "".join(line for line in output.splitlines() if line.startswith("serial: "))
        return found


@pytest.fixture(name="site")
def a_site(folder: Path) -> Iterator[Site]:
    servers = {name: Daemon(folder / name) for name in ("first", "other", "second")}
    try:
        for server in servers.values():
            server.start()
        yield Site(folder, servers)
    finally:
        for server in servers.values():
            server.stop()


def test_primaries_and_a_secondary(site: Site) -> None:
    """Without a key addresses tell who gets zones. Molecule's scenario has a key, and one primary."""
    before = site.snapshot()
    everybody = ["first", "other", "second"]
    assert site.changed("--check", "--diff") == everybody
    assert site.snapshot() == before
    # The second call in the same play changes nothing.
    site.tasks = [dict(ROLE), keep(first="bind_result.changed"), dict(ROLE), keep(again="bind_result.changed")]
    run = site.run("--diff")
    assert {name: counts["changed"] for name, counts in run.recap.items()} == dict.fromkeys(everybody, 1)
    assert [run.kept[name] for name in everybody] == [{"first": True, "again": False}] * 3
    site.tasks = [dict(ROLE)]
    fragments = {name: Path(site.servers[name].paths.fragment).read_text(encoding="utf-8") for name in everybody}
    for primary in ("first", "other"):
        assert "allow-transfer { 127.0.0.1; };" in fragments[primary]
        assert "also-notify {{ 127.0.0.1 port {0}; }};".format(site.servers["second"].port) in fragments[primary]
    assert "allow-transfer { none; };" in fragments["second"]
    assert [server.ask().addresses for server in site.servers.values()] == [("10.0.0.1",)] * 3
    old = site.serials()
    assert len(set(old.values())) == 1
    # The change of a primary is no change of the secondary, and it has it all the same at the end.
    site.common["bind_regions"] = [{"region": "cn-north-4", "swr_addresses": ["10.0.0.2", "2001:db8::2"]}]
    assert site.changed("--check") == ["first", "other"]
    assert site.changed() == ["first", "other"]
    assert [server.ask().addresses for server in site.servers.values()] == [("10.0.0.2",)] * 3
    assert [server.ask(kind="AAAA").addresses for server in site.servers.values()] == [("2001:db8::2",)] * 3
    assert len(set(site.serials().values())) == 1
    assert site.serials() != old
    # Without the first nobody decides.
    assert site.run("--limit", "other", ok=False).recap["other"]["failed"] == 1
    assert "The serials of the zones are set on first" in site.output
    assert site.changed(bind_state="absent") == everybody
    assert site.snapshot() == before


def test_a_primary_that_fails_leaves_everything_as_it_was(site: Site) -> None:
    (site.servers["first"].etc / "steady.zone").write_text("nonsense\n", encoding="utf-8")
    before = site.snapshot()
    recap = site.run(ok=False, bind_timeout=2).recap
    assert {name: counts["failed"] for name, counts in recap.items()} == {"first": 1, "other": 1, "second": 1}
    assert "the zone {0} is broken already".format(OTHER) in site.output
    assert "The serials of the zones are set on first" in site.output
    assert site.snapshot() == before


def test_forward_zones_a_policy_and_a_host_on_its_own(daemon: Daemon, folder: Path) -> None:
    """Without bind_primaries a host is a primary, and decides its own serials."""
    # Stands for the DNS endpoint.
    endpoint = Daemon(folder / "endpoint")
    try:
        endpoint.start()
        every_bucket = {"name": "*", "type": "A", "value": "10.0.0.8"}
        endpoint.apply(zones=[zone("10.0.0.7", name=OBS[7:], records=[every_bucket])])
        region = {"region": "cn-north-4", "swr_addresses": ["10.0.0.1"]}
        site = Site(folder, {"first": daemon})
        site.common.update(
            bind_primaries=[],
            bind_secondaries=[],
            bind_key={"name": "swr-transfer", "secret": SECRET},
            bind_rpz=True,
            bind_rpz_names=[{"name": "*.example.org", "addresses": ["10.0.0.9"]}],
            bind_validate_except=["obs.cn-north-4.myhuaweicloud.com"],
            bind_regions=[dict(region, dns_addresses=["127.0.0.1 port {0}".format(endpoint.port)])],
        )
        before = site.snapshot()
        site.tasks = [dict(ROLE), keep(first="bind_result.changed"), dict(ROLE), keep(again="bind_result.changed")]
        run = site.run()
        assert (run.changed, run.kept["first"]) == (1, {"first": True, "again": False})
        assert daemon.ask().addresses == ("10.0.0.1",)
        assert daemon.ask(OBS).addresses == ("10.0.0.8",)
        assert daemon.ask("any.example.org").addresses == ("10.0.0.9",)
        site.tasks = [dict(ROLE)]
        assert site.changed(bind_state="absent") == ["first"]
        assert site.snapshot() == before
    finally:
        endpoint.stop()


# What the role itself refuses. What bind_zones refuses is in test_server.py, and in the scenario of Molecule.
FAULTS = [
    ({"bind_regions": []}, "There is nothing to serve"),
    ({"bind_secondaries": ["first"]}, "in both: ['first']"),
    ({"bind_primaries": [], "bind_secondaries": ["first"]}, "bind_secondaries requires bind_primaries"),
    ({"bind_primaries": ["first", "nobody"]}, "nobody is not an address"),
    ({"bind_regions": [{"region": "atlantis-1", "swr_addresses": ["10.0.0.1"]}]}, "atlantis-1"),
    ({"bind_regions": [{"swr_addresses": ["10.0.0.1"]}]}, "missing required arguments: region"),
    ({"bind_zones": [{"name": OTHER, "addresses": ["10.0.0.1"]}]}, "already has a zone of this name"),
]


def test_what_is_wrong_changes_nothing(daemon: Daemon, folder: Path) -> None:
    site = Site(folder, {"first": daemon})
    del site.common["bind_regions"]
    before = site.snapshot()
    regions = [{"region": "cn-north-4", "swr_addresses": ["10.0.0.1"]}]
    site.tasks = []
    for number, (variables, _words) in enumerate(FAULTS):
        given = dict({"bind_regions": regions, "bind_primaries": ["first"], "bind_secondaries": []}, **variables)
        name = "fault{0}".format(number)
        site.tasks.append({"block": [dict(ROLE, vars=given)], "rescue": [keep(**{name: "ansible_failed_result"})]})
    site.common = {"bind_ttl": 5}
    run = site.run()
    for number, (_variables, words) in enumerate(FAULTS):
        assert words in str(run.value("fault{0}".format(number), "first"))
    assert site.snapshot() == before


def no_servers(folder: Path) -> Path:
    """A folder to look for processes in: another test's may run on this machine."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "self" / "mountinfo").write_text("", encoding="utf-8")
    return folder / "proc"


def test_a_server_is_installed_and_started_only_when_asked(folder: Path) -> None:
    """With stand-ins for the modules that Ansible uses for packages and services. Each host is one case."""
    site = Site(
        folder, {name: Daemon(folder / name) for name in ("stopped", "installed", "missing", "gone", "started")}
    )
    site.common.update(bind_primaries=[], bind_secondaries=[])
    library = folder / "library"
    library.mkdir()
    for kind, modules in {"package": ["apt", "dnf", "dnf5"], "service": ["systemd", "service", "sysvinit"]}.items():
        for module in modules:
            (library / (module + ".py")).write_text(STAND_IN.replace("KIND", kind), encoding="utf-8")
    calls = folder / "calls"
    calls.write_text("", encoding="utf-8")
    for name in ("missing", "gone"):
        Path(site.servers[name].paths.config).unlink()

    site.hosts = {"missing": {"bind_install": True}, "started": {"bind_start": True}}
    run = site.run("--check", "--limit", "missing,started", __bind_proc=str(no_servers(folder)))
    assert [run.recap[name]["changed"] for name in ("missing", "started")] == [1, 1]
    assert "The server would be installed" in site.output
    assert "The server would be started" in site.output
    assert calls.read_text(encoding="utf-8") == ""

    site.hosts = {
        # It is there: installing finds nothing to do, and does not start what somebody has stopped.
        "installed": {"bind_install": True},
        "gone": {"bind_state": "absent"},
        "started": {"bind_start": True},
    }
    site.tasks = [{"block": [dict(ROLE)], "rescue": [keep(failure="ansible_failed_result.msg")]}]
    run = site.run()
    failures = {name: values["failure"] for name, values in run.kept.items()}
    assert sorted(failures) == ["installed", "missing", "started", "stopped"]
    for name in ("installed", "started", "stopped"):
        assert "the server is not running" in failures[name]
        assert "bind_start" in failures[name]
    assert "This host has no DNS server" in failures["missing"]
    assert "bind_install" in failures["missing"]
    assert run.recap["gone"]["changed"] == 0
    assert sorted(calls.read_text(encoding="utf-8").splitlines()) == [
        "package ['bind9', 'bind9-utils'] present",
        "service named-started started",
    ]
