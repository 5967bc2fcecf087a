#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_registry
short_description: Manage the registries that Harbor replicates to and from
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates, updates and deletes a registry endpoint that replication policies push to or pull from, such as Huawei
    Cloud SWR.
  - An existing registry of the same name is adopted.
  - Tests whether Harbor reaches the registry and can log in. Harbor's own test reports every registry of type
    V(huawei-SWR) as healthy.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
    details:
      - An existing registry may be tested in check mode, which changes nothing. One that would have to be written first
        is not tested.
  diff_mode:
    support: full
    details:
      - For the secret, the diff only shows whether it changes.
  idempotent:
    support: full
    details:
      - Except with O(update_secret=always), which writes the secret every time.
options:
  name:
    description:
      - The name of the registry, up to 64 characters. It identifies the registry, which is never renamed.
    type: str
    required: true
  type:
    description:
      - Harbor's name for the kind of registry, such as V(huawei-SWR), V(docker-registry) or V(harbor).
      - It cannot be changed. An existing registry of another type is an error.
      - To pull from SWR, use V(docker-registry). Harbor ignores the filters of policies that pull from V(huawei-SWR).
    type: str
    default: huawei-SWR
  url:
    description:
      - The URL of the registry, as in V(https://swr.cn-north-4.myhuaweicloud.com). With a VPC endpoint it stays the
        same if Harbor's containers resolve that name to the endpoint. Otherwise it has the endpoint's domain name.
      - Required for a new registry. Harbor turns a URL without a scheme into one with V(http://), so the module refuses
        it.
      - When it changes, O(access_secret) is required, since newer versions of Harbor then drop the stored secret.
    type: str
  description:
    description:
      - A description. By default, that of an existing registry is kept.
    type: str
  access_key:
    description:
      - The user name at the registry. For SWR it is V(project@access key), as in
        RV(longshore.swr.login_token#module:username).
      - By default, that of an existing registry is kept. An empty one removes the login of a registry, unless its type
        is V(huawei-SWR).
    type: str
  access_secret:
    description:
      - The password at the registry. For SWR it is the long-term login key, as in
        RV(longshore.swr.login_token#module:password).
      - Required for a new registry with O(access_key), and when O(url) or O(access_key) changes.
    type: str
  insecure:
    description:
      - Whether Harbor skips the verification of the registry's TLS certificate. It is the inverse of C(Verify Remote
        Cert) in Harbor's user interface.
      - It is needed when O(url) has the domain name of a VPC endpoint, which is not in SWR's certificate. If Harbor's
        containers resolve SWR's own name to the endpoint, verification can stay on.
      - Harbor always verifies the certificate when it has a O(ca_certificate), so the two cannot be combined.
    type: bool
    default: false
  ca_certificate:
    description:
      - The certificate authority that Harbor trusts for this registry, in PEM format. An empty text removes it.
      - Requires Harbor 2.15.
    type: str
  update_secret:
    description:
      - When to write O(access_secret) to an existing registry. Harbor does not reveal the one it has.
      - V(auto) tests the connection first, and writes the secret when the registry refuses the stored one. One that
        differs but is still valid is kept.
      - V(always) writes it every time, and the task always reports a change. V(on_create) never writes it again.
      - It is always written when O(url), O(access_key), O(insecure) or O(ca_certificate) changes.
    type: str
    choices: [auto, always, on_create]
    default: auto
  test_connection:
    description:
      - Whether the task fails when Harbor cannot reach the registry or cannot log in. The registry has been written by
        then.
      - Set it to V(false) for a registry that is not reachable yet. O(update_secret=auto) then warns.
    type: bool
    default: true
  state:
    description:
      - Whether the registry exists.
      - A registry that replication policies use is not deleted. The error names them.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: longshore.swr.login_token
  - module: longshore.swr.harbor_replication_policy
  - module: longshore.swr.harbor_info
"""

EXAMPLES = r"""
- name: Get a login for SWR
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Create an endpoint for SWR
  longshore.swr.harbor_registry:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: swr
    url: https://swr.cn-north-4.myhuaweicloud.com
    access_key: "{{ swr.username }}"
    access_secret: "{{ swr.password }}"
  delegate_to: localhost

- name: Create an endpoint for SWR by the domain name of a VPC endpoint
  longshore.swr.harbor_registry:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: swr
    url: "https://{{ endpoint_domain_name }}"
    access_key: "{{ swr.username }}"
    access_secret: "{{ swr.password }}"
    insecure: true
  delegate_to: localhost

- name: Delete the endpoint
  longshore.swr.harbor_registry:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: swr
    state: absent
  delegate_to: localhost
"""

RETURN = r"""
registry:
  description: The registry, as it is or would be. V(null) if it is absent.
  returned: success, and when the connection test failed
  type: dict
  contains:
    id:
      description: Its id. V(null) in check mode before it is created.
      type: int
      sample: 1
    name:
      description: Its name.
      type: str
      sample: swr
    type:
      description: Its type.
      type: str
      sample: huawei-SWR
    url:
      description: Its URL.
      type: str
      sample: https://swr.cn-north-4.myhuaweicloud.com
    description:
      description: Its description.
      type: str
      sample: ''
    insecure:
      description: Whether the verification of its certificate is skipped.
      type: bool
      sample: false
    ca_certificate:
      description: The certificate authority that Harbor trusts for it.
      type: str
      sample: ''
    access_key:
      description: The user name.
      type: str
      sample: cn-north-4@QTWAOYTTINDUT2QVKYUC
    has_secret:
      description: Whether it has a secret.
      type: bool
      sample: true
connection:
  description: The connection test.
  returned: success, and when the connection test failed
  type: dict
  contains:
    tested:
      description: Whether there was one.
      type: bool
      sample: true
    healthy:
      description: Whether Harbor reaches the registry and may log in. It is V(null) without a test.
      type: bool
      sample: true
    message:
      description: What was found out.
      type: str
      sample: Harbor reaches https://swr.cn-north-4.myhuaweicloud.com, and cn-north-4@QTWAOYTTINDUT2QVKYUC may log in
harbor_version:
  description: Harbor's version.
  returned: success, and when the connection test failed
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
      sample: a new registry needs a URL
    where:
      description: The option, registry or call that it happened at.
      type: str
      sample: registry swr
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
      sample: Set url.
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._harbor.api.arguments import ARGUMENTS, client_from
from ansible_collections.longshore.swr.plugins.module_utils._harbor.registry.resource import manage_registry
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn

REGISTRY = {
    "name": {"type": "str", "required": True},
    "type": {"type": "str", "default": "huawei-SWR"},
    "url": {"type": "str"},
    "description": {"type": "str"},
    # Part of the user name, which is shown.
    "access_key": {"type": "str", "no_log": False},
    "access_secret": {"type": "str", "no_log": True},
    "insecure": {"type": "bool", "default": False},
    "ca_certificate": {"type": "str"},
    "update_secret": {"type": "str", "choices": ["auto", "always", "on_create"], "default": "auto", "no_log": False},
    "test_connection": {"type": "bool", "default": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}


@reports_errors
def run(module):
    """The registry as it is to be, as the module's result."""
    require(module, "requests", REQUESTS_IMPORT_ERROR)
    client = client_from(module.params, redactor_of(module))
    result, outcome, warnings = manage_registry(client, module.params, module.check_mode)
    for warning in warnings:
        warn(module, warning)
    if module._diff:
        result["diff"] = outcome.diff()
    return result


def main():
    run(AnsibleModule(argument_spec=dict(ARGUMENTS, **REGISTRY), supports_check_mode=True))


if __name__ == "__main__":
    main()
