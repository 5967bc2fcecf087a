# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of a replication policy.

There is at most one of each type, their order does not matter, and an empty one counts as missing.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, Optional

from ..api.version import HarborVersion
from ..errors import HarborError
from .patterns import (
    NAME_CHARACTERS,
    TAG_CHARACTERS,
    alternatives,
    foreign_part,
    has_empty_option,
    is_nested,
    lengths,
    problem_of,
)

TYPES = ("name", "tag", "label", "resource")
MATCHES, EXCLUDES = "matches", "excludes"
_DECORATED = ("tag", "label")
_PATTERNS = ("name", "tag")
_WHERE = "filters"

Filters = List[Dict[str, Any]]


def canonical_filters(data: Optional[Iterable[Mapping[str, Any]]]) -> Filters:
    """Filters from Harbor's API, in canonical form."""
    found = []
    for item in data or ():
        kind, value = item.get("type"), item.get("value")
        if isinstance(value, list):
            value = sorted(set(map(str, value)))
        if value in (None, "", []):
            continue
        one = {"type": kind, "value": value}
        if kind in _DECORATED:
            one["decoration"] = item.get("decoration") or MATCHES
        found.append(one)
    return sorted(
        found, key=lambda item: (TYPES.index(item["type"]) if item["type"] in TYPES else len(TYPES), str(item))
    )


def wanted_filters(given: Iterable[Mapping[str, Any]], version: HarborVersion) -> Filters:
    """Check the user's filters.

    :raises HarborError: Harbor would reject one, ignore it, or misread it.
    """
    seen = set()
    for item in given:
        if item["type"] in seen:
            raise HarborError(
                "there are two filters of type {0}".format(item["type"]),
                where=_WHERE,
                hint="Use one. A pattern may have alternatives, as in library/{app,web}.",
            )
        seen.add(item["type"])
        _check(item, version)
    return canonical_filters(dict(item, value=_value(item)) for item in given)


def _value(item: Mapping[str, Any]) -> Any:
    value = item["value"]
    return [value] if item["type"] == "label" and isinstance(value, str) and value else value


def _check(item: Mapping[str, Any], version: HarborVersion) -> None:
    kind, value = item["type"], item["value"]
    where = "{0}, {1}".format(_WHERE, kind)
    texts = value if kind == "label" and isinstance(value, list) else [value]
    for text in texts:
        # YAML turns 1.10 into a number, which would match as 1.1.
        if text is not None and not isinstance(text, str):
            raise HarborError("{0!r} is not a string".format(text), where=where, hint="Write it between quotes.")
        if text and text != text.strip():
            raise HarborError("{0!r} starts or ends with a blank".format(text), where=where)
    if kind in _PATTERNS and value:
        _check_pattern(value, where, version)
        _check_characters(value, where, kind)
    if kind == "label" and isinstance(value, list):
        _check_labels(value, where, item.get("decoration") == EXCLUDES)
    if item.get("decoration") == EXCLUDES:
        if kind not in _DECORATED:
            raise HarborError(
                "only filters of type tag and label can exclude", where=where, hint="Leave decoration out."
            )
        # Older versions drop it, and replicate what should be excluded.
        version.require("decoration", option="{0}, decoration".format(where))
    if kind == "resource" and value:
        _check_resource(value, where, version)


def _check_pattern(value: str, where: str, version: HarborVersion) -> None:
    problem = problem_of(value)
    if not problem and not version.nested_braces:
        newer = "{0} within braces needs Harbor 2.11 (or 2.9.5, or 2.10.3), and this is {1}"
        if is_nested(value):
            problem = newer.format("a slash or a brace", version)
        elif has_empty_option(value):
            problem = newer.format("nothing between commas", version)
    if problem:
        raise HarborError(
            "Harbor cannot use the pattern {0!r}: {1}".format(value, problem),
            where=where,
            hint="Harbor accepts it, but every run would fail or find nothing. Correct it.",
        )


def _check_characters(value: str, where: str, kind: str) -> None:
    """
    :raises HarborError: no name or tag has these characters, so the pattern, or a part of it, never matches.
    """
    is_tag = kind == "tag"
    foreign = foreign_part(value, TAG_CHARACTERS if is_tag else NAME_CHARACTERS)
    if foreign is None and is_tag and any(lengths(components)[0] > 1 for components in alternatives(value)):
        foreign = "/"
    if foreign is None:
        return
    hint = "Select repositories with a filter of type name." if is_tag else "Repository names are in lower case."
    if foreign == ",":
        hint = "Write alternatives between braces: {{{0}}}.".format(value)
    elif foreign == ":" and not is_tag:
        hint = "Leave out Harbor's host and port, and select tags with a filter of type tag."
    raise HarborError(
        "{0!r} can match nothing: no {1} has {2!r}".format(value, "tag" if is_tag else "name of a repository", foreign),
        where=where,
        hint=hint,
    )


def _check_labels(labels: List[str], where: str, excluded: bool) -> None:
    if not all(labels):
        raise HarborError("one of the labels is empty", where=where, hint="Leave it out.")
    if excluded and len(set(labels)) > 1:
        raise HarborError(
            "Harbor would only leave out images that have all of the labels",
            where=where,
            hint="Use one label, and add it to all images to leave out.",
        )


def _check_resource(value: str, where: str, version: HarborVersion) -> None:
    allowed = ["image"]
    if version.at_least(2, 0):
        allowed.append("artifact")
    if not version.known or not version.at_least(2, 8):
        allowed.append("chart")
    if value not in allowed:
        raise HarborError(
            "invalid resource type {0!r} for Harbor {1}".format(value, version),
            where=where,
            hint="Set {0}, or leave the filter out for all.".format(" or ".join(allowed)),
        )


def sent_filters(filters: Filters, version: HarborVersion) -> Filters:
    """Filters as a request has them."""
    if version.supports("decoration"):
        return [dict(item) for item in filters]
    return [{name: item[name] for name in ("type", "value")} for item in filters]


def pattern_of(filters: Filters, kind: str) -> str:
    """The pattern of the filter of this type, empty if there is none."""
    return next((str(item["value"]) for item in filters if item["type"] == kind), "")


def excludes(filters: Filters, kind: str) -> bool:
    return any(item["type"] == kind and item.get("decoration") == EXCLUDES for item in filters)
