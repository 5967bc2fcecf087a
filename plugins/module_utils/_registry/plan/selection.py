# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From rules to images: finds the repositories and tags of each rule, with at most one image per destination.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple, Union

from ..errors import RegistryError, failure_of
from ..model.reference import InvalidEntry, Listing, Repository, quoted
from ..rules.keys import SCOPE_KEYS
from ..rules.patterns import compile_expression
from ..rules.rule import Rule, TagSelector
from ..rules.scope import Scope
from ..run.image import FAILED, FILTERED, Image
from ..run.work_queue import WorkQueue
from ..sources.base import SourceFor

if TYPE_CHECKING:
    from ..client.repository_listing import Discovery

MOST_INVALID = 500
"""Invalid entries of one list to report individually; the rest is summarized."""


class _Plain(NamedTuple):
    """A rule for one repository.

    :ivar listed: whether the repository was found by listing, not named by the user.
    """

    rule: Rule
    listed: bool = False


class _Chosen(NamedTuple):
    """A rule's tags before the newest are chosen, and how they were chosen."""

    tags: List[str]
    story: str = ""


Found = Union[_Plain, Image]
CreatedTimes = Dict[Tuple[Repository, str], Any]


class Selector:
    """Lists the sources' repositories and tags, and creates images from rules.

    :param sources: returns the client that reads from a registry.
    :param on_finished: called for each image that is finished here (filtered, failed).
    :param proven: see L(client.RegistryClient.list_tags,#).
    :ivar duplicates: images that several rules select, once for each rule but the first. Not images of their own.
    """

    def __init__(
        self, sources: SourceFor, queue: WorkQueue, on_finished: Callable[[Image], None], proven: bool = False
    ) -> None:
        self._sources = sources
        self._queue = queue
        self._on_finished = on_finished
        self._proven = proven
        self.duplicates: List[Image] = []

    def select(self, rules: Sequence[Rule]) -> List[Image]:
        """One image for each tag of each rule, in the rules' order; a rule, or a repository of a rule, without any gets
        one that says why."""
        found = self._repositories(rules)
        plain = [one.rule for one in found if isinstance(one, _Plain)]
        tags: Dict[Repository, Any] = {}
        for repository in {rule.source: None for rule in plain if rule.selector.kind in ("all", "regex")}:
            self._queue.put((0,), lambda repository=repository: self._list_tags(repository, tags))
        self._queue.join()
        chosen = [
            None if isinstance(one, Image) else self._choose(one.rule, tags.get(one.rule.source)) for one in found
        ]
        created = self._created(found, chosen)
        images: List[Image] = []
        for one, its in zip(found, chosen):
            if isinstance(one, Image):
                images.append(one)
            else:
                images.extend(self._images_of(one, tags.get(one.rule.source), its, created))
        return self._settle_collisions(images)

    # -- repositories ------------------------------------------------------------------------------------------

    def _repositories(self, rules: Sequence[Rule]) -> List[Found]:
        """The rules as rules for single repositories; for a rule without any, an image that says why."""
        listings: Dict[Tuple[str, str, str], Any] = {}
        wanted = dict.fromkeys(_listing_of(rule) for rule in rules if rule.scope is not None)
        if wanted:
            from ..client.repository_listing import Discovery

            discovery = Discovery(self._sources, self._proven)
            for key in wanted:
                self._queue.put((0,), lambda key=key: self._list_names(discovery, key, listings))
            self._queue.join()
        found: List[Found] = []
        for rule in rules:
            if rule.scope is None:
                found.append(_Plain(rule))
            else:
                found.extend(self._of_scope(rule, rule.scope, listings[_listing_of(rule)]))
        return found

    @staticmethod
    def _list_names(discovery: Discovery, key: Tuple[str, str, str], listings: Dict[Tuple[str, str, str], Any]) -> None:
        def work() -> None:
            listings[key] = discovery.names(*key)

        error = failure_of(work, "/".join(filter(None, key[:2])))
        if error is not None:
            listings[key] = error

    def _of_scope(self, rule: Rule, scope: Scope, listing: Any) -> Iterator[Found]:
        if isinstance(listing, RegistryError):
            yield self._without_tags(rule, FAILED, error=listing)
            return
        yield from self._invalid(rule, listing.invalid, scope)
        inside = scope.covers(rule.source.name, listing.names)
        if not inside:
            yield self._without_tags(rule, FAILED, error=_nothing_inside(rule, listing.names))
            return
        wanted = scope.repositories(inside)
        if not wanted:
            reason = "none of its {0} repositories matches the key repositories".format(len(inside))
            yield self._without_tags(rule, FILTERED, reason)
        for name in wanted:
            try:
                yield _Plain(_rule_for(rule, scope, name), listed=True)
            except RegistryError as error:
                error.where = rule.source_text
                yield self._without_tags(rule, FAILED, error=error)

    # -- tags --------------------------------------------------------------------------------------------------

    def _list_tags(self, repository: Repository, tags: Dict[Repository, Any]) -> None:
        def work() -> None:
            tags[repository] = self._sources(repository.registry).list_tags(repository, self._proven)

        error = failure_of(work, str(repository))
        if error is not None:
            tags[repository] = error

    def _choose(self, rule: Rule, available: Any) -> _Chosen:
        if isinstance(available, RegistryError):
            return _Chosen([])
        names = available.names if available is not None else []
        tags = choose_tags(rule.selector, names)
        if rule.tag_filter is None:
            return _Chosen(tags)
        story = "{0} listed".format(len(names))
        if rule.selector.kind == "regex":
            story += ", {0} match /{1}/".format(len(tags), rule.selector.values[0])
        return _Chosen(*rule.tag_filter.candidates(tags, story))

    def _created(self, found: Sequence[Found], chosen: Sequence[Optional[_Chosen]]) -> CreatedTimes:
        """Creation times of images if they decide between tags, or why they could not be determined."""
        times: CreatedTimes = {}
        for one, its in zip(found, chosen):
            if isinstance(one, Image) or its is None or one.rule.tag_filter is None:
                continue
            if one.rule.tag_filter.needs_created(its.tags):
                times.update(((one.rule.source, tag), None) for tag in its.tags)
        for key in times:
            self._queue.put((0,), lambda key=key: self._look_up_created(key, times))
        self._queue.join()
        return times

    def _look_up_created(self, key: Tuple[Repository, str], times: CreatedTimes) -> None:
        from ..client.creation_time import created_at

        repository, tag = key

        def work() -> None:
            times[key] = created_at(self._sources(repository.registry), repository, tag)

        error = failure_of(work, "{0}:{1}".format(repository, tag))
        if error is not None:
            times[key] = error

    # -- images ------------------------------------------------------------------------------------------------

    def _images_of(self, one: _Plain, available: Any, its: Optional[_Chosen], created: CreatedTimes) -> List[Image]:
        rule = one.rule
        if isinstance(available, RegistryError) and not (one.listed and available.status == 404):
            return [self._without_tags(rule, FAILED, error=available)]
        tags = its.tags if its is not None else []
        if rule.tag_filter is not None and rule.tag_filter.needs_created(tags):
            times = {tag: created[(rule.source, tag)] for tag in tags}
            failure = next((time for time in times.values() if isinstance(time, RegistryError)), None)
            if failure is not None:
                # Without it the newest cannot be identified.
                return [self._without_tags(rule, FAILED, error=failure)]
            tags = rule.tag_filter.latest(tags, times)
        elif rule.tag_filter is not None:
            tags = rule.tag_filter.latest(tags, {})
        invalid = list(self._invalid(rule, available.invalid)) if isinstance(available, Listing) else []
        if tags or rule.selector.kind in ("list", "digest"):
            return invalid + [
                Image(rule, rule.source, source_ref, rule.destination, destination_ref)
                for source_ref, destination_ref in pairs(rule, tags)
            ]
        return [*invalid, self._none_of(one, available, its)]

    def _none_of(self, one: _Plain, available: Any, its: Optional[_Chosen]) -> Image:
        rule = one.rule
        if one.listed and (isinstance(available, RegistryError) or not available.names):
            reason = "the registry lists the repository, but no tags in it"
            error = available if isinstance(available, RegistryError) else _no_tags(rule)
            return self._without_tags(rule, FILTERED, reason, error)
        if available.names and its is not None and its.story:
            return self._without_tags(rule, FILTERED, "none of its tags is selected: {0}".format(its.story))
        if available.names and rule.selector.kind == "regex":
            reason = "none of the {0} tags matches /{1}/".format(len(available.names), rule.selector.values[0])
            return self._without_tags(rule, FILTERED, reason)
        return self._without_tags(rule, FAILED, error=_no_tags(rule))

    # -- invalid entries ---------------------------------------------------------------------------------------

    def _invalid(self, rule: Rule, entries: Sequence[InvalidEntry], scope: Optional[Scope] = None) -> Iterator[Image]:
        """An image for each entry of a list that is not a valid tag or, with C(scope), not a valid repository name."""
        meant = {True: FAILED, False: FILTERED, None: None}
        outcomes = [(entry, meant[_is_meant(rule, entry, scope)]) for entry in entries]
        for outcome in (FAILED, FILTERED):
            found = [entry for entry, its in outcomes if its == outcome]
            for entry in found[:MOST_INVALID]:
                yield self._invalid_image(rule, entry, scope, outcome)
            if len(found) > MOST_INVALID:
                more = "{0} more entries of the list".format(len(found) - MOST_INVALID)
                yield self._invalid_image(rule, InvalidEntry(more, "see the ones before", False), scope, outcome)

    def _invalid_image(self, rule: Rule, entry: InvalidEntry, scope: Optional[Scope], outcome: str) -> Image:
        source, destination = "{0}:{1}".format(rule.source, entry.shown), rule.destination
        kind, choice = "tag", "tags"
        if scope is not None:
            source = "{0}/{1}".format(rule.source.registry, entry.shown)
            kind, choice = "repository name", "repositories"
            if entry.is_text:
                # The rule may rename it to a valid name.
                (name,) = scope.covers(rule.source.name, [entry.text])
                destination = scope.place_of(rule.destination, name)
        image = Image(rule, rule.source, None, destination, None, shown=source)
        what = "the registry lists {0}, which is not a valid {1}".format(quoted(entry.text), kind)
        if "not valid" not in entry.problem:
            what = "{0}: {1}".format(what, entry.problem)
        hint = "Rename or remove it at the source, or exclude it with the rule's {0} (deny).".format(choice)
        error = RegistryError(what, where=source, hint=hint)
        self._settle(image, outcome, what if outcome == FILTERED else "", error if outcome == FAILED else None)
        return image

    def _without_tags(self, rule: Rule, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> Image:
        image = Image(rule, rule.source, None, rule.destination, None)
        image.finish(outcome, reason, error)
        self._on_finished(image)
        return image

    def _settle_collisions(self, images: Sequence[Image]) -> List[Image]:
        """Reject images of different sources with the same destination: the last one written would win.

        :returns: the images without duplicates.
        """
        wanted: Dict[Tuple[Repository, Optional[str]], Image] = {}
        kept = []
        for image in images:
            if image.outcome is not None:
                kept.append(image)
                continue
            first = wanted.setdefault((image.destination, image.destination_ref), image)
            if first is not image and (first.source, first.source_ref) == (image.source, image.source_ref):
                self.duplicates.append(image)
                continue
            kept.append(image)
            if first is image:
                continue
            for one, other in ((first, image), (image, first)):
                error = RegistryError(
                    "another rule writes the same destination from {0}".format(other.source_text),
                    where="{0} -> {1}".format(one.source_text, one.destination_text),
                    hint="Give the two a different destination repository or tag.",
                )
                self._settle(one, FAILED, error=error)
        return kept

    def _settle(self, image: Image, outcome: str, reason: str = "", error: Optional[RegistryError] = None) -> None:
        if image.finish(outcome, reason, error):
            self._on_finished(image)


def _is_meant(rule: Rule, entry: InvalidEntry, scope: Optional[Scope]) -> Optional[bool]:
    """Whether the rule selects the entry; None if it is outside the rule's namespace."""
    if not entry.is_text:
        return True
    if scope is not None:
        inside = scope.covers(rule.source.name, [entry.text])
        return bool(scope.repositories(inside)) if inside else None
    chosen = choose_tags(rule.selector, [entry.text])
    return bool(chosen if rule.tag_filter is None else rule.tag_filter.candidates(chosen, "").tags)


def _no_tags(rule: Rule) -> RegistryError:
    return RegistryError(
        "the repository has no tags",
        where=str(rule.source),
        hint="Check its name; some registries, including SWR, answer like this for a repository that does not exist.",
    )


def _listing_of(rule: Rule) -> Tuple[str, str, str]:
    """What to list for a rule with a scope: registry, namespace, and which API to use."""
    return rule.source.registry, rule.source.name, rule.scope.via if rule.scope is not None else ""


def _rule_for(rule: Rule, scope: Scope, name: str) -> Rule:
    """The rule for one repository of a scope.

    :param name: the part of its name after the namespace.
    :raises RegistryError: its new name is invalid.
    """
    source = Repository(rule.source.registry, "/".join(filter(None, (rule.source.name, name))))
    destination = scope.destination(rule.destination, name)
    expression = ":/{0}/".format(rule.selector.values[0]) if rule.selector.kind == "regex" else ""
    return replace(
        rule,
        source=source,
        destination=destination,
        source_text="{0}{1}".format(source, expression),
        destination_text=str(destination),
        scope=None,
        written={key: value for key, value in rule.written.items() if key not in SCOPE_KEYS},
    )


def _nothing_inside(rule: Rule, names: Sequence[str]) -> RegistryError:
    deep = rule.scope is not None and not rule.scope.deep
    hint = "Check its name, and that the login may see its repositories."
    if deep and Scope(True).covers(rule.source.name, names):
        hint = "There are some at deeper levels: write /** to include them."
    return RegistryError("there are no repositories", where=rule.source_text, hint=hint)


def choose_tags(selector: TagSelector, available: Optional[Sequence[Optional[str]]]) -> List[str]:
    """The tags (or the one digest) that a selector means, in order and each once.

    :param available: the repository's tags as the registry lists them; SWR sends C(null) for none
        (distribution specification, "Listing tags"). Not needed for lists and digests, which are used as written.
    """
    if selector.kind in ("list", "digest"):
        return list(dict.fromkeys(selector.values))
    tags = [tag for tag in dict.fromkeys(available or ()) if tag]
    if selector.kind == "regex":
        pattern = compile_expression(selector.values[0])
        tags = [tag for tag in tags if pattern.search(tag)]
    return tags


def pairs(rule: Rule, tags: Sequence[str]) -> List[Tuple[str, str]]:
    """(source tag or digest, destination tag or digest) for each chosen tag.

    :param tags: from C(choose_tags), or a subset. A tag with several destination tags in the rule has several pairs.
    """
    if rule.destination_tags is None:
        return [(tag, tag) for tag in tags]
    wanted = set(tags)
    return [pair for pair in zip(rule.selector.values, rule.destination_tags) if pair[0] in wanted]
