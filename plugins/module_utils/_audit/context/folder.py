# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The context of a build: a directory without what its C(.dockerignore) keeps out.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
from typing import Dict, List, Mapping, Optional, Tuple

from ..dockerfile.text import decode
from ..dockerignore.ignore import Ignore, ignore_files
from ..model import Dockerfile, Problem
from ..source.view import Context, SourceFile, froms
from .tree import FOLDER, Tree

_MOST_SOURCES = 100
_LARGEST_IGNORE = 1024 * 1024


class FolderContext(Context):
    """A directory of a tree as a context.

    :param folder: relative to the tree; empty for its top.
    :param dockerfile: the path of the Dockerfile in the tree; None if it is elsewhere.
    :param replaced: new contents of files, by their path in findings.
    :ivar problems: of the ignore file.
    """

    known = True

    def __init__(
        self, tree: Tree, folder: str, dockerfile: Optional[str], replaced: Optional[Mapping[str, bytes]] = None
    ) -> None:
        super().__init__()
        self._tree, self._folder = tree, folder
        self._replaced = replaced if replaced is not None else {}
        self.complete = tree.complete
        self.ignore_file: Optional[str] = None
        self._ignore = Ignore("")
        applied = ""
        beside, inside = ignore_files(dockerfile or "")
        for path in ([beside] if dockerfile else []) + [posixpath.join(folder, inside)]:
            file = tree.read(path, _LARGEST_IGNORE)
            if file is not None:
                self.ignore_file = posixpath.basename(path)
                self._ignore = Ignore(decode(file.content).text)
                applied = path
                break
        self.problems: List[Problem] = list(self._ignore.problems)
        self.memo = tree.memos.setdefault((folder, applied), {})

    def files(self) -> Tuple[str, ...]:
        if "files" not in self.memo:
            start = len(self._folder) + 1 if self._folder else 0
            found = []
            for entry in self._tree.below(self._folder):
                path = entry.path[start:]
                if not self._ignore.excludes(path):
                    found.append(path + "/" if entry.kind == FOLDER else path)
            self.memo["files"] = tuple(found)
        files: Tuple[str, ...] = self.memo["files"]
        return files

    def is_folder(self, path: str) -> bool:
        return self._tree.kind(posixpath.join(self._folder, path)) == FOLDER

    def read(self, path: str) -> Optional[SourceFile]:
        if self._ignore.excludes(path):
            return None
        file = self._tree.read(posixpath.join(self._folder, path))
        if file is not None and file.path in self._replaced:
            return file._replace(content=self._replaced[file.path])
        return file

    def read_shown(self, path: str) -> Optional[bytes]:
        """The content of a file by its path in findings."""
        if path in self._replaced:
            return self._replaced[path]
        file = self._tree.read(posixpath.relpath(path, self._tree.name) if self._tree.name else path)
        return None if file is None else file.content


def folder_of(tree: Tree, path: str, dockerfile: Dockerfile) -> str:
    """The directory that is probably the context of a Dockerfile: the nearest one that has all that it copies.

    :param path: the Dockerfile in the tree.
    """
    sources = _literal_sources(dockerfile)
    own = posixpath.dirname(path)
    folder = own
    while True:
        if all(tree.kind(posixpath.join(folder, source)) is not None for source in sources):
            return folder
        if not folder:
            return own
        folder = posixpath.dirname(folder)


def _literal_sources(dockerfile: Dockerfile) -> List[str]:
    """What a Dockerfile copies from its context by plain names."""
    found: Dict[str, None] = {}
    for instruction in dockerfile.instructions:
        if instruction.keyword not in ("COPY", "ADD") or list(froms(instruction)):
            continue
        items = list(instruction.json) if instruction.json is not None else instruction.arguments.split()
        for item in items[:-1]:
            name = posixpath.normpath("/" + item).lstrip("/")
            if name not in ("", ".") and not set("*?[$<:\\\"'") & set(item):
                found[name] = None
    return list(found)[:_MOST_SOURCES]
