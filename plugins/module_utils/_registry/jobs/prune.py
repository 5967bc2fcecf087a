# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Deletes tags that the rules no longer produce from their destinations.

Only repositories that a rule fills by selection (all tags, an expression) are pruned: a list of tags says what to copy,
and nothing about what else may exist. For a namespace's rule, these are the repositories that the source has now and
that the rule selects: a destination that no source repository maps to is not touched. In doubt, tags are kept: if a
list may be incomplete, or has an entry that is not a valid tag and that no choice leaves out, the tags of that
repository stay, and it counts as failed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set

from ..client.clients import ClientPool
from ..client.registry import ClientFor
from ..errors import RegistryError, RulesError, failure_of
from ..model.manifest import is_digest
from ..model.reference import Repository
from ..plan.selection import Selector
from ..report.report import MOST_DIFF_LINES, MOST_FAILURES, write_report
from ..rules.patterns import PatternProblem, compile_expression
from ..rules.scope import is_within
from ..run.image import FAILED, Image
from ..run.work_queue import WorkQueue
from ..transport.limits import Limits
from .request import Request, RunHelper, Step
from .run_context import count_requests, nothing
from .settings import PruneSettings, settings_of
from .tag_deletion import TagDeleter

CLEAN = "clean"
PRUNED = "pruned"
SKIPPED = "skipped"


class PruneRequest(Request):
    """Rules, logins, and what else to keep.

    :ivar keep: expressions; a tag that matches one anywhere stays.
    """

    keep: Sequence[Any] = ()

    def _steps(self) -> Sequence[Step]:
        return tuple(super()._steps()) + (self._read_keep,)

    def _read_keep(self, settings: PruneSettings, _environ: Mapping[str, str]) -> None:
        problems, keep = [], []
        for number, text in enumerate(settings.keep, 1):
            try:
                keep.append(compile_expression(text))
            except PatternProblem as problem:
                problems.append("keep: item {0}: {1}".format(number, problem))
        if problems:
            raise RulesError(problems)
        self.keep = keep


@dataclass(eq=False)
class PruneTarget:
    """A destination repository and the fate of its tags.

    :ivar selects: whether a rule fills it by selection.
    :ivar produced: tags that the rules produce; C(digests): what they produce without a tag.
    """

    repository: Repository
    selects: bool = False
    produced: Set[str] = field(default_factory=set)
    digests: Set[str] = field(default_factory=set)
    kept: List[str] = field(default_factory=list)
    doomed: List[str] = field(default_factory=list)
    deleted: List[str] = field(default_factory=list)
    shared: List[str] = field(default_factory=list)
    failures: Dict[str, RegistryError] = field(default_factory=dict)
    error: Optional[RegistryError] = None

    @property
    def outcome(self) -> str:
        """The outcome; before deletion, the expected one."""
        if self.error is not None or self.failures:
            return FAILED
        if not self.selects:
            return SKIPPED
        return PRUNED if set(self.doomed) - set(self.shared) else CLEAN

    def as_dict(self) -> Dict[str, Any]:
        """The entry of the result."""
        entry: Dict[str, Any] = {
            "repository": str(self.repository),
            "outcome": self.outcome,
            "kept": len(self.kept),
            "to_delete": len(self.doomed),
            "deleted": len(self.deleted),
            "shared": self.shared[:MOST_FAILURES],
        }
        if self.outcome == SKIPPED:
            entry["reason"] = "its rules name single tags, and say nothing about others"
        if self.error is not None:
            entry["error"] = str(self.error)
        return entry

    def texts(self, tags: Sequence[str]) -> List[str]:
        """The tags as references."""
        return ["{0}:{1}".format(self.repository, tag) for tag in tags]


