#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_replication_policy
short_description: Manage Harbor's replication policies
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, updates and deletes a replication policy (a rule in Harbor's user interface), which says what Harbor
    replicates, where and when.
  - An existing policy of the same name is adopted.
  - Refuses, before anything is written, what Harbor would accept but never carry out, or what would fail later.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - The name of the policy. It identifies the policy, which is never renamed.
    type: str
    required: true
  description:
    description:
      - A description. By default, that of an existing policy is kept.
    type: str
  mode:
    description:
      - V(push) replicates from Harbor to O(registry), V(pull) from O(registry) to Harbor.
    type: str
    choices: [push, pull]
    default: push
  registry:
    description:
      - The name of the registry to replicate to or from, see M(longshore.swr.harbor_registry).
      - Required for a new policy. By default, that of an existing policy is kept.
    type: str
  registry_type:
    description:
      - The type that O(registry) must have, as in V(huawei-SWR). By default it may have any.
      - In check mode, a registry that does not exist yet is taken for one of this type. Without it the module warns
        that there is none, and cannot tell what such a registry refuses.
    type: str
  dest_namespace:
    description:
      - The namespace of images at the destination. In SWR it is the organization, which must exist.
      - Required to push to SWR, whose rules for names apply. Elsewhere, an empty one keeps the names as they are.
      - By default, that of an existing policy is kept.
    type: str
  dest_namespace_replace_count:
    description:
      - How many levels of a repository's name O(dest_namespace) replaces. C(a/b/c/image) becomes C(namespace/image)
        with V(-1), C(namespace/a/b/c/image) with V(0), C(namespace/b/c/image) with V(1), and C(namespace/c/image) with
        V(2).
      - When any repository has fewer levels, Harbor replicates nothing at all. So a number larger than the levels that
        the filter of type V(name) guarantees is refused.
      - The module warns when several repositories may become one.
      - Values other than V(-1) require Harbor 2.3.
    type: int
    default: -1
  filters:
    description:
      - What to replicate. An image must pass all filters. There is at most one of each type, and their order does not
        matter.
      - By default, those of an existing policy are kept. An empty list removes them.
    type: list
    elements: dict
    suboptions:
      type:
        description:
          - V(name) applies to the name of the repository with its project, V(tag) to the tag, and V(label) to labels.
          - V(resource) applies to the kind of artifact. Harbor ignores it since 2.8, so the module warns.
        type: str
        choices: [name, tag, label, resource]
        required: true
      value:
        description:
          - For V(name) and V(tag), a pattern, in which C(*) stands for any characters but a slash and C(**) for any
            number of levels, as in V(library/**), V(library/{app,web}) or V(v1.*). Write it between quotes.
          - A pattern that can match nothing is refused, such as V(LIBRARY/*), V(a,b) without braces, or a name with
            Harbor's host or with a tag.
          - For V(label), the name of a label or a list of names, all of which an image must have. Only one can be
            excluded, since Harbor would leave out only images that have all of them.
          - For V(resource), V(image), or V(artifact) since 2.0, or V(chart) before 2.8.
          - An empty value is the same as no filter.
        type: raw
      decoration:
        description:
          - Whether V(tag) and V(label) select what matches, or everything else.
          - V(excludes) requires Harbor 2.4.
        type: str
        choices: [matches, excludes]
  trigger:
    description:
      - Whether the policy is started manually (see M(longshore.swr.harbor_replication_execution)), by O(cron), or when
        an image is pushed to Harbor. The last requires O(mode=push).
    type: str
    choices: [manual, scheduled, event_based]
    default: manual
  cron:
    description:
      - When to start it, for O(trigger=scheduled), in Harbor's time zone (usually UTC).
      - It has six fields, as in V(0 30 2 * * *) - seconds, minutes, hours, day of the month, month, day of the week
        (V(0) is Sunday). The seconds must be V(0), and the minutes must not be V(*), as newer versions require.
    type: str
  deletion:
    description:
      - Whether to delete at the destination what is deleted at the source. Harbor cannot do so in SWR.
    type: bool
    default: false
  override:
    description:
      - Whether to replace tags that exist at the destination.
      - With V(false), Harbor skips a tag that names another image there, and reports success.
    type: bool
    default: true
  enabled:
    description:
      - Whether the policy can be started.
    type: bool
    default: true
  speed:
    description:
      - The limit of each transfer in Kbit/s. V(-1) and V(0) mean no limit. Several transfers run at a time.
      - A limit requires Harbor 2.4.
    type: int
    default: -1
  copy_by_chunk:
    description:
      - Whether to copy layers in chunks, which only another Harbor accepts. V(true) requires Harbor 2.7.
    type: bool
    default: false
  single_active_replication:
    description:
      - Whether to skip an execution while another one of the policy runs.
      - By default, that of an existing policy is kept. V(true) requires Harbor 2.14, and is not for
        O(trigger=event_based).
    type: bool
  stop_executions:
    description:
      - With O(state=absent), whether to stop executions first, and wait for up to five minutes until they have ended.
        Otherwise a running policy is not deleted.
    type: bool
    default: false
  state:
    description:
      - Whether the policy exists. Harbor deletes the records of its executions with it; 1.10 keeps them.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: longshore.swr.harbor_registry
  - module: longshore.swr.harbor_replication_execution
  - module: longshore.swr.harbor_info
"""

EXAMPLES = r"""
- name: Push the images of a project to an organization of SWR when started manually
  longshore.swr.harbor_replication_policy:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: library-to-swr
    registry: swr
    dest_namespace: dev-container
    filters:
      - type: name
        value: library/*
      - type: resource
        value: image
  delegate_to: localhost

- name: Push releases every night, each transfer limited to 50 Mbit/s
  longshore.swr.harbor_replication_policy:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: releases-to-swr
    registry: swr
    dest_namespace: dev-container
    dest_namespace_replace_count: 1
    filters:
      - type: name
        value: team/**
      - type: tag
        value: "*-rc*"
        decoration: excludes
    trigger: scheduled
    cron: 0 30 2 * * *
    speed: 51200
  delegate_to: localhost

- name: Delete the policy, even while it runs
  longshore.swr.harbor_replication_policy:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: releases-to-swr
    state: absent
    stop_executions: true
  delegate_to: localhost
"""

RETURN = r"""
policy:
  description: The policy, as it is or would be. V(null) if it is absent.
  returned: success
  type: dict
  contains:
    id:
      description: Its id. V(null) in check mode before it is created.
      type: int
      sample: 1
    name:
      description: Its name.
      type: str
      sample: library-to-swr
    description:
      description: Its description.
      type: str
      sample: ''
    mode:
      description: V(push) or V(pull).
      type: str
      sample: push
    registry:
      description: The name of the registry.
      type: str
      sample: swr
    dest_namespace:
      description: The namespace at the destination.
      type: str
      sample: dev-container
    dest_namespace_replace_count:
      description: How many levels it replaces.
      type: int
      sample: -1
    filters:
      description: The filters.
      type: list
      elements: dict
      sample: [{type: name, value: library/*}]
    trigger:
      description: What starts it.
      type: str
      sample: manual
    cron:
      description: The schedule, if there is one.
      type: str
      sample: ''
    deletion:
      description: Whether deletions are replicated.
      type: bool
      sample: false
    override:
      description: Whether existing tags are replaced.
      type: bool
      sample: true
    enabled:
      description: Whether it can be started.
      type: bool
      sample: true
    speed:
      description: The limit of each transfer in Kbit/s. V(0) means no limit.
      type: int
      sample: 0
    copy_by_chunk:
      description: Whether layers are copied in chunks.
      type: bool
      sample: false
    single_active_replication:
      description: Whether an execution is skipped while another one runs.
      type: bool
      sample: false
warnings:
  description: What works, but perhaps not as intended. Ansible shows them as warnings.
  returned: when there are any
  type: list
  elements: str
harbor_version:
  description: Harbor's version.
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
      sample: "invalid schedule '* * * * *': it has 5 fields"
    where:
      description: The option, policy or call that it happened at.
      type: str
      sample: cron
    code:
      description: Harbor's own error code.
      type: str
      sample: PRECONDITION
    status:
      description: The HTTP status.
      type: int
      sample: 412
    hint:
      description: How to fix it.
      type: str
      sample: Wait until the execution has ended, or set stop_executions to stop it.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import ARGUMENTS, client_from
from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.policy import manage_policy
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn

FILTER = {
    "type": {"type": "str", "required": True, "choices": ["name", "tag", "label", "resource"]},
    "value": {"type": "raw"},
    "decoration": {"type": "str", "choices": ["matches", "excludes"]},
}
POLICY = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "mode": {"type": "str", "choices": ["push", "pull"], "default": "push"},
    "registry": {"type": "str"},
    "registry_type": {"type": "str"},
    "dest_namespace": {"type": "str"},
    "dest_namespace_replace_count": {"type": "int", "default": -1},
    "filters": {"type": "list", "elements": "dict", "options": FILTER},
    "trigger": {"type": "str", "choices": ["manual", "scheduled", "event_based"], "default": "manual"},
    "cron": {"type": "str"},
    "deletion": {"type": "bool", "default": False},
    "override": {"type": "bool", "default": True},
    "enabled": {"type": "bool", "default": True},
    "speed": {"type": "int", "default": -1},
    "copy_by_chunk": {"type": "bool", "default": False},
    "single_active_replication": {"type": "bool"},
    "stop_executions": {"type": "bool", "default": False},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The policy in its desired state, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    client = client_from(module.params, redactor_of(module))
    result, outcome, warnings = manage_policy(client, module.params, module.check_mode)
    for warning in warnings:
        warn(module, warning)
    if module._diff:
        result["diff"] = outcome.diff()
    return result


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **POLICY), supports_check_mode=True))


if __name__ == "__main__":
    main()
