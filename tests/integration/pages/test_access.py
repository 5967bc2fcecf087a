# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The access report of many nodes in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Dict, Iterable

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
from ansible_collections.longshore.swr.plugins.module_utils._access.report.html import render_page

from .conftest import Browser

pytestmark = pytest.mark.needs_program("chromedriver")

CHECKS = ("file.hosts", "name.resolves", "tcp.443", "tls.handshake", "http.v2", "auth.login", "time.skew")


def result(number: int) -> Dict[str, Any]:
    """A node: every third fails one of two checks."""
    checks = [{"id": name, "status": "pass", "message": "fine", "hint": ""} for name in CHECKS]
    if number % 3 == 0:
        checks[number % 2 + 2].update(
            status="fail", message="it is closed", hint="Open the port in the security group."
        )
    if number % 10 == 9:
        checks[6].update(status="warn", message="the clock is {0} s slow".format(number), hint="Start chronyd.")
    return {"msg": "done", "host": "swr.cn-north-4.myhuaweicloud.com", "addresses": [], "checks": checks}


def test_the_access_of_many_nodes(browser: Browser, page: Callable[[Iterable[str]], Path]) -> None:
    nodes: Dict[str, Any] = {"node-{0:03d}.dc1.example.com".format(number): result(number) for number in range(100)}
    nodes.update({"away-{0}".format(number): None for number in range(4)})
    nodes["refused"] = {"failed": True, "msg": "invalid region 'cn-nroth-4'"}
    browser.judge(page([render_page(aggregate(nodes))]), "access")
    sections = [heading.text for heading in browser.all("h2")]
    assert sections == ["What to repair", "Nodes"]

    rows = browser.all("#nodes tbody tr")
    assert 5 <= len(rows) < 10
    field = browser.one("#nodes input")
    field.send_keys("node-042")
    assert [row.is_displayed() for row in rows].count(True) == 1
    assert browser.one("#nodes [role=status]").text == "1 of {0}".format(len(rows))
    browser.complaints()
