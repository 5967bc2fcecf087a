# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import Host, clashes

SUBNETS = [{"Subnet": "fd00::/64"}, {"Subnet": "172.18.0.0/16"}]
NETWORKS = [
    {"Name": "bridge", "Driver": "bridge", "IPAM": {"Config": [{"Subnet": "172.17.0.0/16", "Gateway": "172.17.0.1"}]}},
    {
        "Name": "harbor_harbor",
        "Driver": "bridge",
        "IPAM": {"Config": SUBNETS},
    },
    {"Name": "host", "Driver": "host", "IPAM": {"Driver": "default", "Config": []}},
    {"Name": "none", "Driver": "null", "IPAM": {"Config": None}},
    {"Name": "lan", "Driver": "macvlan", "IPAM": {"Config": [{"Subnet": "10.0.0.0/8"}]}},
    {"Name": "odd", "Driver": "bridge", "IPAM": None},
    {"Name": "odder", "Driver": "bridge", "IPAM": {"Config": [{}, {"Subnet": "no subnet"}]}},
]


def test_a_network_that_contains_the_endpoint_is_found():
    assert clashes(NETWORKS, [Host("a", "172.18.0.10"), Host("b", "172.18.0.10"), Host("c", "fd00::7")]) == [
        {"network": "harbor_harbor", "subnet": "fd00::/64", "address": "fd00::7"},
        {"network": "harbor_harbor", "subnet": "172.18.0.0/16", "address": "172.18.0.10"},
    ]
    assert clashes(NETWORKS[:1], [Host("a", "172.17.255.255")])[0]["network"] == "bridge"


def test_other_addresses_and_networks_without_routes_are_no_clash():
    assert clashes(NETWORKS, [Host("a", "172.16.255.255"), Host("b", "10.0.0.1"), Host("c", "172.19.0.0")]) == []
    assert clashes([], [Host("a", "172.17.0.1")]) == []


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
def test_any_subnet_clashes_with_its_own_addresses_only(subnet, address, bits):
    network = ipaddress.ip_network((int(subnet) >> (32 - bits) << (32 - bits), bits))
    data = [{"Name": "n", "IPAM": {"Config": [{"Subnet": str(network)}]}}]
    found = clashes(data, [Host("a", str(address))])
    assert bool(found) == (int(address) >> (32 - bits) == int(subnet) >> (32 - bits))
