# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workload_images) against the sandbox's Kubernetes API: what it finds, what it asks, and how it fails."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
import yaml

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster import client, login
from ansible_collections.longshore.swr.plugins.module_utils._workloads.model.image import parse_image
from ansible_collections.longshore.swr.tests.sandbox import Fault
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_kinds import custom
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import (
    Object,
    deployment,
    digest_of,
    many,
    metadata,
    pod_spec,
    running,
    workload,
)
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import secret_free

pytest.importorskip("kubernetes")

REAL = os.environ.get("LONGSHORE_KUBECONFIG", "")
TARGET = "swr.cn-north-4.myhuaweicloud.com/team"
SECRET = "a-value-that-nobody-may-see"
MODULE = "workload_images"
VARIABLE = "$(params.x)"


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Retries follow at once, and nothing is in the home directory."""
    monkeypatch.setattr(client, "backoff", lambda _attempt: 0.0)
    monkeypatch.setenv("HOME", str(tmp_path))


def gather(server: Optional[KubernetesServer], token: str = TOKEN, **options: Any) -> Dict[str, Any]:
    """The result of the module, in which no secret of an object may be."""
    params = {"host": server.url, "api_key": token} if server else {}
    result = run_module(MODULE, {**params, **options})
    secret_free(json.dumps(result), SECRET, token)
    return result


def custom_resource(kind: str, group: str, spec: Object, name: str = "x", **more: Any) -> Object:
    return {
        "apiVersion": group,
        "kind": kind,
        "metadata": metadata(name, "shop", uid=kind + name, **more),
        "spec": spec,
    }


def brief(result: Dict[str, Any]) -> List[str]:
    """Kind, image and owner of each use."""
    assert "references" in result, result["msg"]
    return ["{0[kind]} {0[image]} {0[owner]}".format(use) for use in result["references"]]


# What is found


@pytest.mark.parametrize(
    ("kind", "path"),
    [
        ("Deployment", "spec.template.spec"),
        ("StatefulSet", "spec.template.spec"),
        ("DaemonSet", "spec.template.spec"),
        ("ReplicaSet", "spec.template.spec"),
        ("ReplicationController", "spec.template.spec"),
        ("Job", "spec.template.spec"),
        ("CronJob", "spec.jobTemplate.spec.template.spec"),
        ("Pod", "spec"),
        ("PodTemplate", "template.spec"),
    ],
)
def test_every_built_in_kind_with_a_pod(
    sandbox_kubernetes: Callable[..., KubernetesServer], kind: str, path: str
) -> None:
    volumes = [{"name": "data", "image": {"reference": "data:1"}}]
    # A sidecar is an init container that goes on.
    server = sandbox_kubernetes(
        objects=[workload(kind, "x", "app:1", "shop", ["init:1", "sidecar:1"], spec={"volumes": volumes})]
    )
    uses = gather(server)["references"]
    assert [(use["kind"], use["image"], use["path"]) for use in uses] == [
        ("container", "app:1", path + ".containers[0].image"),
        ("init_container", "init:1", path + ".initContainers[0].image"),
        ("init_container", "sidecar:1", path + ".initContainers[1].image"),
        ("image_volume", "data:1", path + ".volumes[0].image.reference"),
    ]
    assert {use["owner"] for use in uses} == {kind + " shop/x"}
    fixed = {"Job": ["app:1", "init:1", "sidecar:1", "data:1"], "Pod": ["data:1"]}.get(kind, [])
    assert [use["image"] for use in uses if not use["editable"]] == fixed


def test_what_pods_repeat_is_counted_once(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=deployment("web", ["nginx:1.25", "log:1"], "shop", 3))
    result = gather(server, target=TARGET)
    assert brief(result) == ["container nginx:1.25 Deployment shop/web", "container log:1 Deployment shop/web"]
    assert [use["running"] for use in result["references"]] == [[digest_of("nginx:1.25")], [digest_of("log:1")]]
    assert all(use["editable"] for use in result["references"])
    assert result["rules"]["docker.io/library/nginx:1.25"] == TARGET + "/nginx:1.25"
    assert result["images_json"] == result["rules"]
    assert result["changed"] is False
    cluster = "127.0.0.1:{0}: ".format(server.server.port)
    assert [line.split(None, 2) for line in result["table"]] == [
        ["IMAGE", "RUNS", "USED BY"],
        ["docker.io/library/log:1", digest_of("log:1")[:19], cluster + "Deployment shop/web"],
        ["docker.io/library/nginx:1.25", digest_of("nginx:1.25")[:19], cluster + "Deployment shop/web"],
    ]


def test_the_images_json_is_written(sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path) -> None:
    server = sandbox_kubernetes(objects=deployment("web", ["nginx:1.25", "x.io/a/b@sha256:" + "0" * 64]))
    options = {"host": server.url, "api_key": TOKEN, "target": TARGET, "dest": str(tmp_path / "images.json")}
    assert run_module(MODULE, options, check_mode=True)["changed"] is True
    assert not (tmp_path / "images.json").exists()
    assert [run_module(MODULE, options)["changed"] for _run in range(2)] == [True, False]
    written = json.loads((tmp_path / "images.json").read_text(encoding="utf-8"))
    assert written == {"docker.io/library/nginx:1.25": TARGET + "/nginx:1.25"}


def test_what_only_pods_have(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    """Injected sidecars, debug containers, and a tag that has moved between two pods."""
    top, below, pod, other = deployment("web", "nginx:1", "shop", 2)
    pod["spec"]["containers"].append({"name": "istio-proxy", "image": "istio/proxyv2:1.24"})
    pod["spec"]["ephemeralContainers"] = [{"name": "debug", "image": "busybox"}]
    moved = "sha256:" + "0" * 64
    server = sandbox_kubernetes(objects=[top, below, running(pod), running(other, {"nginx:1": moved})])
    uses = {use["image"]: use for use in gather(server)["references"]}
    assert uses["nginx:1"]["running"] == sorted([moved, digest_of("nginx:1")])
    assert uses["istio/proxyv2:1.24"]["owner"] == "Deployment shop/web"
    assert uses["istio/proxyv2:1.24"]["note"] == "only the pods of ReplicaSet shop/web-7d4b9c have it"
    assert uses["istio/proxyv2:1.24"]["running"] == [digest_of("istio/proxyv2:1.24")]
    assert uses["busybox"]["kind"] == "ephemeral_container"
    assert uses["busybox"]["note"] == "an ephemeral container cannot be changed"


def test_earlier_revisions_and_ended_runs_are_the_past(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    top, below, pod = deployment("web", "nginx:2", "shop")
    old = workload("ReplicaSet", "web-old", "nginx:1", "shop", owner=top)
    old["spec"]["replicas"] = 0
    cron = workload("CronJob", "nightly", "backup:2", "shop")
    ended = workload("Job", "nightly-1", "backup:1", "shop", owner=cron)
    ended["status"] = {"conditions": [{"type": "Complete", "status": "True"}]}
    done = running(workload("Pod", "nightly-1-x", "backup:1", "shop", owner=ended), phase="Succeeded")
    server = sandbox_kubernetes(objects=[top, below, pod, old, cron, ended, done])
    result = gather(server)
    assert brief(result) == ["container backup:2 CronJob shop/nightly", "container nginx:2 Deployment shop/web"]
    assert result["past_images"] == ["backup:1", "nginx:1"]


def test_custom_resources(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    template = {"template": {"spec": pod_spec("rollout:1")}}
    steps = [{"name": "a", "image": "run:1"}]
    workflow = {"container": {"image": "flow:1"}, "initContainers": [{"name": "i", "image": "flow-init:1"}]}
    objects = [
        custom_resource("Rollout", "argoproj.io/v1alpha1", template),
        custom_resource("Task", "tekton.dev/v1", {"steps": [{"name": "a", "image": "step:1"}, {"image": VARIABLE}]}),
        custom_resource(
            "DataVolume", "cdi.kubevirt.io/v1beta1", {"source": {"registry": {"url": "docker://vm.x/disk:1"}}}
        ),
        custom_resource("PipelineRun", "tekton.dev/v1", {"pipelineSpec": {"tasks": [{"taskSpec": {"steps": steps}}]}}),
        custom_resource("Workflow", "argoproj.io/v1alpha1", {"templates": [workflow]}),
        custom_resource("Cluster", "postgresql.cnpg.io/v1", {"imageName": "ghcr.io/cnpg/postgresql:17"}),
        custom_resource("Widget", "example.com/v1", {"parts": [{"image": "part:1"}, {"image": "part:2"}]}),
        custom_resource("Gadget", "example.com/v1", {"m": [{"on": True, "src": "m:1"}, {"on": False, "src": "m:2"}]}),
    ]
    server = sandbox_kubernetes(objects=objects)
    mine = {
        "resource_fields": {"Widget": ["spec.parts[].image"]},
        "custom_images": [{"kind": "Gadget", "objects": "spec.m[?on]", "field": "src"}],
    }
    result = gather(server, **mine)
    assert brief(result) == [
        "resource_field ghcr.io/cnpg/postgresql:17 Cluster shop/x",
        "resource_field vm.x/disk:1 DataVolume shop/x",
        "resource_field m:1 Gadget shop/x",
        "resource_field run:1 PipelineRun shop/x",
        "container rollout:1 Rollout shop/x",
        "resource_field step:1 Task shop/x",
        "resource_field {0} Task shop/x".format(VARIABLE),
        "resource_field part:1 Widget shop/x",
        "resource_field part:2 Widget shop/x",
        "resource_field flow:1 Workflow shop/x",
        "resource_field flow-init:1 Workflow shop/x",
    ]
    assert [use["path"] for use in result["references"] if use["image"] == "m:1"] == ["spec.m[0].src"]
    (problem,) = result["problems"]
    assert (problem["image"], problem["reason"]) == (VARIABLE, "it is a variable of the resource")
    known = brief(gather(server, custom_resources="known"))
    assert [line.split()[-2] for line in known] == [
        "Cluster",
        "DataVolume",
        "PipelineRun",
        "Task",
        "Task",
        "Workflow",
        "Workflow",
    ]
    assert gather(server, custom_resources="none")["references"] == []


@pytest.mark.parametrize(
    ("objects", "words"),
    [
        ("spec.parts[", "is no valid JMESPath expression"),
        ("spec.parts[].image", "it chooses something else than objects"),
        ("spec.parts[].{image: image}", "it makes new objects instead of choosing some"),
        ("join(',', spec)", "it fails: "),
    ],
)
def test_an_expression_that_cannot_be_used(
    sandbox_kubernetes: Callable[..., KubernetesServer], objects: str, words: str
) -> None:
    item = custom_resource("Widget", "example.com/v1", {"parts": [{"image": "part:1"}]})
    result = gather(sandbox_kubernetes(objects=[item]), custom_images=[{"kind": "Widget", "objects": objects}])
    assert result["failed"]
    assert words in result["msg"]
    assert "custom_images" in result["msg"]


def test_an_operator_owns_what_it_makes(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    prometheus = custom_resource("Prometheus", "monitoring.coreos.com/v1", {"image": "prometheus:v3"})
    made = workload(
        "StatefulSet", "p", {"prometheus": "prometheus:v3", "reloader": "reloader:1"}, "shop", owner=prometheus
    )
    pod = running(workload("Pod", "p-0", {"prometheus": "prometheus:v3", "reloader": "reloader:1"}, "shop", owner=made))
    server = sandbox_kubernetes(objects=[prometheus, made, pod])
    first, second = gather(server)["references"]
    assert (first["image"], first["path"], first["editable"]) == ("prometheus:v3", "spec.image", True)
    assert first["running"] == [digest_of("prometheus:v3")]
    assert (second["image"], second["owner"]) == ("reloader:1", "Prometheus shop/x")
    assert second["manager"] == "operator Prometheus shop/x"
    assert second["note"] == "StatefulSet shop/p has it, which Prometheus shop/x controls"
    # The operator's own resource is not readable, and still known as the owner.
    assert gather(server, custom_resources="none")["references"][0]["owner"] == "Prometheus shop/x"


def test_no_secret_of_an_object_is_shown(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    item = workload("Deployment", "web", "nginx:1", "shop")
    container = item["spec"]["template"]["spec"]["containers"][0]
    container["env"] = [{"name": "P", "value": SECRET}, {"name": "RELATED_IMAGE_X", "value": "quay.io/x/y:1"}]
    container["args"] = ["--password=" + SECRET, "--image=quay.io/a/b:2"]
    applied = json.dumps({"password": SECRET})
    item["metadata"]["annotations"] = {"kubectl.kubernetes.io/last-applied-configuration": applied}
    result = gather(sandbox_kubernetes(objects=[item]), target=TARGET)
    assert result["references"][0]["manager"] == "kubectl"
    mentions = [use["image"] for use in result["references"] if use["kind"] == "mention"]
    assert mentions == ["quay.io/a/b:2", "quay.io/x/y:1"]
    assert list(result["rules"]) == ["docker.io/library/nginx:1"]


def test_two_images_never_meet_at_the_target(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    images = ["quay.io/a/app:1", "ghcr.io/b/app:1", TARGET + "/there:1"]
    server = sandbox_kubernetes(objects=[workload("Deployment", "web", images)])
    rules = gather(server, target=TARGET)["rules"]
    assert rules == {"quay.io/a/app:1": TARGET + "/a/app:1", "ghcr.io/b/app:1": TARGET + "/b/app:1"}


# What is asked


def test_namespaces_and_labels_choose(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    objects = [
        workload("Deployment", "web", "web:1", "shop", labels={"tier": "front"}),
        workload("Deployment", "db", "db:1", "shop"),
        workload("Deployment", "other", "other:1", "other", labels={"tier": "front"}),
    ]
    server = sandbox_kubernetes(objects=objects)
    assert brief(gather(server, namespaces=["shop"])) == [
        "container db:1 Deployment shop/db",
        "container web:1 Deployment shop/web",
    ]
    server.log.reset()
    assert brief(gather(server, namespaces=["shop"], label_selectors=["tier=front", "tier!=back"])) == [
        "container web:1 Deployment shop/web"
    ]
    selector = "labelSelector=tier%3Dfront%2Ctier%21%3Dback&limit=500"
    assert "GET /apis/apps/v1/namespaces/shop/deployments?" + selector in server.asked()
    missing = gather(server, namespaces=["shop", "shpo"])
    assert 'there is no namespace "shpo"' in missing["msg"]
    assert "is not a name" in gather(server, namespaces=["../../x"])["msg"]


def test_lists_are_read_in_pages(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=many(200, replicas=6))
    assert len(gather(server)["references"]) == 200
    pages = [call for call in server.asked() if call.startswith("GET /api/v1/pods?")]
    assert len(pages) == 3
    assert all("limit=500" in call for call in pages)
    assert sum(entry.bytes_out for entry in server.log.entries()) < 300_000, "large pages come packed"
    # Discovery, one list for each of nine kinds, and two pages more for the pods.
    assert server.count() == 4 + 9 + 2


# What goes wrong


def test_a_list_that_becomes_too_old_is_read_again(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=many(200, replicas=6))
    server.store.expire_lists(2)
    assert len(gather(server)["references"]) == 200
    server.store.expire_lists(4)
    result = gather(server)
    assert result["missing"] == ["Pod"]
    assert "too old" in result["msg"]


def test_rights_in_some_namespaces_only(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    rules = [
        {"resources": ["namespaces"], "verbs": ["list"]},
        {"namespaces": ["shop"], "verbs": ["list"]},
        {"namespaces": ["pay"], "verbs": ["list"], "resources": ["deployments.apps"]},
    ]
    objects = [workload("Deployment", name, name + ":1", name) for name in ("shop", "pay", "secret")]
    server = sandbox_kubernetes(tokens={"view-token": {"name": "viewer", "rules": rules}}, objects=objects)
    result = gather(server, "view-token", custom_resources="none")
    assert brief(result) == ["container pay:1 Deployment pay/pay", "container shop:1 Deployment shop/shop"]
    unread = {entry["namespace"]: entry for entry in result["unread"]}
    assert sorted(unread) == ["pay", "secret"]
    assert "Deployment" in unread["secret"]["kinds"]
    assert "Deployment" not in unread["pay"]["kinds"]
    assert 'User "viewer" cannot list resource "deployments"' in unread["secret"]["reason"]
    assert "and 1 more" in str(result["warnings"])


def test_no_right_at_all_is_listed(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(tokens={"none": {"name": "nobody", "rules": []}})
    result = gather(server, "none", custom_resources="none")
    (unread,) = result["unread"]
    assert result["references"] == []
    assert {"Namespace", "Deployment", "Pod"} <= set(unread["kinds"])


def test_a_broken_extension_is_listed(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    objects = [workload("Deployment", "web", "web:1"), custom_resource("Widget", "example.com/v1", {})]
    server = sandbox_kubernetes(objects=objects, resources=[custom("Gone", "gone.example.com")])
    server.faults.add(Fault("status", status=503, path="/apis/gone.example.com/v1"))
    server.faults.add(Fault("status", status=500, path="/apis/example.com/v1/widgets"))
    result = gather(server)
    assert brief(result) == ["container web:1 Deployment default/web"]
    assert {kind for entry in result["unread"] for kind in entry["kinds"]} == {
        "*.gone.example.com",
        "Widget.example.com",
    }


@pytest.mark.parametrize(
    ("fault", "missing", "words"),
    [
        (Fault("drop", path="/pods"), ["Pod"], "no connection: "),
        (Fault("status", status=401, path="/jobs"), ["Job", "Pod"], "Unauthorized"),
        (Fault("expire_tokens", path="/pods.*continue"), ["Pod"], "Unauthorized"),
        (Fault("status", status=500, path="/replicasets"), ["ReplicaSet", "Job", "Pod"], "Internal error occurred"),
        (Fault("truncate", path="/pods", after=100), ["Pod"], "no connection: "),
        (Fault("status", status=200, path="/pods", body={"items": 1}), ["Pod"], "is not one of a Kubernetes API"),
        (Fault("status", status=200, path="/pods", html=True), ["Pod"], "is not one of a Kubernetes API"),
    ],
)
def test_a_server_that_fails_meanwhile(
    sandbox_kubernetes: Callable[..., KubernetesServer], fault: Fault, missing: List[str], words: str
) -> None:
    server = sandbox_kubernetes(objects=many(100, replicas=6), faults=[fault])
    result = gather(server)
    assert result["failed"]
    assert result["missing"] == missing
    assert words in result["msg"]
    assert "Nothing is known of " + ", ".join(missing) in result["msg"]
    assert "rules" not in result


@pytest.mark.skipif(not REAL, reason="LONGSHORE_KUBECONFIG names no cluster")
def test_a_real_cluster() -> None:
    """It is only read. Every image of a running pod is found."""
    kubernetes = pytest.importorskip("kubernetes")
    result = run_module(MODULE, {"kubeconfig": REAL})
    assert not result.get("failed"), result["msg"]
    with kubernetes.config.new_client_from_config(REAL) as api:
        pods = kubernetes.client.CoreV1Api(api).list_pod_for_all_namespaces().items
    used = {parse_image(one.image).full for pod in pods for one in pod.spec.containers}
    assert used <= {image["image"] for image in result["images"]}


def test_what_passes_is_repeated(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=deployment("web", "nginx:1"))
    for fault in (
        Fault("status", status=429, headers={"Retry-After": "0"}, path="/pods", times=1),
        Fault("status", status=500, path="/jobs", times=2),
        Fault("drop", path="/deployments", times=1, reset=True),
    ):
        server.faults.add(fault)
    assert brief(gather(server)) == ["container nginx:1 Deployment default/web"]


def test_a_page_that_is_too_large_is_read_in_smaller_ones(
    sandbox_kubernetes: Callable[..., KubernetesServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "LARGEST_PAGE", 100_000)
    server = sandbox_kubernetes(objects=many(100, replicas=6))
    assert len(gather(server)["references"]) == 100
    assert any("limit=50&" in call for call in server.asked())


# Logins


def test_the_login_comes_from_where_kubernetes_core_looks(
    sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = sandbox_kubernetes(objects=deployment("web", "nginx:1"), tls=True, clients=["localhost"])
    path = tmp_path / "kubeconfig"
    path.write_text(yaml.safe_dump(server.kubeconfig()), encoding="utf-8")
    found = ["container nginx:1 Deployment default/web"]
    for options in (
        {"kubeconfig": str(path)},
        {"kubeconfig": server.kubeconfig(), "context": "sandbox"},
        {
            "host": server.url + "/",
            "client_cert": server.certificates.certificate_path,
            "client_key": server.certificates.key_path,
            "ca_cert": server.ca_path,
        },
        {"host": server.url, "api_key": TOKEN, "validate_certs": False},
    ):
        assert brief(gather(None, **options)) == found
    # A token that was read from a file
    assert brief(gather(None, host=server.url, api_key=TOKEN + "\n", ca_cert=server.ca_path)) == found
    # Another context of the same file, whose server is not there.
    assert "127.0.0.1:9" in gather(None, kubeconfig=str(path), context="elsewhere")["msg"]
    # AWX's credential for Kubernetes
    awx = {"HOST": server.url, "API_KEY": TOKEN, "VERIFY_SSL": "True", "SSL_CA_CERT": server.ca_path}
    with monkeypatch.context() as patched:
        for name, value in awx.items():
            patched.setenv("K8S_AUTH_" + name, value)
        assert brief(gather(None)) == found
    (tmp_path / ".kube").mkdir()
    path.rename(tmp_path / ".kube" / "config")
    monkeypatch.setattr(
        "kubernetes.config.kube_config.KUBE_CONFIG_DEFAULT_LOCATION", str(tmp_path / ".kube" / "config")
    )
    result = gather(None)
    assert (brief(result), result["cluster"]) == (found, "sandbox")


def test_in_a_pod_it_is_the_service_account(
    sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = sandbox_kubernetes(objects=deployment("web", "nginx:1"), tls=True)
    (tmp_path / "token").write_text(TOKEN, encoding="utf-8")
    place = "kubernetes.config.incluster_config."
    monkeypatch.setattr(place + "SERVICE_TOKEN_FILENAME", str(tmp_path / "token"))
    monkeypatch.setattr(place + "SERVICE_CERT_FILENAME", server.ca_path)
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", str(server.server.port))
    result = gather(None)
    assert (brief(result), result["cluster"]) == (["container nginx:1 Deployment default/web"], "in-cluster")


def test_impersonation(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    server = sandbox_kubernetes(objects=deployment("web", "nginx:1"))
    result = gather(server, impersonate_user="jane", impersonate_groups=["a", "b"], custom_resources="none")
    assert 'User "jane" cannot list' in result["unread"][0]["reason"]
    assert "impersonate-group" in server.log.entries()[0].headers


def test_a_name_in_a_kubeconfig_is_not_masked(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    """Ansible would hide every text of a kubeconfig, wherever else it occurs."""
    server = sandbox_kubernetes(objects=deployment("web", "nginx:1", "sandbox"))
    result = run_module(MODULE, {"kubeconfig": server.kubeconfig()})
    assert result["cluster"] == "sandbox"
    assert result["references"][0]["owner"] == "Deployment sandbox/web"
    secret_free(json.dumps(result), TOKEN)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"host": "ftp://x", "api_key": "abcdef"}, "invalid URL"),
        ({"host": "https://user:pass@x", "api_key": "abcdef"}, "must not contain a login"),
        ({"kubeconfig": "/nowhere/config"}, "the kubeconfig cannot be used"),
        ({"kubeconfig": "/dev/zero"}, "the kubeconfig cannot be used"),
        ({"kubeconfig": {"clusters": []}}, "the kubeconfig cannot be used"),
        ({}, "Set kubeconfig and context, or host and api_key"),
        ({"host": "https://127.0.0.1:9", "api_key": "abcdef", "ca_cert": "/nowhere"}, "ca_cert"),
        ({"host": "http://127.0.0.1:9", "api_key": "abcdef\nghi"}, "it has a character that cannot be sent"),
        ({"host": "http://127.0.0.1:9", "client_cert": "/nowhere", "client_key": "/nowhere"}, "/nowhere"),
        ({"host": "http://127.0.0.1:9", "api_key": "abcdef", "target": "nowhere"}, "does not name a registry"),
        ({"host": "http://127.0.0.1:9", "api_key": "abcdef", "resource_fields": {"X": ["a b"]}}, 'the fields of "X"'),
        ({"host": "http://127.0.0.1:9", "api_key": "abcdef", "timeout": 0}, "out of range"),
        ({"host": "http://127.0.0.1:9", "api_key": "abcdef"}, "no connection: Connection refused"),
    ],
)
def test_options_that_cannot_be_used(options: Dict[str, Any], words: str) -> None:
    result = run_module(MODULE, options)
    assert result["failed"]
    assert words in result["msg"]
    secret_free(json.dumps(result), "abcdef", "pass@")


def test_a_server_without_tls_is_no_matter_of_authorities(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    url = sandbox_kubernetes().url.replace("http://", "https://")
    result = run_module(MODULE, {"host": url, "api_key": TOKEN})
    assert "TLS failed" in result["msg"]
    assert "Remedy: The server does not speak TLS there" in result["msg"]


def test_a_login_program_that_fails_is_quoted(sandbox_kubernetes: Callable[..., KubernetesServer]) -> None:
    config = sandbox_kubernetes().kubeconfig()
    program = {
        "apiVersion": "client.authentication.k8s.io/v1",
        "command": "sh",
        "args": ["-c", "echo please log in again >&2; exit 1"],
        "interactiveMode": "Never",
    }
    config["users"][0]["user"] = {"exec": program}
    result = run_module(MODULE, {"kubeconfig": config})
    assert "Unauthorized" in result["msg"]
    assert "please log in again" in result["msg"]


def test_a_login_program_that_waits_is_given_up(
    sandbox_kubernetes: Callable[..., KubernetesServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login, "LOGIN_SECONDS", 0.5)
    config = sandbox_kubernetes().kubeconfig()
    program = {"apiVersion": "client.authentication.k8s.io/v1", "command": "sleep", "args": ["5"]}
    config["users"][0]["user"] = {"exec": {**program, "interactiveMode": "Never"}}
    result = run_module(MODULE, {"kubeconfig": config})
    assert result["failed"]
    assert "there was no login after" in result["msg"]
