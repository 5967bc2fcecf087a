# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Regular expressions that match in time proportional to the length of a name, whatever the expression.

Python's own matcher tries one path after another, and C(^v?(\\d+\\.?)+$) has more paths through a long tag than it can
ever try. Here all paths are followed at once, character by character (as in Go's RE2, used by the tools that such rules
come from). Features that need to remember the path are therefore missing, as in RE2: backreferences and lookaround.
Python's parser reads the expression, so it means the same as in Python.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import importlib
import re
import sys
from typing import Any, Callable, Dict, FrozenSet, List, Mapping, NamedTuple, Optional, Tuple

from ..._lazy import pattern

_parser: Any = importlib.import_module("re._parser" if sys.version_info >= (3, 11) else "sre_parse")

LONGEST = 10_000
MOST_STEPS = 10_000
"""Parts of an expression, each counted once per repetition."""
MOST_KNOWN = 10_000

_READ, _SPLIT, _MARK, _AT, _FOUND = range(5)
_REFUSED = {
    "GROUPREF": "a backreference",
    "GROUPREF_EXISTS": "a condition (?(...)...)",
    "ASSERT": "a lookahead or lookbehind (?=...)",
    "ASSERT_NOT": "a lookahead or lookbehind (?!...)",
    "FAILURE": "a lookahead or lookbehind (?!...)",
    "ATOMIC_GROUP": "an atomic group (?>...)",
    "POSSESSIVE_REPEAT": "a possessive quantifier",
}
_REFERENCE = pattern(r"\\(?:([1-9][0-9]?)|g<(\w+)>|(\\))")
_WORD = pattern(r"\w")

Reads = Callable[[str], bool]
Marks = Mapping[int, int]


class ExpressionProblem(Exception):
    """A clause that names the unsupported part of an expression."""


class _Step(NamedTuple):
    """One step of the program compiled from an expression.

    C(_READ): a character in C(reads). C(_SPLIT): continue at C(first), or else at C(second). C(_MARK): record the
    position as C(first). C(_AT): continue only if C(name) holds. C(_FOUND): the end.
    """

    kind: int
    first: int = 0
    second: int = 0
    reads: Optional[Reads] = None
    name: str = ""


