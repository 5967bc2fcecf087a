# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses image rules in every dialect into one type.

One grammar covers image-syncer 1.3.1 and 1.5.x and image-migrator (rules a to h of its C(images.json)); the three agree
on every string that more than one of them accepts, with two exceptions, decided here: an empty destination means the
default one (1.3.1 and image-migrator; 1.5.x refuses it), and in C(host/namespace/repository) the first part is always
a registry (see C(reference.parse_repository)).

Sources: C(repository) (all tags), C(repository:tag), C(repository:tag1,tag2), C(repository@sha256:...),
C(repository:/regular expression/) (unanchored, Python's C(re)).
C(registry/namespace/*) and C(registry/**) mean all repositories there, see C(scope).
Images outside any registry are in C(local_sources).
Destinations: a string or a list of strings; environment variables in them are expanded.
Further keys of a rule are in C(keys).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ..._text import quoted
from ..config.documents import describe
from ..config.env_vars import ExpansionProblem, expand
from ..errors import RulesError
from ..model.reference import ReferenceProblem, Repository, parse_repository
from .formats import as_rules
from .grammar import RuleProblem, Source, parse_destination, parse_place, sentence
from .keys import DESTINATION, NO_EXTRAS, SCOPE_KEYS, SOURCE, Extras, read_extras
from .local_sources import check_destination, pair, parse_sources
from .rule import Rule
from .scope import Scope, problem_of

DIALECTS = ("auto", "image-syncer", "image-migrator")

_DEFAULTS_HINT = (
    "set the options default_registry and default_namespace, or the environment variables DEFAULT_REGISTRY and "
    "DEFAULT_NAMESPACE, or write the destination"
)


@dataclass
class _Context:
    environ: Mapping[str, str]
    registry: str
    namespace: str
    strict: bool
    in_place: bool
    problems: List[str] = field(default_factory=list)


def parse_rules(
    document: Any,
    *,
    where: str,
    environ: Mapping[str, str],
    default_registry: Optional[str] = None,
    default_namespace: Optional[str] = None,
    dialect: str = "auto",
    in_place: bool = False,
) -> List[Rule]:
    """Parse a rules document into rules, in document order, without exact duplicates.

    The document is a mapping of sources to destinations; or a list of such mappings, or of mappings
    C({source: ..., destination: ...}) and further keys; or image-syncer's combined document with C(auth) and C(images);
    or anything that C(formats) reads, including strings.
    In place of a destination there may be a mapping with the same keys except C(source).

    An empty destination (or null) becomes C(default_registry/default_namespace/) and the source's repository: the part
    after registry and namespace, so C(quay.io/a/b/c:v1) goes to C(.../b/c:v1), as in image-syncer 1.3.1.

    :param where: file or option, for messages.
    :param default_registry: overrides the variable C(DEFAULT_REGISTRY) of C(environ).
    :param default_namespace: overrides the variable C(DEFAULT_NAMESPACE) of C(environ).
    :param dialect: C(auto) and C(image-syncer) accept the whole grammar; C(image-migrator) rejects what its
        documentation excludes: less than registry/namespace/repository on either side, tag lists, expressions.
    :param in_place: an empty destination is the source itself, for what only reads.
    :raises RulesError: lists all problems of the document.
    """
    if dialect not in DIALECTS:
        shown, known = quoted(str(dialect)), ", ".join(DIALECTS)
        raise RulesError(["{0}: the dialect {1} is unknown: choose {2}".format(where, shown, known)])
    context = _Context(
        environ=environ,
        registry=default_registry or environ.get("DEFAULT_REGISTRY", ""),
        namespace=default_namespace or environ.get("DEFAULT_NAMESPACE", ""),
        strict=dialect == "image-migrator",
        in_place=in_place,
    )
    rules: Dict[Tuple[Any, ...], Rule] = {}
    for entry in _entries(document, where, context):
        for rule in _rules_of(entry, context):
            rules.setdefault(rule.identity, rule)
    if context.problems:
        raise RulesError(context.problems)
    return list(rules.values())


class _Entry(NamedTuple):
    """A rule as written. C(item) is the mapping with the further keys, None if the destination may be one."""

    place: str
    source: Any
    destination: Any
    item: Optional[Mapping[Any, Any]] = None


def _entries(document: Any, where: str, context: _Context) -> Iterator[_Entry]:
    """All rules as written.

    :raises RulesError: the document has another format, and cannot be read.
    """
    problems = context.problems
    document = document if context.strict else as_rules(document, where)
    if isinstance(document, dict) and _is_combined(document):
        problems.extend(_combined_problems(document, where))
        if "images" not in document:
            return
        where = "{0}: images".format(where)
        document = document["images"] if context.strict else as_rules(document["images"], where)
    if isinstance(document, dict):
        for source, destination in document.items():
            yield _Entry(where, source, destination)
    elif isinstance(document, list):
        for number, item in enumerate(document, 1):
            place = "{0}: item {1}".format(where, number)
            if isinstance(item, dict) and item:
                yield from _item_entries(item, place, problems)
            else:
                problems.append(
                    "{0}: it is {1}: write a mapping, source: destination".format(
                        place, describe(item) if item != {} else "an empty mapping"
                    )
                )
    else:
        problems.append(
            "{0}: it is {1}: a mapping of sources to destinations is expected".format(where, describe(document))
        )
    if document in ({}, []):
        problems.append('{0}: there are no rules: write at least one, "source": "destination"'.format(where))


def _is_combined(document: Mapping[Any, Any]) -> bool:
    """Whether it is C(config.json), image-syncer's single file for both. No image is called C(images)."""
    return isinstance(document.get("auth"), dict) or isinstance(document.get("images"), (dict, list))


def _combined_problems(document: Mapping[Any, Any], where: str) -> Iterator[str]:
    for name in document:
        if name not in ("auth", "images"):
            hint = "a file with auth and images holds nothing else"
            if str(name) in ("defaultRegistry", "defaultNamespace", "registry", "namespace"):
                hint = "use the options default_registry and default_namespace"
            yield "{0}: {1} is unknown: {2}".format(where, quoted(str(name)), hint)
    if "images" not in document:
        yield "{0}: it has auth but no images: this may be the auth file".format(where)


def _item_entries(item: Dict[Any, Any], place: str, problems: List[str]) -> Iterator[_Entry]:
    if SOURCE not in item and DESTINATION not in item:
        for source, destination in item.items():
            yield _Entry(place, source, destination)
        return
    missing = [name for name in (SOURCE, DESTINATION) if name not in item]
    problems.extend(
        '{0}: "{1}" is missing: write source and destination (an empty text for the default one)'.format(place, name)
        for name in missing
    )
    if missing:
        read_extras(item, place, problems)
    else:
        yield _Entry(place, item[SOURCE], item[DESTINATION], item)


def _rules_of(entry: _Entry, context: _Context) -> Iterator[Rule]:
    """The rules of one source, one for each destination; problems go to the context."""
    source, destination = entry.source, entry.destination
    if not isinstance(source, str):
        context.problems.append("{0}: a source is {1}: put it in quotes".format(entry.place, describe(source)))
        return
    where = "{0}: {1}".format(entry.place, quoted(source))
    found: List[Source] = []
    try:
        found = parse_sources(source, context.strict, context.environ)
    except (ReferenceProblem, RuleProblem) as problem:
        context.problems.append("{0}: source: {1}".format(where, sentence(problem)))
    if isinstance(destination, list) and not destination:
        context.problems.append("{0}: its list of destinations is empty: write at least one".format(where))
    first = found[0] if found else None
    extras = NO_EXTRAS if entry.item is None else _extras(entry.item, first, where, context)
    for value in destination if isinstance(destination, list) else [destination]:
        for text, its in _destinations(value, entry.item is None, extras, first, where, context):
            try:
                words = _destination_text(text)
                check_destination(found, words)
                for parsed in found or [None]:
                    rule = _rule(parsed, source, words, where, context, its)
                    if rule is not None:
                        yield rule
            except RuleProblem as problem:
                context.problems.append("{0}: {1}".format(where, problem))


def _destinations(
    value: Any, may_nest: bool, extras: Extras, parsed: Optional[Source], where: str, context: _Context
) -> Iterator[Tuple[Any, Extras]]:
    """The destinations of one value with their keys; a mapping contains both."""
    if not may_nest or not isinstance(value, dict) or _is_login(value):
        yield value, extras
        return
    if SOURCE in value:
        context.problems.append("{0}: it has a source already: write the key source in an item of a list".format(where))
    inner = _extras(value, parsed, where, context)
    if DESTINATION not in value:
        context.problems.append(
            '{0}: "destination" is missing: write it (an empty text for the default one)'.format(where)
        )
    elif value[DESTINATION] == []:
        context.problems.append("{0}: its list of destinations is empty: write at least one".format(where))
    else:
        listed = value[DESTINATION]
        for text in listed if isinstance(listed, list) else [listed]:
            yield text, inner


def _extras(item: Mapping[Any, Any], parsed: Optional[Source], where: str, context: _Context) -> Extras:
    """The further keys of a rule, checked against its source."""
    extras = read_extras(item, where, context.problems)
    if context.strict and extras.written:
        context.problems.append(
            "{0}: image-migrator has no {1}: use the dialect auto".format(where, ", ".join(extras.written))
        )
    if parsed is None:
        return extras
    if not parsed.depth:
        context.problems.extend(
            "{0}: {1}: it is for a source that means many repositories: make the source end in /* or /**".format(
                where, name
            )
            for name in SCOPE_KEYS
            if name in extras.written
        )
    if "tags" in extras.written and parsed.selector.kind in ("list", "digest"):
        context.problems.append(
            "{0}: tags: the source names its {1} already: leave one of the two out".format(
                where, "digest" if parsed.selector.kind == "digest" else "tags"
            )
        )
    return extras


def _is_login(value: Mapping[Any, Any]) -> bool:
    return any(str(name).lower() in ("username", "password", "insecure") for name in value)


def _destination_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and _is_login(value):
        raise RuleProblem("it holds credentials: this is an auth file, not a rules file")
    raise RuleProblem("destination: it is {0}: write a string or a list of strings (in quotes)".format(describe(value)))


def _rule(
    parsed: Optional[Source], source: str, text: str, where: str, context: _Context, extras: Extras
) -> Optional[Rule]:
    """One rule; None if only the destination could be checked because the source was rejected.

    :raises RuleProblem: a sentence about the destination or about both together.
    """
    expanded = _expand(text, context)
    if expanded == "":
        if parsed is None:
            if not context.in_place and not (context.registry and context.namespace):
                raise RuleProblem(_no_default(context))
            return None
        destination, tags, digest = _default_destination(parsed, context), None, None
    elif parsed is not None and parsed.depth:
        destination, tags, digest = parse_place(expanded, show=expanded == text), None, None
    else:
        # A variable's value is not the user's text and may be a secret: it is not quoted.
        destination, tags, digest = parse_destination(expanded, context.strict, show=expanded == text)
    if parsed is None:
        return None
    parsed, paired = pair(parsed, tags, digest)
    scope = None
    if parsed.depth:
        scope = Scope(parsed.depth == "**", extras.repositories, extras.via, extras.rename)
        problem = problem_of(scope, parsed.repository, destination)
        if problem and not (context.in_place and expanded == ""):
            raise RuleProblem(problem)
    return Rule(
        source=parsed.repository,
        selector=parsed.selector,
        destination=destination,
        destination_tags=paired,
        source_text=source,
        destination_text=text,
        where=where,
        scope=scope,
        tag_filter=extras.tag_filter,
        platforms=extras.platforms,
        written=extras.written,
    )


def _expand(text: str, context: _Context) -> str:
    try:
        expanded, used = expand(text, context.environ)
    except ExpansionProblem as problem:
        raise RuleProblem("destination: {0}".format(sentence(problem))) from None
    if used and not expanded.strip():
        raise RuleProblem(
            "destination: nothing is left of it because {0} is empty: set it, or write an empty destination to use the "
            "default one".format(", ".join(used))
        )
    return expanded


def _no_default(context: _Context) -> str:
    missing = [name for name, value in (("registry", context.registry), ("namespace", context.namespace)) if not value]
    return "its destination is empty and there is no default {0}: {1}".format(" and ".join(missing), _DEFAULTS_HINT)


def _default_destination(parsed: Source, context: _Context) -> Repository:
    if context.in_place:
        return parsed.repository
    if not (context.registry and context.namespace):
        raise RuleProblem(_no_default(context))
    source = parsed.repository
    if parsed.depth and not source.name:
        raise RuleProblem(
            "its destination is empty, and the default one would put the repositories of all namespaces into one: "
            "write the destination"
        )
    _namespace, slash, rest = source.name.partition("/")
    parts = [context.registry.rstrip("/"), context.namespace.strip("/"), rest if slash or parsed.depth else source.name]
    try:
        if ":" in parts[1] or "@" in parts[1]:
            raise RuleProblem("the namespace holds a tag or a port")
        if parsed.depth:
            return parse_place("/".join(filter(None, parts)), show=True)
        return parse_repository("/".join(parts))
    except (ReferenceProblem, RuleProblem) as problem:
        raise RuleProblem(
            "its destination is empty and the default one is not valid: {0} (options default_registry and "
            "default_namespace, or DEFAULT_REGISTRY and DEFAULT_NAMESPACE)".format(sentence(problem))
        ) from None
