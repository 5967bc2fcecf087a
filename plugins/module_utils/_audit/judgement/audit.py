# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of an audit: what was looked at, what was found, and what could not be judged.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Dict, Iterable, NamedTuple, Optional, Tuple

from ..model import Finding, NotEvaluated
from ..rules.catalogue import RECOMMENDED, SEVERITIES
from .settings import Settings


class Trouble(NamedTuple):
    """A file, an image or a part of one that could not be read as it should be.

    :ivar line: None if it is not about a line.
    """

    path: str
    message: str
    line: Optional[int] = None


@dataclass(frozen=True)
class Audit:
    """The outcome for all files and images together.

    :ivar targets: the files and images that were judged, as the user named them.
    :ivar findings: worst first; see L(combined,#).
    :ivar root: the directory that relative paths start from; empty if there are none.
    """

    profile: str = RECOMMENDED
    targets: Tuple[str, ...] = ()
    findings: Tuple[Finding, ...] = ()
    not_evaluated: Tuple[NotEvaluated, ...] = ()
    troubles: Tuple[Trouble, ...] = ()
    root: str = ""

    @property
    def open(self) -> Tuple[Finding, ...]:
        """The findings that nothing suppresses."""
        return tuple(finding for finding in self.findings if not finding.suppressed_by)

    def counts(self) -> Dict[str, int]:
        """Findings by severity, suppressed ones apart, and files and images."""
        found = dict.fromkeys(SEVERITIES, 0)
        for finding in self.open:
            found[finding.severity] += 1
        return dict(
            found,
            suppressed=len(self.findings) - len(self.open),
            findings=len(self.open),
            targets=len(self.targets),
            not_evaluated=len(self.not_evaluated),
            problems=len(self.troubles),
        )

    def failing(self, settings: Settings) -> Tuple[Finding, ...]:
        """The findings that make the audit fail."""
        return tuple(finding for finding in self.open if settings.fails(finding.severity))


def combined(audits: Iterable[Audit], profile: str = RECOMMENDED, root: str = "") -> Audit:
    """One outcome from several, with the findings sorted by what matters: severity, confidence, rule, place."""
    parts = list(audits)
    findings = [finding for part in parts for finding in part.findings]
    return Audit(
        profile,
        tuple(dict.fromkeys(target for part in parts for target in part.targets)),
        tuple(sorted(findings, key=_weight)),
        tuple(dict.fromkeys(entry for part in parts for entry in part.not_evaluated)),
        tuple(dict.fromkeys(trouble for part in parts for trouble in part.troubles)),
        root,
    )


def _weight(finding: Finding) -> Tuple[bool, int, bool, str, str, int]:
    return (
        bool(finding.suppressed_by),
        SEVERITIES.index(finding.severity),
        finding.confidence != "certain",
        finding.rule,
        finding.path,
        finding.span.start if finding.span else -1,
    )
