# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The company of inventories/example: all of its variables are valid, and what they name is there.

The demo brings it to a sandbox.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Set

import pytest
import yaml

from ansible_collections.longshore.swr.tests.support.playbook import Run, keep, play

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "inventories" / "example"
VAULT = ("access_key", "secret_key", "registry_password", "harbor_password", "cluster_token")
PARTS = {
    "north": ["network", "organizations", "audit", "discover", "migrate", "harbor", "cutover", "verify"],
    "east": ["network", "organizations", "migrate", "verify"],
    "dns-1.example.com": ["bind"],
    "harbor.example.com": ["harbor"],
    "node-1.example.com": ["login", "access_check"],
    "branch-1.example.com": ["hosts", "login", "access_check"],
    "lab-1.example.com": ["resolver", "login", "access_check"],
    "east-1.example.com": ["login", "access_check"],
}


def check(playbooks: Any, *options: str, ok: bool = True) -> Run:
    """What the playbook onboard does first."""
    include = {"ansible.builtin.include_role": {"name": "longshore.swr.onboard"}}
    kept = ("organizations_list", "migrate_images", "onboard_organization", "network_onprem_host")
    values = {name: "{0} | default('')".format(name) for name in (*kept, "company_swr", "company_repository")}
    first = keep(parts="__onboard['plan'].parts", groups="groups", nodes="__nodes", **values)
    first["vars"] = {
        "__nodes": "{{ groups.nodes | zip(groups.nodes | map('extract', hostvars, 'access_check_repository')) | list }}"
    }
    vault = {"vault_" + name: "secret-of-the-vault-" + name for name in VAULT}
    playbooks.secrets += vault.values()
    plays = [play([include, first], hosts="regions")]
    variables = {**vault, "onboard_hosts": "regions", "onboard_dir": str(playbooks.folder / "report")}
    return playbooks.run(plays, "-i", str(EXAMPLE), *options, ok=ok, variables=variables)


def values(run: Run, name: str) -> Dict[str, Any]:
    return {region: run.value(name, region) for region in ("north", "east")}


def test_all_variables_are_valid_and_switch_on_every_part(playbooks: Any) -> None:
    run = check(playbooks)
    parts = run.value("parts", "north")
    assert {host: names for host, names in parts.items() if host in PARTS} == PARTS
    groups = run.value("groups", "north")
    assert (len(groups["nodes"]), len(groups["dns_servers"]), len(groups["regions"])) == (10, 2, 2)
    everything_named_is_there(run, groups["all"])


def everything_named_is_there(run: Run, hosts: List[str]) -> None:
    repository = Path(run.value("company_repository", "north"))
    dockerfiles, manifests = repository.rglob("Dockerfile"), repository.rglob("*.yaml")
    assert (len(list(dockerfiles)), len(list(manifests))) == (2, 4)
    assert run.value("network_onprem_host", "north") in hosts
    servers = yaml.safe_load((EXAMPLE / "group_vars" / "dns_servers.yml").read_text())
    assert {*servers["bind_primaries"], *servers["bind_secondaries"]} <= set(hosts)
    copied: Set[str] = set()
    for region, rules in values(run, "migrate_images").items():
        made = {item["name"] for item in run.value("organizations_list", region)}
        default = run.value("onboard_organization", region)
        for rule in rules:
            source = re.sub(r"^[^/]+/|:.*$", "", rule["source"])
            target = rule["destination"].partition("/")[2] or "{0}/{1}".format(default, source.rpartition("/")[2])
            copied.add(target)
            assert target.partition("/")[0] in made, rule
            assert rule["destination"] == "" or rule["destination"].startswith(run.value("company_swr", region))
    found = re.findall(
        r"image: registry\.example\.com/\S+/(\w+):", "".join(map(Path.read_text, repository.rglob("*.yaml")))
    )
    copied |= {"shop/" + name for name in found}
    assert {repository for _node, repository in run.value("nodes", "north")} <= copied


def test_a_mistake_in_it_would_be_found(playbooks: Any, tmp_path: Path) -> None:
    more = tmp_path / "more" / "host_vars"
    more.mkdir(parents=True)
    (more.parent / "hosts.yml").write_text("all:\n  hosts:\n    lab-2.example.com:\n")
    (more / "lab-2.example.com.yml").write_text("resolver_servres: [192.0.2.1]\nlogin_formats: [rkt]\n")
    run = check(playbooks, "-i", str(more.parent), ok=False)
    assert "resolver_servres" in run.out
    assert "resolver_servers" in run.out
    assert "rkt" in run.out


@pytest.mark.parametrize("path", sorted(EXAMPLE.rglob("*.yml")), ids=lambda path: path.stem)
def test_what_is_a_comment_in_it_is_right_too(path: Path) -> None:
    specs: Set[str] = set()
    for role in (ROOT / "roles").iterdir():
        entries = yaml.safe_load((role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
        specs.update(name for entry in entries.values() for name in entry["options"])
    named = re.findall(r"^# ([a-z]+_[a-z_]+): ", path.read_text(), re.MULTILINE)
    assert [name for name in named if name not in specs] == []
