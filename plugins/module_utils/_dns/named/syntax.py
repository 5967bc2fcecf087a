# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The syntax of named.conf: statements of words and blocks, each with its place in the text.

Nothing is known here of what statements mean. Comments are C(/* */), C(//) and C(#) (BIND 9 ARM, configuration file
grammar); a comment inside a statement is no part of it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, NamedTuple, Tuple

from ..errors import DnsError

_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|\#[^\n]*|/\*.*?\*/)"""
    r"""|"(?P<quoted>(?:[^"\\\n]|\\.)*)\""""
    r"""|(?P<mark>[{};])"""
    r"""|(?P<word>(?:[^\s{};"/\#]|/(?![/*]))+)""",
    re.DOTALL,
)


class Statement(NamedTuple):
    """One statement.

    :param words: its words without quotes, those behind its blocks too.
    :param start: where its first word begins.
    :param end: the offset behind its semicolon.
    :param opened: the offset behind the brace that opens its (first) block, -1 for none.
    :param body: the statements of its blocks.
    """

    words: Tuple[str, ...]
    start: int
    end: int
    opened: int
    body: Tuple[Statement, ...]


class _Frame:
    """A block that is being read, and the statement in it that is."""

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


def parse(text: str, where: str = "") -> Tuple[Statement, ...]:
    """The statements of a configuration file.

    :raises DnsError: a brace, quote or comment has no end.
    """
    frames = [_Frame()]
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise DnsError("line {0} cannot be understood".format(text.count("\n", 0, position) + 1), where=where)
        position = match.end()
        if match.lastgroup == "skip":
            continue
        frame, piece = frames[-1], match.group(0)
        if match.lastgroup == "mark" and piece == ";":
            frame.end(position)
            continue
        if match.lastgroup == "mark" and piece == "}":
            # BIND wants a semicolon before the brace; -p and sloppy files are read alike.
            frame.end(match.start())
            frames.pop()
            if not frames:
                raise DnsError("a brace too much in line {0}".format(text.count("\n", 0, position) + 1), where=where)
            frames[-1].body.extend(frame.statements)
            continue
        if frame.start < 0:
            frame.start = match.start()
        if match.lastgroup == "mark":
            frame.opened = position if frame.opened < 0 else frame.opened
            frames.append(_Frame())
        else:
            quoted = match.group("quoted")
            frame.words.append(piece if quoted is None else re.sub(r"\\(.)", r"\1", quoted))
    if len(frames) > 1 or frames[0].start >= 0:
        raise DnsError("the last statement has no end", where=where)
    return tuple(frames[0].statements)


def plain_name(name: str) -> str:
    """A zone's name as two of them are compared: lower case, without the last dot."""
    lower = name.lower()
    return lower[:-1] if lower.endswith(".") and len(lower) > 1 else lower


def zones_of(statements: Tuple[Statement, ...]) -> List[Tuple[str, str]]:
    """Names of all zones with the views that they are in, C("") outside of views."""
    found = []
    for statement in statements:
        kind = statement.words[0] if statement.words else ""
        if kind == "view" and len(statement.words) > 1:
            found += [(name, statement.words[1]) for name, _none in zones_of(statement.body)]
        elif kind == "zone" and len(statement.words) > 1:
            found.append((plain_name(statement.words[1]), ""))
    return found


def views_of(statements: Tuple[Statement, ...]) -> List[str]:
    """Names of the views, in their order."""
    return [item.words[1] for item in statements if item.words[:1] == ("view",) and len(item.words) > 1]
