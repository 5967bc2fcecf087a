# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of files for people to read, without secrets.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Match, Sequence, Tuple

from ..._text import MASK, hide_logins, one_line
from ..dockerfile.text import decode
from ..model import Edit
from ..rules.variables import is_secret_name

MOST = 20
"""Lines of a difference."""

LONGEST_PART = 20_000
"""Characters of each side of it."""

_VALUE = r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s"'])+"""
_ASSIGNMENT = re.compile(r"\b([A-Za-z_]\w*)(=)(?:{0})".format(_VALUE))
_OLD_FORM = re.compile(r"^[ \t]*(?:ENV|ARG)[ \t]+([A-Za-z_]\w*)([ \t]+)[^\n]+", re.IGNORECASE | re.MULTILINE)


def shown_text(content: bytes) -> str:
    """A file for a diff: values of variables that look like secrets, and logins, are masked."""
    return _shown(decode(content).text)


def difference(content: bytes, edits: Sequence[Edit]) -> Tuple[str, ...]:
    """The lines that edits change, before and after, as in a unified diff; C(MOST) at most."""
    text = decode(content).text
    start = text.rfind("\n", 0, min(edit.start for edit in edits)) + 1
    end = text.find("\n", max(edit.end for edit in edits))
    end = len(text) if end < 0 else end
    pieces, at = [], start
    for edit in sorted(set(edits)):
        pieces += [text[at : edit.start], edit.replacement]
        at = edit.end
    pieces.append(text[at:end])
    before, after = (_shown(part[:LONGEST_PART]).splitlines() for part in (text[start:end], "".join(pieces)))
    # An edit that ends with a line break touches the next line, but leaves it as it is.
    while before and after and before[-1] == after[-1]:
        del before[-1], after[-1]
    lines = [mark + one_line(line) for mark, part in (("-", before), ("+", after)) for line in part]
    return tuple(lines) if len(lines) <= MOST else (*lines[:MOST], "...")


def _shown(text: str) -> str:
    return hide_logins(_ASSIGNMENT.sub(_masked, _OLD_FORM.sub(_masked, text)))


def _masked(found: Match[str]) -> str:
    if not is_secret_name(found.group(1)):
        return found.group(0)
    return found.string[found.start() : found.end(2)] + MASK
