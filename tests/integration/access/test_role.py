# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role on a deliberately broken inventory: every fault and its remedy in one table."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
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
from ansible_collections.longshore.swr.tests.sandbox.tls import Certificates

CHECKS = ["dns.nss", "blob.obs_get", "env.proxy", "time.skew"]
COMMON = {
    "access_check_host": "localhost",
    "access_check_repository": "team/app",
    "access_check_tag": "1.0",
    "access_check_username": USER,
    "access_check_password": PASSWORD,
    "access_check_checks": CHECKS,
}


class Inventory:
    """Nodes that are all this machine, each with variables of its own."""

    def __init__(self, folder: Path, nodes: Dict[str, Dict[str, Any]]) -> None:
        self.folder = folder
        common = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        hosts = {name: dict(common, **variables) for name, variables in nodes.items()}
        (folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts, "vars": COMMON}}))

    def run(self, *arguments: str, **variables: Any) -> subprocess.CompletedProcess[str]:
        play = {"hosts": "all", "gather_facts": False, "roles": ["longshore.swr.access_check"], "vars": variables}
        (self.folder / "play.yml").write_text(json.dumps([play]))
        done = subprocess.run(
            ["ansible-playbook", "-i", "hosts.json", "play.yml", *arguments],
            env={
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "HOME": str(self.folder),
                "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
                "ANSIBLE_NOCOLOR": "1",
                "LC_ALL": "C.UTF-8",
            },
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )
        text = done.stdout + done.stderr
        assert [secret for secret in (PASSWORD, SECRET_KEY, "Signature=", "Traceback") if secret in text] == []
        return done


def table(text: str) -> List[str]:
    """The lines that the role showed."""
    found = re.search(r'"msg": (\[\n.*?\n    \])', text, re.DOTALL)
    assert found, text
    lines: List[str] = json.loads(found.group(1))
    return lines


@pytest.fixture
def make_swr(
    sandbox_swr: Callable[..., Swr], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Dict[str, Any]]:
    """Starts an SWR and returns the variables of a node that uses it."""

    def make(**certificate: Any) -> Dict[str, Any]:
        folder = str(tmp_path_factory.mktemp("tls") / "made")
        tls = Certificates(folder, **certificate) if certificate else True
        swr = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=tls)
        swr.load(IMAGE, "team/app", "1.0")
        return {"access_check_port": swr.server.port, "access_check_ca_path": swr.ca_path}

    return make


def test_a_broken_inventory(tmp_path: Path, make_swr: Callable[..., Dict[str, Any]]) -> None:
    good = make_swr()
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        nodes = {
            "good": good,
            "wrong-address": dict(good, access_check_expected_addresses=["172.16.0.10"]),
            "closed-port": dict(good, access_check_port=reserved.getsockname()[1]),
            "expired": make_swr(names=("localhost",), days=-1),
            "other-name": make_swr(names=("other.example",)),
            "unknown-ca": dict(good, access_check_ca_path=make_swr(names=("x.example",))["access_check_ca_path"]),
            "wrong-login": dict(good, access_check_password="wrong-password-of-one"),
            "no-image": dict(good, access_check_repository="team/missing"),
            "no-bucket": dict(good, access_check_obs_hosts=["bucket.obs.invalid"]),
            "refused": dict(good, access_check_tag="a b"),
            "away": {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1},
        }
        page, written = tmp_path / "access.html", tmp_path / "access.json"
        inventory = Inventory(tmp_path, nodes)
        done = inventory.run(access_check_html_path=str(page), access_check_json_path=str(written))
    assert done.returncode != 0
    lines = table(done.stdout)
    text = "\n".join(lines)
    assert max(map(len, lines)) <= 120
    expected = {
        "wrong-address": "dns.nss",
        "closed-port": "tcp.443",
        "expired": "tls.expiry",
        "other-name": "tls.name",
        "unknown-ca": "tls.chain",
        "wrong-login": "auth.token",
        "no-image": "registry.manifest",
        "no-bucket": "blob.obs_dns",
    }
    for node, check in expected.items():
        finding = re.search(r"FAIL {0} on {1}\n((?:    .*\n?)+)".format(re.escape(check), node), text)
        assert finding, (node, text)
        assert "Remedy: " in finding.group(1)
    assert re.search(r"^away +UNREACHABLE$", text, re.MULTILINE)
    assert re.search(r"^refused +NOT CHECKED$", text, re.MULTILINE)
    report = json.loads(written.read_text())
    found = {
        node["node"]: [check["id"] for check in node["checks"] if check["status"] == "fail"] for node in report["nodes"]
    }
    assert {node: ids for node, ids in found.items() if ids} == {node: [check] for node, check in expected.items()}
    assert sorted(report["failing"]) == sorted([*expected, "refused"])
    assert "9 of 11 nodes do not reach SWR" in " ".join(done.stdout.split())
    content = page.read_text() + written.read_text()
    assert "UNREACHABLE" in content
    assert [secret for secret in (PASSWORD, "wrong-password-of-one", "Signature=") if secret in content] == []


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_good_nodes(tmp_path: Path, make_swr: Callable[..., Dict[str, Any]], arguments: Any) -> None:
    inventory = Inventory(tmp_path, dict.fromkeys(("one", "two"), make_swr()))
    report = tmp_path / "access.json"
    done = inventory.run(*arguments, access_check_json_path=str(report))
    assert done.returncode == 0, done.stdout + done.stderr
    assert set(re.findall(r"changed=(\d+)", done.stdout)) == {"0"}
    assert any("2 nodes: 2 reach SWR" in line for line in table(done.stdout))
    assert json.loads(report.read_text())["ok"] is True


def test_faults_that_are_not_to_fail(tmp_path: Path, make_swr: Callable[..., Dict[str, Any]]) -> None:
    inventory = Inventory(tmp_path, {"one": dict(make_swr(), access_check_expected_addresses=["172.16.0.10"])})
    done = inventory.run(access_check_fail_on="never")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAIL dns.nss on one" in "\n".join(table(done.stdout))


@pytest.mark.parametrize("option", ["access_check_json_path", "access_check_html_path"])
def test_a_report_takes_the_place_of_files_only(tmp_path: Path, option: str) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    done = Inventory(tmp_path, {"one": {}}).run(**{option: str(pipe)})
    assert done.returncode != 0
    assert "{0} exists and is not a regular file".format(pipe) in " ".join(done.stdout.split())
    assert "Check the way" not in done.stdout
    assert pipe.is_fifo()


def test_without_a_host_the_variables_are_refused(tmp_path: Path) -> None:
    done = Inventory(tmp_path, {"one": {}}).run(access_check_fail_on="never", access_check_host="")
    assert done.returncode != 0
    assert "region" in done.stdout
