# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roll-outs in the sandbox's Kubernetes API: what the controllers, the scheduler and the kubelet would do.

They act by steps: one each time a client reads a Deployment, StatefulSet or DaemonSet, or pods. So a test never waits,
and always sees every state. An image whose name contains C(broken) cannot be pulled, one with C(stuck) never becomes
ready. As in a cluster:

- a new revision of a Deployment starts next to the old pods, which stay while it does not become ready; with Recreate,
  they stop first;
- a StatefulSet replaces its pods one by one. A pod that is not ready stays, even when the template is put back:
  somebody has to delete it;
- paused Deployments, C(OnDelete) and partitions leave pods as they are;
- a ResourceQuota refuses pods, also those that a Deployment adds while it rolls out.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, List, Optional, Tuple

from .kubernetes_kinds import Catalogue, Resource
from .kubernetes_objects import metadata, running, str_uid
from .kubernetes_store import Store

Object = Dict[str, Any]
BROKEN = "broken"
STUCK = "stuck"
_KINDS = ("Deployment", "StatefulSet", "DaemonSet")
_HASH = "pod-template-hash"
_REVISION = "controller-revision-hash"


class Controllers:
    """
    :param deadline: steps after which a Deployment that does not progress says so.
    """

    def __init__(self, store: Store, catalogue: Catalogue, deadline: int = 3) -> None:
        self._store = store
        self._kinds = {one.kind: one for one in catalogue.resources if not one.custom}
        self._deadline = deadline
        self._waited: Dict[str, int] = {}
        self._owned: Tuple[int, Dict[str, List[Object]]] = (-1, {})
        self._settled: Dict[str, List[str]] = {}

    def concerns(self, resource: Resource) -> bool:
        """Whether reading it is a step."""
        return not resource.custom and (resource.kind in _KINDS or resource.kind == "Pod")

    def step(self) -> None:
        """Let every controller do one thing."""
        with self._store.lock:
            for pod in self._store.all(self._kinds["Pod"]):
                self._start(pod)
            for kind in _KINDS:
                for item in self._store.all(self._kinds[kind]):
                    # What has changed nothing would do so again; what is not ready yet counts the steps.
                    if self._settled.get(item["metadata"]["uid"]) != self._versions(item):
                        getattr(self, "_" + kind.lower())(item)

    def _versions(self, item: Object) -> List[str]:
        """The versions of an object and of all below it."""
        below = self._below(item)
        found = [item, *below, *(pod for one in below for pod in self._below(one))]
        return [one["metadata"]["resourceVersion"] for one in found]

    def _below(self, owner: Object) -> List[Object]:
        """The objects that an object owns."""
        if self._owned[0] != self._store.version:
            owned: Dict[str, List[Object]] = {}
            for kind in ("ReplicaSet", "Pod"):
                for one in self._store.all(self._kinds[kind]):
                    for reference in one["metadata"].get("ownerReferences", ()):
                        owned.setdefault(reference["uid"], []).append(one)
            self._owned = (self._store.version, owned)
        return self._owned[1].get(owner["metadata"]["uid"], [])

    # Pods

    def _start(self, pod: Object) -> None:
        """Pending, then running, or waiting for an image that cannot be pulled."""
        if pod.get("status", {}).get("phase") != "Pending":
            return
        broken = [one for one in pod["spec"]["containers"] if BROKEN in one["image"]]
        if not broken:
            stuck = any(STUCK in one["image"] for one in pod["spec"]["containers"])
            ready = [{"type": "Ready", "status": "False" if stuck else "True"}]
            started = running(pod)
            started["status"]["conditions"] = ready
            self._put("Pod", started)
            return
        known = pod["status"].get("containerStatuses")
        reason = "ImagePullBackOff" if known else "ErrImagePull"
        waiting = {"waiting": {"reason": reason, "message": "the image {0} is not there".format(broken[0]["image"])}}
        statuses = [{"name": one["name"], "image": one["image"], "ready": False, "state": waiting} for one in broken]
        conditions = [{"type": "Ready", "status": "False", "reason": "ContainersNotReady"}]
        status = {"phase": "Pending", "containerStatuses": statuses, "conditions": conditions}
        if pod["status"] != status:
            self._put("Pod", dict(pod, status=status))

    def _pods_of(self, owner: Object) -> List[Object]:
        return [one for one in self._below(owner) if one["kind"] == "Pod"]

    def _create_pod(self, owner: Object, name: str, labels: Dict[str, str]) -> str:
        """Why the pod cannot be created; empty if it was."""
        template = owner["spec"]["template"]
        space = owner["metadata"]["namespace"]
        refusal = self._refusal(space, name)
        if refusal:
            return refusal
        about = metadata(name, space, owner, labels={**template.get("metadata", {}).get("labels", {}), **labels})
        about["uid"] = str_uid("Pod", space, name, str(self._store.version))
        self._store.create(
            self._kinds["Pod"], {"metadata": about, "spec": template["spec"], "status": {"phase": "Pending"}}
        )
        return ""

    def _refusal(self, space: str, name: str) -> str:
        used = len([pod for pod in self._store.all(self._kinds["Pod"]) if pod["metadata"]["namespace"] == space])
        for quota in self._store.all(self._kinds["ResourceQuota"]):
            hard = quota["spec"]["hard"].get("pods")
            if quota["metadata"]["namespace"] == space and hard is not None and used >= int(hard):
                text = (
                    'pods "{0}" is forbidden: exceeded quota: {1}, requested: pods=1, used: pods={2}, limited: pods={3}'
                )
                return text.format(name, quota["metadata"]["name"], used, hard)
        return ""

    def _delete_pod(self, pod: Object) -> None:
        self._store.remove(self._kinds["Pod"], pod["metadata"]["namespace"], pod["metadata"]["name"])

    # Deployments

    def _deployment(self, item: Object) -> None:
        spec = item["spec"]
        if spec.get("paused"):
            self._report(item, dict(item.get("status") or {}))
            return
        wanted = spec.get("replicas", 1)
        revision = _revision_of(spec["template"])
        sets = [one for one in self._below(item) if one["kind"] == "ReplicaSet"]
        current = next((one for one in sets if one["metadata"].get("labels", {}).get(_HASH) == revision), None)
        if current is None:
            current = self._create_set(item, revision, wanted)
        elif current["spec"]["replicas"] != wanted:
            current = self._put("ReplicaSet", dict(current, spec=dict(current["spec"], replicas=wanted)))
        old = [one for one in sets if one["metadata"]["uid"] != current["metadata"]["uid"]]
        stops = (spec.get("strategy") or {}).get("type") == "Recreate" and any(self._pods_of(one) for one in old)
        for one in old if stops else ():
            self._empty(one)
        refusal = "" if stops else self._fill(current, wanted)
        ready = [pod for pod in self._pods_of(current) if _is_ready(pod)]
        if len(ready) == wanted:
            for one in old:
                self._empty(one)
        kept = [pod for one in old for pod in self._pods_of(one)]
        self._report_deployment(item, wanted, ready, kept, len(self._pods_of(current)), refusal)

    def _create_set(self, item: Object, revision: str, replicas: int) -> Object:
        space, name = item["metadata"]["namespace"], item["metadata"]["name"]
        about = metadata("{0}-{1}".format(name, revision), space, item, labels={_HASH: revision})
        spec = {"replicas": replicas, "selector": item["spec"].get("selector"), "template": item["spec"]["template"]}
        return self._store.create(self._kinds["ReplicaSet"], {"metadata": about, "spec": spec})

    def _fill(self, one: Object, wanted: int) -> str:
        """Why not all pods can be created; empty if they were."""
        have = self._pods_of(one)
        refusals = []
        for number in range(len(have), wanted):
            name = "{0}-{1:05}".format(one["metadata"]["name"], number)
            refusals.append(self._create_pod(one, name, {_HASH: one["metadata"]["labels"][_HASH]}))
        return next((text for text in refusals if text), "")

    def _empty(self, one: Object) -> None:
        for pod in self._pods_of(one):
            self._delete_pod(pod)
        if one["spec"]["replicas"]:
            self._put("ReplicaSet", dict(one, spec=dict(one["spec"], replicas=0)))

    def _report_deployment(
        self, item: Object, wanted: int, ready: List[Object], old: List[Object], updated: int, refusal: str
    ) -> None:
        done = len(ready) == wanted and not old
        key = "{0}/{1}".format(item["metadata"]["uid"], item["metadata"].get("generation"))
        waited = self._waited[key] = 0 if done else self._waited.get(key, 0) + 1
        late = waited > self._deadline
        reason = "NewReplicaSetAvailable" if done else "ProgressDeadlineExceeded" if late else "ReplicaSetUpdated"
        available = len(ready) + len([pod for pod in old if _is_ready(pod)])
        status: Object = {
            "replicas": updated + len(old),
            "updatedReplicas": updated,
            "readyReplicas": available,
            "availableReplicas": available,
            "conditions": [
                {"type": "Available", "status": "True" if available >= wanted else "False"},
                {"type": "Progressing", "status": "False" if late else "True", "reason": reason},
            ],
        }
        if refusal:
            failure = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": refusal}
            status["conditions"].append(failure)
        self._report(item, status, done)

    # StatefulSets and DaemonSets

    def _statefulset(self, item: Object) -> None:
        spec, status = item["spec"], item.get("status") or {}
        wanted, revision = spec.get("replicas", 1), _revision_of(spec["template"])
        strategy = spec.get("updateStrategy") or {}
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        pods = {pod["metadata"]["name"]: pod for pod in self._pods_of(item)}
        self._one_of_set(item, pods, wanted, revision, wanted if strategy.get("type") == "OnDelete" else partition)
        pods = {pod["metadata"]["name"]: pod for pod in self._pods_of(item)}
        updated = [pod for pod in pods.values() if pod["metadata"]["labels"].get(_REVISION) == revision]
        ready = [pod for pod in pods.values() if _is_ready(pod)]
        done = len(updated) == wanted and len(ready) == wanted
        self._report(
            item,
            {
                "replicas": len(pods),
                "readyReplicas": len(ready),
                "availableReplicas": len(ready),
                "updatedReplicas": len(updated),
                "currentRevision": revision if done else status.get("currentRevision", revision),
                "updateRevision": revision,
            },
        )

    def _one_of_set(self, item: Object, pods: Dict[str, Object], wanted: int, revision: str, partition: int) -> None:
        """Create the next pod that is missing, or replace the last one of another revision, if all others are ready."""
        name = item["metadata"]["name"]
        for number in range(wanted):
            pod = "{0}-{1}".format(name, number)
            if pod not in pods:
                self._create_pod(item, pod, {_REVISION: revision})
                return
            if not _is_ready(pods[pod]):
                return
        for number in reversed(range(partition, wanted)):
            pod = pods["{0}-{1}".format(name, number)]
            if pod["metadata"]["labels"].get(_REVISION) != revision:
                self._delete_pod(pod)
                return

    def _daemonset(self, item: Object) -> None:
        """On a cluster of one node."""
        revision = _revision_of(item["spec"]["template"])
        on_delete = (item["spec"].get("updateStrategy") or {}).get("type") == "OnDelete"
        pods = self._pods_of(item)
        if not pods:
            self._create_pod(item, item["metadata"]["name"] + "-node", {_REVISION: revision})
        elif pods[0]["metadata"]["labels"].get(_REVISION) != revision and not on_delete:
            self._delete_pod(pods[0])
        pods = self._pods_of(item)
        updated = [pod for pod in pods if pod["metadata"]["labels"].get(_REVISION) == revision]
        ready = [pod for pod in pods if _is_ready(pod)]
        self._report(
            item,
            {
                "desiredNumberScheduled": 1,
                "currentNumberScheduled": len(pods),
                "updatedNumberScheduled": len(updated),
                "numberReady": len(ready),
                "numberAvailable": len(ready),
            },
        )

    # Objects

    def _report(self, item: Object, status: Object, done: bool = False) -> None:
        status = dict(status, observedGeneration=item["metadata"].get("generation", 1))
        if item.get("status") != status:
            self._put(item["kind"], dict(item, status=status))
        elif done:
            self._settled[item["metadata"]["uid"]] = self._versions(item)

    def _put(self, kind: str, item: Object) -> Object:
        return self._store.put(self._kinds[kind], dict(item, metadata=dict(item["metadata"])))


def _revision_of(template: Object) -> str:
    return hashlib.sha256(json.dumps(template, sort_keys=True).encode()).hexdigest()[:10]


def _is_ready(pod: Object) -> bool:
    status: Optional[Object] = pod.get("status")
    return bool(status) and {"type": "Ready", "status": "True"} in status.get("conditions", ())
