# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words of a shell script: quotes, escapes, expansions.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Callable, List, Match, Optional, Tuple

from .script import Word

DEEPEST = 40
"""Levels of substitutions and compound commands within each other."""

_PLAIN = re.compile(r"""[^ \t\n'"\\$`&|;()<>]+""")
_IN_DOUBLE = re.compile(r"""[^"\\$`]+""")
_IN_BRACES = re.compile(r"""[^'"\\$`}]+""")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!$-]")
_BRACED_NAME = re.compile(r"[#!]?(?:[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?!-]|\$(?![({]))?")
_ANSI = re.compile(r"[^'\\]*(?:\\.[^'\\]*)*'", re.DOTALL)
_ANSI_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|(?:x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})))"
)
_ANSI_CHARACTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\033\033\f\n\r\t\v\\'\"?"))
_PATTERN = re.compile(r"[*?\[{]|(?:^|[=:])~")
_PARENTHESES = re.compile(r"""[()]|\\.|'[^']*'|"[^"\\]*(?:\\.[^"\\]*)*\"""", re.DOTALL)
_BACKTICKS = re.compile(r"[^`\\]*(?:\\.[^`\\]*)*`", re.DOTALL)
_BACKTICK_PART = re.compile(r"\\([$`\\])|[^\\]+|\\", re.DOTALL)


class Unreadable(ValueError):
    """Nothing behind this position can be read: a quote or substitution has no end, or is nested too deeply."""

    def __init__(self, message: str, start: int) -> None:
        super().__init__(message)
        self.start = start


Part = Tuple[str, int]
"""A part of the value of a word, and its position in the text."""


