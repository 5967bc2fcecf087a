# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes through the sandbox's Kubernetes API, by the real Python client: patches, claims on fields, refusals.

The expectations are what a kube-apiserver 1.36 did.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, Iterator, List

import pytest

from ansible_collections.longshore.swr.tests.sandbox.kubernetes import KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import workload

kubernetes = pytest.importorskip("kubernetes")

PATH = "/apis/apps/v1/namespaces/shop/deployments/web"
IMAGE = "/spec/template/spec/containers/0/image"


class Caller:
    """Calls one server, with the field manager in the query."""

    def __init__(self, api: Any) -> None:
        self._api = api

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        status: int = 200,
        kind: str = "application/json",
        query: str = "",
    ) -> Any:
        configuration = self._api.configuration
        headers = {"Authorization": configuration.auth_settings()["BearerToken"]["value"], "Content-Type": kind}
        data = None if body is None else json.dumps(body)
        pool = self._api.rest_client.pool_manager
        reply = pool.request(method, configuration.host + path + query, body=data, headers=headers, retries=False)
        assert reply.status == status, reply.data
        return json.loads(reply.data)

    def get(self) -> Any:
        return self("GET", PATH)

    def patch(self, operations: List[Any], status: int = 200, manager: str = "longshore-swr", more: str = "") -> Any:
        query = "?fieldManager={0}{1}".format(manager, more)
        return self("PATCH", PATH, operations, status, "application/json-patch+json", query)

    def apply(self, image: str, status: int = 200, manager: str = "helm", more: str = "") -> Any:
        pod = {"containers": [{"name": "app", "image": image}]}
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
        body["spec"] = {"template": {"spec": pod}}
        query = "?fieldManager={0}{1}".format(manager, more)
        return self("PATCH", PATH, body, status, "application/apply-patch+yaml", query)


def set_image(new: str, old: str = "") -> List[Dict[str, Any]]:
    test = [{"op": "test", "path": IMAGE, "value": old}] if old else []
    return [*test, {"op": "replace", "path": IMAGE, "value": new}]


@pytest.fixture
def server(sandbox_kubernetes: Callable[..., KubernetesServer]) -> KubernetesServer:
    return sandbox_kubernetes(
        objects=[
            workload("Deployment", "web", "web:1", "shop"),
            workload("Pod", "lone", "lone:1", "shop", spec={"volumes": [{"name": "v", "image": {"reference": "v:1"}}]}),
            workload("Job", "once", "once:1", "shop"),
            {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": {"name": "r", "namespace": "shop"}},
        ]
    )


@pytest.fixture
def call(server: KubernetesServer) -> Iterator[Caller]:
    with kubernetes.config.new_client_from_config_dict(server.kubeconfig()) as api:
        yield Caller(api)


def claims(item: Dict[str, Any]) -> List[str]:
    return ["{0[manager]} {0[operation]}".format(one) for one in item["metadata"].get("managedFields", [])]


def test_a_patch_with_tests(call: Caller) -> None:
    before = call.get()["metadata"]
    after = call.patch(set_image("swr/web:1", "web:1"))
    assert after["spec"]["template"]["spec"]["containers"][0]["image"] == "swr/web:1"
    assert after["metadata"]["generation"] == before["generation"] + 1
    assert claims(after) == ["longshore-swr Update"]
    # Stale: no word on which operation it was.
    refused = call.patch(set_image("swr/web:1", "web:1"), 422)
    assert refused["message"] == "the server rejected our request due to an error in our request"
    assert (refused["reason"], refused["details"]) == ("Invalid", {})
    # The same value again changes nothing.
    again = call.patch(set_image("swr/web:1"))["metadata"]
    assert (again["resourceVersion"], again["generation"]) == (
        after["metadata"]["resourceVersion"],
        after["metadata"]["generation"],
    )


def test_a_dry_run_keeps_nothing(call: Caller) -> None:
    assert (
        call.patch(set_image("x:2"), more="&dryRun=All")["spec"]["template"]["spec"]["containers"][0]["image"] == "x:2"
    )
    assert call.get()["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"


def test_a_claim_makes_the_next_apply_fail(call: Caller) -> None:
    call.apply("web:1")
    call.patch(set_image("swr/web:1"))
    refused = call.apply("web:2", 409)
    field = '.spec.template.spec.containers[name="app"].image'
    conflict = 'conflict with "longshore-swr" using apps/v1'
    assert refused["message"] == "Apply failed with 1 conflict: {0}: {1}".format(conflict, field)
    assert refused["reason"] == "Conflict"
    assert refused["details"]["causes"] == [{"reason": "FieldManagerConflict", "message": conflict, "field": field}]
    call.apply("swr/web:1")
    # Rolled back, the claim stays.
    call.patch(set_image("web:1"))
    call.apply("web:1")
    call.apply("web:2", 409)
    # Without the claim, all is well again, and no pod is replaced for it.
    before = call.get()["metadata"]
    number = claims({"metadata": before}).index("longshore-swr Update")
    place = "/metadata/managedFields/{0}".format(number)
    removal = [{"op": "test", "path": place + "/manager", "value": "longshore-swr"}, {"op": "remove", "path": place}]
    after = call.patch(removal)
    assert claims(after) == ["helm Apply"]
    assert after["metadata"]["generation"] == before["generation"]
    assert claims(call.apply("web:2")) == ["helm Apply"]


def test_a_forced_apply_takes_the_field(call: Caller) -> None:
    call.patch(set_image("swr/web:1"))
    assert claims(call.apply("web:2", more="&force=true")) == ["helm Apply"]


def test_conflicts_with_several(call: Caller) -> None:
    call.patch(set_image("swr/web:1"))
    call.patch([{"op": "replace", "path": "/spec/replicas", "value": 3}], manager="scaler")
    item = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}}
    item["spec"] = {"replicas": 2, "template": {"spec": {"containers": [{"name": "app", "image": "web:2"}]}}}
    refused = call("PATCH", PATH, item, 409, "application/apply-patch+yaml", "?fieldManager=helm")
    assert refused["message"] == (
        'Apply failed with 2 conflicts: conflicts with "longshore-swr" using apps/v1:\n'
        '- .spec.template.spec.containers[name="app"].image\n'
        'conflicts with "scaler" using apps/v1:\n- .spec.replicas'
    )
    refused = call("PATCH", PATH, item, 422, "application/apply-patch+yaml")
    assert refused["message"].endswith("fieldManager: Required value: is required for apply patch")


