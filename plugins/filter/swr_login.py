# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: swr_login
short_description: Compute the long-term login of an access key to Huawei Cloud SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Computes the user name and the password for SWR's registry from an access key and its secret key, locally.
  - The login is valid as long as the access key is. It cannot be computed from temporary keys, which come with a
    security token. Use M(longshore.swr.login_token) for these.
positional: secret_key
options:
  _input:
    description:
      - The access key (AK).
    type: str
    required: true
  secret_key:
    description:
      - The secret key (SK).
    type: str
    required: true
  region:
    description:
      - The ID of the region, as in V(cn-north-4). It is required unless O(project_name) and O(registry) are set.
    type: str
  project_name:
    description:
      - The name of the project in the region, if it is not the region's own.
    type: str
  cloud:
    description:
      - The domain of the region's host names, for a region that this collection does not know.
    type: str
  registry:
    description:
      - The host, with a port if needed, that the login is for, if it is not the region's own.
    type: str
notes:
  - The result contains the password. Set C(no_log) on tasks that would show it.
seealso:
  - module: longshore.swr.login_token
  - plugin: longshore.swr.swr_login
    plugin_type: lookup
  - plugin: longshore.swr.dockerconfigjson
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a credential file for podman --authfile
  ansible.builtin.copy:
    content: "{{ login.docker_config | to_json }}"
    dest: "{{ playbook_dir }}/swr-auth.json"
    mode: "0600"
  vars:
    login: "{{ vault_access_key | longshore.swr.swr_login(vault_secret_key, region='cn-north-4') }}"
  delegate_to: localhost
  no_log: true

- name: Show the user name of the login
  ansible.builtin.debug:
    msg: "{{ login.username }}"
  vars:
    login: "{{ vault_access_key | longshore.swr.swr_login(vault_secret_key, 'eu-de', project_name='eu-de_otc') }}"
"""

RETURN = r"""
_value:
  description:
    - The login, with the keys C(registry), C(username), C(password), C(kind), C(expires), C(expires_at), C(auth) and
      C(docker_config), as M(longshore.swr.login_token) returns them.
  type: dict
"""

from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError


def swr_login(
    access_key: Any,
    secret_key: Any,
    region: Optional[str] = None,
    project_name: Optional[str] = None,
    cloud: Optional[str] = None,
    registry: Optional[str] = None,
) -> Dict[str, Any]:
    """The long-term login of an access key."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.credentials import Credentials
    from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import long_term_login

    for name, value in (("access_key", access_key), ("secret_key", secret_key)):
        # In older releases of Ansible, a vaulted value is an object, not a str.
        if isinstance(value, (dict, list, tuple, bool)) or value is None or not str(value).strip():
            raise AnsibleFilterError("longshore.swr.swr_login: {0} must be a string that is not empty".format(name))
    credentials = Credentials(
        access_key=str(access_key).strip(),
        secret_key=str(secret_key).strip(),
        region=region,
        project_name=project_name,
        cloud=cloud,
    )
    try:
        return long_term_login(credentials, registry).as_dict()
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.swr_login: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"swr_login": swr_login}
