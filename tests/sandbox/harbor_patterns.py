# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patterns of replication filters: what C(*) and C(**) mean to Harbor, which uses the library doublestar."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import List, Optional, Pattern, Tuple


class PatternError(ValueError):
    """A pattern is malformed; Harbor finds out when it uses it."""

    def __init__(self) -> None:
        super().__init__("syntax error in pattern")


def matches(pattern: str, text: str) -> bool:
    """Whether a repository's name or a tag matches. C(*) stops at a slash, C(**) crosses it; C({a,b}), C(?), C([..]).

    :raises PatternError: the pattern is malformed.
    """
    return not pattern or _compiled(pattern).match(text) is not None


@lru_cache(maxsize=1000)
def _compiled(pattern: str) -> Pattern[str]:
    parts = []
    components = pattern.split("/")
    for number, component in enumerate(components):
        last = number == len(components) - 1
        if component == "**":
            parts.append(".*" if last else "(?:[^/]*/)*")
        else:
            parts.append(_component(component) + ("" if last else "/"))
    try:
        return re.compile("(?s:{0})\\Z".format("".join(parts)))
    except re.error:
        raise PatternError from None


def _component(text: str) -> str:
    found: List[str] = []
    position, depth = 0, 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "*":
            found.append("[^/]*")
        elif char == "?":
            found.append("[^/]")
        elif char == "[":
            inner, position = _class(text, position)
            found.append(inner)
        elif char == "\\":
            if position == len(text):
                raise PatternError
            found.append(re.escape(text[position]))
            position += 1
        elif char == "{":
            depth += 1
            found.append("(?:")
        elif char == "}" and depth:
            depth -= 1
            found.append(")")
        elif char == "," and depth:
            found.append("|")
        else:
            found.append(re.escape(char))
    if depth:
        raise PatternError
    return "".join(found)


def _class(text: str, position: int) -> Tuple[str, int]:
    end = text.find("]", position + 1)
    if end < 0:
        raise PatternError
    inner = text[position:end].replace("\\", "\\\\")
    negated = inner[:1] in ("^", "!")
    return "[{0}{1}]".format("^" if negated else "", inner[1:] if negated else inner), end + 1


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
