# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Patches of the sandbox's Kubernetes API: JSON patches, merge patches, strategic merge patches."""

from __future__ import annotations

import copy
from typing import Any, Dict, List, Tuple, Union

from .kubernetes_replies import StatusError

JSON_PATCH = "application/json-patch+json"
MERGE_PATCH = "application/merge-patch+json"
STRATEGIC_PATCH = "application/strategic-merge-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"
# Lists that a strategic patch merges by a key.
_MERGED_BY = {
    "containers": "name",
    "initContainers": "name",
    "ephemeralContainers": "name",
    "volumes": "name",
    "imagePullSecrets": "name",
    "env": "name",
    "ownerReferences": "uid",
}


def json_patch(item: Dict[str, Any], operations: Any) -> Dict[str, Any]:
    """The object after the operations of RFC 6902, as far as the server keeps to it: a replace may add a field.

    :raises StatusError: one of them fails: 422 and no word on which, as the real server.
    """
    result = copy.deepcopy(item)
    if not isinstance(operations, list):
        raise _unreadable(operations, "[]handlers.jsonPatchOp")
    for operation in operations:
        if not isinstance(operation, dict):
            raise _unreadable(operation, "handlers.jsonPatchOp")
    try:
        for operation in operations:
            _carry_out(result, operation)
    except (KeyError, IndexError, TypeError, ValueError):
        raise StatusError(422, details={}) from None
    return result


def _unreadable(value: Any, wanted: str) -> StatusError:
    kind = {dict: "object", list: "array", str: "string", bool: "bool"}.get(type(value), "number")
    text = "error decoding patch: json: cannot unmarshal {0} into Go value of type {1}"
    return StatusError(400, text.format(kind, wanted))


def _carry_out(document: Any, operation: Dict[str, Any]) -> None:
    kind, path = operation["op"], operation["path"]
    if kind == "test":
        if _read(document, path) != operation["value"]:
            raise ValueError(path)
    elif kind == "remove":
        place, key = _place(document, path)
        del place[key]
    elif kind == "replace":
        place, key = _place(document, path)
        place[key] = operation["value"]
    elif kind == "add":
        place, key = _place(document, path, adding=True)
        if isinstance(place, list):
            place.insert(key, operation["value"])  # type: ignore[arg-type]
        else:
            place[key] = operation["value"]
    else:
        raise ValueError(kind)


def _parts(path: str) -> List[str]:
    if not path.startswith("/"):
        raise ValueError(path)
    return [part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/")]


def _place(document: Any, path: str, adding: bool = False) -> Tuple[Any, Union[str, int]]:
    *above, last = _parts(path)
    place = document
    for part in above:
        place = place[_index(place, part, False)]
    return place, _index(place, last, adding)


def _index(place: Any, part: str, adding: bool) -> Union[str, int]:
    if not isinstance(place, list):
        return part
    if part == "-" and adding:
        return len(place)
    number = int(part)
    if not 0 <= number < len(place) + adding:
        raise IndexError(part)
    return number


def _read(document: Any, path: str) -> Any:
    place, key = _place(document, path)
    return place.get(key) if isinstance(place, dict) else place[key]


def merge_patch(value: Any, patch: Any) -> Any:
    """The value after a patch of RFC 7386: mappings are merged, lists are replaced."""
    if not isinstance(patch, dict):
        return copy.deepcopy(patch)
    result = dict(value) if isinstance(value, dict) else {}
    for name, inner in patch.items():
        if inner is None:
            result.pop(name, None)
        else:
            result[name] = merge_patch(result.get(name), inner)
    return result


def strategic_patch(value: Any, patch: Any, name: str = "") -> Any:
    """The value after a strategic merge patch: lists with a key are merged, and entries with a new key are added."""
    if isinstance(patch, dict):
        result = dict(value) if isinstance(value, dict) else {}
        for key, inner in patch.items():
            if inner is None:
                result.pop(key, None)
            else:
                result[key] = strategic_patch(result.get(key), inner, key)
        return result
    merged_by = _MERGED_BY.get(name)
    if not merged_by or not isinstance(patch, list) or not isinstance(value, list):
        return copy.deepcopy(patch)
    merged: List[Any] = list(value)
    for entry in patch:
        known = [number for number, one in enumerate(merged) if one.get(merged_by) == entry.get(merged_by)]
        if known:
            merged[known[0]] = strategic_patch(merged[known[0]], entry)
        else:
            # The server puts new entries first.
            merged.insert(0, copy.deepcopy(entry))
    return merged
