# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The joined report of an onboarding: what is done on all hosts, what is not, and how to go on.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
import shlex
from typing import Any, Dict, Iterable, List, Mapping, Sequence, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._text import one_line
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_outcome import (
    DONE,
    FAILED,
    NOT_RUN,
    OFF,
    UNCHANGED,
    WAITING,
)
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_parts import NAMES

_WORST_FIRST = (FAILED, NOT_RUN, WAITING, DONE, UNCHANGED)
_WORDS = {NOT_RUN: "not run", UNCHANGED: "unchanged"}
_SHOWN = 3
_LONGEST = 160
"""Characters of what is said of some of the hosts."""
_NO_RESULT = {"state": NOT_RUN, "headline": "the host has no result"}
_LOST = {
    "text": "the host has no result: it could not be reached any more, or failed outside the parts",
    "remedy": "Find it in the output above, and bring it back, or take it out of its group.",
}
_HARMLESS = re.compile(r"\w+_(hosts|servers|serial|percentage|parts|state|interpreter)=\S+|\w+=(?i:true|false|yes|no)")
_CHECKS = ("--check", "-C", "--diff", "-D", "-CD", "-DC")

Outcomes = Mapping[str, Mapping[str, Any]]


def joined(facts: Mapping[str, Any], argv: Sequence[str], environ: Mapping[str, str]) -> Dict[str, Any]:
    """The report.

    :param facts: C(name), C(region), C(registry), C(state), C(check_mode), C(started), C(finished), C(began), C(dir),
        C(report), C(page), C(checks), C(notes); C(planned), the names of parts by host; and C(outcomes), by host and
        part.
    :param argv: the command line of this run.
    """
    planned: Mapping[str, Sequence[str]] = facts["planned"]
    outcomes: Mapping[str, Outcomes] = facts["outcomes"]
    backwards = facts["state"] == "absent"
    parts = [_part("preflight", list(planned), outcomes, facts)] if _is_anywhere("preflight", outcomes) else []
    names = [*reversed(NAMES)] if backwards else [*NAMES]
    extra = [name for one in outcomes.values() for name in one if name not in ("preflight", *NAMES)]
    missing = {
        host: next((name for name in names if name in on and name not in outcomes.get(host, {})), "")
        for host, on in planned.items()
    }
    for name in [*names, *dict.fromkeys(extra)]:
        hosts = [host for host, on in planned.items() if name in on or name in outcomes.get(host, {})]
        lost = [host for host in hosts if missing.get(host) == name]
        parts.append(_part(name, hosts, outcomes, facts, lost))
    states = {part["state"] for part in parts}
    report = {
        "kind": "onboarding",
        "version": 1,
        **{name: facts[name] for name in ("name", "region", "registry", "state", "check_mode", "started", "finished")},
        "command": _command(states, facts["check_mode"], argv, environ, backwards),
        "parts": parts,
        "checks": list(facts.get("checks") or []),
        "facts": list(facts.get("notes") or []),
        "changed": any(part["changed"] for part in parts),
        "failed": bool({FAILED, NOT_RUN} & states),
    }
    report.update({name: facts[name] for name in ("report", "page") if name in facts})
    report["table"] = _table(report)
    report["msg"] = _message(parts)
    return report


def _message(parts: Sequence[Mapping[str, Any]]) -> str:
    """The outcome in a sentence."""
    of_state = {state: [part["name"] for part in parts if part["state"] == state] for state in (*_WORST_FIRST, OFF)}
    texts = [
        "{0}: {1}".format(_WORDS.get(state, state), ", ".join(of_state[state]))
        for state in _WORST_FIRST
        if of_state[state]
    ]
    return "; ".join(texts) or "no part is on"


def _is_anywhere(name: str, outcomes: Mapping[str, Outcomes]) -> bool:
    return any(name in one for one in outcomes.values())


def _part(
    name: str,
    hosts: Sequence[str],
    outcomes: Mapping[str, Outcomes],
    facts: Mapping[str, Any],
    lost: Sequence[str] = (),
) -> Dict[str, Any]:
    """One part on all of its hosts.

    :param lost: those of them whose first part without an outcome this is.
    """
    if name == "preflight":
        hosts = [host for host in hosts if name in outcomes.get(host, {})]
    of_hosts = {
        host: outcomes.get(host, {}).get(name, {**_NO_RESULT, "problems": [_LOST] if host in lost else []})
        for host in hosts
    }
    states = [one["state"] for one in of_hosts.values()]
    state = next((state for state in _WORST_FIRST if state in states), OFF)
    return {
        "name": name,
        "state": state,
        "changed": any(one.get("changed") for one in of_hosts.values()),
        "seconds": max((one.get("seconds", 0.0) for one in of_hosts.values()), default=0.0),
        "hosts": len(of_hosts),
        "headline": _headline(of_hosts, state),
        "problems": _problems(of_hosts),
        **_files(name, of_hosts, facts),
    }


