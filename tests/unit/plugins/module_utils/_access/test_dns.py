# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS messages, and the client that asks nameservers."""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import struct
import threading
from typing import Any, Iterator, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._access.dns_client import DnsClient
from ansible_collections.longshore.swr.plugins.module_utils._dns_message import (
    AAAA,
    CNAME,
    IN,
    A,
    Answer,
    DnsError,
    encode_name,
    encode_query,
    parse_answer,
    read_name,
)

NAME = "swr.cn-north-4.myhuaweicloud.com"


def record(owner: bytes, kind: int, value: bytes, record_class: int = IN) -> bytes:
    return owner + struct.pack("!HHIH", kind, record_class, 300, len(value)) + value


def message(
    records: List[bytes], kind: int = A, identity: int = 7, flags: int = 0x8180, name: str = NAME, questions: int = 1
) -> bytes:
    question = encode_name(name) + struct.pack("!HH", kind, IN) if questions else b""
    return struct.pack("!6H", identity, flags, questions, len(records), 0, 0) + question + b"".join(records)


POINTER = b"\xc0\x0c"  # To the name in the question.


def test_a_query_is_what_the_standard_says() -> None:
    assert encode_query(0x1234, "a.bc.", AAAA).hex() == "123401000001000000000000016102626300001c0001"


@pytest.mark.parametrize("name", ["", ".", "a..b", "x" * 64, ".".join(["x" * 60] * 5), "b\u00fccher.example"])
def test_a_name_that_cannot_be_asked_for(name: str) -> None:
    with pytest.raises(DnsError):
        encode_name(name)


def test_addresses_over_an_alias() -> None:
    alias = encode_name("other.example")
    raw = message(
        [record(POINTER, CNAME, alias), record(alias, A, bytes([10, 0, 0, 1])), record(alias, A, bytes([10, 0, 0, 2]))]
    )
    assert parse_answer(raw, 7, NAME, A) == Answer("NOERROR", ("10.0.0.1", "10.0.0.2"))


def test_addresses_of_others_do_not_count() -> None:
    raw = message([record(encode_name("forged.example"), A, bytes([6, 6, 6, 6])), record(POINTER, A, bytes(4), 3)])
    assert parse_answer(raw, 7, NAME, A).addresses == ()


def test_aliases_in_a_circle_end() -> None:
    first, second = encode_name(NAME), encode_name("b.example")
    assert (
        parse_answer(message([record(first, CNAME, second), record(second, CNAME, first)]), 7, NAME, A).addresses == ()
    )


def test_case_does_not_matter() -> None:
    raw = message([record(encode_name(NAME.upper()), AAAA, bytes(15) + b"\1")], AAAA, name=NAME.upper())
    assert parse_answer(raw, 7, NAME, AAAA).addresses == ("::1",)


@pytest.mark.parametrize(
    ("flags", "rcode"), [(0x8183, "NXDOMAIN"), (0x8182, "SERVFAIL"), (0x8185, "REFUSED"), (0x818F, "RCODE15")]
)
def test_refusals(flags: int, rcode: str) -> None:
    assert parse_answer(message([], flags=flags), 7, NAME, A).rcode == rcode
    assert parse_answer(message([], flags=flags, questions=0), 7, NAME, A).rcode == rcode


def test_a_cut_off_answer() -> None:
    assert parse_answer(message([], flags=0x8380), 7, NAME, A).truncated


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 11,
        message([], identity=8),
        message([], flags=0x0180),
        message([], name="other.example"),
        message([], kind=AAAA),
        message([], questions=0),
        message([record(POINTER, A, b"\1\2\3")]),
        message([record(POINTER, A, bytes(4))])[:-1],
        message([record(b"\xc0\xff", A, bytes(4))]),
        message([record(b"\xc0\x32", A, bytes(4))]),  # To itself.
        message([record(b"\x80", A, bytes(4))]),
        struct.pack("!6H", 7, 0x8180, 1, 65535, 0, 0) + encode_name(NAME) + struct.pack("!HH", A, IN),
    ],
)
def test_what_is_no_answer_is_refused(raw: bytes) -> None:
    with pytest.raises(DnsError):
        parse_answer(raw, 7, NAME, A)


@given(st.binary(max_size=600))
def test_any_bytes_are_an_answer_or_refused(raw: bytes) -> None:
    for data in (raw, message([])[:12] + raw, message([raw, raw])):
        with contextlib.suppress(DnsError):
            answer = parse_answer(data, 7, NAME, A)
            assert all(ipaddress.ip_address(address).version == 4 for address in answer.addresses)


