#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_endpoint
short_description: Manage VPC endpoints
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes, replaces or deletes a VPC endpoint, through which a VPC, or a site that is connected to it by VPN
    or Direct Connect, reaches a service such as SWR or OBS.
  - An endpoint has no name. The VPC, the service and, for an interface endpoint, the subnet identify it. If several
    match, the task fails and lists them.
  - Waits until the endpoint works. One that the owner of its service has not accepted does not.
  - Interface endpoints cost money.
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
  service:
    description:
      - The endpoint service, by name or ID, as in V(com.myhuaweicloud.cn-north-4.swr).
    type: str
  vpc:
    description:
      - The VPC, by name or ID.
    type: str
  subnet:
    description:
      - The subnet of an interface endpoint, by name or ID.
      - Needed to create one. It is the subnet's own ID, not that of its IPv4 or IPv6 part (C(neutron_subnet_id)).
    type: str
  id:
    description:
      - The ID of an existing endpoint, instead of O(service), O(vpc) and O(subnet).
    type: str
  address:
    description:
      - The address of an interface endpoint in its subnet. By default, a free one is chosen, and an existing one is
        kept.
    type: str
  dns:
    description:
      - Whether names are created that resolve to an interface endpoint inside the VPC.
      - By default, V(true) for a new endpoint, and kept for an existing one.
    type: bool
  description:
    description:
      - A description. By default, it is kept.
    type: str
  whitelist:
    description:
      - The addresses and networks that may use an interface endpoint. With an empty list, all may. By default, it is
        kept.
    type: list
    elements: str
  route_tables:
    description:
      - The IDs of the route tables that lead to a gateway endpoint.
      - By default, that of the VPC for a new endpoint, and kept for an existing one.
    type: list
    elements: str
  policy_statement:
    description:
      - The statements of the policy of a gateway endpoint. With an empty list, everything is allowed. By default, it is
        kept.
      - For OBS, it must allow all buckets in which SWR stores layers, or pulls fail.
    type: list
    elements: dict
  policy_document:
    description:
      - The policy of an interface endpoint, with C(Version) and C(Statement). If empty, everything is allowed. By
        default, it is kept.
    type: dict
  recreate:
    description:
      - Whether an endpoint is deleted and created again if it has failed, was rejected, or if O(address), O(dns) or
        O(description) differ, which cannot be changed. Its address may change, and it is missing in between.
      - Otherwise, the task fails.
    type: bool
    default: false
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc_endpoint_info
  - module: longshore.swr.hosts_file
    description: Writes the endpoint's address to the hosts file of nodes.
  - module: longshore.swr.bind_zones
    description: Serves the endpoint's address by DNS.
"""

EXAMPLES = r"""
- name: Create an endpoint for SWR
  longshore.swr.vpc_endpoint:
    region: cn-north-4
    service: com.myhuaweicloud.cn-north-4.swr
    vpc: shop
    subnet: nodes
  delegate_to: localhost
  register: swr

- name: Show the address for hosts files and DNS servers
  ansible.builtin.debug:
    msg: "{{ swr.endpoint.address }} {{ swr.endpoint.dns_names | join(' ') }}"

- name: Let nodes pull the images of an organization, and nothing else
  longshore.swr.vpc_endpoint:
    region: cn-north-4
    service: com.myhuaweicloud.cn-north-4.swr
    vpc: shop
    subnet: nodes
    policy_document:
      Version: "5.0"
      Statement:
        - Effect: Allow
          Action: ["swr:repo:download"]
          Resource: ["swr:*:*:repo:team/*"]
  delegate_to: localhost

- name: Create an endpoint for OBS, which pulls need too
  longshore.swr.vpc_endpoint:
    region: cn-north-4
    service: cn-north-4.com.myhuaweicloud.v4.obsv2.OBSCluster9
    vpc: shop
  delegate_to: localhost

