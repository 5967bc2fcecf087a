# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a part of an onboarding can run, and what has become of it.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence

from ansible_collections.longshore.swr.plugins.module_utils._text import one_line, safe
from ansible_collections.longshore.swr.plugins.plugin_utils._onboarding_parts import needs_of, parts_of

DONE, UNCHANGED, FAILED, NOT_RUN, WAITING, OFF = "done", "unchanged", "failed", "not_run", "waiting", "off"
_READING = ("preflight", "audit", "discover", "access_check", "verify")
"""Parts that change nothing: to have run is all that they do."""
_SHOWING = ("access_check",)
"""Parts that run in check mode whatever is missing: they show how things are."""
_FIRST = "it needs what a run would make first: {0}"
_AFTER = {False: "it needs {0}", True: "{0} must be taken back first"}
_LONGEST = 2000
_MOST = 10
"""Problems of one part. Its report has all of them."""
_REMEDY = "Remedy: "


def gate(
    name: str,
    outcomes: Iterable[Mapping[str, Mapping[str, Any]]],
    waiting: Sequence[str] = (),
    check_mode: bool = False,
    state: str = "present",
    others: Iterable[Mapping[str, Mapping[str, Any]]] = (),
    planned: Iterable[Iterable[str]] = (),
) -> Dict[str, Any]:
    """Whether a part runs: C(state) is C(run), C(not_run) or C(waiting), and C(text) says why.

    With C(run) in check mode, C(pending) has the parts that would have made something for it.

    :param outcomes: those of this host and the controllers.
    :param waiting: what it needs that check mode has not made.
    :param state: C(present), or C(absent) if all is taken back.
    :param others: the outcomes of other hosts that count. Their preflight stops only what needs their parts.
    :param planned: the parts of each of these. Those before this one that a host has no outcome of were lost with it.
    """
    backwards = state == "absent"
    known = [*outcomes]
    for of, plan in zip(others, planned):
        lost = [one for one in plan if one not in of and _is_over(one, name, backwards)]
        known.append({one: of[one] for one in of if one != "preflight"})
        known.append({one: {"state": NOT_RUN, "changed": False} for one in lost})
    needs = ["preflight", *needs_of(name, backwards)]
    found = {need: [one[need] for one in known if need in one] for need in needs}
    # Where one has failed, those that have not run because of it say nothing more.
    stopped = next(filter(None, (_with_state(found, one) for one in (FAILED, NOT_RUN))), [])
    if stopped:
        # The preflight is first in both directions.
        after = _AFTER[backwards and "preflight" not in stopped]
        return {"state": NOT_RUN, "text": after.format(" and ".join(stopped)), "pending": []}
    missing = list(waiting)
    if name not in _SHOWING:
        missing += _with_state(found, WAITING)
    if missing:
        return {"state": WAITING, "text": _FIRST.format(", ".join(missing)), "pending": []}
    pending = [need for need, those in found.items() if any(one["changed"] or one["state"] == WAITING for one in those)]
    return {"state": "run", "text": "", "pending": pending if check_mode and not backwards else []}


def _is_over(other: str, name: str, backwards: bool) -> bool:
    """Whether all hosts of a part have had their turn before another one: nodes are in batches."""
    if other == name:
        # Harbor's own hosts are before the controller.
        return not backwards
    return parts_of(other)[0].place != parts_of(name)[0].place


def _with_state(found: Mapping[str, Sequence[Mapping[str, Any]]], state: str) -> List[str]:
    return [name for name, those in found.items() if any(one["state"] == state for one in those)]


def problems_of(failure: Mapping[str, Any]) -> List[Dict[str, str]]:
    """What a task failed with, in a loop or not, or what the preflight has found: C(text) and C(remedy)."""
    if failure.get("findings"):
        found = [(one_line("{name}: {text}".format(**one), _LONGEST), one) for one in failure["findings"]]
        return [{"text": text, "remedy": one.get("remedy") or ""} for text, one in found]
    results = [one for one in failure.get("results") or [] if isinstance(one, Mapping) and one.get("failed")]
    texts: Dict[str, None] = {}
    for one in results or [failure]:
        if one.get("_ansible_no_log") or one.get("censored"):
            texts.setdefault("a task failed whose output is hidden, since it has secrets")
        else:
            texts.setdefault(one_line(str(one.get("msg") or "it failed without a message"), _LONGEST))
    return [_split(text) for text in texts]


def _problems(name: str, failure: Mapping[str, Any], result: Mapping[str, Any]) -> List[Dict[str, str]]:
    """What a part failed with: also the failures of single images, which the role has shown above its message."""
    texts: List[str] = []
    if "see above" not in str(failure.get("msg")):
        return problems_of(failure)
    if name == "migrate":
        total = (result.get("images") or {}).get("total")
        for one in result.get("causes") or []:
            code = " ({0})".format(one["code"]) if one.get("code") else ""
            text = "{0} of {1} images failed: {2}: {3}{4}".format(one["count"], total, one["first"], one["what"], code)
            texts.append(text + (" " + _REMEDY + one["hint"] if one.get("hint") else ""))
    elif name == "verify":
        texts = ["{destination}: {reason}".format(**one) for one in result.get("differences") or []]
        texts += [str(one["error"]) for one in result.get("failures") or []]
    shown = dict.fromkeys(one_line(safe(text), _LONGEST) for text in texts)
    return [_split(text) for text in shown][:_MOST] or problems_of(failure)


