# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A Dockerfile on its way from the worst to the best, one practice at a time."""

from __future__ import annotations

from typing import Dict, List, NamedTuple, Set, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.file_audit import audit_file
from ansible_collections.longshore.swr.plugins.module_utils._audit.jobs.mend import mend
from ansible_collections.longshore.swr.plugins.module_utils._audit.judgement.settings import Settings
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Finding
from ansible_collections.longshore.swr.plugins.module_utils._audit.rules.catalogue import RULES
from ansible_collections.longshore.swr.tests.support.audit import GivenContext

SETTINGS = Settings("source_document")
CONTEXT = {
    "package.json": '{"name": "gallery"}',
    "prepare.js": "",
    "healthcheck.js": "",
    ".git/HEAD": "ref: refs/heads/main",
    "Dockerfile": "",
}
SCRIPT = """#!/bin/sh
set -e
mkdir -p "$MEDIA_DIR"
node prepare.js
"$@"
"""

WORST = """FROM ubuntu
ADD . /app
RUN apt-get update
RUN apt-get upgrade -y
RUN apt-get install -y nodejs npm openssh-server
RUN cd /app && npm install
CMD sshd && cd /app && mkdir -p $MEDIA_DIR && node prepare.js && npm start
"""
ONE_SERVICE = WORST.replace(" openssh-server", "").replace("sshd && ", "")
NO_UPGRADE = ONE_SERVICE.replace("RUN apt-get upgrade -y\n", "")
START = "CMD cd /app && mkdir -p $MEDIA_DIR && node prepare.js && npm start\n"
ALL_IN_ONE = (
    "FROM ubuntu\nADD . /app\nRUN apt-get update \\\n    && apt-get install -y nodejs npm \\\n    && cd /app \\\n"
    "    && npm install\n" + START
)
BY_CHANGE_RATE = (
    "FROM ubuntu\nRUN apt-get update && apt-get install -y nodejs npm\nADD . /app\nRUN cd /app && npm install\n" + START
)
SPECIFIC_TAG = BY_CHANGE_RATE.replace("FROM ubuntu", "FROM ubuntu:24.04")
NO_LEFTOVERS = SPECIFIC_TAG.replace("nodejs npm", "nodejs npm && rm -rf /var/lib/apt/lists/*").replace(
    "npm install\n", "npm install && npm cache clean --force\n"
)
FITTING_BASE = (
    "FROM node:22.12-bookworm-slim\nADD . /app\nRUN cd /app && npm install && npm cache clean --force\n" + START
)
WORKDIR = (
    "FROM node:22.12-bookworm-slim\nWORKDIR /app\nADD . /app\nRUN npm install && npm cache clean --force\n"
    'CMD ["sh", "-c", "mkdir -p $MEDIA_DIR && node prepare.js && npm start"]\n'
)
WITH_SCRIPT = WORKDIR.partition("CMD")[0] + 'ENTRYPOINT ["/app/entrypoint.sh"]\nCMD ["npm", "start"]\n'
COPIED = WITH_SCRIPT.replace("ADD", "COPY")
STABLE_FIRST = COPIED.replace("COPY . /app\n", "COPY package.json /app/\n").replace("force\n", "force\nCOPY . /app\n")
WITH_ENV = STABLE_FIRST.replace("ENTRY", "ENV MEDIA_DIR=/media \\\n    APP_PORT=3000\nENTRY")
EXPOSED = WITH_ENV.replace("ENTRY", "EXPOSE $APP_PORT\nENTRY")
WITH_VOLUME = EXPOSED.replace("ENTRY", "VOLUME $MEDIA_DIR\nENTRY")
LABELLED = WITH_VOLUME.replace(
    "ENTRY",
    'LABEL org.opencontainers.image.title="Gallery of pictures" \\\n    org.opencontainers.image.version=1.0\nENTRY',
)
CHECKED = LABELLED.replace("ENTRY", "HEALTHCHECK CMD node healthcheck.js || exit 1\nENTRY")


class Stage(NamedTuple):
    """One step: the practice that it follows, the file and the entrypoint script afterwards."""

    practice: int
    text: str
    script: str = ""
    ignored: bool = False


EXEC = SCRIPT.replace('"$@"', 'exec "$@"')
STAGES: List[Stage] = [
    Stage(1, ONE_SERVICE),
    Stage(2, NO_UPGRADE),
    Stage(3, BY_CHANGE_RATE),
    Stage(4, SPECIFIC_TAG),
    Stage(5, NO_LEFTOVERS),
    Stage(6, FITTING_BASE),
    Stage(7, WORKDIR),
    Stage(8, WITH_SCRIPT, SCRIPT),
    Stage(9, WITH_SCRIPT, EXEC),
    Stage(10, COPIED, EXEC),
    Stage(11, STABLE_FIRST, EXEC),
    Stage(12, WITH_ENV, EXEC),
    Stage(13, EXPOSED, EXEC),
    Stage(14, WITH_VOLUME, EXEC),
    Stage(15, LABELLED, EXEC),
    Stage(16, CHECKED, EXEC),
    Stage(17, CHECKED, EXEC, ignored=True),
]


