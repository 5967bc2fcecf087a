# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references in values of Helm charts.

The usual form is a mapping with C(registry), C(repository), C(tag) and C(digest); most charts leave some of them out.
A digest wins over the tag, and C(global.imageRegistry) over every registry.

Charts of Bitnami refuse images other than their own ("Original containers have been substituted") unless
C(global.security.allowInsecureImages) is true (bitnami/common, C(templates/_errors.tpl)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, FrozenSet, Iterator, List, Optional

from ..model.image import ImageName
from ..model.use import HELM_VALUE, Use
from .source import (
    Edit,
    NotEditable,
    Reference,
    Source,
    child,
    image_of,
    insert_after,
    key_of,
    replace,
    shown_path,
    why_not_evaluated,
)
from .yaml_text import Map, Scalar, Span, plain

INSECURE = "global.security.allowInsecureImages is set as well: charts of Bitnami refuse other images without it"
UNKNOWN_TAG = "the chart chooses the tag: check that it was copied"
GLOBAL = "global.imageRegistry is for all images of the release, also for those that are not in this file"
_DIGESTS = ("digest", "sha")
_TAGS = ("tag", "version", "imageTag")
_BESIDE = frozenset(("registry", "tag", "digest", "pullPolicy", "imagePullPolicy", "version", "imageTag", "sha"))
_BITNAMI = ("bitnami/", "bitnamilegacy/", "bitnamisecure/")
_PICTURE = re.compile(r"\.(?:avif|gif|ico|jpe?g|png|svg|webp)\Z")
_MAY_ADD = "the chart may put a registry of its own before it: write registry and repository"


@dataclass(frozen=True)
class _Parts:
    """The keys of one image; None where they are missing or empty."""

    mapping: Map
    repository: Scalar
    registry: Optional[Scalar] = None
    tag: Optional[Scalar] = None
    digest: Optional[Scalar] = None

    @property
    def text(self) -> str:
        text = "/".join(part for part in (self.registry, self.repository) if part)
        if self.tag:
            text = "{0}:{1}".format(text, self.tag)
        if self.digest:
            digest = self.digest if ":" in self.digest else "sha256:" + self.digest
            text = "{0}@{1}".format(text.partition("@")[0], digest)
        return text


@dataclass(frozen=True)
class Chart:
    """What is known of the chart of a file with values.

    :param partial: the file has only some of the values; the others are the chart's.
    :param version: the application's version, which is the default tag.
    :param subcharts: keys below which values are for another chart.
    """

    partial: bool = True
    version: str = ""
    subcharts: FrozenSet[str] = frozenset()


def in_values(
    source: Source, root: Any, owner: str = "", partial: bool = True, chart: Optional[Chart] = None
) -> Iterator[Reference]:
    """The references in values.

    :param owner: of the values, as in C(HelmRelease shop/redis).
    """
    chart = chart or Chart(partial)
    if not isinstance(root, Map):
        return
    for parts in _walk(root, ""):
        below = parts.repository.path[len(root.path) : len(root.path) + 1]
        its = Chart(True) if set(below) & chart.subcharts else chart
        yield _Writer(source, root, parts, its).reference(owner)


def _walk(value: Any, name: str) -> Iterator[_Parts]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, "")
    if not isinstance(value, Map):
        return
    is_image = name.lower().endswith("image")
    repository = _scalar(value, "repository") or (_scalar(value, "name") if is_image else None)
    if repository and (is_image or (set(value) & _BESIDE and image_of(repository))):
        tag, digest = _first(value, _TAGS), _first(value, _DIGESTS)
        yield _Parts(value, repository, _given(value, "registry"), tag, digest)
    for key, inner in value.items():
        image = inner if isinstance(inner, Scalar) and inner.is_string and key.lower().endswith("image") else None
        if image and not _PICTURE.search(image) and (image_of(image) or "$" in image or "{{" in image):
            has_tag = ":" in image.rpartition("/")[2] or "@" in image
            yield _Parts(value, image, tag=None if has_tag else _first(value, _TAGS))
        else:
            yield from _walk(inner, str(key))


def _scalar(mapping: Map, key: str) -> Optional[Scalar]:
    """A value that is not empty."""
    value = mapping.get(key)
    return value if isinstance(value, Scalar) and value and not (value == "null" and not value.is_string) else None


def _given(mapping: Map, key: str) -> Optional[Scalar]:
    """A value, empty or not."""
    value = mapping.get(key)
    return value if isinstance(value, Scalar) else None


def _first(mapping: Map, keys: Any) -> Optional[Scalar]:
    return next((value for value in (_scalar(mapping, key) for key in keys) if value is not None), None)


