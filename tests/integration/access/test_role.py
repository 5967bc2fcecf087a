# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role access_check on an inventory in which some nodes reach SWR, some do not, and some cannot be asked.

What each fault is, Molecule's scenario and C(test_faults) judge.
"""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.integration.access.conftest import (
    ACCESS_KEY,
    IMAGE,
    PASSWORD,
    SECRET_KEY,
    USER,
)
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, Run, play, secret_free

WRONG_PASSWORD = "wrong-password-of-one"
SECRETS = (PASSWORD, SECRET_KEY, WRONG_PASSWORD, "Signature=")


def table(run: Run) -> List[str]:
    """The lines that the role showed."""
    found = re.search(r'"msg": (\[\n.*?\n    \])', run.out, re.DOTALL)
    assert found, run.text
    lines: List[str] = json.loads(found.group(1))
    return lines


@pytest.fixture
def good(sandbox_swr: Callable[..., Swr]) -> Dict[str, Any]:
    """The variables of a node that reaches SWR."""
    swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=True)
    swr.load(IMAGE, "team/app", "1.0")
    return {
        "access_check_host": "localhost",
        "access_check_port": swr.server.port,
        "access_check_ca_path": swr.ca_path,
        "access_check_repository": "team/app",
        "access_check_tag": "1.0",
        "access_check_username": USER,
        "access_check_password": PASSWORD,
        "access_check_checks": ["dns.nss", "blob.obs_get", "env.proxy", "time.skew"],
    }


class Role:
    """Runs of the role on nodes that are all this machine, each with variables of its own."""

    def __init__(self, folder: Path) -> None:
        self.playbook = Playbook(folder, secrets=SECRETS)
        self.page, self.json, self.junit = (folder / ("access." + kind) for kind in ("html", "json", "xml"))

    def run(self, nodes: Dict[str, Dict[str, Any]], *arguments: str, ok: bool = True, **variables: Any) -> Run:
        variables.update(access_check_html_path=str(self.page), access_check_json_path=str(self.json))
        whole = play([], hosts="all", roles=["longshore.swr.access_check"], vars=variables)
        run = self.playbook.run([whole], *arguments, ok=ok, inventory={"all": {"hosts": nodes}})
        secret_free(self.page.read_text() + self.json.read_text(), *SECRETS)
        assert run.changed == 0
        return run


@pytest.fixture
def role(tmp_path: Path) -> Role:
    return Role(tmp_path)


def test_a_broken_inventory(role: Role, good: Dict[str, Any]) -> None:
    expected = {
        "wrong-address": "dns.nss",
        "wrong-login": "auth.token",
        "no-bucket": "blob.obs_dns",
    }
    run = role.run(
        {
            "good": good,
            "wrong-address": dict(good, access_check_expected_addresses=["172.16.0.10"]),
            "wrong-login": dict(good, access_check_password=WRONG_PASSWORD),
            "no-bucket": dict(good, access_check_obs_hosts=["bucket.obs.invalid"]),
            "refused": dict(good, access_check_tag="a b"),
            "nowhere": dict(good, access_check_host=""),
            "away": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
        },
        ok=False,
        access_check_junit_path=str(role.junit),
    )
    assert 'tests="7" failures="6" errors="0"' in role.junit.read_text()
    lines = table(run)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 120
    for node, check in expected.items():
        finding = re.search(r"FAIL {0} on {1}\n((?:    .*\n?)+)".format(re.escape(check), node), text)
        assert finding, (node, text)
        assert "Remedy: " in finding.group(1)
    assert re.search(r"^away +UNREACHABLE$", text, re.MULTILINE)
    for node in ("refused", "nowhere"):
        assert re.search(r"^{0} +NOT CHECKED$".format(node), text, re.MULTILINE)
    report = json.loads(role.json.read_text())
    found = {
        node["node"]: [check["id"] for check in node["checks"] if check["status"] == "fail"] for node in report["nodes"]
    }
    assert {node: ids for node, ids in found.items() if ids} == {node: [check] for node, check in expected.items()}
    assert sorted(report["failing"]) == sorted([*expected, "refused", "nowhere"])
    assert "5 of 7 nodes do not reach SWR" in " ".join(run.text.split())
    recap = dict(re.findall(r"^([a-z-]+) +: .*\bfailed=(\d+)", run.text, re.MULTILINE))
    assert {node for node, count in recap.items() if count != "0"} == set(report["failing"])
    assert "UNREACHABLE" in role.page.read_text()
    assert "one of the following is required: region, host" in text


def test_faults_that_are_not_to_fail_in_check_mode(role: Role, good: Dict[str, Any]) -> None:
    run = role.run(
        {"one": good, "two": good, "three": dict(good, access_check_expected_addresses=["172.16.0.10"])},
        "--check",
        access_check_fail_on="never",
    )
    lines = table(run)
    assert any("3 nodes: 2 reach SWR" in line for line in lines)
    assert "FAIL dns.nss on three" in lines
    report = json.loads(role.json.read_text())
    assert (report["ok"], report["failing"]) == (False, [])


def test_a_report_replaces_nothing_but_files(role: Role) -> None:
    whole = play([], hosts="all", roles=["longshore.swr.access_check"])
    for option in ("access_check_json_path", "access_check_html_path"):
        pipe = role.page.with_name(option)
        os.mkfifo(pipe)
        node = {"access_check_host": "localhost", option: str(pipe)}
        run = role.playbook.run([whole], ok=False, inventory={"all": {"hosts": {"one": node}}})
        assert "{0} exists and is not a regular file".format(pipe) in " ".join(run.text.split())
        assert "Check the access to SWR" not in run.out
        assert pipe.is_fifo()
