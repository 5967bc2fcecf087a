# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as data: for the result of a module, for the JSON report, and back.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Any, Dict, List, Mapping, Optional

from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..._text import shown
from ..errors import AuditError
from ..judgement.audit import Audit, Trouble
from ..model import Edit, Finding, NotEvaluated, Span
from ..rules.catalogue import BY_ID, PROFILES, SEVERITIES

VERSION = 1

_FINDING = {
    "rule": str,
    "path": str,
    "line": (int, None),
    "end_line": (int, None),
    "start": (int, None),
    "end": (int, None),
    "stage": (str, None),
    "severity": str,
    "confidence": str,
    "message": str,
    "fix": str,
    "edits": [{"start": int, "end": int, "replacement": str}],
    "suppressed_by": str,
    "reason": str,
    "fingerprint": str,
    "diff": ([str], None),
}
_SHAPE = {
    "version": int,
    "profile": str,
    "root": str,
    "targets": [str],
    "findings": [_FINDING],
    "not_evaluated": [{"rule": str, "path": str, "reason": str}],
    "problems": [{"path": str, "message": str, "line": (int, None)}],
}


def data_of(audit: Audit) -> Dict[str, Any]:
    """The audit in plain values. Texts in it are cleaned; L(audit_of,#) reads it."""
    return {
        "version": VERSION,
        "profile": audit.profile,
        "root": shown(audit.root),
        "summary": audit.counts(),
        "targets": shown(audit.targets),
        "findings": [finding_of(finding) for finding in audit.findings],
        "not_evaluated": [shown(entry._asdict()) for entry in audit.not_evaluated],
        "problems": [shown(trouble._asdict()) for trouble in audit.troubles],
    }


def finding_of(finding: Finding) -> Dict[str, Any]:
    """One finding in plain values, with its rule's title, aliases and page."""
    rule, span = BY_ID[finding.rule], finding.span
    texts = {
        "rule": rule.id,
        "title": rule.title,
        "aliases": list(rule.aliases),
        "url": rule.url,
        "path": finding.path,
        "stage": finding.stage,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": finding.message,
        "fix": finding.fix,
        "suppressed_by": finding.suppressed_by,
        "reason": finding.reason,
        "fingerprint": finding.fingerprint,
        "diff": list(finding.diff),
    }
    places = {
        "line": span.line if span else None,
        "end_line": span.end_line if span else None,
        "start": span.start if span else None,
        "end": span.end if span else None,
        "edits": [edit._asdict() for edit in finding.edits],
    }
    return dict(shown(texts), **places)


def render_json(audit: Audit) -> str:
    """The JSON report."""
    return json.dumps(data_of(audit), indent=1, sort_keys=True) + "\n"


def audit_of(data: Any) -> Audit:
    """The audit that L(data_of,#) made plain: a module's result, or a JSON report.

    :raises AuditError: it is not one.
    """
    try:
        check_shape(data, _SHAPE)
        if data["version"] != VERSION:
            raise NotUnderstood("its version is not {0}".format(VERSION))
        if data["profile"] not in PROFILES:
            raise NotUnderstood("its profile is none of {0}".format(", ".join(PROFILES)))
        findings = [_finding(entry) for entry in data["findings"]]
    except NotUnderstood as error:
        raise AuditError(
            "it is not the result of an audit: {0}".format(error),
            hint="Pass what dockerfile_audit or image_audit returned as audit, or wrote to json_path.",
        ) from None
    return Audit(
        data["profile"],
        tuple(data["targets"]),
        tuple(findings),
        tuple(NotEvaluated(entry["rule"], entry["path"], entry["reason"]) for entry in data["not_evaluated"]),
        tuple(Trouble(entry["path"], entry["message"], entry.get("line")) for entry in data["problems"]),
        data["root"],
    )


def _finding(entry: Mapping[str, Any]) -> Finding:
    if entry["rule"] not in BY_ID or entry["severity"] not in SEVERITIES:
        raise NotUnderstood("a finding has no rule or severity of this audit")
    edits: List[Edit] = [Edit(edit["start"], edit["end"], edit["replacement"]) for edit in entry["edits"]]
    return Finding(
        rule=entry["rule"],
        path=entry["path"],
        message=entry["message"],
        fix=entry["fix"],
        severity=entry["severity"],
        confidence=entry["confidence"],
        span=_span(entry),
        stage=entry.get("stage"),
        edits=tuple(edits),
        suppressed_by=entry["suppressed_by"],
        reason=entry["reason"],
        fingerprint=entry["fingerprint"],
        diff=tuple(entry.get("diff") or ()),
    )


def _span(entry: Mapping[str, Any]) -> Optional[Span]:
    values = [entry.get(name) for name in ("start", "end", "line", "end_line")]
    return None if None in values else Span(*values)
