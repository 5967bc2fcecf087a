#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: registry_auth_info
short_description: Tell how container engines of a host are logged in to a registry
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads what the credential files of docker, podman and the kubelet have for one registry, and until when it is valid,
    so that a new login is made only when one is needed.
  - It returns no password, changes nothing, and asks neither an engine nor the registry.
  - It warns of a login that C(podman login) has left, as M(longshore.swr.registry_auth) does.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.credential_files
options:
  renew_before:
    description:
      - How long before its end a login counts as due, in seconds.
    type: int
    default: 3600
  kind:
    description:
      - The kind that the login has to be. One of another kind is due, so that a temporary login takes the place of a
        long-term one. By default any kind is right.
    type: str
    choices: [long_term, temporary, enhanced]
  assumed_lifetime:
    description:
      - How long, in seconds, a login is taken to be valid from when it was written, where it ends and SWR has not said
        when. The default is the shorter of the two times that Huawei Cloud's documents give.
    type: int
    default: 21600
seealso:
  - module: longshore.swr.registry_auth
"""

EXAMPLES = r"""
- name: See whether docker of root needs a new temporary login to SWR
  longshore.swr.registry_auth_info:
    registry: swr.cn-north-4.myhuaweicloud.com
    kind: temporary
    renew_before: 7200
  become: true
  register: login

- name: Make one
  longshore.swr.login_token:
    region: cn-north-4
    kind: temporary
  delegate_to: localhost
  when: login.renewal_due
  register: swr
"""

RETURN = r"""
renewal_due:
  description:
    - Whether one of the files has no login, one that ends soon, one of another kind than O(kind), or one that another
      program wrote, so that nothing is known about it.
  returned: always
  type: bool
  sample: false
files:
  description: The credential files.
  returned: always
  type: list
  elements: dict
  contains:
    format:
      description: The format, or V(path) for a file that O(path) named.
      type: str
      sample: docker
    path:
      description: Where it is.
      type: str
      sample: /root/.docker/config.json
    username:
      description: The user that is logged in, V(null) for none.
      type: str
      sample: cn-north-4@AKEXAMPLE
    expires_at:
      description: Until when the login is valid, V(null) when it has no end or the end is not known.
      type: str
      sample: "2026-07-24T08:46:07Z"
    kind:
      description: The kind of login that it is, V(null) when that is not known.
      type: str
      sample: temporary
    written_at:
      description: When it was written, for a login that ends at a time that is not known; else V(null).
      type: str
      sample: "2026-07-23T08:46:07Z"
    renewal_due:
      description: Whether this file needs a new login.
      type: bool
      sample: false
"""

import datetime
import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._logins.files import (
    ASSUMED_LIFETIME,
    FORMATS,
    KINDS,
    check_registry,
    files_of,
    is_due,
    utc_now,
)
from ansible_collections.longshore.swr.plugins.module_utils._logins.podman_session import session_warnings
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, warn


@reports_errors
def run(module):
    """What the files have, as the module's result."""
    options = module.params
    registry = check_registry(options["registry"])
    limit = utc_now() + datetime.timedelta(seconds=options["renew_before"])
    files = files_of(options)
    for warning in session_warnings(registry, files, os.environ):
        warn(module, warning)
    found = []
    for form, file in files:
        stored = file.look(registry)
        found.append(
            {
                "format": form,
                "path": file.path,
                "username": stored.username,
                "expires_at": stored.expires_at,
                "kind": stored.kind,
                "written_at": stored.written_at,
                "renewal_due": is_due(stored, limit, options["kind"], options["assumed_lifetime"]),
            }
        )
    return {"changed": False, "files": found, "renewal_due": any(entry["renewal_due"] for entry in found)}


def main():
    run(
        AnsibleModule(
            argument_spec={
                "registry": {"type": "str", "required": True},
                "formats": {"type": "list", "elements": "str", "choices": list(FORMATS), "default": ["docker"]},
                "path": {"type": "path"},
                "user": {"type": "str"},
                "renew_before": {"type": "int", "default": 3600},
                "kind": {"type": "str", "choices": list(KINDS)},
                "assumed_lifetime": {"type": "int", "default": ASSUMED_LIFETIME},
            },
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
