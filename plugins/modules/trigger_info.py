#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: trigger_info
short_description: List the triggers of a repository in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the triggers of a repository of SWR's basic edition.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.swr_repository
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  {}
requirements:
  - requests
seealso:
  - module: longshore.swr.trigger
"""

EXAMPLES = r"""
- name: List the triggers of a repository
  longshore.swr.trigger_info:
    region: cn-north-4
    organization: team
    repository: app
  delegate_to: localhost
  register: found

- name: Show which workloads a push updates
  ansible.builtin.debug:
    msg: "{{ found.triggers | selectattr('enabled') | map(attribute='workload_name') }}"
"""

RETURN = r"""
triggers:
  description: The triggers. Empty if there are none, or no such repository.
  returned: success
  type: list
  elements: dict
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
    creator:
      description: The user who created it.
      type: str
      sample: operator
    created:
      description: When it was created.
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
      sample: GET https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces/team
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
      sample: Grant the user the IAM permission swr:namespace:getNamespace for the organization team.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.objects import listed
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.trigger import list_triggers
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str", "required": True},
}


@reports_errors
def run(module):
    """The list, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, listed("triggers", list_triggers(cloud, module.params), cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
