# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sandbox's Kubernetes API, judged by the real Python client and, where it is installed, by kubernetes.core.

With LONGSHORE_KUBECONFIG set, what holds for the stand-in is also asked of that cluster; nothing is changed there.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import os
from typing import Any, Callable, Dict, Iterator, List, NamedTuple

import pytest
import yaml

from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_kinds import custom
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import many, workload
from ansible_collections.longshore.swr.tests.support.playbook import Playbook, keep, play

kubernetes = pytest.importorskip("kubernetes")
dynamic = pytest.importorskip("kubernetes.dynamic")

REAL = os.environ.get("LONGSHORE_KUBECONFIG", "")
ROLLOUT = custom("Rollout", "argoproj.io", "v1alpha1")
VIEWER = {"name": "viewer", "rules": [{"namespaces": ["shop"], "verbs": ["get", "list"]}]}


class Cluster(NamedTuple):
    """A server and the client library's own client of it."""

    api: Any
    server: Any


def client_of(kubeconfig: Any) -> Any:
    return kubernetes.config.new_client_from_config_dict(kubeconfig)


@pytest.fixture
def shop(sandbox_kubernetes: Callable[..., KubernetesServer]) -> KubernetesServer:
    objects = [
        workload("Deployment", "web", "nginx:1.25", "shop", labels={"tier": "front"}),
        workload("Deployment", "pay", "pay:1", "shop", labels={"tier": "back"}),
        workload("Pod", "lone", "busybox", "other"),
        {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "r", "namespace": "shop"}},
    ]
    return sandbox_kubernetes(
        tokens={TOKEN: "admin", "view": VIEWER}, objects=objects, resources=[ROLLOUT], tls=True, clients=["localhost"]
    )


@pytest.fixture(params=["stand-in", "real"])
def cluster(request: pytest.FixtureRequest, sandbox_kubernetes: Callable[..., KubernetesServer]) -> Iterator[Cluster]:
    """What both must do. The stand-in has what every cluster has, and some pods."""
    if request.param == "real":
        if not REAL:
            pytest.skip("LONGSHORE_KUBECONFIG names no cluster")
        with kubernetes.config.new_client_from_config(REAL) as api:
            yield Cluster(api, None)
        return
    server = sandbox_kubernetes(objects=many(3, replicas=2, namespaces=2))
    with client_of(server.kubeconfig()) as api:
        yield Cluster(api, server)


def body(cluster: Cluster, path: str, status: int = 200) -> Dict[str, Any]:
    """A reply's body as it came."""
    header = cluster.api.configuration.auth_settings().get("BearerToken", {}).get("value")
    headers = {"Authorization": header} if header else {}
    pool = cluster.api.rest_client.pool_manager
    reply = pool.request("GET", cluster.api.configuration.host + path, headers=headers)
    assert reply.status == status, reply.data
    return json.loads(reply.data)


# What holds for both


def test_discovery_has_the_documents_of_every_cluster(cluster: Cluster) -> None:
    assert body(cluster, "/api")["versions"] == ["v1"]
    groups = {group["name"]: group for group in body(cluster, "/apis")["groups"]}
    assert groups["apps"]["preferredVersion"] == {"groupVersion": "apps/v1", "version": "v1"}
    assert body(cluster, "/apis/batch")["kind"] == "APIGroup"
    found = {one["name"]: one for one in body(cluster, "/apis/apps/v1")["resources"]}
    assert found["deployments"]["kind"] == "Deployment"
    assert found["deployments"]["namespaced"] is True
    assert found["deployments"]["shortNames"] == ["deploy"]
    assert "list" in found["deployments"]["verbs"]
    assert "list" not in found["deployments/status"]["verbs"]
    assert body(cluster, "/version")["major"] == "1"


def test_items_of_a_built_in_list_have_no_kind(cluster: Cluster) -> None:
    listed = body(cluster, "/api/v1/namespaces?limit=1")
    assert (listed["kind"], listed["apiVersion"]) == ("NamespaceList", "v1")
    assert "kind" not in listed["items"][0]
    name = listed["items"][0]["metadata"]["name"]
    assert body(cluster, "/api/v1/namespaces/" + name)["kind"] == "Namespace"


