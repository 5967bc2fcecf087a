# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters a repository's tags further than the rule's source: allow, deny, semver, newest, in this order.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..config.documents import describe
from .patterns import EVERY_NAME, Patterns, check_keys, read_patterns
from .semver import Range, RangeProblem, Version, parse_version

BY_SEMVER = "semver"
BY_CREATED = "created"
NEWEST_BY = (BY_SEMVER, BY_CREATED)
TAG_KEYS = ("allow", "deny", "semver", "prereleases", "newest", "newest_by")
EVERYTHING = "*"
_LEAST = Version((0, 0, 0), ("0",))


class Chosen(NamedTuple):
    """Tags, and the number left after each step, as a phrase for the message if none are left."""

    tags: List[str]
    story: str


@dataclass(frozen=True)
class TagFilter:
    """The key C(tags) of a rule.

    :param ranges: a version in any of them is selected; empty for all tags, versions or not.
    :param newest: maximum number of tags; None for all.
    """

    patterns: Patterns = EVERY_NAME
    ranges: Tuple[Range, ...] = ()
    newest: Optional[int] = None
    newest_by: str = BY_SEMVER

    def needs_created(self, candidates: Sequence[str]) -> bool:
        """Whether the creation times of their images decide between the candidates."""
        return self.newest is not None and self.newest_by == BY_CREATED and len(candidates) > self.newest

    def candidates(self, tags: Sequence[str], story: str) -> Chosen:
        """The tags before C(newest) is applied, in order.

        :param story: how many there were before, as a phrase.
        """
        chosen, steps = list(tags), [story]
        if self.patterns.allow:
            chosen = self.patterns.allowed(chosen)
            steps.append("{0} allowed".format(len(chosen)))
        if self.patterns.deny:
            chosen = self.patterns.not_denied(chosen)
            steps.append("{0} not denied".format(len(chosen)))
        if self.ranges:
            versions = [tag for tag in chosen if self._in_range(tag)]
            text = " || ".join(one.text.strip() or EVERYTHING for one in self.ranges)
            steps.append("{0} in the range {1}".format(len(versions), text))
            if not versions and any((parse_version(tag) or _LEAST).prerelease and parse_version(tag) for tag in chosen):
                steps.append("which excludes prereleases unless prereleases is true")
            chosen = versions
        return Chosen(chosen, ", ".join(steps))

    def latest(self, tags: Sequence[str], created: Mapping[str, float]) -> List[str]:
        """The newest of the candidates, newest first; all of them, in order, if there are no more.

        Ties are broken by name, so that the same tags give the same result.

        :param created: creation time of each, if C(needs_created) is true.
        """
        if self.newest is None or len(tags) <= self.newest:
            return list(tags)
        if self.newest_by == BY_CREATED:
            ordered = sorted(tags, key=lambda tag: (created[tag], tag), reverse=True)
        else:
            ordered = sorted(tags, key=_version_and_name, reverse=True)
        return ordered[: self.newest]

    def _in_range(self, tag: str) -> bool:
        version = parse_version(tag)
        return version is not None and any(version in one for one in self.ranges)


def _version_and_name(tag: str) -> Tuple[Version, str]:
    return parse_version(tag) or _LEAST, tag


def read_tag_filter(value: Any, where: str, problems: List[str]) -> Optional[TagFilter]:
    """The mapping C(tags) of a rule; problems name the key."""
    if not isinstance(value, dict) or not value:
        words = "an empty mapping" if value == {} else describe(value)
        problems.append("{0}: it is {1}: write a mapping with {2}".format(where, words, ", ".join(TAG_KEYS)))
        return None
    count = len(problems)
    check_keys(value, TAG_KEYS, where, problems)
    lists = {
        name: read_patterns(value[name], "{0}: {1}".format(where, name), problems)
        for name in ("allow", "deny")
        if name in value
    }
    newest, newest_by = _read_newest(value, where, problems)
    ranges = _read_ranges(value, newest is not None and newest_by == BY_SEMVER, where, problems)
    return TagFilter(Patterns(**lists), ranges, newest, newest_by) if len(problems) == count else None


def _read_newest(value: Dict[Any, Any], where: str, problems: List[str]) -> Tuple[Optional[int], str]:
    newest, newest_by = value.get("newest"), value.get("newest_by", BY_SEMVER)
    if "newest" in value and (isinstance(newest, bool) or not isinstance(newest, int) or newest < 1):
        problems.append("{0}: newest: write how many tags, a number from 1 on".format(where))
        newest = 1
    if newest_by not in NEWEST_BY:
        problems.append("{0}: newest_by: write one of {1}".format(where, ", ".join(NEWEST_BY)))
        newest_by = BY_SEMVER
    if "newest_by" in value and "newest" not in value:
        problems.append("{0}: newest_by says how newest is meant: write newest, the number of tags, too".format(where))
    return newest, newest_by


def _read_ranges(value: Dict[Any, Any], by_version: bool, where: str, problems: List[str]) -> Tuple[Range, ...]:
    prereleases = value.get("prereleases", False)
    if not isinstance(prereleases, bool):
        problems.append("{0}: prereleases: write true or false without quotes".format(where))
        prereleases = False
    if "semver" not in value:
        if "prereleases" in value and not by_version:
            problems.append(
                "{0}: prereleases belongs to semver, or to newest by semver: write one of them".format(where)
            )
        # The newest versions are sought among versions.
        return (Range(EVERYTHING, prereleases),) if by_version else ()
    written = value["semver"]
    place = "{0}: semver".format(where)
    texts = written if isinstance(written, list) and written else [written]
    ranges = []
    for text in texts:
        if not isinstance(text, str):
            problems.append('{0}: it is {1}: write a range in quotes, such as ">=1.2 <3"'.format(place, describe(text)))
            continue
        try:
            ranges.append(Range(text, prereleases))
        except RangeProblem as problem:
            problems.append("{0}: {1}".format(place, problem))
    return tuple(ranges)
