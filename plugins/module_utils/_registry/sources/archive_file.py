# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Random access to tar files: plain ones directly, gzip-compressed ones from the nearest checkpoint.

A gzip file has no index. The single pass that finds the members saves the decompressor's state at some of them (about
45 KB each), and a member is read from there: nothing is written to disk, and memory is bounded.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import threading
import zlib
from collections import OrderedDict
from typing import Any, Dict, List, NamedTuple, Optional, Tuple

from ..._files.errors import FilesError
from ..._files.inputs import open_regular
from .tar_index import DAMAGED_HINT, ArchiveError, Member, TarReader, find_member, index_tar

CHUNK = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"
GZIP_WINDOW = 31
"""zlib's number for a gzip frame with the largest window."""
MOST_POINTS = 128
POINT_DISTANCE = 1024 * 1024
_REMEMBERED = 8

_OTHER_COMPRESSIONS = {
    b"BZh": ("bzip2", "bunzip2"),
    b"\xfd7zXZ": ("xz", "unxz"),
    b"\x28\xb5\x2f\xfd": ("zstd", "unzstd"),
}


class TarIndex(NamedTuple):
    """The positions of the members, and for a compressed archive the checkpoints, in order of position."""

    members: Dict[str, Member]
    points: Optional[List[Inflater]] = None


class PlainReader(TarReader):
    """Reads a file from a given position. Others may read it in parallel."""

    def __init__(self, descriptor: int, position: int = 0) -> None:
        self.position = position
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than C(size) only at the end."""
        parts = []
        while size > 0:
            part = _pread(self._descriptor, size, self.position)
            if not part:
                break
            parts.append(part)
            size -= len(part)
            self.position += len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Skip that many bytes without reading."""
        self.position += size
        if self.position > self._size:
            raise _cut()

    def at_member(self) -> None:
        """Any position can be read from."""


class Inflater(TarReader):
    """Reads the content of a gzip file, from its beginning or from a copy's position.

    :param source: the file's descriptor.
    """

    def __init__(self, source: int) -> None:
        self.position = 0
        self._source = source
        self._next = 0
        self._input = b""
        self._state: Any = zlib.decompressobj(GZIP_WINDOW)
        self._points: Optional[List[Inflater]] = None
        self._distance = POINT_DISTANCE

    def collect(self) -> List[Inflater]:
        """Collect checkpoints; the list fills while the archive is read."""
        self._points = [self.copy()]
        return self._points

    def copy(self, source: Optional[int] = None) -> Inflater:
        """A copy at the same position, reading from C(source)."""
        other = Inflater.__new__(Inflater)
        other.position, other._source = self.position, self._source if source is None else source
        # Input that was read but not used is read again, so that a saved checkpoint stays small.
        other._next, other._input = self._next - len(self._input), b""
        other._state, other._points, other._distance = self._state.copy(), None, self._distance
        return other

    def at_member(self) -> None:
        """Save a checkpoint, unless the last one is near. With too many, every other one is dropped."""
        if self._points is None or self.position - self._points[-1].position < self._distance:
            return
        if len(self._points) >= MOST_POINTS:
            del self._points[1::2]
            self._distance *= 2
        self._points.append(self.copy())

    def read(self, size: int) -> bytes:
        """The next bytes; fewer than C(size) only at the end."""
        parts = []
        while size > 0:
            part = self._inflate(size)
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def skip(self, size: int) -> None:
        """Skip that many bytes."""
        while size > 0:
            part = self._inflate(min(size, CHUNK))
            if not part:
                raise _cut()
            size -= len(part)

    def _inflate(self, most: int) -> bytes:
        while True:
            if self._state.eof and not self._next_frame():
                return b""
            if not self._input and not self._refill():
                raise _cut()
            try:
                part: bytes = self._state.decompress(self._input, min(most, CHUNK))
            except zlib.error as error:
                raise ArchiveError(
                    "the compressed archive is damaged", code="ARCHIVE_INVALID", hint=DAMAGED_HINT
                ) from error
            self._input = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
            if part:
                self.position += len(part)
                return part

    def _next_frame(self) -> bool:
        """A gzip file may have several parts in sequence (RFC 1952, section 2.2); zeros at its end are padding."""
        self._input = self._input.lstrip(b"\0")
        while not self._input:
            if not self._refill():
                return False
            self._input = self._input.lstrip(b"\0")
        self._state = zlib.decompressobj(GZIP_WINDOW)
        return True

    def _refill(self) -> bool:
        self._input = _pread(self._source, 64 * 1024, self._next)
        self._next += len(self._input)
        return bool(self._input)


