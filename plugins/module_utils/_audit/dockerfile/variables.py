# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which variables an instruction sees: global and predefined build arguments, those of its stage, and C(ENV).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Set, Tuple

from ..model import BEFORE_STAGES, Dockerfile, Instruction
from .arguments import name_values
from .expansion import expand

PLATFORM_ARGUMENTS: Mapping[str, str] = {
    "BUILDPLATFORM": "linux/amd64",
    "BUILDOS": "linux",
    "BUILDOSVERSION": "",
    "BUILDARCH": "amd64",
    "BUILDVARIANT": "",
    "TARGETPLATFORM": "linux/amd64",
    "TARGETOS": "linux",
    "TARGETOSVERSION": "",
    "TARGETARCH": "amd64",
    "TARGETVARIANT": "",
    "TARGETSTAGE": "",
}
"""What BuildKit defines before the first stage, here for a build on and for linux/amd64."""

MOST_VARIABLES = 1000
"""Variables of a stage; any more are as if undefined. Each stage copies those of its parent."""

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Scope(NamedTuple):
    """What an instruction sees.

    :ivar variables: by name, those with a value.
    :ivar declared: the names of build arguments; one without a value expands to nothing, but is not undefined.
    :ivar environment: the names among the variables that C(ENV) set, so that containers have them.
    """

    variables: Dict[str, str]
    declared: Set[str]
    environment: Set[str]

    def copy(self) -> Scope:
        return Scope(dict(self.variables), set(self.declared), set(self.environment))

    def undefined(self, names: Iterable[str]) -> Tuple[str, ...]:
        """Those names, from L(expand,#), that nothing defines."""
        return tuple(name for name in names if name not in self.declared and name not in self.variables)


def global_scope(instructions: Iterable[Instruction], build_args: Mapping[str, str], escape: str) -> Scope:
    """The build arguments that C(FROM) sees, from the instructions before the first."""
    scope = Scope({**PLATFORM_ARGUMENTS, **_known(build_args, PLATFORM_ARGUMENTS)}, set(PLATFORM_ARGUMENTS), set())
    for instruction in instructions:
        if instruction.keyword == "ARG":
            _declare(scope, instruction, build_args, {}, escape)
    return scope


def walk(dockerfile: Dockerfile, build_args: Optional[Mapping[str, str]] = None) -> Iterator[Tuple[Instruction, Scope]]:
    """Each instruction with what it sees, in order. The scope changes with the next step: copy what is to stay.

    A stage built on an image from outside knows of its environment only C(PATH), which each Linux image has.
    """
    build_args = build_args or {}
    first = [item for item in dockerfile.instructions if item.stage == BEFORE_STAGES]
    scope = global_scope((), build_args, dockerfile.escape)
    for instruction in first:
        yield instruction, scope
        if instruction.keyword == "ARG":
            _declare(scope, instruction, build_args, {}, dockerfile.escape)
    ends: Dict[int, Scope] = {}
    parents = {stage.parent for stage in dockerfile.stages}
    for stage in dockerfile.stages:
        yield stage.origin, scope
        inside = ends[stage.parent].copy() if stage.parent is not None else Scope({"PATH": _PATH}, set(), {"PATH"})
        for instruction in stage.instructions:
            yield instruction, inside
            if instruction.keyword == "ARG":
                _declare(inside, instruction, build_args, scope.variables, dockerfile.escape)
            elif instruction.keyword == "ENV":
                _set(inside, instruction, dockerfile.escape)
        if stage.number in parents:
            ends[stage.number] = inside


def _known(values: Mapping[str, str], names: Iterable[str]) -> Dict[str, str]:
    return {name: values[name] for name in names if name in values}


def _named(instruction: Instruction, scope: Scope, escape: str) -> List[Tuple[str, Optional[str]]]:
    """The names with their values, expanded with what the instruction itself sees."""
    found = []
    for name, value in name_values(instruction, escape):
        expanded = None if value is None else expand(value, scope.variables, escape).text
        found.append((expand(name, scope.variables, escape).text or name, expanded))
    return found


def _declare(
    scope: Scope, instruction: Instruction, build_args: Mapping[str, str], inherited: Mapping[str, str], escape: str
) -> None:
    for name, default in _named(instruction, scope, escape):
        value = build_args.get(name, inherited.get(name) if default is None else default)
        if len(scope.declared) < MOST_VARIABLES:
            scope.declared.add(name)
            if name not in scope.environment and value is not None:
                scope.variables[name] = value


def _set(scope: Scope, instruction: Instruction, escape: str) -> None:
    for name, value in _named(instruction, scope, escape):
        if name in scope.variables or len(scope.variables) < MOST_VARIABLES:
            scope.variables[name] = value or ""
            scope.environment.add(name)
