# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.network_waiting). Its documentation is in network_waiting.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, waiting


def network_waiting(variables: Mapping[str, Any], hosts: Sequence[str], hostvars: Mapping[str, Any]) -> List[str]:
    """The roles that need an address which check mode could not read."""
    return waiting(variables, lambda: Networks(hosts, hostvars))


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"network_waiting": network_waiting}
