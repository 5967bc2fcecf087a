#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc_endpoint_info
short_description: List VPC endpoints
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the VPC endpoints of the project.
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
      - The name or ID of the VPC whose endpoints are listed. By default, those of all VPCs.
    type: str
  service:
    description:
      - The name or ID of the service. By default, endpoints to all services are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc_endpoint
"""

EXAMPLES = r"""
- name: List the endpoints of a VPC
  longshore.swr.vpc_endpoint_info:
    region: cn-north-4
    vpc: shop
  delegate_to: localhost
  register: found

- name: Show their services and addresses
  ansible.builtin.debug:
    msg: "{{ found.endpoints | items2dict(key_name='service', value_name='address') }}"
"""

RETURN = r"""
endpoints:
  description: The endpoints. Empty if there are none.
  returned: success
  type: list
  elements: dict
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
      sample: GET https://vpcep.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/vpc-endpoints
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
      sample: Grant the user the IAM permission vpcep:endpoints:list.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.endpoint import list_endpoints
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "vpc": {"type": "str"},
    "service": {"type": "str"},
}


@reports_errors
def run(module):
    """The endpoints, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpcep", module.params, os.environ, redactor_of(module))
    found = list_endpoints(cloud, module.params["vpc"], module.params["service"])
    return show_warnings(module, listed("endpoints", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
