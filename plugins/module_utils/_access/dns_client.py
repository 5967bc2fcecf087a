# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks one nameserver directly, over UDP and, if the answer is truncated, over TCP.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from typing import Any, List, NamedTuple, Tuple

from .._dns_message import TYPES, Answer, DnsError, encode_query, parse_answer
from .._text import safe
from .deadline import Deadline
from .errors import Trouble

_RANDOM = random.SystemRandom()
_LARGEST_DATAGRAM = 65535
# Datagrams can be lost: resend after this many seconds.
_AGAIN = 1.0


class ServerAnswer(NamedTuple):
    """One nameserver's answer for a name.

    :param rcode: the worse of the replies for A and AAAA; empty without a reply.
    :param trouble: why it did not reply.
    """

    server: str
    rcode: str
    addresses: Tuple[str, ...]
    trouble: str = ""

    def __str__(self) -> str:
        if self.trouble:
            return "{0}: {1}".format(self.server, self.trouble)
        return "{0}: {1}".format(self.server, ", ".join(self.addresses) or self.rcode)


class DnsClient:
    """Direct queries to nameservers.

    :param port: the servers' port.
    """

    def __init__(self, port: int = 53) -> None:
        self._port = port

    def ask(self, server: str, name: str, seconds: float) -> ServerAnswer:
        """A nameserver's addresses for a name, of both families."""
        deadline = Deadline(seconds)
        addresses: List[str] = []
        rcode = "NOERROR"
        for kind in TYPES.values():
            try:
                answer = self._ask_one(server, name, kind, deadline)
            except (Trouble, OSError, DnsError) as error:
                return ServerAnswer(server, "", (), _reason(error))
            addresses.extend(answer.addresses)
            rcode = answer.rcode if answer.rcode != "NOERROR" else rcode
        return ServerAnswer(server, rcode, tuple(addresses))

    def _ask_one(self, server: str, name: str, kind: int, deadline: Deadline) -> Answer:
        family, address = self._address(server, socket.SOCK_DGRAM)
        identity = _RANDOM.randrange(65536)
        query = encode_query(identity, name, kind)
        with contextlib.closing(socket.socket(family, socket.SOCK_DGRAM)) as sock:
            sock.connect(address)
            answer = self._over_udp(sock, query, identity, name, kind, deadline)
        return self._over_tcp(server, query, identity, name, kind, deadline) if answer.truncated else answer

    def _address(self, server: str, kind: int) -> Tuple[int, Any]:
        # AI_NUMERICHOST: a nameserver is an address (with a scope, as in fe80::1%eth0), never looked up.
        found = socket.getaddrinfo(server, self._port, type=kind, flags=socket.AI_NUMERICHOST)
        return found[0][0], found[0][4]

    @staticmethod
    def _over_udp(sock: socket.socket, query: bytes, identity: int, name: str, kind: int, deadline: Deadline) -> Answer:
        sock.send(query)
        resend = Deadline(_AGAIN)
        while True:
            sock.settimeout(max(0.001, min(deadline.left(), resend.remaining())))
            try:
                data = sock.recv(_LARGEST_DATAGRAM)
            except socket.timeout:
                deadline.left()
                if resend.remaining() <= 0:
                    sock.send(query)
                    resend = Deadline(_AGAIN)
                continue
            try:
                return parse_answer(data, identity, name, kind)
            except DnsError:
                # Forged, late or malformed: the real answer may still arrive.
                if data[:2] == struct.pack("!H", identity):
                    raise

    def _over_tcp(self, server: str, query: bytes, identity: int, name: str, kind: int, deadline: Deadline) -> Answer:
        family, address = self._address(server, socket.SOCK_STREAM)
        with contextlib.closing(socket.socket(family, socket.SOCK_STREAM)) as sock:
            sock.settimeout(deadline.left())
            sock.connect(address)
            sock.sendall(struct.pack("!H", len(query)) + query)
            (length,) = struct.unpack("!H", _receive(sock, 2, deadline))
            answer = parse_answer(_receive(sock, length, deadline), identity, name, kind)
        if answer.truncated:
            raise DnsError("the answer is cut off over TCP too")
        return answer


def _receive(sock: socket.socket, count: int, deadline: Deadline) -> bytes:
    data = b""
    while len(data) < count:
        sock.settimeout(deadline.left())
        piece = sock.recv(count - len(data))
        if not piece:
            raise DnsError("the server ended the connection")
        data += piece
    return data


def _reason(error: Exception) -> str:
    if isinstance(error, socket.timeout) or (isinstance(error, Trouble) and error.kind == "timeout"):
        return "no answer"
    if isinstance(error, ConnectionRefusedError):
        return "refused (no DNS server there)"
    return "no valid answer ({0})".format(safe(error, 100))
