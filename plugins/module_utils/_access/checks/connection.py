# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the connection to the registry, its certificate, its clock, and how the path treats large packets.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import calendar
import ssl
from concurrent.futures import ThreadPoolExecutor
from email.utils import mktime_tz, parsedate_tz
from typing import Any, Dict, Optional, Tuple

from ..._text import safe
from ..errors import Trouble
from ..results import Result, failed, passed, skipped, warned
from ..tls import ADDRESS_MISMATCH, EXPIRED, HOST_MISMATCH, NOT_YET_VALID, certificate_of, names_of
from .base import Check

MOST_ADDRESSES = 16
SKEW_WARN, SKEW_FAIL = 60, 300
EXPIRES_SOON = 14 * 86400
LARGE = 64 * 1024

TCP_HINTS = {
    "refused": "The address answers, but nothing listens there: check that it is the VPC endpoint's address and that "
    "the endpoint is accepted.",
    "timeout": "Packets are dropped on the way: check the route over VPN or Direct Connect, firewalls for TCP 443, and "
    "the security group of the VPC endpoint.",
    "unreachable": "The node has no route to the address: check the routes over VPN or Direct Connect (for the public "
    "way an EIP, or a NAT gateway with an SNAT rule).",
}
CHAIN_HINT = (
    "Something on the way presents a certificate of its own, or the node lacks the certificate authority: update the "
    "node's CA certificates, or set access_check_ca_path to the authority's file."
)
DROPPED_HINT = (
    "TCP works but TLS does not: look for a firewall that inspects TLS, and for a path MTU that is too small "
    "(see path.mtu)."
)


class Tcp(Check):
    """Does every address of the registry accept a connection?"""

    id = "tcp.443"
    depends_on = ("dns.nss",)

    def run(self, context: Any) -> Result:
        port = context.options.port
        addresses = context.addresses[:MOST_ADDRESSES]

        def attempt(address: str) -> Optional[Trouble]:
            try:
                context.system.connect(address, port, context.deadline()).close()
                return None
            except Trouble as trouble:
                return trouble

        with ThreadPoolExecutor(len(addresses)) as pool:
            troubles = dict(zip(addresses, pool.map(attempt, addresses)))
        context.reachable = [address for address, trouble in troubles.items() if trouble is None]
        bad = {address: trouble for address, trouble in troubles.items() if trouble is not None}
        known: Dict[str, Any] = {
            "target": "{0} port {1}".format(context.options.host, port),
            "expected": tuple(addresses),
            "observed": tuple(context.reachable),
            "source": "tcp",
        }
        if not bad:
            return passed("port {0} accepts connections".format(port), **known)
        text = "; ".join("{0} port {1}: {2}".format(address, port, trouble.text) for address, trouble in bad.items())
        kinds = [trouble.kind for trouble in bad.values()]
        hint = TCP_HINTS.get(kinds[0], TCP_HINTS["unreachable"])
        return warned(text, hint, **known) if context.reachable else failed(text, hint, **known)


class _Certificate(Check):
    """The base of the certificate checks: without validate_certs they only warn."""

    def finding(self, context: Any, text: str, hint: str, **known: Any) -> Result:
        if context.options.validate_certs:
            return failed(text, hint, **known)
        return warned(text + " (certificates are not verified)", hint, **known)

    def known(self, context: Any) -> Dict[str, Any]:
        return {"target": context.options.authority, "source": "tls"}


class Chain(_Certificate):
    """Was the certificate issued by an authority that the node trusts?"""

    id = "tls.chain"
    depends_on = ("tcp.443",)

    def run(self, context: Any) -> Result:
        known = self.known(context)
        try:
            context.certificate = certificate_of(context.tls(context.deadline(), name=False, time=False))
        except Trouble as trouble:
            if trouble.kind == "certificate":
                return self.finding(
                    context, "the certificate is not trusted: {0}".format(trouble.text), CHAIN_HINT, **known
                )
            return failed("no TLS: {0}".format(trouble.text), DROPPED_HINT, **known)
        issuer = dict(pair for part in context.certificate.get("issuer", ()) for pair in part[:1])
        name = safe(issuer.get("organizationName") or issuer.get("commonName") or "", 80)
        return passed("the certificate is trusted", observed=(name,) if name else (), **known)


class Name(_Certificate):
    """Is the certificate for the registry's name?"""

    id = "tls.name"
    depends_on = ("tls.chain",)

    def run(self, context: Any) -> Result:
        known = dict(self.known(context), expected=(context.options.host,), observed=names_of(context.certificate))
        if not context.certificate:
            return warned("an untrusted certificate proves nothing", CHAIN_HINT, **known)
        try:
            context.tls(context.deadline(), time=False).close()
        except Trouble as trouble:
            if trouble.code not in (HOST_MISMATCH, ADDRESS_MISMATCH):
                raise
            return self.finding(
                context,
                "the certificate is for {0}, not for {1}".format(
                    ", ".join(known["observed"]) or "no name", context.options.host
                ),
                "The address is another server's: check the endpoint's address, and use the registry's own name "
                "(access_check_region, or access_check_host).",
                **known,
            )
        return passed("the certificate is for the name", **known)


