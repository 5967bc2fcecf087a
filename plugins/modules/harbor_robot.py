#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_robot
short_description: Manage Harbor's robot accounts for replication
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, updates and deletes system robot accounts of Harbor, so that replication can be managed without an
    administrator's password.
  - By default, an account has only the permissions that the modules for registries, replication policies and executions
    need.
  - Its secret is returned once, when it is created or renewed. Use RV(robot.name) and RV(secret) of the registered
    result as O(harbor_username) and O(harbor_password) of other tasks.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
    details:
      - There is no secret in check mode.
  diff_mode:
    support: full
    details:
      - With a new secret, the diff is hidden like the rest of the result.
  idempotent:
    support: partial
    details:
      - With O(secret=refresh), each run creates a new secret.
options:
  name:
    description:
      - The name of the account, without the prefix that Harbor adds (C(robot$) by default).
      - An account of this name is adopted, whatever its prefix.
    type: str
    required: true
  description:
    description:
      - What the account is for. By default it is kept.
    type: str
  duration:
    description:
      - How many days the account is valid, counted from its creation, also when this is changed later. V(-1) means no
        end.
      - By default, a new account is valid without end, and that of an existing one is kept.
    type: int
  permissions:
    description:
      - The permissions of the account. All others are removed.
      - By default, a new account gets what replication needs, and those of an existing one are kept.
      - Replication needs, in the system, C(create), C(read), C(update), C(delete) and C(list) of C(registry) and
        C(replication-policy), C(create), C(read) and C(list) of C(replication), and C(list) of C(replication-adapter).
      - Before Harbor 2.10, an account with system permissions cannot use those for projects.
    type: list
    elements: dict
    suboptions:
      kind:
        description:
          - Whether it applies to the system or to projects.
        type: str
        choices: [system, project]
        required: true
      namespace:
        description:
          - The name of the project, or V(*) for all. Not for the system.
        type: str
      access:
        description:
          - The actions. Since Harbor 2.10, C(GET /api/v2.0/permissions) lists the available ones.
        type: list
        elements: dict
        required: true
        suboptions:
          resource:
            description:
              - The resource, as in V(replication-policy).
            type: str
            required: true
          action:
            description:
              - The action, as in V(read).
            type: str
            required: true
  disabled:
    description:
      - Whether the account is disabled. By default a new account is enabled, and an existing one is kept as it is.
    type: bool
  secret:
    description:
      - V(keep) leaves the secret as it is. Harbor does not return it again.
      - V(refresh) creates a new one in each run. The old one becomes invalid at once.
    type: str
    choices: [keep, refresh]
    default: keep
  state:
    description:
      - Whether the account exists.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Requires Harbor 2.2. Up to 2.2, replication needs an administrator, whatever the permissions of an account.
  - Only an administrator can run it. A robot account cannot change robot accounts.
  - A result with a secret is hidden from output as if C(no_log) were set. The registered variable has everything.
    Errors are shown, without secrets.
  - It cannot be run with C(async), which would write the secret to a file.
seealso:
  - module: longshore.swr.harbor_registry
  - module: longshore.swr.harbor_replication_policy
  - module: longshore.swr.harbor_replication_execution
  - module: longshore.swr.harbor_info
"""

EXAMPLES = r"""
- name: Create an account for replication
  longshore.swr.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: replicator
    description: Replication to SWR
    duration: 365
  delegate_to: localhost
  register: made

- name: Store its secret, which is returned only once
  ansible.builtin.copy:
    content: "{{ {'harbor_username': made.robot.name, 'harbor_password': made.secret} | to_nice_yaml }}"
    dest: "{{ playbook_dir }}/replicator.yml"
    mode: "0600"
  delegate_to: localhost
  no_log: true
  when: made.secret is defined

- name: Renew its secret
  longshore.swr.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: replicator
    secret: refresh
  delegate_to: localhost
  register: renewed

