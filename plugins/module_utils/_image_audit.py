# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects two rooms for the module image_audit: the copy engine, which reads images, and the audit, which judges them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ._audit.image.findings import Examination, examine, examine_name, merged
from ._audit.jobs.file_audit import switched_off
from ._audit.jobs.outcome import check_reports, load_baseline, result_of, write_reports
from ._audit.judgement.audit import Audit, Trouble, combined
from ._audit.judgement.baseline import with_baseline
from ._audit.judgement.judge import judge
from ._audit.judgement.settings import Settings, read_settings
from ._audit.model import NotEvaluated
from ._audit.rules.catalogue import OFF, RULES
from ._audit.source.view import Options
from ._registry.client.clients import ClientPool
from ._registry.contents.reader import Content, Part
from ._registry.contents.survey import Examined, Survey
from ._registry.jobs.request import Request, RunHelper
from ._registry.jobs.run_context import count_requests
from ._registry.jobs.settings import AuditSettings, settings_of
from ._registry.transport.limits import Limits
from ._text import shown

_BASE_NAME = "org.opencontainers.image.base.name"


def run_image_audit(
    options: Mapping[str, Any], check_mode: bool, environ: Mapping[str, str], run_helper: Optional[RunHelper] = None
) -> Dict[str, Any]:
    """Carry out the options of the module C(image_audit) and return its result.

    C(failed) is set if an image could not be read, and if a finding is as severe as C(fail_on).

    :raises RulesError: the images or the logins are invalid; nothing was connected to.
    :raises LongshoreError: another option is invalid, or a report cannot be written.
    """
    settings = read_settings(options)
    baseline = load_baseline(options["baseline"]) if options.get("baseline") else {}
    connection = settings_of(AuditSettings, options)
    request = Request(connection, environ, run_helper)
    check_reports(options)
    clients = ClientPool(connection, request.credentials, Limits(connection, True))
    with clients, clients.queue() as queue:
        reduce = functools.partial(examine, options=options_of(settings))
        found = Survey(clients, queue, request.platforms, connection.side, reduce).run(request.rules)
        requests = count_requests(clients.requests())
    judged = [_judged(one, settings) for one in found]
    audits = [*(_redacted(one, request) for one, _entry in judged), switched_off(settings)]
    audit = combined(audits, settings.profile)
    audit = replace(audit, findings=with_baseline(audit.findings, baseline))
    result = result_of(audit, settings, options["findings_shown"])
    _fail_if_unread(result, found)
    reports, changed = write_reports(audit, options, check_mode)
    result.update(reports, changed=bool(changed), requests=requests, warnings=request.notes)
    result["images"] = shown([entry for _audit, entry in judged])
    cleaned: Dict[str, Any] = request.clean(result)
    return cleaned


def _fail_if_unread(result: Dict[str, Any], found: Sequence[Examined]) -> None:
    failed = [one for one in found if one.error is not None]
    if failed:
        text = "{0} of {1} images could not be read. First: {2}"
        result["msg"] = "{0}. {1}".format(text.format(len(failed), len(found), failed[0].error), result["msg"])
        result["failed"] = True


def _redacted(audit: Audit, request: Request) -> Audit:
    """An audit without the logins of this task, should an image or an error contain them."""
    return replace(
        audit,
        findings=tuple(
            replace(one, message=request.redact(one.message), fix=request.redact(one.fix)) for one in audit.findings
        ),
        troubles=tuple(one._replace(message=request.redact(one.message)) for one in audit.troubles),
    )


def options_of(settings: Settings) -> Options:
    """What the rules themselves need to know."""
    return Options(settings.allowed_base_images, settings.unneeded_packages)


def _judged(one: Examined, settings: Settings) -> Tuple[Audit, Dict[str, Any]]:
    """The audit of one image, and its entry in the result."""
    entry: Dict[str, Any] = {"image": one.name, "also": list(one.also), "judged": False}
    if one.digest:
        entry["digest"] = one.digest
    if one.error is not None:
        entry.update(error=str(one.error), hint=one.error.hint or "")
        return Audit(troubles=(Trouble(one.name, str(one.error)),)), entry
    parts = [part for part in one.content.parts if part.config is not None] if one.content else []
    if one.content is None or not parts:
        entry["reason"] = one.reason or _nothing_in(one.content)
        return Audit(
            not_evaluated=_not_evaluated(one.name, [(rule.id, entry["reason"]) for rule in RULES], settings)
        ), entry
    audit, facts = _of_image(one, one.content, parts, settings)
    entry.update(judged=True, platforms=facts)
    return audit, entry


def _of_image(
    one: Examined, content: Content, parts: List[Part], settings: Settings
) -> Tuple[Audit, List[Dict[str, Any]]]:
    examinations: List[Examination] = [part.config for part in parts]
    drafts, skipped = merged(examinations)
    notes = dict(content.annotations)
    for part in parts:
        notes.update(part.annotations)
    base = notes.get(_BASE_NAME) or next((it.base for it in examinations if it.base), "")
    about_name, also = examine_name((one.tag, *one.also), base, options_of(settings))
    findings = judge(one.name, [*about_name, *drafts], settings)
    not_evaluated = _not_evaluated(one.name, sorted({*skipped, *also}), settings)
    audit = Audit(settings.profile, (one.name,), findings, not_evaluated, tuple(_missing(one.name, content)))
    return audit, [_facts(part, base) for part in parts]


def _facts(part: Part, base: str) -> Dict[str, Any]:
    found: Examination = part.config
    return dict(
        {"platform": found.platform, "digest": part.digest, "layers": part.layers, "size": part.size, "base": base},
        **found.facts,
    )


def _not_evaluated(name: str, skipped: Sequence[Tuple[str, str]], settings: Settings) -> Tuple[NotEvaluated, ...]:
    return tuple(NotEvaluated(rule, name, reason) for rule, reason in skipped if settings.severity(rule) != OFF)


def _missing(name: str, content: Content) -> List[Trouble]:
    return [
        Trouble(name, "its index names the manifest {0}, which the registry does not have".format(digest))
        for digest in content.missing
    ]


def _nothing_in(content: Optional[Content]) -> str:
    """Why there is nothing to judge."""
    kinds = list(dict.fromkeys(part.artifact for part in content.parts if part.artifact)) if content else []
    return "it is {0}".format(", ".join(kinds)) if kinds else "it has no image for the platforms asked for"
