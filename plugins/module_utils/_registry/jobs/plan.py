# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The plan of a large copy: what to do, whether it is possible, how long it takes, and which host does which part.

It examines images as the copy does (L(Planner,#)), a few thousand at a time, and keeps only a few bytes of each.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..._page.causes import Causes
from ..client.swr_api import speaks_dockyard
from ..errors import RegistryError
from ..forecast.estimate import Amount, Estimate, amount_of, estimate, request_cost, together, within_quota
from ..forecast.plan_table import ABSENT, BATCH, PlanTable, rules_of
from ..forecast.preflight import ERROR, WARN, Destinations, Preflight, read_quotas
from ..forecast.shard_files import MOST_TAGS, ShardFiles, check_directory
from ..forecast.sharding import Part, Work, cut
from ..model.quota import SPENT, Quota
from ..report.causes import add_failure
from ..report.report import FailureList, add_rule, failed_rules, failure_of
from ..run.image import FAILED, FILTERED, SKIPPED, Image
from ..run.progress import LISTING, PLANNING
from ..run.tag_listing import ListerFor, no_lister
from ..run.work_queue import WorkQueue
from ..transport.limits import SWR_RATE
from .request import Request, RunHelper
from .run_context import RunContext
from .settings import NEVER, PlanSettings, settings_of

MOST_PROBLEMS = 100
MOST_REPOSITORIES = 50
"""In the module's result; AWX drops a result that is too large."""

_SUMMARY = "Images({images}) planned, {to_copy} to copy, {present} there already, {failed} failed"


class Tally:
    """Outcomes of the images that are not to be copied, and as many failures as the result can hold.

    :ivar unread: by registry, the images that could not be read because its pull quota was used up.
    """

    def __init__(self) -> None:
        self.outcomes: Counter[str] = Counter()
        self.repositories: Dict[str, Counter[str]] = {}
        self.failures = FailureList()
        self.causes = Causes()
        self.unread: Counter[str] = Counter()
        self.failed_rules: Dict[str, Any] = {}

    def take(self, image: Image) -> None:
        """Count an image by outcome."""
        outcome = str(image.outcome)
        self.outcomes[outcome] += 1
        self.of(str(image.destination))[outcome] += 1
        if outcome != FAILED:
            return
        for source, destination in failed_rules([image]).items():
            add_rule(self.failed_rules, source, destination)
        if image.error is not None and image.error.code == SPENT:
            self.unread[image.source.registry] += 1
        self.failures.add(failure_of(image))
        add_failure(self.causes, image.as_dict())

    def of(self, repository: str) -> Counter[str]:
        """The counters of a destination repository."""
        return self.repositories.setdefault(repository, Counter())


class PlanJob:
    """One plan of a request. It reads from registries, and writes only the files of the shards.

    :param check_mode: do not write these either.
    :param lister_for: returns a lister of the tags of a registry, None if its name tells of none.
    """

    def __init__(
        self, request: Request, settings: PlanSettings, check_mode: bool, lister_for: ListerFor = no_lister
    ) -> None:
        self._request = request
        self._settings = settings
        self._quotas = read_quotas(settings.quotas)
        self._files = ShardFiles(settings.shards_path, check_mode) if settings.shards_path else None
        self._context = RunContext(settings, request, lister_for=None if settings.tag_listing == NEVER else lister_for)
        self._progress = self._context.progress
        self._table = PlanTable()
        self._tally = Tally()
        self._converted = 0
        self._duplicates = 0

    def run(self) -> Dict[str, Any]:
        """Create the plan, and return the module's result."""
        self._context.journal.load()
        self._progress.start()
        with self._context:
            with self._context.clients.queue() as queue:
                preflight = self._look(queue)
            requests = self._context.requests()
            names = {route.destination.registry for route in self._table.routes}
            swr = any(speaks_dockyard(self._context.clients.destination(name)) for name in names)
        # Several registries are queried in parallel; the strictest sets the pace.
        rate = self._settings.rate_limit or (SWR_RATE if swr else None)
        return self._conclude(preflight, requests, rate)

    def _look(self, queue: WorkQueue) -> Preflight:
        clients, table = self._context.clients, self._table
        preflight = Preflight(clients.destination, queue, self._quotas)
        destinations = Destinations(clients.destination, preflight.missing)
        planner = self._context.planner(
            queue, destinations, self._progress.image_finished, looked_at=self._progress.image_planned
        )
        self._progress.enter(LISTING)
        images = planner.select(self._request.rules)
        self._duplicates = len(planner.duplicates)
        self._progress.images_total = len(images)
        self._progress.enter(PLANNING)
        preflight.logins(images)
        images.reverse()
        while images:
            batch = [images.pop() for _number in range(min(BATCH, len(images)))]
            planner.examine(batch)
            self._take(batch)
        if self._settings.check_blobs:
            table.locate(
                destinations,
                self._context.journal,
                queue,
                lambda repository, error: preflight.found("blobs", WARN, repository, str(error), error.hint or ""),
            )
        preflight.limits(table)
        return preflight

    def _take(self, batch: Sequence[Image]) -> None:
        for image in batch:
            if image.outcome is None and image.tree is None:
                image.finish(
                    FAILED,
                    error=RegistryError(
                        "the plan ended without an outcome for this image",
                        where=image.source_text,
                        code="INTERNAL",
                        hint="This is a defect of longshore.swr: please report it.",
                    ),
                )
            if image.outcome is not None:
                self._tally.take(image)
                continue
            self._table.add(image)
            self._converted += image.converted
            self._tally.of(str(image.destination))["to_copy"] += 1

    # -- the end -----------------------------------------------------------------------------------------------

    def _conclude(self, preflight: Preflight, requests: Mapping[str, Any], rate: Optional[float]) -> Dict[str, Any]:
        bandwidth = float(self._settings.expected_bandwidth)
        plan = self._describe_plan()
        everything = amount_of(self._table, range(len(self._table)))
        parts = self._cut(request_cost(bandwidth, rate))
        shards, estimates = self._describe_shards(parts, bandwidth, rate)
        repositories = self._describe_repositories()
        alone, side_by_side = estimate(everything, bandwidth, rate), together(estimates)
        for quota, seconds in self._count_pulls(preflight):
            alone = within_quota(alone, seconds, quota.window)
            side_by_side = within_quota(side_by_side or alone, seconds, quota.window)
        # A stable order, whichever thread found which first; errors before warnings.
        problems = sorted(set(preflight.problems), key=lambda one: (one.severity != ERROR, one))
        failures = self._tally.failures.entries()
        result: Dict[str, Any] = {
            "msg": _SUMMARY.format(**plan),
            "plan": plan,
            "estimate": _estimate_of(everything, alone, side_by_side),
            "shards": shards,
            "duplicated_bytes": sum(shard["duplicated_bytes"] for shard in shards),
            "repositories": repositories[:MOST_REPOSITORIES],
            "repositories_truncated": max(0, len(repositories) - MOST_REPOSITORIES),
            "problems": [problem.as_dict() for problem in problems[:MOST_PROBLEMS]],
            "problems_truncated": max(0, len(problems) - MOST_PROBLEMS),
            "causes": self._tally.causes.as_list(),
            "failures": failures,
            "failures_truncated": plan["failed"] - len(failures),
            "requests": requests,
            "duration": self._context.duration,
            "warnings": self._context.warnings(),
        }
        if self._settings.shards_path:
            result["shards_path"] = self._settings.shards_path
        cleaned: Dict[str, Any] = self._request.clean(result)
        severities = {problem.severity for problem in problems} | ({ERROR} if plan["failed"] else set())
        cleaned["failed"] = bool(severities & _fatal(self._settings.fail_on))
        cleaned["changed"] = self._files is not None and self._files.changed
        return cleaned

    def _count_pulls(self, preflight: Preflight) -> Iterator[Tuple[Quota, int]]:
        """The quotas that are too small, and how long the copy takes with them."""
        pulls: Counter[str] = Counter()
        for image, route in enumerate(self._table.route):
            pulls[self._table.routes[route].source.registry] += self._table.manifests[image]
        for registry, quota in self._context.clients.quotas().items():
            # Unread images are assumed to have one manifest.
            needed = pulls[registry] + self._tally.unread[registry]
            seconds = quota.seconds_for(needed)
            if seconds:
                preflight.pulls(registry, quota, needed)
                yield quota, seconds

    def _describe_plan(self) -> Dict[str, int]:
        outcomes = self._tally.outcomes
        blobs, size = self._table.absent()
        to_copy = len(self._table)
        return {
            "images": to_copy + sum(outcomes.values()),
            "to_copy": to_copy,
            "present": outcomes[SKIPPED],
            "filtered": outcomes[FILTERED],
            "failed": outcomes[FAILED],
            "duplicates": self._duplicates,
            "converted": self._converted,
            "blobs": blobs,
            "bytes": size,
        }

    def _cut(self, cost: int) -> List[Part]:
        table, count = self._table, self._settings.shards
        destinations: Dict[Any, int] = {}
        numbers = [destinations.setdefault(route.destination, len(destinations)) for route in table.routes]
        return cut(
            Work(
                [numbers[route] for route in table.route],
                # An occasional lookup and token, and the manifests; three requests for each blob transferred.
                [cost * (1 + manifests) for manifests in table.manifests],
                table.starts,
                table.blobs,
                table.sizes,
                bytes(state == ABSENT for state in table.states),
                3 * cost,
            ),
            count,
        )

    def _describe_shards(
        self, parts: Sequence[Part], bandwidth: float, rate: Optional[float]
    ) -> Tuple[List[Dict[str, Any]], List[Estimate]]:
        """The shards for the result; also writes their files."""
        table = self._table
        seen = bytearray(len(table.sizes))
        shards: List[Dict[str, Any]] = []
        estimates: List[Estimate] = []
        for number, part in enumerate(parts, 1):
            amount = amount_of(table, part.images)
            # All shards running at the same time share the registry's capacity.
            estimates.append(estimate(amount, bandwidth, rate / len(parts) if rate else None))
            duplicated = 0
            for blob in {blob for image in part.images for blob in table.blobs_of(image)}:
                if table.states[blob] == ABSENT:
                    duplicated += table.sizes[blob] if seen[blob] else 0
                    seen[blob] = 1
            shard: Dict[str, Any] = {
                "number": number,
                "images": amount.images,
                "blobs": amount.blobs,
                "bytes": amount.size,
                "duplicated_bytes": duplicated,
                "estimate_seconds": estimates[-1].seconds,
            }
            if self._files is not None:
                shard["path"] = self._files.path(number)
                self._files.write(number, rules_of(table, part.images, MOST_TAGS))
            shards.append(shard)
        if self._files is not None:
            self._files.keep(len(parts))
            failed = self._tally.failed_rules
            self._files.write_failed([{source: destination} for source, destination in failed.items()])
        return shards, estimates

    def _describe_repositories(self) -> List[Dict[str, Any]]:
        """The destination repositories, those with the most bytes first."""
        table = self._table
        blobs: Dict[str, Set[int]] = {}
        for image, route in enumerate(table.route):
            name = str(table.routes[route].destination)
            blobs.setdefault(name, set()).update(table.blobs_of(image))
        entries = []
        for name, counts in self._tally.repositories.items():
            travelling = [blob for blob in blobs.get(name, ()) if table.states[blob] == ABSENT]
            entries.append(
                {
                    "repository": name,
                    "images": sum(counts.values()),
                    "to_copy": counts["to_copy"],
                    "present": counts[SKIPPED],
                    "bytes": sum(table.sizes[blob] for blob in travelling),
                }
            )
        return sorted(entries, key=lambda entry: (-entry["bytes"], -entry["to_copy"], entry["repository"]))


def _fatal(fail_on: str) -> Set[str]:
    """The severities at which the task fails."""
    return {ERROR: {ERROR}, WARN: {ERROR, WARN}}.get(fail_on, set())


def _estimate_of(amount: Amount, alone: Estimate, side_by_side: Optional[Estimate]) -> Dict[str, Any]:
    return {
        "requests": amount.requests,
        "seconds": alone.seconds,
        "seconds_least": alone.least,
        "seconds_most": alone.most,
        "limited_by": alone.limited_by,
        "seconds_sharded": side_by_side.seconds if side_by_side else 0,
    }


def run_plan(
    options: Mapping[str, Any],
    check_mode: bool,
    environ: Mapping[str, str],
    run_helper: Optional[RunHelper] = None,
    lister_for: ListerFor = no_lister,
) -> Dict[str, Any]:
    """Carry out the options of the module C(image_plan) and return its result.

    :param lister_for: returns a lister of the tags of a registry, None if its name tells of none.
    :raises RulesError: the user's input is invalid; nothing was connected to.
    :raises RegistryError: the journal cannot be read, or a shard cannot be written.
    """
    settings = settings_of(PlanSettings, options)
    request = Request(settings, environ, run_helper)
    if settings.shards_path:
        check_directory(settings.shards_path)
    return PlanJob(request, settings, check_mode, lister_for).run()
