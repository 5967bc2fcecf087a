# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What failed, by cause: a thousand images that fail for one reason are one thing to repair.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Sequence, Tuple

from .._lazy import pattern
from .._text import safe
from .elements import Cause

SHOWN = 100
"""Places kept of a cause; the list of everything has all of them."""

MOST = 100
"""Causes kept."""

OTHERS = "other causes"
"""What stands for the rest of them."""

NAMED = 20
"""Causes in a module's result; AWX drops a result that is too large."""

# What differs between two failures for the same reason: digests, numbers, quoted names.
_DIFFERENT = pattern(r"sha(?:256|512):[0-9a-f]+|\"[^\"]*\"|\d+")


class Group:
    """Failures with one cause. C(what) is that of the first."""

    def __init__(self, what: str, code: str, hint: str, mood: str) -> None:
        self.what = what
        self.code = code
        self.hint = hint
        self.mood = mood
        self.count = 0
        self.places: List[Tuple[str, ...]] = []


class Causes:
    """Collects failures.

    :ivar groups: by what makes them alike.
    """

    def __init__(self) -> None:
        self.groups: Dict[Tuple[str, str, str, str], Group] = {}

    def add(self, what: str, code: str, hint: str, place: Tuple[str, ...], mood: str = "bad") -> bool:
        """Add a failure; whether its cause is a new one.

        :param place: where it happened: from and to where, or one name; and any further remark.
        """
        key = (_DIFFERENT.sub("#", what), code, hint, mood)
        if key not in self.groups and len(self.groups) >= MOST:
            key, what, code, hint = ("", "", "", mood), OTHERS, "", ""
        group = self.groups.get(key)
        is_new = group is None
        if group is None:
            group = self.groups[key] = Group(what, code, hint, mood)
        group.count += 1
        if len(group.places) < SHOWN:
            group.places.append(place)
        return is_new

    def sorted(self) -> List[Group]:
        """Failures before warnings, the most frequent first, and what is not known by its cause last."""
        return sorted(self.groups.values(), key=lambda group: (group.mood != "bad", group.what == OTHERS, -group.count))

    def shown(self, text: Callable[[Any], str]) -> Iterator[Cause]:
        """The causes for a page.

        :param text: makes HTML of a text.
        """
        for group in self.sorted():
            places = [_place(place, text) for place in group.places]
            yield Cause(text(group.what), text(group.code), text(group.hint), group.count, places, group.mood)

    def as_list(self) -> List[Dict[str, Any]]:
        """The causes for a module's result, those that come first; C(first) is where each was seen first."""
        return [
            {
                "what": group.what,
                "code": group.code,
                "hint": group.hint,
                "count": group.count,
                "first": " -> ".join(name for name in group.places[0][:2] if name),
            }
            for group in self.sorted()[:NAMED]
        ]


def _place(place: Tuple[str, ...], text: Callable[[Any], str]) -> str:
    shown = " &rarr; ".join("<code>{0}</code>".format(text(name)) for name in place[:2] if name)
    return "{0} <small>{1}</small>".format(shown, text(place[2])) if len(place) > 2 else shown


def lines_of(causes: Sequence[Any], most: int, noun: str) -> List[str]:
    """Causes as lines for a terminal or a message, two for each: what failed, and what to do.

    :param causes: as in a module's result. :param noun: what was counted, in the plural.
    """
    lines = []
    for cause in causes[:most]:
        count, where = cause["count"], safe(cause["first"], 300)
        if count > 1:
            where = "{0:,} {1}, the first {2}".format(count, noun, where)
        code = " ({0})".format(safe(cause["code"], 60)) if cause["code"] and cause["code"] not in cause["what"] else ""
        lines.append("failed: {0}: {1}{2}".format(where, safe(cause["what"], 300), code))
        if cause["hint"]:
            lines.append("    remedy: {0}".format(safe(cause["hint"])))
    return lines
