# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in lines to read."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import (
    copy_summary,
    merged_summary,
    plan_summary,
)

REMEDY = "Create the organization first."


def failures(count: int, **more: Any) -> List[Dict[str, Any]]:
    return [
        dict(
            {
                "source": "a.example/app:{0}".format(number),
                "destination": "b.example/app:{0}".format(number),
                "error": "a.example/app:{0}: refused (HTTP 404). Remedy: {1}".format(number, REMEDY),
                "hint": REMEDY,
            },
            **more,
        )
        for number in range(count)
    ]


def copied(**more: Any) -> Dict[str, Any]:
    return dict(
        {
            "check_mode": False,
            "images": {"total": 38, "copied": 12, "skipped": 26, "filtered": 0, "failed": 0},
            "plan": {"blobs": 31, "bytes": 734_003_200},
            "blobs": {"uploaded": 29, "mounted": 2, "present": 17},
            "bytes": {"planned": 734_003_200, "uploaded": 700_000_000},
            "requests": {"total": 241},
            "duration": 61.702,
            "converted": 0,
            "duplicates": 0,
            "failures": [],
            "failures_truncated": 0,
        },
        **more,
    )


def test_a_copy() -> None:
    assert copy_summary(
        copied(report_path="/x/report.json", html_report_path="/x/report.html"), 10, "/x/failed.yaml"
    ) == [
        "38 images: 12 copied, 26 there already, 0 filtered out, 0 failed",
        "29 layers and configs sent, 700.0 MB, in 61.7 s with 241 requests",
        "report: /x/report.html and /x/report.json",
    ]


def test_a_copy_in_check_mode_says_what_would_be_sent() -> None:
    result = copied(check_mode=True, converted=3, duplicates=2, report_path="/x/report.json", failures=failures(1))
    result["images"] = dict(result["images"], failed=1)
    assert copy_summary(result, 10, "/x/failed.yaml") == [
        "38 images: 12 would be copied, 26 there already, 0 filtered out, 1 failed",
        "nothing was written; 31 layers and configs (734.0 MB) would be sent",
        "2 duplicates left out: several rules mean the same tag",
        "3 of them converted to what the destination accepts",
        "failed: a.example/app:0 -> b.example/app:0:",
        "    a.example/app:0: refused (HTTP 404).",
        "remedy: " + REMEDY,
    ]


def test_failures_beyond_those_shown_are_counted_and_a_remedy_is_named_once() -> None:
    own = dict(failures(1)[0], source="c.example/x", error="odd", hint="")
    result = copied(failures=[*failures(2), own, *failures(3)], failures_truncated=4)
    result["images"] = dict(result["images"], failed=10)
    lines = copy_summary(result, 3, "/x/failed.yaml")
    assert [line for line in lines if line.startswith("failed: ")] == [
        "failed: a.example/app:0 -> b.example/app:0:",
        "failed: a.example/app:1 -> b.example/app:1:",
        "failed: c.example/x -> b.example/app:0:",
    ]
    assert "    odd" in lines
    assert lines[-3:] == [
        "and 7 more failed",
        "remedy: " + REMEDY,
        "to retry the failed images: images_file=/x/failed.yaml",
    ]
    assert copy_summary(result, 0)[-1] == "and 10 more failed"


def test_a_plan() -> None:
    plan = {
        "images": 5,
        "to_copy": 3,
        "present": 1,
        "filtered": 0,
        "failed": 1,
        "duplicates": 0,
        "blobs": 7,
        "bytes": 900,
    }
    shard = {"number": 1, "images": 3, "bytes": 900, "estimate_seconds": 2.1}
    problem = {"severity": "error", "target": "b.example/shop", "message": "is missing.", "hint": "Create it."}
    result = {
        "plan": plan,
        "shards": [shard, dict(shard, number=2, bytes=1_500_000, estimate_seconds=0)],
        "problems": [problem],
        "failures": failures(1),
        "failures_truncated": 0,
    }
    assert plan_summary(result, 10) == [
        "5 images: 3 to copy, 1 there already, 0 filtered out, 1 failed",
        "7 layers and configs (900 B) to send",
        "shard 1: 3 images, 900 B, about 3 s",
        "shard 2: 3 images, 1.5 MB, about 0 s",
        "error: b.example/shop: is missing. Create it.",
        "failed: a.example/app:0 -> b.example/app:0:",
        "    a.example/app:0: refused (HTTP 404).",
        "remedy: " + REMEDY,
    ]


@pytest.mark.parametrize("shown", [1, 5])
def test_a_merged_report(shown: int) -> None:
    result = copied(
        shards=[{}, {}],
        notes=["a note"],
        problems=["shard 2 has no report", "another"],
        failures=failures(1, shard="shard-01"),
        blobs={},
        bytes={},
        duration=0.0,
        report_path="/x/report.json",
    )
    second = ["and 1 more problems"] if shown == 1 else ["problem: another"]
    assert merged_summary(result, shown) == [
        "38 images in 2 shards: 12 copied, 26 there already, 0 filtered out, 0 failed",
        "a note",
        "0 layers and configs sent, 0 B, in 0.0 s with 241 requests",
        "problem: shard 2 has no report",
        *second,
        "failed: shard-01: a.example/app:0 -> b.example/app:0:",
        "    a.example/app:0: refused (HTTP 404).",
        "remedy: " + REMEDY,
        "report: /x/report.json",
    ]
