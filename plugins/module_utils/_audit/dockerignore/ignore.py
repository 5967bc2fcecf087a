# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(.dockerignore) keeps out of a build, as Docker decides it.

The last pattern that matches a path or a folder above it decides; C(!) takes a path back in.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
import re
from itertools import groupby
from typing import Dict, List, NamedTuple, Tuple

from ..._text import quoted
from ..dockerfile.lines import SPACE, Source
from ..model import Problem
from .patterns import BadPattern, Patterns, tokens_of

MOST_PATTERNS = 1000
MOST_CHARACTERS = 100_000
"""Characters of all patterns of a file."""


class IgnorePattern(NamedTuple):
    """A pattern as Docker cleans it, and its line. C(exception) means C(!)."""

    pattern: str
    exception: bool
    line: int


class _Folder(NamedTuple):
    """What is known of a folder: whether each group of patterns matches it, and the state behind its slash."""

    matched: Tuple[bool, ...]
    states: Tuple[int, ...]


def ignore_files(dockerfile: str) -> Tuple[str, str]:
    """The names of the ignore files of a Dockerfile; the first that exists applies, and the other one does not.

    The first is next to the Dockerfile, the second at the top of the context.
    """
    return dockerfile + ".dockerignore", ".dockerignore"


class Ignore:
    """The patterns of one ignore file.

    :ivar patterns: in order. :ivar problems: patterns that make Docker refuse the build; they are left out.
    """

    def __init__(self, text: str) -> None:
        self.problems: List[Problem] = []
        self.patterns: Tuple[IgnorePattern, ...] = tuple(self._read(Source(text)))
        groups = [(exception, list(group)) for exception, group in groupby(self.patterns, _is_exception)]
        self._exceptions = [exception for exception, _group in groups]
        self._groups = [Patterns([item.pattern for item in group]) for _exception, group in groups]
        top = _Folder((False,) * len(groups), tuple(group.start for group in self._groups))
        self._folders: Dict[str, _Folder] = {"": top}

    def _read(self, source: Source) -> List[IgnorePattern]:
        found: List[IgnorePattern] = []
        size = 0
        for number, line in enumerate(source.lines):
            if line.startswith("#") or not line.strip(SPACE):
                continue
            try:
                pattern = _cleaned(line, number + 1)
                size += len(pattern.pattern)
                if len(found) >= MOST_PATTERNS or size > MOST_CHARACTERS:
                    raise BadPattern("the file has too many patterns")
                tokens_of(pattern.pattern)
                found.append(pattern)
            except BadPattern as err:
                span = source.span(source.starts[number], source.end_of(number))
                self.problems.append(Problem("the pattern {0}: {1}".format(quoted(line.strip(SPACE)), err), span))
                if "too many" in str(err):
                    break
        return found

    def excludes(self, path: str) -> bool:
        """Whether a path, relative to the context and with slashes, stays out of the build."""
        folder, _slash, name = path.strip("/").rpartition("/")
        return self._decide(self._folder(folder), name)[0]

    def _folder(self, path: str) -> _Folder:
        known = self._folders.get(path)
        above = path
        missing: List[str] = []
        while known is None:
            above, _slash, name = above.rpartition("/")
            missing.append(name)
            known = self._folders.get(above)
        for name in reversed(missing):
            _excluded, matched, states = self._decide(known, name)
            known = _Folder(matched, tuple(group.after(state, "/") for group, state in zip(self._groups, states)))
            above = above + "/" + name if above else name
            self._folders[above] = known
        return known

    def _decide(self, above: _Folder, name: str) -> Tuple[bool, Tuple[bool, ...], Tuple[int, ...]]:
        """Whether what is in a folder under this name is excluded, which groups match it, and their states."""
        excluded = False
        matched, states = [], []
        for number, group in enumerate(self._groups):
            state = group.after(above.states[number], name)
            # A group that can change nothing is not asked; only a folder above may have matched it.
            match = above.matched[number] or (self._exceptions[number] == excluded and group.matches(state))
            excluded = not self._exceptions[number] if match else excluded
            matched.append(match)
            states.append(state)
        return excluded, tuple(matched), tuple(states)


def _is_exception(pattern: IgnorePattern) -> bool:
    return pattern.exception


def _cleaned(line: str, number: int) -> IgnorePattern:
    pattern = line.strip(SPACE)
    exception = pattern.startswith("!")
    if exception:
        pattern = pattern[1:].strip(SPACE)
    pattern = posixpath.normpath(re.sub("/+", "/", pattern)) if pattern else ""
    if len(pattern) > 1:
        pattern = pattern[1:] if pattern.startswith("/") else pattern
    if exception and pattern in ("", "/"):
        raise BadPattern("there is nothing behind !")
    return IgnorePattern(pattern, exception, number)
