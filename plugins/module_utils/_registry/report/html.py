# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a copy as an HTML page: for those who ask how it went, and those who have to fix it.

The page is self-contained. It is generated piece by piece from the counters and the entries of the JSON report, so that
the text of a hundred thousand images is never in memory at once.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import calendar
import time
from typing import Any, Callable, Dict, Iterator, List, Mapping, Optional, Sequence, Set, Tuple

from ..._errors import LongshoreError
from ..._page import elements
from ..._page.causes import MOST, Causes
from ..._page.document import document, text
from ..._page.rows import NO_SCRIPT, embedded
from ..._page.script import EXPLORER
from ..._secrets import write_private_parts
from ..run.image import COPIED, FAILED, FILTERED, POSTPONED, SKIPPED
from ..run.progress import human_bytes, human_duration
from .causes import add_failure
from .html_images import Entries, Entry, repository_of, rows_of

_TIME = "%Y-%m-%dT%H:%M:%SZ"
OUTCOMES = {
    COPIED: ("copied", "good"),
    SKIPPED: ("there already", "calm"),
    FILTERED: ("filtered out", "dim"),
    POSTPONED: ("left for the next run", "warn"),
    FAILED: ("failed", "bad"),
}
RANKED = 8
"""Repositories in the rankings."""


class Page:
    """One report as HTML.

    :param facts: the counters, as in the JSON report; unknown ones may be missing. A merged report also has C(shards)
        and C(problems).
    :param entries: the images, as in C(results) of the JSON report.
    :param redact: removes secrets from a string. It sees every text before HTML escaping.
    """

    def __init__(self, facts: Mapping[str, Any], entries: Entries, redact: Callable[[str], str] = str) -> None:
        self._facts = facts
        self._entries = entries
        self._redact = redact
        self._counts: Dict[str, int] = {name: int(facts["images"].get(name, 0)) for name in ("total", *OUTCOMES)}

    def parts(self) -> Iterator[str]:
        """The page, piece by piece."""
        causes, rankings = Causes(), Rankings()
        told: Set[str] = set()
        for entry in self._entries():
            rankings.add(entry)
            if entry.get("outcome") == FAILED and add_failure(causes, entry):
                told.add("not planned: {0}".format(entry.get("error") or ""))
        registries = (self._facts.get("registries") or {}).get("destinations") or []
        title = "Image migration" + (" to {0}".format(self._text(", ".join(registries[:3]))) if registries else "")
        headline = self._headline(len(causes.groups))
        yield from document(title, headline, self._mood(), self._notes(), self._body(causes, told, rankings), EXPLORER)

    def _text(self, value: Any) -> str:
        return text(value, self._redact)

    # -- the result --------------------------------------------------------------------------------------------

    def _mood(self) -> str:
        if self._counts[FAILED] or self._facts.get("problems"):
            return "bad"
        return "warn" if self._counts[POSTPONED] else "good"

    def _headline(self, causes: int) -> str:
        """The result in one sentence."""
        counts, problems = self._counts, self._facts.get("problems") or ()
        total = _number(counts["total"], "image")
        if counts[FAILED]:
            reasons = "" if causes < 2 else ", for {0} reasons".format(causes)
            if causes > MOST:
                reasons = ", for more than {0} reasons".format(MOST)
            return "{0:,} of {1} failed{2}".format(counts[FAILED], total, reasons)
        if problems:
            return "The report is not complete: {0}".format(_number(len(problems), "problem"))
        if not counts["total"]:
            return "There was no image to copy"
        if counts[POSTPONED]:
            return "{0:,} of {1} are left for the next run".format(counts[POSTPONED], total)
        if counts[FILTERED]:
            arrived = counts[COPIED] + counts[SKIPPED]
            return "{0:,} of {1} are at their destination, the others were filtered out".format(arrived, total)
        if counts["total"] == 1:
            return "The image is at its destination"
        return "All {0} are at their destination".format(total)

    def _notes(self) -> Iterator[str]:
        facts = self._facts
        started, duration = facts.get("started_at"), facts.get("duration")
        parts = ["{0} UTC".format(str(started).replace("T", " ").replace("Z", ""))] if started else []
        if started and duration is not None:
            parts[0] = "{0} to {1}".format(parts[0].replace(" UTC", ""), _end(str(started), float(duration)))
        sources = (facts.get("registries") or {}).get("sources") or []
        if sources:
            parts.append("from {0}{1}".format(", ".join(sources[:3]), " and others" if len(sources) > 3 else ""))
        if facts.get("rules"):
            parts.append("rules: {0}".format(facts["rules"]))
        if facts.get("collection"):
            parts.append("longshore.swr {0}".format(facts["collection"]))
        if parts:
            yield " &middot; ".join(self._text(part) for part in parts)
        for note in facts.get("notes") or ():
            yield self._text(note)

    def _body(self, causes: Causes, told: Set[str], rankings: Rankings) -> Iterator[str]:
        yield from elements.outcome_bar(
            [elements.Share(name, label, self._counts[name], mood) for name, (label, mood) in OUTCOMES.items()]
        )
        # What could not be planned is among the causes.
        problems = [str(problem) for problem in self._facts.get("problems") or () if problem not in told]
        if causes.groups or problems:
            yield from elements.section("What to repair", self._repairs(causes, problems), "repair")
        warnings = self._facts.get("warnings") or ()
        if warnings:
            items = "".join("<li>{0}</li>\n".format(self._text(warning)) for warning in warnings)
            yield from elements.section("Warnings", ['<ul class="places">\n', items, "</ul>\n"])
        yield '<div class="cards">\n'
        yield from elements.section("Transfer", self._transfer())
        for ranked, title, shown in rankings.tables():
            rows = [(self._text(repository), value, shown(value)) for repository, value in ranked]
            yield from elements.section(title, elements.ranking(rows))
        yield "</div>\n"
        yield from self._shards()
        yield from self._requests()
        if self._counts["total"]:
            yield from elements.section("All images", self._images(), "everything", **{"data-noun": "images"})

    def _repairs(self, causes: Causes, problems: Sequence[str]) -> Iterator[str]:
        yield from elements.causes(elements.Cause(self._text(problem), "", "", 1, ()) for problem in problems)
        yield from elements.causes(causes.shown(self._text))
        if self._facts.get("failed_images"):
            yield "<p>Then run again with <code>images_file={0}</code>: what is there is not sent twice.</p>\n".format(
                self._text(self._facts["failed_images"])
            )

    # -- figures -----------------------------------------------------------------------------------------------

    def _transfer(self) -> Iterator[str]:
        facts = self._facts
        size, blobs = facts.get("bytes") or {}, facts.get("blobs") or {}
        uploaded, duration = int(size.get("uploaded") or 0), float(facts.get("duration") or 0)
        saved = int(size.get("copied") or 0) - uploaded
        values = [(human_bytes(uploaded), "sent")]
        if saved > 0:
            values.append((human_bytes(saved), "saved by shared layers"))
        values.append((_duration(duration), "took"))
        if duration > 0:
            values.append((human_bytes(uploaded / duration) + "/s", "average"))
        yield elements.figures(values)
        yield from self._throughput()
        rows = [
            ("Layers and configurations sent", blobs.get("uploaded", 0)),
            ("Mounted from another repository of the destination", blobs.get("mounted", 0)),
            ("Already at the destination", blobs.get("present", 0)),
            ("Images converted for their destination", facts.get("converted", 0)),
            ("Bytes to send, as planned", human_bytes(int(size.get("planned") or 0))),
            ("Requests", "{0:,}".format((facts.get("requests") or {}).get("total", 0))),
        ]
        yield "<table>\n<tbody>\n"
        for name, value in rows:
            yield '<tr><th scope="row">{0}</th><td class="number">{1}</td></tr>\n'.format(name, self._text(value))
        yield "</tbody>\n</table>\n"

    def _throughput(self) -> Iterator[str]:
        found = self._facts.get("throughput") or {}
        steps, width = found.get("bytes") or [], float(found.get("seconds") or 1)
        started = _seconds(self._facts.get("started_at"))
        if len(steps) < 3 or not any(steps) or started is None:
            return
        peak = "peak {0}/s".format(human_bytes(max(steps) / width))
        paused = [step for step in found.get("paused") or () if 0 <= step < len(steps)]
        yield from elements.chart(
            steps, paused, _clock(started), _clock(started + width * len(steps)), peak, "Throughput over time, " + peak
        )
        if paused:
            yield '<p class="dim">Marked below: {0} in which the run waited for a registry.</p>\n'.format(
                _duration(width * len(paused))
            )

    def _shards(self) -> Iterator[str]:
        shards = self._facts.get("shards") or ()
        if not shards:
            return
        counted = ("#Images", "#Copied", "#There already", "#Filtered out", "#Left", "#Failed")
        rows = (
            (
                self._text(shard.get("name") or ""),
                self._text(str(shard.get("started_at") or "").replace("T", " ").replace("Z", "")),
                _duration(shard.get("duration") or 0),
                *((shard.get("images") or {}).get(name, 0) for name in ("total", *OUTCOMES)),
                human_bytes(int((shard.get("bytes") or {}).get("uploaded") or 0)),
            )
            for shard in shards
        )
        heads = ("Shard", "Started at (UTC)", "#Took", *counted, "#Sent")
        yield from elements.section("Shards", elements.table(heads, rows))

    def _requests(self) -> Iterator[str]:
        by_registry = (self._facts.get("requests") or {}).get("by_registry") or {}
        if not by_registry:
            return
        rows: List[Tuple[Any, ...]] = []
        for registry in sorted(by_registry):
            kinds = by_registry[registry]
            spoken = ", ".join("{0} {1}".format(kind.replace("_", " "), kinds[kind]) for kind in sorted(kinds))
            rows.append((self._text(registry), sum(kinds.values()), self._text(spoken)))
        yield from elements.section("Requests", elements.table(("Registry", "#Requests", "Kinds"), rows))

    def _images(self) -> Iterator[str]:
        yield NO_SCRIPT
        yield from embedded(rows_of(self._entries, list(OUTCOMES), self._redact))


