# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From what a cluster's objects hold to uses of images: each image where it is written, with what runs counted in.

Pods, and objects that a controller makes, repeat what is written in their controller. What only they have was added by
an admission webhook (a sidecar of a service mesh), by an operator, or belongs to an earlier revision.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, Iterator, List, Mapping, Optional, Set

from ..model.objects import DOCKER_URL
from ..model.use import CONTAINER, EPHEMERAL_CONTAINER, IMAGE_VOLUME, INIT_CONTAINER, MENTION, RESOURCE_FIELD, Use
from .discovery import is_built_in
from .holders import Holder, Holding, Place, Reference
from .managers import KUBELET, OPERATOR, Manager

_MOST_OWNERS = 20
_VARIABLES = ("{{", "$(", "${")


class ClusterUses:
    """All that was read of one cluster.

    :param source: the cluster's name.
    :ivar past: images that only earlier revisions and ended runs have.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._objects: Dict[str, Holder] = {}
        self._pods: Dict[str, Holder] = {}
        self._controllers: Dict[str, Reference] = {}
        self.past: Set[str] = set()

    def add(self, holders: Mapping[str, Holder], controllers: Mapping[str, Reference], pods: bool) -> None:
        """Take the content of a complete list. :param pods: it is a list of pods."""
        known = self._pods if pods else self._objects
        for uid, holder in holders.items():
            if uid in known:
                known[uid].add(holder)
            else:
                known[uid] = holder
        self._controllers.update(controllers)

    def uses(self) -> List[Use]:
        """The uses, by object. To be called once."""
        left: List[Use] = []
        holders = [*self._pods.values(), *self._objects.values()]
        for holder in holders:
            owners = self._owners(holder)
            for place, holding in list(holder.images.items()):
                written = self._written(owners, place)
                if written is None:
                    continue
                written.digests |= holding.digests
                written.pods += holding.pods
                del holder.images[place]
        for holder in holders:
            left.extend(self._uses_of(holder))
        return sorted(left, key=lambda use: (use.owner, use.path, use.image))

    def _owners(self, holder: Holder) -> List[Reference]:
        """The controllers of an object, the top one first."""
        found: List[Reference] = []
        uids = {holder.reference.uid}
        one = holder.controller
        while one is not None and one.uid not in uids and len(found) < _MOST_OWNERS:
            uids.add(one.uid)
            found.append(one)
            one = self._controllers.get(one.uid)
        return found[::-1]

    def _written(self, owners: List[Reference], place: Place) -> Optional[Holding]:
        """Where a controller has the same."""
        for owner in owners:
            holder = self._objects.get(owner.uid)
            if holder is None:
                continue
            if place in holder.images:
                return holder.images[place]
            for (kind, _container, image), holding in holder.images.items():
                if kind == RESOURCE_FIELD and image == place[2] and place[0] != MENTION:
                    return holding
        return None

    def _uses_of(self, holder: Holder) -> Iterator[Use]:
        owners = self._owners(holder)
        top = owners[0] if owners else holder.reference
        for (kind, container, image), holding in holder.images.items():
            if holder.past:
                if kind != MENTION:
                    self.past.add(image)
                continue
            reason = _reason(holder, kind, image)
            yield Use(
                image[len(DOCKER_URL) :] if image.startswith(DOCKER_URL) else image,
                kind,
                self._source,
                str(top),
                holding.path,
                container,
                editable=not reason,
                reason=reason,
                running=", ".join(sorted(holding.digests)),
                manager=str(self._manager(holder, owners)),
            )

    def _manager(self, holder: Holder, owners: List[Reference]) -> Manager:
        custom = [owner for owner in owners if not is_built_in(owner.group)]
        if custom:
            return Manager(OPERATOR, str(custom[0]))
        top = self._objects.get(owners[0].uid) if owners else None
        return top.manager if top else holder.manager


def _reason(holder: Holder, kind: str, image: str) -> str:
    """Why the image cannot be changed where it was found."""
    own = holder.reference
    if kind == MENTION:
        return "it is only mentioned"
    if kind == EPHEMERAL_CONTAINER:
        return "an ephemeral container cannot be changed"
    if any(text in image for text in _VARIABLES):
        return "it is a variable of the resource"
    if holder.manager.kind == KUBELET:
        return "the pod is from a file on the node"
    if holder.controller is not None and own.kind == "Pod":
        return "only the pods of {0} have it".format(holder.controller)
    if holder.controller is not None:
        return "{0} has it, which {1} controls".format(own, holder.controller)
    if own.kind == "Job":
        return "the template of a Job cannot be changed"
    if own.kind == "Pod" and kind not in (CONTAINER, INIT_CONTAINER):
        return "{0} of a pod cannot be changed".format("an image volume" if kind == IMAGE_VOLUME else "this")
    return ""
