# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workload_images) with what is wrong around a cut-over: records, selections, secrets, replies and reports."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any, Callable, Dict

import pytest

from ansible_collections.longshore.swr.tests.integration.workloads.test_cutover import (
    PASSWORD,
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
from ansible_collections.longshore.swr.tests.sandbox import Fault
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


@pytest.mark.parametrize(
    ("forged", "text"),
    [
        ({"kind": "Secret", "resource": "secrets", "api_version": "v1"}, "Secret is no workload"),
        ({"kind": "Deployment", "resource": "secrets", "api_version": "v1"}, "no workload"),
        ({"kind": "Pod", "resource": "pods", "api_version": "v1"}, "Pod is no workload"),
        (
            {"kind": "ClusterRole", "resource": "clusterroles", "api_version": "rbac.authorization.k8s.io/v1"},
            "workload",
        ),
        ({"kind": "ServiceAccount", "resource": "serviceaccounts", "api_version": "v1"}, "has no images"),
        ({"namespace": "..", "name": "web"}, "names no object"),
        ({"name": "../../../../api/v1/namespaces/shop/secrets/swr"}, "names no object"),
        ({"name": "we\x1b[31mb"}, "names no object"),
        ({"path": []}, "leads to no image"),
        ({"path": ["metadata", "name"]}, "leads to no image"),
        ({"path": ["spec", "template", "spec", "containers", -1, "image"]}, "leads to no image"),
        ({"path": ["spec"] * 100000}, "leads to no image"),
        ({"old": "\x1b[31mnginx\n"}, "a value of it is no image"),
        ({"secret": "app", "lists": [["spec", "template", "spec", "containers"]]}, "leads to no pull secrets"),
    ],
)
@pytest.mark.parametrize("state", ["switched", "rolled_back"])
def test_a_record_leads_to_images_and_nothing_else(
    cluster: Make, forged: Dict[str, Any], text: str, state: str
) -> None:
    shop = cluster(secret("swr"), deployment("web"))
    shop.run()
    entry = json.loads(record_of(shop).splitlines()[0])
    places = {key: forged.pop(key) for key in ("path", "old") if key in forged}
    entry["changes"][0].update(places)
    (shop.folder / "record.jsonl").write_text(json.dumps({**entry, **forged}) + "\n", encoding="utf-8")
    asked = len(shop.server.asked())
    result = shop.run(state)
    forged.update(places)
    assert result["failed"] is True
    assert "is not one of a cut-over" in result["msg"]
    assert text in result["msg"]
    assert len(shop.server.asked()) == asked


@pytest.mark.parametrize("anew", [False, True])
def test_what_was_deleted_since(cluster: Make, anew: bool) -> None:
    shop = cluster(secret("swr"), deployment("web"))
    shop.run(pull_secret="swr")
    item = shop.item("Deployment", "web")
    for kind, name in (("Deployment", "web"), ("ServiceAccount", "default")):
        resource = next(one for one in shop.server.catalogue.resources if one.kind == kind)
        shop.server.store.remove(resource, "shop", name)
    if anew:
        shop.server.load([{**item, "metadata": {**item["metadata"], "uid": "another"}}])
    result = shop.run("rolled_back")
    assert (result["failed"], outcomes(result), result.get("warnings")) == (False, {"web": "left"}, None)
    assert ("made anew / Change its images by hand" in reasons(result)["web"]) is anew
    assert outcomes(shop.run("rolled_back")) == {}


def test_a_second_destination_is_told(cluster: Make) -> None:
    shop = cluster(deployment("web"))
    shop.run()
    entry = {"source": NEW, "destination": "swr.cn-east-3.myhuaweicloud.com/shop/nginx:1", "verdict": "equal"}
    shop.report(others=[entry])
    result = shop.run()
    assert outcomes(result) == {"web": "unchanged"}
    assert reasons(result)["web"] == (
        "it is switched already, and not again to swr.cn-east-3.myhuaweicloud.com/shop/nginx:1 / Put it back first."
    )


def test_a_login_in_an_image_is_not_shown(cluster: Make) -> None:
    shop = cluster(deployment("web", "somebody:hidden@registry.example.com/nginx:1"))
    assert outcomes(shop.run()) == {"web": "left"}  # run() looks for the word.


# Nothing matches


@pytest.mark.parametrize(
    ("state", "options", "text"),
    [
        ("rolled_back", {"namespaces": ["shopp"]}, 'there is no namespace "shopp"'),
        ("rolled_back", {"namespaces": [""]}, "is not a name"),
        ("rolled_back", {"label_selectors": [" "]}, "label_selectors: one is empty"),
        ("switched", {"label_selectors": [""]}, "label_selectors: one is empty"),
        ("switched", {"target": "swr.example.com/shop"}, "target: it is only for state=gathered"),
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


# One of many


@pytest.mark.parametrize("status", [403, 500])
@pytest.mark.parametrize("method", ["GET", "PATCH"])
def test_one_that_cannot_go_back_holds_up_no_other(cluster: Make, status: int, method: str) -> None:
    """As without rights in a namespace, or with a webhook that does not answer."""
    shop = cluster(deployment("a", namespace="pay"), deployment("web"))
    shop.run()
    shop.server.faults.add(Fault("status", status=status, method=method, path="pay/deployments/a"))
    result = shop.run("rolled_back")
    assert (result["failed"], outcomes(result)) == (True, {"a": "failed", "web": "rolled_back"})
    assert "fault of the sandbox" in reasons(result)["a"]
    shop.server.faults.clear()
    assert outcomes(shop.run("rolled_back")) == {"a": "rolled_back"}


# Pull secrets


def changed_secret(content: Any, **more: Any) -> Dict[str, Any]:
    text = content if isinstance(content, str) else base64.b64encode(json.dumps(content).encode()).decode()
    return {**secret("swr"), "data": {".dockerconfigjson": text}, **more}


LOGIN = {"auths": {SWR: {"username": "cn-north-4@AK", "password": PASSWORD}}}


@pytest.mark.parametrize(
    ("item", "text"),
    [
        (changed_secret("p\u00e4ss"), "has no logins"),
        (changed_secret("A" * 3000000), "has no logins"),
        (changed_secret([LOGIN]), "has no logins"),
        (changed_secret({"auths": {SWR: {"auth": "p\u00e4ss"}}}), "has no login for"),
        (changed_secret({"auths": {SWR: {}}}), "has no login for"),
        (changed_secret({"auths": {SWR: None}}), "has no login for"),
        (changed_secret(LOGIN, type="Opaque"), 'has the type "Opaque"'),
    ],
)
def test_a_secret_with_which_no_pod_could_pull(cluster: Make, item: Dict[str, Any], text: str) -> None:
    shop = cluster(item, deployment("web"))
    result = shop.run(pull_secret="swr")
    assert outcomes(result) == {"web": "left"}
    assert text in reasons(result)["web"]


# Replies


@pytest.mark.parametrize("body", [{"kind": "Status", "metadata": {}, "status": "Failure"}, {"metadata": 5}, []])
@pytest.mark.parametrize("state", ["switched", "rolled_back"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "kube-system"),
        ("GET", "deployments/web"),
        ("PATCH", "deployments/web"),
        ("GET", "/pods"),
        ("GET", "serviceaccounts/default"),
        ("PATCH", "serviceaccounts/default"),
    ],
)
def test_replies_that_are_no_objects(cluster: Make, method: str, path: str, state: str, body: Any) -> None:
    """Whatever it is, it is an error in words, and the next run completes the work."""
    shop = cluster(secret("swr"), deployment("web"))
    if state == "rolled_back":
        shop.run(pull_secret="swr")
    options = {"pull_secret": "swr"} if state == "switched" else {}
    shop.server.faults.add(Fault("status", status=200, method=method, path=path, body=body))
    result = shop.run(state, **options)
    assert result["failed"] is True
    assert "not one of a Kubernetes API" in result["msg"]
    shop.server.faults.clear()
    assert shop.run(state, **options)["failed"] is False
    assert shop.image("Deployment", "web") == (NEW if state == "switched" else "nginx:1")


# Reports


def test_reports_that_disagree(cluster: Make) -> None:
    shop = cluster(deployment("web"), deployment("db", "redis:7"))
    later = {
        "source": "docker.io/library/nginx:1",
        "destination": NEW,
        "verdict": "missing",
        "reason": "it is not there",
    }
    text = json.dumps({"version": 1, "results": [later]})
    (shop.folder / "a-later.json").write_text(text, encoding="utf-8")
    result = shop.run()
    assert outcomes(result) == {"web": "left", "db": "switched"}
    assert "one has it as equal, another does not" in reasons(result)["web"]
