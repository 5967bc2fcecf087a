# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The reports of shards as files: where they are, whether they are valid, and which shards should have one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import glob
import os
from collections import Counter
from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ..._http_values import NotUnderstood
from ..._json import check_shape, read_json
from ..._lazy import pattern
from ..._secrets import read_text
from ..errors import RulesError
from ..run.image import OUTCOMES
from .report import REPORT_VERSION

LARGEST = 1024 * 1024 * 1024
"""Bytes of a report."""

LONGEST_RUN = 10 * 365 * 86400
"""Seconds."""

_TEXT = (str, None)
_COUNT = (int, None)
_FLAG = (bool, None)
_ENTRY = {
    "source": str,
    "destination": str,
    "outcome": str,
    "retry": (dict, None),
    "details": ({"what": _TEXT, "where": _TEXT, "hint": _TEXT, "code": _TEXT, "status": _COUNT}, None),
    "dropped": ([str], None),
    "dropped_platforms": _COUNT,
    "recompressed": _COUNT,
    "converted": _FLAG,
    "bytes": _COUNT,
    "seconds": (float, None),
    "platforms": ([str], None),
}
_ENTRY.update(dict.fromkeys(("rule", "reason", "error", "attached_to", "source_digest", "destination_digest"), _TEXT))
_REPORT = {
    "version": int,
    "images": dict.fromkeys(("total", *OUTCOMES), int),
    "results": [_ENTRY],
    "blobs": ({"uploaded": _COUNT, "mounted": _COUNT}, None),
    "bytes": ({"uploaded": _COUNT, "planned": _COUNT, "copied": _COUNT}, None),
    "planned": (dict.fromkeys(("total", *OUTCOMES), int), None),
    "plan": ({"blobs": _COUNT, "bytes": _COUNT}, None),
    "requests": ({"total": _COUNT, "by_registry": (dict, None)}, None),
    "duration": (float, None),
    "warnings": ([str], None),
    "registries": ({"sources": ([str], None), "destinations": ([str], None)}, None),
    "throughput": (dict, None),
    "collection": _TEXT,
    "rules": _TEXT,
    "failed_images": _TEXT,
    "converted": _COUNT,
}

_NOT_ONE = "this is not a report of image_copy"
_NUMBER = pattern(r"(\d+)(?!.*\d)")


