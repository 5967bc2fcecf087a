#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: region_sync
short_description: Synchronize repositories in SWR to another region
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Makes SWR's basic edition copy every image pushed to a repository to an organization in another region.
  - Images pushed earlier are not copied. Use M(longshore.swr.image_copy) for these.
  - SWR cannot change a synchronization. To change O(override), it is deleted and created again.
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
  target_region:
    description:
      - The ID of the region to copy to, as in V(cn-east-3).
    type: str
    required: true
  target_organization:
    description:
      - The organization in the region. It must exist.
    type: str
    required: true
  override:
    description:
      - Whether to replace existing images.
      - By default, a new synchronization does not, and an existing one keeps its setting.
    type: bool
  state:
    description:
      - Whether the repository is synchronized.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
seealso:
  - module: longshore.swr.region_sync_info
  - module: longshore.swr.organization
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Create the organization in the other region
  longshore.swr.organization:
    region: cn-east-3
    name: team-east
  delegate_to: localhost

- name: Synchronize a repository to it
  longshore.swr.region_sync:
    region: cn-north-4
    organization: team
    repository: app
    target_region: cn-east-3
    target_organization: team-east
  delegate_to: localhost

- name: End the synchronization
  longshore.swr.region_sync:
    region: cn-north-4
    organization: team
    repository: app
    target_region: cn-east-3
    target_organization: team-east
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
sync:
  description: The synchronization. V(null) if it is absent.
  returned: success
  type: dict
  contains:
    target_region:
      description: The ID of the region that images are copied to.
      type: str
      sample: cn-east-3
    target_organization:
      description: The organization there.
      type: str
      sample: team
    override:
      description: Whether to replace existing images.
      type: bool
      sample: false
    automatic:
      description: Whether each push is copied.
      type: bool
      sample: true
diff:
  description: The synchronization before and after.
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
      sample: {"target_region": "cn-east-3", "target_organization": "team", "override": false, "automatic": true}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: the target region is the repository's own
    where:
      description: The option, object or URL at fault.
      type: str
      sample: target_region
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
      sample: Give another region.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.region_sync import manage_sync
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str", "required": True},
    "target_region": {"type": "str", "required": True},
    "target_organization": {"type": "str", "required": True},
    "override": {"type": "bool"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The synchronization, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_sync(cloud, module.params, module.check_mode))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
