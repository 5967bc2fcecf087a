# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS messages: one question, and the addresses in its answer (RFC 1035 section 4, RFC 3596 for IPv6).

The parser accepts untrusted bytes: for any input, it returns an answer or raises C(DnsError).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import ipaddress
import struct
from typing import Dict, List, NamedTuple, Set, Tuple

A, CNAME, AAAA, IN = 1, 5, 28, 1
TYPES = {"A": A, "AAAA": AAAA}
RCODES = {0: "NOERROR", 1: "FORMERR", 2: "SERVFAIL", 3: "NXDOMAIN", 4: "NOTIMP", 5: "REFUSED"}
_HEADER = struct.Struct("!6H")
_RECORD = struct.Struct("!HHIH")
_RESPONSE, _TRUNCATED, _RECURSION_DESIRED = 0x8000, 0x0200, 0x0100
_MOST_NAME = 255
_MOST_RECORDS = 1000


class DnsError(ValueError):
    """The bytes do not answer the question."""


class Answer(NamedTuple):
    """The outcome of a query.

    :param rcode: C(NOERROR), C(NXDOMAIN), C(REFUSED) ...
    :param addresses: those of the name, after following aliases (CNAME).
    :param truncated: the query must be repeated over TCP.
    """

    rcode: str
    addresses: Tuple[str, ...]
    truncated: bool = False


def encode_name(name: str) -> bytes:
    """Encode a name in wire format.

    :raises DnsError: a label or the name is empty or too long.
    """
    encoded = b""
    for label in name.rstrip(".").split("."):
        try:
            raw = label.encode("ascii")
        except UnicodeEncodeError:
            raise DnsError("not an ASCII name") from None
        if not 1 <= len(raw) <= 63:
            raise DnsError("a label of {0} bytes".format(len(raw)))
        encoded += bytes([len(raw)]) + raw
    if len(encoded) + 1 > _MOST_NAME:
        raise DnsError("a name of more than {0} bytes".format(_MOST_NAME))
    return encoded + b"\0"


def encode_query(identity: int, name: str, kind: int) -> bytes:
    """A recursive query for one name and type."""
    head = _HEADER.pack(identity, _RECURSION_DESIRED, 1, 0, 0, 0)
    return head + encode_name(name) + struct.pack("!HH", kind, IN)


def _take(data: bytes, start: int, count: int) -> bytes:
    piece = data[start : start + count]
    if len(piece) != count:
        raise DnsError("the message ends too early")
    return piece


def read_name(data: bytes, start: int) -> Tuple[str, int]:
    """The (lower case) name at an offset, and the offset after it. Compression pointers must point backwards."""
    labels: List[str] = []
    after = -1
    position, limit, size = start, start, 0
    while True:
        length = _take(data, position, 1)[0]
        if length & 0xC0 == 0xC0:
            target = (length & 0x3F) << 8 | _take(data, position + 1, 1)[0]
            if target >= limit:
                raise DnsError("a compression pointer that does not point backwards")
            after = position + 2 if after < 0 else after
            position = limit = target
            continue
        if length & 0xC0:
            raise DnsError("an unknown kind of label")
        position += 1
        if not length:
            return ".".join(labels), position if after < 0 else after
        labels.append(_take(data, position, length).decode("latin-1").lower())
        position += length
        size += length + 1
        if size > _MOST_NAME:
            raise DnsError("a name of more than {0} bytes".format(_MOST_NAME))


def parse_answer(data: bytes, identity: int, name: str, kind: int) -> Answer:
    """The answer to C(encode_query) with the same arguments.

    :raises DnsError: the bytes are not such an answer.
    """
    found_identity, flags, questions, answers, _authority, _additional = _HEADER.unpack(_take(data, 0, _HEADER.size))
    if found_identity != identity or not flags & _RESPONSE:
        raise DnsError("not an answer to this query")
    position = _HEADER.size
    rcode = RCODES.get(flags & 15, "RCODE{0}".format(flags & 15))
    if questions > 1 or (not questions and rcode == "NOERROR"):
        raise DnsError("an answer to {0} questions".format(questions))
    wanted = name.rstrip(".").lower()
    if questions:
        asked, position = read_name(data, position)
        asked_kind, asked_class = struct.unpack("!HH", _take(data, position, 4))
        if (asked, asked_kind, asked_class) != (wanted, kind, IN):
            raise DnsError("an answer to another question")
        position += 4
    truncated = bool(flags & _TRUNCATED)
    if truncated:
        return Answer(rcode, (), True)
    return Answer(rcode, _addresses(data, position, answers, wanted, kind), False)


def _addresses(data: bytes, position: int, count: int, name: str, kind: int) -> Tuple[str, ...]:
    """The addresses of the name in the answer section, through its aliases."""
    if count > _MOST_RECORDS:
        raise DnsError("{0} records".format(count))
    aliases: Dict[str, str] = {}
    owned: List[Tuple[str, str]] = []
    for _number in range(count):
        owner, position = read_name(data, position)
        record_kind, record_class, _ttl, length = _RECORD.unpack(_take(data, position, _RECORD.size))
        position += _RECORD.size
        value = _take(data, position, length)
        if record_class == IN and record_kind == CNAME:
            aliases[owner] = read_name(data, position)[0]
        elif record_class == IN and record_kind == kind:
            if length != (4 if kind == A else 16):
                raise DnsError("an address of {0} bytes".format(length))
            owned.append((owner, str(ipaddress.ip_address(value))))
        position += length
    names: Set[str] = set()
    current = name
    while current not in names:
        names.add(current)
        current = aliases.get(current, current)
    return tuple(dict.fromkeys(address for owner, address in owned if owner in names))
