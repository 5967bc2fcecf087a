# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is written into a server's configuration."""

from __future__ import annotations

from typing import List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.server.layout import (
    MARK,
    Paths,
    layout,
    owned_zones,
    paths_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import Forward, Key, ServerSpec, ZoneSpec

PATHS = Paths("/etc/named.conf", "/etc/named.conf", "/etc/named/swr-zones.conf", "/var/named/slaves")
ZONE = ZoneSpec("swr.example.com", None, (("swr.example.com", None),))


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
    with pytest.raises(DnsError, match="not created by this module"):
        owned_zones("// mine\n", "/etc/x")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("primary", ["allow-update { none; };", "masterfile-format text;"]),
        ("secondary", ["allow-update-forwarding { none; };"]),
    ],
)
def test_zones_inherit_nothing_that_changes_what_is_in_them(kind: str, said: List[str]) -> None:
    desired = ServerSpec(kind=kind, zones=(ZONE,), primaries=("10.0.0.1",), allow_transfer=("none",), rpz=ZONE)
    for version, policies in (((9, 11, 36), 0), ((9, 16, 23), 2), ((9, 20, 0), 2)):
        text = layout(desired, PATHS, version, ()).texts[PATHS.fragment]
        assert [line for line in said if line not in text] == []
        assert text.count("dnssec-policy none;") == policies
        # The policy's zone has its data itself, on every server.
        assert "allow-update { none; };" in text


@pytest.mark.parametrize("path", ['/etc/a"b', "/etc/*.conf", "/etc/[a]", "/etc/a?", "/etc/a\\b", "/etc/a\nb"])
def test_paths_that_mean_something_else_to_named(path: str) -> None:
    assert paths_of("/etc/named.conf", "/etc/named.conf", "/etc/a b.conf", "/var/named").key == "/etc/a b.conf.key"
    for fragment, zone_dir in ((path, "/var/named"), ("/etc/swr.conf", path)):
        with pytest.raises(DnsError, match="cannot have this path"):
            paths_of("/etc/named.conf", "/etc/named.conf", fragment, zone_dir)
