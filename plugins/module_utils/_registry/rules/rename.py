# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of a namespace's repositories at the destination: steps applied to a name in order.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple

from ..._lazy import pattern
from ..._text import quoted
from ..config.documents import describe
from .expressions import Expression, ExpressionProblem
from .patterns import PatternProblem, compile_expression

_KINDS: Dict[str, Tuple[str, ...]] = {
    "replace": ("with",),
    "regex": ("with",),
    "flatten": ("separator",),
    "prefix": (),
}
"""The kinds of steps, and their further keys."""

_SEPARATOR = pattern(r"[._-]{1,2}\Z")


@dataclass(frozen=True)
class Step:
    """One change of a name.

    :ivar kind: C(replace), C(regex), C(flatten) or C(prefix).
    :ivar text: the text to replace or prepend.
    :ivar value: its replacement; for C(flatten) the separator, empty to leave the levels out.
    :ivar levels: how many levels C(flatten) removes; None for all.
    """

    kind: str
    text: str = ""
    value: str = ""
    levels: Optional[int] = None
    pattern: Optional[Expression] = None

    def __call__(self, name: str) -> str:
        if self.kind == "replace":
            return name.replace(self.text, self.value)
        if self.kind == "prefix":
            return self.text + name
        if self.kind == "flatten":
            parts = name.split("/")
            # The last part is the repository's own and stays.
            levels = len(parts) - 1 if self.levels is None else min(self.levels, len(parts) - 1)
            head = [self.value.join(parts[: levels + 1])] if self.value else [parts[levels]]
            return "/".join(head + parts[levels + 1 :])
        return self.pattern.replace(self.value, name) if self.pattern is not None else name


def read_rename(value: Any, where: str, problems: List[str]) -> Tuple[Step, ...]:
    """The steps of a list of mappings, each with one kind; problems name the place."""
    items = [value] if isinstance(value, dict) else value
    if not isinstance(items, list) or not items:
        words = "an empty list" if items == [] else describe(value)
        problems.append("{0}: it is {1}: write a list of steps, such as flatten: true".format(where, words))
        return ()
    steps = []
    for number, item in enumerate(items, 1):
        step = _read_step(item, "{0}: item {1}".format(where, number), problems)
        if step is not None:
            steps.append(step)
    return tuple(steps)


def _read_step(item: Any, where: str, problems: List[str]) -> Optional[Step]:
    kinds = [kind for kind in _KINDS if isinstance(item, dict) and kind in item]
    if not isinstance(item, dict) or len(kinds) != 1:
        words = describe(item) if not isinstance(item, dict) else " and ".join(kinds) or "none of them"
        problems.append(
            "{0}: a step is a mapping with one of {1}, and it is {2}".format(where, ", ".join(_KINDS), words)
        )
        return None
    kind, count = kinds[0], len(problems)
    for name in item:
        if name != kind and name not in _KINDS[kind]:
            others = ", ".join(_KINDS[kind])
            hint = "beside {0} there is {1}".format(kind, others) if others else "{0} stands alone".format(kind)
            problems.append("{0}: the key {1} is unknown: {2}".format(where, quoted(str(name)), hint))
    step = _flatten(item, where, problems) if kind == "flatten" else _texts(kind, item, where, problems)
    return step if len(problems) == count else None


def _flatten(item: Dict[Any, Any], where: str, problems: List[str]) -> Optional[Step]:
    levels, separator = item["flatten"], item.get("separator", "")
    if levels is not True and (isinstance(levels, bool) or not isinstance(levels, int) or levels < 1):
        problems.append(
            "{0}: flatten: write true for all levels, or how many levels to take away, from 1 on".format(where)
        )
        return None
    if separator != "" and not (isinstance(separator, str) and _SEPARATOR.match(separator)):
        problems.append('{0}: separator: write what joins the levels, such as "-", "_" or "."'.format(where))
        return None
    return Step("flatten", value=separator, levels=None if levels is True else levels)


def _texts(kind: str, item: Dict[Any, Any], where: str, problems: List[str]) -> Optional[Step]:
    text, value = item[kind], item.get("with")
    if not isinstance(text, str) or not text:
        words = "empty" if text == "" else describe(text)
        problems.append("{0}: {1}: it is {2}: write a string".format(where, kind, words))
        return None
    if kind == "prefix":
        return Step(kind, text)
    if not isinstance(value, str):
        words = "missing" if "with" not in item else describe(value)
        problems.append('{0}: with: it is {1}: write the new text, "" to remove the old one'.format(where, words))
        return None
    if kind == "replace":
        return Step(kind, text, value)
    try:
        pattern = compile_expression(text)
    except PatternProblem as problem:
        problems.append("{0}: regex: {1}".format(where, problem))
        return None
    try:
        pattern.check_replacement(value)
    except ExpressionProblem as problem:
        problems.append(
            "{0}: with: invalid replacement {1}: {2} (a group of the expression is written \\1 or \\g<name>)".format(
                where, quoted(value), problem
            )
        )
        return None
    return Step(kind, text, value, pattern=pattern)
