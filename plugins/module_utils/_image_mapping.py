# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connects two rooms: the rules and reports of copies, and references to images in workloads.

Tells where an image is after a copy, by the copy's rules, its reports, or both; or only if a verification has shown it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping, Optional, Sequence, Tuple

from ._http_values import NotUnderstood
from ._json import read_shape
from ._registry.config.documents import load_document
from ._registry.errors import RulesError
from ._registry.model.reference import ReferenceProblem, Repository
from ._registry.report.shard_reports import LARGEST, find_reports
from ._registry.rules.parser import parse_rules
from ._registry.rules.patterns import compile_expression
from ._registry.rules.rule import Rule
from ._registry.run.image import COPIED, EQUAL, SKIPPED
from ._secrets import read_text
from ._workloads.errors import WorkloadsError
from ._workloads.model.image import ImageName, NotAnImage, parse_image

_PINNED = "it is pinned to a digest, which a conversion changes: give the report of its copy"
_SEVERAL = "its tag is not known here, and its tags have several destinations"
_NOT_COPIED = "it is in no report as copied"
_NOT_VERIFIED = "no report has it as verified"
_VERIFY = "Copy it with image_copy, and give a report of image_verify that has it as equal."
_VERIFIED = {
    "version": int,
    "results": [
        {
            **dict.fromkeys(("source", "destination", "verdict"), str),
            **dict.fromkeys(("reason", "error", "attached_to", "source_digest", "found"), (str, None)),
        }
    ],
}
_DENIALS = ("different", "missing")
_DISAGREE = "one has it as equal, another does not: verify it again, and give the newest report alone"
_NO_DIGEST = "the report has no digest of it at the destination"


class NoAnswer(WorkloadsError):
    """Where an image is cannot be told; the text says why."""


class RuleMapping:
    """Where images are, by rules alone: the first rule that copies an image counts."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules: Dict[Tuple[str, str], List[Rule]] = {}
        self._scopes: List[Rule] = []
        for rule in rules:
            if rule.scope is None:
                self._rules.setdefault((rule.source.registry, rule.source.name), []).append(rule)
            else:
                self._scopes.append(rule)

    def __call__(self, image: ImageName, any_tag: bool) -> Optional[ImageName]:
        """Its destination; None if no rule copies it.

        :param any_tag: whether its tag is not known.
        :raises NoAnswer: that depends on what is not known.
        """
        found: Dict[Tuple[Repository, Optional[str]], None] = {}
        for rule in [*self._rules.get((image.registry, image.path), ()), *self._scopes]:
            place = _destination(rule, image)
            if place is None:
                continue
            for tag in _tags(rule, image, any_tag):
                found.setdefault((place, tag))
                if not any_tag:
                    return _named(place, tag)
        if image.digest and not any_tag and self._selects(image):
            raise NoAnswer(_PINNED)
        if len(found) > 1:
            raise NoAnswer(_SEVERAL)
        return _named(*next(iter(found))) if found else None

    def _selects(self, image: ImageName) -> bool:
        """Whether a rule copies the image with this digest, or might."""
        return self._pinned(image) is not None

    def _pinned(self, image: ImageName) -> Optional[ImageName]:
        """Where a rule copies the image with this digest, or might copy it."""
        for rule in [*self._rules.get((image.registry, image.path), ()), *self._scopes]:
            place = _destination(rule, image)
            if place is not None and rule.selector.kind != "digest":
                return _named(place, image.tag)
            if place is not None and image.digest in rule.selector.values:
                return _named(place, next(iter(rule.destination_tags or ()), None))
        return None

    def alone(self, image: ImageName) -> Dict[str, str]:
        """A rule for this image alone, source and destination; empty if no rule copies it."""
        if image.digest is None:
            found = self(image, False)
            return {} if found is None else {image.full: str(found)}
        place = self._pinned(image)
        return {} if place is None else {"{0}@{1}".format(image.repository, image.digest): str(place)}

    def origin(self, image: ImageName) -> Dict[str, str]:
        """Rules, each for one image alone, that have put this image where it is; none if that cannot be told."""
        there, found = (image.registry, image.path), {}
        for rule in (rule for rules in self._rules.values() for rule in rules):
            if (rule.destination.registry, rule.destination.name) != there:
                continue
            kind, values = rule.selector.kind, rule.selector.values
            if kind == "digest":
                place = _named(rule.destination, next(iter(rule.destination_tags or ()), None))
                found.update({"{0}@{1}".format(rule.source, value): str(place) for value in values})
            elif image.digest is None:
                back = dict(zip(rule.destination_tags or values, values)) if kind == "list" else {}
                tag = back.get(image.pulled_tag) if kind == "list" else image.pulled_tag
                if tag is not None:
                    found["{0}:{1}".format(rule.source, tag)] = str(image)
        return found


def _named(place: Repository, tag: Optional[str]) -> ImageName:
    return ImageName(place.registry, place.name, tag)


def _destination(rule: Rule, image: ImageName) -> Optional[Repository]:
    """The repository at the destination, if the rule is for the image's repository."""
    if rule.scope is None:
        same = (rule.source.registry, rule.source.name) == (image.registry, image.path)
        return rule.destination if same else None
    if rule.source.registry != image.registry:
        return None
    for name in rule.scope.repositories(rule.scope.covers(rule.source.name, [image.path])):
        try:
            return rule.scope.destination(rule.destination, name)
        except ReferenceProblem:
            return None
    return None


