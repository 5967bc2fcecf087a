# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports and journals that somebody else wrote: merged and read, or refused with their names."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.longshore.swr.plugins.module_utils._registry.jobs.merge import run_merge
from ansible_collections.longshore.swr.plugins.module_utils._registry.report.summary import merged_summary
from ansible_collections.longshore.swr.plugins.module_utils._registry.run.journal import Journal, _sum
from ansible_collections.longshore.swr.tests.unit.strange_input.mutation import crashes, strange

DIGEST = "sha256:" + "a" * 64
ENTRY = {
    "source": "a.example/x:1",
    "destination": "b.example/x:1",
    "outcome": "failed",
    "rule": "r",
    "reason": "x",
    "error": "e",
    "details": {"what": "w", "hint": "h", "status": 400, "code": "C"},
    "dropped": ["d"],
    "dropped_platforms": 1,
    "converted": True,
    "recompressed": 2,
    "source_digest": DIGEST,
    "attached_to": "y",
}
REPORT = {
    "version": 1,
    "msg": "m",
    "images": {"total": 1, "copied": 0, "skipped": 0, "filtered": 0, "postponed": 0, "failed": 1},
    "results": [ENTRY],
    "blobs": {"uploaded": 1, "mounted": 1},
    "bytes": {"uploaded": 5, "planned": 6},
    "plan": {"blobs": 1, "bytes": 2},
    "requests": {"total": 3, "by_registry": {"a.example": {"manifest_head": 3}}},
    "started_at": "2026-01-01T00:00:00Z",
    "duration": 1.5,
    "warnings": ["w"],
    "check_mode": False,
    "converted": 1,
}
LINES = (
    {"event": "blob", "registry": "b.example", "repository": "x", "digest": DIGEST},
    {
        "event": "image",
        "source": "a.example/x:1",
        "destination": "b.example/x:1",
        "outcome": "copied",
        "source_digest": DIGEST,
        "destination_digest": DIGEST,
        "filter": "",
    },
    {"event": "recompressed", "layer": DIGEST, "method": "m", "digest": DIGEST, "size": 5, "diff_id": DIGEST},
)


def test_reports(tmp_path: Path) -> None:
    path = tmp_path / "shard-1.json"
    outputs = {name: str(tmp_path / name) for name in ("report_path", "html_report_path", "output_failed_images")}

    def use(document: Any) -> None:
        path.write_text(json.dumps(document))
        result = run_merge(dict(outputs, reports=[str(path)], failures_shown=5), False)
        assert merged_summary(result, 5)

    use(REPORT)
    assert crashes(REPORT, use) == []


def test_journals(tmp_path: Path) -> None:
    """A line that cannot be parsed is counted, and what is remembered can be used."""
    path = tmp_path / "journal"
    for line in LINES:
        for name, other in strange(dict(line, v=1)):
            text = json.dumps(other, separators=(",", ":"))
            path.write_text('{0},"sum":"{1}"}}\n'.format(text[:-1], _sum(text)))
            journal = Journal(str(path))
            journal.load()
            assert journal.unreadable_lines in (0, 1), name
            for repository in journal.repositories_with("b.example", DIGEST):
                assert isinstance(repository, str), name
            found = journal.recompressed(DIGEST, "m")
            assert found is None or 0 <= found[1] <= 2**50, name
            assert isinstance(journal.digest_after("b.example/x:1", DIGEST, "") or "", str), name
            journal.open()
            journal.image_finished("a", "b.example/x:1", "skipped", DIGEST, DIGEST, "")
            journal.close()
