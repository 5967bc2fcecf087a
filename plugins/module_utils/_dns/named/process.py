# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a running BIND server sees of this host: its root directory, and the files there.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Any, Dict, Sequence, Tuple

from ..._files.mounts import mount_points
from ..processes import PROC, pids_of, read, text_of

ENFORCE = "/sys/fs/selinux/enforce"


def look_at_server(
    files: Sequence[str], folders: Sequence[str], proc: str = PROC, enforce: str = ENFORCE
) -> Dict[str, Any]:
    """The server's process and what it sees.

    :param files: its configuration files that get a line.
    :param folders: the directories for new files, the zone directory last.
    :param enforce: the file that shows whether SELinux is enforcing.
    :returns: C(pid), 0 if no server runs; C(root); C(unseen), paths that the server sees differently or not at all;
        C(in_place), whether one of the files is a mount point, which cannot be replaced; C(selinux_type) of the
        zone directory, empty if SELinux is not enforcing.
    """
    server, root, visible_root, mounted = "0", "/", "/", mount_points(proc)
    for pid in pids_of("named", proc):
        try:
            found = _root_of(pid, proc)
            mounted |= mount_points(proc, pid)
        except (FileNotFoundError, ProcessLookupError):
            continue  # It has just exited.
        server, (root, visible_root) = pid, found
        if root != "/":
            break
    existing = [path for path in [*files, *folders] if os.path.exists(path)]
    return {
        "pid": int(server),
        "root": root,
        "unseen": [path for path in existing if not _is_same(path, visible_root)] if server != "0" else [],
        "in_place": any(path in mounted for path in files),
        "selinux_type": _selinux_type(folders[-1], enforce),
    }


def _root_of(pid: str, proc: str) -> Tuple[str, str]:
    """A process's root directory, and the path through which it can be read."""
    link = os.path.join(proc, pid, "root")
    try:
        return os.readlink(link), link
    except PermissionError:
        # In containers root may not follow it: named's arguments say the same.
        words = read(proc, pid, "cmdline").split("\0")
        named = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "-t"] or ["/"]
        return named[0], named[0]


def _is_same(path: str, root: str) -> bool:
    try:
        return os.path.samefile(path, root.rstrip("/") + path)
    except OSError:
        return False


def _selinux_type(folder: str, enforce: str) -> str:
    try:
        if text_of(enforce)[:1] != "1":
            return ""
        label = os.getxattr(folder, "security.selinux")
        return label.decode("utf-8", "replace").rstrip("\0").split(":")[2]
    except (OSError, IndexError):
        return ""  # Without SELinux there are no labels.
