#!/usr/bin/python
# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: login_token
short_description: Create a login to Huawei Cloud SWR from an access key
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Creates a user name and a password for the registry of Huawei Cloud SWR (Software Repository for Container)
    from an access key and its secret key.
  - A long-term login is computed locally. Temporary and enhanced logins are issued by SWR's API.
  - Other modules and templates can use the registered result as it is.
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
      - Does the same in check mode, so that tasks that use the login can be checked too.
        SWR issues temporary and enhanced logins even then. They leave nothing behind and expire.
      - A permanent credential of an instance is not created in check mode, so there is no login then.
  diff_mode:
    support: N/A
    details:
      - There is nothing to show.
  idempotent:
    support: partial
    details:
      - A long-term login is the same every time, any other is new every time.
      - Only a permanent credential of an instance is a change.
options:
  kind:
    description:
      - V(long_term) is valid as long as the access key is. The password is computed from the keys.
      - V(temporary) is issued by SWR's API (C(CreateSecret)) and expires. It needs the IAM permission
        C(swr::createLoginSecret).
      - V(enhanced) is issued by SWR's API (C(CreateAuthorizationToken)) and expires. Its permissions are governed by
        IAM alone. It needs the IAM permissions C(swr::createAuthorizationToken) and C(sts::createServiceBearerToken).
      - V(instance) is issued by an instance of SWR's Enterprise Edition and expires after a day. V(instance_long_term)
        is a permanent credential of the instance, which each run creates as O(credential_name). They need the IAM
        permissions C(swr:instance:list) and C(swr:instance:createTempCredential) or
        C(swr:instance:createLTCredential), and the project's ID.
      - V(auto) is V(temporary) if there is a security token, otherwise V(long_term).
        A long-term login cannot be created from temporary keys.
    type: str
    choices: [auto, long_term, temporary, enhanced, instance, instance_long_term]
    default: auto
  instance:
    description:
      - The name or the ID of the instance. Required for O(kind=instance) and O(kind=instance_long_term).
    type: str
  credential_name:
    description:
      - The name of the permanent credential. Required for O(kind=instance_long_term). A name can only be used once.
    type: str
  duration:
    description:
      - The lifetime of a temporary login in seconds, from 900 to 86400.
      - By default, SWR decides. Not all regions support this parameter, so check RV(expires_at).
    type: int
  registry:
    description:
      - The host, with a port if needed, that the login is for.
        Set it if the registry is reached under another name, as through a VPC endpoint.
      - By default, it is derived from O(region) and O(cloud), or is that of O(instance).
    type: str
  check:
    description:
      - Whether to create no login, and only return what kind it would be (RV(kind), RV(expires)) and where its keys
        come from (RV(credentials_source)). No API is called.
    type: bool
    default: false
requirements:
  - requests (except for O(kind=long_term))
notes:
  - The result of this task is hidden from output as if C(no_log) were set, because it contains the password. With
    O(check=true) it does not, and is shown.
    The registered variable has everything. Errors are shown, without secrets.
  - Set C(no_log) on tasks that pass the password to an option that does not hide it.
  - It cannot run with C(async), which would write the password to a file.
seealso:
  - plugin: longshore.swr.swr_login
    plugin_type: filter
    description: The long-term login in a template.
  - plugin: longshore.swr.swr_login
    plugin_type: lookup
    description: The same as this module, on the controller.
  - plugin: longshore.swr.dockerconfigjson
    plugin_type: filter
    description: A login in the format of Kubernetes.
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: Create a long-term login with keys from the environment or the credentials file
  longshore.swr.login_token:
    region: cn-north-4
  delegate_to: localhost
  register: swr

- name: Show the parts of the login that are not secret
  ansible.builtin.debug:
    msg: "{{ swr.username }} at {{ swr.registry }}, from {{ swr.credentials_source }}"

- name: Create a long-term login with keys from a vault
  longshore.swr.login_token:
    access_key: "{{ vault_access_key }}"
    secret_key: "{{ vault_secret_key }}"
    region: eu-west-101
  delegate_to: localhost
  register: swr

- name: Write a credential file for podman --authfile
  ansible.builtin.copy:
    content: "{{ swr.docker_config | to_json }}"
    dest: "{{ playbook_dir }}/swr-auth.json"
    mode: "0600"
  delegate_to: localhost
  no_log: true

- name: Create a login for one hour from temporary keys
  longshore.swr.login_token:
    access_key: "{{ vault_access_key }}"
    secret_key: "{{ vault_secret_key }}"
    security_token: "{{ vault_security_token }}"
    region: cn-north-4
    duration: 3600
  delegate_to: localhost
  register: temporary

