# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results in lines to read."""

from __future__ import annotations

from typing import Any, Dict, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.settings import FAILURES_SHOWN
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import (
    copy_summary,
    merged_summary,
    plan_summary,
)

REMEDY = "Create the organization first."


def causes(*counts: int, **more: Any) -> List[Dict[str, Any]]:
    return [
        dict(
            {
                "what": "refused for reason {0}".format("abcdefghijklmnopqrst"[number]),
                "code": "DENIED",
                "hint": REMEDY,
                "count": count,
                "first": "a.example/app:{0} -> b.example/app:{0}".format(number),
            },
            **more,
        )
        for number, count in enumerate(counts)
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
            "causes": [],
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
    result = copied(check_mode=True, converted=3, duplicates=2, report_path="/x/report.json", causes=causes(1))
    result["images"] = dict(result["images"], failed=1)
    assert copy_summary(result, 10, "/x/failed.yaml") == [
        "38 images: 12 would be copied, 26 there already, 0 filtered out, 1 failed",
        "nothing was written; 31 layers and configs (734.0 MB) would be sent",
        "2 duplicates left out: several rules mean the same tag",
        "3 of them converted to what the destination accepts",
        "failed: a.example/app:0 -> b.example/app:0: refused for reason a (DENIED)",
        "    remedy: " + REMEDY,
    ]


def test_a_cause_and_its_remedy_are_named_once_for_all_its_images() -> None:
    result = copied(causes=causes(232, 9, 1, 1))
    result["images"] = dict(result["images"], failed=243)
    assert copy_summary(result, 2, "/x/failed.yaml")[2:] == [
        "failed: 232 images, the first a.example/app:0 -> b.example/app:0: refused for reason a (DENIED)",
        "    remedy: " + REMEDY,
        "failed: 9 images, the first a.example/app:1 -> b.example/app:1: refused for reason b (DENIED)",
        "    remedy: " + REMEDY,
        "and 2 more failed",
        "to retry the failed images: images_file=/x/failed.yaml",
    ]
    assert copy_summary(result, 0)[-1] == "and 243 more failed"


def test_however_much_failed_a_summary_is_a_screen() -> None:
    paths = {"report_path": "/x/report.json", "html_report_path": "/x/report.html"}
    images = {"total": 9999, "copied": 1, "skipped": 2, "filtered": 3, "failed": 5000, "postponed": 4}
    much = copied(images=images, causes=causes(*[200] * 20), duplicates=3, converted=4, **paths)
    problems = ["shard {0} has no report".format(number) for number in range(50)]
    many = dict(much, shards=[{}] * 50, notes=["a note", "another"])
    plan = dict.fromkeys(("images", "to_copy", "present", "filtered", "failed", "duplicates", "blobs", "bytes"), 500)
    shards = [{"number": 1, "images": 1, "bytes": 1, "estimate_seconds": 1}]
    trouble = [{"severity": "error", "target": "t", "message": "m.", "hint": "h."}] * 100
    for count in (0, 1, 7, 8, 20):
        planned = {"plan": plan, "causes": causes(*[2] * count), "problems": trouble, "problems_truncated": 5}
        found = causes(*[200] * count)
        for lines in (
            copy_summary(dict(much, causes=found), FAILURES_SHOWN, "/x/failed.yaml"),
            merged_summary(dict(many, causes=found, problems=problems), FAILURES_SHOWN),
            merged_summary(dict(many, causes=found, problems=problems[:3]), FAILURES_SHOWN),
            plan_summary(dict(planned, shards=shards * 3), FAILURES_SHOWN),
            plan_summary(dict(planned, shards=shards * 100), FAILURES_SHOWN),
        ):
            assert len(lines) <= 24, lines
            # What failed has room beside any number of problems.
            assert sum(line.startswith("failed: ") for line in lines) >= min(count, 4)


def test_the_shards_of_a_large_plan_are_one_line() -> None:
    shards = [{"number": number, "images": 3, "bytes": 9, "estimate_seconds": number + 0.5} for number in range(1, 9)]
    plan = dict.fromkeys(("images", "to_copy", "present", "filtered", "failed", "duplicates", "blobs", "bytes"), 0)
    result = {"plan": plan, "shards": shards, "problems": [], "problems_truncated": 0, "causes": []}
    assert plan_summary(result, 8)[-1] == "8 shards, the longest of about 9 s"


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
        "shards": [shard, dict(shard, number=2, images=1, bytes=1_500_000, estimate_seconds=0)],
        "problems": [problem],
        "problems_truncated": 0,
        "causes": causes(1),
    }
    assert plan_summary(result, 10) == [
        "5 images: 3 to copy, 1 there already, 0 filtered out, 1 failed",
        "7 layers and configs (900 B) to send",
        "shard 1: 3 images, 900 B, about 3 s",
        "shard 2: 1 image, 1.5 MB, about 0 s",
        "error: b.example/shop: is missing. Create it.",
        "failed: a.example/app:0 -> b.example/app:0: refused for reason a (DENIED)",
        "    remedy: " + REMEDY,
    ]


@pytest.mark.parametrize("shown", [1, 5])
def test_a_merged_report(shown: int) -> None:
    result = copied(
        shards=[{}, {}],
        notes=["a note"],
        problems=["shard 2 has no report", "not planned: it is among the causes", "another"],
        images={"total": 38, "copied": 12, "skipped": 26, "filtered": 0, "failed": 1},
        causes=causes(1),
        blobs={},
        bytes={},
        duration=0.0,
        report_path="/x/report.json",
    )
    second = ["and 1 more problems"] if shown == 1 else ["problem: another"]
    assert merged_summary(result, shown) == [
        "38 images in 2 shards: 12 copied, 26 there already, 0 filtered out, 1 failed",
        "a note",
        "0 layers and configs sent, 0 B, in 0.0 s with 241 requests",
        "problem: shard 2 has no report",
        *second,
        "failed: a.example/app:0 -> b.example/app:0: refused for reason a (DENIED)",
        "    remedy: " + REMEDY,
        "report: /x/report.json",
    ]
