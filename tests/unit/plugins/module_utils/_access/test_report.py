# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of many nodes: as data, as a table and as a page."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.errors import AccessError
from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._access.report.html import render_page
from ansible_collections.longshore.swr.plugins.module_utils._access.report.table import (
    HEADS,
    WIDTH,
    render_table,
    shorten,
)
from ansible_collections.longshore.swr.plugins.module_utils._access.runner import CHECK_IDS


def result(
    failing: Optional[Dict[str, str]] = None, status: str = "fail", hint: str = "repair it", **more: Any
) -> Dict[str, Any]:
    """A node's result: these checks with these messages, the others passed."""
    failing = failing or {}
    checks = [
        {
            "id": name,
            "status": status if name in failing else "pass",
            "severity": "error",
            "message": failing.get(name, "fine"),
            "hint": hint if name in failing else "",
        }
        for name in CHECK_IDS
    ]
    return dict({"msg": "x", "host": "swr.example", "addresses": ["10.0.0.1"], "checks": checks}, **more)


def table(nodes: Dict[str, Any]) -> List[str]:
    return render_table(aggregate(nodes))


def test_every_check_has_a_column() -> None:
    assert set(HEADS) == set(CHECK_IDS)
    assert all(len(part) <= 4 for head in HEADS.values() for part in head)
    assert len(set(HEADS.values())) == len(HEADS)


def test_a_table() -> None:
    lines = table(
        {
            "good": result(),
            "bad-1": result({"dns.nss": "the name resolves to 203.0.113.9"}),
            "warned": result({"time.skew": "the clock is 70 seconds behind"}, "warn"),
            "bad-2": result({"dns.nss": "the name resolves to 203.0.113.9"}),
            "away": {},
            "refusing": {"failed": True, "unreachable": True, "msg": "ssh: connection refused"},
            "broken": {"failed": True, "msg": "tag: '' is none", "error": {"what": "x"}},
        }
    )
    assert lines[0].split() == ["host", "dns", "tcp", "tls", "http", "auth", "reg", "blob", "path", "time", "env"]
    order = [line.split()[0] for line in lines[3:10]]
    assert order == ["away", "refusing", "broken", "bad-1", "bad-2", "warned", "good"]
    rows = {line.split()[0]: line.split()[1:] for line in lines[3:10]}
    assert rows["bad-1"][:3] == ["ok", "FAIL", "ok"]
    assert rows["bad-1"].count("FAIL") == 1
    assert rows["warned"].count("WARN") == 1
    assert rows["good"] == ["ok"] * len(CHECK_IDS)
    text = "\n".join(lines)
    assert "7 nodes: 1 reach SWR, 1 reach it with warnings, 2 do not, 1 could not be checked, 2 gave no result" in text
    assert "FAIL dns.nss on bad-1, bad-2\n    the name resolves to 203.0.113.9\n    Remedy: repair it" in text
    assert text.index("FAIL dns.nss") < text.index("WARN time.skew")
    assert "UNREACHABLE refusing\n    ssh: connection refused" in text
    assert "NOT CHECKED broken\n    tag:" in text


def test_the_columns_stand_below_their_heads() -> None:
    lines = table({"n": result({"path.mtu": "lost"})})
    place = lines[3].index("FAIL")
    assert lines[1][place : place + 3] == "mtu"
    assert lines[0][place : place + 4] == "path"


def test_a_hundred_nodes() -> None:
    nodes: Dict[str, Any] = {}
    for number in range(100):
        name = "node-{0:03}.a-very-long-name.of-a-data-centre.example.com".format(number)
        skew = {"time.skew": "{0} seconds behind".format(400 + number)}
        nodes[name] = result(skew if number % 2 else {"tcp.443": "no answer " * 30}, hint="look at the firewall " * 20)
    lines = table(nodes)
    assert max(map(len, lines)) <= WIDTH
    assert "\n".join(lines).isascii()
    assert len([line for line in lines if line.startswith("node-")]) == 100
    assert "and 40 more" in "\n".join(lines)
    assert "and 45 more like this" in "\n".join(lines)
    assert len(lines) < 160
    report = aggregate(nodes)
    assert len(report["failing"]) == 100
    assert len(report["findings"]) == 2
    assert len(json.loads(json.dumps(report))["nodes"]) == 100


def test_only_checks_that_were_made_are_columns() -> None:
    one = result()
    one["checks"] = one["checks"][:2]
    assert table({"n": one})[1].split() == ["node", "file", "name"]
    assert "0 nodes: nothing to say" in table({})


def test_names_that_are_shortened_stay_different() -> None:
    first, second = (shorten("node-{0}.{1}.example.com".format(n, "x" * 40), 34) for n in (1, 2))
    assert first != second
    assert len(first) == 34
    assert shorten("short", 34) == "short"


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        ("error", ["refused", "crashed", "bad"]),
        ("warn", ["refused", "crashed", "bad", "warned"]),
        ("never", ["refused", "crashed"]),
    ],
)
def test_who_makes_the_run_fail(fail_on: str, expected: List[str]) -> None:
    nodes = {
        "good": result(),
        "warned": result({"time.skew": "x"}, "warn"),
        "bad": result({"tcp.443": "x"}),
        "refused": {"failed": True, "msg": "wrong", "error": {"what": "wrong"}},
        "crashed": {"failed": True, "msg": "MODULE FAILURE"},
        "away": None,
    }
    report = aggregate(nodes, fail_on)
    assert report["failing"] == expected
    assert report["ok"] is False
    assert report["summary"] == {"unreachable": 1, "error": 2, "fail": 1, "warn": 1, "pass": 1, "total": 6}


def test_what_is_no_result_is_refused() -> None:
    with pytest.raises(AccessError, match="expected a dictionary"):
        aggregate([1])
    with pytest.raises(AccessError, match="fail_on"):
        aggregate({}, "sometimes")


class Reader(HTMLParser):
    """The tags and the text of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: List[str] = []
        self.open: List[str] = []
        self.links: List[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.append(tag)
        self.links += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "wbr", "br", "rect"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_a_page_shows_what_servers_send_as_text() -> None:
    evil = '<script>alert(1)</script><img src=x onerror="x">\ud800'
    nodes = {
        evil: result({"http.v2": evil, "env.proxy": "fine"}, hint=evil, host=evil),
        "away": None,
        "broken": {"failed": True, "msg": evil},
    }
    page = render_page(aggregate(nodes))
    reader = Reader()
    reader.feed(page)
    assert reader.open == []
    assert reader.tags.count("script") == 1
    assert "img" not in reader.tags
    assert reader.links == []
    assert "&lt;script&gt;" in page
    assert "Content-Security-Policy" in page
    assert page.encode("utf-8")
    assert "UNREACHABLE" in page
    assert page.count("<tr>") == 4
    assert page.index("What to repair") < page.index(">Nodes<")


def test_nodes_that_agree_are_one_row() -> None:
    nodes = {"web-{0}".format(number): result() for number in range(5)}
    nodes["db"] = result({"tcp.443": "it is closed"}, hint="Open port 443.")
    page = render_page(aggregate(nodes))
    assert page.count("<tr>") == 3
    assert '<th scope="row">web-0, web-1, web-2, web-3, web-4</th>' in page
    assert "it is closed" in page
    assert "<b>What to do:</b> Open port 443." in page
