# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the rules find in an image, by its config, its history and its name.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, Dict, FrozenSet, Iterator, List, Mapping, Match, NamedTuple, Optional, Sequence, Tuple

from ..._secrets import Redactor
from ..._text import hide_logins
from ..dockerfile.parser import parse
from ..rules.catalogue import INFO, WARNING
from ..rules.checks import drafts_of
from ..rules.draft import HEURISTIC, Draft
from ..rules.variables import is_secret_name
from ..source.view import Options, View
from .config import ImageConfig, read_image_config
from .history import History, Step
from .instructions import Script, script_of_settings, script_of_steps

SPECIFIC_TAG, BASE_IMAGE, CMD, HEALTHCHECK = "SWR-DF-004", "SWR-DF-006", "SWR-DF-007", "SWR-DF-016"


def _ids(*numbers: int) -> FrozenSet[str]:
    return frozenset("SWR-DF-{0:03}".format(number) for number in numbers)


_OF_SETTINGS = _ids(1, 7, 8, 12, 13, 14, 15, 16)
_OF_STEPS = _ids(2, 3, 5, 10, 11)
_OF_BOTH = _ids(7, 12, 14)
_MAKING = ("ADD", "ARG", "COPY", "RUN")
_OF_LAYERS = _ids(3, 5)
_OF_COMMANDS = _ids(2, 3, 5, 11)
_NEVER = (
    ("SWR-DF-008", "whether the program of ENTRYPOINT is in the image is only known from its layers"),
    ("SWR-DF-009", "the scripts in an image are in its layers, which are not read"),
    ("SWR-DF-017", "an image does not show the context that it was built from"),
)
_NO_BASE = "the image does not name its base image (org.opencontainers.image.base.name)"

_PROGRAM = re.compile(r"[A-Za-z0-9_./+-]{1,60}(?=\s|\Z)", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,500}\Z", re.ASCII)
_ROOT = re.compile(r"\S+ in /\s*\Z")

# How the rules refer to another instruction.
_LINE = re.compile(r"( in | )?\bline ([0-9]{1,6})\b", re.ASCII)

Skipped = Tuple[Tuple[str, str], ...]
"""Rules that could not be judged, each with the reason."""


class Examination(NamedTuple):
    """What one config says.

    :ivar facts: what else is known of the image, as plain values.
    :ivar base: the name of its base image, if the config has it.
    """

    platform: str
    drafts: Tuple[Draft, ...]
    skipped: Skipped
    facts: Mapping[str, Any]
    base: str = ""


def examine(document: Mapping[str, Any], options: Options) -> Examination:
    """Judge a config.

    :raises NotUnderstood: it has another form than the specification gives it.
    """
    config = read_image_config(document)
    history = config.history
    drafts, skipped = _of_settings(config, options)
    reasons = dict(_unreadable(config))
    for base in (True, False):
        found, also = _of_steps(_steps(history, base), options)
        drafts += [_of_base(draft) if base else draft for draft in found if draft.rule not in reasons]
        skipped += [] if base else [entry for entry in also if entry[0] not in reasons]
    labels = dict(config.labels)
    redact = _redactor(config)
    return Examination(
        config.platform,
        tuple(_redacted(draft, redact) for draft in drafts),
        tuple(dict.fromkeys([*skipped, *reasons.items(), *_NEVER])),
        {"user": config.user, "steps": len(history.steps), "own_steps": len(_steps(history, False))},
        labels.get("org.opencontainers.image.base.name") or history.base,
    )


# -- settings ----------------------------------------------------------------------------------------------------------


def _of_settings(config: ImageConfig, options: Options) -> Tuple[List[Draft], List[Tuple[str, str]]]:
    view = View(parse(script_of_settings(config, is_secret_name)), options)
    drafts = [_without_place(draft) for draft in drafts_of(view, _OF_SETTINGS - {HEALTHCHECK})]
    if config.entrypoint is None and config.command is None:
        drafts = [draft for draft in drafts if draft.rule != CMD]
        message, fix = "the image has neither ENTRYPOINT nor CMD", "Decide what the container runs, and add CMD."
        drafts.append(Draft(CMD, message, fix, subject="no CMD"))
    drafts += _healthcheck(config, view)
    return drafts, [entry for entry in view.skipped if entry[0] in _OF_SETTINGS - dict(_NEVER).keys()]


def _healthcheck(config: ImageConfig, view: View) -> Iterator[Draft]:
    """Rule 16. Kubernetes does not use the setting; podman drops it from OCI images, but not from their history."""
    if config.healthcheck is None and any(step.keyword == "HEALTHCHECK" for step in config.history.steps):
        yield Draft(
            HEALTHCHECK,
            "the history has a HEALTHCHECK, but the image has none: OCI images cannot have one",
            "Build it with podman build --format docker or with docker build. Kubernetes ignores it: give the pod a "
            "liveness and a readiness probe.",
            subject="dropped HEALTHCHECK",
            at_most=WARNING,
        )
        return
    for draft in drafts_of(view, {HEALTHCHECK}):
        yield _without_place(draft)


# -- steps -------------------------------------------------------------------------------------------------------------


