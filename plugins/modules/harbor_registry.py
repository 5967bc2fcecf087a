#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: harbor_registry
short_description: Manage the registries that Harbor replicates to and from
version_added: 0.1.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Adds, changes and removes a registry (in Harbor's pages an endpoint) that replication policies push to or pull from,
    such as Huawei Cloud SWR.
  - An existing registry of the same name is adopted.
  - Whether Harbor really reaches the registry, and whether its login is right, is tested. Harbor's own test finds every
    registry of type V(huawei-SWR) healthy, whatever it is.
extends_documentation_fragment:
  - longshore.swr.harbor
  - longshore.swr.attributes
  - longshore.swr.attributes.actiongroup_harbor
attributes:
  check_mode:
    support: full
    details:
      - The registry as it is may be tested in check mode too, which changes nothing. One that would be written first is
        not.
  diff_mode:
    support: full
    details:
      - Of the secret it is only shown whether it is changed.
  idempotent:
    support: full
    details:
      - Not with O(update_secret=always), which writes the secret every time.
options:
  name:
    description:
      - The name of the registry, up to 64 characters. It is found by it, and never renamed.
    type: str
    required: true
  type:
    description:
      - Harbor's name for the kind of registry, such as V(huawei-SWR), V(docker-registry) or V(harbor).
      - It cannot be changed. An existing registry of another type is an error.
      - To pull from SWR take V(docker-registry). Harbor ignores the filters of policies that pull from V(huawei-SWR).
    type: str
    default: huawei-SWR
  url:
    description:
      - The address of the registry, as in V(https://swr.cn-north-4.myhuaweicloud.com). On a private line it is the same
        where that name leads Harbor's containers to the VPC endpoint, and the endpoint's domain name elsewhere.
      - It is required for a new registry. Harbor takes an address without V(https://) for one with V(http://), so that
        such an address is refused here.
      - When it changes, O(access_secret) is needed, since newer versions of Harbor forget the secret then.
    type: str
  description:
    description:
      - A description. By default that of an existing registry is left as it is.
    type: str
  access_key:
    description:
      - The user name at the registry. For SWR it is V(project@access key), as in
        RV(longshore.swr.login_token#module:username).
      - By default that of an existing registry is left as it is. An empty one removes the login of a registry that is
        not of type V(huawei-SWR).
    type: str
  access_secret:
    description:
      - The password at the registry. For SWR it is the long-term login key, as in
        RV(longshore.swr.login_token#module:password).
      - It is required for a new registry with O(access_key), and when O(url) or O(access_key) changes.
    type: str
  insecure:
    description:
      - Whether Harbor leaves the registry's TLS certificate unverified. It is the inverse of the box
        C(Verify Remote Cert) in Harbor's pages.
      - It is needed on a private line when O(url) has the domain name of the VPC endpoint, which is not in SWR's
        certificate. Where SWR's own name leads Harbor's containers to the endpoint, verification can stay on.
      - Harbor verifies the certificate in any case when it has a O(ca_certificate). Both together are refused.
    type: bool
    default: false
  ca_certificate:
    description:
      - The certificate authority that Harbor trusts for this registry, in PEM format. An empty text removes it.
      - It needs Harbor 2.15.
    type: str
  update_secret:
    description:
      - When O(access_secret) is written to an existing registry. Harbor does not tell what it has.
      - With V(auto) the connection is tested first, and the secret is written when the test fails, unless it is the
        certificate's fault. A secret that is not the one that is given, but still valid, stays.
      - V(always) writes it every time, and the task is always changed. V(on_create) does not write it again.
      - It is always written when O(url), O(access_key), O(insecure) or O(ca_certificate) changes.
    type: str
    choices: [auto, always, on_create]
    default: auto
  test_connection:
    description:
      - Whether the task fails when Harbor does not reach the registry, or may not log in. It has been written by then.
      - V(false) is for a registry that is not reachable yet. What O(update_secret=auto) finds out is a warning then.
    type: bool
    default: true
  state:
    description:
      - Whether the registry is to be there.
      - One that is used by replication policies is not removed. The error names them.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: longshore.swr.login_token
  - module: longshore.swr.harbor_replication_policy
  - module: longshore.swr.harbor_info
"""

EXAMPLES = r"""
- name: Make the login of SWR
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Let Harbor push to SWR
  longshore.swr.harbor_registry:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: swr
    url: https://swr.cn-north-4.myhuaweicloud.com
    access_key: "{{ swr.username }}"
    access_secret: "{{ swr.password }}"
  delegate_to: localhost

- name: Let Harbor push to SWR on a private line, by the domain name of the VPC endpoint
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

- name: Remove it
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
  description: The registry, as it is or would be. It is V(null) when it is absent.
  returned: success, and when the connection test failed
  type: dict
  contains:
    id:
      description: Its number. It is V(null) when it would be made in check mode.
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
      description: Its address.
      type: str
      sample: https://swr.cn-north-4.myhuaweicloud.com
    description:
      description: Its description.
      type: str
      sample: ''
    insecure:
      description: Whether its certificate is left unverified.
      type: bool
      sample: false
    ca_certificate:
      description: The certificate authority that is trusted for it.
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
      sample: a new registry needs an address
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
      description: What can be done about it.
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
