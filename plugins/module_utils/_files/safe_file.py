# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing of one file: a name in a directory that stays open meanwhile.

Everything uses the directory's descriptor and descriptors of regular files. A new file gets its owner
and mode before it gets its name.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import errno
import os
import time
from typing import Iterable, Iterator, List, NamedTuple, Optional, Tuple, Union

from .aside import is_aside, name_aside
from .errors import FilesError, MissingDirectoryError, refuse_unusual, reported
from .inputs import CAREFUL, LARGEST, decode, parts_of
from .walk import NewDirectories, walk

_SELINUX = "security.selinux"
_ACL = "system.posix_acl_access"
_AS_CREATED = -1


class Attributes(NamedTuple):
    """The attributes of a new file; None keeps those of the old one.

    :param mode: permissions; 0644 if there was no file.
    :param uid: user id, C(-1) for this process's.
    :param gid: group id, likewise.
    """

    mode: Optional[int] = None
    uid: Optional[int] = None
    gid: Optional[int] = None


KEPT = Attributes()


def private(owner: Optional[Tuple[int, int]] = None) -> Attributes:
    """Attributes of a file only for its owner.

    :param owner: user and group ids; None for those of this process.
    """
    return Attributes(0o600, *(owner or (_AS_CREATED, _AS_CREATED)))


class Staged(NamedTuple):
    """A complete new file under a temporary name."""

    name: str
    status: os.stat_result


