# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An audit as one self-contained HTML page, grouped by practice and by file.

Texts are escaped, and the page's own policy forbids loading or running anything.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import hashlib
import html
from typing import Any, Dict, Iterator, List, Sequence, Tuple

from ..._text import flat, hide_logins
from ..judgement.audit import Audit
from ..model import Finding
from ..rules.catalogue import RULES, SEVERITIES, Rule
from .text import headline, reasons_of

STYLE = """
:root { color-scheme: light dark; --text: #1c1f24; --page: #ffffff; --soft: #f3f4f6; --line: #d5d9de; --dim: #5b6470;
  --good: #116329; --bad: #b3161f; --warn: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --page: #14171b; --soft: #1e2228; --line: #3a4048;
  --dim: #a0a8b2; --good: #57c074; --bad: #ff8087; --warn: #e3b341; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; color: var(--text); background: var(--page);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0; color: var(--dim); }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
.headline { font-size: 1.5rem; font-weight: 600; margin: .2rem 0; }
.headline.bad, .error { color: var(--bad); } .headline.good { color: var(--good); }
.warning { color: var(--warn); } .info, small { color: var(--dim); }
.counters { display: flex; flex-wrap: wrap; gap: .6rem; padding: 0; list-style: none; }
.counters li { background: var(--soft); border: 1px solid var(--line); border-radius: .4rem; padding: .4rem .8rem; }
.counters b { display: block; font-size: 1.5rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .7rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; min-width: 4rem; }
thead th { background: var(--soft); }
summary { cursor: pointer; padding: .3rem 0; overflow-wrap: anywhere; }
@media print { details > * { display: block; } }
"""
MOST_OPEN = 300
"""Up to this number of findings all groups are expanded."""


def _hash(text: str) -> str:
    return "'sha256-{0}'".format(base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii"))


CSP = "default-src 'none'; style-src {0}; base-uri 'none'; form-action 'none'".format(_hash(STYLE))


def page_of(audit: Audit, title: str = "Audit of Dockerfiles and images") -> str:
    """The whole page."""
    return "".join(parts_of(audit, title))


def parts_of(audit: Audit, title: str = "Audit of Dockerfiles and images") -> Iterator[str]:
    """The page, piece by piece."""
    counts = audit.counts()
    good = not counts["error"] and not counts["problems"]
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta http-equiv="Content-Security-Policy" content="{0}">\n'
        "<title>{1}</title>\n<style>{2}</style>\n</head>\n<body>\n<header>\n<h1>{1}</h1>\n"
        '<p class="headline {3}">{4}</p>\n<p>Profile {5}</p>\n</header>\n<main>\n'
    ).format(html.escape(CSP), _text(title), STYLE, "good" if good else "bad", _text(headline(audit)), audit.profile)
    yield '<ul class="counters">\n'
    for name in (*SEVERITIES, "suppressed", "targets"):
        label = "files and images" if name == "targets" else name
        yield '<li class="{0}"><b>{1}</b> {2}</li>\n'.format(name, counts[name], label)
    yield "</ul>\n"
    yield from _problems(audit)
    yield from _practices(audit)
    yield from _files(audit)
    yield from _suppressed(audit)
    yield from _left(audit)
    yield "</main>\n</body>\n</html>\n"