def _unreadable(config: ImageConfig) -> Iterator[Tuple[str, str]]:
    """The rules for steps that cannot be judged at all."""
    history, rules, reason = config.history, _OF_STEPS, ""
    unknown = sum(not step.keyword for step in _steps(history, False))
    if history.problem:
        reason = history.problem
    elif config.platform.startswith("windows"):
        reason = "the commands of images for Windows are not read"
    elif unknown:
        reason = "steps of its history are no instructions of a Dockerfile"
    elif history.squashed:
        rules, reason = _OF_LAYERS, "its layers were squashed: several steps share one"
    for rule in sorted(rules) if reason else ():
        yield rule, reason


def _steps(history: History, of_base: bool) -> Sequence[Step]:
    """The base image's steps, but for the one that is its file system, or the image's own."""
    if not of_base:
        return [step for step in history.steps if step.number >= history.own]
    return [step for step in history.steps if step.number < history.own and not _ROOT.match(step.arguments)]


def _of_steps(steps: Sequence[Step], options: Options) -> Tuple[List[Draft], List[Tuple[str, str]]]:
    if not steps:
        return [], []
    script = script_of_steps(steps)
    view = View(parse(script.text), options)
    drafts = []
    for draft in drafts_of(view, _OF_STEPS | _OF_BOTH):
        step = script.steps.get(draft.span.line) if draft.span else None
        if step is None or (draft.rule in _OF_BOTH and step.keyword not in _MAKING):
            continue
        draft = _without_place(draft, script.steps)
        message = "step {0} ({1}): {2}".format(step.number, _label(step), draft.message)
        # Flags of an instruction are not in the history, such as those that mount a cache.
        drafts.append(replace(draft, message=message, confidence=HEURISTIC))
    skipped = [entry for entry in view.skipped if entry[0] in _OF_STEPS]
    return drafts, [*skipped, *_unread(view, script, steps)]


def _unread(view: View, script: Script, steps: Sequence[Step]) -> Iterator[Tuple[str, str]]:
    """The rules for commands, if one cannot be read."""
    read = {script.steps[run.span.line].number for run, _located in view.runs()}
    unread = [step.number for step in steps if step.keyword == "RUN" and step.arguments and step.number not in read]
    for rule in sorted(_OF_COMMANDS) if unread else ():
        yield rule, "the command of step {0} cannot be read".format(unread[0])


def _label(step: Step) -> str:
    """C(RUN apt-get): no more, because commands may contain secrets."""
    program = _PROGRAM.match(step.arguments) if step.keyword == "RUN" else None
    return step.keyword + (" " + program.group() if program else "")


def _of_base(draft: Draft) -> Draft:
    """Nobody can mend it here, and where the base image ends is a guess."""
    fix = "It is a step of the base image: mend it there, or choose another one."
    return replace(draft, stage="base image", at_most=INFO, fix=fix)


# -- the name ----------------------------------------------------------------------------------------------------------


def examine_name(tags: Sequence[str], base: str, options: Options) -> Tuple[List[Draft], Skipped]:
    """Judge the tags by which an image is asked for, and the name of its base image.

    :param base: empty if it is unknown.
    """
    drafts: List[Draft] = []
    if "latest" in tags:
        message = "the image is named by the tag latest, which moves"
        drafts.append(Draft(SPECIFIC_TAG, message, "Deploy it by a version or a digest.", "latest", at_most=WARNING))
    if not _REFERENCE.match(base):
        return drafts, ((SPECIFIC_TAG, _NO_BASE), (BASE_IMAGE, _NO_BASE))
    view = View(parse("FROM {0}\n".format(base)), options)
    for draft in drafts_of(view, {SPECIFIC_TAG, BASE_IMAGE}):
        drafts.append(_without_place(draft))
    reason = "what is installed into a base image is judged in its Dockerfile"
    return drafts, () if options.allowed_base_images else ((BASE_IMAGE, reason),)


# -- several platforms -------------------------------------------------------------------------------------------------


def merged(examinations: Sequence[Examination]) -> Tuple[List[Draft], Skipped]:
    """The drafts of all platforms, each once; those that not all platforms have name theirs."""
    found: Dict[Any, Tuple[Draft, List[str]]] = {}
    for one in examinations:
        for draft in dict.fromkeys(one.drafts):
            found.setdefault((draft.rule, draft.message), (draft, []))[1].append(one.platform)
    drafts = []
    for draft, platforms in found.values():
        if len(platforms) < len(examinations):
            draft = replace(draft, stage=", ".join(filter(None, [draft.stage, *platforms])))
        drafts.append(draft)
    return drafts, tuple(dict.fromkeys(entry for one in examinations for entry in one.skipped))


def _without_place(draft: Draft, steps: Optional[Mapping[int, Step]] = None) -> Draft:
    """A draft without what only a file has.

    :param steps: by the line from which each is; without it, lines are left out of the texts.
    """

    def named(match: Match[str]) -> str:
        step = (steps or {}).get(int(match.group(2)))
        return "{0}step {1}".format(match.group(1) or "", step.number) if step is not None else ""

    message, fix = _LINE.sub(named, draft.message), _LINE.sub(named, draft.fix)
    return replace(draft, message=message, fix=fix, span=None, stage=None, edits=())


def _redactor(config: ImageConfig) -> Redactor:
    values = [value for name, value in config.environment if is_secret_name(name)]
    for step in config.history.steps:
        values += [value for name, value in step.build_arguments if is_secret_name(name)]
    return Redactor(values)


def _redacted(draft: Draft, redact: Redactor) -> Draft:
    return replace(draft, message=hide_logins(redact(draft.message)), fix=hide_logins(redact(draft.fix)))
