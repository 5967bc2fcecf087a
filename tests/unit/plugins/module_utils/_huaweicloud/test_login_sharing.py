# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which host makes a login for others."""

from __future__ import annotations

from typing import Any, Dict

from ansible_collections.longshore.swr.plugins.filter.login_makers import FilterModule

login_makers = FilterModule().filters()["login_makers"]
LIMIT = "2026-07-23T09:00:00Z"


def shared(key: str, until: str) -> Dict[str, Any]:
    return {"__login_shared": {"key": key, "until": until}}


def due(key: str, **more: Any) -> Dict[str, Any]:
    return dict({"__login_due": True, "__login_key": key}, **more)


def test_the_first_host_of_the_batch_that_needs_one_makes_it() -> None:
    hostvars: Dict[str, Any] = {
        "a": {"__login_due": False, "__login_key": "x"},
        "b": due("x"),
        "c": due("y"),
        "d": due("x"),
        "e": due("z"),
        "f": {},
    }
    assert login_makers(["a", "b", "c", "d", "f"], list(hostvars), hostvars, LIMIT) == {"x": "b", "y": "c"}
    assert login_makers([], list(hostvars), hostvars, LIMIT) == {}


def test_a_login_of_an_earlier_batch_is_used_while_it_is_valid_long_enough() -> None:
    hostvars: Dict[str, Any] = {
        "a": shared("x", "2026-07-23T09:00:01Z"),
        "b": shared("y", LIMIT),
        "c": due("x", __login_shared={}),
        "d": due("y", __login_shared=None),
        "e": shared("x", "9999"),
    }
    assert login_makers(["c", "d"], list(hostvars), hostvars, LIMIT) == {"x": "a", "y": "d"}
