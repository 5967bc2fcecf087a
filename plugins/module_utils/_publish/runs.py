# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifications, runs of Harbor, and networks, read as outcomes.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, Iterator, Mapping, Tuple

from .outcome import FAILED, PASSED, SKIPPED, Case, Outcome, counted, number, numbers

VERIFICATION, HARBOR, NETWORK = "verification", "harbor", "network"

_TEXT = (str, None)
_NUMBER = (float, None)
_VERDICT = dict.fromkeys(("rule", "reason", "error", "hint", "source_digest", "expected", "found"), _TEXT)
SHAPES: Dict[str, Any] = {
    VERIFICATION: {
        "images": dict.fromkeys(("total", "equal", "different", "missing", "filtered", "failed"), int),
        "results": [dict(_VERDICT, source=str, destination=str, verdict=str)],
        "blobs": ({"checked": int, "bytes_read": int}, None),
        "duration": _NUMBER,
    },
    HARBOR: {
        "changed": bool,
        "endpoint": ({"url": _TEXT}, None),
        "executions": [{"rule": str, "problem": str}],
        "repositories": [
            {"rule": str, "source": str, "destination": _TEXT, "outcome": str, "cause": _TEXT, "hint": _TEXT}
        ],
        "refused": [{"rule": str, "repository": str, "reason": _TEXT, "tags": ([str], None)}],
        "copied": ({"failed": int}, None),
        "problems": [str],
        "summary": [str],
    },
    NETWORK: {
        "scenario": str,
        "state": str,
        "changed": bool,
        "check_mode": bool,
        "region": _TEXT,
        "registry": _TEXT,
        "swr": ({"address": _TEXT, "dns_names": ([str], None)}, None),
        "public_address": _TEXT,
        "line_checked": (bool, None),
        "plan": [{"object": str, "name": str, "change": str, "charge": _TEXT, "note": _TEXT, "id": _TEXT}],
        "prerequisites": ([str], None),
        "warnings": ([str], None),
        "problems": ([str], None),
    },
}
_REFUSED = "SWR's basic edition refuses its format{0}"
_REMEDY_REFUSED = (
    "Build it with oci-mediatypes=false and provenance=false, or set harbor_copy_refused to have it converted and "
    "copied."
)
_COPY_AGAIN = "Copy it again with the same rules."
_CHANGES = {"create": "created", "update": "updated", "delete": "deleted", "keep": "kept", "none": "unchanged"}


def split(reference: str) -> Tuple[str, str]:
    """Repository, and tag or digest."""
    folder, slash, name = reference.rpartition("/")
    for mark in ("@", ":"):
        name, found, rest = name.partition(mark)
        if found:
            return folder + slash + name, rest
    return folder + slash + name, name


def verification(report: Mapping[str, Any]) -> Outcome:
    """The report of C(image_verify)."""
    counts = numbers(report["images"], "images")
    total, wrong = report["images"]["total"], counts["different"] + counts["missing"] + counts["failed"]
    headline = "All images are as at their source" if total else "There was no image to compare"
    if wrong:
        headline = "{0:,} of {1:,} images are not as at their source, or could not be compared".format(wrong, total)
    blobs = report.get("blobs") or {}
    done = ["compared the digests of {0:,} images".format(total)]
    if blobs.get("checked"):
        done.append("checked {0:,} layers and configurations".format(blobs["checked"]))
    if blobs.get("bytes_read"):
        done.append("read {0:,} bytes of them".format(blobs["bytes_read"]))
    return Outcome(
        VERIFICATION,
        wrong > 0,
        False,
        "{0} verified: {1}".format(number(total, "image"), counted(counts) or "nothing to compare"),
        "images",
        counts,
        duration=report.get("duration"),
        cases=lambda: map(_verdict, report["results"]),
        headline=headline,
        done=done,
    )


def _verdict(entry: Mapping[str, Any]) -> Case:
    group, name = split(entry["destination"])
    verdict, hint = entry["verdict"], entry.get("hint") or ""
    state = {"equal": PASSED, "filtered": SKIPPED}.get(verdict, FAILED)
    message = entry.get("error") or entry.get("reason") or ""
    if hint:
        message = message.replace(" Remedy: " + hint, "")
    if verdict == "missing":
        message = message or "it is not at its destination"
    if verdict in ("different", "missing"):
        hint = hint or _COPY_AGAIN
    cause = message
    for where in (entry["source"], entry["destination"]):
        cause = cause.replace(where + ": ", "", 1) if cause.startswith(where) else cause
    digests = [entry.get(name) for name in ("source_digest", "expected", "found")]
    return Case(
        group,
        name,
        state,
        message,
        hint,
        outcome=verdict,
        cause=cause,
        place=(entry["source"], entry["destination"]),
        notes=("source: " + entry["source"],),
        digests=tuple(dict.fromkeys(digest for digest in digests if digest)),
    )


