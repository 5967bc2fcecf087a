# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The baseline: findings that were there when a team began, and are not to be reported again.

It is a JSON file with the fingerprint of each finding, grouped by file, so that it can be kept next to the Dockerfiles
and reviewed. A finding stays in it when its lines move.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Dict, Iterable, List, Mapping, Set, Tuple

from ..._http_values import NotUnderstood
from ..._json import check_shape, read_shape
from ..errors import AuditError
from ..model import Finding
from ..rules.catalogue import BY_ID

_SHAPE = {"version": int, "findings": {}}
VERSION = 1
LARGEST = 16 * 1024 * 1024

Baseline = Mapping[str, Set[Tuple[str, str]]]
"""The rules and fingerprints of each file."""


def read_baseline(content: bytes, where: str) -> Baseline:
    """The findings of a baseline file.

    :raises AuditError: it is not one.
    """
    try:
        document = read_shape(content, _SHAPE)
        if document["version"] != VERSION:
            raise NotUnderstood("its version is not {0}".format(VERSION))
        found: Dict[str, Set[Tuple[str, str]]] = {}
        for path, entries in document["findings"].items():
            if not isinstance(entries, dict):
                raise NotUnderstood("the findings of {0} are not an object".format(path))
            for fingerprint, rule in entries.items():
                if check_shape(rule, str, fingerprint) not in BY_ID:
                    raise NotUnderstood("a finding of {0} has no rule".format(path))
                found.setdefault(path, set()).add((rule, fingerprint))
    except NotUnderstood as error:
        raise AuditError(
            "it is no baseline: {0}".format(error),
            where=where,
            hint="Remove it, and write a new one with write_baseline.",
        ) from None
    return found


def render_baseline(findings: Iterable[Finding]) -> str:
    """The baseline file with these findings, those that a comment silences left out."""
    found: Dict[str, Dict[str, str]] = {}
    for finding in findings:
        if finding.suppressed_by != "pragma":
            found.setdefault(finding.path, {})[finding.fingerprint] = finding.rule
    document = {"version": VERSION, "findings": found}
    return json.dumps(document, indent=1, sort_keys=True) + "\n"


def with_baseline(findings: Iterable[Finding], baseline: Baseline) -> Tuple[Finding, ...]:
    """The findings, those in the baseline marked as suppressed."""
    result: List[Finding] = []
    for finding in findings:
        known = (finding.rule, finding.fingerprint) in baseline.get(finding.path, ())
        result.append(replace(finding, suppressed_by="baseline") if known and not finding.suppressed_by else finding)
    return tuple(result)