def _split(text: str) -> Dict[str, str]:
    what, _mark, remedy = text.partition(_REMEDY)
    return {"text": what.strip() or text, "remedy": remedy.strip()}


def outcome(name: str, facts: Mapping[str, Any]) -> Dict[str, Any]:
    """What has become of a part on one host.

    :param facts: C(gate); C(seconds); C(failure), what a task failed with; C(result), the role's; C(files), the pages
        and reports that it may have written; and C(leaving), the registry that is given up, if all is taken back.
    """
    gated = facts["gate"]
    found: Dict[str, Any] = {
        "state": UNCHANGED,
        "changed": False,
        "seconds": round(float(facts.get("seconds") or 0), 1),
        "headline": gated["text"],
        "problems": [],
        "files": [os.path.abspath(os.path.expanduser(str(path))) for path in facts.get("files") or [] if path],
    }
    if gated["state"] != "run":
        return {**found, "state": gated["state"]}
    result = facts.get("result")
    result = result if isinstance(result, Mapping) else {}
    failure = facts.get("failure") or {}
    try:
        found["headline"] = one_line(safe(_HEADLINES[name](result)), 300) if name in _HEADLINES and result else ""
        found["changed"] = bool(_CHANGED.get(name, _changed)(result))
    except (KeyError, TypeError, AttributeError, IndexError):
        # A role that failed has an incomplete result.
        pass
    if failure and gated["pending"]:
        problems = _problems(name, failure, result)
        why = found["headline"] if name in _SHOWING else "; ".join(one["text"] for one in problems)
        text = " and ".join(gated["pending"]) + "; " + why
        return {**found, "state": WAITING, "changed": False, "headline": one_line(_FIRST.format(text), 600)}
    if failure:
        return {**found, "state": FAILED, "problems": _problems(name, failure, result)}
    problems = _still_there(result, str(facts["leaving"])) if name == "cutover" and facts.get("leaving") else []
    if problems:
        return {**found, "state": FAILED, "problems": problems}
    return {**found, "state": DONE if found["changed"] or name in _READING else UNCHANGED}


def _still_there(result: Mapping[str, Any], registry: str) -> List[Dict[str, str]]:
    """The workloads that others have changed, and that still need the registry: nodes must not lose it."""
    found = []
    for one in [one for wave in result.get("waves") or [] for one in wave.get("workloads") or []]:
        reason = str(one.get("reason") or "")
        if one.get("outcome") in ("left", "rolled_back") and registry + "/" in reason:
            text = "{0} still has an image of SWR: {1}".format(one.get("workload"), reason)
            remedy = (
                "Change its image by hand. Then, or if it may lose SWR, run this again: it is not asked about twice."
            )
            found.append({"text": one_line(safe(text), _LONGEST), "remedy": remedy})
    return found


def _changed(result: Mapping[str, Any]) -> bool:
    return bool(result.get("changed"))


def _of_cutover(result: Mapping[str, Any]) -> bool:
    return any(one.get("changed") for one in [*result["waves"], result["files"]])


def _network(result: Mapping[str, Any]) -> str:
    plan = [one.get("change") for one in result.get("plan") or []]
    words = {"create": "created", "update": "updated", "delete": "deleted"}
    would = " would be" if result.get("check_mode") else ""
    changes = ["{0}{1} {2}".format(plan.count(key), would, word) for key, word in words.items() if key in plan]
    address = (result.get("swr") or {}).get("address")
    texts = [", ".join(changes)] if changes else []
    return "; ".join(texts + (["SWR's endpoint is {0}".format(address)] if address else []))


def _number(count: int, noun: str) -> str:
    return "{0} {1}{2}".format(count, noun, "" if count == 1 else "s")


def _cutover(result: Mapping[str, Any]) -> str:
    waves = result["waves"]
    names = [one.get("name", "") if len(waves) > 1 else "" for one in waves]
    texts = [
        ": ".join(filter(None, [name, one.get("msg")])) for name, one in zip([*names, ""], [*waves, result["files"]])
    ]
    return "; ".join(filter(None, texts))


def _access(result: Mapping[str, Any]) -> str:
    found = [check.get("status") for check in result.get("checks") or []]
    bad = [status for status in ("fail", "warn") if status in found]
    return "reaches SWR" if not bad else "{0} of {1} checks: {2}".format(found.count(bad[0]), len(found), bad[0])


_CHANGED: Dict[str, Callable[[Mapping[str, Any]], bool]] = {
    "cutover": _of_cutover,
    **dict.fromkeys(_READING, lambda result: False),
}
_HEADLINES: Dict[str, Callable[[Mapping[str, Any]], str]] = {
    "preflight": lambda result: str(result["msg"]),
    "network": _network,
    "organizations": lambda result: "; ".join(
        result.get("left") or [_number(len(result["changes"]), "change")] * bool(result["changes"])
    ),
    "audit": lambda result: str(result["msg"]),
    "discover": lambda result: "{0} in use".format(_number(len(result["images"]), "image")),
    # The message of a copy is in the words of image-migrator.
    "migrate": lambda result: str((result.get("summary") or [result["msg"]])[0]),
    "harbor": lambda result: str((result["summary"] or [""])[0]),
    "access_check": _access,
    "cutover": _cutover,
    "verify": lambda result: str(result["msg"]),
}
