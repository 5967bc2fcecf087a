# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references in files of Docker Compose, with variables.

A variable's value comes from the environment, from C(.env) beside the file, or from a default in the expression
(Compose Specification, "Interpolation"). The environment is not known here and wins.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Dict, Iterator, List, NamedTuple, Optional

from ..model.image import ImageName
from ..model.use import COMPOSE_BUILD, COMPOSE_BUILT, COMPOSE_SERVICE, COMPOSE_VOLUME, Use
from .source import Edit, NotEditable, Reference, Source, child, image_of, replace_part, shown_path, why_not_evaluated
from .yaml_text import Map, Scalar, Span

BUILT = "it is built here, and pushed under this name"
ENVIRONMENT = "a value of {0} in the environment wins"
_VARIABLE = re.compile(r"\$\$|\$\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}$]*))?\}|\$([A-Za-z_]\w*)")
_LINE = re.compile(r"[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)[ \t]*=[ \t]*(.*)\Z")
_REF = re.compile(r"(?:^|,)ref=([^,]+)")
_CONTEXT = "docker-image://"
_NOT_ALIKE = "its variables are neither its registry nor its tag"


class Value(NamedTuple):
    """A variable's value in a file, and its place."""

    source: Source
    span: Span
    text: str


class Dotenv:
    """The variables of a C(.env)."""

    def __init__(self, source: Optional[Source]) -> None:
        self.values: Dict[str, Value] = {}
        if source is None:
            return
        at = 0
        for line in source.text.split("\n"):
            match = _LINE.match(line.rstrip("\r"))
            if match:
                self._add(source, match, at)
            at += len(line) + 1

    def _add(self, source: Source, match: Any, at: int) -> None:
        text, start = match.group(2).rstrip(), at + match.start(2)
        if text[:1] in ("'", '"'):
            end = text.find(text[0], 1)
            if end < 0:
                return
            text, start = text[1:end], start + 1
        else:
            text = re.split(r"\s#", text, maxsplit=1)[0].rstrip()
        self.values[match.group(1)] = Value(source, Span(start, start + len(text)), text)


class _Segment(NamedTuple):
    """A part of an image's text.

    :ivar value: where it is written, if in a variable's value or default.
    :ivar span: its place in the file.
    """

    text: str
    source: Source
    span: Span
    variable: str = ""


def is_compose(document: Any) -> bool:
    """Whether a document is a file of Compose."""
    services = child(document, "services")
    return isinstance(services, Map) and any(
        isinstance(service, Map) and {"image", "build", "extends"} & set(service) for service in services.values()
    )