- name: Create a login to an instance of the Enterprise Edition
  longshore.swr.login_token:
    region: cn-north-4
    kind: instance
    instance: shop
  delegate_to: localhost
  register: enterprise

- name: Create a permanent credential for a build server, once
  longshore.swr.login_token:
    region: cn-north-4
    kind: instance_long_term
    instance: shop
    credential_name: builder
  delegate_to: localhost
  register: builder

- name: Check whether the keys are temporary
  longshore.swr.login_token:
    check: true
  delegate_to: localhost
  register: keys

- name: Show where the keys were found
  ansible.builtin.debug:
    msg: "{{ keys.credentials_source }}: {{ keys.expires | ternary('the login expires', 'the login does not expire') }}"

- name: Copy images with the temporary login
  longshore.swr.image_copy:
    images:
      "registry.example.com/team/app:1.0": "{{ temporary.registry }}/team/app"
    auth: "{{ temporary.auth }}"
  delegate_to: localhost
"""

RETURN = r"""
registry:
  description: The host that the login is for.
  returned: success, without O(check=true)
  type: str
  sample: swr.cn-north-4.myhuaweicloud.com
username:
  description: The user name.
  returned: success, without O(check=true)
  type: str
  sample: cn-north-4@QTWAOYTTINDUT2QVKYUC
password:
  description:
    - The password. It is hidden in output, but available in the registered variable.
  returned: success, without O(check=true)
  type: str
  sample: "89aca1198a970e43..."
kind:
  description: The kind of login, as in O(kind), but never V(auto).
  returned: success
  type: str
  sample: long_term
expires:
  description: Whether the login expires.
  returned: success
  type: bool
  sample: false
expires_at:
  description:
    - When the login expires according to SWR, in UTC.
    - It is V(null) if the login does not expire, or if SWR does not say (see RV(expires)).
  returned: success, without O(check=true)
  type: str
  sample: "2026-07-23T08:46:07Z"
auth:
  description:
    - The login for the option O(longshore.swr.image_copy#module:auth). It contains the password.
  returned: success, without O(check=true)
  type: dict
  sample: {"swr.cn-north-4.myhuaweicloud.com": {"username": "cn-north-4@QTWAOYTTINDUT2QVKYUC", "password": "89aca..."}}
docker_config:
  description:
    - The login as the content of a Docker or Podman credential file. It contains the password.
  returned: success, without O(check=true)
  type: dict
  sample: {"auths": {"swr.cn-north-4.myhuaweicloud.com": {"auth": "Y24tbm9..."}}}
credentials_source:
  description: Where the keys were found.
  returned: success
  type: str
  sample: environment variables HW_*
error:
  description: The parts of the error, as far as they are known.
  returned: failure
  type: dict
  contains:
    what:
      description: What failed.
      type: str
      sample: Forbidden
    where:
      description: The option, variable, file or URL at fault.
      type: str
      sample: POST https://swr-api.cn-north-4.myhuaweicloud.com/v2/manage/utils/secret
    code:
      description: The server's error code.
      type: str
      sample: SVCSTG.SWR.4030000
    status:
      description: The HTTP status.
      type: int
      sample: 403
    hint:
      description: How to fix it.
      type: str
      sample: Grant the user the IAM permission swr::createLoginSecret.
"""

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login import INSTANCE_LONG_TERM, KINDS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_factory import (
    obtain_login,
    preview_login,
)
from ansible_collections.longshore.swr.plugins.module_utils._module import redactor_of, reports_errors, require, warn


@reports_errors
def run(module):
    """The login, or its preview, as the module's result."""

    def before_call():
        require(module, "requests", REQUESTS_IMPORT_ERROR, reason="for all but a long-term login")

    lasting = module.params["kind"] == INSTANCE_LONG_TERM
    if module.params["check"] or (lasting and module.check_mode):
        result, warnings = preview_login(module.params, os.environ, redactor_of(module))
    else:
        obtained = obtain_login(module.params, os.environ, redactor_of(module), before_call)
        result, warnings = obtained.as_dict(), obtained.warnings
    for warning in warnings:
        warn(module, warning)
    return dict(result, changed=lasting and not module.params["check"])


def main():
    run(
        AnsibleModule(
            argument_spec=dict(
                ARGUMENTS,
                **API_ARGUMENTS,
                kind={"type": "str", "choices": ["auto", *KINDS], "default": "auto"},
                instance={"type": "str"},
                credential_name={"type": "str"},
                duration={"type": "int"},
                registry={"type": "str"},
                check={"type": "bool", "default": False},
            ),
            supports_check_mode=True,
        )
    )


if __name__ == "__main__":
    main()
