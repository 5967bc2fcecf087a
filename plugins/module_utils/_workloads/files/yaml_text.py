# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as plain data that knows where it is written.

A loaded document consists of mappings, lists and strings, as any other, but each remembers its place in the file, so
that a value can be changed there and everything else stays: comments, anchors, quotes, line ends. All scalars are
strings as written (C(1.10) stays C(1.10)). Constructors are not used, so unknown tags pass.

Aliases are the same object as their anchor, and C(<<) is merged.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import traceback
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._yaml import check_events

try:
    import yaml
except ImportError:
    YAML_IMPORT_ERROR: Optional[str] = traceback.format_exc()
else:
    YAML_IMPORT_ERROR = None

Place = Callable[[int], int]
"""Turns an index in a text into one in the file: the text may be inside of another document."""

INNER = "|"
"""In a path: what follows is in the document that the text contains."""

PLAIN, LITERAL, FOLDED = "", "|", ">"
_MERGE = "tag:yaml.org,2002:merge"
_NULL = "tag:yaml.org,2002:null"
_STRING = "tag:yaml.org,2002:str"
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*(?:[ \t]+#[^\r\n]*)?\s*)+")
_SAFE_PLAIN = re.compile(r"[A-Za-z0-9./_][A-Za-z0-9./_@+:-]*(?<!:)\Z")
_SEVERAL_LINES = "it is written over several lines: write it on one"
_ESCAPED = "it is written with escapes: write it without"


class Span(NamedTuple):
    """A part of a file's text."""

    start: int
    end: int


class Scalar(str):
    """A value with its place.

    :ivar span: of its text, without quotes; for a block scalar, of its only line.
    :ivar style: C(PLAIN), a quote, C(LITERAL) or C(FOLDED).
    :ivar path: the keys that lead to it, from the number of the document on.
    :ivar problem: why it cannot be changed, or empty.
    :ivar exact: whether the file has the value's very characters.
    :ivar is_string: whether YAML reads it as a string.
    """

    span: Span
    style: str
    path: Tuple[Any, ...]
    problem: str
    exact: bool
    is_string: bool
    empty: bool
    inner: Optional[Place]


class Map(Dict[Any, Any]):
    """A mapping with its place. Its keys are C(Scalar).

    :ivar flow: whether it is in braces.
    :ivar path: as that of a scalar.
    """

    flow = False
    path: Tuple[Any, ...] = ()
    span = Span(0, 0)


class Seq(List[Any]):
    """A list with its place.

    :ivar flow: whether it is in brackets.
    """

    flow = False
    span = Span(0, 0)


class Document(NamedTuple):
    """
    :ivar data: its content.
    :ivar duplicates: the content again with the first of values for the same key, if a key is written twice.
    """

    data: Any
    duplicates: Any = None


def load(text: str, place: Place = int, path: Tuple[Any, ...] = ()) -> List[Document]:
    """The documents of a text, without its byte order mark.

    :param place: of the text in its file.
    :param path: what leads to the text.
    :raises NotUnderstood: it is no YAML, or beyond the limits; never quotes the text.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    skipped = 1 if text.startswith("\ufeff") else 0
    body = text[skipped:]
    try:
        check_events(yaml.parse(body, Loader=loader))
        roots = list(yaml.compose_all(body, Loader=loader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = "it" if mark is None else "line {0}".format(mark.line + 1)
        twice = str(getattr(error, "context", "") or getattr(error, "problem", "")).startswith("found duplicate anchor")
        what = "has an anchor that is written twice: rename one" if twice else "is not YAML"
        raise NotUnderstood("{0} {1}".format(place, what)) from None
    except UnicodeEncodeError:
        raise NotUnderstood("it has half of a character") from None
    documents = []
    for number, root in enumerate(roots):
        last = _Reader(body, skipped, place, first=False)
        data = last.read(root, (*path, number))
        first = _Reader(body, skipped, place, first=True).read(root, (*path, number)) if last.repeated else None
        documents.append(Document(data, first))
    return documents


class _Reader:
    """Turns nodes into data.

    :param first: whether the first of the values for one key counts, not the last.
    """

    def __init__(self, text: str, skipped: int, place: Place, first: bool) -> None:
        self._text = text
        self._skipped = skipped
        self._place = place
        self._first = first
        self._known: Dict[int, Any] = {}
        self.repeated = False

    def read(self, node: Any, path: Tuple[Any, ...], flow: bool = False) -> Any:
        if node is None:
            return None
        if id(node) not in self._known:
            if isinstance(node, yaml.ScalarNode):
                self._known[id(node)] = self._scalar(node, path, flow)
            elif isinstance(node, yaml.SequenceNode):
                inner = flow or bool(node.flow_style)
                found = Seq(self.read(item, (*path, number), inner) for number, item in enumerate(node.value))
                found.flow, found.span = inner, self._span(node)
                self._known[id(node)] = found
            else:
                self._known[id(node)] = self._mapping(node, path, flow)
        return self._known[id(node)]

    def _mapping(self, node: Any, path: Tuple[Any, ...], flow: bool) -> Map:
        found, merged = Map(), Map()
        found.flow, found.span, found.path = flow or bool(node.flow_style), self._span(node), path
        for key_node, value_node in node.value:
            if isinstance(key_node, yaml.MappingNode):
                # {{ x }} is a mapping whose key is a mapping.
                raise NotUnderstood("it is a template")
            if not isinstance(key_node, yaml.ScalarNode):
                continue
            if key_node.tag == _MERGE:
                for source in value_node.value if isinstance(value_node, yaml.SequenceNode) else [value_node]:
                    if isinstance(source, yaml.MappingNode):
                        for key, value in self.read(source, (*path, "<<"), flow).items():
                            merged.setdefault(key, value)
                continue
            key = self.read(key_node, path, found.flow)
            if key in found:
                self.repeated = True
                if self._first:
                    continue
                del found[key]
            found[key] = self.read(value_node, (*path, str(key)), found.flow)
        for key, value in merged.items():
            found.setdefault(key, value)
        return found

    def _span(self, node: Any) -> Span:
        return Span(self._outer(node.start_mark.index), self._outer(node.end_mark.index))

    def _outer(self, index: int) -> int:
        return self._place(index + self._skipped)

    def _scalar(self, node: Any, path: Tuple[Any, ...], flow: bool) -> Optional[Scalar]:
        found = Scalar(node.value)
        start, end = node.start_mark.index, node.end_mark.index
        properties = _PROPERTIES.match(self._text, start, end)
        if properties:
            start = properties.end()
        found.style, found.path, found.problem = node.style or PLAIN, path, ""
        found.is_string, found.empty, found.inner = node.tag == _STRING, False, None
        if found.style in ("'", '"'):
            start, end = start + 1, end - 1
        elif found.style in (LITERAL, FOLDED):
            found.inner = self._lines_of(node, start, end)
            start, end = self._only_line(node, start, end)
        elif node.tag == _NULL and not node.value:
            start = end
            found.empty = True
        raw = self._text[start:end]
        found.exact = raw == node.value or (found.style in (LITERAL, FOLDED) and bool(raw))
        if start > end or "\n" in raw or "\r" in raw or (node.value and not raw):
            found.problem = _SEVERAL_LINES
        elif found.style == PLAIN and not found.exact:
            found.problem = _ESCAPED
        found.span = Span(self._outer(start), self._outer(end))
        # In a text inside of another document, only parts of one line are contiguous.
        if found.span.end - found.span.start != end - start:
            found.problem = _SEVERAL_LINES
        return found

    def _only_line(self, node: Any, start: int, end: int) -> Tuple[int, int]:
        """The line of a block scalar that has one; otherwise nothing."""
        value = node.value.strip()
        header = self._text.find("\n", start, end)
        at = self._text.find(value, header, end) if header >= 0 and value and "\n" not in value else -1
        if at < 0:
            return end, end
        return at, at + len(value)

    def _lines_of(self, node: Any, start: int, end: int) -> Optional[Place]:
        """Where the lines of a literal block scalar are; None if that cannot be told."""
        if node.style != LITERAL:
            return None
        at = self._text.find("\n", start, end) + 1
        lines, starts, indent = node.value.split("\n"), [], None
        inner = 0
        for number, line in enumerate(lines):
            stop = self._text.find("\n", at, end)
            stop = end if stop < 0 else stop
            raw = self._text[at:stop].rstrip("\r")
            if line.strip() and indent is None:
                indent = len(raw) - len(line)
            if line and (raw[indent or 0 :] != line or raw[: indent or 0].strip()):
                return None
            starts.append((inner, at + (indent or 0)))
            inner += len(line) + 1
            at = min(stop + 1, end)
            if number == len(lines) - 1:
                break
        return _InnerPlace(starts, self._outer)


class _InnerPlace:
    """The place of an inner text's characters, by the starts of its lines there and outside."""

    def __init__(self, starts: List[Tuple[int, int]], outer: Place) -> None:
        self._starts = starts
        self._outer = outer

    def __call__(self, index: int) -> int:
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle][0] <= index else (low, middle)
        inner, at = self._starts[low]
        return self._outer(at + index - inner)


def load_inner(value: Any) -> List[Document]:
    """The documents in a literal block scalar.

    :raises NotUnderstood: it is no YAML, or not written as one.
    """
    if not isinstance(value, Scalar) or value.inner is None:
        raise NotUnderstood("YAML inside of YAML is only read in a literal block (|)")
    return load(str(value), value.inner, (*value.path, INNER))


def written(scalar: Scalar, new: str) -> str:
    """The text that makes C(new) the scalar's value, in the place of its span."""
    if scalar.style == "'":
        return new.replace("'", "''")
    if scalar.style == '"':
        return new.replace("\\", "\\\\").replace('"', '\\"')
    if scalar.style in (LITERAL, FOLDED):
        return new
    text = plain(new)
    return " " + text if scalar.empty else text


def plain(new: str) -> str:
    """A string as a scalar: in double quotes if it would be something else without."""
    is_string = yaml.resolver.Resolver().resolve(yaml.ScalarNode, new, (True, False)) == _STRING
    if is_string and _SAFE_PLAIN.match(new):
        return new
    return '"{0}"'.format(new.replace("\\", "\\\\").replace('"', '\\"'))
