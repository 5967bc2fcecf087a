# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell runs for an instruction, and which shell.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, Iterator, NamedTuple, Optional, Sequence, Tuple

from ..model import Dockerfile, Instruction
from .lines import Offsets

DEFAULT_SHELL = ("/bin/sh", "-c")

_ONLY_MARKER = re.compile(r"[0-9]*<<-?[\t ]*[^\s<]+")
_COMMANDS = frozenset({"CMD", "ENTRYPOINT", "HEALTHCHECK", "RUN"})


class ScriptText(NamedTuple):
    """The script of a C(RUN), C(CMD), C(ENTRYPOINT) or C(HEALTHCHECK), also behind C(ONBUILD).

    :ivar text: of the shell form, with its here documents. Empty for the exec form, which is in C(items).
    :ivar offsets: for each character of C(text) its offset in the file, and that of the end.
    :ivar shell: what runs it: the words of the stage's C(SHELL), or those of the C(#!) line of a document.
    :ivar items: of the exec form, which no shell reads.
    """

    instruction: Instruction
    text: str
    offsets: Sequence[int]
    shell: Tuple[str, ...] = DEFAULT_SHELL
    items: Optional[Tuple[str, ...]] = None


def scripts(dockerfile: Dockerfile) -> Iterator[ScriptText]:
    """The scripts of a file, in order. C(HEALTHCHECK NONE) and empty instructions have none."""
    shells: Dict[int, Tuple[str, ...]] = {}
    parents = {stage.number: stage.parent for stage in dockerfile.stages}
    for instruction in dockerfile.instructions:
        stage = instruction.stage
        if stage not in shells:
            parent = parents.get(stage)
            shells[stage] = DEFAULT_SHELL if parent is None else shells.get(parent, DEFAULT_SHELL)
        if instruction.keyword == "SHELL" and instruction.json:
            shells[stage] = instruction.json
        inner = instruction.inner or instruction
        if inner.keyword in _COMMANDS:
            script = _script(dockerfile, inner, shells[stage])
            if script:
                yield script._replace(instruction=instruction)


def _script(dockerfile: Dockerfile, instruction: Instruction, shell: Tuple[str, ...]) -> Optional[ScriptText]:
    text, offsets = instruction.arguments, instruction.offsets
    if instruction.json is not None:
        return ScriptText(instruction, "", (instruction.span.end,), shell, instruction.json)
    if instruction.keyword == "HEALTHCHECK":
        kind = re.match(r"(?i)CMD\s+", text)
        if not kind:
            return None
        text, offsets = text[kind.end() :], offsets[kind.end() :]
    if not instruction.heredocs:
        return ScriptText(instruction, text, offsets, shell) if text else None
    first = instruction.heredocs[0]
    only_document = _ONLY_MARKER.fullmatch(text)
    start = first.span.start
    end = first.span.end if only_document else instruction.span.end
    parts = list(_lines(dockerfile.text[start:end], start))
    if only_document:
        shell = _interpreter(first.body) or shell
    else:
        parts = [*offsets.pieces(text), ("\n", start - 1), *parts]
    return ScriptText(instruction, "".join(part for part, _at in parts), Offsets.joined(parts, start), shell)


def _lines(text: str, start: int) -> Iterator[Tuple[str, int]]:
    """The parts of a text at C(start), carriage returns before line feeds left out."""
    *lines, last = text.split("\r\n")
    for line in lines:
        yield line + "\n", start
        start += len(line) + 2
    if last:
        yield last, start


def _interpreter(body: str) -> Optional[Tuple[str, ...]]:
    line = body[2:].partition("\n")[0] if body.startswith("#!") else ""
    return tuple(line.split()) or None
