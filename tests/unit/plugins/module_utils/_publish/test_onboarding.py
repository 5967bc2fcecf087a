# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an onboarding: outcome, page, test cases, metrics and notification."""

from __future__ import annotations

import re
from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._publish.junit import render_junit
from ansible_collections.longshore.swr.plugins.module_utils._publish.metrics import render_metrics
from ansible_collections.longshore.swr.plugins.module_utils._publish.notify import body_of
from ansible_collections.longshore.swr.plugins.module_utils._publish.onboarding_page import link
from ansible_collections.longshore.swr.plugins.module_utils._publish.page import render_page
from ansible_collections.longshore.swr.plugins.module_utils._publish.reports import outcome_of

HOSTILE = "<b>&\"'\x1b[31m\u202e\ud800]]>"


def part(name: str, state: str = "done", seconds: float = 1.5, **more: Any) -> Dict[str, Any]:
    return {"name": name, "state": state, "seconds": seconds, "changed": state == "done", **more}


def problem(text: str, *hosts: str, remedy: str = "Repair it.") -> Dict[str, Any]:
    return {"text": text, "remedy": remedy, "hosts": list(hosts)}


def check(status: str, name: str = "clock", text: str = "it is as it is") -> Dict[str, str]:
    return {"part": "account", "name": name, "status": status, "text": text, "remedy": "Do this."}


def onboarding(*parts: Dict[str, Any], **more: Any) -> Dict[str, Any]:
    return {"kind": "onboarding", "version": 1, "state": "present", "parts": list(parts), **more}


def page_of(report: Any) -> str:
    return "".join(render_page(outcome_of(report), "shop", 0.0))


BROKEN = onboarding(
    part("preflight"),
    part("network", pages=[{"title": "network", "path": "network.html"}], headline="3 created"),
    part("login", "failed", hosts=3, problems=[problem("no room", "a", "b")]),
    part("cutover", "not_run", 0.0, headline="it needs login"),
    part("verify", "off", 0.0),
    started="2026-11-30T23:28:00Z",
    command="ansible-playbook longshore.swr.onboard -e 'x=<y>'",
    checks=[check("ok"), check("warning", "plan"), check("unchecked", "permission swr:x:create")],
)


def test_what_failed_on_several_hosts_is_one_cause() -> None:
    outcome = outcome_of(BROKEN)
    assert (outcome.kind, outcome.status, outcome.duration) == ("onboarding", "failed", 4.5)
    assert outcome.headline == "The part login failed; 1 of 3 parts is done"
    assert outcome.message == "5 parts: 1 failed, 1 not run, 2 done, 1 off; no room"
    causes = outcome.causes().as_list()
    assert [(cause["what"], cause["count"], cause["first"]) for cause in causes] == [
        ("no room", 2, "login on a"),
        ("it is as it is", 1, "account: plan"),
    ]


def test_parts_hosts_and_checks_are_test_cases() -> None:
    junitparser = pytest.importorskip("junitparser")
    text = "".join(render_junit(outcome_of(BROKEN), "shop"))
    (suite,) = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    assert (suite.tests, suite.failures, suite.errors, suite.skipped, suite.time) == (9, 2, 0, 3, 4.5)
    assert suite.timestamp == "2026-11-30T23:28:00"
    assert [(case.classname, case.name, case.is_passed, case.is_skipped) for case in suite] == [
        ("preflight: account", "clock", True, False),
        ("preflight: account", "plan", True, False),
        ("preflight: account", "permission swr:x:create", False, True),
        ("preflight", "preflight", True, False),
        ("network", "network", True, False),
        ("login", "login on a", False, False),
        ("login", "login on b", False, False),
        ("cutover", "cutover", False, True),
        ("verify", "verify", False, True),
    ]
    assert sum(case.time for case in suite) == 4.5


def test_metrics_and_a_notification() -> None:
    outcome = outcome_of(BROKEN)
    metrics = render_metrics(outcome, "shop", 1.0, "")
    assert 'longshore_swr_parts{job="shop",kind="onboarding",state="done"} 2' in metrics
    assert 'longshore_swr_last_run_failed{job="shop",kind="onboarding"} 1' in metrics
    body = body_of(outcome, "shop", "https://reports.example.com/shop", "controller")
    assert body["kind"] == "onboarding"
    assert "no room" in body["text"]
    assert "Repair it." in body["text"]


