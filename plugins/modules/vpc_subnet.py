#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_subnet
short_description: Manage subnets of VPCs
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes or deletes a subnet of a VPC.
  - Names are not unique. A subnet is found by O(name), and by O(cidr) if that is set. If several match, the task fails
    and lists them.
  - A subnet that something is in is not deleted, because the API refuses it.
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
  vpc:
    description:
      - The VPC, by name or ID.
    type: str
  name:
    description:
      - The name. With O(id), it is changed to this.
    type: str
  id:
    description:
      - The ID of an existing subnet, instead of O(vpc).
    type: str
  cidr:
    description:
      - The CIDR block, as in V(192.168.0.0/24). Needed to create a subnet. It cannot be changed.
    type: str
  gateway:
    description:
      - The address of the gateway. By default, the first one of a new subnet. It cannot be changed.
    type: str
  dhcp:
    description:
      - Whether DHCP is enabled. By default, V(true) for a new subnet, and kept for an existing one.
    type: bool
  dns_servers:
    description:
      - The DNS servers, in order. By default, those of Huawei Cloud for a new subnet, and kept for an existing one.
        Only these resolve names of services inside Huawei Cloud.
    type: list
    elements: str
  description:
    description:
      - A description. By default, it is kept.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc_subnet_info
  - module: longshore.swr.vpc
"""

EXAMPLES = r"""
- name: Create a subnet
  longshore.swr.vpc_subnet:
    region: cn-north-4
    vpc: shop
    name: nodes
    cidr: 192.168.8.0/24
  delegate_to: localhost

- name: Delete it
  longshore.swr.vpc_subnet:
    region: cn-north-4
    vpc: shop
    name: nodes
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
subnet:
  description:
    - The subnet. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
  contains:
    id:
      description: The ID, which other modules take. It is also the C(neutron_network_id).
      type: str
      sample: "16619f91-9fb9-4a3c-8f1b-4c1b1a3a1e3f"
    vpc_id:
      description: The ID of the VPC.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    name:
      description: The name.
      type: str
      sample: nodes
    cidr:
      description: The CIDR block.
      type: str
      sample: 192.168.0.0/24
    gateway:
      description: The address of the gateway.
      type: str
      sample: 192.168.0.1
    dhcp:
      description: Whether DHCP is enabled.
      type: bool
      sample: true
    dns_servers:
      description: The DNS servers.
      type: list
      elements: str
      sample: ["100.125.1.250"]
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    availability_zone:
      description: The availability zone. V(null) if there is none.
      type: str
      sample: cn-north-4a
    status:
      description: The status in the words of the API.
      type: str
      sample: ACTIVE
    created:
      description: When it was created.
      type: str
      sample: "2026-07-23T08:46:07Z"
    updated:
      description: When it was last changed.
      type: str
      sample: "2026-07-23T08:46:07Z"
    tags:
      description: The tags. V(null) unless O(tags) is set.
      type: dict
      sample: {"team": "shop"}
diff:
  description: The subnet before and after.
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
      sample: {"name": "nodes", "cidr": "192.168.0.0/24", "gateway": "192.168.0.1"}
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
      sample: POST https://vpc.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/subnets
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
      sample: Grant the user the IAM permission vpc:subnets:create.
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.vpc import manage_subnet
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "vpc": {"type": "str"},
    "name": {"type": "str"},
    "id": {"type": "str"},
    "cidr": {"type": "str"},
    "gateway": {"type": "str"},
    "dhcp": {"type": "bool"},
    "dns_servers": {"type": "list", "elements": "str"},
    "description": {"type": "str"},
    **NETWORK_ARGUMENTS,
    **TAG_ARGUMENTS,
}


@reports_errors
def run(module):
    """The subnet, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_subnet(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[("vpc", "id"), ("name", "id")],
            mutually_exclusive=[("vpc", "id")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
