# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines of a Dockerfile: physical ones, and logical ones across continuations and the comments between them.

They are joined as BuildKit does it (C(frontend/dockerfile/parser)): the escape character at the end of a line
continues it unless another one precedes it, comment lines and blank lines in between are dropped, and the leading
white space of the next line is kept.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ..model import Span

SPACE = " \t\n\v\f\r\x85\xa0\u1680" + "".join(map(chr, range(0x2000, 0x200B))) + "\u2028\u2029\u202f\u205f\u3000"
"""What Go takes for white space; Python's C(strip) also removes the separators C(\\x1c) to C(\\x1f)."""

LONGEST_LINE = 65535
"""Bytes of a physical line, with its end, that BuildKit reads."""


class Offsets(Sequence[int]):
    """For each character of a text joined from parts of a file its offset in the file, and that of the end.

    The parts are kept, not the numbers: a file of ten megabytes may be one instruction.
    """

    __slots__ = ("_end", "_files", "_first", "_length", "_starts")

    def __init__(self, starts: Sequence[int], files: Sequence[int], first: int, length: int, end: int) -> None:
        self._starts, self._files = starts, files
        self._first, self._length, self._end = first, length, end

    @classmethod
    def joined(cls, parts: Iterable[Tuple[str, int]], end: int) -> Offsets:
        """:param parts: each with its offset in the file. :param end: what an empty text has."""
        starts, files, length = [], [], 0
        for text, offset in parts:
            starts.append(length)
            files.append(offset)
            length += len(text)
        return cls(starts, files, 0, 0, end).cut(0, length) if length else cls(starts, files, 0, 0, end)

    def cut(self, start: int, end: int) -> Offsets:
        """Those of the characters from C(start) to C(end)."""
        last = self._at(end - 1) + 1 if end > start else self[start]
        return Offsets(self._starts, self._files, self._first + start, end - start, last)

    def pieces(self, text: str) -> List[Tuple[str, int]]:
        """The parts of C(text), whose offsets these are, that are together in the file."""
        cuts = [start - self._first for start in self._starts if 0 < start - self._first < self._length]
        return [(text[start:end], self[start]) for start, end in zip([0, *cuts], [*cuts, self._length])]

    def _at(self, index: int) -> int:
        position = self._first + index
        part = bisect_right(self._starts, position) - 1
        return self._files[part] + position - self._starts[part]

    def __len__(self) -> int:
        return self._length + 1

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            if step == 1 and start < stop == len(self):
                return self.cut(start, self._length)
            return tuple(self[at] for at in range(start, stop, step))
        if index < 0:
            index += len(self)
        if not 0 <= index <= self._length:
            raise IndexError("no character {0}".format(index))
        return self._end if index == self._length else self._at(index)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash((self._length, self._end))


class LogicalLine(NamedTuple):
    """An instruction's text, and the numbers of its physical lines from 0, the last not included."""

    text: str
    offsets: Offsets
    first: int
    last: int


class Source:
    """A text and its physical lines, without C(\\n)."""

    def __init__(self, text: str) -> None:
        self.text = text
        mark = text.startswith("\ufeff")
        self.lines: List[str] = text[mark:].split("\n")
        if not self.lines[-1]:
            self.lines.pop()
        self.starts: List[int] = list(accumulate((len(line) + 1 for line in self.lines), initial=int(mark)))
        self._numbers: Dict[bool, Dict[str, List[int]]] = {}

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        line = max(1, bisect_right(self.starts, start, 0, len(self.lines)))
        return Span(start, end, line, max(line, bisect_right(self.starts, end - 1, 0, len(self.lines))))

    def end_of(self, number: int) -> int:
        """The offset of the end of a physical line, before its line break."""
        return self.starts[number] + len(self.lines[number].rstrip("\r"))

    def find_line(self, content: str, first: int, strip_tabs: bool) -> Optional[int]:
        """The number of the next line with this content from C(first) on. Each search takes constant time."""
        if strip_tabs not in self._numbers:
            numbers: Dict[str, List[int]] = {}
            for number, line in enumerate(self.lines):
                line = line.rstrip("\r")
                numbers.setdefault(line.lstrip("\t") if strip_tabs else line, []).append(number)
            self._numbers[strip_tabs] = numbers
        found = self._numbers[strip_tabs].get(content, [])
        at = bisect_right(found, first - 1)
        return found[at] if at < len(found) else None

    def is_too_long(self, number: int) -> bool:
        line = self.lines[number]
        return len(line) > LONGEST_LINE // 4 and len(line.encode("utf-8", "surrogatepass")) >= LONGEST_LINE


def is_comment(line: str) -> bool:
    return line.lstrip(SPACE).startswith("#")


def without_continuation(line: str, escape: str) -> Tuple[str, bool]:
    """A line without the escape character at its end, and whether there was one."""
    head = line.rstrip(" \t")
    if head.endswith(escape) and head[-2:-1] != escape:
        return head[:-1], True
    return line, False


def logical_line(source: Source, number: int, escape: str) -> LogicalLine:
    """The logical line that begins with the physical line C(number), which is neither blank nor a comment."""
    first = number
    line = source.lines[number].rstrip("\r")
    text = line.lstrip(SPACE)
    offset = source.starts[number] + len(line) - len(text)
    parts = []
    while True:
        text, continues = without_continuation(text, escape)
        parts.append((text, offset))
        number += 1
        while continues and number < len(source.lines):
            line = source.lines[number].lstrip(SPACE)
            if line and line[0] != "#":
                break
            number += 1
        if not continues or number == len(source.lines):
            break
        text, offset = source.lines[number].rstrip("\r"), source.starts[number]
    joined = "".join(text for text, offset in parts)
    return LogicalLine(joined, Offsets.joined(parts, parts[0][1]), first, number)
