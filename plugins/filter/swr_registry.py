# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: swr_registry
short_description: Derive the host name of SWR's registry from a region
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Derives the host name of the registry (SWR's basic edition) from the region, so that only the region is written
    down.
positional: cloud
options:
  _input:
    description:
      - The ID of the region, as in V(cn-north-4).
    type: str
    required: true
  cloud:
    description:
      - The domain of the region's host names, for a region that this collection does not know.
    type: str
seealso:
  - module: longshore.swr.login_token
"""

EXAMPLES = r"""
- name: Show the registry
  ansible.builtin.debug:
    msg: "{{ 'cn-north-4' | longshore.swr.swr_registry }}"
"""

RETURN = r"""
_value:
  description:
    - The host name, as in V(swr.cn-north-4.myhuaweicloud.com).
  type: str
"""

from typing import Any, Callable, Dict, Optional

from ansible.errors import AnsibleFilterError


def swr_registry(region: Any, cloud: Optional[str] = None) -> str:
    """The host name of a region's registry."""
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host

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
