# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role resolver with managers of resolv.conf that cannot run here: the files that they read, and how they are told.

The files are laid out as their manuals say: systemd.dns-delegate(5), netplan(5), dhclient.conf(5) and netconfig(8).
The managers' programs are stand-ins that write down how they were called. Other managers run for real in Molecule.
"""

from __future__ import annotations

import configparser
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Dict, List

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
SERVERS = ["192.0.2.53", "2001:db8::53"]
OLD = "# written by hand\nnameserver 198.51.100.1\n"
PLAYBOOK = [
    {
        "hosts": "localhost",
        "gather_facts": False,
        "tasks": [
            {"name": "Call the role", "ansible.builtin.include_role": {"name": "longshore.swr.resolver"}},
        ],
    }
]


class Node:
    """A folder that stands for a node's files, and a PATH with stand-ins for its programs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.calls_path, self.output = folder / "calls", ""
        (folder / "bin").mkdir()
        for program in ("netplan", "netconfig", "resolvconf", "nmcli"):
            self.program(program, 'echo "{0} $*" >>"{1}"'.format(program, self.calls_path))
        self.write("resolv.conf", OLD)
        self.playbook = folder / "playbook.yml"
        self.playbook.write_text(yaml.safe_dump(PLAYBOOK), encoding="utf-8")

    def program(self, name: str, script: str) -> None:
        path = self.folder / "bin" / name
        path.write_text("#!/bin/sh\n{0}\n".format(script), encoding="utf-8")
        path.chmod(0o755)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, encoding="utf-8")

    def read(self, name: str) -> str:
        return (self.folder / name).read_text(encoding="utf-8")

    def calls(self) -> List[str]:
        """How the stand-ins were called since the last question."""
        text = self.calls_path.read_text(encoding="utf-8") if self.calls_path.exists() else ""
        self.calls_path.unlink(missing_ok=True)
        return text.splitlines()

    def run(self, *arguments: str, failing: bool = False, **variables: Any) -> Dict[str, int]:
        """Call the role. Returns the counts of the recap."""
        given = {
            "__resolver_file": "resolv.conf",
            "__resolver_resolved_file": "resolved.conf.d/longshore-swr.conf",
            "__resolver_delegate_file": "dns-delegate.d/longshore-swr.dns-delegate",
            "__resolver_netplan_file": "0-longshore-swr.yaml",
            "__resolver_dhclient_file": "dhclient.conf",
            "__resolver_netconfig_file": "config",
        }
        extra: Dict[str, Any] = {name: str(self.folder / path) for name, path in given.items()}
        extra.update(
            ansible_connection="local",
            ansible_python_interpreter=sys.executable,
            resolver_enabled=True,
            resolver_servers=SERVERS,
            resolver_regions=["cn-north-4"],
            resolver_interface="eth7",
            # There is no DNS in these tests.
            resolver_verify=False,
        )
        extra.update(variables)
        extra = {name: value for name, value in extra.items() if value is not None}
        environ = dict(os.environ, PATH="{0}:{1}".format(self.folder / "bin", os.environ["PATH"]))
        environ.update(ANSIBLE_STDOUT_CALLBACK="ansible.builtin.default", ANSIBLE_NOCOLOR="1", LC_ALL="C.UTF-8")
        environ.setdefault("ANSIBLE_COLLECTIONS_PATH", str(ROOT / ".cache" / "collections"))
        program = str(Path(sys.executable).parent / "ansible-playbook")
        command = [program, "-i", "localhost,", "-e", json.dumps(extra), *arguments, str(self.playbook)]
        done = subprocess.run(
            command, env=environ, cwd=str(self.folder), capture_output=True, text=True, timeout=180, check=False
        )
        self.output = done.stdout
        assert done.returncode == (2 if failing else 0), done.stdout + done.stderr
        recap = done.stdout.rsplit("PLAY RECAP", 1)[1].split(":", 1)[1].split()
        return {name: int(count) for name, _equals, count in (word.partition("=") for word in recap)}

    def converge(self, **variables: Any) -> List[str]:
        """Check, real, and real again: the check predicts and writes nothing, the second run changes nothing."""
        before = self.files()
        self.run("--check", "--diff", **variables)
        assert self.files() == before
        self.calls()
        assert self.run(**variables)["changed"] > 0
        calls = self.calls()
        assert self.run(**variables)["changed"] == 0
        self.calls()
        return calls

    def files(self) -> Dict[str, str]:
        paths = (path for path in self.folder.rglob("*") if path.is_file() and path.name != "calls")
        return {str(path): path.read_text(encoding="utf-8") for path in paths if ".ansible" not in str(path)}


@pytest.fixture(name="node")
def a_node(tmp_path: Path) -> Node:
    return Node(tmp_path)


def test_netplan_gets_a_file_of_its_own(node: Node) -> None:
    calls = node.converge(resolver_manager="netplan", resolver_netplan_kind="bonds", resolver_netplan_id="bond 1")
    assert yaml.safe_load(node.read("0-longshore-swr.yaml")) == {
        "network": {"version": 2, "bonds": {"bond 1": {"nameservers": {"addresses": SERVERS}}}}
    }
    assert calls == ["netplan generate", "netplan apply"]
    assert node.run(resolver_manager="netplan", resolver_state="absent")["changed"] > 0
    assert not (node.folder / "0-longshore-swr.yaml").exists()
    assert node.calls() == ["netplan generate", "netplan apply"]


