# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a roll-out is over, as the objects and their pods say.

The judgement is that of C(kubectl rollout status), with what that does not see: pods that cannot pull their image, a
quota that lets no pod be created, and roll-outs that wait for somebody.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Tuple

from ..._text import safe
from .plan import Refusal
from .workload import Workload, mapping

READY = "ready"
WAITING = "waiting"
LATE = "late"

_FAULTS = (
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "ImageInspectError",
    "RegistryUnavailable",
    "CreateContainerConfigError",
    "CreateContainerError",
    "CrashLoopBackOff",
)


class Verdict(NamedTuple):
    """
    :ivar state: C(READY), C(WAITING), or C(LATE): the controller itself has given up.
    :ivar text: how far it is.
    :ivar alarm: what is wrong, if it stays so.
    """

    state: str
    text: str = ""
    alarm: str = ""


def nothing_to_wait_for(workload: Workload) -> Optional[Refusal]:
    """Why no roll-out follows a change, and who has to act; None if one does."""
    kind, spec = workload.resource.kind, mapping(workload.item.get("spec"))
    title = workload.title
    if workload.resource.custom:
        return Refusal("its controller rolls it out", "Check that its pods run.")
    if kind == "CronJob":
        return Refusal("its next run uses the image", "")
    if kind == "PodTemplate":
        return Refusal("pods that are made from it use the image", "")
    if spec.get("replicas") == 0:
        return Refusal("it has no replicas: nothing was pulled", "")
    if kind in ("ReplicaSet", "ReplicationController"):
        return Refusal("its pods keep the old image until they are replaced", "Delete its pods, one after another.")
    if spec.get("paused"):
        return Refusal(
            "it is paused: its pods keep the old image", "Resume it: kubectl rollout resume {0}".format(_target(title))
        )
    strategy = mapping(spec.get("updateStrategy"))
    if strategy.get("type") == "OnDelete":
        return Refusal(
            "its pods keep the old image until they are deleted (OnDelete)", "Delete its pods, one after another."
        )
    if kind == "StatefulSet" and _partition(spec) >= _number(spec, "replicas", 1):
        return _held_back(spec)
    return None


def after_rollout(workload: Workload) -> Optional[Refusal]:
    """What is left to do when a roll-out is over."""
    spec = mapping(workload.item.get("spec"))
    if workload.resource.kind == "StatefulSet" and not workload.resource.custom and _partition(spec):
        return _held_back(spec)
    return None


def _held_back(spec: Mapping[str, Any]) -> Refusal:
    text = "its pods below the partition {0} keep the old image".format(_partition(spec))
    return Refusal(text, "Lower spec.updateStrategy.rollingUpdate.partition when the others are well.")


def _target(title: str) -> str:
    kind, _space, name = title.partition(" ")
    namespace, slash, name = name.rpartition("/")
    return "{0}/{1}".format(kind.lower(), name) + (" -n {0}".format(namespace) if slash else "")


def judge(workload: Workload) -> Verdict:
    """How far the roll-out of a Deployment, StatefulSet or DaemonSet is."""
    item = workload.item
    status = item["status"]
    if _number(status, "observedGeneration") < _number(item["metadata"], "generation"):
        return Verdict(WAITING, "its controller has not seen the change yet")
    spec = mapping(item.get("spec"))
    return _JUDGES[workload.resource.kind](spec, status)


