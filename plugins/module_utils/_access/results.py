# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A check's findings, in the form of the module's result.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Dict, List, Sequence, Tuple

PASS, WARN, FAIL, SKIP = "pass", "warn", "fail", "skip"
STATUSES = (PASS, WARN, FAIL, SKIP)
SEVERITY = {PASS: "none", SKIP: "none", WARN: "warn", FAIL: "error"}
# The statuses that make a run fail, by fail_on.
FAILING = {"error": (FAIL,), "warn": (FAIL, WARN), "never": ()}


@dataclass(frozen=True)
class Result:
    """One finding.

    :param target: the host, address, URL without query, or file that was checked.
    :param expected: the expected values. :param observed: the actual ones. Both are lists of strings.
    :param source: the source of the observation: C(hosts), C(dns), C(tcp), C(tls), C(http), C(environment) ...
    :param hint: the remedy, empty if there is nothing to do.
    """

    status: str
    message: str
    hint: str = ""
    target: str = ""
    expected: Tuple[str, ...] = ()
    observed: Tuple[str, ...] = ()
    source: str = ""
    id: str = ""
    depends_on: Tuple[str, ...] = ()
    duration_ms: int = 0
    details: Dict[str, Any] = field(default_factory=dict)

    def on(self, **changes: Any) -> Result:
        return replace(self, **changes)

    def as_dict(self) -> Dict[str, Any]:
        return {
            "id": self.id,
            "status": self.status,
            "severity": SEVERITY[self.status],
            "target": self.target,
            "expected": list(self.expected),
            "observed": list(self.observed),
            "source": self.source,
            "duration_ms": self.duration_ms,
            "depends_on": list(self.depends_on),
            "message": self.message,
            "hint": self.hint,
            "details": dict(self.details),
        }


def passed(message: str, **more: Any) -> Result:
    return Result(PASS, message, **more)


def warned(message: str, hint: str, **more: Any) -> Result:
    return Result(WARN, message, hint, **more)


def failed(message: str, hint: str, **more: Any) -> Result:
    return Result(FAIL, message, hint, **more)


def skipped(message: str, **more: Any) -> Result:
    return Result(SKIP, message, **more)


def summary(results: Sequence[Result]) -> Dict[str, int]:
    """The number of checks by status."""
    return {status: sum(result.status == status for result in results) for status in STATUSES}


def failing(results: Sequence[Result], fail_on: str) -> List[Result]:
    """The results that make the run fail."""
    return [result for result in results if result.status in FAILING[fail_on]]
