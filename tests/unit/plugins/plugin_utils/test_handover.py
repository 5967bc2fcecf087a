# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which addresses are taken from network_result, and what is said if there is none."""

from __future__ import annotations

import json
from typing import Any, Dict, List, Optional

import pytest

from ansible_collections.longshore.swr.plugins.plugin_utils._handover import Networks, filled, waiting


def result(region: str = "cn-north-4", swr: Any = "10.0.0.1", dns: Any = "10.0.0.2", **more: Any) -> Dict[str, Any]:
    parts = {"swr": swr and {"address": swr}, "dns": dns and {"address": dns}}
    return {"state": "present", "region": region, "check_mode": False, **parts, **more}


PLANNED = result(swr=None, dns=None, check_mode=True)
PLANNED.update(swr={"address": None}, dns={"address": None})


def networks(**results: Any) -> Networks:
    hostvars = {host: {"network_result": one} for host, one in results.items()}
    return Networks(list(results) or ["localhost"], {**hostvars, "other": {}})


def fill(role: str, values: Dict[str, Any], known: Optional[Networks] = None, entry_point: str = "main") -> Any:
    given = {"{0}_{1}".format(role, name): value for name, value in values.items()}
    found = filled(role, entry_point, given, known or networks(localhost=result()))
    return {name[len(role) + 1 :]: value for name, value in found.items()}


@pytest.mark.parametrize(
    ("role", "values", "expected"),
    [
        ("hosts", {"endpoints": [{"region": "cn-north-4"}]}, "10.0.0.1"),
        ("hosts", {"endpoints": [{"region": "cn-north-4", "address": " "}]}, "10.0.0.1"),
        ("hosts", {"endpoints": [{"region": "cn-north-4", "address": "10.9.9.9"}]}, "10.9.9.9"),
        ("bind", {"regions": [{"region": "cn-north-4"}]}, ["10.0.0.1", "10.0.0.2"]),
        ("bind", {"regions": [{"region": "cn-north-4", "dns_addresses": []}]}, ["10.0.0.1", ""]),
        ("bind", {"regions": [{"region": "cn-north-4", "swr_addresses": ["10.9.9.9"]}]}, ["10.9.9.9", "10.0.0.2"]),
        ("resolver", {"enabled": True, "servers": []}, ["10.0.0.2"]),
        ("resolver", {"enabled": "yes", "regions": ["cn-north-4"]}, ["10.0.0.2"]),
        ("resolver", {"enabled": True, "servers": ["10.9.9.9"]}, ["10.9.9.9"]),
        ("resolver", {"enabled": "false", "servers": []}, []),
        ("resolver", {"enabled": True, "state": "absent", "servers": []}, ["10.0.0.2"]),
    ],
)
def test_what_is_left_out_is_filled_in(role: str, values: Dict[str, Any], expected: Any) -> None:
    given = json.dumps(values)
    found = fill(role, values)
    if role == "hosts":
        assert [item["address"] for item in found["endpoints"]] == [expected]
    elif role == "bind":
        (item,) = found["regions"]
        assert ["".join(item[name]) for name in ("swr_addresses", "dns_addresses")] == expected
    else:
        assert found["servers"] == expected
    assert json.dumps(values) == given


def test_harbor_gets_the_address_of_its_region() -> None:
    values = {"network": "private_endpoint", "region": "cn-north-4"}
    assert fill("harbor", values, entry_point="private_endpoint")["private_address"] == "10.0.0.1"
    assert fill("harbor", values) == values
    for more in ({"private_address": "10.9.9.9"}, {"state": "absent"}, {"network": "public"}):
        assert fill("harbor", {**values, **more}, entry_point="private_endpoint") == {**values, **more}


def test_other_roles_keep_their_variables() -> None:
    assert fill("login", {"region": "cn-north-4"}) == {"region": "cn-north-4"}


