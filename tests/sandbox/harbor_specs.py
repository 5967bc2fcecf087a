# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Harbor's own API descriptions as a judge of request bodies.

Harbor passes over fields that it does not know, so a misspelt one, or one that came later, does nothing and nobody is
told. Here such a body is a violation, which fails the test. The descriptions are no part of this repository: they
are looked for in C(shared/harbor-spec) beside the checkout.
"""

from __future__ import annotations

import copy
import importlib
import json
import os
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Tuple

from .harbor_versions import Version

DIRECTORY = Path(__file__).resolve().parents[3] / "shared" / "harbor-spec"
_NAME = re.compile(r"v(\d+)\.(\d+)\.\d+\.yaml\Z")
# The description of 1.10 names another body than its source reads.
_OTHER = {("1", "POST", "/registries/ping"): "PingRegistry"}


class Specification:
    """The description of one version.

    :ivar why_not: why nothing is judged; empty where it is.
    """

    _loaded: Dict[str, Dict[str, Any]] = {}

    def __init__(self, document: Optional[Dict[str, Any]], why_not: str = "", draft: Any = None) -> None:
        self.why_not = why_not
        self._draft = draft
        self._definitions: Dict[str, Any] = {}
        self._bodies: List[Tuple[str, Any, str]] = []
        if document is not None:
            self._definitions = {name: _strict(item) for name, item in document["definitions"].items()}
            self._bodies = list(_body_types(document))

    @classmethod
    def find(cls, version: Version, directory: Optional[str] = None) -> Specification:
        """The description of this version, or else of the next one that there is: it knows all that this one does."""
        place = Path(directory) if directory else DIRECTORY
        try:
            draft = importlib.import_module("jsonschema").Draft4Validator
            yaml = importlib.import_module("yaml")
        except ImportError as problem:
            return cls(None, "needs jsonschema and PyYAML: {0}".format(problem))
        names = {}
        for name in os.listdir(str(place)) if place.is_dir() else ():
            found = _NAME.match(name)
            if found and (int(found.group(1)) >= 2) == version.modern:
                names[tuple(int(part) for part in found.groups())] = name
        if not names:
            return cls(None, "no API description of Harbor {0} in {1}".format(version.text, place))
        fitting = [number for number in names if number >= version.number[:2]] or [max(names)]
        path = str(place / names[min(fitting)])
        if path not in cls._loaded:
            with open(path, encoding="utf-8") as handle:
                cls._loaded[path] = yaml.load(handle, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        return cls(cls._loaded[path], "", draft)

    @staticmethod
    def parsed(body: bytes) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(body) if body else None
        except ValueError:
            return None

    def violations(self, method: str, path: str, body: bytes) -> List[str]:
        """What is wrong with a body. Values are not repeated: they may be secret."""
        value = self.parsed(body)
        if value is None:
            return []
        for of, pattern, name in self._bodies:
            if of == method and pattern.match(path):
                schema = {"$ref": "#/definitions/" + name, "definitions": self._definitions}
                where = "{0} {1}: {2}".format(method, path, name)
                return ["{0} {1}".format(where, _told(error)) for error in self._draft(schema).iter_errors(value)]
        return []


def _told(error: Any) -> str:
    place = "/".join(str(part) for part in error.absolute_path) or "the top"
    if error.validator == "additionalProperties":
        unknown = sorted(set(error.instance) - set(error.schema.get("properties", ())))
        return "has unknown {0} at {1}".format(", ".join(unknown), place)
    return "does not fit {0} {1} at {2}".format(error.validator, error.schema.get("type", ""), place)


def _body_types(document: Dict[str, Any]) -> Iterator[Tuple[str, Any, str]]:
    """Method, path and name of the body's type of each operation that has one."""
    major = str(document["info"]["version"])[:1]
    for path, operations in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(path)) + r"\Z")
        for method, operation in operations.items():
            for parameter in operation.get("parameters", ()) if isinstance(operation, dict) else ():
                reference = parameter.get("schema", {}).get("$ref", "")
                if parameter.get("in") == "body" and reference:
                    name = reference.rpartition("/")[2]
                    yield method.upper(), pattern, _OTHER.get((major, method.upper(), path), name)


def _strict(definition: Dict[str, Any]) -> Dict[str, Any]:
    """A definition that knows no other fields than its own, and null where Go has a pointer or a list."""
    strict = copy.deepcopy(definition)
    properties = strict.get("properties")
    if not properties:
        return strict
    strict["additionalProperties"] = False
    for name, schema in properties.items():
        nullable = schema.get("x-nullable") or schema.get("x-isnullable") or schema.get("type") == "array"
        if "$ref" in schema:
            properties[name] = {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
        elif nullable and isinstance(schema.get("type"), str):
            schema["type"] = [schema["type"], "null"]
    if {"type", "value"} <= set(properties) and "cron" not in properties and len(properties) <= 3:
        # A filter's value is a text or, for labels, a list; the descriptions say either the one or an object.
        properties["value"] = {}
    return strict
