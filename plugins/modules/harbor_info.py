#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_info
short_description: Show what Harbor has, and what of it SWR refuses
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Shows Harbor's version, its registry endpoints, replication policies and executions, its robot accounts, and the
    artifacts in its projects.
  - For artifacts it shows the media type, and whether SWR's basic edition refuses it.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
    details:
      - It changes nothing.
  diff_mode:
    support: N/A
    details:
      - It changes nothing.
  idempotent:
    support: full
options:
  gather:
    description:
      - What to show. Each is a key of the result.
      - V(artifacts) takes a request for every repository, several of them at a time. V(robots) requires Harbor 2.2.
    type: list
    elements: str
    choices: [version, adapters, registries, policies, executions, artifacts, robots]
    default: [version, registries, policies]
  policy:
    description:
      - The name of a policy, to show only its executions.
    type: str
  limit:
    description:
      - How many executions to show, the newest first.
    type: int
    default: 20
  project:
    description:
      - The name of a project, or a pattern, to show only artifacts in such projects.
    type: str
  repositories:
    description:
      - Patterns for repository names including the project, as in a policy's filter of type C(name), such as
        V(library/**). Only artifacts in repositories that match one of them are returned.
    type: list
    elements: str
seealso:
  - module: longshore.swr.harbor_registry
  - module: longshore.swr.harbor_replication_policy
  - module: longshore.swr.harbor_replication_execution
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: List the artifacts of a project
  longshore.swr.harbor_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    gather: [artifacts]
    repositories: [library/**]
  delegate_to: localhost
  register: harbor

- name: Show what SWR's basic edition refuses
  ansible.builtin.debug:
    msg: "{{ item.repository }} {{ item.tags | join(', ') }}: {{ item.reason }}"
  loop: "{{ harbor.artifacts | selectattr('refused_by_swr') }}"
  loop_control:
    label: "{{ item.repository }}"
"""

RETURN = r"""
harbor_version:
  description: Harbor's version.
  returned: success
  type: str
  sample: v2.9.5-e8b44df6
version:
  description: Details of the version.
  returned: when asked for
  type: dict
  contains:
    version:
      description: Harbor's version, as Harbor reports it.
      type: str
      sample: v2.9.5-e8b44df6
    api:
      description: The version of its API, V(1.x) for Harbor 1.10.
      type: str
      sample: v2.0
    known:
      description: Whether Harbor reports its version.
      type: bool
      sample: true
adapters:
  description: The types of registries that can be created. Newer versions of Harbor omit disabled ones.
  returned: when asked for
  type: list
  elements: str
  sample: [docker-registry, harbor, huawei-SWR]
registries:
  description: The registries, each as RV(longshore.swr.harbor_registry#module:registry).
  returned: when asked for
  type: list
  elements: dict
policies:
  description: The replication policies, each as RV(longshore.swr.harbor_replication_policy#module:policy).
  returned: when asked for
  type: list
  elements: dict
executions:
  description: The newest executions.
  returned: when asked for
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: int
      sample: 4
    policy:
      description: The name of the policy. V(null) when the policy no longer exists.
      type: str
      sample: library-to-swr
    policy_id:
      description: The id of the policy.
      type: int
      sample: 1
    status:
      description: One of V(InProgress), V(Succeed), V(Failed), V(Stopped). It may lag by half a minute.
      type: str
      sample: Succeed
    status_text:
      description: Harbor's comment.
      type: str
      sample: ''
    trigger:
      description: What started it.
      type: str
      sample: manual
    start_time:
      description: When it started.
      type: str
      sample: "2026-07-23T08:46:07.000Z"
    end_time:
      description: When it ended. V(null) while it runs.
      type: str
      sample: "2026-07-23T08:47:11.000Z"
    counts:
      description: The number of repositories, by the state of their tasks.
      type: dict
      sample: {total: 2, succeed: 2, failed: 0, in_progress: 0, stopped: 0}
artifacts:
  description: The artifacts, by repository.
  returned: when asked for
  type: list
  elements: dict
  contains:
    repository:
      description: The name of the repository, with its project.
      type: str
      sample: library/nginx
    digest:
      description: The digest.
      type: str
      sample: sha256:4c0fdaa8b6341bfdeca5f18f7837462c80cff90527ee35ef185571e1c327beac
    tags:
      description: The tags. There may be none.
      type: list
      elements: str
      sample: ["1.27"]
    size:
      description: The size in bytes, as Harbor reports it.
      type: int
      sample: 71005258
    type:
      description: The kind of artifact. V(null) in Harbor 1.10.
      type: str
      sample: image
    media_type:
      description: The media type of its manifest. V(null) in Harbor 1.10.
      type: str
      sample: application/vnd.oci.image.index.v1+json
    refused_by_swr:
      description: Whether SWR's basic edition refuses it. V(null) when that is unknown.
      type: bool
      sample: true
    reason:
      description: Why, and what can be done about it.
      type: str
robots:
  description: The robot accounts, without their secrets.
  returned: when asked for
  type: list
  elements: dict
  contains:
    id:
      description: Its id.
      type: int
      sample: 1
    name:
      description: Its name with the prefix, which is the user name of its login.
      type: str
      sample: robot$replicator
    description:
      description: Its description.
      type: str
    level:
      description: Whether it belongs to the C(system) or to a C(project).
      type: str
      sample: system
    duration:
      description: How many days it is valid, V(-1) for no end.
      type: int
      sample: -1
    expires_at:
      description: When it expires, in seconds since 1970, V(-1) for never.
      type: int
      sample: -1
    disabled:
      description: Whether it is disabled.
      type: bool
      sample: false
    permissions:
      description: What it may do.
      type: list
      elements: dict
    creation_time:
      description: When it was created.
      type: str
      sample: "2026-07-23T08:46:07.000Z"
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: Harbor does not accept the login
    where:
      description: The option or call that it happened at.
      type: str
      sample: GET https://harbor.example.com/api/v2.0/registries
    code:
      description: Harbor's own error code.
      type: str
      sample: UNAUTHORIZED
    status:
      description: The HTTP status.
      type: int
      sample: 401
    hint:
      description: How to fix it.
      type: str
      sample: Check harbor_username and harbor_password.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import ARGUMENTS, client_from
from ansible_collections.longshore.swr.plugins.module_utils._harbor.info import gather
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require

GATHER = ["version", "adapters", "registries", "policies", "executions", "artifacts", "robots"]


@reports_errors
def run(module):
    """The requested data, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    client = client_from(module.params, redactor_of(module))
    return dict(gather(client, module.params), harbor_version=client.version.text, changed=False)


def main():
    run(
        AnsibleModule(
            argument_spec=dict(
                ARGUMENTS,
                gather={
                    "type": "list",
                    "elements": "str",
                    "choices": GATHER,
                    "default": ["version", "registries", "policies"],
                },
                policy={"type": "str"},
                limit={"type": "int", "default": 20},
                project={"type": "str"},
                repositories={"type": "list", "elements": "str"},
            ),
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