- name: Replicate with the account
  longshore.swr.harbor_replication_execution:
    harbor_url: https://harbor.example.com
    harbor_username: "{{ renewed.robot.name }}"
    harbor_password: "{{ renewed.secret }}"
    policy: to-swr
  delegate_to: localhost

- name: Create an account that can also list artifacts, with Harbor 2.10 or later
  longshore.swr.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: auditor
    permissions:
      - kind: system
        access:
          - {resource: registry, action: list}
          - {resource: replication-policy, action: list}
          - {resource: replication, action: list}
          - {resource: project, action: list}
      - kind: project
        namespace: "*"
        access:
          - {resource: repository, action: list}
          - {resource: artifact, action: list}
  delegate_to: localhost
  register: auditor

- name: Delete the account
  longshore.swr.harbor_robot:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: replicator
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
robot:
  description: The account. V(null) if it is absent.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. V(null) in check mode before it is created.
      type: int
      sample: 7
    name:
      description: Its name with the prefix, which is the user name of its login.
      type: str
      sample: robot$replicator
    level:
      description: Always V(system).
      type: str
      sample: system
    description:
      description: The description.
      type: str
      sample: Replication to SWR
    duration:
      description: How many days it is valid, V(-1) for no end.
      type: int
      sample: 365
    expires_at:
      description:
        - When it expires, in seconds since 1970, V(-1) for never. V(null) in check mode before it is created.
      type: int
      sample: 1803974400
    disabled:
      description: Whether it cannot log in.
      type: bool
      sample: false
    permissions:
      description: Its permissions.
      type: list
      elements: dict
      sample: [{"kind": "system", "namespace": "/", "access": [{"resource": "replication", "action": "create"}]}]
secret:
  description:
    - The new secret. It is not shown in output, but it is in the registered variable.
  returned: when one was created
  type: str
  sample: 5sLrSd0wFvvQAjFs8DyZKNCOZrtDBDEC
diff:
  description: The account before and after.
  returned: success
  type: dict
  contains:
    before:
      description: Before. Empty if it did not exist.
      type: dict
      sample: {}
    after:
      description: After. Empty if it does not exist.
      type: dict
      sample: {"description": "Replication to SWR", "duration": 365, "disabled": false, "permissions": []}
harbor_version:
  description: The version of Harbor, as Harbor reports it.
  returned: success
  type: str
  sample: v2.9.5-e8b44df6
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: 'bad request permission: registry:push'
    where:
      description: The account, option or URL that it happened at.
      type: str
      sample: robot replicator
    status:
      description: The HTTP status.
      type: int
      sample: 400
    code:
      description: Harbor's own error code.
      type: str
      sample: BAD_REQUEST
    hint:
      description: How to fix it.
      type: str
      sample: GET /api/v2.0/permissions of this Harbor lists the resources and actions that it has.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import ARGUMENTS, client_from
from ansible_collections.longshore.swr.plugins.module_utils._harbor.robot import Robots
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn

ACCESS_ARGUMENTS = {
    "resource": {"type": "str", "required": True},
    "action": {"type": "str", "required": True},
}
PERMISSION_ARGUMENTS = {
    "kind": {"type": "str", "choices": ["system", "project"], "required": True},
    "namespace": {"type": "str"},
    "access": {"type": "list", "elements": "dict", "required": True, "options": ACCESS_ARGUMENTS},
}
OWN_ARGUMENTS = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "duration": {"type": "int"},
    "permissions": {"type": "list", "elements": "dict", "options": PERMISSION_ARGUMENTS},
    "disabled": {"type": "bool"},
    # A word, not a secret.
    "secret": {"type": "str", "choices": ["keep", "refresh"], "default": "keep", "no_log": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The account, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    redactor = redactor_of(module)
    robots = Robots(client_from(module.params, redactor), module.params, module.check_mode, redactor.add)
    result = robots.run()
    for warning in robots.warnings:
        warn(module, warning)
    return result


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **OWN_ARGUMENTS), supports_check_mode=True))


if __name__ == "__main__":
    main()
