#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eip_info
short_description: List elastic IPs
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the elastic IPs (EIPs) of the project, what they are bound to, and which are free.
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
      - The name of the EIPs to list. By default, all are listed.
    type: str
  address:
    description:
      - The public address of the EIP to list. By default, all are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.eip
"""

EXAMPLES = r"""
- name: List all EIPs
  longshore.swr.eip_info:
    region: cn-north-4
  delegate_to: localhost
  register: found

- name: Show those that nothing uses
  ansible.builtin.debug:
    msg: "{{ found.eips | selectattr('status', 'eq', 'free') | map(attribute='address') }}"
"""

RETURN = r"""
eips:
  description: The EIPs. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "b36df7a5-9a60-44c8-a3f9-9bd0b4a4a0f7"
    address:
      description: The public address.
      type: str
      sample: 203.0.113.10
    name:
      description: The name.
      type: str
      sample: internet
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    status:
      description: V(free), V(bound) or V(unavailable).
      type: str
      sample: bound
    api_status:
      description: The status in the words of the API.
      type: str
      sample: ACTIVE
    bound_to:
      description: What it is bound to, by C(type), such as V(PORT) or V(NATGW), and C(id). Empty if it is free.
      type: dict
      sample: {"type": "PORT", "id": "7c3a4c1e-0000-4000-8000-000000000001"}
    port_id:
      description: The ID of the port that it is bound to. Empty if there is none.
      type: str
      sample: "7c3a4c1e-0000-4000-8000-000000000001"
    private_address:
      description: The private address that it is bound to. V(null) if there is none.
      type: str
      sample: "192.168.0.7"
    bandwidth_id:
      description: The ID of the bandwidth.
      type: str
      sample: "80549ae1-cf7a-4f39-a45f-bdb8e194a1f4"
    bandwidth_name:
      description: The name of the bandwidth.
      type: str
      sample: internet
    bandwidth_size:
      description: The bandwidth in Mbit/s.
      type: int
      sample: 5
    charge_mode:
      description: How the bandwidth is billed.
      type: str
      sample: traffic
    shared:
      description: Whether it shares its bandwidth with others.
      type: bool
      sample: false
    enterprise_project_id:
      description: The ID of the enterprise project. V(0) is the default one.
      type: str
      sample: "0"
    prepaid:
      description: Whether it is billed yearly or monthly.
      type: bool
      sample: false
    created:
      description: When it was allocated.
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
      sample: GET https://vpc.cn-north-4.myhuaweicloud.com/v3/0605767fb280d5762fd0c0133b3cbe51/eip/publicips
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
      sample: Grant the user the IAM permission vpc:publicIps:list.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.eip import list_eips
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str"},
    "address": {"type": "str"},
}


@reports_errors
def run(module):
    """The EIPs, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    found = list_eips(cloud, module.params["name"], module.params["address"])
    return show_warnings(module, listed("eips", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
