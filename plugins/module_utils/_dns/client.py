# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Queries one DNS server for the addresses of a name.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import secrets
import socket
import struct
import time
from typing import NamedTuple, Tuple

from .._dns_message import TYPES, Answer, encode_query, parse_answer
from .._dns_message import DnsError as NoAnswer
from .errors import DnsError

_LARGEST = 65535


class DnsReply(NamedTuple):
    """A server's reply: C(NOERROR), C(SERVFAIL) ..., and sorted addresses."""

    rcode: str
    addresses: Tuple[str, ...]


class Resolver:
    """Asks one server.

    :param address: its address.
    :param port: its port.
    :param timeout: seconds to wait for each of three tries.
    """

    def __init__(self, address: str, port: int, timeout: float = 2.0) -> None:
        self._address = address
        self._port = port
        self._timeout = timeout

    def __call__(self, name: str, kind: str) -> DnsReply:
        """The addresses of a name.

        :param kind: C(A) or C(AAAA).
        :raises DnsError: there is no answer.
        """
        trouble = ""
        for _try in range(3):
            identity = secrets.randbelow(1 << 16)
            number = TYPES[kind]
            query = encode_query(identity, name, number)
            try:
                answer = self._over_udp(query, identity, name, number)
                if answer.truncated:
                    answer = parse_answer(self._over_tcp(query), identity, name, number)
            except (OSError, NoAnswer) as error:
                trouble = str(error) or type(error).__name__
                continue
            return DnsReply(answer.rcode, tuple(sorted(answer.addresses)))
        raise DnsError(
            "no answer for {0} {1}: {2}".format(name, kind, trouble),
            where="{0} port {1}".format(self._address, self._port),
            hint="Make the server listen there (listen-on), or set the address that it listens on.",
        )

    def _over_udp(self, query: bytes, identity: int, name: str, kind: int) -> Answer:
        family = socket.AF_INET6 if ":" in self._address else socket.AF_INET
        with socket.socket(family, socket.SOCK_DGRAM) as connection:
            connection.connect((self._address, self._port))
            connection.send(query)
            deadline = time.monotonic() + self._timeout
            while True:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                data = connection.recv(_LARGEST)
                # A late answer to an earlier try has another id and is ignored.
                if data[:2] == query[:2]:
                    return parse_answer(data, identity, name, kind)

    def _over_tcp(self, query: bytes) -> bytes:
        with socket.create_connection((self._address, self._port), self._timeout) as connection:
            connection.sendall(struct.pack("!H", len(query)) + query)
            with connection.makefile("rb") as stream:
                head = stream.read(2)
                return stream.read(struct.unpack("!H", head)[0]) if len(head) == 2 else b""
