# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several audits as one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.errors import AuditError
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.combine import run_report
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.audit import Audit, Trouble
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Finding, NotEvaluated, Span
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.data import data_of

FILES = Audit(
    targets=("a/Dockerfile",),
    findings=(Finding("SWR-DF-010", "a/Dockerfile", "ADD copies", "Write COPY.", "warning", span=Span(5, 9, 2, 2)),),
    root="/srv/src",
)
IMAGES = Audit(
    targets=("registry.example.com/app:1",),
    findings=(Finding("SWR-DF-012", "registry.example.com/app:1", "a secret", "Remove it.", "error"),),
    not_evaluated=(NotEvaluated("SWR-DF-017", "registry.example.com/app:1", "no context"),),
)


def report(*audits: Any, check_mode: bool = False, **options: Any) -> Dict[str, Any]:
    given: Dict[str, Any] = {"audits": list(audits), "fail_on": "error", "findings_shown": 20}
    return run_report(dict(given, **options), check_mode)


def test_the_worst_findings_come_first() -> None:
    result = report(data_of(FILES), data_of(IMAGES))
    assert [one["rule"] for one in result["audit"]["findings"]] == ["SWR-DF-012", "SWR-DF-010"]
    assert result["audit"]["targets"] == ["a/Dockerfile", "registry.example.com/app:1"]
    assert result["audit"]["root"] == "/srv/src"
    assert (result["counts"]["error"], result["counts"]["warning"], result["counts"]["not_evaluated"]) == (1, 1, 1)
    assert (result["failed"], result["failing"]) == (True, True)


@pytest.mark.parametrize(
    ("fail_on", "troubles", "failed"),
    [
        ("warning", (), True),
        ("error", (), False),
        ("error", (Trouble("x", "y"),), True),
        ("never", (Trouble("x", "y"),), False),
    ],
)
def test_what_fails(fail_on: str, troubles: Any, failed: bool) -> None:
    audit = data_of(Audit(findings=FILES.findings, troubles=troubles))
    assert report(audit, fail_on=fail_on).get("failed", False) is failed


def test_reports_of_json_files_are_read_too(tmp_path: Path) -> None:
    paths = {name + "_path": str(tmp_path / ("audit." + name)) for name in ("html", "sarif", "json")}
    assert report(data_of(FILES), check_mode=True, **paths)["changed"] is True
    assert list(tmp_path.iterdir()) == []
    first = report(data_of(FILES), data_of(IMAGES), **paths)
    assert (first["changed"], first["json_path"]) == (True, paths["json_path"])
    again = report(json.loads((tmp_path / "audit.json").read_text(encoding="utf-8")), **paths)
    assert again["changed"] is False
    text = (tmp_path / "audit.html").read_text(encoding="utf-8")
    assert "a/Dockerfile" in text
    assert "registry.example.com/app:1" in text


@pytest.mark.parametrize(
    ("audits", "problem"),
    [
        ([], "audits: it is empty"),
        ([data_of(FILES), {}], "audits: item 2: it is not the result of an audit"),
        ([dict(data_of(FILES), version=2)], "audits: item 1: it is not the result of an audit: its version is not 1"),
        ([data_of(FILES), dict(data_of(IMAGES), profile="strict")], "different profiles: recommended, strict"),
        ([data_of(FILES), dict(data_of(FILES), root="/elsewhere")], "different directories: /srv/src, /elsewhere"),
    ],
)
def test_what_cannot_be_combined(audits: Any, problem: str, tmp_path: Path) -> None:
    with pytest.raises(AuditError) as caught:
        report(*audits, json_path=str(tmp_path / "audit.json"))
    assert problem in str(caught.value)
    assert list(tmp_path.iterdir()) == []
