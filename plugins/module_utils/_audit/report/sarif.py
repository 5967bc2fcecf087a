# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit in the form that code scanning services read: SARIF 2.1.0.

The format is https://docs.oasis-open.org/sarif/sarif/v2.1.0/; the limits are those of GitHub's code scanning. Paths are
relative and fingerprints independent of lines, so that a finding is the same one in the next run.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import os
from typing import Any, Dict, List, Tuple
from urllib.parse import quote

from ..._text import hide_logins, one_line
from ..judgement.audit import Audit, Trouble
from ..model import Finding, NotEvaluated
from ..rules.catalogue import BY_ID, GUIDE, OFF, RULES, Rule

VERSION = "1.0.0"
"""The version of the rules: it changes when they find something else."""

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
MOST_NOTIFICATIONS = 1_000
_LEVELS = {"error": "error", "warning": "warning", "info": "note", OFF: "none"}
_INDEX = {rule.id: number for number, rule in enumerate(RULES)}
_LONGEST = 2_000


def sarif_of(audit: Audit) -> Dict[str, Any]:
    """The SARIF log. It has the worst findings, if there are more than a service accepts."""
    left_out = len(audit.findings) - MOST_RESULTS
    notes = [_trouble(trouble, audit.root) for trouble in audit.troubles[:MOST_NOTIFICATIONS]]
    notes += [_not_evaluated(entry, audit.root) for entry in audit.not_evaluated[:MOST_NOTIFICATIONS]]
    if left_out > 0:
        text = "{0} further findings are left out: a code scanning service takes {1}".format(left_out, MOST_RESULTS)
        notes.append({"level": "warning", "message": {"text": text}})
    run: Dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "longshore.swr audit",
                "informationUri": GUIDE,
                "semanticVersion": VERSION,
                "version": VERSION,
                "rules": [_rule(rule, audit.profile) for rule in RULES],
            }
        },
        "columnKind": "unicodeCodePoints",
        "automationDetails": {"id": "longshore.swr.audit/"},
        "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
        "results": [_result(finding, audit.root) for finding in audit.findings[:MOST_RESULTS]],
        "properties": {"profile": audit.profile},
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def render_sarif(audit: Audit) -> str:
    """The text of the SARIF file."""
    return json.dumps(sarif_of(audit), indent=1) + "\n"


def _text(value: str) -> str:
    return one_line(hide_logins(value), _LONGEST)


def _rule(rule: Rule, profile: str) -> Dict[str, Any]:
    names = "".join(word.capitalize() for word in rule.name.split("-"))
    help_text = "{0}\n\nRemedy: {1}\n\nReach: {2}".format(rule.practice, rule.fix, rule.reach)
    return {
        "id": rule.id,
        "name": names,
        "shortDescription": {"text": rule.title + "."},
        "fullDescription": {"text": rule.practice},
        "help": {"text": help_text, "markdown": help_text},
        "helpUri": rule.url,
        "defaultConfiguration": {"level": _LEVELS[rule.severity(profile)]},
        "properties": {"tags": ["dockerfile", "container", rule.name], "aliases": list(rule.aliases)},
    }


def _result(finding: Finding, root: str) -> Dict[str, Any]:
    text = "{0}. {1}.".format(finding.message.rstrip("."), finding.fix.rstrip("."))
    result: Dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": _INDEX[finding.rule],
        "level": _LEVELS[finding.severity],
        "message": {"text": _text(text)},
        "locations": [_location(finding.path, root, _lines(finding))],
        "partialFingerprints": {"primaryLocationLineHash": finding.fingerprint},
        "properties": {"confidence": finding.confidence, "aliases": list(BY_ID[finding.rule].aliases)},
    }
    if finding.stage is not None:
        result["properties"]["stage"] = _text(finding.stage)
    if finding.suppressed_by:
        kind = "inSource" if finding.suppressed_by == "pragma" else "external"
        reason = finding.reason or "It is in the baseline."
        result["suppressions"] = [{"kind": kind, "status": "accepted", "justification": _text(reason)}]
    if finding.edits:
        result["fixes"] = [_fix(finding, root)]
    return result


def _fix(finding: Finding, root: str) -> Dict[str, Any]:
    replacements = [
        {
            "deletedRegion": {"charOffset": edit.start, "charLength": edit.end - edit.start},
            "insertedContent": {"text": edit.replacement},
        }
        for edit in finding.edits
    ]
    change = {"artifactLocation": _artifact(finding.path, root), "replacements": replacements}
    return {"description": {"text": _text(finding.fix)}, "artifactChanges": [change]}


def _lines(finding: Finding) -> Tuple[int, int]:
    return (finding.span.line, finding.span.end_line) if finding.span else (1, 1)


def _location(path: str, root: str, lines: Tuple[int, int]) -> Dict[str, Any]:
    region = {"startLine": lines[0], "endLine": max(lines)}
    return {"physicalLocation": {"artifactLocation": _artifact(path, root), "region": region}}


def _artifact(path: str, root: str) -> Dict[str, Any]:
    """The place of a file relative to the root; of an image its name, as a path."""
    if root and os.path.isabs(path):
        path = os.path.relpath(path, root)
    return {"uri": quote(hide_logins(path).lstrip("/") or "Dockerfile", safe="/-._~")}


def _trouble(trouble: Trouble, root: str) -> Dict[str, Any]:
    line = trouble.line or 1
    return {
        "level": "warning",
        "message": {"text": _text(trouble.message)},
        "locations": [_location(trouble.path, root, (line, line))],
    }


def _not_evaluated(entry: NotEvaluated, root: str) -> Dict[str, Any]:
    found: Dict[str, Any] = {
        "level": "note",
        "message": {"text": _text("Not evaluated: {0}".format(entry.reason))},
        "associatedRule": {"id": entry.rule, "index": _INDEX[entry.rule]},
    }
    places: List[Dict[str, Any]] = [_location(entry.path, root, (1, 1))] if entry.path else []
    return dict(found, locations=places) if places else found
