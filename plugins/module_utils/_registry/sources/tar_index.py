# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Locates the members of a tar file without extracting any.

Formats: POSIX.1-2017, "pax", "ustar Interchange Format" and "pax Interchange Format"; GNU tar's long names (types L
and K) and base-256 numbers. Python's C(tarfile) reads long names of any length into memory; archives are untrusted, so
everything here has a limit.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import abc
import posixpath
from typing import Dict, NamedTuple, Optional, Tuple

from ..errors import RegistryError

BLOCK = 512
MOST_MEMBERS = 100_000
LARGEST_NAME = 64 * 1024
MOST_LINKS = 16

_FILES = b"0\x007"
_HARD_LINK, _SYMBOLIC_LINK, _SPARSE = b"1", b"2", b"S"
_LONG_NAME, _LONG_LINK = b"L", b"K"
_PAX, _PAX_GLOBAL = b"x", b"g"

DAMAGED_HINT = "Save the image again, or fetch the file again, and compare its size and checksum."


class Member(NamedTuple):
    """A file or a link of an archive.

    :param offset: of its content, in bytes from the beginning of the (uncompressed) archive.
    :param link: the name of the member that it links to, else None.
    :param repeated: whether the archive contains the name more than once.
    """

    offset: int
    size: int
    link: Optional[str] = None
    repeated: bool = False


class ArchiveError(RegistryError):
    """A file is not a valid archive."""


class TarReader(abc.ABC):
    """The input of L(index_tar,#); positions are those in the uncompressed archive."""

    position: int

    @abc.abstractmethod
    def read(self, size: int) -> bytes:
        """The next bytes; fewer than C(size) only at the end."""

    @abc.abstractmethod
    def skip(self, size: int) -> None:
        """Skip that many bytes. :raises ArchiveError: the archive ends early."""

    @abc.abstractmethod
    def at_member(self) -> None:
        """Called at the start of a file's content, which may be read from there later."""


def index_tar(reader: TarReader) -> Dict[str, Member]:
    """The members by name, without leading C(./).

    :raises ArchiveError: it is not a tar archive, ends early, or exceeds the limits for an image archive.
    """
    members: Dict[str, Member] = {}
    name: Optional[str] = None
    link: Optional[str] = None
    size: Optional[int] = None
    for number in range(MOST_MEMBERS + 1):
        header = reader.read(BLOCK)
        if not header or header.count(0) == len(header) == BLOCK:
            return members
        kind = _check(header, first=number == 0)
        length = _number(header[124:136])
        if kind in (_LONG_NAME, _LONG_LINK, _PAX):
            content = _extension(reader, length)
            if kind == _PAX:
                fields = _pax_fields(content)
                name, link = fields.get("path", name), fields.get("linkpath", link)
                size = _decimal(fields["size"]) if "size" in fields else size
            elif kind == _LONG_NAME:
                name = _text(content)
            else:
                link = _text(content)
            continue
        if kind == _PAX_GLOBAL:
            _extension(reader, length)
            continue
        member = _member(reader, header, kind, name, link, length if size is None else size)
        if member is not None:
            key, found = member
            members[key] = found._replace(repeated=key in members)
        name = link = size = None
    raise ArchiveError("the archive has more than {0} members, which no image has".format(MOST_MEMBERS))


def find_member(members: Dict[str, Member], name: str) -> Member:
    """The file with this name; links within the archive are followed.

    :raises ArchiveError: it does not exist, or is not unique.
    """
    key = _normal(name)
    for _step in range(MOST_LINKS):
        if key.startswith(("../", "/")) or key == "..":
            raise ArchiveError("the name {0!r} leads out of the archive".format(name[:200]), code="ARCHIVE_INVALID")
        member = members.get(key)
        if member is None:
            raise ArchiveError(
                "the archive has no file {0!r}".format(key[:200]), code="ARCHIVE_INCOMPLETE", hint=DAMAGED_HINT
            )
        if member.repeated:
            raise ArchiveError(
                "the archive has the file {0!r} more than once".format(key[:200]),
                code="ARCHIVE_INVALID",
                hint="Save the image again into a new file.",
            )
        if member.link is None:
            return member
        key = member.link
    raise ArchiveError("the links of {0!r} form a loop".format(name[:200]), code="ARCHIVE_INVALID")


