# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files changed together: all of them, or none.

Whatever needs space on the disk is written before the first file changes: the new texts to files beside the old ones,
and the way back as hard links, so that going back needs none. Then files are only renamed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
import time
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence

from .errors import DnsError

_SELINUX = "security.selinux"


class FileChange(NamedTuple):
    """A file as it is and as it is to be; C(None) for no file.

    :param mode: permissions, None to keep those that it has.
    :param group: id of the group, None to keep the one that it has.
    :param in_place: whether to write into the file itself, which is a mount that cannot be replaced.
    :param secret: whether its text is not to be shown.
    """

    path: str
    old: Optional[bytes]
    new: Optional[bytes]
    mode: Optional[int] = None
    group: Optional[int] = None
    in_place: bool = False
    secret: bool = False


def read_file(path: str) -> Optional[bytes]:
    """The bytes of a file, None for no file.

    :raises DnsError: it cannot be read.
    """
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise DnsError("cannot be read: {0}".format(error.strerror), where=path) from error


def differs(change: FileChange) -> bool:
    """Whether there is anything to do."""
    if change.old != change.new:
        return True
    if change.new is None:
        return False
    found = os.stat(change.path)
    return (change.mode is not None and stat.S_IMODE(found.st_mode) != change.mode) or (
        change.group is not None and found.st_gid != change.group
    )


class FileTransaction:
    """Changes files together.

    :param changes: in the order in which they are made.
    """

    def __init__(self, changes: Sequence[FileChange]) -> None:
        self._changes = list(changes)
        self._new: Dict[str, str] = {}
        self._old: Dict[str, str] = {}
        self._done: List[FileChange] = []

    def prepare(self) -> None:
        """Write everything that needs space. No file has changed after this.

        :raises DnsError: the disk is full, or the like.
        """
        for change in self._changes:
            _reported(change.path, lambda change=change: self._prepare(change))

    def _prepare(self, change: FileChange) -> None:
        if change.in_place:
            return
        folder, name = os.path.split(change.path)
        if change.old is not None:
            descriptor, beside = tempfile.mkstemp(prefix=".{0}.old.".format(name), dir=folder)
            os.close(descriptor)
            os.unlink(beside)
            os.link(change.path, beside)
            self._old[change.path] = beside
        if change.new is None:
            return
        descriptor, temporary = tempfile.mkstemp(prefix=".{0}.new.".format(name), dir=folder)
        self._new[change.path] = temporary
        with os.fdopen(descriptor, "wb") as file:
            file.write(change.new)
            file.flush()
            os.fsync(file.fileno())
        self._dress(change, temporary)

    @staticmethod
    def _dress(change: FileChange, temporary: str) -> None:
        """Give the new file owner, permissions and SELinux's context of the old one, or those that were asked for."""
        mode, user, group = change.mode, -1, -1 if change.group is None else change.group
        if change.old is not None:
            found = os.stat(change.path)
            mode = stat.S_IMODE(found.st_mode) if mode is None else mode
            user, group = found.st_uid, found.st_gid if group == -1 else group
            # Without SELinux there is none to take over. A new file has the context of its directory.
            with contextlib.suppress(OSError, AttributeError):
                os.setxattr(temporary, _SELINUX, os.getxattr(change.path, _SELINUX))
        os.chown(temporary, user, group)
        os.chmod(temporary, 0o644 if mode is None else mode)

    def commit(self) -> None:
        """Put the new files into place.

        :raises DnsError: naming the file that this failed at.
        """
        for change in self._changes:
            # Before, not after: a signal may arrive in between.
            self._done.append(change)
            _reported(change.path, lambda change=change: self._put(change))

    def _put(self, change: FileChange) -> None:
        if change.in_place and change.new is not None:
            _overwrite(change.path, change.new)
        elif change.new is not None:
            os.replace(self._new[change.path], change.path)
            del self._new[change.path]
        elif os.path.lexists(change.path):
            os.unlink(change.path)

    def roll_back(self) -> List[str]:
        """Everything as it was; the paths that it could not be done for, with the reason."""
        failed = []
        while self._done:
            change = self._done.pop()
            try:
                self._back(change)
            except OSError as error:
                failed.append("{0}: {1}".format(change.path, error.strerror or error))
        return failed

    def _back(self, change: FileChange) -> None:
        if change.old is None:
            if os.path.lexists(change.path):
                os.unlink(change.path)
        elif change.in_place:
            _overwrite(change.path, change.old)
        else:
            os.replace(self._old[change.path], change.path)
            del self._old[change.path]
            # named does not load a zone file that is older than its last load.
            os.utime(change.path, ns=(time.time_ns(), time.time_ns()))

    def close(self) -> None:
        """Remove what only the transaction needs."""
        for beside in list(self._new.values()) + list(self._old.values()):
            if os.path.lexists(beside):
                os.unlink(beside)


def _overwrite(path: str, data: bytes) -> None:
    """Write into the file itself. It is not emptied first, so that a full disk leaves room for what was in it."""
    with open(path, "r+b") as file:
        file.write(data)
        file.flush()
        file.truncate(len(data))
        os.fsync(file.fileno())


def _reported(path: str, step: Callable[[], None]) -> None:
    try:
        step()
    except OSError as error:
        raise DnsError(
            "cannot be written: {0}".format(error.strerror or type(error).__name__),
            where=path,
            hint="Free space on its file system and look at the permissions of its directory.",
        ) from error
