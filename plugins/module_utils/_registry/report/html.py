# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a copy as an HTML page: for those who ask how it went, and those who have to fix it.

The page is self-contained. It is generated piece by piece from the counters and the entries of the JSON report, so that
the text of a hundred thousand images is never in memory at once.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import html
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._secrets import write_private_parts
from ..._text import flat, hide_logins
from ..run.image import COPIED, FAILED, FILTERED, POSTPONED, SKIPPED
from ..run.progress import human_bytes, human_duration
from .html_style import CSP, SCRIPT, STYLE

Entry = Mapping[str, Any]
Entries = Callable[[], Iterable[Entry]]
"""Returns the entries of all images, from the start at each call."""

GROUP_ROWS = 1000
"""Rows of one group; a repository with more tags continues in another one."""

MOST_OPEN = 300
"""Up to this number of images all groups are expanded."""

IMAGE_HEADS = ("Source", "Destination", "Outcome", "Digest")
LABELS = {
    COPIED: "copied",
    SKIPPED: "there already",
    FILTERED: "filtered out",
    POSTPONED: "left for the next run",
    FAILED: "failed",
}


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
        self._counts: Dict[str, int] = {name: int(facts["images"].get(name, 0)) for name in ("total", *LABELS)}

    def parts(self) -> Iterator[str]:
        """The page, piece by piece."""
        headline = self._headline()
        yield (
            '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            '<meta name="referrer" content="no-referrer">\n'
            '<meta http-equiv="Content-Security-Policy" content="{0}">\n'
            "<title>Image migration: {1}</title>\n<style>{2}</style>\n</head>\n<body>\n".format(
                html.escape(CSP), self._text(headline), STYLE
            )
        )
        yield "<header>\n<h1>Image migration</h1>\n"
        yield '<p class="headline {0}">{1}</p>\n'.format("good" if self._good() else "bad", self._text(headline))
        for text in (self._when(), *(self._facts.get("notes") or ())):
            yield "<p>{0}</p>\n".format(self._text(text))
        yield "</header>\n<main>\n"
        yield from self._counters()
        yield from self._list("Problems", self._facts.get("problems") or (), "bad")
        yield from self._list("Warnings", self._facts.get("warnings") or (), "warn")
        if self._counts[FAILED]:
            yield from self._failures()
        yield from self._figures()
        yield from self._shards()
        yield from self._requests()
        yield from self._images()
        yield "</main>\n<script>{0}</script>\n</body>\n</html>\n".format(SCRIPT)

    def _text(self, value: Any) -> str:
        """A value escaped for text and quoted attributes."""
        return html.escape(flat(hide_logins(self._redact(str(value)))))

    # -- the beginning -----------------------------------------------------------------------------------------

    def _good(self) -> bool:
        return not self._counts[FAILED] and not self._facts.get("problems")

    def _headline(self) -> str:
        """The result in one sentence."""
        counts, problems = self._counts, self._facts.get("problems") or ()
        total = _number(counts["total"], "image")
        if counts[FAILED]:
            sentence = "{0} of {1} failed".format(counts[FAILED], total)
        elif problems:
            sentence = "The report is not complete"
        elif not counts["total"]:
            return "There was no image to copy."
        elif counts[POSTPONED]:
            sentence = "{0} of {1} are left for the next run".format(counts[POSTPONED], total)
        elif counts[FILTERED]:
            arrived = counts[COPIED] + counts[SKIPPED]
            sentence = "{0} of {1} are at their destination, the others were filtered out".format(arrived, total)
        elif counts["total"] == 1:
            sentence = "The image is at its destination"
        else:
            sentence = "All {0} are at their destination".format(total)
        parts = [
            "{0} {1}".format(counts[name], text)
            for name, text in ((COPIED, "copied"), (SKIPPED, "there already"), (FILTERED, "filtered out"))
            if counts[name]
        ]
        if problems:
            parts.append(_number(len(problems), "problem"))
        return "{0}{1}.".format(sentence, ": " + ", ".join(parts) if parts else "")

    def _when(self) -> str:
        started, duration = self._facts.get("started_at"), self._facts.get("duration")
        parts = []
        if started:
            parts.append("Started at {0} (UTC)".format(str(started).replace("T", " ").replace("Z", "")))
        if duration is not None:
            parts.append("took {0}".format(_duration(duration)))
        text = ", ".join(parts) or "Start time unknown"
        return text[0].upper() + text[1:] + "."

    def _counters(self) -> Iterator[str]:
        yield '<ul class="counters">\n<li><b>{0}</b> requested</li>\n'.format(self._counts["total"])
        for name, label in LABELS.items():
            count = self._counts[name]
            yield '<li class="{0}"><b>{1}</b> {2}</li>\n'.format(name if count else "none", count, label)
        yield "</ul>\n"

    def _list(self, title: str, texts: Sequence[Any], kind: str) -> Iterator[str]:
        if texts:
            yield '<section class="{0}">\n<h2>{1}</h2>\n<ul>\n'.format(kind, title)
            for text in texts:
                yield "<li>{0}</li>\n".format(self._text(text))
            yield "</ul>\n</section>\n"

    # -- tables ------------------------------------------------------------------------------------------------

    def _table(self, heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
        """A table of texts; a heading that begins with a hash marks a numeric column."""
        kinds = [' class="number"' if head.startswith("#") else "" for head in heads]
        cells = zip(kinds, heads)
        yield '<div class="wide"><table>\n<thead><tr>{0}</tr></thead>\n<tbody>\n'.format(
            "".join('<th scope="col"{0}>{1}</th>'.format(kind, html.escape(head.lstrip("#"))) for kind, head in cells)
        )
        for row in rows:
            yield "<tr>{0}</tr>\n".format(
                "".join("<td{0}>{1}</td>".format(kind, self._text(value)) for kind, value in zip(kinds, row))
            )
        yield "</tbody>\n</table></div>\n"

    def _failures(self) -> Iterator[str]:
        yield '<section class="bad" id="failures">\n<h2>Failures</h2>\n'
        rows = (self._failure(entry) for entry in self._entries() if entry.get("outcome") == FAILED)
        yield from self._table(("Source", "Destination", "Cause", "What to do", "Rule"), rows)
        yield "</section>\n"

    @staticmethod
    def _failure(entry: Entry) -> Tuple[Any, ...]:
        hint = str((entry.get("details") or {}).get("hint") or "")
        # The error's text ends with the remedy, which has its own column here.
        cause = str(entry.get("error") or "").replace(" Remedy: " + hint, "") if hint else entry.get("error") or ""
        rule = entry.get("rule") or ""
        if entry.get("shard"):
            rule = "{0}: {1}".format(entry["shard"], rule)
        return entry.get("source") or "", entry.get("destination") or "", cause, hint, rule

    def _figures(self) -> Iterator[str]:
        facts = self._facts
        size, blobs = facts.get("bytes") or {}, facts.get("blobs") or {}
        uploaded, duration = int(size.get("uploaded") or 0), float(facts.get("duration") or 0)
        rows = [
            ("Duration", _duration(duration)),
            ("Bytes to send", human_bytes(int(size.get("planned") or 0))),
            ("Bytes sent", human_bytes(uploaded)),
            ("Rate", human_bytes(uploaded / duration) + "/s" if duration > 0 else "-"),
            ("Layers and configurations sent", blobs.get("uploaded", 0)),
            ("Mounted from another repository of the destination", blobs.get("mounted", 0)),
            ("Already at the destination", blobs.get("present", 0)),
            ("Images converted for their destination", facts.get("converted", 0)),
            ("Requests", (facts.get("requests") or {}).get("total", 0)),
        ]
        yield '<section>\n<h2>Figures</h2>\n<div class="wide"><table>\n<tbody>\n'
        for name, value in rows:
            yield '<tr><th scope="row">{0}</th><td class="number">{1}</td></tr>\n'.format(name, self._text(value))
        yield "</tbody>\n</table></div>\n</section>\n"

    def _shards(self) -> Iterator[str]:
        shards = self._facts.get("shards") or ()
        if not shards:
            return
        yield "<section>\n<h2>Shards</h2>\n"
        counted = ("#Images", "#Copied", "#There already", "#Filtered out", "#Left", "#Failed")
        yield from self._table(
            ("Shard", "Started at", "#Took", *counted, "#Sent"),
            (
                (
                    shard.get("name") or "",
                    shard.get("started_at") or "",
                    _duration(shard.get("duration") or 0),
                    *((shard.get("images") or {}).get(name, 0) for name in ("total", *LABELS)),
                    human_bytes(int((shard.get("bytes") or {}).get("uploaded") or 0)),
                )
                for shard in shards
            ),
        )
        yield "</section>\n"

    def _requests(self) -> Iterator[str]:
        by_registry = (self._facts.get("requests") or {}).get("by_registry") or {}
        if not by_registry:
            return
        yield "<section>\n<h2>Requests by registry</h2>\n"
        rows: List[Tuple[Any, ...]] = []
        for registry in sorted(by_registry):
            kinds = by_registry[registry]
            text = ", ".join("{0} {1}".format(kind.replace("_", " "), kinds[kind]) for kind in sorted(kinds))
            rows.append((registry, sum(kinds.values()), text))
        yield from self._table(("Registry", "#Requests", "Kinds"), rows)
        yield "</section>\n"

    # -- every image -------------------------------------------------------------------------------------------

    def _images(self) -> Iterator[str]:
        if not self._counts["total"]:
            return
        yield '<section id="images">\n<h2>Images</h2>\n'
        unfolded = " open" if self._counts["total"] <= MOST_OPEN else ""
        for title, continued, rows in _groups(self._entries()):
            ended = ", ".join(
                "{0} {1}".format(count, label)
                for count, label in ((sum(row.get("outcome") == name for row in rows), LABELS[name]) for name in LABELS)
                if count
            )
            yield "<details{0}>\n<summary>{1}{2} <small>{3}</small></summary>\n".format(
                unfolded, self._text(title), " (continued)" if continued else "", ended
            )
            heads = "".join('<th scope="col">{0}</th>'.format(head) for head in IMAGE_HEADS)
            yield '<div class="wide"><table class="images">\n<thead><tr>{0}</tr></thead>\n<tbody>\n'.format(heads)
            for row in rows:
                yield self._image(row)
            yield "</tbody>\n</table></div>\n</details>\n"
        yield "</section>\n"

    def _image(self, entry: Entry) -> str:
        outcome = str(entry.get("outcome") or "")
        return '<tr class="{0}"><td>{1}</td><td>{2}</td><td><b>{3}</b>{4}</td><td>{5}</td></tr>\n'.format(
            outcome if outcome in LABELS else "none",
            self._text(entry.get("source") or ""),
            self._text(entry.get("destination") or ""),
            self._text(LABELS.get(outcome, outcome)),
            "".join("<br>" + self._text(note) for note in _notes(entry)),
            "<br>".join("<code>{0}</code>".format(self._text(digest)) for digest in _digests(entry)),
        )


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


def _groups(entries: Iterable[Entry]) -> Iterator[Tuple[str, bool, List[Entry]]]:
    """Consecutive images with the same two repositories, as in a report: title, continued, entries."""
    title, continued = "", False
    rows: List[Entry] = []
    for entry in entries:
        name = _group_of(entry)
        if rows and (name != title or len(rows) >= GROUP_ROWS):
            yield title, continued, rows
            continued = name == title
            rows = []
        title = name
        rows.append(entry)
    if rows:
        yield title, continued, rows


def _group_of(entry: Entry) -> str:
    name = " \N{RIGHTWARDS ARROW} ".join((_repository(entry.get("source")), _repository(entry.get("destination"))))
    return "{0}: {1}".format(entry["shard"], name) if entry.get("shard") else name


def _repository(reference: Any) -> str:
    """A reference without its tag, digest or expression; a colon may also precede a port."""
    text = str(reference or "").partition("@")[0].partition(":/")[0]
    folder, slash, name = text.rpartition("/")
    return folder + slash + name.partition(":")[0]


def _digests(entry: Entry) -> List[str]:
    """The digest; both, if that of the destination differs."""
    found = [str(entry[name]) for name in ("source_digest", "destination_digest") if entry.get(name)]
    return list(dict.fromkeys(found))


def _notes(entry: Entry) -> List[str]:
    """Further remarks on an image, one per line."""
    notes = [str(entry["reason"])] if entry.get("reason") else []
    if entry.get("converted"):
        notes.append("converted for its destination")
    if entry.get("recompressed"):
        notes.append("{0} recompressed with gzip".format(_number(int(entry["recompressed"]), "layer")))
    if entry.get("attached_to"):
        notes.append("belongs to {0}".format(entry["attached_to"]))
    if entry.get("dropped_platforms"):
        notes.append("{0} left out by the platform filter".format(_number(entry["dropped_platforms"], "platform")))
    if entry.get("dropped"):
        notes.append("left out: {0}".format(", ".join(str(text) for text in entry["dropped"])))
    return notes


def _number(count: int, noun: str) -> str:
    return "{0:,} {1}{2}".format(count, noun, "" if count == 1 else "s")


def _duration(seconds: Any) -> str:
    value = float(seconds)
    return "{0:.1f} s".format(value) if value < 60 else human_duration(value)
