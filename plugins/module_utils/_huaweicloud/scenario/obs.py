# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy of an OBS endpoint, and the buckets in which SWR stores layers.

User guide of VPC Endpoint, "Managing the Policy of a VPC Endpoint": a resource is C(bucket), or C(bucket/object), with
wildcards. A pull fails if the policy does not allow the bucket of one of its layers.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Sequence

from ..._resource import State

Statement = Dict[str, Any]


def statement_for(buckets: Sequence[str]) -> Statement:
    """The statement that allows everything in these buckets."""
    return {"Effect": "Allow", "Action": ["*"], "Resource": [name + end for name in buckets for end in ("", "/*")]}


def allowed_policy(statements: Sequence[Statement], buckets: Sequence[str]) -> List[Statement]:
    """The statements of a policy, and one more for those of the buckets that none of them allows.

    :param statements: as C(policies.statements) returns them; none allow everything.
    """
    missing = [name for name in buckets if statements and not any(_allows(item, name) for item in statements)]
    return [*statements, statement_for(missing)] if missing else list(statements)


def denied(statements: Sequence[Statement], buckets: Sequence[str]) -> List[str]:
    """The buckets that a statement forbids reading, perhaps under a condition."""
    return [name for name in buckets if any(item["Effect"] == "Deny" and _is_about(item, name) for item in statements)]


def _allows(statement: Statement, bucket: str) -> bool:
    return statement["Effect"] == "Allow" and not statement.get("Condition") and _is_about(statement, bucket)


def _is_about(statement: Statement, bucket: str) -> bool:
    """Whether it is about reading any object in a bucket."""
    actions = [str(action).rpartition(":")[2].lower() for action in statement["Action"]]
    reads = any(_matches(action, "getobject") for action in actions)
    objects = bucket + "/any/object"
    return reads and any(_matches(str(item), objects) for item in statement.get("Resource") or ["*"])


def _matches(pattern: str, text: str) -> bool:
    """Each part of the pattern, in order: unlike a regular expression, always in linear time."""
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == text
    if not text.startswith(first):
        return False
    place = len(first)
    for part in rest[:-1]:
        place = text.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return text.endswith(rest[-1]) and len(text) - len(rest[-1]) >= place


def is_obs(endpoint: State) -> bool:
    """Whether an endpoint leads to OBS. The names of these services differ by region and cluster."""
    return endpoint["service_type"] == "gateway" and "obs" in str(endpoint["service"]).lower()