class WordReader:
    """Reads words of one text.

    :param in_parentheses: reads the commands from a position on to C()), and returns the position behind that.
    :param elsewhere: reads the commands of another text, given as parts of this one.
    """

    def __init__(
        self,
        text: str,
        in_parentheses: Callable[[int, str], int],
        elsewhere: Callable[[List[Part], str], None],
    ) -> None:
        self._text = text
        self._in_parentheses, self._elsewhere = in_parentheses, elsewhere
        self._literal = True
        self._depth = 0

    def read(self, start: int) -> Tuple[Optional[Word], List[Part]]:
        """The word at a position and the parts of its value; None if an operator or the end is there.

        :raises Unreadable: it has no end.
        """
        outside, self._literal = self._literal, True
        parts: List[Part] = []
        end = self._word(start, parts)
        literal, self._literal = self._literal, outside
        if end == start:
            return None, parts
        value = "".join(part for part, _at in parts)
        return Word(value, self._text[start:end], start, end, literal), parts

    def _word(self, at: int, parts: List[Part]) -> int:
        text = self._text
        while at < len(text):
            plain = _PLAIN.match(text, at)
            if plain:
                parts.append((plain.group(), at))
                self._literal = self._literal and not _PATTERN.search(plain.group())
                at = plain.end()
                continue
            char = text[at]
            if char == "\\":
                at = self._escaped(at, parts)
            elif char == "'":
                at = self._single(at, parts)
            elif char == '"':
                at = self._double(at, parts)
            elif char == "$":
                at = self._dollar(at, parts, False)
            elif char == "`":
                at = self._backtick(at, parts)
            elif char in "<>" and text.startswith("(", at + 1):
                at = self._expansion(at, self._in_parentheses(at + 2, text[at : at + 2]), parts)
            else:
                break
        return at

    def _expansion(self, start: int, end: int, parts: List[Part]) -> int:
        parts.append((self._text[start:end], start))
        self._literal = False
        return end

    def _escaped(self, at: int, parts: List[Part]) -> int:
        following = self._text[at + 1 : at + 2]
        if following != "\n":
            parts.append((following, at + 1) if following else ("\\", at))
        return min(at + 2, len(self._text))

    def _single(self, at: int, parts: List[Part]) -> int:
        end = self._text.find("'", at + 1)
        if end < 0:
            raise Unreadable("a single quote is not closed", at)
        parts.append((self._text[at + 1 : end], at + 1))
        return end + 1

    def _double(self, start: int, parts: List[Part]) -> int:
        text, at = self._text, start + 1
        while at < len(text):
            plain = _IN_DOUBLE.match(text, at)
            if plain:
                parts.append((plain.group(), at))
                at = plain.end()
                continue
            char = text[at]
            if char == '"':
                return at + 1
            if char == "$":
                at = self._dollar(at, parts, True)
            elif char == "`":
                at = self._backtick(at, parts)
            else:
                following = text[at + 1 : at + 2]
                if following and following in '"\\$`':
                    parts.append((following, at + 1))
                elif following != "\n":
                    parts.append((char + following, at))
                at += 2
        raise Unreadable("a double quote is not closed", start)

    def _dollar(self, at: int, parts: List[Part], in_quotes: bool) -> int:
        text, following = self._text, self._text[at + 1 : at + 2]
        if following == "(":
            end = self._arithmetic(at) if text.startswith("(", at + 2) else None
            return self._expansion(at, end or self._in_parentheses(at + 2, "$("), parts)
        if following == "{":
            self._depth += 1
            if self._depth > DEEPEST:
                raise Unreadable("it is nested too deeply", at)
            end = self._braces(at, in_quotes)
            self._depth -= 1
            return self._expansion(at, end, parts)
        if following == "'" and not in_quotes:
            found = _ANSI.match(text, at + 2)
            if not found:
                raise Unreadable("a single quote is not closed", at + 1)
            parts.append((_ANSI_ESCAPE.sub(_ansi_character, found.group()[:-1]), at + 2))
            return found.end()
        if following == '"' and not in_quotes:
            return self._double(at + 1, parts)
        name = _VARIABLE.match(text, at + 1)
        if name:
            return self._expansion(at, name.end(), parts)
        parts.append(("$", at))
        return at + 1

    def _arithmetic(self, start: int) -> Optional[int]:
        """The position behind C($((...))), or None if it is a subshell in a substitution."""
        depth = 0
        for found in _PARENTHESES.finditer(self._text, start + 3):
            if found.group() == "(":
                depth += 1
            elif found.group() == ")" and depth:
                depth -= 1
            elif found.group() == ")":
                return found.end() + 1 if self._text.startswith(")", found.end()) else None
        return None

    def _braces(self, start: int, in_quotes: bool) -> int:
        text = self._text
        at = _BRACED_NAME.match(text, start + 2).end()
        # In double quotes a single quote is a quote for patterns only.
        quotes = not in_quotes or text[at : at + 1] in ("#", "%", "/")
        ignored: List[Part] = []
        while at < len(text):
            plain = _IN_BRACES.match(text, at)
            if plain:
                at = plain.end()
                continue
            char = text[at]
            if char == "}":
                return at + 1
            if char == "\\":
                at += 2
            elif char == '"':
                at = self._double(at, ignored)
            elif char == "$":
                at = self._dollar(at, ignored, in_quotes)
            elif char == "`":
                at = self._backtick(at, ignored)
            else:
                at = self._single(at, ignored) if quotes else at + 1
        raise Unreadable("${ is not closed", start)

    def _backtick(self, at: int, parts: List[Part]) -> int:
        found = _BACKTICKS.match(self._text, at + 1)
        if not found:
            raise Unreadable("a backtick is not closed", at)
        inner = []
        for piece in _BACKTICK_PART.finditer(self._text, at + 1, found.end() - 1):
            inner.append((piece.group(1), piece.start(1)) if piece.group(1) else (piece.group(), piece.start()))
        self._elsewhere(inner, "$(")
        return self._expansion(at, found.end(), parts)


def _ansi_character(found: Match[str]) -> str:
    letter, octal, *codes = found.groups()
    if letter:
        return _ANSI_CHARACTERS[letter]
    code = int(octal, 8) & 0xFF if octal else int(next(filter(None, codes)), 16)
    return chr(code) if code <= 0x10FFFF else found.group()
