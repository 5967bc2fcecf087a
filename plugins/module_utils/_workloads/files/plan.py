# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is changed in which file, so that other images are used. Nothing is written here.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Optional, Set, Tuple

from ..errors import WorkloadsError
from ..model.image import ImageName
from .scan import Scan, Scanner
from .source import Edit, NotEditable, Reference, Source, apply

Mapping = Callable[[ImageName, bool], Optional[ImageName]]
"""The new image for one, None to leave it. The second argument says whether its tag is not known.

:raises WorkloadsError: there is no clear answer, with the reason.
"""

_DISAGREE = "{0} uses the same value, and would need another one"
_NO_DIGEST = "its digest at the target is not known"
_UNEXPECTED = "the result would not be what was asked for: change it by hand"


@dataclass
class Change:
    """One reference with its new image."""

    reference: Reference
    new: ImageName
    edits: List[Edit]


@dataclass
class FilePlan:
    """The changes of one file."""

    source: Source
    edits: List[Edit]
    new: bytes
    changes: List[Change] = field(default_factory=list)


@dataclass
class Plan:
    """
    :ivar files: in order of their paths.
    :ivar left: references that have a new image but cannot be changed, with the reason.
    """

    files: List[FilePlan] = field(default_factory=list)
    left: List[Tuple[Reference, str]] = field(default_factory=list)

    def groups(self) -> List[List[FilePlan]]:
        """The files, those together that a reference needs together."""
        groups: Dict[int, List[FilePlan]] = {}
        for file in self.files:
            group = [file]
            for change in file.changes:
                known = groups.get(id(change), group)
                if known is not group:
                    group[:0] = known
                    groups.update((id(one), group) for other in known for one in other.changes)
            groups.update((id(change), group) for change in file.changes)
        return list({id(group): group for group in groups.values()}.values())


def plan_changes(scan: Scan, mapping: Mapping, scanner: Scanner, ours: Callable[[Reference], bool]) -> Plan:
    """Plan the changes, and check that exactly the images asked for differ afterwards.

    :param ours: whether a reference has been changed before, and is still what was written.
    """
    plan = Plan()
    changes: List[Change] = []
    for reference in scan.references:
        if reference.image is not None and not ours(reference):
            _add(plan, changes, reference, mapping, scan)
    changes = _agreed(plan, changes, scan.references)
    changes = _proven(plan, changes, scan, scanner)
    plan.files = _files(changes, scan)
    return plan


def _add(plan: Plan, changes: List[Change], reference: Reference, mapping: Mapping, scan: Scan) -> None:
    try:
        new = None if reference.image is None else mapping(reference.image, reference.any_tag)
        if new is None:
            return
        if not reference.editable:
            raise NotEditable(reference.use.reason)
        if reference.image is not None and reference.image.digest and not new.digest:
            raise NotEditable(_NO_DIGEST)
        edits = [edit for edit in reference.edits(new) if edit.new != _text_at(scan, edit)]
    except WorkloadsError as problem:
        plan.left.append((reference, problem.what))
        return
    if edits:
        changes.append(Change(reference, new, edits))


def _text_at(scan: Scan, edit: Edit) -> str:
    return scan.sources[edit.file].text[edit.span.start : edit.span.end]


def _slot(edit: Edit) -> Tuple[Any, ...]:
    """What an edit writes: a span, or a new key."""
    return (edit.file, edit.span) if edit.span.start < edit.span.end else (edit.file, edit.span, edit.path)


def _agreed(plan: Plan, changes: List[Change], references: List[Reference]) -> List[Change]:
    """The changes without those that share a value with a reference that needs another one, or keeps it."""
    while True:
        wanted: Dict[Tuple[Any, ...], Dict[str, Reference]] = {}
        for change in changes:
            for edit in change.edits:
                wanted.setdefault(_slot(edit), {}).setdefault(edit.new, change.reference)
        writing: Dict[int, Set[Tuple[Any, ...]]] = {
            id(change.reference): {_slot(edit) for edit in change.edits} for change in changes
        }
        keeping: Dict[Tuple[Any, ...], Reference] = {}
        for reference in references:
            for slot in reference.slots:
                if slot in wanted and slot not in writing.get(id(reference), ()):
                    keeping[slot] = reference
        kept = []
        for change in changes:
            other = _opponent(change, wanted, keeping)
            if other is None:
                kept.append(change)
            else:
                who = other.use.owner or other.use.path
                plan.left.append((change.reference, _DISAGREE.format(who)))
        if len(kept) == len(changes):
            return kept
        changes = kept


