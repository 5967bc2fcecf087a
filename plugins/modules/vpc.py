#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vpc
short_description: Manage VPCs
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes or deletes a virtual private cloud (VPC).
  - Names are not unique. A VPC is found by O(name), and by O(cidr) if that is set. If several match, the task fails and
    lists them.
  - A VPC with subnets is not deleted.
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
      - The name. With O(id), it is changed to this.
    type: str
  id:
    description:
      - The ID of an existing VPC.
    type: str
  cidr:
    description:
      - The CIDR block, as in V(192.168.0.0/16). Needed to create a VPC. It cannot be changed.
    type: str
  description:
    description:
      - A description. By default, it is kept.
    type: str
  enterprise_project_id:
    description:
      - The ID of the enterprise project of a new VPC. It cannot be changed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.vpc_info
  - module: longshore.swr.vpc_subnet
"""

EXAMPLES = r"""
- name: Create a VPC
  longshore.swr.vpc:
    region: cn-north-4
    name: factory
    cidr: 10.20.0.0/16
    tags:
      team: shop
  delegate_to: localhost

- name: Delete it
  longshore.swr.vpc:
    region: cn-north-4
    name: factory
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
vpc:
  description:
    - The VPC. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
  contains:
    id:
      description: The ID.
      type: str
      sample: "84758cf5-9c62-43ae-a778-3dbd8370c0a4"
    name:
      description: The name.
      type: str
      sample: shop
    cidr:
      description: The CIDR block.
      type: str
      sample: 192.168.0.0/16
    description:
      description: The description.
      type: str
      sample: Nodes of the shop
    enterprise_project_id:
      description: The ID of the enterprise project. V(0) is the default one.
      type: str
      sample: "0"
    status:
      description: The status in the words of the API.
      type: str
      sample: OK
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
  description: The VPC before and after.
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
      sample: {"name": "shop", "cidr": "192.168.0.0/16", "description": ""}
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
      sample: POST https://vpc.cn-north-4.myhuaweicloud.com/v1/0605767fb280d5762fd0c0133b3cbe51/vpcs
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
      sample: Grant the user the IAM permission vpc:vpcs:create.
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.network.vpc import manage_vpc
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str"},
    "id": {"type": "str"},
    "cidr": {"type": "str"},
    "description": {"type": "str"},
    "enterprise_project_id": {"type": "str"},
    **NETWORK_ARGUMENTS,
    **TAG_ARGUMENTS,
}


@reports_errors
def run(module):
    """The VPC, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("vpc", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_vpc(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_one_of=[("name", "id")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
