# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each rule on what is wrong, what is right, and what only looks so."""

from __future__ import annotations

from typing import Any, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.checks import CHECKS
from ansible_collections.longshore.swr.plugins.module_utils._audit.source.images import is_allowed
from ansible_collections.longshore.swr.tests.support.audit import found, mended, view_of
from ansible_collections.longshore.swr.tests.support.audit_examples import APP, ENTRY, RIGHT, WRONG, examples


def test_every_rule_has_three_examples_of_each_kind() -> None:
    assert set(WRONG) == set(RIGHT) == {"{0:03d}".format(number) for number in range(1, 18)}
    assert all(len(rows) >= 3 for table in (WRONG, RIGHT) for rows in table.values())


@pytest.mark.parametrize(("number", "text", "files"), examples(WRONG))
def test_what_is_wrong_is_found(number: str, text: str, files: Any) -> None:
    rule = "SWR-DF-" + number
    drafts = found(rule, text, files)
    assert [draft.rule for draft in drafts] == [rule]
    assert drafts[0].message
    assert drafts[0].fix.endswith((".", "..."))


@pytest.mark.parametrize(("number", "text", "files"), examples(RIGHT))
def test_what_is_right_is_not_found(number: str, text: str, files: Any) -> None:
    assert found("SWR-DF-" + number, text, files) == []


@pytest.mark.parametrize(("number", "text", "files"), examples(WRONG))
def test_edits_leave_nothing_of_what_they_mend(number: str, text: str, files: Any) -> None:
    rule = "SWR-DF-" + number
    drafts = found(rule, text, files)
    if drafts[0].edits and drafts[0].path is None:
        new = mended(text, drafts)
        assert new != text
        assert found(rule, new, files) == []


# -- what the tables do not say ----------------------------------------------------------------------------------------


def test_packages_that_nobody_needs_are_listed_on_request() -> None:
    text = "FROM debian:12\nRUN apt-get update && apt-get install -y vim openssh-server curl\n"
    assert found("SWR-DF-002", text) == []
    (draft,) = found("SWR-DF-002", text, unneeded_packages=True)
    assert "openssh-server, vim" in draft.message
    assert draft.at_most == "info"


@pytest.mark.parametrize(
    "text",
    [
        "FROM debian:12\nRUN apk add --virtual .build gcc && make && apk del .build\n",
        "FROM debian:12 AS build\nRUN apt-get install -y gcc\nFROM scratch\nCOPY --from=build /a /a\n",
    ],
)
def test_compilers_that_do_not_stay_are_not_listed(text: str) -> None:
    assert found("SWR-DF-002", text, unneeded_packages=True) == []


@pytest.mark.parametrize(
    ("image", "patterns", "allowed"),
    [
        ("debian:12", ["debian"], True),
        ("docker.io/library/debian:12", ["debian"], True),
        ("debian", ["docker.io/library/debian:latest"], True),
        ("debian:12", ["debian:11"], False),
        ("node:20-alpine", ["node:*-alpine"], True),
        ("node:20-slim", ["node:*-alpine"], False),
        ("registry.example:5000/base/java:17", ["registry.example:5000/base/*"], True),
        ("registry.example:5000/other/java:17", ["registry.example:5000/base/*"], False),
        ("evil.example/registry.example:5000/base/x", ["registry.example:5000/base/*"], False),
        ("debian:12@sha256:" + "a" * 64, ["debian@sha256:" + "a" * 64], True),
        ("debian:12@sha256:" + "b" * 64, ["debian@sha256:" + "a" * 64], False),
        ("anything:1", ["*"], True),
    ],
)
def test_a_policy_of_base_images(image: str, patterns: List[str], allowed: bool) -> None:
    assert is_allowed(image, patterns) is allowed
    drafts = found("SWR-DF-006", "FROM {0}\nFROM scratch\n".format(image), allowed_base_images=tuple(patterns))
    assert bool(drafts) is not allowed
    assert all(draft.confidence == "certain" for draft in drafts)


def test_services_from_variables_are_named_as_written() -> None:
    script = '#!/bin/sh\nvirtlogd &\nexec gosu app "$@"\n'
    (draft,) = found("SWR-DF-001", ENTRY, {"entrypoint.sh*": script})
    assert draft.message == "the entrypoint script starts 2 services: virtlogd, $@"


def test_variables_of_one_start_are_one_finding() -> None:
    (draft,) = found("SWR-DF-012", "FROM a:1\nCMD exec b $C_D ${E_F} $C_D\n")
    assert draft.message == "the start of the container reads C_D, E_F, which have no default"