def targets_of(images: Sequence[Image]) -> List[PruneTarget]:
    """The destinations of the rules' images, in the rules' order.

    A rule whose tags could not be determined makes its destination fail: it might produce any of the tags there. If its
    repositories could not be determined, it might produce tags in every repository below its destination.
    """
    targets: Dict[Repository, PruneTarget] = {}
    unknown: List[Image] = []
    missing: List[Image] = []
    for image in images:
        if image.rule.scope is not None:
            # It stands for the whole rule: its destination is not a repository.
            unknown += [image] if image.outcome == FAILED else []
            continue
        if image.source_ref is None and image.outcome != FAILED and image.error is not None:
            # Listed, but gone when its tags were requested: nothing of its own to prune.
            missing.append(image)
            continue
        target = targets.setdefault(image.destination, PruneTarget(image.destination))
        target.selects = target.selects or image.rule.selector.kind not in ("list", "digest")
        if image.destination_ref is not None:
            (target.digests if is_digest(image.destination_ref) else target.produced).add(image.destination_ref)
        elif image.outcome == FAILED:
            target.error = target.error or image.error
    for image in missing:
        if image.destination in targets:
            target = targets[image.destination]
            target.error = target.error or image.error
    for image in unknown:
        for target in targets.values():
            if is_within(target.repository, image.destination):
                target.error = target.error or image.error
        # Show the destination itself, so that the failure is visible; it may be a target.
        place = targets.setdefault(image.destination, PruneTarget(image.destination))
        place.error = place.error or image.error
    return list(targets.values())


class Pruner:
    """Finds the tags that no rule produces any more, and deletes them.

    :param clients: returns the client of a registry.
    :param keep: expressions; a tag that matches one anywhere stays.
    """

    def __init__(self, clients: ClientFor, queue: WorkQueue, keep: Sequence[Any]) -> None:
        self._clients = clients
        self._queue = queue
        self._keep = keep

    def examine(self, targets: Sequence[PruneTarget]) -> None:
        """Determine the tags to delete; nothing is changed."""
        self._for_each([target for target in targets if target.selects and target.error is None], self._examine)

    def delete(self, targets: Sequence[PruneTarget]) -> None:
        """Delete them."""
        self._for_each([target for target in targets if target.doomed and target.error is None], self._delete)

    def _for_each(self, targets: Sequence[PruneTarget], work: Callable[[PruneTarget], None]) -> None:
        def job(target: PruneTarget) -> None:
            error = failure_of(lambda: work(target), str(target.repository))
            if error is not None:
                target.error = error

        for target in targets:
            self._queue.put((0,), lambda target=target: job(target))
        self._queue.join()

    def _examine(self, target: PruneTarget) -> None:
        try:
            # A tag that is not listed may share its digest with one to be deleted.
            tags = self._clients(target.repository.registry).list_tags(target.repository, proven=True).names
        except RegistryError as error:
            if error.status != 404:
                raise
            tags = []
        target.kept = [tag for tag in tags if tag in target.produced or self._is_kept(tag)]
        stays = set(target.kept)
        doomed = [tag for tag in tags if tag not in stays]
        if doomed and not target.produced and not target.digests:
            raise RegistryError(
                "the rules produce no tags for this repository, so all {0} tags would be deleted".format(len(doomed)),
                where=str(target.repository),
                hint="Correct the rule, or delete the whole repository with the registry's own tools.",
            )
        target.doomed = self._untagger(target).without_attached(doomed)
        target.kept = [tag for tag in tags if tag not in set(target.doomed)]

    def _is_kept(self, tag: str) -> bool:
        return any(pattern.search(tag) for pattern in self._keep)

    def _delete(self, target: PruneTarget) -> None:
        untagger = self._untagger(target)
        try:
            untagger.delete(target.doomed)
        finally:
            target.deleted, target.shared = untagger.deleted, untagger.shared
            target.failures = {failure.tag: failure.error for failure in untagger.failures}

    def _untagger(self, target: PruneTarget) -> TagDeleter:
        client = self._clients(target.repository.registry)
        return TagDeleter(client, target.repository, target.kept, target.digests)


