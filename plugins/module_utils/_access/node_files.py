# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of a node that decide how a name resolves: C(/etc/hosts) and C(/etc/resolv.conf).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
from typing import Dict, List, NamedTuple, Optional

HOSTS = "/etc/hosts"
RESOLV_CONF = "/etc/resolv.conf"
# glibc uses no more (MAXNS).
MOST_NAMESERVERS = 3


class HostsEntry(NamedTuple):
    """An address of a name in a hosts file, and its line number."""

    address: str
    line: int


def address_of(text: str) -> Optional[str]:
    """An address in canonical form, None if the text is not an address."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return None


def hosts_entries(text: str, name: str) -> List[HostsEntry]:
    """The lines of a hosts file with this name (in any case) and a valid address."""
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if len(words) > 1 and name.lower().rstrip(".") in (word.lower().rstrip(".") for word in words[1:]):
            address = address_of(words[0])
            if address is not None:
                found.append(HostsEntry(address, number))
    return found


def conflicts(entries: List[HostsEntry]) -> List[HostsEntry]:
    """The entries of a name that has more than one address of a family: glibc and Go return all of them."""
    families: Dict[int, List[HostsEntry]] = {}
    for entry in entries:
        families.setdefault(ipaddress.ip_address(entry.address).version, []).append(entry)
    return [entry for same in families.values() if len({item.address for item in same}) > 1 for entry in same]


def nameservers(text: str) -> List[str]:
    """The nameservers of a resolv.conf that glibc uses."""
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > 1 and words[0] == "nameserver":
            plain, _percent, _scope = words[1].partition("%")
            if address_of(plain) is not None:
                found.append(words[1])
    return found[:MOST_NAMESERVERS]