def test_a_secret_is_never_in_a_draft() -> None:
    text = "FROM debian:12\nENV DB_PASSWORD=hunter2hunter2\nARG API_TOKEN=hunter2hunter2\n"
    for draft in found("SWR-DF-012", text):
        assert "hunter2" not in repr(draft)


@pytest.mark.parametrize(
    ("rule", "text", "reason"),
    [
        ("SWR-DF-017", "FROM debian:12\nCOPY . .\n", "no context"),
        ("SWR-DF-004", "ARG IMAGE\nFROM $IMAGE\n", "build argument"),
        ("SWR-DF-009", 'FROM a:1\nENTRYPOINT ["/entrypoint.sh"]\n', "no context"),
        ("SWR-DF-010", "FROM a:1\nARG X\nADD $X /a\n", "variable"),
    ],
)
def test_what_cannot_be_judged_is_said(rule: str, text: str, reason: str) -> None:
    view = view_of(text)
    assert list(CHECKS[rule](view)) == []
    ((skipped, why),) = view.skipped
    assert skipped == rule
    assert reason in why


def test_a_script_of_the_base_image_is_not_judged() -> None:
    view = view_of('FROM postgres:17\nENTRYPOINT ["/docker-entrypoint.sh"]\n', {"a": ""})
    assert list(CHECKS["SWR-DF-009"](view)) == []
    assert view.skipped == [("SWR-DF-009", "/docker-entrypoint.sh comes from the base image or from a RUN")]


def test_the_entrypoint_script_is_mended_in_its_own_file() -> None:
    script = '#!/bin/sh\nset -e\n"$@"\n'
    (draft,) = found("SWR-DF-009", ENTRY, {"entrypoint.sh*": script})
    assert draft.path == "context/entrypoint.sh"
    assert mended(script, [draft]) == '#!/bin/sh\nset -e\nexec "$@"\n'
    assert draft.span is not None
    assert draft.span.line == 3


EDITS = [
    (
        "002",
        "FROM a:1\nRUN apt-get update \\\n  && apt-get upgrade -y \\\n  && apt-get install -y b\n",
        "FROM a:1\nRUN apt-get update \\\n  && apt-get install -y b\n",
    ),
    ("002", "FROM a:1\nRUN apk upgrade\nRUN b\n", "FROM a:1\nRUN b\n"),
    ("002", "FROM a:1\nRUN dnf -y update && b\n", "FROM a:1\nRUN b\n"),
    (
        "003",
        "FROM a:1\nRUN apt-get update\n# why\nRUN apt-get install -y b\n",
        "FROM a:1\nRUN apt-get update \\\n# why\n    && apt-get install -y b\n",
    ),
    (
        "003",
        "FROM a:1\r\nRUN apt-get update\r\n\r\nRUN apt-get install -y b\r\n",
        "FROM a:1\r\nRUN apt-get update \\\r\n    && apt-get install -y b\r\n",
    ),
    (
        "003",
        "FROM a:1\nCOPY . /app\nRUN apt-get update && apt-get install -y b && cd /app && npm install\n",
        "FROM a:1\nRUN apt-get update && apt-get install -y b\nCOPY . /app\nRUN cd /app && npm install\n",
    ),
    (
        "005",
        "FROM a:1\nRUN apt-get update \\\n  && apt-get install -y b\n",
        "FROM a:1\nRUN apt-get update \\\n  && apt-get install -y b \\\n  && rm -rf /var/lib/apt/lists/*\n",
    ),
    (
        "005",
        "FROM a:1\nRUN <<EOF\n  apt-get update\n  apt-get install -y b\nEOF\n",
        "FROM a:1\nRUN <<EOF\n  apt-get update\n  apt-get install -y b\n  rm -rf /var/lib/apt/lists/*\nEOF\n",
    ),
    ("005", "FROM a:1\nRUN apk add b\n", "FROM a:1\nRUN apk add --no-cache b\n"),
    ("005", "FROM a:1\nRUN pip3 install b && c\n", "FROM a:1\nRUN pip3 install --no-cache-dir b && c\n"),
    ("005", "FROM a:1\nRUN microdnf install b\n", "FROM a:1\nRUN microdnf install b && microdnf clean all\n"),
    (
        "007",
        "FROM a:1\nRUN cd /app && npm ci\nRUN cd /app && make\nUSER 1\nCMD cd /app && npm start\n",
        "FROM a:1\nWORKDIR /app\nRUN npm ci\nWORKDIR /app\nRUN make\nUSER 1\nWORKDIR /app\nCMD npm start\n",
    ),
    ("007", "FROM a:1\nCMD npm  start\n", 'FROM a:1\nCMD ["npm", "start"]\n'),
    ("007", "FROM a:1\nCMD exec a 'b c' \\\n  d\n", 'FROM a:1\nCMD ["a", "b c", "d"]\n'),
    ("009", "FROM a:1\nCMD a; b --c\n", "FROM a:1\nCMD a; exec b --c\n"),
    ("010", "FROM a:1\nADD --chown=b . /a\n", "FROM a:1\nCOPY --chown=b . /a\n"),
    ("010", "FROM a:1\nONBUILD add . /a\n", "FROM a:1\nONBUILD COPY . /a\n"),
    (
        "011",
        'FROM a:1\nCOPY . /app\nRUN apk add --no-cache b\nCMD ["c"]\n',
        'FROM a:1\nRUN apk add --no-cache b\nCOPY . /app\nCMD ["c"]\n',
    ),
    (
        "015",
        "FROM a:1\nMAINTAINER A B <a@example.org>\n",
        'FROM a:1\nLABEL org.opencontainers.image.authors="A B <a@example.org>"\n',
    ),
    ("015", 'FROM a:1\nLABEL a "b c"\n', 'FROM a:1\nLABEL a="b c"\n'),
    ("015", "FROM a:1\nLABEL a  b c\n", 'FROM a:1\nLABEL a="b c"\n'),
    ("016", "FROM a:1\nHEALTHCHECK CMD pg_isready\n", "FROM a:1\nHEALTHCHECK CMD pg_isready || exit 1\n"),
    ("016", "FROM a:1\nHEALTHCHECK CMD a || exit 3\n", "FROM a:1\nHEALTHCHECK CMD a || exit 1\n"),
]


