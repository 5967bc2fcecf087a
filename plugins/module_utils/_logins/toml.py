# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML 1.0, parsed with the offset of each value, so that one value can be changed and everything else is kept.

Python has a parser only since 3.11, and that one does not keep offsets. Non-integer numbers and
dates are strings here.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from .._errors import LongshoreError

Path = Tuple[str, ...]

_SPACE = re.compile(r"[ \t]*")
_GAP = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"((?:[^"\\\n]|\\[^\n])*)"')
_LITERAL = re.compile(r"'([^'\n]*)'")
_LONG_BASIC = re.compile(r'"""(?:\r?\n)?((?:[^\\]|\\.)*?"{0,2})"""', re.DOTALL)
_LONG_LITERAL = re.compile(r"'''(?:\r?\n)?(.*?'{0,2})'''", re.DOTALL)
_PLAIN = re.compile(r"\d{4}-\d\d-\d\d[T ][0-9:.+Z-]+|[A-Za-z0-9_+:.-]+")
_NUMBER = re.compile(r"(?:[+-]?[0-9][0-9_]*|0x[0-9A-Fa-f_]+|0o[0-7_]+|0b[01_]+)\Z")
_OTHER_PLAIN = re.compile(r"[+-]?(?:inf|nan|[0-9][0-9_]*(?:\.[0-9_]+)?(?:[eE][+-]?[0-9_]+)?)\Z|[0-9][0-9T :.+Z-]*\Z")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([ \t]*\r?\n[ \t\r\n]*)|(.))", re.DOTALL)
_ESCAPES = {"b": "\b", "t": "\t", "n": "\n", "f": "\f", "r": "\r", "e": "\x1b", '"': '"', "\\": "\\"}
_LONGEST, _DEEPEST = 1024 * 1024, 50


class Document(NamedTuple):
    """The parsed content of a text, with offsets.

    :param content: tables and values.
    :param headers: the offset after the header of each table.
    :param places: the start and end of each key's value.
    """

    content: Dict[str, Any]
    headers: Dict[Path, int]
    places: Dict[Path, Tuple[int, int]]


def parse(text: str, where: str = "") -> Document:
    """
    :raises LongshoreError: it is not TOML, or too long for a configuration.
    """
    if len(text) > _LONGEST:
        raise LongshoreError("it is longer than a configuration is", where=where)
    reader = _Reader(text)
    try:
        reader.read()
    except (ValueError, KeyError, TypeError):
        line = text.count("\n", 0, reader.at) + 1
        raise LongshoreError("line {0} is not TOML".format(line), where=where, hint="Repair the file.") from None
    return Document(reader.content, reader.headers, reader.places)


def with_value(text: str, table: Path, key: str, value: str) -> Optional[str]:
    """The text with a new value of a key, which is added if missing; None if it must be changed by hand.

    :raises LongshoreError: the text is not TOML.
    """
    before = parse(text)
    place, header = before.places.get((*table, key)), before.headers.get(table)
    if place:
        new = text[: place[0]] + _written(value) + text[place[1] :]
    elif header is not None:
        new = "{0}\n{1} = {2}{3}".format(text[:header], key, _written(value), text[header:])
    else:
        gap = "" if not text or text.endswith("\n") else "\n"
        name = ".".join(part if _BARE.fullmatch(part) else _written(part) for part in table)
        new = "{0}{1}\n[{2}]\n{3} = {4}\n".format(text, gap, name, key, _written(value))
    try:
        after = parse(new).content
        inner, expected = _inner(after, table), _inner(before.content, table)
    except (LongshoreError, AttributeError):
        return None
    if inner.pop(key, None) != value:
        return None
    expected.pop(key, None)
    return new if after == before.content else None


def _inner(content: Dict[str, Any], table: Path) -> Dict[str, Any]:
    """:raises AttributeError: it is not a table."""
    for part in table:
        content = content.setdefault(part, {})
    return content


def with_absolute(text: str, key: str, directory: str) -> str:
    """The text with the paths of a top-level list made absolute. Text that is not TOML is unchanged.

    :param directory: the base of relative paths.
    """
    try:
        found = parse(text)
    except LongshoreError:
        return text
    paths, place = found.content.get(key), found.places.get((key,))
    if not place or not isinstance(paths, list) or not all(isinstance(path, str) for path in paths):
        return text
    written = ", ".join(_written(os.path.join(directory, path)) for path in paths)
    return "{0}[{1}]{2}".format(text[: place[0]], written, text[place[1] :])


def _written(value: str) -> str:
    return '"{0}"'.format(value.replace("\\", "\\\\").replace('"', '\\"'))


