#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: network_scenario
short_description: Create what nodes need to reach SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Plans everything that one way to reach SWR needs, such as a VPC endpoint or a NAT gateway with rules and an elastic
    IP (EIP), creates what is missing in the right order, and reads back addresses and names.
  - Everything is looked at and checked before the first object is created. In check mode, the plan is all there is.
  - Existing objects are used as they are. The only exceptions are a free EIP, which gets a name or is bound, and the
    policy of an existing endpoint for OBS, which is extended by O(obs_buckets).
  - What it creates has a record of that, so that O(state=absent) deletes only that, and only what carries nothing else.
    The record is the description, and for an EIP the name of its bandwidth.
  - If a run is interrupted, the next one continues it.
  - What costs money is only created if it is named, and its charge mode is set.
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
  scenario:
    description:
      - V(intranet) is for servers in the region. Nothing is created. If the VPC in O(vpc) has an endpoint for OBS, its
        policy must allow O(obs_buckets).
      - V(public_single) binds an EIP to one server.
      - V(public_nat) creates a NAT gateway with an EIP, and a rule for each subnet.
      - V(private_line) creates VPC endpoints for a site that is connected by VPN or Direct Connect. The connection
        itself is not ordered.
    type: str
    required: true
    choices: [intranet, public_single, public_nat, private_line]
  charge_mode:
    description:
      - How new VPC endpoints and NAT gateways are billed, V(postpaid) by the hour. Needed to create one.
    type: str
    choices: [postpaid]
  vpc:
    description:
      - The VPC, by name or ID. Needed except for O(scenario=intranet).
    type: str
  vpc_cidr:
    description:
      - The network of the VPC, to create it if there is none of this name.
    type: str
  subnet:
    description:
      - The subnet of O(vpc) that new endpoints or the NAT gateway are in, or that the server is in, by name or ID.
      - With O(scenario=public_nat) it also gets a rule.
    type: str
  subnet_cidr:
    description:
      - The network of the subnet, to create it if there is none of this name.
    type: str
  swr_service:
    description:
      - The endpoint service for SWR, by name or ID. By default, C(com.myhuaweicloud.REGION.swr).
    type: str
  dns_endpoint:
    description:
      - Whether to create an endpoint for the DNS service too, through which the site resolves the names of OBS.
    type: bool
    default: false
  dns_service:
    description:
      - The endpoint service for DNS, by name or ID. By default, C(com.myhuaweicloud.REGION.dns).
    type: str
  obs_service:
    description:
      - The endpoint service for OBS, by name or ID. It differs by region and cluster, so there is no default. If it is
        set, O(scenario=private_line) creates the endpoint.
      - By default, all endpoints of the VPC for OBS are looked at.
    type: str
  obs_buckets:
    description:
      - The names of the buckets in which SWR stores layers. An endpoint for OBS that is created allows only these. The
        policy of an existing one is extended by those that it does not allow.
      - By default, a new endpoint allows everything.
    type: list
    elements: str
    default: []
  server_address:
    description:
      - The private address of the server that gets an EIP.
    type: str
  snat_subnets:
    description:
      - Further subnets of O(vpc) that get a rule, by name or ID. They must exist.
    type: list
    elements: str
    default: []
  nat_gateway:
    description:
      - The name or ID of the NAT gateway.
    type: str
  nat_spec:
    description:
      - The size of a new NAT gateway.
    type: str
    choices: [small, medium, large, extra_large, enterprise]
    default: small
  eip:
    description:
      - The name of the EIP.
    type: str
  eip_type:
    description:
      - The type of a new EIP, as the region names it.
    type: str
    default: 5_bgp
  eip_charge_mode:
    description:
      - How the bandwidth of a new EIP is billed, by size (V(bandwidth)), even while it is not used, or by V(traffic).
        Needed to create one.
    type: str
    choices: [bandwidth, traffic]
  eip_bandwidth_size:
    description:
      - The bandwidth of a new EIP in Mbit/s. Needed to create one.
    type: int
  eip_reuse:
    description:
      - Whether to take a free EIP that has no name, if none has that of O(eip), instead of allocating one.
    type: bool
    default: true
  tags:
    description:
      - The tags of all objects that are created, except rules.
    type: dict
  enterprise_project_id:
    description:
      - The ID of the enterprise project of a new VPC, NAT gateway and EIP.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc_endpoint
  - module: longshore.swr.nat_gateway
  - module: longshore.swr.snat_rule
  - module: longshore.swr.eip
"""

EXAMPLES = r"""
- name: Connect a site to SWR through a VPC
  longshore.swr.network_scenario:
    region: cn-north-4
    scenario: private_line
    charge_mode: postpaid
    vpc: shop
    subnet: nodes
    dns_endpoint: true
    obs_service: cn-north-4.com.myhuaweicloud.v4.obsv2.OBSCluster9
  delegate_to: localhost
  register: line

- name: Show the address of SWR for the site
  ansible.builtin.debug:
    msg: "{{ line.network.swr.address }} {{ line.network.registry }}"

