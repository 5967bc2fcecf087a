#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: permissions_info
short_description: List permissions for an organization or a repository in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the permissions of IAM users for an organization or a repository in SWR's basic edition.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  organization:
    description:
      - The name of the organization.
    type: str
    required: true
  repository:
    description:
      - The name of a repository in it, without the organization, as in V(app) or V(team/app).
      - By default, the permissions for the organization are meant, which apply to all its repositories.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.permissions
"""

EXAMPLES = r"""
- name: List the permissions for an organization
  longshore.swr.permissions_info:
    region: cn-north-4
    organization: team
  delegate_to: localhost
  register: found

- name: Show its managers
  ansible.builtin.debug:
    msg: "{{ found.users | selectattr('permission', 'eq', 'manage') | map(attribute='user_name') }}"
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
own:
  description: The user whose key is used. V(null) if SWR does not say.
  returned: success
  type: dict
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
creator:
  description: The name of the user who created the organization. V(null) for a repository.
  returned: success
  type: str
  sample: operator
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: Forbidden
    where:
      description: The option, object or URL at fault.
      type: str
      sample: GET https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces/team
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: SVCSTG.SWR.4030000
    hint:
      description: How to fix it.
      type: str
      sample: Grant the user the IAM permission swr:namespace:getNamespace for the organization team.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.permissions import list_permissions
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {"organization": {"type": "str", "required": True}, "repository": {"type": "str"}}


@reports_errors
def run(module):
    """The permissions, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    found = list_permissions(cloud, module.params)
    return show_warnings(module, {**found, **listed("users", found["users"], cloud)})


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
