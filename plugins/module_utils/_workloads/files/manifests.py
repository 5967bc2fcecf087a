# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references in Kubernetes manifests, and in values and Kustomize images inside of other objects.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Iterator, List, Mapping, Sequence, cast

from ..._http_values import NotUnderstood
from ..model.image import ImageName, is_image
from ..model.objects import DOCKER_URL, FIELDS, Spot, items, show_path, spots
from ..model.use import CONTAINER, KUSTOMIZE_IMAGE, MENTION, RESOURCE_FIELD, Use
from .helm import in_values
from .kustomize import in_images
from .source import Edit, Reference, Source, child, image_of, replace, replace_part, shown_path, why_not_evaluated
from .yaml_text import Map, Scalar, load_inner

Fields = Mapping[str, Sequence[str]]

_MENTIONED = "it is only mentioned: check whether a program uses it"
_IMAGE_LINE = re.compile(r"^[ \t-]*image:[ \t]*[\"']?([^\s\"'{}]+)", re.MULTILINE)


def is_object(document: Any) -> bool:
    """Whether a document is a Kubernetes object."""
    return all(isinstance(child(document, key), str) and child(document, key) for key in ("apiVersion", "kind"))


def owner_of(document: Any) -> str:
    """An object's name for display."""
    place = "/".join(
        str(part) for part in (child(document, "metadata", "namespace"), child(document, "metadata", "name")) if part
    )
    return "{0} {1}".format(document.get("kind"), place).strip()


def in_document(source: Source, document: Any, fields: Fields) -> Iterator[Reference]:
    """The references in an object, or in a list of objects."""
    for _path, item in items(document):
        if not is_object(item):
            continue
        owner = owner_of(item)
        values = list(_embedded(source, item, owner, fields))
        known = {reference.place for reference in values}
        if item.get("kind") == "ConfigMap":
            values += _in_config_map(source, item, owner)
        kind = str(item["kind"])
        for spot in spots(item, {kind: (*FIELDS.get(kind, ()), *fields.get(kind, ()))}):
            if isinstance(spot.value, Scalar) and spot.value.path not in known:
                yield one(source, spot, owner)
        yield from values


def _in_config_map(source: Source, item: Any, owner: str) -> List[Reference]:
    """What looks like manifests with images in the data of a ConfigMap."""
    found = []
    data = child(item, "data")
    for value in data.values() if isinstance(data, Map) else []:
        for match in _IMAGE_LINE.finditer(value) if isinstance(value, Scalar) else []:
            line, column = source.position(value.span.start)
            path, text = shown_path(value.path), match.group(1)
            if is_image(text):
                use = Use(text, MENTION, source.name, owner, path, "", line, column, editable=False, reason=_MENTIONED)
                found.append(Reference(use, image_of(text), None, place=(*value.path, text)))
    return found


def one(source: Source, spot: Spot, owner: str) -> Reference:
    """A value that is an image, or a URL of one."""
    scalar, kind = cast(Scalar, spot.value), spot.kind
    start = len(DOCKER_URL) if scalar.startswith(DOCKER_URL) else 0
    text = spot.image if kind == MENTION else scalar[start:].strip()
    image = image_of(text)
    line, column = source.position(scalar.span.start)
    reason = ""
    if kind == MENTION:
        reason = _MENTIONED
    elif image is None:
        reason = why_not_evaluated(text)
    elif scalar.problem:
        reason = scalar.problem

    def write(new: ImageName) -> List[Edit]:
        wanted = spelled(image, new)
        if start:
            return [replace_part(source, scalar, start, len(scalar), wanted)]
        return [replace(source, scalar, wanted)]

    use = Use(
        text,
        kind,
        source.name,
        owner,
        show_path(spot.path),
        spot.container,
        line,
        column,
        editable=not reason,
        reason=reason,
    )
    return Reference(use, image, write, [(source.path, scalar.span)], place=scalar.path)


def spelled(old: Any, new: ImageName) -> str:
    """The new image as text: without C(latest) where the old one had no tag."""
    if old is not None and not old.tag and not new.digest and new.tag == "latest":
        return new.repository
    return str(new)


