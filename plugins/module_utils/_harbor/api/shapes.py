# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The shapes of Harbor's objects, as far as they are read (Harbor's OpenAPI description, 1.10 to 2.15).

Newer versions omit false and empty fields, older ones lack some.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict

_TEXT = (str, None)
_NUMBER = (int, None)
_FLAG = (bool, None)

_REGISTRY: Dict[str, Any] = {
    "id": int,
    "name": str,
    "type": _TEXT,
    "url": _TEXT,
    "description": _TEXT,
    "insecure": _FLAG,
    "ca_certificate": _TEXT,
    "status": _TEXT,
    "credential": ({"access_key": _TEXT, "access_secret": _TEXT}, None),
}
# Harbor's own registry has no name in some versions.
_SIDE = ({"id": _NUMBER, "name": _TEXT, "type": _TEXT, "url": _TEXT}, None)
_POLICY: Dict[str, Any] = {
    "id": int,
    "name": str,
    "description": _TEXT,
    "src_registry": _SIDE,
    "dest_registry": _SIDE,
    "dest_namespace": _TEXT,
    "dest_namespace_replace_count": _NUMBER,
    "filters": ([{"type": str, "value": (str, [str], None), "decoration": _TEXT}], None),
    "trigger": ({"type": _TEXT, "trigger_settings": ({"cron": _TEXT}, None)}, None),
    "enabled": _FLAG,
    "deletion": _FLAG,
    "replicate_deletion": _FLAG,
    "override": _FLAG,
    "speed": _NUMBER,
    "copy_by_chunk": _FLAG,
    "single_active_replication": _FLAG,
}
_EXECUTION: Dict[str, Any] = {
    "id": int,
    "policy_id": _NUMBER,
    "status": str,
    "status_text": _TEXT,
    "trigger": _TEXT,
    "start_time": _TEXT,
    "end_time": _TEXT,
    "total": _NUMBER,
    "failed": _NUMBER,
    "succeed": _NUMBER,
    "in_progress": _NUMBER,
    "stopped": _NUMBER,
}
_TASK: Dict[str, Any] = {
    "id": int,
    "status": str,
    "operation": _TEXT,
    "resource_type": _TEXT,
    "src_resource": _TEXT,
    "dst_resource": _TEXT,
    "start_time": _TEXT,
    "end_time": _TEXT,
}
_ACCESS = {"resource": _TEXT, "action": _TEXT, "effect": _TEXT}
_ROBOT: Dict[str, Any] = {
    "id": int,
    "name": str,
    "description": _TEXT,
    "level": _TEXT,
    "duration": _NUMBER,
    "disable": _FLAG,
    "expires_at": _NUMBER,
    "creation_time": _TEXT,
    "permissions": ([{"kind": _TEXT, "namespace": _TEXT, "access": ([_ACCESS], None)}], None),
}
_ARTIFACT: Dict[str, Any] = {
    "digest": _TEXT,
    "size": _NUMBER,
    "manifest_media_type": _TEXT,
    "type": _TEXT,
    "tags": ([{"name": str}], None),
}

_BY_PATH = tuple(
    (re.compile(path + r"\Z"), shape)
    for path, shape in (
        (r"/registries(/\d+)?", _REGISTRY),
        (r"/replication/adapters", str),
        (r"/replication/policies(/\d+)?", _POLICY),
        (r"/replication/executions(/\d+)?", _EXECUTION),
        (r"/replication/executions/\d+/tasks", _TASK),
        (r"/robots(/\d+)?", _ROBOT),
        (r"/configurations", {"robot_name_prefix": ({"value": _TEXT}, None)}),
        (r"/projects", {"name": str, "project_id": _NUMBER}),
        (r"/repositories|/projects/[^/]+/repositories", {"name": str}),
        (r"/projects/[^/]+/repositories/[^/]+/artifacts", _ARTIFACT),
        (r"/repositories/.+/tags", {"name": str, "digest": _TEXT, "size": _NUMBER}),
    )
)


def shape_of(path: str) -> Any:
    """The shape of one object in a call's reply.

    :param path: below the API's base, without a query.
    """
    return next((shape for expression, shape in _BY_PATH if expression.match(path)), dict)
