# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of figures as a table that lines up."""

from __future__ import annotations

import statistics
from typing import Any, Dict, List, Optional, Sequence

COLUMNS = ("work", "tool", "wall s", "CPU s", "peak MB", "requests", "uploads", "MB sent", "arrived", "wall ratio")
ENGINE = "longshore.swr"


def median_of(runs: Sequence[Dict[str, Any]]) -> Dict[str, Any]:
    """One row for several runs: the median of each number, and what any run had to say."""
    # A run that could not be measured has no numbers.
    measured = [run for run in runs if "wall" in run] or runs
    first = measured[0]
    row: Dict[str, Any] = {}
    for key, value in first.items():
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            row[key] = statistics.median([run[key] for run in measured])
        else:
            row[key] = value
    row["note"] = next((run["note"] for run in runs if run.get("note")), "")
    row["runs"] = len(runs)
    return row


def with_ratios(rows: Sequence[Dict[str, Any]]) -> List[Dict[str, Any]]:
    """The rows with C(ratio): wall clock in relation to the engine's for the same work."""
    base = {row["work"]: row["wall"] for row in rows if row["tool"] == ENGINE and row.get("wall")}
    return [dict(row, ratio=row["wall"] / base[row["work"]] if row["work"] in base else None) for row in rows]


def render(rows: Sequence[Dict[str, Any]]) -> str:
    """The table as text; notes stand behind their rows."""
    lines = [list(COLUMNS)]
    for row in rows:
        lines.append(
            [
                str(row["work"]),
                str(row["tool"]),
                _number(row.get("wall"), 2),
                _number(row.get("cpu"), 2),
                _number(row["peak"] / 1e6 if row.get("peak") else None, 0),
                _number(row.get("requests"), 0),
                _number(row.get("uploads"), 0),
                _number(row["bytes"] / 1e6 if row.get("bytes") is not None else None, 1),
                str(row.get("arrived") or ""),
                _number(row.get("ratio"), 2),
            ]
        )
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    notes = [""] + [str(row.get("note") or "") for row in rows]
    text = []
    for line, note in zip(lines, notes):
        cells = [
            cell.ljust(width) if column < 2 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths))
        ]
        text.append(("  ".join(cells) + ("  " + note if note else "")).rstrip())
    text.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(text)


def _number(value: Optional[float], digits: int) -> str:
    return "" if value is None else "{0:,.{1}f}".format(value, digits)
