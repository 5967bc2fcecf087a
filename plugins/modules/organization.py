#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: organization
short_description: Create and delete organizations in SWR
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates or deletes an organization, the first part of a repository's name in SWR's basic edition. A push to an
    organization that does not exist fails.
  - Needs only a login to the registry, as C(docker login) does, and no access key.
extends_documentation_fragment:
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
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
      - The user of the login, as in V(cn-north-4@EXAMPLEACCESSKEY).
    type: str
    required: true
  password:
    description:
      - The password of the login. M(longshore.swr.login_token) and the filter P(longshore.swr.swr_login#filter) derive
        it from an access key.
    type: str
    required: true
  region:
    description:
      - The ID of the region, as in V(cn-north-4), from which the registry is derived.
      - One of O(region), O(registry) and O(endpoint) is required.
    type: str
  cloud:
    description:
      - The domain of the region's host names, for a region that the collection does not know.
    type: str
  registry:
    description:
      - The host of the registry, if it is not that of O(region).
    type: str
  endpoint:
    description:
      - The base URL of the registry, as in V(https://swr.cn-north-4.myhuaweicloud.com).
      - By default it is V(https://) and the registry.
    type: str
  validate_certs:
    description:
      - Whether to verify the TLS certificate of the registry.
    type: bool
    default: true
  ca_path:
    description:
      - The path of a file with the certificate authorities to trust, in PEM format.
      - By default, those of the Python library C(requests) or of E(REQUESTS_CA_BUNDLE) are used.
    type: path
  timeout:
    description:
      - Seconds to wait for a connection, and for each part of a reply.
    type: float
    default: 30
  state:
    description:
      - Whether the organization exists.
      - With V(absent) an organization that has repositories is an error.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
notes:
  - SWR does not document an API for organizations that accepts a registry login. The module looks up and creates
    organizations with the calls that Harbor makes. It is not known whether a region also deletes organizations for such
    a login. If not, the module fails and changes nothing.
seealso:
  - module: longshore.swr.login_token
  - ref: longshore.swr.harbor role <ansible_collections.longshore.swr.harbor_role>
    description: Creates the organizations that Harbor replicates to.
"""

EXAMPLES = r"""
- name: Create an organization
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
  description: The organization. It is V(null) when it is absent.
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
      description: Before. Empty when it did not exist.
      type: dict
      sample: {}
    after:
      description: After. Empty when it does not exist.
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

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.dockyard import (
    DockyardOrganizations,
    dockyard_client,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import manage_organization
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require

OWN_ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "username": {"type": "str", "required": True},
    "password": {"type": "str", "required": True, "no_log": True},
    "region": {"type": "str"},
    "cloud": {"type": "str"},
    "registry": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The organization, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    options = module.params
    api = DockyardOrganizations(dockyard_client(options, redactor_of(module)).call)
    result = manage_organization(api, options["name"], options["state"] == "present", module.check_mode)
    if not module._diff:
        del result["diff"]
    return result


def main():
    run(AnsibleModule(argument_spec=dict(API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
