#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nat_gateway_info
short_description: List public NAT gateways
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the public NAT gateways of the project, or of a VPC.
  - The list is complete, or the task fails.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  vpc:
    description:
      - The name or ID of the VPC. By default, the gateways of all VPCs are listed.
    type: str
  name:
    description:
      - The name of the gateways to list. By default, all are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.nat_gateway
"""

EXAMPLES = r"""
- name: List the NAT gateways of a VPC
  longshore.swr.nat_gateway_info:
    region: cn-north-4
    vpc: shop
  delegate_to: localhost
  register: found

- name: Show their sizes
  ansible.builtin.debug:
    msg: "{{ found.nat_gateways | items2dict(key_name='name', value_name='spec') }}"
"""

RETURN = r"""
nat_gateways:
  description: The gateways. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "a78fb3eb-1654-4710-8742-3fc49d5f04f8"
    name:
      description: The name.
      type: str
      sample: internet
    vpc_id:
      description: The ID of the VPC.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    subnet_id:
      description: The ID of the subnet.
      type: str
      sample: "16619f91-9fb9-4a3c-8f1b-4c1b1a3a1e3f"
    spec:
      description: The size.
      type: str
      sample: small
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    enterprise_project_id:
      description: The ID of the enterprise project. V(0) is the default one.
      type: str
      sample: "0"
    address:
      description: Its address in the subnet.
      type: str
      sample: "192.168.0.5"
    status:
      description: The status in the words of the API.
      type: str
      sample: ACTIVE
    prepaid:
      description: Whether it is billed yearly or monthly.
      type: bool
      sample: false
    created:
      description: When it was created.
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
      sample: GET https://nat.cn-north-4.myhuaweicloud.com/v2/0605767fb280d5762fd0c0133b3cbe51/nat_gateways
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: NAT.0100
    hint:
      description: How to fix it.
      type: str
      sample: Grant the user the IAM permission nat:natGateways:list.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.nat_gateway import list_gateways
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "vpc": {"type": "str"},
    "name": {"type": "str"},
}


@reports_errors
def run(module):
    """The gateways, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("nat", module.params, os.environ, redactor_of(module))
    found = list_gateways(cloud, module.params["vpc"], module.params["name"])
    return show_warnings(module, listed("nat_gateways", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