def _tags(rule: Rule, image: ImageName, any_tag: bool) -> List[Optional[str]]:
    """The tag at the destination, if the rule selects the image's; with an unknown tag None, if it keeps the tags."""
    kind, values = rule.selector.kind, rule.selector.values
    if kind == "digest" or image.digest:
        return []
    if any_tag:
        renamed = kind == "list" and rule.destination_tags is not None and rule.destination_tags != values
        return [*dict.fromkeys(rule.destination_tags or ())] if renamed else [None]
    tag = image.pulled_tag
    if kind == "list":
        pairs = dict(zip(values, rule.destination_tags or values))
        return [pairs[tag]] if tag in pairs else []
    if kind == "regex" and not compile_expression(values[0]).search(tag):
        return []
    if rule.tag_filter is not None and tag not in rule.tag_filter.candidates([tag], "").tags:
        return []
    return [tag]


class ReportMapping:
    """Where images are, by the reports of their copies: only those that have arrived, with the digests they have there.

    :param results: the entries of the reports.
    """

    def __init__(self, results: Sequence[Mapping[str, Any]]) -> None:
        self._tags: Dict[str, ImageName] = {}
        self._digests: Dict[str, Tuple[ImageName, str]] = {}
        self._repositories: Dict[str, Dict[str, ImageName]] = {}
        for entry in results:
            if entry["outcome"] not in (COPIED, SKIPPED):
                continue
            try:
                source, destination = parse_image(entry["source"]), parse_image(entry["destination"])
            except NotAnImage:
                continue  # Not from a registry, or a referrer without a tag.
            self._add(source, destination, entry)

    def _add(self, source: ImageName, destination: ImageName, entry: Mapping[str, Any]) -> None:
        if source.tag:
            self._tags.setdefault("{0}:{1}".format(source.repository, source.tag), destination)
            place = ImageName(destination.registry, destination.path, None)
            kept = place if source.tag == destination.tag else destination
            self._repositories.setdefault(source.repository, {}).setdefault(str(kept), kept)
        digest = source.digest or entry.get("source_digest")
        if digest:
            key = "{0}@{1}".format(source.repository, digest)
            arrived = entry.get("destination_digest") or destination.digest or ""
            self._digests.setdefault(key, (destination, arrived))

    def __call__(self, image: ImageName, any_tag: bool) -> Optional[ImageName]:
        """As for C(RuleMapping)."""
        if any_tag:
            places = list(self._repositories.get(image.repository, {}).values())
            if len(places) > 1:
                raise NoAnswer(_SEVERAL)
            return places[0] if places else None
        if image.digest is None:
            return self._tags.get("{0}:{1}".format(image.repository, image.pulled_tag))
        destination, digest = self._digests.get("{0}@{1}".format(image.repository, image.digest), (None, ""))
        if destination is None:
            return None
        if not digest:
            raise NoAnswer(_NO_DIGEST)
        tag = (destination.tag or image.tag) if image.tag else None
        return ImageName(destination.registry, destination.path, tag, digest)


class ArrivedMapping:
    """Where images are, by rules, of which only those count that a report has as copied."""

    def __init__(self, rules: RuleMapping, reports: ReportMapping) -> None:
        self._rules = rules
        self._reports = reports

    def __call__(self, image: ImageName, any_tag: bool) -> Optional[ImageName]:
        """As for C(RuleMapping)."""
        found = self._reports(image, any_tag)
        if found is None and self._wanted(image, any_tag):
            raise NoAnswer(_NOT_COPIED)
        return found

    def _wanted(self, image: ImageName, any_tag: bool) -> bool:
        try:
            return self._rules(image, any_tag) is not None
        except NoAnswer:
            return True