def test_a_region_gets_the_address_of_its_own_network() -> None:
    known = networks(one=result(), two=result("cn-east-3", "10.1.0.1", None))
    found = fill("hosts", {"endpoints": [{"region": "cn-east-3"}, {"region": "cn-north-4"}]}, known)
    assert [item["address"] for item in found["endpoints"]] == ["10.1.0.1", "10.0.0.1"]
    found = fill("bind", {"regions": [{"region": "cn-east-3"}]}, known)
    assert found["regions"] == [{"region": "cn-east-3", "swr_addresses": ["10.1.0.1"]}]
    assert fill("resolver", {"enabled": True}, known)["servers"] == ["10.0.0.2"]


@pytest.mark.parametrize(
    ("role", "values", "results", "words"),
    [
        ("hosts", {"endpoints": [{"region": "cn-north-4"}]}, {}, "hosts_endpoints: address of item 1 is not set"),
        ("hosts", {"endpoints": [{"region": "cn-north-4"}]}, {}, "network_result of localhost has none for SWR"),
        ("hosts", {"endpoints": [{"region": "cn-east-3"}]}, {"one": result()}, "for SWR in cn-east-3"),
        (
            "hosts",
            {"endpoints": [{}]},
            {"one": result(state="absent")},
            "run longshore.swr.network before, in the same",
        ),
        ("hosts", {"endpoints": [{}]}, {"a": result(), "b": result(swr="10.2.0.1")}, "of a and b have different ones"),
        ("hosts", {"endpoints": [{}]}, {"one": PLANNED}, "the endpoint for SWR would be created first"),
        ("bind", {"regions": [{}, {"region": "cn-north-4"}]}, {}, "bind_regions: swr_addresses of item 2"),
        ("bind", {"regions": [{}]}, {"one": "odd"}, "bind_regions: swr_addresses of item 1"),
        (
            "resolver",
            {"enabled": True},
            {"one": result(dns=None)},
            "resolver_servers is not set, and network_result of one",
        ),
    ],
)
def test_an_address_that_is_nowhere_is_an_error(
    role: str, values: Dict[str, Any], results: Dict[str, Any], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        fill(role, values, networks(**results))


def test_what_is_complete_needs_no_network() -> None:
    values: Dict[str, Any] = {"regions": [{"region": "cn-north-4", "swr_addresses": ["10.9.9.9"]}]}
    assert fill("bind", values, networks()) == values
    values = {"regions": [{"region": "cn-north-4", "dns_addresses": ["10.9.9.9"]}]}
    assert fill("bind", values, networks()) == values


def test_what_is_removed_needs_no_address() -> None:
    assert fill("hosts", {"state": "absent", "endpoints": [{"region": "cn-north-4"}]}, networks())["endpoints"] == []
    regions = [{"region": "cn-north-4"}]
    assert fill("bind", {"state": "absent", "regions": regions}, networks())["regions"] == regions


ENDPOINTS = [{"region": "cn-north-4"}]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"hosts_endpoints": ENDPOINTS}, ["hosts"]),
        ({"hosts_endpoints": json.dumps(ENDPOINTS), "hosts_state": ""}, ["hosts"]),
        ({"hosts_endpoints": ENDPOINTS, "hosts_state": "absent"}, []),
        ({"hosts_endpoints": [{"region": "cn-north-4", "address": "10.9.9.9"}]}, []),
        ({"hosts_endpoints": "{"}, []),
        ({"hosts_endpoints": ""}, []),
        (
            {"bind_regions": ENDPOINTS, "resolver_enabled": "true", "resolver_regions": "cn-north-4"},
            ["bind", "resolver"],
        ),
        ({"resolver_enabled": "no"}, []),
        ({"harbor_network": "private_endpoint"}, ["harbor"]),
        ({"harbor_network": "public", "harbor_region": "cn-north-4"}, []),
    ],
)
def test_roles_wait_for_what_check_mode_has_not_created(variables: Dict[str, Any], expected: List[str]) -> None:
    assert waiting(variables, lambda: networks(one=PLANNED)) == expected
    assert waiting(variables, lambda: networks(one=result())) == []
    # Then it is an error, not something to wait for.
    assert waiting(variables, networks) == []
