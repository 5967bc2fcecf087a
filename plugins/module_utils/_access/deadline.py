# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deadlines.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Callable, TypeVar

from .._time_limit import TimeIsUp, call_within
from .errors import Trouble

T = TypeVar("T")


class Deadline:
    """A point in time by which something must be done.

    :param seconds: seconds from now.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds until the deadline, negative afterwards."""
        return self._end - time.monotonic()

    def left(self) -> float:
        """Seconds until the deadline, as a socket timeout.

        :raises Trouble: it has passed.
        """
        left = self.remaining()
        if left <= 0:
            raise Trouble("timeout", "no answer within {0:g} seconds".format(self.seconds))
        return left


def bounded(call: Callable[[], T], deadline: Deadline) -> T:
    """The result of a call without a timeout of its own, such as getaddrinfo.

    :raises Trouble: it did not return in time.
    """
    try:
        return call_within(deadline.left(), call)
    except TimeIsUp:
        raise Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds)) from None
