#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: registry_auth
short_description: Log a host's container engines in to a registry
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Adds the login of one registry to the credential files of docker, podman and the kubelet, or removes it.
  - Everything else in the files is left alone. They are replaced atomically, with mode 0600, and belong to their user.
  - No engine needs to be running, and none is contacted. The login is not tested against the registry.
  - A file that cannot be read, or that is not a credential file, is an error and is never replaced. So is one that
    names a credential store for the registry, because that would take precedence over the login.
  - The kind and the expiry of the login are recorded in C(.longshore.swr.json) next to the credential file, for
    M(longshore.swr.registry_auth_info).
  - With the format V(podman) it warns if C(podman login) has left a login for the registry in its own file, below
    C($XDG_RUNTIME_DIR) or C(/run/containers), because podman prefers that one while it exists.
  - It warns if a file has logins for namespaces of the registry, such as C(registry.example.com/team). podman and the
    kubelet prefer them for images there.
  - Credential stores count as the engine reads them. docker reads C(credsStore) and C(credHelpers), where an empty name
    stands for the file; podman reads C(credHelpers) only; the kubelet reads neither.
  - O(state=absent) also removes logins whose key is a URL of the registry, such as C(https://registry.example.com).
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.credential_files
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The diff names the registry and the user, never the password.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  username:
    description:
      - The registry user. Required with O(state=present).
    type: str
  password:
    description:
      - The password of O(username). Required with O(state=present).
    type: str
  expires_at:
    description:
      - When the login expires, in UTC, as M(longshore.swr.login_token) returns it. Leave it out if the login does not
        expire or the time is not known, see O(kind).
    type: str
  kind:
    description:
      - The kind of the login, as M(longshore.swr.login_token) returns it.
      - A V(temporary) or V(enhanced) login expires. Without O(expires_at), the time of writing is recorded, and
        M(longshore.swr.registry_auth_info) goes by its age.
    type: str
    choices: [long_term, temporary, enhanced]
  state:
    description:
      - Whether the login is in the files.
      - V(absent) removes a file that this module created once nothing else is in it.
    type: str
    choices: [present, absent]
    default: present
notes:
  - On CCE nodes (Huawei Cloud's Kubernetes), use the C(default-secret) of each namespace as it is. CCE renews it, so a
    copy of it stops working.
  - Docker's C(registry-mirrors) and C(insecure-registries) are not needed for SWR.
seealso:
  - module: longshore.swr.login_token
  - module: longshore.swr.registry_auth_info
"""

EXAMPLES = r"""
- name: Create an SWR login from an access key
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Log root's docker and podman in
  longshore.swr.registry_auth:
    registry: "{{ swr.registry }}"
    username: "{{ swr.username }}"
    password: "{{ swr.password }}"
    expires_at: "{{ swr.expires_at or omit }}"
    kind: "{{ swr.kind }}"
    formats: [docker, podman]
  become: true

- name: Log another user's docker in
  longshore.swr.registry_auth:
    registry: "{{ swr.registry }}"
    username: "{{ swr.username }}"
    password: "{{ swr.password }}"
    user: deploy
  become: true

- name: Log every engine out again
  longshore.swr.registry_auth:
    registry: swr.cn-north-4.myhuaweicloud.com
    formats: [docker, podman, kubelet]
    state: absent
  become: true
"""

RETURN = r"""
files:
  description: The credential files.
  returned: always
  type: list
  elements: dict
  contains:
    format:
      description: The format, or V(path) for the file given as O(path).
      type: str
      sample: docker
    path:
      description: The path of the file.
      type: str
      sample: /root/.docker/config.json
    changed:
      description: Whether it was changed.
      type: bool
      sample: true
registry:
  description: The registry.
  returned: always
  type: str
  sample: swr.cn-north-4.myhuaweicloud.com
username:
  description: The registry user.
  returned: with O(state=present)
  type: str
  sample: cn-north-4@AKEXAMPLE
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import (
    FORMATS,
    KINDS,
    LASTING,
    Login,
    check_registry,
    describe,
    files_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._logins.namespaces import namespace_warnings
from ansible_collections.longshore.swr.plugins.module_utils._logins.podman_session import session_warnings
from ansible_collections.longshore.swr.plugins.module_utils._logins.record import parse_moment
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, warn


def login_of(params):
    """The login for the files; None for none."""
    registry = check_registry(params["registry"])
    if params["expires_at"]:
        parse_moment(params["expires_at"])
        if params["kind"] == LASTING:
            raise LongshoreError(
                "a long-term login does not end",
                where="expires_at",
                hint="Leave out expires_at, or set its kind.",
            )
    if params["state"] == "absent":
        return None
    return Login(registry, params["username"], params["password"], params["expires_at"] or None, params["kind"])


@reports_errors
def run(module):
    """The files in their desired state, as the module's result."""
    login = login_of(module.params)
    registry = module.params["registry"]
    # All are checked before the first one is changed.
    files = files_of(module.params)
    planned = [(form, file, file.plan(registry, login)) for form, file in files]
    for warning in (
        *session_warnings(registry, files, os.environ),
        *namespace_warnings(registry, files, module.params["state"] == "absent"),
    ):
        warn(module, warning)
    if not module.check_mode:
        for _form, file, change in planned:
            if change.is_needed:
                file.apply(change)
    result = {
        "changed": any(change.is_needed for _form, _file, change in planned),
        "registry": registry,
        "files": [{"format": form, "path": file.path, "changed": change.is_needed} for form, file, change in planned],
    }
    if login is not None:
        result["username"] = login.username
    if module._diff:
        result["diff"] = [describe(file.path, change, registry) for _form, file, change in planned if change.is_needed]
    return result


def main():
    run(
        AnsibleModule(
            argument_spec={
                "registry": {"type": "str", "required": True},
                "username": {"type": "str"},
                "password": {"type": "str", "no_log": True},
                "expires_at": {"type": "str"},
                "kind": {"type": "str", "choices": list(KINDS)},
                "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": ["docker"]},
                "path": {"type": "path"},
                "user": {"type": "str"},
                "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            },
            required_if=[("state", "present", ("username", "password"))],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
