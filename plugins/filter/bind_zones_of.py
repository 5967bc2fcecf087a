# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: bind_zones_of
short_description: Derive a DNS server's zones for SWR and OBS from regions
version_added: 1.0.0
author:
  - longshore.swr contributors (@longshore)
description:
  - Derives the zones of SWR and the forward zones of OBS from regions, and adds further ones, for the role
    P(longshore.swr.bind#role).
options:
  _input:
    description:
      - The regions, like the variable C(bind_regions) of the role.
    type: list
    elements: dict
    required: true
  zones:
    description:
      - Further zones, like O(longshore.swr.bind_zones#module:zones).
    type: list
    elements: dict
    default: []
  forward_zones:
    description:
      - Further forward zones, like O(longshore.swr.bind_zones#module:forward_zones).
    type: list
    elements: dict
    default: []
  rpz:
    description:
      - Whether to put SWR's names into the response policy zone instead of zones of their own.
    type: bool
    default: false
  rpz_names:
    description:
      - Further names in the response policy zone, like O(longshore.swr.bind_zones#module:rpz.names).
    type: list
    elements: dict
    default: []
  rpz_name:
    description:
      - The name of the response policy zone. By default, that of the module.
    type: str
  ttl:
    description:
      - How long answers may be cached, in seconds, for zones without a C(ttl).
    type: int
    default: 300
  nameservers:
    description:
      - The name servers of zones without C(nameservers).
    type: list
    elements: str
    default: [localhost]
  contact:
    description:
      - The mailbox of the person responsible, for zones without a C(contact), with a dot instead of the at sign.
    type: str
    default: hostmaster.localhost.localdomain
  serials:
    description:
      - The serials of zones, by name, that another server has set.
    type: dict
    default: {}
seealso:
  - module: longshore.swr.bind_zones
"""

EXAMPLES = r"""
- name: Serve SWR and OBS of a region
  longshore.swr.bind_zones:
    zones: "{{ served.zones }}"
    forward_zones: "{{ served.forward_zones }}"
  vars:
    served: "{{ regions | longshore.swr.bind_zones_of(ttl=60) }}"
    regions:
      - region: cn-north-4
        swr_addresses: [172.16.0.10]
        dns_addresses: [172.16.0.12]
"""

RETURN = r"""
_value:
  description:
    - C(zones), C(forward_zones) and C(rpz), like the options of M(longshore.swr.bind_zones). C(rpz) is V(null) if
      there are no names for it.
  type: dict
"""

from typing import Any, Callable, Dict, List, Mapping

from ansible.errors import AnsibleFilterError

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
    from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.role import zones_of
    from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
    from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host

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
