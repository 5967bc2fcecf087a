# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports and results, read as outcomes.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, Mapping, Optional

from .._errors import LongshoreError
from .._http_values import NotUnderstood
from .._json import check_shape
from .cutover import CUTOVER, SHAPE, cutover
from .onboarding import ONBOARDING, onboarding
from .onboarding import SHAPE as ONBOARDING_SHAPE
from .outcome import FAILED, PASSED, SKIPPED, Case, Outcome, number, numbers
from .runs import HARBOR, NETWORK, SHAPES, VERIFICATION, harbor, network, split, verification

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
    "details": ({"what": _TEXT, "hint": _TEXT, "code": _TEXT}, None),
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
            {
                "node": str,
                "state": str,
                "message": _TEXT,
                "checks": [{"id": str, "status": str, "message": _TEXT, "hint": _TEXT}],
            }
        ],
    },
    AUDIT: {
        "profile": str,
        "summary": {"error": int, "warning": int, "info": int, "problems": int},
        "targets": [str],
        "findings": [{"rule": str, "path": str, "severity": str, "message": str, "fix": str, "suppressed_by": str}],
    },
}
_SHAPES.update(SHAPES)
_SHAPES[CUTOVER] = SHAPE
_SHAPES[ONBOARDING] = ONBOARDING_SHAPE
_RECOGNIZED_BY = (
    (ACCESS, "nodes"),
    (AUDIT, "targets"),
    (HARBOR, "repositories"),
    (NETWORK, "plan"),
    (CUTOVER, "waves"),
    (MIGRATION, "results"),
)


def _kind_of(report: Any) -> Optional[str]:
    if not isinstance(report, dict):
        return None
    if report.get("kind") == ONBOARDING:
        return ONBOARDING
    if "results" in report and isinstance(report.get("images"), dict) and "equal" in report["images"]:
        return VERIFICATION
    # The report of a migration has a plan, too.
    found = [kind for kind, name in _RECOGNIZED_BY if name in report and not (name == "plan" and "results" in report)]
    return found[0] if found else None


def outcome_of(report: Any) -> Outcome:
    """Read a report of C(image_copy), C(image_report), C(image_verify), C(access_report), C(dockerfile_audit) or
    C(image_audit), or a result of the roles C(harbor), C(network), C(cutover) and C(onboard).

    :raises LongshoreError: it is none of these.
    """
    kind = _kind_of(report)
    if kind is None:
        raise LongshoreError(
            "this is not a report that can be published",
            where="report",
            hint="Give the JSON report of image_copy, image_report, image_verify, the role access_check, an audit, or "
            "the result of the role harbor, network, cutover or onboard.",
        )
    try:
        return _READERS[kind](check_shape(report, _SHAPES[kind]))
    except NotUnderstood as problem:
        raise LongshoreError("this is not the report of a run: {0}".format(problem), where=kind) from None


def _migration(report: Mapping[str, Any]) -> Outcome:
    images, problems = report["images"], report.get("problems") or []
    counts = numbers(images, "images")
    others = ", ".join("{0} {1}".format(count, name) for name, count in counts.items() if count)
    message = "{0}: {1}".format(number(images["total"], "image"), others or "nothing to do")
    return Outcome(
        MIGRATION,
        images["failed"] > 0 or bool(problems),
        images["copied"] > 0,
        "; ".join([message, *problems[:3]]),
        "images",
        counts,
        report.get("started_at"),
        report.get("duration"),
        (report.get("bytes") or {}).get("uploaded") or 0,
        lambda: map(_image, report["results"]),
    )


def _image(entry: Mapping[str, Any]) -> Case:
    group, name = split(entry["destination"])
    state = {"copied": PASSED, "skipped": PASSED, "failed": FAILED}.get(entry["outcome"], SKIPPED)
    details = entry.get("details") or {}
    message = entry.get("error") or entry.get("reason") or ""
    remedy = details.get("hint") or ""
    if remedy:
        message = message.replace(" Remedy: " + remedy, "")
    cause, code = details.get("what") or "", details.get("code") or ""
    place = (entry["source"], entry["destination"])
    return Case(group, name, state, message, remedy, entry.get("seconds") or 0.0, cause=cause, code=code, place=place)


def _access(report: Mapping[str, Any]) -> Outcome:
    summary = numbers(report["summary"], "summary")
    failing = report["failing"]
    message = "{0} of {1} nodes fail the access check".format(len(failing), report["summary"]["total"])
    if summary.get("unreachable"):
        message += ", {0} gave no result".format(summary["unreachable"])

    def cases() -> Iterator[Case]:
        for node in report["nodes"]:
            bad = [check for check in node["checks"] if check["status"] in ("fail", "warn")]
            said = "; ".join("{0}: {1}".format(check["id"], check.get("message") or "") for check in bad)
            remedy = next((check["hint"] for check in bad if check.get("hint")), "")
            state = FAILED if node["node"] in failing or node["state"] == "unreachable" else PASSED
            yield Case("access", node["node"], state, node.get("message") or said, remedy)

    return Outcome(
        ACCESS, bool(failing) or bool(summary.get("unreachable")), False, message, "nodes", summary, cases=cases
    )


def _audit(report: Mapping[str, Any]) -> Outcome:
    found = report["findings"]
    summary = {name: report["summary"][name] for name in ("error", "warning", "info")}
    problems = report["summary"]["problems"]
    message = "{0} in {1}".format(
        number(sum(summary.values()), "finding"), number(len(report["targets"]), "file or image", "files and images")
    )
    kinds = {"error": summary["error"], "warning": summary["warning"], "remark": summary["info"], "problem": problems}
    details = ", ".join(number(count, name) for name, count in kinds.items() if count)
    message += ": " + details if details else ""

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


_READERS: Dict[str, Callable[[Mapping[str, Any]], Outcome]] = {
    MIGRATION: _migration,
    ACCESS: _access,
    AUDIT: _audit,
    VERIFICATION: verification,
    HARBOR: harbor,
    NETWORK: network,
    CUTOVER: cutover,
    ONBOARDING: onboarding,
}
