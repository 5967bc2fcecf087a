# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Huawei's own SDK as a description of its APIs: calls, parameters and bodies.

Its clients have a method for each call, with its HTTP method, path and parameters, and its models define
the fields and their types.
"""

from __future__ import annotations

import inspect
import re
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Sequence, Tuple

_PLAIN = {"str": str, "int": int, "bool": bool, "float": float}


class Operation(NamedTuple):
    """One call.

    :ivar body: the type of its body, in the SDK's notation: C(CreateRepoRequestBody), C(list[UserAuth]).
    """

    name: str
    method: str
    path: Any
    query: Sequence[str]
    body: Optional[str]


def operations(package: Any, client: Any) -> List[Operation]:
    """
    :param package: such as C(huaweicloudsdkswr.v2).
    :param client: its class of clients.
    """
    found = []
    for part in inspect.getsource(client).split("    @classmethod\n    def _")[1:]:
        name = part.partition("_http_info(")[0]
        template = _text(part, r'"resource_path": "([^"]+)"')
        path = re.compile(re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template)) + r"\Z")
        request = getattr(package, "".join(word.title() for word in name.split("_")) + "Request")
        query = re.findall(r"query_params\.append\(\('([^']+)'", part)
        found.append(Operation(name, _text(part, r'"method": "(\w+)"'), path, query, request.openapi_types.get("body")))
    return found


def _text(part: str, pattern: str) -> str:
    match = re.search(pattern, part)
    assert match is not None, pattern
    return match.group(1)


def problems(package: Any, known: Sequence[Operation], call: Any) -> Tuple[Optional[str], List[str]]:
    """A request's operation, and its deviations from the SDK's models.

    :param call: it has C(method), C(path), C(query) and C(body).
    """
    matching = [one for one in known if one.method == call.method and one.path.match(call.path)]
    # A literal path segment takes precedence over a parameter.
    matching.sort(key=lambda one: one.path.pattern.count("[^/]+"))
    if not matching:
        return None, ["{0} {1}: no such call".format(call.method, call.path)]
    operation = matching[0]
    names = [item.partition("=")[0] for item in call.query.split("&") if item]
    found = ["query {0}".format(name) for name in names if name not in operation.query]
    if (operation.body is None) != (call.body is None):
        found.append("body: expected {0}".format(operation.body))
    elif operation.body is not None:
        found += _differences(package, operation.body, call.body, "body")
    return operation.name, ["{0}: {1}".format(operation.name, text) for text in found]


def _differences(package: Any, expected: str, value: Any, place: str) -> Iterator[str]:
    """The places where a value does not match an SDK type."""
    inner = re.match(r"list\[(.+)\]\Z", expected)
    if inner:
        if not isinstance(value, list):
            yield "{0}: no list".format(place)
            return
        for number, entry in enumerate(value):
            yield from _differences(package, inner.group(1), entry, "{0}[{1}]".format(place, number))
    elif expected in _PLAIN:
        if type(value) is not _PLAIN[expected]:
            yield "{0}: {1} where {2} is expected".format(place, type(value).__name__, expected)
    elif expected == "object":
        if not isinstance(value, dict):
            yield "{0}: no object".format(place)
    else:
        yield from _fields(package, getattr(package, expected), value, place)


def _fields(package: Any, model: Any, value: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield "{0}: no object".format(place)
        return
    types: Dict[str, str] = {theirs: model.openapi_types[ours] for ours, theirs in model.attribute_map.items()}
    for name, item in value.items():
        if name not in types:
            yield "{0}.{1}: unknown".format(place, name)
        else:
            yield from _differences(package, types[name], item, "{0}.{1}".format(place, name))
