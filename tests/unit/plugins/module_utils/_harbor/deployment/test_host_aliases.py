# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import json
from typing import Any, Dict, List

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_aliases import (
    ANNOTATION,
    alias_patch,
)
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment.host_entries import Host
from ansible_collections.longshore.swr.plugins.module_utils._harbor.errors import HarborError

SWR = Host("swr.cn-north-4.myhuaweicloud.com", "172.16.0.10")
OTHER = {"ip": "10.0.0.9", "hostnames": ["ldap.example.com"]}


def deployment(aliases: Any = None, annotations: Any = None) -> Dict[str, Any]:
    pod: Dict[str, Any] = {"containers": []}
    if aliases is not None:
        pod["hostAliases"] = aliases
    metadata = {"name": "harbor-core", "resourceVersion": "7"}
    if annotations is not None:
        metadata["annotations"] = annotations
    return {"kind": "Deployment", "metadata": metadata, "spec": {"template": {"spec": pod}}}


def patched(before: Dict[str, Any], hosts: List[Host]) -> Dict[str, Any]:
    """What the API server makes of the patch (RFC 7386)."""

    def merge(target: Any, patch: Any) -> Any:
        if not isinstance(patch, dict):
            return patch
        result = dict(target) if isinstance(target, dict) else {}
        for key, value in patch.items():
            if value is None:
                result.pop(key, None)
            else:
                result[key] = merge(result.get(key), value)
        return result

    return merge(copy.deepcopy(before), alias_patch(before, hosts))


def aliases_of(item: Dict[str, Any]) -> Any:
    return item["spec"]["template"]["spec"].get("hostAliases")


def test_the_patch():
    assert alias_patch(deployment([OTHER]), [SWR]) == {
        "metadata": {"annotations": {ANNOTATION: json.dumps([str(SWR)])}, "resourceVersion": "7"},
        "spec": {"template": {"spec": {"hostAliases": [OTHER, {"ip": SWR.address, "hostnames": [SWR.name]}]}}},
    }


def test_it_is_added_once_moved_and_taken_out():
    before = deployment([OTHER], {"deployment.kubernetes.io/revision": "3"})
    first = patched(before, [SWR])
    assert alias_patch(first, [SWR]) == {}
    moved = patched(first, [Host(SWR.name, "172.16.0.11")])
    assert aliases_of(moved) == [OTHER, {"ip": "172.16.0.11", "hostnames": [SWR.name]}]
    assert patched(moved, []) == before
    assert alias_patch(before, []) == {}


def test_an_alias_for_the_same_address_gets_one_more_name():
    before = deployment([{"ip": SWR.address, "hostnames": ["by-hand.example.com"]}])
    first = patched(before, [SWR])
    assert aliases_of(first) == [{"ip": SWR.address, "hostnames": ["by-hand.example.com", SWR.name]}]
    assert aliases_of(patched(first, [])) == aliases_of(before)


def test_what_somebody_else_has_added_is_neither_added_nor_taken_out():
    before = deployment([{"ip": SWR.address, "hostnames": [SWR.name.upper()]}])
    assert alias_patch(before, [SWR]) == {}
    assert alias_patch(before, []) == {}


def test_an_upgrade_that_lost_the_aliases_is_repaired():
    first = patched(deployment(), [SWR])
    del first["spec"]["template"]["spec"]["hostAliases"]
    assert aliases_of(patched(first, [SWR])) == [{"ip": SWR.address, "hostnames": [SWR.name]}]


def test_another_address_of_the_name_is_refused():
    before = deployment([{"ip": "10.0.0.1", "hostnames": [SWR.name]}])
    with pytest.raises(HarborError, match=r"Deployment harbor-core: hostAliases give .* the address 10\.0\.0\.1"):
        alias_patch(before, [SWR])


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"kind": "Pod"}, "not a Deployment"),
        ("text", "not a Deployment"),
        (deployment(None, {ANNOTATION: "{"}), "annotation"),
        (deployment(None, {ANNOTATION: '["text"]'}), "annotation"),
    ],
)
def test_what_cannot_be_read_is_named(item, words):
    with pytest.raises(HarborError, match=words):
        alias_patch(item, [SWR])


NAMES = st.sampled_from(["a.example.com", "b.example.com", "c.example.com"])
ADDRESSES = st.sampled_from(["10.0.0.1", "10.0.0.2", "2001:db8::1"])


@given(
    others=st.lists(st.tuples(st.sampled_from(["x.example.com", "y.example.com"]), ADDRESSES), max_size=3),
    first=st.dictionaries(NAMES, ADDRESSES, max_size=3),
    second=st.dictionaries(NAMES, ADDRESSES, max_size=3),
)
def test_whatever_the_order_others_stay_and_ours_go(others, first, second):
    by_address: Dict[str, List[str]] = {}
    for name, address in others:
        by_address.setdefault(address, []).append(name)
    before = deployment([{"ip": address, "hostnames": names} for address, names in by_address.items()] or None)
    item = patched(before, [Host(*pair) for pair in first.items()])
    item = patched(item, [Host(*pair) for pair in second.items()])
    flat = {(name, alias["ip"]) for alias in aliases_of(item) or [] for name in alias["hostnames"]}
    assert flat == set(others) | set(second.items())
    assert aliases_of(patched(item, [])) == aliases_of(before)
