# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter that chooses the rules of given images."""

from __future__ import annotations

from typing import Any, Dict

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter.used_rules import used_rules

SWR = "swr.example.com/shop"
ONE, TWO = ("sha256:" + digit * 64 for digit in "12")
RULES: Dict[str, Any] = {
    "quay.io/a/one:1,2": SWR + "/one:1,two",
    "quay.io/a/all": SWR + "/all",
    "quay.io/a/some:/^v/": SWR + "/some",
    "quay.io/a/pinned@" + ONE: SWR + "/pinned",
    "quay.io/a/tagged:3@" + ONE: SWR + "/tagged:three",
    "ghcr.io/team/**": SWR,
}


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("quay.io/a/one:2", {"quay.io/a/one:2": SWR + "/one:two"}),
        ("quay.io/a/one:3", {}),
        ("quay.io/a/all", {"quay.io/a/all:latest": SWR + "/all:latest"}),
        ("quay.io/a/all@" + TWO, {"quay.io/a/all@" + TWO: SWR + "/all"}),
        ("quay.io/a/all:1@" + TWO, {"quay.io/a/all@" + TWO: SWR + "/all:1"}),
        ("quay.io/a/some:1", {}),
        ("quay.io/a/pinned@" + ONE, {"quay.io/a/pinned@" + ONE: SWR + "/pinned"}),
        ("quay.io/a/pinned@" + TWO, {}),
        ("quay.io/a/tagged:3@" + ONE, {"quay.io/a/tagged@" + ONE: SWR + "/tagged:three"}),
        ("ghcr.io/team/x/app:1", {"ghcr.io/team/x/app:1": SWR + "/x/app:1"}),
        ("nginx", {}),
        ("$(params.image)", {}),
        # What has been switched already
        (SWR + "/one:two", {"quay.io/a/one:2": SWR + "/one:two"}),
        (SWR + "/one:9", {}),
        (SWR + "/all:7", {"quay.io/a/all:7": SWR + "/all:7"}),
        (SWR + "/pinned@" + TWO, {"quay.io/a/pinned@" + ONE: SWR + "/pinned"}),
        (SWR + "/tagged:three@" + TWO, {"quay.io/a/tagged@" + ONE: SWR + "/tagged:three"}),
        (SWR + "/x/app:1", {}),
    ],
)
def test_each_image_has_a_rule_of_its_own(image: str, expected: Dict[str, str]) -> None:
    assert used_rules(RULES, [image]) == expected


def test_empty_destinations_are_filled_in() -> None:
    given = ({"quay.io/a/one:1": ""}, ["quay.io/a/one:1"])
    assert used_rules(*given, "swr.example.com", "shop") == {"quay.io/a/one:1": SWR + "/one:1"}
    with pytest.raises(AnsibleFilterError, match="used_rules: "):
        used_rules(*given)


def test_without_rules_or_images_there_is_nothing() -> None:
    assert used_rules({}, ["quay.io/a/one:1"]) == {}
    assert used_rules(RULES, []) == {}


def test_what_is_no_rule_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="used_rules: "):
        used_rules({"a b": 5}, ["quay.io/a/one:1"])
