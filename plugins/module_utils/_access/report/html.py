# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on many nodes as one self-contained HTML page: what to repair, and then every node.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..._page import elements
from ..._page.document import document, text
from ..._page.script import FILTER
from .aggregate import ERROR, FAIL, PASS, UNREACHABLE, WARN, checks_of, headline
from .table import LEGEND, MARKS

_SHARES = (
    (PASS, "reach SWR", "good"),
    (WARN, "with warnings", "warn"),
    (FAIL, "do not reach it", "bad"),
    (ERROR, "could not be checked", "bad"),
    (UNREACHABLE, "gave no result", "dim"),
)
FEW = 6
"""Up to so many nodes with the same results are named in their row at once."""
_COLOURS = {"pass": "good", "skip": "dim", "warn": "warn", "fail": "bad"}


def render_page(report: Mapping[str, Any]) -> str:
    """The page.

    :param report: as C(aggregate.aggregate) returns it.
    """
    hosts = ", ".join(dict.fromkeys(node["host"] for node in report["nodes"] if node["host"]))
    summary = report["summary"]
    mood = "bad" if summary[FAIL] or summary[ERROR] or summary[UNREACHABLE] else "warn" if summary[WARN] else "good"
    title = "Access to {0}".format(text(hosts or "SWR"))
    return "".join(document(title, text(headline(report)), mood, (), _body(report), FILTER))


def _body(report: Mapping[str, Any]) -> Iterator[str]:
    shares = [elements.Share(state, label, report["summary"][state], mood) for state, label, mood in _SHARES]
    yield from elements.outcome_bar(shares)
    causes = [*_unchecked(report["nodes"]), *_findings(report["findings"])]
    if causes:
        yield from elements.section("What to repair", elements.causes(causes), "repair")
    if report["nodes"]:
        yield '<div data-rows="tbody tr">\n'
        yield from elements.section("Nodes", _nodes(report), "nodes")
        yield "</div>\n"


def _unchecked(nodes: Sequence[Mapping[str, Any]]) -> Iterator[elements.Cause]:
    """The nodes without findings, by the reason for that."""
    found: Dict[Tuple[str, str], List[str]] = {}
    for node in nodes:
        if node["state"] in (UNREACHABLE, ERROR):
            found.setdefault((node["state"], node["message"]), []).append(node["node"])
    for (state, message), names in found.items():
        code = "UNREACHABLE" if state == UNREACHABLE else "NOT CHECKED"
        yield elements.Cause(text(message), code, "", len(names), [text(name) for name in names])


def _findings(findings: Sequence[Mapping[str, Any]]) -> Iterator[elements.Cause]:
    for finding in findings:
        messages = finding["messages"]
        several = len(messages) > 1
        yield elements.Cause(
            text(messages[0]["message"]) + (", and similar" if several else ""),
            text(finding["id"]),
            text(finding["hint"]),
            len(finding["nodes"]),
            [
                "{0} <small>{1}</small>".format(text(name), text(item["message"]) if several else "")
                for item in messages
                for name in item["nodes"]
            ],
            _COLOURS[finding["status"]],
        )


def _nodes(report: Mapping[str, Any]) -> Iterator[str]:
    """A row for all nodes with the same results."""
    checks = checks_of(report)
    titles = [text(check).replace(".", ".<wbr>") for check in ("Nodes", *checks)]
    yield '<div class="wide" tabindex="0"><table class="grid">\n<thead><tr>{0}</tr></thead>\n<tbody>\n'.format(
        "".join('<th scope="col">{0}</th>'.format(title) for title in titles)
    )
    groups: Dict[str, List[str]] = {}
    for node in report["nodes"]:
        groups.setdefault(_cells(node, checks), []).append(node["node"])
    for cells, names in groups.items():
        row = ", ".join(map(text, names))
        if len(names) > FEW:
            row = "<details><summary>{0} nodes</summary>{1}</details>".format(len(names), row)
        yield '<tr><th scope="row">{0}</th>{1}</tr>\n'.format(row, cells)
    yield "</tbody>\n</table></div>\n<p><small>{0}</small></p>\n".format(text(LEGEND))


def _cells(node: Mapping[str, Any], checks: Sequence[str]) -> str:
    if node["state"] in (UNREACHABLE, ERROR):
        word = "UNREACHABLE" if node["state"] == UNREACHABLE else "NOT CHECKED"
        return '<td class="bad" colspan="{0}">{1}</td>'.format(max(1, len(checks)), word)
    cells = {
        item["id"]: '<td class="{0}">{1}</td>'.format(_COLOURS[item["status"]], text(MARKS[item["status"]]))
        for item in node["checks"]
    }
    return "".join(cells.get(check, "<td></td>") for check in checks)
