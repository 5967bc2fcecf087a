#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: permissions
short_description: Manage permissions for organizations and repositories in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Grants, changes and revokes permissions of IAM users for an organization or a repository of SWR's basic edition.
  - Permissions are changed in place, so users never lose one in between.
  - The permissions of the user whose key is used, and of the user who created an organization, are left alone.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_huaweicloud
attributes:
  check_mode:
    support: full
    details:
      - In check mode, an organization or a repository that does not exist is a warning, because an earlier task may be
        the one that creates it.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  organization:
    description:
      - The name of the organization. It must exist.
    type: str
    required: true
  repository:
    description:
      - The name of a repository in it, without the organization, as in V(app) or V(team/app).
      - By default, the permissions for the organization are meant, which apply to all its repositories.
    type: str
  users:
    description:
      - The users. Others are left alone, unless O(exclusive=true).
    type: list
    elements: dict
    required: true
    suboptions:
      user_name:
        description:
          - The name of the user in IAM.
          - O(users[].user_name), O(users[].user_id) or both are required. For a user without a permission, the missing
            one is looked up in IAM, which needs the IAM permission C(iam:users:listUsers) or C(iam:users:getUser).
        type: str
      user_id:
        description:
          - The ID of the user in IAM.
        type: str
      permission:
        description:
          - The permission. V(read) allows pulling images, V(write) also pushing, and V(manage) also deleting images and
            granting permissions.
          - Required unless O(state=absent).
        type: str
        choices: [manage, write, read]
  exclusive:
    description:
      - Whether to revoke the permissions of all users that are not in O(users).
    type: bool
    default: false
  state:
    description:
      - Whether the users have the permissions.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
seealso:
  - module: longshore.swr.permissions_info
  - module: longshore.swr.organization
  - module: longshore.swr.repository
  - module: longshore.swr.repository_sharing
    description: Lets other accounts pull the images of a repository.
"""

EXAMPLES = r"""
- name: Grant two users permissions for an organization
  longshore.swr.permissions:
    region: cn-north-4
    organization: team
    users:
      - user_name: alice
        permission: manage
      - user_name: bob
        permission: write
  delegate_to: localhost

- name: Grant exactly one other user access to a repository, with a key that cannot look up users in IAM
  longshore.swr.permissions:
    region: cn-north-4
    organization: team
    repository: app
    users:
      - user_name: carol
        user_id: fb3f175c1fd146ab8cdae3272be6107b
        permission: read
    exclusive: true
  delegate_to: localhost

- name: Revoke a user's permission
  longshore.swr.permissions:
    region: cn-north-4
    organization: team
    users:
      - user_name: bob
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
users:
  description: The users with a permission, except the one whose key is used.
  returned: success
  type: list
  elements: dict
  contains:
    user_id:
      description: The ID of the user in IAM.
      type: str
      sample: fb3f175c1fd146ab8cdae3272be6107b
    user_name:
      description: The name of the user in IAM.
      type: str
      sample: alice
    permission:
      description: The user's permission, V(manage), V(write) or V(read).
      type: str
      sample: write
diff:
  description: The permissions before and after.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Before. All users but the one whose key is used.
      type: dict
      sample: {"users": []}
    after:
      description: After.
      type: dict
      sample: {"users": [{"user_id": "fb3f17", "user_name": "alice", "permission": "write"}]}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: You are not authorized to perform the requested action.
    where:
      description: The option, object or URL at fault.
      type: str
      sample: GET https://iam.cn-north-4.myhuaweicloud.com/v3/users?name=alice
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: IAM.0002
    hint:
      description: How to fix it.
      type: str
      sample: Give both user_id and user_name, or give the key the IAM permission iam:users:listUsers.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.common import LEVELS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.permissions import manage_permissions
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str"},
    "users": {
        "type": "list",
        "elements": "dict",
        "required": True,
        "options": {
            "user_name": {"type": "str"},
            "user_id": {"type": "str"},
            "permission": {"type": "str", "choices": list(LEVELS)},
        },
        "required_one_of": [("user_name", "user_id")],
    },
    "exclusive": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The permissions, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_permissions(cloud, module.params, module.check_mode))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
