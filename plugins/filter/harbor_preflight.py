# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: harbor_preflight
short_description: Find the artifacts of replication rules that SWR will refuse
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Applies the filters of replication rules to the artifacts in Harbor, and finds those that SWR's basic edition
    refuses.
  - Also lists what to copy with M(longshore.swr.image_copy), which converts such images.
positional: rules, source, target, organization, copy
options:
  _input:
    description:
      - The artifacts of all repositories that the rules select from, as M(longshore.swr.harbor_info) lists them.
    type: list
    elements: dict
    required: true
  rules:
    description:
      - The rules, as in the variable C(harbor_rules) of the role P(longshore.swr.harbor#role).
    type: list
    elements: dict
    required: true
  source:
    description:
      - The host that Harbor's images are pulled from.
    type: str
    required: true
  target:
    description:
      - The host of SWR's registry.
    type: str
    required: true
  organization:
    description:
      - The organization of rules that do not name one.
    type: str
    default: ""
  copy:
    description:
      - Whether the summary says that the images will be copied instead of replicated.
    type: bool
    default: false
seealso:
  - module: longshore.swr.harbor_info
  - module: longshore.swr.image_copy
"""

EXAMPLES = r"""
- name: List the artifacts that the rules select from
  longshore.swr.harbor_info:
    harbor_url: https://harbor.example.com
    harbor_username: admin
    harbor_password: "{{ vault_harbor_password }}"
    gather: [artifacts]
    repositories: [library/**]
  register: harbor

- name: Show what SWR will refuse
  ansible.builtin.debug:
    msg: "{{ (harbor.artifacts | longshore.swr.harbor_preflight(rules, 'harbor.example.com', swr)).summary }}"
  vars:
    rules:
      - {name: all, repositories: library/**, organization: team}
    swr: swr.cn-north-4.myhuaweicloud.com
"""

RETURN = r"""
_value:
  description:
    - C(refused), the artifacts that SWR will refuse, each with C(rule), C(repository), C(tags), C(digest),
      C(media_type) and C(reason).
    - C(images), rules for M(longshore.swr.image_copy) with every tag that the replication rules select from these
      repositories. There are none for a rule that selects by label.
    - C(unknown), the number of artifacts whose format Harbor does not report. C(unjudged), the names of rules that
      select by label, which cannot be checked.
    - C(summary), all of this as lines of text.
  type: dict
"""

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError


def harbor_preflight(
    artifacts: Any, rules: Any, source: str, target: str, organization: str = "", copy: bool = False
) -> Dict[str, Any]:
    """The images of replication rules that SWR will reject, to copy them instead of Harbor."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._harbor.replication.preflight import preflight

    try:
        return preflight(artifacts, rules, source, target, organization, copy)
    except (LongshoreError, ValueError) as error:
        raise AnsibleFilterError("longshore.swr.harbor_preflight: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_preflight": harbor_preflight}
