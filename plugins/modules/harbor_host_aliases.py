#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_host_aliases
short_description: Map host names for Harbor's pods
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Adds names and addresses to the C(hostAliases) of the Deployments C(core) and C(jobservice) of Harbor's Helm chart,
    so that Harbor finds a registry at a VPC endpoint. These two connect to other registries. The chart has no value for
    it.
  - Host aliases of others stay. An annotation of the Deployment records what was added, so that O(state=absent) removes
    just that, and another address replaces the earlier one.
  - It waits until the pods are replaced, and checks that nothing has set the Deployments back.
extends_documentation_fragment:
  - longshore.swr.harbor.host_entries
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_swr
attributes:
  check_mode:
    support: full
    details:
      - The API server validates the patches, as C(kubectl --dry-run=server) has it do.
  diff_mode:
    support: full
    details:
      - It shows the added names only.
  idempotent:
    support: full
  platform:
    platforms: posix
options:
  namespace:
    description:
      - The Kubernetes namespace of the Helm release.
    type: str
    required: true
  fullname:
    description:
      - What the names of the Deployments begin with. It is the name of the release, or C(fullnameOverride).
    type: str
    default: harbor
  kubectl:
    description:
      - How to call kubectl, as a list of words or as one text, with options such as C(--context).
    type: raw
    default: kubectl
  rollout_timeout:
    description:
      - How many seconds to wait for new pods.
    type: int
    default: 300
notes:
  - It runs C(kubectl) on the host of the play.
  - An upgrade of the release may set the Deployments back. Run the task again afterwards.
seealso:
  - module: longshore.swr.harbor_hosts
  - ref: longshore.swr.harbor role <ansible_collections.longshore.swr.harbor_role>
    description: The role that uses it.
"""

EXAMPLES = r"""
- name: Map SWR's name to its VPC endpoint for Harbor's pods
  longshore.swr.harbor_host_aliases:
    namespace: registry
    entries:
      - address: 172.16.0.10
        names: ["{{ 'cn-north-4' | longshore.swr.swr_registry }}"]
    kubectl: kubectl --context production

- name: Remove the mapping
  longshore.swr.harbor_host_aliases:
    namespace: registry
    kubectl: kubectl --context production
    state: absent
"""

RETURN = r"""
deployments:
  description: The Deployments that were patched, or would be in check mode.
  returned: success
  type: list
  elements: str
  sample: [harbor-core, harbor-jobservice]
diff:
  description: The added names before and after.
  returned: in diff mode
  type: dict
  sample:
    before: {"harbor-core": [], "harbor-jobservice": []}
    after:
      harbor-core: ["swr.cn-north-4.myhuaweicloud.com:172.16.0.10"]
      harbor-jobservice: ["swr.cn-north-4.myhuaweicloud.com:172.16.0.10"]
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: something has set the Deployment back
    where:
      description: The Deployment, namespace or option that it happened at.
      type: str
      sample: harbor-core
    hint:
      description: How to fix it.
      type: str
      sample: Find out which operator or GitOps tool manages it, and give the hostAliases to that.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.helm import HelmRelease
from ansible_collections.longshore.swr.plugins.module_utils._module import reports_errors, run_program

ENTRY_ARGUMENTS = {
    "address": {"type": "str"},
    "names": {"type": "list", "elements": "str", "required": True},
}
ARGUMENTS = {
    "namespace": {"type": "str", "required": True},
    "fullname": {"type": "str", "default": "harbor"},
    "entries": {"type": "list", "elements": "dict", "options": ENTRY_ARGUMENTS},
    "kubectl": {"type": "raw", "default": "kubectl"},
    "rollout_timeout": {"type": "int", "default": 300},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The mapping, as the module's result."""
    result = HelmRelease(module.params, run_program, module.check_mode).bring_about()
    if not module._diff:
        del result["diff"]
    return result


def main():
    run(
        AnsibleModule(
            argument_spec=ARGUMENTS, required_if=[("state", "present", ["entries"])], supports_check_mode=True
        )
    )


if __name__ == "__main__":
    main()
