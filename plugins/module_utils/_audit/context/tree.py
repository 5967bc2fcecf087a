# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A directory with everything in it, listed once: names and kinds, no content.

No link is followed, and the number of entries and the depth are limited: a tree belongs to whoever can write there.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple

from ..._files.errors import reported
from ..._files.safe_file import SafeFile
from ..errors import AuditError
from ..source.view import SourceFile

MOST_ENTRIES = 200_000
DEEPEST = 64
LARGEST_SCRIPT = 1024 * 1024

FILE, FOLDER, LINK, OTHER = "file", "folder", "link", "other"

_DOCKERFILE = re.compile(r"(?:Dockerfile|Containerfile)(?:\.[^/]+)?\Z|[^/]+\.(?:[dD]ockerfile|[cC]ontainerfile)\Z")
_NEVER = re.compile(r".*\.(?:dockerignore|containerignore|md|txt|html|png|svg|orig|rej|swp|bak|j2)\Z|.*~\Z", re.DOTALL)


class Entry(NamedTuple):
    """Something in a directory, by its path relative to the top, with slashes."""

    path: str
    kind: str


class Tree:
    """A directory, listed.

    :param name: what precedes the paths of its files in findings; empty to show them relative to the directory.
    :ivar complete: whether everything was listed; C(limit) says what was not.
    :raises AuditError: it is no directory, or cannot be read.
    """

    def __init__(self, top: str, name: str = "", most: int = MOST_ENTRIES) -> None:
        self.top = top
        self.name = name
        self.limit = ""
        self._most = most
        self._entries: Dict[str, List[Entry]] = {}
        self._kinds: Dict[str, str] = {}
        self.unreadable: List[str] = []
        # What is known of each context in it, for all Dockerfiles that share it.
        self.memos: Dict[Tuple[str, str], Dict[str, Any]] = {}
        if not os.path.isdir(top):
            reason = "it is not a directory" if os.path.exists(top) else "the directory does not exist"
            raise AuditError(reason, where=top, hint="Name a directory.")
        with reported("cannot be read", top):
            self._list()

    @property
    def complete(self) -> bool:
        return not self.limit and not self.unreadable

    def _list(self) -> None:
        left: List[Tuple[str, int]] = [("", 0)]
        count = 0
        while left:
            folder, depth = left.pop()
            if depth > DEEPEST:
                self.limit = "directories below {0} levels are not read".format(DEEPEST)
                continue
            try:
                entries = self._scan(folder, self._most - count)
            except OSError:
                if not folder:
                    raise
                self.unreadable.append(folder)
                continue
            count += len(entries)
            self._entries[folder] = entries
            self._kinds.update(entries)
            if self.limit:
                return
            left += [(entry.path, depth + 1) for entry in reversed(entries) if entry.kind == FOLDER]

    def _scan(self, folder: str, most: int) -> List[Entry]:
        found: List[Entry] = []
        with os.scandir(os.path.join(self.top, folder)) as entries:
            for entry in entries:
                if len(found) >= most:
                    self.limit = "only the first {0} entries are read".format(self._most)
                    break
                found.append(Entry((folder + "/" if folder else "") + entry.name, _kind(entry)))
        return sorted(found)

    def below(self, folder: str = "") -> Iterator[Entry]:
        """Everything in a directory of it, at any depth, in order."""
        left = [folder]
        while left:
            entries = self._entries.get(left.pop(), [])
            yield from entries
            left += [entry.path for entry in reversed(entries) if entry.kind == FOLDER]

    def kind(self, path: str) -> Optional[str]:
        """What a path is; None if it is nothing, or was not listed."""
        return self._kinds.get(path)

    def dockerfiles(self) -> Iterator[Entry]:
        """The files, and links, whose names are those of Dockerfiles."""
        for entry in self.below():
            name = entry.path.rpartition("/")[2]
            if entry.kind in (FILE, LINK) and _DOCKERFILE.match(name) and not _NEVER.match(name):
                yield entry

    def read(self, path: str, most: int = LARGEST_SCRIPT) -> Optional[SourceFile]:
        """A regular file in it; None if there is none.

        :raises FilesError: it is too large, cannot be read, or is a link now.
        """
        if self.kind(path) != FILE:
            return None
        with SafeFile(os.path.join(self.top, path)) as file:
            status, content = file.status(), file.read(most)
        if status is None or content is None:
            return None
        return SourceFile(os.path.join(self.name, path), content, bool(status.st_mode & 0o111))


def _kind(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_symlink():
            return LINK
        if entry.is_dir(follow_symlinks=False):
            return FOLDER
        return FILE if entry.is_file(follow_symlinks=False) else OTHER
    except OSError:
        return OTHER