def test_a_page_says_where_the_next_one_begins(cluster: Cluster) -> None:
    first = body(cluster, "/api/v1/namespaces?limit=1")
    assert first["metadata"]["remainingItemCount"] >= 1
    second = body(cluster, "/api/v1/namespaces?limit=1&continue=" + first["metadata"]["continue"])
    names = [page["items"][0]["metadata"]["name"] for page in (first, second)]
    assert names[0] < names[1]
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]


def test_the_typed_client_reads_its_lists(cluster: Cluster) -> None:
    apps = kubernetes.client.AppsV1Api(cluster.api)
    for item in apps.list_deployment_for_all_namespaces(limit=5).items:
        assert item.spec.template.spec.containers[0].image


@pytest.mark.parametrize(
    ("path", "status", "reason", "message"),
    [
        ("/api/v1/foos", 404, "NotFound", "the server could not find the requested resource"),
        ("/api/v1/namespaces/default/pods/none-such", 404, "NotFound", 'pods "none-such" not found'),
        ("/apis/apps/v1/namespaces/x/deployments/y", 404, "NotFound", 'deployments.apps "y" not found'),
        ("/api/v1/pods?limit=1&continue=nonsense", 400, "BadRequest", None),
        ("/api/v1/pods?labelSelector=a%20b", 400, "BadRequest", None),
    ],
)
def test_failures_are_status_objects(cluster: Cluster, path: str, status: int, reason: str, message: Any) -> None:
    failure = body(cluster, path, status)
    assert (failure["kind"], failure["status"], failure["code"]) == ("Status", "Failure", status)
    assert failure["reason"] == reason
    assert message in (None, failure["message"])


# The stand-in


def test_a_page_is_that_of_the_list_as_it_began(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig()) as api:
        apps = kubernetes.client.AppsV1Api(api)
        first = apps.list_namespaced_deployment("shop", limit=1)
        shop.load([workload("Deployment", "zoo", "zoo:1", "shop")])
        second = apps.list_namespaced_deployment("shop", limit=1, _continue=first.metadata._continue)
        assert [item.metadata.name for item in [*first.items, *second.items]] == ["pay", "web"]
        assert not second.metadata._continue
        assert [item.metadata.name for item in apps.list_namespaced_deployment("shop").items] == ["pay", "web", "zoo"]


def test_an_old_page_is_gone_and_says_how_to_go_on(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig()) as api:
        apps = kubernetes.client.AppsV1Api(api)
        first = apps.list_namespaced_deployment("shop", limit=1)
        shop.store.expire_lists(1)
        with pytest.raises(kubernetes.client.ApiException) as caught:
            apps.list_namespaced_deployment("shop", limit=1, _continue=first.metadata._continue)
        failure = json.loads(caught.value.body)
        assert (failure["code"], failure["reason"]) == (410, "Expired")
        rest = apps.list_namespaced_deployment("shop", limit=1, _continue=failure["metadata"]["continue"])
        assert [item.metadata.name for item in rest.items] == ["web"]


@pytest.mark.parametrize(
    ("selector", "names"),
    [
        ("tier=front", ["web"]),
        ("tier!=front", ["pay"]),
        ("tier in (front, back)", ["pay", "web"]),
        ("tier notin (front)", ["pay"]),
        ("!tier", []),
        ("tier,tier==back", ["pay"]),
    ],
)
def test_labels_choose(shop: KubernetesServer, selector: str, names: List[str]) -> None:
    with client_of(shop.kubeconfig()) as api:
        found = kubernetes.client.AppsV1Api(api).list_deployment_for_all_namespaces(label_selector=selector)
        assert [item.metadata.name for item in found.items] == names


def test_fields_choose(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig()) as api:
        apps = kubernetes.client.AppsV1Api(api)
        found = apps.list_deployment_for_all_namespaces(field_selector="metadata.name=web")
        assert [item.metadata.name for item in found.items] == ["web"]
        with pytest.raises(kubernetes.client.ApiException, match="field label not supported"):
            apps.list_deployment_for_all_namespaces(field_selector="spec.replicas=1")


def failure_of(api: Any, namespace: str = "") -> Any:
    core = kubernetes.client.CoreV1Api(api)
    call = functools.partial(core.list_namespaced_pod, namespace) if namespace else core.list_pod_for_all_namespaces
    with pytest.raises(kubernetes.client.ApiException) as caught:
        call()
    return caught.value


