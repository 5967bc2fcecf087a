# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zone files and their serials."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.serial import MODULUS, following, is_later
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.zone import (
    Record,
    Zone,
    apex_records,
    check_name,
    check_records,
    check_seconds,
    record_of,
    update,
    with_serial,
)

NAME = "swr.cn-north-4.myhuaweicloud.com"
ZONE = Zone(NAME, tuple(apex_records(["10.0.0.1", "2001:DB8::1"])), contact="hostmaster.localhost.")
NOW = 1785000000.5

serials = st.integers(0, MODULUS - 1)


@given(serials, st.floats(0, 2**33))
def test_the_next_serial_is_later_and_no_zero(previous: int, now: float) -> None:
    serial = following(previous, now)
    assert is_later(serial, previous)
    assert 0 < serial < MODULUS


@pytest.mark.parametrize(
    ("previous", "now", "serial"),
    [
        (None, NOW, 1785000000),
        (2, NOW, 1785000000),
        (2026072301, NOW, 2026072302),  # counted by the date, as many zones are
        (1785000000, NOW - 3600, 1785000001),  # the clock went back
        (MODULUS - 1, 0, 1),
        (None, 0, 1),
    ],
)
def test_serials(previous: Any, now: float, serial: int) -> None:
    assert following(previous, now) == serial


def test_the_file() -> None:
    lines = ZONE.render(7).splitlines()
    assert lines[1].startswith("; longshore.swr sha256=")
    assert lines[2:] == [
        "$ORIGIN swr.cn-north-4.myhuaweicloud.com.",
        "$TTL 300",
        "@ IN SOA localhost. hostmaster.localhost. ( 7 3600 900 1209600 300 )",
        "@ IN NS localhost.",
        "@ IN A 10.0.0.1",
        "@ IN AAAA 2001:db8::1",
    ]


@given(serials, serials)
def test_a_file_with_another_serial_is_the_one_that_has_it(serial: int, other: int) -> None:
    texts = Zone(NAME, (*ZONE.records, record_of({"type": "TXT", "value": "@ IN SOA a b ( 7 "}, NAME, "")))
    assert with_serial(texts.render(serial), other) == texts.render(other)


def test_the_serial_stays_while_nothing_changes() -> None:
    first = update(ZONE, None, NOW)
    assert update(ZONE, first.text, NOW + 1000) == first
    changed = dataclasses.replace(ZONE, ttl=60)
    second = update(changed, first.text, NOW + 1000)
    assert second.serial == 1785001000
    assert update(ZONE, second.text, NOW).serial == 1785001001


def test_what_was_edited_by_hand_is_put_right_with_a_later_serial() -> None:
    first = update(ZONE, None, NOW)
    edited = first.text.replace("10.0.0.1", "10.0.0.2")
    again = update(ZONE, edited, NOW)
    assert again.serial == first.serial + 1
    assert "10.0.0.2" not in again.text


def test_a_serial_that_is_given_is_used() -> None:
    first = update(ZONE, None, NOW, serial=5)
    assert first.serial == 5
    assert update(ZONE, first.text, NOW, serial=5) == first
    assert update(ZONE, first.text, NOW, serial=6).serial == 6


@pytest.mark.parametrize("text", ["", "$TTL 60\n@ IN SOA a. b. ( 1 1 1 1 1 )\n"])
def test_a_file_of_somebody_else_is_left(text: str) -> None:
    with pytest.raises(DnsError, match="not created by this module") as caught:
        update(ZONE, text, NOW, where="/etc/zone")
    assert caught.value.where == "/etc/zone"


BAD_NAMES = [" swr.example.com ", "swr example.com", "", ".", "swr", "a..b", "-a.b", "a_b.c", "ä.example"]
BAD_NAMES += ["a" * 64 + ".b", "x." * 127 + "y"]


@pytest.mark.parametrize("name", BAD_NAMES)
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(DnsError):
        check_name(name, "name")


def test_names() -> None:
    assert check_name("SWR.Example.com.", "name") == "swr.example.com"
    assert check_name("ns1.example.com", "name", absolute=True) == "ns1.example.com."
    assert check_name("localhost", "name", absolute=True) == "localhost."


