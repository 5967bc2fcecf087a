# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module under ansible-playbook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.integration.access.conftest import (
    ACCESS_KEY,
    IMAGE,
    PASSWORD,
    SECRET_KEY,
    USER,
)
from ansible_collections.longshore.swr.tests.sandbox import Swr


def play(folder: Path, options: Dict[str, Any], *arguments: str, **environ: str) -> Tuple[Dict[str, Any], str]:
    """A play with the module as its one task: the result, and all output."""
    tasks: List[Dict[str, Any]] = [
        {"longshore.swr.access_check": options, "register": "checked", "ignore_errors": True},
        {
            "ansible.builtin.copy": {"content": "{{ checked | to_json }}", "dest": str(folder / "result.json")},
            "check_mode": False,
        },
    ]
    book = folder / "play.yml"
    interpreter = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    book.write_text(
        json.dumps(
            [{"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": interpreter, "tasks": tasks}]
        )
    )
    done = subprocess.run(
        ["ansible-playbook", str(book), "-vvv", *arguments],
        env={
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(folder),
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "ANSIBLE_NOCOLOR": "1",
            "LC_ALL": "C.UTF-8",
            **environ,
        },
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    text = done.stdout + done.stderr
    # The playbook holds the password; -vvv shows it nowhere else.
    assert [secret for secret in (PASSWORD, SECRET_KEY, "Signature=", "Traceback") if secret in text] == []
    return json.loads((folder / "result.json").read_text()), text


@pytest.fixture
def swr(sandbox_swr: Callable[..., Swr]) -> Swr:
    server = sandbox_swr(keys={ACCESS_KEY: SECRET_KEY}, organizations=["team"], tls=True)
    server.load(IMAGE, "team/app", "1.0")
    return server


@pytest.fixture
def options(swr: Swr) -> Dict[str, Any]:
    return {
        "host": "localhost",
        "port": swr.server.port,
        "ca_path": swr.ca_path,
        "repository": "team/app",
        "tag": "1.0",
        "username": USER,
        "password": PASSWORD,
        # What the test's machine has in its resolver is its own business.
        "checks": ["dns.nss", "blob.obs_get", "auth.token", "env.proxy"],
    }


@pytest.mark.parametrize("arguments", [(), ("--check",)])
def test_a_node_that_reaches_swr(tmp_path: Path, options: Dict[str, Any], arguments: Tuple[str, ...]) -> None:
    result, _text = play(tmp_path, options, *arguments)
    assert result["failed"] is False, result
    assert result["changed"] is False
    assert {check["status"] for check in result["checks"]} <= {"pass", "warn"}
    assert [check["status"] for check in result["checks"] if check["id"] == "blob.obs_get"] == ["pass"]


def test_a_fault_fails_with_all_findings(tmp_path: Path, options: Dict[str, Any]) -> None:
    result, _text = play(tmp_path, dict(options, password="wrong" + PASSWORD[5:]))
    assert result["failed"] is True
    assert "First: auth.token" in result["msg"]
    assert result["summary"]["fail"] == 1
    result, _text = play(tmp_path, dict(options, password="wrong" + PASSWORD[5:], fail_on="never"))
    assert result["failed"] is False
    assert result["ok"] is False


def test_a_proxy_is_found_and_not_used(tmp_path: Path, options: Dict[str, Any]) -> None:
    options = dict(options, obs_hosts=["obs.invalid"], checks=["env.proxy", "http.v2"])
    environ = {"HTTPS_PROXY": "http://user:hidden-pass@127.0.0.1:1"}
    result, text = play(tmp_path, options, **environ)
    assert {check["id"]: check["status"] for check in result["checks"]}["http.v2"] == "pass"
    assert result["summary"]["fail"] == 1
    assert "hidden-pass" not in text.replace("HTTPS_PROXY", "")


def test_without_verification_there_is_a_warning(tmp_path: Path, options: Dict[str, Any]) -> None:
    options = dict(options, validate_certs=False)
    options.pop("ca_path")
    result, text = play(tmp_path, options)
    assert result["failed"] is False
    assert "Certificates are not verified" in " ".join(text.split())


def test_wrong_options_are_refused_at_once(tmp_path: Path, options: Dict[str, Any], swr: Swr) -> None:
    result, _text = play(tmp_path, dict(options, host="https://localhost", expected_addresses=["10.0"], tag=""))
    assert result["failed"] is True
    assert "host:" in result["msg"]
    assert "expected_addresses:" in result["msg"]
    assert swr.log.entries() == []


def test_a_region_has_its_host(tmp_path: Path) -> None:
    result, _text = play(tmp_path, {"region": "cn-nort-4"})
    assert "Did you mean cn-north-4" in result["msg"]
    given = {"region": "test-1", "cloud": "cloud.invalid", "checks": ["dns.nss"], "timeout": 5}
    result, _text = play(tmp_path, given)
    assert result["host"] == "swr.test-1.cloud.invalid"
    assert result["summary"] == {"pass": 1, "warn": 0, "fail": 1, "skip": 0}
