# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.dockerconfigjson). Its documentation is in dockerconfigjson.yml."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.docker_config import docker_config


def _auth_of(value: Any) -> Dict[str, Any]:
    """Maps each registry to its login, from any input of the filter."""
    if isinstance(value, (list, tuple)):
        merged: Dict[str, Any] = {}
        for item in value:
            merged.update(_auth_of(item))
        return merged
    if not isinstance(value, Mapping):
        raise AnsibleFilterError(
            "longshore.swr.dockerconfigjson: "
            "expected a login, a dictionary of logins or a list of these, not {0}".format(type(value).__name__)
        )
    if "registry" in value and "username" in value:
        return {str(value["registry"]): value}
    return dict(value)


def dockerconfigjson(value: Any) -> str:
    """The JSON text of a credential file with these logins, in a fixed order."""
    try:
        config = docker_config(_auth_of(value), with_parts=True)
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.dockerconfigjson: {0}".format(error)) from error
    return json.dumps(config, sort_keys=True, separators=(",", ":"))


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"dockerconfigjson": dockerconfigjson}
