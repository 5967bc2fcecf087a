# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What C(dockerfile_audit) does: audit, mend, compare with the baseline, write.

Everything is read and decided first, and files are written at the end: a failure before that changes nothing.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any, Dict, List, Mapping, NamedTuple

from ..._arguments import check_ranges
from ..._errors import LongshoreError
from ..._files.lock import exclusive
from ..._files.safe_file import SafeFile
from ..dockerfile.text import LARGEST
from ..errors import AuditError
from ..judgement.audit import Audit, Trouble, combined
from ..judgement.baseline import Baseline, render_baseline, with_baseline
from ..judgement.settings import Settings, read_settings
from ..model import Finding, NotEvaluated
from ..report.data import finding_of
from ..report.text import line_of
from ..rules.catalogue import RULES
from .arguments import NUMBERS
from .difference import difference, shown_text
from .file_audit import Audited, audit_file, switched_off
from .mend import edited, mend
from .outcome import load_baseline, result_of, write_if_different, write_reports
from .targets import Target, Targets, of_content, of_path

LOCK_TIMEOUT = 30


class Change(NamedTuple):
    """A file with another content."""

    path: str
    file: str
    old: bytes
    new: bytes


class DockerfileAudit:
    """One run of the module.

    :raises LongshoreError: an option is invalid.
    """

    def __init__(self, options: Mapping[str, Any]) -> None:
        check_ranges(options, NUMBERS)
        self._options = options
        self._settings: Settings = read_settings(options)
        self._baseline: Baseline = {}
        if options.get("write_baseline") and not options.get("baseline"):
            raise AuditError("it is not set", where="baseline", hint="Name the file for write_baseline.")
        if options.get("baseline") and (not options.get("write_baseline") or os.path.exists(options["baseline"])):
            self._baseline = load_baseline(options["baseline"])
        if options.get("fix") and options.get("content") is not None:
            raise AuditError("a text cannot be mended", where="fix", hint="Set path to a file, or leave out fix.")
        # New contents of entrypoint scripts, which several Dockerfiles may share.
        self._replaced: Dict[str, bytes] = {}
        self._changes: Dict[str, Change] = {}
        self._mended: List[Finding] = []

    def run(self, check_mode: bool) -> Dict[str, Any]:
        """Audit, mend and report.

        :returns: the module's result. It has C(failed) if a finding, or a file that cannot be read, makes it fail.
        :raises LongshoreError: something cannot be read or written.
        """
        targets = self._targets()
        audits = [self._audit(target) for target in targets.files]
        audits.append(_of_unreadable(targets, self._settings))
        audits.append(switched_off(self._settings))
        audit = combined(audits, self._settings.profile, targets.root)
        if self._options.get("write_baseline"):
            wanted = render_baseline(audit.findings)
            audit = replace(audit, findings=tuple(_known(finding) for finding in audit.findings))
            audit = combined([audit], audit.profile, audit.root)
        result = result_of(audit, self._settings, self._options["findings_shown"])
        self._check_unchanged()
        paths, written = write_reports(audit, self._options, True)
        if not check_mode:
            self._write_changes()
            write_reports(audit, self._options, False)
        if self._options.get("write_baseline") and write_if_different(self._options["baseline"], wanted, check_mode):
            written.append(self._options["baseline"])
        written = [change.file for change in self._changes.values()] + written
        result.update(paths, changed=bool(written), written=written, diff=self._diff())
        result["mended"] = [finding_of(finding) for finding in self._mended]
        result["summary"][1:1] = ["mended: {0}".format(line_of(finding)) for finding in self._mended[:50]]
        if targets.unreadable:
            first = targets.unreadable[0]
            what = "{0}: {1}".format(first.path, first.message)
            result.update(
                failed=True, msg="{0} could not be read; {1}. {2}".format(_files(targets), what, result["msg"])
            )
        return result

    # -- auditing ----------------------------------------------------------------------------------------------------

    def _targets(self) -> Targets:
        options = self._options
        if options.get("content") is not None:
            return of_content(options["content"], options.get("context"))
        if not options.get("path"):
            raise AuditError("it is empty", where="path", hint="Name a Dockerfile or a directory, or set content.")
        return of_path(options["path"], options.get("context"))

    def _judge(self, target: Target, content: bytes) -> Audited:
        context = target.context_of(self._replaced)
        audited = audit_file(content, target.path, self._settings, context)
        findings = with_baseline(audited.audit.findings, self._baseline)
        problems = [] if context is None else context.problems
        name = context.ignore_file if context is not None and context.ignore_file else ".dockerignore"
        troubles = tuple(Trouble(target.path, "{0}: {1}".format(name, one.message)) for one in problems)
        return audited._replace(
            audit=replace(audited.audit, findings=findings, troubles=audited.audit.troubles + troubles)
        )

    def _audit(self, target: Target) -> Audit:
        if not self._options.get("fix"):
            return self._with_differences(target, self._judge(target, target.content).audit)
        mended = mend(target.content, target.path, lambda content: self._judge(target, content))
        self._mended += mended.findings
        if mended.content != target.content:
            self._changes[target.path] = Change(target.path, target.file, target.content, mended.content)
        return self._mend_scripts(target, mended.content, mended.audited).audit

    def _with_differences(self, target: Target, audit: Audit) -> Audit:
        """The audit with what each safe fix would change."""
        findings = []
        for finding in audit.findings:
            if finding.edits:
                context = None if finding.path == target.path else target.context_of(self._replaced)
                content = target.content if context is None else context.read_shown(finding.path)
                finding = replace(finding, diff=difference(content, finding.edits)) if content is not None else finding
            findings.append(finding)
        return replace(audit, findings=tuple(findings))

    def _mend_scripts(self, target: Target, content: bytes, audited: Audited) -> Audited:
        """Mend the entrypoint script, if a finding is in it."""
        for finding in audited.audit.open:
            if finding.path == target.path or not finding.edits:
                continue
            context = target.context_of(self._replaced)
            old = context.read_shown(finding.path) if context is not None else None
            if old is None:
                continue
            self._replaced[finding.path] = edited(old, finding.edits)
            after = self._judge(target, content)
            if len(after.audit.findings) >= len(audited.audit.findings):
                self._replaced[finding.path] = old
                continue
            self._mended.append(finding)
            first = self._changes[finding.path].old if finding.path in self._changes else old
            file = self._full(target, finding.path)
            self._changes[finding.path] = Change(finding.path, file, first, self._replaced[finding.path])
            audited = after
        return audited

    @staticmethod
    def _full(target: Target, path: str) -> str:
        """Where a file of the context is."""
        root = target.file[: -len(target.path)] if target.file != target.path else ""
        return os.path.join(root, path)

    # -- writing -----------------------------------------------------------------------------------------------------

    def _check_unchanged(self) -> None:
        for change in self._changes.values():
            with SafeFile(change.file) as file:
                file.check_writable()
                _check_same(file, change)

    def _write_changes(self) -> None:
        for done, change in enumerate(self._changes.values()):
            try:
                with SafeFile(change.file) as file, exclusive(os.path.dirname(file.path), LOCK_TIMEOUT):
                    _check_same(file, change)
                    file.replace((change.new,))
            except LongshoreError as error:
                what = "{0} ({1} of {2} files were mended before it)".format(error.what, done, len(self._changes))
                raise AuditError(what, where=error.where, hint=error.hint) from error

    def _diff(self) -> List[Dict[str, str]]:
        return [
            {
                "before_header": change.file,
                "after_header": change.file,
                "before": shown_text(change.old),
                "after": shown_text(change.new),
            }
            for change in self._changes.values()
        ]


def _check_same(file: SafeFile, change: Change) -> None:
    if file.read(LARGEST) != change.old:
        raise AuditError(
            "it has changed since it was audited",
            where=change.file,
            hint="Nobody else may edit it meanwhile. Run the task again.",
        )


def _known(finding: Finding) -> Finding:
    return finding if finding.suppressed_by else replace(finding, suppressed_by="baseline")


def _of_unreadable(targets: Targets, settings: Settings) -> Audit:
    left = (*targets.unreadable, *targets.links)
    return Audit(
        settings.profile,
        tuple(trouble.path for trouble in left),
        not_evaluated=tuple(NotEvaluated(rule.id, one.path, one.message) for one in left for rule in RULES),
        troubles=(*left, *targets.troubles),
    )


def _files(targets: Targets) -> str:
    count = len(targets.unreadable)
    return "1 file or directory" if count == 1 else "{0} files or directories".format(count)
