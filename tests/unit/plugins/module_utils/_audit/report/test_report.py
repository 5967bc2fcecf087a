# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of an audit: data, SARIF, text, HTML."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Dict, List, Optional, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.errors import AuditError
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.audit import Audit, Trouble, combined
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.judge import judge
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import Settings
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Edit, Finding, NotEvaluated, Span
from ansible_collections.longshore.swr.plugins.module_utils._audit.report import sarif
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.data import audit_of, data_of, render_json
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.html import page_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.sarif import render_sarif, sarif_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.report.text import lines_of
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.draft import Draft
from ansible_collections.longshore.swr.tests.support.github_sarif import MOST_RESULTS, problems_of

HOSTILE = '<script>alert(1)</script>"\x1b[31m\u202e\nhttps://bob:hunter2hunter2@evil.example/'


def draft(rule: str, line: Optional[int] = None, **more: Any) -> Draft:
    span = None if line is None else Span(line * 100, line * 100 + 10, line, line + 1)
    values: Dict[str, Any] = {"message": "the base image moves", "fix": "Name a version.", "subject": str(line)}
    return Draft(rule, span=span, **dict(values, **more))


def sample() -> Audit:
    drafts = [
        draft("SWR-DF-004", 3, stage="build", edits=(Edit(300, 304, "COPY"),)),
        draft("SWR-DF-017"),
        draft("SWR-DF-005", 5, confidence="heuristic"),
        draft("SWR-DF-010", 7),
    ]
    silenced = judge("app/Dockerfile", [draft("SWR-DF-001", 9)], Settings(), lambda _: ("pragma", "two by design"))
    return combined(
        [
            Audit(
                targets=("app/Dockerfile",),
                findings=judge("app/Dockerfile", drafts, Settings()) + silenced,
                not_evaluated=(NotEvaluated("SWR-DF-009", "app/Dockerfile", "the script is in the base image"),),
                troubles=(Trouble("app/Dockerfile", "ADD has one argument", 2),),
            ),
            Audit(
                targets=("registry.example:5000/a/b:1.0",),
                findings=judge("registry.example:5000/a/b:1.0", drafts[1:2], Settings()),
            ),
        ],
        root="/srv/src",
    )


texts = st.text(max_size=30) | st.just(HOSTILE)
spans = st.none() | st.integers(1, 10**6).map(lambda line: Span(line, line + 5, line, line + 1))
findings = st.builds(
    Finding,
    rule=st.sampled_from(["SWR-DF-001", "SWR-DF-004", "SWR-DF-017"]),
    path=texts,
    message=texts,
    fix=texts,
    severity=st.sampled_from(["error", "warning", "info"]),
    confidence=st.sampled_from(["certain", "heuristic"]),
    span=spans,
    stage=st.none() | texts,
    edits=st.just((Edit(1, 2, "x"),)) | st.just(()),
    suppressed_by=st.sampled_from(["", "pragma", "baseline"]),
    reason=texts,
    fingerprint=st.uuids().map(lambda value: value.hex),
)
audits = st.builds(
    Audit,
    targets=st.lists(texts, max_size=2).map(tuple),
    findings=st.lists(findings, max_size=4).map(tuple),
    not_evaluated=st.lists(st.builds(NotEvaluated, st.just("SWR-DF-017"), texts, texts), max_size=2).map(tuple),
    troubles=st.lists(st.builds(Trouble, texts, texts, st.none() | st.integers(1, 9)), max_size=2).map(tuple),
    root=st.just("") | st.just("/srv/src"),
)


def test_data_is_read_back() -> None:
    assert audit_of(data_of(sample())) == sample()
    assert audit_of(json.loads(render_json(sample()))) == sample()


