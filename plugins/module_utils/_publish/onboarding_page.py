# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an onboarding: how to go on, its parts with links to their pages, and the checks of the preflight.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Iterator, Mapping, Sequence
from urllib.parse import quote

from .._page import elements
from .._page.document import text
from .outcome import Outcome, Part

_MOODS = {"failed": "bad", "warning": "warn", "unchecked": "dim", "ok": "good"}
_STATES = {"failed": "bad", "not_run": "warn", "waiting": "warn", "done": "good", "unchanged": "calm"}


def before(outcome: Outcome) -> Iterator[str]:
    """What comes before the problems: how to go on."""
    if outcome.command:
        body = '<pre class="diff">{0}</pre>\n'.format(text(outcome.command))
        yield from elements.section("How to go on", [body], "go-on")


def after(outcome: Outcome) -> Iterator[str]:
    """What comes after them."""
    if outcome.parts:
        rows = (_row(part) for part in outcome.parts)
        table = elements.table(("Part", "State", "#Time", "What happened"), rows, "stack")
        yield from elements.section("Parts", table, "parts")
    if outcome.checks:
        yield from elements.section("What the preflight found", _checks(outcome.checks), "preflight")


def _row(part: Part) -> Sequence[str]:
    state = '<span class="whole {0}">{1}</span>'.format(
        _STATES.get(part.state, "dim"), text(part.state.replace("_", " "))
    )
    said = [text(part.headline)] if part.headline else []
    if part.hosts > 1:
        said.append("{0:,} hosts".format(part.hosts))
    said += [link(title, path) for title, path in part.pages]
    return _whole(part.title), state, _time(part.seconds), " &middot; ".join(said)


def _whole(word: str) -> str:
    """A word that is not broken in a narrow column."""
    return '<span class="whole">{0}</span>'.format(text(word))


def _time(seconds: float) -> str:
    if seconds < 0.05:
        return ""
    return "{0:.1f} s".format(seconds) if seconds < 60 else "{0:.0f} min {1:02.0f} s".format(*divmod(seconds, 60))


def link(title: str, path: str) -> str:
    """A link to a file beside the page, or anywhere in the file system. No path can become a URL of another kind."""
    target = "/" + path.lstrip("/") if path.startswith("/") else "./" + path
    return '<a href="{0}">{1}</a>'.format(text(quote(target.encode("utf-8", "replace"))), text(title))


def _checks(checks: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    counts = Counter(check["status"] for check in checks)
    names = [*(name for name in _MOODS if counts[name]), *sorted(set(counts) - set(_MOODS))]
    yield from elements.outcome_bar(
        [elements.Share(text(name), text(name), counts[name], _MOODS.get(name, "dim")) for name in names]
    )
    for name in names:
        rows = [_finding(check) for check in checks if check["status"] == name]
        shown = " open" if name in ("failed", "warning") else ""
        yield '<details class="group"{0}>\n<summary><span class="name">{1:,} {2}</span></summary>\n'.format(
            shown, len(rows), text(name)
        )
        yield from elements.table(("Subject", "Part", "Finding"), rows, "stack")
        yield "</details>\n"


def _finding(check: Mapping[str, Any]) -> Sequence[str]:
    said = text(check["text"])
    if check.get("remedy"):
        said += "<br><small>What to do: {0}</small>".format(text(check["remedy"]))
    return text(check["name"]), _whole(check["part"]), said
