# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Policies of VPC endpoints in canonical form.

User guide of VPC Endpoint, "Managing the Policy of a VPC Endpoint": an endpoint without its own policy allows
everything, through a default policy.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List

from ..errors import HuaweiCloudError

_NAMES = {name.lower(): name for name in ("Sid", "Effect", "Action", "Resource", "Condition")}
_LISTS = ("Action", "Resource")


def statements(found: Any, where: str) -> List[Dict[str, Any]]:
    """The statements of a policy; none for one that allows everything.

    :param where: the option or the object.
    :raises HuaweiCloudError: they are invalid.
    """
    made = [_statement(item, where) for item in found or []]
    if len(made) == 1 and _allows_everything(made[0]):
        return []
    return sorted(made, key=repr)


def document(found: Any, where: str) -> Dict[str, Any]:
    """A policy with a version; empty for one that allows everything.

    :raises HuaweiCloudError: it is invalid.
    """
    if not found:
        return {}
    if not isinstance(found, dict) or not isinstance(found.get("Statement"), list):
        raise _invalid(where, "a policy has Version and Statement, a list")
    made = statements(found["Statement"], where)
    return dict(found, Version=str(found.get("Version", "")), Statement=made) if made else {}


def _statement(item: Any, where: str) -> Dict[str, Any]:
    if not isinstance(item, dict):
        raise _invalid(where, "a statement is a mapping")
    made = {}
    for name, value in item.items():
        known = _NAMES.get(str(name).lower())
        if known is None:
            # It may limit the statement.
            made[str(name)] = value
        elif known in _LISTS:
            made[known] = sorted(map(str, value)) if isinstance(value, list) else [str(value)]
        elif value not in (None, "", {}):
            made[known] = value
    if made.get("Effect") not in ("Allow", "Deny") or not made.get("Action"):
        raise _invalid(where, "a statement has Effect, Allow or Deny, and Action, a list")
    return made


def _allows_everything(statement: Dict[str, Any]) -> bool:
    rest = {name: value for name, value in statement.items() if name != "Sid"}
    everywhere = (["*"], ["*", "*/*"], None)
    return rest.pop("Resource", None) in everywhere and rest == {"Effect": "Allow", "Action": ["*"]}


def _invalid(where: str, what: str) -> HuaweiCloudError:
    return HuaweiCloudError(
        "not a policy: {0}".format(what), where=where, hint="Copy it from the console, or leave it out."
    )
