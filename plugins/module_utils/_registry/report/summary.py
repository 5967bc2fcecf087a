# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module's result in readable lines: at most 24 with the default of C(failures_shown), however much failed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import math
from typing import Any, List, Mapping, Optional, Sequence

from ..._page.causes import lines_of
from ..run.image import POSTPONED
from ..run.progress import human_bytes

Result = Mapping[str, Any]

MOST_SHARDS = 3
"""Shards with a line each."""


def copy_summary(result: Result, shown: int, failed_images: Optional[str] = None) -> List[str]:
    """The result of the module C(image_copy).

    :param shown: how many causes of failures to name.
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
    lines += _repairs(result, result["images"]["failed"], shown)
    if not check_mode:
        lines += _report(result)
        if result["images"]["failed"] and failed_images:
            lines.append("to retry the failed images: images_file={0}".format(failed_images))
    return lines


def plan_summary(result: Result, shown: int) -> List[str]:
    """The result of the module C(image_plan)."""
    plan = result["plan"]
    lines = [
        "{0}: {to_copy} to copy, {present} there already, {filtered} filtered out, {failed} failed".format(
            _images(plan["images"]), **plan
        ),
        "{0} to send".format(_amount(plan)),
        *_duplicates(plan["duplicates"]),
    ]
    shards = result["shards"]
    if len(shards) > MOST_SHARDS:
        seconds = max(math.ceil(shard["estimate_seconds"]) for shard in shards)
        lines.append("{0} shards, the longest of about {1} s".format(len(shards), seconds))
    else:
        for shard in shards:
            size, seconds = human_bytes(shard["bytes"]), math.ceil(shard["estimate_seconds"])
            lines.append(
                "shard {0}: {1}, {2}, about {3} s".format(shard["number"], _images(shard["images"]), size, seconds)
            )
    problems = ["{severity}: {target}: {message} {hint}".format(**problem) for problem in result["problems"]]
    return lines + _repairs(result, plan["failed"], shown, problems, result["problems_truncated"])


def merged_summary(result: Result, shown: int) -> List[str]:
    """The result of the module C(image_report)."""
    counts = _counts(result["images"], "copied", " in {0} shards".format(len(result["shards"])))
    # What could not be planned is among the causes of failures.
    others = [problem for problem in result["problems"] if not problem.startswith("not planned: ")]
    problems = ["problem: {0}".format(problem) for problem in others]
    repairs = _repairs(result, result["images"]["failed"], shown, problems)
    return [counts, *result["notes"], _sent(result), *repairs, *_report(result)]


def _images(count: int) -> str:
    return "1 image" if count == 1 else "{0} images".format(count)


def _counts(images: Mapping[str, int], copied: str, where: str = "") -> str:
    text = "{total}{where}: {copied} {what}, {skipped} there already, {filtered} filtered out, {failed} failed"
    if images.get(POSTPONED):
        text += ", {postponed} left for the next run"
    return text.format(where=where, what=copied, **{**images, "total": _images(images["total"])})


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


def _repairs(result: Result, failed: int, shown: int, problems: Sequence[str] = (), further: int = 0) -> List[str]:
    """Problems in a line each, and the causes of failures with their remedies in two: about twice C(shown) lines.

    :param failed: images that failed. :param further: problems that are not in C(problems).
    """
    causes = result["causes"]
    named = min(len(problems), max(shown, 2 * (shown - len(causes))))
    most = min(shown, (2 * shown - named + 1) // 2)
    lines = [*problems[:named], *_more(len(problems) - named + further, "problems")]
    left = failed - sum(cause["count"] for cause in causes[:most])
    return lines + lines_of(causes, most, "images") + _more(left, "failed")


def _more(count: int, what: str) -> List[str]:
    return ["and {0} more {1}".format(count, what)] if count > 0 else []


def _report(result: Result) -> List[str]:
    paths = [result[name] for name in ("html_report_path", "report_path") if result.get(name)]
    return ["report: {0}".format(" and ".join(paths))] if paths else []
