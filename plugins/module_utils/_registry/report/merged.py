# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One report from several: from the shards of a migration, or from consecutive runs.

A shard without a report must not pass for a successful one: a missing report is a problem, and so are contradictory
statements of two shards about the same destination. The reports are read one at a time, more than once, so that only
one of them is ever in memory.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import stat
import time
from typing import Any, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Set

from ..._files.safe_file import SafeFile
from ..._page.causes import Causes
from ..._text import shown
from ..errors import RulesError
from ..run.image import FAILED, FILTERED, OUTCOMES, POSTPONED, SKIPPED
from .causes import add_failure
from .html import Page
from .report import MOST_FAILURES, REPORT_VERSION, FailureList, add_rule
from .shard_reports import LARGEST, Expected, ShardReport, absence

_TIME = "%Y-%m-%dT%H:%M:%SZ"


class MergedReport:
    """The sum of reports.

    :param reports: those found.
    :param absent: those named that do not exist.
    :param expected: the shards that should have one; None if unknown.
    :param problems: known problems, for example from planning.
    :param notes: further remarks for the reader.
    :ivar facts: the beginning of the report, known after L(add_up,#).
    """

    def __init__(
        self,
        reports: Sequence[ShardReport],
        absent: Sequence[ShardReport],
        expected: Optional[Expected],
        problems: Sequence[str] = (),
        notes: Sequence[str] = (),
    ) -> None:
        self._reports = reports
        self._absent = absent
        self._expected = expected
        self._problems = list(problems)
        self._notes = list(notes)
        self.facts: Dict[str, Any] = {}
        self._failures = FailureList()
        self._causes = Causes()
        self._planned = dict.fromkeys(OUTCOMES, 0)

    def account_for(self, plan: PlanFindings) -> None:
        """Count images that the plan settled outside the shards, and put its failures first."""
        self._planned.update(plan.ended)
        for failure in plan.failures:
            self._failures.add(failure)
            add_failure(self._causes, failure)

    @property
    def causes(self) -> List[Dict[str, Any]]:
        """The causes of the failures for the module's result."""
        return self._causes.as_list()

    @property
    def failures(self) -> List[Dict[str, Any]]:
        """Failures for the module's result."""
        return self._failures.entries()

    def add_up(self) -> None:
        """Read all reports once.

        :raises RulesError: describes each report that is malformed, or is not the report of a copy.
        """
        sums = Sums()
        inherited: Dict[str, int] = {}
        shards: List[Dict[str, Any]] = []
        warnings, wrong, twice = [], [], []  # type: List[str], List[str], List[str]
        seen: Dict[str, str] = {}
        for report in self._reports:
            try:
                document = report.read()
            except RulesError as error:
                wrong.extend(error.problems)
                continue
            sums.add(document)
            _add(inherited, {name: (document.get("planned") or {}).get(name) or 0 for name in OUTCOMES})
            shards.append(_summary(report, document))
            warnings += ["{0}: {1}".format(report.name, text) for text in document.get("warnings") or ()]
            for entry in document["results"]:
                first = seen.setdefault(entry["destination"], report.name)
                if first != report.name:
                    twice.append("{0} is in {1} and in {2}".format(entry["destination"], first, report.name))
                if entry["outcome"] == FAILED:
                    self._failures.add(_failure(report.name, entry))
                    add_failure(self._causes, dict(entry, shard=report.name))
        if wrong:
            raise RulesError(wrong)
        problems = self._missing()
        if self._expected is not None:
            self._planned[FAILED] += self._expected.unreported(shards)
        sums.add_planned(self._planned)
        _add(self._planned, inherited)
        if self._expected is not None:
            problems += self._expected.incomplete(shards)
        problems += twice[:MOST_FAILURES]
        if len(twice) > MOST_FAILURES:
            problems.append("{0} more destinations are in two reports".format(len(twice) - MOST_FAILURES))
        self.facts = dict(
            sums.facts(),
            changed=any(shard["changed"] for shard in shards),
            check_mode=False,
            msg=_sentence(sums.images, len(shards), problems),
            warnings=warnings,
            planned=dict(self._planned, total=sum(self._planned.values())),
            shards=shards,
            problems=problems,
            notes=self._notes,
            **_span(shards),
        )

    def _missing(self) -> List[str]:
        """Known problems and missing reports, each named once."""
        if self._expected is not None:
            return self._problems + self._expected.missing(self._reports, self._absent)
        return self._problems + [absence(report) for report in self._absent]

    def entries(self) -> Iterator[Dict[str, Any]]:
        """All images of all reports, with their shard."""
        for report in self._reports:
            for entry in report.read()["results"]:
                yield dict(entry, shard=report.name)

    def failed_rules(self, planned: Iterable[Mapping[str, Any]]) -> Dict[str, Any]:
        """All images that need another try, as a rules document.

        :param planned: rules of images that are in no report.
        """
        rules: Dict[str, Any] = {}
        for item in planned:
            further = {key: value for key, value in item.items() if key != "source"}
            pairs = item if "source" not in item else {item["source"]: _alone(further)}
            for source, destination in pairs.items():
                add_rule(rules, source, destination)
        for entry in self.entries():
            if entry["outcome"] == FAILED:
                for source, destination in (entry.get("retry") or {entry["source"]: entry["destination"]}).items():
                    add_rule(rules, source, destination)
        return rules

    def as_json(self) -> Iterator[str]:
        """The merged report as JSON text, piece by piece."""
        head = json.dumps(shown(dict({"version": REPORT_VERSION}, **self.facts)), indent=1)
        yield head[: -len("\n}")] + ',\n "results": ['
        separator = "\n  "
        for entry in self.entries():
            yield separator + json.dumps(shown(entry))
            separator = ",\n  "
        yield "\n ]\n}\n"

    def as_html(self) -> Iterator[str]:
        """The merged report as a page, piece by piece."""
        return Page(self.facts, self.entries).parts()