class _Reader:
    """Parses a text in one pass. Its exceptions are turned into one error with the line."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.content: Dict[str, Any] = {}
        self.headers: Dict[Path, int] = {}
        self.places: Dict[Path, Tuple[int, int]] = {}
        # Tables that cannot be extended: inline values, and those with a header already.
        self._closed: Set[int] = set()
        # Tables from dotted keys, which no header may define.
        self._dotted: Set[int] = set()

    def read(self) -> None:
        table, path = self.content, ()
        while True:
            self._skip(_GAP)
            if self.at == len(self.text):
                return
            if self._take("["):
                table, path = self._header()
            else:
                self._pair(table, path, 0)
            self._skip(_SPACE)
            if self.at < len(self.text) and self.text[self.at] not in "\r\n#":
                raise ValueError

    def _skip(self, pattern: re.Pattern) -> None:
        self.at = pattern.match(self.text, self.at).end()

    def _take(self, mark: str) -> bool:
        found = self.text.startswith(mark, self.at)
        self.at += len(mark) if found else 0
        return found

    def _match(self, pattern: re.Pattern) -> str:
        found = pattern.match(self.text, self.at)
        if found is None:
            raise ValueError
        self.at = found.end()
        return found.group(found.lastindex or 0)

    def _key(self) -> Path:
        parts: List[str] = []
        while True:
            self._skip(_SPACE)
            first = self.text[self.at : self.at + 1]
            if first == '"':
                parts.append(_unescaped(self._match(_BASIC)))
            else:
                parts.append(self._match(_LITERAL if first == "'" else _BARE))
            self._skip(_SPACE)
            if not self._take("."):
                return tuple(parts)

    def _header(self) -> Tuple[Dict[str, Any], Path]:
        several = self._take("[")
        path = self._key()
        if len(path) > _DEEPEST or not self._take("]]" if several else "]"):
            raise ValueError
        outer = self._below(self.content, path[:-1])
        if several:
            tables = outer.setdefault(path[-1], [])
            if id(tables) in self._closed:
                raise ValueError
            tables.append({})
            return tables[-1], path
        table = outer.setdefault(path[-1], {})
        if path in self.headers or not isinstance(table, dict) or id(table) in self._closed | self._dotted:
            raise ValueError
        self.headers[path] = self.at
        return table, path

    def _below(self, table: Dict[str, Any], path: Path) -> Dict[str, Any]:
        for part in path:
            table = table.setdefault(part, {})
            if id(table) in self._closed:
                raise ValueError
            if isinstance(table, list):
                table = table[-1]
            if not isinstance(table, dict):
                raise ValueError
        return table

    def _pair(self, table: Dict[str, Any], path: Path, depth: int) -> None:
        key = self._key()
        if len(key) > _DEEPEST or not self._take("="):
            raise ValueError
        self._skip(_SPACE)
        inner, start = self._below(table, key[:-1]), self.at
        self._dotted.update(id(self._below(table, key[:end])) for end in range(1, len(key)))
        if key[-1] in inner:
            raise ValueError
        inner[key[-1]] = self._value(depth)
        self.places[(*path, *key)] = (start, self.at)

    def _value(self, depth: int) -> Any:
        if depth > _DEEPEST:
            raise ValueError
        if self._take("["):
            return self._array(depth + 1)
        if self._take("{"):
            return self._inline(depth + 1)
        for mark, pattern in (('"""', _LONG_BASIC), ("'''", _LONG_LITERAL), ('"', _BASIC), ("'", _LITERAL)):
            if self.text.startswith(mark, self.at):
                found = self._match(pattern)
                return _unescaped(found) if mark[0] == '"' else found
        return _plain(self._match(_PLAIN))

    def _array(self, depth: int) -> List[Any]:
        found: List[Any] = []
        self._closed.add(id(found))
        while True:
            self._skip(_GAP)
            if self._take("]"):
                return found
            found.append(self._value(depth))
            self._skip(_GAP)
            if not self._take(",") and not self.text.startswith("]", self.at):
                raise ValueError

    def _inline(self, depth: int) -> Dict[str, Any]:
        found: Dict[str, Any] = {}
        self._skip(_SPACE)
        empty = self._take("}")
        while not empty:
            # Its offset is not needed: it is not changed.
            self._pair(found, ("\0",), depth)
            self._skip(_SPACE)
            if self._take("}"):
                break
            if not self._take(","):
                raise ValueError
        self._closed.add(id(found))
        return found


def _plain(word: str) -> Any:
    if word in ("true", "false"):
        return word == "true"
    if _NUMBER.match(word):
        return int(word.replace("_", ""), 0 if word[:2] in ("0x", "0o", "0b") else 10)
    if not _OTHER_PLAIN.match(word):
        raise ValueError
    return word


def _unescaped(text: str) -> str:
    def character(found: Any) -> str:
        short, long, line, other = found.groups()
        if short or long:
            return chr(int(short or long, 16))
        return "" if line else _ESCAPES[other]

    return _ESCAPE.sub(character, text)