class VerifiedMapping:
    """Where images are, by reports of verifications: only those that are there as they should be.

    :param results: the entries of the reports.
    """

    def __init__(self, results: Sequence[Mapping[str, Any]]) -> None:
        own = [entry for entry in results if not entry.get("attached_to")]
        self._denied = {_pair(entry) for entry in own if entry["verdict"] in _DENIALS}
        self._equal = ReportMapping(
            [
                {**entry, "outcome": SKIPPED, "destination_digest": entry.get("found")}
                for entry in own
                if entry["verdict"] == EQUAL and _pair(entry) not in self._denied
            ]
        )
        self._others: Dict[str, str] = {}
        self._there = set()
        for entry in own:
            try:
                source, destination = parse_image(entry["source"]), parse_image(entry["destination"])
            except NotAnImage:
                continue
            self._there.add(destination.registry)
            reason = entry.get("reason") or entry.get("error") or ""
            if entry["verdict"] == EQUAL and _pair(entry) in self._denied:
                self._others[source.full] = _DISAGREE
            elif entry["verdict"] != EQUAL:
                self._others.setdefault(source.full, reason)

    def __call__(self, image: ImageName, any_tag: bool = False) -> Optional[ImageName]:
        """Its destination; None if it is from there already.

        :param any_tag: whether its tag is not known.
        :raises NoAnswer: it is not shown to be there.
        """
        found = self._equal(image, any_tag)
        if found is not None:
            return found
        reason = self._others.get(image.full)
        if reason is None and image.registry in self._there:
            return None
        raise NoAnswer(_NOT_VERIFIED + (": {0}".format(reason) if reason else ""), hint=_VERIFY)


def _pair(entry: Mapping[str, Any]) -> Tuple[str, str]:
    """What an entry compares."""
    return entry["source"], entry["destination"]


def proof_of(places: Sequence[str]) -> VerifiedMapping:
    """The mapping by reports of C(image_verify).

    :param places: files, patterns or directories.
    :raises LongshoreError: one cannot be read, or is something else.
    """
    found, missing = find_reports(places, ())
    if missing or not found:
        where = missing[0].path if missing else ", ".join(places) or "verified"
        raise WorkloadsError("there is no report", where=where, hint="Write it with image_verify's report_path.")
    return VerifiedMapping([entry for report in found for entry in _verified(report.path)])


def _verified(path: str) -> List[Dict[str, Any]]:
    try:
        entries: List[Dict[str, Any]] = read_shape(read_text(path, LARGEST), _VERIFIED)["results"]
    except NotUnderstood as problem:
        what = "this is not a report of image_verify: {0}".format(problem)
        raise WorkloadsError(what, where=path, hint="Write it with image_verify's report_path.") from None
    return entries


def rules_alone(rules: Sequence[Rule], images: Sequence[str]) -> Dict[str, str]:
    """The part of rules that copies these images, or has copied them to where they are: a rule for each image alone.

    :param images: as they are pulled. Those without a rule are left out.
    """
    mapping = RuleMapping(rules)
    found: Dict[str, str] = {}
    for text in images:
        try:
            image = parse_image(text)
        except NotAnImage:
            continue
        for source, destination in (mapping.alone(image) or mapping.origin(image)).items():
            found.setdefault(source, destination)
    return found


def without_rule(rules: Sequence[Rule], images: Sequence[str]) -> List[str]:
    """Those of some images, as they are pulled, that no rule copies."""
    mapping = RuleMapping(rules)
    return [text for text in images if not mapping.alone(parse_image(text))]


def mapping_of(params: Mapping[str, Any], environ: Mapping[str, str]) -> Any:
    """The mapping by a module's options: rules, reports, or both, or reports of verifications alone.

    :raises LongshoreError: none is given, or one cannot be read.
    """
    rules = _read_rules(params, environ)
    reports = _read_reports(params.get("reports") or [])
    if params.get("verified"):
        if rules is not None or reports is not None:
            raise WorkloadsError(
                "verified and images, images_file or reports are mutually exclusive",
                hint="A report of image_verify says where images are by itself.",
            )
        return proof_of(params["verified"])
    if rules is None and reports is None:
        raise WorkloadsError(
            "neither images, images_file, reports nor verified is set",
            hint="Say where the images are now: by the rules of their copy, its reports, or both.",
        )
    if rules is None or reports is None:
        return rules if reports is None else reports
    return ArrivedMapping(rules, reports)


def _read_rules(params: Mapping[str, Any], environ: Mapping[str, str]) -> Optional[RuleMapping]:
    path = params["images_file"]
    if params["images"] and path:
        raise RulesError(["images and images_file are mutually exclusive"])
    if not params["images"] and not path:
        return None
    rules = parse_rules(
        load_document(path) if path else params["images"],
        where=path or "images",
        environ=environ,
        default_registry=params["default_registry"],
        default_namespace=params["default_namespace"],
        dialect=params["dialect"],
    )
    return RuleMapping(rules)


def _read_reports(places: Sequence[str]) -> Optional[ReportMapping]:
    if not places:
        return None
    found, missing = find_reports(places, ())
    if missing:
        raise WorkloadsError("the report does not exist", where=missing[0].path, hint="Write it with report_path.")
    return ReportMapping([entry for report in found for entry in report.read()["results"]])
