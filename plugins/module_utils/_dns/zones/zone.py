# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small zone: one name that resolves to given addresses, and other records below it.

Everything is written relative to the zone's own name (C(@)), so that no name can be outside the zone or lack its
final dot. The name itself is checked here, because BIND accepts nearly anything: a name with spaces at its ends loads
without an error and is never queried (tested with BIND 9.18).

Format: RFC 1035, section 5; negative answers: RFC 2308.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from dataclasses import dataclass
from typing import Any, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..errors import DnsError
from .serial import MODULUS, following

MARK = "; longshore.swr sha256="
TYPES = ("A", "AAAA", "CNAME", "TXT")

_LABEL = re.compile(r"(?:\*|[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?)\Z")
_HOST_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_SERIAL = re.compile(r"^@ IN SOA \S+ \S+ \( ([0-9]{1,10}) ", re.MULTILINE)
_LONGEST_NAME = 253
_LONGEST_TTL = 2**31 - 1


class Record(NamedTuple):
    """C(name) is relative to the zone, C(@) for the zone itself; C(value) as the zone file has it."""

    name: str
    type: str
    value: str
    ttl: Optional[int] = None


@dataclass(frozen=True)
class Zone:
    """The content of a zone except its serial.

    :param name: lower case, without the final dot.
    :param nameservers: absolute names, with the final dot; the first is the SOA's MNAME.
    :param ttl: seconds that answers may be cached.
    """

    name: str
    records: Tuple[Record, ...]
    nameservers: Tuple[str, ...] = ("localhost.",)
    contact: str = "hostmaster.localhost."
    ttl: int = 300
    refresh: int = 3600
    retry: int = 900
    expire: int = 1209600

    def body(self) -> str:
        """Everything after the SOA, in the given order."""
        lines = ["@ IN NS {0}".format(server) for server in self.nameservers]
        for record in self.records:
            ttl = "" if record.ttl is None else "{0} ".format(record.ttl)
            lines.append("{0} {1}IN {2} {3}".format(record.name, ttl, record.type, record.value))
        return "\n".join(lines) + "\n"

    def fingerprint(self) -> str:
        """Changes with anything except the serial."""
        return hashlib.sha256("{0}\n{1}{2}".format(self.name, self._soa(0), self.body()).encode("utf-8")).hexdigest()

    def render(self, serial: int) -> str:
        """The zone file."""
        head = "; Made by longshore.swr. Manual changes are lost.\n{0}{1}\n".format(MARK, self.fingerprint())
        return "{0}$ORIGIN {1}.\n$TTL {2}\n{3}{4}".format(head, self.name, self.ttl, self._soa(serial), self.body())

    def _soa(self, serial: int) -> str:
        # The last number is how long negative answers are cached (RFC 2308, section 4).
        return "@ IN SOA {0} {1} ( {2} {3} {4} {5} {6} )\n".format(
            self.nameservers[0], self.contact, serial, self.refresh, self.retry, self.expire, self.ttl
        )


class Rendered(NamedTuple):
    """A zone file's desired content."""

    text: str
    serial: int


def update(zone: Zone, current: Optional[str], now: float, serial: Optional[int] = None, where: str = "") -> Rendered:
    """The file for C(zone): the current one if it is equivalent, else one with a later serial.

    :param current: the text of the existing file, None for no file.
    :param now: seconds since the epoch.
    :param serial: the serial to use; by default it is computed.
    :raises DnsError: the existing file is not ours and must not be overwritten.
    """
    previous = None
    if current is not None:
        if MARK not in current:
            raise DnsError(
                "the file was not created by this module, and is left alone",
                where=where,
                hint="Set another path, or move the file away.",
            )
        found = _SERIAL.search(current)
        if found is not None:
            previous = int(found.group(1)) % MODULUS
            if current == zone.render(previous) and serial in (None, previous):
                return Rendered(current, previous)
    chosen = following(previous, now) if serial is None else serial
    return Rendered(zone.render(chosen), chosen)


def with_serial(text: str, serial: int) -> str:
    """A zone file from this module with another serial."""
    found = _SERIAL.search(text)
    return text if found is None else text[: found.start(1)] + str(serial) + text[found.end(1) :]


