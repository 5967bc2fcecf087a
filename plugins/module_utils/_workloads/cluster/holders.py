# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a cluster's objects hold, compactly: their images, their controllers, and what their pods run.

Ten thousand pods of a hundred workloads take the memory of a hundred: pods of one controller that have the same image
in the same container are counted, not kept.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..model.objects import Spot, show_path, spots
from ..model.use import CONTAINER, EPHEMERAL_CONTAINER, INIT_CONTAINER
from .discovery import Resource
from .managers import MIRROR, Manager, manager_of

_STATUSES = {
    "containerStatuses": CONTAINER,
    "initContainerStatuses": INIT_CONTAINER,
    "ephemeralContainerStatuses": EPHEMERAL_CONTAINER,
}
# A finished pod holds its image, and runs nothing.
_FINISHED = ("Succeeded", "Failed")

Place = Tuple[str, str, str]
"""Kind of use, name of the container, image."""


class Reference(NamedTuple):
    """An object by name. C(group) is empty for the core group."""

    uid: str
    group: str
    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        return "{0} {1}".format(self.kind, "/".join(part for part in (self.namespace, self.name) if part))


@dataclass
class Holding:
    """An image in an object, or in the pods of a controller.

    :ivar path: its place in the object, in the form of L(show_path,#).
    :ivar digests: those that pods run.
    :ivar pods: how many run it.
    """

    path: str
    digests: Set[str] = field(default_factory=set)
    pods: int = 0


@dataclass
class Holder:
    """An object with images; or all pods of one controller, as if they were one.

    :ivar controller: the object that made it and would undo changes to it.
    :ivar past: it is an earlier revision, kept so that the controller can go back to it.
    """

    reference: Reference
    controller: Optional[Reference]
    manager: Manager
    past: bool = False
    images: Dict[Place, Holding] = field(default_factory=dict)

    def add(self, other: Holder) -> None:
        """Take what another list says of the same pods."""
        for place, holding in other.images.items():
            known = self.images.setdefault(place, Holding(holding.path))
            known.digests |= holding.digests
            known.pods += holding.pods


FindSpots = Callable[[Mapping[str, Any]], Iterable[Spot]]


class Collector:
    """The content of one list.

    :param find: the images in an object.
    :ivar holders: by uid; pods by that of their controller.
    :ivar controllers: the controller of each object that has one, by uid.
    """

    def __init__(self, resource: Resource, find: FindSpots = spots) -> None:
        self._resource = resource
        self._find = find
        self.holders: Dict[str, Holder] = {}
        self.controllers: Dict[str, Reference] = {}

    def take(self, item: Mapping[str, Any]) -> None:
        """Take an object of the list."""
        metadata = item["metadata"]
        namespace = str(metadata.get("namespace") or "")
        own = Reference(metadata["uid"], self._resource.group, self._resource.kind, namespace, metadata["name"])
        controller = controller_of(metadata, namespace)
        is_pod = self._resource.kind == "Pod" and not self._resource.custom
        if controller is not None and not is_pod:
            self.controllers[own.uid] = controller
        # What is in metadata and status is not what the object asks for.
        bare = {key: value for key, value in item.items() if key not in ("metadata", "status")}
        bare.update(kind=self._resource.kind, apiVersion=self._resource.api_version)
        found = list(self._find(bare))
        if not found:
            return
        if not is_pod:
            holder = self.holders[own.uid] = Holder(own, controller, manager_of(metadata), _is_past(item, controller))
            for spot in found:
                holder.images.setdefault((spot.kind, spot.container, spot.image), Holding(show_path(spot.path)))
            return
        if controller is None:
            holder = self.holders[own.uid] = Holder(own, None, manager_of(metadata))
        else:
            holder = self.holders.setdefault(controller.uid, Holder(own, controller, Manager()))
        self._take_pod(holder, found, item.get("status"))

    @staticmethod
    def _take_pod(holder: Holder, found: Iterable[Spot], status: Any) -> None:
        status = status if isinstance(status, Mapping) else {}
        digests = dict(_digests(status))
        for spot in found:
            holding = holder.images.setdefault((spot.kind, spot.container, spot.image), Holding(show_path(spot.path)))
            if status.get("phase") in _FINISHED:
                continue
            holding.pods += 1
            digest = digests.get((spot.kind, spot.container))
            if digest:
                holding.digests.add(digest)


def controller_of(metadata: Mapping[str, Any], namespace: str) -> Optional[Reference]:
    """The object's controller, which is in its namespace or in none."""
    owners = metadata.get("ownerReferences")
    annotations = metadata.get("annotations")
    if isinstance(annotations, Mapping) and MIRROR in annotations:
        # A pod from a file; the API server lets the node own it.
        return None
    for owner in owners if isinstance(owners, list) else ():
        if isinstance(owner, Mapping) and owner.get("controller") is True and isinstance(owner.get("uid"), str):
            group = str(owner.get("apiVersion") or "").rpartition("/")[0]
            return Reference(owner["uid"], group, str(owner.get("kind")), namespace, str(owner.get("name")))
    return None


def _is_past(item: Mapping[str, Any], controller: Optional[Reference]) -> bool:
    """Whether it is an earlier revision, of which its controller wants no pods, or a run that has ended."""
    spec, status = item.get("spec"), item.get("status")
    if controller is None or not isinstance(spec, Mapping):
        return False
    conditions = status.get("conditions") if isinstance(status, Mapping) else None
    ended = any(
        isinstance(one, Mapping) and one.get("type") in ("Complete", "Failed") and one.get("status") == "True"
        for one in (conditions if isinstance(conditions, list) else ())
    )
    return spec.get("replicas") == 0 or ended


def _digests(status: Mapping[str, Any]) -> Iterator[Tuple[Tuple[str, str], str]]:
    """The digests that the kubelet reports, as in C(docker-pullable://nginx@sha256:...). A loaded image has none."""
    for name, kind in _STATUSES.items():
        entries: List[Any] = status[name] if isinstance(status.get(name), list) else []
        for entry in entries:
            if isinstance(entry, Mapping) and isinstance(entry.get("imageID"), str):
                _head, at, digest = entry["imageID"].rpartition("@")
                if at:
                    yield (kind, str(entry.get("name"))), digest
