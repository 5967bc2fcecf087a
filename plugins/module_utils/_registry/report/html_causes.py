# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The failures of a report by cause: a thousand images that fail for one reason are one thing to repair.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, Iterator, List, Mapping, Set, Tuple

from ..._page.elements import Cause

SHOWN = 100
"""Images named below a cause; the list of all images has every one."""

MOST = 100
"""Causes named."""

# What differs between two images that fail for the same reason: digests, numbers, quoted names.
_DIFFERENT = re.compile(r"sha(?:256|512):[0-9a-f]+|\"[^\"]*\"|\d+")


class Group:
    """Failures with one cause. C(what) is that of the first."""

    def __init__(self, what: str, code: str, hint: str) -> None:
        self.what = what
        self.code = code
        self.hint = hint
        self.count = 0
        self.places: List[Tuple[str, str, str]] = []


class Causes:
    """Collects failures.

    :ivar groups: by what makes them alike. :ivar texts: their complete messages.
    """

    def __init__(self) -> None:
        self.groups: Dict[Tuple[str, str, str], Group] = {}
        self.texts: Set[str] = set()

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add a failed image, an entry of the report."""
        details = entry.get("details") or {}
        hint = str(details.get("hint") or entry.get("hint") or "")
        error = str(entry.get("error") or "")
        message = error.replace(" Remedy: " + hint, "") if hint else error
        what = str(details.get("what") or message or "failed for an unknown reason")
        code = str(details.get("code") or details.get("status") or "")
        key = (_DIFFERENT.sub("#", what), code, hint)
        if key not in self.groups and len(self.groups) >= MOST:
            key, what, code, hint = ("", "", ""), "other causes, see the list of all images", "", ""
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(what, code, hint)
            self.texts.add("not planned: {0}".format(error))
        group.count += 1
        if len(group.places) < SHOWN:
            rule = str(entry.get("rule") or "")
            rule = "{0}: {1}".format(entry["shard"], rule) if entry.get("shard") else rule
            group.places.append((str(entry.get("source") or ""), str(entry.get("destination") or ""), rule))

    def shown(self, text: Callable[[Any], str]) -> Iterator[Cause]:
        """The causes for the page, the most frequent first.

        :param text: makes HTML of a text.
        """
        for group in sorted(self.groups.values(), key=lambda group: -group.count):
            places = [
                "<code>{0}</code> &rarr; <code>{1}</code> <small>{2}</small>".format(*map(text, place))
                for place in group.places
            ]
            yield Cause(text(group.what), text(group.code), text(group.hint), group.count, places)
