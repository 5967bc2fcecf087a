# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fills in the addresses that variables of other roles leave out, from C(network_result) of the role C(network).

What a variable has, stays: an empty list of addresses too, which is an answer. Only what is left out is filled in.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence

from ansible.module_utils.parsing.convert_bool import boolean

from ansible_collections.longshore.swr.plugins.module_utils._text import one_line
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import from_text, is_unset

Values = Dict[str, Any]

_PARTS = {"swr": "SWR", "dns": "the DNS service"}
_DICTS = {"type": "list", "elements": "dict"}
_WORDS = {"type": "list", "elements": "str"}
# The variables that decide, and those that are filled in, with their types.
_TYPES: Dict[str, Dict[str, Any]] = {
    "hosts": {"endpoints": _DICTS},
    "bind": {"regions": _DICTS},
    "resolver": {"servers": _WORDS, "regions": _WORDS},
    "harbor": {},
}
_NAMES = {
    "hosts": ("state", "endpoints"),
    "bind": ("state", "regions"),
    "resolver": ("state", "enabled", "servers", "regions"),
    "harbor": ("state", "network", "region", "private_address"),
}


class Networks:
    """The results of the role C(network).

    :param hosts: the hosts that should have run it.
    :param hostvars: the variables of all hosts.
    :ivar problems: a sentence for each address that is nowhere.
    :ivar waits: whether an address is missing because check mode has created nothing.
    """

    def __init__(self, hosts: Sequence[str], hostvars: Mapping[str, Any]) -> None:
        self.problems: List[str] = []
        self.waits = False
        self._hosts = list(hosts)
        self._results: Dict[str, Mapping[str, Any]] = {}
        for host in hosts:
            result = hostvars[host].get("network_result") if host in hostvars else None
            if isinstance(result, Mapping) and result.get("state") == "present":
                self._results[host] = result

    def address(self, part: str, region: Optional[str], what: Optional[str]) -> Optional[str]:
        """The address of an endpoint in a region; None if there is none.

        :param part: C(swr) or C(dns).
        :param region: its ID; None for any.
        :param what: what needs the address, for C(problems); None if nothing does.
        """
        matching = {
            host: result for host, result in self._results.items() if region is None or result.get("region") == region
        }
        endpoints = {host: result.get(part) or {} for host, result in matching.items()}
        found = {host: str(one["address"]) for host, one in endpoints.items() if one.get("address")}
        if len(set(found.values())) == 1:
            return next(iter(found.values()))
        if what is None:
            return None
        if found:
            self._say(what, "network_result of {0} have different ones".format(" and ".join(sorted(found))), region)
        elif any(result.get("check_mode") and result.get(part) for result in matching.values()):
            self.waits = True
            self._say(what, "{0} would be created first".format("the endpoint for " + _PARTS[part]), region)
        else:
            hosts = ", ".join(self._hosts) or "no host"
            self._say(what, "network_result of {0} has none for {1}".format(hosts, _PARTS[part]), region)
        return None

    def _say(self, what: str, why: str, region: Optional[str]) -> None:
        place = " in {0}".format(region) if region else ""
        text = (
            "{0} is not set, and {1}{2}: set it, or run longshore.swr.network before, in the same run "
            "(in an onboarding, the part network)"
        )
        self.problems.append(one_line(text.format(what, why, place), 1000))


class Promised(Networks):
    """Before the role C(network) has run: any address may come from it."""

    def __init__(self) -> None:
        super().__init__([], {})

    def address(self, part: str, region: Optional[str], what: Optional[str]) -> Optional[str]:
        """One of documentation."""
        return "192.0.2.1"


def _hosts(values: Values, networks: Networks) -> Values:
    items = []
    for number, item in enumerate(values.get("endpoints") or [], 1):
        if is_unset(item.get("address")) and values.get("state") == "absent":
            # Nothing is read from it.
            continue
        if is_unset(item.get("address")):
            what = "hosts_endpoints: address of item {0}".format(number)
            item = dict(item, address=networks.address("swr", item.get("region"), what))
        items.append(item)
    return {**values, "endpoints": items}


def _bind(values: Values, networks: Networks) -> Values:
    items = []
    for number, item in enumerate(values.get("regions") or [], 1):
        filled = dict(item)
        if values.get("state") != "absent":
            what = None if item.get("dns_addresses") else "bind_regions: swr_addresses of item {0}".format(number)
            for part, needed in (("swr", what), ("dns", None)):
                name = part + "_addresses"
                address = networks.address(part, item.get("region"), needed) if name not in item else None
                if address is not None:
                    filled[name] = [address]
        items.append(filled)
    return {**values, "regions": items}


def _resolver(values: Values, networks: Networks) -> Values:
    if not boolean(values.get("enabled", False), strict=False) or values.get("servers"):
        return values
    what = None if values.get("state") == "absent" else "resolver_servers"
    found = [networks.address("dns", region, what) for region in values.get("regions") or [None]]
    return {**values, "servers": sorted({address for address in found if address is not None})}


def _harbor(values: Values, networks: Networks) -> Values:
    private = values.get("network") == "private_endpoint"
    if values.get("state") == "absent" or not private or not is_unset(values.get("private_address")):
        return values
    address = networks.address("swr", values.get("region"), "harbor_private_address")
    return values if address is None else {**values, "private_address": address}


_ROLES: Dict[str, Callable[[Values, Networks], Values]] = {
    "hosts": _hosts,
    "bind": _bind,
    "resolver": _resolver,
    "harbor": _harbor,
}


def filled(role: str, entry_point: str, values: Values, networks: Networks) -> Values:
    """The variables of a role, with the addresses that they leave out.

    :param role: such as C(bind); any other than those of C(waiting) gets its variables back.
    :param values: by name without prefix, converted from texts.
    :raises ValueError: an address is missing on both sides, with all problems.
    """
    if role not in _ROLES or (role == "harbor" and entry_point != "private_endpoint"):
        return values
    prefix = role + "_"
    plain = {name[len(prefix) :]: value for name, value in values.items()}
    complete = _ROLES[role](plain, networks)
    if networks.problems:
        raise ValueError("; ".join(networks.problems))
    return {prefix + name: value for name, value in complete.items()}


def waiting(variables: Mapping[str, Any], networks: Callable[[], Networks]) -> List[str]:
    """The roles that need an address which check mode could not read, because it has created nothing.

    :param variables: those of the roles, as they are, by name. Invalid ones are left to the role.
    :param networks: makes the results anew.
    """
    found = []
    for role, names in _NAMES.items():
        values = {}
        for name in names:
            value = variables.get("{0}_{1}".format(role, name))
            if not is_unset(value):
                values[name] = value
        try:
            for name, option in _TYPES[role].items():
                if name in values:
                    values[name] = from_text(values[name], option, name)
        except ValueError:
            continue
        known = networks()
        _ROLES[role](values, known)
        if known.waits:
            found.append(role)
    return found
