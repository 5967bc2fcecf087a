#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: repository_info
short_description: List repositories in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Lists the repositories of SWR's basic edition that the user can see, or those of an organization.
  - The list is complete, or the task fails.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  organization:
    description:
      - The organization whose repositories are listed. By default, those of all organizations.
    type: str
  name:
    description:
      - The name of a repository without the organization. By default, all are listed.
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.repository
  - module: longshore.swr.image_info
    description: Inspects the images of a repository.
"""

EXAMPLES = r"""
- name: List the repositories of an organization
  longshore.swr.repository_info:
    region: cn-north-4
    organization: team
  delegate_to: localhost
  register: found

- name: Show which of them are public
  ansible.builtin.debug:
    msg: "{{ found.repositories | selectattr('public') | map(attribute='name') }}"
"""

RETURN = r"""
repositories:
  description: The repositories. Empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    organization:
      description: The organization that it is in.
      type: str
      sample: team
    name:
      description: The name without the organization.
      type: str
      sample: app
    public:
      description: Whether anyone may pull its images.
      type: bool
      sample: false
    category:
      description: The category of its images. V(null) if not set.
      type: str
      sample: linux
    description:
      description: The description.
      type: str
      sample: The shop's cart
    images:
      description: Number of images.
      type: int
      sample: 12
    downloads:
      description: Number of pulls.
      type: int
      sample: 340
    size:
      description: The size of its images, in bytes.
      type: int
      sample: 81264640
    path:
      description: The name for pulls.
      type: str
      sample: swr.cn-north-4.myhuaweicloud.com/team/app
    internal_path:
      description: The name for pulls from inside a VPC.
      type: str
      sample: 100.125.0.198:20202/team/app
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
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.repository import list_repositories
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {"organization": {"type": "str"}, "name": {"type": "str"}}


@reports_errors
def run(module):
    """The repositories, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    found = list_repositories(cloud, module.params["organization"], module.params["name"])
    return show_warnings(module, listed("repositories", found, cloud))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
