# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bodies of requests as Harbor reads them: fields that it knows, of their types; all others are passed over."""

from __future__ import annotations

import json
from typing import Any, Dict, Tuple, Union

from .harbor_replies import RefusedError
from .harbor_versions import Version

# A field's type as Go names it, or the fields of an object, or a list with the type of its elements.
Type = Union[str, Dict[str, Any], Tuple[Any]]
STRING, BOOL, INT, ANY = "string", "bool", "int64", "any"
_LIMITS = {"int8": 2**7, "int32": 2**31, "int64": 2**63}

CREDENTIAL = {"type": STRING, "access_key": STRING, "access_secret": STRING}
FLAT = {"credential_type": STRING, "access_key": STRING, "access_secret": STRING}


def registry(version: Version) -> Dict[str, Any]:
    common = {"name": STRING, "description": STRING, "type": STRING, "url": STRING, "insecure": BOOL, "id": INT}
    return dict(common, credential=CREDENTIAL, status=STRING, **_certificate(version))


def registry_update(version: Version) -> Dict[str, Any]:
    return dict(FLAT, name=STRING, description=STRING, url=STRING, insecure=BOOL, **_certificate(version))


def registry_ping(version: Version) -> Dict[str, Any]:
    return dict(FLAT, id=INT, type=STRING, url=STRING, insecure=BOOL, **_certificate(version))


def _certificate(version: Version) -> Dict[str, Any]:
    return {"ca_certificate": STRING} if version.own_certificates else {}


def policy(version: Version) -> Dict[str, Any]:
    fields: Dict[str, Any] = {
        "id": INT,
        "name": STRING,
        "description": STRING,
        "src_registry": registry(version),
        "dest_registry": registry(version),
        "dest_namespace": STRING,
        "filters": ({"type": STRING, "value": ANY},),
        "trigger": {"type": STRING, "trigger_settings": {"cron": STRING}},
        "deletion": BOOL,
        "override": BOOL,
        "enabled": BOOL,
    }
    if version.modern:
        fields.update(dest_namespace_replace_count="int8", replicate_deletion=BOOL)
    if version.at_least(2, 4):
        fields.update(speed="int32", filters=({"type": STRING, "value": ANY, "decoration": STRING},))
    if version.chunked_copies:
        fields.update(copy_by_chunk=BOOL)
    if version.single_active:
        fields.update(single_active_replication=BOOL)
    return fields


EXECUTION = {"policy_id": INT}
ROBOT_ACCESS = {"resource": STRING, "action": STRING, "effect": STRING}
ROBOT = {
    "id": INT,
    "name": STRING,
    "description": STRING,
    "secret": STRING,
    "level": STRING,
    "duration": INT,
    "disable": BOOL,
    "editable": BOOL,
    "permissions": ({"kind": STRING, "namespace": STRING, "access": (ROBOT_ACCESS,)},),
}
ROBOT_SECRET = {"secret": STRING}


def check_media_type(given: str) -> None:
    """2.x takes bodies in JSON only, by what they are called.

    :raises RefusedError: 422.
    """
    kind = given.partition(";")[0].strip().lower() or "application/octet-stream"
    if kind != "application/json":
        text = 'validation failure list:\nunsupported media type "{0}", only [application/json] are allowed'
        raise RefusedError(422, text.format(kind))


class _WrongError(ValueError):
    pass


def read(raw: bytes, fields: Dict[str, Any], version: Version, name: str, model: str) -> Dict[str, Any]:
    """The fields of a body; those that are null or not given are left out.

    :param name: what the body is called in the API's description.
    :param model: the name of its type, for error messages.
    :raises RefusedError: 422 (400 in 1.10) where it does not fit.
    """
    try:
        if version.modern and not raw:
            raise RefusedError(422, "validation failure list:\n{0} in body is required".format(name))
        return _read(json.loads(raw), fields, model) or {}
    except _WrongError as problem:
        reason = "json: cannot unmarshal {0}".format(problem)
    except ValueError:
        first = raw[:1].decode("latin-1")
        reason = "invalid character '{0}' looking for beginning of value".format(first)
    if not version.modern:
        raise RefusedError(400, "Invalid json request")
    raise RefusedError(
        422, 'validation failure list:\nparsing {0} body from "" failed, because {1}'.format(name, reason)
    )


def _read(value: Any, kind: Type, where: str) -> Any:
    if value is None or kind == ANY:
        return value
    if isinstance(kind, tuple):
        if not isinstance(value, list):
            raise _WrongError("{0} into Go struct field {1} of type []*models".format(_json_type(value), where))
        return [_read(item, kind[0], where) for item in value]
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            raise _WrongError("{0} into Go value of type models.{1}".format(_json_type(value), where))
        model = where.partition(".")[0]
        found = {
            name: _read(value[name], inner, "{0}.{1}".format(model, name))
            for name, inner in kind.items()
            if name in value
        }
        return {name: item for name, item in found.items() if item is not None}
    return _plain(value, str(kind), where)


def _plain(value: Any, kind: str, where: str) -> Any:
    wanted: Any = {STRING: str, BOOL: bool}.get(kind, int)
    fits = isinstance(value, wanted) and (wanted is bool or not isinstance(value, bool))
    shown = _json_type(value)
    if fits and wanted is int and not -_LIMITS[kind] <= value < _LIMITS[kind]:
        fits, shown = False, "number {0}".format(value)
    if not fits:
        raise _WrongError("{0} into Go struct field {1} of type {2}".format(shown, where, kind))
    return value


def _json_type(value: Any) -> str:
    if isinstance(value, bool):
        return "bool"
    names = {str: "string", int: "number", float: "number", list: "array", dict: "object"}
    return names[type(value)]
