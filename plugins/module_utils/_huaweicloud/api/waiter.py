# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waits for a cloud object to reach a status.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import Any, Callable, Dict, Optional, Sequence

from ..._text import safe
from ..._time_limit import in_words
from ..errors import HuaweiCloudError

State = Dict[str, Any]


class Waiter:
    """Polls an object.

    :param timeout: maximum seconds to wait.
    :param interval: seconds between two polls.
    :param report: called with a message for each change of the status.
    """

    def __init__(
        self,
        timeout: float,
        interval: float,
        report: Callable[[str], None] = lambda text: None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = timeout
        self._interval = interval
        self._report = report
        self._sleep = sleep
        self._clock = clock

    def until(
        self,
        look: Callable[[], Optional[State]],
        done: Sequence[Optional[str]],
        failed: Sequence[str],
        what: str,
        status: Callable[[State], Any] = lambda state: state.get("status"),
    ) -> Optional[State]:
        """Wait until the object's status is one of C(done); returns the object.

        :param look: reads the object; None: it does not exist.
        :param done: the awaited statuses; None means that it is gone.
        :param failed: final failure statuses.
        :param what: the object, in words: C(VPC endpoint 0f3a...).
        :raises HuaweiCloudError: its status is one of C(failed), or the time is over. With the last status.
        """
        started, last = self._clock(), ""
        while True:
            state = look()
            now = None if state is None else str(status(state))
            words = "gone" if now is None else safe(now, 100) or "without a status"
            waited = self._clock() - started
            if words != last:
                self._report("{0}: {1} ({2:.0f} s)".format(what, words, waited))
                last = words
            if now in done:
                return state
            if now is None or now in failed:
                raise HuaweiCloudError(
                    "it is {0}".format(words),
                    where=what,
                    hint="Check it in the console: it does not change on its own.",
                )
            if waited + self._interval > self._timeout:
                raise HuaweiCloudError(
                    "it is still {0} after {1}".format(words, in_words(waited)),
                    where=what,
                    hint="Run the task again to continue waiting, or allow more time.",
                )
            self._sleep(self._interval)
