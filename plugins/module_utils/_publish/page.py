# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An outcome as a page: what is wrong first, then what was done, then everything.

For runs whose modules and roles write no page themselves.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from collections import Counter
from itertools import chain
from typing import Any, Iterator, List, Mapping, Sequence, Tuple

from .._page import elements
from .._page.document import document, plain, text
from .._page.rows import NO_SCRIPT, embedded
from .._page.script import EXPLORER
from .._text import safe
from .._version import VERSION
from . import onboarding_page
from .outcome import Outcome

TITLES = {
    "verification": "Verification of images",
    "harbor": "Replication with Harbor",
    "network": "Network to SWR",
    "cutover": "Cut-over to SWR",
    "onboarding": "Onboarding to SWR",
    "run": "Run",
}
"""The kinds of outcomes that have such a page."""

_MOODS = {
    "equal": "good",
    "different": "bad",
    "missing": "bad",
    "failed": "bad",
    "copied": "good",
    "converted": "good",
    "in_progress": "warn",
    "stopped": "warn",
    "refused": "warn",
    "put_back": "bad",
    "unfinished": "bad",
    "pending": "warn",
    "waiting": "warn",
    "not_run": "warn",
    "done": "good",
    "left": "warn",
    "not_evaluated": "warn",
    "patched": "good",
    "switched": "good",
    "rolled_back": "good",
    "created": "good",
    "updated": "good",
    "deleted": "good",
    "to_create": "warn",
    "to_update": "warn",
    "to_delete": "warn",
    "unchanged": "calm",
}


def render_page(outcome: Outcome, name: str, now: float) -> Iterator[str]:
    """The page, piece by piece.

    :param name: of the run. :param now: seconds since the epoch.
    """
    causes = outcome.causes()
    mood = "bad" if outcome.failed else "warn" if causes.groups or outcome.warnings else "good"
    headline = outcome.headline if outcome.counted else "It failed, and left no report"
    ended = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    notes = " &middot; ".join(map(text, (name, ended, "longshore.swr {0}".format(VERSION))))
    body = _body(outcome, list(causes.shown(text)))
    yield from document(TITLES[outcome.kind], text(safe(headline)), mood, [notes], body, EXPLORER)


def _body(outcome: Outcome, causes: Sequence[elements.Cause]) -> Iterator[str]:
    listed = Counter(case.outcome for case in outcome.cases() if not outcome.parts)
    # An outcome without a chip could not be shown in the list.
    counts = {name: outcome.counts.get(name) or listed[name] for name in (*outcome.counts, *listed)}
    shown = [name for name, count in counts.items() if count]
    shares = [
        elements.Share(text(name), text(name.replace("_", " ")), counts[name], _MOODS.get(name, "dim"))
        for name in shown
    ]
    if shares:
        yield from elements.outcome_bar(shares)
    yield from onboarding_page.before(outcome)
    wrong = [elements.Cause(text(problem), "", "", 1, ()) for problem in outcome.problems]
    wrong += causes
    wrong += [elements.Cause(text(warning), "", "", 1, (), "warn") for warning in outcome.warnings]
    if wrong:
        yield from elements.section("What to repair", elements.causes(wrong), "repair")
    yield from onboarding_page.after(outcome)
    for title, lines in (
        ("What else is needed", outcome.todo),
        ("What was done", outcome.done),
        ("What there is", outcome.facts),
    ):
        if lines:
            items = "".join("<li>{0}</li>\n".format(text(line)) for line in lines)
            yield from elements.section(title, ['<ul class="places" tabindex="0">\n', items, "</ul>\n"])
    if shares and not outcome.parts:
        numbers = {name: number for number, name in enumerate(shown)}
        rows = chain([NO_SCRIPT], embedded(_rows(outcome, numbers)))
        yield from elements.section("Everything", rows, "everything", **{"data-noun": outcome.counted})


def _rows(outcome: Outcome, numbers: Mapping[str, int]) -> Iterator[Tuple[str, List[Any]]]:
    for case in outcome.cases():
        said = [case.message, case.remedy and "Remedy: {0}".format(case.remedy), *case.notes]
        notes = [plain(note) for note in said if note]
        digests = [plain(digest) for digest in case.digests]
        yield plain(case.group), [plain(case.name), numbers[case.outcome], 0, case.seconds, digests, notes, ""]
