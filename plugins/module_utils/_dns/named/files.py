# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files that a server's configuration consists of, and the include lines in them.

They are read as they are, with comments and layout, to find where a line is to be put and whether it is there already
in another form: with other quotes or spaces, by way of a link, as a pattern, or in another file. What the server makes
of them is asked of C(named-checkconf), not of this module.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import fnmatch
import glob
import os
from typing import Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._files.inputs import decode
from ..._files.safe_file import SafeFile
from ..errors import DnsError
from .syntax import Statement, parse, plain_name

# Where a statement stands: nowhere special, in the options, or in the view of a name.
Context = Tuple[str, ...]
TOP: Context = ()
OPTIONS: Context = ("options",)
_DEEPEST = 20


class Place(NamedTuple):
    """A statement in a file."""

    path: str
    context: Context
    statement: Statement


class NamedFiles:
    """The main file and all that it includes.

    :param config: the path of named.conf.
    :raises DnsError: a file is no configuration.
    """

    def __init__(self, config: str) -> None:
        self.config = config
        self.texts: Dict[str, str] = {}
        self.includes: List[Place] = []
        self.blocks: Dict[Context, Place] = {}
        self.zones: List[Place] = []
        self._directory = os.path.dirname(config)
        self._read(config, TOP, 0)

    def _read(self, path: str, context: Context, depth: int) -> None:
        if depth > _DEEPEST:
            raise DnsError("files include each other", where=path)
        with SafeFile(path) as file:
            real, raw = file.path, file.read()
        if raw is None:
            raise DnsError("the file does not exist", where=path)
        self.texts[real] = decode(raw, path)
        self._visit(real, parse(self.texts[real], path), context, depth)

    def _visit(self, path: str, statements: Tuple[Statement, ...], context: Context, depth: int) -> None:
        for statement in statements:
            kind, rest = (statement.words or ("",))[0], statement.words[1:]
            if kind == "include" and rest:
                self.includes.append(Place(path, context, statement))
                for name in sorted(glob.glob(self.absolute(rest[0]))):
                    if os.path.isfile(name):
                        self._read(name, context, depth + 1)
            elif kind == "options" and context == TOP:
                self.blocks.setdefault(OPTIONS, Place(path, context, statement))
                self._visit(path, statement.body, OPTIONS, depth)
            elif kind == "view" and rest:
                self.blocks.setdefault(("view", rest[0]), Place(path, context, statement))
                self._visit(path, statement.body, ("view", rest[0]), depth)
            elif kind == "directory" and rest:
                # named and named-checkconf change to it as soon as they read it: later includes are relative to it.
                self._directory = rest[0]
            elif kind == "zone" and rest:
                self.zones.append(Place(path, context, statement))

    def absolute(self, name: str) -> str:
        """The path that an include names."""
        return os.path.normpath(os.path.join(self._directory, name))

    def names(self, place: Place, path: str) -> bool:
        """Whether an include is one of C(path), in whatever form."""
        written, wanted = self.absolute(place.statement.words[1]), os.path.realpath(path)
        return os.path.realpath(written) == wanted or fnmatch.fnmatch(os.path.normpath(path), written)

    def is_included(self, path: str, context: Context) -> bool:
        """Whether C(path) is included there."""
        return any(place.context == context and self.names(place, path) for place in self.includes)

    def where_is(self, zone: str, view: str) -> Optional[str]:
        """The file that has the statement of a zone."""
        context = ("view", view) if view else TOP
        for place in self.zones:
            if plain_name(place.statement.words[1]) == zone and place.context == context:
                return place.path
        return None

    def edited(self, wanted: Mapping[Context, str], ours: Tuple[str, ...], include_in: str) -> Dict[str, str]:
        """The files that change, as they are to be, by path.

        :param wanted: the path that is to be included in each context.
        :param ours: all paths whose include lines are ours: those that are not wanted are taken out.
        :param include_in: the file that gets the line outside of blocks.
        :raises DnsError: there is no such file or block.
        """
        edits: Dict[str, List[Tuple[int, int, str]]] = {}
        for place in self.includes:
            if "*" in place.statement.words[1] or wanted.get(place.context) in [
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
            result[path] = text
        return result

    def _target(self, context: Context, include_in: str) -> Tuple[str, int]:
        if context == TOP:
            path = os.path.realpath(include_in)
            if path not in self.texts:
                raise DnsError(
                    "the server does not read this file",
                    where=include_in,
                    hint="Give one that {0} is or includes.".format(self.config),
                )
            return path, len(self.texts[path])
        block = self.blocks.get(context)
        if block is None:
            raise DnsError(
                "there is no {0}".format(" ".join(context)), where=self.config, hint="Add an empty block for it."
            )
        return block.path, block.statement.opened

    def _line(self, path: str, offset: int, included: str, context: Context) -> str:
        line = 'include "{0}";'.format(included)
        if context != TOP:
            return "\n\t" + line
        text = self.texts[path]
        return "{0}{1}\n".format("" if not text or text.endswith("\n") else "\n", line)

    def _without(self, place: Place) -> Tuple[int, int, str]:
        """What takes a line out: with its line end, when nothing else is in the line."""
        text, start, end = self.texts[place.path], place.statement.start, place.statement.end
        while start and text[start - 1] in " \t":
            start -= 1
        # Behind a brace the line break is ours too.
        broken = text[start - 1 : start] == "\n"
        if broken and (text[end : end + 1] in ("\n", "") or text[: start - 1].endswith("{")):
            return start - 1, end, ""
        if not start and text[end : end + 1] == "\n":
            return start, end + 1, ""
        return place.statement.start, end, ""