def test_claims_are_sorted(call: Caller) -> None:
    """So the place of one may change with every write."""
    call.patch(set_image("swr/web:1"))
    call.patch([{"op": "add", "path": "/metadata/labels", "value": {"a": "b"}}], manager="another")
    assert claims(call.apply("swr/web:1")) == ["helm Apply", "another Update", "longshore-swr Update"]


def test_a_custom_resource_has_claims_on_whole_lists(call: Caller) -> None:
    kind = "application/json-patch+json"
    rollout = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/r"
    containers = [{"name": "a", "image": "a:1"}, {"name": "b", "image": "b:1"}]
    spec = {"replicas": 1, "containers": containers}
    call("PATCH", rollout, [{"op": "add", "path": "/spec", "value": spec}], kind=kind, query="?fieldManager=helm")
    image = {"op": "replace", "path": "/spec/containers/0/image", "value": "a:2"}
    patched = call("PATCH", rollout, [image], kind=kind, query="?fieldManager=x")["metadata"]["managedFields"]
    assert [one["fieldsV1"] for one in patched] == [
        {"f:spec": {"f:replicas": {}}},
        {"f:spec": {"f:containers": {}}},
    ]


def test_patches_that_are_wrong(call: Caller) -> None:
    text = "error decoding patch: json: cannot unmarshal {0} into Go value of type {1}"
    assert call.patch({"op": "remove"}, 400)["message"] == text.format("object", "[]handlers.jsonPatchOp")
    assert call.patch(["remove"], 400)["message"] == text.format("string", "handlers.jsonPatchOp")
    for operation in (
        {"op": "replace", "path": "/spec/template/spec/containers/7/image", "value": "x"},
        {"op": "remove", "path": "/spec/none"},
        {"op": "add", "path": "/spec/none/below", "value": 1},
        {"op": "test", "path": "/spec/none", "value": 1},
        {"op": "exchange", "path": "/spec", "value": 1},
    ):
        assert call.patch([operation], 422)["details"] == {}
    # A field that is not there is no error for these.
    absent = {"op": "test", "path": "/spec/minReadySeconds", "value": None}
    assert call.patch([absent, dict(absent, op="replace", value=5)])["spec"]["minReadySeconds"] == 5
    assert call("PATCH", PATH, [], 415)["message"] == "415: Unsupported Media Type"


