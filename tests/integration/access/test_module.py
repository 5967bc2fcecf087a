# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module access_check: its options, its result, and once under ansible-playbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.access.conftest import (
    ACCESS_KEY,
    IMAGE,
    PASSWORD,
    SECRET_KEY,
    USER,
)
from ansible_collections.longshore.swr.tests.sandbox import Swr
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play, secret_free

WRONG_PASSWORD = "wrong" + PASSWORD[5:]
SECRETS = (PASSWORD, SECRET_KEY, WRONG_PASSWORD, "Signature=", "hidden-pass")


def check(options: Dict[str, Any], check_mode: bool = False) -> Dict[str, Any]:
    result = run_module("access_check", options, check_mode)
    secret_free(json.dumps(result), *SECRETS)
    return result


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


def test_under_ansible_playbook_nothing_secret_is_shown(tmp_path: Path, options: Dict[str, Any]) -> None:
    good = {"longshore.swr.access_check": options, "register": "good"}
    bad = {
        "longshore.swr.access_check": dict(options, password=WRONG_PASSWORD),
        "register": "bad",
        "ignore_errors": True,
    }
    playbook = Playbook(tmp_path, secrets=SECRETS)
    # The playbook holds the passwords; -vvv shows them nowhere else.
    run = playbook.run([play([good, bad, keep(good="good", bad="bad")])], "-vvv")
    assert run.changed == 0
    assert_reached(run.value("good"))
    assert_refused(run.value("bad"))


def assert_reached(result: Dict[str, Any]) -> None:
    assert result["failed"] is False, result
    assert result["changed"] is False
    assert {check["status"] for check in result["checks"]} <= {"pass", "warn"}
    assert [check["status"] for check in result["checks"] if check["id"] == "blob.obs_get"] == ["pass"]


def assert_refused(result: Dict[str, Any]) -> None:
    assert result["failed"] is True
    assert "First: auth.token" in result["msg"]
    assert result["summary"]["fail"] == 1


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_node_that_reaches_swr(options: Dict[str, Any], check_mode: bool) -> None:
    assert_reached(check(options, check_mode))


def test_a_fault_fails_with_all_findings(options: Dict[str, Any]) -> None:
    options = dict(options, password=WRONG_PASSWORD)
    assert_refused(check(options))
    result = check(dict(options, fail_on="never"))
    assert result["failed"] is False
    assert result["ok"] is False


def test_a_proxy_is_found_and_not_used(options: Dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://user:hidden-pass@127.0.0.1:1")
    result = check(dict(options, obs_hosts=["obs.invalid"], checks=["env.proxy", "http.v2"]))
    assert {check["id"]: check["status"] for check in result["checks"]}["http.v2"] == "pass"
    assert result["summary"]["fail"] == 1


def test_without_verification_there_is_a_warning(options: Dict[str, Any]) -> None:
    options = dict(options, validate_certs=False)
    options.pop("ca_path")
    result = check(options)
    assert result["failed"] is False
    assert "Certificates are not verified" in json.dumps(result["warnings"])


def test_wrong_options_are_refused_at_once(options: Dict[str, Any], swr: Swr) -> None:
    result = check(dict(options, host="https://localhost", expected_addresses=["10.0"], tag=""))
    assert result["failed"] is True
    assert "host:" in result["msg"]
    assert "expected_addresses:" in result["msg"]
    assert swr.log.entries() == []


def test_a_region_has_its_host() -> None:
    assert "Did you mean cn-north-4" in check({"region": "cn-nort-4"})["msg"]
    result = check({"region": "test-1", "cloud": "cloud.invalid", "checks": ["dns.nss"], "timeout": 5})
    assert result["host"] == "swr.test-1.cloud.invalid"
    assert result["summary"] == {"pass": 1, "warn": 0, "fail": 1, "skip": 0}
