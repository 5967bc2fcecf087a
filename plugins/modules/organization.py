#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: organization
short_description: Create and delete organizations in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates or deletes an organization, the first part of a repository's name in SWR's basic edition. A push to an
    organization that does not exist fails.
  - Works with an access key, through SWR's API, or with only a login to the registry, like C(docker login).
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_huaweicloud
attributes:
  check_mode:
    support: full
    details:
      - Whether a name that this account does not see is free is known only when the organization is created.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - The name of the organization.
      - It has up to 64 characters, a lower-case letter first, then lower-case letters and digits, separated by single
        dots, hyphens or underscores, or by two underscores. It is unique in the region, across all accounts.
    type: str
    required: true
  username:
    description:
      - The user of a login to the registry, as in V(cn-north-4@EXAMPLEACCESSKEY). If it is set, no access key is
        needed.
    type: str
  password:
    description:
      - The password of the login. M(longshore.swr.login_token) and the filter P(longshore.swr.swr_login#filter) derive
        it from an access key.
    type: str
  registry:
    description:
      - With a login, the host of the registry, if it is not that of O(region).
      - With a login, one of O(region), O(registry) and O(endpoint) is required.
    type: str
  endpoint:
    description:
      - The base URL of SWR's API, as in V(https://swr-api.cn-north-4.myhuaweicloud.com). With a login, that of the
        registry, as in V(https://swr.cn-north-4.myhuaweicloud.com).
      - By default, it is derived from O(region) and O(cloud), or from O(registry).
    type: str
  state:
    description:
      - Whether the organization exists.
      - With V(absent), an organization with repositories is an error.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
notes:
  - SWR does not document an API for organizations that accepts a registry login. With one, the module looks up and
    creates organizations with the calls that Harbor makes. It is not known whether a region also deletes organizations
    for such a login. If not, the module fails and changes nothing.
seealso:
  - module: longshore.swr.organization_info
  - module: longshore.swr.repository
  - module: longshore.swr.permissions
  - module: longshore.swr.login_token
  - ref: longshore.swr.harbor role <ansible_collections.longshore.swr.harbor_role>
    description: Creates the organizations that Harbor replicates to.
"""

EXAMPLES = r"""
- name: Create an organization with an access key from the environment
  longshore.swr.organization:
    name: dev-container
    region: cn-north-4
  delegate_to: localhost

- name: Create an organization with a login to the registry
  longshore.swr.organization:
    name: dev-container
    region: cn-north-4
    username: "{{ login.username }}"
    password: "{{ login.password }}"
  vars:
    login: "{{ vault_access_key | longshore.swr.swr_login(vault_secret_key, 'cn-north-4') }}"
  delegate_to: localhost

- name: Delete an empty organization
  longshore.swr.organization:
    name: dev-container
    region: cn-north-4
    username: cn-north-4@EXAMPLEACCESSKEY
    password: "{{ vault_swr_password }}"
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
organization:
  description: The organization. It is V(null) if it is absent.
  returned: success
  type: dict
  contains:
    name:
      description: The name.
      type: str
      sample: dev-container
    creator:
      description: The user who created it. V(null) if SWR does not say, and in check mode before creation.
      type: str
      sample: cn-north-4
    permission:
      description:
        - The permission of the login's user in it, V(manage), V(write) or V(read). V(null) if SWR does not say, and in
          check mode before creation.
      type: str
      sample: manage
diff:
  description: The organization before and after.
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
      sample: {"name": "dev-container"}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: namespace already exists
    where:
      description: The option or URL at fault.
      type: str
      sample: POST https://swr.cn-north-4.myhuaweicloud.com/dockyard/v2/namespaces
    status:
      description: The HTTP status.
      type: int
      sample: 409
    code:
      description: SWR's error code.
      type: str
      sample: SVCSTG.SWR.4090060
    hint:
      description: How to fix it.
      type: str
      sample: "Organization names are unique in a region, and this one belongs to another account: choose another."
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.common import swr_client
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.dockyard import (
    DockyardOrganizations,
    dockyard_client,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import (
    ManagedOrganizations,
    manage_organization,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "registry": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The organization, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    options, warnings = module.params, []
    if options["username"]:
        api = DockyardOrganizations(dockyard_client(options, redactor_of(module)).call)
    else:
        cloud = cloud_from("swr", options, os.environ, redactor_of(module))
        api, warnings = ManagedOrganizations(swr_client(cloud)), list(cloud.credentials.warnings)
    result = manage_organization(api, options["name"], options["state"] == "present", module.check_mode)
    return show_warnings(module, dict(result, warnings=warnings))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            required_together=[("username", "password")],
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
