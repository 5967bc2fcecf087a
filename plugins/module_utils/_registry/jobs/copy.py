# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A complete copy, from options to result: the facade for C(image_copy).

options -> rules and credentials -> selection -> plan -> transfer -> outcomes -> report. Nothing is connected to before
all user input has been checked.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._page.causes import Causes
from ..._secrets import write_private_parts
from ..._version import VERSION
from ..convert.converter import NEVER, Converter
from ..errors import RegistryError
from ..report import report
from ..report.causes import add_failure
from ..run.image import COPIED, FAILED, Image
from ..run.log import RunLog
from ..run.progress import COPYING, LISTING, PLANNING
from ..run.stop_time import StopTime
from ..run.tag_listing import ListerFor, no_lister
from ..run.work_queue import WorkQueue
from .request import Request, RunHelper
from .run_context import RunContext
from .settings import CopySettings, settings_of

if TYPE_CHECKING:
    from ..transfer.transfer import Transfer


class CopyJob:
    """One run of a request.

    :param check_mode: stop after the plan and change nothing.
    :param lister_for: returns a lister of the tags of a registry, None if its name tells of none.
    """

    def __init__(
        self, request: Request, settings: CopySettings, check_mode: bool, lister_for: ListerFor = no_lister
    ) -> None:
        self._request = request
        self._settings = settings
        self._check_mode = check_mode
        self._stop = StopTime(settings.stop_at)
        self._context = RunContext(settings, request, lister_for=None if settings.tag_listing == NEVER else lister_for)
        self._clients, self._progress = self._context.clients, self._context.progress
        self._journal = self._context.journal
        self._log = RunLog(None if check_mode else settings.log_path, request.redact)
        self._clients.retrier.on_retry = lambda error: self._log("retrying: {0}".format(error))
        self._key_of: Callable[[Image], str] = lambda image: ""
        self._warnings: List[str] = []
        self._duplicates = 0

    def run(self) -> Dict[str, Any]:
        """Run it, and return the module's result; C(failed) is set if any image failed."""
        self._journal.load()
        if not self._check_mode:
            self._journal.open()
        self._progress.start()
        self._log("Start to generate images tasks, please wait ...")
        with self._context, self._clients.queue() as queue:
            images, transfer = self._work(queue)
        result = self._conclude(images, transfer)
        self._log.close()
        return result

    def _work(self, queue: WorkQueue) -> Tuple[List[Image], Transfer]:
        progress = self._progress
        planner = self._context.planner(
            queue,
            self._clients.destination,
            self._on_finished,
            looked_at=progress.image_planned,
            stop=self._stop,
        )
        self._key_of = planner.key_of
        progress.enter(LISTING)
        images = planner.select(self._request.rules)
        self._duplicates = len(planner.duplicates)
        for image in planner.duplicates:
            self._log("duplicate: {0} -> {1} {2}".format(image.source_text, image.destination_text, image.rule.where))
        progress.images_total = len(images)
        progress.enter(PLANNING)
        planner.examine(images)
        transfer = self._transfer(queue, self._context.converter)
        transfer.add(images)
        transfer.locate()
        self._plan = self._describe_plan(images, transfer)
        progress.bytes_total = self._plan["bytes"]
        if not self._check_mode:
            self._log("Start to handle images tasks, please wait ...")
            progress.enter(COPYING)
            transfer.run()
        if self._settings.referrers:
            self._copy_attached(images, queue, transfer)
        return images, transfer

    def _transfer(self, queue: WorkQueue, converter: Converter) -> Transfer:
        from ..transfer.transfer import Transfer

        return Transfer(
            self._clients.source,
            self._clients.destination,
            queue,
            self._journal,
            self._clients.retrier,
            self._on_finished,
            self._progress.bytes_moved,
            converter,
            self._context.keep,
            self._stop,
        )

    def _copy_attached(self, images: List[Image], queue: WorkQueue, main: Transfer) -> None:
        """Copy artifacts attached to the images, after them, and count both."""
        from ..plan.referrers import Attachments

        clients = self._clients
        attachments = Attachments(
            clients.source, clients.destination, queue, self._context.converter, self._on_finished
        )
        for wave in attachments.waves(images):
            if self._stop.reached:
                self._warnings.append("the referrers of some images are left for the next run: " + self._stop.reason)
                return
            images.extend(wave)
            transfer = self._transfer(queue, Converter(NEVER, clients.source))
            transfer.add(wave)
            transfer.locate()
            more = self._describe_plan(wave, transfer)
            self._plan = {name: number + more[name] for name, number in self._plan.items()}
            self._progress.images_total = len(images)
            self._progress.bytes_total = self._plan["bytes"]
            if not self._check_mode:
                transfer.run()
            main.blobs.update(transfer.blobs)

    def _describe_plan(self, images: Sequence[Image], transfer: Transfer) -> Dict[str, int]:
        blobs, size = transfer.remaining()
        to_copy = sum(1 for image in images if image.outcome is None)
        return {"images": len(images), "to_copy": to_copy, "blobs": blobs, "bytes": size}

    def _on_finished(self, image: Image) -> None:
        self._progress.image_finished(image)
        error = self._request.redact(str(image.error)) if image.error else None
        if not self._check_mode and self._journal.path:
            self._journal.image_finished(
                image.source_text,
                image.destination_text,
                str(image.outcome),
                image.source_digest,
                image.destination_digest,
                self._key_of(image),
                error,
            )
        if not self._log.active:
            return
        note = image.reason or error or image.destination_digest or ""
        self._log("{0}: {1} -> {2} {3}".format(image.outcome, image.source_text, image.destination_text, note))

    # -- the end -----------------------------------------------------------------------------------------------

    def _conclude(self, images: List[Image], transfer: Transfer) -> Dict[str, Any]:
        if not self._check_mode:
            self._account_for_all(images)
        diff = report.diff_of(images)
        planned = [image for image in images if image.outcome is None]
        for image in planned:
            # Only check mode leaves images open: it reports what a run would do with them.
            image.finish(COPIED, "would be copied")
        counts = report.count_outcomes(images)
        failures, causes = report.failures(images), Causes()
        for image in images:
            if image.outcome == FAILED:
                add_failure(causes, image.as_dict())
        facts: Dict[str, Any] = {
            "changed": counts[COPIED] > 0,
            "check_mode": self._check_mode,
            "msg": report.summary_line(images),
            "converted": sum(1 for image in images if image.converted and image.outcome == COPIED),
            "recompressed": sum(1 for image in images if image.recompressed and image.outcome == COPIED),
            "attached": report.count_attached(images),
            "duplicates": self._duplicates,
            "blobs": {kind: transfer.blobs[kind] for kind in ("uploaded", "mounted", "present")},
            "bytes": {
                "planned": self._plan["bytes"],
                "uploaded": self._progress.bytes_sent,
                "copied": sum(image.tree.size for image in images if image.outcome == COPIED and image.tree),
            },
            "requests": self._context.requests(),
            "plan": self._plan,
            "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self._context.started)),
            "duration": self._context.duration,
        }
        self._log(facts["msg"])
        self._write_outputs(images, facts)
        return self._request.clean(
            dict(
                facts,
                images=counts,
                causes=causes.as_list(),
                failures=failures,
                failures_truncated=counts["failed"] - len(failures),
                failed=counts[FAILED] > 0,
                diff=diff,
                warnings=self._all_warnings(),
                **{
                    name: getattr(self._settings, name)
                    for name in ("report_path", "html_report_path", "journal_path")
                    if getattr(self._settings, name)
                },
            )
        )

    def _account_for_all(self, images: Sequence[Image]) -> None:
        """An image without an outcome counts as failed, whatever the reason: it must never pass for copied."""
        for image in [one for one in images if one.outcome is None]:
            error = RegistryError(
                "the run ended without an outcome for this image",
                where=image.source_text,
                code="INTERNAL",
                hint="This is a defect of longshore.swr: please report it with the log file.",
            )
            if image.finish(FAILED, error=error):
                self._on_finished(image)

    def _write_outputs(self, images: Sequence[Image], facts: Mapping[str, Any]) -> None:
        if self._check_mode:
            return
        facts = dict(
            facts,
            collection=VERSION,
            rules=self._settings.images_file or "images",
            registries={
                "sources": sorted({image.source.registry for image in images}),
                "destinations": sorted({image.destination.registry for image in images}),
            },
            throughput=self._progress.throughput.as_dict(),
            failed_images=self._settings.output_failed_images or "",
        )
        document = dict(facts, images=report.count_outcomes(images), warnings=self._all_warnings())
        if self._settings.html_report_path:
            from ..report import html

            self._warnings.extend(
                html.write(
                    self._settings.html_report_path,
                    document,
                    lambda: (image.as_dict() for image in images),
                    self._request.redact,
                )
            )
        as_json = self._settings.output_images_format == "json"
        contents = {
            "output_success_images": lambda: [report.render_rules(report.successful_rules(images), as_json)],
            "output_failed_images": lambda: [report.render_rules(report.failed_rules(images), as_json)],
            "report_path": lambda: report.render_report(dict(facts, warnings=self._all_warnings()), images),
        }
        for option, render in contents.items():
            path = getattr(self._settings, option)
            if not path:
                continue
            try:
                write_private_parts(path, (self._request.redact(part) for part in render()))
            except LongshoreError as error:
                # The images have been copied: a report that cannot be written must not hide that.
                self._warnings.append("{0} was not written: {1}".format(option, error))

    def _all_warnings(self) -> List[str]:
        warnings = self._warnings + self._context.warnings()
        if self._journal.write_error:
            warnings.append("the journal could not be continued: {0}".format(self._journal.write_error))
        return warnings


def run_copy(
    options: Mapping[str, Any],
    check_mode: bool,
    environ: Mapping[str, str],
    run_helper: Optional[RunHelper] = None,
    lister_for: ListerFor = no_lister,
) -> Dict[str, Any]:
    """Carry out the options of the module C(image_copy) and return its result.

    :param environ: the environment, for references in the files and for defaults.
    :param run_helper: runs a Docker credential helper (argv, input) and returns its exit code and output.
    :param lister_for: returns a lister of the tags of a registry, None if its name tells of none.
    :raises RulesError: the user's input is invalid; nothing was connected to.
    """
    settings = settings_of(CopySettings, options)
    return CopyJob(Request(settings, environ, run_helper), settings, check_mode, lister_for).run()
