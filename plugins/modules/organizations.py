#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: organizations
short_description: Manage organizations in SWR with everything in them, from one list
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Manages organizations of SWR's basic edition with their repositories, permissions, retention policies, sharings,
    synchronizations and triggers. A long list takes one task, and much less time than a task for each object.
  - The list is validated as a whole. Then everything in it is looked up, including users in IAM, and only then is
    anything changed. What is not in the list is left alone.
  - If SWR refuses one change, the others are still made, except in what it is about, and the task fails. The next run
    completes the rest.
  - Works with an access key or, for organizations without anything in them, with only a login to the registry.
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
      - What will be in an organization or a repository that does not exist yet is predicted.
      - Whether a name that this account does not see is free is known only when the organization is created.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  organizations:
    description:
      - The organizations.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The name, as described for O(longshore.swr.organization#module:name).
        type: str
        required: true
      permissions:
        description:
          - The permissions of users for the organization, which apply to all its repositories. Other users keep theirs.
        type: list
        elements: dict
        suboptions: &permission
          user_name:
            description:
              - The name of the user in IAM. This, the ID or both are required, see
                O(longshore.swr.permissions#module:users[].user_name).
            type: str
          user_id:
            description:
              - The ID of the user in IAM.
            type: str
          permission:
            description:
              - The permission. Required unless the user's O(ignore:state) is V(absent).
            type: str
            choices: [manage, write, read]
          state: &state
            description:
              - Whether it exists.
            type: str
            choices: [present, absent]
            default: present
      exclusive_permissions:
        description: &exclusive
          - Whether to revoke the permissions of all users that are not in the list, except those of the user whose key
            is used and of the one who created the organization.
        type: bool
        default: false
      repositories:
        description:
          - Its repositories.
        type: list
        elements: dict
        suboptions:
          name:
            description:
              - The name without the organization, as described for O(longshore.swr.repository#module:name).
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
          permissions:
            description:
              - The permissions of users for this repository only. Other users keep theirs.
            type: list
            elements: dict
            suboptions: *permission
          exclusive_permissions:
            description: *exclusive
            type: bool
            default: false
          retention_policy:
            description:
              - The policy by which SWR deletes its images, as described for M(longshore.swr.retention_policy).
            type: dict
            suboptions:
              days:
                description:
                  - Delete images that are older than this number of days.
                  - Either this or the number of newest images is required.
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
              state: *state
          sharings:
            description:
              - The accounts that may pull its images, as described for M(longshore.swr.repository_sharing).
            type: list
            elements: dict
            suboptions:
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
              state: *state
          region_syncs:
            description:
              - The regions that pushed images are copied to, as described for M(longshore.swr.region_sync).
            type: list
            elements: dict
            suboptions:
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
              state: *state
          triggers:
            description:
              - The workloads that a pushed image updates, as described for M(longshore.swr.trigger).
            type: list
            elements: dict
            suboptions:
              name:
                description:
                  - The name of the trigger.
                type: str
                required: true
              type:
                description:
                  - Where the workload runs.
                type: str
                choices: [cce, cci]
                default: cce
              cluster_id:
                description:
                  - The ID of the cluster. Required for V(cce).
                type: str
              cluster_name:
                description:
                  - The name of the cluster. Required for V(cce).
                type: str
              namespace:
                description:
                  - The namespace of the workload. Required unless the trigger is absent.
                type: str
              workload_type:
                description:
                  - The kind of workload. Required unless the trigger is absent.
                type: str
                choices: [deployments, statefulsets]
              workload_name:
                description:
                  - The name of the workload. Required unless the trigger is absent.
                type: str
              container:
                description:
                  - The container whose image is updated. By default, all are.
                type: str
              condition_type:
                description:
                  - Which images trigger it. V(all), the one with a certain V(tag), or those whose tags match a
                    V(regular) expression.
                type: str
                choices: [all, tag, regular]
                default: all
              condition_value:
                description:
                  - The tag, or the regular expression.
                type: str
              enabled:
                description:
                  - Whether the trigger is enabled. By default, a new one is, and an existing one is kept.
                type: bool
              state: *state
          state:
            description:
              - Whether the repository exists.
              - With V(absent), a repository with images is an error, and nothing else may be set.
            type: str
            choices: [present, absent]
            default: present
      state:
        description:
          - Whether the organization exists.
          - With V(absent), an organization with repositories is an error, and nothing else may be set but repositories
            that are absent too, which are deleted first.
        type: str
        choices: [present, absent]
        default: present
  username:
    description:
      - The user of a login to the registry, as described for O(longshore.swr.organization#module:username). If it is
        set, no access key is needed, and the organizations must have nothing in them.
    type: str
  password:
    description:
      - The password of the login.
    type: str
  registry:
    description:
      - With a login, the host of the registry, if it is not that of O(region).
      - With a login, one of O(region), O(registry) and O(endpoint) is required.
    type: str
  endpoint:
    description:
      - The base URL of SWR's API. With a login, that of the registry.
      - By default, it is derived from O(region) and O(cloud), or from O(registry).
    type: str
requirements:
  - requests
seealso:
  - module: longshore.swr.organization
  - module: longshore.swr.repository
  - module: longshore.swr.permissions
  - module: longshore.swr.retention_policy
  - module: longshore.swr.repository_sharing
  - module: longshore.swr.region_sync
  - module: longshore.swr.trigger
  - ref: longshore.swr.organizations role <ansible_collections.longshore.swr.organizations_role>
    description: Does the same with a list in variables.
"""

EXAMPLES = r"""
- name: Manage two organizations
  longshore.swr.organizations:
    region: cn-north-4
    organizations:
      - name: shop
        permissions:
          - user_name: alice
            permission: manage
          - user_name: nodes
            permission: read
        repositories:
          - name: cart
            category: app_server
            retention_policy:
              days: 90
              keep_matching: ["^v[0-9]"]
            sharings:
              - account: partner
                deadline: "2027-06-30"
          - name: team/pay
            description: Payments
            region_syncs:
              - target_region: cn-east-3
                target_organization: shop-east
          - name: trial
            state: absent
      - name: old-shop
        state: absent
  delegate_to: localhost

- name: Create organizations with a login to the registry
  longshore.swr.organizations:
    region: cn-north-4
    username: "{{ login.username }}"
    password: "{{ login.password }}"
    organizations:
      - name: shop
      - name: tools
  vars:
    login: "{{ vault_access_key | longshore.swr.swr_login(vault_secret_key, 'cn-north-4') }}"
  delegate_to: localhost
"""

RETURN = r"""
changes:
  description: What was changed, in order. In check mode, what would be.
  returned: success, and failure after the first change
  type: list
  elements: dict
  contains:
    object:
      description: The object.
      type: str
      sample: retention policy of shop/cart
    change:
      description: V(created), V(changed) or V(deleted).
      type: str
      sample: changed
    fields:
      description: If it was changed, the fields that were.
      type: list
      elements: str
      sample: [days]
diff:
  description: Each object in RV(changes), before and after.
  returned: in diff mode
  type: list
  elements: dict
  contains:
    before_header:
      description: The object.
      type: str
      sample: organization shop
    after_header:
      description: The object.
      type: str
      sample: organization shop
    before:
      description: Before. Empty if it did not exist.
      type: dict
      sample: {}
    after:
      description: After. Empty if it does not exist.
      type: dict
      sample: {"name": "shop"}
failures:
  description: The changes that failed.
  returned: failure of a change
  type: list
  elements: dict
  contains:
    object:
      description: The object.
      type: str
      sample: organization shop
    what:
      description: What failed.
      type: str
      sample: namespace already exists
    where:
      description: The option, object or URL at fault.
      type: str
      sample: POST https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/namespaces
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
not_tried:
  description:
    - The objects that were to be changed, but were not because of a failure, such as the repositories of an
      organization that could not be created.
  returned: failure of a change
  type: list
  elements: str
  sample: [repository shop/cart]
error:
  description: If the task failed before the first change, the parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: "organizations[Shop]: name: invalid organization name \"Shop\""
    hint:
      description: How to fix it.
      type: str
      sample: Nothing was changed.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.api.client import cloud_from
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.layout.run import manage_layout
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.layout.steps import steps_of
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.common import LEVELS, swr_client
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.dockyard import (
    DockyardOrganizations,
    dockyard_client,
)
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.organization import ManagedOrganizations
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.repository import CATEGORIES
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.swr.trigger import (
    CONDITIONS,
    TYPES,
    WORKLOADS,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    show_warnings,
)

NAME = {"name": {"type": "str", "required": True}}
STATE = {"state": {"type": "str", "choices": ["present", "absent"], "default": "present"}}
PERMISSION = {
    "user_name": {"type": "str"},
    "user_id": {"type": "str"},
    "permission": {"type": "str", "choices": list(LEVELS)},
    **STATE,
}
PERMISSIONS = {
    "permissions": {
        "type": "list",
        "elements": "dict",
        "options": PERMISSION,
        "required_one_of": [("user_name", "user_id")],
    },
    "exclusive_permissions": {"type": "bool", "default": False},
}
RETENTION_POLICY = {
    "days": {"type": "int"},
    "newest": {"type": "int"},
    "keep_tags": {"type": "list", "elements": "str"},
    "keep_matching": {"type": "list", "elements": "str"},
    **STATE,
}
SHARING = {
    "account": {"type": "str", "required": True},
    "deadline": {"type": "str"},
    "description": {"type": "str"},
    **STATE,
}
REGION_SYNC = {
    "target_region": {"type": "str", "required": True},
    "target_organization": {"type": "str", "required": True},
    "override": {"type": "bool"},
    **STATE,
}
TRIGGER = {
    **NAME,
    "type": {"type": "str", "choices": list(TYPES), "default": "cce"},
    "cluster_id": {"type": "str"},
    "cluster_name": {"type": "str"},
    "namespace": {"type": "str"},
    "workload_type": {"type": "str", "choices": list(WORKLOADS)},
    "workload_name": {"type": "str"},
    "container": {"type": "str"},
    "condition_type": {"type": "str", "choices": list(CONDITIONS), "default": "all"},
    "condition_value": {"type": "str"},
    "enabled": {"type": "bool"},
    **STATE,
}
REPOSITORY = {
    **NAME,
    "public": {"type": "bool"},
    "category": {"type": "str", "choices": list(CATEGORIES)},
    "description": {"type": "str"},
    **PERMISSIONS,
    "retention_policy": {"type": "dict", "options": RETENTION_POLICY},
    "sharings": {"type": "list", "elements": "dict", "options": SHARING},
    "region_syncs": {"type": "list", "elements": "dict", "options": REGION_SYNC},
    "triggers": {"type": "list", "elements": "dict", "options": TRIGGER},
    **STATE,
}
ORGANIZATION = {
    **NAME,
    **PERMISSIONS,
    "repositories": {"type": "list", "elements": "dict", "options": REPOSITORY},
    **STATE,
}
OWN_ARGUMENTS = {
    "organizations": {"type": "list", "elements": "dict", "required": True, "options": ORGANIZATION},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "registry": {"type": "str"},
}


@reports_errors
def run(module):
    """What was changed, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    options, cloud, warnings = module.params, None, []
    if options["username"]:
        api = DockyardOrganizations(dockyard_client(options, redactor_of(module)).call)
    else:
        cloud = cloud_from("swr", options, os.environ, redactor_of(module))
        api, warnings = ManagedOrganizations(swr_client(cloud)), list(cloud.credentials.warnings)
    result = manage_layout(steps_of(api, cloud, options["organizations"]), module.check_mode)
    return show_warnings(module, dict(result, warnings=warnings + result["warnings"]))


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
