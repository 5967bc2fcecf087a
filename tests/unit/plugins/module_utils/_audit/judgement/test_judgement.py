# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From drafts to findings: severities, fingerprints, comments, the baseline."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.errors import AuditError
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.audit import Audit, combined
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.baseline import (
    read_baseline,
    render_baseline,
    with_baseline,
)
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.judge import judge
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.pragmas import Pragmas
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import Settings, read_settings
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Comment, Dockerfile, Instruction, Span
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.draft import Draft


def draft(rule: str = "SWR-DF-004", line: Optional[int] = 1, **more: Any) -> Draft:
    span = None if line is None else Span(line * 100, line * 100 + 10, line, line)
    return Draft(rule, "it is wrong", "Mend it.", span=span, **more)


def severities(drafts: List[Draft], **options: Any) -> List[str]:
    return [finding.severity for finding in judge("Dockerfile", drafts, read_settings(options))]


def test_the_profile_gives_the_severity() -> None:
    upgrade = [draft("SWR-DF-002")]
    assert severities(upgrade, profile="source_document") == ["warning"]
    assert severities(upgrade) == ["info"]
    assert severities(upgrade, rules={"SWR-DF-002": "error"}) == ["error"]
    assert severities(upgrade, rules={"2": False}) == []
    assert severities(upgrade, rules={"002": "off"}) == []


def test_a_draft_limits_its_severity() -> None:
    assert severities([draft(at_most="info")], profile="strict") == ["info"]
    assert severities([draft(confidence="heuristic")]) == ["warning"]
    assert severities([draft(confidence="heuristic")], profile="strict") == ["error"]


def test_advice_is_given_only_where_it_is_wanted() -> None:
    advice = [draft("SWR-DF-016", advice=True)]
    assert severities(advice) == []
    assert severities(advice, rules={"SWR-DF-016": "info"}) == ["info"]
    assert severities(advice, rules={"SWR-DF-016": "error"}) == ["error"]
    assert severities(advice, profile="source_document") == ["info"]
    assert severities(advice, profile="strict") == ["warning"]


@pytest.mark.parametrize(
    ("options", "where"),
    [
        ({"profile": "lenient"}, "profile"),
        ({"fail_on": "fatal"}, "fail_on"),
        ({"rules": {"SWR-DF-018": "error"}}, "rules"),
        ({"rules": {"SWR-DF-001": "fatal"}}, "rules, SWR-DF-001"),
        ({"allowed_base_images": ["debian:*", " "]}, "allowed_base_images"),
        ({"build_args": {"VERSION": ["1"]}}, "build_args, VERSION"),
    ],
)
def test_wrong_settings_are_refused(options: Dict[str, Any], where: str) -> None:
    with pytest.raises(AuditError) as caught:
        read_settings(options)
    assert caught.value.where == where


def test_build_arguments_become_texts() -> None:
    settings = read_settings({"build_args": {"A": 1, "B": True, "C": None, "D": "x"}})
    assert settings.build_args == {"A": "1", "B": "true", "C": "", "D": "x"}


def test_a_fingerprint_survives_moved_lines_and_new_neighbours() -> None:
    before = judge("Dockerfile", [draft(line=3, subject="FROM  node")], Settings())
    after = judge("Dockerfile", [draft(line=1, subject="FROM debian"), draft(line=9, subject="FROM node")], Settings())
    assert after[1].fingerprint == before[0].fingerprint != after[0].fingerprint


def test_equal_findings_have_different_fingerprints() -> None:
    found = judge("Dockerfile", [draft(line=7, subject="FROM node"), draft(line=3, subject="FROM node")], Settings())
    assert [finding.span.line for finding in found if finding.span] == [3, 7]
    assert len({finding.fingerprint for finding in found}) == 2


def dockerfile(comments: Dict[int, str], instructions: Dict[int, int]) -> Dockerfile:
    """Comments by line, and instructions from a line to a line."""
    return Dockerfile(
        "",
        tuple(
            Instruction("RUN", Span(first * 100, last * 100, first, last), "", ())
            for first, last in instructions.items()
        ),
        comments=tuple(Comment(text, Span(line * 100, line * 100, line, line)) for line, text in comments.items()),
    )


def test_a_comment_silences_the_next_instruction() -> None:
    file = dockerfile({1: "swr-audit ignore=SWR-DF-004,3 reason=it is a mirror", 2: "more"}, {3: 4, 5: 5})
    pragmas = Pragmas(file)
    assert pragmas.silenced_by(draft(line=3)) == ("pragma", "it is a mirror")
    assert pragmas.silenced_by(draft("SWR-DF-003", line=4)) == ("pragma", "it is a mirror")
    assert pragmas.silenced_by(draft("SWR-DF-005", line=3)) == ("", "")
    assert pragmas.silenced_by(draft(line=5)) == ("", "")
    assert pragmas.silenced_by(draft(line=None)) == ("", "")


