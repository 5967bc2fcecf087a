# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a roll-out is over: statuses as a controller manager reports them."""

from __future__ import annotations

from typing import Any, Dict, Optional

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.discovery import Resource
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.rollout import (
    after_rollout,
    fault_of,
    judge,
    nothing_to_wait_for,
    selector_of,
)
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cutover.workload import (
    FIRST,
    LAST,
    STATEFUL,
    Workload,
    workload_of,
)
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import workload

LATE = {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"}
QUOTA = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota: pods"}


def of(kind: str, status: Optional[Dict[str, Any]] = None, spec: Any = None, group: str = "apps") -> Workload:
    """A workload with three replicas in its second generation."""
    item = workload(kind if group == "apps" else "Deployment", "x", "a:1", "shop", generation=2)
    item["spec"].update({"replicas": 3, **(spec or {})})
    item["status"] = {"observedGeneration": 2, **(status or {})}
    return workload_of(Resource(group, "v1", kind.lower() + "s", kind), item, lambda _item: ())


def replicas(updated: int, ready: int, total: int = 3, **more: Any) -> Dict[str, Any]:
    counts = {"replicas": total, "updatedReplicas": updated, "readyReplicas": ready, "availableReplicas": ready}
    return {**counts, **more}


def daemons(updated: int, available: int) -> Dict[str, Any]:
    return {"desiredNumberScheduled": 2, "updatedNumberScheduled": updated, "numberAvailable": available}


ROLLING = {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 2}}}


@pytest.mark.parametrize(
    ("one", "state"),
    [
        (of("Deployment", replicas(3, 3)), "ready"),
        (of("Deployment", replicas(3, 3, observedGeneration=1)), "waiting"),
        (of("Deployment", replicas(1, 3)), "waiting"),
        # An old pod is still there.
        (of("Deployment", replicas(3, 4, total=4)), "waiting"),
        (of("Deployment", replicas(3, 2)), "waiting"),
        (of("Deployment", replicas(1, 3, conditions=[LATE])), "late"),
        (of("Deployment", replicas(0, 0, conditions=["strange", None])), "waiting"),
        (of("StatefulSet", replicas(3, 3, currentRevision="b", updateRevision="b")), "ready"),
        (of("StatefulSet", replicas(3, 3, currentRevision="a", updateRevision="b")), "waiting"),
        # The revision is the good one again, but a pod of the failed one stays.
        (of("StatefulSet", replicas(3, 2, currentRevision="a", updateRevision="a")), "waiting"),
        (of("StatefulSet", replicas(1, 3, currentRevision="a", updateRevision="b"), ROLLING), "ready"),
        (of("StatefulSet", replicas(0, 3, currentRevision="a", updateRevision="b"), ROLLING), "waiting"),
        (of("DaemonSet", daemons(2, 2)), "ready"),
        (of("DaemonSet", daemons(1, 2)), "waiting"),
        (of("DaemonSet", daemons(2, 1)), "waiting"),
    ],
)
def test_the_judgement(one: Workload, state: str) -> None:
    assert judge(one).state == state


def test_a_quota_is_an_alarm() -> None:
    verdict = judge(of("Deployment", replicas(0, 3, conditions=[QUOTA])))
    assert (verdict.state, verdict.alarm) == ("waiting", "no pod can be created: FailedCreate: exceeded quota: pods")


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (of("Deployment"), ""),
        (of("Deployment", spec={"paused": True}), "it is paused"),
        (of("Deployment", spec={"replicas": 0}), "no replicas"),
        (of("StatefulSet", spec=ROLLING), ""),
        (of("StatefulSet", spec={**ROLLING, "replicas": 2}), "below the partition 2"),
        (of("StatefulSet", spec={"updateStrategy": {"type": "OnDelete"}}), "OnDelete"),
        (of("DaemonSet", spec={"updateStrategy": {"type": "OnDelete"}}), "OnDelete"),
        (of("ReplicaSet"), "until they are replaced"),
        (of("Rollout", group="argoproj.io"), "its controller rolls it out"),
    ],
)
def test_what_nothing_follows(one: Workload, reason: str) -> None:
    found = nothing_to_wait_for(one)
    assert (reason in found.reason) if found and reason else (found is None and not reason)


def test_a_partition_is_named_afterwards() -> None:
    found = after_rollout(of("StatefulSet", spec=ROLLING))
    assert found is not None
    assert found.reason == "its pods below the partition 2 keep the old image"


def test_the_order() -> None:
    recreate = {"strategy": {"type": "Recreate"}}
    kinds = [of("Deployment"), of("DaemonSet"), of("StatefulSet"), of("Deployment", spec=recreate)]
    assert [one.phase for one in kinds] == [FIRST, FIRST, STATEFUL, LAST]


def test_the_selector_of_pods() -> None:
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "DoesNotExist"},
    ]
    one = of("Deployment", spec={"selector": {"matchLabels": {"app": "x"}, "matchExpressions": expressions}})
    assert selector_of(one) == "app=x,tier in (a,b),!old"


def test_faults_of_pods() -> None:
    def pod(field: str, reason: str) -> Dict[str, Any]:
        waiting = {
            "name": "app",
            "state": {"waiting": {"reason": reason, "message": "https://me:abcdefgh@x/\nnot there"}},
        }
        return {"metadata": {"name": "x-1"}, "status": {field: [waiting]}}

    assert fault_of([pod("containerStatuses", "ContainerCreating")]) == ""
    assert fault_of([{"metadata": {"name": "x"}, "status": {"containerStatuses": ["strange"]}}]) == ""
    for field in ("containerStatuses", "initContainerStatuses"):
        text = fault_of([pod(field, "ImagePullBackOff")])
        assert text.startswith("pod x-1, container app: ImagePullBackOff: ")
        assert "\n" not in text
        assert "abcdefgh" not in text