def _headline(of_hosts: Mapping[str, Mapping[str, Any]], state: str) -> str:
    """What there is to say about the hosts that are in a state: by name, where they are not all the same."""
    said: Dict[str, List[str]] = {}
    for host, one in of_hosts.items():
        if one["state"] == state:
            said.setdefault(one["headline"], []).append(host)
    count = sum(len(hosts) for hosts in said.values())
    if count == len(of_hosts) and len(said) == 1:
        return next(iter(said))
    text = "; ".join(
        [one_line(headline, _LONGEST) + _on(hosts) for headline, hosts in said.items() if headline][:_SHOWN]
    )
    share = "" if count == len(of_hosts) else "{0} of {1} hosts".format(count, len(of_hosts))
    return ": ".join(filter(None, [share, text]))


def _problems(of_hosts: Mapping[str, Mapping[str, Any]]) -> List[Dict[str, Any]]:
    """Each problem once, with the hosts that have it."""
    found: Dict[Tuple[str, str], Dict[str, None]] = {}
    for host, one in of_hosts.items():
        for problem in one["problems"]:
            found.setdefault((problem["text"], problem["remedy"]), {}).setdefault(host)
    return [{"text": text, "remedy": remedy, "hosts": list(hosts)} for (text, remedy), hosts in found.items()]


def _files(name: str, of_hosts: Mapping[str, Mapping[str, Any]], facts: Mapping[str, Any]) -> Dict[str, Any]:
    """The files that a part has written: pages, from the directory of the report, and reports."""
    pages: Dict[str, Dict[str, str]] = {}
    reports: Dict[str, None] = {}
    for path in [path for one in of_hosts.values() for path in one.get("files", [])]:
        if not os.path.isfile(path) or not _is_new(path, facts["began"]):
            continue
        if path.endswith(".html"):
            relative = os.path.relpath(path, facts["dir"])
            pages.setdefault(relative, {"title": name, "path": relative})
        else:
            reports.setdefault(path)
    return {"pages": list(pages.values()), "reports": list(reports)}


def _is_new(path: str, began: float) -> bool:
    """Whether a file is of this run. Clocks of file systems are a little coarse."""
    return os.path.getmtime(path) >= float(began) - 2


def _command(
    states: Iterable[str], check_mode: bool, argv: Sequence[str], environ: Mapping[str, str], backwards: bool
) -> str:
    """How to go on; empty if everything is done."""
    found = set(states)
    if not check_mode and not found & {FAILED, NOT_RUN}:
        return ""
    if environ.get("JOB_ID") and environ.get("AWX_HOST"):
        return "launch the job again"
    program = os.path.basename(argv[0]) if argv else ""
    if program != "ansible-playbook":
        return "ansible-playbook longshore.swr." + ("offboard" if backwards else "onboard")
    finished = check_mode and FAILED not in found
    given = [argument for argument in argv[1:] if not (finished and argument in _CHECKS)]
    shown = [
        "..." if _may_be_secret(argument, before) else shlex.quote(argument)
        for before, argument in zip(["", *given], given)
    ]
    return " ".join([program, *shown])


def _may_be_secret(argument: str, before: str) -> bool:
    """Whether an argument is variables, but neither a file of them nor one that cannot be a secret."""
    if before in ("-e", "--extra-vars"):
        value = argument
    elif argument.startswith("--extra-vars="):
        value = argument.partition("=")[2]
    elif argument.startswith("-e") and len(argument) > 2:
        value = argument[2:]
    else:
        return False
    return not value.startswith("@") and _HARMLESS.fullmatch(value) is None


def _table(report: Mapping[str, Any]) -> List[str]:
    """What a person reads at the end of the run."""
    rows = [
        (
            part["name"],
            "to change" if report["check_mode"] and part["changed"] else _WORDS.get(part["state"], part["state"]),
            "{0:.1f} s".format(part["seconds"]) if part["state"] not in (OFF, NOT_RUN, WAITING) else "",
            str(part["hosts"]) if part["hosts"] > 1 else "",
            part["headline"],
        )
        for part in report["parts"]
    ]
    titles = ("part", "state", "time", "hosts", "what")
    widths = [max(len(row[column]) for row in [titles, *rows]) for column in range(4)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths)), row[4]]).rstrip()
        for row in [titles, *rows]
    ]
    for part in report["parts"]:
        for problem in part["problems"]:
            lines.append("{0}: {1}{2}".format(part["name"], problem["text"], _on(problem["hosts"])))
            if problem["remedy"]:
                lines.append("  Remedy: " + problem["remedy"])
    if report["command"]:
        text = (
            "To carry it out: " if report["check_mode"] and not report["failed"] else "To go on, mend this, and run: "
        )
        lines.append(text + report["command"])
    return lines


def _on(hosts: Sequence[str]) -> str:
    if list(hosts) in ([], ["localhost"]):
        return ""
    more = " and {0} more".format(len(hosts) - _SHOWN) if len(hosts) > _SHOWN else ""
    return " ({0}{1})".format(", ".join(hosts[:_SHOWN]), more)
