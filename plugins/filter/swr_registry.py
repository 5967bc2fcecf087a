# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.swr_registry). Its documentation is in swr_registry.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host


def swr_registry(region: Any, cloud: Optional[str] = None) -> str:
    """The host name of a region's registry."""
    if isinstance(region, (dict, list, tuple, bool)) or region is None:
        raise AnsibleFilterError("longshore.swr.swr_registry: the region must be a string, as cn-north-4")
    try:
        return registry_host(str(region), cloud)
    except LongshoreError as error:
        raise AnsibleFilterError("longshore.swr.swr_registry: {0}".format(error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"swr_registry": swr_registry}
