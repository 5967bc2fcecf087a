# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the settings for a node's resolver, and the answers that programs on the node get.

Programs call C(getaddrinfo) for both address families: it follows C(/etc/nsswitch.conf), so it uses the hosts file
as well as DNS. C(dig) queries only DNS.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Set, Tuple, Union

from ..._arguments import check_ranges
from ..._time_limit import TimeIsUp, call_within
from ..errors import DnsError

Address = Union[ipaddress.IPv4Address, ipaddress.IPv6Address]
LookUp = Callable[[str], Tuple[str, ...]]

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(r"{0}(?:[.]{0})*\Z".format(_LABEL), re.IGNORECASE)
_LONGEST_NAME = 253


def look_up(name: str, seconds: float) -> Tuple[str, ...]:
    """The addresses of a name, as programs on this node get them, in canonical form and sorted.

    :raises DnsError: the name does not resolve in time.
    """
    try:
        found = call_within(seconds, lambda: socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))
    except TimeIsUp:
        raise DnsError("no answer within {0:g} seconds".format(seconds), where=name) from None
    except (OSError, UnicodeError) as error:
        raise DnsError(
            "does not resolve: {0}".format(getattr(error, "strerror", None) or "not a host name"), where=name
        ) from error
    addresses = {ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found}
    return tuple(str(address) for address in sorted(addresses, key=lambda address: (address.version, address)))


def check_settings(
    servers: Sequence[str], domains: Sequence[str], swr_addresses: Sequence[str], swr_names: Sequence[str], look: LookUp
) -> None:
    """Reject DNS servers and domains that must be a mistake.

    :param swr_addresses: addresses of SWR's endpoint, which does not answer DNS queries.
    :param swr_names: host names of SWR. Those that do not resolve yet are ignored.
    :raises DnsError: with all problems.
    """
    problems: List[str] = []
    known: Set[Address] = set()
    for server in servers:
        address = _address(server, "servers", problems)
        if address is None:
            continue
        if address.is_unspecified or address.is_multicast or address.is_loopback:
            problems.append("servers: {0} is not the address of another host".format(address))
        known.add(address)
    for domain in domains:
        if len(domain) > _LONGEST_NAME or not _DOMAIN.match(domain):
            problems.append("domains: {0!r} is not a domain name".format(domain))
    for value in swr_addresses:
        address = _address(value, "swr_addresses", problems)
        if address in known:
            problems.append("servers: {0} is the endpoint of SWR, which does not answer DNS queries".format(address))
    if known:
        problems += _servers_that_are_swr(known, swr_names, look)
    if problems:
        raise DnsError(
            "; ".join(problems),
            hint="Name the VPC endpoint of the DNS service as the server. "
            "The endpoint of SWR is for the role longshore.swr.hosts.",
        )


def _address(value: Any, where: str, problems: List[str]) -> Optional[Address]:
    try:
        return ipaddress.ip_address(str(value).strip())
    except ValueError:
        problems.append("{0}: {1!r} is not an IP address".format(where, value))
        return None


def _servers_that_are_swr(servers: Set[Address], names: Sequence[str], look: LookUp) -> List[str]:
    found = []
    for name in names:
        try:
            addresses = {ipaddress.ip_address(address) for address in look(name)}
        except DnsError:
            continue  # A name that does not resolve yet is why the resolver is set up.
        for address in sorted(addresses & servers, key=str):
            found.append("servers: {0} is an address of {1}, which does not answer DNS queries".format(address, name))
    return found


def expected_addresses(names: Sequence[str], entries: Sequence[Mapping[str, Any]]) -> Dict[str, Set[str]]:
    """The addresses expected for each name, by lower-case name; empty if any will do.

    :param entries: like the lines of a hosts file: C(address) and its C(names).
    :raises DnsError: an address is invalid.
    """
    problems: List[str] = []
    expected: Dict[str, Set[str]] = {name.lower(): set() for name in names}
    for entry in entries:
        address = _address(entry["address"], "entries", problems)
        for name in entry["names"]:
            expected.setdefault(name.lower(), set()).add(str(address))
    if problems:
        raise DnsError("; ".join(problems))
    return expected


def check_answers(expected: Mapping[str, Set[str]], look: LookUp) -> List[Dict[str, Any]]:
    """The addresses that each name resolves to.

    :param expected: the addresses expected for each name; empty if any will do.
    :raises DnsError: names that do not resolve, or resolve to other addresses.
    """
    answers: List[Dict[str, Any]] = []
    problems: List[str] = []
    for name, wanted in sorted(expected.items()):
        try:
            addresses = look(name)
        except DnsError as error:
            problems.append(str(error))
            continue
        answers.append({"name": name, "addresses": list(addresses)})
        if wanted and set(addresses) != wanted:
            text = "{0} resolves to {1}, not to {2}"
            problems.append(text.format(name, ", ".join(addresses), ", ".join(sorted(wanted))))
    if problems:
        raise DnsError(
            "names resolve to the wrong addresses on this node: {0}".format("; ".join(problems)),
            hint='Check the line "hosts" in /etc/nsswitch.conf (files, dns), and whether the DNS servers of this node '
            "answer on port 53.",
        )
    return answers


def run_resolver_check(params: Mapping[str, Any], look: Callable[[str, float], Tuple[str, ...]] = look_up) -> Any:
    """Carry out the options of the module C(resolver_check) and return its result.

    :param look: looks up a name within a number of seconds.
    :raises DnsError: the problems. Answers are checked only if the settings are valid.
    :raises LongshoreError: the timeout is out of range.
    """

    check_ranges(params, {"timeout": (0.1, 86400)})

    def within(name: str) -> Tuple[str, ...]:
        return look(name, params["timeout"])

    check_settings(params["servers"], params["domains"], params["swr_addresses"], params["swr_names"], within)
    expected = expected_addresses(params["names"], params["entries"])
    return {"changed": False, "answers": check_answers(expected, within)}
