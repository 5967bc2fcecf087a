# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions in tags, and ranges of them.

The order is that of Semantic Versioning 2.0.0 (section 11), the ranges are those of npm (its C(semver) documentation):
comparators, C(^), C(~), x-ranges, hyphen ranges, C(||). Tags are parsed more leniently than the specification allows:
C(v1.2.3), C(1.2), C(1), C(1.2.3.4) and leading zeros are versions too, and since a tag cannot contain a plus sign, an
underscore begins the build metadata (Helm's notation).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any, FrozenSet, List, NamedTuple, Optional, Tuple

from ..._lazy import pattern

_VERSION = pattern(
    r"[vV]?(?P<release>[0-9]+(?:\.[0-9]+){0,5})"
    r"(?:-(?P<prerelease>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?"
    r"(?:[+_](?P<build>[0-9A-Za-z._-]+))?\Z"
)
_PARTIAL = pattern(
    r"[vV]?(?P<numbers>[0-9]+(?:\.[0-9]+)*)?(?P<wild>(?:(?<=[0-9])\.|^|(?<=[vV]))[xX*](?:\.[xX*])*)?"
    r"(?:-(?P<prerelease>[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z.-]+)?\Z"
)
_HYPHEN = pattern(r"\s*(\S+)\s+-\s+(\S+)\s*\Z")
_OPERATOR = pattern(r"(>=|<=|~>|[<>=^~])?\s*([^\s,<>=^~|]+)")
_SEPARATORS = pattern(r"[\s,]*")

_LONGEST_RANGE = 1000


class RangeProblem(Exception):
    """A sentence about an invalid range."""


@functools.total_ordering
@dataclass(frozen=True, eq=False)
class Version:
    """One version. Build metadata affects neither the order nor equality.

    :param release: three numbers or more; further zeros mean nothing.
    :param prerelease: numbers and words, empty for a release.
    """

    release: Tuple[int, ...]
    prerelease: Tuple[str, ...] = ()

    @property
    def key(self) -> Tuple[Any, ...]:
        """The sort key: a release comes after its prereleases, numbers before words."""
        release = self.release
        while len(release) > 3 and release[-1] == 0:
            release = release[:-1]
        parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.prerelease)
        return release, not parts, parts

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Version) and self.key == other.key

    def __lt__(self, other: Version) -> bool:
        return bool(self.key < other.key)

    def __hash__(self) -> int:
        return hash(self.key)


def parse_version(text: str) -> Optional[Version]:
    """The version in a tag, or None if it is not a version (C(latest), C(main), C(1.2.3rc1))."""
    match = _VERSION.match(text)
    if match is None:
        return None
    numbers = [int(number) for number in match.group("release").split(".")]
    prerelease = match.group("prerelease")
    return Version(tuple(numbers + [0] * (3 - len(numbers))), tuple(prerelease.split(".")) if prerelease else ())


class _Comparator(NamedTuple):
    operator: str
    version: Version

    def holds(self, version: Version) -> bool:
        if self.operator == "<":
            return version < self.version
        if self.operator == "<=":
            return version <= self.version
        if self.operator == ">":
            return version > self.version
        return version >= self.version if self.operator == ">=" else version == self.version


class _Set(NamedTuple):
    """Comparators that must all hold.

    :ivar named: the releases with prereleases written by the user.
    """

    comparators: Tuple[_Comparator, ...]
    named: FrozenSet[Tuple[int, ...]]

    def holds(self, version: Version, prereleases: bool) -> bool:
        if not all(comparator.holds(version) for comparator in self.comparators):
            return False
        return prereleases or not version.prerelease or version.release in self.named


class Range:
    """A range of versions.

    :param prereleases: whether prereleases match like any other version. Otherwise one matches only if the range names
        one of the same release (npm's rule): C(>=1.3.0-rc.1) has 1.3.0-rc.2 and not 1.4.0-rc.1.
    :raises RangeProblem: the text is not a range.
    """

    def __init__(self, text: str, prereleases: bool = False) -> None:
        if len(text) > _LONGEST_RANGE:
            raise RangeProblem("the range is too long: {0} characters are allowed".format(_LONGEST_RANGE))
        self.text = text
        self._prereleases = prereleases
        self._sets = [_set_of(part, prereleases) for part in text.split("||")]

    def __contains__(self, version: Version) -> bool:
        return any(one.holds(version, self._prereleases) for one in self._sets)


