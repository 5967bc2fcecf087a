# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors and warnings about a replication policy, before Harbor is called.

Harbor accepts most of these errors, and fails when it replicates.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Iterable, List, Mapping, Tuple

from ..._resource import State
from ..._swr_names import ORGANIZATION_RULE, is_organization_name
from ..api.version import HarborVersion
from ..errors import HarborError
from ..registry.model import SWR
from .filters import excludes, pattern_of
from .flattening import ALL_LEVELS, check_levels, check_matches, collision, may_write_same
from .patterns import alternatives, may_meet

# The grammar of repository names (distribution's reference package), which Harbor requires of namespaces.
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_NAMESPACE = re.compile(r"{0}(?:/{0})*".format(_COMPONENT))
_FASTEST = 2**31 - 1
_LONGEST_NAME = 255


def check_policy(state: State, registry: Mapping[str, Any], version: HarborVersion, host: str) -> None:
    """
    :param registry: as Harbor describes it.
    :param host: Harbor's own.
    :raises HarborError: it cannot work, or not in this version.
    """
    _check_version(state, version)
    _check_form(state)
    _check_trigger(state)
    to_swr = state["mode"] == "push" and registry.get("type") == SWR
    if to_swr and not state["dest_namespace"]:
        raise HarborError(
            "without a namespace, Harbor uses the name of the project as the organization in SWR",
            where="dest_namespace",
            hint="Set dest_namespace to the organization.",
        )
    organization = state["dest_namespace"].partition("/")[0]
    if to_swr and not is_organization_name(organization):
        raise HarborError(
            "invalid organization name {0!r} for SWR".format(organization),
            where="dest_namespace",
            hint=ORGANIZATION_RULE,
        )
    if to_swr and state["deletion"]:
        raise HarborError(
            "Harbor cannot delete images in SWR; every such run would fail", where="deletion", hint="Set it to false."
        )
    if state["mode"] == "pull" and registry.get("type") == SWR and state["filters"]:
        raise HarborError(
            "Harbor does not apply filters to what it pulls from a registry of type {0}, and would replicate "
            "everything".format(SWR),
            where="filters",
            hint="Add SWR a second time with type docker-registry, and pull from that.",
        )
    name_filter = pattern_of(state["filters"], "name")
    if state["mode"] == "push":
        check_matches(name_filter, host)
    if state["dest_namespace"]:
        check_levels(name_filter, state["dest_namespace_replace_count"], local=state["mode"] == "push")


def _check_version(state: State, version: HarborVersion) -> None:
    """If a version lacks an option, its default is silently omitted."""
    if state["dest_namespace_replace_count"] != ALL_LEVELS:
        version.require("dest_namespace_replace_count")
    for option in ("speed", "copy_by_chunk", "single_active_replication"):
        if state[option]:
            version.require(option)


def _check_form(state: State) -> None:
    if not 1 <= len(state["name"]) <= _LONGEST_NAME:
        raise HarborError(
            "the name has {0} characters".format(len(state["name"])),
            where="name",
            hint="Harbor allows 1 to {0}.".format(_LONGEST_NAME),
        )
    if state["speed"] > _FASTEST:
        raise HarborError(
            "{0} Kbit/s is more than Harbor can count".format(state["speed"]),
            where="speed",
            hint="Set -1 for no limit.",
        )
    if state["dest_namespace"] and not _NAMESPACE.fullmatch(state["dest_namespace"]):
        raise HarborError(
            "invalid namespace {0!r}".format(state["dest_namespace"]),
            where="dest_namespace",
            hint="Use lower-case letters and digits, separated by dots, underscores, hyphens and slashes.",
        )


def _check_trigger(state: State) -> None:
    if state["trigger"] != "event_based":
        return
    if state["mode"] == "pull":
        raise HarborError(
            "Harbor only knows its own events, not those of the registry that it pulls from",
            where="trigger",
            hint="Set trigger to scheduled.",
        )
    if state["single_active_replication"]:
        raise HarborError(
            "Harbor does not support it with trigger event_based",
            where="single_active_replication",
            hint="Set it to false, or use another trigger.",
        )


def policy_warnings(
    state: State, registry: Mapping[str, Any], others: Iterable[Tuple[int, State]], version: HarborVersion
) -> List[str]:
    """Settings that work, but perhaps not as intended.

    :param others: the other policies, each with its registry's id.
    """
    where = "policy {0}".format(state["name"])
    found = []
    if pattern_of(state["filters"], "resource") and version.at_least(2, 8):
        found.append(
            "{0}: Harbor does not apply filters of type resource since 2.8; charts and signatures are replicated like "
            "images. Distinguish them with filters of type name or tag.".format(where)
        )
    local = state["mode"] == "push"
    name_filter, count = pattern_of(state["filters"], "name"), state["dest_namespace_replace_count"]
    if state["dest_namespace"]:
        how = collision(name_filter, count, local)
        if how:
            found.append(
                "{0}: {1}, and repositories with the same name become one in {2}: the last one copied wins. Narrow "
                "the filter of "
                "type name, or replace fewer levels with dest_namespace_replace_count.".format(
                    where, how, state["dest_namespace"]
                )
            )
    elif count != ALL_LEVELS:
        found.append("{0}: dest_namespace_replace_count has no effect without dest_namespace.".format(where))
    if registry.get("status") == "unhealthy":
        found.append(
            "{0}: Harbor finds the registry {1} unhealthy. Test it with module harbor_registry.".format(
                where, state["registry"]
            )
        )
    if state["enabled"] and local:
        found += _shared_destinations(state, registry, others, where)
    return found


def _shared_destinations(
    state: State, registry: Mapping[str, Any], others: Iterable[Tuple[int, State]], where: str
) -> List[str]:
    same = [
        other["name"]
        for number, other in others
        if number == registry.get("id")
        and other["enabled"]
        and other["mode"] == "push"
        and other["dest_namespace"] == state["dest_namespace"]
        and _may_share(state, other)
    ]
    if not same:
        return []
    return [
        "{0}: it may write the same tags of the same repositories in {1} as {2}. Make their filters "
        "exclude each other, or give each its own namespace.".format(
            where, state["registry"], " and ".join(sorted(same))
        )
    ]


def _may_share(one: State, other: State) -> bool:
    counts = [item["dest_namespace_replace_count"] if item["dest_namespace"] else 0 for item in (one, other)]
    names = [pattern_of(item["filters"], "name") for item in (one, other)]
    if not may_write_same(names[0], counts[0], names[1], counts[1]):
        return False
    if any(excludes(item["filters"], "tag") for item in (one, other)):
        return True
    tags = [pattern_of(item["filters"], "tag") or "*" for item in (one, other)]
    return any(may_meet(first, second) for first in alternatives(tags[0]) for second in alternatives(tags[1]))
