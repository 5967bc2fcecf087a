# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What named.conf says, and what of a server's is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.layout import MARK, Paths, layout, owned_zones
from ansible_collections.longshore.swr.plugins.module_utils._dns.named_syntax import parse, views_of, zones_of
from ansible_collections.longshore.swr.plugins.module_utils._dns.zone_options import (
    Forward,
    Key,
    ServerSpec,
    ZoneSpec,
    match_element,
    server_address,
)

PATHS = Paths("/etc/named.conf", "/etc/named.conf", "/etc/named/swr-zones.conf", "/var/named/slaves")
ZONE = ZoneSpec("swr.example.com", None, (("swr.example.com", None),))


@given(st.text(alphabet='{};"/*#\\ \nab', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        statements = parse(text)
    except DnsError:
        return
    assert all(0 <= item.start < item.end <= len(text) for item in statements)


def test_statements() -> None:
    text = """# include "no";
/* zone "no" { }; */ acl "a" { 10.0.0.0/8; !key "k"; };
view "In side" IN { zone "A.Example." { type primary; // };
file "/x"; }; };
zone b.example { type hint; };"""
    statements = parse(text)
    assert views_of(statements) == ["In side"]
    assert zones_of(statements) == [("a.example", "In side"), ("b.example", "")]
    assert [item.words for item in statements[0].body] == [("10.0.0.0/8",), ("!key", "k")]


@pytest.mark.parametrize("text", ['zone "x" {', "};", 'include "x', "/* no end", "options"])
def test_broken_files(text: str) -> None:
    with pytest.raises(DnsError):
        parse(text)


def test_a_secondary_with_views_on_an_old_server() -> None:
    desired = ServerSpec(
        kind="secondary",
        zones=(ZONE,),
        forward_zones=(Forward("obs.example.com", ("10.0.0.2",)),),
        primaries=("10.0.0.1",),
        allow_transfer=("none",),
        key=Key("transfer", "hmac-sha256", "c2VjcmV0"),
    )
    found = layout(desired, PATHS, (9, 11, 36), ("one", "two"))
    assert found.includes == {("view", "one"): PATHS.fragment, ("view", "two"): PATHS.other_views}
    first = found.texts[PATHS.fragment]
    assert first.startswith(MARK + 'include "/etc/named/swr-zones.conf.key";\n')
    assert (
        'type slave;\n\tfile "/var/named/slaves/swr.example.com.zone";\n\tmasters { 10.0.0.1 key "transfer"; };'
        in first
    )
    second = found.texts[PATHS.other_views]
    assert 'zone "swr.example.com" {\n\tin-view "one";\n};' in second
    assert "forward only;" in second
    assert "c2VjcmV0" not in first + second
    assert owned_zones(first, PATHS.fragment)["swr.example.com"] == ("slave", "/var/named/slaves/swr.example.com.zone")


def test_new_servers_have_new_words() -> None:
    desired = ServerSpec(kind="secondary", zones=(ZONE,), primaries=("10.0.0.1",), allow_transfer=("none",))
    text = layout(desired, PATHS, (9, 18, 49), ()).texts[PATHS.fragment]
    assert "type secondary;" in text
    assert "primaries { 10.0.0.1; };" in text


def test_a_fragment_of_others_is_left_alone() -> None:
    with pytest.raises(DnsError, match="not made by this module"):
        owned_zones("// mine\n", "/etc/x")


@pytest.mark.parametrize(
    ("given", "written"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("!10.0.0.0/8", "!10.0.0.0/8"),
        ("key k", 'key "k"'),
        ("any", "any"),
        ("acl-1", '"acl-1"'),
    ],
)
def test_match_elements(given: str, written: str) -> None:
    assert match_element(given, "x") == written


@pytest.mark.parametrize("value", ["10.0.0.300", "10.0.0.1/8", "a b", 'x"; };', "", "key a b"])
def test_what_is_no_match_element(value: str) -> None:
    with pytest.raises(DnsError):
        match_element(value, "x")


@pytest.mark.parametrize("value", ["dns", "10.0.0.1:53", "10.0.0.1 port 99999", "", "10.0.0.1; }"])
def test_what_is_no_server(value: str) -> None:
    with pytest.raises(DnsError):
        server_address(value, "x")
