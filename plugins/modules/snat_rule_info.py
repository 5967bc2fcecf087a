#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: snat_rule_info
short_description: List SNAT rules of public NAT gateways
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the SNAT rules of the project, or of a public NAT gateway.
  - The list is complete, or the task fails.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  nat_gateway:
    description:
      - The name or ID of the NAT gateway. By default, the rules of all are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.snat_rule
"""

EXAMPLES = r"""
- name: List the rules of a NAT gateway
  longshore.swr.snat_rule_info:
    region: cn-north-4
    nat_gateway: internet
  delegate_to: localhost
  register: found

- name: Show the public addresses that nodes have
  ansible.builtin.debug:
    msg: "{{ found.rules | map(attribute='eips') | flatten }}"
"""

RETURN = r"""
rules:
  description: The rules. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "79195d50-0271-41f1-bded-4c089b2502ff"
    nat_gateway_id:
      description: The ID of the gateway.
      type: str
      sample: "a78fb3eb-1654-4710-8742-3fc49d5f04f8"
    subnet_id:
      description: The ID of the subnet. Empty for a rule with a network.
      type: str
      sample: "16619f91-9fb9-4a3c-8f1b-4c1b1a3a1e3f"
    cidr:
      description: The network. Empty for a rule with a subnet.
      type: str
      sample: ""
    source:
      description: Where the network is.
      type: str
      sample: vpc
    eips:
      description: The public addresses.
      type: list
      elements: str
      sample: ["203.0.113.10"]
    eip_ids:
      description: The IDs of the EIPs.
      type: list
      elements: str
      sample: ["b36df7a5-9a60-44c8-a3f9-9bd0b4a4a0f7"]
    frozen_eips:
      description: Those of the addresses that are frozen.
      type: list
      elements: str
      sample: []
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    status:
      description: The status in the words of the API.
      type: str
      sample: ACTIVE
    created:
      description: When it was created.
      type: str
      sample: "2026-07-23 08:46:07.000000"
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
      sample: GET https://nat.cn-north-4.myhuaweicloud.com/v2/0605767fb280d5762fd0c0133b3cbe51/snat_rules
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
      sample: Grant the user the IAM permission nat:snatRules:list.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.snat_rule import list_rules
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "nat_gateway": {"type": "str"},
}


@reports_errors
def run(module):
    """The rules, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("nat", module.params, os.environ, redactor_of(module))
    found = list_rules(cloud, module.params["nat_gateway"])
    return show_warnings(module, listed("rules", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
