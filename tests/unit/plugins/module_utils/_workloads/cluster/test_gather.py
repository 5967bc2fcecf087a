# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a cluster, without a server: memory, owners, and objects that are not as they should be."""

from __future__ import annotations

import tracemalloc
from typing import Any, Dict, Iterator, List, Sequence, Tuple

import hypothesis
import hypothesis.strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.custom_rules import CustomRules
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.discovery import Resource
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.gather import Gatherer
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.holders import Collector
from ansible_collections.longshore.swr.plugins.module_utils._workloads.cluster.reader import Scope
from ansible_collections.longshore.swr.tests.sandbox.kubernetes_objects import running, workload

PODS = Resource("", "v1", "pods", "Pod")
GROUPS = {"groups": [{"name": "apps", "versions": [{"version": "v1"}]}]}


class FakeClient:
    """A cluster with Deployments whose pods are made while they are read."""

    name = host = "fake"

    def __init__(self, deployments: int, replicas: int) -> None:
        self.count = deployments, replicas

    def get(self, path: str, _query: Sequence[Tuple[str, str]] = ()) -> Any:
        names = {"/api/v1": ["Pod"], "/apis/apps/v1": ["Deployment"]}.get(path, [])
        resources = [
            {"name": name.lower() + "s", "kind": name, "namespaced": True, "verbs": ["list"]} for name in names
        ]
        return GROUPS if path == "/apis" else {"resources": resources}

    def pages(self, path: str, _query: Any = (), _size: int = 0) -> Iterator[Dict[str, Any]]:
        deployments, replicas = self.count
        for number in range(deployments):
            name = "service-{0}".format(number)
            top = workload("Deployment", name, "registry.example.com/{0}:1".format(name))
            if path.endswith("/deployments"):
                yield top
                continue
            pod = running(workload("Pod", name, "registry.example.com/{0}:1".format(name), owner=top))
            for replica in range(replicas):
                own = "{0}-{1}".format(name, replica)
                yield {**pod, "metadata": {**pod["metadata"], "name": own, "uid": own}}


def test_ten_thousand_pods_take_the_memory_of_their_workloads() -> None:
    client = FakeClient(50, 200)
    tracemalloc.start()
    try:
        found = Gatherer(client, Scope(), CustomRules()).run()
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(found.uses) == 50
    assert all(use.running and use.owner.startswith("Deployment ") for use in found.uses)
    assert peak < 1024 * 1024, peak


def test_owners_in_a_circle_end() -> None:
    first, second = workload("ReplicaSet", "a", "x:1"), workload("ReplicaSet", "b", "x:2")
    for one, other in ((first, second), (second, first)):
        reference = {"kind": "ReplicaSet", "name": other["metadata"]["name"], "uid": other["metadata"]["uid"]}
        one["metadata"]["ownerReferences"] = [dict(reference, apiVersion="apps/v1", controller=True)]
    client = FakeClient(0, 0)
    client.get = lambda path, _query=(): (
        {"resources": [{"name": "replicasets", "kind": "ReplicaSet", "namespaced": True, "verbs": ["list"]}]}
        if path == "/api/v1"
        else {"groups": []}
    )
    client.pages = lambda *_arguments: iter([first, second])
    uses = Gatherer(client, Scope(), CustomRules()).run().uses
    assert sorted(use.image for use in uses) == ["x:1", "x:2"]


def _anything() -> st.SearchStrategy[Any]:
    """Anything that JSON can say, with the names that matter more often than chance would have them."""
    names = st.sampled_from(
        ["containers", "initContainers", "volumes", "image", "name", "reference", "env", "args", "spec", "template"]
        + ["status", "containerStatuses", "imageID", "ownerReferences", "controller", "uid", "conditions", "labels"]
    )
    leaves = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(["a/b:1", "x", "", "{{ x }}"]))
    return st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=5))


OBJECTS = st.dictionaries(st.sampled_from(["spec", "status", "template", "items"]), _anything())


@hypothesis.given(st.lists(OBJECTS, max_size=3))
def test_no_object_breaks_it(items: List[Dict[str, Any]]) -> None:
    """Any object is read, whatever its fields are instead of what they should be."""
    for resource in (PODS, Resource("example.com", "v1", "widgets", "Widget")):
        collector = Collector(resource)
        for number, item in enumerate(items):
            collector.take({**item, "metadata": {"uid": str(number), "name": "x", **_odd(item)}})
        for holder in collector.holders.values():
            assert all(image for _kind, _container, image in holder.images)


def _odd(item: Dict[str, Any]) -> Dict[str, Any]:
    """Metadata with the same odd values."""
    value = item.get("spec")
    return {"ownerReferences": value, "labels": value, "annotations": value, "managedFields": [value]}
