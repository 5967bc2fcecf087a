#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: repository_sharing_info
short_description: List the accounts that a repository in SWR is shared with
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the accounts that a repository of SWR's basic edition is shared with.
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
  - module: longshore.swr.repository_sharing
"""

EXAMPLES = r"""
- name: List the accounts that a repository is shared with
  longshore.swr.repository_sharing_info:
    region: cn-north-4
    organization: team
    repository: app
  delegate_to: localhost
  register: found

- name: Show the accounts that can still use it
  ansible.builtin.debug:
    msg: "{{ found.sharings | rejectattr('expired') | map(attribute='account') }}"
"""

RETURN = r"""
sharings:
  description: The accounts. Empty if there are none, or no such repository.
  returned: success
  type: list
  elements: dict
  contains:
    account:
      description: The name of the account.
      type: str
      sample: partner
    deadline:
      description: The day on which the sharing ends, or V(forever).
      type: str
      sample: "2027-06-30"
    description:
      description: The description.
      type: str
      sample: For the audit
    expired:
      description: Whether the deadline has passed. V(null) if SWR does not say.
      type: bool
      sample: false
    creator:
      description: The user who shared it.
      type: str
      sample: operator
    created:
      description: When it was shared.
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.sharing import list_sharings
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
    return show_warnings(module, listed("sharings", list_sharings(cloud, module.params), cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
