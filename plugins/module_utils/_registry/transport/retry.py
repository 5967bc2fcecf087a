# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries: one unit of work, one registry's patience.

A unit (a request, a blob) that failed for a temporary reason is retried after a growing pause. A registry that asks for
fewer requests (429, 503) slows down all work for it, because otherwise the other workers would keep it throttled.

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
"""SWR answers 503 if others would answer 429; both mean: not now."""

LONGEST_PAUSE = 60
"""The longest pause, in first pauses: half a minute if the first is half a second."""


class Wait(NamedTuple):
    """A current pause. C(until) is a time of C(time.monotonic), C(where) is the target waited for."""

    until: float
    where: str
    why: str


def too_long(retry_after: float, longest: float) -> str:
    """What to do if a server asks for a longer pause than allowed."""
    return (
        "The server asks to wait {0}, and at most {1} are allowed (longest_wait): run again then. What has "
        "arrived is kept.".format(in_words(retry_after), in_words(longest))
    )


class Retrier:
    """Repeats units of work as long as that can help.

    :param retries: how often a failed unit is retried; a throttled unit four times as often.
    :param base: seconds of the first pause.
    :param longest_wait: seconds; a server that asks for a longer pause ends the retries.
    :ivar on_retry: called for each failure that is retried; for the log.
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

        :raises RegistryError: the last error, if it is final or the retries are used up. It is then no longer
            retryable, so that nested units do not multiply their retries.
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
        """Log a failure after which the work continues."""
        if self.on_retry is not None:
            self.on_retry(error)

    def _pause(self, error: RegistryError, failed: int) -> None:
        if error.status in THROTTLED:
            # The registry's throttle, which every request waits for, already includes this pause.
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
        """The current pauses."""
        return list(self._waits.values())
