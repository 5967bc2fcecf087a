# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of this room, and the words for what is not a regular file.

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

# What can be done about a refusal of the system's, where nothing better is known.
_REMEDIES = {
    errno.EROFS: "Its file system is mounted read-only: mount it for writing, or set another path.",
    errno.EPERM: "Run the task as root (become). If that fails too, the file or its directory is immutable: "
    '"lsattr" shows the flags i and a, and "chattr -ia" removes them.',
    errno.EACCES: "Run the task as a user who may do that (become).",
    errno.ENOSPC: "Free up space on its disk.",
    errno.EDQUOT: "Free up space on its disk.",
}


class FilesError(LongshoreError):
    """A file or directory cannot be used, or is refused because others could turn the work against this user."""


class MissingDirectoryError(FilesError):
    """A directory on the way to a file does not exist."""


def refuse_unusual(found: os.stat_result, where: str) -> None:
    """Accept a regular file, and nothing else.

    :raises FilesError: naming what it is instead.
    """
    if stat.S_ISREG(found.st_mode):
        return
    kind = next((words for test, words in _KINDS if test(found.st_mode)), "not a file")
    raise FilesError("it is {0}, not a regular file".format(kind), where=where, hint="Use the path of a regular file.")


@contextlib.contextmanager
def reported(what: str, where: str, hint: Optional[str] = None) -> Iterator[None]:
    """Within it an error of the system becomes one of this room.

    :param what: what could not be done, as in C(cannot be read).
    :param hint: what can be done about it; by default it goes by the system's reason.
    :raises FilesError: naming the file and the system's reason.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise FilesError(
            "{0}: {1}".format(what, reason), where=where, hint=hint or _REMEDIES.get(error.errno)
        ) from error


def check_path(path: str) -> str:
    """A path that the system can take.

    :raises FilesError: it is empty, or has a null character.
    """
    if not path or "\0" in path:
        raise FilesError("{0!r} is not a path".format(path), hint="Use the path of a regular file.")
    return path
