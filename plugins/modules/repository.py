#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: repository
short_description: Manage repositories in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, changes or deletes a repository in SWR's basic edition, including its visibility, category and
    description.
  - A push creates a private repository automatically. Use this module for settings that a push does not make.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
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
  organization:
    description:
      - The organization that the repository is in. It must exist.
    type: str
    required: true
  name:
    description:
      - The name of the repository without the organization, as in V(app) or V(team/app).
      - It has up to 128 characters, lower-case letters and digits, separated by single dots, hyphens, underscores or
        slashes, or by two underscores.
    type: str
    required: true
  public:
    description:
      - Whether anyone may pull its images without a login.
      - By default, a new repository is private, and an existing one is kept as it is.
    type: bool
  category:
    description:
      - The category of its images. By default, it is kept.
    type: str
    choices: [app_server, linux, framework_app, database, lang, other, windows, arm]
  description:
    description:
      - A description. By default, it is kept.
    type: str
  state:
    description:
      - Whether the repository exists.
      - With V(absent), a repository with images is an error.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
seealso:
  - module: longshore.swr.repository_info
  - module: longshore.swr.organization
  - module: longshore.swr.permissions
  - module: longshore.swr.image_prune
    description: Deletes the images of a repository.
"""

EXAMPLES = r"""
- name: Create a repository
  longshore.swr.repository:
    region: cn-north-4
    organization: team
    name: app
    category: app_server
    description: The shop's cart
  delegate_to: localhost

- name: Make it public
  longshore.swr.repository:
    region: cn-north-4
    organization: team
    name: app
    public: true
  delegate_to: localhost

- name: Delete an empty repository
  longshore.swr.repository:
    region: cn-north-4
    organization: team
    name: app
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
repository:
  description:
    - The repository. V(null) if it is absent. In check mode before creation, it only has what will be set.
  returned: success
  type: dict
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
diff:
  description: The repository before and after.
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
      sample: {"organization": "team", "name": "app", "public": false}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: The organization does not exist
    where:
      description: The option, object or URL at fault.
      type: str
      sample: POST https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces/team/repos
    status:
      description: The HTTP status.
      type: int
      sample: 404
    code:
      description: The server's error code.
      type: str
      sample: SVCSTG.SWR.4040058
    hint:
      description: How to fix it.
      type: str
      sample: Create the organization first.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.repository import (
    CATEGORIES,
    manage_repository,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "name": {"type": "str", "required": True},
    "public": {"type": "bool"},
    "category": {"type": "str", "choices": list(CATEGORIES)},
    "description": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The repository, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_repository(cloud, module.params, module.check_mode))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
