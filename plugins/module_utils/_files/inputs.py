# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading of files that the user names: only regular files of limited size.

Links are followed, because nothing is written. Files that are also written are read through C(SafeFile).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import stat
from typing import Iterator

from .errors import FilesError, check_path, refuse_unusual, reported

LARGEST = 64 * 1024 * 1024
"""Bytes of a file that is read as a whole, where nothing else is said."""

_LONGEST_LINE = 1024 * 1024

# Opening a named pipe waits for a writer, and opening a terminal can make it this process's own.
CAREFUL = os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC


def open_regular(path: str) -> int:
    """A descriptor for reading a regular file.

    :raises FileNotFoundError: there is no such file.
    :raises FilesError: it is not a regular file, or cannot be read.
    """
    try:
        # Opening some devices has side effects, so this check comes first.
        refuse_unusual(os.stat(check_path(path)), path)
        descriptor = os.open(path, os.O_RDONLY | CAREFUL)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise FilesError("cannot be read: {0}".format(error.strerror), where=path) from error
    try:
        refuse_unusual(os.fstat(descriptor), path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def read_bytes(path: str, limit: int = LARGEST) -> bytes:
    """Read a whole regular file.

    :raises FilesError: it is missing, cannot be read, is not a regular file, or has more than C(limit) bytes.
    """
    try:
        descriptor = open_regular(path)
    except FileNotFoundError as error:
        raise FilesError("the file does not exist", where=path) from error
    try:
        return b"".join(parts_of(descriptor, path, limit))
    finally:
        os.close(descriptor)


def parts_of(descriptor: int, where: str, limit: int) -> Iterator[bytes]:
    """The rest of an open file, in pieces.

    :raises FilesError: it cannot be read, or there are more than C(limit) bytes.
    """
    with reported("cannot be read", where):
        if os.fstat(descriptor).st_size > limit:
            raise _too_large(where, limit)
        left = limit
        while left >= 0:
            part = os.read(descriptor, min(left + 1, 1024 * 1024))
            if not part:
                return
            left -= len(part)
            yield part
    raise _too_large(where, limit)


def _too_large(where: str, limit: int) -> FilesError:
    return FilesError(
        "it has more than {0} bytes".format(limit), where=where, hint="Check the path, or shorten the file."
    )


def lines_of(path: str, limit: int) -> Iterator[bytes]:
    """The lines of a regular file; overlong lines come in pieces.

    :raises FileNotFoundError: there is no such file.
    :raises FilesError: it cannot be read, is not a regular file, or has more than C(limit) bytes.
    """
    with os.fdopen(open_regular(path), "rb") as file, reported("cannot be read", path):
        if os.fstat(file.fileno()).st_size > limit:
            raise _too_large(path, limit)
        left = limit
        for line in iter(lambda: file.readline(_LONGEST_LINE), b""):
            left -= len(line)
            if left < 0:
                raise _too_large(path, limit)
            yield line


def decode(raw: bytes, where: str) -> str:
    """Decode UTF-8, without a byte order mark.

    :raises FilesError: with the number of the line that is not UTF-8, but not its bytes.
    """
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
    raise FilesError("line {0} is not valid UTF-8".format(line), where=where, hint="Save the file as UTF-8.")


def check_authorities(path: str) -> str:
    """Check the path of a file or directory of certificate authorities, for a library that opens it itself.

    :raises FilesError: a library would block on it, or read it endlessly.
    """
    with reported("cannot be read", check_path(path)):
        found = os.stat(path)
    return path if stat.S_ISDIR(found.st_mode) else check_regular(path)


def check_regular(path: str) -> str:
    """Check the path of a regular file, for a library that opens it itself.

    :raises FilesError: it is missing, cannot be read, is not a regular file, or is too large.
    """
    read_bytes(path)
    return path
