# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role bind with real servers: two primaries and a secondary, which are hosts of one inventory."""

from __future__ import annotations

import grp
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.integration.bind.conftest import NAME, OTHER, Daemon, run
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, play

OBS = "bucket.obs.cn-north-4.myhuaweicloud.com"
SECRET = "c2VjcmV0LW9mLXRoZS10cmFuc2Zlci1rZXk="
KEY = {"name": "swr-transfer", "secret": SECRET}
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
        self.tasks: List[Dict[str, Any]] = []
        self.output = ""
        self.common: Dict[str, Any] = {
            "bind_primaries": ["first", "other"],
            "bind_secondaries": ["second"],
            "bind_regions": [{"region": "cn-north-4", "swr_addresses": ["10.0.0.1"]}],
            "bind_ttl": 5,
            "bind_timeout": 20,
            "bind_key": KEY,
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
            }
        return {"all": {"hosts": hosts}}

    def play(self, *arguments: str, ok: bool = True, **variables: Any) -> Dict[str, Dict[str, int]]:
        """One run of the role on all servers: the counts of the recap by host."""
        tasks = self.tasks or [{"ansible.builtin.include_role": {"name": "longshore.swr.bind"}}]
        run = self.playbook.run(
            [play(tasks, hosts="all")],
            "-vvv",
            *arguments,
            ok=ok,
            inventory=self.inventory(),
            variables=dict(self.common, **variables),
        )
        self.output = run.text
        return {name: counts for name, counts in run.recap.items() if name in self.servers}

    def changed(self, *arguments: str, **variables: Any) -> List[str]:
        """The servers that a run changes, or would change."""
        return sorted(name for name, counts in self.play(*arguments, **variables).items() if counts["changed"])

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
    before = site.snapshot()
    everybody = ["first", "other", "second"]
    assert site.changed("--check", "--diff") == everybody
    assert site.snapshot() == before
    assert site.changed("--diff") == everybody
    assert [server.ask().addresses for server in site.servers.values()] == [("10.0.0.1",)] * 3
    old = site.serials()
    assert len(set(old.values())) == 1
    assert site.changed() == []
    # The change of a primary is no change of the secondary, and it has it all the same at the end.
    site.common["bind_regions"] = [{"region": "cn-north-4", "swr_addresses": ["10.0.0.2", "2001:db8::2"]}]
    assert site.changed("--check") == ["first", "other"]
    assert site.changed() == ["first", "other"]
    assert [server.ask().addresses for server in site.servers.values()] == [("10.0.0.2",)] * 3
    assert [server.ask(kind="AAAA").addresses for server in site.servers.values()] == [("2001:db8::2",)] * 3
    assert len(set(site.serials().values())) == 1
    assert site.serials() != old
    # Without the first nobody decides.
    assert site.play("--limit", "other", ok=False)["other"]["failed"] == 1
    assert "The serials of the zones are decided on first" in site.output
    assert site.changed(bind_state="absent") == everybody
    assert site.snapshot() == before


def test_without_a_key_addresses_tell_who_gets_zones(site: Site) -> None:
    site.play(bind_key=None, bind_primaries=["first", "other"])
    text = Path(site.servers["first"].paths.fragment).read_text(encoding="utf-8")
    port = site.servers["second"].port
    assert "allow-transfer { 127.0.0.1; };" in text
    assert "also-notify {{ 127.0.0.1 port {0}; }};".format(port) in text
    assert "allow-transfer { none; };" in Path(site.servers["second"].paths.fragment).read_text(encoding="utf-8")
    assert site.servers["second"].ask().addresses == ("10.0.0.1",)


def test_a_primary_that_fails_leaves_everything_as_it_was(site: Site) -> None:
    (site.servers["first"].etc / "steady.zone").write_text("nonsense\n", encoding="utf-8")
    before = site.snapshot()
    recap = site.play(ok=False, bind_timeout=2)
    assert {name: counts["failed"] for name, counts in recap.items()} == {"first": 1, "other": 1, "second": 1}
    assert "the zone {0} is broken already".format(OTHER) in site.output
    assert "The serials of the zones are decided on first" in site.output
    assert site.snapshot() == before


def test_forward_zones_a_policy_and_a_host_on_its_own(site: Site) -> None:
    """Without bind_primaries a host is a primary, and decides its own serials."""
    common = {
        "bind_primaries": [],
        "bind_secondaries": [],
        "bind_key": None,
        "bind_rpz": True,
        "bind_rpz_names": [{"name": "*.example.org", "addresses": ["10.0.0.9"]}],
        "bind_validate_except": ["obs.cn-north-4.myhuaweicloud.com"],
        # The server of the secondary stands for the DNS endpoint.
        "bind_regions": [
            {
                "region": "cn-north-4",
                "swr_addresses": ["10.0.0.1"],
                "dns_addresses": ["127.0.0.1 port {0}".format(site.servers["second"].port)],
            }
        ],
    }
    every_bucket = {"name": "*", "type": "A", "value": "10.0.0.8"}
    endpoint = [{"name": OBS[7:], "addresses": ["10.0.0.7"], "records": [every_bucket]}]
    site.play("--limit", "second", **dict(common, bind_regions=[], bind_rpz_names=[], bind_zones=endpoint))
    before = site.servers["first"].snapshot()
    first = site.servers["first"]
    assert site.changed("--limit", "first", **common) == ["first"]
    assert first.ask().addresses == ("10.0.0.1",)
    assert first.ask(OBS).addresses == ("10.0.0.8",)
    assert first.ask("any.example.org").addresses == ("10.0.0.9",)
    assert site.changed("--limit", "first", **common) == []
    site.play("--limit", "first", bind_state="absent")
    assert site.servers["first"].snapshot() == before