class PlanFindings:
    """What a plan says about the reports of its shards.

    :param result: of the module C(image_plan), as far as it was kept; None without a plan.
    :raises RulesError: it is not such a result.
    """

    def __init__(self, result: Optional[Mapping[str, Any]]) -> None:
        self.shards: Optional[List[Any]] = None
        self.problems: List[str] = []
        self.notes: List[str] = []
        self.ended: Dict[str, int] = {}
        self.failures: List[Dict[str, Any]] = []
        if result is None:
            return
        counts, shards, failures = result.get("plan"), result.get("shards"), result.get("failures")
        if not isinstance(counts, dict) or not _are_mappings(shards) or not _are_mappings(failures):
            raise RulesError(["plan: it is not the result of image_plan: it needs plan, shards and failures"])
        self.shards = shards
        for outcome, name in ((SKIPPED, "present"), (FILTERED, "filtered"), (FAILED, "failed")):
            self.ended[outcome] = counts.get(name) or 0
        if not all(isinstance(count, int) and count >= 0 for count in self.ended.values()):
            raise RulesError(["plan: its counts are not numbers"])
        self.failures = [_failure("plan", failure) for failure in (failures or ())[:MOST_FAILURES]]
        errors = list(dict.fromkeys(failure["error"] for failure in self.failures))
        self.problems = ["not planned: {0}".format(error) for error in errors]
        further = len(failures or ()) + (result.get("failures_truncated") or 0) - len(errors)
        if further:
            self.problems.append("{0} more images could not be planned".format(further))
        for name, text in (
            ("present", "{0} images were at their destination when the work was planned, and are in no shard."),
            ("filtered", "{0} images have none of the requested platforms, and are in no shard."),
        ):
            if counts.get(name):
                self.notes.append(text.format(counts[name]))


def _alone(item: Mapping[str, Any]) -> Any:
    """The destination of a rule, with its further keys, if any."""
    return dict(item) if len(item) > 1 else item["destination"]


def _are_mappings(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)


