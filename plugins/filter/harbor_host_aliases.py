# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_host_aliases). Its documentation is in harbor_host_aliases.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_aliases import alias_patch
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import parse_hosts


def harbor_host_aliases(deployment: Any, hosts: Any = ()) -> Dict[str, Any]:
    """The patch that gives a Deployment these names and addresses; empty when it has them."""
    try:
        return alias_patch(deployment, parse_hosts(hosts))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.harbor_host_aliases: {0}".format(error)) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_host_aliases": harbor_host_aliases}
