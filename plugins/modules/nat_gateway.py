#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nat_gateway
short_description: Manage public NAT gateways
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes or deletes a public NAT gateway, through which subnets without public addresses reach the Internet.
  - A gateway is found by its name in its VPC. If several match, the task fails and lists them.
  - A gateway with rules is not deleted, and neither is one that is billed yearly or monthly.
  - Waits until the gateway is active.
  - A gateway costs money. It is only created if O(charge_mode) is set.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.network
  - longshore.swr.network.tags
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
  name:
    description:
      - The name, of up to 64 letters, digits, underscores and hyphens. With O(id), it is changed to this.
    type: str
  vpc:
    description:
      - The VPC, by name or ID.
    type: str
  id:
    description:
      - The ID of an existing gateway, instead of O(vpc) and O(subnet).
    type: str
  subnet:
    description:
      - The subnet that the gateway itself is in, by name or ID. Needed to create one. It cannot be changed.
      - A subnet can have one gateway only.
    type: str
  spec:
    description:
      - The size. Needed to create a gateway. By default, it is kept.
    type: str
    choices: [small, medium, large, extra_large, enterprise]
  charge_mode:
    description:
      - How a new gateway is billed. Needed to create one. Existing ones are not changed.
      - V(postpaid) is by use. Order gateways that are billed yearly or monthly in the console.
    type: str
    choices: [postpaid]
  description:
    description:
      - A description. By default, it is kept.
    type: str
  enterprise_project_id:
    description:
      - The ID of the enterprise project of a new gateway. It cannot be changed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.nat_gateway_info
  - module: longshore.swr.vpc_subnet
"""

EXAMPLES = r"""
- name: Create a NAT gateway
  longshore.swr.nat_gateway:
    region: cn-north-4
    name: internet
    vpc: shop
    subnet: nodes
    spec: small
    charge_mode: postpaid
  delegate_to: localhost

- name: Delete it
  longshore.swr.nat_gateway:
    region: cn-north-4
    name: internet
    vpc: shop
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
nat_gateway:
  description:
    - The gateway. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
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
    tags:
      description: The tags. V(null) unless O(tags) is set.
      type: dict
      sample: {"team": "shop"}
diff:
  description: The gateway before and after.
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
      sample: {"name": "internet", "spec": "small", "description": ""}
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
      sample: POST https://nat.cn-north-4.myhuaweicloud.com/v2/0605767fb280d5762fd0c0133b3cbe51/nat_gateways
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
      sample: Grant the user the IAM permission nat:natGateways:create.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.common import (
    NETWORK_ARGUMENTS,
    TAG_ARGUMENTS,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.nat_gateway import (
    CHARGE_MODES,
    SPECS,
    manage_gateway,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str"},
    "vpc": {"type": "str"},
    "id": {"type": "str"},
    "subnet": {"type": "str"},
    "spec": {"type": "str", "choices": list(SPECS)},
    "charge_mode": {"type": "str", "choices": list(CHARGE_MODES)},
    "description": {"type": "str"},
    "enterprise_project_id": {"type": "str"},
    **NETWORK_ARGUMENTS,
    **TAG_ARGUMENTS,
}


@reports_errors
def run(module):
    """The gateway, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("nat", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_gateway(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[("vpc", "id"), ("name", "id")],
            mutually_exclusive=[("vpc", "id"), ("subnet", "id")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
