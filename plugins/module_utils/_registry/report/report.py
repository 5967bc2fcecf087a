# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The outcome of a run: the module's short result, the full report, and files that can be reused as rules.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, Optional, Sequence, Tuple

from ..._errors import LongshoreError
from ..._json import parse_json
from ..._lazy import pattern
from ..._secrets import write_private
from ..._text import shown
from ..run.image import COPIED, FAILED, FILTERED, OUTCOMES, SKIPPED, Image

MOST_FAILURES = 50
"""Failures in the module's result; AWX drops a result that is too large. The report has all of them."""

MOST_DIFF_LINES = 200
REPORT_VERSION = 1

_SURROGATES = pattern(r"\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}")


def count_attached(images: Sequence[Image]) -> Dict[str, int]:
    """Outcomes of attached artifacts; C(not_supported): could not be copied faithfully."""
    names = {COPIED: "copied", SKIPPED: "skipped", FILTERED: "not_supported", FAILED: "failed"}
    counts = dict.fromkeys(names.values(), 0)
    for image in images:
        if image.attached_to:
            counts[names[str(image.outcome)]] += 1
    return counts


def count_outcomes(images: Sequence[Image]) -> Dict[str, int]:
    """Number of images per outcome. C(total) is what was requested; it always equals the sum of the others.

    A rule that could not be resolved into images counts as one.
    """
    counts = dict.fromkeys(OUTCOMES, 0)
    for image in images:
        counts[str(image.outcome)] += 1
    return dict({"total": len(images)}, **counts)


def summary_line(images: Sequence[Image]) -> str:
    """The closing line, in image-migrator's wording, which its users look for."""
    found = [image for image in images if image.source_ref is not None]
    failed = sum(1 for image in found if image.outcome == FAILED)
    rules = sum(1 for image in images if image.source_ref is None and image.outcome == FAILED)
    return "Images({0}) migration finished, {1} images tasks failed, {2} tasks generate failed".format(
        len(found), failed, rules
    )


class FailureList:
    """The failures of a module's result, up to the limit.

    One of each error comes first: a registry that is down fails thousands of images, and must not hide other failures.
    """

    def __init__(self) -> None:
        self._first: Dict[str, Dict[str, Any]] = {}
        self._further: List[Dict[str, Any]] = []

    def add(self, entry: Dict[str, Any]) -> None:
        """Add a failed image; C(error) is a key of it."""
        if entry["error"] in self._first:
            if len(self._further) < MOST_FAILURES:
                self._further.append(entry)
        elif len(self._first) < MOST_FAILURES:
            self._first[entry["error"]] = entry

    def entries(self) -> List[Dict[str, Any]]:
        """The failures, in result order."""
        return [*self._first.values(), *self._further][:MOST_FAILURES]


def failure_of(image: Image) -> Dict[str, Any]:
    """An image that failed, as an entry of L(FailureList,#)."""
    return {
        "source": image.source_text,
        "destination": image.destination_text,
        "rule": image.rule.where,
        "error": str(image.error or ""),
        "hint": (image.error.hint if image.error else None) or "",
    }


def failures(images: Iterable[Image]) -> List[Dict[str, Any]]:
    """The failures for the module's result."""
    found = FailureList()
    for image in images:
        if image.outcome == FAILED:
            found.add(failure_of(image))
    return found.entries()


def diff_of(images: Sequence[Image]) -> Dict[str, str]:
    """Ansible's diff: the destinations that the run writes, with their new digests."""
    lines = [
        "{0} {1}".format(image.destination_text, image.destination_digest)
        for image in images
        if image.outcome == COPIED or (image.outcome is None and image.tree is not None)
    ]
    if len(lines) > MOST_DIFF_LINES:
        lines = lines[:MOST_DIFF_LINES] + ["and {0} more".format(len(lines) - MOST_DIFF_LINES)]
    return {"before": "", "after": "".join(line + "\n" for line in lines)}


