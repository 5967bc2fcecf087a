# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of the role bind."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.longshore.swr.plugins.filter import bind_addresses_of, bind_zones_of

zones_of = bind_zones_of.FilterModule().filters()["bind_zones_of"]
addresses_of = bind_addresses_of.FilterModule().filters()["bind_addresses_of"]


def test_regions_become_zones() -> None:
    found = zones_of([{"region": "eu-de", "swr_addresses": ["10.0.0.1"]}], ttl=5)
    assert [(zone["name"], zone["ttl"]) for zone in found["zones"]] == [("swr.eu-de.otc.t-systems.com", 5)]


@pytest.mark.parametrize(
    ("regions", "options", "words"),
    [
        ("cn-north-4", {}, "regions must be a list"),
        (["cn-north-4"], {}, "regions: item 1 must be a mapping with region"),
        ([{"region": "atlantis-1"}], {}, "the region 'atlantis-1' is unknown"),
        ([], {"zones": [{"name": "a.example.com"}, {"addresses": []}]}, "zones: item 2 must be a mapping with name"),
        ([], {"rpz_names": {"name": "x"}}, "rpz_names must be a list"),
        ([], {"forward_zones": [{"name": 5}]}, "forward_zones: item 1 must be a mapping with name"),
    ],
)
def test_malformed_variables_are_an_error(regions: Any, options: Any, words: str) -> None:
    with pytest.raises(AnsibleFilterError, match="longshore.swr.bind_zones_of: .*" + words):
        zones_of(regions, **options)


def test_hosts_become_addresses() -> None:
    assert addresses_of(["a", "10.0.0.2"], {"a": {"ansible_host": "10.0.0.1"}}) == ["10.0.0.1", "10.0.0.2"]
    for wrong in ("a", [1], None):
        with pytest.raises(AnsibleFilterError, match="must be a list of strings"):
            addresses_of(wrong, {})
