# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts with different parts run them in the same order."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

# The playbook becomes root on nodes, as its users do.
pytestmark = pytest.mark.needs_root


def test_a_part_of_one_host_alone_keeps_its_place(playbooks: Any) -> None:
    """node-1 only gets the login; node-2 has entries for its hosts file before. Harbor's host says where Harbor is.

    node-3 cannot be reached: it is named, and holds up none of them.
    """
    folder = playbooks.folder / "{{ inventory_hostname }}"
    common = {
        "hosts_path": str(folder / "hosts"),
        "login_path": str(folder / "config.json"),
        "hosts_cloud_init": "never",
    }
    names = {"node-1": {}, "node-2": {"hosts_entries": [{"address": "192.0.2.1", "names": ["obs.example.com"]}]}}
    for name in names:
        (playbooks.folder / name).mkdir()
        (playbooks.folder / name / "hosts").write_text("127.0.0.1 localhost\n")
    keys = {"onboard_access_key": "AKOFTHECOMPANY", "onboard_secret_key": "secret-key-of-the-company"}
    playbooks.secrets.append(keys["onboard_secret_key"])
    every = {
        "onboard_region": "cn-north-4",
        "onboard_dir": str(playbooks.folder / "report"),
        "hosts_verify": False,
        # There is no cloud, and nothing is asked of it but by the preflight.
        "onboard_endpoints": dict.fromkeys(("iam", "swr"), "http://127.0.0.1:9"),
        "onboard_fail_on": "never",
        **keys,
    }
    gone = {"node-3": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 9}}
    harbor = {"harbor-1": {"harbor_directory": str(playbooks.folder), "harbor_network": "public"}}
    children = {"nodes": {"hosts": {**names, **gone}, "vars": common}, "harbor_nodes": {"hosts": harbor}}
    inventory = {"all": {"vars": every, "children": children}}
    parts = {"onboard_parts": ["harbor", "hosts", "login"]}
    run = playbooks.run("longshore.swr.onboard", inventory=inventory, variables=parts, ok=False)
    report = json.loads((playbooks.folder / "report" / "onboard.json").read_text())
    done = re.findall(r"TASK \[longshore\.swr\.(hosts|login) : Check the variables\]", run.out)
    assert done == ["hosts", "login"]
    assert "host node-3: it cannot be reached" in run.out
    assert min(part["seconds"] for part in report["parts"] if part["state"] in ("done", "failed")) > 0
    assert "harbor-1: harbor" in run.out


def test_a_login_that_is_undefined_is_named_although_a_part_that_is_off_has_it_too(playbooks: Any) -> None:
    every = {
        "onboard_region": "cn-north-4",
        "onboard_organization": "team",
        "onboard_dir": str(playbooks.folder / "report"),
        "migrate_images": ["registry.example.com/team/app:1"],
        # audit_auth is the same, by default.
        "migrate_auth": {"registry.example.com": {"username": "reader", "password": "{{ vault_password }}"}},
    }
    run = playbooks.run("longshore.swr.onboard", ok=False, inventory={"all": {"vars": every}})
    assert "migrate_auth: 'vault_password' is undefined" in run.out
    assert not (playbooks.folder / "report").exists()


def test_a_whole_play_that_is_lost_keeps_neither_the_others_nor_the_report(playbooks: Any) -> None:
    """The only DNS server answers at first, and is lost before its part. node-2 is not in the file of --limit."""
    folder = playbooks.folder / "node-1"
    folder.mkdir()
    (folder / "hosts").write_text("127.0.0.1 localhost\n")
    dying = {
        "ansible_connection": "{{ 'ssh' if hostvars.localhost.__onboard_checks is defined else 'local' }}",
        "ansible_host": "127.0.0.1",
        "ansible_port": 9,
        "bind_zones": [{"name": "swr.example.com", "addresses": ["192.0.2.1"]}],
    }
    node = {
        "hosts_path": str(folder / "hosts"),
        "hosts_cloud_init": "never",
        "hosts_verify": False,
        "hosts_entries": [{"address": "192.0.2.1", "names": ["obs.example.com"]}],
        "resolver_enabled": True,
        "resolver_servers": ["127.0.0.1"],
    }
    every = {"onboard_dir": str(playbooks.folder / "report"), "onboard_fail_on": "never"}
    children = {"dns_servers": {"hosts": {"dns-1": dying}}, "nodes": {"hosts": {"node-1": node, "node-2": node}}}
    parts = {"onboard_parts": ["bind", "hosts", "resolver"]}
    inventory = {"all": {"vars": every, "children": children}}
    limit = playbooks.write("hosts.retry", "localhost\ndns-1\nnode-1\n")
    playbooks.run(
        "longshore.swr.onboard", "--limit", "@{0}".format(limit), inventory=inventory, variables=parts, ok=False
    )
    report = json.loads((playbooks.folder / "report" / "onboard.json").read_text())
    found = {part["name"]: part for part in report["parts"]}
    assert {name: part["state"] for name, part in found.items() if part["state"] != "off"} == {
        "preflight": "done",
        "bind": "not_run",
        "hosts": "done",
        "resolver": "not_run",
    }
    assert found["resolver"]["headline"] == "it needs bind"
    assert "could not be reached any more" in found["bind"]["problems"][0]["text"]
    assert found["bind"]["problems"][0]["hosts"] == ["dns-1"]
    assert "obs.example.com" in (folder / "hosts").read_text()


def test_images_in_another_registry_are_not_deleted_and_nothing_else_begins(playbooks: Any) -> None:
    every = {
        "onboard_region": "cn-north-4",
        "onboard_registry": "harbor.example.com",
        "onboard_dir": str(playbooks.folder / "report"),
        "onboard_delete_images": "true",
        "migrate_images": {"registry.example.com/team/app:1": "team/app"},
    }
    run = playbooks.run("longshore.swr.offboard", ok=False, inventory={"all": {"vars": every}})
    assert "onboard_delete_images: registry: harbor.example.com is not the registry of SWR in cn-north-4" in run.out
    assert "longshore.swr.image_prune" in run.out
    assert not (playbooks.folder / "report").exists()
