# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Turns the variables of the role bind into options of the module C(bind_zones).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

RegistryHost = Callable[[str, Optional[str]], str]


def zones_of(
    regions: Sequence[Mapping[str, Any]],
    registry_host: RegistryHost,
    zones: Sequence[Mapping[str, Any]] = (),
    forward_zones: Sequence[Mapping[str, Any]] = (),
    rpz: bool = False,
    rpz_names: Sequence[Mapping[str, Any]] = (),
    rpz_name: Optional[str] = None,
    ttl: int = 300,
    nameservers: Sequence[str] = ("localhost",),
    contact: str = "hostmaster.localhost.localdomain",
    serials: Optional[Mapping[str, int]] = None,
) -> Dict[str, Any]:
    """The options C(zones), C(forward_zones) and C(rpz) of the module.

    :param regions: each with C(region) and perhaps C(cloud); C(swr_addresses) are those of SWR there, and
        C(dns_addresses) those of the servers that know its OBS.
    :param registry_host: gives the host name of SWR in a region of a cloud.
    :param rpz: whether SWR's names go into the response policy zone instead of zones of their own.
    :param serials: the serials of zones, by name, if another server assigned them.
    """
    swr: List[Mapping[str, Any]] = []
    obs: List[Mapping[str, Any]] = []
    for item in regions:
        host = registry_host(item["region"], item.get("cloud") or None)
        if item.get("swr_addresses"):
            swr.append({"name": host, "addresses": item["swr_addresses"]})
        if item.get("dns_addresses"):
            # SWR is swr.REGION.CLOUD, and OBS obs.REGION.CLOUD with the buckets as subdomains.
            obs.append({"name": "obs." + host.partition(".")[2], "forwarders": item["dns_addresses"]})
    rewritten = [*(swr if rpz else []), *rpz_names]
    policy: Dict[str, Any] = {"names": rewritten, "ttl": ttl}
    if rpz_name:
        policy["name"] = rpz_name
    defaults = {"ttl": ttl, "nameservers": list(nameservers), "contact": contact}
    return {
        "zones": [_zone(item, defaults, serials or {}) for item in [*([] if rpz else swr), *zones]],
        "forward_zones": [*obs, *forward_zones],
        "rpz": policy if rewritten else None,
    }


def _zone(item: Mapping[str, Any], defaults: Mapping[str, Any], serials: Mapping[str, int]) -> Dict[str, Any]:
    name = str(item["name"]).lower()
    name = name[:-1] if name.endswith(".") else name
    return dict(defaults, **item, **({"serial": serials[name]} if name in serials else {}))


def addresses_of(servers: Sequence[str], hostvars: Mapping[str, Any]) -> List[str]:
    """The addresses at which other servers reach these servers.

    :param servers: addresses, and inventory hosts: a host's address is C(bind_address), else
        C(ansible_host), else its name.
    :param hostvars: the variables of the inventory's hosts.
    """
    found = []
    for server in servers:
        # Not get(): Ansible's mapping does not raise KeyError for an unknown host.
        variables = hostvars[server] if server in hostvars else {}  # noqa: SIM401
        found.append(str(variables.get("bind_address") or variables.get("ansible_host") or server))
    return found
