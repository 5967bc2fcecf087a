# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.harbor_compose_override). Its documentation is in harbor_compose_override.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.compose_override import render
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import parse_hosts


def harbor_compose_override(override: Any, base: str = "", hosts: Any = ()) -> str:
    """The text of the override with the names and addresses; without any, as it was before."""
    try:
        return render(str(override), str(base), parse_hosts(hosts))
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.harbor_compose_override: {0}".format(error)) from error


class FilterModule:
    """What Ansible looks for in this file."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"harbor_compose_override": harbor_compose_override}
