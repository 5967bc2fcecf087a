# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One pass over all objects of a cluster that may have images.

Built-in kinds are read before custom resources. What the user may not read is listed; anything else that goes wrong
ends the job, and the error names what is not known for it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import abc
import re
from typing import Any, Collection, Dict, Iterable, List, NamedTuple, Optional, Sequence, Tuple

from ..._text import quoted
from ..errors import ForbiddenError, GoneError, TooLargeError, WorkloadsError
from .client import PAGE_SIZES, ClusterClient
from .discovery import Discovery, Resource

ALL = "all"
KNOWN = "known"
NONE = "none"

_NAMESPACES = Resource("", "v1", "namespaces", "Namespace", False)
_NAMESPACE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\Z")
_MOST_RESTARTS = 3
_SHOWN = 20


class Scope(NamedTuple):
    """What to read.

    :ivar namespaces: empty for all of them.
    :ivar labels: label selectors; an object must match all.
    :ivar custom: C(ALL) custom resources, those C(KNOWN) to have images, or C(NONE).
    """

    namespaces: Sequence[str] = ()
    labels: Sequence[str] = ()
    custom: str = ALL


class IncompleteError(WorkloadsError):
    """A cluster could not be read to the end.

    :ivar missing: the kinds that were not read completely.
    """

    missing: Sequence[str] = ()


class Reader(abc.ABC):
    """One pass over a cluster. Subclasses say what is kept of its objects."""

    def __init__(self, client: ClusterClient, scope: Scope, kinds: Collection[str]) -> None:
        """
        :param kinds: of custom resources that are known to have images.
        """
        self._client = client
        self._scope = scope
        self._kinds = kinds
        self._unread: Dict[Tuple[str, Optional[int]], Dict[str, Any]] = {}
        self._names: Optional[List[str]] = None

    @abc.abstractmethod
    def _start(self, resource: Resource) -> Any:
        """What takes the objects of one list, with its method C(take). It is kept once the list has been read."""

    @abc.abstractmethod
    def _keep(self, resource: Resource, taken: Any) -> None:
        """Keep what was taken of a complete list."""

    def read(self) -> List[Dict[str, Any]]:
        """Read it; what could not be read, each with C(namespace), empty for the whole cluster, C(kinds) and C(reason).

        :raises IncompleteError: the cluster could not be read to the end.
        :raises WorkloadsError: it could not be read at all.
        """
        check_namespaces(self._client, self._scope.namespaces)
        discovery = Discovery(self._client)
        resources = [one for one in discovery.resources(self._scope.custom != NONE) if self._wanted(one)]
        for number, resource in enumerate(resources):
            try:
                self._read(resource)
            except WorkloadsError as error:
                raise _incomplete(error, [one.title for one in resources[number:]]) from error
        for group, reason in sorted(discovery.unread.items()):
            self._unread[(group, None)] = {"namespace": "", "kinds": ["*." + group], "reason": reason}
        if any(one.custom for one in resources):
            # A server that goes away while custom resources are read looks like extensions that are broken.
            self._client.get("/version")
        return list(self._unread.values())

    def _wanted(self, resource: Resource) -> bool:
        if not resource.custom:
            return True
        if self._scope.namespaces and not resource.namespaced:
            return False
        return self._scope.custom == ALL or resource.kind in self._kinds

    def _read(self, resource: Resource) -> None:
        for namespace in self._scope.namespaces or (None,):
            try:
                self._list(resource, namespace)
            except ForbiddenError as error:
                if namespace is None and resource.namespaced and self._namespaces():
                    self._read_each(resource)
                else:
                    self._skip(resource, namespace, error)
            except WorkloadsError as error:
                self._pass_over(resource, namespace, error)

    def _read_each(self, resource: Resource) -> None:
        """Read every namespace by itself: who may not list all pods may list those of some."""
        for namespace in self._namespaces():
            try:
                self._list(resource, namespace)
            except ForbiddenError as error:
                self._skip(resource, namespace, error)
            except WorkloadsError as error:
                self._pass_over(resource, namespace, error)

    def _namespaces(self) -> List[str]:
        """The names of all namespaces; none if the user may not list them."""
        if self._names is None:
            try:
                self._names = [item["metadata"]["name"] for item in self._client.pages(_NAMESPACES.path())]
            except ForbiddenError as error:
                self._names = []
                self._skip(_NAMESPACES, None, error)
        return self._names

    def _pass_over(self, resource: Resource, namespace: Optional[str], error: WorkloadsError) -> None:
        """
        :raises WorkloadsError: the error, unless it concerns this custom resource alone, such as a broken conversion.
        """
        if not resource.custom or error.status in (None, 401):
            raise error
        self._skip(resource, namespace, error)

    def _skip(self, resource: Resource, namespace: Optional[str], error: WorkloadsError) -> None:
        """Note what is not read. One reason stands for all kinds of a namespace that fail alike."""
        entry = self._unread.setdefault(
            (namespace or "", error.status), {"namespace": namespace or "", "kinds": [], "reason": str(error)}
        )
        entry["kinds"].append(resource.title)

    def _list(self, resource: Resource, namespace: Optional[str]) -> None:
        """Read a list to its end.

        It starts again where it has become too old meanwhile, and with smaller pages where they are too large.
        """
        query = [("labelSelector", ",".join(self._scope.labels))] if self._scope.labels else []
        sizes, restarts = list(PAGE_SIZES), 0
        while True:
            taken = self._start(resource)
            try:
                for item in self._client.pages(resource.path(namespace), query, sizes[0]):
                    taken.take(item)
            except GoneError:
                restarts += 1
                if restarts > _MOST_RESTARTS:
                    raise
            except TooLargeError:
                sizes.pop(0)
                if not sizes:
                    raise
            else:
                self._keep(resource, taken)
                return


def check_namespaces(client: ClusterClient, names: Iterable[str]) -> None:
    """A list in a namespace that does not exist is empty, and no error.

    :raises WorkloadsError: one of the namespaces does not exist.
    """
    for name in names:
        if not _NAMESPACE.match(name):
            hint = "Give the names of namespaces."
            raise WorkloadsError("{0} is not a name".format(quoted(name)), where="namespaces", hint=hint)
        try:
            client.get("{0}/{1}".format(_NAMESPACES.path(), name))
        except ForbiddenError:
            continue
        except WorkloadsError as error:
            if error.status != 404:
                raise
            hint = "Correct namespaces, or choose another cluster by context."
            what = "there is no namespace {0} in the cluster {1}".format(quoted(name), quoted(client.name))
            raise WorkloadsError(what, where="namespaces", hint=hint) from None


def _incomplete(error: WorkloadsError, missing: Sequence[str]) -> IncompleteError:
    shown = ", ".join(missing[:_SHOWN]) + (" and others" if len(missing) > _SHOWN else "")
    what = "the cluster was not read to the end: {0}. Nothing is known of {1}".format(error.what, shown)
    failure = IncompleteError(what, error.where, error.code, error.status, error.hint)
    failure.missing = list(missing)
    return failure
