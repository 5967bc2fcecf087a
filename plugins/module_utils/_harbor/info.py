# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gathers the data of module C(harbor_info).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import itertools
from typing import Any, Callable, Dict, List, Mapping

from .api.client import HarborClient, required
from .artifacts import list_artifacts
from .errors import HarborError
from .registry.model import list_registries, public_registry, registry_state
from .replication.executions import Execution
from .replication.policy import policy_state, public_policy, require_policy

_ROBOT = ("id", "name", "description", "level", "duration", "expires_at", "permissions", "creation_time")


def _version(client: HarborClient, _options: Mapping[str, Any]) -> Dict[str, Any]:
    return {"version": client.version.text, "api": client.version.api, "known": client.version.known}


def _adapters(client: HarborClient, _options: Mapping[str, Any]) -> List[str]:
    return sorted(map(str, client.get_list("/replication/adapters")[0]))


def _registries(client: HarborClient, _options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return [public_registry(data, registry_state(data)) for data in list_registries(client)]


def _policies(client: HarborClient, _options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return [public_policy(data, policy_state(data)) for data in client.list("/replication/policies")]


def _executions(client: HarborClient, options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The newest executions, with their policy's name; V(None) if it was deleted."""
    if options["limit"] < 0:
        raise HarborError("{0} is too small".format(options["limit"]), where="limit", hint="Use 0 or more.")
    if options["policy"] is not None:
        policies = [require_policy(client, options["policy"])]
        query = [("policy_id", str(policies[0]["id"]))]
    else:
        policies, query = list(client.list("/replication/policies")), []
    names = {required(policy, "id"): required(policy, "name") for policy in policies}
    listed = client.list("/replication/executions", [*query, ("sort", "-start_time")])
    found = map(Execution.read, itertools.islice(listed, options["limit"]))
    return [
        dict(execution.as_dict(), policy=names.get(execution.policy_id), counts=execution.counts.as_dict())
        for execution in found
    ]


def _artifacts(client: HarborClient, options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    return list_artifacts(client, options["repositories"] or [], options["project"] or "")


def _robots(client: HarborClient, _options: Mapping[str, Any]) -> List[Dict[str, Any]]:
    client.version.require("robots", option="gather: robots")
    return [
        dict({name: robot.get(name) for name in _ROBOT}, disabled=bool(robot.get("disable")))
        for robot in client.list("/robots")
    ]


SUBSETS: Dict[str, Callable[[HarborClient, Mapping[str, Any]], Any]] = {
    "version": _version,
    "adapters": _adapters,
    "registries": _registries,
    "policies": _policies,
    "executions": _executions,
    "artifacts": _artifacts,
    "robots": _robots,
}


def gather(client: HarborClient, options: Mapping[str, Any]) -> Dict[str, Any]:
    """
    :param options: C(gather), and its limits: C(policy), C(limit), C(project), C(repositories).
    :return: a value for each subset.
    :raises HarborError: Harbor refuses one, or lacks it.
    """
    return {name: SUBSETS[name](client, options) for name in SUBSETS if name in options["gather"]}
