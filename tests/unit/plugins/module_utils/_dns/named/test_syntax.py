# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What named.conf says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._dns.errors import DnsError
from ansible_collections.longshore.swr.plugins.module_utils._dns.named.syntax import parse, plain_name


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
    assert [(item.kind, item.name) for item in statements] == [("acl", "a"), ("view", "In side"), ("zone", "b.example")]
    assert plain_name(statements[1].body[0].name) == "a.example"
    assert [item.words for item in statements[0].body] == [("10.0.0.0/8",), ("!key", "k")]


@pytest.mark.parametrize("text", ['zone "x" {', "};", 'include "x', "/* no end", "options"])
def test_broken_files(text: str) -> None:
    with pytest.raises(DnsError):
        parse(text)