def test_rights_end_at_the_namespace(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig("view")) as api:
        assert kubernetes.client.CoreV1Api(api).list_namespaced_pod("shop").items == []
        text = 'pods is forbidden: User "viewer" cannot list resource "pods" in API group "" '
        refused = json.loads(failure_of(api, "other").body)
        assert refused["message"] == text + 'in the namespace "other"'
        assert (refused["code"], refused["details"]) == (403, {"kind": "pods"})
        assert json.loads(failure_of(api).body)["message"] == text + "at the cluster scope"
        # Discovery is for all.
        assert kubernetes.client.ApisApi(api).get_api_versions().groups


def test_logins(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig("wrong")) as api:
        assert json.loads(failure_of(api).body)["message"] == "Unauthorized"
    with client_of(shop.kubeconfig()) as api:
        api.set_default_header("Impersonate-User", "viewer")
        assert failure_of(api, "other").status == 403
    certificates = shop.certificates
    user = {"client-certificate": certificates.certificate_path, "client-key": certificates.key_path}
    with client_of(dict(shop.kubeconfig(), users=[{"name": "somebody", "user": user}])) as api:
        assert kubernetes.client.CoreV1Api(api).list_namespaced_pod("other").items
    shop.expire_tokens()
    with client_of(shop.kubeconfig()) as api:
        assert failure_of(api).status == 401


def test_faults(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig()) as api:
        shop.faults.add(Fault("status", status=429, times=1))
        reply = api.rest_client.pool_manager.request("GET", shop.url + "/api/v1/pods", retries=False)
        assert (reply.status, reply.headers["Retry-After"]) == (429, "1")
        assert reply.data == b"Too many requests, please try again later.\n"
        shop.faults.add(Fault("status", status=500, path="/pods", times=1))
        assert json.loads(failure_of(api).body)["reason"] == "InternalError"


def test_the_dynamic_client_finds_custom_resources(shop: KubernetesServer) -> None:
    with client_of(shop.kubeconfig()) as api:
        resource = dynamic.DynamicClient(api).resources.get(api_version="argoproj.io/v1alpha1", kind="Rollout")
        (item,) = resource.get(namespace="shop").items
        assert (item.kind, item.metadata.name) == ("Rollout", "r")


def test_ten_thousand_pods_in_pages(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=many(100, replicas=100))
    with client_of(server.kubeconfig()) as api:
        count, following = 0, ""
        while True:
            page = body(Cluster(api, server), "/api/v1/pods?limit=2500&continue=" + following)
            count += len(page["items"])
            following = page["metadata"].get("continue", "")
            if not following:
                break
    assert (count, server.count()) == (10_000, 4)


@pytest.mark.skipif(
    importlib.util.find_spec("ansible_collections.kubernetes") is None,
    reason="kubernetes.core is not in ANSIBLE_COLLECTIONS_PATH or PYTHONPATH",
)
def test_kubernetes_core_runs_against_it(shop: KubernetesServer, tmp_path: Any) -> None:
    playbook = Playbook(tmp_path, {"K8S_AUTH_KUBECONFIG": str(tmp_path / "kubeconfig")}, secrets=[TOKEN])
    playbook.write("kubeconfig", yaml.safe_dump(shop.kubeconfig()))
    deployments = {"api_version": "apps/v1", "kind": "Deployment", "label_selectors": ["tier=front"]}
    rollouts = {"api_version": "argoproj.io/v1alpha1", "kind": "Rollout", "namespace": "shop"}
    tasks = [
        {"kubernetes.core.k8s_info": deployments, "register": "one"},
        {"kubernetes.core.k8s_info": rollouts, "register": "two"},
        {"kubernetes.core.k8s_info": {"api_version": "v1", "kind": "Nothing"}, "register": "three"},
        keep(one="one.resources", two="two.resources", three="three.api_found"),
    ]
    run = playbook.run([play(tasks)])
    assert [item["metadata"]["name"] for item in run.value("one")] == ["web"]
    assert [item["metadata"]["name"] for item in run.value("two")] == ["r"]
    assert run.value("three") is False
