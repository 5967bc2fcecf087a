# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Here documents behind C(RUN), C(COPY) and C(ADD).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Optional, Tuple

from ..model import Heredoc, Span
from .expansion import Reader, Refused, words_of
from .lines import Source

INSTRUCTIONS = frozenset({"RUN", "COPY", "ADD"})

_MARKER = re.compile(r"([0-9]*)<<(-?)([^<]*)")
_NEXT_INSTRUCTION = re.compile(
    r"(?:ADD|ARG|CMD|COPY|ENTRYPOINT|ENV|EXPOSE|FROM|HEALTHCHECK|LABEL|ONBUILD|RUN|SHELL|STOPSIGNAL|USER|VOLUME|WORKDIR)"
    r"[ \t]"
)


class Marker(NamedTuple):
    """What C(<<EOF) says of the document."""

    name: str
    expand: bool
    strip_tabs: bool


def markers(line: str) -> Tuple[Marker, ...]:
    """Those in the line of an instruction, in order. A builder sees none in a line that it cannot split into words."""
    if "<<" not in line:
        return ()
    try:
        words = words_of(Reader(line, None, "\\", quotes=True, escapes=True).read())
    except Refused:
        return ()
    return tuple(found for found in map(_marker, words) if found)


def _marker(word: str) -> Optional[Marker]:
    match = _MARKER.fullmatch(word)
    name = match.group(3).lstrip("\t\n\f\r ") if match else ""
    if not name:
        return None
    try:
        names = words_of(Reader(name, None, "\\").read())
        quoted = words_of(Reader(name, None, "\\", quotes=True).read())
    except Refused:
        return None
    if len(names) != 1 or len(quoted) != 1:
        return None
    return Marker(names[0], _quotes(names[0]) == _quotes(quoted[0]), bool(match.group(2)))


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


def read_document(source: Source, marker: Marker, first: int) -> Tuple[Heredoc, int, bool]:
    """The document that begins with line C(first), the line after it, and whether its end was found.

    One without an end lasts until a line that begins like an instruction, so that the rest of the file is read.
    """
    end = source.find_line(marker.name, first, marker.strip_tabs)
    if end is None:
        last = first
        while last < len(source.lines) and not _NEXT_INSTRUCTION.match(source.lines[last]):
            last += 1
        following = last
    else:
        last, following = end, end + 1
    start, stop = source.starts[first], source.starts[last]
    body = source.text[start:stop]
    if marker.strip_tabs:
        body = re.sub(r"^\t+", "", body, flags=re.MULTILINE)
    span = Span(start, stop, first + 1, max(first + 1, last))
    return Heredoc(marker.name, body, marker.expand, marker.strip_tabs, span), following, end is not None


def read_documents(source: Source, line: str, first: int) -> Tuple[List[Heredoc], int, List[str]]:
    """All documents of an instruction whose line ends before line C(first), the line after them, and the names of
    those without an end."""
    found, unclosed = [], []
    for marker in markers(line):
        document, first, closed = read_document(source, marker, first)
        found.append(document)
        if not closed:
            unclosed.append(marker.name)
    return found, first, unclosed