class Expression:
    """A compiled expression.

    :raises re.error: it is invalid.
    :raises ExpressionProblem: it uses an unsupported feature.
    """

    def __init__(self, text: str) -> None:
        self.pattern = text
        if len(text) > LONGEST:
            raise ExpressionProblem("it has more than {0} characters".format(LONGEST))
        compiled = re.compile(text)
        self._groups = compiled.groups
        self._names = compiled.groupindex
        tree = _parser.parse(text)
        self._steps: List[_Step] = []
        self._repeats_nothing = False
        self._put(tree, tree.state.flags)
        self._add(_Step(_FOUND))
        self._known: Dict[Tuple[FrozenSet[int], str, str], Optional[FrozenSet[int]]] = {}

    # -- compiling ---------------------------------------------------------------------------------------------

    def _add(self, step: _Step) -> int:
        if len(self._steps) >= MOST_STEPS:
            raise ExpressionProblem("it has more than {0} parts, repeated ones counted each time".format(MOST_STEPS))
        self._steps.append(step)
        return len(self._steps) - 1

    def _put(self, tree: Any, flags: int) -> None:
        for name, value in ((operator.name, value) for operator, value in tree):
            if name in _REFUSED:
                raise ExpressionProblem("it has {0}".format(_REFUSED[name]))
            if name == "SUBPATTERN":
                group, added, removed, inner = value
                if group is not None:
                    self._add(_Step(_MARK, 2 * group))
                self._put(inner, (flags | added) & ~removed)
                if group is not None:
                    self._add(_Step(_MARK, 2 * group + 1))
            elif name == "BRANCH":
                self._put_branch(value[1], flags)
            elif name in ("MAX_REPEAT", "MIN_REPEAT"):
                self._put_repeat(*value, flags, name == "MAX_REPEAT")
            elif name == "AT":
                self._add(_Step(_AT, name=value.name))
            else:
                self._add(_Step(_READ, reads=_reader(name, value, flags)))

    def _put_branch(self, branches: Any, flags: int) -> None:
        ends = []
        for number, branch in enumerate(branches):
            if number == len(branches) - 1:
                self._put(branch, flags)
                break
            split = self._add(_Step(_SPLIT))
            self._put(branch, flags)
            ends.append(self._add(_Step(_SPLIT)))
            self._steps[split] = _Step(_SPLIT, split + 1, len(self._steps))
        for end in ends:
            self._steps[end] = _Step(_SPLIT, len(self._steps), len(self._steps))

    def _put_repeat(self, least: int, most: int, inner: Any, flags: int, greedy: bool) -> None:
        def split(place: int, inside: int, after: int) -> None:
            self._steps[place] = _Step(_SPLIT, *((inside, after) if greedy else (after, inside)))

        self._repeats_nothing |= most > 1 and inner.getwidth()[0] == 0
        start = len(self._steps)
        for _count in range(least):
            self._put(inner, flags)
            if len(self._steps) == start:
                # Repeating an empty match changes nothing.
                return
        if most == _parser.MAXREPEAT:
            start = self._add(_Step(_SPLIT))
            self._put(inner, flags)
            back = self._add(_Step(_SPLIT, start, start))
            split(start, start + 1, back + 1)
            return
        starts = []
        for _count in range(most - least):
            starts.append(self._add(_Step(_SPLIT)))
            self._put(inner, flags)
        for start in starts:
            split(start, start + 1, len(self._steps))

    # -- matching ----------------------------------------------------------------------------------------------

    def search(self, text: str) -> bool:
        """Whether the expression matches anywhere in a string."""
        places: FrozenSet[int] = frozenset()
        before = ""
        for char in (*text, ""):
            key = (places, before, char)
            try:
                following = self._known[key]
            except KeyError:
                following = self._follow(*key)
                if len(self._known) >= MOST_KNOWN:
                    self._known.clear()
                self._known[key] = following
            if following is None:
                return True
            places, before = following, char
        return False

    def _follow(self, places: FrozenSet[int], before: str, char: str) -> Optional[FrozenSet[int]]:
        """The steps reached after a character; None if the expression matched before it."""
        seen = set()
        waiting = [0, *places]
        found = set()
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            step = self._steps[place]
            if step.kind == _FOUND:
                return None
            if step.reads is None:
                waiting += self._ways(place, before, char)
            elif char and step.reads(char):
                found.add(place + 1)
        return frozenset(found)

    def _ways(self, place: int, before: str, char: str) -> Tuple[int, ...]:
        """Where a step that reads nothing continues, the preferred path first."""
        step = self._steps[place]
        if step.kind == _SPLIT:
            return step.first, step.second
        return (place + 1,) if step.kind == _MARK or _holds(step.name, before, char) else ()

    def _find(self, text: str, start: int, advance: bool) -> Optional[Marks]:
        """The positions of the first match and its groups.

        :param advance: an empty match at C(start) does not count.
        """
        found: Optional[Marks] = None
        threads: List[Tuple[int, Marks]] = []
        for position in range(start, len(text) + 1):
            before, char = text[position - 1 : position] if position else "", text[position : position + 1]
            if found is None:
                threads.append((0, {0: position}))
            following: List[Tuple[int, Marks]] = []
            seen = set()
            # The first thread is the one that Python would have tried first.
            waiting = threads[::-1]
            while waiting:
                place, marks = waiting.pop()
                if place in seen:
                    continue
                seen.add(place)
                step = self._steps[place]
                if step.kind == _FOUND:
                    if advance and position == start:
                        continue
                    found = dict(marks)
                    found[1] = position
                    break
                if step.reads is None:
                    noted = {**marks, step.first: position} if step.kind == _MARK else marks
                    waiting += [(way, noted) for way in reversed(self._ways(place, before, char))]
                elif char and step.reads(char):
                    following.append((place + 1, marks))
            threads = following
            if found is not None and not threads:
                break
        return found

    def replace(self, replacement: str, text: str) -> str:
        """The string with every match replaced, as by C(re.sub).

        :param replacement: checked by C(check_replacement).
        """
        parts: List[str] = []
        place, advance = 0, False
        while True:
            marks = self._find(text, place, advance)
            if marks is None:
                return "".join(parts) + text[place:]
            parts += (text[place : marks[0]], self._expand(replacement, text, marks))
            place, advance = marks[1], marks[0] == marks[1]

    def check_replacement(self, replacement: str) -> None:
        """
        :raises ExpressionProblem: it refers to a missing group, or has a backslash with another meaning, or the
            expression repeats what may be empty, where Python splits the text in its own way.
        """
        if self._repeats_nothing:
            raise ExpressionProblem("the expression repeats what may be empty, as in (a*)*")
        rest = _REFERENCE.sub("", replacement)
        if "\\" in rest:
            raise ExpressionProblem("it has a backslash that is neither \\1, \\g<name> nor \\\\")
        for match in _REFERENCE.finditer(replacement):
            if match.group(3) is None and self._group(match) is None:
                raise ExpressionProblem("it refers to the group {0}, which is not there".format(match.group()))

    def _group(self, match: Any) -> Optional[int]:
        name = match.group(1) or match.group(2)
        if name.isascii() and name.isdigit():
            return int(name) if len(name) < 4 and int(name) <= self._groups else None
        return self._names.get(name)

    def _expand(self, replacement: str, text: str, marks: Marks) -> str:
        def part(match: Any) -> str:
            group = None if match.group(3) else self._group(match)
            if group is None:
                return "\\"
            # A group that did not match is empty.
            return text[marks[2 * group] : marks[2 * group + 1]] if 2 * group + 1 in marks else ""

        return _REFERENCE.sub(part, replacement)


