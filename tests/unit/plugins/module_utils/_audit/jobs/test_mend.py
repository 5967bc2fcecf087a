# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Mending leaves nothing that it claims to have mended, and nothing else changes."""

from __future__ import annotations

from dataclasses import replace
from typing import List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.file_audit import Audited, audit_file
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.mend import edited, mend
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import Settings
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Edit

SETTINGS = Settings("source_document")


def judged(content: bytes) -> Audited:
    return audit_file(content, "Dockerfile", SETTINGS)


LINES = [
    "FROM debian:12",
    "FROM ubuntu AS build",
    "COPY . /app",
    "ADD . /app",
    "ADD a.txt b.tar.gz /x/",
    "RUN apt-get update",
    "RUN apt-get update && apt-get upgrade -y",
    "RUN apt-get install -y curl git",
    "RUN apt-get update && apt-get install -y nodejs && cd /app && npm install",
    "RUN apt-get update \\\n  # why\n  && apt-get install -y curl \\\n  && apt-get dist-upgrade",
    "RUN cd /app && npm ci",
    "RUN --mount=type=cache,target=/root/.npm npm ci",
    "RUN pip install flask",
    "RUN apk add git || true",
    "RUN <<EOF\napt-get update\napt-get install -y git\nEOF",
    "RUN cd /app; make",
    "WORKDIR app",
    "MAINTAINER Somebody",
    "LABEL a b c",
    "HEALTHCHECK CMD curl -f http://localhost:80/",
    "HEALTHCHECK CMD a || exit 2",
    "CMD npm start",
    "CMD cd /app && prepare; npm start",
    'ENTRYPOINT ["/entrypoint.sh"]',
    "ENV A=1",
    "# a comment",
    "",
    "RUN \\",
    "ADD ./app",
]
files = st.tuples(st.lists(st.sampled_from(LINES), min_size=1, max_size=12), st.sampled_from(["\n", "\r\n"])).map(
    lambda pair: pair[1].join(["FROM debian:12", *pair[0], ""]).replace("\r\n", "\n").replace("\n", pair[1])
)


@given(files)
@settings(max_examples=80)
def test_nothing_that_can_be_mended_is_left_or_made(text: str) -> None:
    before = judged(text.encode())
    result = mend(text.encode(), "Dockerfile", judged)
    after = judged(result.content)
    assert after.audit == result.audited.audit
    assert len(after.audit.findings) <= len(before.audit.findings) - len(result.findings)
    assert len(after.dockerfile.problems) <= len(before.dockerfile.problems)
    assert {finding.rule for finding in after.audit.findings} <= {finding.rule for finding in before.audit.findings}
    again = mend(result.content, "Dockerfile", judged)
    assert (again.content, again.findings) == (result.content, ())


WORDS = [
    *(
        "FROM",
        "RUN",
        "CMD",
        "ENTRYPOINT",
        "COPY",
        "ADD",
        "ENV",
        "ARG",
        "LABEL",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ONBUILD",
    ),
    *(
        "SHELL",
        "WORKDIR",
        "USER",
        "AS",
        "--from=",
        "--mount=type=cache,target=/x",
        "--chmod",
        "\n",
        "\n",
        "\n",
        "\\\n",
        " ",
        " ",
    ),
    *(
        " ",
        "apt-get",
        "install",
        "update",
        "npm",
        "ci",
        "&&",
        "||",
        ";",
        "|",
        "&",
        "cd",
        "/app",
        ".",
        "$X",
        "${Y:-z}",
        "${",
        "'",
    ),
    *(
        '"',
        "[",
        "]",
        '["a", "b"]',
        "<<EOF",
        "EOF",
        "(",
        ")",
        "exec",
        "sh -c",
        "if",
        "fi",
        "#",
        "a=b",
        "=",
        "*",
        "80",
        "curl",
    ),
    *("# swr-audit ignore=1 reason=x", "\ufeff", "\x00", "\u202e", "\udc80", "\r"),
]


@given(st.lists(st.sampled_from(WORDS), max_size=40))
@settings(max_examples=300)
def test_any_text_has_a_result_and_can_be_mended(words: List[str]) -> None:
    content = "".join(["FROM a\n", *words]).encode("utf-8", "surrogateescape")
    result = mend(content, "Dockerfile", judged)
    for finding in result.audited.audit.findings:
        if finding.span is not None:
            assert 1 <= finding.span.line <= finding.span.end_line <= content.count(b"\n") + 1
            assert 0 <= finding.span.start <= finding.span.end <= len(content)


@given(files)
@settings(max_examples=30)
def test_lines_without_a_finding_stay_byte_for_byte(text: str) -> None:
    kept = "LABEL org.example.kept = \t'\u00e9'  \\\n   org.example.more=1"
    content = (text + kept + "\n").encode("utf-8")
    result = mend(content, "Dockerfile", judged)
    assert kept.encode("utf-8") in result.content


@pytest.mark.parametrize("content", [b"\xff\xfeF\0R\0O\0M\0", b"FROM a:1\nADD . /\xff\n", b"\0\1\2"])
def test_what_cannot_be_read_is_not_mended(content: bytes) -> None:
    assert mend(content, "Dockerfile", judged).content == content


def test_an_edit_that_mends_nothing_is_dropped() -> None:
    def lying(content: bytes) -> Audited:
        audited = judged(content)
        findings = [replace(one, edits=(Edit(0, 0, "# "),)) for one in audited.audit.findings]
        return audited._replace(audit=replace(audited.audit, findings=tuple(findings)))

    content = b"# x\nFROM debian\n"
    result = mend(content, "Dockerfile", lying)
    assert (result.content, result.findings) == (content, ())


def test_edits_are_applied_by_position_in_the_decoded_text() -> None:
    content = "\ufeff# \u00e9\r\nADD a /b\r\n".encode("utf-8")
    start = content.decode("utf-8").index("ADD")
    assert edited(content, [Edit(start, start + 3, "COPY")]) == "\ufeff# \u00e9\r\nCOPY a /b\r\n".encode("utf-8")


def test_a_byte_order_mark_stays() -> None:
    content = b"\xef\xbb\xbfFROM debian:12\r\nADD . /app\r\n"
    assert mend(content, "Dockerfile", judged).content == b"\xef\xbb\xbfFROM debian:12\r\nCOPY . /app\r\n"


def test_many_findings_are_mended_in_a_bounded_number_of_rounds() -> None:
    calls: List[int] = []

    def counting(content: bytes) -> Audited:
        calls.append(len(content))
        return judged(content)

    text = "FROM debian:12\n" + "ADD a.txt /x/\n" * 300
    result = mend(text.encode(), "Dockerfile", counting)
    assert b"ADD" not in result.content
    assert len(result.findings) == 300
    assert len(calls) < 10