- name: Delete the endpoint for SWR
  longshore.swr.vpc_endpoint:
    region: cn-north-4
    service: com.myhuaweicloud.cn-north-4.swr
    vpc: shop
    subnet: nodes
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
endpoint:
  description:
    - The endpoint. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "4189d3c2-8882-4871-a3c2-d380272eed83"
    vpc_id:
      description: The ID of the VPC.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    subnet_id:
      description: The ID of the subnet. Empty for a gateway endpoint.
      type: str
      sample: "16619f91-9fb9-4a3c-8f1b-4c1b1a3a1e3f"
    service:
      description: The name of the service.
      type: str
      sample: com.myhuaweicloud.cn-north-4.swr
    service_id:
      description: The ID of the service.
      type: str
      sample: "e0c748b7-d982-47df-ba06-b9c8c7650c1a"
    service_type:
      description: Whether it is an V(interface) or a V(gateway) endpoint.
      type: str
      sample: interface
    status:
      description: V(accepted), or V(failed) or V(rejected) if it never will be.
      type: str
      sample: accepted
    api_status:
      description: The status in the words of the API.
      type: str
      sample: accepted
    errors:
      description: What the API says of a failure.
      type: list
      elements: str
      sample: []
    address:
      description: The address at which the service is reached, the node IP. V(null) if there is none.
      type: str
      sample: "192.168.0.61"
    dns_names:
      description: The names that resolve to it inside the VPC.
      type: list
      elements: str
      sample: ["swr.cn-north-4.myhuaweicloud.com"]
    dns:
      description: Whether such names are created.
      type: bool
      sample: true
    description:
      description: The description.
      type: str
      sample: Pulls from the data center
    whitelist:
      description: The addresses and networks that may use it. Empty if all may, V(null) if none may.
      type: list
      elements: str
      sample: ["10.0.0.0/8"]
    route_tables:
      description: The IDs of the route tables of a gateway endpoint.
      type: list
      elements: str
      sample: []
    policy_statement:
      description: The statements of the policy of a gateway endpoint. Empty if everything is allowed.
      type: list
      elements: dict
      sample: []
    policy_document:
      description: The policy of an interface endpoint. Empty if everything is allowed.
      type: dict
      sample: {}
    tags:
      description: The tags.
      type: dict
      sample: {"team": "shop"}
    frozen:
      description: Whether it is frozen.
      type: bool
      sample: false
    enabled:
      description: Whether the owner of the service lets it be used.
      type: bool
      sample: true
    created:
      description: When it was created.
      type: str
      sample: "2026-07-23T08:46:07Z"
    updated:
      description: When it was last changed.
      type: str
      sample: "2026-07-23T08:46:07Z"
diff:
  description: The endpoint before and after.
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
      sample: {"status": "accepted", "description": "", "dns": true}
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
      sample: POST https://vpcep.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/vpc-endpoints
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: EndPoint.0004
    hint:
      description: How to fix it.
      type: str
      sample: Grant the user the IAM permission vpcep:endpoints:create.
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.endpoint import manage_endpoint
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "service": {"type": "str"},
    "vpc": {"type": "str"},
    "subnet": {"type": "str"},
    "id": {"type": "str"},
    "address": {"type": "str"},
    "dns": {"type": "bool"},
    "description": {"type": "str"},
    "whitelist": {"type": "list", "elements": "str"},
    "route_tables": {"type": "list", "elements": "str"},
    "policy_statement": {"type": "list", "elements": "dict"},
    "policy_document": {"type": "dict"},
    "recreate": {"type": "bool", "default": False},
    **NETWORK_ARGUMENTS,
    **TAG_ARGUMENTS,
}


@reports_errors
def run(module):
    """The endpoint, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpcep", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_endpoint(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_together=[("service", "vpc")],
            required_one_of=[("id", "service")],
            mutually_exclusive=[("id", "service"), ("id", "vpc"), ("id", "subnet")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