class Rankings:
    """The repositories of the destination with the most bytes and the longest copies."""

    def __init__(self) -> None:
        self._bytes: Dict[str, float] = {}
        self._seconds: Dict[str, float] = {}
        self._registries: Set[str] = set()

    def add(self, entry: Entry) -> None:
        """Count one image, if it was copied."""
        if entry.get("outcome") != COPIED:
            return
        name = repository_of(entry.get("destination"))
        self._registries.add(name.partition("/")[0])
        for sums, key in ((self._bytes, "bytes"), (self._seconds, "seconds")):
            if entry.get(key):
                sums[name] = sums.get(name, 0) + float(entry[key])

    def tables(self) -> Iterator[Tuple[List[Tuple[str, float]], str, Callable[[float], str]]]:
        """Each ranking: repositories with their value, a title, and how to show a value."""
        for sums, title, shown in (
            (self._bytes, "Largest repositories", human_bytes),
            (self._seconds, "Slowest repositories", _duration),
        ):
            if len(sums) > 1:
                first = sorted(sums.items(), key=lambda item: -item[1])[:RANKED]
                if len(self._registries) == 1:
                    first = [(name.partition("/")[2] or name, value) for name, value in first]
                yield first, title, shown


def write(
    path: Optional[str], facts: Mapping[str, Any], entries: Entries, redact: Callable[[str], str] = str
) -> List[str]:
    """Write the page, if a path is given.

    :returns: a warning if it could not be written: the result of the run stands.
    """
    if not path:
        return []
    try:
        write_private_parts(path, Page(facts, entries, redact).parts())
    except LongshoreError as error:
        return ["html_report_path was not written: {0}".format(error)]
    return []


def _number(count: int, noun: str) -> str:
    return "{0:,} {1}{2}".format(count, noun, "" if count == 1 else "s")


def _duration(seconds: Any) -> str:
    value = float(seconds)
    return "{0:.1f} s".format(value) if value < 60 else human_duration(value)


def _seconds(moment: Any) -> Optional[int]:
    try:
        return calendar.timegm(time.strptime(str(moment), _TIME))
    except ValueError:
        return None


def _clock(moment: float) -> str:
    return time.strftime("%H:%M", time.gmtime(moment))


def _end(started: str, duration: float) -> str:
    begin = _seconds(started)
    if begin is None:
        return "?"
    shape = "%H:%M:%S UTC" if begin // 86400 == int(begin + duration) // 86400 else "%Y-%m-%d %H:%M:%S UTC"
    return time.strftime(shape, time.gmtime(begin + duration))
