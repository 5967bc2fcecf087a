# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: dockerconfigjson
short_description: Format logins as a Kubernetes pull secret
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Formats logins as the JSON string for a secret of type C(kubernetes.io/dockerconfigjson).
  - The same logins always give the same string, so a task that applies it changes nothing the second time.
options:
  _input:
    description:
      - A login, as M(longshore.swr.login_token) or P(longshore.swr.swr_login#filter) returns it.
      - Or a dictionary of registries with C(username) and C(password), such as
        RV(longshore.swr.login_token#module:auth).
      - Or a list of these. If several are for the same registry, the last one wins.
    type: raw
    required: true
notes:
  - The result contains the passwords. Set C(no_log) on tasks that would show it.
seealso:
  - module: longshore.swr.login_token
  - plugin: longshore.swr.swr_login
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the manifest of a pull secret
  ansible.builtin.copy:
    content: "{{ secret | to_nice_json }}"
    dest: "{{ playbook_dir }}/pull-secret.json"
    mode: "0600"
  vars:
    login: "{{ vault_access_key | longshore.swr.swr_login(vault_secret_key, region='cn-north-4') }}"
    secret:
      apiVersion: v1
      kind: Secret
      metadata:
        name: swr
      type: kubernetes.io/dockerconfigjson
      stringData:
        .dockerconfigjson: "{{ login | longshore.swr.dockerconfigjson }}"
  delegate_to: localhost
  no_log: true
"""

RETURN = r"""
_value:
  description:
    - The JSON string for the secret's C(stringData). For C(data), pipe it to P(ansible.builtin.b64encode#filter).
  type: str
"""

import json
from typing import Any, Callable, Dict, Mapping

from ansible.errors import AnsibleFilterError


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
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._logins.docker_config import docker_config

    try:
        config = docker_config(_auth_of(value), with_parts=True)
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.dockerconfigjson: {0}".format(error)) from error
    return json.dumps(config, sort_keys=True, separators=(",", ":"))


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"dockerconfigjson": dockerconfigjson}