@pytest.mark.parametrize(("number", "old", "new"), EDITS)
def test_what_an_edit_makes(number: str, old: str, new: str) -> None:
    assert mended(old, found("SWR-DF-" + number, old)) == new


UNSAFE = [
    # The first RUN changes the shell of the second one.
    ("003", "FROM a:1\nRUN cd /x && apt-get update\nRUN apt-get install -y b\n"),
    # A comment would swallow the rest.
    ("003", "FROM a:1\nRUN apt-get update # lists\nRUN apt-get install -y b\n"),
    ("005", "FROM a:1\nRUN apt-get update && apt-get install -y b || true\n"),
    ("005", "FROM a:1\nRUN apt-get update && apt-get install -y b # c\n"),
    ("002", "FROM a:1\nRUN apt-get update; apt-get upgrade -y; b\n"),
    # Something else depends on the directory.
    ("007", "FROM a:1\nRUN cd /app && npm ci\nCOPY . ./\n"),
    ("007", "FROM a:1\nRUN cd /app && npm ci\nRUN make\n"),
    ("007", "FROM a:1\nRUN cd $APP && npm ci\n"),
    ("007", 'FROM a:1\nENTRYPOINT ["e"]\nCMD npm start\n'),
    ("007", "FROM a:1\nCMD node $FILE\n"),
    ("007", "FROM a:1\nCMD a > /log\n"),
    ("010", "FROM a:1\nADD rootfs /\n"),
    # The source may configure what is installed.
    ("011", "FROM a:1\nCOPY . /\nRUN apk add --no-cache b\n"),
    ("011", "FROM a:1\nCOPY . /app\nENV A=1\nRUN apk add --no-cache b\n"),
    ("011", "FROM a:1\nCOPY . /app\nRUN apt-get install -y /app/b.deb\n"),
    ("015", "FROM a:1\nMAINTAINER $NAME\n"),
]


@pytest.mark.parametrize(("number", "text"), UNSAFE)
def test_what_is_not_safe_is_left_to_people(number: str, text: str) -> None:
    drafts = found("SWR-DF-" + number, text)
    assert drafts
    assert all(not draft.edits for draft in drafts)


PACKAGES = '{"name": "a", "dependencies": {"b": "1"}}'


@pytest.mark.parametrize(
    ("manifest", "expected"),
    [
        (PACKAGES, "COPY package.json ./\nRUN npm ci\nCOPY . .\n"),
        (PACKAGES.replace("name", "workspaces"), ""),
        ('{"scripts": {"postinstall": "make"}}', ""),
    ],
)
def test_the_manifest_goes_first_if_it_needs_nothing_else(manifest: str, expected: str) -> None:
    text = APP + "RUN npm ci\n"
    drafts = found("SWR-DF-011", text, {"package.json": manifest})
    assert mended(text, drafts) == (APP.replace("COPY . .\n", expected) if expected else text)
