# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One object of a cluster with images, as it is read, and its way through a cut-over.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Callable, Dict, Iterable, List, Mapping, NamedTuple, Optional, Set, Tuple
from urllib.parse import quote

from ..cluster.discovery import Resource
from ..cluster.holders import Reference, controller_of
from ..cluster.managers import Manager, manager_of
from ..model.objects import Path, Spot, show_path
from ..model.use import CONTAINER, EPHEMERAL_CONTAINER, IMAGE_VOLUME, INIT_CONTAINER, MENTION
from ..record import ObjectEntry

SWITCHED = "switched"
PATCHED = "patched"
ROLLED_BACK = "rolled_back"
UNCHANGED = "unchanged"
LEFT = "left"
PUT_BACK = "put_back"
FAILED = "failed"
UNFINISHED = "unfinished"
PENDING = "pending"
OUTCOMES = (SWITCHED, PATCHED, ROLLED_BACK, UNCHANGED, LEFT, PUT_BACK, FAILED, UNFINISHED, PENDING)
BAD = (PUT_BACK, FAILED, UNFINISHED, PENDING)

FIRST, STATEFUL, LAST = range(3)
"""The phases of a wave: what is replaced without a gap, what has a state, what stops before it starts anew."""

_LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
# How much of an image's path is above the pod's specification.
_IN_POD = {CONTAINER: 3, INIT_CONTAINER: 3, IMAGE_VOLUME: 4}


class Change(NamedTuple):
    """An image that is replaced.

    :ivar names: of the list entries on the path, in order; empty for one without a name.
    """

    path: Path
    names: Tuple[str, ...]
    old: str
    new: str

    @property
    def container(self) -> str:
        return self.names[-1] if self.names else ""

    @property
    def place(self) -> str:
        return show_path(self.path)


@dataclass
class Workload:
    """
    :ivar item: the object, without what is long and not needed.
    :ivar spots: its images; without those that are only mentioned.
    :ivar controller: the custom resource that controls it.
    """

    resource: Resource
    item: Dict[str, Any]
    spots: List[Spot]
    manager: Manager
    controller: Optional[Reference] = None

    @property
    def uid(self) -> str:
        return str(self.item["metadata"]["uid"])

    @property
    def namespace(self) -> str:
        return str(self.item["metadata"].get("namespace") or "")

    @property
    def name(self) -> str:
        return str(self.item["metadata"]["name"])

    @property
    def title(self) -> str:
        return "{0} {1}".format(self.resource.kind, "/".join(part for part in (self.namespace, self.name) if part))

    @property
    def path(self) -> str:
        return "{0}/{1}".format(self.resource.path(self.namespace or None), quote(self.name, safe=""))

    @property
    def phase(self) -> int:
        if self.resource.custom:
            return FIRST
        strategy = mapping(mapping(self.item.get("spec")).get("strategy"))
        if self.resource.kind == "Deployment" and strategy.get("type") == "Recreate":
            return LAST
        return STATEFUL if self.resource.kind == "StatefulSet" else FIRST

    def pod_paths(self, paths: Iterable[Path]) -> List[Path]:
        """The pod specifications that have these images."""
        kinds = {spot.path: _IN_POD.get(spot.kind) for spot in self.spots}
        return list(dict.fromkeys(path[: -(kinds[path] or 0)] for path in paths if kinds.get(path)))


@dataclass
class Work:
    """A workload on its way.

    :ivar outcome: one of this module's constants, once it is known.
    :ivar entry: of the record: what has been changed, and is not confirmed yet.
    :ivar entries: of the record: what is to be undone; C(undone) without those whose pull secret others need now.
    :ivar was_ready: whether its pods were ready before.
    :ivar patched: whether this run has changed it.
    :ivar cause: why it is put back.
    :ivar started: when its roll-out began; C(alarm) since when something is wrong with it.
    """

    workload: Workload
    outcome: str = ""
    reason: str = ""
    remedy: str = ""
    changes: List[Change] = field(default_factory=list)
    secret: str = ""
    entry: Optional[ObjectEntry] = None
    entries: List[ObjectEntry] = field(default_factory=list)
    undone: List[ObjectEntry] = field(default_factory=list)
    undoing: bool = False
    was_ready: bool = True
    patched: bool = False
    cause: str = ""
    started: float = 0.0
    alarm: Optional[float] = None
    deleted: Set[str] = field(default_factory=set)

    def end(self, outcome: str, reason: str = "", remedy: Optional[str] = "") -> None:
        self.outcome, self.reason, self.remedy = outcome, reason, remedy or ""


FindSpots = Callable[[Mapping[str, Any]], Iterable[Spot]]


def workload_of(resource: Resource, item: Mapping[str, Any], find: FindSpots) -> Workload:
    """The object as a workload; without images it has no spots."""
    metadata = dict(item["metadata"])
    annotations = mapping(metadata.get("annotations"))
    # That it is there tells who manages the object; it has the whole object, with all secrets in it.
    metadata["annotations"] = {key: "" if key == _LAST_APPLIED else value for key, value in annotations.items()}
    claims = metadata.get("managedFields")
    metadata["managedFields"] = [
        {key: value for key, value in mapping(one).items() if key != "fieldsV1"}
        for one in (claims if isinstance(claims, list) else ())
    ]
    bare = {key: value for key, value in item.items() if key not in ("metadata", "status")}
    bare.update(kind=resource.kind, apiVersion=resource.api_version)
    spots = [spot for spot in find(bare) if spot.kind not in (MENTION, EPHEMERAL_CONTAINER)]
    controller = controller_of(item["metadata"], str(metadata.get("namespace") or ""))
    return Workload(
        resource,
        dict(bare, metadata=metadata, status=mapping(item.get("status"))),
        spots,
        manager_of(item["metadata"]),
        controller,
    )


def mapping(value: Any) -> Dict[str, Any]:
    """The value, or nothing if it is something else."""
    return value if isinstance(value, dict) else {}


def names_on(item: Any, path: Path) -> Tuple[str, ...]:
    """The names of the list entries on a path."""
    names = []
    for part in path:
        item = item[part]
        if isinstance(part, int):
            name = mapping(item).get("name")
            names.append(name if isinstance(name, str) else "")
    return tuple(names)


def locate(item: Any, path: Path, names: Iterable[str]) -> Optional[Path]:
    """Where a place is now: entries of lists are found by their names. None if it is gone."""
    found: List[Any] = []
    left = iter(names)
    for part in path:
        if isinstance(part, int):
            name = next(left, "")
            entries = item if isinstance(item, list) else []
            if name:
                here = [number for number, one in enumerate(entries) if mapping(one).get("name") == name]
                part = here[0] if len(here) == 1 else len(entries)
            if part >= len(entries):
                return None
        elif part not in mapping(item):
            return None
        item = item[part]
        found.append(part)
    return tuple(found)


def value_at(item: Any, path: Path) -> Any:
    """What is at a path; None if nothing is."""
    for part in path:
        if isinstance(part, int):
            item = item[part] if isinstance(item, list) and part < len(item) else None
        else:
            item = mapping(item).get(part)
    return item