class Expiry(_Certificate):
    """Is the certificate valid today, by the node's clock?"""

    id = "tls.expiry"
    depends_on = ("tls.chain",)
    hint = (
        "Check time.skew first: with a wrong clock, valid certificates look expired. If the clock is "
        "right, the server's operator must renew the certificate."
    )

    def run(self, context: Any) -> Result:
        dates = tuple(
            safe(context.certificate[key], 40) for key in ("notBefore", "notAfter") if key in context.certificate
        )
        known = dict(self.known(context), observed=dates)
        if not context.certificate:
            return warned("an untrusted certificate proves nothing", CHAIN_HINT, **known)
        try:
            context.tls(context.deadline(), name=False).close()
        except Trouble as trouble:
            if trouble.code not in (EXPIRED, NOT_YET_VALID):
                raise
            text = "a certificate is not valid today: {0} (valid {1})".format(trouble.text, " to ".join(dates))
            return self.finding(context, text, self.hint, **known)
        left = self._ends(context.certificate) - context.system.now()
        if left < EXPIRES_SOON:
            text = "the certificate expires in {0:.0f} days ({1})".format(max(0.0, left / 86400), dates[-1])
            return warned(text, self.hint, **known)
        return passed("the certificate is valid until {0}".format(dates[-1]), **known)

    @staticmethod
    def _ends(certificate: Dict[str, Any]) -> float:
        try:
            return float(ssl.cert_time_to_seconds(certificate["notAfter"]))
        except (KeyError, ValueError) as error:
            raise Trouble("tls", "the certificate's expiry cannot be read") from error


class Skew(Check):
    """Does the node's clock agree with the registry's? Signatures and tokens expire."""

    id = "time.skew"
    depends_on = ("tls.chain",)

    def run(self, context: Any) -> Result:
        known: Dict[str, Any] = {"target": context.options.host, "source": "http"}
        before = context.system.now()
        # Neither name nor dates are verified here: a wrong clock must be found even if it makes the dates look wrong.
        try:
            reply = context.request("GET", "/v2/", name=False, time=False)
        except Trouble as trouble:
            # http.v2 reports that.
            return skipped("no reply to take the time from: {0}".format(trouble.text), **known)
        after = context.system.now()
        sent = self._date(reply.header("date"))
        if sent is None:
            return skipped("the server's reply has no date", **known)
        # The Date header has whole seconds only, and the reply took some time.
        skew = 0.0 if before - 1 <= sent <= after + 1 else (before if sent < before else after) - sent
        known["observed"] = ("{0:+.0f} s".format(skew),)
        known["expected"] = ("at most {0} s".format(SKEW_WARN),)
        if abs(skew) < SKEW_WARN:
            return passed("the clocks agree", **known)
        text = "the node's clock is {0:.0f} seconds {1} the server's".format(
            abs(skew), "before" if skew > 0 else "behind"
        )
        hint = "Synchronize the node's clock (chrony or systemd-timesyncd)."
        return failed(text, hint, **known) if abs(skew) >= SKEW_FAIL else warned(text, hint, **known)

    @staticmethod
    def _date(text: str) -> Optional[float]:
        try:
            parts: Optional[Tuple[Any, ...]] = parsedate_tz(text[:64])
            if parts is None or not 1970 <= parts[0] <= 9999:
                return None
            calendar.timegm(parts[:6] + (0, 0, 0))
            return float(mktime_tz(parts))
        except (ValueError, OverflowError, TypeError, IndexError):
            return None


class Mtu(Check):
    """Do large packets arrive? A tunnel with a smaller MTU and no ICMP passes only small ones."""

    id = "path.mtu"
    depends_on = ("http.v2",)
    hint = (
        "A hop has a smaller MTU and its ICMP messages (fragmentation needed) are dropped: allow them, clamp the MSS "
        "at the VPN gateway (TCPMSS --clamp-mss-to-pmtu), or lower the MTU of the node's interface."
    )

    def run(self, context: Any) -> Result:
        known: Dict[str, Any] = {
            "target": context.options.authority,
            "expected": ("{0} bytes arrive".format(LARGE),),
            "source": "tcp_info",
        }
        info: Dict[str, int] = {}
        headers = {"Content-Type": "application/octet-stream"}
        try:
            reply = context.request("POST", "/v2/", headers, b"\0" * LARGE, info=info)
        except Trouble as trouble:
            if trouble.kind == "reset":
                # The server has read a full packet, otherwise it could not have refused it.
                return passed("the server refused {0} bytes, which reached it".format(LARGE), details=info, **known)
            if trouble.kind != "timeout":
                raise
            shown = ", ".join("{0}={1}".format(name, value) for name, value in sorted(info.items()))
            text = "small requests are answered, {0} bytes are not: {1}".format(LARGE, trouble.text)
            known["observed"] = tuple("{0}={1}".format(name, value) for name, value in sorted(info.items()))
            return failed("{0} ({1})".format(text, shown) if shown else text, self.hint, details=info, **known)
        known["observed"] = ("HTTP {0}".format(reply.status),)
        return passed("{0} bytes arrive".format(LARGE), details=info, **known)
