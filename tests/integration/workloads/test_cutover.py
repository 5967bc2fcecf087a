# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""C(workload_images) switches a cluster of the sandbox and puts it back: outcomes, faults, order, and the record."""

from __future__ import annotations

import base64
import contextlib
import copy
import json
import urllib.request
from pathlib import Path
from typing import Any, Callable, Dict, Iterable, List

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster import client
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover import wave
from ansible_collections.longshore.swr.plugins.module_utils._workloads.record import Record
from ansible_collections.longshore.swr.tests.sandbox import Fault, Registry, Swr, images
from ansible_collections.longshore.swr.tests.sandbox.kubernetes import TOKEN, KubernetesServer
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import Object, metadata, workload
from ansible_collections.longshore.swr.tests.sandbox.swr import login_password
from ansible_collections.longshore.swr.tests.support.modules import run_module
from ansible_collections.longshore.swr.tests.support.playbook import secret_free

pytest.importorskip("kubernetes")

SWR = "swr.cn-north-4.myhuaweicloud.com"
DIGEST, CONVERTED = "sha256:" + "a" * 64, "sha256:" + "b" * 64
PASSWORD = "0123456789abcdef" * 4
MODULE = "workload_images"
KUBE_SYSTEM = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system", "uid": "this-cluster"}}


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(client, "backoff", lambda _attempt: 0.0)
    monkeypatch.setattr(wave, "POLL", 0.0)
    monkeypatch.setattr(wave, "PATIENCE", 0.0)
    monkeypatch.setenv("HOME", str(tmp_path))


class Cluster:
    """A cluster, the report of what was verified, and the record."""

    def __init__(self, server: KubernetesServer, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.report("nginx:1", "redis:7", "bad:1=broken:1", "slow:1=stuck:1")

    def report(self, *equal: str, others: Iterable[Dict[str, Any]] = ()) -> None:
        """Write that these images are there, under the name after C(=) if there is one."""
        results: List[Dict[str, Any]] = [
            {
                "source": "docker.io/library/" + one.partition("=")[0],
                "destination": "{0}/shop/{1}".format(SWR, one.rpartition("=")[2]),
                "verdict": "equal",
                "source_digest": DIGEST,
                "found": CONVERTED,
            }
            for one in equal
        ]
        text = json.dumps({"version": 1, "results": [*results, *others]})
        (self.folder / "verified.json").write_text(text, encoding="utf-8")

    def run(self, state: str = "switched", check_mode: bool = False, **options: Any) -> Dict[str, Any]:
        params = {
            "host": self.server.url,
            "api_key": TOKEN,
            "state": state,
            "record": str(self.folder / "record.jsonl"),
            "custom_resources": "all",
        }
        if state == "switched":
            params["verified"] = [str(self.folder)]
        result = run_module(MODULE, {**params, **options}, check_mode=check_mode)
        record = self.folder / "record.jsonl"
        secret_free(json.dumps(result), TOKEN, PASSWORD, "hidden")
        secret_free(record.read_text(encoding="utf-8") if record.exists() else "", TOKEN, PASSWORD, "hidden")
        return result

    def image(self, kind: str, name: str, container: int = 0, space: str = "shop") -> str:
        template = self.item(kind, name, space)["spec"]["template"]
        return str(template["spec"]["containers"][container]["image"])

    def item(self, kind: str, name: str, space: str = "shop") -> Object:
        resource = next(one for one in self.server.catalogue.resources if one.kind == kind)
        found = self.server.store.get(resource, space, name)
        assert found is not None
        return found

    def put_image(self, name: str, image: str) -> None:
        """Another program changes the image of a Deployment."""
        item = copy.deepcopy(self.item("Deployment", name))
        item["spec"]["template"]["spec"]["containers"][0]["image"] = image
        item["metadata"]["generation"] += 1
        resource = next(one for one in self.server.catalogue.resources if one.kind == "Deployment")
        self.server.store.put(resource, item)

    def patched(self) -> List[str]:
        """The objects that were patched, in order, each once."""
        paths = [entry.path for entry in self.server.log.entries() if entry.method == "PATCH"]
        return list(dict.fromkeys("/".join(path.split("/")[-2:]) for path in paths))


Make = Callable[..., Cluster]


@pytest.fixture(name="cluster")
def _cluster(sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path) -> Make:
    """A cluster with these objects, whose controllers act."""

    def make(*objects: Object, **options: Any) -> Cluster:
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata("default", "shop")}
        server = sandbox_kubernetes(objects=[KUBE_SYSTEM, account, *objects], **{"controllers": True, **options})
        return Cluster(server, tmp_path)

    return make


