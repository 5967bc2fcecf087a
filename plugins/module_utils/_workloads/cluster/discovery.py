# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which resources of a cluster may have images: the built-in ones, and all custom ones.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from ..._http_values import NotUnderstood
from ..._json import check_shape
from ..errors import WorkloadsError
from .client import ClusterClient

BUILT_IN: Tuple[str, ...] = (
    "Deployment",
    "StatefulSet",
    "DaemonSet",
    "CronJob",
    "PodTemplate",
    "ReplicationController",
    "ReplicaSet",
    "Job",
    "Pod",
)
"""The built-in kinds with a pod's specification, computed from the API's description (1.36). Owners come first."""

_WITH_PODS = ("", "apps", "batch")
# Groups of the API server itself and of its extensions for metrics, which have no images.
_OTHER_GROUPS = frozenset(
    (
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "custom.metrics.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "external.metrics.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "metrics.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    )
)
_GROUPS = {
    "groups": ([{"name": str, "versions": [{"version": str}], "preferredVersion": ({"version": str}, None)}], None)
}
_RESOURCES = {"resources": ([{"name": str, "kind": str, "namespaced": bool, "verbs": ([str], None)}], None)}


def is_built_in(group: str) -> bool:
    """Whether a group is one of the API server itself, so that the controllers of its objects are Kubernetes' own."""
    return group in _WITH_PODS or group in _OTHER_GROUPS


class Resource(NamedTuple):
    """A kind of objects, and where they are listed."""

    group: str
    version: str
    name: str
    kind: str
    namespaced: bool = True

    @property
    def api_version(self) -> str:
        return "{0}/{1}".format(self.group, self.version) if self.group else self.version

    @property
    def custom(self) -> bool:
        return self.group not in _WITH_PODS

    @property
    def title(self) -> str:
        """As errors name it: C(Pod), C(Rollout.argoproj.io)."""
        return "{0}.{1}".format(self.kind, self.group) if self.custom else self.kind

    def path(self, namespace: Optional[str] = None) -> str:
        """Of the list, in one namespace or everywhere."""
        place = "/namespaces/" + quote(namespace, safe="") if namespace else ""
        return "{0}{1}/{2}".format(_base(self.group, self.version), place, quote(self.name, safe=""))


class Discovery:
    """
    :ivar unread: the API groups that could not be asked, with the reasons. It happens when the server behind an
        extension of the API is not there.
    """

    def __init__(self, client: ClusterClient) -> None:
        self._client = client
        self.unread: Dict[str, str] = {}

    def resources(self, custom: bool) -> List[Resource]:
        """The resources that can be listed, built-in ones first, each in the group's preferred version.

        :param custom: also those of custom resources.
        :raises WorkloadsError: the API itself does not answer.
        """
        found = list(self._listed("", "v1"))
        others = []
        for group, versions in self._groups():
            if group in _WITH_PODS:
                found += [resource for version in versions for resource in self._listed(group, version)]
            elif custom and group not in _OTHER_GROUPS:
                others += self._of_extension(group, versions)
        order = {kind: number for number, kind in enumerate(BUILT_IN)}
        built_in = sorted((one for one in found if one.kind in order), key=lambda one: order[one.kind])
        return _once([*built_in, *others])

    def _of_extension(self, group: str, versions: List[str]) -> List[Resource]:
        try:
            return [resource for version in versions for resource in self._listed(group, version)]
        except WorkloadsError as error:
            if error.status is None or error.status == 401:
                raise
            self.unread[group] = str(error)
            return []

    def _groups(self) -> Iterator[Tuple[str, List[str]]]:
        for group in self._get("/apis", _GROUPS)["groups"] or ():
            versions = [one["version"] for one in group["versions"]]
            first = (group.get("preferredVersion") or {}).get("version")
            yield group["name"], sorted(versions, key=lambda version, first=first: version != first)

    def _listed(self, group: str, version: str) -> Iterator[Resource]:
        for one in self._get(_base(group, version), _RESOURCES)["resources"] or ():
            if "/" not in one["name"] and "list" in (one.get("verbs") or ()):
                yield Resource(group, version, one["name"], one["kind"], one["namespaced"])

    def _get(self, path: str, shape: Any) -> Any:
        found = self._client.get(path)
        try:
            return check_shape(found, shape)
        except NotUnderstood as problem:
            raise WorkloadsError(
                "the reply is not one of a Kubernetes API: {0}".format(problem),
                where="GET {0}{1}".format(self._client.host, path),
                hint="Check host: does a proxy or a web page answer there?",
            ) from None


def _base(group: str, version: str) -> str:
    """The path of a version of an API group; its parts come from the server."""
    parts = ["apis", group, version] if group else ["api", version]
    return "".join("/" + quote(part, safe="") for part in parts)


def _once(resources: List[Resource]) -> List[Resource]:
    """Each kind of a group in the first of its versions."""
    found: Dict[Tuple[str, str], Resource] = {}
    for one in resources:
        found.setdefault((one.group, one.kind), one)
    return list(found.values())