- name: Let two subnets reach the public SWR
  longshore.swr.network_scenario:
    region: cn-north-4
    scenario: public_nat
    charge_mode: postpaid
    vpc: shop
    subnet: nodes
    snat_subnets: [builders]
    nat_gateway: internet
    eip: outside
    eip_charge_mode: traffic
    eip_bandwidth_size: 5
  delegate_to: localhost

- name: Take that back
  longshore.swr.network_scenario:
    region: cn-north-4
    scenario: public_nat
    vpc: shop
    subnet: nodes
    nat_gateway: internet
    eip: outside
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
network:
  description: What there is, and what was done.
  returned: success
  type: dict
  contains:
    scenario:
      description: The scenario.
      type: str
      sample: private_line
    state:
      description: The option O(state).
      type: str
      sample: present
    changed:
      description: Whether anything was changed, or would be in check mode.
      type: bool
      sample: true
    check_mode:
      description: Whether it was check mode.
      type: bool
      sample: false
    region:
      description: The ID of the region.
      type: str
      sample: cn-north-4
    registry:
      description: The host name of SWR in the region.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com
    vpc_id:
      description: The ID of the VPC. V(null) if it does not exist yet, or is not part of the scenario, as below.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    subnet_id:
      description: The ID of the subnet.
      type: str
      sample: "16619f91-9fb9-4a3c-8f1b-4c1b1a3a1e3f"
    swr:
      description: The endpoint for SWR. V(null) if the scenario has none, as below.
      type: dict
      sample: {"id": "4189d3c2-8882-4871-a3c2-d380272eed83", "service": "com.myhuaweicloud.cn-north-4.swr",
        "address": "192.168.0.61", "dns_names": ["swr.cn-north-4.myhuaweicloud.com"]}
      contains:
        id:
          description: The ID. V(null) before it is created.
          type: str
        service:
          description: The endpoint service.
          type: str
        address:
          description: The address at which the service is reached, the node IP. V(null) before it is created.
          type: str
        dns_names:
          description: The names that resolve to it inside the VPC.
          type: list
          elements: str
    dns:
      description: The endpoint for DNS, with the same fields.
      type: dict
      sample: null
    obs:
      description: The endpoint for OBS, with the same fields. It has no address.
      type: dict
      sample: null
    nat_gateway_id:
      description: The ID of the NAT gateway.
      type: str
      sample: null
    public_address:
      description: The address of the EIP.
      type: str
      sample: null
    prerequisites:
      description: What the scenario needs, and what is not created here.
      type: list
      elements: str
      sample: []
    plan:
      description: The objects, in the order in which they are created or deleted.
      type: list
      elements: dict
      sample: [{"object": "VPC", "name": "shop", "id": "84758cf5-9c62-43ae-a778-3dbd8370c0a4", "now": "there",
        "change": "none", "charge": "free", "note": ""}]
      contains:
        object:
          description: What it is, in words.
          type: str
        name:
          description: Its name.
          type: str
        id:
          description: Its ID. V(null) before it is created.
          type: str
        now:
          description: Whether it was V(there) or V(missing) before.
          type: str
        change:
          description: What was done or will be, V(create), V(update), V(delete), V(none), or V(keep) for what
            O(state=absent) leaves.
          type: str
        charge:
          description: How it is billed.
          type: str
        note:
          description: What it waits for, or why it is kept.
          type: str
    table:
      description: The plan, as lines of text.
      type: list
      elements: str
      sample: ["OBJECT  NAME  NOW    CHANGE  CHARGE", "VPC     shop  there  none    free"]
    warnings:
      description: What will not work, and how to fix it.
      type: list
      elements: str
      sample: []
diff:
  description: Each changed object before and after.
  returned: in diff mode
  type: list
  elements: dict
  sample: [{"before_header": "VPC shop", "after_header": "VPC shop", "before": {}, "after": {"name": "shop"}}]
  contains:
    before_header:
      description: The object.
      type: str
    after_header:
      description: The object.
      type: str
    before:
      description: Before. Empty if it did not exist.
      type: dict
    after:
      description: After. Empty if it does not exist.
      type: dict
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: a new NAT gateway costs money, and needs charge_mode
    where:
      description: The option, object or URL at fault.
      type: str
      sample: charge_mode
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
      sample: Set charge_mode to postpaid to have it created. Nothing was changed.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.common import NETWORK_ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.scenario.job import (
    bring_scenario_about,
    needs_no_keys,
    nothing_to_do,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.scenario.options import (
    ARGUMENTS as OWN_ARGUMENTS,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)


@reports_errors
def run(module):
    """The network, as the module's result."""
    if needs_no_keys(module.params):
        region = module.params["region"] or os.environ.get("HW_REGION_NAME")
        return show_warnings(module, nothing_to_do(dict(module.params, region=region), module.check_mode))
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    return show_warnings(module, bring_scenario_about(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS, **NETWORK_ARGUMENTS),
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
