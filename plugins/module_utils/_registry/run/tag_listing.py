# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registries' own lists of tags with their digests.

The distribution API lists tags without their digests. Some registries have their own API that lists both, many at a
time. SWR's client is injected, as it belongs to another room.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Set, Tuple

from ..._errors import LongshoreError
from ..._urls import check_url
from ..model.reference import Repository

REFUSED = (401, 403)
"""Statuses that are about one project or organization."""


class Lister(Protocol):
    """Lists the tags of one registry.

    :ivar calls: number of requests so far that nobody else counts.
    :ivar unremarkable: statuses of refusals that users need not hear of.
    """

    calls: int
    unremarkable: Sequence[int]

    def read(self, repository: Repository, place: Any) -> Tuple[Sequence[Tuple[str, str]], Sequence[Any]]:
        """One page: tags with their digests, or another value if unknown; and the places of all further pages, if it is
        the first one.

        :param place: None for the first page. A repository that does not exist has an empty one.
        :raises LongshoreError: it cannot be listed.
        """


ListerFor = Callable[[str], Optional[Lister]]


class NotListed(LongshoreError):
    """There is a list of the repository, but not of what the registry answers with."""


def check_endpoints(endpoints: Mapping[str, Any]) -> None:
    """Reject invalid API addresses before anything is connected to.

    :raises LongshoreError: names the registry with the invalid address.
    """
    for registry, endpoint in endpoints.items():
        check_url(
            endpoint,
            "tag_listing_endpoints: {0}".format(registry),
            LongshoreError,
            "Use access_key and secret_key.",
            "Write it as https://swr-api.cn-north-4.myhuaweicloud.com.",
        )


class Listed(NamedTuple):
    """The result for a tag: unknown (C(known) is False), its digest, or no such tag (None)."""

    known: bool
    digest: Optional[str] = None


def no_lister(_registry: str) -> Optional[Lister]:
    """For registries with nothing but the distribution API."""
    return None


class Listers:
    """The listers of a run, and what became of them. Thread-safe.

    :param lister_for: returns the lister of a registry (C(host[:port])) that is known by its name, None if there is
        none. None: no registry is to be asked for lists.
    :ivar problems: why lists are not used, for the user.
    """

    def __init__(self, lister_for: Optional[ListerFor] = None) -> None:
        self._lister_for = lister_for
        self._listers: Dict[str, Optional[Lister]] = {}
        self._refused: Set[Tuple[str, str]] = set()
        self._told: Set[str] = set()
        self._lock = threading.Lock()
        self.problems: List[str] = []

    @property
    def active(self) -> bool:
        """Whether lists are asked for."""
        return self._lister_for is not None

    def named(self, registry: str) -> Optional[Lister]:
        """The lister of a registry that is known by its name."""
        with self._lock:
            if registry not in self._listers and self._lister_for is not None:
                self._listers[registry] = None
                try:
                    self._listers[registry] = self._lister_for(registry)
                except LongshoreError as error:
                    self._tell(registry, "they cannot be listed: {0}".format(error))
            return self._listers.get(registry)

    def usable(self, repository: Repository) -> bool:
        """Whether nothing is known against the list of the repository."""
        return not self._refused & {(repository.registry, ""), (repository.registry, _project(repository))}

    def refuse(self, repository: Repository, error: LongshoreError, lister: Lister) -> None:
        """A list could not be read. One refusal is enough: the others would have the same cause."""
        narrow = error.status in REFUSED or isinstance(error, NotListed)
        with self._lock:
            self._refused.add((repository.registry, _project(repository) if narrow else ""))
            if error.status not in lister.unremarkable and not isinstance(error, NotListed):
                self._tell(repository.registry, "they cannot be listed: {0}".format(error))

    def contradicted(self, repository: Repository, what: str) -> None:
        """A list says otherwise than the registry itself: no list of this registry is believed any more."""
        with self._lock:
            self._refused.add((repository.registry, ""))
            self._tell(repository.registry, "their list says otherwise than the registry itself: {0}".format(what))

    def calls(self) -> Dict[str, int]:
        """Number of requests that nobody else counts, by registry."""
        return {registry: lister.calls for registry, lister in self._listers.items() if lister and lister.calls}

    def _tell(self, registry: str, why: str) -> None:
        if registry not in self._told:
            self._told.add(registry)
            self.problems.append("the tags of {0} are asked for one by one, because {1}".format(registry, why))


def _project(repository: Repository) -> str:
    return repository.name.partition("/")[0]


def merge_calls(requests: Dict[str, Dict[str, int]], listers: Listers) -> Dict[str, Dict[str, int]]:
    """Requests by registry and kind, including those of the lists."""
    for registry, calls in listers.calls().items():
        requests.setdefault(registry, {})["tag_listing"] = calls
    return requests
