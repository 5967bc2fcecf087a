# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The patterns of Harbor's filters (of the Go library doublestar 1), and what they can match.

C(*) matches any characters except slashes, C(**) as a whole component any number of components, and at the end
one or more; C(?), C([a-z]) and C({a,b}) are as in a shell.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
import re
from typing import Iterator, List, Optional, Tuple

MANY = "**"
# The characters of repository names between slashes, and of tags.
NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyz0123456789._-"
TAG_CHARACTERS = NAME_CHARACTERS + "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SPECIAL = re.compile(r"[*?\[{\\]")
_TOKEN = re.compile(
    r"\\(?P<escaped>.)|(?P<class>\[\^?(?:\\.|[^\]\\])+\])|(?P<star>\*+)|(?P<one>\?)|(?P<other>.)", re.DOTALL
)
_CLASS = re.compile(r"(?<!\\)\[\^?((?:\\.|[^\]\\])+)\]")
_RANGES = re.compile(r"(?:(?:\\.|[^\\-])(?:-(?:\\.|[^\\-]))?)+", re.DOTALL)
_PIECE = re.compile(r"\\.|\[\^?(?:\\.|[^\]\\])+\]|.", re.DOTALL)
_EMPTY_AFTER_STAR = re.compile(r"\*\{(?:[^{}]*,)?[,}]")
# Alternatives multiply; beyond this number they are not checked one by one.
_MOST_ALTERNATIVES = 64
LONGEST = 10_000
DEEPEST = 20
# Characters or components of two compared patterns. Names have at most 255 characters.
_MOST_COMPARED = 500


def problem_of(pattern: str) -> Optional[str]:
    """Why Harbor, which accepts any pattern, could not use this one; V(None) if it can."""
    if _is_too_large(pattern):
        return "it has more than {0} characters, or braces within braces {1} times".format(LONGEST, DEEPEST)
    if re.search(r"(?<!\\)(?:\\\\)*\\$", pattern):
        return "it ends with a backslash"
    if any(not _RANGES.fullmatch(found) for found in _CLASS.findall(pattern)):
        return "a hyphen between [ and ] has nothing on one side"
    rest = re.sub(r"\\.", "x", _CLASS.sub("x", pattern))
    if "[" in rest:
        return "a [ has no ], or nothing between them"
    depth = 0
    for character in rest:
        depth += {"{": 1, "}": -1}.get(character, 0)
        if depth < 0:
            return "a } has no {"
    if depth:
        return "a { has no }"
    if pattern.startswith("/") or pattern.endswith("/") or "//" in pattern:
        return "there is nothing before, after or between slashes"
    if "***" in rest:
        return "there are more than two stars in a row"
    if _EMPTY_AFTER_STAR.search(rest):
        return "after a star, braces have an empty alternative, which never matches"
    return None


def foreign_part(pattern: str, characters: str) -> Optional[str]:
    """The part of a valid pattern that needs a character not among these, so that it never matches; or V(None)."""
    for components in alternatives(pattern):
        for component in components:
            for token in _tokens(component):
                if token and not any(_characters_meet(token, character) for character in characters):
                    return token
    return None


def _is_too_large(pattern: str) -> bool:
    """Whether it is too large to evaluate, such as one from another program."""
    depth = deepest = 0
    for character in pattern[:LONGEST]:
        depth += {"{": 1, "}": -1}.get(character, 0)
        deepest = max(deepest, depth)
    return len(pattern) > LONGEST or deepest > DEEPEST


def has_empty_option(pattern: str) -> bool:
    """Whether braces have an empty alternative, which not every version of Harbor matches."""
    return not _is_too_large(pattern) and any(
        not option or has_empty_option(option) for _start, options, _end in _braces(pattern) for option in options
    )


def is_nested(pattern: str) -> bool:
    """Whether braces contain slashes or braces, which not every version of Harbor can parse."""
    return not _is_too_large(pattern) and any(
        "/" in option or "{" in option for _start, options, _end in _braces(pattern) for option in options
    )


def _braces(pattern: str) -> Iterator[Tuple[int, List[str], int]]:
    """The outer braces of a valid pattern: start, alternatives, and end."""
    depth, start, cuts = 0, 0, [0]
    for match in _PIECE.finditer(pattern):
        piece = match.group()
        if piece == "{":
            depth += 1
            if depth == 1:
                start, cuts = match.start(), [match.end()]
        elif piece == "," and depth == 1:
            cuts.append(match.end())
        elif piece == "}" and depth:
            depth -= 1
            if not depth:
                ends = [*(cut - 1 for cut in cuts[1:]), match.start()]
                yield start, [pattern[first:last] for first, last in zip(cuts, ends)], match.end()


def alternatives(pattern: str) -> List[List[str]]:
    """Its expansion into patterns without braces, as lists of components; if too many, one for any name."""
    texts = _without_braces(pattern) if not _is_too_large(pattern) else []
    return [text.split("/") for text in texts] if texts else [[MANY]]


def _without_braces(pattern: str) -> List[str]:
    """The expansion, empty if too large."""
    texts = [pattern]
    while len(texts) <= _MOST_ALTERNATIVES:
        found = [next(_braces(text), None) for text in texts]
        if not any(found):
            return texts
        texts = [
            text[: braces[0]] + option + text[braces[2] :] if braces else option
            for text, braces in zip(texts, found)
            for option in (braces[1] if braces else [text])
        ]
    return []


def is_fixed(component: str) -> bool:
    """Whether it matches only itself."""
    return not _SPECIAL.search(component)


def lengths(components: List[str]) -> Tuple[int, Optional[int]]:
    """The smallest and largest number of components of matching names; V(None) for no limit."""
    single = sum(1 for component in components if component != MANY)
    if len(components) == single:
        return single, single
    return single + (1 if components[-1] == MANY else 0), None


def may_meet(one: List[str], other: List[str]) -> bool:
    """Whether some name may match both lists of components; V(True) if in doubt."""
    if len(one) + len(other) > _MOST_COMPARED:
        return True
    one, other = ([*item[:-1], "*", MANY] if item[-1] == MANY else item for item in (one, other))

    @functools.cache
    def meet(first: int, second: int) -> bool:
        if first == len(one) or second == len(other):
            return all(item == MANY for item in one[first:] + other[second:])
        if one[first] == MANY or other[second] == MANY:
            skipped = meet(first + 1, second) if one[first] == MANY else meet(first, second + 1)
            return skipped or (meet(first, second + 1) if one[first] == MANY else meet(first + 1, second))
        return _components_meet(one[first], other[second]) and meet(first + 1, second + 1)

    return meet(0, 0)


def matches(pattern: str, name: str) -> bool:
    """Whether a name matches; an empty pattern matches everything."""
    # Names have no special characters of patterns.
    return not pattern or any(may_meet(components, name.split("/")) for components in alternatives(pattern))


def _tokens(component: str) -> List[Optional[str]]:
    """Characters, classes, an empty string for C(?), V(None) for a star."""
    found: List[Optional[str]] = []
    for match in _TOKEN.finditer(component):
        if match.group("star"):
            found.append(None)
        elif match.group("one"):
            found.append("")
        else:
            found.append(match.group("class") or match.group("escaped") or match.group("other"))
    return found


def _characters_meet(one: Optional[str], other: Optional[str]) -> bool:
    if not one or not other or one == other:
        return True
    if len(one) > 1 and len(other) > 1:
        return True
    if len(one) == len(other) == 1:
        return False
    text, character = (one, other) if len(one) > 1 else (other, one)
    negated = text[1] == "^"
    ranges = re.findall(r"(\\.|[^\\])(?:-(\\.|[^\\]))?", text[2:-1] if negated else text[1:-1])
    return any(low[-1] <= character <= (high or low)[-1] for low, high in ranges) != negated


def _components_meet(one: str, other: str) -> bool:
    left, right = _tokens(one), _tokens(other)
    if len(left) + len(right) > _MOST_COMPARED:
        return True

    @functools.cache
    def meet(first: int, second: int) -> bool:
        if first == len(left) or second == len(right):
            return all(token is None for token in left[first:] + right[second:])
        if left[first] is None:
            return meet(first + 1, second) or meet(first, second + 1)
        if right[second] is None:
            return meet(first, second + 1) or meet(first + 1, second)
        return _characters_meet(left[first], right[second]) and meet(first + 1, second + 1)

    return meet(0, 0)