@given(st.binary(max_size=300), st.integers(0, 300))
def test_a_name_ends_behind_where_it_began(raw: bytes, start: int) -> None:
    with contextlib.suppress(DnsError):
        name, after = read_name(raw, start)
        assert start < after <= len(raw)
        assert len(name) <= 255


@given(st.lists(st.integers(0, 2**32 - 1), max_size=20))
def test_whatever_addresses_are_sent_arrive(numbers: List[int]) -> None:
    expected = [str(ipaddress.IPv4Address(number)) for number in dict.fromkeys(numbers)]
    raw = message([record(POINTER, A, struct.pack("!I", number)) for number in numbers])
    assert list(parse_answer(raw, 7, NAME, A).addresses) == expected


class Nameserver:
    """A server on loopback that answers as a function says, over UDP and TCP."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(self.tcp.getsockname())
        self.port = self.tcp.getsockname()[1]
        for work in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=work, daemon=True).start()

    def _serve_udp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                query, peer = self.udp.recvfrom(4096)
                for reply in self._answer(query, False):
                    self.udp.sendto(reply, peer)

    def _serve_tcp(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _peer = self.tcp.accept()
                with sock:
                    for reply in self._answer(sock.recv(4096)[2:], True):
                        sock.sendall(struct.pack("!H", len(reply)) + reply)

    def close(self) -> None:
        self.udp.close()
        self.tcp.shutdown(socket.SHUT_RDWR)
        self.tcp.close()


@contextlib.contextmanager
def nameserver(answer: Any) -> Iterator[DnsClient]:
    server = Nameserver(answer)
    try:
        yield DnsClient(server.port)
    finally:
        server.close()


def parts(query: bytes) -> Tuple[int, int]:
    """Identity and type of a query."""
    return struct.unpack("!H", query[:2])[0], struct.unpack("!H", query[-4:-2])[0]


def test_both_families_are_asked_for() -> None:
    def answer(query: bytes, _tcp: bool) -> List[bytes]:
        identity, kind = parts(query)
        return [message([record(POINTER, kind, bytes([10, 0, 0, 1]) if kind == A else bytes(16))], kind, identity)]

    with nameserver(answer) as client:
        found = client.ask("127.0.0.1", NAME, 10)
    assert found.addresses == ("10.0.0.1", "::")
    assert str(found) == "127.0.0.1: 10.0.0.1, ::"


def test_what_is_cut_off_is_asked_for_over_tcp() -> None:
    def answer(query: bytes, tcp: bool) -> List[bytes]:
        identity, kind = parts(query)
        records = [record(POINTER, A, bytes([10, 0, 0, 1]))] if kind == A else []
        return [message(records, kind, identity) if tcp else message([], kind, identity, 0x8380)]

    with nameserver(answer) as client:
        assert client.ask("127.0.0.1", NAME, 10).addresses == ("10.0.0.1",)


def test_forged_answers_are_passed_over() -> None:
    def answer(query: bytes, _tcp: bool) -> List[bytes]:
        identity, kind = parts(query)
        return [b"junk", message([], kind, identity ^ 1), message([], kind, identity, 0x8183)]

    with nameserver(answer) as client:
        assert str(client.ask("127.0.0.1", NAME, 10)) == "127.0.0.1: NXDOMAIN"


@pytest.mark.parametrize("garbage", [b"", b"\xff" * 40])
def test_garbage_is_no_answer(garbage: bytes) -> None:
    with nameserver(lambda query, _tcp: [query[:2] + garbage]) as client:
        assert "no valid answer" in client.ask("127.0.0.1", NAME, 10).trouble


def test_garbage_over_tcp_is_no_answer() -> None:
    def answer(query: bytes, tcp: bool) -> List[bytes]:
        identity, kind = parts(query)
        return [b"\0"] if tcp else [message([], kind, identity, 0x8380)]

    with nameserver(answer) as client:
        assert "no valid answer" in client.ask("127.0.0.1", NAME, 10).trouble


def test_silence_and_closed_ports() -> None:
    with nameserver(lambda _query, _tcp: []) as client:
        assert client.ask("127.0.0.1", NAME, 0.3).trouble == "no answer"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    assert "refused" in DnsClient(port).ask("127.0.0.1", NAME, 5).trouble


def test_a_nameserver_that_is_no_address() -> None:
    assert DnsClient().ask("not-an-address", NAME, 1).trouble