def _deployment(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Verdict:
    wanted = _number(spec, "replicas", 1)
    updated, available = _number(status, "updatedReplicas"), _number(status, "availableReplicas")
    total = _number(status, "replicas")
    text = "{0} of {1} pods are new, {2} available".format(updated, wanted, available)
    conditions = _conditions(status)
    reason, _message = conditions.get(("Progressing", "False"), ("", ""))
    alarm = _said("no pod can be created", conditions.get(("ReplicaFailure", "True")))
    if reason == "ProgressDeadlineExceeded":
        return Verdict(LATE, "{0} (ProgressDeadlineExceeded)".format(text), alarm)
    if updated < wanted or total > updated or available < updated:
        return Verdict(WAITING, text, alarm)
    return Verdict(READY, text)


def _statefulset(spec: Mapping[str, Any], status: Mapping[str, Any]) -> Verdict:
    wanted, partition = _number(spec, "replicas", 1), _partition(spec)
    updated, ready = _number(status, "updatedReplicas"), _number(status, "readyReplicas")
    available = _number(status, "availableReplicas", ready)
    text = "{0} of {1} pods are new, {2} ready".format(updated, max(wanted - partition, 0), ready)
    done = ready >= wanted and available >= wanted and updated >= wanted - partition
    if done and not partition:
        done = status.get("updateRevision") == status.get("currentRevision")
    return Verdict(READY if done else WAITING, text)


def _daemonset(_spec: Mapping[str, Any], status: Mapping[str, Any]) -> Verdict:
    wanted = _number(status, "desiredNumberScheduled")
    updated, available = _number(status, "updatedNumberScheduled"), _number(status, "numberAvailable")
    text = "{0} of {1} pods are new, {2} available".format(updated, wanted, available)
    return Verdict(READY if updated >= wanted and available >= wanted else WAITING, text)


_JUDGES = {"Deployment": _deployment, "StatefulSet": _statefulset, "DaemonSet": _daemonset}


def _number(found: Mapping[str, Any], name: str, default: int = 0) -> int:
    value = found.get(name)
    return value if isinstance(value, int) else default


def _partition(spec: Mapping[str, Any]) -> int:
    return _number(mapping(mapping(spec.get("updateStrategy")).get("rollingUpdate")), "partition")


def _conditions(status: Mapping[str, Any]) -> Dict[Tuple[str, str], Tuple[str, str]]:
    entries = status.get("conditions")
    found = [mapping(one) for one in (entries if isinstance(entries, list) else ())]
    return {
        (str(one.get("type")), str(one.get("status"))): (str(one.get("reason") or ""), str(one.get("message") or ""))
        for one in found
    }


def _said(what: str, told: Optional[Tuple[str, str]]) -> str:
    if told is None:
        return ""
    return "{0}: {1}".format(what, safe(": ".join(part for part in told if part), 300))


# Pods


def selector_of(workload: Workload) -> str:
    """The label selector of its pods."""
    selector = mapping(mapping(workload.item.get("spec")).get("selector"))
    parts = ["{0}={1}".format(key, value) for key, value in mapping(selector.get("matchLabels")).items()]
    expressions = selector.get("matchExpressions")
    for one in (mapping(entry) for entry in (expressions if isinstance(expressions, list) else ())):
        key, operator, values = one.get("key"), one.get("operator"), one.get("values")
        listed = "({0})".format(",".join(str(value) for value in (values if isinstance(values, list) else ())))
        texts = {"In": "{0} in {1}", "NotIn": "{0} notin {1}", "Exists": "{0}", "DoesNotExist": "!{0}"}
        parts.append(texts.get(str(operator), "{0}").format(key, listed))
    return ",".join(parts)


def is_new(pod: Mapping[str, Any], workload: Workload) -> bool:
    """Whether a pod has the images of the template."""
    template = mapping(mapping(mapping(workload.item.get("spec")).get("template")).get("spec"))
    own = mapping(pod.get("spec"))
    return all(_images(template, field).items() <= _images(own, field).items() for field in _CONTAINERS)


_CONTAINERS = ("containers", "initContainers")


def _images(spec: Mapping[str, Any], field: str) -> Dict[str, str]:
    entries = spec.get(field)
    found = [mapping(one) for one in (entries if isinstance(entries, list) else ())]
    return {str(one.get("name")): str(one.get("image")) for one in found}


def is_ready(pod: Mapping[str, Any]) -> bool:
    return ("Ready", "True") in _conditions(mapping(pod.get("status")))


def is_going(pod: Mapping[str, Any]) -> bool:
    """Whether it is being deleted."""
    return bool(pod["metadata"].get("deletionTimestamp"))


def fault_of(pods: Iterable[Mapping[str, Any]]) -> str:
    """What keeps one of the pods from starting; empty if nothing is known."""
    for pod in pods:
        for name, waiting in _waiting(mapping(pod.get("status"))):
            if waiting.get("reason") in _FAULTS:
                text = "pod {0}, container {1}: {2}".format(pod["metadata"]["name"], name, waiting["reason"])
                message = safe(waiting.get("message") or "", 300)
                return "{0}: {1}".format(text, message) if message else text
    return ""


def _waiting(status: Mapping[str, Any]) -> List[Tuple[str, Dict[str, Any]]]:
    found = []
    for field in ("initContainerStatuses", "containerStatuses"):
        entries = status.get(field)
        for one in (mapping(entry) for entry in (entries if isinstance(entries, list) else ())):
            found.append((str(one.get("name")), mapping(mapping(one.get("state")).get("waiting"))))
    return found
