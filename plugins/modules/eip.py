#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eip
short_description: Manage elastic IPs
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Allocates, changes, binds, unbinds or releases an elastic IP (EIP), a public address.
  - An EIP is found by its name, address or ID. If several have the name, the task fails and lists them.
  - An EIP that is bound is neither bound to something else nor released, and one that is billed yearly or monthly is
    not released.
  - Waits until a look at the EIP shows that it is bound or unbound.
  - An EIP costs money. It is only allocated if its name, O(charge_mode) and O(bandwidth_size), or O(bandwidth_id), are
    set.
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
      - The name. With O(id) or O(address), it is changed to this.
    type: str
  id:
    description:
      - The ID of an existing EIP.
    type: str
  address:
    description:
      - The public address of an existing EIP.
    type: str
  reuse:
    description:
      - Whether to take a free EIP that has no name, if none has O(name), instead of allocating one. It is given the
        name.
      - An EIP is free if its status says so, and it is bound to nothing.
    type: bool
    default: false
  port_id:
    description:
      - The ID of the port to bind it to, such as that of a server's network interface. With an empty text, it is
        unbound from its port. By default, that is kept.
    type: str
  server_address:
    description:
      - The private address of a server in O(subnet) whose port to bind it to, instead of O(port_id).
    type: str
  vpc:
    description:
      - The VPC of O(server_address), by name or ID.
    type: str
  subnet:
    description:
      - The subnet of O(server_address), by name or ID.
    type: str
  charge_mode:
    description:
      - How its bandwidth is billed, by size (V(bandwidth)), even while the EIP is not used, or by V(traffic). By
        default, it is kept.
    type: str
    choices: [bandwidth, traffic]
  bandwidth_size:
    description:
      - Its bandwidth in Mbit/s. By default, it is kept.
    type: int
  bandwidth_id:
    description:
      - The ID of an existing shared bandwidth for a new EIP. It cannot be changed.
    type: str
  type:
    description:
      - The type of a new EIP, as the region names it.
    type: str
    default: 5_bgp
  description:
    description:
      - A description. By default, it is kept.
    type: str
  enterprise_project_id:
    description:
      - The ID of the enterprise project of a new EIP. It cannot be changed. With O(reuse), only its EIPs are taken.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.eip_info
"""

EXAMPLES = r"""
- name: Allocate an EIP, or take a free one
  longshore.swr.eip:
    region: cn-north-4
    name: internet
    charge_mode: traffic
    bandwidth_size: 5
    reuse: true
  delegate_to: localhost

- name: Bind it to a server
  longshore.swr.eip:
    region: cn-north-4
    name: internet
    server_address: 192.168.0.7
    vpc: shop
    subnet: nodes
  delegate_to: localhost

- name: Unbind it
  longshore.swr.eip:
    region: cn-north-4
    name: internet
    port_id: ""
  delegate_to: localhost

- name: Release it
  longshore.swr.eip:
    region: cn-north-4
    name: internet
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
eip:
  description:
    - The EIP. V(null) if it is absent. In check mode before allocation, it only has what will be set.
  returned: success
  type: dict
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
    tags:
      description: The tags. V(null) unless O(tags) is set.
      type: dict
      sample: {"team": "shop"}
diff:
  description: The EIP before and after.
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
      sample: {"name": "internet", "bandwidth_size": 5, "port_id": ""}
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
      sample: POST https://vpc.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/publicips
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
      sample: Grant the user the IAM permission vpc:publicIps:create.
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.eip import CHARGE_MODES, manage_eip
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str"},
    "id": {"type": "str"},
    "address": {"type": "str"},
    "reuse": {"type": "bool", "default": False},
    "port_id": {"type": "str"},
    "server_address": {"type": "str"},
    "vpc": {"type": "str"},
    "subnet": {"type": "str"},
    "charge_mode": {"type": "str", "choices": list(CHARGE_MODES)},
    "bandwidth_size": {"type": "int"},
    "bandwidth_id": {"type": "str"},
    "type": {"type": "str", "default": "5_bgp"},
    "description": {"type": "str"},
    "enterprise_project_id": {"type": "str"},
    **NETWORK_ARGUMENTS,
    **TAG_ARGUMENTS,
}


@reports_errors
def run(module):
    """The EIP, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_eip(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[("name", "id", "address")],
            mutually_exclusive=[("id", "address"), ("port_id", "server_address")],
            required_together=[("server_address", "vpc", "subnet")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
