# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resources that the sandbox's Kubernetes API serves, and the documents of its discovery."""

from __future__ import annotations

from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Tuple

VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch")


class Resource(NamedTuple):
    """One resource of one version of an API group.

    :ivar group: empty for the core group.
    :ivar name: the plural, as in paths.
    :ivar short: short names, such as C(po).
    :ivar subresources: such as C(status).
    :ivar custom: defined by a CustomResourceDefinition. In lists, its objects have C(kind) and C(apiVersion); others
        do not.
    """

    group: str
    version: str
    name: str
    kind: str
    namespaced: bool = True
    short: Tuple[str, ...] = ()
    subresources: Tuple[str, ...] = ()
    custom: bool = False
    verbs: Tuple[str, ...] = VERBS

    @property
    def api_version(self) -> str:
        return "{0}/{1}".format(self.group, self.version) if self.group else self.version

    @property
    def qualified(self) -> str:
        """As error messages name it: C(deployments.apps), C(pods)."""
        return "{0}.{1}".format(self.name, self.group) if self.group else self.name

    def entries(self) -> List[Dict[str, Any]]:
        """What discovery says of the resource and its subresources."""
        own: Dict[str, Any] = {
            "name": self.name,
            "singularName": self.kind.lower(),
            "namespaced": self.namespaced,
            "kind": self.kind,
            "verbs": list(self.verbs),
        }
        if self.short:
            own["shortNames"] = list(self.short)
        below = [
            {
                "name": "{0}/{1}".format(self.name, one),
                "singularName": "",
                "namespaced": self.namespaced,
                "kind": self.kind,
                "verbs": ["get", "patch", "update"],
            }
            for one in self.subresources
        ]
        return [own, *below]


_STATUS = ("status",)

BUILT_IN: Tuple[Resource, ...] = (
    Resource("", "v1", "configmaps", "ConfigMap", short=("cm",)),
    Resource("", "v1", "namespaces", "Namespace", False, ("ns",), _STATUS),
    Resource("", "v1", "pods", "Pod", True, ("po",), ("ephemeralcontainers", "status")),
    Resource("", "v1", "podtemplates", "PodTemplate"),
    Resource("", "v1", "replicationcontrollers", "ReplicationController", True, ("rc",), ("scale", "status")),
    Resource("", "v1", "resourcequotas", "ResourceQuota", True, ("quota",), _STATUS),
    Resource("", "v1", "secrets", "Secret"),
    Resource("", "v1", "serviceaccounts", "ServiceAccount", True, ("sa",)),
    # A resource without C(list), as the server has several.
    Resource("", "v1", "bindings", "Binding", verbs=("create",)),
    Resource("apps", "v1", "controllerrevisions", "ControllerRevision"),
    Resource("apps", "v1", "daemonsets", "DaemonSet", True, ("ds",), _STATUS),
    Resource("apps", "v1", "deployments", "Deployment", True, ("deploy",), ("scale", "status")),
    Resource("apps", "v1", "replicasets", "ReplicaSet", True, ("rs",), ("scale", "status")),
    Resource("apps", "v1", "statefulsets", "StatefulSet", True, ("sts",), ("scale", "status")),
    Resource("batch", "v1", "cronjobs", "CronJob", True, ("cj",), _STATUS),
    Resource("batch", "v1", "jobs", "Job", subresources=_STATUS),
    Resource(
        "apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", False, ("crd", "crds")
    ),
)


def custom(kind: str, group: str, version: str = "v1", plural: Optional[str] = None, **more: Any) -> Resource:
    """A resource of a CustomResourceDefinition: C(custom("Rollout", "argoproj.io", "v1alpha1"))."""
    return Resource(group, version, plural or kind.lower() + "s", kind, custom=True, **more)


class Catalogue:
    """The resources of one server, and how its clients discover them."""

    def __init__(self, resources: Iterable[Resource]) -> None:
        self.resources = list(resources)

    def add(self, resource: Resource) -> None:
        if resource not in self.resources:
            self.resources.append(resource)

    def find(self, group: str, version: str, name: str) -> Optional[Resource]:
        for resource in self.resources:
            if (resource.group, resource.version, resource.name) == (group, version, name):
                return resource
        return None

    def of_object(self, item: Dict[str, Any]) -> Optional[Resource]:
        """The resource of an object with C(apiVersion) and C(kind)."""
        for resource in self.resources:
            if (resource.api_version, resource.kind) == (item.get("apiVersion"), item.get("kind")):
                return resource
        return None

    def versions(self, group: str) -> List[str]:
        """The versions of a group, the preferred one first."""
        return list(dict.fromkeys(one.version for one in self.resources if one.group == group))

    def group(self, name: str) -> Dict[str, Any]:
        versions = [
            {"groupVersion": "{0}/{1}".format(name, version), "version": version} for version in self.versions(name)
        ]
        return {"name": name, "versions": versions, "preferredVersion": versions[0]}

    def document(self, path: str) -> Optional[Dict[str, Any]]:
        """The discovery document at C(/api), C(/apis), C(/apis/<group>) or below; None if there is none."""
        parts = path.strip("/").split("/")
        if parts == ["api"]:
            addresses = [{"clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"}]
            return {"kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": addresses}
        if parts == ["api", "v1"]:
            return self._list("", "v1", {"kind": "APIResourceList", "groupVersion": "v1"})
        if parts == ["apis"]:
            names = list(dict.fromkeys(one.group for one in self.resources if one.group))
            return {"kind": "APIGroupList", "apiVersion": "v1", "groups": [self.group(name) for name in names]}
        if parts[0] != "apis" or len(parts) > 3 or not self.versions(parts[1]):
            return None
        if len(parts) == 2:
            return dict({"kind": "APIGroup", "apiVersion": "v1"}, **self.group(parts[1]))
        head = {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "/".join(parts[1:])}
        return self._list(parts[1], parts[2], head) if parts[2] in self.versions(parts[1]) else None

    def _list(self, group: str, version: str, head: Dict[str, Any]) -> Dict[str, Any]:
        found = [one for one in self.resources if (one.group, one.version) == (group, version)]
        return dict(head, resources=[entry for one in found for entry in one.entries()])
