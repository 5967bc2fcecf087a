# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of an audit in a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Callable, Iterable

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.audit import Audit, Trouble
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Edit, Finding, NotEvaluated, Span
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.html import parts_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.catalogue import RULES

from .conftest import Browser

pytestmark = pytest.mark.needs_program("chromedriver")


def findings() -> Iterable[Finding]:
    for number in range(60):
        yield Finding(
            RULES[number % len(RULES)].id,
            "services/app{0:02d}/Dockerfile".format(number // 6),
            "the base image has no version <b>here</b>",
            "Name a version, such as debian:12.5.",
            ("error", "warning", "info")[number % 3],
            ("certain", "heuristic")[number % 2],
            Span(0, 5, number + 1, number + 1),
            "build" if number % 4 else None,
            (Edit(0, 5, "FROM x"),) if number % 5 == 0 else (),
            "pragma" if number == 59 else "",
            "on purpose" if number == 59 else "",
            diff=("-FROM x:latest", "+FROM x <b>" + "y" * 300) if number % 5 == 0 else (),
        )


def test_the_page_of_an_audit(browser: Browser, page: Callable[[Iterable[str]], Path]) -> None:
    audit = Audit(
        targets=tuple("services/app{0:02d}/Dockerfile".format(number) for number in range(10)),
        findings=tuple(findings()),
        not_evaluated=(NotEvaluated(RULES[8].id, "services/app00/Dockerfile", "no context"),),
        troubles=(Trouble("services/app01/Dockerfile", "ADD has one argument", 2),),
    )
    browser.judge(page(parts_of(audit)), "audit")
    groups = browser.all("#files details")
    assert len(groups) == 10
    browser.one("#files input").send_keys("app07")
    assert [group.is_displayed() for group in groups].count(True) == 1
    assert browser.all("#practices pre")[0].text.startswith("-FROM x:latest\n+FROM x <b>y")
    browser.complaints()
