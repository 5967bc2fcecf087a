# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several files changed together: all of them, or none.

Everything that needs disk space is written before the first file changes: the new texts next to the old files, and
hard links to the old files, so that rolling back needs none. Then files are only renamed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import os
import stat
from typing import Callable, Iterable, Iterator, List, NamedTuple, Optional, Sequence

from ..._files.aside import file_of
from ..._files.errors import FilesError
from ..._files.safe_file import Attributes, SafeFile, Staged, read_safely
from ..errors import DnsError


class FileChange(NamedTuple):
    """A file's current and desired content; C(None) for no file.

    :param mode: permissions, None to keep them.
    :param group: id of the group, None to keep it.
    :param in_place: whether to write into the file itself, which is a mount that cannot be replaced.
    :param secret: whether its text must not be shown.
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
    with _reported():
        return read_safely(path)


def written_at(path: str) -> float:
    """When a file was last written, in seconds since the epoch; zero for no file.

    :raises DnsError: it is not a regular file.
    """
    with _reported(), SafeFile(path) as file:
        found = file.status()
    return found.st_mtime if found else 0.0


def differs(change: FileChange) -> bool:
    """Whether there is anything to do.

    :raises DnsError: it is not a regular file.
    """
    if change.old != change.new:
        return True
    if change.new is None:
        return False
    with _reported(), SafeFile(change.path) as file:
        found = file.status()
    return found is None or (
        (change.mode is not None and stat.S_IMODE(found.st_mode) != change.mode)
        or (change.group is not None and found.st_gid != change.group)
    )


class Left(NamedTuple):
    """A file that a killed run left next to another: its old or its new version."""

    path: str
    of: str


def left_behind(folders: Iterable[str], is_ours: Callable[[str], bool]) -> List[Left]:
    """Files that killed runs left in these directories.

    :param is_ours: whether this path is one of our files.
    :raises DnsError: a directory cannot be read.
    """
    found = []
    for folder in sorted(set(folders)):
        with _reported(), SafeFile(os.path.join(folder, "any")) as file:
            names = sorted(filter(file_of, file.siblings()))
        of = [Left(os.path.join(folder, name), os.path.join(folder, file_of(name) or "")) for name in names]
        found += [left for left in of if is_ours(left.of)]
    return found


def remove_left(left: Iterable[Left]) -> None:
    """Remove it."""
    for item in left:
        with _reported(), SafeFile(item.path) as file:
            file.discard(os.path.basename(item.path))


def is_link(left: Left) -> bool:
    """Whether it is a hard link to the file: the run was killed before changing the file."""
    try:
        return os.path.samefile(left.path, left.of)
    except OSError:
        return False


class _Step:
    """One change in progress: a path, and the files next to it."""

    def __init__(self, change: FileChange) -> None:
        self.change = change
        self._file = SafeFile(change.path)
        self._new: Optional[Staged] = None
        self._old: Optional[str] = None

    def prepare(self) -> None:
        """Write everything that needs space."""
        change = self.change
        if change.in_place:
            return
        if change.new is not None:
            self._new = self._file.stage((change.new,), Attributes(change.mode, None, change.group))
        if change.old is not None:
            self._old = self._file.link_aside()

    def put(self) -> None:
        """Make the change."""
        change = self.change
        if change.in_place and change.new is not None:
            self._file.overwrite(change.new)
        elif self._new is not None:
            self._file.put(self._new)
            self._new = None
        else:
            self._file.remove()

    def back(self) -> None:
        """Restore the file."""
        change = self.change
        if change.old is None:
            self._file.remove()
        elif change.in_place:
            self._file.overwrite(change.old)
        elif self._old is not None:
            # With the current time: named does not load a zone file older than its last load.
            self._file.put_back(self._old)
            self._old = None

    def close(self) -> None:
        """Remove the files next to it."""
        for name in (self._new.name if self._new else None, self._old):
            if name is not None:
                self._file.discard(name)
        self._file.close()


class FileTransaction:
    """Changes files together.

    :param changes: in the order in which they are made.
    """

    def __init__(self, changes: Sequence[FileChange]) -> None:
        self._changes = list(changes)
        self._steps: List[_Step] = []
        self._done: List[_Step] = []

    def prepare(self) -> None:
        """Write everything that needs space. No file has changed after this.

        :raises DnsError: it fails, for example because the disk is full.
        """
        for change in self._changes:
            with _reported():
                self._steps.append(_Step(change))
                self._steps[-1].prepare()

    def commit(self) -> None:
        """Put the new files into place.

        :raises DnsError: with the file that failed.
        """
        for step in self._steps:
            # Before, not after: a signal may come in between.
            self._done.append(step)
            with _reported():
                step.put()

    def roll_back(self) -> List[str]:
        """Restore everything; returns the paths that failed, with the reason."""
        failed = []
        while self._done:
            step = self._done.pop()
            try:
                step.back()
            except FilesError as error:
                failed.append("{0}: {1}".format(step.change.path, error.what))
        return failed

    def close(self) -> None:
        """Remove the transaction's own files."""
        while self._steps:
            self._steps.pop().close()


@contextlib.contextmanager
def _reported() -> Iterator[None]:
    try:
        yield
    except FilesError as error:
        raise DnsError(error.what, where=error.where, hint=error.hint) from error
