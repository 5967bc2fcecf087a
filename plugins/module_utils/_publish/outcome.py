# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a report says, in the terms of those who watch: a status, counters, and cases.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Tuple

from .._errors import LongshoreError
from .._http_values import NotUnderstood
from .._json import check_shape

PASSED, SKIPPED, FAILED = "passed", "skipped", "failed"
MIGRATION, ACCESS, AUDIT, RUN = "migration", "access", "audit", "run"

_TEXT = (str, None)
_NUMBER = (float, None)
_IMAGE = {
    "source": str,
    "destination": str,
    "outcome": str,
    "reason": _TEXT,
    "error": _TEXT,
    "seconds": _NUMBER,
    "details": ({"what": _TEXT, "hint": _TEXT}, None),
}
_SHAPES: Dict[str, Any] = {
    MIGRATION: {
        "images": {"total": int, "copied": int, "failed": int},
        "results": [_IMAGE],
        "problems": ([str], None),
        "bytes": ({"uploaded": (int, None)}, None),
        "duration": _NUMBER,
        "started_at": _TEXT,
    },
    ACCESS: {
        "summary": {"total": int},
        "failing": [str],
        "nodes": [
            {"node": str, "state": str, "message": _TEXT, "checks": [{"id": str, "status": str, "message": _TEXT}]}
        ],
    },
    AUDIT: {
        "profile": str,
        "summary": {"error": int, "warning": int, "info": int, "problems": int},
        "targets": [str],
        "findings": [{"rule": str, "path": str, "severity": str, "message": str, "fix": str, "suppressed_by": str}],
    },
}
_RECOGNIZED_BY = ((MIGRATION, "results"), (ACCESS, "nodes"), (AUDIT, "targets"))


class Case(NamedTuple):
    """An image, a node or a finding. C(state) is C(passed), C(skipped) or C(failed)."""

    group: str
    name: str
    state: str
    message: str = ""
    remedy: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    :ivar kind: C(migration), C(access), C(audit), or C(run) without a report.
    :ivar counts: what was counted (C(images), C(nodes), C(findings)), and the number of each state.
    :ivar duration: seconds, if known. :ivar sent: bytes, if any were.
    :ivar cases: iterates over all cases, anew at each call.
    """

    kind: str
    failed: bool
    changed: bool
    message: str
    counted: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    started_at: Optional[str] = None
    duration: Optional[float] = None
    sent: Optional[int] = None
    cases: Callable[[], Iterator[Case]] = lambda: iter(())


def outcome_of(report: Any) -> Outcome:
    """Read a report of C(image_copy), C(image_report), C(access_report), C(dockerfile_audit) or C(image_audit).

    :raises LongshoreError: it is none of these.
    """
    kind = next((kind for kind, name in _RECOGNIZED_BY if isinstance(report, dict) and name in report), None)
    if kind is None:
        raise LongshoreError(
            "this is not a report of a migration, an access check or an audit",
            where="report",
            hint="Give the JSON report of image_copy, image_report, the role access_check, or an audit.",
        )
    try:
        check_shape(report, _SHAPES[kind])
    except NotUnderstood as problem:
        raise LongshoreError("this is not the report of a run: {0}".format(problem), where=kind) from None
    return {MIGRATION: _migration, ACCESS: _access, AUDIT: _audit}[kind](report)


def _migration(report: Mapping[str, Any]) -> Outcome:
    images, problems = report["images"], report.get("problems") or []
    others = ", ".join("{0} {1}".format(count, name) for name, count in images.items() if name != "total" and count)
    message = "{0} images: {1}".format(images["total"], others or "nothing to do")
    return Outcome(
        MIGRATION,
        images["failed"] > 0 or bool(problems),
        images["copied"] > 0,
        "; ".join([message, *problems[:3]]),
        "images",
        {name: count for name, count in images.items() if name != "total"},
        report.get("started_at"),
        report.get("duration"),
        (report.get("bytes") or {}).get("uploaded") or 0,
        lambda: map(_image, report["results"]),
    )


def _image(entry: Mapping[str, Any]) -> Case:
    group, name = _split(entry["destination"])
    state = {"copied": PASSED, "skipped": PASSED, "failed": FAILED}.get(entry["outcome"], SKIPPED)
    details = entry.get("details") or {}
    message = entry.get("error") or entry.get("reason") or ""
    remedy = details.get("hint") or ""
    if remedy:
        message = message.replace(" Remedy: " + remedy, "")
    return Case(group, name, state, message, remedy, entry.get("seconds") or 0.0)


def _split(reference: str) -> Tuple[str, str]:
    """Repository, and tag or digest."""
    folder, slash, name = reference.rpartition("/")
    for mark in ("@", ":"):
        name, found, rest = name.partition(mark)
        if found:
            return folder + slash + name, rest
    return folder + slash + name, name


def _access(report: Mapping[str, Any]) -> Outcome:
    summary = {name: count for name, count in report["summary"].items() if name != "total"}
    failing = report["failing"]
    message = "{0} of {1} nodes fail the access check".format(len(failing), report["summary"]["total"])
    if summary.get("unreachable"):
        message += ", {0} gave no result".format(summary["unreachable"])

    def cases() -> Iterator[Case]:
        for node in report["nodes"]:
            bad = [check for check in node["checks"] if check["status"] in ("fail", "warn")]
            said = "; ".join("{0}: {1}".format(check["id"], check.get("message") or "") for check in bad)
            state = FAILED if node["node"] in failing or node["state"] == "unreachable" else PASSED
            yield Case("access", node["node"], state, node.get("message") or said)

    return Outcome(
        ACCESS, bool(failing) or bool(summary.get("unreachable")), False, message, "nodes", summary, cases=cases
    )


def _audit(report: Mapping[str, Any]) -> Outcome:
    found = report["findings"]
    summary = {name: report["summary"][name] for name in ("error", "warning", "info")}
    problems = report["summary"]["problems"]
    message = "{0} findings in {1} files and images: {2}".format(
        sum(summary.values()),
        len(report["targets"]),
        ", ".join("{0} {1}".format(count, name) for name, count in {**summary, "problem": problems}.items()),
    )

    def cases() -> Iterator[Case]:
        for finding in found:
            state = FAILED if finding["severity"] == "error" else PASSED
            name = "{0}:{1} {2}".format(finding["path"], finding.get("line") or 0, finding["rule"])
            if finding["suppressed_by"]:
                state = SKIPPED
            yield Case(finding["path"], name, state, finding["message"], finding["fix"])
        clean = {finding["path"] for finding in found}
        for target in report["targets"]:
            if target not in clean:
                yield Case(target, "no finding", PASSED)

    return Outcome(AUDIT, summary["error"] > 0 or problems > 0, False, message, "findings", summary, cases=cases)