@given(audits)
def test_data_of_hostile_texts_is_clean_and_can_be_read(audit: Audit) -> None:
    data = data_of(audit)
    text = json.dumps(data, ensure_ascii=False)
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "hunter2" not in text
    assert data_of(audit_of(data)) == data


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"profile": "lenient"},
        {"findings": [{}]},
        {"findings": "none"},
        {"targets": None},
        {"problems": [{"path": "x"}]},
    ],
)
def test_what_is_no_audit_is_refused(change: Dict[str, Any]) -> None:
    with pytest.raises(AuditError, match="not the result of an audit"):
        audit_of(dict(data_of(sample()), **change))


@pytest.mark.parametrize(
    "change", [{"rule": "DL3007"}, {"severity": "fatal"}, {"line": "3"}, {"edits": [{"start": 1}]}]
)
def test_what_is_no_finding_is_refused(change: Dict[str, Any]) -> None:
    data = data_of(sample())
    data["findings"][0].update(change)
    with pytest.raises(AuditError, match="not the result of an audit"):
        audit_of(data)


def test_the_summary_counts() -> None:
    assert data_of(sample())["summary"] == {
        "error": 3,
        "warning": 2,
        "info": 0,
        "suppressed": 1,
        "findings": 5,
        "targets": 2,
        "not_evaluated": 1,
        "problems": 1,
    }


# -- SARIF -----------------------------------------------------------------------------------------------------------


def test_sarif_of_a_finding() -> None:
    log = sarif_of(sample())
    result = log["runs"][0]["results"][0]
    assert result["ruleId"] == "SWR-DF-004"
    assert result["level"] == "error"
    assert result["message"]["text"] == "the base image moves. Name a version."
    assert result["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "app/Dockerfile"}, "region": {"startLine": 3, "endLine": 4}}}
    ]
    change = result["fixes"][0]["artifactChanges"][0]
    assert change["replacements"] == [
        {"deletedRegion": {"charOffset": 300, "charLength": 4}, "insertedContent": {"text": "COPY"}}
    ]
    assert result["properties"] == {"confidence": "certain", "aliases": ["DL3006", "DL3007"], "stage": "build"}


def test_sarif_has_suppressions_and_what_was_not_evaluated() -> None:
    run = sarif_of(sample())["runs"][0]
    suppressed = [result for result in run["results"] if "suppressions" in result]
    assert [result["suppressions"] for result in suppressed] == [
        [{"kind": "inSource", "status": "accepted", "justification": "two by design"}]
    ]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert [note["message"]["text"] for note in notes] == [
        "ADD has one argument",
        "Not evaluated: the script is in the base image",
    ]
    assert notes[1]["associatedRule"] == {"id": "SWR-DF-009", "index": 8}


def test_an_image_and_an_absolute_path_have_relative_uris() -> None:
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        for result in sarif_of(
            Audit(
                findings=judge("registry.example:5000/a/b:1.0", [draft("SWR-DF-015")], Settings("strict"))
                + judge("/srv/src/web app/Dockerfile", [draft("SWR-DF-015")], Settings("strict")),
                root="/srv/src",
            )
        )["runs"][0]["results"]
    ]
    assert uris == ["registry.example%3A5000/a/b%3A1.0", "web%20app/Dockerfile"]


def test_github_accepts_the_sample() -> None:
    assert list(problems_of(sarif_of(sample()))) == []


