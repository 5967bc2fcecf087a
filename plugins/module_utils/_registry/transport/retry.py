# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Trying again: one unit of work, one registry's patience.

A unit (a request, a blob) that failed for a passing reason is tried again after a growing pause. A registry that says
it is asked too much (429, 503) slows all work that goes to it, because otherwise the other workers keep the throttle
shut.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import random
import time
from typing import Callable, Optional, TypeVar

from ..errors import RegistryError

T = TypeVar("T")

THROTTLED = (429, 503)
"""SWR answers 503 where others answer 429; both mean: not now."""

LONGEST_PAUSE = 60
"""The longest pause, in first pauses: half a minute where the first is half a second."""

LONGEST_RETRY_AFTER = 900.0


class Retrier:
    """Runs units of work again while that can help.

    :param retries: how often a unit is tried again after it failed; a throttled unit four times as often.
    :param base: seconds of the first pause.
    :ivar on_retry: told of each failure that is tried again; for the log.
    """

    def __init__(
        self,
        retries: int = 3,
        base: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.retries = retries
        self.on_retry: Optional[Callable[[RegistryError], None]] = None
        self._base = base
        self._sleep = sleep
        self._jitter = jitter

    def run(self, unit: Callable[[], T]) -> T:
        """Call C(unit) until it returns.

        :raises RegistryError: the last error, when it is final or the tries are used up. It is not retryable then, so
            that a unit inside another is not tried again the product of both numbers.
        """
        failed = throttled = 0
        while True:
            try:
                return unit()
            except RegistryError as error:
                if not error.retryable:
                    raise
                if error.status in THROTTLED:
                    throttled += 1
                else:
                    failed += 1
                if failed > self.retries or throttled > 4 * self.retries:
                    error.retryable = False
                    raise
                self.note(error)
                self._pause(error, failed)

    def note(self, error: RegistryError) -> None:
        """Tell the log of a failure after which the work goes on."""
        if self.on_retry is not None:
            self.on_retry(error)

    def _pause(self, error: RegistryError, failed: int) -> None:
        if error.status in THROTTLED:
            # The registry's pace, which every request waits for, already holds this pause.
            return
        pause = self._base * min(LONGEST_PAUSE, 2 ** (failed - 1)) * (0.75 + 0.5 * self._jitter())
        self._sleep(max(pause, min(error.retry_after or 0.0, LONGEST_RETRY_AFTER)))