def rules_of(images: Iterable[Image], outcomes: Tuple[str, ...]) -> Dict[str, Any]:
    """The images with these outcomes, as a rules document: source to destination, or to a list of several."""
    rules: Dict[str, Any] = {}
    for image in images:
        if image.outcome not in outcomes or (image.attached_to and FAILED not in outcomes):
            continue
        # An artifact is copied by its image's rule, not by one of its own.
        image = image.owner or image
        # An invalid tag cannot be in a rule: its original rule is used instead.
        source = image.source_text if image.source_ref is not None else image.rule.source_text
        add_rule(rules, source, _destination_of(image))
    return rules


def add_rule(rules: Dict[str, Any], source: str, destination: Any) -> None:
    """Add a destination, or a list of them, to a rules document, unless it is already there."""
    known = rules.get(source)
    if known is None:
        rules[source] = destination
        return
    known = known if isinstance(known, list) else [known]
    more = destination if isinstance(destination, list) else [destination]
    together = known + [one for one in more if one not in known]
    rules[source] = together if len(together) > 1 else together[0]


def _destination_of(image: Image) -> Any:
    """The destination as written in a rule: a mapping if further keys still matter."""
    if image.source_ref is None:
        # The rule's own text, so that an empty destination again means the default.
        destination, further = image.rule.destination_text, dict(image.rule.written)
    else:
        destination = image.destination_text
        further = {} if image.rule.platforms is None else dict(image.rule.platforms.as_dict())
    return dict({"destination": destination}, **further) if further else destination


def successful_rules(images: Iterable[Image]) -> Dict[str, Any]:
    """The images now at their destinations, copied by this run or before."""
    return rules_of(images, (COPIED, SKIPPED))


def failed_rules(images: Iterable[Image]) -> Dict[str, Any]:
    """The images that need another try."""
    return rules_of(images, (FAILED,))


def render_rules(rules: Mapping[str, Any], as_json: bool) -> str:
    """A rules document as text. The YAML form is JSON strings line by line, which every YAML parser accepts."""
    if as_json:
        return json.dumps(rules, indent=2) + "\n"
    if not rules:
        return "{}\n"
    lines = []
    for source, destination in rules.items():
        key, value = _yaml(source), _yaml(destination)
        # Keys of more than 1024 characters must be explicit (YAML 1.1 and 1.2, "implicit keys").
        lines.append("{0}: {1}\n".format(key, value) if len(key) < 1000 else "? {0}\n: {1}\n".format(key, value))
    return "".join(lines)


def _yaml(value: Any) -> str:
    """JSON that is also YAML: without lone surrogates, and without the one ASCII character that YAML rejects."""
    text = _SURROGATES.sub(
        lambda pair: "\\U{0:08x}".format(ord(parse_json('"' + pair.group() + '"'))), json.dumps(value)
    )
    return text.replace("\x7f", "\\u007f")


def render_report(facts: Mapping[str, Any], images: Sequence[Image]) -> Iterator[str]:
    """The report as JSON text, in parts: the result's counters, and all images; those that failed with their rule.

    The text of 100,000 images at once would be larger than everything else that a run keeps.
    """
    document = {"version": REPORT_VERSION}
    document.update(facts)
    document["images"] = count_outcomes(images)  # type: ignore[assignment]
    yield json.dumps(shown(document), indent=1)[: -len("\n}")] + ',\n "results": ['
    for number, image in enumerate(images):
        entry = image.as_dict()
        if image.outcome == FAILED:
            entry["retry"] = failed_rules([image])
        yield (",\n  " if number else "\n  ") + json.dumps(shown(entry))
    yield "\n ]\n}\n"


def write_report(path: Optional[str], redact: Callable[[str], str], document: Mapping[str, Any]) -> List[str]:
    """Write another kind of report as JSON, if a path is given.

    :returns: a warning if it could not be written: its findings stand.
    """
    if not path:
        return []
    try:
        write_private(path, redact(json.dumps(shown(dict({"version": REPORT_VERSION}, **document)), indent=1) + "\n"))
    except LongshoreError as error:
        return ["report_path was not written: {0}".format(error)]
    return []