def _opponent(
    change: Change,
    wanted: Dict[Tuple[Any, ...], Dict[str, Reference]],
    keeping: Dict[Tuple[Any, ...], Reference],
) -> Optional[Reference]:
    for edit in change.edits:
        slot = _slot(edit)
        if slot in keeping:
            return keeping[slot]
        if len(wanted[slot]) > 1:
            return next(other for text, other in wanted[slot].items() if text != edit.new)
    return None


def _files(changes: List[Change], scan: Scan) -> List[FilePlan]:
    edits: Dict[str, Dict[Tuple[Any, ...], Edit]] = {}
    users: Dict[str, Dict[int, Change]] = {}
    for change in changes:
        for edit in change.edits:
            edits.setdefault(edit.file, {})[_slot(edit)] = edit
            users.setdefault(edit.file, {})[id(change)] = change
    files = []
    for path in sorted(edits):
        source = scan.sources[path]
        listed = sorted(edits[path].values(), key=lambda edit: edit.span)
        new = apply(source.text, listed).encode("utf-8")
        if new != source.raw:
            files.append(FilePlan(source, listed, new, list(users[path].values())))
    return files


def _proven(plan: Plan, changes: List[Change], scan: Scan, scanner: Scanner) -> List[Change]:
    """The changes of files that, read again, have the new images and otherwise the same."""
    for _attempt in range(len(changes) + 1):
        wrong = _unexpected(changes, scan, scanner)
        if not wrong:
            return changes
        plan.left += [(change.reference, _UNEXPECTED) for change in changes if _sources(change) & wrong]
        changes = [change for change in changes if not _sources(change) & wrong]
    return changes


def _sources(change: Change) -> Set[str]:
    return {change.reference.use.source, *(name for name, _path in change.reference.added_to)}


def _unexpected(changes: List[Change], scan: Scan, scanner: Scanner) -> Set[str]:
    """The names of files that do not read as they should."""
    try:
        files = {file.source.path: file for file in _files(changes, scan)}
    except NotEditable:
        return {name for change in changes for name in _sources(change)}
    if not files:
        return set()
    expected: Dict[str, List[Any]] = {}
    touched = {change.reference.use.source for change in changes}
    new = {id(change.reference): change.new for change in changes if not change.reference.added_to}
    for change in changes:
        for name, path in change.reference.added_to:
            touched.add(name)
            entry = (path, change.new.repository)
            if entry not in expected.setdefault(name, []):
                expected[name].append(entry)
    for reference in scan.references:
        if reference.use.source in touched:
            image = new.get(id(reference), reference.image)
            expected.setdefault(reference.use.source, []).append((reference.use.path, comparable(reference, image)))
    found: Dict[str, List[Any]] = {name: [] for name in touched}
    again = Scan()
    fresh = scanner.reading({path: Source(path, file.source.name, file.new) for path, file in files.items()})
    for source in list(scan.sources.values()):
        if source.name in touched:
            text = files[source.path].new if source.path in files else source.raw
            fresh.add(again, Source(source.path, source.name, text))
    for reference in again.references:
        found[reference.use.source].append((reference.use.path, comparable(reference, reference.image)))
    return {name for name in touched if sorted(found[name], key=repr) != sorted(expected.get(name, []), key=repr)}


def comparable(reference: Reference, image: Optional[ImageName]) -> str:
    """What a reference says of an image, as text."""
    if image is None:
        return reference.use.image
    if reference.any_tag:
        return image.repository
    return image.full if image.digest is None else "{0}@{1}".format(image.repository, image.digest)
