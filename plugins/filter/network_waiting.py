# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: network_waiting
short_description: Find roles that need addresses which check mode cannot know
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - In check mode, the role P(longshore.swr.network#role) creates no endpoints, so the roles after it miss their
    addresses. This finds these roles, so that a playbook can leave them out.
  - It is used by the playbooks C(longshore.swr.nodes) and C(longshore.swr.harbor).
positional: hosts, hostvars
options:
  _input:
    description:
      - The variables of the roles, V(hosts_state), V(hosts_endpoints), V(bind_state), V(bind_regions),
        V(resolver_state), V(resolver_enabled), V(resolver_servers), V(resolver_regions), V(harbor_state),
        V(harbor_network), V(harbor_region) and V(harbor_private_address). Leave out those that are not set.
    type: dict
    required: true
  hosts:
    description:
      - The hosts on which the role has run.
    type: list
    elements: str
    required: true
  hostvars:
    description:
      - The variables of these hosts, by name.
    type: dict
    required: true
seealso:
  - module: longshore.swr.network_scenario
"""

EXAMPLES = r"""
- name: Show the roles that have to wait
  ansible.builtin.debug:
    msg: "{{ wanted | longshore.swr.network_waiting(['localhost'], hostvars) }}"
  vars:
    wanted:
      hosts_endpoints: [{region: cn-north-4}]
"""

RETURN = r"""
_value:
  description:
    - The names of the roles, of V(hosts), V(bind), V(resolver) and V(harbor).
  type: list
  elements: str
"""

from typing import Any, Callable, Dict, List, Mapping, Sequence


def network_waiting(variables: Mapping[str, Any], hosts: Sequence[str], hostvars: Mapping[str, Any]) -> List[str]:
    """The roles that need an address which check mode could not read."""
    from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, waiting

    return waiting(variables, lambda: Networks(hosts, hostvars))


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"network_waiting": network_waiting}
