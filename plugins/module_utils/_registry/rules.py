# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Image rules: what the user wrote, in every dialect, as one type.

One grammar covers image-syncer 1.3.1 and 1.5.x and image-migrator (rules a to h of its C(images.json)); the forms of
the three never mean different things where more than one of them accepts a text, with two exceptions that are decided
here: an empty destination means the default one (1.3.1 and image-migrator; 1.5.x refuses it), and of
C(host/namespace/repository) the first part is always a registry (see C(reference.parse_repository)).

Sources: C(repository) (all tags), C(repository:tag), C(repository:tag1,tag2), C(repository@sha256:...),
C(repository:/regular expression/) (unanchored, Python's C(re)).
Destinations: a text or a list of texts; environment variables are expanded in them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import Any, Dict, Iterator, List, Mapping, Optional, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.documents import describe
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._registry.expansion import ExpansionProblem, expand
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import (
    ReferenceProblem,
    Repository,
    parse_repository,
    quoted,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.rule_grammar import (
    RuleProblem,
    Source,
    TagSelector,
    paired_tags,
    parse_destination,
    parse_source,
    sentence,
)

DIALECTS = ("auto", "image-syncer", "image-migrator")

_DEFAULTS_HINT = (
    "set the options default_registry and default_namespace, or the environment variables DEFAULT_REGISTRY and "
    "DEFAULT_NAMESPACE, or write the destination"
)


@dataclass(frozen=True)
class Rule:
    """Copy the selected tags of one repository to one other.

    :param destination_tags: by position for C(selector.values) of kind C(list), or one for C(digest);
        None keeps the source's tags (and, of a digest, copies without a tag).
    :param source_text: the source as the user wrote it.
    :param destination_text: the destination as the user wrote it, before variables and defaults.
    :param where: the file or option and the source, for messages.
    """

    source: Repository
    selector: TagSelector
    destination: Repository
    destination_tags: Optional[Tuple[str, ...]]
    source_text: str
    destination_text: str
    where: str


@dataclass
class _Context:
    environ: Mapping[str, str]
    registry: str
    namespace: str
    strict: bool
    problems: List[str] = field(default_factory=list)


def parse_rules(
    document: Any,
    *,
    where: str,
    environ: Mapping[str, str],
    default_registry: Optional[str] = None,
    default_namespace: Optional[str] = None,
    dialect: str = "auto",
) -> List[Rule]:
    """Turn a rules document into rules, in the document's order, exact duplicates dropped.

    The document is a mapping of sources to destinations; or a list of such mappings, or of mappings
    C({source: ..., destination: ...}); or image-syncer's combined document with C(auth) and C(images).

    An empty destination (or null) becomes C(default_registry/default_namespace/) and the source's repository: what
    follows the registry and the namespace, so C(quay.io/a/b/c:v1) goes to C(.../b/c:v1). image-syncer 1.3.1 does that.

    :param where: file or option, for messages.
    :param default_registry: beats the variable C(DEFAULT_REGISTRY) of C(environ).
    :param default_namespace: beats the variable C(DEFAULT_NAMESPACE) of C(environ).
    :param dialect: C(auto) and C(image-syncer) take the whole grammar; C(image-migrator) refuses what its
        documentation excludes: less than registry/namespace/repository on either side, tag lists, expressions.
    :raises RulesError: with every problem of the document.
    """
    if dialect not in DIALECTS:
        shown, known = quoted(str(dialect)), ", ".join(DIALECTS)
        raise RulesError(["{0}: the dialect {1} is unknown: choose {2}".format(where, shown, known)])
    context = _Context(
        environ=environ,
        registry=default_registry or environ.get("DEFAULT_REGISTRY", ""),
        namespace=default_namespace or environ.get("DEFAULT_NAMESPACE", ""),
        strict=dialect == "image-migrator",
    )
    rules: Dict[Tuple[Any, ...], Rule] = {}
    for place, source, destination in _entries(document, where, context.problems):
        for rule in _rules_of(place, source, destination, context):
            rules.setdefault((rule.source, rule.selector, rule.destination, rule.destination_tags), rule)
    if context.problems:
        raise RulesError(context.problems)
    return list(rules.values())


def _entries(document: Any, where: str, problems: List[str]) -> Iterator[Tuple[str, Any, Any]]:
    """(place, source, destination) of every rule as written."""
    if isinstance(document, dict) and _is_combined(document):
        problems.extend(_combined_problems(document, where))
        if "images" not in document:
            return
        document, where = document["images"], "{0}: images".format(where)
    if isinstance(document, dict):
        for source, destination in document.items():
            yield where, source, destination
    elif isinstance(document, list):
        for number, item in enumerate(document, 1):
            place = "{0}: item {1}".format(where, number)
            if isinstance(item, dict) and item:
                for source, destination in _item_entries(item, place, problems):
                    yield place, source, destination
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
    """Whether it is C(config.json), image-syncer's one file for both: no destination is ever a mapping."""
    images = document.get("images")
    return (
        isinstance(document.get("auth"), dict)
        or isinstance(images, dict)
        or (isinstance(images, list) and any(isinstance(item, dict) for item in images))
    )


def _combined_problems(document: Mapping[Any, Any], where: str) -> Iterator[str]:
    for name in document:
        if name not in ("auth", "images"):
            hint = "a file with auth and images holds nothing else"
            if str(name) in ("defaultRegistry", "defaultNamespace", "registry", "namespace"):
                hint = "use the options default_registry and default_namespace"
            yield "{0}: {1} is unknown: {2}".format(where, quoted(str(name)), hint)
    if "images" not in document:
        yield "{0}: it has auth but no images: this may be the auth file".format(where)


def _item_entries(item: Dict[Any, Any], place: str, problems: List[str]) -> List[Tuple[Any, Any]]:
    if "source" not in item and "destination" not in item:
        return list(item.items())
    missing = [name for name in ("source", "destination") if name not in item]
    unknown = [name for name in item if name not in ("source", "destination")]
    problems.extend(
        '{0}: "{1}" is missing: write source and destination (an empty text for the default one)'.format(place, name)
        for name in missing
    )
    for name in unknown:
        near = difflib.get_close_matches(str(name), ("source", "destination"), 1)
        hint = "did you mean {0}?".format(near[0]) if near else "source and destination are the keys"
        problems.append("{0}: the key {1} is unknown: {2}".format(place, quoted(str(name)), hint))
    return [] if missing or unknown else [(item["source"], item["destination"])]


def _rules_of(where: str, source: Any, destination: Any, context: _Context) -> Iterator[Rule]:
    """The rules of one source, one for each destination; problems go to the context."""
    if not isinstance(source, str):
        context.problems.append("{0}: a source is {1}: put it in quotes".format(where, describe(source)))
        return
    where = "{0}: {1}".format(where, quoted(source))
    parsed = None
    try:
        parsed = parse_source(source, context.strict)
    except (ReferenceProblem, RuleProblem) as problem:
        context.problems.append("{0}: source: {1}".format(where, sentence(problem)))
    if isinstance(destination, list) and not destination:
        context.problems.append("{0}: its list of destinations is empty: write at least one".format(where))
    for text in destination if isinstance(destination, list) else [destination]:
        try:
            rule = _rule(parsed, source, _destination_text(text), where, context)
        except RuleProblem as problem:
            context.problems.append("{0}: {1}".format(where, problem))
        else:
            if rule is not None:
                yield rule


def _destination_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and any(str(name).lower() in ("username", "password", "insecure") for name in value):
        raise RuleProblem("it holds credentials: this is an auth file, not a rules file")
    raise RuleProblem("destination: it is {0}: write a text or a list of texts (in quotes)".format(describe(value)))


def _rule(parsed: Optional[Source], source: str, text: str, where: str, context: _Context) -> Optional[Rule]:
    """One rule; None when only the destination could be checked because the source is refused.

    :raises RuleProblem: a sentence about the destination or about both together.
    """
    expanded = _expand(text, context)
    if expanded == "":
        if parsed is None:
            if not (context.registry and context.namespace):
                raise RuleProblem(_no_default(context))
            return None
        destination, tags = _default_destination(parsed.repository, context), None
        digest = None
    else:
        # What a variable holds is not the user's text and may be a secret: it is not quoted.
        destination, tags, digest = parse_destination(expanded, context.strict, show=expanded == text)
    if parsed is None:
        return None
    return Rule(
        source=parsed.repository,
        selector=parsed.selector,
        destination=destination,
        destination_tags=paired_tags(parsed, tags, digest),
        source_text=source,
        destination_text=text,
        where=where,
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


def _default_destination(source: Repository, context: _Context) -> Repository:
    if not (context.registry and context.namespace):
        raise RuleProblem(_no_default(context))
    _namespace, slash, rest = source.name.partition("/")
    parts = (context.registry.rstrip("/"), context.namespace.strip("/"), rest if slash else source.name)
    try:
        if ":" in parts[1] or "@" in parts[1]:
            raise RuleProblem("the namespace holds a tag or a port")
        return parse_repository("/".join(parts))
    except (ReferenceProblem, RuleProblem) as problem:
        raise RuleProblem(
            "its destination is empty and the default one is not valid: {0} (options default_registry and "
            "default_namespace, or DEFAULT_REGISTRY and DEFAULT_NAMESPACE)".format(sentence(problem))
        ) from None
