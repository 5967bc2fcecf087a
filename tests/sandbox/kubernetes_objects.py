# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects for the sandbox's Kubernetes API, as a cluster has them: templates, owners, pods that run."""

from __future__ import annotations

import hashlib
from typing import Any, Dict, Iterator, List, Mapping, Optional, Sequence, Union

Object = Dict[str, Any]
Images = Union[str, Sequence[str], Mapping[str, str]]

API_VERSIONS = {
    "Deployment": "apps/v1",
    "StatefulSet": "apps/v1",
    "DaemonSet": "apps/v1",
    "ReplicaSet": "apps/v1",
    "Job": "batch/v1",
    "CronJob": "batch/v1",
    "Pod": "v1",
    "PodTemplate": "v1",
    "ReplicationController": "v1",
}


def pod_spec(images: Images, init: Images = (), **more: Any) -> Object:
    """C(spec) of a pod.

    :param images: of its containers, by name or in order; of C(init), likewise.
    """
    spec: Object = {"containers": _containers(images, "app"), "serviceAccountName": "default"}
    if init:
        spec["initContainers"] = _containers(init, "init")
    return dict(spec, **more)


def _containers(images: Images, name: str) -> List[Object]:
    if isinstance(images, str):
        images = [images]
    if not isinstance(images, Mapping):
        images = {name if number == 0 else "{0}-{1}".format(name, number): one for number, one in enumerate(images)}
    return [
        {"name": one, "image": image, "imagePullPolicy": "IfNotPresent", "resources": {}}
        for one, image in images.items()
    ]


def metadata(name: str, namespace: str = "default", owner: Optional[Object] = None, **more: Any) -> Object:
    """C(metadata) of an object. :param owner: its controller, an object with C(metadata.uid)."""
    found: Object = {"name": name, "namespace": namespace, **more}
    if owner is not None:
        reference = {
            "apiVersion": owner["apiVersion"],
            "kind": owner["kind"],
            "name": owner["metadata"]["name"],
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
        found["ownerReferences"] = [reference]
    return found


def workload(
    kind: str,
    name: str,
    images: Images,
    namespace: str = "default",
    init: Images = (),
    owner: Optional[Object] = None,
    spec: Optional[Object] = None,
    **more: Any,
) -> Object:
    """An object of a built-in kind with a pod template, or a pod.

    :param spec: further fields of the pod's spec. Further arguments are metadata, such as C(labels).
    """
    more.setdefault("uid", str_uid(kind, namespace, name))
    pod = pod_spec(images, init, **(spec or {}))
    labels = {"app": name}
    item: Object = {
        "apiVersion": API_VERSIONS[kind],
        "kind": kind,
        "metadata": metadata(name, namespace, owner, **more),
    }
    template = {"metadata": {"labels": labels}, "spec": pod}
    if kind == "Pod":
        return dict(item, spec=pod)
    if kind == "PodTemplate":
        return dict(item, template=template)
    if kind == "CronJob":
        return dict(item, spec={"schedule": "0 3 * * *", "jobTemplate": {"spec": {"template": template}}})
    if kind == "Job":
        return dict(item, spec={"template": template})
    selector = labels if kind == "ReplicationController" else {"matchLabels": labels}
    return dict(item, spec={"replicas": 1, "selector": selector, "template": template})


def running(pod: Object, digests: Optional[Mapping[str, str]] = None, phase: str = "Running") -> Object:
    """The pod with a status, as the kubelet reports it.

    :param digests: by image, instead of one made from its name.
    """
    statuses = {}
    for field, shown in (
        ("containers", "containerStatuses"),
        ("initContainers", "initContainerStatuses"),
        ("ephemeralContainers", "ephemeralContainerStatuses"),
    ):
        if field in pod["spec"]:
            statuses[shown] = [_container_status(one, digests or {}) for one in pod["spec"][field]]
    return dict(pod, status={"phase": phase, **statuses})


def _container_status(container: Object, digests: Mapping[str, str]) -> Object:
    image = container["image"]
    repository = image.partition("@")[0]
    repository = repository.rpartition(":")[0] if ":" in repository.rpartition("/")[2] else repository
    return {
        "name": container["name"],
        "image": image,
        "imageID": "{0}@{1}".format(repository, digests.get(image) or digest_of(image)),
        "ready": True,
        "restartCount": 0,
        "started": True,
    }


def digest_of(image: str) -> str:
    """The digest that C(running) reports for an image."""
    return "sha256:" + hashlib.sha256(image.encode()).hexdigest()


def str_uid(*parts: str) -> str:
    """The uid of an object that these names identify."""
    text = hashlib.sha256("/".join(parts).encode()).hexdigest()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:32]))


def deployment(
    name: str, images: Images, namespace: str = "default", replicas: int = 1, **more: Any
) -> Iterator[Object]:
    """A Deployment with its ReplicaSet and running pods."""
    top = workload("Deployment", name, images, namespace, **more)
    top["spec"]["replicas"] = replicas
    yield top
    options = {key: more[key] for key in ("init", "spec") if key in more}
    below = workload("ReplicaSet", name + "-7d4b9c", images, namespace, owner=top, **options)
    below["spec"]["replicas"] = replicas
    yield below
    for number in range(replicas):
        pod_name = "{0}-7d4b9c-{1:05}".format(name, number)
        yield running(workload("Pod", pod_name, images, namespace, owner=below, **options))


def many(deployments: int, replicas: int = 3, namespaces: int = 4, images: int = 50) -> Iterator[Object]:
    """Deployments with pods in several namespaces, of so many different images."""
    for number in range(deployments):
        image = "registry.example.com/shop/service-{0}:1.{0}".format(number % images)
        space = "team-{0}".format(number % namespaces)
        yield from deployment("service-{0:05}".format(number), image, space, replicas)
