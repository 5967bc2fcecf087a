# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cut-over returns: who is switched, who is not, and why.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence

from ..._errors import LongshoreError
from ..._text import one_line
from ..cluster.job import MOST_SHOWN
from ..cluster.managers import HELM, KUBECTL
from ..model.table import render_rows
from .workload import (
    BAD,
    FAILED,
    LEFT,
    OUTCOMES,
    PATCHED,
    PENDING,
    PUT_BACK,
    ROLLED_BACK,
    SWITCHED,
    UNCHANGED,
    UNFINISHED,
    Work,
)

_WORDS = {
    SWITCHED: "switched",
    ROLLED_BACK: "rolled back",
    PATCHED: "patched without a roll-out",
    UNCHANGED: "unchanged",
    LEFT: "left",
    PUT_BACK: "put back",
    FAILED: "failed",
    UNFINISHED: "not confirmed",
    PENDING: "not begun",
}
_FIRST = (FAILED, PUT_BACK, UNFINISHED, PENDING, LEFT, PATCHED, SWITCHED, ROLLED_BACK, UNCHANGED)
_CHANGED = (SWITCHED, PATCHED, ROLLED_BACK, PUT_BACK, UNFINISHED)
_COLUMNS = ("WORKLOAD", "OUTCOME", "IMAGES OR REASON")


def result_of(
    works: Sequence[Work],
    cluster: str,
    warnings: Sequence[str],
    error: Optional[LongshoreError],
    check_mode: bool,
    changed: bool,
) -> Dict[str, Any]:
    """The result of one wave. What needs attention comes first in it."""
    order = {outcome: number for number, outcome in enumerate(_FIRST)}
    listed = sorted(works, key=lambda work: (order[work.outcome], work.workload.title))
    counts = {outcome: len([1 for work in works if work.outcome == outcome]) for outcome in OUTCOMES}
    bad = [work for work in listed if work.outcome in BAD]
    failed = bool(bad) or error is not None
    result: Dict[str, Any] = {
        "changed": changed,
        "failed": failed,
        "msg": _message(counts, cluster, bad, error, check_mode),
        "cluster": cluster,
        "counts": {"total": len(works), **counts},
        "workloads": [_shown(work) for work in listed[:MOST_SHOWN]],
        "workloads_truncated": max(0, len(listed) - MOST_SHOWN),
        "table": _table(listed),
        "diff": [_diff(work) for work in listed if work.patched and work.outcome != PUT_BACK],
        "warnings": [*warnings, *_notes(works)],
    }
    if error is not None:
        result["error"] = error.as_dict()
    return result


def _message(
    counts: Dict[str, int], cluster: str, bad: Sequence[Work], error: Optional[LongshoreError], check_mode: bool
) -> str:
    parts = ["{0} {1}".format(count, _WORDS[outcome]) for outcome, count in counts.items() if count]
    text = "{0}, in {1}".format(", ".join(parts) or "no workloads", cluster)
    if check_mode:
        text = "would be: {0}".format(text)
    if error is not None:
        return "{0}. It was broken off: {1}".format(text, error)
    if bad:
        first = bad[0]
        text = "{0}. First: {1}: {2}".format(text, first.workload.title, first.reason)
        text = text if not first.remedy else "{0}. Remedy: {1}".format(text, first.remedy)
    return text


def _shown(work: Work) -> Dict[str, Any]:
    workload = work.workload
    return {
        "workload": workload.title,
        "kind": workload.resource.kind,
        "namespace": workload.namespace,
        "name": workload.name,
        "manager": str(workload.manager),
        "outcome": work.outcome,
        "reason": work.reason,
        "remedy": work.remedy,
        "pull_secret": work.secret,
        "changes": [
            {"path": one.place, "container": one.container, "old": one.old, "new": one.new} for one in work.changes
        ],
    }


def _diff(work: Work) -> Dict[str, str]:
    title = work.workload.title
    sides = [
        "".join("{0}: {1}\n".format(one.place, getattr(one, side)) for one in work.changes) for side in ("old", "new")
    ]
    return {"before_header": title, "after_header": title, "before": sides[0], "after": sides[1]}


def _table(works: Sequence[Work]) -> List[str]:
    return render_rows(_COLUMNS, [row for work in works for row in _rows(work)])


def _rows(work: Work) -> List[Sequence[str]]:
    texts = ["{0} -> {1}".format(one.old, one.new) for one in work.changes] if work.outcome in _CHANGED else []
    texts += [text for text in (work.reason, work.remedy) if text]
    first = (one_line(work.workload.title), _WORDS[work.outcome])
    return [(*(first if not number else ("", "")), one_line(text)) for number, text in enumerate(texts or [""])]


def _notes(works: Sequence[Work]) -> List[str]:
    """What the next deployment of the changed objects does, once for each tool."""
    done = [work for work in works if work.outcome in (SWITCHED, PATCHED) and work.changes]
    notes = []
    for kind, text in (
        (HELM, "Helm releases have these workloads ({0}): their next upgrade puts the old images back. Change {1}"),
        (KUBECTL, "kubectl has applied these workloads ({0}): the next apply puts the old images back. Change {1}"),
    ):
        found = [work.workload.title for work in done if work.workload.manager.kind == kind]
        if found:
            names = ", ".join(found[:3]) + (" and others" if len(found) > 3 else "")
            what = "the values too, with image_references." if kind == HELM else "the files too, with image_references."
            notes.append(text.format(names, what))
    return notes
