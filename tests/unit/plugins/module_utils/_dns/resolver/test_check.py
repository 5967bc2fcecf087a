# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""DNS settings that cannot be right, and names that resolve to the wrong addresses."""

from __future__ import annotations

import socket
from typing import Any, Dict, List, Tuple

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.resolver import check as check_room
from ansible_collections.longshore.swr.plugins.module_utils._dns.resolver.check import look_up, run_resolver_check

SWR = "swr.cn-north-4.myhuaweicloud.com"
OTHER = "swr.cn-south-1.myhuaweicloud.com"


class Names:
    """What names resolve to, and which were looked up."""

    def __init__(self, **known: List[str]) -> None:
        self.known: Dict[str, List[str]] = dict(known)
        self.asked: List[Tuple[str, float]] = []

    def __call__(self, name: str, seconds: float) -> Tuple[str, ...]:
        self.asked.append((name, seconds))
        if name not in self.known:
            raise DnsError("does not resolve: Name or service not known", where=name)
        return tuple(self.known[name])


OPTIONS = ("servers", "domains", "swr_addresses", "swr_names", "names", "entries")


def check(resolver: Names, **options: Any) -> Any:
    return run_resolver_check(dict({name: [] for name in OPTIONS}, timeout=7.0, **options), resolver)


def problem(resolver: Names, **options: Any) -> str:
    with pytest.raises(DnsError) as caught:
        check(resolver, **options)
    return str(caught.value)


def test_good_settings_pass() -> None:
    names = Names(**{SWR: ["203.0.113.9", "2001:db8::9"]})
    found = check(
        names,
        servers=["172.16.0.12", "2001:DB8::53"],
        domains=[SWR, "corp", "_tcp.example.com", "OBS.example.com"],
        swr_addresses=["172.16.0.10"],
        swr_names=[SWR, OTHER],
    )
    assert found == {"changed": False, "answers": []}
    assert names.asked == [(SWR, 7.0), (OTHER, 7.0)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"servers": ["dns.example.com"]}, "servers: 'dns.example.com' is not an IP address"),
        ({"servers": ["10.0.0.300"]}, "servers: '10.0.0.300' is not an IP address"),
        ({"servers": ["127.0.0.53"]}, "servers: 127.0.0.53 is not the address of another host"),
        ({"servers": ["::"]}, "servers: :: is not the address of another host"),
        ({"servers": ["224.0.0.251"]}, "servers: 224.0.0.251 is not the address of another host"),
        ({"domains": ["two words"]}, "domains: 'two words' is not a domain name"),
        ({"domains": ["a..b"]}, "domains: 'a..b' is not a domain name"),
        ({"domains": ["a.example.com\n"]}, "is not a domain name"),
        ({"domains": ["-a.example.com"]}, "is not a domain name"),
        ({"domains": ["a." * 127 + "com"]}, "is not a domain name"),
        ({"domains": [""]}, "domains: '' is not a domain name"),
        ({"swr_addresses": ["swr"]}, "swr_addresses: 'swr' is not an IP address"),
        (
            {"servers": ["10.0.0.1", "2001:db8:0::7"], "swr_addresses": [" 2001:DB8::7"]},
            "servers: 2001:db8::7 is the endpoint of SWR, which does not answer DNS queries",
        ),
        (
            {"servers": ["203.0.113.9"], "swr_names": [SWR]},
            "servers: 203.0.113.9 is an address of {0}, which does not answer DNS queries".format(SWR),
        ),
    ],
)
def test_settings_that_cannot_be_right_are_refused(options: Dict[str, Any], words: str) -> None:
    text = problem(Names(**{SWR: ["203.0.113.9"]}), names=["never.example.com"], **options)
    assert words in text
    assert "Remedy: Name the VPC endpoint of the DNS service" in text
    assert "never" not in text


def test_all_problems_are_reported_at_once() -> None:
    text = problem(Names(), servers=["x", "127.0.0.1"], domains=["y z"], swr_addresses=["q"])
    for words in ("'x'", "127.0.0.1", "'y z'", "'q'"):
        assert words in text


def test_answers_have_every_name_once_and_in_order() -> None:
    names = Names(**{SWR: ["172.16.0.10"], "b.example.com": ["10.0.0.2", "2001:db8::2"]})
    entries = [
        {"address": "2001:DB8:0::2", "names": ["B.example.com"]},
        {"address": "10.0.0.2", "names": ["b.example.com"]},
    ]
    found = check(names, names=[SWR.upper()], entries=entries)
    assert found["answers"] == [
        {"name": "b.example.com", "addresses": ["10.0.0.2", "2001:db8::2"]},
        {"name": SWR, "addresses": ["172.16.0.10"]},
    ]


def test_wrong_answers_are_reported_at_once() -> None:
    names = Names(**{SWR: ["203.0.113.9"], "b.example.com": ["10.0.0.2", "203.0.113.8"]})
    entries = [{"address": "172.16.0.10", "names": [SWR]}, {"address": "10.0.0.2", "names": ["b.example.com"]}]
    text = problem(names, names=["absent.example.com"], entries=entries)
    assert "{0} resolves to 203.0.113.9, not to 172.16.0.10".format(SWR) in text
    assert "b.example.com resolves to 10.0.0.2, 203.0.113.8, not to 10.0.0.2" in text
    assert "absent.example.com: does not resolve: Name or service not known" in text
    assert "/etc/nsswitch.conf" in text


def test_an_entry_without_an_address_is_refused_before_any_look_up() -> None:
    names = Names()
    assert "entries: 'x' is not an IP address" in problem(names, entries=[{"address": "x", "names": ["a"]}])
    assert names.asked == []


def test_programs_get_addresses_in_their_usual_form(monkeypatch: pytest.MonkeyPatch) -> None:
    def found(*addresses: str) -> Any:
        return lambda *_args, **_options: [(0, 0, 0, "", (address, 0)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found("fe80::1%eth0", "10.0.0.10", "10.0.0.9", "10.0.0.9"))
    assert look_up("a.example.com", 5) == ("10.0.0.9", "10.0.0.10", "fe80::1")


def test_a_name_of_this_host_is_really_looked_up() -> None:
    assert set(look_up("localhost", 60)) <= {"127.0.0.1", "::1"}
    for name in ("a name.invalid", "x" * 64 + ".invalid"):
        with pytest.raises(DnsError, match="does not resolve"):
            look_up(name, 60)


def test_a_resolver_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def out_of_time(_seconds: float, _call: Any) -> Any:
        raise check_room.TimeIsUp

    monkeypatch.setattr(check_room, "call_within", out_of_time)
    with pytest.raises(DnsError, match=r"a\.example\.com: no answer within 2\.5 seconds"):
        look_up("a.example.com", 2.5)
