# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One file with image references, and changes of it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import bisect
import hashlib
from typing import Any, Callable, Dict, Iterable, List, NamedTuple, Optional, Tuple

from ..errors import WorkloadsError
from ..model.image import ImageName, NotAnImage, parse_image
from ..model.objects import show_path
from ..model.use import Use
from .yaml_text import INNER, Scalar, Span, written


class NotEditable(WorkloadsError):
    """A reference cannot be changed; the text says why."""


class Edit(NamedTuple):
    """A change of a file's text.

    :ivar file: the path of the file.
    :ivar span: what is replaced; empty for an insertion.
    :ivar new: what replaces it.
    :ivar path: the keys that lead to the changed or inserted value.
    """

    file: str
    span: Span
    new: str
    path: Tuple[Any, ...]


class Source:
    """A file's text.

    :ivar path: its absolute path.
    :ivar name: its path for display.
    """

    def __init__(self, path: str, name: str, raw: bytes) -> None:
        self.path = path
        self.name = name
        self.raw = raw
        self.text = raw.decode("utf-8")
        self.newline = "\r\n" if "\r\n" in self.text else "\n"
        self._breaks: Optional[List[int]] = None

    def position(self, index: int) -> Tuple[int, int]:
        """Line and column of a character, both from 1."""
        if self._breaks is None:
            self._breaks = [-1] + [number for number, char in enumerate(self.text) if char == "\n"]
        line = bisect.bisect_right(self._breaks, index - 1)
        # A byte order mark is no part of the first line.
        marked = line == 1 and self.text.startswith("\ufeff")
        return line, index - self._breaks[line - 1] - (1 if marked else 0)

    def column(self, index: int) -> int:
        """The number of characters before it in its line."""
        return self.position(index)[1] - 1

    def line_end(self, index: int) -> int:
        """Where the line with this character ends, before its line break."""
        end = self.text.find("\n", index)
        end = len(self.text) if end < 0 else end
        return end - 1 if end > index and self.text[end - 1] == "\r" else end


class Reference:
    """One image reference in a file.

    :ivar use: what is reported.
    :ivar image: the image; None if it could not be evaluated.
    :ivar any_tag: whether the file does not say the tag.
    :ivar file: the path of the file that it is in.
    :ivar added_to: the kustomizations that get an entry for the image instead, as names of files with places in them.
    :ivar slots: the spans that the image depends on, with their files: all references that share one must agree.
    """

    def __init__(
        self,
        use: Use,
        image: Optional[ImageName],
        write: Optional[Callable[[ImageName], List[Edit]]],
        slots: Iterable[Tuple[str, Span]] = (),
        any_tag: bool = False,
        place: Tuple[Any, ...] = (),
    ) -> None:
        self.use = use
        self.image = image
        self.any_tag = any_tag
        self.slots = tuple(slots)
        self.place = place
        self.file = ""
        self.added_to: Tuple[Tuple[str, str], ...] = ()
        self._write = write

    def add_to(self, places: Iterable[Tuple[str, str]], write: Callable[[ImageName], List[Edit]]) -> None:
        """Change the image by entries of kustomizations, not here."""
        self.added_to, self._write = tuple(places), write

    @property
    def editable(self) -> bool:
        return self.use.editable and self.image is not None and self._write is not None

    def edits(self, new: ImageName) -> List[Edit]:
        """The changes that make it refer to another image.

        :raises NotEditable: that is not possible.
        """
        if self._write is None:
            raise NotEditable(self.use.reason or "it cannot be changed")
        return self._write(new)


def image_of(text: str) -> Optional[ImageName]:
    """The image with this name; None if it is not one."""
    try:
        return parse_image(text)
    except NotAnImage:
        return None


def why_not_evaluated(text: str) -> str:
    """Why a text is not an image."""
    if "{{" in text or "{%" in text:
        return "it is a template"
    if "$" in text:
        return "it contains a variable whose value is not known here"
    return "it is not the name of an image"


def shown_path(path: Tuple[Any, ...]) -> str:
    """A path for display, without the numbers of documents."""
    kept = [part for number, part in enumerate(path) if number and part != INNER and path[number - 1] != INNER]
    return show_path(tuple(kept))


def shown_place(path: Tuple[Any, ...], inserted: bool) -> str:
    """The path of a changed value, or of what an inserted key is in, for display."""
    return shown_path(path[:-1] if inserted else path) or str(path[-1])


def replace(source: Source, scalar: Scalar, new: str) -> Edit:
    """Replace a whole value.

    :raises NotEditable: it has no place of its own.
    """
    if scalar.problem:
        raise NotEditable(scalar.problem)
    return Edit(source.path, scalar.span, written(scalar, new), scalar.path)


def replace_part(source: Source, scalar: Scalar, start: int, end: int, new: str) -> Edit:
    """Replace a part of a value.

    :raises NotEditable: it is not written in these very characters.
    """
    if scalar.problem or not scalar.exact:
        raise NotEditable(scalar.problem or "it is written with escapes: write it without")
    at = scalar.span.start
    return Edit(source.path, Span(at + start, at + end), new, scalar.path)


def insert_after(source: Source, key: Scalar, value: Scalar, flow: bool, name: str, new: str) -> Edit:
    """Insert a key into a mapping, after another key and its value.

    :param flow: whether the mapping is in braces.
    :param new: the value as it is written.
    :raises NotEditable: the value before it is written over several lines.
    """
    if value.problem or source.position(key.span.start)[0] != source.position(value.span.end)[0]:
        raise NotEditable(value.problem or "the value before it is on another line")
    path = (*value.path[:-1], name)
    if flow:
        at = value.span.end + (1 if value.style in ("'", '"') else 0)
        return Edit(source.path, Span(at, at), ", {0}: {1}".format(name, new), path)
    at = source.line_end(value.span.end)
    # In quotes or not, the key begins where its line's other keys do.
    column = source.column(key.span.start) - (1 if key.style else 0)
    return Edit(source.path, Span(at, at), "{0}{1}{2}: {3}".format(source.newline, " " * column, name, new), path)


def apply(text: str, edits: Iterable[Edit]) -> str:
    """The text after the changes, which must not overlap."""
    parts, at = [], 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        if edit.span.start < at:
            raise NotEditable("two changes overlap")
        parts += [text[at : edit.span.start], edit.new]
        at = edit.span.end
    return "".join(parts) + text[at:]


def checksum(raw: bytes) -> str:
    """The SHA-256 of a file."""
    return hashlib.sha256(raw).hexdigest()


def child(mapping: Any, *keys: str) -> Any:
    """A nested value, None if it is missing."""
    for key in keys:
        mapping = mapping.get(key) if isinstance(mapping, dict) else None
    return mapping


def key_of(mapping: Dict[Any, Any], name: str) -> Any:
    """The key itself, which knows its place."""
    return next((key for key in mapping if key == name), None)
