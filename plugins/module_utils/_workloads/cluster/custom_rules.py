# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images in custom resources that no built-in rule knows: expressions in JMESPath choose the objects that have them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import traceback
from typing import Any, Dict, Iterator, Mapping, NamedTuple, Optional, Sequence, Tuple

from ..._text import quoted, safe
from ..errors import WorkloadsError
from ..model.objects import FIELDS, Path, Spot, is_field, spots
from ..model.use import RESOURCE_FIELD

try:
    import jmespath
    from jmespath.exceptions import JMESPathError
except ImportError:
    JMESPATH_IMPORT_ERROR: Optional[str] = traceback.format_exc()
else:
    JMESPATH_IMPORT_ERROR = None


class _Rule(NamedTuple):
    kind: str
    text: str
    expression: Any
    field: str


class CustomRules:
    """
    :param rules: each with C(kind), C(objects) and C(field).
    :param fields: more fields by kind, in the form of C(FIELDS).
    :ivar kinds: of custom resources that have images by these rules or by C(FIELDS).
    :raises WorkloadsError: an expression or a field is invalid.
    """

    def __init__(self, rules: Sequence[Mapping[str, str]] = (), fields: Optional[Mapping[str, Any]] = None) -> None:
        self._rules = [_compiled(number, rule) for number, rule in enumerate(rules)]
        self._fields = {**FIELDS}
        for kind, paths in (fields or {}).items():
            self._fields[kind] = (*self._fields.get(kind, ()), *_checked(kind, paths))
        self.kinds = frozenset((*self._fields, *(rule.kind for rule in self._rules)))

    def find(self, item: Mapping[str, Any]) -> Iterator[Spot]:
        """The images in an object by the built-in rules and these, each place once.

        :raises WorkloadsError: an expression cannot be applied to the object, or chooses no objects of it.
        """
        seen = set()
        for spot in spots(item, self._fields):
            seen.add(spot.path)
            yield spot
        for rule in self._rules:
            if rule.kind == item["kind"]:
                for spot in self._chosen(rule, item):
                    if spot.path not in seen:
                        seen.add(spot.path)
                        yield spot

    def _chosen(self, rule: _Rule, item: Mapping[str, Any]) -> Iterator[Spot]:
        try:
            found = rule.expression.search(item)
        except JMESPathError as error:
            raise _refused(rule, "it fails: {0}".format(safe(error))) from None
        places: Dict[int, Path] = {}
        for one in found if isinstance(found, list) else [found]:
            if one is None:
                continue
            if not isinstance(one, Mapping):
                raise _refused(rule, "it chooses something else than objects")
            places = places or dict(_places(item, ()))
            # An expression returns the very objects of the document, so that they can be recognized in it.
            if id(one) not in places:
                raise _refused(rule, "it makes new objects instead of choosing some")
            image = one.get(rule.field)
            if isinstance(image, str) and image:
                yield Spot(places[id(one)] + (rule.field,), image, RESOURCE_FIELD)


def _checked(kind: str, paths: Any) -> Sequence[str]:
    """
    :raises WorkloadsError: a field is invalid.
    """
    given = [paths] if isinstance(paths, str) else paths
    if not isinstance(given, list) or not all(isinstance(path, str) and is_field(path) for path in given):
        raise WorkloadsError(
            "the fields of {0} are not valid".format(quoted(str(kind))),
            where="resource_fields",
            hint="Give a list of paths, as in spec.parts[].image.",
        )
    return given


def _compiled(number: int, rule: Mapping[str, str]) -> _Rule:
    try:
        expression = jmespath.compile(rule["objects"])
    except JMESPathError as error:
        raise WorkloadsError(
            "{0} is no valid JMESPath expression: {1}".format(quoted(rule["objects"]), safe(error)),
            where="custom_images[{0}].objects".format(number),
        ) from None
    return _Rule(rule["kind"], rule["objects"], expression, rule["field"])


def _refused(rule: _Rule, what: str) -> WorkloadsError:
    return WorkloadsError(
        "the expression {0} cannot be used for {1}: {2}".format(quoted(rule.text), quoted(rule.kind), what),
        where="custom_images",
        hint="Let it choose the objects that have the field, as in spec.parts[?enabled].",
    )


def _places(value: Any, path: Path) -> Iterator[Tuple[int, Path]]:
    if isinstance(value, Mapping):
        yield id(value), path
        for key, inner in value.items():
            yield from _places(inner, path + (key,))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _places(inner, path + (number,))
