# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documents in other formats as rules: lists of images, and the files of skopeo sync and regsync.

They are read if their meaning is certain, and otherwise rejected with the name of the format. A list says what to copy
but not where to, so its rules have the empty destination. Lists reject a name without a tag: elsewhere it means the
tag latest, in a rule all tags.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ..._text import quoted
from ..config.documents import describe, lines_of, parse_text
from ..errors import RulesError
from .local_sources import PREFIXES

_IMAGE_KEYS = ("name", "tag", "tags", "digest")
# Other people's scripts contain such lists; as sources these words would be images of Docker Hub.
_FIELDS = {*_IMAGE_KEYS, "image", "repo", "repository", "src", "dst", "dest", "from", "to", "target"}
_RULE = {"source", "destination"}
_SKOPEO_KEYS = ("images", "images-by-tag-regex", "images-by-semver", "tls-verify")
_REGSYNC_TIMING = ("interval", "schedule", "ratelimit", "parallel")
"""When regsync runs: C(regsync once) also ignores these keys."""
_REGSYNC_DEFAULTS = _REGSYNC_TIMING + ("cacheCount", "cacheTime", "skipDockerConfig", "userAgent")
_REGSYNC_KEYS = ("source", "target", "type", "tags", "repos", "platforms") + _REGSYNC_TIMING
_LOGINS = "write the logins into auth or auth_file"


class _Problem(Exception):
    """A sentence about one item."""


class _Format(NamedTuple):
    name: str
    is_it: Callable[[Mapping[Any, Any]], bool]
    items: Optional[Callable[[Mapping[Any, Any]], Iterator[Tuple[str, Any]]]]
    """The converter: yields the place of each item, and the rule or the problem; None for a rejected format."""


def as_rules(document: Any, where: str) -> Any:
    """A document in another format as a list of rules; a document of rules unchanged.

    :param document: data, or a string with JSON, YAML or one image per line.
    :raises RulesError: lists all problems, and the name of a rejected format.
    """
    if isinstance(document, str):
        document = _from_text(document, where)
    if isinstance(document, dict) and document and (set(document) <= _FIELDS or set(document) >= _RULE):
        # A list with a single item.
        document = [document]
    items: Optional[Iterator[Tuple[str, Any]]] = None
    if isinstance(document, list):
        items = _list_items(document)
    elif isinstance(document, dict):
        found = next((one for one in _FORMATS if one.is_it(document)), None)
        if found is not None and found.items is None:
            raise RulesError(
                [
                    "{0}: this is {1}: write the images into a list, or rules with source and destination".format(
                        where, found.name
                    )
                ]
            )
        if found is not None:
            where = "{0} ({1})".format(where, found.name)
            items = found.items(document)  # type: ignore[misc]
    if items is None:
        return document
    rules, problems = [], []
    for place, rule in items:
        if isinstance(rule, _Problem):
            problems.append(": ".join(part for part in (where, place, str(rule)) if part))
        else:
            rules.append(rule)
    if problems:
        raise RulesError(problems)
    return rules


def _from_text(text: str, where: str) -> Any:
    lines = lines_of(text)
    if not text.lstrip().startswith(("{", "[")) and all(len(line.split()) == 1 and line[-1] != ":" for line in lines):
        return lines
    parsed = parse_text(text, where)
    return lines if isinstance(parsed, str) else parsed


def _list_items(document: List[Any]) -> Iterator[Tuple[str, Any]]:
    for number, item in enumerate(document, 1):
        place = "item {0}".format(number)
        if isinstance(item, str):
            yield place, _image(item)
        elif isinstance(item, dict) and _FIELDS & set(item) and not _RULE & set(item):
            yield place, _named(item)
        else:
            yield place, item


def _image(text: str) -> Any:
    """The rule of a bare image name."""
    name = text.strip()
    if any(mark.isspace() for mark in name):
        return _Problem("there is white space in {0}: write one image on each line".format(quoted(name)))
    if not _has_selector(name):
        return _Problem(
            "{0} has no tag: write {0} with a tag, such as :latest, or a rule with source and destination for all its "
            "tags".format(quoted(name) if name else "it")
        )
    return {"source": name, "destination": ""}


def _has_selector(name: str) -> bool:
    last = name.rpartition("/")[2]
    return ":" in last or "@" in last or ":/" in name or last in ("*", "**") or name.startswith(PREFIXES)


def _named(item: Mapping[Any, Any]) -> Any:
    """The rule of a name with tags or a digest."""
    if "newName" in item or "newTag" in item:
        return _Problem("this is Kustomize's list of images: write source and destination")
    unknown = [str(key) for key in item if key not in _IMAGE_KEYS]
    if unknown:
        hint = "write name and tag, or source and destination"
        return _Problem("{0} is a field of another tool's list: {1}".format(quoted(unknown[0]), hint))
    selectors = [key for key in _IMAGE_KEYS[1:] if item.get(key) not in (None, "", [])]
    if len(selectors) != 1 or not isinstance(item.get("name"), str):
        return _Problem("write name and one of tag, tags and digest, as texts")
    if selectors[0] == "digest":
        return {"source": "{0}@{1}".format(item["name"], item["digest"]), "destination": ""}
    value = item[selectors[0]]
    tags = [_tag(tag) for tag in (value if isinstance(value, list) else [value])]
    wrong = next((tag for tag in tags if isinstance(tag, _Problem)), None)
    return wrong or {"source": "{0}:{1}".format(item["name"], ",".join(tags)), "destination": ""}


