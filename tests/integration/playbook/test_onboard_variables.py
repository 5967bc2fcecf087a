# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is wrong with variables and the directory of reports, as users see it."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.longshore.swr.tests.sandbox.images import docker_image


def test_a_part_whose_variable_cannot_be_rendered_is_not_left_out(playbooks: Any) -> None:
    every = {
        "onboard_region": "cn-north-4",
        "onboard_dir": str(playbooks.folder / "report"),
        "organizations_list": [{"name": "{{ team }}"}],
        "migrate_images": "{{ images_of_the_team }}",
        "harbor_url": "https://harbor.example.com",
        "harbor_username": "admin",
        "harbor_password": "{{ vault_harbor_password }}",
        "harbor_rules": [{"name": "all", "repositories": "{{ team }}/**"}],
        # Part of nothing that is on: it does not count as told.
        "discover_api_key": "{{ vault_harbor_password }}",
        "network_vpc": ["shop"],
        "network_scenario": "private_line",
    }
    run = playbooks.run("longshore.swr.onboard", ok=False, inventory={"all": {"vars": every}})
    said = re.search(r'"msg": \[\n(.*?)\n    \]', run.out, re.DOTALL)
    assert said, run.out
    names = re.findall(r'^ +"(\w+):', said.group(1), re.MULTILINE)
    # What is undefined is said once for each cause, and not also missing.
    assert names == ["network_vpc", "organizations_list", "migrate_images", "harbor_password"], run.out
    assert "network_vpc: it is a list: write a string" in run.out
    assert "missing" not in said.group(1)
    assert not (playbooks.folder / "report").exists()


def test_the_outcome_is_shown_if_the_report_cannot_be_written(playbooks: Any) -> None:
    (playbooks.folder / "report" / "onboard.json").mkdir(parents=True)
    # No part needs an account, and nothing is asked about one.
    every = {"onboard_dir": "report", "audit_path": "services"}
    (playbooks.folder / "services").mkdir()
    (playbooks.folder / "services" / "Dockerfile").write_text("FROM debian:12.5\n")
    run = playbooks.run("longshore.swr.onboard", ok=False, inventory={"all": {"vars": every}})
    assert re.search(r'"audit +done ', run.out), run.out


def test_a_run_that_does_not_start_at_the_beginning_is_told_so(playbooks: Any) -> None:
    every = {"onboard_dir": "report", "audit_path": "services"}
    name = "Run network, organizations, audit, discover and migrate"
    run = playbooks.run("longshore.swr.onboard", "--start-at-task", name, ok=False, inventory={"all": {"vars": every}})
    assert "Run the playbook from its first task" in run.out


def test_the_variables_of_migrate_alone_are_enough(playbooks: Any) -> None:
    playbooks.source.load(docker_image("web"), "team/web", "1")
    playbooks.write_auth()
    every = {
        "onboard_dir": "report",
        "migrate_region": "cn-north-4",
        "migrate_registry": playbooks.swr.host,
        "migrate_insecure": "true",
        "migrate_default_namespace": "team",
        "migrate_images": {playbooks.source.host + "/team/web:1": ""},
        "migrate_auth_file": "auth.json",
        "migrate_docker_config_fallback": False,
    }
    run = playbooks.run("longshore.swr.onboard", inventory={"all": {"vars": every}})
    assert "1 equal" in run.out


def test_a_directory_that_cannot_be_made_is_named(playbooks: Any) -> None:
    playbooks.write("report", "a file")
    every = {"onboard_dir": "report/of/shop", "audit_path": "services"}
    run = playbooks.run("longshore.swr.onboard", ok=False, inventory={"all": {"vars": every}})
    assert "Remedy: Set onboard_dir to a directory" in run.out
