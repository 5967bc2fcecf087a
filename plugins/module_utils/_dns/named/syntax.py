# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of named.conf: statements of words and blocks, with their offsets.

The meaning of statements is ignored, except that the blocks of C(dyndb) and C(plugin) have a syntax of their own.
Comments are C(/* */), C(//) and C(#) (BIND 9 ARM, configuration file grammar); a comment inside a statement is not part
of it. A quoted word may span several lines, as keys do, and white space is as named defines it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Tuple

from ..errors import DnsError

_TOKEN = re.compile(
    r"""(?P<skip>[ \t\r\n]+|//[^\n]*|\#[^\n]*|/\*.*?\*/)"""
    r"""|"(?P<quoted>(?:[^"\\]|\\.)*)\""""
    r"""|(?P<mark>[{};])"""
    r"""|(?P<word>(?:[^ \t\r\n\0{};"/\#]|/(?![/*]))+)""",
    re.DOTALL,
)
# The driver parses the block by its own rules: named only counts the braces.
_FOREIGN = ("dyndb", "plugin")
_BRACE = re.compile(r"\\.|[{}]", re.DOTALL)


class Statement(NamedTuple):
    """One statement.

    :param words: its words without quotes, including those after its blocks.
    :param start: the offset of its first word.
    :param end: the offset after its semicolon.
    :param opened: the offset after the brace that opens its (first) block, -1 for none.
    :param body: the statements of its blocks.
    """

    words: Tuple[str, ...]
    start: int
    end: int
    opened: int
    body: Tuple[Statement, ...]

    @property
    def kind(self) -> str:
        """The first word in lower case: named's keywords ignore case."""
        return self.words[0].lower() if self.words else ""

    @property
    def name(self) -> str:
        """The second word, empty for none."""
        return self.words[1] if len(self.words) > 1 else ""


class _Frame:
    """The block being parsed, and the current statement in it."""

    def __init__(self) -> None:
        self.statements: List[Statement] = []
        self.begin(-1)

    def begin(self, start: int) -> None:
        self.words: List[str] = []
        self.start = start
        self.opened = -1
        self.body: List[Statement] = []

    def end(self, offset: int) -> None:
        if self.start >= 0:
            words, body = tuple(self.words), tuple(self.body)
            self.statements.append(Statement(words, self.start, offset, self.opened, body))
        self.begin(-1)

    @property
    def is_foreign(self) -> bool:
        return bool(self.words) and self.words[0].lower() in _FOREIGN


def parse(text: str, where: str = "") -> Tuple[Statement, ...]:
    """The statements of a configuration file.

    :raises DnsError: a brace, quote or comment is not closed.
    """
    frames = [_Frame()]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise DnsError("line {0} cannot be parsed".format(text.count("\n", 0, position) + 1), where=where)
        position = match.end()
        if match.lastgroup == "skip":
            continue
        frame, piece = frames[-1], match.group(0)
        if match.lastgroup == "mark" and piece == ";":
            frame.end(position)
            continue
        if match.lastgroup == "mark" and piece == "}":
            # BIND requires a semicolon before the brace; files without one are accepted too.
            frame.end(match.start())
            frames.pop()
            if not frames:
                raise DnsError("an extra brace in line {0}".format(text.count("\n", 0, position) + 1), where=where)
            frames[-1].body.extend(frame.statements)
            continue
        if frame.start < 0:
            frame.start = match.start()
        if match.lastgroup == "mark":
            frame.opened = position if frame.opened < 0 else frame.opened
            if frame.is_foreign:
                position = _behind_block(text, position, where)
            else:
                frames.append(_Frame())
        else:
            quoted = match.group("quoted")
            frame.words.append(piece if quoted is None else _plain(quoted))
    if len(frames) > 1 or frames[0].start >= 0:
        raise DnsError("the last statement is not terminated", where=where)
    return tuple(frames[0].statements)


def _behind_block(text: str, position: int, where: str) -> int:
    """The offset after the closing brace of a block in a driver's syntax."""
    depth = 1
    for match in _BRACE.finditer(text, position):
        depth += {"{": 1, "}": -1}.get(match.group(0), 0)
        if not depth:
            return match.end()
    raise DnsError("the last statement is not terminated", where=where)


def _plain(quoted: str) -> str:
    """Unquote a word: only quotes are escaped, other backslashes stay."""
    return re.sub(r"\\(.)", lambda found: '"' if found.group(1) == '"' else found.group(0), quoted, flags=re.DOTALL)


def plain_name(name: str) -> str:
    """A zone's name for comparison: lower case, without the final dot."""
    lower = name.lower()
    return lower[:-1] if lower.endswith(".") and len(lower) > 1 else lower
