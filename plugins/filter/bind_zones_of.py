# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter C(longshore.swr.bind_zones_of). Its documentation is in bind_zones_of.yml."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping

from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.role import zones_of
from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host

NAME = "longshore.swr.bind_zones_of"


def _checked(items: Any, where: str, key: str) -> List[Mapping[str, Any]]:
    if not isinstance(items, (list, tuple)):
        raise AnsibleFilterError("{0}: {1} must be a list".format(NAME, where))
    for number, item in enumerate(items, 1):
        if not isinstance(item, Mapping) or not isinstance(item.get(key), str):
            raise AnsibleFilterError("{0}: {1}: item {2} must be a mapping with {3}".format(NAME, where, number, key))
    return list(items)


def bind_zones_of(regions: Any, **options: Any) -> Dict[str, Any]:
    """The zones for a DNS server to serve for these regions."""
    try:
        return zones_of(
            _checked(regions, "regions", "region"),
            registry_host,
            **{
                name: _checked(value, name, "name") if name in ("zones", "forward_zones", "rpz_names") else value
                for name, value in options.items()
            },
        )
    except LongshoreError as error:
        raise AnsibleFilterError("{0}: {1}".format(NAME, error)) from error


class FilterModule:
    """The plugin that Ansible loads."""

    def filters(self) -> Dict[str, Callable[..., Any]]:
        return {"bind_zones_of": bind_zones_of}
