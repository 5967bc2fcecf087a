# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits for users' YAML.

PyYAML recurses as deep as a document is nested, and a few lines of nested aliases, or of merges (C(<<)) of
them, can exceed any machine's memory.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple

from ._http_values import NotUnderstood
from ._lazy import pattern

DEEPEST = 100
"""Levels of lists and mappings."""
MOST_REPEATED = 1_000_000
"""Nodes that stand for others by way of aliases, each counted as often as it is repeated."""
MOST_DIGITS = 100

_NUMBER = pattern(r"[-+.0-9][-+.:_0-9a-fA-FxXob]*\Z")
_HALF = pattern("[\ud800-\udfff]")


class _Node(NamedTuple):
    """A node with its descendants: its anchor, their number, and their depth."""

    anchor: str
    size: int
    levels: int


def check_events(events: Iterable[Any]) -> None:
    """Check a document before it is loaded.

    :param events: C(yaml.parse) of the document, with the loader that will be used.
    :raises NotUnderstood: it is nested too deeply, too large with its aliases, or has too long a number.
    """
    anchors: Dict[str, _Node] = {}
    opened: List[_Node] = []
    repeated = 0
    for event in events:
        kind = type(event).__name__
        if kind in ("SequenceStartEvent", "MappingStartEvent"):
            opened.append(_Node(event.anchor or "", 1, 1))
            done = None
        elif kind in ("SequenceEndEvent", "MappingEndEvent"):
            done = opened.pop()
        elif kind == "ScalarEvent":
            _check_scalar(event)
            done = _Node(event.anchor or "", 1, 0)
        elif kind == "AliasEvent":
            if any(node.anchor == event.anchor for node in opened):
                raise NotUnderstood("an alias refers to a value that contains it")
            done = anchors.get(event.anchor, _Node("", 1, 0))._replace(anchor="")
            repeated += done.size
        else:
            continue
        if done is not None and done.anchor:
            anchors[done.anchor] = done
        if done is not None and opened:
            last = opened[-1]
            opened[-1] = _Node(last.anchor, last.size + done.size, max(last.levels, done.levels + 1))
        if len(opened) + (done.levels if done is not None else 0) > DEEPEST:
            raise NotUnderstood("it is nested too deeply")
        if repeated > MOST_REPEATED:
            raise NotUnderstood("its aliases repeat more than {0} values".format(MOST_REPEATED))


def _check_scalar(event: Any) -> None:
    if len(event.value) > MOST_DIGITS and not event.style and _NUMBER.match(event.value):
        raise NotUnderstood("it has a number of {0} characters: put it in quotes".format(len(event.value)))
    if _HALF.search(event.value):
        raise NotUnderstood("a string in it has half of a character")
