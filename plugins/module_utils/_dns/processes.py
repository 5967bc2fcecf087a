# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of this host, from C(/proc) (proc(5)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import errno
import os
from typing import List

from .._files.errors import FilesError
from .._files.inputs import open_regular

PROC = "/proc"
_LARGEST = 1024 * 1024


def read(proc: str, pid: str, name: str) -> str:
    """Read a file of a process.

    :raises OSError: it cannot be read, or the process has exited.
    """
    return text_of(os.path.join(proc, pid, name))


def text_of(path: str) -> str:
    """The beginning of a regular file, with any bytes.

    :raises OSError: it cannot be read, or is not a regular file.
    """
    try:
        descriptor = open_regular(path)
    except FilesError as error:
        # The caller's message says that the file cannot be read.
        raise OSError(errno.EINVAL, error.what.replace("cannot be read: ", "", 1)) from error
    with os.fdopen(descriptor, "rb") as handle:
        return handle.read(_LARGEST).decode("utf-8", "replace")


def pids_of(command: str, proc: str = PROC) -> List[str]:
    """The processes with this name (at most 15 characters, as the kernel keeps it), in order.

    Those in containers on this host are left out: they have another process id there.
    """
    found = []
    for pid in sorted(filter(str.isdigit, os.listdir(proc)), key=int):
        try:
            if read(proc, pid, "comm").strip() == command and not _is_in_container(read(proc, pid, "status")):
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just exited.
    return found


def _is_in_container(status: str) -> bool:
    ids = [line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")]
    return any(len(item) > 1 for item in ids)
