# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a server's configuration, and their content.

They are read unchanged, with comments, layout and any bytes, to find where a line belongs and whether it is already
there in another form: with other quotes or spaces, through a link, as a pattern, or in another file.
C(named-checkconf), not this module, validates the whole.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import fnmatch
import glob
import os
import re
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._files.inputs import LARGEST
from ..._files.safe_file import SafeFile
from ..errors import DnsError
from .syntax import Statement, parse, plain_name

# A statement's context: top level, options, or a view by name.
Context = Tuple[str, ...]
TOP: Context = ()
OPTIONS: Context = ("options",)
_DEEPEST = 20
_MOST_FILES = 20000
_PATTERN = re.compile(r"[*?\[]")


class Place(NamedTuple):
    """A statement in a file.

    :param target: the path that it includes, empty for other statements.
    :param files: the files that it includes.
    """

    path: str
    context: Context
    statement: Statement
    target: str = ""
    files: Tuple[str, ...] = ()


class NamedFiles:
    """The main file and all its includes.

    :param config: the path of named.conf.
    :param instead: replacement texts, by path; None for no file.
    :ivar texts: the texts, by path with links resolved.
    :ivar places: their statements, except those inside zones and similar blocks.
    :raises DnsError: a file is not a configuration.
    """

    def __init__(self, config: str, instead: Optional[Mapping[str, Optional[bytes]]] = None) -> None:
        self.config = config
        self.texts: Dict[str, str] = {}
        self.places: List[Place] = []
        self._instead = dict(instead or {})
        self._directory = os.path.dirname(config)
        self._files = self._bytes = 0
        self._main = self._read(config, TOP, 0)

    def _read(self, path: str, context: Context, depth: int) -> str:
        with SafeFile(path) as file:
            real = file.path
            raw = self._instead[real] if real in self._instead else file.read()
        if raw is None:
            raise DnsError("the file does not exist", where=path)
        self._files, self._bytes = self._files + 1, self._bytes + len(raw)
        if depth > _DEEPEST or self._files > _MOST_FILES or self._bytes > LARGEST:
            raise DnsError("files include each other, or there are too many of them", where=path)
        self.texts[real] = raw.decode("utf-8", "surrogateescape")
        self._visit(real, parse(self.texts[real], path), context, depth)
        return real

    def _visit(self, path: str, statements: Tuple[Statement, ...], context: Context, depth: int) -> None:
        for statement in statements:
            place = Place(path, context, statement)
            if statement.kind == "include" and statement.name:
                place = self._include(place, depth)
            self.places.append(place)
            if statement.kind == "directory" and statement.name:
                # named and named-checkconf change to it at once: later includes are relative to it.
                self._directory = statement.name
            elif statement.kind == "options" and context == TOP:
                self._visit(path, statement.body, OPTIONS, depth)
            elif statement.kind == "view" and statement.name and context == TOP:
                self._visit(path, statement.body, ("view", statement.name), depth)

    def _include(self, place: Place, depth: int) -> Place:
        target = os.path.normpath(os.path.join(self._directory, place.statement.name))
        there = {name for name in glob.glob(target) if os.path.isfile(name)}
        there |= {name for name in self._instead if fnmatch.fnmatch(name, target)}
        found = sorted(name for name in there if self._instead.get(os.path.realpath(name), b"") is not None)
        read = tuple(self._read(name, place.context, depth + 1) for name in found)
        return place._replace(target=target, files=read)

    def of_kind(self, kind: str, *contexts: Context) -> List[Place]:
        """The statements that begin with a word, in one of these contexts (by default in any)."""
        return [
            place
            for place in self.places
            if place.statement.kind == kind and place.context in (contexts or (place.context,))
        ]

    @property
    def includes(self) -> List[Place]:
        """The include statements with a path."""
        return [place for place in self.of_kind("include") if place.target]

    @property
    def views(self) -> List[str]:
        """The names of the views, in order."""
        return list(dict.fromkeys(place.statement.name for place in self.of_kind("view", TOP)))

    def zones(self) -> List[Tuple[str, str, str]]:
        """The zones: name, view (empty outside of views) and file."""
        return [
            (plain_name(place.statement.name), place.context[1] if place.context else "", place.path)
            for place in self.of_kind("zone")
            if place.statement.name and place.context != OPTIONS
        ]

    def acls(self) -> Dict[str, Tuple[Statement, ...]]:
        """The elements of each access control list, by its name."""
        return {place.statement.name: place.statement.body for place in self.of_kind("acl")}

    def names(self, place: Place, path: str) -> bool:
        """Whether an include statement includes C(path), in any form."""
        wanted = os.path.realpath(path)
        return os.path.realpath(place.target) == wanted or fnmatch.fnmatch(os.path.normpath(path), place.target)

    def is_included(self, path: str, context: Context) -> bool:
        """Whether C(path) is included there."""
        return any(place.context == context and self.names(place, path) for place in self.includes)

    def flat(self) -> bytes:
        """The whole configuration as one file."""
        return self._flat(self._main).encode("utf-8", "surrogateescape")

    def _flat(self, path: str) -> str:
        text, pieces, position = self.texts[path], [], 0
        includes = {place.statement.start: place for place in self.includes if place.path == path}
        for start, place in sorted(includes.items()):
            pieces += [text[position:start], *(self._flat(file) + "\n" for file in place.files)]
            position = place.statement.end
        return "".join(pieces) + text[position:]

    def edited(self, wanted: Mapping[Context, str], ours: Tuple[str, ...], include_in: str) -> Dict[str, bytes]:
        """The new texts of the files that change, by path.

        :param wanted: the path to include in each context.
        :param ours: all paths whose include lines are ours: those not wanted are removed.
        :param include_in: the file that gets the line outside of blocks.
        :raises DnsError: there is no such file or block.
        """
        edits: Dict[str, List[Tuple[int, int, str]]] = {}
        for place in self.includes:
            if _PATTERN.search(place.target) or wanted.get(place.context) in [
                path for path in ours if self.names(place, path)
            ]:
                continue
            if any(self.names(place, path) for path in ours):
                edits.setdefault(place.path, []).append(self._without(place))
        for context, path in wanted.items():
            if not self.is_included(path, context):
                target, offset = self._target(context, include_in)
                edits.setdefault(target, []).append((offset, offset, self._line(target, offset, path, context)))
        result = {}
        for path, changes in edits.items():
            text = self.texts[path]
            for start, end, new in sorted(changes, reverse=True):
                text = text[:start] + new + text[end:]
            result[path] = text.encode("utf-8", "surrogateescape")
        return result

    def _target(self, context: Context, include_in: str) -> Tuple[str, int]:
        if context == TOP:
            path = os.path.realpath(include_in)
            if path not in self.texts:
                raise DnsError(
                    "the server does not read this file",
                    where=include_in,
                    hint="Use {0} or a file that it includes.".format(self.config),
                )
            return path, len(self.texts[path])
        for block in self.of_kind(context[0], TOP):
            if block.statement.opened >= 0 and block.statement.name == "".join(context[1:]):
                return block.path, block.statement.opened
        raise DnsError(
            "there is no {0}".format(" ".join(context)), where=self.config, hint="Add an empty block for it."
        )

    def _line(self, path: str, offset: int, included: str, context: Context) -> str:
        line = 'include "{0}";'.format(included)
        if context != TOP:
            return "\n\t" + line
        text = self.texts[path]
        # The last line stays without a line end, so that removing this line restores the file.
        return line + "\n" if not text or text.endswith("\n") else "\n" + line

    def _without(self, place: Place) -> Tuple[int, int, str]:
        """The edit that removes a statement, with the line end if the line has nothing else."""
        text, start, end = self.texts[place.path], place.statement.start, place.statement.end
        while start and text[start - 1] in " \t":
            start -= 1
        # After a brace the line break is ours too.
        broken = text[start - 1 : start] == "\n"
        if broken and (text[end : end + 1] in ("\n", "") or text[: start - 1].endswith("{")):
            return start - 1, end, ""
        if not start and text[end : end + 1] == "\n":
            return start, end + 1, ""
        return place.statement.start, end, ""
