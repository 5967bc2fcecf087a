# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The time at which a run begins nothing new.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import time
from datetime import datetime
from typing import Callable, Optional

from ..._lazy import pattern
from ..._text import quoted
from ..errors import RulesError

LATE = 3 * 3600
"""Seconds after a time of day for which a run that starts then is late, and does nothing: a shard may wait for a free
node. After that the time of the next day is meant."""
_TIME_OF_DAY = pattern(r"(\d\d?):(\d\d)\Z", re.ASCII)
_DATE = pattern(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)?\Z", re.ASCII)


class StopTime:
    """When a run stops.

    :param text: a time of day (C(06:00)), or a date with a time (ISO 8601), both local unless it names an offset; None
        or empty: never.
    :raises RulesError: it is neither.
    """

    def __init__(self, text: Optional[str] = None, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._moment = _moment(text.strip(), clock()) if text and text.strip() else float("inf")
        self.reason = "stop_at ({0}) was reached".format(text)

    @property
    def reached(self) -> bool:
        """Whether nothing new may begin."""
        return self._clock() >= self._moment


def _moment(text: str, now: float) -> float:
    match = _TIME_OF_DAY.match(text)
    try:
        if match is not None:
            return _next(int(match.group(1)), int(match.group(2)), now)
        if _DATE.match(text) is not None:
            return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        pass
    raise RulesError(
        [
            "stop_at: {0} is invalid: write a time, as 06:00, or a date and time, as 2027-01-31 06:00".format(
                quoted(text)
            )
        ]
    )


def _next(hour: int, minute: int, now: float) -> float:
    today = datetime.fromtimestamp(now).replace(hour=hour, minute=minute, second=0, microsecond=0)
    # Whole days are counted on the calendar: one of them may have 23 hours.
    days = [datetime.fromordinal(today.toordinal() + shift).replace(hour=hour, minute=minute) for shift in (-1, 0, 1)]
    return next(moment for moment in (day.timestamp() for day in days) if moment > now - LATE)
