# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of C(.dockerignore), matched in time that grows with the path alone.

What they mean is as in Docker (C(github.com/moby/patternmatcher)): C(*) and C(?) stop at a slash, C(**) does not, and
C([...]) is a class of characters. A class may match a slash there, so it does here.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, List, NamedTuple, Sequence, Tuple

LONGEST = 4096

_WILD = re.compile(r"[*?\\\[\]]")
_MOST_STEPS = 50_000


class BadPattern(ValueError):
    """Docker refuses the pattern, and with it the build."""


class Token(NamedTuple):
    """What one position of a pattern is.

    :ivar accepts: the characters that lead to the next position.
    :ivar stays: those that lead back to this one. :ivar optional: whether the next position needs none.
    :ivar optional_next: whether the one behind that needs none either.
    """

    accepts: Callable[[str], bool]
    stays: Callable[[str], bool]
    optional: bool = False
    optional_next: bool = False


def _none(char: str) -> bool:
    return False


def _any(char: str) -> bool:
    return True


def _slash(char: str) -> bool:
    return char == "/"


def _no_slash(char: str) -> bool:
    return char != "/"


_ONE = Token(_no_slash, _none)
_STAR = Token(_none, _no_slash, optional=True)
_REST = Token(_none, _any, optional=True)
_FOLDERS = (Token(_none, _none, optional=True, optional_next=True), Token(_slash, _any))
"""C(**/): nothing, or anything up to a slash."""


def tokens_of(pattern: str) -> List[Token]:
    """The positions of a cleaned pattern.

    :raises BadPattern: Docker refuses it.
    """
    if len(pattern) > LONGEST:
        raise BadPattern("it is longer than {0} characters".format(LONGEST))
    if pattern.startswith("**") and not _WILD.search(pattern, 2):
        # Docker compares the end: "**.log" is also "a.log", but "**.lo?" is not.
        end = pattern[2:]
        literals = (
            [_literal(char) for char in end.lstrip("/") if end] if end.startswith("/") else list(map(_literal, end))
        )
        return [*_FOLDERS, *literals] if end.startswith("/") else [_REST, *literals]
    tokens: List[Token] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*" and pattern.startswith("*", at):
            at += 2 if pattern.startswith("/", at + 1) else 1
            found: Sequence[Token] = _FOLDERS if at < len(pattern) else (_REST,)
            if tokens[-len(found) :] != list(found):
                tokens += found
        elif char == "*":
            tokens += [] if tokens[-1:] == [_STAR] else [_STAR]
        elif char == "?":
            tokens.append(_ONE)
        elif char == "[":
            accepts, at = _class(pattern, at)
            tokens.append(Token(accepts, _none))
        elif char == "\\":
            if at == len(pattern):
                raise BadPattern("it ends with a backslash")
            tokens.append(_literal(pattern[at]))
            at += 1
        else:
            tokens.append(_literal(char))
    return tokens


def _literal(char: str) -> Token:
    return Token(char.__eq__, _none)


def _class(pattern: str, at: int) -> Tuple[Callable[[str], bool], int]:
    """What C([...]) accepts, and where it ends; C(at) is behind the bracket."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: List[Tuple[str, str]] = []
    while not (ranges and pattern.startswith("]", at)):
        low, at = _class_character(pattern, at)
        high = low
        if pattern.startswith("-", at):
            high, at = _class_character(pattern, at + 1)
        ranges.append((low, high))

    def accepts(char: str) -> bool:
        return any(low <= char <= high for low, high in ranges) != negated

    return accepts, at + 1


def _class_character(pattern: str, at: int) -> Tuple[str, int]:
    if pattern.startswith("\\", at):
        at += 1
    elif pattern[at : at + 1] in ("-", "]"):
        raise BadPattern("a character is missing in [...]")
    # A class has an end, so there is a character behind each of its own.
    if at + 1 >= len(pattern):
        raise BadPattern("[ is not closed")
    return pattern[at], at + 1


class Patterns:
    """Several patterns, all matched at once. A state says which positions of them a path has reached."""

    def __init__(self, patterns: Sequence[str]) -> None:
        tokens: List[Token] = []
        self._final = self.start = 0
        for pattern in patterns:
            self.start |= 1 << len(tokens)
            tokens += [*tokens_of(pattern), Token(_none, _none)]
            self._final |= 1 << (len(tokens) - 1)
        self._tokens = tokens
        self._optional = sum(1 << i for i, token in enumerate(tokens) if token.optional)
        self._optional_next = sum(1 << i for i, token in enumerate(tokens) if token.optional_next)
        self._masks: Dict[str, Tuple[int, int]] = {}
        self._steps: Dict[Tuple[int, str], int] = {}
        self.start = self._closed(self.start)

    def _closed(self, state: int) -> int:
        while True:
            more = state | (state & self._optional) << 1 | (state & self._optional_next) << 2
            if more == state:
                return state
            state = more

    def matches(self, state: int) -> bool:
        """Whether a path that led to this state matches one of the patterns."""
        return bool(state & self._final)

    def after(self, state: int, text: str) -> int:
        """The state after more characters of a path."""
        for char in text:
            if not state:
                break
            following = self._steps.get((state, char))
            state = self._step(state, char) if following is None else following
        return state

    def _step(self, state: int, char: str) -> int:
        masks = self._masks.get(char)
        if masks is None:
            masks = self._masks[char] = (
                sum(1 << i for i, token in enumerate(self._tokens) if token.accepts(char)),
                sum(1 << i for i, token in enumerate(self._tokens) if token.stays(char)),
            )
        following = self._closed((state & masks[0]) << 1 | state & masks[1])
        if len(self._steps) >= _MOST_STEPS:
            self._steps.clear()
        self._steps[state, char] = following
        return following
