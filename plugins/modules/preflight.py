#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: preflight
short_description: Find what would stop an onboarding to SWR, before anything is changed
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Asks the cloud, the registries, Harbor and a cluster side by side whether they can be reached, accept the logins and
    let the user do what is needed, and reports for each question what was found and how to fix it.
  - Changes nothing. What only a change can show, such as the permission to create something, is reported as
    V(unchecked), with the name of the action in IAM.
  - A question that fails or hangs hides no other.
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
  - longshore.swr.credentials.module
  - longshore.swr.attributes
  - longshore.swr.attributes.reads_only
  - longshore.swr.attributes.actiongroup_huaweicloud
options:
  account:
    description:
      - Whether to ask about the account - its access key, its project and its organizations. Without it,
        O(organizations) and O(network) are not looked at.
    type: bool
    default: true
  registry:
    description:
      - The host name of SWR's registry, as the rules of O(migration) name it.
      - By default it is derived from O(region) and O(cloud).
    type: str
  organizations:
    description:
      - The names of the organizations that will be created, unless they exist. There must be room for them.
      - Organizations that the rules of O(migration) copy to must exist, or be among these.
    type: list
    elements: str
    default: []
  network:
    description:
      - The options of M(longshore.swr.network_scenario) that describe the network. Its plan is made, and compared with
        the quotas.
    type: dict
  names:
    description:
      - How findings name the options of O(network), such as C(vpc_cidr) - by that name, or as variables of the role
        P(longshore.swr.network#role), such as C(network_vpc_cidr).
    type: str
    choices: [options, variables]
    default: options
  migration:
    description:
      - The options of M(longshore.swr.image_copy) that say what is copied and with which logins -
        O(longshore.swr.image_copy#module:images), O(longshore.swr.image_copy#module:images_file),
        O(longshore.swr.image_copy#module:dialect), O(longshore.swr.image_copy#module:default_registry),
        O(longshore.swr.image_copy#module:default_namespace), O(longshore.swr.image_copy#module:auth),
        O(longshore.swr.image_copy#module:auth_file), O(longshore.swr.image_copy#module:docker_config_fallback) and
        O(longshore.swr.image_copy#module:ca_path).
      - Each registry in the rules is asked once. Archives and daemons are not looked at.
    type: dict
  harbor:
    description:
      - The options of M(longshore.swr.harbor_info) with which Harbor is reached -
        O(longshore.swr.harbor_info#module:harbor_url), O(longshore.swr.harbor_info#module:harbor_username),
        O(longshore.swr.harbor_info#module:harbor_password), O(longshore.swr.harbor_info#module:validate_certs),
        O(longshore.swr.harbor_info#module:ca_path) and O(longshore.swr.harbor_info#module:timeout).
    type: dict
  cluster:
    description:
      - The options of M(longshore.swr.workload_images) with which a cluster is reached, such as
        O(longshore.swr.workload_images#module:kubeconfig), O(longshore.swr.workload_images#module:context) and
        O(longshore.swr.workload_images#module:namespaces).
      - C(cutover), a boolean, says whether its workloads will be switched, which needs more rights than to find images.
    type: dict
  hosts:
    description:
      - What is known about the hosts.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - The host.
        type: str
        required: true
      reachable:
        description:
          - Whether Ansible reaches it.
        type: bool
        default: true
      error:
        description:
          - Why not, or why the user cannot become root.
        type: str
      clock_offset:
        description:
          - Seconds by which its clock is ahead of the controller's; negative if it is behind.
        type: float
      become:
        description:
          - Whether the user can become root.
        type: bool
  state_dir:
    description:
      - The directory for reports and journals, which must be writable, or possible to create, and have room.
    type: path
  time_limit:
    description:
      - The time limit of the whole run, in seconds. Each question has half of it. What has not been answered by then
        fails.
    type: float
    default: 120
  fail_on:
    description:
      - Whether the task fails if a check fails (V(error)), also if one warns (V(warn)), or never (V(never)).
      - The findings are returned in any case.
    type: str
    choices: [error, warn, never]
    default: error
requirements:
  - requests
  - kubernetes (only for O(cluster))
notes:
  - The rights in a cluster are asked for with a SelfSubjectAccessReview, which is sent with a POST but stores nothing.
seealso:
  - module: longshore.swr.access_check
  - module: longshore.swr.image_plan
  - module: longshore.swr.network_scenario
"""

EXAMPLES = r"""
- name: Find what would stop the migration
  longshore.swr.preflight:
    region: cn-north-4
    organizations: [shop]
    migration:
      images:
        quay.io/prometheus/prometheus:v3.0.0: swr.cn-north-4.myhuaweicloud.com/shop/prometheus
      auth_file: auth.json

- name: Look at everything, and decide later
  longshore.swr.preflight:
    region: cn-north-4
    network:
      scenario: private_line
      charge_mode: postpaid
      vpc: shop
      subnet: nodes
    harbor:
      harbor_url: https://harbor.example.com
      harbor_username: admin
      harbor_password: "{{ harbor_password }}"
    cluster:
      context: production
      cutover: true
    hosts:
      - name: node1
        clock_offset: 0.2
        become: true
    state_dir: /var/lib/onboarding
    fail_on: never
  register: found

- name: Show what was found
  ansible.builtin.debug:
    var: found.table
"""

RETURN = r"""
msg:
  description: One-line summary, followed by the first failure or warning and how to fix it.
  returned: always
  type: str
  sample: '21 checks: 18 ok, 3 unchecked'
ok:
  description: Whether no check failed. Warnings do not count.
  returned: when options are valid
  type: bool
  sample: true
summary:
  description: Number of checks by status.
  returned: when options are valid
  type: dict
  contains:
    ok:
      description: It is as it should be.
      type: int
      sample: 18
    warning:
      description: It may stop the onboarding.
      type: int
      sample: 0
    failed:
      description: It stops the onboarding.
      type: int
      sample: 0
    unchecked:
      description: It cannot be found out by reading, or because another check failed.
      type: int
      sample: 3
checks:
  description: The findings, in the order of an onboarding.
  returned: when options are valid
  type: list
  elements: dict
  contains:
    name:
      description: The subject.
      type: str
      sample: permission vpc:vpcs:list
    part:
      description:
        - The part of the onboarding - V(account), V(state), V(network), V(organizations), V(migrate), V(harbor),
          V(discover), V(cutover) or V(nodes).
      type: str
      sample: network
    status:
      description: V(ok), V(warning), V(failed) or V(unchecked).
      type: str
      sample: failed
    text:
      description: The finding in words.
      type: str
      sample: "GET https://vpc.cn-north-4.myhuaweicloud.com/v1/0f/vpcs: Forbidden (HTTP 403, VPC.2701)"
    remedy:
      description: How to fix it. Empty if there is nothing to fix.
      type: str
      sample: Grant the user the IAM permission vpc:vpcs:list.
table:
  description: The findings as lines of text, the urgent ones first.
  returned: when options are valid
  type: list
  elements: str
  sample: ["ok         account        access key: IAM accepts AKEXAMPLE (options)"]
error:
  description: The parts of the error, as far as they are known.
  returned: when the task could not start
  type: dict
  contains:
    what:
      description: Every problem.
      type: str
      sample: "Unsupported parameters: vpcs"
    where:
      description: The option.
      type: str
      sample: network
    hint:
      description: How to fix it.
      type: str
      sample: Correct the options; nothing was asked.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._module import (
    redactor_of,
    reports_errors,
    require,
    run_helper,
)
from ansible_collections.longshore.swr.plugins.module_utils._preflight.job import Preflight, result_of
from ansible_collections.longshore.swr.plugins.module_utils._preflight.options import HOST, harmless_texts


@reports_errors
def run(module):
    """The findings, as the module's result."""
    params = module.params
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    module.no_log_values.difference_update(harmless_texts(params))
    redactor = redactor_of(module)
    checks = Preflight(params, os.environ, run_helper, redactor).run()
    return redactor.clean(result_of(checks, params["fail_on"]))


def main():
    run(
        AnsibleModule(
            argument_spec=dict(
                ARGUMENTS,
                **API_ARGUMENTS,
                account={"type": "bool", "default": True},
                registry={"type": "str"},
                organizations={"type": "list", "elements": "str", "default": []},
                network={"type": "dict"},
                names={"type": "str", "choices": ["options", "variables"], "default": "options"},
                # Their secrets are masked, and the rest is not: see harmless_texts().
                migration={"type": "dict", "no_log": True},
                harbor={"type": "dict", "no_log": True},
                cluster={"type": "dict", "no_log": True},
                hosts={"type": "list", "elements": "dict", "default": [], "options": HOST},
                state_dir={"type": "path"},
                time_limit={"type": "float", "default": 120},
                fail_on={"type": "str", "choices": ["error", "warn", "never"], "default": "error"},
            ),
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
