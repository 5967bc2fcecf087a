# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The order of the checks, the options and the result."""

from __future__ import annotations

import threading
from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.checks.base import Check
from ansible_collections.longshore.swr.plugins.module_utils._access.context import Context, Options
from ansible_collections.longshore.swr.plugins.module_utils._access.errors import AccessError, Trouble
from ansible_collections.longshore.swr.plugins.module_utils._access.job import read_options, report
from ansible_collections.longshore.swr.plugins.module_utils._access.results import failed, passed, warned
from ansible_collections.longshore.swr.plugins.module_utils._access.runner import CHECK_IDS, CHECKS, run_checks, select
from ansible_collections.longshore.swr.plugins.module_utils._access.tls import Trust

PARAMS: Dict[str, Any] = {
    "obs_hosts": [],
    "expected_addresses": [],
    "repository": None,
    "tag": "latest",
    "port": 443,
    "timeout": 10.0,
    "time_limit": 120.0,
    "checks": [],
    "username": None,
    "password": None,
    "validate_certs": True,
}


class Fixed(Check):
    """A check that ends as it is told to."""

    def __init__(self, name: str, outcome: Any, depends_on: Any = (), after: Any = ()) -> None:
        self.id = name
        self.outcome = outcome
        self.depends_on = depends_on
        self.after = after

    def run(self, context: Any) -> Any:
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome() if callable(self.outcome) else self.outcome


def run(*checks: Fixed, time_limit: float = 60.0) -> Dict[str, Any]:
    context = Context(Options("swr.example", time_limit=time_limit), None)
    return {result.id: result for result in run_checks(context, checks)}


def test_what_depends_on_a_failure_is_skipped_and_what_only_comes_after_is_not() -> None:
    found = run(
        Fixed("a", failed("broken", "repair it")),
        Fixed("b", passed("fine"), ("a",)),
        Fixed("c", passed("fine"), ("b",)),
        Fixed("d", passed("fine"), (), ("a", "c")),
        Fixed("e", warned("so so", "look")),
        Fixed("f", passed("fine"), ("e",)),
    )
    assert {name: result.status for name, result in found.items()} == {
        "a": "fail",
        "b": "skip",
        "c": "skip",
        "d": "pass",
        "e": "warn",
        "f": "pass",
    }
    assert (found["b"].message, found["c"].message) == ("not run: a failed", "not run: b was skipped")
    assert found["c"].depends_on == ("b",)


def test_troubles_and_defects_are_findings() -> None:
    found = run(
        Fixed("a", Trouble("timeout", "no answer")),
        Fixed("b", AccessError("unreadable", hint="repair it")),
        Fixed("c", KeyError("https://x/?Signature=abc")),
    )
    assert [result.status for result in found.values()] == ["fail"] * 3
    assert "firewalls" in found["a"].hint
    assert found["b"].hint == "repair it"
    assert "KeyError" in found["c"].message
    assert "abc" not in found["c"].message


def test_independent_checks_run_at_the_same_time() -> None:
    meeting = threading.Barrier(2, timeout=30)
    found = run(*(Fixed(name, lambda: meeting.wait() >= 0 and passed("met")) for name in "ab"))
    assert [result.message for result in found.values()] == ["met", "met"]


def test_a_check_without_end_is_left_behind() -> None:
    stop = threading.Event()
    found = run(Fixed("a", lambda: stop.wait() and passed("")), Fixed("b", passed(""), ("a",)), time_limit=0.2)
    stop.set()
    assert (found["a"].status, found["b"].status) == ("fail", "skip")
    assert found["b"].message == "not run: a did not finish"


def test_every_dependency_is_a_check_that_comes_into_the_selection() -> None:
    for check in CHECKS:
        chosen = [item.id for item in select([check.id])]
        assert {check.id, *check.depends_on} <= set(chosen)
        assert chosen == [name for name in CHECK_IDS if name in chosen]
    assert [check.id for check in select([])] == list(CHECK_IDS)


def test_an_unknown_check_is_refused() -> None:
    with pytest.raises(AccessError) as caught:
        select(["dns.nss", "tls.everything"])
    assert "tls.everything" in str(caught.value)
    assert "tls.chain" in str(caught.value)


def test_options() -> None:
    given = dict(PARAMS, expected_addresses=["2001:DB8::1"], obs_hosts=["OBS.example."], repository="team/a-b/c__d")
    options = read_options(given, "SWR.example.")
    assert (options.host, options.expected_addresses, options.obs_hosts) == (
        "swr.example",
        ("2001:db8::1",),
        ("obs.example",),
    )
    assert (options.authority, read_options(dict(PARAMS, port=8443), "::1").authority) == ("swr.example", "[::1]:8443")


@pytest.mark.parametrize(
    ("host", "given", "named"),
    [
        ("https://swr.example", {}, ['host: invalid host name "https://swr.example"']),
        ("swr.example:443", {}, ["host:"]),
        ("", {}, ["host:"]),
        ("-", {}, ["host:"]),
        (
            "swr.example",
            {"obs_hosts": ["a b"], "expected_addresses": ["10.0.0"]},
            ['obs_hosts: invalid host name "a b"', "'10.0.0'"],
        ),
        ("swr.example", {"repository": "swr.example:1/team/app", "tag": "a b"}, ["repository:", "tag:"]),
        ("swr.example", {"port": 0, "timeout": 0.0, "time_limit": 1e9}, ["port:", "timeout:", "time_limit:"]),
    ],
)
def test_all_that_is_wrong_is_named_at_once(host: str, given: Dict[str, Any], named: List[str]) -> None:
    with pytest.raises(AccessError) as caught:
        read_options(dict(PARAMS, **given), host)
    assert [text for text in named if text not in str(caught.value)] == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_an_unreadable_authority_is_refused(tmp_path: Any, content: Optional[str]) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(AccessError) as caught:
        Trust(str(path))
    assert caught.value.where == "ca_path"


def test_the_result() -> None:
    results = [passed("good", id="a"), warned("so so", "look", id="b"), failed("bad", "repair it", id="c")]
    result = report(Context(Options("swr.example"), None), results, "error")
    assert result["msg"] == "swr.example: 1 pass, 1 warn, 1 fail, 0 skip. First: c: bad. Remedy: repair it"
    assert [check["severity"] for check in result["checks"]] == ["none", "warn", "error"]
    assert (result["ok"], result["failed"], result["changed"]) == (False, True, False)
    assert report(Context(Options("swr.example"), None), results[:2], "warn")["failed"] is True
    assert report(Context(Options("swr.example"), None), results, "never")["failed"] is False
