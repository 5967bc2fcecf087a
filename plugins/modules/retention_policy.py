#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: retention_policy
short_description: Manage retention policies of repositories in SWR
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Sets the retention policy of a repository in SWR's basic edition, by which SWR deletes images automatically.
  - A repository has one policy. Further policies are an error.
  - SWR cannot change whether a policy goes by days or by number of images. The policy is then deleted and created
    again.
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
  days:
    description:
      - Delete images that are older than this number of days.
      - O(days) or O(newest) is required unless O(state=absent).
    type: int
  newest:
    description:
      - Keep this number of the newest images and delete the others.
    type: int
  keep_tags:
    description:
      - Tags that are always kept. By default, none.
    type: list
    elements: str
  keep_matching:
    description:
      - Regular expressions for tags that are always kept. By default, none.
    type: list
    elements: str
  state:
    description:
      - Whether the repository has a policy.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
seealso:
  - module: longshore.swr.retention_policy_info
  - module: longshore.swr.image_prune
    description: Deletes tags at once that the rules of a copy no longer produce.
"""

EXAMPLES = r"""
- name: Delete images after 90 days, except releases
  longshore.swr.retention_policy:
    region: cn-north-4
    organization: team
    repository: app
    days: 90
    keep_tags: [latest]
    keep_matching: ["^release-"]
  delegate_to: localhost

- name: Keep the 20 newest images
  longshore.swr.retention_policy:
    region: cn-north-4
    organization: team
    repository: app
    newest: 20
  delegate_to: localhost

- name: Keep all images
  longshore.swr.retention_policy:
    region: cn-north-4
    organization: team
    repository: app
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
policy:
  description: The policy. V(null) if it is absent.
  returned: success
  type: dict
  contains:
    id:
      description: The ID in SWR. V(null) in check mode, before it is created.
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
diff:
  description: The policy before and after.
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
      sample: {"days": 90, "newest": null, "keep_tags": ["latest"], "keep_matching": []}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: the repository has several retention policies (34, 35)
    where:
      description: The option, object or URL at fault.
      type: str
      sample: repository team/app
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
      sample: Delete all but one in SWR's console.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.retention import manage_retention
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str", "required": True},
    "days": {"type": "int"},
    "newest": {"type": "int"},
    "keep_tags": {"type": "list", "elements": "str"},
    "keep_matching": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The policy, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_retention(cloud, module.params, module.check_mode))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS),
            supports_check_mode=True,
            mutually_exclusive=[("days", "newest")],
        )
    )


if __name__ == "__main__":
    main()
