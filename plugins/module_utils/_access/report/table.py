# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on many nodes as a plain text table, nodes by checks, with the findings below.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import textwrap
from typing import Any, Dict, Iterator, List, Mapping, Sequence, Tuple

from ..._text import flat
from .aggregate import ERROR, UNREACHABLE, checks_of, headline, status_of

WIDTH = 120
CELL = 5
NODE_WIDTH = 34
MARKS = {"pass": "ok", "warn": "WARN", "fail": "FAIL", "skip": "-", None: ""}
LEGEND = (
    "ok: works; WARN: works, but needs attention; FAIL: does not work; -: not checked, because an "
    "earlier check failed or an option for it is not set."
)
# The check's name in two lines of a column of five characters. Other checks show the first letters of their id.
HEADS: Dict[str, Tuple[str, str]] = {
    "hosts.conflict": ("host", "file"),
    "dns.nss": ("dns", "name"),
    "dns.servers": ("dns", "srvs"),
    "tcp.443": ("tcp", "port"),
    "tls.chain": ("tls", "chn"),
    "tls.name": ("tls", "name"),
    "tls.expiry": ("tls", "date"),
    "http.v2": ("http", "v2"),
    "auth.realm": ("auth", "rlm"),
    "auth.token": ("auth", "tokn"),
    "registry.manifest": ("reg", "mnf"),
    "blob.redirect": ("blob", "loc"),
    "blob.obs_dns": ("blob", "dns"),
    "blob.obs_get": ("blob", "get"),
    "path.mtu": ("path", "mtu"),
    "time.skew": ("time", "skew"),
    "env.proxy": ("env", "prxy"),
}
MOST_NODES = 10
MOST_MESSAGES = 5


def shorten(name: str, width: int) -> str:
    """A name cut to fit, keeping both ends, because nodes differ in either."""
    if len(name) <= width:
        return name
    tail = (width - 2) // 2
    return name[: width - 2 - tail] + ".." + name[-tail:]


def _names(nodes: Sequence[str]) -> str:
    shown = ", ".join(nodes[:MOST_NODES])
    return shown if len(nodes) <= MOST_NODES else "{0} and {1} more".format(shown, len(nodes) - MOST_NODES)


def _wrapped(text: str, indent: str, further: str = "    ") -> List[str]:
    """A paragraph wrapped to the line width."""
    lines = textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further, break_on_hyphens=False)
    return lines or [indent.rstrip()]


def _ascii(text: str) -> str:
    return flat(text).encode("ascii", "replace").decode("ascii")


def _row(name: str, cells: Sequence[str], width: int) -> str:
    return (name.ljust(width) + "".join(cell.ljust(CELL) for cell in cells)).rstrip()


def _table(report: Mapping[str, Any]) -> Iterator[str]:
    checks = checks_of(report)
    names = [_ascii(node["node"]) for node in report["nodes"]]
    width = min(NODE_WIDTH, max([4, *map(len, names)])) + 1
    heads = [HEADS.get(check, (check.partition(".")[0][:4], check.partition(".")[2][:4])) for check in checks]
    groups = ["" if place and heads[place - 1][0] == head[0] else head[0] for place, head in enumerate(heads)]
    if checks:
        yield _row("", groups, width)
        yield _row("node", [head[1] for head in heads], width)
        yield "-" * (width + CELL * len(checks) - 1)
    for name, node in zip(names, report["nodes"]):
        if node["state"] in (UNREACHABLE, ERROR):
            text = "UNREACHABLE" if node["state"] == UNREACHABLE else "NOT CHECKED"
            yield _row(shorten(name, width - 1), [text], width)
        else:
            yield _row(shorten(name, width - 1), [MARKS[status_of(node, check)] for check in checks], width)


def _finding(entry: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield from _wrapped("{0} {1} on {2}".format(entry["status"].upper(), entry["id"], _names(entry["nodes"])), "")
    messages = entry["messages"]
    for item in messages[:MOST_MESSAGES]:
        text = item["message"] if len(messages) == 1 else "{0}: {1}".format(_names(item["nodes"]), item["message"])
        yield from _wrapped(text, "    ")
    if len(messages) > MOST_MESSAGES:
        yield "    and {0} more like this".format(len(messages) - MOST_MESSAGES)
    if entry["hint"]:
        yield from _wrapped("Remedy: " + entry["hint"], "    ")


def _without_findings(report: Mapping[str, Any]) -> Iterator[str]:
    """The nodes without findings, grouped by reason."""
    reasons: Dict[Tuple[str, str], List[str]] = {}
    for node in report["nodes"]:
        if node["state"] in (UNREACHABLE, ERROR):
            reasons.setdefault((node["state"], node["message"]), []).append(node["node"])
    for (state, message), names in reasons.items():
        yield ""
        title = "UNREACHABLE" if state == UNREACHABLE else "NOT CHECKED"
        yield from _wrapped("{0} {1}".format(title, _names(names)), "")
        yield from _wrapped(message, "    ")


def render_table(report: Mapping[str, Any]) -> List[str]:
    """The lines of the table, its legend, and every finding with its remedy. Plain ASCII, 120 characters at most.

    :param report: as C(aggregate.aggregate) returns it.
    """
    lines = [*_table(report), ""]
    if checks_of(report):
        lines += [*_wrapped(LEGEND, "", ""), ""]
    lines += _wrapped(headline(report), "")
    lines += _without_findings(report)
    for entry in report["findings"]:
        lines += _finding(entry)
    return [_ascii(line) for line in lines]