class SafeFile:
    """A file, existing or not.

    If other users can create entries under its name, only a regular file with no other name is touched.

    :param path: its path. Links that only root and this user can change are followed.
    :param make: how to create missing directories; None to reject them.
    :param owner: the id of the required owner if other users can create entries under its name; None
        for any.
    :ivar path: the path with links resolved.
    :raises MissingDirectoryError: its directory does not exist.
    :raises FilesError: its directory cannot be opened, or other users can change a link in the path.
    """

    def __init__(self, path: str, make: Optional[NewDirectories] = None, owner: Optional[int] = None) -> None:
        self._where = path
        self._owner = owner
        self._folder, self._name = walk(path, make)
        self.path = os.path.join(self._folder.path, self._name)
        self._names = 1

    def __enter__(self) -> SafeFile:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the directory."""
        os.close(self._folder.descriptor)

    # -- reading -----------------------------------------------------------------------------------------------

    def status(self) -> Optional[os.stat_result]:
        """The file's status, None if there is no file.

        :raises FilesError: it is not a regular file.
        """
        with reported("cannot be read", self._where):
            found = self._folder.look(self._name)
        if found is not None:
            self._check(found)
        return found

    def siblings(self) -> List[str]:
        """The names in its directory.

        :raises FilesError: they cannot be listed.
        """
        with reported("the directory cannot be read", os.path.dirname(self.path)):
            descriptor = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=self._folder.descriptor)
            try:
                return os.listdir(descriptor)
            finally:
                os.close(descriptor)

    def check_writable(self, replaced: bool = True) -> None:
        """Check that a file can be written here.

        :param replaced: whether the file will be replaced, or written in place.
        :raises FilesError: it cannot.
        """
        found = self.status()
        name = "." if replaced or found is None else self._name
        mode = os.W_OK | os.X_OK if name == "." else os.W_OK
        if not os.access(name, mode, dir_fd=self._folder.descriptor):
            with reported("cannot be written", self._where):
                system = os.statvfs(self._folder.path if name == "." else self.path)
                number = errno.EROFS if system.f_flag & os.ST_RDONLY else errno.EACCES
                raise OSError(number, os.strerror(number))

    def read(self, limit: int = LARGEST) -> Optional[bytes]:
        """The content, None if there is no file.

        :raises FilesError: it cannot be read, is not a regular file, or has more than C(limit) bytes.
        """
        with self._opened(os.O_RDONLY) as descriptor:
            return None if descriptor is None else b"".join(parts_of(descriptor, self._where, limit))

    def parts(self, limit: int = LARGEST) -> Iterator[bytes]:
        """The content in pieces, none if there is no file.

        :raises FilesError: as L(read,#).
        """
        with self._opened(os.O_RDONLY) as descriptor:
            if descriptor is not None:
                yield from parts_of(descriptor, self._where, limit)

    def _check(self, found: os.stat_result) -> None:
        refuse_unusual(found, self._where)
        if not self._folder.shared:
            return
        # Another user may have given a file of root's this name, by a hard link or by renaming.
        if found.st_nlink > self._names and found.st_nlink > self._names + self._left_behind(found):
            raise FilesError(
                "the file has other names (hard links), and other users can create some here",
                where=self._where,
                hint='Replace it with a copy, or remove the others: "find / -xdev -samefile {0}" lists them.'.format(
                    self.path
                ),
            )
        if self._owner not in (None, found.st_uid):
            raise FilesError(
                "the file belongs to the user with the ID {0}, and other users can create files here".format(
                    found.st_uid
                ),
                where=self._where,
                hint="Change its owner (chown {0} {1}), or remove it.".format(self._owner, self.path),
            )

    def _left_behind(self, found: os.stat_result) -> int:
        """The number of hard links to the file that a killed run left next to it."""
        looks = (self._folder.look(name) for name in self.siblings() if is_aside(name, self._name))
        return [look.st_ino for look in looks if look and look.st_dev == found.st_dev].count(found.st_ino)

    @contextlib.contextmanager
    def _opened(self, flags: int, what: str = "cannot be read") -> Iterator[Optional[int]]:
        """A descriptor of the file, None if there is no file."""
        if self.status() is None:
            yield None
            return
        with reported(what, self._where):
            descriptor = os.open(self._name, flags | CAREFUL | os.O_NOFOLLOW, dir_fd=self._folder.descriptor)
        try:
            self._check(os.fstat(descriptor))
            yield descriptor
        finally:
            os.close(descriptor)

    # -- writing -----------------------------------------------------------------------------------------------

    def replace(self, parts: Iterable[Union[bytes, str]], attributes: Attributes = KEPT) -> None:
        """Replace the file, or leave everything unchanged.

        :param parts: its content; strings are encoded as UTF-8.
        :raises FilesError: it cannot be written. Exceptions from C(parts) propagate.
        """
        staged = self.stage(parts, attributes)
        try:
            self.put(staged)
        except BaseException:
            self.discard(staged.name)
            raise

    def stage(self, parts: Iterable[Union[bytes, str]], attributes: Attributes = KEPT) -> Staged:
        """Write the new file under a temporary name next to the old one.

        :raises FilesError: it cannot be written. Exceptions from C(parts) propagate.
        """
        self.status()
        name = name_aside(self._name)
        with reported("cannot be written", self._where):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(name, flags, 0o600, dir_fd=self._folder.descriptor)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    for part in parts:
                        file.write(part.encode("utf-8") if isinstance(part, str) else part)
                    file.flush()
                    self._dress(descriptor, attributes)
                    os.fsync(descriptor)
                    return Staged(name, os.fstat(descriptor))
            except BaseException:
                self.discard(name)
                raise

    def put(self, staged: Staged) -> None:
        """Give a staged file its name.

        :raises FilesError: the name belongs to something other than a regular file, or the system refuses.
        """
        self.status()
        with reported("cannot be written", self._where):
            self._rename(staged.name)
        if self._folder.shared:
            now = self._folder.look(self._name)
            if now is None or _identity(now) != _identity(staged.status):
                raise FilesError(
                    "another process has replaced it",
                    where=self._where,
                    hint="Find out which process of the directory's owner does so, and run the task again.",
                )

    def discard(self, name: str) -> None:
        """Remove the temporary file from L(stage,#) or L(link_aside,#)."""
        with contextlib.suppress(OSError):
            os.unlink(name, dir_fd=self._folder.descriptor)

    def link_aside(self) -> str:
        """Give the file a second name, which keeps it when it is replaced.

        :returns: the name, for L(put_back,#).
        """
        return self._link(name_aside(self._name))

    def put_back(self, name: str) -> None:
        """Restore the file from its second name. Its modification time becomes the current time."""
        with reported("cannot be written", self._where):
            self._rename(name)
            now = time.time_ns()
            os.utime(self._name, ns=(now, now), dir_fd=self._folder.descriptor, follow_symlinks=False)

    def back_up(self) -> str:
        """Back up the file before it is replaced, under Ansible's name for backups. Returns the path."""
        moment = time.strftime("%Y-%m-%d@%H:%M:%S~")
        name = self._link("{0}.{1}.{2}".format(self._name, os.getpid(), moment))
        return os.path.join(self._folder.path, name)

    def overwrite(self, data: bytes) -> None:
        """Write into the file itself, which may be a mount point. It is not truncated first, so that on a full disk
        there is room to restore it.

        :raises FilesError: it does not exist, or cannot be written.
        """
        with self._opened(os.O_RDWR, "cannot be written") as descriptor, reported("cannot be written", self._where):
            if descriptor is None:
                raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))
            rest = data
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
            os.ftruncate(descriptor, len(data))
            os.fsync(descriptor)

    def append(self, mode: int = 0o600) -> int:
        """A descriptor for appending and reading. A missing file is created.

        :raises FilesError: the file cannot be opened, or is not a regular file.
        """
        self.status()
        flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | CAREFUL
        with reported("cannot be written", self._where):
            descriptor = os.open(self._name, flags, mode, dir_fd=self._folder.descriptor)
            try:
                self._check(os.fstat(descriptor))
            except BaseException:
                os.close(descriptor)
                raise
            return descriptor

    def remove(self) -> bool:
        """Remove the file; False if there is none.

        :raises FilesError: it is not a regular file, or cannot be removed.
        """
        if self.status() is None:
            return False
        with reported("cannot be removed", self._where):
            os.unlink(self._name, dir_fd=self._folder.descriptor)
        return True

    def _link(self, name: str) -> str:
        with reported("cannot be written", self._where):
            folder = self._folder.descriptor
            os.link(self._name, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
        self._names += 1
        return name

    def _rename(self, name: str) -> None:
        folder = self._folder.descriptor
        os.replace(name, self._name, src_dir_fd=folder, dst_dir_fd=folder)

    def _dress(self, descriptor: int, wanted: Attributes) -> None:
        """Give a new file its owner, permissions and SELinux context."""
        old = self.status()
        mode = wanted.mode
        if old is not None:
            mode = old.st_mode & 0o777 if mode is None else mode
            self._copy_labels(descriptor, everything=wanted.mode is None)
        uid = _AS_CREATED if wanted.uid is None else wanted.uid
        gid = _AS_CREATED if wanted.gid is None else wanted.gid
        if (uid, gid) != (_AS_CREATED, _AS_CREATED):
            with reported("its owner cannot be changed", self._where, "Run the task as root (become)."):
                os.fchown(descriptor, uid, gid)
        if old is not None:
            # Only root may change the owner: for other users it is not an error if that fails.
            with contextlib.suppress(PermissionError):
                os.fchown(
                    descriptor,
                    old.st_uid if wanted.uid is None else _AS_CREATED,
                    old.st_gid if wanted.gid is None else _AS_CREATED,
                )
        os.fchmod(descriptor, 0o644 if mode is None else mode)

    def _copy_labels(self, descriptor: int, everything: bool) -> None:
        """Copy the SELinux context, and with C(everything) access control lists and users' attributes."""
        # Not available on every system and file system, or to every user.
        with contextlib.suppress(FilesError, OSError, AttributeError), self._opened(os.O_RDONLY) as old:
            if old is None:  # It was removed; os.listxattr takes None for the current directory.
                return
            others = [name for name in os.listxattr(old) if name == _ACL or name.startswith("user.")]
            for name in (_SELINUX, *(others if everything else ())):
                with contextlib.suppress(OSError):
                    os.setxattr(descriptor, name, os.getxattr(old, name))


def _identity(found: os.stat_result) -> Tuple[int, ...]:
    """Identifies a file: inode numbers alone may be reused at once."""
    return (found.st_dev, found.st_ino, found.st_mode, found.st_uid, found.st_gid, found.st_size, found.st_mtime_ns)


def check_output(option: str, path: str, replaced: bool = True) -> None:
    """Check a file to be written later, before anything is done.

    :param option: the option with its path.
    :param replaced: whether it will be replaced, or appended to.
    :raises FilesError: it cannot be written.
    """
    try:
        with SafeFile(path) as file:
            file.check_writable(replaced)
    except FilesError as error:
        what = "{0} ({1})".format(error.what, option)
        raise FilesError(what, where=path, hint=error.hint) from error


def read_safely(path: str, limit: int = LARGEST, owner: Optional[int] = None) -> Optional[bytes]:
    """The content of a file that is also written, None if there is no such file or directory.

    :param owner: see C(SafeFile).
    :raises FilesError: see C(SafeFile).
    """
    try:
        with SafeFile(path, owner=owner) as file:
            return file.read(limit)
    except MissingDirectoryError:
        return None


def read_text_safely(path: str, limit: int = LARGEST, owner: Optional[int] = None) -> Optional[str]:
    """The same, as a string.

    :raises FilesError: see C(SafeFile); it is not UTF-8.
    """
    raw = read_safely(path, limit, owner)
    return None if raw is None else decode(raw, path)
