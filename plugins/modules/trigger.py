#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: trigger
short_description: Manage triggers of repositories in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Makes SWR's basic edition update a workload of CCE (Cloud Container Engine) or CCI (Cloud Container Instance) when
    an image is pushed.
  - SWR can only change whether a trigger is enabled. For any other change, it is deleted and created again.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.swr_repository
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
      - The name of the trigger.
    type: str
    required: true
  type:
    description:
      - Where the workload runs.
    type: str
    choices: [cce, cci]
    default: cce
  cluster_id:
    description:
      - The ID of the cluster. Required for O(type=cce).
    type: str
  cluster_name:
    description:
      - The name of the cluster. Required for O(type=cce).
    type: str
  namespace:
    description:
      - The namespace of the workload. Required unless O(state=absent).
    type: str
  workload_type:
    description:
      - The kind of workload. Required unless O(state=absent).
    type: str
    choices: [deployments, statefulsets]
  workload_name:
    description:
      - The name of the workload. Required unless O(state=absent).
    type: str
  container:
    description:
      - The container whose image is updated. By default, all are.
    type: str
  condition_type:
    description:
      - Which images trigger it. V(all), the one with a certain V(tag), or those whose tags match a V(regular)
        expression.
    type: str
    choices: [all, tag, regular]
    default: all
  condition_value:
    description:
      - The tag, or the regular expression. Required for O(condition_type=tag) and O(condition_type=regular).
    type: str
  enabled:
    description:
      - Whether the trigger is enabled. By default, a new one is, and an existing one is kept.
    type: bool
  state:
    description:
      - Whether the trigger exists.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
notes:
  - SWR must be allowed to use CCE through an agency, which the console asks for when the first trigger is created
    there.
seealso:
  - module: longshore.swr.trigger_info
"""

EXAMPLES = r"""
- name: Update a workload with every pushed release
  longshore.swr.trigger:
    region: cn-north-4
    organization: team
    repository: app
    name: rollout
    cluster_id: 6a3b8f9e-1f6a-11ef-9d45-0255ac100b05
    cluster_name: production
    namespace: shop
    workload_type: deployments
    workload_name: cart
    condition_type: regular
    condition_value: "^v[0-9]+$"
  delegate_to: localhost

- name: Delete the trigger
  longshore.swr.trigger:
    region: cn-north-4
    organization: team
    repository: app
    name: rollout
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
trigger:
  description: The trigger. V(null) if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: Its name.
      type: str
      sample: rollout
    type:
      description: Where the workload runs, V(cce) or V(cci).
      type: str
      sample: cce
    cluster_id:
      description: The ID of the cluster. Empty for CCI.
      type: str
      sample: 6a3b8f9e-1f6a-11ef-9d45-0255ac100b05
    cluster_name:
      description: The name of the cluster. Empty for CCI.
      type: str
      sample: production
    namespace:
      description: The namespace of the workload.
      type: str
      sample: shop
    workload_type:
      description: The kind of workload, V(deployments) or V(statefulsets).
      type: str
      sample: deployments
    workload_name:
      description: The name of the workload.
      type: str
      sample: cart
    container:
      description: The container whose image is updated. Empty for all.
      type: str
      sample: cart
    condition_type:
      description: Which images trigger it, V(all), V(tag) or V(regular).
      type: str
      sample: regular
    condition_value:
      description: The tag, or the regular expression.
      type: str
      sample: "^v[0-9]+$"
    enabled:
      description: Whether it is enabled.
      type: bool
      sample: true
diff:
  description: The trigger before and after.
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
      sample: {"name": "rollout", "workload_name": "cart", "enabled": true}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: cluster_id and cluster_name are not set
    where:
      description: The option, object or URL at fault.
      type: str
      sample: cluster_id
    status:
      description: The HTTP status.
      type: int
      sample: 403
    code:
      description: The server's error code.
      type: str
      sample: SVCSTG.SWR.4030000
    hint:
      description: How to fix it.
      type: str
      sample: A trigger needs cluster_id and cluster_name.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.trigger import (
    CONDITIONS,
    TYPES,
    WORKLOADS,
    manage_trigger,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "choices": list(TYPES), "default": "cce"},
    "cluster_id": {"type": "str"},
    "cluster_name": {"type": "str"},
    "namespace": {"type": "str"},
    "workload_type": {"type": "str", "choices": list(WORKLOADS)},
    "workload_name": {"type": "str"},
    "container": {"type": "str"},
    "condition_type": {"type": "str", "choices": list(CONDITIONS), "default": "all"},
    "condition_value": {"type": "str"},
    "enabled": {"type": "bool"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The trigger, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_trigger(cloud, module.params, module.check_mode))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
