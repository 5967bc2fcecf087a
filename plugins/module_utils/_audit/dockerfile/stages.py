# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build stages: which instructions belong to each, and what it is built on.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Dict, List, Mapping, Optional, Sequence, Tuple

from ..model import Instruction, Problem, Span, Stage
from .expansion import expand
from .variables import global_scope


def stages_of(
    instructions: Sequence[Instruction], build_args: Mapping[str, str], escape: str
) -> Tuple[Tuple[Stage, ...], List[Problem]]:
    """The stages of a file, and the problems of their base images."""
    starts = [number for number, item in enumerate(instructions) if item.keyword == "FROM"]
    ends = [*starts[1:], len(instructions)]
    variables = global_scope(instructions[: starts[0]] if starts else (), build_args, escape).variables
    names: Dict[str, int] = {}
    stages: List[Stage] = []
    problems: List[Problem] = []
    for number, (start, end) in enumerate(zip(starts, ends)):
        origin = instructions[start]
        image, _as, name = [*origin.arguments.split(), "", "", ""][:3]
        expanded = expand(image, variables, escape)
        base = None if expanded.undefined else expanded.text
        if expanded.problem:
            problems.append(Problem("FROM: {0}".format(expanded.problem), origin.span))
        elif not base and not expanded.undefined:
            problems.append(Problem("FROM: the name of the image is empty", origin.span))
        stages.append(
            Stage(
                number=number,
                name=name.lower() or None,
                image=image,
                base=base,
                origin=origin,
                parent=names.get((base or "").lower()),
                platform=_platform(origin, variables, escape),
                instructions=tuple(instructions[start + 1 : end]),
            )
        )
        if name:
            names[name.lower()] = number
    if not starts:
        place = instructions[-1].span if instructions else Span(0, 0, 1, 1)
        problems.append(Problem("there is no FROM, so no image", place))
    return tuple(stages), problems


def _platform(origin: Instruction, variables: Mapping[str, str], escape: str) -> Optional[str]:
    written = next((flag.value for flag in origin.flags if flag.name == "platform"), None)
    return expand(written, variables, escape).text if written else None
