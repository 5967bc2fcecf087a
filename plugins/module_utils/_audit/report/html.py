# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as one self-contained HTML page, grouped by practice and by file.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Tuple

from ..._page import elements
from ..._page.document import document, text
from ..._page.script import FILTER
from ..judgement.audit import Audit
from ..model import Finding
from ..rules.catalogue import RULES, SEVERITIES, Rule
from .text import headline, reasons_of

MOST_OPEN = 300
"""Up to this number of findings all groups are expanded."""

_COLOURS = {"error": "bad", "warning": "warn", "info": "calm"}
_LABELS = {"error": "errors", "warning": "warnings", "info": "remarks"}
_NAMED = 20


def page_of(audit: Audit, title: str = "Audit of Dockerfiles and images") -> str:
    """The whole page."""
    return "".join(parts_of(audit, title))


def parts_of(audit: Audit, title: str = "Audit of Dockerfiles and images") -> Iterator[str]:
    """The page, piece by piece."""
    counts = audit.counts()
    mood = "bad" if counts["error"] or counts["problems"] else "warn" if counts["warning"] else "good"
    notes = ("Profile: {0}".format(text(audit.profile)),)
    yield from document(text(title), text(headline(audit)), mood, notes, _body(audit, counts), FILTER)


def _body(audit: Audit, counts: Dict[str, int]) -> Iterator[str]:
    shares = [elements.Share(name, _LABELS[name], counts[name], _COLOURS[name]) for name in SEVERITIES]
    yield from elements.outcome_bar([*shares, elements.Share("suppressed", "suppressed", counts["suppressed"], "dim")])
    yield from _problems(audit)
    yield from _practices(audit)
    yield from _files(audit)
    yield from _suppressed(audit)
    yield from _left(audit)


def _problems(audit: Audit) -> Iterator[str]:
    if audit.troubles:
        rows = [(text(item.path), _line(item.line), text(item.message)) for item in audit.troubles]
        yield from elements.section(
            "What could not be read", elements.table(("File or image", "#Line", "Problem"), rows, "stack")
        )


def _practices(audit: Audit) -> Iterator[str]:
    """Each practice with its findings, those with the worst ones first."""
    groups: List[Tuple[Rule, List[Finding]]] = []
    for rule in RULES:
        found = [finding for finding in audit.open if finding.rule == rule.id]
        if found:
            groups.append((rule, found))
    groups.sort(key=lambda group: (SEVERITIES.index(group[1][0].severity), -len(group[1])))
    if groups:
        yield from elements.section("By practice", _practice_groups(groups, len(audit.open) <= MOST_OPEN), "practices")


def _practice_groups(groups: List[Tuple[Rule, List[Finding]]], unfolded: bool) -> Iterator[str]:
    for rule, found in groups:
        title = '<span class="name">{0}</span> <span class="tag">{1}</span>'.format(text(rule.title), rule.id)
        yield from _group(title, found, unfolded)
        yield "<p>{0} <small>Reach: {1}</small></p>\n".format(text(rule.practice), text(rule.reach))
        rows = [(_severity(item), _where(item), *_words(item)) for item in found]
        yield from elements.table(("Severity", "Place", "Finding", "What to do"), rows, "stack")
        yield "</details>\n"


def _files(audit: Audit) -> Iterator[str]:
    groups: Dict[str, List[Finding]] = {}
    for finding in audit.open:
        groups.setdefault(finding.path, []).append(finding)
    if groups:
        yield '<div data-rows="details">\n'
        yield from elements.section("By file and image", _file_groups(groups, len(audit.open) <= MOST_OPEN), "files")
        yield "</div>\n"


def _file_groups(groups: Dict[str, List[Finding]], unfolded: bool) -> Iterator[str]:
    for path, found in groups.items():
        yield from _group('<span class="name">{0}</span>'.format(text(path)), found, unfolded)
        found.sort(key=lambda item: item.span.start if item.span else -1)
        rows = [
            (_line(item.span.line if item.span else None), _severity(item), item.rule, *_words(item)) for item in found
        ]
        yield from elements.table(("#Line", "Severity", "Rule", "Finding", "What to do"), rows, "stack")
        yield "</details>\n"


def _group(title: str, found: List[Finding], unfolded: bool) -> Iterator[str]:
    """The beginning of a group of findings, with their number by severity."""
    yield '<details class="group"{0}>\n<summary>{1}'.format(" open" if unfolded else "", title)
    for severity in SEVERITIES:
        count = sum(finding.severity == severity for finding in found)
        if count:
            yield ' <span class="{0}">{1} {2}</span>'.format(_COLOURS[severity], count, _LABELS[severity])
    yield "</summary>\n"


def _suppressed(audit: Audit) -> Iterator[str]:
    rows = [
        (_where(item), item.rule, text(item.message), text(item.suppressed_by), text(item.reason))
        for item in audit.findings
        if item.suppressed_by
    ]
    if rows:
        heads = ("Place", "Rule", "Finding", "By", "Reason")
        yield from elements.section("Suppressed", elements.table(heads, rows, "stack"))


def _left(audit: Audit) -> Iterator[str]:
    rows = [
        (rule, text(reason), "<br>".join(text(path) for path in paths[:_NAMED]) + (", ..." if paths[_NAMED:] else ""))
        for (rule, reason), paths in reasons_of(audit).items()
    ]
    if rows:
        content = elements.table(("Rule", "Reason", "File or image"), rows, "stack")
        note = "<p>These rules were not judged: that is not a pass.</p>\n"
        yield from elements.section("Not evaluated", [note, *content])


def _line(line: Any) -> str:
    return "" if line is None else str(int(line))


def _severity(finding: Finding) -> str:
    note = "<br><small>heuristic</small>" if finding.confidence == "heuristic" else ""
    return '<b class="{0}">{1}</b>{2}'.format(_COLOURS.get(finding.severity, "dim"), text(finding.severity), note)


def _where(finding: Finding) -> str:
    line = ":{0}".format(finding.span.line) if finding.span else ""
    stage = "<br><small>stage {0}</small>".format(text(finding.stage)) if finding.stage is not None else ""
    return text(finding.path) + line + stage


def _words(finding: Finding) -> Tuple[str, str]:
    mended = " <small>(can be mended automatically)</small>" if finding.edits else ""
    colours = {"-": "bad", "+": "good"}
    lines = ['<span class="{0}">{1}</span>'.format(colours.get(line[:1], "dim"), text(line)) for line in finding.diff]
    shown = '<pre class="diff">{0}</pre>'.format("\n".join(lines)) if lines else ""
    return text(finding.message), text(finding.fix) + mended + shown