def _embedded(source: Source, item: Any, owner: str, fields: Fields) -> Iterator[Reference]:
    """Values of Helm, and images of Kustomize, inside of Flux's, Argo CD's and k3s's objects."""
    kind, spec = str(item.get("kind")), child(item, "spec")
    if kind == "HelmRelease":
        yield from _values(source, child(spec, "values"), owner)
    elif kind in ("HelmChart", "HelmChartConfig"):
        yield from _values(source, child(spec, "valuesContent"), owner)
    elif kind == "Kustomization":
        yield from in_images(source, child(spec, "images"), owner)
        yield from in_patches(source, spec, fields)
    elif kind in ("Application", "ApplicationSet"):
        spec = child(spec, "template", "spec") if kind == "ApplicationSet" else spec
        sources = child(spec, "sources") or [child(spec, "source")]
        for one_source in sources if isinstance(sources, list) else []:
            helm = child(one_source, "helm")
            yield from _values(source, child(helm, "values"), owner)
            yield from _values(source, child(helm, "valuesObject"), owner)
            yield from in_values(source, _parameters(child(helm, "parameters")), owner, partial=True)
            for text in child(one_source, "kustomize", "images") or []:
                if isinstance(text, Scalar):
                    yield _renaming(source, text, owner)


def _values(source: Source, value: Any, owner: str) -> Iterator[Reference]:
    if isinstance(value, Map):
        yield from in_values(source, value, owner, partial=True)
    elif isinstance(value, Scalar) and "image" in value.lower():
        try:
            documents = load_inner(value)
        except NotUnderstood as problem:
            line, column = source.position(value.span.start)
            path = shown_path(value.path)
            reason = "its values cannot be read: {0}".format(problem)
            use = Use("", RESOURCE_FIELD, source.name, owner, path, "", line, column, editable=False, reason=reason)
            yield Reference(use, None, None, place=value.path)
            return
        for document in documents:
            yield from in_values(source, document.data, owner, partial=True)


def in_patches(source: Source, kustomization: Any, fields: Fields) -> Iterator[Reference]:
    """The references in patches that are written inside of a kustomization."""
    patches = child(kustomization, "patches") or []
    texts = [child(entry, "patch") for entry in patches if isinstance(entry, Map)]
    texts += child(kustomization, "patchesStrategicMerge") or []
    for text in texts:
        if not isinstance(text, Scalar) or text.inner is None:
            continue
        try:
            documents = load_inner(text)
        except NotUnderstood:
            continue
        for document in documents:
            yield from in_document(source, document.data, fields)
            for step in document.data if isinstance(document.data, list) else []:
                value = child(step, "value")
                if str(child(step, "path")).endswith("/image") and isinstance(value, Scalar) and value:
                    yield one(source, Spot((shown_path(value.path),), value, CONTAINER, "", value), "patch")


def _parameters(parameters: Any) -> Map:
    """Argo CD's parameters, C({name: image.tag, value: 1.2}), as the values that they set."""
    found = Map()
    for parameter in parameters if isinstance(parameters, list) else []:
        name, value = child(parameter, "name"), child(parameter, "value")
        if not isinstance(name, str) or not isinstance(value, Scalar):
            continue
        inner, keys = found, name.split(".")
        for key in keys[:-1]:
            below = inner.setdefault(key, Map())
            if not isinstance(below, Map):
                break
            inner = below
        else:
            inner.setdefault(keys[-1], value)
    return found


def _renaming(source: Source, scalar: Scalar, owner: str) -> Reference:
    """An entry of Argo CD's C(kustomize.images), C([name=]image)."""
    old, equals, text = scalar.partition("=")
    text = text if equals else old
    start = len(scalar) - len(text)
    image = image_of(text) if is_image(text) else None
    line, column = source.position(scalar.span.start)
    reason = "" if image else why_not_evaluated(text)
    if image and not equals:
        reason = "it also selects what it replaces: write it as name=image"
    reason = reason or scalar.problem

    def write(new: ImageName) -> List[Edit]:
        return [replace_part(source, scalar, start, len(scalar), spelled(image, new))]

    path = shown_path(scalar.path)
    use = Use(text, KUSTOMIZE_IMAGE, source.name, owner, path, "", line, column, editable=not reason, reason=reason)
    any_tag = image is not None and not image.tag and not image.digest
    return Reference(use, image, write, [(source.path, scalar.span)], any_tag=any_tag, place=scalar.path)
