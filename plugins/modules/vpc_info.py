#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_info
short_description: List VPCs
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the VPCs of the project.
  - The list is complete, or the task fails.
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
      - The name of the VPCs to list. By default, all are listed.
    type: str
  enterprise_project_id:
    description:
      - The ID of the enterprise project whose VPCs are listed. By default, those of all are.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc
"""

EXAMPLES = r"""
- name: List all VPCs
  longshore.swr.vpc_info:
    region: cn-north-4
  delegate_to: localhost
  register: found

- name: Show their CIDR blocks
  ansible.builtin.debug:
    msg: "{{ found.vpcs | map(attribute='cidr') }}"
"""

RETURN = r"""
vpcs:
  description: The VPCs. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    name:
      description: The name.
      type: str
      sample: shop
    cidr:
      description: The CIDR block.
      type: str
      sample: 192.168.0.0/16
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    enterprise_project_id:
      description: The ID of the enterprise project. V(0) is the default one.
      type: str
      sample: "0"
    status:
      description: The status in the words of the API.
      type: str
      sample: OK
    created:
      description: When it was created.
      type: str
      sample: "2026-07-23T08:46:07Z"
    updated:
      description: When it was last changed.
      type: str
      sample: "2026-07-23T08:46:07Z"
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
      sample: GET https://vpc.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/vpcs
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: VPC.2201
    hint:
      description: How to fix it.
      type: str
      sample: Grant the user the IAM permission vpc:vpcs:list.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.vpc import list_vpcs
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str"},
    "enterprise_project_id": {"type": "str"},
}


@reports_errors
def run(module):
    """The VPCs, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    found = list_vpcs(cloud, module.params["name"], module.params["enterprise_project_id"])
    return show_warnings(module, listed("vpcs", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
