# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: swr_login
short_description: Create a login to Huawei Cloud SWR on the controller
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Finds an access key and a secret key as M(longshore.swr.login_token) does, but always on the controller,
    and returns a login created from them.
  - A long-term login is computed locally. Temporary and enhanced logins are issued by SWR's API each time the lookup is
    evaluated, so store them with P(ansible.builtin.set_fact#module).
extends_documentation_fragment:
  - longshore.swr.credentials
  - longshore.swr.credentials.api
options:
  _terms:
    description:
      - The IDs of the regions to create logins for. By default, O(region).
    type: list
    elements: str
  access_key:
    vars: [{name: swr_access_key}]
  secret_key:
    vars: [{name: swr_secret_key}]
  security_token:
    vars: [{name: swr_security_token}]
  region:
    ini: [{section: swr_login_lookup, key: region}]
    vars: [{name: swr_region}]
  project_name:
    ini: [{section: swr_login_lookup, key: project_name}]
    vars: [{name: swr_project_name}]
  project_id:
    ini: [{section: swr_login_lookup, key: project_id}]
    vars: [{name: swr_project_id}]
  cloud:
    ini: [{section: swr_login_lookup, key: cloud}]
    vars: [{name: swr_cloud}]
  kind:
    description:
      - The kind of login, as in O(longshore.swr.login_token#module:kind).
    type: str
    choices: [auto, long_term, temporary, enhanced]
    default: auto
  duration:
    description:
      - The lifetime of a temporary login in seconds, as in O(longshore.swr.login_token#module:duration).
    type: int
  registry:
    description:
      - The host that the login is for, as in O(longshore.swr.login_token#module:registry).
    type: str
    vars: [{name: swr_registry}]
  endpoint:
    ini: [{section: swr_login_lookup, key: endpoint}]
    vars: [{name: swr_endpoint}]
  ca_path:
    ini: [{section: swr_login_lookup, key: ca_path}]
    vars: [{name: swr_ca_path}]
requirements:
  - requests (for O(kind=temporary) and O(kind=enhanced) only)
notes:
  - The result contains the password. Set C(no_log) on tasks that would show it.
seealso:
  - module: longshore.swr.login_token
  - plugin: longshore.swr.swr_login
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Copy images with a login from the controller's environment or credentials file
  longshore.swr.image_copy:
    images:
      "registry.example.com/team/app:1.0": "swr.cn-north-4.myhuaweicloud.com/team/app"
    auth: "{{ lookup('longshore.swr.swr_login', 'cn-north-4').auth }}"
  delegate_to: localhost

- name: Show the user names of two regions
  ansible.builtin.debug:
    msg: "{{ query('longshore.swr.swr_login', 'cn-north-4', 'eu-west-101') | map(attribute='username') }}"
"""

RETURN = r"""
_list:
  description:
    - One login per region, with the keys C(registry), C(username), C(password), C(kind), C(expires), C(expires_at),
      C(auth), C(docker_config) and C(credentials_source), as M(longshore.swr.login_token) returns them.
  type: list
  elements: dict
"""

import os
from typing import Any, Dict, List, Optional

from ansible.errors import AnsibleLookupError
from ansible.module_utils.basic import missing_required_lib
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._http import REQUESTS_IMPORT_ERROR
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.arguments import API_ARGUMENTS, ARGUMENTS
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.login_factory import obtain_login
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.plugins.module_utils._text import one_line

OPTIONS = (*ARGUMENTS, *API_ARGUMENTS, "kind", "duration", "registry")


def _before_call() -> None:
    if REQUESTS_IMPORT_ERROR is not None:
        raise AnsibleLookupError(missing_required_lib("requests", reason="for a temporary or enhanced login"))


class LookupModule(LookupBase):
    """The plugin that Ansible loads."""

    def run(self, terms: List[str], variables: Optional[Dict[str, Any]] = None, **kwargs: Any) -> List[Dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        options = {name: self.get_option(name) for name in OPTIONS}
        redactor = Redactor()
        logins = []
        try:
            for region in terms or [options["region"]]:
                obtained = obtain_login(dict(options, region=region), os.environ, redactor, _before_call)
                for warning in obtained.warnings:
                    Display().warning("longshore.swr.swr_login: {0}".format(one_line(warning)))
                logins.append(obtained.as_dict())
        except LongshoreError as error:
            raise AnsibleLookupError("longshore.swr.swr_login: {0}".format(redactor(str(error)))) from None
        return logins
