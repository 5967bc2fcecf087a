# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Schedules in Harbor's format: six fields, the first for seconds.

Harbor's oldest versions accept more, the newest ones reject schedules that run every minute, and all accept
some that are never due, such as C(0 0 0 31 2 *). Only schedules that every version runs are accepted here.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, List, NamedTuple, Optional, Set

from ..errors import HarborError


class _Field(NamedTuple):
    name: str
    lowest: int
    highest: int
    names: Dict[str, int]


_MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY_NAMES = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = (
    _Field("seconds", 0, 59, {}),
    _Field("minutes", 0, 59, {}),
    _Field("hours", 0, 23, {}),
    _Field("day of the month", 1, 31, {}),
    _Field("month", 1, 12, {name: number for number, name in enumerate(_MONTH_NAMES, 1)}),
    _Field("day of the week", 0, 6, {name: number for number, name in enumerate(_DAY_NAMES)}),
)
_LONGEST = {1: 31, 2: 29, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}
_ITEM = re.compile(r"(?P<low>[*?]|[0-9]+|[A-Za-z]+)(?:-(?P<high>[0-9]+|[A-Za-z]+))?(?:/(?P<step>[0-9]+))?")
_HINT = (
    "Write six fields: seconds (0), minutes, hours, day of the month, month, day of the week (0 to 6, or sun to sat), "
    "as in '0 30 2 * * *' for half past two every day."
)


def canonical_cron(text: str) -> str:
    """The fields, separated by single spaces: Harbor counts spaces to find the seconds.

    :raises HarborError: some version of Harbor would reject it, or never run it.
    """
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise _refused(text, "it has {0} fields".format(len(fields)))
    values: List[FrozenSet[int]] = []
    for field, written in zip(_FIELDS, fields):
        try:
            values.append(_values(field, written))
        except ValueError as error:
            raise _refused(text, "{0}: {1}".format(field.name, error)) from None
    if fields[0] != "0":
        raise _refused(text, "the seconds must be 0")
    if len(values[1]) == 60:
        raise _refused(text, "it would run every minute")
    # If the day of the week is free, only the date decides; otherwise either is enough.
    free = any(item[0] in "*?" for item in fields[5].split(","))
    if free and not any(day <= _LONGEST[month] for month in values[4] for day in values[3]):
        raise _refused(text, "no month has such a day, so it would never run")
    return " ".join(fields)


def _refused(text: str, why: str) -> HarborError:
    return HarborError("invalid schedule {0!r}: {1}".format(text, why), where="cron", hint=_HINT)


def _values(field: _Field, written: str) -> FrozenSet[int]:
    """The values of a field.

    :raises ValueError: it cannot be parsed.
    """
    found: Set[int] = set()
    for item in written.split(","):
        match = _ITEM.fullmatch(item)
        if not match:
            raise ValueError("{0!r} cannot be read".format(item))
        found.update(_item_values(field, match.group("low"), match.group("high"), match.group("step")))
    return frozenset(found)


def _item_values(field: _Field, low: str, high: Optional[str], step: Optional[str]) -> range:
    if low in ("*", "?"):
        if high is not None:
            raise ValueError("invalid range '{0}-{1}'".format(low, high))
        first, last = field.lowest, field.highest
    else:
        first = _number(field, low)
        # A single value with a step starts there and continues to the end.
        last = _number(field, high) if high is not None else (field.highest if step is not None else first)
    if not field.lowest <= first <= last <= field.highest:
        raise ValueError("{0} to {1} is not within {2} to {3}".format(first, last, field.lowest, field.highest))
    every = int(step) if step is not None else 1
    if every == 0:
        raise ValueError("the step cannot be 0")
    return range(first, last + 1, every)


def _number(field: _Field, written: str) -> int:
    if written.isdigit():
        return int(written)
    if written.lower() not in field.names:
        raise ValueError("{0!r} is not a number or name".format(written))
    return field.names[written.lower()]