def harbor(report: Mapping[str, Any]) -> Outcome:
    """C(harbor_result) of the role, and C(repositories), all that its executions dealt with."""
    repositories, problems = report["repositories"], report["problems"]
    # Copied by the role itself, they need no repair.
    refused = [] if report.get("copied") and not report["copied"]["failed"] else report["refused"]
    counts = dict.fromkeys(("copied", "converted", "failed", "stopped", "in_progress"), 0)
    for entry in repositories:
        counts[entry["outcome"]] = counts.get(entry["outcome"], 0) + 1
    counts["refused"] = len(refused)
    named = {entry["rule"] for entry in repositories if entry["outcome"] == "failed"}
    others = [run for run in report["executions"] if run["problem"] and run["rule"] not in named]
    # A rule of which repositories failed is among the cases.
    told = {"rule {0}: {1}".format(run["rule"], run["problem"]) for run in report["executions"]}

    def cases() -> Iterator[Case]:
        for entry in repositories:
            yield _repository(entry)
        for run in others:
            group = "rule " + run["rule"]
            yield Case(group, "the whole run", FAILED, run["problem"], outcome="failed", place=(group,))
        for entry in refused:
            yield _refused(entry)

    headline = "{0:,} of {1:,} repositories arrived".format(counts["copied"] + counts["converted"], len(repositories))
    if counts["failed"]:
        headline = "{0:,} of {1:,} repositories failed".format(counts["failed"], len(repositories))
    elif problems:
        headline = "Not everything has arrived"
    elif not repositories:
        headline = "No rule was due"
    counts["failed"] += len(others)
    message = "{0}: {1}".format(
        number(len(repositories), "repository", "repositories"), counted(counts) or "none was due"
    )
    return Outcome(
        HARBOR,
        bool(problems),
        report["changed"],
        "; ".join([message, *problems[:3]]),
        "repositories",
        counts,
        cases=cases,
        problems=[problem for problem in problems if problem not in told],
        headline=headline,
        done=[line for line in report["summary"] if not line.startswith("failed: ")],
    )


def _repository(entry: Mapping[str, Any]) -> Case:
    state = {"copied": PASSED, "converted": PASSED, "failed": FAILED}.get(entry["outcome"], SKIPPED)
    notes = ("to " + entry["destination"],) if entry.get("destination") else ()
    group, cause, hint = "rule " + entry["rule"], entry.get("cause") or "", entry.get("hint") or ""
    if entry["outcome"] == "converted":
        # Why Harbor could not, and what to do about it, was done.
        cause, hint = "copied in Harbor's place, since SWR refuses its format", ""
    return Case(
        group,
        entry["source"],
        state,
        cause,
        hint,
        outcome=entry["outcome"],
        place=(entry["source"], entry.get("destination") or "", group),
        notes=notes,
    )


def _refused(entry: Mapping[str, Any]) -> Case:
    reason = ": {0}".format(entry["reason"]) if entry.get("reason") else ""
    tags = ", ".join(entry.get("tags") or ())
    name = "{0}:{1}".format(entry["repository"], tags) if tags else entry["repository"]
    message = _REFUSED.format(reason)
    return Case("rule " + entry["rule"], name, SKIPPED, message, _REMEDY_REFUSED, outcome="refused", warns=True)


def network(report: Mapping[str, Any]) -> Outcome:
    """C(network_result) of the role; C(problems) are those of its last step."""
    plan, problems = report["plan"], report.get("problems") or []
    names = {
        change: "to_" + change if report["check_mode"] and change in ("create", "update", "delete") else word
        for change, word in _CHANGES.items()
    }
    counts = dict.fromkeys(names.values(), 0)
    for row in plan:
        counts[names.get(row["change"], "unchanged")] += 1
    where = "{0} in {1}".format(report["scenario"].replace("_", " "), report.get("region") or "this region")

    def cases() -> Iterator[Case]:
        for row in plan:
            notes = (row.get("charge") and "charge: " + row["charge"], row.get("note"), row.get("id"))
            yield Case(
                where,
                "{0} {1}".format(row["object"], row["name"]),
                PASSED,
                outcome=names.get(row["change"], "unchanged"),
                notes=tuple(note for note in notes if note),
            )
        for problem in problems:
            yield Case(where, "the network as a whole", FAILED, problem, outcome="failed")

    if problems:
        counts["failed"] = len(problems)
    return Outcome(
        NETWORK,
        bool(problems),
        report["changed"],
        "; ".join(["{0}: {1}".format(where, counted(counts) or "nothing to do"), *problems[:3]]),
        "objects",
        counts,
        cases=cases,
        warnings=report.get("warnings") or (),
        headline="{0}: {1}".format(
            "The network does not work" if problems else where[0].upper() + where[1:],
            counted(counts) or "nothing to do",
        ),
        todo=[line.replace("Prerequisite: ", "", 1) for line in report.get("prerequisites") or ()],
        done=[] if report["check_mode"] else list(_network_changes(plan)),
        facts=list(_network_facts(report)),
    )


def _network_changes(plan: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for row in plan:
        if row["change"] in ("create", "update", "delete"):
            yield "{0} {1} {2}".format(_CHANGES[row["change"]], row["object"], row["name"])


def _network_facts(report: Mapping[str, Any]) -> Iterator[str]:
    """What there is now, and what was tried."""
    endpoint = report.get("swr") or {}
    if report.get("registry"):
        yield "registry: {0}".format(report["registry"])
    if endpoint.get("address"):
        yield "SWR is reached at {0}".format(endpoint["address"])
    for name in endpoint.get("dns_names") or ():
        yield "{0} resolves to it inside the VPC".format(name)
    if report.get("public_address"):
        yield "the address on the Internet is {0}".format(report["public_address"])
    if report.get("line_checked"):
        yield "a host on the site was connected to SWR's endpoint on port 443"
