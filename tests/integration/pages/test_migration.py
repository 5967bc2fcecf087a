# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a migration in a browser: its filters, its search, and how it looks."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List

import pytest
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from ansible_collections.longshore.swr.plugins.module_utils._registry.report.html import Page

from .conftest import Browser

pytestmark = pytest.mark.needs_program("chromedriver")

OUTCOMES = ("copied", "copied", "copied", "skipped", "copied", "filtered", "copied", "failed", "copied", "postponed")
MARKUP = "<img src=x onerror=alert(1)>\u202e"


def entries(count: int) -> List[Dict[str, Any]]:
    made = []
    for number in range(count):
        name = "shop/app{0:02d}:1.{1}".format(number // 40, number % 40)
        outcome = OUTCOMES[number % 10]
        entry: Dict[str, Any] = {
            "source": "registry.example:5000/" + name,
            "destination": "swr.cn-north-4.myhuaweicloud.com/team/" + name,
            "outcome": outcome,
            "rule": "images.json: 1",
            "source_digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest(),
            "reason": MARKUP if number == 3 else "",
        }
        if outcome == "copied":
            entry.update(bytes=(number % 97 + 1) * 1_000_000, seconds=number % 13 + 0.5, platforms=["linux/amd64"])
        if outcome == "failed":
            what = "it did not answer within {0} s".format(number) if number % 20 == 7 else MARKUP
            entry.update(error=what, details={"what": what, "code": "TIMEOUT", "hint": "Check the network."})
        made.append(entry)
    return made


def facts(images: Iterable[Dict[str, Any]]) -> Dict[str, Any]:
    counts = {name: sum(image["outcome"] == name for image in images) for name in set(OUTCOMES)}
    return {
        "images": dict(counts, total=sum(counts.values())),
        "started_at": "2026-11-29T21:29:07Z",
        "duration": 640.0,
        "bytes": {"planned": 9 * 10**9, "uploaded": 8 * 10**9, "copied": 12 * 10**9},
        "throughput": {"seconds": 64.0, "bytes": [10**9, 2 * 10**9, 0, 0, 10**9, 2 * 10**9], "paused": [2, 3]},
        "requests": {"total": 9, "by_registry": {"swr.cn-north-4.myhuaweicloud.com": {"manifest_put": 9}}},
        "registries": {"sources": ["registry.example:5000"], "destinations": ["swr.cn-north-4.myhuaweicloud.com"]},
        "warnings": [MARKUP],
        "failed_images": "/var/lib/migration/failed.yaml",
    }


def test_the_report_of_a_migration(browser: Browser, page: Callable[[Iterable[str]], Path]) -> None:
    images = entries(1000)
    path = page(Page(facts(images), lambda: iter(images)).parts())
    browser.judge(path, "migration")
    status = browser.one("#everything [role=status]")
    assert status.text == "1,000 of 1,000 images"
    groups = browser.all("#everything details.group")
    assert len(groups) == 25
    assert not any(group.get_attribute("open") for group in groups)

    # An outcome is a filter, with the keyboard too.
    failed = browser.one('button[aria-pressed="false"]:has(b.bad)')
    failed.send_keys(Keys.ENTER)
    assert (failed.get_attribute("aria-pressed"), status.text) == ("true", "100 of 1,000 images")
    rows = browser.all("#everything tbody tr")
    assert len(rows) == 100
    assert all("failed" in row.text for row in rows)
    failed.send_keys(Keys.SPACE)

    # A search finds tags, digests and remarks, and all its words.
    field = browser.one("#everything input")
    for words, count in (
        ("app07 1.9", 1),
        (images[0]["source_digest"][:30], 1),
        ("onerror", 51),
        ("nothing-like-this", 0),
    ):
        field.clear()
        field.send_keys(words)
        wanted = "{0} of 1,000 images".format(count)
        WebDriverWait(browser.driver, 10).until(lambda _driver, wanted=wanted: status.text == wanted)

    # The largest are first when asked for.
    field.clear()
    field.send_keys("app02")
    WebDriverWait(browser.driver, 10).until(lambda _driver: status.text == "40 of 1,000 images")
    browser.one("#everything select").send_keys("largest")
    sizes = [row.text.split(" MB")[0].split()[-1] for row in browser.all("#everything tbody tr") if " MB" in row.text]
    assert sizes == sorted(sizes, key=float, reverse=True)
    assert len(sizes) == 24

    # The whole digest is at hand.
    digest = browser.all("#everything tbody tr details")[0]
    assert len(digest.text) == len("sha256:") + 12
    digest.click()
    assert len(digest.text.split()[1]) == len("sha256:") + 64
    browser.complaints()


def test_a_report_of_nothing(browser: Browser, page: Callable[[Iterable[str]], Path]) -> None:
    path = page(Page({"images": {"total": 0}}, lambda: iter(())).parts())
    browser.judge(path, "nothing")
    assert "There was no image to copy" in browser.one("header").text
