# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_network_clashes). Its documentation is in harbor_network_clashes.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, List

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import clashes, parse_hosts


def harbor_network_clashes(networks: Any, hosts: Any) -> List[Dict[str, str]]:
    """The Docker networks that keep what is sent to the addresses on the host."""
    try:
        return clashes(networks, parse_hosts(hosts))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.harbor_network_clashes: {0}".format(error)) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_network_clashes": harbor_network_clashes}
