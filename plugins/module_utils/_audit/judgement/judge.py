# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what the rules found to findings: severity, fingerprint, and what silences them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import Callable, Iterable, List, Tuple
from typing import Counter as Counted

from ..model import Finding
from ..rules.catalogue import INFO, OFF, RECOMMENDED, SEVERITIES, STRICT, WARNING
from ..rules.draft import HEURISTIC, Draft
from .settings import Settings

CONTESTED = frozenset({"SWR-DF-002"})

Silencer = Callable[[Draft], Tuple[str, str]]
"""What suppresses a draft, and the reason; two empty strings if nothing does."""


def not_silenced(_draft: Draft) -> Tuple[str, str]:
    return "", ""


def judge(
    path: str, drafts: Iterable[Draft], settings: Settings, silenced_by: Silencer = not_silenced
) -> Tuple[Finding, ...]:
    """The findings in one file or image, in the order of their lines.

    :param path: the file, or the image, as the user named it.
    :param silenced_by: says of each draft what suppresses it.
    """
    findings: List[Finding] = []
    seen: Counted[Tuple[str, str, str]] = Counter()
    for draft in sorted(drafts, key=_place):
        key = (draft.path or path, draft.rule, " ".join(draft.subject.split()))
        number = seen[key]
        seen[key] += 1
        severity = severity_of(draft, settings)
        if severity == OFF:
            continue
        suppressed_by, reason = silenced_by(draft)
        findings.append(
            Finding(
                rule=draft.rule,
                path=key[0],
                message=draft.message,
                fix=draft.fix,
                severity=severity,
                confidence=draft.confidence,
                span=draft.span,
                stage=draft.stage,
                # Nobody's file is changed for a rule that is only a remark in this profile, and contested.
                edits=() if severity == INFO and draft.rule in CONTESTED else draft.edits,
                suppressed_by=suppressed_by,
                reason=reason,
                fingerprint=fingerprint(draft.rule, key[2], number),
            )
        )
    return tuple(findings)


def severity_of(draft: Draft, settings: Settings) -> str:
    """The severity of a draft, C(off) if it is not to be reported."""
    severity = settings.severity(draft.rule)
    # Who sets the severity of a rule wants its advice, and means that severity.
    advice = draft.advice and draft.rule not in settings.severities
    if severity == OFF or (advice and settings.profile == RECOMMENDED):
        return OFF
    limits = [severity, draft.at_most]
    if advice and settings.profile != STRICT:
        limits.append(INFO)
    if draft.confidence == HEURISTIC and settings.profile != STRICT:
        limits.append(WARNING)
    return max(limits, key=SEVERITIES.index)


def fingerprint(rule: str, subject: str, number: int) -> str:
    """Names a finding within its file, whatever its line.

    :param subject: the text that it is about, with single spaces.
    :param number: how many findings of this rule with this text precede it.
    """
    text = "\0".join((rule, subject, str(number)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _place(draft: Draft) -> Tuple[str, int, str, str]:
    return draft.path or "", draft.span.start if draft.span else -1, draft.rule, draft.message
