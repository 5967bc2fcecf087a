# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of file access, and names for what is not a regular file.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from typing import Iterator, Optional

from .._errors import LongshoreError

_KINDS = (
    (stat.S_ISDIR, "a directory"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)

# Default hints for errors of the system.
_REMEDIES = {
    errno.EROFS: "Its file system is mounted read-only: mount it for writing, or set another path.",
    errno.EPERM: "Run the task as root (become). If that fails too, the file or its directory is immutable: "
    '"lsattr" shows the flags i and a, and "chattr -ia" removes them.',
    errno.EACCES: "Run the task as a user who may do that (become).",
    errno.ENOSPC: "Free up space on its disk.",
    errno.EDQUOT: "Free up space on its disk.",
}


class FilesError(LongshoreError):
    """A file or directory cannot be used, or is rejected because other users could exploit it."""


class MissingDirectoryError(FilesError):
    """A directory on the way to a file does not exist."""


def refuse_unusual(found: os.stat_result, where: str) -> None:
    """Reject anything but a regular file.

    :raises FilesError: with what it is instead.
    """
    if stat.S_ISREG(found.st_mode):
        return
    kind = next((words for test, words in _KINDS if test(found.st_mode)), "not a file")
    raise FilesError("it is {0}, not a regular file".format(kind), where=where, hint="Use the path of a regular file.")


@contextlib.contextmanager
def reported(what: str, where: str, hint: Optional[str] = None) -> Iterator[None]:
    """Within it, system errors become FilesError.

    :param what: the failed action, such as C(cannot be read).
    :param hint: the remedy; by default it depends on the system's reason.
    :raises FilesError: with the file and the system's reason.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FilesError(
            "{0}: {1}".format(what, reason), where=where, hint=hint or _REMEDIES.get(error.errno)
        ) from error


def check_path(path: str) -> str:
    """Check that the system accepts a path.

    :raises FilesError: it is empty, or contains a null character.
    """
    if not path or "\0" in path:
        raise FilesError("{0!r} is not a path".format(path), hint="Use the path of a regular file.")
    return path