def deployment(name: str, images: Any = "nginx:1", namespace: str = "shop", spec: Any = None, **more: Any) -> Object:
    item = workload("Deployment", name, images, namespace, **more)
    item["spec"].update(spec or {})
    return item


def stateful(name: str, images: Any = "nginx:1", spec: Any = None) -> Object:
    item = workload("StatefulSet", name, images, "shop")
    item["spec"].update(spec or {})
    return item


def outcomes(result: Dict[str, Any]) -> Dict[str, str]:
    assert "workloads" in result, result["msg"]
    return {one["name"]: one["outcome"] for one in result["workloads"]}


def reasons(result: Dict[str, Any]) -> Dict[str, str]:
    return {one["name"]: "{0[reason]} / {0[remedy]}".format(one) for one in result["workloads"]}


# There and back


def test_there_and_back(cluster: Make) -> None:
    pinned = "x.example.com/app@" + DIGEST
    shop = cluster(deployment("web", ["nginx:1", "nginx:1", pinned]), stateful("db", "redis:7"))
    entry = {"source": "x.example.com/app:2", "destination": SWR + "/a/app:2", "verdict": "equal"}
    shop.report("nginx:1", "redis:7", others=[dict(entry, source_digest=DIGEST, found=CONVERTED)])
    before = [shop.item("Deployment", "web")["spec"], shop.item("StatefulSet", "db")["spec"]]
    first, second = shop.run(), shop.run()
    assert outcomes(first) == {"web": "switched", "db": "switched"}
    assert [shop.image("Deployment", "web", number) for number in range(3)] == [
        SWR + "/shop/nginx:1",
        SWR + "/shop/nginx:1",
        SWR + "/a/app@" + CONVERTED,
    ]
    assert (first["changed"], first["counts"]["switched"], first["counts"]["total"]) == (True, 2, 2)
    assert [(one["container"], one["old"]) for one in first["workloads"][0]["changes"]] == [
        ("app", "nginx:1"),
        ("app-1", "nginx:1"),
        ("app-2", pinned),
    ]
    assert first["diff"][1]["before"] == "spec.template.spec.containers[0].image: redis:7\n"
    assert first["table"][0].split() == ["WORKLOAD", "OUTCOME", "IMAGES", "OR", "REASON"]
    assert (second["changed"], outcomes(second)) == (False, {"web": "unchanged", "db": "unchanged"})
    back, again = shop.run("rolled_back"), shop.run("rolled_back")
    assert (back["changed"], outcomes(back)) == (True, {"web": "rolled_back", "db": "rolled_back"})
    assert [shop.item("Deployment", "web")["spec"], shop.item("StatefulSet", "db")["spec"]] == before
    assert (again["changed"], outcomes(again)) == (False, {})


def test_check_mode_asks_the_server_and_changes_nothing(cluster: Make) -> None:
    shop = cluster(deployment("web"), workload("CronJob", "night", "redis:7", "shop"))
    expected = {"web": "switched", "night": "patched"}
    foreseen = shop.run(check_mode=True)
    assert (foreseen["changed"], outcomes(foreseen)) == (True, expected)
    assert shop.image("Deployment", "web") == "nginx:1"
    assert not (shop.folder / "record.jsonl").exists()
    patches = [one.query for one in shop.server.log.entries() if one.method == "PATCH"]
    assert len(patches) == 2
    assert all("dryRun=All" in query and "fieldManager=longshore-swr" in query for query in patches)
    done = shop.run()
    assert (outcomes(done), done["diff"]) == (expected, foreseen["diff"])
    assert outcomes(shop.run("rolled_back", check_mode=True)) == {"web": "rolled_back", "night": "rolled_back"}
    assert shop.image("Deployment", "web") == SWR + "/shop/nginx:1"


def test_check_mode_foresees_what_stays(cluster: Make) -> None:
    spec = {"replicas": 2, "updateStrategy": {"rollingUpdate": {"partition": 1}}}
    shop = cluster(stateful("db", spec=spec))
    foreseen, done = shop.run(check_mode=True), shop.run()
    assert outcomes(foreseen) == outcomes(done) == {"db": "patched"}
    assert reasons(foreseen) == reasons(done)
    assert "below the partition 1 keep the old image" in reasons(done)["db"]


