#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: organization_info
short_description: List organizations in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the organizations of SWR's basic edition that the user has a permission for.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  name:
    description:
      - The name of an organization. By default, all are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.organization
  - module: longshore.swr.permissions_info
"""

EXAMPLES = r"""
- name: List the organizations
  longshore.swr.organization_info:
    region: cn-north-4
  delegate_to: localhost
  register: found

- name: Show the organizations that the user manages
  ansible.builtin.debug:
    msg: "{{ found.organizations | selectattr('permission', 'eq', 'manage') | map(attribute='name') }}"
"""

RETURN = r"""
organizations:
  description: The organizations. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: The name.
      type: str
      sample: team
    creator:
      description: The user who created it.
      type: str
      sample: operator
    permission:
      description: The user's permission in it, V(manage), V(write) or V(read).
      type: str
      sample: manage
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import list_organizations
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {"name": {"type": "str"}}


@reports_errors
def run(module):
    """The organizations, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    found = list_organizations(cloud, module.params["name"])
    return show_warnings(module, listed("organizations", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
