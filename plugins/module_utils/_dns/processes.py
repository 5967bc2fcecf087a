# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The processes of this host, from C(/proc) (proc(5)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import List, Set

PROC = "/proc"
_LARGEST = 1024 * 1024


def read(proc: str, pid: str, name: str) -> str:
    """A file of a process.

    :raises OSError: it cannot be read, or the process has ended.
    """
    with open(os.path.join(proc, pid, name), encoding="utf-8", errors="replace") as handle:
        return handle.read(_LARGEST)


def pids_of(command: str, proc: str = PROC) -> List[str]:
    """The processes with this name (at most 15 characters, as the kernel keeps it), in order.

    Those of containers on this host are left out: they have a process id of their own there.
    """
    found = []
    for pid in sorted(filter(str.isdigit, os.listdir(proc)), key=int):
        try:
            if read(proc, pid, "comm").strip() == command and not _is_in_container(read(proc, pid, "status")):
                found.append(pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just ended.
    return found


def _is_in_container(status: str) -> bool:
    ids = [line.split()[1:] for line in status.splitlines() if line.startswith("NSpid:")]
    return any(len(item) > 1 for item in ids)


def mount_points(proc: str = PROC, pid: str = "self") -> Set[str]:
    """The mount points that a process sees.

    :raises OSError: they cannot be read.
    """
    return {line.split()[4] for line in read(proc, pid, "mountinfo").splitlines()}
