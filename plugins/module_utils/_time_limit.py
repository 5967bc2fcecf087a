# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A time limit for calls that have none, such as C(socket.getaddrinfo).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Callable, List, TypeVar

T = TypeVar("T")


class TimeIsUp(Exception):
    """The call did not return in time."""


def call_within(seconds: float, call: Callable[[], T]) -> T:
    """The result of C(call), or the exception that it raises.

    A call that does not return is left behind in a thread that does not keep the process alive.

    :raises TimeIsUp: it did not return within this many seconds.
    """
    results: List[T] = []
    errors: List[Exception] = []

    def work() -> None:
        try:
            results.append(call())
        except Exception as error:  # noqa: BLE001
            # Raised again in the thread that waits.
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    if not results:
        raise TimeIsUp
    return results[0]
