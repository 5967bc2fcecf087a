# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time that runs out.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
import time
from typing import Any, Callable, List

from .errors import Trouble


class Deadline:
    """A moment before which something must have ended.

    :param seconds: how far away it is.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def remaining(self) -> float:
        """Seconds until then, negative afterwards."""
        return self._end - time.monotonic()

    def left(self) -> float:
        """Seconds until then, as a socket's timeout.

        :raises Trouble: it has passed.
        """
        left = self.remaining()
        if left <= 0:
            raise Trouble("timeout", "no answer within {0:g} seconds".format(self.seconds))
        return left


def bounded(call: Callable[[], Any], deadline: Deadline) -> Any:
    """The result of a call that knows no timeout of its own, such as getaddrinfo.

    A call that does not come back is left behind in its thread, which does not keep the process alive.

    :raises Trouble: it did not come back in time.
    """
    outcome: List[Any] = []

    def work() -> None:
        try:
            outcome.append((call(), None))
        except Exception as error:  # noqa: BLE001
            # Raised again where it is waited for.
            outcome.append((None, error))

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(deadline.left())
    if not outcome:
        raise Trouble("timeout", "no answer within {0:g} seconds".format(deadline.seconds))
    value, error = outcome[0]
    if error is not None:
        raise error
    return value
