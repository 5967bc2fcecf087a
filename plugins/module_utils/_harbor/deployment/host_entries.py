# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and addresses for Harbor's containers, and Docker networks that conflict with them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Sequence

from ..errors import HarborError

_NAME = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?)*\Z")

# Networks of these drivers have their own routes on the host. Those of macvlan and ipvlan are the real network.
_ROUTED = ("bridge", "overlay")


class Host(NamedTuple):
    """A name and its address."""

    name: str
    address: str

    def __str__(self) -> str:
        return "{0}:{1}".format(self.name, self.address)


def host_of(name: str, address: str) -> Host:
    """A name and an address in canonical form."""
    address = address.strip().strip("[]")
    # Other values, such as host-gateway, are kept.
    with contextlib.suppress(ValueError):
        address = str(ipaddress.ip_address(address))
    return Host(name.strip().lower(), address)


def read_host(text: str) -> Host:
    """C(name:address) or C(name=address), as Compose and Docker write it."""
    parts = re.split("[:=]", text, maxsplit=1)
    return host_of(parts[0], parts[-1])


def names_of(entry: Mapping[str, Any]) -> List[str]:
    """The names in an entry, in canonical form. A string with an extra comma yields an empty one."""
    return [str(name).strip().lower() for name in entry.get("names") or [] if str(name).strip()]


def parse_hosts(given: Optional[Sequence[Mapping[str, Any]]]) -> List[Host]:
    """Parse the user's names and addresses: mappings with C(address) and C(names).

    :raises HarborError: no address, no name, or a name with two addresses.
    """
    if not given:
        raise HarborError("there are none", where="entries", hint="Set at least one, or use state=absent.")
    problems: List[str] = []
    known: Dict[str, str] = {}
    for number, item in enumerate(given, 1):
        try:
            address = str(ipaddress.ip_address(str(item.get("address") or "").strip()))
        except ValueError:
            problems.append("entry {0}: invalid IP address {1!r}".format(number, item.get("address")))
            continue
        names = names_of(item)
        if not names:
            problems.append("entry {0} has no list of names".format(number))
        for name in names:
            if not _NAME.match(name) or re.match(r"[0-9.]+\Z", name):
                problems.append("entry {0}: invalid host name {1!r}".format(number, name))
            elif known.setdefault(name, address) != address:
                problems.append("{0} has two addresses, {1} and {2}".format(name, known[name], address))
    if problems:
        raise HarborError(
            "; ".join(problems), where="entries", hint="Give each name one address, that of the endpoint."
        )
    return [Host(name, address) for name, address in known.items()]


def clashes(networks: Sequence[Mapping[str, Any]], hosts: Sequence[Host]) -> List[Dict[str, str]]:
    """Docker networks with a subnet that contains one of the addresses: packets to it never leave the host.

    :param networks: the parsed output of C(docker network inspect).
    :return: C(network), C(subnet) and C(address) of each.
    """
    found = []
    for network in networks:
        if (network.get("Driver") or "bridge") not in _ROUTED:
            continue
        for config in (network.get("IPAM") or {}).get("Config") or []:
            try:
                subnet = ipaddress.ip_network(str(config.get("Subnet")), strict=False)
            except ValueError:
                continue
            for address in dict.fromkeys(host.address for host in hosts):
                if ipaddress.ip_address(address) in subnet:
                    found.append({"network": network["Name"], "subnet": str(subnet), "address": address})
    return found