def test_a_comment_within_an_instruction_belongs_to_it() -> None:
    pragmas = Pragmas(dockerfile({2: "swr-audit ignore=3 reason=x"}, {1: 3, 4: 4}))
    assert pragmas.silenced_by(draft("SWR-DF-003", line=1)) == ("pragma", "x")
    assert pragmas.silenced_by(draft("SWR-DF-003", line=4)) == ("", "")


def test_a_global_comment_silences_the_file() -> None:
    pragmas = Pragmas(dockerfile({9: "swr-audit global ignore=SWR-DF-017 reason=built elsewhere"}, {1: 1}))
    assert pragmas.silenced_by(draft("SWR-DF-017", line=None)) == ("pragma", "built elsewhere")


@pytest.mark.parametrize(
    "text",
    [
        "swr-audit ignore=SWR-DF-004",
        "swr-audit ignore=SWR-DF-004 reason= ",
        "swr-audit ignore=DL3007 reason=x",
        "swr-audit",
    ],
)
def test_a_wrong_comment_silences_nothing_and_is_reported(text: str) -> None:
    pragmas = Pragmas(dockerfile({1: text}, {2: 2}))
    assert pragmas.silenced_by(draft(line=2)) == ("", "")
    assert [mistake.line for mistake in pragmas.mistakes] == [1]


def test_hadolint_comments_count_for_the_same_matter() -> None:
    file = dockerfile({1: "hadolint ignore=DL3008, DL3007", 3: "hadolint global ignore=DL3059"}, {2: 2, 4: 4})
    pragmas = Pragmas(file)
    assert pragmas.silenced_by(draft(line=2)) == ("pragma", "hadolint ignore=DL3007")
    assert pragmas.silenced_by(draft(line=4)) == ("", "")
    assert pragmas.silenced_by(draft("SWR-DF-003", line=2)) == ("pragma", "hadolint ignore=DL3059")
    assert not pragmas.mistakes


def test_a_baseline_silences_what_was_there() -> None:
    old = judge("a/Dockerfile", [draft(subject="FROM node")], Settings())
    baseline = read_baseline(render_baseline(old).encode(), "baseline.json")
    new = judge(
        "a/Dockerfile", [draft(subject="FROM node", line=5), draft("SWR-DF-001", subject="CMD a & b")], Settings()
    )
    assert [finding.suppressed_by for finding in with_baseline(new, baseline)] == ["", "baseline"]
    elsewhere = [replace(finding, path="b/Dockerfile") for finding in new]
    assert not any(finding.suppressed_by for finding in with_baseline(elsewhere, baseline))


def test_a_baseline_has_no_finding_that_a_comment_silences() -> None:
    found = judge("Dockerfile", [draft()], Settings(), lambda _draft: ("pragma", "x"))
    assert read_baseline(render_baseline(found).encode(), "baseline.json") == {}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"version": 2, "findings": {}}',
        b'{"version": 1, "findings": {"Dockerfile": []}}',
        b'{"version": 1, "findings": {"Dockerfile": {"00": "DL3007"}}}',
        b'{"version": 1, "findings": {"Dockerfile": {"00": ["SWR-DF-001"]}}}',
        b"\xff",
    ],
)
def test_what_is_no_baseline_is_refused(content: bytes) -> None:
    with pytest.raises(AuditError, match=r"baseline\.json: it is no baseline"):
        read_baseline(content, "baseline.json")


def test_the_worst_comes_first_and_silenced_findings_last() -> None:
    one = Audit(targets=("a",), findings=judge("a", [draft("SWR-DF-002"), draft("SWR-DF-005")], Settings()))
    two = Audit(targets=("b",), findings=judge("b", [draft("SWR-DF-004")], Settings()))
    three = Audit(targets=("c",), findings=judge("c", [draft("SWR-DF-004")], Settings(), lambda _: ("pragma", "x")))
    audit = combined([one, two, three])
    assert [(finding.path, finding.severity) for finding in audit.findings] == [
        ("b", "error"),
        ("a", "warning"),
        ("a", "info"),
        ("c", "error"),
    ]
    assert audit.counts()["suppressed"] == 1
    assert audit.counts()["error"] == 1


@pytest.mark.parametrize(("fail_on", "count"), [("error", 1), ("warning", 2), ("info", 3), ("never", 0)])
def test_what_makes_an_audit_fail(fail_on: str, count: int) -> None:
    settings = read_settings({"fail_on": fail_on})
    drafts = [draft("SWR-DF-002"), draft("SWR-DF-005"), draft("SWR-DF-004")]
    assert len(Audit(findings=judge("a", drafts, settings)).failing(settings)) == count
