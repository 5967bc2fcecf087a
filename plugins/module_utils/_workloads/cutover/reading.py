# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read the workloads that a cut-over may change: the objects at the top, and what custom resources control.

What Kubernetes' own controllers make is left out: it follows its owner.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, Mapping

from ..cluster.client import ClusterClient
from ..cluster.custom_rules import CustomRules
from ..cluster.discovery import Resource, is_built_in
from ..cluster.holders import controller_of
from ..cluster.reader import Reader, Scope
from .workload import FindSpots, Workload, workload_of


class _Taken:
    """The workloads of one list, by uid; those that the same custom resource controls once, by its uid."""

    def __init__(self, resource: Resource, find: FindSpots) -> None:
        self._resource = resource
        self._find = find
        self.workloads: Dict[str, Workload] = {}

    def take(self, item: Mapping[str, Any]) -> None:
        controller = controller_of(item["metadata"], "")
        if controller is not None and (is_built_in(controller.group) or controller.uid in self.workloads):
            return
        found = workload_of(self._resource, item, self._find)
        if found.spots:
            self.workloads[controller.uid if controller else found.uid] = found


class WorkloadReader(Reader):
    """One pass over a cluster."""

    def __init__(self, client: ClusterClient, scope: Scope, rules: CustomRules) -> None:
        super().__init__(client, scope, rules.kinds)
        self._find = rules.find
        self._own: Dict[str, Workload] = {}
        self._controlled: Dict[str, Workload] = {}

    def _start(self, resource: Resource) -> _Taken:
        return _Taken(resource, self._find)

    def _keep(self, resource: Resource, taken: _Taken) -> None:
        for uid, workload in taken.workloads.items():
            (self._controlled if workload.controller else self._own).setdefault(uid, workload)

    def workloads(self) -> List[Workload]:
        """What was read. What a custom resource with images controls follows that one."""
        others = [one for uid, one in self._controlled.items() if uid not in self._own]
        return sorted([*self._own.values(), *others], key=lambda one: one.title)
