# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Network rules: the proxy for a server, and addresses that are never connected to.

C(NO_PROXY) is read as the container engines read it (Go's package golang.org/x/net/http/httpproxy).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from typing import Any, Optional

_NOWHERE = tuple(
    ipaddress.ip_network(network)
    for network in (
        "169.254.0.0/16",  # link-local: the metadata service of most clouds
        "fe80::/10",
        "fd00:ec2::/32",  # AWS
        "fd20:ce::254/128",  # Google Cloud
        "100.100.100.200/32",  # Alibaba Cloud
        "168.63.129.16/32",  # Azure
        "192.0.0.192/32",  # Oracle Cloud
    )
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def proxy_for(scheme: str, host: str, port: int) -> Optional[str]:
    """The URL of the environment's proxy for a server; None for a direct connection.

    The variables are C(HTTPS_PROXY), C(HTTP_PROXY), C(ALL_PROXY) and C(NO_PROXY); in lower case they go first, as for
    curl and Python's own clients.
    """
    if not any(name.lower().endswith("_proxy") for name in os.environ):
        return None
    # Only here: it takes longer to import than a small copy takes.
    import urllib.request

    proxies = urllib.request.getproxies_environment()
    url = proxies.get(scheme) or proxies.get("all")
    return url if url and not is_exempt(host, port, proxies.get("no", "")) else None


def is_exempt(host: str, port: int, no_proxy: str) -> bool:
    """Whether a server is reached without a proxy: if it is on this machine, or in C(no_proxy).

    :param no_proxy: entries separated by commas - a name, which includes its subdomains, C(.name) and C(*.name)
        for only these, an address, a network such as C(10.0.0.0/8), each with C(:port) for only that port, or
        C(*) for everything.
    """
    name = host.lower().rstrip(".")
    address = _address(name)
    if name == "localhost" or (address is not None and address.is_loopback):
        return True
    return any(_covers(entry.strip().lower(), name, address, port) for entry in no_proxy.split(","))


def _covers(entry: str, name: str, address: Any, port: int) -> bool:
    if entry == "*":
        return True
    head, colon, tail = entry.rpartition(":")
    # The last colon of an IPv6 address does not precede a port, unless the address is in brackets.
    if colon and tail.isdecimal() and (":" not in head or head.endswith("]")):
        if not tail.isascii() or int(tail[:6]) != port:
            return False
        entry = head
    entry = entry.strip("[]")
    if not entry:
        return False
    if address is not None:
        if "/" not in entry:
            return bool(address == _address(entry))
        try:
            return address in ipaddress.ip_network(entry, strict=False)
        except ValueError:
            return False
    if entry.startswith("*."):
        entry = entry[1:]
    if entry.startswith("."):
        return name.endswith(entry)
    return name == entry or name.endswith("." + entry)


def is_nowhere(host: str) -> bool:
    """Whether a host is an address that is never connected to: link-local, or a cloud's metadata service.

    Requests there could leak the machine's own keys. A name is not looked up: check each of its addresses.

    :param host: an address in any form that a resolver accepts, or a name.
    """
    address = _address(host)
    if address is None:
        try:
            # Forms such as 0xa9fea9fe and 169.254.43518, which the C library accepts.
            address = ipaddress.ip_address(socket.inet_aton(host))
        except (OSError, ValueError):
            return False
    if address.version == 6 and address in _NAT64:
        address = ipaddress.ip_address(int(address) & 0xFFFFFFFF)
    return any(address in network for network in _NOWHERE)


def _address(text: str) -> Any:
    """Parse an address, without its scope; None if it is invalid."""
    try:
        address: Any = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
