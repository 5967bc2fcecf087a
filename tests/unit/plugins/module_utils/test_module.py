# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    run_helper,
    run_program,
    runner,
)


class Ended(Exception):
    pass


class Module:
    """What of AnsibleModule these functions touch."""

    def __init__(self, *no_log_values):
        self.no_log_values = set(no_log_values)
        self.params = {}
        self.handling = None
        self.outcome = None

    def _end(self, kind, result):
        self.handling = sys.exc_info()[1]
        self.outcome = (kind, result)
        raise Ended

    def exit_json(self, **result):
        self._end("exit", result)

    def fail_json(self, msg, **result):
        self._end("fail", dict(result, msg=msg))


def outcome_of(run, *no_log_values):
    module = Module(*no_log_values)
    with pytest.raises(Ended):
        reports_errors(run)(module)
    return module


def test_the_result_is_given_to_exit_json():
    module = outcome_of(lambda module: {"changed": True, "password": "hunter22"}, "hunter22")
    assert module.outcome == ("exit", {"changed": True, "password": "hunter22"})


def test_an_error_becomes_one_failure_without_secrets():
    def run(module):
        redactor_of(module).add("learnt-later")
        raise LongshoreError("hunter22 is wrong", where="learnt-later", code="C1", status=400, hint="not hunter22")

    module = outcome_of(run, "hunter22")
    assert module.outcome == (
        "fail",
        {
            "msg": "********: ******** is wrong (HTTP 400, C1). Remedy: not ********",
            "error": {
                "what": "******** is wrong",
                "where": "********",
                "code": "C1",
                "status": 400,
                "hint": "not ********",
            },
        },
    )
    assert module.handling is None


def test_a_result_that_says_failed_keeps_what_it_carries():
    module = outcome_of(lambda module: {"failed": True, "msg": "2 hunter22", "images": {"failed": 2}}, "hunter22")
    assert module.outcome == ("fail", {"msg": "2 ********", "images": {"failed": 2}})


def test_a_defect_is_not_dressed_up():
    def run(module):
        raise KeyError("x")

    with pytest.raises(KeyError):
        reports_errors(run)(Module())


def test_the_redactor_is_one_and_follows_no_log_values():
    module = Module("first-secret", 7)
    redactor = redactor_of(module)
    module.no_log_values.add("second-secret")
    assert redactor_of(module) is redactor
    assert redactor("first-secret second-secret 7") == "******** ******** 7"


def test_a_program_is_ended_with_all_that_it_has_started(tmp_path):
    script = "sleep 600 & echo $! > child; wait"
    code, output, errors = run_program(["sh", "-c", script], str(tmp_path), 0.5)
    assert (code, output, errors) == (124, "", "it did not end within 0.5 seconds, and was stopped")
    child = Path("/proc/{0}/stat".format((tmp_path / "child").read_text().strip()))
    deadline = time.monotonic() + 30
    while runs(child) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not runs(child)


def runs(process: Path) -> bool:
    """Whether it runs; a zombie does not."""
    try:
        return process.read_text().split()[2] not in "ZX"
    except OSError:
        return False


def test_a_program_asks_nobody_and_tells_how_it_ended(tmp_path):
    assert run_program(["sh", "-c", "read answer; pwd; echo no >&2; exit 3"], str(tmp_path)) == (
        3,
        "{0}\n".format(tmp_path),
        "no\n",
    )
    assert run_program(["no-such-program-64"]) == (127, "", "no-such-program-64: No such file or directory")


def test_no_answer_of_a_program_is_an_error_where_each_matters():
    assert runner(LongshoreError)(["sh", "-c", "echo yes; echo no >&2; exit 2"]) == (2, "yes\n", "no\n")
    for words, seconds, what in (
        (["sh", "-c", "sleep 600"], 0.2, "sh -c sleep 600: it did not end within 0.2 seconds, and was stopped"),
        (["no-such-program-64"], 60.0, "no-such-program-64: No such file or directory"),
    ):
        with pytest.raises(LongshoreError) as caught:
            runner(LongshoreError, seconds)(words)
        assert str(caught.value).startswith(what)


def test_a_credential_helper_gets_its_input():
    assert run_helper(["sh", "-c", "read host; echo for $host; exit 1"], "swr.example") == (1, "for swr.example\n")
    with pytest.raises(OSError, match="No such file"):
        run_helper(["docker-credential-no-such"], "swr.example")


def test_a_missing_library_ends_the_module():
    module = Module()
    require(module, "requests", None)
    assert module.outcome is None
    with pytest.raises(Ended):
        require(module, "requests", "Traceback ...", reason="for logins")
    kind, result = module.outcome
    assert kind == "fail"
    assert "requests" in result["msg"]
    assert "for logins" in result["msg"]
    assert result["exception"] == "Traceback ..."
