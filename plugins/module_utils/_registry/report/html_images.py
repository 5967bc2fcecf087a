# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of a report as data for the page's script (C(_page.rows)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Iterator, List, Mapping, Sequence, Tuple

from ..._page.document import plain
from ..model.manifest import is_digest

Entry = Mapping[str, Any]
Entries = Callable[[], Iterable[Entry]]
"""Returns the entries of all images, from the start at each call."""


def rows_of(
    entries: Entries, outcomes: Sequence[str], redact: Callable[[str], str] = str
) -> Iterator[Tuple[str, List[Any]]]:
    """Each image as a row, with the title of its group.

    :param outcomes: by the number that stands for each.
    """
    numbers = {outcome: number for number, outcome in enumerate(outcomes)}
    for entry in entries():
        yield plain(title_of(entry), redact), _row(entry, numbers, redact)


def _row(entry: Entry, numbers: Mapping[str, int], redact: Callable[[str], str]) -> List[Any]:
    source, destination = str(entry.get("source") or ""), str(entry.get("destination") or "")
    name, target = _rest(source), _rest(destination)
    if target and target != name:
        name = "{0} \N{RIGHTWARDS ARROW} {1}".format(name, target)
    return [
        plain(name or source, redact),
        numbers.get(str(entry.get("outcome")), numbers["failed"]),
        int(entry.get("bytes") or 0),
        float(entry.get("seconds") or 0),
        [digest if is_digest(digest) else plain(digest, redact) for digest in _digests(entry)],
        [plain(note, redact) for note in _notes(entry)],
        plain(entry.get("rule") or "", redact),
    ]


def title_of(entry: Entry) -> str:
    """The two repositories of an image; with its shard, if it has one."""
    name = " \N{RIGHTWARDS ARROW} ".join((repository_of(entry.get("source")), repository_of(entry.get("destination"))))
    return "{0}: {1}".format(entry["shard"], name) if entry.get("shard") else name


def repository_of(reference: Any) -> str:
    """A reference without its tag, digest or expression; a colon may also precede a port."""
    text = str(reference or "").partition("@")[0].partition(":/")[0]
    folder, slash, name = text.rpartition("/")
    return folder + slash + name.partition(":")[0]


def _rest(reference: str) -> str:
    return reference[len(repository_of(reference)) :].lstrip(":@")


def _digests(entry: Entry) -> List[str]:
    """The digest; both, if that of the destination differs."""
    found = [str(entry[name]) for name in ("source_digest", "destination_digest") if entry.get(name)]
    return list(dict.fromkeys(found))


def _notes(entry: Entry) -> List[str]:
    """Further remarks on an image."""
    notes = [str(entry[name]) for name in ("reason", "error") if entry.get(name)]
    if entry.get("converted"):
        notes.append("converted for its destination")
    for key, unit, what in (
        ("recompressed", "layer", "recompressed with gzip"),
        ("dropped_platforms", "platform", "left out by the platform filter"),
    ):
        if entry.get(key):
            notes.append("{0:,} {1}{2} {3}".format(int(entry[key]), unit, "" if entry[key] == 1 else "s", what))
    if entry.get("attached_to"):
        notes.append("belongs to {0}".format(entry["attached_to"]))
    if entry.get("dropped"):
        notes.append("left out: {0}".format(", ".join(str(part) for part in entry["dropped"])))
    if entry.get("platforms"):
        notes.append(", ".join(str(platform) for platform in entry["platforms"]))
    return notes
