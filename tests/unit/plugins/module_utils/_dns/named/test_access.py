# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whom address match lists let in."""

from __future__ import annotations

from typing import Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.named.access import permits
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.syntax import parse

ACLS = {
    statement.name: statement.body
    for statement in parse('acl "inner" { !127.0.0.1; any; }; acl loop { loop; }; acl LAN { 127.0.0.0/8; };')
}


@pytest.mark.parametrize(
    ("elements", "permitted"),
    [
        ("any;", True),
        ("", False),
        ("none;", False),
        ("127.0.0.1;", True),
        ("10.0.0.0/8; ::1;", False),
        ("!127.0.0.1; any;", False),
        ("! 127.0.0.1; any;", False),
        ("localhost;", True),
        ("LOCALNETS;", True),
        ('"LAN";', True),
        ("{ 127.0.0.1; };", True),
        ("!{ 127.0.0.1; }; any;", False),
        # What an inner list denies is no match of the outer one.
        ("!inner; 127.0.0.1;", True),
        ("inner;", False),
        ("key k; 127.0.0.1;", True),
        ("geoip country CN; any;", None),
        ("10/8; any;", None),
        ("loop;", None),
        ("any; geoip country CN;", True),
    ],
)
def test_who_is_let_in(elements: str, permitted: Optional[bool]) -> None:
    assert permits(parse("allow-query {{ {0} }};".format(elements))[0].body, "127.0.0.1", ACLS) is permitted
