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
import threading
import time
from typing import Callable, Dict, List, NamedTuple, Optional, TypeVar

from ..._time_limit import in_words
from ..errors import RegistryError
from .settings import ConnectionSettings

T = TypeVar("T")

THROTTLED = (429, 503)
"""SWR answers 503 where others answer 429; both mean: not now."""

LONGEST_PAUSE = 60
"""The longest pause, in first pauses: half a minute where the first is half a second."""


class Wait(NamedTuple):
    """A pause under way. C(until) is a time of C(time.monotonic), C(where) is what is waited for."""

    until: float
    where: str
    why: str


def too_long(retry_after: float, longest: float) -> str:
    """What to do when a server asks for more patience than it gets."""
    return (
        "The server asks to wait {0}, and at most {1} are allowed (longest_wait): run again then. What has "
        "arrived is kept.".format(in_words(retry_after), in_words(longest))
    )


class Retrier:
    """Runs units of work again while that can help.

    :param retries: how often a unit is tried again after it failed; a throttled unit four times as often.
    :param base: seconds of the first pause.
    :param longest_wait: seconds; a server that asks for a longer pause ends the tries.
    :ivar on_retry: told of each failure that is tried again; for the log.
    """

    def __init__(
        self,
        retries: int = 3,
        base: float = 0.5,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        longest_wait: float = ConnectionSettings.longest_wait,
    ) -> None:
        self.retries = retries
        self._longest_wait = longest_wait
        self._waits: Dict[int, Wait] = {}
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
                if (error.retry_after or 0.0) > self._longest_wait:
                    error.retryable = False
                    error.hint = too_long(error.retry_after or 0.0, self._longest_wait)
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
        seconds = max(pause, error.retry_after or 0.0)
        thread = threading.get_ident()
        self._waits[thread] = Wait(time.monotonic() + seconds, error.where or "", error.what)
        try:
            self._sleep(seconds)
        finally:
            del self._waits[thread]

    @property
    def waits(self) -> List[Wait]:
        """The pauses under way."""
        return list(self._waits.values())
