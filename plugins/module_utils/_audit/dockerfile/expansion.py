# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotes, escapes and variables in the arguments of instructions, as BuildKit reads them.

BuildKit knows C(${name}), C(:-), C(-), C(:+), C(+), C(:?), C(?), C(#), C(##), C(%), C(%%), C(/) and C(//)
(C(frontend/dockerfile/shell)); it refuses any other form. The shell that runs a C(RUN) knows more: that text is not
for this module.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Pattern, Tuple

from .globs import BadPattern, replaced, without_prefix, without_suffix
from .lines import SPACE

DEEPEST = 50
"""Levels of C(${a:-${b:-...}})."""

LONGEST = 32 * 1024
"""Characters of an expanded text. Each variable may contain the previous one ten times."""

_NAME = re.compile(r"\d+|[@*#?\-$!]|[^\W\d]\w*")
_BLANK = re.compile("[{0}]+".format(SPACE))
_HEREDOC = re.compile(r"<<[\t\r ]*|<")


class Expanded(NamedTuple):
    """A text without quotes and escapes, and its variables replaced.

    :ivar text: None if a builder refuses it; C(problem) says why.
    :ivar undefined: the names that have no value and no default, each once; they are replaced with nothing.
    :ivar words: the text as words: blanks in quotes separate none, those from variables do.
    """

    text: Optional[str]
    undefined: Tuple[str, ...] = ()
    problem: Optional[str] = None
    words: Tuple[str, ...] = ()


class Refused(ValueError):
    """A builder refuses the text."""


def expand(text: str, variables: Mapping[str, str], escape: str = "\\") -> Expanded:
    """What a builder makes of an argument."""
    reader = Reader(text, variables, escape)
    try:
        pieces = reader.read()
    except Refused as err:
        return Expanded(None, tuple(reader.undefined), str(err))
    return Expanded("".join(piece for piece, _splits in pieces), tuple(reader.undefined), None, words_of(pieces))


def unquoted(text: str, escape: str = "\\") -> str:
    """A text without quotes and escapes; its variables stay as written. A text with an open quote stays as it is."""
    if not any(char in text for char in ("'", '"', escape)):
        return text
    try:
        return "".join(piece for piece, _splits in Reader(text, None, escape).read())
    except Refused:
        return text


Piece = Tuple[str, bool]
"""A part of the result, and whether blanks in it separate words."""


def words_of(pieces: List[Piece]) -> Tuple[str, ...]:
    """The words of the result, none of them empty."""
    words: List[str] = []
    word: List[str] = []
    for text, splits in pieces:
        head, *rest = _BLANK.split(text) if splits else [text]
        word.append(head)
        for part in rest:
            words.append("".join(word))
            word = [part]
    words.append("".join(word))
    return tuple(word for word in words if word)


class Reader:
    """Reads one text from left to right.

    :param variables: None keeps references as they are.
    :param quotes: keeps quotes. :param escapes: keeps escape characters.
    """

    def __init__(
        self,
        text: str,
        variables: Optional[Mapping[str, str]],
        escape: str,
        quotes: bool = False,
        escapes: bool = False,
    ) -> None:
        self._text, self._at, self._depth, self._size = text, 0, 0, 0
        self._variables, self._escape, self._quotes = variables, escape, quotes
        self._escapes = escapes
        self._plain = _PLAIN[escape]
        self.undefined: Dict[str, None] = {}

    def read(self) -> List[Piece]:
        """:raises Refused: a builder refuses the text."""
        return self._until("", self._escapes)

    def _until(self, stop: str, escapes: bool) -> List[Piece]:
        """The pieces before C(stop), which is passed over."""
        pieces: List[Piece] = []
        plain = self._plain[stop]
        self._escapes, outside = escapes, self._escapes
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == stop:
                self._at += 1
                self._escapes = outside
                return pieces
            if char == "$":
                pieces.append((self._dollar(), True))
            elif char == "'":
                pieces.append((self._single_quoted(), False))
            elif char == '"':
                pieces.append((self._double_quoted(), False))
            elif char == "<":
                pieces.append((self._take(_HEREDOC), False))
            elif char == self._escape:
                pieces.append((self._escaped(), False))
            else:
                pieces.append((self._take(plain), True))
            self._grow(len(pieces[-1][0]))
        if stop:
            raise Refused("'{0}' is missing".format(stop))
        return pieces

    def _take(self, pattern: Pattern[str]) -> str:
        found = pattern.match(self._text, self._at)
        text = found.group() if found else ""
        self._at += len(text)
        return text

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > LONGEST + len(self._text):
            raise Refused("it becomes longer than {0} characters".format(LONGEST))

    def _escaped(self) -> str:
        char = self._text[self._at + 1 : self._at + 2]
        self._at += 2
        return self._escape + char if self._escapes else char

    def _single_quoted(self) -> str:
        end = self._text.find("'", self._at + 1)
        if end < 0:
            raise Refused("a single quote is not closed")
        start, self._at = self._at, end + 1
        return self._text[start : end + 1] if self._quotes else self._text[start + 1 : end]

    def _double_quoted(self) -> str:
        quote = '"' if self._quotes else ""
        parts = [quote]
        self._at += 1
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == '"':
                self._at += 1
                return "".join(parts) + quote
            if char == "$":
                parts.append(self._dollar())
                self._grow(len(parts[-1]))
            elif char == self._escape:
                parts.append(self._escaped_in_quotes())
            else:
                parts.append(self._take(self._plain['"']))
        raise Refused("a double quote is not closed")

    def _escaped_in_quotes(self) -> str:
        following = self._text[self._at + 1 : self._at + 2]
        kept = self._escape if self._escapes else ""
        if following and following in '"$' + self._escape:
            self._at += 2
            return kept + following
        self._at += 1
        return kept + (self._escape if following else "")

    # -- variables ---------------------------------------------------------------------------------------------------

    def _value(self, name: str, has_default: bool = False) -> Optional[str]:
        value = None if self._variables is None else self._variables.get(name)
        if value is None and not has_default:
            self.undefined[name] = None
        return value

    def _dollar(self) -> str:
        self._at += 1
        if self._text[self._at : self._at + 1] != "{":
            name = self._take(_NAME)
            if not name:
                return "$"
            value = self._value(name)
            return "$" + name if self._variables is None else value or ""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused("variables are nested too deeply")
        start = self._at - 1
        self._at += 1
        value = self._braces()
        self._depth -= 1
        return self._text[start : self._at] if self._variables is None else value

    def _braces(self) -> str:
        if self._text[self._at : self._at + 1] in ("{", "}", ":"):
            raise Refused("bad substitution")
        name = self._take(_NAME)
        modifier = self._text[self._at : self._at + 1]
        self._at += 1
        if modifier == "}":
            return self._value(name) or ""
        if modifier == ":":
            modifier += self._text[self._at : self._at + 1]
            self._at += 1
        if modifier == "/":
            return self._replacement(name)
        if modifier in ("#", "%"):
            return self._trimmed(name, modifier)
        if modifier in ("-", ":-", "+", ":+", "?", ":?"):
            return self._default(name, modifier)
        if modifier in ("", ":"):
            raise Refused("'}' is missing")
        raise Refused("unsupported modifier ({0}) in substitution".format(modifier))

    def _word(self, stop: str, escapes: bool) -> str:
        return "".join(text for text, _splits in self._until(stop, escapes))

    def _default(self, name: str, modifier: str) -> str:
        word = self._word("}", escapes=False)
        value = self._value(name, has_default=True)
        is_set = bool(value) if modifier[0] == ":" else value is not None
        if modifier[-1] == "+":
            return word if is_set else ""
        if is_set:
            return value or ""
        if modifier[-1] == "?" and self._variables is not None:
            state = "unset" if value is None else "empty"
            raise Refused("{0}: {1}".format(name, word or "is not allowed to be " + state))
        return word

    def _trimmed(self, name: str, modifier: str) -> str:
        word = self._word("}", escapes=True)
        longest = word.startswith(modifier)
        trim = without_prefix if modifier == "#" else without_suffix
        return _matched(trim, word[longest:], self._value(name) or "", longest)

    def _replacement(self, name: str) -> str:
        everywhere = self._text[self._at : self._at + 1] == "/"
        self._at += everywhere
        pattern = self._word("/", escapes=True)
        replacement = self._word("}", escapes=True)
        return _matched(replaced, pattern, self._value(name) or "", replacement, everywhere)


def _matched(function: Callable[..., str], pattern: str, *arguments: Any) -> str:
    try:
        return function(pattern, *arguments)
    except BadPattern as err:
        raise Refused("invalid pattern ({0}) in substitution: {1}".format(pattern, err)) from None


_PLAIN = {
    escape: {
        "": re.compile(r"""[^$<'"{0}]+""".format(re.escape(escape))),
        "}": re.compile(r"""[^$<'"}}{0}]+""".format(re.escape(escape))),
        "/": re.compile(r"""[^$<'"/{0}]+""".format(re.escape(escape))),
        '"': re.compile(r"""[^"${0}]+""".format(re.escape(escape))),
    }
    for escape in ("\\", "`")
}
