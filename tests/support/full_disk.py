# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A full disk, for code that appends to regular files, which rejects the device C(/dev/full)."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import Iterator
from unittest import mock

_write = os.write


def _full(descriptor: int, data: bytes) -> int:
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    return _write(descriptor, data)


@contextlib.contextmanager
def full_disk() -> Iterator[None]:
    """Within it C(os.write) to regular files fails for lack of space."""
    with mock.patch.object(os, "write", _full):
        yield
