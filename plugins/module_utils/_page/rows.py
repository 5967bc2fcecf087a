# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of everything as data for the page's script (C(script.EXPLORER)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterable, Iterator, List, Sequence, Tuple

from .document import data

BATCH = 250
"""Rows of one element of the page, so that neither writer nor browser handles all at once."""

NO_SCRIPT = "<noscript><p>This list needs JavaScript; the rest of the page does not.</p></noscript>\n"


def embedded(rows: Iterable[Tuple[str, Sequence[Any]]]) -> Iterator[str]:
    """The C(script) elements with the data.

    :param rows: each with the title of its group.
    """
    groups: List[List[Any]] = []
    count = 0
    for title, row in rows:
        if not groups or groups[-1][0] != title:
            groups.append([title, []])
        groups[-1][1].append(row)
        count += 1
        if count == BATCH:
            yield _element(groups)
            groups, count = [], 0
    if groups:
        yield _element(groups)


def _element(groups: Sequence[Any]) -> str:
    return '<script type="application/json" class="rows">{0}</script>\n'.format(data(groups))