class ShardReport:
    """The report of one run, as written to C(report_path) by C(image_copy).

    :ivar name: the file name without its extension, used as the shard's name.
    :ivar number: the shard's number, the last one in the name; None without one.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self.name = os.path.splitext(os.path.basename(path))[0]
        found = _NUMBER.search(self.name)
        self.number = int(found.group(1)) if found else None

    def read(self) -> Dict[str, Any]:
        """The whole report, checked.

        :raises RulesError: it is not a report; the error gives the place.
        :raises LongshoreError: it cannot be read.
        """
        try:
            document = read_json(read_text(self.path, LARGEST))
        except NotUnderstood as problem:
            raise RulesError(["{0}: {1}: {2}".format(self.path, _NOT_ONE, problem)]) from None
        problem = _problem_of(document)
        if problem:
            raise RulesError(["{0}: {1}: {2}".format(self.path, _NOT_ONE, problem)])
        return document


def _problem_of(document: Any) -> str:
    """What is wrong with a report, and where; empty if nothing is."""
    try:
        check_shape(document, _REPORT)
    except NotUnderstood as problem:
        return str(problem)
    if document["version"] != REPORT_VERSION:
        return "version is not {0}".format(REPORT_VERSION)
    images, results = document["images"], document["results"]
    for number, entry in enumerate(results):
        if entry["outcome"] not in OUTCOMES:
            return "results[{0}].outcome is none of {1}".format(number, ", ".join(OUTCOMES))
    counted = Counter(entry["outcome"] for entry in results)
    # A merged report also counts images that are in none of its reports.
    counted.update({name: count for name, count in (document.get("planned") or {}).items() if name in OUTCOMES})
    for name in OUTCOMES:
        if counted[name] != images[name]:
            return "images.{0} is {1}, but {2} of the results are".format(name, images[name], counted[name])
    if images["total"] != sum(counted.values()):
        return "images.total is {0}, but there are {1} results".format(images["total"], sum(counted.values()))
    registries = (document.get("requests") or {}).get("by_registry") or {}
    if not all(isinstance(kinds, dict) for kinds in registries.values()):
        return "requests.by_registry has something else than objects"
    if not 0 <= (document.get("duration") or 0) <= LONGEST_RUN:
        return "duration is out of range"
    return ""


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def find_reports(places: Sequence[str], outputs: Sequence[str]) -> Tuple[List[ShardReport], List[ShardReport]]:
    """The reports in files, directories and patterns, in order, each once: the existing ones, and the others.

    A directory stands for all its files that end in C(.json).

    :param outputs: files that are written later. In a directory they are skipped.
    :raises RulesError: one of the files is written later.
    """
    written = {os.path.realpath(path) for path in outputs}
    found: Dict[str, str] = {}
    absent: List[ShardReport] = []
    problems = []
    for place in places:
        several = _several(place)
        for path in [place] if several is None else several:
            real = os.path.realpath(path)
            if real in written:
                if several is None:
                    problems.append("reports: {0} is also where the merged report goes: name another file".format(path))
            elif os.path.exists(path):
                found.setdefault(real, path)
            else:
                absent.append(ShardReport(path))
    if problems:
        raise RulesError(problems)
    return [ShardReport(path) for path in found.values()], absent


def _several(place: str) -> Optional[List[str]]:
    """The files of a directory or a pattern; None for a single file."""
    if os.path.isdir(place):
        return sorted(glob.glob(os.path.join(glob.escape(place), "*.json")))
    if glob.has_magic(place) and not os.path.exists(place):
        return sorted(glob.glob(place))
    return None


def absence(report: ShardReport) -> str:
    """The message for a missing report."""
    return "{0}: its report {1} does not exist".format(report.name, report.path)


class Expected:
    """The shards that should have a report.

    :param images: number of images by shard number, None if unknown.
    """

    def __init__(self, images: Mapping[Optional[int], Optional[int]]) -> None:
        self._images = images

    def missing(self, reports: Sequence[ShardReport], absent: Sequence[ShardReport]) -> List[str]:
        """Shards without a report or with two, and reports of no shard, each named once."""
        counted = Counter(report.number for report in reports)
        named = {report.number for report in absent}
        problems = [absence(report) for report in absent if self._images.get(report.number) != 0]
        for number, images in self._images.items():
            if counted[number] > 1:
                problems.append("shard {0} has {1} reports".format(number, counted[number]))
            elif images != 0 and not counted[number] and number not in named:
                problems.append("shard {0} has no report".format(number))
        for report in reports:
            if report.number not in self._images:
                problems.append("{0} is the report of none of the expected shards".format(report.path))
        return problems

    def unreported(self, shards: Sequence[Mapping[str, Any]]) -> int:
        """How many images of the plan are in no report, because it is missing or has fewer."""
        reported: Counter[Optional[int]] = Counter()
        for shard in shards:
            reported[shard["number"]] += shard["images"]["total"]
        return sum(max(0, (images or 0) - reported[number]) for number, images in self._images.items())

    def unfinished(self, shards: Sequence[Mapping[str, Any]]) -> List[int]:
        """The numbers of the shards with such images."""
        reported = {shard["number"]: shard["images"]["total"] for shard in shards}
        return [
            number
            for number, images in self._images.items()
            if number is not None and images != 0 and reported.get(number, -1) < (images or 0)
        ]

    def incomplete(self, shards: Sequence[Mapping[str, Any]]) -> List[str]:
        """Shards with fewer images in their report than in the plan."""
        problems = []
        for shard in shards:
            planned = self._images.get(shard["number"])
            if planned is not None and shard["images"]["total"] < planned:
                problems.append(
                    "{0}: its report has {1} of the {2} images of the plan".format(
                        shard["name"], shard["images"]["total"], planned
                    )
                )
        return problems


def expected_shards(shards: Optional[Sequence[Any]], count: Optional[int]) -> Optional[Expected]:
    """The shards given by the options; None if they give none.

    :param shards: as in the result of C(image_plan): mappings with C(number), and C(images) if known.
    :param count: number of shards, numbered from one.
    :raises RulesError: lists all invalid entries.
    """
    if count is not None:
        if count < 0:
            raise RulesError(["expected_shards: {0} is out of range: give 0 or more".format(count)])
        return Expected(dict.fromkeys(range(1, count + 1)))
    if shards is None:
        return None
    problems: List[str] = []
    images: Dict[int, Optional[int]] = {}
    for index, shard in enumerate(shards):
        number, count_of_images = shard.get("number"), shard.get("images")
        if not _is_count(number) or not (count_of_images is None or _is_count(count_of_images)):
            problems.append("shards[{0}]: number, and images if given, must be whole numbers".format(index))
        elif number in images:
            problems.append("shards[{0}]: there is another shard {1}".format(index, number))
        else:
            images[number] = count_of_images
    if problems:
        raise RulesError(problems)
    return Expected(images)