def test_a_service_gets_no_more_than_it_accepts(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sarif.MOST_RESULTS == MOST_RESULTS
    monkeypatch.setattr(sarif, "MOST_RESULTS", 5)
    drafts = [draft("SWR-DF-004", line, subject=str(line)) for line in range(1, 9)]
    log = sarif_of(Audit(findings=judge("Dockerfile", drafts, Settings())))
    assert list(problems_of(log)) == []
    assert len(log["runs"][0]["results"]) == 5
    notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert notes[-1]["message"]["text"].startswith("3 further findings are left out")


@given(audits)
def test_sarif_of_hostile_texts_is_clean(audit: Audit) -> None:
    text = render_sarif(audit)
    assert "\\u001b" not in text
    assert "hunter2" not in text
    log = json.loads(text)
    unique = {finding.fingerprint for finding in audit.findings}
    if len(unique) == len(audit.findings):
        assert [text for text in problems_of(log) if "same as" not in text] == []


# -- text and HTML ---------------------------------------------------------------------------------------------------


def test_the_text() -> None:
    assert lines_of(sample(), 50) == [
        "5 findings in 2 files and images: 3 errors, 2 warnings; 1 suppressed; 1 rule not evaluated; 1 problem",
        "problem: app/Dockerfile:2: ADD has one argument",
        "app/Dockerfile:3: error SWR-DF-004 in stage build: the base image moves. Remedy: Name a version.",
        "app/Dockerfile: error SWR-DF-017: the base image moves. Remedy: Name a version.",
        "registry.example:5000/a/b:1.0: error SWR-DF-017: the base image moves. Remedy: Name a version.",
        "app/Dockerfile:7: warning SWR-DF-010: the base image moves. Remedy: Name a version.",
        "app/Dockerfile:5: warning SWR-DF-005 (heuristic): the base image moves. Remedy: Name a version.",
        "not evaluated: SWR-DF-009: the script is in the base image: app/Dockerfile",
    ]


def test_a_long_text_is_cut_and_says_so() -> None:
    assert "and 4 more findings" in lines_of(sample(), 1)


class Reader(HTMLParser):
    """The texts of a page, and every tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: List[Tuple[str, Dict[str, Optional[str]]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: List[Tuple[str, Optional[str]]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_the_page_has_every_finding_by_practice_and_by_file() -> None:
    page = page_of(sample())
    reader = read(page)
    assert page.count("the base image moves") == 5 * 2 + 1
    for text in (
        "By practice",
        "By file and image",
        "Suppressed",
        "two by design",
        "Not evaluated",
        "in the base image",
    ):
        assert text in reader.text
    assert "What could not be read" in reader.text
    assert "can be mended automatically" in reader.text


@given(audits)
def test_the_page_of_hostile_texts_loads_and_runs_nothing(audit: Audit) -> None:
    page = page_of(audit)
    reader = read(page)
    assert {tag for tag, _attributes in reader.tags} <= {
        *(
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "header",
            "h1",
            "h2",
            "p",
            "main",
            "ul",
            "li",
            "b",
            "section",
        ),
        *("details", "summary", "small", "div", "table", "thead", "tbody", "tr", "th", "td", "br"),
        *("span", "svg", "rect", "script"),
    }
    names = {name for _tag, attributes in reader.tags for name in attributes}
    assert names <= {
        *("lang", "charset", "name", "content", "http-equiv", "class", "open", "scope", "id", "tabindex", "role"),
        *("aria-label", "viewbox", "preserveaspectratio", "x", "width", "height", "data-outcome", "data-rows"),
    }
    assert sum(tag == "script" for tag, _attributes in reader.tags) == 1
    assert "hunter2" not in page
    assert "\x1b" not in page
    policy = next(attributes["content"] for _tag, attributes in reader.tags if "http-equiv" in attributes)
    assert policy is not None
    assert policy.startswith("default-src 'none'")


def test_an_empty_audit() -> None:
    assert lines_of(Audit(), 10) == ["0 findings in 0 files and images"]
    assert list(problems_of(sarif_of(Audit()))) == []
    assert "0 findings" in read(page_of(Audit())).text


def schema() -> Path:
    """The official schema, if a developer has put it there: no package index has it in a form for tests."""
    return Path(__file__).parents[6] / ".cache" / "sarif-2.1.0.json"


@pytest.mark.skipif(
    not schema().exists(), reason="the SARIF schema is not in .cache/sarif-2.1.0.json (docs/docsite/rst/testing.rst)"
)
def test_the_official_schema_accepts_the_sample() -> None:
    jsonschema = pytest.importorskip("jsonschema")
    jsonschema.validate(sarif_of(sample()), json.loads(schema().read_text(encoding="utf-8")))
