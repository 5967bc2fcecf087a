# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role bind serves, from its variables."""

from __future__ import annotations

from typing import Any, Dict

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._dns.zones.role import addresses_of, zones_of
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.errors import HuaweiCloudError
from ansible_collections.longshore.swr.plugins.module_utils._huaweicloud.regions import registry_host

NORTH = {"region": "cn-north-4", "swr_addresses": ["10.0.0.1"], "dns_addresses": ["10.0.0.53"]}
SWR, OBS = "swr.cn-north-4.myhuaweicloud.com", "obs.cn-north-4.myhuaweicloud.com"
DEFAULTS: Dict[str, Any] = {
    "ttl": 300,
    "nameservers": ["localhost"],
    "contact": "hostmaster.localhost.localdomain",
}


def test_a_region_is_a_zone_of_swr_and_a_forward_zone_of_obs() -> None:
    assert zones_of([NORTH], registry_host) == {
        "zones": [dict(DEFAULTS, name=SWR, addresses=["10.0.0.1"])],
        "forward_zones": [{"name": OBS, "forwarders": ["10.0.0.53"]}],
        "rpz": None,
    }


def test_regions_without_addresses_are_nothing() -> None:
    nothing = {"zones": [], "forward_zones": [], "rpz": None}
    assert zones_of([], registry_host) == nothing
    assert zones_of([{"region": "cn-north-4", "swr_addresses": [], "dns_addresses": None}], registry_host) == nothing


def test_a_cloud_of_its_own() -> None:
    region = {"region": "dc-1", "cloud": "example.com", "swr_addresses": ["10.0.0.1"], "dns_addresses": ["10.0.0.2"]}
    found = zones_of([region, dict(NORTH, cloud="")], registry_host)
    assert [zone["name"] for zone in found["zones"]] == ["swr.dc-1.example.com", SWR]
    assert [zone["name"] for zone in found["forward_zones"]] == ["obs.dc-1.example.com", OBS]
    with pytest.raises(HuaweiCloudError, match="atlantis-1"):
        zones_of([{"region": "atlantis-1"}], registry_host)


def test_defaults_fill_what_a_zone_does_not_say() -> None:
    own = {"name": "a.example.com", "addresses": ["10.0.0.2"], "ttl": 60}
    options: Dict[str, Any] = {"ttl": 5, "nameservers": ["ns1.example.com"], "contact": "dns.example.com"}
    found = zones_of([NORTH], registry_host, zones=[own], **options)
    assert found["zones"] == [dict(options, name=SWR, addresses=["10.0.0.1"]), dict(options, **own)]


def test_serials_are_found_by_name_however_it_is_written() -> None:
    zones = [{"name": "A.example.com.", "addresses": []}, {"name": "b.example.com", "serial": 7}]
    found = zones_of([NORTH], registry_host, zones=zones, serials={SWR: 5, "a.example.com": 6, "other": 8})
    assert [zone.get("serial") for zone in found["zones"]] == [5, 6, 7]
    assert found["zones"][1]["name"] == "A.example.com."


def test_with_a_policy_zone_swr_is_in_it_and_in_no_other() -> None:
    names = [{"name": "*.example.org", "addresses": ["10.0.0.9"]}]
    zones = [{"name": "a.example.com", "addresses": ["10.0.0.2"]}]
    forward = [{"name": "b.example.com", "forwarders": ["10.0.0.3"]}]
    found = zones_of(
        [NORTH], registry_host, zones=zones, forward_zones=forward, rpz=True, rpz_names=names, rpz_name="p.", ttl=9
    )
    assert found["rpz"] == {
        "names": [{"name": SWR, "addresses": ["10.0.0.1"]}, names[0]],
        "ttl": 9,
        "name": "p.",
    }
    assert [zone["name"] for zone in found["zones"]] == ["a.example.com"]
    assert [zone["name"] for zone in found["forward_zones"]] == [OBS, "b.example.com"]
    alone = zones_of([], registry_host, rpz_names=names, rpz_name="")
    assert alone["rpz"] == {"names": names, "ttl": 300}
    assert zones_of([dict(NORTH, swr_addresses=[])], registry_host, rpz=True)["rpz"] is None


def test_hosts_of_the_inventory_become_addresses() -> None:
    hostvars: Dict[str, Any] = {
        "first": {"bind_address": "10.0.0.1 port 5353", "ansible_host": "203.0.113.1"},
        "second": {"bind_address": "", "ansible_host": "10.0.0.2"},
        "third": {},
    }
    servers = ["first", "second", "third", "10.0.0.4", "2001:db8::1 port 53"]
    assert addresses_of(servers, hostvars) == [
        "10.0.0.1 port 5353", "10.0.0.2", "third", "10.0.0.4", "2001:db8::1 port 53"
    ]  # fmt: skip
    assert addresses_of([], {}) == []