def context_of(stage: Stage) -> GivenContext:
    files: Dict[str, str] = dict(CONTEXT)
    if stage.script:
        files["entrypoint.sh*"] = stage.script
    if stage.ignored:
        del files[".git/HEAD"]
    return GivenContext(files, ".dockerignore" if stage.ignored else None)


def findings_of(stage: Stage, profile: str = "source_document") -> Tuple[Finding, ...]:
    audited = audit_file(stage.text.encode(), "Dockerfile", Settings(profile), context_of(stage))
    assert not audited.dockerfile.problems
    return audited.audit.findings


def rules_of(stage: Stage) -> Set[int]:
    return {int(finding.rule[-3:]) for finding in findings_of(stage)}


def test_the_worst_file_breaks_every_practice() -> None:
    assert rules_of(Stage(0, WORST)) == set(range(1, 18))


@pytest.mark.parametrize("number", range(17))
def test_each_step_removes_what_its_practice_is_about_and_adds_nothing(number: int) -> None:
    before = STAGES[number - 1] if number else Stage(0, WORST)
    after = STAGES[number]
    assert rules_of(before) - rules_of(after) == {after.practice}
    assert rules_of(after) <= rules_of(before)


def test_merging_everything_does_not_satisfy_the_third_practice() -> None:
    found = [finding for finding in findings_of(Stage(3, ALL_IN_ONE)) if finding.rule == "SWR-DF-003"]
    assert "together with" in found[0].message
    assert rules_of(Stage(3, ALL_IN_ONE)) == rules_of(STAGES[1])


@pytest.mark.parametrize("profile", ["source_document", "recommended", "strict"])
def test_the_best_file_has_no_findings(profile: str) -> None:
    assert findings_of(STAGES[-1], profile) == ()


def test_all_practices_are_stages() -> None:
    assert [stage.practice for stage in STAGES] == [int(rule.id[-3:]) for rule in RULES]


# -- the same way by edits ---------------------------------------------------------------------------------------------

MENDED = """FROM ubuntu
RUN apt-get update \\
    && apt-get install -y nodejs npm \\
    && rm -rf /var/lib/apt/lists/*
COPY package.json /app/
WORKDIR /app
RUN npm install && npm cache clean --force
COPY . /app
CMD mkdir -p $MEDIA_DIR && node prepare.js && exec npm start
"""


def mended(stage: Stage) -> Tuple[str, Tuple[Finding, ...], Tuple[Finding, ...]]:
    """The text after mending, what was mended, and what is left."""
    context = context_of(stage)
    result = mend(stage.text.encode(), "Dockerfile", lambda text: audit_file(text, "Dockerfile", SETTINGS, context))
    return result.content.decode(), result.findings, result.audited.audit.findings


def test_edits_lead_from_the_worst_file_as_far_as_nobody_must_decide() -> None:
    text, done, left = mended(Stage(1, ONE_SERVICE))
    assert text == MENDED
    assert {int(finding.rule[-3:]) for finding in done} == {2, 3, 5, 7, 9, 10, 11}
    assert {int(finding.rule[-3:]) for finding in left} == {4, 6, 7, 8, 12, 13, 14, 15, 16, 17}
    assert not any(finding.edits for finding in left)
    for finding in left:
        assert "ecide" in finding.fix, finding.fix


def test_two_services_are_left_for_a_person_to_decide() -> None:
    _text, _done, left = mended(Stage(0, WORST))
    (finding,) = [finding for finding in left if finding.rule == "SWR-DF-001"]
    assert finding.fix.startswith("Decide which of sshd, npm this image is for")


def test_after_the_decisions_nothing_is_left() -> None:
    """The decisions of a person, applied to what the edits made: the result is the best file but for its layout."""
    decided = (
        MENDED.replace(MENDED[: MENDED.index("COPY package")], "FROM node:22.12-bookworm-slim\n")
        .replace("CMD mkdir -p $MEDIA_DIR && node prepare.js && exec npm start\n", "")
        .rstrip("\n")
    )
    best = decided + "\n" + CHECKED[CHECKED.index("ENV ") :]
    assert findings_of(Stage(17, best, EXEC, ignored=True)) == ()
    text, done, _left = mended(Stage(17, best, EXEC, ignored=True))
    assert (text, done) == (best, ())
