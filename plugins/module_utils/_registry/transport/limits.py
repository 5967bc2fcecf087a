# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The limits of a run on registries and bandwidth: requests a second, parallel uploads, bytes a second.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, Optional

from ..model.swr import is_swr_basic
from ..model.timetable import parse_limit
from .settings import LimitSettings
from .throttle import Throttle

BURST = 0.1
"""Seconds of bandwidth that may be saved up while nothing is sent."""
PIECES_PER_SECOND = 16
LEAST_PIECE = 2048

SWR_RATE = 18.0
"""Requests a second for SWR's basic edition, which refuses more than 20 per account (T-Systems' SWR FAQ), with some
room for other use of the account. Other registries show their limit by refusing."""

SWR_UPLOADS = 20
"""Parallel layer uploads that SWR's basic edition accepts per account (user guide of SWR, "Notes and Constraints")."""


class Limits:
    """The limits of a run.

    :param everywhere: whether C(rate_limit) is for every registry; otherwise only for destinations.
    """

    def __init__(self, settings: LimitSettings, everywhere: bool = True) -> None:
        self._share = max(1, settings.limits_divided_by)
        self._rate = settings.rate_limit
        self._uploads = settings.upload_limit
        self._everywhere = everywhere
        self.bandwidth: Optional[Bandwidth] = None
        if settings.bandwidth_limit:
            self.bandwidth = Bandwidth(parse_limit(settings.bandwidth_limit, "bandwidth_limit"), self._share)

    def throttle(self, registry: str, first_pause: float, longest_wait: float) -> Throttle:
        """The throttle of a registry: with SWR's known limits, and the user's limit if it is for every registry."""
        known = is_swr_basic(registry)
        throttle = Throttle(first_pause, longest_wait=longest_wait)
        self._restrict(throttle, SWR_RATE if known else None, SWR_UPLOADS if known else None)
        if self._everywhere:
            self._restrict(throttle, self._rate, None)
        return throttle

    def restrict_destination(self, throttle: Throttle) -> None:
        """Apply the user's limits, which override the known ones."""
        self._restrict(throttle, self._rate, self._uploads)

    def _restrict(self, throttle: Throttle, rate: Optional[float], uploads: Optional[int]) -> None:
        throttle.restrict(rate / self._share if rate else None, max(1, uploads // self._share) if uploads else None)


class Bandwidth:
    """Maximum bytes a second that all uploads send together. Thread-safe.

    Each sender takes its turn piece by piece, and a piece is a fraction of a second's bytes: a single stream flows
    evenly, and with many, none waits long.

    :param limit: bytes a second at a time of C(time.time()); None: any number.
    :param share: among how many runs they are divided.
    """

    def __init__(
        self,
        limit: Callable[[float], Optional[float]],
        share: int = 1,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        time_of_day: Callable[[], float] = time.time,
    ) -> None:
        self._limit = limit
        self._share = share
        self._time_of_day = time_of_day
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._spent_until = clock()

    def slowed(self, send: Callable[[Any], None]) -> Callable[[Any], None]:
        """The same C(send), no faster than the limit."""

        def slow(block: Any) -> None:
            view = memoryview(block)
            while view:
                limit = self._limit(self._time_of_day())
                part = view
                if limit is not None:
                    rate = limit / self._share
                    part = view[: max(LEAST_PIECE, int(rate / PIECES_PER_SECOND))]
                    self._take(len(part), rate)
                send(part)
                view = view[len(part) :]

        return slow

    def _take(self, count: int, rate: float) -> None:
        with self._lock:
            now = self._clock()
            self._spent_until = max(self._spent_until, now - BURST) + count / rate
            wait = self._spent_until - now
        if wait > 0:
            self._sleep(wait)
