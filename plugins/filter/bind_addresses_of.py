# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.bind_addresses_of). Its documentation is in bind_addresses_of.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.role import addresses_of


def bind_addresses_of(servers: Any, hostvars: Any) -> List[str]:
    """The addresses of DNS servers, some of which are inventory hosts."""
    if not isinstance(servers, (list, tuple)) or not all(isinstance(server, str) for server in servers):
        raise AnsibleFilterError("longshore.swr.bind_addresses_of: the servers must be a list of strings")
    return addresses_of(servers, hostvars)


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"bind_addresses_of": bind_addresses_of}
