# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_table
short_description: Render the results of access checks as a table
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Renders the results of M(longshore.swr.access_check) on many nodes as one table of nodes and checks, in plain
    ASCII, at most 120 columns wide, the worst nodes first.
  - Failures and warnings follow, with hints. Nodes with the same finding are listed together.
options:
  _input:
    description:
      - A dictionary that maps nodes to the registered results of M(longshore.swr.access_check).
      - A node with an empty value has no result and is shown as unreachable.
    type: dict
    required: true
seealso:
  - module: longshore.swr.access_check
  - plugin: longshore.swr.access_html
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show the table
  ansible.builtin.debug:
    msg: "{{ found | longshore.swr.access_table }}"
  vars:
    found: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'checked'))) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - The lines.
  type: list
  elements: str
"""

from typing import Any, Callable, Dict, List

from ansible.errors import AnsibleFilterError


def access_table(results: Any) -> List[str]:
    """The lines of a table, nodes by checks, and the findings with their remedies."""
    from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
    from ansible_collections.longshore.swr.plugins.module_utils._access.report.table import render_table
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError

    try:
        return render_table(aggregate(results))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.access_table: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"access_table": access_table}