def _text(value: Any) -> str:
    return html.escape(flat(hide_logins(str(value))))


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A table of cells that are HTML already."""
    yield '<div class="wide"><table>\n<thead><tr>{0}</tr></thead>\n<tbody>\n'.format(
        "".join('<th scope="col">{0}</th>'.format(head) for head in heads)
    )
    for row in rows:
        yield "<tr>{0}</tr>\n".format("".join("<td>{0}</td>".format(cell) for cell in row))
    yield "</tbody>\n</table></div>\n"


def _problems(audit: Audit) -> Iterator[str]:
    if audit.troubles:
        yield "<section>\n<h2>What could not be read</h2>\n"
        rows = [(_text(item.path), _line(item.line), _text(item.message)) for item in audit.troubles]
        yield from _table(("File or image", "Line", "Problem"), rows)
        yield "</section>\n"


def _practices(audit: Audit) -> Iterator[str]:
    """One row for each practice, those with the worst findings first, and its findings below."""
    groups: List[Tuple[Rule, List[Finding]]] = []
    for rule in RULES:
        found = [finding for finding in audit.open if finding.rule == rule.id]
        if found:
            groups.append((rule, found))
    if not groups:
        return
    groups.sort(key=lambda group: (SEVERITIES.index(group[1][0].severity), -len(group[1])))
    unfolded = " open" if len(audit.open) <= MOST_OPEN else ""
    yield "<section>\n<h2>By practice</h2>\n"
    for rule, found in groups:
        yield '<details{0}>\n<summary><b class="{1}">{2}</b> {3} <small>{4}</small></summary>\n'.format(
            unfolded, found[0].severity, rule.id, _text(rule.title), len(found)
        )
        yield "<p>{0} <small>Reach: {1}</small></p>\n".format(_text(rule.practice), _text(rule.reach))
        rows = [(_severity(item), _where(item), *_words(item)) for item in found]
        yield from _table(("Severity", "Place", "Finding", "Remedy"), rows)
        yield "</details>\n"
    yield "</section>\n"


def _files(audit: Audit) -> Iterator[str]:
    groups: Dict[str, List[Finding]] = {}
    for finding in audit.open:
        groups.setdefault(finding.path, []).append(finding)
    if not groups:
        return
    unfolded = " open" if len(audit.open) <= MOST_OPEN else ""
    yield "<section>\n<h2>By file and image</h2>\n"
    for path, found in groups.items():
        yield "<details{0}>\n<summary>{1} <small>{2}</small></summary>\n".format(unfolded, _text(path), len(found))
        found.sort(key=lambda item: item.span.start if item.span else -1)
        rows = [
            (_line(item.span.line if item.span else None), _severity(item), item.rule, *_words(item)) for item in found
        ]
        yield from _table(("Line", "Severity", "Rule", "Finding", "Remedy"), rows)
        yield "</details>\n"
    yield "</section>\n"


def _suppressed(audit: Audit) -> Iterator[str]:
    rows = [
        (_where(item), item.rule, _text(item.message), _text(item.suppressed_by), _text(item.reason))
        for item in audit.findings
        if item.suppressed_by
    ]
    if rows:
        yield "<section>\n<h2>Suppressed</h2>\n"
        yield from _table(("Place", "Rule", "Finding", "By", "Reason"), rows)
        yield "</section>\n"


def _left(audit: Audit) -> Iterator[str]:
    rows = [
        (rule, _text(reason), "<br>".join(_text(path) for path in paths[:20]) + (", ..." if paths[20:] else ""))
        for (rule, reason), paths in reasons_of(audit).items()
    ]
    if rows:
        yield "<section>\n<h2>Not evaluated</h2>\n<p>These rules were not judged: that is not a pass.</p>\n"
        yield from _table(("Rule", "Reason", "File or image"), rows)
        yield "</section>\n"


def _line(line: Any) -> str:
    return "" if line is None else str(int(line))


def _severity(finding: Finding) -> str:
    note = "<br><small>heuristic</small>" if finding.confidence == "heuristic" else ""
    return '<b class="{0}">{0}</b>{1}'.format(_text(finding.severity), note)


def _where(finding: Finding) -> str:
    line = ":{0}".format(finding.span.line) if finding.span else ""
    stage = "<br><small>stage {0}</small>".format(_text(finding.stage)) if finding.stage is not None else ""
    return _text(finding.path) + line + stage


def _words(finding: Finding) -> Tuple[str, str]:
    mended = " <small>(can be mended automatically)</small>" if finding.edits else ""
    return _text(finding.message), _text(finding.fix) + mended
