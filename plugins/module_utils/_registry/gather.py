# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From rules to images: the tags that each rule means, found out, and no two of them for the same destination.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Sequence, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, failure_of
from ansible_collections.longshore.swr.plugins.module_utils._registry.images import FAILED, FILTERED, Image
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.rules import Rule
from ansible_collections.longshore.swr.plugins.module_utils._registry.selection import choose_tags, pairs
from ansible_collections.longshore.swr.plugins.module_utils._registry.work_queue import WorkQueue

ClientFor = Callable[[str], RegistryClient]


class Gatherer:
    """Asks the sources for their tags and makes images of rules.

    :param sources: gives the client to read a registry with.
    :param settled: told of every image that ends here (filtered, failed).
    """

    def __init__(self, sources: ClientFor, queue: WorkQueue, settled: Callable[[Image], None]) -> None:
        self._sources = sources
        self._queue = queue
        self._settled = settled

    def select(self, rules: Sequence[Rule]) -> List[Image]:
        """One image for each tag of each rule, in the rules' order; a rule without any gets one that says why."""
        tags: Dict[Repository, Any] = {}
        for repository in {rule.source: None for rule in rules if rule.selector.kind in ("all", "regex")}:
            self._queue.put((0,), lambda repository=repository: self._list_tags(repository, tags))
        self._queue.join()
        images = [image for rule in rules for image in self._images_of(rule, tags.get(rule.source))]
        self._settle_collisions(images)
        return images

    def _list_tags(self, repository: Repository, tags: Dict[Repository, Any]) -> None:
        def work() -> None:
            tags[repository] = self._sources(repository.registry).tags(repository)

        error = failure_of(work, str(repository))
        if error is not None:
            tags[repository] = error

    def _images_of(self, rule: Rule, available: Any) -> List[Image]:
        if isinstance(available, RegistryError):
            return [self._without_tags(rule, FAILED, error=available)]
        chosen = choose_tags(rule.selector, available)
        if chosen or rule.selector.kind in ("list", "digest"):
            return [
                Image(rule, rule.source, source_ref, rule.destination, destination_ref)
                for source_ref, destination_ref in pairs(rule, chosen)
            ]
        if rule.selector.kind == "regex" and available:
            reason = "none of the {0} tags matches /{1}/".format(len(available), rule.selector.values[0])
            return [self._without_tags(rule, FILTERED, reason)]
        error = RegistryError(
            "the repository has no tags",
            where=str(rule.source),
            hint="Check its name; some registries, SWR among them, answer so for a repository that does not exist.",
        )
        return [self._without_tags(rule, FAILED, error=error)]

    def _without_tags(self, rule: Rule, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> Image:
        image = Image(rule, rule.source, None, rule.destination, None)
        image.settle(outcome, reason, error)
        self._settled(image)
        return image

    def _settle_collisions(self, images: Sequence[Image]) -> None:
        """Refuse images of different sources that want the same destination: the last one written would win."""
        wanted: Dict[Tuple[Repository, Optional[str]], Image] = {}
        for image in images:
            if image.outcome is not None:
                continue
            first = wanted.setdefault((image.destination, image.destination_ref), image)
            if first is image:
                continue
            if (first.source, first.source_ref) == (image.source, image.source_ref):
                # Not "skipped": nothing is known yet of whether the first one arrives.
                self._settle(image, FILTERED, "the same as {0}".format(first.rule.where))
                continue
            for one, other in ((first, image), (image, first)):
                error = RegistryError(
                    "another rule writes the same destination from {0}".format(other.source_text),
                    where="{0} -> {1}".format(one.source_text, one.destination_text),
                    hint="Give the two a different destination repository or tag.",
                )
                self._settle(one, FAILED, error=error)

    def _settle(self, image: Image, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> None:
        if image.settle(outcome, reason, error):
            self._settled(image)
