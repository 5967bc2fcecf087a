# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a run, in the terms of those who watch: a status, counters, and cases.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._json import check_shape
from .._page.causes import Causes

PASSED, SKIPPED, FAILED = "passed", "skipped", "failed"


class Case(NamedTuple):
    """An image, a node, a finding, a repository or an object.

    :ivar state: C(passed), C(skipped) or C(failed). :ivar outcome: one of the names in C(Outcome.counts).
    :ivar cause: the message without what is only true of this case, and C(code), a short word for it; may be empty.
    :ivar place: where it happened, if C(name) does not say it: from, to, and a remark.
    :ivar warns: whether there is something to repair, although it has not failed.
    :ivar notes: further remarks, and C(digests) of an image.
    """

    group: str
    name: str
    state: str
    message: str = ""
    remedy: str = ""
    seconds: float = 0.0
    outcome: str = ""
    cause: str = ""
    code: str = ""
    place: Tuple[str, ...] = ()
    warns: bool = False
    notes: Tuple[str, ...] = ()
    digests: Tuple[str, ...] = ()


class Part(NamedTuple):
    """A part of an onboarding.

    :ivar pages: title and path of each page that it has written.
    """

    title: str
    state: str
    seconds: float
    hosts: int
    headline: str
    pages: Sequence[Tuple[str, str]]


@dataclass(frozen=True)
class Outcome:
    """The outcome of a run.

    :ivar kind: C(migration), C(verification), C(access), C(audit), C(harbor), C(network), C(cutover),
        C(onboarding), or C(run) without a report.
    :ivar counts: what was counted (C(images), C(nodes) ...), and the number of each state.
    :ivar duration: seconds, if known. :ivar sent: bytes, if any were.
    :ivar cases: iterates over all cases, anew at each call.
    :ivar problems: what is wrong with the run as a whole; C(warnings): what may be.
    :ivar headline: the message in a few words, for a page. :ivar todo: what else is needed, line by line.
    :ivar done: what was done. :ivar facts: what there is.
    :ivar parts: of an onboarding; then C(checks) are those of its preflight, and C(command) says how to go on.
    """

    kind: str
    failed: bool
    changed: bool
    message: str
    counted: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    started_at: Optional[str] = None
    duration: Optional[float] = None
    sent: Optional[int] = None
    cases: Callable[[], Iterator[Case]] = lambda: iter(())
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    headline: str = ""
    todo: Sequence[str] = ()
    done: Sequence[str] = ()
    facts: Sequence[str] = ()
    parts: Sequence[Part] = ()
    checks: Sequence[Mapping[str, Any]] = ()
    command: str = ""

    @property
    def status(self) -> str:
        """C(failed), C(changed) or C(ok)."""
        return "failed" if self.failed else "changed" if self.changed else "ok"

    def causes(self) -> Causes:
        """What is to be repaired, each cause once."""
        found = Causes()
        for case in self.cases():
            if case.state == FAILED or case.warns:
                what = case.cause or case.message or "failed for an unknown reason"
                mood = "bad" if case.state == FAILED else "warn"
                found.add(what, case.code, case.remedy, case.place or (case.name,), mood)
        return found


def numbers(found: Mapping[str, Any], place: str) -> Dict[str, int]:
    """The counters of a report without their total.

    :raises NotUnderstood: one is not a number.
    """
    return {
        name: check_shape(count, int, "{0}.{1}".format(place, name)) for name, count in found.items() if name != "total"
    }


def number(count: int, noun: str, plural: str = "") -> str:
    """C(1 image) or C(2 images). C(plural) is for nouns that do not just get an s."""
    return "{0:,} {1}".format(count, noun if count == 1 else plural or noun + "s")


def counted(counts: Mapping[str, int]) -> str:
    """Counters as words, those of nothing left out."""
    return ", ".join("{0:,} {1}".format(count, name.replace("_", " ")) for name, count in counts.items() if count)