def _tag(value: Any) -> Any:
    """A tag; YAML reads 1.10 as the number 1.1, so a number with a dot is rejected."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else _Problem("a tag is {0}: put it in quotes".format(describe(value)))


# -- skopeo sync


def _is_skopeo(document: Mapping[Any, Any]) -> bool:
    return bool(document) and all(
        isinstance(value, dict) and any(str(key).startswith("images") for key in value) for value in document.values()
    )


def _skopeo_items(document: Mapping[Any, Any]) -> Iterator[Tuple[str, Any]]:
    for registry, entry in document.items():
        place = quoted(str(registry))
        for key in entry:
            if key not in _SKOPEO_KEYS:
                yield place, _Problem("{0} is not read: {1}".format(quoted(str(key)), _LOGINS))
        if entry.get("tls-verify", True) is not True:
            yield place, _Problem('tls-verify is not read: {0}, with "insecure": true'.format(_LOGINS))
        for key in _SKOPEO_KEYS[:3]:
            named = entry.get(key) or {}
            for name, value in named.items() if isinstance(named, dict) else [("", named)]:
                yield "{0}: {1}: {2}".format(place, key, quoted(str(name))), _skopeo_rule(key, registry, name, value)


def _skopeo_rule(key: str, registry: Any, name: Any, value: Any) -> Any:
    source = "{0}/{1}".format(registry, name)
    rule: Dict[str, Any] = {"source": source, "destination": ""}
    if key == "images":
        tags = [_tag(tag) for tag in value] if isinstance(value, list) else [] if value is None else [_Problem("")]
        if any(isinstance(tag, _Problem) for tag in tags):
            return _Problem("write a list of tags in quotes, or an empty one for all")
        digests = [tag for tag in tags if ":" in tag]
        if digests and len(tags) > 1:
            return _Problem("write a digest into an entry of its own")
        mark = "@" if digests else ":" if tags else ""
        return {**rule, "source": source + mark + ",".join(tags)}
    if not isinstance(value, str):
        return _Problem("it is {0}: write a string".format(describe(value)))
    if key == "images-by-semver":
        return {**rule, "tags": {"semver": value}}
    return {**rule, "tags": {"allow": ["/{0}/".format(value)]}}


# -- regsync


def _regsync_items(document: Mapping[Any, Any]) -> Iterator[Tuple[str, Any]]:
    if document.get("creds"):
        yield "creds", _Problem("not read: {0}".format(_LOGINS))
    defaults = document.get("defaults") or {}
    for key in defaults if isinstance(defaults, dict) else ():
        if key not in _REGSYNC_DEFAULTS:
            yield "defaults", _Problem("{0} is not read: leave it out".format(quoted(str(key))))
    for key in document:
        if key not in ("version", "creds", "defaults", "sync") and not str(key).startswith("x-"):
            yield "", _Problem("{0} is not read: leave it out".format(quoted(str(key))))
    for number, entry in enumerate(document["sync"], 1):
        try:
            yield "sync {0}".format(number), _regsync_rule(entry)
        except _Problem as problem:
            yield "sync {0}".format(number), problem


def _regsync_rule(entry: Any) -> Dict[str, Any]:
    """:raises _Problem:"""
    if not isinstance(entry, dict):
        raise _Problem("it is {0}: write source, target and type".format(describe(entry)))
    unknown = [str(key) for key in entry if key not in _REGSYNC_KEYS]
    if unknown:
        raise _Problem("{0} is not read: leave it out, and see the options of the task".format(quoted(unknown[0])))
    source, target, kind = (entry.get(key) for key in ("source", "target", "type"))
    if not isinstance(source, str) or not isinstance(target, str) or "{{" in source + target:
        raise _Problem("write source and target as texts without templates")
    rule: Dict[str, Any] = {"source": source, "destination": target}
    if kind == "image":
        rule = {key: value if _has_selector(value) else value + ":latest" for key, value in rule.items()}
    elif kind == "registry":
        rule["source"] = source + "/**"
    elif kind != "repository":
        raise _Problem("write image, repository or registry as its type")
    if entry.get("tags"):
        if kind == "image":
            raise _Problem("tags does not fit the type image: leave it out")
        rule["tags"] = _regsync_filter(entry["tags"], "tags")
    if entry.get("repos"):
        if kind != "registry":
            raise _Problem("repos is for the type registry: leave it out")
        rule["repositories"] = _regsync_filter(entry["repos"], "repos")
    if entry.get("platforms"):
        rule["platforms"] = entry["platforms"]
    return rule


def _regsync_filter(value: Any, where: str) -> Dict[str, List[str]]:
    """Its expressions match the whole name. :raises _Problem:"""
    if not isinstance(value, dict) or not set(value) <= {"allow", "deny"}:
        raise _Problem("{0}: write lists of expressions as allow and deny".format(where))
    found = {}
    for key, texts in value.items():
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise _Problem("{0}: {1}: write a list of expressions in quotes".format(where, key))
        if texts:
            found[key] = ["/^{0}$/".format(text) for text in texts]
    return found


def _has(key: str, kind: type) -> Callable[[Mapping[Any, Any]], bool]:
    return lambda document: isinstance(document.get(key), kind)


_FORMATS = (
    _Format("regsync", _has("sync", list), _regsync_items),
    _Format("skopeo sync", _is_skopeo, _skopeo_items),
    _Format("a file of Docker Compose", _has("services", dict), None),
    _Format("a file of dregsy", _has("tasks", list), None),
    _Format("a manifest of Kubernetes", lambda document: {"apiVersion", "kind"} <= set(document), None),
)
