# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns a path into an open directory and a name in it, so that nobody can redirect it.

Each directory is opened relative to its parent, without following links. A link is followed if only root and this
user can change it: C(/var/run), a linked C(/home). A link that another user can change is rejected: between check
and use it could be pointed at any file of the system.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import grp
import os
import pwd
import stat
from typing import Iterator, List, NamedTuple, Optional, Tuple

from .errors import FilesError, MissingDirectoryError, check_path, reported

_MOST_LINKS = 40
# O_PATH needs only search permission on a directory, not read. Not every system has it.
_DIRECTORY = getattr(os, "O_PATH", os.O_RDONLY) | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class NewDirectories(NamedTuple):
    """How to create missing directories.

    :param owner: user and group ids; None for those of this process.
    """

    mode: int = 0o700
    owner: Optional[Tuple[int, int]] = None


class Folder(NamedTuple):
    """An open directory.

    :param path: its path, links resolved.
    :param exposed: whether other users can replace this directory.
    """

    descriptor: int
    path: str
    exposed: bool

    @property
    def shared(self) -> bool:
        """Whether other users can replace its entries."""
        found = os.fstat(self.descriptor)
        return self.exposed or not _is_trusted(found) or _is_writable_by_others(found)

    def can_replace(self, entry: os.stat_result) -> bool:
        """Whether other users can replace this entry. In a sticky directory only its owner can."""
        found = os.fstat(self.descriptor)
        if self.exposed or not _is_trusted(found):
            return True
        return _is_writable_by_others(found) and not (found.st_mode & stat.S_ISVTX and _is_trusted(entry))

    def look(self, name: str) -> Optional[os.stat_result]:
        """The entry's status, without following links; None if missing."""
        try:
            return os.stat(name, dir_fd=self.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None


def walk(path: str, make: Optional[NewDirectories] = None) -> Tuple[Folder, str]:
    """Open a path's directory; returns it with the name in it, which is not a link and need not exist.

    :param make: how to create missing directories; None to reject them.
    :raises MissingDirectoryError: a directory is missing.
    :raises FilesError: others can change a link, or the system refuses.
    """
    with reported("cannot be opened", check_path(path)):
        trail = [Folder(os.open("/", _DIRECTORY), "/", False)]
        try:
            name = _follow(trail, path, make)
        except BaseException:
            _close(trail)
            raise
        folder = trail.pop()
        _close(trail)
        return folder, name


def _close(trail: List[Folder]) -> None:
    for folder in trail:
        os.close(folder.descriptor)


def _parts(path: str) -> List[str]:
    return [part for part in reversed(path.split("/")) if part not in ("", ".")]


def _follow(trail: List[Folder], path: str, make: Optional[NewDirectories]) -> str:
    todo = _parts(os.path.join(os.getcwd(), path))
    links = 0
    while todo:
        here, name = trail[-1], todo.pop()
        if name == "..":
            # The directory that led here, even if this one has been moved meanwhile.
            if len(trail) > 1:
                os.close(trail.pop().descriptor)
            continue
        found = here.look(name)
        if found is not None and stat.S_ISLNK(found.st_mode):
            links += 1
            target = _target(here, name, found, path, links)
            if target.startswith("/"):
                _close(trail[1:])
                del trail[1:]
            todo += _parts(target)
        elif not todo:
            return name
        else:
            trail.append(_enter(here, name, found, path, make))
    raise FilesError("it is a directory, not a regular file", where=path, hint="Use the path of a regular file.")


def _target(here: Folder, name: str, found: os.stat_result, path: str, links: int) -> str:
    """The target of a link that only root and this user can change."""
    if links > _MOST_LINKS:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    if here.can_replace(found):
        raise FilesError(
            "{0} is a symbolic link that other users can change".format(os.path.join(here.path, name)),
            where=path,
            hint="Use the path of its target, or run the task as the owner of the link (become_user).",
        )
    return os.readlink(name, dir_fd=here.descriptor)


def _enter(
    here: Folder, name: str, found: Optional[os.stat_result], path: str, make: Optional[NewDirectories]
) -> Folder:
    full = os.path.join(here.path, name)
    if found is None:
        if make is None:
            raise MissingDirectoryError(
                "the directory {0} does not exist".format(full), where=path, hint="Create the directory first."
            )
        with (
            reported("the directory cannot be created", full, "Create it first."),
            contextlib.suppress(FileExistsError),
        ):
            _make(here, name, make)
    with reported("{0} cannot be opened".format(full), path):
        descriptor = os.open(name, _DIRECTORY, dir_fd=here.descriptor)
    return Folder(descriptor, full, here.can_replace(os.fstat(descriptor)))


def _make(here: Folder, name: str, make: NewDirectories) -> None:
    if make.owner is None or make.owner[0] == os.geteuid():
        os.mkdir(name, make.mode, dir_fd=here.descriptor)
    elif here.shared:
        # A later chown could hit a directory that somebody has swapped in for the new one.
        with _acting_as(*make.owner):
            os.mkdir(name, make.mode, dir_fd=here.descriptor)
    else:
        os.mkdir(name, make.mode, dir_fd=here.descriptor)
        os.chown(name, *make.owner, dir_fd=here.descriptor, follow_symlinks=False)


@contextlib.contextmanager
def _acting_as(uid: int, gid: int) -> Iterator[None]:
    """Within it this process has only that user's permissions."""
    groups, own_gid, own_uid = os.getgroups(), os.getegid(), os.geteuid()
    os.setgroups([gid])
    try:
        os.setegid(gid)
        os.seteuid(uid)
        yield
    finally:
        os.seteuid(own_uid)
        os.setegid(own_gid)
        os.setgroups(groups)


def _is_trusted(found: os.stat_result) -> bool:
    return found.st_uid in (0, os.geteuid())


def _is_writable_by_others(found: os.stat_result) -> bool:
    if found.st_mode & stat.S_IWOTH:
        return True
    return bool(found.st_mode & stat.S_IWGRP) and found.st_gid != 0 and not _is_own_group(found.st_gid, os.geteuid())


@functools.lru_cache(maxsize=256)
def _is_own_group(gid: int, uid: int) -> bool:
    """Whether the group contains only this user, as with private groups of the same name."""
    try:
        user, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    return user.pw_gid == gid and user.pw_name == group.gr_name and set(group.gr_mem) <= {user.pw_name}
