# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time limits: for calls that have none, such as C(socket.getaddrinfo), and for whole replies.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import math
import threading
from typing import Callable, List, TypeVar

T = TypeVar("T")

WHOLE_REPLY = 5
"""A whole reply may take so many times the seconds of one read. Otherwise a server that sends a byte now and then would
hold a caller for ever."""

_UNITS = ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


class TimeIsUp(Exception):
    """The call did not return in time."""


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """Returns the result of C(call), or raises its exception.

    A call that does not return is abandoned in a daemon thread.

    :raises TimeIsUp: it did not return within this many seconds.
    """
    results: List[T] = []
    errors: List[Exception] = []

    def work() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001
            # Raised again in the waiting thread.
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeIsUp
    return results[0]


def in_words(seconds: float) -> str:
    """A duration in words, rounded up, in the largest unit that gives at least two: C(90 seconds), C(3 hours)."""
    size, unit = next((item for item in _UNITS if seconds >= 2 * item[0]), _UNITS[-1])
    count = math.ceil(min(seconds, 1e15) / size)
    return "{0} {1}{2}".format(count, unit, "" if count == 1 else "s")