@dataclass(frozen=True)
class ComposeFile:
    """A file of Compose, with the C(.env) beside it."""

    source: Source
    variables: Dotenv

    def references(self, document: Any) -> Iterator[Reference]:
        """The references in the file."""
        for name, service in document["services"].items():
            if not isinstance(service, Map):
                continue
            owner = "service {0}".format(name)
            image, build = service.get("image"), service.get("build")
            if isinstance(image, Scalar) and image:
                kind, reason = (COMPOSE_BUILT, BUILT) if build else (COMPOSE_SERVICE, "")
                yield self._reference(image, 0, str(image), kind, owner, reason)
            yield from self._builds(build, owner)
            for volume in _list(service.get("volumes")):
                if child(volume, "type") == "image" and isinstance(child(volume, "source"), Scalar):
                    yield self._reference(volume["source"], 0, str(volume["source"]), COMPOSE_VOLUME, owner)

    def _builds(self, build: Any, owner: str) -> Iterator[Reference]:
        for key in ("cache_from", "cache_to"):
            for text in _list(child(build, key)):
                match = _REF.search(text) if isinstance(text, Scalar) else None
                if match:
                    yield self._reference(text, match.start(1), match.group(1), COMPOSE_BUILT, owner)
        contexts = child(build, "additional_contexts")
        for text in contexts.values() if isinstance(contexts, Map) else _list(contexts):
            start = text.find(_CONTEXT) if isinstance(text, Scalar) else -1
            if start >= 0:
                start += len(_CONTEXT)
                yield self._reference(text, start, text[start:], COMPOSE_BUILD, owner)

    def _reference(self, scalar: Scalar, start: int, text: str, kind: str, owner: str, reason: str = "") -> Reference:
        segments, notes = self._segments(scalar, start, text)
        whole = "".join(part.text for part in segments) if segments is not None else text
        image = None if segments is None else image_of(whole)
        if not reason and image is None:
            reason = why_not_evaluated(text)
        reason = reason or scalar.problem

        def write(new: ImageName) -> List[Edit]:
            if image is not None and not image.tag and not new.digest and new.tag == "latest":
                wanted = new.repository
            else:
                wanted = str(new)
            return self._write(scalar, start, segments or [], image, wanted)

        line, column = self.source.position(scalar.span.start + (start if scalar.exact else 0))
        path = shown_path(scalar.path)
        use = Use(
            whole,
            kind,
            self.source.name,
            owner,
            path,
            "",
            line,
            column,
            editable=not reason,
            reason=reason or "; ".join(notes),
        )
        slots = [(part.source.path, part.span) for part in segments or []]
        return Reference(use, image, write, slots, place=scalar.path)

    def _segments(self, scalar: Scalar, start: int, text: str) -> Any:
        """The parts of an image's text, and notes; None if a variable has no known value."""
        if "$" not in text:
            at = scalar.span.start + start
            span = Span(at, at + len(text)) if scalar.exact else scalar.span
            return [_Segment(text, self.source, span)], []
        if not scalar.exact or scalar.problem:
            return None, []
        segments: List[_Segment] = []
        notes, at, base = [], 0, scalar.span.start + start
        for match in _VARIABLE.finditer(text):
            if match.start() > at:
                span = Span(base + at, base + match.start())
                segments.append(_Segment(text[at : match.start()], self.source, span))
            at = match.end()
            found = self._value(match, base)
            if found is None:
                return None, []
            segments.append(found)
            notes.append(ENVIRONMENT.format(found.variable))
        if at < len(text):
            segments.append(_Segment(text[at:], self.source, Span(base + at, base + len(text))))
        return (None, []) if any("$" in part.text for part in segments) else (segments, notes)

    def _value(self, match: Any, base: int) -> Optional[_Segment]:
        name = match.group(1) or match.group(4)
        operator, default = match.group(2) or "", match.group(3)
        if not name or operator.endswith("+"):
            return None
        value = self.variables.values.get(name)
        if value is not None and (value.text or not operator.startswith(":")):
            return _Segment(value.text, value.source, value.span, name)
        if operator.endswith("-"):
            return _Segment(default, self.source, Span(base + match.start(3), base + match.end(3)), name)
        return None

    def _write(
        self, scalar: Scalar, start: int, segments: List[_Segment], old: Optional[ImageName], wanted: str
    ) -> List[Edit]:
        if len(segments) == 1 and not segments[0].variable:
            return [replace_part(self.source, scalar, start, start + len(segments[0].text), wanted)]
        left, right = 0, len(segments)
        while right > left + 1 and wanted.endswith(segments[right - 1].text):
            right -= 1
            wanted = wanted[: len(wanted) - len(segments[right].text)]
        while left < right - 1 and wanted.startswith(segments[left].text):
            wanted = wanted[len(segments[left].text) :]
            left += 1
        middle = segments[left:right]
        if len(middle) == 1:
            texts = [wanted]
        elif len(middle) == 2 and left == 0 and middle[1].text.startswith("/") and _is_registry(middle[0].text, old):
            registry, slash, rest = wanted.partition("/")
            texts = [registry, slash + rest]
        else:
            raise NotEditable(_NOT_ALIKE)
        edits = []
        for part, text in zip(middle, texts):
            path = scalar.path if part.source is self.source else (part.variable,)
            if part.text != text:
                edits.append(Edit(part.source.path, part.span, text, path))
        return edits


def _is_registry(text: str, old: Optional[ImageName]) -> bool:
    return old is not None and ("." in text or ":" in text or text == "localhost")


def _list(value: Any) -> List[Any]:
    return value if isinstance(value, list) else []
