# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: harbor_result
short_description: Derive the result of the role harbor
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Derives from the results of the tasks of the role P(longshore.swr.harbor#role) which replication rules to start,
    and in the end what was done and how it ended.
options:
  _input:
    description:
      - Variables of the role without their prefix, C(state), C(rules), C(start), C(copy_refused), C(endpoint_name)
        and C(organizations), and C(check_mode).
      - The registered results of tasks, C(created) of M(longshore.swr.organization) in a loop, C(endpoint) of
        M(longshore.swr.harbor_registry), C(policies) of M(longshore.swr.harbor_replication_policy) in a loop over the
        rules, C(last) of M(longshore.swr.harbor_info) and C(runs) of M(longshore.swr.harbor_replication_execution) in
        loops over names of rules, and C(copied) of M(longshore.swr.image_copy). Leave out tasks that did not run.
      - With C(state=absent) also C(left), that of M(longshore.swr.harbor_info) when the rules are gone.
      - C(preflight), the result of P(longshore.swr.harbor_preflight#filter).
    type: dict
    required: true
seealso:
  - plugin: longshore.swr.harbor_preflight
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Create the endpoint
  longshore.swr.harbor_registry:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    name: swr
    url: https://swr.cn-north-4.myhuaweicloud.com
    access_key: cn-north-4@EXAMPLEACCESSKEY
    access_secret: "{{ vault_swr_password }}"
  register: endpoint

- name: Show the summary
  ansible.builtin.debug:
    msg: "{{ ({'endpoint_name': 'swr', 'endpoint': endpoint} | longshore.swr.harbor_result).result.summary }}"
"""

RETURN = r"""
_value:
  description:
    - C(result), the state and the outcome, without secrets. It has C(changed), C(endpoint), C(connection),
      C(harbor_version), C(organizations), C(rules), C(changed_rules), C(refused), C(executions), C(counts), C(copied),
      C(problems), and C(summary), all of it as lines of text.
    - C(report), the same with C(repositories), each that an execution dealt with, for
      M(longshore.swr.publish_report).
    - C(look_up), the names of rules whose last execution decides whether to start them.
    - C(start), the names of rules to start now.
    - C(copy_images), whether to copy the images that SWR refuses now.
    - With C(state=absent) only C(used_by), the rules of others because of which the endpoint stays, and C(result)
      with C(changed), C(removed_rules), C(endpoint_used_by) and C(summary).
  type: dict
"""

from typing import Any, Callable, Dict


def harbor_result(facts: Any) -> Dict[str, Any]:
    """What the role harbor has done and still has to do."""
    from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.role_result import role_result

    return role_result(facts)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_result": harbor_result}
