# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Label and field selectors of the sandbox's Kubernetes API."""

from __future__ import annotations

import re
from typing import Any, Callable, Dict, List

from .kubernetes_replies import StatusError

Test = Callable[[Dict[str, Any]], bool]

_SET = re.compile(r"(?P<key>[^\s!=,()]+)\s+(?P<how>in|notin)\s+\((?P<values>[^()]*)\)\Z")
_EQUAL = re.compile(r"(?P<key>[^\s!=,()]+)\s*(?P<how>==|=|!=)\s*(?P<value>[^\s!=,()]*)\Z")
_EXISTS = re.compile(r"(?P<not>!?)\s*(?P<key>[^\s!=,()]+)\Z")
# What the server can select by, for every resource.
_FIELDS = ("metadata.name", "metadata.namespace")
_FIELDS_OF_PODS = ("spec.nodeName", "status.phase", "spec.serviceAccountName")


def _split(text: str) -> List[str]:
    """At commas outside of parentheses."""
    return [part.strip() for part in re.split(r",(?![^()]*\))", text) if part.strip()]


def labels(text: str) -> Test:
    """
    :raises StatusError: the selector is invalid.
    """
    tests = [_label(part) for part in _split(text)]
    return lambda item: all(test(item["metadata"].get("labels") or {}) for test in tests)


def _label(part: str) -> Test:
    found = _SET.match(part)
    if found:
        values = {value.strip() for value in found.group("values").split(",")}
        key, wanted = found.group("key"), found.group("how") == "in"
        return lambda have: (have.get(key) in values) == wanted
    found = _EQUAL.match(part)
    if found:
        key, value, same = found.group("key"), found.group("value"), found.group("how") != "!="
        return lambda have: (have.get(key) == value) == same
    found = _EXISTS.match(part)
    if found is None:
        raise StatusError(400, "unable to parse requirement: found '{0}', expected: identifier".format(part))
    key, there = found.group("key"), not found.group("not")
    return lambda have: (key in have) == there


def fields(text: str, kind: str) -> Test:
    """
    :raises StatusError: the selector is invalid, or names a field that the server cannot select by.
    """
    known = _FIELDS + (_FIELDS_OF_PODS if kind == "Pod" else ())
    tests: List[Test] = []
    for part in _split(text):
        found = _EQUAL.match(part)
        if found is None:
            raise StatusError(400, "invalid selector: '{0}'; can't understand '{0}'".format(part))
        if found.group("key") not in known:
            raise StatusError(400, "field label not supported: {0}".format(found.group("key")))
        tests.append(_field(found.group("key").split("."), found.group("value"), found.group("how") != "!="))
    return lambda item: all(test(item) for test in tests)


def _field(path: List[str], value: str, same: bool) -> Test:
    def test(item: Dict[str, Any]) -> bool:
        found: Any = item
        for name in path:
            found = found.get(name, "") if isinstance(found, dict) else ""
        return (found == value) == same

    return test
