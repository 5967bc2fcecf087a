# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: access_html
short_description: Render the results of access checks as an HTML page
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Renders the results of M(longshore.swr.access_check) on many nodes as a single HTML page that needs no other
    files.
  - All text from nodes and servers is escaped, and the page allows no scripts.
options:
  _input:
    description:
      - A dictionary that maps nodes to the registered results of M(longshore.swr.access_check).
      - A node with an empty value has no result and is shown as unreachable.
    type: dict
    required: true
seealso:
  - module: longshore.swr.access_check
  - plugin: longshore.swr.access_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the page
  ansible.builtin.copy:
    content: "{{ found | longshore.swr.access_html }}"
    dest: "{{ playbook_dir }}/access.html"
    mode: "0644"
  delegate_to: localhost
  vars:
    found: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'checked'))) }}"
  run_once: true
"""

RETURN = r"""
_value:
  description:
    - The page.
  type: str
"""

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError


def access_html(results: Any) -> str:
    """One HTML page with the table and the findings."""
    from ansible_collections.longshore.swr.plugins.module_utils._access.report.aggregate import aggregate
    from ansible_collections.longshore.swr.plugins.module_utils._access.report.html import render_page
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError

    try:
        return render_page(aggregate(results))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.access_html: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"access_html": access_html}
