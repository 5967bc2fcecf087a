# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workload_images) with what is wrong around a cut-over: records, selections, secrets, replies and reports."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.workloads.test_cutover import (
    SWR,
    TOKEN,
    Cluster,
    Make,
    _cluster,
    _no_waiting,
    deployment,
    outcomes,
    reasons,
    secret,
)
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import KubernetesServer

__all__ = ["_cluster", "_no_waiting"]

NEW = SWR + "/shop/nginx:1"


def record_of(shop: Cluster) -> str:
    return (shop.folder / "record.jsonl").read_text(encoding="utf-8")


# The record


def test_another_file_is_no_record(cluster: Make) -> None:
    """It may be one line without an end, which adding entries would cut off."""
    shop = cluster(deployment("web"))
    report = shop.folder / "verified.json"
    before = report.read_text(encoding="utf-8")
    for state in ("switched", "rolled_back"):
        result = shop.run(state, record=str(report))
        assert "line 1 is not an entry of a record" in result["msg"]
        assert report.read_text(encoding="utf-8") == before
    assert shop.image("Deployment", "web") == "nginx:1"


@pytest.mark.parametrize("end", ['{"id": "0123', '{"i', '{"undone": "01', "\0\0\0"])
def test_what_a_kill_leaves_of_a_line(cluster: Make, end: str) -> None:
    shop = cluster(deployment("web"))
    (shop.folder / "record.jsonl").write_text(end, encoding="utf-8")
    assert outcomes(shop.run()) == {"web": "switched"}
    assert outcomes(shop.run("rolled_back")) == {"web": "rolled_back"}


def test_an_address_that_is_no_cluster_loses_no_entry(cluster: Make) -> None:
    shop = cluster(deployment("web"))
    shop.run()
    before = record_of(shop)
    result = shop.run("rolled_back", host=shop.server.url + "/elsewhere")
    assert result["failed"] is True
    assert "Check host" in result["msg"]
    assert record_of(shop) == before


def test_a_cluster_that_cannot_be_told_apart_loses_no_entry(
    cluster: Make, sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path
) -> None:
    shop = cluster(secret("swr"), deployment("web"))
    shop.run(pull_secret="swr")
    before = record_of(shop)
    people = {TOKEN: {"name": "switcher", "rules": [{"resources": ["deployments.apps", "serviceaccounts"]}]}}
    other = Cluster(sandbox_kubernetes(objects=[deployment("else")], tokens=people), tmp_path)
    result = other.run("rolled_back")
    assert outcomes(result) == {"web": "left"}
    assert "it is not in this cluster" in reasons(result)["web"]
    assert "kube-system" in reasons(result)["web"]
    assert record_of(shop) == before
    assert outcomes(shop.run("rolled_back")) == {"web": "rolled_back"}


# Nothing matches


@pytest.mark.parametrize(
    ("state", "options", "text"),
    [
        ("rolled_back", {"namespaces": ["shopp"]}, 'there is no namespace "shopp"'),
        ("rolled_back", {"namespaces": [""]}, "is not a name"),
        ("rolled_back", {"label_selectors": [" "]}, "label_selectors: one is empty"),
        ("switched", {"label_selectors": [""]}, "label_selectors: one is empty"),
    ],
)
def test_a_selection_that_is_wrong(cluster: Make, state: str, options: Dict[str, Any], text: str) -> None:
    shop = cluster(deployment("web"))
    shop.run()
    result = shop.run(state, **options)
    assert result["failed"] is True
    assert text in result["msg"]


@pytest.mark.parametrize(
    ("state", "options", "text"),
    [
        ("rolled_back", {"namespaces": ["pay"]}, "in the namespaces pay"),
        ("rolled_back", {"label_selectors": ["tier=none"]}, "no workload matches"),
        ("rolled_back", {"record": "mistyped.jsonl"}, "mistyped.jsonl has no changes of the cluster"),
        ("switched", {"label_selectors": ["tier=none"]}, "no workload matches"),
    ],
)
def test_that_nothing_is_selected_is_told(cluster: Make, state: str, options: Dict[str, Any], text: str) -> None:
    shop = cluster(deployment("web"), deployment("till", "redis:9", namespace="pay"))
    shop.run()
    if "record" in options:
        options = {"record": str(shop.folder / options["record"])}
    result = shop.run(state, **options)
    assert (result["failed"], outcomes(result)) == (False, {})
    assert text in json.dumps(result["warnings"])


def test_a_namespace_that_was_deleted_is_no_mistake(cluster: Make) -> None:
    shop = cluster(deployment("web"))
    shop.run()
    for kind, space, name in (("Deployment", "shop", "web"), ("Namespace", "", "shop")):
        resource = next(one for one in shop.server.catalogue.resources if one.kind == kind)
        shop.server.store.remove(resource, space, name)
    assert outcomes(shop.run("rolled_back", namespaces=["shop"])) == {"web": "left"}