def test_what_must_stay(call: Caller) -> None:
    refused = call.patch(set_image(""), 422)
    field = "spec.template.spec.containers[0].image"
    assert refused["message"] == 'Deployment.apps "web" is invalid: {0}: Required value'.format(field)
    cause = {"reason": "FieldValueRequired", "message": "Required value", "field": field}
    assert refused["details"] == {"name": "web", "group": "apps", "kind": "Deployment", "causes": [cause]}
    for name, status, text in (
        ("uid", 422, "field is immutable"),
        ("name", 400, "the name of the object (x) does not match the name on the URL (web)"),
        ("namespace", 400, "does not match the namespace sent on the request"),
        ("resourceVersion", 409, "the object has been modified"),
    ):
        operation = {"op": "replace", "path": "/metadata/" + name, "value": "x"}
        assert text in call.patch([operation], status)["message"]


def test_what_cannot_be_changed(call: Caller) -> None:
    pods, jobs = "/api/v1/namespaces/shop/pods/lone", "/apis/batch/v1/namespaces/shop/jobs/once"
    kind = "application/json-patch+json"
    image = {"op": "replace", "path": "/spec/containers/0/image", "value": "lone:2"}
    assert call("PATCH", pods, [image], kind=kind)["spec"]["containers"][0]["image"] == "lone:2"
    volume = {"op": "replace", "path": "/spec/volumes/0/image/reference", "value": "v:2"}
    refused = call("PATCH", pods, [volume], 422, kind)
    assert refused["message"].startswith('Pod "lone" is invalid: spec: Forbidden: pod updates may not change fields')
    refused = call("PATCH", jobs, set_image("once:2"), 422, kind)
    assert refused["message"].endswith("field is immutable")


def test_patches_that_harm(call: Caller) -> None:
    """What no tool should send: a merge replaces lists, and a strategic one adds containers."""
    containers = {"spec": {"template": {"spec": {"containers": [{"name": "new", "image": "new:1"}]}}}}
    added = call("PATCH", PATH, containers, kind="application/strategic-merge-patch+json")
    assert [one["name"] for one in added["spec"]["template"]["spec"]["containers"]] == ["new", "app"]
    replaced = call("PATCH", PATH, containers, kind="application/merge-patch+json")
    assert [one["name"] for one in replaced["spec"]["template"]["spec"]["containers"]] == ["new"]
    rollout = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/r"
    assert call("PATCH", rollout, {}, 415, "application/strategic-merge-patch+json")["code"] == 415


def test_objects_come_and_go(call: Caller, server: KubernetesServer) -> None:
    collection = "/apis/apps/v1/namespaces/{0}/deployments"
    item = workload("Deployment", "new", "new:1", "shop")
    made = call("POST", collection.format("shop"), item, 201, query="?fieldManager=helm")
    assert (made["kind"], claims(made)) == ("Deployment", ["helm Update"])
    assert call("POST", collection.format("shop"), item, 409)["reason"] == "AlreadyExists"
    assert call("POST", collection.format("none"), item, 404)["message"] == 'namespaces "none" not found'
    stale = dict(made, metadata=dict(made["metadata"], resourceVersion="1"))
    place = collection.format("shop") + "/new"
    assert "the object has been modified" in call("PUT", place, stale, 409)["message"]
    other = {"preconditions": {"uid": "another"}}
    assert "The object might have been deleted and then recreated" in call("DELETE", place, other, 409)["message"]
    assert call("DELETE", place, {"preconditions": {"uid": made["metadata"]["uid"]}})["status"] == "Success"
    call("GET", place, status=404)
    applied = dict(item, metadata={"name": "new"})
    again = call("PATCH", place, applied, 201, "application/apply-patch+yaml", "?fieldManager=helm")
    assert claims(again) == ["helm Apply"]
    assert call("GET", place)["metadata"]["namespace"] == "shop"
    assert server.count(method="POST") == 3


# Roll-outs


PODS = "/api/v1/namespaces/shop/pods"


@pytest.fixture
def rolling(sandbox_kubernetes: Callable[..., KubernetesServer]) -> Iterator[Caller]:
    objects = [workload(kind, "web", "web:1", "shop") for kind in ("Deployment", "StatefulSet", "DaemonSet")]
    for item in objects[:2]:
        item["spec"]["replicas"] = 2
    server = sandbox_kubernetes(objects=objects, controllers=True)
    with kubernetes.config.new_client_from_config_dict(server.kubeconfig()) as api:
        call = Caller(api)
        for _step in range(6):
            call("GET", PODS)
        yield call


def object_at(kind: str) -> str:
    return "/apis/apps/v1/namespaces/shop/{0}/web".format(kind)


def set_on(call: Caller, kind: str, image: str) -> int:
    """The new generation."""
    done = call("PATCH", object_at(kind), set_image(image), kind="application/json-patch+json")
    return int(done["metadata"]["generation"])


