# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record next to a credential file. The file's user can write it too.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import datetime
import re
from typing import Any, Dict

from .._errors import LongshoreError

RECORD = ".longshore.swr.json"

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|\+00:00)\Z")
_MOMENTS = ("expires_at", "written_at")


def parse_moment(text: str) -> datetime.datetime:
    """Parse a time in UTC, such as C(2026-02-05T10:00:00Z).

    :raises LongshoreError: it is invalid.
    """
    found = _MOMENT.match(text)
    try:
        moment = datetime.datetime.strptime("{0} {1}".format(*found.groups()) if found else "", "%Y-%m-%d %H:%M:%S")
    except ValueError:
        raise LongshoreError(
            "invalid UTC time {0!r}".format(text), where="expires_at", hint="Write it as 2026-02-05T10:00:00Z."
        ) from None
    return moment.replace(tzinfo=datetime.timezone.utc)


def notes_of(record: Any, name: str) -> Dict[str, Any]:
    """A record's notes on the file with this name. Malformed ones are ignored."""
    notes = record.get(name) if isinstance(record, dict) else None
    notes = notes if isinstance(notes, dict) else {}
    registries = notes.get("registries")
    registries = registries if isinstance(registries, dict) else {}
    return {
        "created": notes.get("created") is True,
        "registries": {registry: note for registry, note in registries.items() if _is_note(note)},
    }


def _is_note(note: Any) -> bool:
    if not isinstance(note, dict) or not all(isinstance(value, (str, type(None))) for value in note.values()):
        return False
    try:
        for key in _MOMENTS:
            if note.get(key) is not None:
                parse_moment(note[key])
    except LongshoreError:
        return False
    return True
