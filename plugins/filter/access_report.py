# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_report
short_description: Combine the results of access checks into one report
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Combines the results of M(longshore.swr.access_check) on many nodes, to write as JSON or to use in conditions.
options:
  _input:
    description:
      - A dictionary that maps nodes to the registered results of M(longshore.swr.access_check).
      - A node with an empty value has no result and is shown as unreachable.
    type: dict
    required: true
  fail_on:
    description:
      - The findings that make a node fail - V(error), V(warn) (and errors) or V(never) for none.
      - A node that could not be checked, for example because of invalid options or a missing Python, always fails. A
        node without a result never fails, because Ansible itself reports it.
    type: str
    choices: [error, warn, never]
    default: error
seealso:
  - module: longshore.swr.access_check
  - plugin: longshore.swr.access_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Stop unless every node reaches SWR
  ansible.builtin.assert:
    that: (found | longshore.swr.access_report).failing | length == 0
  vars:
    found: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'checked'))) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - C(ok), C(summary) (the number of nodes by outcome), C(failing) (the names of failing nodes), C(findings)
      (failures and warnings, with hints and nodes) and C(nodes) (each with its C(checks), the worst first).
  type: dict
"""

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError


def access_report(results: Any, fail_on: str = "error") -> Dict[str, Any]:
    """The nodes, the findings, and the nodes that make a run fail."""
    from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError

    try:
        return aggregate(results, fail_on)
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.access_report: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"access_report": access_report}