def _member(
    reader: TarReader, header: bytes, kind: bytes, name: Optional[str], link: Optional[str], length: int
) -> Optional[Tuple[str, Member]]:
    """The member of a header; skips its content. None for a directory, a device and so on."""
    if kind == _SPARSE:
        raise ArchiveError("the archive has a sparse file, which no image has", code="ARCHIVE_INVALID")
    key = _normal(_own_name(header) if name is None else name)
    target = _text(header[157:257]) if link is None else link
    if kind == _SYMBOLIC_LINK:
        return key, Member(reader.position, 0, _normal(posixpath.join(posixpath.dirname(key), target)))
    if kind == _HARD_LINK:
        return key, Member(reader.position, 0, _normal(target))
    if kind not in _FILES:
        return None
    offset = reader.position
    reader.at_member()
    reader.skip(length)
    # The last member of a truncated archive may lack only its padding.
    reader.read(-length % BLOCK)
    return key, Member(offset, length)


def _check(header: bytes, first: bool) -> bytes:
    """The type of a header, its checksum verified (the sum of its bytes, its own field counted as spaces)."""
    if len(header) == BLOCK:
        try:
            told = int(header[148:156].strip(b" \0") or b"x", 8)
        except ValueError:
            told = -1
        fields = header[:148] + header[156:]
        signed = sum(byte - 256 if byte > 127 else byte for byte in fields)
        if told in (sum(fields) + 256, signed + 256):
            return header[156:157]
    if first:
        raise ArchiveError("it is not a tar archive", code="ARCHIVE_INVALID")
    what = "a header is damaged" if len(header) == BLOCK else "it ends in the middle of a header"
    raise ArchiveError("the archive is damaged: {0}".format(what), code="ARCHIVE_TRUNCATED", hint=DAMAGED_HINT)


def _own_name(header: bytes) -> str:
    name, prefix = _text(header[:100]), _text(header[345:500])
    return "{0}/{1}".format(prefix, name) if prefix and header[257:263] == b"ustar\0" else name


def _extension(reader: TarReader, length: int) -> bytes:
    if length > LARGEST_NAME:
        raise ArchiveError("the archive has a name of {0} bytes".format(length), code="ARCHIVE_INVALID")
    content = reader.read(length)
    reader.read(-length % BLOCK)
    return content


def _pax_fields(content: bytes) -> Dict[str, str]:
    """Records of the form C(length key=value newline)."""
    fields = {}
    while content:
        digits = content[:8].partition(b" ")[0]
        if not digits.isdigit() or int(digits) <= len(digits) or int(digits) > len(content):
            raise ArchiveError("the archive is damaged: an extended header", code="ARCHIVE_INVALID")
        record, content = content[len(digits) + 1 : int(digits)], content[int(digits) :]
        key, _equals, value = record.rstrip(b"\n").partition(b"=")
        fields[_text(key)] = _text(value)
    return fields


def _number(field: bytes) -> int:
    if field[:1] in (b"\x80", b"\xff"):
        value = int.from_bytes(field[1:], "big") if field[0] == 0x80 else -1
    else:
        value = _decimal(field.strip(b" \0").decode("ascii", "replace") or "0", 8)
    if value < 0:
        raise ArchiveError("the archive is damaged: a size is negative", code="ARCHIVE_INVALID")
    return value


def _decimal(text: str, base: int = 10) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise ArchiveError("the archive is damaged: a size is not a number", code="ARCHIVE_INVALID")
    try:
        return int(text, base)
    except ValueError as error:
        raise ArchiveError("the archive is damaged: a size is not a number", code="ARCHIVE_INVALID") from error


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("utf-8", "surrogateescape")


def _normal(name: str) -> str:
    return posixpath.normpath(name) if name else "."
