# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cut-over, read as an outcome: workloads of a cluster, wave by wave, and files.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Tuple

from .outcome import FAILED, PASSED, SKIPPED, Case, Outcome, counted, number

CUTOVER = "cutover"

_TEXT = (str, None)
_CHANGES = ([{"old": _TEXT, "new": _TEXT}], None)
SHAPE: Dict[str, Any] = {
    "verified": (dict, None),
    "waves": [
        {
            "name": _TEXT,
            "msg": _TEXT,
            "failed": (bool, None),
            "workloads": (
                [
                    {
                        "workload": str,
                        "outcome": str,
                        "reason": _TEXT,
                        "remedy": _TEXT,
                        "manager": _TEXT,
                        "changes": _CHANGES,
                    }
                ],
                None,
            ),
            "workloads_truncated": (int, None),
        }
    ],
    "files": (
        {
            "msg": _TEXT,
            "failed": (bool, None),
            "files": ([{"path": str, "changes": _CHANGES}], None),
            "left": ([{"file": str, "image": _TEXT, "reason": _TEXT}], None),
            "failures": ([{"file": str, "error": _TEXT}], None),
            "not_evaluated": ([{"file": str, "reason": _TEXT}], None),
        },
        None,
    ),
}
_BAD = ("failed", "put_back", "unfinished")
_LATER = ("pending", "left", "not_evaluated")
_FILES = "files"


def cutover(report: Mapping[str, Any]) -> Outcome:
    """C(cutover_result) of the role."""
    waves, files = report["waves"], report.get("files") or {}
    cases = [case for wave in waves for case in _workloads(wave)] + list(_file_cases(files))
    names = (
        "failed",
        "put_back",
        "unfinished",
        "pending",
        "left",
        "not_evaluated",
        "patched",
        "switched",
        "rolled_back",
    )
    counts = dict.fromkeys((*names, "unchanged"), 0)
    for case in cases:
        counts[case.outcome] = counts.get(case.outcome, 0) + 1
    problems = [
        _problem("wave {0}".format(wave.get("name") or ""), wave) for wave in waves if _broke(wave, "workloads")
    ]
    problems += [_problem(_FILES, files)] if _broke(files, "files") else []
    failed = bool(problems) or any(wave.get("failed") for wave in waves) or bool(files.get("failed"))
    bad = sum(counts[name] for name in _BAD)
    headline = "{0:,} of {1:,} objects switched".format(counts["switched"] + counts["patched"], len(cases))
    if counts["rolled_back"]:
        headline = "{0:,} of {1:,} objects rolled back".format(counts["rolled_back"], len(cases))
    if bad:
        headline = "{0:,} of {1:,} objects failed".format(bad, len(cases))
    elif failed:
        headline = "The cut-over was broken off"
    elif counts["left"] + counts["not_evaluated"]:
        headline += ", {0:,} were left".format(counts["left"] + counts["not_evaluated"])
    return Outcome(
        CUTOVER,
        failed,
        any(counts[name] for name in ("switched", "patched", "rolled_back", "put_back", "unfinished")),
        "; ".join(
            ["{0}: {1}".format(number(len(cases), "object"), counted(counts) or "nothing to switch"), *problems[:3]]
        ),
        "objects",
        counts,
        cases=lambda: iter(cases),
        problems=problems,
        headline=headline,
        done=list(_done(report)),
    )


def _broke(result: Mapping[str, Any], name: str) -> bool:
    """Whether a task has failed before it had a result for its objects."""
    return bool(result.get("failed")) and not result.get(name) and not result.get("failures")


def _problem(what: str, result: Mapping[str, Any]) -> str:
    return "{0}: {1}".format(what, result.get("msg") or "it ended without a result")


def _done(report: Mapping[str, Any]) -> Iterator[str]:
    verified, files = report.get("verified") or {}, report.get("files") or {}
    if verified:
        counts = {name: count for name, count in verified.items() if isinstance(count, int)}
        total = number(counts.pop("total", sum(counts.values())), "image")
        yield "{0} verified: {1}".format(total, counted(counts) or "none is in use")
    for wave in report["waves"]:
        if not _broke(wave, "workloads"):
            yield "wave {0}: {1}".format(wave.get("name") or "", wave.get("msg") or "")
            if wave.get("workloads_truncated"):
                yield "{0:,} more workloads of this wave are not listed here".format(wave["workloads_truncated"])
    if files and not _broke(files, "files"):
        yield "files: {0}".format(files.get("msg") or "")


def _state_of(outcome: str) -> Tuple[str, bool]:
    """The state of a case, and whether it is to be repaired without having failed."""
    if outcome in _BAD:
        return FAILED, False
    return (SKIPPED, True) if outcome in _LATER else (PASSED, False)


def _workloads(wave: Mapping[str, Any]) -> Iterator[Case]:
    for entry in wave.get("workloads") or ():
        state, warns = _state_of(entry["outcome"])
        notes = _images(entry) + (["managed by " + entry["manager"]] if entry.get("manager") else [])
        yield Case(
            "wave {0}".format(wave.get("name") or ""),
            entry["workload"],
            state,
            entry.get("reason") or "",
            entry.get("remedy") or "",
            outcome=entry["outcome"],
            warns=warns,
            notes=tuple(notes),
        )


def _file_cases(files: Mapping[str, Any]) -> Iterator[Case]:
    for entry in files.get("failures") or ():
        yield _file(entry["file"], "failed", entry.get("error") or "")
    for entry in files.get("left") or ():
        yield _file(entry["file"], "left", entry.get("reason") or "", "image: {0}".format(entry.get("image") or ""))
    for entry in files.get("not_evaluated") or ():
        yield _file(entry["file"], "not_evaluated", entry.get("reason") or "")
    back = any("exact" in entry for entry in files.get("files") or ())
    for entry in files.get("files") or ():
        yield _file(entry["path"], "rolled_back" if back else "switched", "", *_images(entry))


def _file(path: str, outcome: str, reason: str, *notes: str) -> Case:
    state, warns = _state_of(outcome)
    cause, _mark, remedy = reason.partition(" Remedy: ")
    cause = cause[len(path) + 2 :] if cause.startswith(path + ": ") else cause
    return Case(_FILES, path, state, cause, remedy, outcome=outcome, warns=warns, notes=notes)


def _images(entry: Mapping[str, Any]) -> List[str]:
    return ["{0} \N{RIGHTWARDS ARROW} {1}".format(one.get("old"), one.get("new")) for one in entry.get("changes") or ()]
