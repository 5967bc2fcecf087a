# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Interprets a role's variables: converts strings from surveys, checks every value, finds misspelt names.

Ansible validates C(meta/argument_specs.yml) before any task of a role, but discards conversions. So the options there
have a type that accepts strings (C(raw), if the real one does not), and C(meta/argument_types.yml) has the real
type of each C(raw) one. An empty string among the choices there stands for an unset variable.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import math
import os
import re
from typing import Any, Callable, Collection, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.validation import check_type_bool, check_type_float, check_type_int

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import (
    describe,
    load_document,
    parse_text,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RulesError
from ansible_collections.longshore.swr.plugins.module_utils._secrets import Redactor
from ansible_collections.longshore.swr.plugins.module_utils._text import one_line, quoted

Spec = Dict[str, Dict[str, Any]]

FARTHEST = 2
"""How many letters a misspelt name is away from the right one at most."""
OTHERS = frozenset({"access_check_report", "cutover_hosts", "discover_hosts"})
"""Names that results and playbooks of the collection use, and that are this near to the name of an option."""

_DOCUMENTATION = ("description", "version_added", "default", "file_on")
# Ansible's own messages about these are about types of Python.
_SCALARS: Dict[Any, Any] = {
    "bool": (check_type_bool, "write true or false"),
    "int": (check_type_int, "write an integer, such as 8"),
    "float": (check_type_float, "write a number, such as 8 or 1.5"),
}


class ArgumentProblems(ValueError):
    """What is wrong with variables: a sentence for each problem, without secrets."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(self.problems))


class RoleSpec(NamedTuple):
    """The options of all entry points of a role (they share tasks), with their real types.

    :ivar prefix: the prefix of their names.
    :ivar paths: the options that are paths, and whether their files are on the controller, whatever the host.
    """

    prefix: str
    options: Spec
    paths: Dict[str, bool]

    @classmethod
    def read(cls, role_path: str, entry_point: str) -> RoleSpec:
        """Read both files of a role.

        :param entry_point: its required options are required.
        :raises RulesError, LongshoreError: a file is missing, or is not YAML.
        :raises KeyError: the role has no such entry point.
        """
        meta = os.path.join(role_path, "meta")
        entry_points = load_document(os.path.join(meta, "argument_specs.yml"))["argument_specs"]
        types = load_document(os.path.join(meta, "argument_types.yml"))
        options: Spec = {}
        for name, entry in entry_points.items():
            options.update(_optional(entry["options"]) if name != entry_point else {})
        options.update(entry_points[entry_point]["options"])
        options = {name: {**option, **types.get(name, {})} for name, option in options.items()}
        return cls(
            os.path.basename(role_path) + "_",
            {name: _real(option) for name, option in options.items()},
            {
                name: option.get("file_on") == "controller"
                for name, option in options.items()
                if "path" in (option["type"], option.get("elements"))
            },
        )

    def has_secret(self, values: Mapping[str, Any]) -> bool:
        """Whether one of the values must not be shown."""
        return any(True for _secret in _secrets(self.options, values))

    def check(
        self,
        values: Mapping[str, Any],
        complete: Callable[[Dict[str, Any]], Dict[str, Any]] = dict,
        is_local: bool = False,
        broken: Collection[str] = (),
    ) -> Dict[str, Any]:
        """The set values, converted to their types.

        :param values: by option name.
        :param complete: adds what they leave out, once texts are converted.
        :param is_local: whether the role runs on the controller. There, a relative path starts at the current
            directory. A module on a local connection would start at the playbook's, which is the collection's own
            behind an imported playbook.
        :param broken: options that have a value which is not known, so that they are not missing.
        :raises ArgumentProblems: with all problems, but no secrets.
        """
        given, problems = {}, []
        for name, value in set_of(values, self.options):
            try:
                given[name] = from_text(value, self.options[name], name)
            except ValueError as error:
                problems.append(str(error))
        if not problems and not broken:
            given = complete(given)
        # What is wrong already is not also missing.
        others = {
            name: option
            for name, option in self.options.items()
            if name in given or (is_unset(values.get(name)) and name not in broken)
        }
        result = ArgumentSpecValidator(others).validate(given)
        redact = Redactor(_secrets(self.options, given))
        problems += [one_line(redact(message), 500) for message in result.error_messages]
        if problems:
            raise ArgumentProblems(problems)
        checked = _without_none(result.validated_parameters, self.options)
        for name in [name for name, always in self.paths.items() if name in checked and (always or is_local)]:
            checked[name] = _from_here(checked[name])
        return checked

    def misspelt(self, names: Iterable[str]) -> List[str]:
        """A sentence for each name that is similar to an option's."""
        unknown = sorted(name for name in set(names) - set(self.options) - OTHERS if name.startswith(self.prefix))
        found = []
        for name in unknown:
            near = min(self.options, key=lambda option: (distance(name, option), option))
            if distance(name, near) <= FARTHEST:
                found.append("{0} is no variable of the role: write {1}".format(one_line(name), near))
        return found


def _optional(options: Spec) -> Spec:
    return {name: {**option, "required": False} for name, option in options.items()}


def _real(option: Mapping[str, Any]) -> Dict[str, Any]:
    """An option for checking: without documentation and defaults, and without expanding local paths."""
    real = {key: value for key, value in option.items() if key not in _DOCUMENTATION}
    for key in ("type", "elements"):
        if real.get(key) == "path":
            real[key] = "str"
    if "choices" in real:
        real["choices"] = [choice for choice in real["choices"] if choice != ""]
    if "options" in real:
        real["options"] = {name: _real(inner) for name, inner in real["options"].items()}
    return real


def _from_here(value: Any) -> Any:
    """A path, or each one of a list, from the current directory."""
    if isinstance(value, list):
        return [_from_here(item) for item in value]
    return os.path.abspath(os.path.expanduser(value)) if isinstance(value, str) else value


def is_unset(value: Any) -> bool:
    """Whether a value counts as unset: a survey returns an empty string for an unanswered question."""
    return value is None or (isinstance(value, str) and not value.strip())


def set_of(values: Mapping[str, Any], options: Spec) -> Iterator[Any]:
    """The set names and values. For a required suboption, an empty string is a value."""
    for name, value in values.items():
        if not is_unset(value):
            yield name, value


def from_text(value: Any, option: Mapping[str, Any], where: str) -> Any:
    """A value with all its lists and mappings, parsed from strings if needed.

    Strings are JSON or YAML, or words for a list of words.

    :raises ValueError: it is neither, or of another type; the text does not quote it.
    """
    kind, elements = option.get("type", "str"), option.get("elements")
    if kind == "str":
        return _string(value, where)
    if isinstance(value, str) and (kind == "dict" or (kind == "list" and (elements == "dict" or _is_listed(value)))):
        value = _parsed(value, where)
    elif isinstance(value, str) and kind == "list":
        return [word.strip() for word in re.split(r"[,\n]", value) if word.strip()]
    if kind == "dict":
        return _mapping(value, option.get("options"), where)
    if kind in _SCALARS:
        return _scalar(value, option, where)
    if elements == "str" and isinstance(value, list):
        return [_string(item, "{0}: item {1}".format(where, number)) for number, item in enumerate(value, 1)]
    if elements != "dict":
        return value
    if not isinstance(value, list):
        raise ValueError("{0}: it is {1}: write a list of mappings".format(where, describe(value)))
    inner = option.get("options")
    return [_mapping(item, inner, "{0}: item {1}".format(where, number)) for number, item in enumerate(value, 1)]


def _string(value: Any, where: str) -> Any:
    """A value that Ansible converts to a string: of a list or mapping, it would write it in Python."""
    if isinstance(value, (dict, list)):
        raise ValueError("{0}: it is {1}: write a string".format(where, describe(value)))
    return value


def _scalar(value: Any, option: Mapping[str, Any], where: str) -> Any:
    convert, remedy = _SCALARS[option["type"]]
    try:
        converted = convert(value)
        if math.isfinite(converted):
            return converted
    except (TypeError, ValueError, OverflowError):
        pass
    shown = isinstance(value, (str, int, float)) and not option.get("no_log")
    given = quoted(str(value)) if shown else describe(value)
    raise ValueError("{0}: it is {1}: {2}".format(where, given, remedy))


def _is_listed(text: str) -> bool:
    return text.lstrip().startswith(("[", "- "))


def _parsed(text: str, where: str) -> Any:
    try:
        return parse_text(text, where)
    except RulesError as error:
        raise ValueError("; ".join(error.problems)) from None


def _mapping(value: Any, options: Optional[Spec], where: str) -> Dict[Any, Any]:
    """A mapping without unset options. Required ones may be empty strings."""
    if not isinstance(value, dict):
        raise ValueError("{0}: it is {1}: write a mapping".format(where, describe(value)))
    if options is None:
        return value
    kept = {}
    for name, item in value.items():
        option = options.get(name)
        if option is None:
            near = [known for known in options if distance(str(name), known) <= FARTHEST]
            right = near[0] if len(near) == 1 else "one of " + ", ".join(sorted(near or options))
            raise ValueError("{0}: {1} is unknown: write {2}".format(where, quoted(str(name)), right))
        if is_unset(item) and not (option.get("required") and option.get("type") == "str"):
            continue
        kept[name] = from_text(item, option, "{0}: {1}".format(where, name))
    return kept


def _without_none(values: Mapping[str, Any], options: Spec) -> Dict[str, Any]:
    """The values without those that checking added."""
    kept = {}
    for name, value in values.items():
        inner = options.get(name, {}).get("options")
        if inner is not None and isinstance(value, list):
            value = [_without_none(item, inner) for item in value]
        elif inner is not None and isinstance(value, dict):
            value = _without_none(value, inner)
        if value is not None:
            kept[name] = value
    return kept


def _secrets(options: Spec, values: Any) -> Iterator[str]:
    """Every string in a value marked C(no_log)."""
    for name, value in values.items() if isinstance(values, dict) else ():
        option = options.get(name, {})
        if option.get("no_log"):
            yield from _texts(value)
        elif "options" in option:
            for item in value if isinstance(value, list) else [value]:
                yield from _secrets(option["options"], item)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (dict, list)):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def distance(one: str, other: str, farthest: int = FARTHEST) -> int:
    """The number of letters to insert, delete or replace between the two, at most C(farthest) plus one."""
    if abs(len(one) - len(other)) > farthest:
        return farthest + 1
    row = list(range(len(other) + 1))
    for number, letter in enumerate(one, 1):
        before, row[0] = row[0], number
        for place, wanted in enumerate(other, 1):
            before, row[place] = row[place], min(before + (letter != wanted), row[place] + 1, row[place - 1] + 1)
    return row[-1]
