# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bandwidth limit that may change by the time of day, in the form of rclone's C(--bwlimit).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import time
from bisect import bisect
from typing import Callable, List, NamedTuple, Optional, Tuple

from ..._lazy import pattern
from ..._text import quoted
from ..errors import RulesError

UNLIMITED = "off"
LEAST, MOST = 1024, 1024**5
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = 24 * 60
_UNITS = " KMGTP"
_RATE = pattern(r"(\d{1,20}(?:\.\d{1,20})?)\s?(?:([KMGTP])(?:i?B)?|B)?\Z", re.ASCII | re.IGNORECASE)
_TIME = pattern(r"(?:([a-z]{3})-)?(\d\d?):(\d\d)\Z", re.ASCII | re.IGNORECASE)
_FORMS = "write bytes a second, as 50M, or a timetable, as 08:00,20M 18:00,off or Mon-08:00,20M Fri-18:00,off"


class Limit(NamedTuple):
    """From a minute of the week on (0: Monday, 00:00), so many bytes a second; None: any number."""

    minute: int
    rate: Optional[float]


class Timetable:
    """The limit at each time of a week, in the time zone of this host.

    :param limits: at least one; the last one of the week also applies to its beginning.
    """

    def __init__(self, limits: List[Limit]) -> None:
        self._limits = sorted(dict(limits).items())
        self._minutes = [minute for minute, _rate in self._limits]
        self._known: Tuple[int, Optional[float]] = (-1, None)

    def rate(self, moment: float) -> Optional[float]:
        """Bytes a second at a time of C(time.time()); None without a limit."""
        minute, rate = self._known
        now = int(moment // 60)
        if now != minute:
            local = time.localtime(moment)
            of_week = local.tm_wday * _DAY + local.tm_hour * 60 + local.tm_min
            rate = self._limits[bisect(self._minutes, of_week) - 1][1]
            self._known = (now, rate)
        return rate


def parse_limit(text: str, option: str) -> Callable[[float], Optional[float]]:
    """The limit, as a function of the time.

    :param text: bytes a second (C(50M)), or a timetable (C(08:00,20M Fri-18:00,off)); sizes are powers of 1024.
    :param option: its name, for messages.
    :raises RulesError: it is neither.
    """
    entries = text.split()
    if len(entries) == 1 and "," not in text:
        rate = _rate(entries[0], option)
        return lambda moment: rate
    limits: List[Limit] = []
    for entry in entries:
        limits += _entry(entry, option)
    if not limits:
        raise RulesError(["{0}: it is empty: {1}".format(option, _FORMS)])
    return Timetable(limits).rate


def _entry(entry: str, option: str) -> List[Limit]:
    begin, comma, amount = entry.partition(",")
    match = _TIME.match(begin)
    day = (match.group(1) or "").lower() if match else ""
    if match is None or not comma or int(match.group(2)) > 23 or int(match.group(3)) > 59 or (day and day not in _DAYS):
        raise RulesError(["{0}: {1} is invalid: {2}".format(option, quoted(entry), _FORMS)])
    minute, rate = int(match.group(2)) * 60 + int(match.group(3)), _rate(amount, option)
    days = [_DAYS.index(day)] if day else range(7)
    return [Limit(number * _DAY + minute, rate) for number in days]


def _rate(text: str, option: str) -> Optional[float]:
    if text.lower() == UNLIMITED:
        return None
    match = _RATE.match(text)
    if match is None:
        raise RulesError(["{0}: {1} is invalid: {2}".format(option, quoted(text), _FORMS)])
    rate = float(match.group(1)) * 1024 ** _UNITS.index((match.group(2) or " ").upper())
    if not LEAST <= rate <= MOST:
        raise RulesError(
            ["{0}: {1} must be between {2} and {3} bytes a second".format(option, quoted(text), LEAST, MOST)]
        )
    return rate
