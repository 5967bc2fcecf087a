# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files and directories that are mount points: these cannot be replaced.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Set

from .errors import reported
from .inputs import LARGEST, open_regular


def mount_points(proc: str = "/proc", pid: str = "self") -> Set[str]:
    """The mount points that a process sees (proc_pid_mountinfo(5)); empty for a process that has exited.

    :raises FilesError: they cannot be read.
    """
    path = os.path.join(proc, pid, "mountinfo")
    with reported("cannot be read", path):
        try:
            with os.fdopen(open_regular(path), "rb") as file:
                text = os.fsdecode(file.read(LARGEST))
        except (FileNotFoundError, ProcessLookupError):
            return set()
    return {_plain(line.split(" ")[4]) for line in text.splitlines() if line.count(" ") > 4}


def _plain(path: str) -> str:
    """Decode white space and backslashes, written as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found.group(1), 8)), path)
