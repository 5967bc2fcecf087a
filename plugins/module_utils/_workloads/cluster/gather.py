# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find every image that the workloads of a cluster use.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Dict, List, NamedTuple

from ..model.use import Use
from .client import ClusterClient
from .cluster_uses import ClusterUses
from .custom_rules import CustomRules
from .discovery import Resource
from .holders import Collector
from .reader import Reader, Scope


class Gathered(NamedTuple):
    """What was found.

    :ivar past: images that only earlier revisions have.
    :ivar unread: what could not be read, as C(Reader.read) returns it.
    """

    uses: List[Use]
    past: List[str]
    unread: List[Dict[str, Any]]


class Gatherer(Reader):
    """One pass over a cluster."""

    def __init__(self, client: ClusterClient, scope: Scope, rules: CustomRules) -> None:
        super().__init__(client, scope, rules.kinds)
        self._rules = rules
        self._uses = ClusterUses(client.name)

    def run(self) -> Gathered:
        """
        :raises IncompleteError: the cluster could not be read to the end.
        :raises WorkloadsError: it could not be read at all.
        """
        unread = self.read()
        return Gathered(self._uses.uses(), sorted(self._uses.past), unread)

    def _start(self, resource: Resource) -> Collector:
        return Collector(resource, self._rules.find)

    def _keep(self, resource: Resource, taken: Collector) -> None:
        is_pods = resource.kind == "Pod" and not resource.custom
        self._uses.add(taken.holders, taken.controllers, is_pods)
