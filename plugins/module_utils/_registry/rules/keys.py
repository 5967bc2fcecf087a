# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Further keys of a rule besides source and destination: tags, repositories, platforms, and new names.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Dict, List, Mapping, Optional, Tuple

from ..config.documents import describe
from ..errors import RulesError
from ..model.platforms import PlatformFilter
from .patterns import EVERY_NAME, Patterns, check_keys, read_patterns

if TYPE_CHECKING:
    from .rename import Step
    from .tag_filter import TagFilter

VIA = ("auto", "catalog", "harbor", "swr")
SCOPE_KEYS = ("repositories", "via", "rename")
"""Keys allowed only in a rule for many repositories."""

PLATFORM_KEYS = ("platforms", "os", "arch")
EXTRA_KEYS = ("tags",) + PLATFORM_KEYS + SCOPE_KEYS
SOURCE, DESTINATION = "source", "destination"
RULE_KEYS = (SOURCE, DESTINATION) + EXTRA_KEYS


@dataclass(frozen=True)
class Extras:
    """The parsed keys; without any, a plain rule.

    :ivar written: the keys as the user wrote them.
    """

    tag_filter: Optional[TagFilter] = None
    platforms: Optional[PlatformFilter] = None
    repositories: Patterns = EVERY_NAME
    via: str = "auto"
    rename: Tuple[Step, ...] = ()
    written: Mapping[str, Any] = field(default_factory=dict, compare=False)


NO_EXTRAS = Extras()


def read_extras(item: Mapping[Any, Any], where: str, problems: List[str]) -> Extras:
    """Read the keys of one rule; problems name the place and the key. The caller reads C(source), C(destination)."""
    check_keys(item, RULE_KEYS, where, problems)
    written = {name: item[name] for name in EXTRA_KEYS if name in item}
    found: Dict[str, Any] = {"written": written}
    if "tags" in item:
        from .tag_filter import read_tag_filter

        found["tag_filter"] = read_tag_filter(item["tags"], "{0}: tags".format(where), problems)
    if any(name in item for name in PLATFORM_KEYS):
        found["platforms"] = _read_platforms(item, where, problems)
    if "repositories" in item:
        found["repositories"] = _read_repositories(item["repositories"], "{0}: repositories".format(where), problems)
    if "via" in item:
        if item["via"] not in VIA:
            problems.append("{0}: via: write one of {1}".format(where, ", ".join(VIA)))
        else:
            found["via"] = item["via"]
    if "rename" in item:
        from .rename import read_rename

        found["rename"] = read_rename(item["rename"], "{0}: rename".format(where), problems)
    return Extras(**found)


def _read_platforms(item: Mapping[Any, Any], where: str, problems: List[str]) -> Optional[PlatformFilter]:
    lists: Dict[str, List[Any]] = {}
    for name in PLATFORM_KEYS:
        value = item.get(name, [])
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or (name in item and not value):
            words = "an empty list" if value == [] else describe(value)
            problems.append("{0}: {1}: it is {2}: write a list".format(where, name, words))
            value = []
        lists[name] = value
    try:
        return PlatformFilter.from_options(where=where, **lists)
    except RulesError as error:
        problems.extend(error.problems)
        return None


def _read_repositories(value: Any, where: str, problems: List[str]) -> Patterns:
    if not isinstance(value, dict) or not value:
        words = "an empty mapping" if value == {} else describe(value)
        problems.append("{0}: it is {1}: write a mapping with allow, deny".format(where, words))
        return EVERY_NAME
    check_keys(value, ("allow", "deny"), where, problems)
    return Patterns(
        **{
            name: read_patterns(value[name], "{0}: {1}".format(where, name), problems)
            for name in ("allow", "deny")
            if name in value
        }
    )
