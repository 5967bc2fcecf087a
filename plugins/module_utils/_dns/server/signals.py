# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signals that make a run roll back.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import signal
import threading
from typing import Any, Dict


class Interrupted(BaseException):
    """A signal arrived. Not an Exception, so that no handler takes it for a program's failure."""


class Signals:
    """Within it the first signal raises an exception; after C(ignore()) none does."""

    _NUMBERS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def __enter__(self) -> Signals:
        self._before: Dict[int, Any] = {}
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._arrived) for number in self._NUMBERS}
        return self

    def ignore(self) -> None:
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)

    def _arrived(self, number: int, _frame: Any) -> None:
        self.ignore()
        raise Interrupted("interrupted by signal {0}".format(number))

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
