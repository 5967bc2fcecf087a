# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who set which field of an object: C(metadata.managedFields) of the sandbox's Kubernetes API.

An entry for each manager and operation has its fields as paths (C(f:), and C(k:) for entries of lists that have a key).
An C(Update) takes the fields that it changes from all others; an C(Apply) of another value than the one that is there
conflicts with the others that own the field. A claim stays when the value is put back. The lists of custom resources
have no keys: who changes an entry owns the list. The server sorts the entries, so each write may move them.
"""

from __future__ import annotations

import json
from typing import Any, Dict, Iterator, List, Set, Tuple

from .kubernetes_kinds import Resource

NOW = "2026-01-01T00:00:00Z"
Path = Tuple[str, ...]
# Lists whose entries have a key, as in the API's schema; entries of others belong to the whole list.
_KEYS = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "env": "name",
}
# What the server sets itself, and nobody owns.
_SERVERS = frozenset(
    ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "name", "namespace")
)


def leaves(item: Dict[str, Any], custom: bool = False) -> Dict[Path, Any]:
    """The fields of an object that somebody can own, with their values."""
    keys = {} if custom else _KEYS
    found: Dict[Path, Any] = {}
    for name, value in item.items():
        if name in ("apiVersion", "kind", "status"):
            continue
        if name == "metadata":
            value = {key: inner for key, inner in value.items() if key not in _SERVERS}
        found.update(_leaves(value, ("f:" + name,), name, keys))
    return found


def _leaves(value: Any, path: Path, name: str, keys: Dict[str, str]) -> Iterator[Tuple[Path, Any]]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, "f:" + key), key, keys)
        return
    key = keys.get(name, "")
    if isinstance(value, list) and value and all(isinstance(one, dict) and key in one for one in value):
        for one in value:
            label = "k:" + json.dumps({key: one[key]}, separators=(",", ":"))
            yield (*path, label, "."), None
            yield from _leaves(one, (*path, label), "", keys)
        return
    yield path, value


def nested(paths: Set[Path]) -> Dict[str, Any]:
    """The paths as C(fieldsV1)."""
    found: Dict[str, Any] = {}
    for path in sorted(paths):
        place = found
        for part in path:
            place = place.setdefault(part, {})
    return found


def paths_in(fields: Dict[str, Any], path: Path = ()) -> Iterator[Path]:
    """The paths in C(fieldsV1)."""
    for name, inner in fields.items():
        if inner:
            yield from paths_in(inner, (*path, name))
        else:
            yield (*path, name)


def claims_of(item: Dict[str, Any]) -> List[Dict[str, Any]]:
    return item["metadata"].get("managedFields") or []


def update(old: Dict[str, Any], new: Dict[str, Any], manager: str, resource: Resource) -> None:
    """Note in the new version that a manager changed what differs from the old one."""
    before, after = leaves(old, resource.custom), leaves(new, resource.custom)
    changed = {path for path, value in after.items() if path not in before or before[path] != value}
    kept = []
    # Those of the new version: a change may remove entries.
    for claim in claims_of(new):
        own = set(paths_in(claim.get("fieldsV1") or {})) & set(after) - changed
        if (claim.get("manager"), claim.get("operation")) == (manager, "Update"):
            own |= changed
        if own:
            kept.append(dict(claim, fieldsV1=nested(own)))
    if changed and not any((one["manager"], one["operation"]) == (manager, "Update") for one in kept):
        kept.append(claim_of(manager, "Update", resource.api_version, changed))
    put(new, kept)


def claim_of(manager: str, operation: str, api_version: str, paths: Set[Path]) -> Dict[str, Any]:
    return {
        "manager": manager,
        "operation": operation,
        "apiVersion": api_version,
        "time": NOW,
        "fieldsType": "FieldsV1",
        "fieldsV1": nested(paths),
    }


def conflicts(
    current: Dict[str, Any], applied: Dict[str, Any], manager: str, resource: Resource
) -> List[Tuple[str, Path]]:
    """The fields that an apply would change and that others own, each with the owner."""
    now, wanted = leaves(current, resource.custom), leaves(applied, resource.custom)
    found = []
    for claim in claims_of(current):
        if (claim["manager"], claim["operation"]) == (manager, "Apply"):
            continue
        for path in sorted(set(paths_in(claim.get("fieldsV1") or {}))):
            if path in wanted and path in now and now[path] != wanted[path]:
                found.append((claim["manager"], path))
    return sorted(found)


def shown(path: Path) -> str:
    """A path as error messages have it: C(.spec.containers[name="app"].image)."""
    text = ""
    for part in path:
        kind, _colon, name = part.partition(":")
        if kind == "k":
            (key, value), *_more = json.loads(name).items()
            text += "[{0}={1}]".format(key, json.dumps(value))
        elif kind == "f":
            text += "." + name
    return text


def put(item: Dict[str, Any], claims: List[Dict[str, Any]]) -> None:
    """Put the claims of an object, in the order of the server."""
    if claims:
        item["metadata"]["managedFields"] = sorted(claims, key=_rank)
    else:
        item["metadata"].pop("managedFields", None)


def _rank(claim: Dict[str, Any]) -> Tuple[bool, str, str]:
    return claim.get("operation") != "Apply", claim.get("time", ""), claim.get("manager", "")
