# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of replication filters: what C(*) and C(**) mean to Harbor, which uses the library doublestar."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import List, Optional, Pattern, Tuple

_PIECE = re.compile(r"\\.|\[(?:\\.|[^\]\\])*\]|.", re.DOTALL)
# What stands between [ and ]: single characters and ranges, neither with a bare hyphen.
_CLASS = re.compile(r"\^?(?:(?:\\.|[^\\-])(?:-(?:\\.|[^\\-]))?)+\Z", re.DOTALL)


class PatternError(ValueError):
    """A pattern is malformed; Harbor finds out when it uses it."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def matches(pattern: str, text: str, nested: bool = True) -> bool:
    """Whether a repository's name or a tag matches. C(*) stops at a slash, C(**) crosses it; C({a,b}), C(?), C([..]).

    :param nested: whether braces may have slashes and braces in them; for older versions of the library they may not.
    :raises PatternError: the pattern is malformed.
    """
    return not pattern or any(compiled.match(text) for compiled in _compiled(pattern, nested))


@lru_cache(maxsize=1000)
def _compiled(pattern: str, nested: bool) -> Tuple[Pattern[str], ...]:
    return tuple(re.compile("(?s:{0})\\Z".format(_expression(one))) for one in _without_braces(pattern, nested))


def _without_braces(pattern: str, nested: bool) -> List[str]:
    """The patterns that one with alternatives stands for."""
    depth, start, cuts = 0, 0, []
    for match in _PIECE.finditer(pattern):
        piece = match.group()
        if piece == "{":
            depth += 1
            if depth == 1:
                start, cuts = match.start(), [match.start()]
        elif piece == "," and depth == 1:
            cuts.append(match.start())
        elif piece == "}" and depth:
            depth -= 1
        if depth and not nested and (piece == "/" or depth > 1):
            raise PatternError
        if cuts and not depth:
            ends = [*cuts[1:], match.start()]
            options = [pattern[cut + 1 : end] for cut, end in zip(cuts, ends)]
            whole = (pattern[:start] + option + pattern[match.end() :] for option in options)
            return [one for text in whole for one in _without_braces(text, nested)]
    if depth:
        raise PatternError
    return [pattern]


def _expression(pattern: str) -> str:
    """A regular expression for a pattern without alternatives."""
    components = pattern.split("/")
    parts = []
    for number, component in enumerate(components):
        last = number == len(components) - 1
        if component == "**":
            parts.append(".*" if last else "(?:[^/]*/)*")
        else:
            parts.append("".join(map(_piece, _PIECE.findall(component))) + ("" if last else "/"))
    return "".join(parts)


def _piece(piece: str) -> str:
    if piece == "*":
        return "[^/]*"
    if piece == "?":
        return "[^/]"
    if piece in ("[", "\\"):
        raise PatternError
    if piece.startswith("["):
        inner = piece[1:-1]
        if not _CLASS.match(inner):
            raise PatternError
        return "(?!/)[{0}]".format(re.sub(r"(?<!\\)\[", r"\\[", inner))
    return re.escape(piece[-1])


def specific(pattern: str) -> Optional[List[str]]:
    """The names that the pattern stands for where it needs no search, such as C(library/{a,b}); else None."""
    if not pattern:
        return None
    names = [""]
    for component in pattern.split("/"):
        if not component or re.search(r"[*?\[\\\]^]", component) or component.count("{") > 1:
            return None
        found = re.match(r"([^{},]*)(?:\{([^{}]*)\}([^{},]*))?\Z", component)
        if found is None:
            return None
        middle = [""] if found.group(2) is None else found.group(2).split(",")
        ways = [found.group(1) + part + (found.group(3) or "") for part in middle]
        names = ["{0}/{1}".format(name, way) if name else way for name in names for way in ways]
    return names