FAULTS = [
    ({"bind_regions": []}, "There is nothing to serve"),
    ({"bind_secondaries": ["first"]}, "both have ['first']"),
    ({"bind_primaries": [], "bind_secondaries": ["first"]}, "both are needed"),
    ({"bind_primaries": ["first", "nobody"]}, "nobody is not an address"),
    ({"bind_regions": [{"region": "cn-north-4", "swr_addresses": ["10.0.0.300"]}]}, "is no address"),
    ({"bind_zones": [{"name": " a.example.com ", "addresses": ["10.0.0.1"]}]}, "and no spaces"),
    ({"bind_zones": [{"name": OTHER, "addresses": ["10.0.0.1"]}]}, "has a zone of this name already"),
    ({"bind_regions": [{"region": "atlantis-1", "swr_addresses": ["10.0.0.1"]}]}, "atlantis-1"),
    ({"bind_regions": [{"swr_addresses": ["10.0.0.1"]}]}, "missing required arguments: region"),
    ({"bind_key": {"name": "k", "secret": "%%%%"}}, "the secret is no base64 text"),
]


def test_what_is_wrong_changes_nothing(daemon: Daemon, folder: Path) -> None:
    site = Site(folder, {"first": daemon})
    del site.common["bind_regions"]
    before = site.snapshot()
    regions = [{"region": "cn-north-4", "swr_addresses": ["10.0.0.1"]}]
    for number, (variables, words) in enumerate(FAULTS):
        given = dict({"bind_regions": regions, "bind_primaries": ["first"], "bind_secondaries": []}, **variables)
        site.tasks.append(
            {
                "block": [
                    {"ansible.builtin.include_role": {"name": "longshore.swr.bind"}, "vars": given},
                    {"ansible.builtin.fail": {"msg": "nothing was found wrong"}},
                ],
                "rescue": [
                    {
                        "name": "Judge {0}".format(number),
                        "ansible.builtin.assert": {"that": "words in ansible_failed_result | string"},
                        "vars": {"words": words},
                    }
                ],
            }
        )
    site.common = {"bind_ttl": 5}
    assert site.play()["first"]["rescued"] == len(FAULTS)
    assert site.snapshot() == before


def no_servers(folder: Path) -> Path:
    """A folder to look for processes in: another test's may run on this machine."""
    (folder / "proc" / "self").mkdir(parents=True)
    (folder / "proc" / "self" / "mountinfo").write_text("", encoding="utf-8")
    return folder / "proc"


def test_a_server_is_installed_and_started_only_when_asked(folder: Path) -> None:
    """With stand-ins for the modules that Ansible uses for packages and services."""
    daemon = Daemon(folder / "first")
    site = Site(folder, {"first": daemon})
    site.common.update(bind_primaries=[], bind_secondaries=[])
    site.playbook.environ["LONGSHORE_MODULES"] = str(folder / "modules")
    library = folder / "library"
    library.mkdir()
    for kind, modules in {"package": ["apt", "dnf", "dnf5"], "service": ["systemd", "service", "sysvinit"]}.items():
        for module in modules:
            (library / (module + ".py")).write_text(STAND_IN.replace("KIND", kind), encoding="utf-8")
    calls = folder / "calls"
    calls.write_text("", encoding="utf-8")
    site.play(ok=False)
    assert "the server does not run" in site.output
    assert "bind_start" in site.output
    # It is there: installing finds nothing to do, and does not start what somebody has stopped.
    site.play(ok=False, bind_install=True)
    assert calls.read_text(encoding="utf-8") == "package ['bind9', 'bind9-utils'] present\n"
    config, hidden = Path(daemon.paths.config), folder / "hidden"
    config.rename(hidden)
    site.play(ok=False)
    assert "There is no DNS server on this host" in site.output
    assert "bind_install" in site.output
    assert site.changed(bind_state="absent") == []
    calls.write_text("", encoding="utf-8")
    assert site.changed("--check", bind_install=True) == ["first"]
    assert "The server would be installed" in site.output
    assert calls.read_text(encoding="utf-8") == ""
    hidden.rename(config)
    assert site.changed("--check", bind_start=True, __bind_proc=str(no_servers(folder))) == ["first"]
    assert "The server would be started" in site.output
    site.play(ok=False, bind_start=True)
    assert calls.read_text(encoding="utf-8") == "service named-first started\n"
