#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: registry_auth_info
short_description: Show how a host's container engines are logged in to a registry
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Reads the login of one registry from the credential files of docker, podman and the kubelet, and when it expires, so
    that a new login is only created when needed.
  - Returns no passwords, changes nothing, and contacts neither engines nor the registry.
  - Warns about logins that engines prefer, as M(longshore.swr.registry_auth) does.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_swr
  - longshore.swr.credential_files
options:
  renew_before:
    description:
      - How long before its expiry a login is due for renewal, in seconds.
    type: int
    default: 3600
  kind:
    description:
      - The kind that the login must have. A login of another kind is due for renewal, so that a temporary login
        replaces a long-term one. By default, any kind is accepted.
    type: str
    choices: [long_term, temporary, enhanced]
  assumed_lifetime:
    description:
      - How long, in seconds, to consider a login valid after it was written, if it expires but SWR has not said when.
        The default is the shorter of the two lifetimes in Huawei Cloud's documentation.
    type: int
    default: 21600
seealso:
  - module: longshore.swr.registry_auth
"""

EXAMPLES = r"""
- name: Check whether root's docker needs a new temporary login to SWR
  longshore.swr.registry_auth_info:
    registry: swr.cn-north-4.myhuaweicloud.com
    kind: temporary
    renew_before: 7200
  become: true
  register: login

- name: Create a temporary login
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
    - Whether any of the files has no login, one that expires soon, one of another kind than O(kind), or one written by
      another program, about which nothing is known.
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
      description: The format, or V(path) for the file given as O(path).
      type: str
      sample: docker
    path:
      description: The path of the file.
      type: str
      sample: /root/.docker/config.json
    username:
      description: The user that is logged in, V(null) if none.
      type: str
      sample: cn-north-4@AKEXAMPLE
    expires_at:
      description: When the login expires, V(null) if it does not or the time is not known.
      type: str
      sample: "2026-07-24T08:46:07Z"
    kind:
      description: The kind of login, V(null) if not known.
      type: str
      sample: temporary
    written_at:
      description: When the login was written, if it expires at an unknown time, otherwise V(null).
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

from ansible_collections.longshore.swr.plugins.module_utils._arguments import check_ranges
from ansible_collections.longshore.swr.plugins.module_utils._logins.files import (
    ASSUMED_LIFETIME,
    FORMATS,
    KINDS,
    check_registry,
    files_of,
    is_due,
    utc_now,
)
from ansible_collections.longshore.swr.plugins.module_utils._logins.namespaces import namespace_warnings
from ansible_collections.longshore.swr.plugins.module_utils._logins.podman_session import session_warnings
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, warn

LONGEST = 315360000  # ten years, in seconds


@reports_errors
def run(module):
    """The logins in the files, as the module's result."""
    options = module.params
    registry = check_registry(options["registry"])
    check_ranges(options, {"renew_before": (0, LONGEST), "assumed_lifetime": (0, LONGEST)})
    limit = utc_now() + datetime.timedelta(seconds=options["renew_before"])
    files = files_of(options)
    for warning in (*session_warnings(registry, files, os.environ), *namespace_warnings(registry, files)):
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
