# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules for found images next to written ones, which count more."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.joined_rules import joined_rules

CART, PAY = "quay.io/shop/cart:1.4", "quay.io/shop/pay:2"
FOUND: Dict[str, str] = {CART: "swr.example.com/apps/cart:1.4", PAY: "swr.example.com/apps/pay:2"}
REST = {PAY: FOUND[PAY]}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", FOUND),
        (None, FOUND),
        ({"quay.io/shop/cart": "swr.example.com/x/cart"}, [{"quay.io/shop/cart": "swr.example.com/x/cart"}, REST]),
        ([{"source": CART, "destination": ""}], [{"source": CART, "destination": ""}, REST]),
        ([CART], [{"source": CART, "destination": ""}, REST]),
        (CART + "\n", [{"source": CART, "destination": ""}, REST]),
        ('{"quay.io/shop/*": "swr.example.com/x"}', {"quay.io/shop/*": "swr.example.com/x"}),
        (
            {"auth": {}, "images": {"quay.io/shop/cart": "swr.example.com/x/cart"}},
            {"auth": {}, "images": [{"quay.io/shop/cart": "swr.example.com/x/cart"}, REST]},
        ),
        ({"quay.io/other": "swr.example.com/x/other"}, [{"quay.io/other": "swr.example.com/x/other"}, FOUND]),
    ],
)
def test_a_written_rule_counts_more(written: Any, expected: Any) -> None:
    assert joined_rules(written, FOUND, "swr.example.com", "team") == expected


def test_without_found_images_the_rules_stay_as_they_are() -> None:
    assert joined_rules({"a": "b"}, {}) == {"a": "b"}
    assert joined_rules("", {}) == {}


def test_wrong_rules_are_an_error() -> None:
    with pytest.raises(AnsibleFilterError, match=r"joined_rules: .*x y"):
        joined_rules({"x y": "a/b"}, FOUND)