def test_the_page() -> None:
    page = page_of(BROKEN)
    titles = ["How to go on", "What to repair", "Parts", "What the preflight found"]
    assert re.findall("<h2>(.*?)</h2>", page) == titles
    assert "-e &#x27;x=&lt;y&gt;&#x27;" in page
    assert '3 created &middot; <a href="./network.html">network</a>' in page
    assert "everything" not in page.partition("<script>")[0]


@pytest.mark.parametrize(
    ("parts", "more", "headline", "status"),
    [
        ([part("network"), part("migrate")], {}, "All 2 parts are done", "changed"),
        ([part("network", "unchanged")], {}, "1 of 1 parts is done", "ok"),
        ([part("network", "unchanged"), part("x", "off")], {"state": "absent"}, "1 of 1 parts is taken back", "ok"),
        ([part("network"), part("x", "waiting")], {}, "1 of 2 parts is done", "changed"),
        (
            [part("network"), part("x", "waiting")],
            {"check_mode": True},
            "2 of 2 parts would change something",
            "changed",
        ),
        ([part("x", "unchanged")], {"check_mode": True}, "0 of 1 parts would change something", "ok"),
        ([part("a", "failed"), part("b", "failed")], {}, "The parts a and b failed; 0 of 2 parts are done", "failed"),
        ([part("x", "off")], {"checks": [check("failed")]}, "The preflight failed; 0 of 0 parts are done", "failed"),
        ([], {}, "No part is on", "ok"),
    ],
)
def test_headlines(parts: List[Dict[str, Any]], more: Dict[str, Any], headline: str, status: str) -> None:
    outcome = outcome_of(onboarding(*parts, **more))
    assert (outcome.headline, outcome.status) == (headline, status)
    assert headline in page_of(onboarding(*parts, **more))


def test_what_a_check_says_is_not_said_again_by_the_preflight() -> None:
    told = problem("31 checks: 30 ok, 1 failed. First: account: clock: it is wrong", "localhost")
    away = problem("hosts without an answer: node1", "localhost")
    report = onboarding(
        part("preflight", "failed", problems=[told, away]), checks=[check("failed", text="it is wrong")]
    )
    causes = [cause["what"] for cause in outcome_of(report).causes().as_list()]
    assert causes == ["it is wrong", "hosts without an answer: node1"]


def test_hostile_texts_stay_text() -> None:
    pages = [{"title": HOSTILE, "path": HOSTILE}, {"title": "x", "path": "javascript:alert(1)"}]
    bad = part(HOSTILE, HOSTILE, headline=HOSTILE, problems=[problem(HOSTILE, HOSTILE, remedy=HOSTILE)], pages=pages)
    checks = [{"part": HOSTILE, "name": HOSTILE, "status": HOSTILE, "text": HOSTILE, "remedy": HOSTILE}]
    report = onboarding(bad, checks=checks, command=HOSTILE, facts=[HOSTILE], todo=[HOSTILE], region=HOSTILE)
    page = page_of(report)
    assert "<b>&" not in page
    assert "\x1b" not in page
    assert "\u202e" not in page
    page.encode("utf-8")
    assert "".join(render_junit(outcome_of(report), HOSTILE))


@pytest.mark.parametrize(
    ("path", "href"),
    [
        ("migrate/report.html", "./migrate/report.html"),
        ("../a b/#1?.html", "./../a%20b/%231%3F.html"),
        ("/var/lib/report.html", "/var/lib/report.html"),
        ("//elsewhere.example/x", "/elsewhere.example/x"),
        ("javascript:alert(1)", "./javascript%3Aalert%281%29"),
        ("https://elsewhere.example/", "./https%3A//elsewhere.example/"),
    ],
)
def test_a_link_leads_to_a_file(path: str, href: str) -> None:
    assert link("x", path) == '<a href="{0}">x</a>'.format(href)


@pytest.mark.parametrize(
    "more",
    [
        {"parts": [{}]},
        {"parts": [part("x", problems=["text"])]},
        {"parts": [part("x", seconds="1")]},
        {"parts": [part("x", pages=[{"title": "x"}])]},
        {"checks": [{"name": "x"}]},
        {"checks": {}},
        {"command": ["x"]},
    ],
)
def test_what_is_no_report_is_refused(more: Dict[str, Any]) -> None:
    with pytest.raises(LongshoreError, match="this is not the report"):
        outcome_of({**onboarding(), **more})
