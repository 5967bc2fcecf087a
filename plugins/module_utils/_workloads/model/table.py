# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who uses which image, as a table of text.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import List, Sequence

from ..._text import one_line
from .use import MENTION, Use

_COLUMNS = ("IMAGE", "USED BY", "IN", "MANAGED BY", "RUNS")
_MOST_ROWS = 500
_DIGEST_SHOWN = len("sha256:") + 12


def render_table(uses: Sequence[Use]) -> List[str]:
    """The lines of the table, by image, mentions last. Of more than some hundred uses, it shows these."""
    chosen = sorted(uses, key=lambda use: (use.kind == MENTION, use.image, use.source, use.owner, use.path))
    rows = [_COLUMNS, *(_row(use) for use in chosen[:_MOST_ROWS])]
    widths = [max(len(row[number]) for row in rows) for number in range(len(_COLUMNS))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in rows]
    if len(chosen) > _MOST_ROWS:
        lines.append("and {0} more".format(len(chosen) - _MOST_ROWS))
    return lines


def _row(use: Use) -> Sequence[str]:
    where = use.container or use.path
    if use.kind == MENTION:
        where = "{0} (a mention)".format(where)
    runs = ", ".join(one.strip()[:_DIGEST_SHOWN] for one in use.running.split(",") if one)
    owner = use.owner or "line {0}".format(use.line) if use.line else use.owner
    return [one_line(text) for text in (use.image, "{0}: {1}".format(use.source, owner), where, use.manager, runs)]
