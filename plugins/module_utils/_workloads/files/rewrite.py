# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes files as planned, with a record, and puts them back.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._files.safe_file import SafeFile, read_safely
from ..._http_values import NotUnderstood
from ..errors import WorkloadsError
from ..record import Entry, Record, new_id, now
from .compose import Dotenv
from .plan import FilePlan, comparable
from .source import Edit, NotEditable, Source, apply, checksum, shown_place
from .tree import LARGEST
from .yaml_text import INNER, Scalar, Span, load, load_inner

_CHANGED = "it has changed since it was read"


def write_file(path: str, old: bytes, new: bytes, check_mode: bool) -> None:
    """Replace a file's content.

    :raises LongshoreError: it is no longer what was read, has other names, or cannot be written.
    """
    with SafeFile(path) as file:
        found = file.status()
        if file.path != path or found is None or file.read(LARGEST) != old:
            raise WorkloadsError(_CHANGED, where=path, hint="Run the task again.")
        if found.st_nlink > 1:
            raise WorkloadsError(
                "it has other names (hard links), which would keep the old content",
                where=path,
                hint='Replace it with a copy: "find / -xdev -samefile {0}" lists its names.'.format(path),
            )
        if check_mode:
            file.check_writable()
            return
        staged = file.stage((new,))
        try:
            if file.read(LARGEST) != old:
                raise WorkloadsError(_CHANGED, where=path, hint="Run the task again.")
            file.put(staged)
        except BaseException:
            file.discard(staged.name)
            raise


def rewrite(files: Sequence[FilePlan], record: Record, check_mode: bool) -> None:
    """Make the changes of files that are only right together, or of one.

    :raises LongshoreError: they cannot be made; the files are as they were.
    """
    for file in files:
        write_file(file.source.path, file.source.raw, file.new, check_mode=True)
    if check_mode:
        return
    group = new_id() if len(files) > 1 else ""
    entries = [_entry(file, group) for file in files]
    # All of them first: a later run completes what is killed between two files.
    for entry in entries:
        record.add(entry)
    written: List[FilePlan] = []
    try:
        for file in files:
            write_file(file.source.path, file.source.raw, file.new, check_mode=False)
            written.append(file)
    except LongshoreError:
        for file in written:
            write_file(file.source.path, file.new, file.source.raw, check_mode=False)
        for entry in entries:
            record.undone(entry)
        raise


def _entry(file: FilePlan, group: str) -> Entry:
    text = file.source.text
    edits = [
        {"path": list(edit.path), "start": edit.span.start, "old": text[slice(*edit.span)], "new": edit.new}
        for edit in file.edits
    ]
    images = [
        {
            "file": change.reference.file,
            "path": change.reference.use.path,
            "owner": change.reference.use.owner,
            "old": change.reference.use.image,
            "new": comparable(change.reference, change.new),
        }
        for change in file.changes
    ]
    before, after = checksum(file.source.raw), checksum(file.new)
    return Entry(new_id(), now(), file.source.path, before, after, group, edits, images)


def interrupted(record: Record) -> List[Tuple[str, bytes, bytes]]:
    """The files that a killed run has not changed, though it has changed others that are only right together with them:
    their paths, with their content now and then."""
    groups: Dict[str, List[Entry]] = {}
    for entry in record.entries:
        if entry.group:
            groups.setdefault(entry.group, []).append(entry)
    found = []
    for entries in groups.values():
        contents = {entry.file: read_safely(entry.file, LARGEST) or b"" for entry in entries}
        sums = {path: checksum(raw) for path, raw in contents.items()}
        if not any(sums[entry.file] == entry.after for entry in entries):
            continue
        for entry in entries:
            raw = contents[entry.file]
            if sums[entry.file] == entry.before:
                found.append((entry.file, raw, _forward(entry, raw)))
    return found


def _forward(entry: Entry, raw: bytes) -> bytes:
    """The file after an entry."""
    spans = [(edit, Span(edit["start"], edit["start"] + len(edit["old"]))) for edit in entry.edits]
    edits = [Edit(entry.file, span, edit["new"], ()) for edit, span in spans]
    return apply(raw.decode("utf-8"), edits).encode("utf-8")


class Restored(NamedTuple):
    """How one file is put back.

    :ivar new: its content afterwards; None if it is missing.
    :ivar exact: whether that is the file before the changes, byte for byte.
    :ivar changes: the values that are put back: their path, the text now, and the text then.
    :ivar left: values that are no longer ours, as mappings with C(path), C(expected) and C(found).
    """

    file: str
    old: Optional[bytes]
    new: Optional[bytes]
    exact: bool
    entries: List[Entry]
    left: List[Dict[str, str]]
    changes: List[Tuple[str, str, str]]


def plan_roll_back(record: Record, is_wanted: Any) -> List[Restored]:
    """How the files of a record are put back.

    :param is_wanted: whether a file is to be put back, by its path.
    """
    files: Dict[str, List[Entry]] = {}
    for entry in record.entries:
        if is_wanted(entry.file):
            files.setdefault(entry.file, []).append(entry)
    return [_restored(path, files[path]) for path in sorted(files)]


