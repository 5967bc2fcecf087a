# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time, by a lock on a directory.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from typing import Iterator

from .errors import FilesError, reported
from .inputs import CAREFUL

_PAUSE = 0.1


@contextlib.contextmanager
def exclusive(directory: str, timeout: float) -> Iterator[None]:
    """Keep other runs out.

    :param timeout: seconds to wait for another run.
    :raises FilesError: the directory cannot be opened, or another run does not finish in time.
    """
    with reported("cannot be opened", directory):
        descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | CAREFUL)
    try:
        deadline = time.monotonic() + timeout
        while not _lock(descriptor, directory):
            if time.monotonic() > deadline:
                raise FilesError(
                    "another run has held it for {0:g} seconds".format(timeout),
                    where=directory,
                    hint="Wait until the other run has ended, and run again.",
                )
            time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, directory: str) -> bool:
    with reported("cannot be locked", directory):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True
