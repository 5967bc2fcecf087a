# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Elements of named.conf that options give."""

from __future__ import annotations

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.options import match_element, server_address


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
