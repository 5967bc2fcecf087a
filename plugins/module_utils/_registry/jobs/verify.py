# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the destinations of rules have what their sources have.

The planner decides what counts as equal, so that a verification accepts exactly what a copy would skip: the same
digest, or the digest of the image without the unwanted platforms, or in Docker's format.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, Optional, Sequence

from ..errors import RegistryError, failure_of
from ..plan.referrers import Attachments
from ..report.report import MOST_FAILURES, write_report
from ..run.image import EQUAL, FAILED, FILTERED, SKIPPED, Image
from ..run.work_queue import WorkQueue
from .blob_check import BlobChecker, Stored
from .request import Request, RunHelper
from .run_context import RunContext, nothing
from .settings import VerifySettings, settings_of

DIFFERENT = "different"
MISSING = "missing"
VERDICTS = (EQUAL, DIFFERENT, MISSING, FILTERED, FAILED)

_SUMMARY = "Images({total}) verified, {equal} equal, {different} different, {missing} missing, {failed} failed"

NO_BLOBS = "none"
HASH_BLOBS = "hash"


@dataclass(eq=False)
class Finding:
    """An image of the rules and the verdict on it.

    :ivar found: the digest at the destination; C(expected): the one that a copy would write there.
    """

    image: Image
    verdict: str = FAILED
    reason: str = ""
    found: Optional[str] = None
    error: Optional[RegistryError] = None

    def as_dict(self) -> Dict[str, Any]:
        """The entry of the result or the report."""
        image = self.image
        entry: Dict[str, Any] = {
            "source": image.source_text,
            "destination": image.destination_text,
            "rule": image.rule.where,
            "verdict": self.verdict,
        }
        optional = {
            "reason": self.reason,
            "attached_to": image.attached_to,
            "source_digest": image.source_digest,
            "expected": image.destination_digest,
            "found": self.found,
        }
        entry.update({name: value for name, value in optional.items() if value})
        if self.error is not None:
            entry.update(error=str(self.error), hint=self.error.hint or "")
        return entry


class Verification:
    """Compares, and changes nothing.

    :param blobs: C(none), C(head) (look up every blob at the destination) or C(hash) (read and hash it).
    """

    def __init__(self, context: RunContext, queue: WorkQueue, blobs: str, referrers: bool = False) -> None:
        self._context = context
        self._clients = context.clients
        self._queue = queue
        self._blobs = blobs
        self._referrers = referrers
        self.checker = BlobChecker(self._clients, queue, self._clients.retrier, blobs == HASH_BLOBS)

    def run(self, request: Request) -> List[Finding]:
        """A finding for each image of the rules, in order."""
        # Reading the destination needs no write permission there.
        planner = self._context.planner(self._queue, self._clients.registry)
        images = planner.select(request.rules)
        planner.examine(images)
        if self._referrers:
            attachments = Attachments(
                self._clients.source, self._clients.registry, self._queue, self._context.converter, nothing
            )
            for wave in attachments.waves([image for image in images if image.outcome == SKIPPED]):
                images.extend(wave)
        findings = [Finding(image) for image in images]
        for finding in findings:
            self._judge(finding)
        self._queue.join()
        if self._blobs != NO_BLOBS:
            self._check_blobs([finding for finding in findings if finding.verdict == EQUAL])
        return findings

    def _judge(self, finding: Finding) -> None:
        image = finding.image
        if image.outcome == SKIPPED:
            finding.verdict, finding.found = EQUAL, image.destination_digest
        elif image.outcome is None:
            self._queue.put((0,), lambda: self._compare(finding))
        else:
            finding.verdict, finding.reason, finding.error = image.outcome, image.reason, image.error

    def _compare(self, finding: Finding) -> None:
        image = finding.image

        def work() -> None:
            client = self._clients.registry(image.destination.registry)
            found = client.head_manifest(image.destination, str(image.destination_ref))
            finding.found = found.digest if found else None
            finding.verdict = MISSING if found is None else DIFFERENT
            finding.reason = "it is not there" if found is None else "it has another digest"

        # A finding without a verdict is a failure.
        finding.error = failure_of(work, image.destination_text)
        # The trees of all differing images together would take much memory.
        image.tree = None

    def _check_blobs(self, findings: Sequence[Finding]) -> None:
        stored = {finding: Stored(finding.image.destination, str(finding.found)) for finding in findings}
        verdicts = self.checker.check(stored.values())
        for finding, image in stored.items():
            verdict = verdicts[image]
            if verdict.error is not None:
                finding.verdict, finding.error = FAILED, verdict.error
            elif verdict.problems:
                finding.verdict, finding.reason = DIFFERENT, "; ".join(verdict.problems)


def run_verify(
    options: Mapping[str, Any], environ: Mapping[str, str], run_helper: Optional[RunHelper] = None
) -> Dict[str, Any]:
    """Carry out the options of the module C(image_verify) and return its result.

    C(failed) is set if an image could not be compared, and if one differs or is missing unless C(fail_on_difference) is
    off.

    :raises RulesError: the user's input is invalid; nothing was connected to.
    :raises RegistryError: the journal cannot be read.
    """
    settings = settings_of(VerifySettings, options)
    request = Request(settings, environ, run_helper)
    with RunContext(settings, request, everywhere=True) as context:
        context.journal.load()
        with context.clients.queue() as queue:
            verification = Verification(context, queue, settings.blobs, settings.referrers)
            findings = verification.run(request)
    counts = _count(findings)
    facts: Dict[str, Any] = {
        "msg": _SUMMARY.format(**counts),
        "images": counts,
        "blobs": {"checked": verification.checker.checked, "bytes_read": verification.checker.bytes_read},
        "requests": context.requests(),
        "duration": context.duration,
    }
    entries = [finding.as_dict() for finding in findings]
    warnings = context.warnings()
    warnings += write_report(settings.report_path, request.redact, dict(facts, results=entries))
    result: Dict[str, Any] = request.clean(dict(facts, warnings=warnings, **_extracts(entries)))
    differs = counts[DIFFERENT] + counts[MISSING] > 0
    result.update(changed=False, failed=counts[FAILED] > 0 or (differs and settings.fail_on_difference))
    if settings.report_path:
        result["report_path"] = settings.report_path
    return result


def _count(findings: Sequence[Finding]) -> Dict[str, int]:
    """Number of images per verdict; C(total) always equals the sum of the others."""
    counts = dict({"total": len(findings)}, **dict.fromkeys(VERDICTS, 0))
    for finding in findings:
        counts[finding.verdict] += 1
    return counts


def _extracts(entries: Sequence[Mapping[str, Any]]) -> Dict[str, Any]:
    """The differences and the failures, as many as a result can hold."""
    parts: Dict[str, Any] = {}
    for name, verdicts in (("differences", (DIFFERENT, MISSING)), ("failures", (FAILED,))):
        chosen = [entry for entry in entries if entry["verdict"] in verdicts]
        parts[name] = chosen[:MOST_FAILURES]
        parts[name + "_truncated"] = max(0, len(chosen) - MOST_FAILURES)
    return parts
