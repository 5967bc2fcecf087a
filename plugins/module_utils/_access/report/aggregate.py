# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The results of many nodes as one report: rows, counters, and grouped findings.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Tuple

from ..._text import safe, shown
from ..errors import AccessError
from ..results import FAILING, SEVERITY, STATUSES

UNREACHABLE, ERROR, FAIL, WARN, PASS = "unreachable", "error", "fail", "warn", "pass"
# Worst first.
STATES = (UNREACHABLE, ERROR, FAIL, WARN, PASS)
_MARKS = ("warn", "fail")
UNREACHABLE_TEXT = "no result: Ansible did not reach the node, or its batch has not run yet"


def _state(result: Any) -> Tuple[str, str]:
    """A node's state, and the reason if it has no findings."""
    if not isinstance(result, Mapping) or not (result.get("msg") or "checks" in result):
        return UNREACHABLE, UNREACHABLE_TEXT
    if result.get("unreachable"):
        return UNREACHABLE, safe(result.get("msg") or UNREACHABLE_TEXT)
    if not isinstance(result.get("checks"), list):
        return ERROR, safe(result.get("msg") or "no result", 600)
    found = [check.get("status") for check in result["checks"] if isinstance(check, Mapping)]
    return (FAIL if "fail" in found else WARN if "warn" in found else PASS), ""


def _node(name: str, result: Any) -> Dict[str, Any]:
    state, message = _state(result)
    checks = result["checks"] if state in (FAIL, WARN, PASS) else []
    return {
        "node": name,
        "state": state,
        "message": message,
        "host": safe(result.get("host", "")) if state in (FAIL, WARN, PASS) else "",
        "addresses": [safe(item) for item in result.get("addresses", [])] if checks else [],
        "checks": [dict(check) for check in checks if isinstance(check, Mapping) and check.get("status") in STATUSES],
    }


def _findings(nodes: List[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """Failures, then warnings, in the order of the checks, each with all nodes that it applies to."""
    found: Dict[Tuple[str, str, str], Dict[str, Any]] = {}
    order: Dict[str, int] = {}
    for node in nodes:
        for check in node["checks"]:
            order.setdefault(check["id"], len(order))
            if check["status"] not in _MARKS:
                continue
            key = (check["status"], check["id"], str(check.get("hint", "")))
            entry = found.setdefault(
                key,
                {
                    "id": key[1],
                    "status": key[0],
                    "severity": SEVERITY[key[0]],
                    "hint": safe(key[2], 600),
                    "messages": {},
                },
            )
            entry["messages"].setdefault(safe(check.get("message", ""), 600), []).append(node["node"])
    entries = sorted(found.values(), key=lambda entry: (entry["status"] != "fail", order[entry["id"]]))
    for entry in entries:
        texts: Mapping[str, List[str]] = entry["messages"]
        entry["messages"] = [{"message": text, "nodes": names} for text, names in texts.items()]
        entry["nodes"] = [name for names in texts.values() for name in names]
    return entries


def aggregate(results: Any, fail_on: str = "error") -> Dict[str, Any]:
    """The report on several nodes.

    :param results: maps each node to its C(access_check) result, or to nothing without one.
    :param fail_on: C(error), C(warn) or C(never).
    :returns: C(nodes) (worst first), C(findings), C(summary) (nodes by state), C(failing) (names of nodes) and C(ok).
    :raises AccessError: an argument is invalid.
    """
    if not isinstance(results, Mapping):
        raise AccessError("expected a dictionary of node to result, not {0}".format(type(results).__name__))
    if fail_on not in FAILING:
        raise AccessError("fail_on: {0!r} is none of {1}".format(fail_on, ", ".join(FAILING)))
    nodes = [_node(str(name), result) for name, result in shown(results).items()]
    nodes.sort(key=lambda node: STATES.index(node["state"]))
    # A node that could not be checked, because of invalid variables or missing Python, fails at any severity.
    bad = {"error": (ERROR, FAIL), "warn": (ERROR, FAIL, WARN), "never": (ERROR,)}[fail_on]
    return {
        "ok": all(node["state"] in (WARN, PASS) for node in nodes),
        "summary": dict({state: sum(node["state"] == state for node in nodes) for state in STATES}, total=len(nodes)),
        "failing": [node["node"] for node in nodes if node["state"] in bad],
        "findings": _findings(nodes),
        "nodes": nodes,
    }


def checks_of(report: Mapping[str, Any]) -> List[str]:
    """The ids of the checks that ran on any node, in order."""
    return list(dict.fromkeys(check["id"] for node in report["nodes"] for check in node["checks"]))


def status_of(node: Mapping[str, Any], check: str) -> Optional[str]:
    """The status of a node's check, None if it was not requested."""
    return next((found["status"] for found in node["checks"] if found["id"] == check), None)


def headline(report: Mapping[str, Any]) -> str:
    """A one-line summary."""
    summary = report["summary"]
    words = {
        PASS: "reach SWR",
        WARN: "reach it with warnings",
        FAIL: "do not",
        ERROR: "could not be checked",
        UNREACHABLE: "gave no result",
    }
    parts = ["{0} {1}".format(summary[state], words[state]) for state in reversed(STATES) if summary[state]]
    return "{0} {1}: {2}".format(
        summary["total"], "node" if summary["total"] == 1 else "nodes", ", ".join(parts) or "nothing to say"
    )
