# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A destination's tags, listed once per repository instead of looked up one by one.

The distribution API lists tags without their digests. Some registries have their own API that lists both, a thousand at
a time; its client is injected.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Set

from ..._errors import LongshoreError
from ..._urls import check_url
from ..model.manifest import is_digest
from ..model.reference import Repository
from .image import Image

WORTH_WHILE = 2
"""From this many tags of a repository on, its list is cheaper than single lookups."""


class Lister(Protocol):
    """Lists the tags of one registry.

    :ivar calls: number of requests so far.
    """

    calls: int

    def tags(self, repository: str) -> Mapping[str, str]:
        """Tag to digest, or to another value if unknown; empty for a repository that does not exist.

        :raises LongshoreError: it cannot be listed.
        """


ListerFor = Callable[[str], Optional[Lister]]


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


class TagListing:
    """The lists of a run's destinations, each fetched once, and only if it saves requests. Thread-safe.

    :param lister_for: returns the lister of a registry (C(host[:port])), None if there is none.
    """

    def __init__(self, lister_for: ListerFor = no_lister) -> None:
        self._lister_for = lister_for
        self._listers: Dict[str, Optional[Lister]] = {}
        self._refused: Set[str] = set()
        self._wanted: Counter[Repository] = Counter()
        self._lists: Dict[Repository, Optional[Mapping[str, str]]] = {}
        self._locks: Dict[Repository, threading.Lock] = {}
        self._lock = threading.Lock()
        self.problems: List[str] = []

    def expect(self, images: Sequence[Image]) -> None:
        """Announce the images to be looked up."""
        self._wanted.update(image.destination for image in images if image.outcome is None)

    def look_up(self, repository: Repository, reference: Optional[str]) -> Listed:
        """The entry of C(reference)."""
        if reference is None or is_digest(reference) or self._wanted[repository] < WORTH_WHILE:
            return Listed(False)
        tags = self._list(repository)
        digest = None if tags is None else tags.get(reference)
        known = tags is not None and (digest is None or is_digest(digest))
        return Listed(True, digest) if known else Listed(False)

    def calls(self) -> Dict[str, int]:
        """Number of requests, by registry."""
        return {registry: lister.calls for registry, lister in self._listers.items() if lister and lister.calls}

    def _list(self, repository: Repository) -> Optional[Mapping[str, str]]:
        with self._lock:
            lock = self._locks.setdefault(repository, threading.Lock())
        with lock:
            if repository not in self._lists:
                self._lists[repository] = self._ask(repository)
            return self._lists[repository]

    def _ask(self, repository: Repository) -> Optional[Mapping[str, str]]:
        registry = repository.registry
        try:
            with self._lock:
                if registry not in self._listers:
                    self._listers[registry] = None
                    self._listers[registry] = self._lister_for(registry)
                lister = None if registry in self._refused else self._listers[registry]
            return None if lister is None else lister.tags(repository.name)
        except LongshoreError as error:
            # One refusal is enough: the keys, permission, network or API are missing for all repositories.
            with self._lock:
                first = registry not in self._refused
                self._refused.add(registry)
            if first:
                self.problems.append(
                    "the tags of {0} are asked for one by one, because they cannot be listed: {1}".format(
                        registry, error
                    )
                )
            return None


def merge_calls(requests: Dict[str, Dict[str, int]], listing: TagListing) -> Dict[str, Dict[str, int]]:
    """Requests by registry and kind, including those of the listing."""
    for registry, calls in listing.calls().items():
        requests.setdefault(registry, {})["tag_listing"] = calls
    return requests
