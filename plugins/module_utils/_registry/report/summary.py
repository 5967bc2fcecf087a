# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's result in a few readable lines.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import math
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..run.image import POSTPONED
from ..run.progress import human_bytes

Result = Mapping[str, Any]


def copy_summary(result: Result, shown: int, failed_images: Optional[str] = None) -> List[str]:
    """The result of the module C(image_copy).

    :param shown: how many failures to name.
    :param failed_images: the rules file with the images that failed, if one was written.
    """
    check_mode = result["check_mode"]
    lines = [_counts(result["images"], "would be copied" if check_mode else "copied")]
    if check_mode:
        lines.append("nothing was written; {0} would be sent".format(_amount(result["plan"])))
    else:
        lines.append(_sent(result))
    lines += _duplicates(result["duplicates"])
    if result["converted"]:
        lines.append("{0} of them converted to what the destination accepts".format(result["converted"]))
    lines += _failures(result, shown)
    if not check_mode:
        lines += _report(result)
        if result["images"]["failed"] and failed_images:
            lines.append("to retry the failed images: images_file={0}".format(failed_images))
    return lines


def plan_summary(result: Result, shown: int) -> List[str]:
    """The result of the module C(image_plan)."""
    plan = result["plan"]
    lines = [
        "{images} images: {to_copy} to copy, {present} there already, {filtered} filtered out, {failed} failed".format(
            **plan
        ),
        "{0} to send".format(_amount(plan)),
        *_duplicates(plan["duplicates"]),
    ]
    for shard in result["shards"]:
        lines.append(
            "shard {0}: {1} images, {2}, about {3} s".format(
                shard["number"], shard["images"], human_bytes(shard["bytes"]), math.ceil(shard["estimate_seconds"])
            )
        )
    lines += ["{severity}: {target}: {message} {hint}".format(**problem) for problem in result["problems"]]
    return lines + _failures(result, shown)


def merged_summary(result: Result, shown: int) -> List[str]:
    """The result of the module C(image_report)."""
    counts = _counts(result["images"], "copied", " in {0} shards".format(len(result["shards"])))
    problems = ["problem: {0}".format(problem) for problem in result["problems"][:shown]]
    more = _more(len(result["problems"]) - shown, "problems")
    return [counts, *result["notes"], _sent(result), *problems, *more, *_failures(result, shown), *_report(result)]


def _counts(images: Mapping[str, int], copied: str, where: str = "") -> str:
    text = "{total} images{where}: {copied} {what}, {skipped} there already, {filtered} filtered out, {failed} failed"
    if images.get(POSTPONED):
        text += ", {postponed} left for the next run"
    return text.format(where=where, what=copied, **images)


def _duplicates(count: int) -> List[str]:
    return ["{0} duplicates left out: several rules mean the same tag".format(count)] if count else []


def _amount(plan: Mapping[str, int]) -> str:
    return "{0} layers and configs ({1})".format(plan["blobs"], human_bytes(plan["bytes"]))


def _sent(result: Result) -> str:
    return "{0} layers and configs sent, {1}, in {2:.1f} s with {3} requests".format(
        result["blobs"].get("uploaded", 0),
        human_bytes(result["bytes"].get("uploaded", 0)),
        float(result["duration"]),
        result["requests"]["total"],
    )


def _failures(result: Result, shown: int) -> List[str]:
    """The first failures, how many more there are, and what to do. A remedy shared by several images is named once."""
    first: Sequence[Mapping[str, str]] = result["failures"][:shown]
    lines: List[str] = []
    remedies: Dict[str, None] = {}
    for failure in first:
        error = failure["error"]
        if failure["hint"]:
            error = error.replace(" Remedy: " + failure["hint"], "")
            remedies[failure["hint"]] = None
        shard = "{0}: ".format(failure["shard"]) if failure.get("shard") else ""
        lines.append("failed: {0}{1} -> {2}:".format(shard, failure["source"], failure["destination"]))
        lines.append("    {0}".format(error))
    lines += _more(len(result["failures"]) + result["failures_truncated"] - len(first), "failed")
    return lines + ["remedy: {0}".format(remedy) for remedy in remedies]


def _more(count: int, what: str) -> List[str]:
    return ["and {0} more {1}".format(count, what)] if count > 0 else []


def _report(result: Result) -> List[str]:
    paths = [result[name] for name in ("html_report_path", "report_path") if result.get(name)]
    return ["report: {0}".format(" and ".join(paths))] if paths else []
