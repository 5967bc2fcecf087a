# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the files of a folder that may have image references.

Symbolic links are never followed, and directories of version control are left out.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import fnmatch
import os
import re
import stat
from typing import Dict, Iterator, List, NamedTuple, Sequence, Tuple

from ..._files.errors import FilesError, reported
from ..._files.safe_file import read_safely
from ..errors import WorkloadsError
from .kustomize import NAMES
from .source import Source

LARGEST = 8 * 1024 * 1024
MOST_ENTRIES = 500_000
DEEPEST = 100

_LEFT_OUT = frozenset((".git", ".hg", ".svn", "node_modules"))
_YAML = re.compile(r".*\.(?:ya?ml|json)\Z", re.IGNORECASE)
_TEMPLATE = re.compile(r".*\.(?:ya?ml|json)\.[A-Za-z0-9]+\Z|.*\.(?:tpl|gotmpl)\Z", re.IGNORECASE)
_PACKAGED = re.compile(r".*\.tgz\Z")
_HINTS = (b"image", b"docker://")


class Candidate(NamedTuple):
    """
    :ivar path: its absolute path.
    :ivar name: its path for display: as the user named the folder.
    """

    path: str
    name: str


class Skipped(NamedTuple):
    """What was not evaluated, and why."""

    name: str
    reason: str


class Tree:
    """The files below the given paths.

    :param exclude: shell patterns for paths relative to a folder; they also match directories.
    :param everything: whether to read files without a word that hints at images.
    :ivar skipped: what was not evaluated.
    :raises WorkloadsError: a path does not exist, or there are too many files.
    """

    def __init__(self, paths: Sequence[str], exclude: Sequence[str] = (), everything: bool = False) -> None:
        self.skipped: List[Skipped] = []
        self.candidates: List[Candidate] = []
        self._exclude = list(exclude)
        self._everything = everything
        self._entries = 0
        self._read: Dict[str, Source] = {}
        known = set()
        for path in paths:
            for candidate in self._below(path):
                if candidate.path not in known:
                    known.add(candidate.path)
                    self.candidates.append(candidate)

    def _below(self, path: str) -> Iterator[Candidate]:
        full = os.path.realpath(path)
        try:
            found = os.stat(full)
        except OSError as error:
            raise WorkloadsError(
                "cannot be read: {0}".format(error.strerror), where=path, hint="Name an existing file or folder."
            ) from error
        if stat.S_ISDIR(found.st_mode):
            yield from self._folder(full, path.rstrip("/") or path, "", 0)
        else:
            yield Candidate(full, path)

    def _folder(self, folder: str, name: str, relative: str, depth: int) -> Iterator[Candidate]:
        if depth > DEEPEST:
            self.skipped.append(Skipped(name, "it is more than {0} folders deep".format(DEEPEST)))
            return
        try:
            with reported("cannot be read", name), os.scandir(folder) as entries:
                listed = sorted((entry.name, entry) for entry in entries)
        except FilesError as error:
            self.skipped.append(Skipped(name, error.what))
            return
        self._entries += len(listed)
        if self._entries > MOST_ENTRIES:
            raise WorkloadsError(
                "there are more than {0} files and folders".format(MOST_ENTRIES),
                where=name,
                hint="Name the folders with manifests, or leave others out with exclude.",
            )
        for base, entry in listed:
            below = "{0}/{1}".format(relative, base) if relative else base
            if base in _LEFT_OUT or any(fnmatch.fnmatchcase(below, pattern) for pattern in self._exclude):
                continue
            place = "{0}/{1}".format(name.rstrip("/"), base)
            if entry.is_dir(follow_symlinks=False):
                yield from self._folder(entry.path, place, below, depth + 1)
            elif self._is_named_right(folder, base):
                if entry.is_file(follow_symlinks=False):
                    yield Candidate(entry.path, place)
                else:
                    kind = "a symbolic link" if entry.is_symlink() else "not a regular file"
                    self.skipped.append(Skipped(place, "it is {0}".format(kind)))

    def _is_named_right(self, folder: str, name: str) -> bool:
        if _PACKAGED.match(name):
            return os.path.basename(folder) == "charts"
        return name in NAMES or bool(_YAML.match(name) or _TEMPLATE.match(name))

    def sources(self) -> Iterator[Source]:
        """The files to evaluate, read one by one. Others are added to C(skipped)."""
        for candidate in self.candidates:
            if _PACKAGED.match(candidate.path):
                self.skipped.append(Skipped(candidate.name, "it is a packaged chart"))
                continue
            raw, problem = self._bytes(candidate.path)
            if problem:
                self.skipped.append(Skipped(candidate.name, problem))
                continue
            lower = raw.lower()
            hinted = self._everything or any(word in lower for word in _HINTS)
            if candidate.path.endswith(".json") and b"apiVersion" not in raw and b"services" not in raw:
                continue
            if not hinted and os.path.basename(candidate.path) not in NAMES:
                continue
            if self._is_template(candidate.path):
                self.skipped.append(Skipped(candidate.name, "it is a template"))
                continue
            try:
                yield Source(candidate.path, candidate.name, raw)
            except UnicodeDecodeError:
                self.skipped.append(Skipped(candidate.name, "it is not UTF-8"))

    def _bytes(self, path: str) -> Tuple[bytes, str]:
        try:
            raw = read_safely(path, LARGEST)
        except FilesError as error:
            return b"", error.what
        return (raw, "") if raw is not None else (b"", "it was removed meanwhile")

    def _is_template(self, path: str) -> bool:
        if _TEMPLATE.match(path):
            return True
        folder, inner = os.path.split(os.path.dirname(path))
        # Charts have templates below a folder of this name, beside Chart.yaml.
        while inner:
            if inner == "templates" and os.path.exists(os.path.join(folder, "Chart.yaml")):
                return True
            folder, inner = os.path.split(folder)
        return False


def beside(source: Source, name: str) -> Source:
    """Another file in a file's folder; an empty one if there is none, or only a link, which may lead out of the tree.

    :raises FilesError: it cannot be read, or is not a regular file.
    :raises WorkloadsError: it is not UTF-8.
    """
    path = os.path.join(os.path.dirname(source.path), name)
    shown = os.path.join(os.path.dirname(source.name), name)
    try:
        return Source(path, shown, b"" if os.path.islink(path) else read_safely(path, LARGEST) or b"")
    except UnicodeDecodeError:
        raise WorkloadsError("it is not UTF-8", where=shown, hint="Save the file as UTF-8.") from None