def images_of(call: Caller, kind: str) -> List[str]:
    found = call("GET", PODS)["items"]
    owned = [pod for pod in found if pod["metadata"]["ownerReferences"][0]["kind"] == kind]
    return [pod["spec"]["containers"][0]["image"] for pod in owned]


def looks(call: Caller, kind: str, count: int = 8) -> Dict[str, Any]:
    """The status after so many looks."""
    for _look in range(count):
        item = call("GET", object_at(kind))
    return dict(item["status"])


def test_a_deployment_rolls_out(rolling: Caller) -> None:
    generation = set_on(rolling, "deployments", "web:2")
    status = looks(rolling, "deployments", 1)
    assert (status["observedGeneration"], status["replicas"], status["updatedReplicas"]) == (generation, 4, 2)
    status = looks(rolling, "deployments")
    assert (status["replicas"], status["updatedReplicas"], status["availableReplicas"]) == (2, 2, 2)
    assert images_of(rolling, "ReplicaSet") == ["web:2", "web:2"]


def test_a_deployment_with_a_broken_image_keeps_its_pods(rolling: Caller) -> None:
    set_on(rolling, "deployments", "broken:2")
    status = looks(rolling, "deployments", 2)
    assert status["availableReplicas"] == 2
    waiting = [
        one["state"]["waiting"]["reason"]
        for pod in rolling("GET", PODS)["items"]
        for one in pod["status"].get("containerStatuses", ())
        if "state" in one
    ]
    assert set(waiting) == {"ImagePullBackOff"}
    assert looks(rolling, "deployments")["conditions"][1]["reason"] == "ProgressDeadlineExceeded"
    set_on(rolling, "deployments", "web:1")
    status = looks(rolling, "deployments")
    assert status["conditions"][1]["reason"] == "NewReplicaSetAvailable"
    assert images_of(rolling, "ReplicaSet") == ["web:1", "web:1"]


def test_recreate_stops_before_it_starts(rolling: Caller) -> None:
    recreate = {"op": "add", "path": "/spec/strategy", "value": {"type": "Recreate"}}
    rolling("PATCH", object_at("deployments"), [recreate, *set_image("broken:2")], kind="application/json-patch+json")
    status = looks(rolling, "deployments", 1)
    assert (status["replicas"], status["updatedReplicas"]) == (0, 0)
    looks(rolling, "deployments")
    assert images_of(rolling, "ReplicaSet") == ["broken:2", "broken:2"]
    set_on(rolling, "deployments", "web:1")
    status = looks(rolling, "deployments")
    assert (status["availableReplicas"], status["conditions"][1]["reason"]) == (2, "NewReplicaSetAvailable")


def test_a_paused_deployment_does_nothing(rolling: Caller) -> None:
    pause = [{"op": "add", "path": "/spec/paused", "value": True}, *set_image("web:2")]
    rolling("PATCH", object_at("deployments"), pause, kind="application/json-patch+json")
    looks(rolling, "deployments")
    assert images_of(rolling, "ReplicaSet") == ["web:1", "web:1"]


def test_a_stateful_set_stays_broken_until_its_pod_is_deleted(rolling: Caller) -> None:
    set_on(rolling, "statefulsets", "broken:2")
    looks(rolling, "statefulsets")
    assert images_of(rolling, "StatefulSet") == ["web:1", "broken:2"]
    set_on(rolling, "statefulsets", "web:1")
    status = looks(rolling, "statefulsets")
    assert status["currentRevision"] == status["updateRevision"]
    assert (status["readyReplicas"], images_of(rolling, "StatefulSet")) == (1, ["web:1", "broken:2"])
    rolling("DELETE", PODS + "/web-1")
    assert looks(rolling, "statefulsets")["readyReplicas"] == 2
    set_on(rolling, "statefulsets", "web:2")
    assert looks(rolling, "statefulsets")["updatedReplicas"] == 2


def test_sets_that_wait_for_somebody(rolling: Caller) -> None:
    kind = "application/json-patch+json"
    strategy = {"op": "add", "path": "/spec/updateStrategy", "value": {"type": "OnDelete"}}
    part = dict(strategy, value={"type": "RollingUpdate", "rollingUpdate": {"partition": 1}})
    rolling("PATCH", object_at("daemonsets"), [strategy, *set_image("web:2")], kind=kind)
    rolling("PATCH", object_at("statefulsets"), [part, *set_image("web:2")], kind=kind)
    looks(rolling, "daemonsets")
    assert images_of(rolling, "DaemonSet") == ["web:1"]
    assert images_of(rolling, "StatefulSet") == ["web:1", "web:2"]
    rolling("DELETE", PODS + "/web-node")
    assert looks(rolling, "daemonsets")["updatedNumberScheduled"] == 1
