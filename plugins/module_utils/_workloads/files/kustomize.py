# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image references in kustomizations, and which of them replace images of other files.

An entry of C(images) selects by the text of a name: C(nginx) and C(docker.io/library/nginx) are two names. It replaces
the name (C(newName)), the tag (C(newTag)) or both by a digest, in everything that the kustomization builds.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Set

from ..model.image import ImageName
from ..model.use import KUSTOMIZE_IMAGE, Use
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
from .yaml_text import Map, Scalar, Seq, Span, plain

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
UNKNOWN_TAG = "the tag is that of the image it replaces: check that it was copied"
_INPUTS = ("resources", "bases", "components", "patchesStrategicMerge")


def is_kustomization(document: Any) -> bool:
    """Whether a document says that it is a kustomization or a component of Kustomize itself."""
    kind, version = child(document, "kind"), child(document, "apiVersion")
    return kind in ("Kustomization", "Component") and str(version).startswith("kustomize.config.k8s.io/")


def in_images(source: Source, images: Any, owner: str) -> Iterator[Reference]:
    """The references in a list C(images)."""
    for entry in images if isinstance(images, list) else []:
        if isinstance(entry, Map) and isinstance(entry.get("name"), Scalar) and entry["name"]:
            yield _entry(source, entry, owner)


def _entry(source: Source, entry: Map, owner: str) -> Reference:
    name, new_name = entry["name"], _scalar(entry, "newName")
    tag, digest = _scalar(entry, "newTag"), _scalar(entry, "digest")
    written = new_name or name
    text = written + (":" + tag if tag and not digest else "") + ("@" + digest if digest else "")
    image = image_of(text)
    any_tag = image is not None and not image.tag and not image.digest
    reason = "" if image else why_not_evaluated(text)

    def write(new: ImageName) -> List[Edit]:
        edits = []
        if new_name is not None:
            edits.append(replace(source, new_name, new.repository))
        else:
            key = key_of(entry, "name")
            edits.append(insert_after(source, key, name, entry.flow, "newName", plain(new.repository)))
        if digest is not None:
            if digest != new.digest:
                edits.append(replace(source, digest, new.digest or ""))
        elif tag is not None and tag != new.tag and new.tag:
            edits.append(replace(source, tag, new.tag))
        return edits

    line, column = source.position(written.span.start)
    # By its name: the number changes when an entry is added.
    path = "{0}[name={1}]".format(shown_path(entry.path[:-1]), name)
    note = UNKNOWN_TAG if any_tag else ""
    use = Use(
        text, KUSTOMIZE_IMAGE, source.name, owner, path, "", line, column, editable=not reason, reason=reason or note
    )
    slots = [(source.path, part.span) for part in (name, new_name, tag, digest) if part is not None]
    return Reference(use, image, write, slots, any_tag, name.path)


def _scalar(entry: Map, key: str) -> Any:
    value = entry.get(key)
    return value if isinstance(value, Scalar) and value else None


@dataclass
class Build:
    """What a kustomization reads.

    :ivar root: the document.
    :ivar names: the names that its C(images) select.
    :ivar inputs: absolute paths of files and directories.
    :ivar remote: what it fetches from elsewhere.
    """

    source: Source
    root: Map
    names: Set[str] = field(default_factory=set)
    inputs: List[str] = field(default_factory=list)
    remote: List[str] = field(default_factory=list)


def build_of(source: Source, document: Any) -> Build:
    """What a kustomization reads."""
    build = Build(source, document)
    for entry in child(document, "images") or []:
        if isinstance(child(entry, "name"), str):
            build.names.add(str(entry["name"]))
    texts = [text for key in _INPUTS for text in child(document, key) or [] if isinstance(text, Scalar)]
    for text in texts:
        if "\n" in text:
            continue
        if "://" in text or text.startswith(("git@", "github.com/")) or "?ref=" in text:
            build.remote.append(str(text))
        else:
            build.inputs.append(os.path.normpath(os.path.join(os.path.dirname(source.path), text)))
    return build


def replacements(builds: Dict[str, Build]) -> Dict[str, List[Build]]:
    """For each file, the outermost kustomizations that build it, each with all names that are replaced on the way.

    :param builds: by directory.
    """
    inner = {path for build in builds.values() for path in build.inputs}
    outermost = [path for path in builds if path not in inner] or list(builds)
    found: Dict[str, List[Build]] = {}
    for top in sorted(outermost):
        whole = Build(builds[top].source, builds[top].root)
        todo, seen = [top], set()
        while todo:
            path = todo.pop()
            if path in seen:
                continue
            seen.add(path)
            if path in builds:
                whole.names |= builds[path].names
                todo += builds[path].inputs
            else:
                whole.inputs.append(path)
        for path in whole.inputs:
            found.setdefault(path, []).append(whole)
    return found


def added_path(name: str) -> str:
    """Where an added entry for a name is, for display."""
    return "images[name={0}]".format(name)


def add_entry(build: Build, name: str, repository: str) -> List[Edit]:
    """Add an entry that renames an image to C(images), first in the list.

    :raises NotEditable: the kustomization is written in braces.
    """
    source, root, line = build.source, build.root, build.source.newline
    images = root.get("images")
    path = (*root.path, "images", name)
    if root.flow or not root:
        raise NotEditable("{0} is written in braces: add {1} to its images".format(source.name, name))
    if isinstance(images, Seq) and images.flow:
        at = images.span.start + 1
        return [Edit(source.path, Span(at, at), "{{name: {0}, newName: {1}}}, ".format(name, repository), path)]
    if isinstance(images, Seq):
        at = images.span.start
        return [Edit(source.path, Span(at, at), _entry_text(name, repository, line, source.column(at)), path)]
    if isinstance(images, Scalar):
        text = "{0}- name: {1}{0}  newName: {2}".format(line, name, repository)
        return [Edit(source.path, images.span, text, path)]
    first = next((key for key in root if key not in ("apiVersion", "kind", "metadata")), next(iter(root)))
    at = first.span.start - (1 if first.style else 0)
    column = source.column(at)
    header = Edit(source.path, Span(at, at), "images:{0}{1}".format(line, " " * column), (*root.path, "images"))
    return [header, Edit(source.path, Span(at, at), _entry_text(name, repository, line, column), path)]


def _entry_text(name: str, repository: str, line: str, column: int) -> str:
    indent = line + " " * column
    return "- name: {0}{1}  newName: {2}{1}".format(name, indent, repository)
