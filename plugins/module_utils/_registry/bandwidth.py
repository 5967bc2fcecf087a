# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A limit of bytes a second that many uploads share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable

BURST = 0.1
"""Seconds of bandwidth that may be saved up while nothing was to be sent."""

PIECES_PER_SECOND = 16
LEAST_PIECE = 2048


class Bandwidth:
    """Bytes a second that all uploads together send at most. Used by any number of threads.

    Each sender takes its turn piece by piece, and a piece is a fraction of a second's bytes: one stream alone flows
    evenly, and of many none waits long.

    :param rate: bytes a second.
    """

    def __init__(
        self, rate: float, clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._rate = rate
        self._piece = max(LEAST_PIECE, int(rate / PIECES_PER_SECOND))
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._spent_until = clock()

    def slowed(self, send: Callable[[Any], None]) -> Callable[[Any], None]:
        """The same C(send), no faster than the limit."""

        def slow(block: Any) -> None:
            view = memoryview(block)
            for start in range(0, len(view), self._piece):
                part = view[start : start + self._piece]
                self._take(len(part))
                send(part)

        return slow

    def _take(self, count: int) -> None:
        with self._lock:
            now = self._clock()
            self._spent_until = max(self._spent_until, now - BURST) + count / self._rate
            wait = self._spent_until - now
        if wait > 0:
            self._sleep(wait)
