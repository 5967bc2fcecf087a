# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON from outside: from servers, programs and other users' files.

Nothing else in the collection parses JSON. Results have limited depth and finite numbers, so callers can traverse, sum
or print them without checks. If an object has a name twice, the last value wins, as in Go's servers.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import math
from typing import Any, Callable, List, Optional, Tuple, Union

from ._http_values import NotUnderstood
from ._lazy import pattern

DEEPEST = 100
"""Levels of lists and objects. Documents of registries and APIs have about ten."""
MOST_DIGITS = 100

HALF = pattern(r"\\u[dD][89a-fA-F]|[\ud800-\udfff]")
"""Finds what may be half of a character, in the text of a document."""

Shape = Any
"""See L(check_shape,#)."""


def parse_json(text: str, pairs: Optional[Callable[[List[Tuple[str, Any]]], Any]] = None) -> Any:
    """Parse JSON: strings may have lone surrogates (C(\\ud800)), which cannot be written to a file.

    :param pairs: makes an object from its names and values.
    :raises json.JSONDecodeError: it is not JSON.
    :raises NotUnderstood: it is JSON beyond the limits.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=pairs, parse_int=_integer, parse_float=_number, parse_constant=_no_number
        )
    except RecursionError:
        raise NotUnderstood("it is nested too deeply") from None
    level = [value] if isinstance(value, (dict, list)) else []
    for _depth in range(DEEPEST):
        level = [
            item
            for one in level
            for item in (one.values() if isinstance(one, dict) else one)
            if isinstance(item, (dict, list))
        ]
    if level:
        raise NotUnderstood("it is nested too deeply")
    return value


def read_json(content: Union[str, bytes]) -> Any:
    """Parse JSON from a server or a program, or from a file that the collection wrote.

    Lone surrogates are replaced (U+FFFD), as in Go.

    :raises NotUnderstood: it is not JSON, or beyond the limits.
    """
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        value = parse_json(text)
        # The expression alone would take longer than the rest.
        if ("\\ud" in text or "\\uD" in text or not text.isascii()) and HALF.search(text):
            whole = json.dumps(value, ensure_ascii=False).encode("utf-16-le", "surrogatepass")
            value = parse_json(whole.decode("utf-16-le", "replace"))
    except json.JSONDecodeError as error:
        place = "line {0}, column {1}: {2}".format(error.lineno, error.colno, error.msg)
        raise NotUnderstood("it is not JSON: {0}".format(place)) from None
    except UnicodeDecodeError:
        raise NotUnderstood("it is not JSON: it is not UTF-8") from None
    return value


def _integer(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise NotUnderstood("it has a number of {0} digits".format(len(text)))
    return int(text)


def _number(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotUnderstood("it has a number that is too large")
    return number


def _no_number(name: str) -> None:
    raise NotUnderstood("it has the number {0}, which JSON does not know".format(name))


_KINDS: Tuple[Tuple[type, str], ...] = (
    (bool, "true or false"),
    (str, "a string"),
    (int, "a whole number"),
    (float, "a number"),
    (list, "a list"),
    (dict, "an object"),
    (type(None), "null"),
)


def check_shape(value: Any, shape: Shape, place: str = "") -> Any:
    """Check a value's shape, and return the value.

    :param shape: a type; C([shape]) for a list of such entries; C({name: shape}) for an object with at least these,
        a missing name counting as V(None); a tuple of shapes for any of them; V(None) for null.
    :param place: the value's place in the document.
    :raises NotUnderstood: it has another shape. The text has the place, the actual and the expected type.
    """
    alternatives = shape if isinstance(shape, tuple) else (shape,)
    fitting = [one for one in alternatives if _is(value, one)]
    if not fitting:
        expected = " or ".join(_words(one) for one in alternatives if one is not None) or "null"
        raise NotUnderstood("{0} is {1} where {2} is expected".format(place or "it", _words(type(value)), expected))
    if isinstance(fitting[0], list):
        for number, entry in enumerate(value):
            check_shape(entry, fitting[0][0], "{0}[{1}]".format(place, number))
    elif isinstance(fitting[0], dict):
        for name, inner in fitting[0].items():
            check_shape(value.get(name), inner, "{0}.{1}".format(place, name) if place else name)
    return value


def _is(value: Any, shape: Shape) -> bool:
    if shape is None:
        return value is None
    kind = shape if isinstance(shape, type) else type(shape)
    found = type(value)
    # Numbers without a fraction are written as integers.
    return found is kind or (kind is float and found is int) or kind is object


def _words(shape: Shape) -> str:
    kind = shape if isinstance(shape, type) else type(shape)
    return next((words for one, words in _KINDS if one is kind), "a value")


def read_shape(content: Union[str, bytes], shape: Shape) -> Any:
    """Parse JSON as L(read_json,#) does, and check its shape.

    :raises NotUnderstood: it is not JSON, beyond the limits, or has another shape.
    """
    return check_shape(read_json(content), shape)
