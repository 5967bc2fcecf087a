# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How tests start ansible-playbook and modules: what fails is seen, and so is a secret."""

from __future__ import annotations

import contextlib
import importlib
import json
from pathlib import Path
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play, secret_free

SECRET = "secret-of-the-test-17"
SHOW = {"ansible.builtin.debug": {"msg": "{{ lookup('env', 'SECRET') }}"}}
FAIL = {"ansible.builtin.fail": {"msg": "as wanted"}, "when": "inventory_hostname == 'two'"}


def test_a_run_is_judged_and_its_values_come_back(tmp_path: Path) -> None:
    playbook = Playbook(tmp_path, {"SECRET": SECRET}, secrets=[SECRET])
    where = {"all": {"hosts": {"one": {"number": 1}, "two": {"number": 2}}}}
    interpreter = keep(number="number", many="[number, {'a': 'x' ~ number}]", python="ansible_python_interpreter | d()")
    run = playbook.run([play([interpreter, FAIL], hosts="all")], "--check", ok=False, inventory=where)
    assert (run.value("many", "one"), run.value("number", "two")) == ([1, {"a": "x1"}], 2)
    assert [run.recap[host]["failed"] for host in ("one", "two")] == [0, 1]
    assert (run.count("failed"), run.changed) == (1, 0)
    with pytest.raises(AssertionError, match="secrets number"):
        playbook.run([play([SHOW])])
    assert "as wanted" in playbook.runs[0].text
    assert SECRET in playbook.runs[1].text


def test_a_failure_and_a_success_that_were_not_expected(tmp_path: Path) -> None:
    playbook = Playbook(tmp_path)
    with pytest.raises(AssertionError, match="wanted"):
        playbook.run([play([dict(FAIL, when="true")])])
    with pytest.raises(AssertionError):
        playbook.run([play([])], ok=False)
    assert playbook.run([play([])]).kept == {}


def test_a_secret_is_found_and_not_repeated() -> None:
    secret_free("nothing", SECRET, "")
    with pytest.raises(AssertionError) as caught:
        secret_free("it is " + SECRET, "other", SECRET)
    assert SECRET not in str(caught.value)


@pytest.fixture
def options() -> Dict[str, Any]:
    return {"harbor_url": "ftp://harbor", "harbor_username": "admin", "harbor_password": SECRET}


def test_a_module_runs_in_this_process_and_fails_as_a_result(options: Dict[str, Any]) -> None:
    result = run_module("harbor_info", options)
    assert result["failed"] is True
    secret_free(json.dumps(result), SECRET)


def test_where_the_controller_s_code_is_loaded_warnings_come_back_and_stay_with_their_module() -> None:
    with contextlib.suppress(ImportError):
        # There since ansible-core 2.19.
        importlib.import_module("ansible._internal")
    options = {"host": "localhost", "checks": ["env.proxy"], "validate_certs": False, "fail_on": "never"}
    assert "not verified" in json.dumps(run_module("access_check", options)["warnings"])
    assert "warnings" not in run_module("access_check", dict(options, validate_certs=True))