def test_the_next_apply_has_no_conflict(cluster: Make) -> None:
    """Whoever applied an object before can apply it again, after the switch and after the way back."""
    shop = cluster(deployment("web"))

    def apply(image: str) -> None:
        spec = {"template": {"spec": {"containers": [{"name": "app", "image": image}]}}}
        body = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}
        url = shop.server.url + "/apis/apps/v1/namespaces/shop/deployments/web?fieldManager=helm"
        headers = {"Authorization": "Bearer " + TOKEN, "Content-Type": "application/apply-patch+yaml"}
        request = urllib.request.Request(url, json.dumps(body).encode(), headers, method="PATCH")
        with urllib.request.urlopen(request):
            pass

    apply("nginx:1")
    for states, following in ((["switched"], "nginx:1"), (["switched", "rolled_back"], "nginx:2")):
        for state in states:
            assert shop.run(state)["changed"] is True
        managers = [one["manager"] for one in shop.item("Deployment", "web")["metadata"]["managedFields"]]
        assert managers == ["helm"]
        apply(following)
    assert shop.image("Deployment", "web") == "nginx:2"


def test_what_was_copied_and_verified(cluster: Make, tmp_path: Path) -> None:
    """The report is that of image_verify; the copy was converted, so that a digest changes."""
    with Registry() as source, Swr({"AK": "secret-key"}, organizations=["shop"]) as destination:
        image = images.oci_image("app")
        source.load(image, "team/app", "1")
        source.load(images.oci_image("other"), "team/other", "1")
        app, other = ("{0}/team/{1}:1".format(source.host, one) for one in ("app", "other"))
        login = {"username": "cn-north-4@AK", "password": login_password("AK", "secret-key"), "insecure": True}
        auth = {source.host: {"insecure": True}, destination.host: login}
        rule = {app: "{0}/shop/app".format(destination.host)}
        copied = run_module("image_copy", {"auth": auth, "images": rule})
        assert copied["failed"] is False, copied["msg"]
        path = str(tmp_path / "report.json")
        rules = {**rule, other: "{0}/shop/other".format(destination.host)}
        options = {"auth": auth, "images": rules, "report_path": path, "fail_on_difference": False}
        run_module("image_verify", options)
        shop = cluster(deployment("web", [app, app + "@" + image.digest]), deployment("half", [app, other]))
        result = shop.run(verified=[path])
        assert outcomes(result) == {"web": "switched", "half": "left"}
        assert "it is not there" in reasons(result)["half"]
        digest = destination.manifest("shop/app", "1").digest
        assert digest != image.digest
        to = "{0}/shop/app:1".format(destination.host)
        assert [shop.image("Deployment", "web", number) for number in range(2)] == [to, to + "@" + digest]


# What is not touched, and why


def test_a_workload_with_an_image_that_is_not_verified(cluster: Make) -> None:
    shop = cluster(
        deployment("half", ["nginx:1", "quay.io/a/other:1"]),
        deployment("missing", "redis:7"),
        deployment("pinned", "nginx@sha256:" + "c" * 64),
        deployment("variable", "$(image)"),
        deployment("there", SWR + "/shop/else:3"),
    )
    missing = {"source": "docker.io/library/redis:7", "destination": SWR + "/shop/redis:7", "verdict": "missing"}
    shop.report("nginx:1", others=[dict(missing, reason="it is not there")])
    result = shop.run()
    left = dict.fromkeys(("half", "missing", "pinned", "variable"), "left")
    assert (result["changed"], result["failed"], outcomes(result)) == (False, False, {**left, "there": "unchanged"})
    assert shop.patched() == []
    told = reasons(result)
    assert told["half"].startswith("quay.io/a/other:1: no report has it as verified / Copy it")
    assert told["missing"].startswith("redis:7: no report has it as verified: it is not there / Copy it")
    assert told["variable"].startswith("$(image): it is not the name of an image")


