# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pages that publish_report writes: verifications, runs of Harbor, networks, and runs without a report."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._publish.outcome import Outcome
from ansible_collections.longshore.swr.plugins.module_utils._publish.page import render_page
from ansible_collections.longshore.swr.plugins.module_utils._publish.reports import outcome_of

from .conftest import Browser

pytestmark = pytest.mark.needs_program("chromedriver")

Write = Callable[[Iterable[str]], Path]
MARKUP = "<img src=x onerror=alert(1)>\u202e\x1b[31m"
NOW = 1_796_000_000.0


def shown(browser: Browser, write: Write, report: Any, name: str) -> List[str]:
    """Judge the page of a report, and return its sections."""
    path = write(render_page(outcome_of(report), "nightly " + MARKUP, NOW))
    browser.judge(path, name, (("light", 360), ("dark", 1600)))
    return [heading.text for heading in browser.all("h2")]


def verified(count: int) -> Dict[str, Any]:
    verdicts = ["failed" if number % 50 == 7 else "missing" if number % 20 == 3 else "equal" for number in range(count)]
    results = []
    for number, verdict in enumerate(verdicts):
        name = "shop/app{0:02d}:1.{1}".format(number // 40, number % 40)
        digest = "sha256:" + hashlib.sha256(name.encode()).hexdigest()
        entry = {"source": "registry.example:5000/" + name, "destination": "swr.example.com/team/" + name}
        entry.update(verdict=verdict, source_digest=digest, expected=digest)
        if verdict == "failed":
            entry.update(error="{0}: {1}. Remedy: Log in.".format(entry["source"], MARKUP), hint="Log in.")
        results.append(entry)
    counts = {name: verdicts.count(name) for name in ("equal", "different", "missing", "filtered", "failed")}
    return {"images": dict(counts, total=count), "results": results, "blobs": {"checked": 9, "bytes_read": 12}}


def test_a_verification(browser: Browser, page: Write) -> None:
    assert shown(browser, page, verified(400), "verification") == ["What to repair", "What was done", "Everything"]
    assert browser.one(".headline").text.startswith("28 of 400 images are not as at their source")
    # One cause each, however many images.
    assert [cause.text.split()[0] for cause in browser.all("#repair .cause")] == ["20", "8"]
    browser.all("button:has(b.bad)")[1].click()
    assert browser.one("#everything [role=status]").text == "8 of 400 images"
    assert {head.text for head in browser.all("#everything thead")} == {"Tag Outcome Digest"}
    browser.complaints()


def test_a_run_of_harbor(browser: Browser, page: Write) -> None:
    repositories = [
        {
            "rule": "library-to-swr",
            "source": "library/app{0}:[2 item(s) in total]".format(number),
            "destination": "team/app{0}:[2 item(s) in total]".format(number),
            "outcome": "failed" if number % 9 == 4 else "copied",
            "cause": MARKUP if number == 4 else "denied: you have no permission" if number % 9 == 4 else "",
            "hint": "Give the login the right to push." if number % 9 == 4 else "",
        }
        for number in range(40)
    ]
    run = {"rule": "library-to-swr", "problem": "5 of 40 repositories failed: ..."}
    report = {
        "changed": True,
        "endpoint": {"url": "https://swr.example.com"},
        "executions": [run, {"rule": "charts", "problem": "Harbor did not answer"}],
        "repositories": repositories,
        "refused": [{"rule": "charts", "repository": "charts/web", "tags": ["1", "2"], "reason": "it is an OCI image"}],
        "copied": None,
        "problems": ["rule library-to-swr: 5 of 40 repositories failed: ...", "rule charts: Harbor did not answer"],
        "summary": ["Harbor v2.9.5", "endpoint swr -> https://swr.example.com, changed, connection tested"],
    }
    sections = shown(browser, page, report, "harbor")
    assert sections == ["What to repair", "What was done", "Everything"]
    assert browser.one(".headline").text == "4 of 40 repositories failed"
    assert len(browser.all("#repair .cause.bad")) == 3
    assert len(browser.all("#repair .cause.warn")) == 1
    assert browser.one("#everything [role=status]").text == "42 of 42 repositories"
    browser.complaints()


def onboarded(**more: Any) -> Dict[str, Any]:
    def part(name: str, state: str, seconds: float = 0.0, **fields: Any) -> Dict[str, Any]:
        usual = {"changed": state == "done", "hosts": 1, "headline": "", "problems": [], "pages": [], "reports": []}
        return {"name": name, "state": state, "seconds": seconds, **usual, **fields}

    def check(part: str, name: str, status: str, text: str, remedy: str = "") -> Dict[str, str]:
        return {"part": part, "name": name, "status": status, "text": text, "remedy": remedy}

    problem = {"text": "it is not writable: " + MARKUP, "remedy": "Remount it.", "hosts": ["node7", "node9"]}
    pages = [{"title": "migration", "path": "migrate/re port.html"}, {"title": MARKUP, "path": "javascript:alert(1)"}]
    parts = [
        part("preflight", "done", 3.1, headline="5 checks: 2 ok, 1 warning, 2 unchecked"),
        part("network", "done", 41.2, headline="3 created; SWR's endpoint is 192.168.0.61"),
        part("organizations", "unchanged", 1.0),
        part("migrate", "done", 754.0, headline="120 images: 100 copied, 20 skipped", pages=pages),
        part("hosts", "failed", 12.0, hosts=10, headline="2 of 10 hosts: failed", problems=[problem]),
        part("login", "not_run", hosts=10, headline="it needs hosts"),
        part("cutover", "off", hosts=0),
    ]
    grant = "Grant the user the IAM permission vpc:vpcs:create."
    checks = [
        check("account", "access key", "ok", "IAM accepts AKEXAMPLE"),
        check("account", "clock", "ok", "this machine's clock agrees with that of IAM"),
        check("network", "plan", "warning", "Pulls will not work: " + MARKUP, "Set obs_service."),
        check("network", "permission vpc:vpcs:create", "unchecked", "only a change shows it", grant),
        check("migrate", "push to swr.example.com", "unchecked", "only a push shows it"),
    ]
    run = {"kind": "onboarding", "version": 1, "name": "shop", "state": "present", "check_mode": False}
    place = {"region": "cn-north-4", "registry": "swr.cn-north-4.myhuaweicloud.com", "started": "2026-11-30T23:28:00Z"}
    command = "ansible-playbook longshore.swr.onboard -i inventories/company -e @inventories/company/company.yml"
    facts = ["SWR is reached at 192.168.0.61"]
    return {**run, **place, "command": command, "parts": parts, "checks": checks, "facts": facts, **more}


def test_an_onboarding(browser: Browser, page: Write) -> None:
    sections = ["How to go on", "What to repair", "Parts", "What the preflight found", "What there is"]
    assert shown(browser, page, onboarded(), "onboarding") == sections
    assert browser.one(".headline").text == "The part hosts failed; 3 of 5 parts are done"
    assert browser.one("#go-on pre").text.startswith("ansible-playbook longshore.swr.onboard -i ")
    assert [cause.text.split()[0] for cause in browser.all("#repair .cause")] == ["2", "1"]
    assert [place.text for place in browser.all("#repair .bad .places li")] == ["hosts on node7", "hosts on node9"]
    rows = [row.text for row in browser.all("#parts tbody tr")]
    assert rows[3].startswith("migrate done 12 min 34 s 120 images: 100 copied, 20 skipped")
    assert rows[5] == "login not run it needs hosts \u00b7 10 hosts"
    links = [link.get_attribute("href") for link in browser.all("#parts a")]
    assert [link.rpartition("/")[0].startswith("file:///") for link in links] == [True, True]
    assert links[0].endswith("/migrate/re%20port.html")
    assert [part.get_attribute("open") is not None for part in browser.all("#preflight details")] == [
        True,
        False,
        False,
    ]
    browser.complaints()


def test_a_network(browser: Browser, page: Write) -> None:
    rows = (
        ("VPC", "shop", "none", "free"),
        ("VPC endpoint", "com.myhuaweicloud.cn-north-4.swr", "create", "by the hour"),
    )
    report = {
        "scenario": "private_line",
        "state": "present",
        "changed": True,
        "check_mode": True,
        "region": "cn-north-4",
        "registry": "swr.cn-north-4.myhuaweicloud.com",
        "swr": {"address": "192.168.0.61", "dns_names": ["swr.cn-north-4.myhuaweicloud.com"]},
        "plan": [
            {"object": what, "name": name, "change": change, "charge": charge, "note": "", "id": None}
            for what, name, change, charge in rows
        ],
        "prerequisites": ["Prerequisite: a VPN or Direct Connect to the VPC, with routes in both directions."],
        "warnings": ["The zone of the DNS endpoint is not forwarded: " + MARKUP],
    }
    sections = shown(browser, page, report, "network")
    assert sections == ["What to repair", "What else is needed", "What there is", "Everything"]
    assert browser.one(".headline").text == "Private line in cn-north-4: 1 to create, 1 unchanged"
    assert browser.all("#everything tbody tr")[0].text.startswith("VPC shop unchanged")
    # Without a value, neither a column nor an order.
    assert [head.text for head in browser.all("#everything thead")] == ["Name Outcome"]
    assert [option.text for option in browser.all("#everything option")] == ["as found", "by name"]
    browser.complaints()


def test_a_cutover(browser: Browser, page: Write) -> None:
    argo = {"reason": "Argo CD manages it, and would undo the change", "remedy": "Change the image in its source."}
    change = {"old": "docker.io/library/nginx:1.25", "new": "swr.cn-north-4.myhuaweicloud.com/shop/nginx:1.25"}
    workloads: List[Dict[str, Any]] = [
        {"workload": "Deployment shop/app{0}".format(number), "outcome": "switched", "changes": [change]}
        for number in range(30)
    ]
    workloads += [dict(argo, workload="Deployment team/{0}".format(name), outcome="left") for name in "abc"]
    broken = {"workload": "StatefulSet shop/db", "outcome": "put_back", "reason": MARKUP, "remedy": "Give it a login."}
    report = {
        "verified": {"total": 12, "equal": 12},
        "waves": [{"name": "all", "msg": "30 switched, 3 left", "failed": True, "workloads": [broken, *workloads]}],
        "files": {"msg": "1 reference changed", "files": [{"path": "/srv/gitops/web.yaml", "changes": [change]}]},
    }
    sections = shown(browser, page, report, "cutover")
    assert sections == ["What to repair", "What was done", "Everything"]
    assert browser.one(".headline").text == "1 of 35 objects failed"
    assert [cause.text.split()[0] for cause in browser.all("#repair .cause")] == ["1", "3"]
    browser.complaints()


def test_a_run_without_a_report(browser: Browser, page: Write) -> None:
    outcome = Outcome("run", True, False, MARKUP, problems=[MARKUP])
    browser.judge(page(render_page(outcome, "nightly", NOW)), "failure", (("light", 360),))
    assert browser.one(".headline").text == "It failed, and left no report"
    assert "onerror=alert(1)" in browser.one("#repair .what").text


def test_runs_of_nothing_and_of_very_much(browser: Browser, page: Write) -> None:
    none = dict(verified(0))
    browser.open(page(render_page(outcome_of(none), "nothing", NOW)))
    assert [heading.text for heading in browser.all("h2")] == ["What was done"]

    many = page(render_page(outcome_of(verified(100_000)), "much", NOW))
    assert many.stat().st_size < 60_000_000
    browser.open(many)
    milliseconds = browser.driver.execute_script(
        "var t = performance.getEntriesByType('navigation')[0]; return t.loadEventEnd - t.startTime"
    )
    assert browser.one("#everything [role=status]").text == "100,000 of 100,000 images"
    assert milliseconds < 8000  # on a machine that does other things; alone, it takes less than two seconds
