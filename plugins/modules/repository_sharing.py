#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: repository_sharing
short_description: Share repositories in SWR with other accounts
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Shares a private repository of SWR's basic edition with another account, whose users may then pull its images.
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
  account:
    description:
      - The name of the account, as its owner sees it under My Credentials.
    type: str
    required: true
  deadline:
    description:
      - The day on which the sharing ends, as in V(2027-06-30), at 0:00 UTC, or V(forever).
      - By default, a new sharing has no end, and that of an existing one is kept.
    type: str
  description:
    description:
      - A description. By default, it is kept.
    type: str
  state:
    description:
      - Whether the repository is shared with the account.
    type: str
    choices: [present, absent]
    default: present
requirements:
  - requests
seealso:
  - module: longshore.swr.repository_sharing_info
  - module: longshore.swr.permissions
    description: For users of the same account.
"""

EXAMPLES = r"""
- name: Share a repository with another account for some time
  longshore.swr.repository_sharing:
    region: cn-north-4
    organization: team
    repository: app
    account: partner
    deadline: "2027-06-30"
    description: For the audit
  delegate_to: localhost

- name: End the sharing
  longshore.swr.repository_sharing:
    region: cn-north-4
    organization: team
    repository: app
    account: partner
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
sharing:
  description: The sharing. V(null) if it is absent.
  returned: success
  type: dict
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
    account_exists:
      description: Whether SWR knows an account of that name. If not, there is a warning.
      type: bool
      sample: true
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
diff:
  description: The sharing before and after.
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
      sample: {"account": "partner", "deadline": "2027-06-30", "description": "For the audit"}
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: the deadline 2024-01-01 is over
    where:
      description: The option, object or URL at fault.
      type: str
      sample: deadline
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
      sample: Give a later day, or forever. Nothing was changed.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.sharing import manage_sharing
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

OWN_ARGUMENTS = {
    "organization": {"type": "str", "required": True},
    "repository": {"type": "str", "required": True},
    "account": {"type": "str", "required": True},
    "deadline": {"type": "str"},
    "description": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The sharing, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    cloud = cloud_from("swr", module.params, os.environ, redactor_of(module))
    return show_warnings(module, manage_sharing(cloud, module.params, module.check_mode))


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **API_ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