def check_name(name: Any, where: str, absolute: bool = False) -> str:
    """A domain name in lower case, without the final dot (with it if C(absolute)).

    :raises DnsError: it is invalid, for example because of spaces.
    """
    text = str(name).lower()
    bare = text[:-1] if text.endswith(".") else text
    labels = bare.split(".")
    single = absolute and bare == "localhost"
    if len(bare) > _LONGEST_NAME or not all(_HOST_LABEL.match(label) for label in labels):
        raise DnsError(
            "invalid domain name {0!r}".format(str(name)),
            where=where,
            hint="A name has letters, digits and hyphens between its dots, and no spaces.",
        )
    if len(labels) < 2 and not single:
        raise DnsError("{0!r} is a single word".format(str(name)), where=where, hint="Write the name with its domain.")
    return bare + "." if absolute else bare


def apex_records(addresses: Sequence[Any], where: str = "addresses") -> List[Record]:
    """A and AAAA records of the zone's own name.

    :raises DnsError: one is not a valid host address.
    """
    return [Record("@", _family(address, where), str(_address(address, where))) for address in addresses]


def record_of(values: Mapping[str, Any], zone: str, where: str) -> Record:
    """A record of the options C(name), C(type), C(value) and C(ttl).

    :raises DnsError: with the problem.
    """
    name, kind, value, ttl = str(values.get("name") or "@"), values["type"], values["value"], values.get("ttl")
    if name != "@":
        labels = name.lower().split(".")
        if not all(_LABEL.match(label) for label in labels) or "*" in labels[1:]:
            raise DnsError(
                "{0!r} is not a name within the zone".format(name),
                where=where,
                hint="Write it relative to {0}, as api for api.{0}, or @ for the zone itself.".format(zone),
            )
        name = name.lower()
        if len(name) + len(zone) + 1 > _LONGEST_NAME:
            raise DnsError("the name is too long", where=where)
    if ttl is not None:
        check_seconds(ttl, where)
    if kind in ("A", "AAAA"):
        if _family(value, where) != kind:
            raise DnsError("invalid address {0} for a record of type {1}".format(value, kind), where=where)
        return Record(name, kind, str(_address(value, where)), ttl)
    if kind == "CNAME":
        if name == "@":
            raise DnsError("the zone's own name cannot be a CNAME", where=where, hint="Set its addresses.")
        return Record(name, kind, check_name(value, where, absolute=True), ttl)
    return Record(name, kind, _quoted(str(value), where), ttl)


def check_records(records: Sequence[Record]) -> None:
    """Reject conflicting records.

    :raises DnsError: a record is duplicated, or a name has a CNAME and another record.
    """
    seen = set()
    for record in records:
        key = record[:3]
        if key in seen:
            raise DnsError("duplicate record {0} {1} {2}".format(*key), where="records")
        seen.add(key)
    for name in {record.name for record in records if record.type == "CNAME"}:
        if sum(1 for record in records if record.name == name) > 1:
            raise DnsError("{0} has a CNAME and another record".format(name), where="records")


def check_seconds(seconds: Any, where: str) -> int:
    """Check a number of seconds for a zone file.

    :raises DnsError: it is invalid.
    """
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds <= _LONGEST_TTL:
        raise DnsError("invalid number of seconds {0}".format(seconds), where=where, hint="Use a number of 0 or more.")
    return seconds


def _address(value: Any, where: str) -> Any:
    try:
        address = ipaddress.ip_address(str(value))
    except ValueError:
        raise DnsError(
            "invalid address {0!r}".format(str(value)), where=where, hint="Write it as 10.0.0.1 or as 2001:db8::1."
        ) from None
    scoped = getattr(address, "scope_id", None)
    if address.is_unspecified or address.is_multicast or scoped:
        raise DnsError("{0} is not a host address".format(value), where=where)
    return address


def _family(value: Any, where: str) -> str:
    return "A" if _address(value, where).version == 4 else "AAAA"


def _quoted(text: str, where: str) -> str:
    if not text.isascii() or not text.isprintable() or len(text) > 255:
        raise DnsError("a TXT value may have up to 255 printable ASCII characters", where=where)
    return '"{0}"'.format(text.replace("\\", "\\\\").replace('"', '\\"'))
