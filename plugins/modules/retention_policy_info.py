#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: retention_policy_info
short_description: List the retention policies of a repository in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the retention policies of a repository of SWR's basic edition, which usually has one or none.
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
  - module: longshore.swr.retention_policy
"""

EXAMPLES = r"""
- name: List the retention policies of a repository
  longshore.swr.retention_policy_info:
    region: cn-north-4
    organization: team
    repository: app
  delegate_to: localhost
  register: found

- name: Show the numbers of days
  ansible.builtin.debug:
    msg: "{{ found.policies | map(attribute='days') }}"
"""

RETURN = r"""
policies:
  description: The policies. Empty if there are none, or no such repository.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID in SWR.
      type: int
      sample: 34
    days:
      description: The number of days after which images are deleted. V(null) if the policy goes by number of images.
      type: int
      sample: 90
    newest:
      description: The number of images kept. V(null) if the policy goes by days.
      type: int
      sample: 20
    keep_tags:
      description: Tags that are always kept.
      type: list
      elements: str
      sample: [latest, "1.0"]
    keep_matching:
      description: Regular expressions for tags that are always kept.
      type: list
      elements: str
      sample: ["^release-"]
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.retention import list_policies
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
    return show_warnings(module, listed("policies", list_policies(cloud, module.params), cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