class Sums:
    """The numbers of reports, added up: those that every report has, and any others."""

    # Not numbers to add, or with a meaning of their own.
    _OTHERS = (
        "version",
        "changed",
        "check_mode",
        "images",
        "requests",
        "duration",
        "started_at",
        "results",
        "planned",
        "throughput",
        "registries",
    )

    def __init__(self) -> None:
        self.images: Dict[str, int] = dict.fromkeys(("total", *OUTCOMES), 0)
        self._by_registry: Dict[str, Dict[str, int]] = {}
        self._registries: Dict[str, Set[str]] = {"sources": set(), "destinations": set()}
        self._numbers: Dict[str, Any] = {"converted": 0, "blobs": {}, "bytes": {}, "plan": {}}

    def add(self, document: Mapping[str, Any]) -> None:
        """Add those of one report."""
        _add(self.images, document["images"])
        for registry, kinds in ((document.get("requests") or {}).get("by_registry") or {}).items():
            _add(self._by_registry.setdefault(registry, {}), kinds)
        for name, registries in self._registries.items():
            registries.update((document.get("registries") or {}).get(name) or ())
        for name, value in document.items():
            if name in self._OTHERS:
                continue
            if isinstance(value, dict):
                _add(self._numbers.setdefault(name, {}), value)
            else:
                _add(self._numbers, {name: value})

    def add_planned(self, ended: Mapping[str, int]) -> None:
        """Add images that are in no report."""
        _add(self.images, dict(ended, total=sum(ended.values())))

    def facts(self) -> Dict[str, Any]:
        """The sums, under their names in a report."""
        total = sum(sum(kinds.values()) for kinds in self._by_registry.values())
        return dict(
            self._numbers,
            images=self.images,
            requests={"total": total, "by_registry": self._by_registry},
            registries={name: sorted(registries) for name, registries in self._registries.items()},
        )


def _add(sums: Dict[str, int], numbers: Mapping[str, Any]) -> None:
    for name, number in numbers.items():
        if isinstance(number, int) and not isinstance(number, bool) and isinstance(sums.get(name, 0), int):
            sums[name] = sums.get(name, 0) + number


def _sentence(images: Mapping[str, int], count: int, problems: Sequence[str]) -> str:
    text = "{0} report{1} merged: {2} images, {3}".format(
        count,
        "" if count == 1 else "s",
        images["total"],
        ", ".join("{0} {1}".format(images[name], name) for name in OUTCOMES if name != POSTPONED or images[name]),
    )
    more = ["{0} more problems".format(len(problems) - 3)] if len(problems) > 3 else []
    return "; ".join([text, *problems[:3], *more])


def _summary(report: ShardReport, document: Mapping[str, Any]) -> Dict[str, Any]:
    """A report's line in the merged one."""
    return {
        "name": report.name,
        "number": report.number,
        "changed": bool(document.get("changed")),
        "images": {name: int(document["images"][name]) for name in ("total", *OUTCOMES)},
        "bytes": document.get("bytes") or {},
        "started_at": document.get("started_at"),
        "duration": document.get("duration"),
    }


def _failure(shard: str, entry: Mapping[str, Any]) -> Dict[str, Any]:
    """The same as in the result of C(image_copy), with the shard added."""
    failure = {name: str(entry.get(name) or "") for name in ("source", "destination", "rule", "error")}
    hint = entry.get("hint") or (entry.get("details") or {}).get("hint")
    return dict(failure, hint=str(hint or ""), shard=shard)


def _span(shards: Sequence[Mapping[str, Any]]) -> Dict[str, Any]:
    """From the first start to the last end; shards run at the same time."""
    times = [(_seconds(shard["started_at"]), float(shard["duration"] or 0)) for shard in shards]
    known = [(start, duration) for start, duration in times if start is not None]
    if not known:
        return {"started_at": None, "duration": max((duration for _start, duration in times), default=0.0)}
    first = min(start for start, _duration in known)
    last = max(start + duration for start, duration in known)
    return {"started_at": time.strftime(_TIME, time.gmtime(first)), "duration": round(last - first, 3)}


def _seconds(text: Any) -> Optional[int]:
    try:
        return calendar.timegm(time.strptime(str(text), _TIME))
    except ValueError:
        return None


def differs(path: str, parts: Iterable[str]) -> bool:
    """Whether a file differs from this content, or is readable by others."""
    wanted = hashlib.sha256()
    for part in parts:
        wanted.update(part.encode("utf-8"))
    found = hashlib.sha256()
    with SafeFile(path) as file:
        status = file.status()
        for block in file.parts(LARGEST):
            found.update(block)
    return status is None or stat.S_IMODE(status.st_mode) != 0o600 or found.digest() != wanted.digest()
