# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An onboarding, read as an outcome: its parts in their order, and what the preflight found.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from .outcome import FAILED, PASSED, SKIPPED, Case, Outcome, Part, counted, number

ONBOARDING = "onboarding"
PREFLIGHT = "preflight"

_TEXT = (str, None)
_PROBLEM = {"text": str, "remedy": _TEXT, "hosts": ([str], None)}
_CHECK = {"name": str, "part": str, "status": str, "text": str, "remedy": _TEXT}
SHAPE: Dict[str, Any] = {
    "kind": str,
    "state": _TEXT,
    "region": _TEXT,
    "registry": _TEXT,
    "check_mode": (bool, None),
    "started": _TEXT,
    "command": _TEXT,
    "parts": [
        {
            "name": str,
            "title": _TEXT,
            "state": str,
            "changed": (bool, int, None),
            "seconds": (float, None),
            "hosts": (int, None),
            "headline": _TEXT,
            "problems": ([_PROBLEM], None),
            "pages": ([{"title": _TEXT, "path": str}], None),
        }
    ],
    "checks": ([_CHECK], None),
    "facts": ([str], None),
    "todo": ([str], None),
}
_STATES = ("failed", "not_run", "waiting", "done", "unchanged", "off")
_ENDED, _LEFT = ("done", "unchanged"), ("not_run", "waiting")
_CASES = {"failed": FAILED, "done": PASSED, "unchanged": PASSED}
_CHECKS = {"failed": FAILED, "warning": PASSED, "ok": PASSED}


def onboarding(report: Mapping[str, Any]) -> Outcome:
    """The report that the role C(onboard) writes."""
    parts, checks = report["parts"], report.get("checks") or []
    counts = dict.fromkeys(_STATES, 0)
    for part in parts:
        counts[part["state"]] = counts.get(part["state"], 0) + 1
    failed = bool(counts["failed"]) or any(check["status"] == "failed" for check in checks)
    texts = [problem["text"] for part in parts for problem in _problems(part, checks)]
    texts = [check["text"] for check in checks if check["status"] == "failed"] + texts

    def cases() -> Iterator[Case]:
        for check in checks:
            yield _check(check)
        for part in parts:
            yield from _part(part, _problems(part, checks))

    return Outcome(
        ONBOARDING,
        failed,
        any(part.get("changed") for part in parts),
        "; ".join(["{0}: {1}".format(number(len(parts), "part"), counted(counts) or "none is on"), *texts[:3]]),
        "parts",
        counts,
        report.get("started"),
        sum(part.get("seconds") or 0.0 for part in parts),
        cases=cases,
        headline=_headline(report, failed),
        todo=report.get("todo") or (),
        facts=[*_facts(report), *(report.get("facts") or ())],
        parts=[_shown(part) for part in parts],
        checks=checks,
        command=report.get("command") or "",
    )


def _problems(part: Mapping[str, Any], checks: Sequence[Mapping[str, Any]]) -> List[Mapping[str, Any]]:
    """Those of a part, without what the checks say already."""
    found = part.get("problems") or []
    told = [check["text"] for check in checks if check["status"] == "failed"] if part["name"] == PREFLIGHT else []
    return [problem for problem in found if not any(text in problem["text"] for text in told)]


def _headline(report: Mapping[str, Any], failed: bool) -> str:
    parts = [part for part in report["parts"] if part["state"] != "off" and part["name"] != PREFLIGHT]
    broken = [part["name"] for part in report["parts"] if part["state"] == "failed"]
    ended = [part for part in parts if part["state"] in _ENDED]
    done = "taken back" if report.get("state") == "absent" else "done"
    verb = "are" if len(ended) != 1 else "is"
    so_far = "{0} of {1} parts {2} {3}".format(len(ended), len(parts), verb, done)
    if broken:
        return "The part{0} {1} failed; {2}".format("s" if broken[1:] else "", " and ".join(broken), so_far)
    if failed:
        return "The preflight failed; {0}".format(so_far)
    if report.get("check_mode"):
        changing = sum(bool(part.get("changed")) or part["state"] == "waiting" for part in parts)
        return "{0} of {1} parts would change something".format(changing, len(parts))
    left = sum(part["state"] in _LEFT for part in parts)
    if not parts:
        return "No part is on"
    return so_far if left else "All {0} parts are {1}".format(len(parts), done) if len(parts) > 1 else so_far


def _facts(report: Mapping[str, Any]) -> Iterator[str]:
    for name in ("region", "registry"):
        if report.get(name):
            yield "{0}: {1}".format(name, report[name])


def _check(check: Mapping[str, Any]) -> Case:
    return Case(
        "{0}: {1}".format(PREFLIGHT, check["part"]),
        check["name"],
        _CHECKS.get(check["status"], SKIPPED),
        check["text"],
        check.get("remedy") or "",
        outcome=check["status"],
        place=("{0}: {1}".format(check["part"], check["name"]),),
        warns=check["status"] == "warning",
    )


def _part(part: Mapping[str, Any], problems: Sequence[Mapping[str, Any]]) -> Iterator[Case]:
    """One case, or one for each host with a problem."""
    name, state = part["name"], part["state"]
    seconds = part.get("seconds") or 0.0
    if not problems:
        message = part.get("headline") or ("" if state in _ENDED else state.replace("_", " "))
        yield Case(name, name, _CASES.get(state, SKIPPED), message, seconds=seconds, outcome=state)
    for problem in problems:
        for host in problem.get("hosts") or [""]:
            place = "{0} on {1}".format(name, host) if host else name
            case = _CASES.get(state, SKIPPED)
            text, remedy = problem["text"], problem.get("remedy") or ""
            yield Case(name, place, case, text, remedy, seconds, state, place=(place,), warns=case != FAILED)
            seconds = 0.0


def _shown(part: Mapping[str, Any]) -> Part:
    pages: List[Tuple[str, str]] = [(page.get("title") or "report", page["path"]) for page in part.get("pages") or ()]
    return Part(
        part.get("title") or part["name"].replace("_", " "),
        part["state"],
        part.get("seconds") or 0.0,
        part.get("hosts") or 0,
        part.get("headline") or "",
        pages,
    )
