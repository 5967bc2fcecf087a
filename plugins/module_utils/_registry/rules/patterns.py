# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns for names of tags and repositories, one language for both.

A pattern is a shell pattern for the whole name (C(v1.*), C(team/**)), or between slashes a regular expression that may
match anywhere in it (C(/^v[0-9]+/), image-syncer's form; see C(expressions)). In a shell pattern C(*) and C(?) stop at
a slash, C(**) does not (as in Harbor's filters), and C([a-c]) and C([!a-c]) are sets.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import Any, List, Mapping, Optional, Sequence, Tuple

from ..._lazy import pattern
from ..._text import quoted
from ..config.documents import describe
from .expressions import Expression, ExpressionProblem

# The characters of tags and names, and the special ones in a shell pattern.
_SHELL = pattern(r"[A-Za-z0-9_./*?\[\]!-]+\Z")
_SET = pattern(r"\[(!?)([A-Za-z0-9_.-]+)\]")


class PatternProblem(Exception):
    """A sentence about an invalid pattern."""


@dataclass(frozen=True)
class Patterns:
    """Selects names: those that match an allowed pattern (all, if there are none) and no denied one."""

    allow: Tuple[Expression, ...] = ()
    deny: Tuple[Expression, ...] = ()

    def allowed(self, names: List[str]) -> List[str]:
        """The names that match, in order."""
        return [name for name in names if any(one.search(name) for one in self.allow)] if self.allow else list(names)

    def not_denied(self, names: List[str]) -> List[str]:
        """The names that match no denied pattern, in order."""
        return [name for name in names if not any(one.search(name) for one in self.deny)]

    def __call__(self, names: List[str]) -> List[str]:
        return self.not_denied(self.allowed(names))


EVERY_NAME = Patterns()


def compile_expression(text: str) -> Expression:
    """Compile a regular expression.

    image-syncer uses Go's syntax; if Python reads the same text differently it warns, and the expression is rejected.

    :raises PatternProblem: with the reason.
    """
    if not text.isprintable():
        raise PatternProblem("holds a control character: write it as an escape, such as \\t")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return Expression(text)
    except ExpressionProblem as problem:
        raise PatternProblem("{0} is not supported: {1}".format(quoted(text), problem)) from None
    except (re.error, Warning, OverflowError, RecursionError) as error:
        raise PatternProblem("{0} is not a valid regular expression: {1}".format(quoted(text), error)) from None


def compile_pattern(text: str) -> Expression:
    """Compile a shell pattern, or an expression between slashes.

    :raises PatternProblem: states the correct form.
    """
    if text.startswith("/"):
        if len(text) < 3 or not text.endswith("/"):
            raise PatternProblem("the expression {0} is not terminated: write /expression/".format(quoted(text)))
        return compile_expression(text[1:-1])
    if not _SHELL.match(text):
        raise PatternProblem(
            "no name fits {0}: write a shell pattern such as v1.*, or /expression/ for a regular expression".format(
                quoted(text)
            )
        )
    parts: List[str] = []
    position = 0
    while position < len(text):
        part, position = _next_part(text, position)
        parts.append(part)
    try:
        return Expression("".join(parts) + r"\Z")
    except ExpressionProblem as problem:
        raise PatternProblem("{0} is not supported: {1}".format(quoted(text), problem)) from None
    except re.error:
        raise PatternProblem("{0} has an invalid set: write it as [a-c]".format(quoted(text))) from None


def _next_part(text: str, position: int) -> Tuple[str, int]:
    start = "\\A" if position == 0 else ""
    if text.startswith("**", position):
        end = position + 2
        while text.startswith("*", end):
            end += 1
        return start + ".*", end
    char = text[position]
    if char == "*":
        return start + "[^/]*", position + 1
    if char == "?":
        return start + "[^/]", position + 1
    if char == "[":
        match = _SET.match(text, position)
        if match is None:
            raise PatternProblem("{0} has an unterminated set: write it as [a-c]".format(quoted(text)))
        return start + "[{0}{1}]".format("^/" if match.group(1) else "", match.group(2)), match.end()
    return start + re.escape(char), position + 1


def check_keys(value: Mapping[Any, Any], known: Sequence[str], where: str, problems: List[str]) -> None:
    """Reject unknown keys, with the intended one if it is obvious."""
    for name in value:
        if name not in known:
            import difflib

            near = difflib.get_close_matches(str(name), known, 1)
            hint = "did you mean {0}?".format(near[0]) if near else "the keys are {0}".format(", ".join(known))
            problems.append("{0}: the key {1} is unknown: {2}".format(where, quoted(str(name)), hint))


def read_patterns(value: Any, where: str, problems: List[str]) -> Tuple[Expression, ...]:
    """The patterns of a list, or of a single text; problems name the place."""
    items = [value] if isinstance(value, str) else value
    if not isinstance(items, list) or not items:
        words = "an empty list" if items == [] else describe(value)
        problems.append("{0}: it is {1}: write a list of patterns".format(where, words))
        return ()
    compiled = []
    for number, item in enumerate(items, 1):
        place = where if isinstance(value, str) else "{0}: item {1}".format(where, number)
        found = _read_one(item, place, problems)
        if found is not None:
            compiled.append(found)
    return tuple(compiled)


def _read_one(item: Any, place: str, problems: List[str]) -> Optional[Expression]:
    if not isinstance(item, str):
        problems.append("{0}: it is {1}: write a pattern in quotes".format(place, describe(item)))
        return None
    try:
        return compile_pattern(item)
    except PatternProblem as problem:
        problems.append("{0}: {1}".format(place, problem))
        return None
