# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facade of the modules that find image references in files, change them, and put them back.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from contextlib import closing
from typing import Any, Callable, Dict, Iterable, List, Mapping, Sequence, Tuple

from ..._errors import LongshoreError
from ..._files.lock import exclusive
from ..._files.safe_file import SafeFile, check_output
from ..._text import hide_logins, one_line, quoted
from ..errors import WorkloadsError
from ..model.objects import is_field
from ..model.outcome import parse_output, show_found, write_images_json
from ..model.rules import find_rules, render_component
from ..model.table import render_rows
from ..record import Record
from .plan import Change, FilePlan, Plan, comparable, plan_changes
from .rewrite import Restored, interrupted, plan_roll_back, rewrite, roll_back, write_file
from .scan import Scan, Scanner
from .source import Reference, shown_place
from .tree import Tree

MOST_SHOWN = 500
"""References, files and reasons in a result; AWX drops a result that is too large."""

LOCK_TIMEOUT = 30  # seconds
_COMPLETED = "{0}: a run was killed before it changed this file, which others need; it is completed first"

SCAN = {
    "exclude": {"type": "list", "elements": "str", "default": []},
    "resource_fields": {"type": "dict", "default": {}},
}
"""The options of both modules."""


def run_discovery(params: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Find references, and the rules that copy their images.

    :raises LongshoreError: an option is not valid, or a path cannot be read.
    """
    target = parse_output(params["target"], params["dest"])
    scan = _scan(params)[1]
    found = find_rules([reference.use for reference in scan.references], target)
    changed = bool(params["dest"]) and write_images_json(params["dest"], found, check_mode)
    shown = [_shown(reference) for reference in scan.references]
    used = "{0} images in {1} references, in {2} files".format(
        len(found.images), len(scan.references), len({reference.file for reference in scan.references})
    )
    result = {
        "changed": changed,
        "msg": "{0}; {1} to copy, {2} files not evaluated".format(used, len(found.rules), len(scan.skipped)),
        **show_found(found),
        "kustomize_component": render_component(found.rules),
        "references": shown[:MOST_SHOWN],
        "references_total": len(shown),
        **_not_evaluated(scan),
    }
    if params["dest"]:
        result["dest"] = params["dest"]
    return result


def run_rewriting(params: Mapping[str, Any], mapping: Any, check_mode: bool) -> Dict[str, Any]:
    """Change references, with a record.

    :param mapping: see L(plan.Mapping,#).
    :raises LongshoreError: an option is not valid, or a path or the record cannot be read.
    """
    with exclusive(_folder(params["record"]), LOCK_TIMEOUT), closing(Record(params["record"])) as record:
        check_output("record", params["record"], replaced=False)
        completed = interrupted(record)
        for path, old, new in completed:
            write_file(path, old, new, check_mode)
        scanner, scan = _scan(params)
        scan.warnings += [_COMPLETED.format(path) for path, _old, _new in completed]
        plan = plan_changes(scan, mapping, scanner, _ours(record))
        if plan.files and not check_mode:
            record.open()
        groups, failures = _each(
            plan.groups(), lambda files: rewrite(files, record, check_mode), lambda files: files[0].source.name
        )
    done = sorted((file for files in groups for file in files), key=lambda file: file.source.path)
    changes = [change for file in done for change in file.changes]
    references = {id(change.reference) for change in changes}
    text = "{0} references changed in {1} files, {2} left, {3} files not evaluated".format(
        len(references), len(done), len(plan.left), len(scan.skipped)
    )
    return {
        **_outcome(text, failures),
        "changed": bool(done or completed),
        "files": [_file(file) for file in done][:MOST_SHOWN],
        "left": _left(plan)[:MOST_SHOWN],
        "table": _table([(file.source.name, "changed", _moved(file.changes)) for file in done], failures, _left(plan)),
        "record": params["record"],
        "diff": [_diff(file) for file in done],
        **_not_evaluated(scan),
    }


def run_roll_back(params: Mapping[str, Any], check_mode: bool) -> Dict[str, Any]:
    """Put files back as the record has them.

    :raises LongshoreError: the record cannot be read.
    """
    roots = [os.path.realpath(path) for path in params["paths"] or []]

    def is_wanted(path: str) -> bool:
        return not roots or any(path == root or path.startswith(root.rstrip("/") + "/") for root in roots)

    with exclusive(_folder(params["record"]), LOCK_TIMEOUT), closing(Record(params["record"])) as record:
        planned = plan_roll_back(record, is_wanted)
        if planned and not check_mode:
            record.open()
        done, failures = _each(
            planned,
            lambda restored: roll_back(restored, record, check_mode),
            lambda restored: restored.file,
        )
    back = [restored for restored in done if restored.old != restored.new]
    lost = [one for restored in done for one in _lost(restored)]
    text = "{0} files put back, {1} of them byte for byte, {2} values left".format(
        len(back), sum(1 for restored in back if restored.exact), len(lost)
    )
    return {
        **_outcome(text, failures),
        "changed": bool(back),
        "files": [_file_back(restored) for restored in back][:MOST_SHOWN],
        "left": lost[:MOST_SHOWN],
        "table": _table(
            [(one.file, "put back", ["byte for byte" if one.exact else "with the changes of others"]) for one in back],
            failures,
            [dict(one, reason="it is now {0}".format(one["reason"])) for one in lost],
        ),
        "record": params["record"],
        "diff": [_diff_of(restored.file, restored.changes) for restored in back],
        "not_evaluated": [],
        "not_evaluated_total": 0,
        "warnings": [],
    }


def _scan(params: Mapping[str, Any]) -> Tuple[Scanner, Scan]:
    fields = _fields(params["resource_fields"])
    if not params["paths"]:
        raise WorkloadsError("there are none", where="paths", hint="Name files or folders.")
    scanner = Scanner(fields)
    return scanner, scanner.scan(Tree(params["paths"], params["exclude"], everything=bool(fields)))


def _fields(value: Mapping[str, Any]) -> Dict[str, List[str]]:
    for kind, paths in value.items():
        if not isinstance(paths, list) or not all(isinstance(path, str) and is_field(path) for path in paths):
            raise WorkloadsError(
                "the paths of {0} are not valid".format(quoted(str(kind))),
                where="resource_fields",
                hint="Write a list of paths, such as spec.parts[].image.",
            )
    return {str(kind): list(paths) for kind, paths in value.items()}


def _folder(path: str) -> str:
    with SafeFile(path) as file:
        return os.path.dirname(file.path)


def _ours(record: Record) -> Callable[[Reference], bool]:
    def ours(reference: Reference) -> bool:
        written = record.written(reference.file, reference.use.path, reference.use.owner)
        return written is not None and written == comparable(reference, reference.image)

    return ours


def _each(items: Iterable[Any], act: Callable[[Any], None], name: Callable[[Any], str]) -> Tuple[List[Any], List[Any]]:
    """Those that succeeded, and the failures of the others."""
    done, failures = [], []
    for item in items:
        try:
            act(item)
            done.append(item)
        except LongshoreError as error:
            failures.append({"file": name(item), "error": str(error)})
    return done, failures


def _lost(restored: Restored) -> List[Dict[str, str]]:
    """The values that are no longer what was written."""
    return [
        {"file": restored.file, "path": one["path"], "image": one["expected"], "reason": one["found"]}
        for one in restored.left
    ]


def _moved(changes: Sequence[Change]) -> List[str]:
    return ["{0} -> {1}".format(change.reference.use.image, change.new) for change in changes]


def _table(
    files: Sequence[Tuple[str, str, List[str]]],
    failures: Sequence[Mapping[str, str]],
    left: Sequence[Mapping[str, str]],
) -> List[str]:
    """What needs attention comes first.

    :param files: each with its outcome, and what is to be said of it.
    """
    found = [(one["file"], "failed", [one["error"]]) for one in failures]
    found += [(one["file"], "left", ["{0}: {1}".format(one["image"], one["reason"])]) for one in left]
    rows = [
        (one_line(name) if not number else "", outcome if not number else "", one_line(text))
        for name, outcome, texts in [*found, *files]
        for number, text in enumerate(texts)
    ]
    return render_rows(("FILE", "OUTCOME", "IMAGES OR REASON"), rows)


def _outcome(text: str, failures: Sequence[Mapping[str, str]]) -> Dict[str, Any]:
    if failures:
        text = "{0}, {1} files failed. First failure: {2}".format(text, len(failures), failures[0]["error"])
    return {"failed": bool(failures), "msg": text, "failures": list(failures)[:MOST_SHOWN]}


def _not_evaluated(scan: Scan) -> Dict[str, Any]:
    skipped = [{"file": item.name, "reason": item.reason} for item in scan.skipped]
    return {
        "not_evaluated": skipped[:MOST_SHOWN],
        "not_evaluated_total": len(skipped),
        "warnings": scan.warnings[:MOST_SHOWN],
    }


def _shown(reference: Reference) -> Dict[str, Any]:
    use = reference.use
    return {
        "file": use.source,
        "line": use.line,
        "column": use.column,
        "owner": use.owner,
        "path": use.path,
        "container": use.container,
        "kind": use.kind,
        "image": hide_logins(use.image),
        "editable": use.editable,
        "note": use.reason,
    }


def _left(plan: Plan) -> List[Dict[str, str]]:
    return [
        {"file": one.use.source, "path": one.use.path, "image": one.use.image, "reason": reason}
        for one, reason in plan.left
    ]


def _file(file: FilePlan) -> Dict[str, Any]:
    return {"path": file.source.name, "changes": [_change(change) for change in file.changes][:MOST_SHOWN]}


def _change(change: Change) -> Dict[str, Any]:
    use = change.reference.use
    return {
        "line": use.line,
        "owner": use.owner,
        "path": use.path,
        "old": use.image,
        "new": str(change.new),
        "note": use.reason,
    }


def _diff(file: FilePlan) -> Dict[str, str]:
    text = file.source.text
    olds = [(edit, text[slice(*edit.span)]) for edit in file.edits]
    changes = [(shown_place(edit.path, inserted=not old), old, edit.new) for edit, old in olds]
    return _diff_of(file.source.name, changes)


def _diff_of(name: str, changes: Iterable[Tuple[str, str, str]]) -> Dict[str, str]:
    """The changed values alone, as path, old and new text: their lines may also have secrets."""
    sides: List[List[str]] = [[], []]
    for path, *texts in changes:
        for side, text in zip(sides, texts):
            if text.strip():
                side.append("{0}: {1}\n".format(path, " ".join(text.split())))
    return {"before_header": name, "after_header": name, "before": "".join(sides[0]), "after": "".join(sides[1])}


def _file_back(restored: Restored) -> Dict[str, Any]:
    changes = [{"path": where, "old": now.strip(), "new": then} for where, now, then in restored.changes]
    return {"path": restored.file, "exact": restored.exact, "changes": changes[:MOST_SHOWN]}
