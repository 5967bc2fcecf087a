# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the object storage that holds SWR's layers: a pull needs it as much as the registry.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Any, Dict, List, Optional

from ..._http_values import StoreError, read_store_error
from ..._text import safe
from ..._urls import host_of
from ..context import canonical, is_public
from ..errors import Trouble
from ..node_files import HOSTS, hosts_entries
from ..results import Result, failed, passed, skipped, warned
from .base import Check

OBS_HINT = (
    "Pulling needs OBS as well as SWR: create the VPC endpoint for OBS, and make every bucket's name resolve: forward "
    "obs.<region>.myhuaweicloud.com to Huawei Cloud's DNS endpoint (on your DNS servers with the role "
    "longshore.swr.bind, or on the nodes with the role longshore.swr.resolver), or name every bucket in the role "
    "longshore.swr.hosts."
)
POLICY_HINT = (
    "The policy of the VPC endpoint for OBS must allow every bucket that stores SWR's layers (there "
    "are several in a region; ask Huawei Cloud for their names in a ticket)."
)
STALE_HINT = (
    "The registry's redirect has expired: the registry's clock is wrong, or a cache on the way keeps its redirects."
)
INBOUND_HINT = (
    "Small replies arrive and large ones do not: allow ICMP (fragmentation needed) on the way from OBS, or clamp the "
    "MSS at the VPN gateway."
)
SOMETHING_ELSE_HINT = (
    "Something else answers instead of OBS: look for a proxy or a portal on the way, and check what "
    "the host's name resolves to."
)
CHUNK = 64 * 1024
_RANGE = re.compile(r"\s*bytes [0-9]+-[0-9]+/([0-9]{1,18})\s*\Z")


class ObsDns(Check):
    """Does every host of the object storage resolve?"""

    id = "blob.obs_dns"
    after = ("blob.redirect", "dns.nss")

    def run(self, context: Any) -> Result:
        hosts = context.observed_obs_hosts
        known: Dict[str, Any] = {"target": ", ".join(hosts), "expected": tuple(hosts), "source": "dns"}
        if not hosts:
            if context.blob is not None:
                return passed("the registry serves layers itself", **known)
            return skipped("no OBS host is known: set access_check_repository or access_check_obs_hosts", **known)
        addresses: Dict[str, List[str]] = {}
        missing: List[str] = []
        for host in hosts:
            try:
                addresses[host] = canonical(context.system.resolve(host, context.deadline()))
            except Trouble as trouble:
                missing.append("{0}: {1}".format(host, trouble.text))
        known["observed"] = tuple("{0} {1}".format(host, ", ".join(found)) for host, found in addresses.items())
        if missing:
            return failed("no address for {0}".format("; ".join(missing)), OBS_HINT, **known)
        text = context.system.read(HOSTS) or ""
        unlisted = [host for host in hosts if not hosts_entries(text, host)]
        if unlisted and len(unlisted) < len(hosts):
            return warned(
                "some OBS hosts are in {0} and others are not: {1}".format(HOSTS, ", ".join(unlisted)),
                "If OBS is reached through /etc/hosts, every bucket must be in it, or pulls fail intermittently: "
                "list all of them in the role longshore.swr.hosts.",
                **known,
            )
        public = [host for host, found in addresses.items() if any(map(is_public, found))]
        if public and context.addresses and not any(map(is_public, context.addresses)):
            return warned(
                "the registry is reached privately, but {0} over the Internet".format(", ".join(public)),
                OBS_HINT,
                **known,
            )
        return passed("every OBS host resolves", **known)


class ObsGet(Check):
    """Can a layer be read: first one byte, then enough to fill large packets?"""

    id = "blob.obs_get"
    depends_on = ("blob.redirect", "blob.obs_dns", "path.mtu")

    def run(self, context: Any) -> Result:
        blob = context.blob
        known: Dict[str, Any] = {
            "target": host_of(blob.url),
            "expected": ("HTTP 206",),
            "source": "obs" if blob.redirected else "http",
        }
        reply = self._get(context, 0, 4096)
        known["observed"] = ("HTTP {0}".format(reply.status),)
        if reply.status == 403:
            said = read_store_error(reply.body) or StoreError("", "")
            text = ": ".join(filter(None, ("HTTP 403", safe(said.code, 80), safe(said.message, 160))))
            hint = STALE_HINT if said.is_stale else POLICY_HINT
            return failed("{0} refuses the layer: {1}".format(known["target"], text), hint, **known)
        if reply.status not in (200, 206) or not reply.body:
            return failed(
                "{0} does not serve the layer: HTTP {1}".format(known["target"], reply.status), OBS_HINT, **known
            )
        size = _size_of(reply)
        if blob.size and size is not None and size != blob.size:
            text = "{0} serves something else: {1} bytes, but the layer has {2}".format(
                known["target"], size, blob.size
            )
            return failed(text, SOMETHING_ELSE_HINT, **known)
        wanted = min(CHUNK, blob.size) if blob.size else 1
        try:
            body = self._get(context, wanted - 1).body
        except Trouble as trouble:
            if trouble.kind != "timeout":
                raise
            return failed("one byte arrives, {0} do not: {1}".format(wanted, trouble.text), INBOUND_HINT, **known)
        if len(body) < wanted:
            text = "only {0} of {1} bytes arrived".format(len(body), wanted)
            return failed(text, "Look for a proxy or firewall that ends connections to OBS.", **known)
        return passed("{0} bytes of a layer arrive".format(len(body)), **known)

    @staticmethod
    def _get(context: Any, last: int, most: int = 0) -> Any:
        headers = dict(context.blob.headers, Range="bytes=0-{0}".format(last))
        return context.fetch(context.blob.url, headers, max(most, last + 1))


def _size_of(reply: Any) -> Optional[int]:
    """The full size of the object behind a partial reply, if stated."""
    if reply.status == 206:
        found = _RANGE.match(reply.header("content-range"))
        return int(found.group(1)) if found is not None else None
    text = reply.header("content-length")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else None
