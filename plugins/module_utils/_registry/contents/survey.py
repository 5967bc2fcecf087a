# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of rules, and what each consists of. The failure of one is its own.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, Sequence, Tuple

from ..client.clients import ClientPool
from ..errors import RegistryError, failure_of
from ..model.manifest import SCHEMA1, is_digest
from ..model.platforms import PlatformFilter
from ..model.reference import Repository
from ..plan.selection import Selector
from ..rules.rule import Rule
from ..run.image import FILTERED, Image
from ..run.work_queue import WorkQueue
from .reader import Content, Reader

DESTINATION = "destination"


@dataclass(eq=False)
class Examined:
    """An image of the rules, or a rule whose images are unknown.

    :ivar name: its reference, or the rule's text. :ivar tag: empty for a digest.
    :ivar also: further tags of the repository with the same digest.
    :ivar reason: why there is nothing to read, though nothing failed.
    """

    name: str
    tag: str = ""
    digest: str = ""
    content: Optional[Content] = None
    also: Tuple[str, ...] = ()
    reason: str = ""
    error: Optional[RegistryError] = None


class Survey:
    """Selects the images of rules and reads them.

    :param side: C(source), or C(destination) for the copies of the images.
    :param reduce: see L(Reader,#).
    """

    def __init__(
        self,
        clients: ClientPool,
        queue: WorkQueue,
        platforms: PlatformFilter,
        side: str,
        reduce: Callable[[Mapping[str, Any]], Any],
    ) -> None:
        self._clients = clients
        self._queue = queue
        self._platforms = platforms
        self._at_destination = side == DESTINATION
        self._reader = Reader(reduce)

    def run(self, rules: Sequence[Rule]) -> List[Examined]:
        """What was found, in the rules' order; tags of a repository with one digest together."""
        images = Selector(self._clients.source, self._queue, _nothing).select(rules)
        places = {self._place(image) for image in images if image.outcome is None}
        tags = Counter(repository for repository, _reference in places)
        found: Dict[Any, Tuple[Repository, Examined]] = {}
        for image in images:
            if image.outcome is not None:
                error = None if image.outcome == FILTERED else image.error
                found[image] = image.source, Examined(image.source_text, reason=image.reason, error=error)
                continue
            place = repository, reference = self._place(image)
            if place not in found:
                one = Examined(_name(repository, reference), "" if is_digest(reference) else reference)
                found[place] = repository, one
                self._queue.put((1,), self._reading(one, image, place, tags[repository] > 1))
        self._queue.join()
        return _together(list(found.values()))

    def _place(self, image: Image) -> Tuple[Repository, str]:
        if self._at_destination:
            return image.destination, str(image.destination_ref)
        return image.source, str(image.source_ref)

    def _reading(self, one: Examined, image: Image, place: Tuple[Repository, str], crowded: bool) -> Callable[[], None]:
        repository, reference = place
        look_up = crowded and bool(one.tag)
        platforms = self._platforms if image.rule.platforms is None else image.rule.platforms
        clients = self._clients.registry if self._at_destination else self._clients.source

        def work() -> None:
            client = clients(repository.registry)
            one.digest, one.content = self._reader.read(client, repository, reference, platforms, look_up)

        def job() -> None:
            one.error = failure_of(work, one.name)
            if one.error is not None and one.error.code == SCHEMA1:
                # There is no config: not a failure, but nothing to judge either.
                one.error, one.reason = None, one.error.what

        return job


def _nothing(_image: Image) -> None:
    """The selection's outcome is in its images."""


def _name(repository: Repository, reference: str) -> str:
    return "{0}{1}{2}".format(repository, "@" if is_digest(reference) else ":", reference)


def _together(found: Sequence[Tuple[Repository, Examined]]) -> List[Examined]:
    """Tags of a repository with the same digest and content as one."""
    result: List[Examined] = []
    first: Dict[Any, Examined] = {}
    for repository, one in found:
        if one.content is None:
            result.append(one)
            continue
        known = first.setdefault((repository, one.digest, id(one.content)), one)
        if known is one:
            result.append(one)
        elif one.tag:
            known.also += (one.tag,)
    return result