def _restored(path: str, entries: List[Entry]) -> Restored:
    try:
        with SafeFile(path) as file:
            old = file.read(LARGEST)
    except LongshoreError as error:
        return Restored(path, None, None, False, entries, [_left("", "", error.what)], [])
    if old is None:
        return Restored(path, None, None, False, entries, [_left("", "", "it was removed")], [])
    raw, exact, left, changes = old, True, [], []
    for entry in reversed(entries):
        whole = whole_before(entry, raw)
        if whole is None:
            exact = False
            raw, further, undone = _single(path, entry, raw)
            left += further
        else:
            undone = entry.edits if whole != raw else []
            raw = whole
        changes += [(_where(edit), edit["new"], edit["old"]) for edit in undone]
    return Restored(path, old, raw, exact, entries, left, changes)


def _where(edit: Dict[str, Any]) -> str:
    """The place of an edit, for display."""
    return shown_place(tuple(edit["path"]), inserted=not edit["old"])


def _left(path: str, expected: str, found: str) -> Dict[str, str]:
    return {"path": path, "expected": expected, "found": found}


def whole_before(entry: Entry, raw: bytes) -> Optional[bytes]:
    """The file before an entry, if it is the file after it, or was not changed at all; otherwise None."""
    if checksum(raw) == entry.before:
        return raw
    if checksum(raw) != entry.after:
        return None
    shift, edits = 0, []
    for edit in sorted(entry.edits, key=lambda edit: int(edit["start"])):
        start = edit["start"] + shift
        edits.append(Edit(entry.file, Span(start, start + len(edit["new"])), edit["old"], ()))
        shift += len(edit["new"]) - len(edit["old"])
    found = apply(raw.decode("utf-8"), edits).encode("utf-8")
    return found if checksum(found) == entry.before else None


def _single(path: str, entry: Entry, raw: bytes) -> Tuple[bytes, List[Dict[str, str]], List[Dict[str, Any]]]:
    """A file that others have changed too, with those values put back that are still what was written; the values that
    are not, and the edits that were undone."""
    edits: Dict[Edit, Dict[str, Any]] = {}
    left = []
    try:
        source = Source(path, path, raw)
        for edit in entry.edits:
            span, found = _span_now(source, edit)
            if span is not None:
                edits.setdefault(Edit(path, span, edit["old"], ()), edit)
            elif edit["old"] and edit["old"] not in found:
                left.append(_left(_where(edit), edit["new"], found))
        return apply(source.text, edits).encode("utf-8"), left, list(edits.values())
    except UnicodeDecodeError:
        return raw, [_left("", "", "it is not UTF-8")], []
    except NotEditable as problem:
        return raw, [_left("", "", problem.what)], []


def _span_now(source: Source, edit: Dict[str, Any]) -> Tuple[Optional[Span], str]:
    """Where an edit's new text is now, None if it is not there; with the text that is there, or why there is none."""
    text, new = source.text, edit["new"]
    if not edit["old"] and text.count(new) == 1:
        return Span(text.index(new), text.index(new) + len(new)), ""
    scalar, problem = _look_up(source, edit["path"])
    if scalar is None:
        return None, problem
    found = text[scalar.span.start : scalar.span.end]
    if edit["old"]:
        # What was written may include quotes, and a space for an empty value.
        spaces = len(new) - len(new.lstrip(" "))
        quote = 1 if scalar.style in ("'", '"') and new.lstrip(" ").startswith(scalar.style) else 0
        start, end = scalar.span.start - spaces - quote, scalar.span.end + quote
        at = text.find(new, start, end)
        if at < 0 or text.find(new, at + 1, end) >= 0:
            return None, found
        return Span(at, at + len(new)), found
    # An inserted key: its line or its part of the line is removed.
    at = text.find(new, max(0, scalar.span.start - len(new)), scalar.span.end + len(new))
    if at < 0 or not at <= scalar.span.start <= at + len(new):
        return None, found
    return Span(at, at + len(new)), found


def _look_up(source: Source, path: Sequence[Any]) -> Tuple[Optional[Scalar], str]:
    """The value at a recorded path, or why there is none."""
    if len(path) == 1:
        value = Dotenv(source).values.get(str(path[0]))
        if value is None:
            return None, "the variable is gone"
        scalar = Scalar(value.text)
        scalar.span, scalar.style = value.span, ""
        return scalar, ""
    try:
        found: Any = [document.data for document in load(source.text)]
        for part in path:
            if part == INNER:
                found = [document.data for document in load_inner(found)]
            else:
                found = found[part]
    except NotUnderstood as problem:
        return None, str(problem)
    except (LookupError, TypeError):
        return None, "the key is gone"
    return (found, "") if isinstance(found, Scalar) else (None, "it is not a single value any more")


def roll_back(restored: Restored, record: Record, check_mode: bool) -> None:
    """Put one file back, and record that.

    :raises LongshoreError: it cannot be written; it is as it was.
    """
    if restored.new is None or restored.old is None:
        return
    if restored.new != restored.old:
        write_file(restored.file, restored.old, restored.new, check_mode)
    for entry in () if check_mode else reversed(restored.entries):
        record.undone(entry)
