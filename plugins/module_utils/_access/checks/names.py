# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of how the registry's name resolves on the node.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Dict, List, Sequence

from ..context import canonical
from ..dns_client import ServerAnswer
from ..errors import Trouble
from ..node_files import HOSTS, RESOLV_CONF, HostsEntry, conflicts, hosts_entries, nameservers
from ..results import Result, failed, passed, skipped, warned
from .base import Check

NAME_HINT = (
    "Make the name resolve to the VPC endpoint's address: with the role longshore.swr.hosts (a line in "
    "/etc/hosts), a zone "
    "on your DNS servers (role longshore.swr.bind) or the role longshore.swr.resolver (Huawei Cloud's DNS endpoint). "
    "If the address is right, correct access_check_expected_addresses."
)


class HostsConflict(Check):
    """Does a hosts file give a name more than one address? Programs then use one or the other."""

    id = "hosts.conflict"

    def run(self, context: Any) -> Result:
        text = context.system.read(HOSTS)
        names = list(dict.fromkeys((context.options.host, *context.options.obs_hosts)))
        if text is None:
            return passed("there is no {0}".format(HOSTS), target=HOSTS, source="hosts")
        found: Dict[str, List[HostsEntry]] = {name: conflicts(hosts_entries(text, name)) for name in names}
        lines = [
            "{0} {1} (line {2})".format(entry.address, name, entry.line)
            for name, entries in found.items()
            for entry in entries
        ]
        if not lines:
            return passed("no name has two addresses in {0}".format(HOSTS), target=HOSTS, source="hosts")
        return failed(
            "{0} gives a name several addresses: {1}".format(HOSTS, "; ".join(lines)),
            "Keep the line with the endpoint's address only. The role longshore.swr.hosts detects lines "
            "outside its own block and removes them on request.",
            target=HOSTS,
            observed=tuple(lines),
            source="hosts",
        )


class Nss(Check):
    """Does the name resolve to the expected addresses for programs on the node?"""

    id = "dns.nss"
    depends_on = ("hosts.conflict",)

    def run(self, context: Any) -> Result:
        options = context.options
        entries = hosts_entries(context.system.read(HOSTS) or "", options.host)
        known: Dict[str, Any] = {
            "target": options.host,
            "expected": options.expected_addresses,
            "source": "hosts" if entries else "dns",
        }
        if options.host_is_address:
            context.addresses = [options.host]
            known["source"] = "option"
        else:
            try:
                context.addresses = canonical(context.system.resolve(options.host, context.deadline()))
            except Trouble as trouble:
                text = "the name has no address: {0}{1}".format(trouble.text, self._servers(context, entries))
                return failed(text, NAME_HINT, **known)
        known["observed"] = tuple(context.addresses)
        return self._judge(context, entries, known)

    def _judge(self, context: Any, entries: Sequence[HostsEntry], known: Dict[str, Any]) -> Result:
        shown = ", ".join(context.addresses)
        expected = set(context.options.expected_addresses)
        if not expected:
            return passed("the name resolves to {0}".format(shown), **known)
        wrong = [address for address in context.addresses if address not in expected]
        if wrong:
            where = " (line {0} of {1})".format(entries[0].line, HOSTS) if entries else self._servers(context, entries)
            text = "the name resolves to {0}, not {1}{2}".format(shown, ", ".join(sorted(expected)), where)
            return failed(text, NAME_HINT, **known)
        missing = sorted(expected - set(context.addresses))
        if missing:
            return warned(
                "the name does not resolve to {0}, only to {1}".format(", ".join(missing), shown), NAME_HINT, **known
            )
        return passed("the name resolves to {0}".format(shown), **known)

    @staticmethod
    def _servers(context: Any, entries: Sequence[HostsEntry]) -> str:
        """Each nameserver's answer, because the nameserver check is skipped if this one fails."""
        if entries or context.options.host_is_address:
            return ""
        answers = ask_servers(context)
        return "; nameservers: {0}".format("; ".join(str(answer) for answer in answers)) if answers else ""


def ask_servers(context: Any) -> List[ServerAnswer]:
    """The answer of each of the node's nameservers for the registry's name."""
    servers = nameservers(context.system.read(RESOLV_CONF) or "")
    if not servers:
        return []
    with ThreadPoolExecutor(len(servers)) as pool:
        ask = context.system.ask
        return list(pool.map(lambda server: ask(server, context.options.host, context.options.timeout), servers))


class Servers(Check):
    """Do all of the node's nameservers give the same, correct answer?

    Resolvers use the first one until it stops answering, then the next. One with a different answer causes
    intermittent failures.
    """

    id = "dns.servers"
    depends_on = ("dns.nss",)
    hint = (
        "Every nameserver in /etc/resolv.conf must know the name, because programs accept the first "
        "answer: add the zone to all of them (role longshore.swr.bind) or use the role "
        "longshore.swr.resolver."
    )

    def run(self, context: Any) -> Result:
        options = context.options
        known: Dict[str, Any] = {"target": RESOLV_CONF, "source": "dns", "expected": options.expected_addresses}
        if options.host_is_address:
            return skipped("an address needs no query", **known)
        answers = ask_servers(context)
        if not answers:
            return skipped("{0} names no nameserver".format(RESOLV_CONF), **known)
        known["observed"] = tuple(str(answer) for answer in answers)
        shown = "; ".join(known["observed"])
        if hosts_entries(context.system.read(HOSTS) or "", options.host):
            return passed("not needed, the name is in {0} ({1})".format(HOSTS, shown), **known)
        wanted = set(options.expected_addresses) or set(context.addresses)
        lacking = [answer for answer in answers if not answer.trouble and not answer.addresses]
        other = [answer for answer in answers if set(answer.addresses) - wanted]
        if lacking or (other and options.expected_addresses):
            return failed("nameservers do not agree: {0}".format(shown), self.hint, **known)
        if other:
            return warned("nameservers give different addresses: {0}".format(shown), self.hint, **known)
        silent = [answer.server for answer in answers if answer.trouble]
        if silent:
            return warned(
                "no answer from {0}: {1}".format(", ".join(silent), shown),
                "Remove the nameserver from the node's resolver or repair it: each lookup waits for it.",
                **known,
            )
        return passed("every nameserver answers: {0}".format(shown), **known)