class _Partial(NamedTuple):
    """A version as written in ranges: the numbers given, at most three if others follow."""

    numbers: Tuple[int, ...]
    prerelease: Tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.numbers) >= 3

    def floor(self, prereleases: bool) -> Version:
        """The lowest version that it covers."""
        lowest = ("0",) if prereleases and not self.is_whole else ()
        return Version(_padded(self.numbers), self.prerelease or lowest)

    def after(self, places: int) -> Version:
        """The lowest version above all that begin with these numbers; its prereleases come after it."""
        head = self.numbers[:places]
        return Version(_padded(head[:-1] + (head[-1] + 1,)), ("0",))


def _padded(numbers: Tuple[int, ...]) -> Tuple[int, ...]:
    return numbers + (0,) * (3 - len(numbers))


def _partial(text: str) -> _Partial:
    match = _PARTIAL.match(text)
    if match is None or not (match.group("numbers") or match.group("wild")):
        raise RangeProblem('invalid version "{0}": write one such as 1.2.3, 1.2 or 1.x'.format(text[:100]))
    numbers = tuple(int(number) for number in (match.group("numbers") or "").split(".") if number)
    prerelease = tuple((match.group("prerelease") or "").split(".")) if match.group("prerelease") else ()
    if prerelease and (match.group("wild") or len(numbers) < 3):
        raise RangeProblem('"{0}" has a prerelease and no whole version: write it as 1.2.3-rc.1'.format(text[:100]))
    if len(numbers) + (match.group("wild") or "").count(".") > 6:
        raise RangeProblem('"{0}" has too many numbers: six are allowed'.format(text[:100]))
    return _Partial(numbers, prerelease)


def _set_of(text: str, prereleases: bool) -> _Set:
    hyphen = _HYPHEN.match(text)
    if hyphen:
        first, last = _partial(hyphen.group(1)), _partial(hyphen.group(2))
        return _finish([(">=", first), ("<=", last)], prereleases)
    written: List[Tuple[str, _Partial]] = []
    position = _SEPARATORS.match(text).end()  # type: ignore[union-attr]
    while position < len(text):
        match = _OPERATOR.match(text, position)
        if match is None:
            raise RangeProblem(
                'the range cannot be read from "{0}" on: write comparators such as >=1.2 <3, ^1.2, ~1.2.3, 1.x, or '
                "1.2 - 1.4, and || between alternatives".format(text[position : position + 100])
            )
        written.append((match.group(1) or "=", _partial(match.group(2))))
        position = _SEPARATORS.match(text, match.end()).end()  # type: ignore[union-attr]
    return _finish(written, prereleases)


def _finish(written: List[Tuple[str, _Partial]], prereleases: bool) -> _Set:
    comparators: List[_Comparator] = []
    for operator, partial in written:
        comparators.extend(_desugar(operator, partial, prereleases))
    named = frozenset(partial.numbers for _operator, partial in written if partial.prerelease)
    return _Set(tuple(comparators), named)


_NOTHING = _Comparator("<", Version((0, 0, 0), ("0",)))


def _desugar(operator: str, partial: _Partial, prereleases: bool) -> List[_Comparator]:
    """The plain comparators for a given one, by npm's "Advanced Range Syntax"."""
    numbers = partial.numbers
    if not numbers:
        # A star alone: everything, with nothing beyond it.
        return [_NOTHING] if operator in ("<", ">") else []
    floor = partial.floor(prereleases)
    if operator == "^":
        # Up to the leftmost number that is not zero; for 0.0.x and 0.x the last one written.
        places = next((place for place, number in enumerate(numbers[:3], 1) if number), min(len(numbers), 3))
        return [_Comparator(">=", floor), _Comparator("<", partial.after(places))]
    if operator in ("~", "~>"):
        return [_Comparator(">=", floor), _Comparator("<", partial.after(min(len(numbers), 2)))]
    if partial.is_whole:
        return [_Comparator(operator, floor)]
    after = partial.after(len(numbers))
    if operator == "=":
        return [_Comparator(">=", floor), _Comparator("<", after)]
    if operator == ">":
        return [_Comparator(">=", after)]
    return [_Comparator("<", after)] if operator == "<=" else [_Comparator(operator, floor)]