class MemberReader:
    """The content of one member, block by block. C(size) is its total size."""

    def __init__(self, reader: TarReader, size: int) -> None:
        self.size = size
        self._reader = reader
        self._left = size

    def read(self, most: int = CHUNK) -> bytes:
        """The next bytes, at most C(most); empty at the end. :raises ArchiveError: the archive ends early."""
        wanted = min(most, self._left)
        block = self._reader.read(wanted)
        if len(block) < wanted:
            raise _cut()
        self._left -= wanted
        return block

    def close(self) -> None:
        """Nothing to release: the archive is shared by all its readers."""


class ArchiveFile:
    """An open archive. Thread-safe; must be closed.

    :param descriptor: of a regular file; this object takes ownership.
    :raises ArchiveError: it is not a readable archive.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        try:
            self._index = _index_of(descriptor)
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, path: str) -> ArchiveFile:
        """Open a file. :raises ArchiveError: it cannot be read, or is not an archive."""
        try:
            return cls(open_regular(path))
        except FileNotFoundError as error:
            raise ArchiveError("the file cannot be read: {0}".format(error.strerror)) from error
        except FilesError as error:
            raise ArchiveError(error.what, hint="Use a file that this user may read.") from error

    def has(self, name: str) -> bool:
        """Whether there is a member with this name."""
        return name in self._index.members

    def open_member(self, name: str) -> MemberReader:
        """Read a file of the archive. :raises ArchiveError: it does not exist."""
        member = find_member(self._index.members, name)
        return MemberReader(self._reader(member.offset), member.size)

    def read_member(self, name: str, limit: int) -> bytes:
        """A complete small file. :raises ArchiveError: it does not exist, or is larger than C(limit) bytes."""
        return read_small(self.open_member(name), name, limit)

    def close(self) -> None:
        """Close the file."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)

    def _reader(self, offset: int) -> TarReader:
        if self._index.points is None:
            return PlainReader(self._descriptor, offset)
        point = [point for point in self._index.points if point.position <= offset][-1]
        reader = point.copy(self._descriptor)
        reader.skip(offset - reader.position)
        return reader


def read_small(reader: Any, name: str, limit: int) -> bytes:
    """All bytes of a reader. :raises ArchiveError: they are more than C(limit)."""
    if reader.size > limit:
        raise ArchiveError(
            "the file {0!r} has {1} bytes, more than the limit of {2}".format(name[:200], reader.size, limit),
            code="ARCHIVE_INVALID",
        )
    content = b""
    while len(content) < reader.size:
        content += reader.read(reader.size - len(content))
    return content


def _pread(descriptor: int, size: int, position: int) -> bytes:
    try:
        return os.pread(descriptor, size, position)
    except OSError as error:
        raise ArchiveError("the file cannot be read: {0}".format(error.strerror)) from error


def _cut() -> ArchiveError:
    return ArchiveError("the archive ends early", code="ARCHIVE_TRUNCATED", hint=DAMAGED_HINT)


_indexes: OrderedDict[Tuple[int, ...], TarIndex] = OrderedDict()
_indexes_lock = threading.Lock()


def _index_of(descriptor: int) -> TarIndex:
    """The index of a file. Rules are read before the images, and a compressed archive should be scanned only once, so
    recent ones are cached, as long as the file is unchanged."""
    status = os.fstat(descriptor)
    key = (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
    with _indexes_lock:
        known = _indexes.get(key)
    if known is not None:
        return known
    index = _make_index(descriptor)
    if status.st_nlink:
        with _indexes_lock:
            _indexes[key] = index
            while len(_indexes) > _REMEMBERED:
                _indexes.popitem(last=False)
    return index


def _make_index(descriptor: int) -> TarIndex:
    start = _pread(descriptor, 8, 0)
    for magic, (name, program) in _OTHER_COMPRESSIONS.items():
        if start.startswith(magic):
            raise ArchiveError(
                "the archive is compressed with {0}".format(name),
                hint="Decompress it first ({0}), or use gzip.".format(program),
            )
    if not start.startswith(GZIP_MAGIC):
        return TarIndex(index_tar(PlainReader(descriptor)))
    inflater = Inflater(descriptor)
    points = inflater.collect()
    return TarIndex(index_tar(inflater), points)
