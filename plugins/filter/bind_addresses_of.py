# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: bind_addresses_of
short_description: Look up the addresses at which DNS servers reach each other
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Replaces inventory hosts with the addresses at which other DNS servers reach them. Other items are kept.
positional: hostvars
options:
  _input:
    description:
      - Names of hosts in the inventory, and addresses, with a port if needed.
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of the inventory hosts, by name. The address of a host is its C(bind_address), otherwise its
        C(ansible_host), otherwise its name.
    type: dict
    required: true
seealso:
  - module: longshore.swr.bind_zones
"""

EXAMPLES = r"""
- name: Transfer a zone from the primaries in the inventory
  longshore.swr.bind_zones:
    kind: secondary
    primaries: "{{ groups['dns_primaries'] | longshore.swr.bind_addresses_of(hostvars) }}"
    zones:
      - name: swr.cn-north-4.myhuaweicloud.com
        addresses: [172.16.0.10]
"""

RETURN = r"""
_value:
  description:
    - The addresses, in the order of the servers.
  type: list
  elements: str
"""

from typing import Any, Callable, Dict, List

from ansible.errors import AnsibleFilterError


def bind_addresses_of(servers: Any, hostvars: Any) -> List[str]:
    """The addresses of DNS servers, some of which are inventory hosts."""
    from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.role import addresses_of

    if not isinstance(servers, (list, tuple)) or not all(isinstance(server, str) for server in servers):
        raise AnsibleFilterError("longshore.swr.bind_addresses_of: the servers must be a list of strings")
    return addresses_of(servers, hostvars)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"bind_addresses_of": bind_addresses_of}