def _holds(name: str, before: str, after: str) -> bool:
    if name in ("AT_BEGINNING", "AT_BEGINNING_STRING"):
        return not before
    if name in ("AT_END", "AT_END_STRING"):
        return not after
    boundary = bool(_WORD.match(before)) != bool(_WORD.match(after))
    return boundary == (name == "AT_BOUNDARY")


def _reader(name: str, value: Any, flags: int) -> Reads:
    if name == "ANY":
        return lambda char: bool(flags & re.DOTALL) or char != "\n"
    if name == "IN":
        items = [(operator.name, item) for operator, item in value]
    elif name in ("LITERAL", "NOT_LITERAL"):
        items = [("NEGATE", None)] * (name == "NOT_LITERAL") + [("LITERAL", value)]
    else:
        raise ExpressionProblem("it has something that this version of Python calls {0}".format(name))
    negated = items[0][0] == "NEGATE"
    tests = [_test(kind, item, flags) for kind, item in items if kind != "NEGATE"]
    ignore = bool(flags & re.IGNORECASE)

    def reads(char: str) -> bool:
        forms = {char, char.lower(), char.upper()} if ignore else (char,)
        return any(test(form) for test in tests for form in forms) != negated

    return reads


def _test(kind: str, item: Any, flags: int) -> Reads:
    if kind == "LITERAL":
        return lambda char: char == chr(item)
    if kind == "RANGE":
        return lambda char: len(char) == 1 and item[0] <= ord(char) <= item[1]
    letter = {"DIGIT": "d", "SPACE": "s", "WORD": "w"}[item.name.rpartition("_")[2]]
    expression = re.compile("\\" + (letter.upper() if "_NOT_" in item.name else letter), flags & re.ASCII)
    return lambda char: expression.match(char) is not None
