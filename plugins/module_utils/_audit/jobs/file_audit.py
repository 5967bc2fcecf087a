# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Dockerfile, audited.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from ..dockerfile.parser import read
from ..judgement.audit import Audit, Trouble
from ..judgement.judge import judge
from ..judgement.pragmas import Pragmas
from ..judgement.settings import Settings
from ..model import Dockerfile, NotEvaluated
from ..rules.catalogue import OFF, RULES
from ..rules.checks import drafts_of
from ..source.view import Context, Options, View

MOST_INSTRUCTIONS = 20_000
_OF_SCRIPTS = ("SWR-DF-002", "SWR-DF-003", "SWR-DF-005", "SWR-DF-011")


class Audited(NamedTuple):
    """A Dockerfile and what was found in it."""

    dockerfile: Dockerfile
    audit: Audit


def audit_file(content: bytes, path: str, settings: Settings, context: Optional[Context] = None) -> Audited:
    """Judge one Dockerfile.

    :param content: its bytes.
    :param path: as the user knows it.
    :param context: that of its build; None if it is unknown.
    """
    dockerfile = read(content, settings.build_args)
    options = Options(settings.allowed_base_images, settings.unneeded_packages, settings.build_args)
    too_long = len(dockerfile.instructions) > MOST_INSTRUCTIONS
    view = View(Dockerfile(dockerfile.text) if too_long else dockerfile, options, context or Context())
    wanted = {rule.id for rule in RULES if settings.severity(rule.id) != OFF}
    if not view.stages:
        reason = "it has more than {0} instructions".format(MOST_INSTRUCTIONS)
        for rule in sorted(wanted):
            view.skip(rule, reason if dockerfile.stages else "it is no Dockerfile that can be read")
        wanted = set()
    pragmas = Pragmas(dockerfile)
    findings = judge(path, drafts_of(view, wanted), settings, pragmas.silenced_by)
    _skip_scripts(view, wanted)
    troubles = [Trouble(path, problem.message, problem.span.line) for problem in dockerfile.problems]
    troubles += [Trouble(path, mistake.message, mistake.line) for mistake in pragmas.mistakes]
    return Audited(
        dockerfile,
        Audit(
            settings.profile,
            (path,),
            findings,
            tuple(NotEvaluated(rule, path, reason) for rule, reason in view.skipped),
            tuple(troubles),
        ),
    )


def switched_off(settings: Settings) -> Audit:
    """The rules that the user has switched off, as not evaluated: that is not a pass."""
    off = [rule.id for rule in RULES if settings.severity(rule.id) == OFF]
    return Audit(settings.profile, not_evaluated=tuple(NotEvaluated(rule, "", "it is switched off") for rule in off))


def _skip_scripts(view: View, wanted: set[str]) -> None:
    """Say which rules did not see a RUN, because its language is not read."""
    unread = [
        instruction
        for stage in view.stages
        for instruction in stage.instructions
        if instruction.keyword == "RUN" and view.script_of(instruction) is None
    ]
    for rule in _OF_SCRIPTS if unread else ():
        if rule in wanted:
            view.skip(rule, "the RUN in line {0} is not for a shell that can be read".format(unread[0].span.line))
