# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses in a Deployment of Harbor's Helm chart.

Additions are recorded in an annotation of the Deployment, so that only they are removed, and a new address
replaces the old one.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import json
from typing import Any, Dict, List, Mapping, Sequence

from ..._json import read_shape
from ..errors import HarborError
from .host_entries import Host

ANNOTATION = "longshore.swr/harbor-hosts"


# The fields read from a Deployment
DEPLOYMENT = {
    "kind": str,
    "metadata": {"name": str, "resourceVersion": (str, None), "annotations": ({ANNOTATION: (str, None)}, None)},
    "spec": {"template": {"spec": {"hostAliases": ([{"ip": str, "hostnames": ([str], None)}], None)}}},
}


def alias_patch(deployment: Any, hosts: Sequence[Host]) -> Dict[str, Any]:
    """The JSON merge patch (RFC 7386) that gives a Deployment exactly these names of ours.

    It carries the C(resourceVersion), so that the API server rejects it after a concurrent change.

    :param deployment: the Deployment, as the API has it.
    :return: empty if there is nothing to change.
    :raises HarborError: this is not a Deployment, or a name has another address that is not ours.
    """
    if not isinstance(deployment, Mapping) or deployment.get("kind") != "Deployment":
        raise HarborError("this is not a Deployment", where="deployment")
    metadata = deployment.get("metadata") or {}
    where = "Deployment {0}".format(metadata.get("name"))
    annotations = metadata.get("annotations") or {}
    pod = ((deployment.get("spec") or {}).get("template") or {}).get("spec") or {}
    before: List[Dict[str, Any]] = [dict(alias) for alias in pod.get("hostAliases") or []]
    aliases = _without(before, _own(annotations.get(ANNOTATION), where))
    own = [host for host in hosts if not _has(aliases, host, where)]
    for host in own:
        _add(aliases, host)
    noted = json.dumps(sorted(str(host) for host in own)) if own else None
    if aliases == before and noted == annotations.get(ANNOTATION):
        return {}
    return {
        "metadata": {"annotations": {ANNOTATION: noted}, "resourceVersion": metadata.get("resourceVersion")},
        "spec": {"template": {"spec": {"hostAliases": aliases or None}}},
    }


def noted_hosts(deployment: Any) -> List[str]:
    """Our entries in a Deployment, or in a patch, as C(name:address)."""
    metadata = deployment.get("metadata") or {}
    return [str(host) for host in _own((metadata.get("annotations") or {}).get(ANNOTATION), "Deployment")]


def _own(noted: Any, where: str) -> List[Host]:
    if not noted:
        return []
    try:
        return [Host(*item.split(":", 1)) for item in read_shape(noted, [str])]
    except (ValueError, TypeError) as error:
        raise HarborError(
            "the annotation {0} cannot be read".format(ANNOTATION),
            where=where,
            hint="Remove the annotation, and the hostAliases that were added, manually.",
        ) from error


def _same_address(one: Any, other: str) -> bool:
    try:
        return ipaddress.ip_address(str(one)) == ipaddress.ip_address(other)
    except ValueError:
        return False


def _without(aliases: Sequence[Mapping[str, Any]], own: Sequence[Host]) -> List[Dict[str, Any]]:
    kept = []
    for alias in aliases:
        names = [host.name for host in own if _same_address(alias.get("ip"), host.address)]
        left = [name for name in alias.get("hostnames") or [] if name not in names]
        if left or not names:
            kept.append(dict(alias, hostnames=left) if names else dict(alias))
    return kept


def _has(aliases: Sequence[Mapping[str, Any]], host: Host, where: str) -> bool:
    """Whether somebody else has added the same entry.

    :raises HarborError: with another address.
    """
    there = False
    for alias in aliases:
        if host.name not in (str(name).lower() for name in alias.get("hostnames") or []):
            continue
        if not _same_address(alias.get("ip"), host.address):
            raise HarborError(
                "hostAliases give {0} the address {1}, and not {2}".format(host.name, alias.get("ip"), host.address),
                where=where,
                hint="Remove that entry, and run again.",
            )
        there = True
    return there


def _add(aliases: List[Dict[str, Any]], host: Host) -> None:
    for alias in aliases:
        if _same_address(alias.get("ip"), host.address):
            alias["hostnames"] = [*(alias.get("hostnames") or []), host.name]
            return
    aliases.append({"ip": host.address, "hostnames": [host.name]})