def test_what_others_manage_is_left_unless_asked_for(cluster: Make) -> None:
    helm = {"meta.helm.sh/release-name": "h", "meta.helm.sh/release-namespace": "shop"}
    flux = {"kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux"}
    widget = {"apiVersion": "x.io/v1", "kind": "Widget", "metadata": metadata("w", "shop", uid="widget"), "spec": {}}
    shop = cluster(
        deployment("argo", annotations={"argocd.argoproj.io/tracking-id": "site:apps/Deployment:shop/argo"}),
        deployment("flux", labels=flux),
        deployment("operated", owner=widget),
        deployment("helm", annotations=helm),
        deployment("applied", annotations={"kubectl.kubernetes.io/last-applied-configuration": '{"a": "hidden"}'}),
    )
    result = shop.run()
    left = dict.fromkeys(("argo", "flux", "operated"), "left")
    assert outcomes(result) == {**left, "helm": "switched", "applied": "switched"}
    told = reasons(result)
    assert "source of the application site, with image_references" in told["argo"]
    assert "source of Kustomization flux/apps" in told["flux"]
    assert "Change the image in Widget shop/w" in told["operated"]
    assert "upgrade of the Helm release shop/h puts the old image back" in told["helm"]
    assert "next kubectl apply" in told["applied"]
    assert len(result["warnings"]) == 2
    forced = shop.run(patch_managed=True)
    assert {one["name"] for one in forced["workloads"] if one["outcome"] == "switched"} == set(left)
    assert set(outcomes(shop.run("rolled_back")).values()) == {"rolled_back"}


WAITING = {"updateStrategy": {"type": "OnDelete"}}
ROLLOUT = {
    "apiVersion": "argoproj.io/v1alpha1",
    "kind": "Rollout",
    "metadata": metadata("x", "shop", uid="rollout"),
    "spec": {
        "template": {"spec": {"containers": [{"name": "a", "image": "nginx:1"}, {"name": "b", "image": "redis:7"}]}}
    },
}
TASK = {
    "apiVersion": "tekton.dev/v1",
    "kind": "Task",
    "metadata": metadata("x", "shop", uid="task"),
    "spec": {"steps": [{"name": "build", "image": "nginx:1"}]},
}
RUN = dict(TASK, kind="TaskRun", spec={"taskSpec": TASK["spec"]})


@pytest.mark.parametrize(
    ("item", "outcome", "reason"),
    [
        (deployment("x", spec={"paused": True}), "patched", "kubectl rollout resume deployment/x -n shop"),
        (deployment("x", spec={"replicas": 0}), "patched", "no replicas"),
        (stateful("x", spec=WAITING), "patched", "until they are deleted (OnDelete)"),
        (stateful("x", spec={"updateStrategy": {"rollingUpdate": {"partition": 1}}}), "patched", "partition 1"),
        (workload("DaemonSet", "x", "nginx:1", "shop"), "switched", ""),
        (workload("CronJob", "x", "nginx:1", "shop"), "patched", "its next run"),
        (workload("ReplicaSet", "x", "nginx:1", "shop"), "patched", "until they are replaced"),
        (workload("PodTemplate", "x", "nginx:1", "shop"), "patched", "made from it"),
        (workload("Job", "x", "nginx:1", "shop"), "left", "template of a Job cannot be changed"),
        (
            dict(
                workload("Job", "x", "nginx:1", "shop"), status={"conditions": [{"type": "Complete", "status": "True"}]}
            ),
            "left",
            "has ended",
        ),
        (workload("Pod", "x", "nginx:1", "shop"), "left", "nothing would replace the pod"),
        (
            workload("Pod", "x", "nginx:1", "shop", annotations={"kubernetes.io/config.mirror": "1"}),
            "left",
            "on its node",
        ),
        (ROLLOUT, "patched", "its controller rolls it out"),
        (TASK, "patched", "its controller rolls it out"),
        (RUN, "left", "a run cannot be changed"),
    ],
)
def test_each_kind_has_a_documented_outcome(cluster: Make, item: Object, outcome: str, reason: str) -> None:
    shop = cluster(item, controllers=False) if outcome != "switched" else cluster(item)
    result = shop.run()
    (one,) = result["workloads"]
    assert one["outcome"] == outcome, one
    assert reason in one["reason"] + one["remedy"]
    assert result["failed"] is False
    back = shop.run("rolled_back")
    assert [one["outcome"] for one in back["workloads"]] == ([] if outcome == "left" else ["rolled_back"])


# Roll-outs that fail


