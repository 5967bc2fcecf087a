# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time, and signals that let it go back.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import threading
import time
from typing import Any, Dict, Iterator

from .errors import DnsError

_PAUSE = 0.2


class Interrupted(BaseException):
    """A signal arrived. No program that is waited for may take it for a failure of its own."""


@contextlib.contextmanager
def exclusive(directory: str, timeout: float) -> Iterator[None]:
    """One run at a time on a server.

    :raises DnsError: another one does not end.
    """
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        deadline = time.monotonic() + timeout
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError as error:
                if error.errno not in (errno.EAGAIN, errno.EACCES):
                    raise
            if time.monotonic() > deadline:
                raise DnsError(
                    "another run changes this server, and did not end within {0:g} seconds".format(timeout),
                    where=directory,
                    hint="Run again when it has ended.",
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


class Signals:
    """Within it a signal is an exception, once: after C(ignore()) there are none."""

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
        raise Interrupted("interrupted by the signal {0}".format(number))

    def __exit__(self, *_error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
