# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on many nodes as one self-contained HTML page.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import html
from typing import Any, Iterator, List, Mapping

from ..._text import flat
from .aggregate import ERROR, UNREACHABLE, checks_of, headline
from .table import LEGEND, MARKS

# Nothing may be loaded or run: a second barrier, besides escaping, against scripts in messages.
CSP = "default-src 'none'; style-src 'unsafe-inline'"
STYLE = """
:root { color-scheme: light dark; --text: #1c1f24; --page: #ffffff; --soft: #f3f4f6; --line: #d5d9de; --dim: #5b6470;
  --good: #116329; --bad: #b3161f; --warn: #7a5200; }
@media (prefers-color-scheme: dark) { :root { --text: #e6e8eb; --page: #14171b; --soft: #1e2228; --line: #3a4048;
  --dim: #a0a8b2; --good: #57c074; --bad: #ff8087; --warn: #e3b341; } }
body { margin: 0 auto; padding: 1rem; max-width: 100rem; color: var(--text); background: var(--page);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.1rem; margin: 0; color: var(--dim); }
h2 { font-size: 1.1rem; margin: 1.6rem 0 .5rem; }
.headline { font-size: 1.5rem; font-weight: 600; margin: .2rem 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { padding: .25rem .5rem; border: 1px solid var(--line); text-align: left; }
thead th { background: var(--soft); font-weight: 500; }
.pass { color: var(--good); } .skip { color: var(--dim); }
.warn { color: var(--warn); font-weight: 600; } .fail { color: var(--bad); font-weight: 700; }
.finding { border-left: .3rem solid var(--line); padding: .1rem .8rem; margin: .8rem 0; overflow-wrap: anywhere; }
.finding.fail { border-color: var(--bad); color: inherit; font-weight: inherit; }
.finding.warn { border-color: var(--warn); color: inherit; font-weight: inherit; }
.finding p { margin: .2rem 0; }
small { color: var(--dim); }
"""


def _text(value: Any) -> str:
    return html.escape(flat(str(value)), quote=True)


def _cell(node: Mapping[str, Any], check: str) -> str:
    found = next((item for item in node["checks"] if item["id"] == check), None)
    if found is None:
        return "<td></td>"
    title = "{0}: {1}".format(check, found.get("message", ""))
    return '<td class="{0}" title="{1}">{2}</td>'.format(
        _text(found["status"]), _text(title), _text(MARKS[found["status"]])
    )


def _rows(report: Mapping[str, Any], checks: List[str]) -> Iterator[str]:
    for node in report["nodes"]:
        name = _text(node["node"])
        if node["state"] in (UNREACHABLE, ERROR):
            word = "UNREACHABLE" if node["state"] == UNREACHABLE else "NOT CHECKED"
            yield '<tr><th scope="row">{0}</th><td class="fail" colspan="{1}">{2}: {3}</td></tr>'.format(
                name, max(1, len(checks)), word, _text(node["message"])
            )
        else:
            cells = "".join(_cell(node, check) for check in checks)
            yield '<tr><th scope="row">{0}</th>{1}</tr>'.format(name, cells)


def _finding(entry: Mapping[str, Any]) -> Iterator[str]:
    yield '<section class="finding {0}">'.format(_text(entry["status"]))
    yield '<p><b class="{0}">{1}</b> <b>{2}</b></p>'.format(
        _text(entry["status"]), _text(entry["status"].upper()), _text(entry["id"])
    )
    for item in entry["messages"]:
        yield "<p>{0}<br><small>{1}</small></p>".format(_text(item["message"]), _text(", ".join(item["nodes"])))
    if entry["hint"]:
        yield "<p>Remedy: {0}</p>".format(_text(entry["hint"]))
    yield "</section>"


def render_page(report: Mapping[str, Any]) -> str:
    """The page.

    :param report: as C(aggregate.aggregate) returns it.
    """
    checks = checks_of(report)
    heads = "".join('<th scope="col">{0}</th>'.format(_text(check).replace(".", ".<wbr>")) for check in checks)
    hosts = ", ".join(dict.fromkeys(node["host"] for node in report["nodes"] if node["host"]))
    parts = [
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
        '<meta http-equiv="Content-Security-Policy" content="{0}">'.format(_text(CSP)),
        '<meta name="viewport" content="width=device-width">',
        "<title>Access to SWR</title>\n<style>{0}</style>\n</head>\n<body>".format(STYLE),
        "<h1>Access to {0}</h1>".format(_text(hosts or "SWR")),
        '<p class="headline">{0}</p>'.format(_text(headline(report))),
        '<div class="wide"><table><thead><tr><th scope="col">node</th>{0}</tr></thead>\n<tbody>'.format(heads),
        *_rows(report, checks),
        "</tbody></table></div>",
        "<p><small>{0}</small></p>".format(_text(LEGEND)),
    ]
    if report["findings"]:
        parts.append("<h2>What was found</h2>")
    for entry in report["findings"]:
        parts.extend(_finding(entry))
    parts.append("</body>\n</html>\n")
    return "\n".join(parts)
