# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of C(${name#pattern}), C(${name%pattern}) and C(${name/pattern/replacement}).

C(*) stands for any characters and C(?) for one, as in BuildKit, which has no C([...]). Both match no line break. A
value is read once for each replacement, whatever the pattern: all ways to match it are followed side by side, one bit
for each.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from itertools import islice
from typing import Dict, Iterable, List, NamedTuple, Optional

LONGEST = 256


class BadPattern(ValueError):
    """The pattern has an escape that a builder refuses, or is too long."""


class _Token(NamedTuple):
    kind: str
    char: str = ""


_STAR, _ANY = _Token("*"), _Token("?")


def _tokens(pattern: str) -> List[_Token]:
    if len(pattern) > LONGEST:
        raise BadPattern("the pattern is longer than {0} characters".format(LONGEST))
    tokens = []
    characters = iter(pattern)
    for char in characters:
        if char == "\\":
            char = next(characters, "")
            # "}" and "/" are escaped on account of the braces.
            if not char or char not in "*?\\}/":
                raise BadPattern("invalid escape \\{0}".format(char))
            tokens.append(_Token("c", char))
        elif char != "*":
            tokens.append(_ANY if char == "?" else _Token("c", char))
        elif tokens[-1:] != [_STAR]:
            tokens.append(_STAR)
    return tokens


class _Automaton:
    """Bit C(i) of a state: the first C(i) tokens have matched."""

    def __init__(self, tokens: List[_Token]) -> None:
        self._stars = sum(1 << i for i, token in enumerate(tokens) if token is _STAR)
        self._any = sum(1 << i for i, token in enumerate(tokens) if token is _ANY)
        self._by_char: Dict[str, int] = {}
        for i, token in enumerate(tokens):
            if token.kind == "c":
                self._by_char[token.char] = self._by_char.get(token.char, 0) | 1 << i
        self.final = 1 << len(tokens)
        self.start = self._closed(1)

    def _closed(self, state: int) -> int:
        # A star may match nothing.
        while True:
            more = state | (state & self._stars) << 1
            if more == state:
                return state
            state = more

    def step(self, state: int, char: str) -> int:
        if char == "\n":
            return self._closed((state & self._by_char.get(char, 0)) << 1)
        moved = state & (self._any | self._by_char.get(char, 0))
        return self._closed(moved << 1 | (state & self._stars))

    def end_of_match(self, text: Iterable[str], longest: bool) -> Optional[int]:
        """The number of characters of the longest or shortest match at the start of a text."""
        state, found = self.start, None
        if state & self.final:
            found = 0
        for length, char in enumerate(text, 1):
            if (found is not None and not longest) or not state:
                break
            state = self.step(state, char)
            if state & self.final:
                found = length
        return found


def without_prefix(pattern: str, value: str, longest: bool) -> str:
    """C(value) without the match of the pattern at its start, if any."""
    end = _Automaton(_tokens(pattern)).end_of_match(value, longest)
    return value[end or 0 :]


def without_suffix(pattern: str, value: str, longest: bool) -> str:
    """The same at its end."""
    end = _Automaton(_tokens(pattern)[::-1]).end_of_match(reversed(value), longest)
    return value[: len(value) - (end or 0)]


def replaced(pattern: str, value: str, replacement: str, everywhere: bool) -> str:
    """C(value) with the first match of the pattern, or all of them, replaced; each as long as possible."""
    tokens = _tokens(pattern)
    forward = _Automaton(tokens)
    parts: List[str] = []
    done = position = 0
    for start in _starts(_Automaton(tokens[::-1]), value):
        if start < position:
            continue
        end = start + (forward.end_of_match(islice(value, start, None), longest=True) or 0)
        position = max(end, start + 1)
        if parts and start == end == done:
            continue  # Nothing, directly after a match.
        parts += (value[done:start], replacement)
        done = end
        if not everywhere:
            break
    return "".join(parts) + value[done:]


def _starts(backward: _Automaton, value: str) -> List[int]:
    """The positions where a match starts, in order."""
    state = backward.start
    found = [len(value)] if state & backward.final else []
    for position in range(len(value) - 1, -1, -1):
        state = backward.step(state, value[position]) | backward.start
        if state & backward.final:
            found.append(position)
    return found[::-1]
