# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of one side of an image rule, and whether two sides fit together.

C(parser) describes the forms. This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Optional, Tuple

from ..._text import quoted
from ..model.reference import (
    DOCKER_HUB,
    ReferenceProblem,
    Repository,
    check_name,
    check_tag,
    parse_registry,
    refuse_scheme,
    repository_beside_tag,
    split_image,
)
from .patterns import PatternProblem, compile_expression
from .rule import TagSelector


class RuleProblem(Exception):
    """One sentence about one rule."""


@dataclass(frozen=True)
class Source:
    """
    :param depth: C(*) for the repositories directly below C(repository), C(**) for those of any depth; empty for a
        single repository.
    """

    repository: Repository
    selector: TagSelector
    tag_beside_digest: Optional[str] = None
    depth: str = ""


def sentence(problem: Exception) -> str:
    hint = getattr(problem, "hint", None)
    what = getattr(problem, "what", str(problem))
    return "{0}: {1}".format(what, hint) if hint else what


def parse_source(text: str, strict: bool) -> Source:
    """Parse a source.

    :raises ReferenceProblem, RuleProblem: states the correct form.
    """
    if not text.strip():
        raise RuleProblem("it is empty: write registry/namespace/repository")
    refuse_scheme(text)
    name, marker, expression = text.partition(":/")
    if marker:
        if strict:
            raise RuleProblem("image-migrator has no tag expressions: use the dialect auto")
        selector = TagSelector("regex", (_pattern(expression),))
        if _depth(name):
            return _many(name, selector, strict)
        return Source(_source_repository(name, strict), selector)
    name, tags, digest = split_image(text)
    if _depth(name):
        if tags is not None or digest is not None:
            raise RuleProblem(
                "it means many repositories and names a tag or a digest: choose tags with the key tags, or with "
                "an expression after the colon"
            )
        return _many(name, TagSelector("all"), strict)
    repository = _source_repository(name, strict, tags)
    if digest is not None:
        if tags is not None and "," in tags:
            raise RuleProblem("it has a digest and several tags: write the digest alone, or the tags alone")
        return Source(repository, TagSelector("digest", (digest,)), None if tags is None else check_tag(tags))
    if tags is None:
        return Source(repository, TagSelector("all"))
    if strict and "," in tags:
        raise RuleProblem("image-migrator takes one tag for each rule: write a rule for each, or use the dialect auto")
    return Source(repository, TagSelector("list", _tag_list(tags)))


def _depth(name: str) -> str:
    return next((depth for depth in ("**", "*") if name.endswith("/" + depth)), "")


def _many(name: str, selector: TagSelector, strict: bool) -> Source:
    """A namespace, or a whole registry: C(repository) is the part before the stars."""
    if strict:
        raise RuleProblem("image-migrator's largest unit is a repository: use the dialect auto")
    depth = _depth(name)
    # With a name in place of the stars it is a repository, and its registry is found as usual.
    inside = _source_repository(name[: -len(depth)] + "x", strict)
    if inside.registry == DOCKER_HUB:
        raise RuleProblem(
            "it means Docker Hub, which does not list its repositories: name them (a registry's name has a dot or a "
            "port, or is localhost)"
        )
    return Source(Repository(inside.registry, inside.name[:-2]), selector, depth=depth)


def _source_repository(name: str, strict: bool, tags: Optional[str] = None) -> Repository:
    if "$" in name:
        raise RuleProblem("it has a dollar sign: environment variables are expanded in destinations only")
    return _repository(name, strict, tags)


def _repository(name: str, strict: bool, tags: Optional[str] = None) -> Repository:
    repository = repository_beside_tag(name, tags)
    if strict and name.count("/") < 2:
        right = str(repository) if "/" in repository.name else "registry/namespace/repository"
        raise ReferenceProblem(
            "image-migrator needs registry/namespace/repository at least", hint="write {0}".format(quoted(right))
        )
    return repository