def test_wicked_keeps_the_other_servers_behind_ours(node: Node) -> None:
    old = 'NETCONFIG_DNS_STATIC_SERVERS="198.51.100.2 198.51.100.1"'
    text = '# a comment\nNETCONFIG_DNS_POLICY="auto"\n{0}\nNETCONFIG_NIS_POLICY="auto"\n'
    node.write("config", text.format(old))
    calls = node.converge(resolver_manager="wicked")
    ours = 'NETCONFIG_DNS_STATIC_SERVERS="{0} 198.51.100.2 198.51.100.1"'.format(" ".join(SERVERS))
    assert node.read("config") == text.format(ours)
    assert calls == ["netconfig update -f"]
    node.run(resolver_manager="wicked", resolver_state="absent")
    assert node.read("config") == text.format(old)


def test_dhclient_prepends_and_the_file_is_put_right_until_the_lease_is_renewed(node: Node) -> None:
    node.write("dhclient.conf", "request subnet-mask;\n")
    node.converge(resolver_manager="dhclient")
    statement = "prepend domain-name-servers {0};".format(", ".join(SERVERS))
    assert node.read("dhclient.conf").splitlines()[2] == statement
    assert node.read("resolv.conf").splitlines()[1:3] == ["nameserver " + server for server in SERVERS]
    # The lease is renewed: dhclient writes the file, in the right order.
    node.write("resolv.conf", "".join("nameserver {0}\n".format(server) for server in [*SERVERS, "198.51.100.1"]))
    assert node.run(resolver_manager="dhclient")["changed"] == 0
    node.run(resolver_manager="dhclient", resolver_state="absent")
    assert node.read("dhclient.conf") == "request subnet-mask;\n"
    assert node.read("resolv.conf") == "nameserver 198.51.100.1\n"


def test_the_file_for_resolved_follows_its_version(node: Node) -> None:
    routes = "~swr.cn-north-4.myhuaweicloud.com ~obs.cn-north-4.myhuaweicloud.com"
    cases = [(257, "auto", "Resolve", routes), (258, "auto", "Delegate", routes), (258, "first", "Delegate", "~.")]
    make = {
        "ansible.builtin.template": {
            "src": str(ROOT / "roles/resolver/templates/systemd_resolved.conf.j2"),
            "dest": str(node.folder / "{{ item.systemd }}-{{ item.mode }}"),
        },
        "vars": {
            "__resolver_section": "{{ __resolver_delegates | ternary('Delegate', 'Resolve') }}",
            "__resolver": {
                "mode": "{{ item.mode }}",
                "servers": "{{ resolver_servers }}",
                "domains": "{{ resolver_domains }}",
                "regions": "{{ resolver_regions }}",
            },
            "resolver_detected": {"systemd": "{{ item.systemd }}"},
        },
        "loop": [{"systemd": str(systemd), "mode": mode} for systemd, mode, _section, _routes in cases],
    }
    variables = {"ansible.builtin.include_vars": {"file": str(ROOT / "roles/resolver/vars/main.yml")}}
    node.playbook.write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [variables, make]}]), encoding="utf-8"
    )
    node.run(resolver_domains=[])
    for systemd, mode, section, domains in cases:
        made = configparser.ConfigParser(comment_prefixes="#")
        made.optionxform = str  # type: ignore[assignment,method-assign]
        made.read_string(node.read("{0}-{1}".format(systemd, mode)))
        assert made.sections() == [section]
        assert dict(made[section]) == {"DNS": " ".join(SERVERS), "Domains": domains}


def test_the_manager_is_found_by_its_mark_and_nothing_is_done_unasked(node: Node) -> None:
    cases = {
        "static": OLD,
        "wicked": "### autogenerated by netconfig!\nnameserver 198.51.100.1\n",
        # NetworkManager does not run: its mark is an old one.
        "static-after-networkmanager": "# Generated by NetworkManager\n",
    }
    for name, text in cases.items():
        node.write(name, text)
    (node.folder / "resolvconf").symlink_to("/run/resolvconf/resolv.conf")
    call = dict(PLAYBOOK[0]["tasks"][0], vars={"__resolver_file": str(node.folder / "{{ item }}")})
    judge = {"ansible.builtin.assert": {"that": "resolver_detected.manager == item.split('-')[0]"}}
    tasks = [dict(call), dict(judge)]
    (node.folder / "each.yml").write_text(yaml.safe_dump(tasks), encoding="utf-8")
    loop = {"ansible.builtin.include_tasks": str(node.folder / "each.yml"), "loop": [*cases, "resolvconf"]}
    play = [{"hosts": "localhost", "gather_facts": False, "tasks": [loop]}]
    node.playbook.write_text(yaml.safe_dump(play), encoding="utf-8")
    assert node.run(resolver_enabled=False, __resolver_file=None)["changed"] == 0
    assert {name: node.read(name) for name in cases} == cases


def test_a_manager_that_is_not_served_is_refused_with_what_to_do(node: Node) -> None:
    text = "# Generated by dhcpcd from eth0.dhcp\nnameserver 198.51.100.1\n"
    node.write("resolv.conf", text)
    assert node.run(failing=True)["failed"] == 1
    assert "dhcpcd manages resolv.conf" in node.output
    assert "static domain_name_servers=" in node.output
    assert node.run(resolver_state="absent")["changed"] == 0
    assert node.read("resolv.conf") == text
    # Whoever knows better says so.
    assert node.run(resolver_manager="static")["changed"] == 1
