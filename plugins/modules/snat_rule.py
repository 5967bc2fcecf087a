#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: snat_rule
short_description: Manage SNAT rules of public NAT gateways
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes or deletes a rule of a public NAT gateway, by which a subnet or a network reaches the Internet with
    the addresses of EIPs.
  - A rule has no name. The gateway and the subnet or network identify it.
  - Waits until the gateway, and then the rule, is active.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.network
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_huaweicloud
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  nat_gateway:
    description:
      - The NAT gateway, by name or ID.
    type: str
    required: true
  subnet:
    description:
      - The subnet, by name or ID. A name is looked for in the VPC of the gateway.
    type: str
  cidr:
    description:
      - A network instead of a subnet, a part of a subnet, or with O(source=direct_connect) a network on the site.
    type: str
  source:
    description:
      - Whether the network is in the VPC, or is reached through Direct Connect. It cannot be changed.
    type: str
    choices: [vpc, direct_connect]
    default: vpc
  eips:
    description:
      - The EIPs, 1 to 20, each by address, ID or name. Their order means nothing. By default, they are kept.
    type: list
    elements: str
  description:
    description:
      - A description. By default, it is kept.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.snat_rule_info
  - module: longshore.swr.nat_gateway
  - module: longshore.swr.eip
"""

EXAMPLES = r"""
- name: Let a subnet reach the Internet
  longshore.swr.snat_rule:
    region: cn-north-4
    nat_gateway: internet
    subnet: nodes
    eips: [outside]
  delegate_to: localhost

- name: End that
  longshore.swr.snat_rule:
    region: cn-north-4
    nat_gateway: internet
    subnet: nodes
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
rule:
  description:
    - The rule. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
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
diff:
  description: The rule before and after.
  returned: in diff mode
  type: dict
  contains:
    before:
      description: Before. Empty if it did not exist.
      type: dict
      sample: {}
    after:
      description: After. Empty if it does not exist.
      type: dict
      sample: {"eips": ["203.0.113.10"], "description": ""}
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
      sample: POST https://nat.cn-north-4.myhuaweicloud.com/v2/0605767fb280d5762fd0c0133b3cbe51/snat_rules
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
      sample: Grant the user the IAM permission nat:snatRules:create.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.common import NETWORK_ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.snat_rule import SOURCES, manage_rule
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "nat_gateway": {"type": "str", "required": True},
    "subnet": {"type": "str"},
    "cidr": {"type": "str"},
    "source": {"type": "str", "choices": list(SOURCES), "default": "vpc"},
    "eips": {"type": "list", "elements": "str"},
    "description": {"type": "str"},
    **NETWORK_ARGUMENTS,
}


@reports_errors
def run(module):
    """The rule, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("nat", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_rule(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[("subnet", "cidr")],
            mutually_exclusive=[("subnet", "cidr")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
