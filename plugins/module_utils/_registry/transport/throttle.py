# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The request rate that a registry accepts, learned from its replies.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections import deque
from typing import Any, Callable, ContextManager, Deque, Mapping, Optional

from ..._time_limit import in_words
from ..model.quota import Quota, read_quota
from .retry import LONGEST_PAUSE, too_long
from .settings import ConnectionSettings

MOST_STRIKES = 12
SLOWEST = 2.0
"""The lowest rate of a throttle, in requests per first pause (4 a second if that is half a second)."""
LOOKS = 10
"""How often to try for new pulls within the window of a quota."""
TELLING = 0.04
"""The share of refusals in a second's replies that points to a rate limit. 20 requests a second that are answered, and
one more, are just above; a server that fails now and then is below."""


class Throttle:
    """How fast one registry may be asked; shared by everything that asks it.

    Refused requests pause all work for the registry. If a rate limit seems to be the reason, slightly less than the
    rate served in the last second becomes the limit, and grows until the next refusal, faster the longer that takes. A
    registry that answers 20 requests a second is thus asked nearly as often, whatever the number of workers.

    :param base: seconds of the first pause after a throttled reply; it doubles with each further one in a row.
    :param rate: known limit in requests a second; None: find out.
    :param uploads: maximum parallel blob uploads; None: any number.
    :param longest_wait: seconds that the registry may ask for.
    :ivar quota: the pull quota, if the registry has one.
    """

    def __init__(
        self,
        base: float = 0.5,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        rate: Optional[float] = None,
        uploads: Optional[int] = None,
        longest_wait: float = ConnectionSettings.longest_wait,
    ) -> None:
        self._base = base
        self._longest_wait = longest_wait
        self._clock = clock
        self._sleep = sleep
        self._jitter = jitter
        self._uploads = threading.BoundedSemaphore(uploads) if uploads else None
        self._most = rate
        self._rate = rate
        self._not_before = 0.0
        self._next_turn = 0.0
        self._strikes = 0
        self.quota: Optional[Quota] = None
        self._spent_at: Optional[float] = None
        self._pulls_at = 0.0
        self._slowed_at = 0.0
        self._served: Deque[float] = deque(maxlen=1000)
        self._refused: Deque[float] = deque(maxlen=1000)
        self._lock = threading.Lock()

    def restrict(self, rate: Optional[float], uploads: Optional[int]) -> None:
        """Set limits, before the registry is asked; None leaves that one unchanged."""
        if rate is not None and rate != self._most:
            self._most = self._rate = rate
        if uploads is not None:
            self._uploads = threading.BoundedSemaphore(uploads)

    @property
    def rate(self) -> Optional[float]:
        """The limit in force, in requests a second."""
        return self._rate

    def wait(self, pull: bool = False) -> None:
        """Return when the registry may be asked again.

        :param pull: for a request under the quota.
        """
        while True:
            with self._lock:
                now, start = self._clock(), self._start(pull)
                paused = now < start
                turn = start if paused else max(now, self._next_turn)
                if self._rate and not paused:
                    self._next_turn = turn + 1.0 / self._rate
            if turn > now:
                self._sleep(turn - now)
            # After a pause everybody takes a turn again: all at once would be refused again.
            if not paused and self._clock() >= self._start(pull):
                return

    def _start(self, pull: bool) -> float:
        return max(self._not_before, self._pulls_at) if pull else self._not_before

    def upload_slot(self) -> ContextManager[Any]:
        """Held while a blob is sent."""
        return self._uploads or contextlib.nullcontext()

    @property
    def pause(self) -> float:
        """Remaining seconds of a pause of all requests, or of manifests only, after a refusal."""
        return max(0.0, self._start(pull=True) - self._clock())

    def take_quota(self, headers: Mapping[str, str], pulled: bool) -> None:
        """Record the pull quota stated in a reply.

        :param pulled: it is the successful reply to a pull.
        """
        self.quota = read_quota(headers) or self.quota
        if pulled:
            self._spent_at = None

    def throttled(self, retry_after: Optional[float], spent: bool = False) -> Optional[str]:
        """Record a throttled reply. Returns why further requests are pointless; None: they are not.

        :param spent: the pull quota is used up, and the registry does not say until when.
        """
        with self._lock:
            now = self._clock()
            if spent and self.quota is not None:
                return self._wait_for_pulls(self.quota, now)
            self._refused.append(now)
            if now >= self._not_before:
                # Replies to requests that were in flight together count as one.
                self._strikes += 1
                self._slow_down(now)
            pause = self._base * min(LONGEST_PAUSE, 2 ** (self._strikes - 1)) * (0.75 + 0.5 * self._jitter())
            # Do not wait out a pause after which nothing will be asked.
            if (retry_after or 0.0) > self._longest_wait:
                return too_long(retry_after or 0.0, self._longest_wait)
            if self._strikes > MOST_STRIKES:
                return "The registry kept refusing for too long. Run again later: what has arrived is kept."
            self._not_before = max(self._not_before, now + max(pause, retry_after or 0.0))
            return None

    def _wait_for_pulls(self, quota: Quota, now: float) -> Optional[str]:
        """More pulls become available within the quota's window."""
        if self._spent_at is None:
            self._spent_at = now
        if quota.window > self._longest_wait or now >= self._spent_at + quota.window + 1:
            return (
                "All {0} pulls in {1} are used up{2}. Run again later, what has arrived is kept; or let the run wait "
                "(longest_wait: {3}); or log in with an account that has more pulls.".format(
                    quota.limit,
                    in_words(quota.window),
                    " for " + quota.counted_for if quota.counted_for else "",
                    quota.window,
                )
            )
        self._pulls_at = max(self._pulls_at, now + quota.window / LOOKS)
        return None

    def served(self, count: int = 1) -> None:
        """Record replies that were not throttled."""
        now = self._clock()
        self._strikes = 0
        self._served.extend([now] * count)
        if self._rate is not None and self._rate != self._most:
            with self._lock:
                # Each reply contributes its part of a second's growth.
                growth = min(1.0, 0.01 + 0.005 * (now - self._slowed_at) ** 2)
                faster = self._rate + growth
                self._rate = faster if self._most is None else min(self._most, faster)

    def _slow_down(self, now: float) -> None:
        served = sum(1 for moment in list(self._served) if now - moment < 1.0)
        refused = sum(1 for moment in list(self._refused) if now - moment < 1.0)
        least = SLOWEST / self._base if self._base > 0 else float("inf")
        if refused < TELLING * (served + refused) or (self._rate is None and served < least):
            return
        if self._rate is not None:
            served = min(self._rate, max(served, self._rate / 2))
        self._slowed_at = now
        slower = max(least, 0.9 * served)
        self._rate = slower if self._most is None else min(self._most, slower)
