# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The desired state of a DNS server, from a module's options. All problems are reported at once.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from dataclasses import dataclass
from typing import Any, Callable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, TypeVar

from ..errors import DnsError
from .serial import check_serial
from .zone import Record, Zone, apex_records, check_name, check_records, check_seconds, record_of

SECONDS = ("ttl", "refresh", "retry", "expire")
ALGORITHMS = ("hmac-sha256", "hmac-sha384", "hmac-sha512", "hmac-sha224", "hmac-sha1")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")
T = TypeVar("T")


class Settings(NamedTuple):
    """How it is done.

    :param timeout: seconds within which the server must serve the desired state.
    :param group: id of the group that lets the server read its key.
    :param in_place: whether the distribution's files are mount points.
    :param temporary: a private directory.
    :param asked_from: the source address of queries, empty if there are none, or the server has views.
    """

    timeout: float
    group: int
    in_place: bool
    temporary: str
    asked_from: str = ""


class ZoneSpec(NamedTuple):
    """A zone with data.

    :param zone: its data, None on a secondary.
    :param asked: names to query, with their expected addresses (None: any).
    :param serial: the serial to use; on a secondary, to wait for.
    """

    name: str
    zone: Optional[Zone]
    asked: Tuple[Tuple[str, Optional[Tuple[str, ...]]], ...]
    serial: Optional[int] = None


class Forward(NamedTuple):
    """A zone that is forwarded to other servers."""

    name: str
    forwarders: Tuple[str, ...]


class Key(NamedTuple):
    """A TSIG key. Without C(secret) the server already has it."""

    name: str
    algorithm: str
    secret: Optional[str]


@dataclass(frozen=True)
class ServerSpec:
    """The whole desired state. Addresses and lists are in named.conf's form."""

    kind: str = "primary"
    zones: Tuple[ZoneSpec, ...] = ()
    forward_zones: Tuple[Forward, ...] = ()
    rpz: Optional[ZoneSpec] = None
    primaries: Tuple[str, ...] = ()
    also_notify: Tuple[str, ...] = ()
    allow_transfer: Tuple[str, ...] = ()
    allow_query: Tuple[str, ...] = ()
    validate_except: Tuple[str, ...] = ()
    views: Tuple[str, ...] = ()
    key: Optional[Key] = None

    @property
    def with_data(self) -> Tuple[ZoneSpec, ...]:
        """The zones that are loaded from a file or from a primary, and so have a serial."""
        return self.zones + ((self.rpz,) if self.rpz else ())


def zone_of(values: Mapping[str, Any], where: str = "") -> Zone:
    """The zone that options describe.

    :param where: prefix of option names in errors.
    :raises DnsError: with the problems.
    """
    name = check_name(values["name"], where + "name")
    records = apex_records(values["addresses"], where + "addresses")
    for number, record in enumerate(values["records"], 1):
        records.append(record_of(record, name, "{0}records: item {1}".format(where, number)))
    check_records(records)
    if not any(record.name == "@" and record.type in ("A", "AAAA") for record in records):
        raise DnsError(
            "the name itself has no address", where=where + "addresses", hint="Set the address of the endpoint."
        )
    if not values["nameservers"]:
        raise DnsError("a zone needs at least one server", where=where + "nameservers")
    return Zone(
        name,
        tuple(records),
        tuple(check_name(server, where + "nameservers", absolute=True) for server in values["nameservers"]),
        check_name(values["contact"], where + "contact", absolute=True),
        **{option: check_seconds(values[option], where + option) for option in SECONDS},
    )


class _Problems:
    """Collects problems."""

    def __init__(self) -> None:
        self._errors: List[DnsError] = []

    def attempt(self, step: Callable[[], T]) -> Optional[T]:
        try:
            return step()
        except DnsError as error:
            self._errors.append(error)
            return None

    def each(self, step: Callable[[Any, str], T], values: Optional[Sequence[Any]], where: str) -> Tuple[T, ...]:
        found = []
        for number, value in enumerate(values or [], 1):
            place = "{0}: item {1}".format(where, number)
            result = self.attempt(lambda value=value, place=place: step(value, place))
            if result is not None:
                found.append(result)
        return tuple(found)

    def add(self, what: str, where: str, hint: Optional[str] = None) -> None:
        self._errors.append(DnsError(what, where=where, hint=hint))

    def judge(self) -> None:
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise DnsError("; ".join(str(error) for error in self._errors), code="{0} errors".format(len(self._errors)))


def desired_of(params: Mapping[str, Any]) -> ServerSpec:
    """The desired state that the options describe.

    :raises DnsError: with all problems.
    """
    problems = _Problems()
    kind = params["kind"]
    key = problems.attempt(lambda: _key(params.get("key")))
    zones = problems.each(lambda value, where: _served(value, kind, where), params.get("zones"), "zones")
    forward = problems.each(_forward, params.get("forward_zones"), "forward_zones")
    rpz = problems.attempt(lambda: _rpz(params.get("rpz")))
    names = [zone.name for zone in zones + forward] + ([rpz.name] if rpz else [])
    for name in sorted({name for name in names if names.count(name) > 1}):
        problems.add("duplicate zone {0}".format(name), "zones")
    if not (params.get("zones") or params.get("forward_zones") or params.get("rpz")):
        problems.add("there is nothing to serve", "zones", "Set zones, forward_zones or rpz.")
    if kind == "secondary" and params.get("zones") and not params.get("primaries"):
        problems.add("a secondary needs servers to transfer its zones from", "primaries")
    transfer = problems.each(match_element, params.get("allow_transfer"), "allow_transfer")
    desired = ServerSpec(
        kind=kind,
        zones=zones,
        forward_zones=forward,
        rpz=rpz,
        primaries=problems.each(server_address, params.get("primaries"), "primaries"),
        also_notify=problems.each(server_address, params.get("also_notify"), "also_notify"),
        allow_transfer=transfer or (('key "{0}"'.format(key.name),) if key and kind == "primary" else ("none",)),
        allow_query=problems.each(match_element, params.get("allow_query"), "allow_query"),
        validate_except=problems.each(check_name, params.get("validate_except"), "validate_except"),
        views=problems.each(_word, params.get("views"), "views"),
        key=key,
    )
    problems.judge()
    return desired


