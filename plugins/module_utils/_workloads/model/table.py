# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables of text, such as which image is used by whom.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Iterator, List, Mapping, Sequence, Tuple

from ..._text import one_line

_COLUMNS = ("IMAGE", "RUNS", "USED BY")
_MOST_ROWS = 500
_DIGEST_SHOWN = len("sha256:") + 12


def render_table(images: Sequence[Mapping[str, Any]]) -> List[str]:
    """The lines of the table, one for each user of an image. Of more than some hundred, it shows these.

    :param images: as in L(Found,#).
    """
    return render_rows(_COLUMNS, [row for image in images for row in _rows(image)])


def render_rows(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> List[str]:
    """The lines of a table. Of more than some hundred rows, it shows these.

    :param rows: texts without anything that a terminal would interpret.
    """
    shown = [columns, *rows[:_MOST_ROWS]]
    widths = [max(len(row[number]) for row in shown) for number in range(len(columns))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip() for row in shown]
    if len(rows) > _MOST_ROWS:
        lines.append("and {0} lines more".format(len(rows) - _MOST_ROWS))
    return lines


def _rows(image: Mapping[str, Any]) -> Iterator[Tuple[str, ...]]:
    """The image is named in the first of its lines."""
    first = one_line(image["image"])
    digests = [one_line(digest[:_DIGEST_SHOWN]) for digest in image.get("running", ())]
    users = image["used_by"]
    for number in range(max(len(users), len(digests))):
        digest = digests[number] if number < len(digests) else ""
        yield "" if number else first, digest, one_line(users[number]) if number < len(users) else ""