class _Writer:
    """One image in values, and how another one is written in its place."""

    def __init__(self, source: Source, root: Map, parts: _Parts, chart: Chart) -> None:
        self._source = source
        self._root = root
        self._parts = parts
        self._chart = chart
        shared = child(root, "global", "imageRegistry") or root.get("imageRegistry")
        self._global = shared if isinstance(shared, Scalar) and shared and "repository" in parts.mapping else None
        self._old: Optional[ImageName] = None

    def reference(self, owner: str) -> Reference:
        parts = self._parts
        if self._global is not None:
            parts = _Parts(parts.mapping, parts.repository, self._global, parts.tag, parts.digest)
        text, notes = parts.text, []
        old = self._old = image_of(text)
        any_tag = old is not None and not old.tag and not old.digest
        if old is not None and any_tag and self._chart.version and not self._chart.partial:
            text = "{0}:{1}".format(text, self._chart.version)
            old, any_tag = image_of(text), False
        if any_tag:
            notes.append(UNKNOWN_TAG)
        if self._global is not None:
            notes.append(GLOBAL)
        if self._is_bitnami:
            notes.append(INSECURE)
        reason = "" if old else why_not_evaluated(text)
        line, column = self._source.position(parts.repository.span.start)
        use = Use(
            text,
            HELM_VALUE,
            self._source.name,
            owner,
            shown_path(parts.repository.path),
            "",
            line,
            column,
            editable=not reason,
            reason=reason or "; ".join(notes),
        )
        used = (parts.registry, parts.repository, parts.tag, parts.digest)
        slots = [(self._source.path, part.span) for part in used if part is not None]
        return Reference(use, old, self.write, slots, any_tag, parts.repository.path)

    @property
    def _is_bitnami(self) -> bool:
        return self._old is not None and self._old.path.startswith(_BITNAMI)

    @property
    def _is_one_text(self) -> bool:
        """Whether the tag or the digest is in the same text as the name."""
        parts, old = self._parts, self._old
        has_own = "repository" in parts.mapping or parts.tag is not None or parts.digest is not None
        return not has_own and old is not None and bool(old.tag or old.digest)

    def write(self, new: ImageName) -> List[Edit]:
        edits = self._names(new) + self._tag(new) + self._digest(new)
        if self._is_bitnami:
            edits += self._allowed()
        return edits

    def _names(self, new: ImageName) -> List[Edit]:
        parts, source = self._parts, self._source
        registry = self._global if self._global is not None else parts.registry
        if registry is not None:
            return [replace(source, registry, new.registry), replace(source, parts.repository, new.path)]
        first, slash, _rest = parts.repository.partition("/")
        has_host = bool(slash) and ("." in first or ":" in first or first == "localhost")
        if has_host or not self._chart.partial or "repository" not in parts.mapping:
            return [replace(source, parts.repository, str(new) if self._is_one_text else new.repository)]
        if not self._is_bitnami:
            raise NotEditable(_MAY_ADD)
        key = key_of(parts.mapping, "repository")
        added = insert_after(source, key, parts.repository, parts.mapping.flow, "registry", plain(new.registry))
        return [replace(source, parts.repository, new.path), added]

    def _tag(self, new: ImageName) -> List[Edit]:
        tag, old = self._parts.tag, self._old
        if tag is None:
            if not self._is_one_text and new.tag not in (None, "latest", old.tag if old else None, self._chart.version):
                raise NotEditable("its tag would change, and is not in this file")
            return []
        wanted = new.tag or ""
        if "@" in tag and self._parts.digest is None:
            wanted = "{0}@{1}".format(wanted, new.digest) if new.digest else wanted
        if wanted == tag or (old is not None and old.digest and not new.tag):
            return []
        return [replace(self._source, tag, wanted)]

    def _digest(self, new: ImageName) -> List[Edit]:
        digest = self._parts.digest
        if digest is None:
            return []
        wanted = new.digest or ""
        wanted = wanted if ":" in digest else wanted.partition(":")[2]
        return [] if wanted == digest else [replace(self._source, digest, wanted)]

    def _allowed(self) -> List[Edit]:
        """Set C(global.security.allowInsecureImages)."""
        mapping, keys = self._root, ["global", "security", "allowInsecureImages"]
        while keys and isinstance(mapping.get(keys[0]), Map):
            mapping = mapping[keys.pop(0)]
        value = mapping.get(keys[0]) if keys else None
        path = (*mapping.path, *keys)
        if isinstance(value, Scalar):
            if value == "true":
                return []
            if value.problem:
                raise NotEditable(value.problem)
            span, nested = value.span, _flow(keys[1:])
            return [Edit(self._source.path, span, (" " if value.empty else "") + nested, path)]
        if not mapping:
            if not mapping.span.end - mapping.span.start > 1:
                raise NotEditable("{0} cannot be added to this file".format(".".join(path[1:])))
            at = mapping.span.start + 1
            return [Edit(self._source.path, Span(at, at), _flow(keys)[1:-1], path)]
        first = next(iter(mapping))
        at = first.span.start - (1 if first.style else 0)
        if mapping.flow:
            return [Edit(self._source.path, Span(at, at), _flow(keys)[1:-1] + ", ", path)]
        column = self._source.column(at)
        lines = ["{0}{1}:".format("  " * number, key) for number, key in enumerate(keys)]
        text = (self._source.newline + " " * column).join(lines) + " true" + self._source.newline + " " * column
        return [Edit(self._source.path, Span(at, at), text, path)]


def _flow(keys: List[str]) -> str:
    """Nested keys in braces, the last one true."""
    text = "true"
    for key in reversed(keys):
        text = "{{{0}: {1}}}".format(key, text)
    return text