def _asked(records: Sequence[Record], zone: str = "") -> Tuple[Tuple[str, Tuple[str, ...]], ...]:
    """Names and their addresses. A wildcard is represented by one name that matches it."""
    found: dict = {}
    for record in records:
        if record.type in ("A", "AAAA"):
            name = record.name.replace("*", "longshore-check", 1)
            full = zone if name == "@" else ".".join(part for part in (name, zone) if part)
            found.setdefault(full, []).append(record.value)
    return tuple((name, tuple(sorted(addresses))) for name, addresses in found.items())


def _served(values: Mapping[str, Any], kind: str, where: str) -> ZoneSpec:
    prefix = where + ": "
    serial = check_serial(values.get("serial"), prefix + "serial")
    if kind == "secondary":
        name = check_name(values["name"], prefix + "name")
        apex = tuple(sorted(record.value for record in apex_records(values["addresses"], prefix + "addresses")))
        return ZoneSpec(name, None, ((name, apex or None),), serial)
    zone = zone_of(values, prefix)
    return ZoneSpec(zone.name, zone, _asked(zone.records, zone.name), serial)


def _forward(values: Mapping[str, Any], where: str) -> Forward:
    name = check_name(values["name"], where + ": name")
    if not values["forwarders"]:
        raise DnsError("there are no forwarders", where=where + ": forwarders")
    return Forward(name, tuple(server_address(value, where + ": forwarders") for value in values["forwarders"]))


def _rpz(values: Optional[Mapping[str, Any]]) -> Optional[ZoneSpec]:
    """A response policy zone: names are rewritten to addresses, other names below them stay as they are.

    A rewritten name has no other records: its AAAA is empty if only A was given (tested with BIND 9.18).
    """
    if not values:
        return None
    name = check_name(values["name"], "rpz: name")
    records: List[Record] = []
    for number, entry in enumerate(values["names"], 1):
        where = "rpz: names: item {0}".format(number)
        bare = str(entry["name"])[2:] if str(entry["name"]).startswith("*.") else entry["name"]
        owner = check_name(bare, where)
        for address in apex_records(entry["addresses"], where):
            record = {"name": owner if bare == entry["name"] else "*." + owner}
            records.append(record_of(dict(record, type=address.type, value=address.value), name, where))
    if not records:
        raise DnsError("there are no names to rewrite", where="rpz: names")
    check_records(records)
    zone = Zone(name, tuple(records), ttl=check_seconds(values["ttl"], "rpz: ttl"))
    return ZoneSpec(name, zone, _asked(records))


def _key(values: Optional[Mapping[str, Any]]) -> Optional[Key]:
    if not values:
        return None
    name, secret = _word(values["name"], "key: name"), values.get("secret")
    if secret is not None:
        try:
            good = len(base64.b64decode(secret, validate=True)) > 0
        except (ValueError, binascii.Error):
            good = False
        if not good:
            raise DnsError("the secret is not valid base64", where="key: secret", hint="Generate one with tsig-keygen.")
    return Key(name, values["algorithm"], secret)


def _word(value: Any, where: str) -> str:
    if not _WORD.match(str(value)):
        raise DnsError("invalid name {0!r}".format(str(value)), where=where, hint="Letters, digits, dots and hyphens.")
    return str(value)


def server_address(value: Any, where: str) -> str:
    """An address with an optional port: C(10.0.0.1) or C(10.0.0.1 port 5353).

    :raises DnsError: it is invalid.
    """
    words = str(value).split()
    good = len(words) == 1 or (len(words) == 3 and words[1] == "port" and words[2].isdigit() and int(words[2]) < 65536)
    if good and ipaddress_of(words[0]):
        return " ".join([ipaddress_of(words[0])] + words[1:])
    raise DnsError(
        "invalid address {0!r}".format(str(value)),
        where=where,
        hint="Write 10.0.0.1, 2001:db8::1 or 10.0.0.1 port 5353.",
    )


def match_element(value: Any, where: str) -> str:
    """An element of an address match list: an address, a network, C(key NAME), or the name of an ACL.

    :raises DnsError: it is invalid.
    """
    text = str(value).strip()
    sign, bare = ("!", text[1:].strip()) if text.startswith("!") else ("", text)
    words = bare.split()
    if len(words) == 2 and words[0] == "key":
        return '{0}key "{1}"'.format(sign, _word(words[1].strip('"'), where))
    try:
        return sign + (str(ipaddress.ip_network(bare)) if "/" in bare else str(ipaddress.ip_address(bare)))
    except ValueError:
        pass
    # Digits and dots were meant to be an address.
    if "/" in bare or re.match(r"[\d.]+\Z", bare):
        raise DnsError("invalid address or network {0!r}".format(text), where=where)
    word = _word(bare, where)
    return sign + (word if word in ("any", "none", "localhost", "localnets") else '"{0}"'.format(word))


def ipaddress_of(value: str) -> Optional[str]:
    """The address in canonical form, None if invalid."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return None