@pytest.mark.parametrize("address", ["", "10.0.0", "xx.xx.xx.xx", "10.0.0.1/24", "0.0.0.0", "224.0.0.1", "::", "a b"])
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(DnsError):
        apex_records([address])


@pytest.mark.parametrize(
    "values",
    [
        {"name": "api.other.", "type": "A", "value": "10.0.0.1"},
        {"name": "a b", "type": "A", "value": "10.0.0.1"},
        {"name": "a.*", "type": "A", "value": "10.0.0.1"},
        {"name": "api", "type": "AAAA", "value": "10.0.0.1"},
        {"name": "@", "type": "CNAME", "value": "a.example"},
        {"name": "api", "type": "CNAME", "value": "not a name"},
        {"name": "api", "type": "TXT", "value": "line\nline"},
        {"name": "api", "type": "A", "value": "10.0.0.1", "ttl": -1},
        {"name": "a." * 120 + "a", "type": "A", "value": "10.0.0.1"},
    ],
)
def test_what_is_no_record_is_refused(values: Any) -> None:
    with pytest.raises(DnsError):
        record_of(values, NAME, "records")


def test_records() -> None:
    assert record_of({"name": "API", "type": "CNAME", "value": "a.example", "ttl": 9}, NAME, "") == Record(
        "api", "CNAME", "a.example.", 9
    )
    assert record_of({"type": "TXT", "value": 'say "\\"'}, NAME, "").value == '"say \\"\\\\\\""'


@pytest.mark.parametrize(
    "records",
    [
        [Record("@", "A", "10.0.0.1"), Record("@", "A", "10.0.0.1", 5)],
        [Record("a", "CNAME", "b.c."), Record("a", "A", "10.0.0.1")],
    ],
)
def test_records_that_exclude_each_other_are_refused(records: Any) -> None:
    with pytest.raises(DnsError):
        check_records(records)


@pytest.mark.parametrize("seconds", [-1, 2**31, True, "5", None])
def test_what_is_no_number_of_seconds_is_refused(seconds: Any) -> None:
    with pytest.raises(DnsError):
        check_seconds(seconds, "ttl")


label = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?", fullmatch=True)
names = st.lists(label, min_size=2, max_size=5).map(".".join)
addresses = st.lists(
    st.one_of(st.ip_addresses(network="10.0.0.0/8"), st.ip_addresses(network="2001:db8::/32")).map(str),
    min_size=1,
    max_size=4,
    unique=True,
)


@given(names, addresses, st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), serials)
def test_every_zone_is_read_back_with_its_serial(name: str, given_addresses: Any, text: str, serial: int) -> None:
    records = [*apex_records(given_addresses), record_of({"name": "t", "type": "TXT", "value": text}, name, "")]
    zone = Zone(name, tuple(records))
    file = zone.render(serial)
    assert update(zone, file, NOW).serial == serial
    assert all(" {0}\n".format(record.value) in file for record in records)


@pytest.mark.skipif(
    shutil.which("named-checkzone", path="/usr/sbin:/usr/bin") is None, reason="named-checkzone is not installed"
)
def test_bind_takes_the_file(tmp_path: Any) -> None:
    records = [
        *ZONE.records,
        record_of({"name": "*.obs", "type": "A", "value": "10.0.0.3", "ttl": 5}, NAME, ""),
        record_of({"name": "alias", "type": "CNAME", "value": NAME}, NAME, ""),
        record_of({"name": "note", "type": "TXT", "value": 'a; "b" \\ c'}, NAME, ""),
    ]
    path = tmp_path / "zone"
    path.write_text(dataclasses.replace(ZONE, records=tuple(records)).render(4294967295))
    program = shutil.which("named-checkzone", path="/usr/sbin:/usr/bin")
    done = subprocess.run([program, "-i", "local", NAME, str(path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "loaded serial 4294967295" in done.stdout
    assert "out-of-zone" not in done.stdout + done.stderr