def _tag_list(text: str) -> Tuple[str, ...]:
    tags = text.split(",")
    for tag in tags:
        if tag != tag.strip():
            raise RuleProblem("there is white space in the tags: write them as tag1,tag2")
        check_tag(tag)
    return tuple(tags)


def _pattern(text: str) -> str:
    """The expression between the slashes, compiled once to check it."""
    if len(text) < 2 or not text.endswith("/"):
        raise RuleProblem("the tag expression is not terminated: write repository:/expression/")
    try:
        return compile_expression(text[:-1]).pattern
    except PatternProblem as problem:
        raise RuleProblem("the tag expression {0}".format(problem)) from None


def parse_destination(
    text: str, strict: bool, show: bool
) -> Tuple[Repository, Optional[Tuple[str, ...]], Optional[str]]:
    """Repository, tags and digest of a destination.

    :param show: whether messages may quote the text.
    """
    try:
        if ":/" in text and "://" not in text:
            raise RuleProblem("a destination has no tag expression: leave it out, the tags are kept")
        name, tags, digest = split_image(text)
        repository = _repository(name, strict, tags)
        return repository, None if tags is None else _tag_list(tags), digest
    except (ReferenceProblem, RuleProblem) as problem:
        if show or not isinstance(problem, ReferenceProblem):
            words = sentence(problem)
        else:
            words = "{0}, once its variables are expanded".format(problem.what)
        raise RuleProblem("destination: {0}".format(words)) from None


def parse_place(text: str, show: bool) -> Repository:
    """A destination for many repositories: a registry, or a registry and the first parts of their names.

    :param show: whether messages may quote the text.
    """
    try:
        refuse_scheme(text)
        registry, _slash, name = text.partition("/")
        if text.endswith(("/*", "/**")):
            raise RuleProblem("leave the stars out: the names of the repositories follow it")
        if "@" in name or ":" in name:
            raise RuleProblem("it has a tag or a digest and its source means many repositories: leave it out")
        if not ("." in registry or ":" in registry or registry.lower() == "localhost"):
            raise RuleProblem("it names no registry: write registry/organization")
        return Repository(parse_registry(registry), check_name(name) if _slash else "")
    except (ReferenceProblem, RuleProblem) as problem:
        if show or not isinstance(problem, ReferenceProblem):
            words = sentence(problem)
        else:
            words = "{0}, once its variables are expanded".format(problem.what)
        raise RuleProblem("destination: {0}".format(words)) from None


def paired_tags(source: Source, tags: Optional[Tuple[str, ...]], digest: Optional[str]) -> Optional[Tuple[str, ...]]:
    """The destination's tags by position, after checking that source and destination fit together."""
    kind, values = source.selector.kind, source.selector.values
    if digest is not None and digest not in values:
        if kind == "digest":
            raise RuleProblem(
                "the digests of source and destination differ: write the same one, or none in the destination"
            )
        raise RuleProblem("its destination has a digest and its source has none: write the digest in the source")
    if tags is None:
        duplicate = _duplicate(values)
        if duplicate:
            raise RuleProblem('the tag "{0}" is written twice: write it once'.format(duplicate))
        if source.tag_beside_digest is not None:
            return (source.tag_beside_digest,)
        return None
    if kind in ("all", "regex"):
        raise RuleProblem(
            "its destination has a tag and its source {0}: leave the tag out (tags are kept), or name the source's "
            "tag".format("means every tag of the repository" if kind == "all" else "chooses tags by an expression")
        )
    if len(tags) != len(values):
        raise RuleProblem(
            "the number of tags of source and destination differs ({0} and {1}): write as many, in the same order, or "
            "none in the destination to keep them".format(len(values), len(tags))
        )
    if _duplicate(tags):
        raise RuleProblem("its destination has the same tag twice, one would overwrite the other: write different tags")
    return tags


def _duplicate(values: Tuple[str, ...]) -> Optional[str]:
    seen = set()
    for value in values:
        if value in seen:
            return value
        seen.add(value)
    return None