def run_prune(
    options: Mapping[str, Any], check_mode: bool, environ: Mapping[str, str], run_helper: Optional[RunHelper] = None
) -> Dict[str, Any]:
    """Carry out the options of the module C(image_prune) and return its result.

    C(failed) is set if a repository or a tag failed, and if more than C(maximum) tags would be deleted: then none is
    deleted. A dry run only warns of the latter.

    :raises RulesError: the user's input is invalid; nothing was connected to.
    """
    started = time.time()
    settings = settings_of(PruneSettings, options)
    request = PruneRequest(settings, environ, run_helper)
    dry_run, maximum = settings.dry_run, settings.maximum
    with ClientPool(settings, request.credentials, Limits(settings)) as clients:
        with clients.queue() as queue:
            # A platform filter leaves images out of a copy, but their tags still belong to the rules.
            selector = Selector(clients.source, queue, nothing, proven=True)
            targets = targets_of(selector.select(request.rules))
            pruner = Pruner(clients.registry, queue, request.keep)
            pruner.examine(targets)
            doomed = sum(len(target.doomed) for target in targets)
            if not dry_run and not check_mode and doomed <= maximum:
                pruner.delete(targets)
        requests = count_requests(clients.requests())
    facts = dict(
        _describe(targets),
        dry_run=dry_run,
        exceeded=doomed > maximum,
        requests=requests,
        duration=round(time.time() - started, 3),
    )
    if facts["exceeded"] and not dry_run:
        facts["msg"] = (
            "{0} tags to delete exceed the maximum of {1}, so none was deleted. Check them, then raise maximum.".format(
                doomed, maximum
            )
        )
    result = _conclude(request, settings.report_path, facts, targets)
    predicted = check_mode and not dry_run and 0 < doomed <= maximum
    result["changed"] = facts["tags"]["deleted"] > 0 or predicted
    result["failed"] = any(target.outcome == FAILED for target in targets) or (facts["exceeded"] and not dry_run)
    return result


def _conclude(
    request: PruneRequest, report_path: Optional[str], facts: Mapping[str, Any], targets: Sequence[PruneTarget]
) -> Dict[str, Any]:
    """The result of a run, with shortened lists, and the report, with complete ones."""
    doomed = [text for target in targets for text in target.texts(target.doomed)]
    deleted = [text for target in targets for text in target.texts(target.deleted)]
    failures = _failures(targets)
    warnings = request.notes
    if facts["exceeded"] and facts["dry_run"]:
        warnings.append("{0} tags exceed maximum: without dry_run the task fails and deletes none".format(len(doomed)))
    if facts["tags"]["shared"]:
        warnings.append(
            "{0} tags are left in place: the registry only deletes digests, and they share theirs with kept "
            "tags".format(facts["tags"]["shared"])
        )
    document = dict(facts, to_delete=doomed, deleted=deleted, failures=failures)
    warnings += write_report(report_path, request.redact, document)
    result: Dict[str, Any] = request.clean(
        dict(
            facts,
            to_delete=doomed[:MOST_DIFF_LINES],
            deleted=deleted[:MOST_DIFF_LINES],
            failures=failures[:MOST_FAILURES],
            failures_truncated=max(0, len(failures) - MOST_FAILURES),
            diff=_diff(doomed),
            warnings=warnings,
        )
    )
    if report_path:
        result["report_path"] = report_path
    return result


def _describe(targets: Sequence[PruneTarget]) -> Dict[str, Any]:
    counts = {
        "kept": sum(len(target.kept) for target in targets),
        "to_delete": sum(len(target.doomed) for target in targets),
        "deleted": sum(len(target.deleted) for target in targets),
        "shared": sum(len(target.shared) for target in targets),
        "failed": sum(len(target.failures) for target in targets),
    }
    return {
        "msg": "{0} tags to delete, {1} deleted, {2} kept, in {3} repositories; {4} repositories failed".format(
            counts["to_delete"],
            counts["deleted"],
            counts["kept"],
            len(targets),
            sum(1 for target in targets if target.outcome == FAILED),
        ),
        "tags": counts,
        "repositories": [target.as_dict() for target in targets],
    }


def _failures(targets: Sequence[PruneTarget]) -> List[Dict[str, Any]]:
    entries = []
    for target in targets:
        errors = [("{0}:{1}".format(target.repository, tag), error) for tag, error in target.failures.items()]
        if target.error is not None:
            errors.append((str(target.repository), target.error))
        entries += [{"name": name, "error": str(error), "hint": error.hint or ""} for name, error in errors]
    return entries


def _diff(texts: Sequence[str]) -> Dict[str, str]:
    lines = list(texts[:MOST_DIFF_LINES])
    if len(texts) > MOST_DIFF_LINES:
        lines.append("and {0} more".format(len(texts) - MOST_DIFF_LINES))
    return {"before": "".join(line + "\n" for line in lines), "after": ""}
