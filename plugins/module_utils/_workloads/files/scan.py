# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All image references of a tree: each file by what its documents are.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, replace
from typing import Any, Callable, Dict, Iterator, List, Tuple

from ..._errors import LongshoreError
from ..._http_values import NotUnderstood
from ..model.image import ImageName
from ..model.use import KUSTOMIZE_IMAGE, MENTION
from .compose import ComposeFile, Dotenv, is_compose
from .helm import Chart, in_values
from .kustomize import NAMES, Build, add_entry, added_path, build_of, in_images, is_kustomization, replacements
from .manifests import Fields, in_document, in_patches, is_object
from .source import Edit, NotEditable, Reference, Source, child
from .tree import Skipped, Tree, beside
from .yaml_text import load

_VALUES = re.compile(r"(?:.*[-_.])?values(?:[-_.].*)?\.ya?ml\Z", re.IGNORECASE)
_REPLACED = "{0} replaces it (images), and is changed instead"
_ADDED = "{0} replaces it (images), so {1} gets an entry for it as well"

Reader = Callable[[Source, str], Source]
"""Reads the file with a name beside a file."""


@dataclass
class Scan:
    """The result.

    :ivar references: in the order of the files.
    :ivar sources: the files with references, by path.
    :ivar skipped: what was not evaluated.
    :ivar warnings: what the user should know about files that were evaluated.
    """

    references: List[Reference] = field(default_factory=list)
    sources: Dict[str, Source] = field(default_factory=dict)
    skipped: List[Skipped] = field(default_factory=list)
    warnings: List[str] = field(default_factory=list)
    builds: Dict[str, Build] = field(default_factory=dict)


class Scanner:
    """Finds references in files.

    :param fields: more fields of custom resources, by kind.
    :param reader: reads files beside a file; for texts that are not written yet.
    """

    def __init__(self, fields: Fields, reader: Reader = beside) -> None:
        self._fields = fields
        self._reader = reader
        self._environments: Dict[str, Tuple[Source, Dotenv]] = {}

    def reading(self, texts: Dict[str, Source]) -> Scanner:
        """A new scanner that takes these texts, by path, for those of the files."""

        def reader(source: Source, name: str) -> Source:
            path = os.path.join(os.path.dirname(source.path), name)
            return texts[path] if path in texts else self._reader(source, name)

        return Scanner(self._fields, reader)

    def scan(self, tree: Tree) -> Scan:
        """Everything below the paths of a tree."""
        scan = Scan()
        for source in tree.sources():
            self.add(scan, source)
        scan.skipped[:0] = tree.skipped
        mark_replaced(scan)
        return scan

    def add(self, scan: Scan, source: Source) -> None:
        """One file's references."""
        try:
            documents = load(source.text)
        except NotUnderstood as problem:
            reason = "it is a template" if "{{" in source.text or "{%" in source.text else str(problem)
            scan.skipped.append(Skipped(source.name, reason))
            return
        found: Dict[Any, Reference] = {}
        try:
            for document in documents:
                for reference in self._in_document(scan, source, document.data):
                    found.setdefault((reference.place, reference.use.path, reference.use.owner), reference)
                if document.duplicates is not None:
                    scan.warnings.append("{0}: a key is written twice; YAML takes the last one".format(source.name))
                    for reference in self._in_document(Scan(), source, document.duplicates):
                        if all(reference.slots != other.slots for other in found.values()):
                            found[reference.slots] = reference
        except LongshoreError as error:
            scan.skipped.append(Skipped(source.name, str(error)))
            return
        scan.references += found.values()
        if found:
            scan.sources[source.path] = source
        for reference in found.values():
            reference.file = source.path
            for path, _span in reference.slots:
                if path != source.path:
                    scan.sources.setdefault(path, self._environments[os.path.dirname(path)][0])

    def _in_document(self, scan: Scan, source: Source, data: Any) -> Iterator[Reference]:
        name = os.path.basename(source.path)
        if is_kustomization(data) or (name in NAMES and not is_object(data)):
            build = build_of(source, data)
            scan.builds[os.path.dirname(source.path)] = build
            for remote in build.remote:
                scan.skipped.append(Skipped(source.name, "{0} is fetched from elsewhere".format(remote)))
            yield from in_images(source, child(data, "images"), "Kustomization")
            yield from in_patches(source, data, self._fields)
            for chart in child(data, "helmCharts") or []:
                yield from in_values(source, child(chart, "valuesInline"), "chart {0}".format(child(chart, "name")))
        elif is_object(data) or str(child(data, "kind")).endswith("List"):
            yield from in_document(source, data, self._fields)
        elif is_compose(data):
            yield from ComposeFile(source, self._environment(source)).references(data)
        elif _VALUES.match(name):
            yield from in_values(source, data, chart=self._chart(source))

    def _environment(self, source: Source) -> Dotenv:
        folder = os.path.dirname(source.path)
        if "$" not in source.text:
            return Dotenv(None)
        if folder not in self._environments:
            found = self._reader(source, ".env")
            self._environments[folder] = (found, Dotenv(found))
        return self._environments[folder][1]

    def _chart(self, source: Source) -> Chart:
        """The chart of a file with values: that of the folder, if these are its defaults."""
        if os.path.basename(source.path) != "values.yaml":
            return Chart()
        try:
            about = self._reader(source, "Chart.yaml")
            data = load(about.text)[0].data if about.text else None
        except (NotUnderstood, IndexError):
            data = None
        if data is None:
            return Chart()
        dependencies = child(data, "dependencies")
        names = [
            str(child(one, key))
            for one in (dependencies if isinstance(dependencies, list) else [])
            for key in ("name", "alias")
            if child(one, key)
        ]
        return Chart(False, str(child(data, "appVersion") or ""), frozenset(names))


def mark_replaced(scan: Scan) -> None:
    """Leave out what a kustomization replaces: its C(images) select by the name that is written now."""
    files = replacements(scan.builds)
    for reference in scan.references:
        if reference.use.kind in (KUSTOMIZE_IMAGE, MENTION) or not reference.use.editable:
            continue
        name = _name_of(reference.use.image)
        tops = files.get(reference.file, [])
        replacing = [top for top in tops if name in top.names]
        others = [top for top in tops if name not in top.names]
        if not replacing:
            continue
        if others:
            _add_to(scan, reference, name, others)
            names = ", ".join(top.source.name for top in others)
            reference.use = replace(reference.use, reason=_ADDED.format(replacing[0].source.name, names))
        else:
            reason = _REPLACED.format(replacing[0].source.name)
            reference.use = replace(reference.use, editable=False, reason=reason)


def _add_to(scan: Scan, reference: Reference, name: str, others: List[Build]) -> None:
    """Let a reference be changed by entries in kustomizations."""

    def write(new: ImageName) -> List[Edit]:
        old = reference.image
        if old is None or new.digest != old.digest or new.tag not in (None, old.pulled_tag):
            raise NotEditable("its tag or digest would change: write the entry by hand")
        return [edit for build in others for edit in add_entry(build, name, new.repository)]

    for build in others:
        scan.sources.setdefault(build.source.path, build.source)
    reference.add_to([(build.source.name, added_path(name)) for build in others], write)


def _name_of(text: str) -> str:
    """An image's name as Kustomize compares it: without tag and digest."""
    head, slash, last = text.partition("@")[0].rpartition("/")
    return head + slash + last.partition(":")[0]