def test_what_fails_is_put_back_alone_and_no_other_is_begun(cluster: Make) -> None:
    names = [deployment("a"), deployment("b", "bad:1"), deployment("c"), deployment("d")]
    shop = cluster(*names, stateful("e"))
    result = shop.run(parallel=2)
    ended = outcomes(result)
    assert result["failed"] is True
    assert (ended["a"], ended["b"], ended["e"]) == ("switched", "put_back", "pending")
    assert "ImagePull" in reasons(result)["b"]
    assert result["msg"].startswith("1 switched, 1 put back, 3 not begun, in ")
    assert "First: Deployment shop/b: pod b-" in result["msg"]
    assert [shop.image("Deployment", name) for name in "ab"] == [SWR + "/shop/nginx:1", "bad:1"]
    shop.report("nginx:1")
    assert outcomes(shop.run()) == {"a": "unchanged", "b": "left", **dict.fromkeys("cde", "switched")}
    assert {one["name"] for one in shop.run("rolled_back")["workloads"]} == set("acde")


def test_the_order_and_how_many_may_fail(cluster: Make) -> None:
    shop = cluster(
        deployment("a-last", spec={"strategy": {"type": "Recreate"}}),
        stateful("b-set"),
        deployment("c", "bad:1"),
        deployment("d", "slow:1"),
        deployment("e"),
    )
    result = shop.run(max_failures=3, parallel=1)
    assert outcomes(result) == {
        "a-last": "switched",
        "b-set": "switched",
        "c": "put_back",
        "d": "put_back",
        "e": "switched",
    }
    assert "ProgressDeadlineExceeded" in reasons(result)["d"]
    assert [path.partition("/")[2] for path in shop.patched()] == ["c", "d", "e", "b-set", "a-last"]


@pytest.mark.parametrize("delete", [False, True])
def test_a_stateful_set_is_put_back_with_its_pods_if_asked(cluster: Make, delete: bool) -> None:
    shop = cluster(stateful("db", "bad:1", {"replicas": 2}))
    shop.run(check_mode=True)
    result = shop.run(delete_stuck_pods=delete)
    assert outcomes(result) == {"db": "put_back"}
    assert shop.image("StatefulSet", "db") == "bad:1"
    deleted = [one.path for one in shop.server.log.entries() if one.method == "DELETE"]
    assert deleted == (["/api/v1/namespaces/shop/pods/db-1"] if delete else [])
    assert ("its pods db-1 stay on the image that failed" in reasons(result)["db"]) is not delete


def test_a_quota_that_lets_no_pod_be_created(cluster: Make) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata("small", "shop"),
        "spec": {"hard": {"pods": "1"}},
    }
    shop = cluster(quota, deployment("web"))
    result = shop.run()
    assert outcomes(result) == {"web": "put_back"}
    assert "no pod can be created: FailedCreate: " in reasons(result)["web"]
    assert "exceeded quota: small" in reasons(result)["web"]


def test_a_roll_out_that_stalls(cluster: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on full nodes: nothing fails, and nothing goes on."""
    monkeypatch.setattr(wave, "POLL", 0.05)
    shop = cluster(stateful("db", "slow:1"))
    result = shop.run(wait_timeout=1)
    assert outcomes(result) == {"db": "failed"}
    assert "it is not ready after 1 second: " in reasons(result)["db"]
    assert "lack of room on the nodes" in reasons(result)["db"]
    assert shop.image("StatefulSet", "db") == "slow:1"


def test_what_was_not_ready_before_is_not_waited_for(cluster: Make) -> None:
    shop = cluster(deployment("web", "stuck/bad:1"))
    entry = {"source": "docker.io/stuck/bad:1", "destination": SWR + "/shop/broken:1", "verdict": "equal"}
    shop.report(others=[entry])
    result = shop.run()
    assert outcomes(result) == {"web": "put_back"}
    assert "its pods were not ready before either" in reasons(result)["web"]
    assert shop.image("Deployment", "web") == "stuck/bad:1"


def test_without_the_right_to_list_pods(cluster: Make) -> None:
    resources = ["deployments.apps", "namespaces", "secrets", "serviceaccounts"]
    people = {TOKEN: {"name": "switcher", "rules": [{"resources": resources}]}}
    shop = cluster(deployment("a"), deployment("b", "bad:1"), tokens=people)
    result = shop.run()
    assert outcomes(result) == {"a": "switched", "b": "put_back"}
    assert "ProgressDeadlineExceeded" in reasons(result)["b"]
    assert json.dumps(result["warnings"]).count("pods may not be listed in the namespace shop") == 1
    assert "Pod" in json.dumps(result["unread"])


@pytest.mark.parametrize("state", ["switched", "rolled_back"])
def test_a_controller_that_reverts(cluster: Make, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """The roll-out ends well, but with the image of somebody else."""
    shop = cluster(deployment("a-other", "redis:7"), deployment("web"))
    if state == "rolled_back":
        shop.run(max_failures=2)
    begun, step = shop.image("Deployment", "web"), shop.server.controllers.step

    def revert() -> None:
        if shop.image("Deployment", "web") != begun:
            shop.put_image("web", begun)
        step()

    monkeypatch.setattr(shop.server.controllers, "step", revert)
    result = shop.run(state, max_failures=2)
    assert outcomes(result) == {"a-other": state, "web": "failed"}
    assert reasons(result)["web"].startswith(
        "others have changed it since: spec.template.spec.containers[0].image is {0} now / ".format(begun)
    )
    assert shop.image("Deployment", "web") == begun


# Pull secrets


def secret(name: str, user: str = "cn-north-4@AK", password: str = PASSWORD, **labels: str) -> Object:
    login = {"username": user, "password": password}
    data = base64.b64encode(json.dumps({"auths": {SWR: login}}).encode()).decode()
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "kubernetes.io/dockerconfigjson",
        "metadata": metadata(name, "shop", labels=labels),
        "data": {".dockerconfigjson": data},
    }


def test_the_secret_of_cce_is_used_where_it_belongs(cluster: Make) -> None:
    cce = {"secret-generated-by": "cce"}
    listed = workload("Deployment", "listed", "nginx:1", "shop", spec={"imagePullSecrets": [{"name": "old"}]})
    shop = cluster(secret("default-secret", password="hidden", **cce), listed, deployment("plain"), deployment("other"))
    result = shop.run()
    assert {one["pull_secret"] for one in result["workloads"]} == {"default-secret"}
    names = [{"name": "old"}, {"name": "default-secret"}]
    assert shop.item("Deployment", "listed")["spec"]["template"]["spec"]["imagePullSecrets"] == names
    assert "imagePullSecrets" not in shop.item("Deployment", "plain")["spec"]["template"]["spec"]
    assert shop.item("ServiceAccount", "default")["imagePullSecrets"] == names[1:]
    assert shop.patched().count("serviceaccounts/default") == 1
    assert shop.server.count(method="POST") == 0
    # The account has it until the last workload that needs it is back.
    shop.run("rolled_back", label_selectors=["tier=none"])
    assert shop.item("ServiceAccount", "default")["imagePullSecrets"] == names[1:]
    shop.run("rolled_back")
    assert shop.item("Deployment", "listed")["spec"]["template"]["spec"]["imagePullSecrets"] == names[:1]
    assert not shop.item("ServiceAccount", "default").get("imagePullSecrets")
    assert Record(str(shop.folder / "record.jsonl")).objects == []


def test_a_secret_stays_where_others_need_it_now(cluster: Make) -> None:
    """As after an upgrade that takes a newer image from the destination."""
    listed = workload("Deployment", "listed", "nginx:1", "shop", spec={"imagePullSecrets": [{"name": "old"}]})
    shop = cluster(secret("swr"), listed, deployment("plain"))
    shop.run(pull_secret="swr")
    for name in ("listed", "plain"):
        shop.put_image(name, SWR + "/shop/nginx:2")
    back = shop.run("rolled_back")
    assert (back["changed"], outcomes(back)) == (False, {"listed": "left", "plain": "left"})
    names = [{"name": "old"}, {"name": "swr"}]
    assert shop.item("Deployment", "listed")["spec"]["template"]["spec"]["imagePullSecrets"] == names
    assert shop.item("ServiceAccount", "default")["imagePullSecrets"] == names[1:]
    # When no image is from there any more, it goes.
    for name in ("listed", "plain"):
        shop.put_image(name, "nginx:2")
    assert outcomes(shop.run("rolled_back")) == {"listed": "rolled_back", "plain": "left"}
    assert shop.item("Deployment", "listed")["spec"]["template"]["spec"]["imagePullSecrets"] == names[:1]
    assert not shop.item("ServiceAccount", "default").get("imagePullSecrets")
    assert Record(str(shop.folder / "record.jsonl")).objects == []


def test_a_temporary_login_only_if_asked(cluster: Make) -> None:
    shop = cluster(secret("swr", password="hidden"), deployment("web"))
    refused = shop.run(pull_secret="swr")
    assert outcomes(refused) == {"web": "left"}
    assert "temporary login" in reasons(refused)["web"]
    assert outcomes(shop.run(pull_secret="swr", allow_temporary_login=True)) == {"web": "switched"}


# Faults


def test_conflicts_on_the_way(cluster: Make) -> None:
    shop = cluster(deployment("web"))
    shop.server.faults.add(Fault("status", status=409, method="PATCH", times=2))
    shop.server.faults.add(Fault("drop_after_work", method="PATCH", nth=3))
    assert outcomes(shop.run()) == {"web": "switched"}
    assert outcomes(shop.run("rolled_back")) == {"web": "rolled_back"}


def test_what_an_admission_webhook_refuses(cluster: Make) -> None:
    shop = cluster(deployment("a"), deployment("b"))
    shop.server.faults.add(Fault("status", status=422, method="PATCH", path="deployments/a"))
    result = shop.run(max_failures=2)
    assert outcomes(result) == {"a": "failed", "b": "switched"}
    assert reasons(result)["a"].startswith("the API server refuses the change: ")
    assert [one.name for one in Record(str(shop.folder / "record.jsonl")).objects] == ["b"]


@pytest.mark.parametrize("after", [1, 5, 9])
def test_an_api_server_that_goes_away(cluster: Make, after: int) -> None:
    names = "abcdef"
    shop = cluster(*(deployment(name) for name in names))
    # When the wave has begun.
    shop.server.faults.add(Fault("drop", path="/deployments/", skip=after))
    result = shop.run(parallel=2)
    assert result["failed"] is True
    assert "It was broken off: " in result["msg"]
    ended = outcomes(result)
    assert set(ended.values()) <= {"switched", "unfinished", "pending"}
    assert sorted(ended) == list(names)
    assert result["counts"]["pending"]
    for name, outcome in ended.items():
        assert (shop.image("Deployment", name) == "nginx:1") >= (outcome == "pending")
    shop.server.faults.clear()
    completed = shop.run()
    assert set(outcomes(completed).values()) <= {"switched", "unchanged"}
    # What was only not seen to be ready is not changed again.
    assert len(completed["diff"]) == len([name for name in names if ended[name] == "pending"])
    entries = Record(str(shop.folder / "record.jsonl")).objects
    assert {entry.name for entry in entries if entry.done} == set(names)
    assert set(outcomes(shop.run("rolled_back")).values()) == {"rolled_back"}
    assert {shop.image("Deployment", name) for name in names} == {"nginx:1"}


class Killed(BaseException):
    """The end of the process."""


@pytest.mark.parametrize("at", [1, 2, 3, 4])
@pytest.mark.parametrize("state", ["switched", "rolled_back"])
def test_a_run_that_is_killed(cluster: Make, monkeypatch: pytest.MonkeyPatch, at: int, state: str) -> None:
    """Before or after a patch or the removal of a claim: the next run completes it, and all goes back."""
    shop = cluster(deployment("a"), deployment("b"))
    if state == "rolled_back":
        shop.run()
    patch, count = client.ClusterClient.patch, [0]

    def dying(self: Any, *arguments: Any) -> Any:
        count[0] += 1
        if count[0] == at:
            raise Killed
        return patch(self, *arguments)

    with monkeypatch.context() as context:
        context.setattr(client.ClusterClient, "patch", dying)
        with contextlib.suppress(Killed):
            shop.run(state)
    if state == "switched":
        shop.run()
        assert {shop.image("Deployment", name) for name in "ab"} == {SWR + "/shop/nginx:1"}
    shop.run("rolled_back")
    assert {shop.image("Deployment", name) for name in "ab"} == {"nginx:1"}
    claims = [
        claim["manager"]
        for name in "ab"
        for claim in shop.item("Deployment", name)["metadata"].get("managedFields", ())
    ]
    assert claims == []
    assert Record(str(shop.folder / "record.jsonl")).objects == []
    assert shop.run("rolled_back")["changed"] is False


# The record


def test_only_what_is_asked_for_goes_back(cluster: Make) -> None:
    shop = cluster(
        deployment("a", labels={"tier": "front"}), deployment("b"), deployment("c"), deployment("d", namespace="pay")
    )
    shop.run()
    shop.item("Deployment", "c")["spec"]["template"]["spec"]["containers"][0]["image"] = "nginx:2"
    assert outcomes(shop.run("rolled_back", namespaces=["pay"])) == {"d": "rolled_back"}
    assert outcomes(shop.run("rolled_back", label_selectors=["tier=front"])) == {"a": "rolled_back"}
    resource = next(one for one in shop.server.catalogue.resources if one.kind == "Deployment")
    shop.server.store.remove(resource, "shop", "b")
    result = shop.run("rolled_back")
    assert (result["failed"], outcomes(result)) == (False, {"b": "left", "c": "left"})
    assert "containers[0].image is nginx:2 now" in reasons(result)["c"]
    assert "it is gone" in reasons(result)["b"]
    assert outcomes(shop.run("rolled_back")) == {}


def test_a_record_of_two_clusters_and_of_files(
    cluster: Make, sandbox_kubernetes: Callable[..., KubernetesServer], tmp_path: Path
) -> None:
    shop = cluster(deployment("web"))
    other = dict(KUBE_SYSTEM, metadata=dict(KUBE_SYSTEM["metadata"], uid="another-cluster"))
    second = Cluster(sandbox_kubernetes(objects=[other, deployment("web", uid="2")], controllers=True), tmp_path)
    shop.run(), second.run()
    (tmp_path / "files").mkdir()
    manifest = tmp_path / "files" / "web.yaml"
    manifest.write_text(json.dumps(deployment("web")), encoding="utf-8")
    files = {"record": str(tmp_path / "record.jsonl"), "paths": [str(tmp_path / "files")]}
    rules = {"docker.io/library/nginx:1": SWR + "/shop/nginx:1"}
    assert run_module("image_references", dict(files, images=rules))["changed"] is True
    assert outcomes(shop.run("rolled_back")) == {"web": "rolled_back"}
    assert second.image("Deployment", "web") == SWR + "/shop/nginx:1"
    assert run_module("image_references", dict(files, state="rolled_back"))["changed"] is True
    assert "swr" not in manifest.read_text(encoding="utf-8")
    assert outcomes(second.run("rolled_back")) == {"web": "rolled_back"}


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"verified": ["nowhere.json"]}, "there is no report"),
        ({"verified": []}, "verified"),
        ({"parallel": 0}, "parallel"),
        ({"max_failures": 0}, "max_failures"),
        ({"wait_timeout": 0}, "wait_timeout"),
        ({"record": ""}, "record"),
    ],
)
def test_bad_options_before_anything_is_asked(cluster: Make, options: Dict[str, Any], text: str) -> None:
    shop = cluster(deployment("web"))
    result = shop.run(**options)
    assert result["failed"] is True
    assert text in result["msg"]
    assert shop.server.asked() == []


def test_a_report_of_something_else(cluster: Make) -> None:
    shop = cluster(deployment("web"))
    for text in ("no JSON", '{"version": 1, "results": [{"source": "a", "destination": "b", "outcome": "copied"}]}'):
        (shop.folder / "verified.json").write_text(text, encoding="utf-8")
        assert "this is not a report of image_verify" in shop.run()["msg"]
    (shop.folder / "record.jsonl").write_text('{"uid": "x"}\n', encoding="utf-8")
    shop.report("nginx:1")
    assert "line 1 is not an entry of a record" in shop.run()["msg"]


# Many


def test_two_hundred_workloads_in_waves(cluster: Make) -> None:
    spaces = ["team-{0}".format(number) for number in range(4)]
    names = ["w{0:03}".format(number) for number in range(200)]
    items = [deployment(name, ["nginx:1", "redis:7"], spaces[number % 4]) for number, name in enumerate(names)]
    shop = cluster(*items)
    switched: List[str] = []
    for number, space in enumerate(spaces):
        if number == 2:
            # The wave after this one completes it.
            shop.server.faults.add(Fault("drop", path="/deployments/", skip=60))
            assert shop.run(namespaces=[space], parallel=25)["failed"] is True
            shop.server.faults.clear()
        result = shop.run(namespaces=[space], parallel=25)
        assert result["failed"] is False, result["msg"]
        switched += outcomes(result)
    assert sorted(switched) == names
    assert outcomes(shop.run(parallel=25)) == dict.fromkeys(names, "unchanged")
    entries = Record(str(shop.folder / "record.jsonl")).objects
    assert sorted(entry.name for entry in entries) == names
    assert all(entry.done and len(entry.changes) == 2 for entry in entries)
    for number, name in enumerate(names):
        for container, image in enumerate(("/shop/nginx:1", "/shop/redis:7")):
            assert shop.image("Deployment", name, container, spaces[number % 4]) == SWR + image
    back = shop.run("rolled_back", parallel=50)
    assert outcomes(back) == dict.fromkeys(names, "rolled_back")
    assert shop.image("Deployment", "w007", 1, "team-3") == "redis:7"
