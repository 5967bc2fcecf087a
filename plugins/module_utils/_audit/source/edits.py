# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that mend a Dockerfile and change nothing else. Each function returns none where it is not safe.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import List, Optional, Sequence, Tuple

from ..model import Dockerfile, Edit, Instruction
from ..shell.script import Command
from .managers import word_set
from .scripts import Located

Edits = Tuple[Edit, ...]

_LEAKING = word_set(
    "cd pushd popd export set shopt trap exec exit return source . umask ulimit alias unset eval declare"
)
"""Commands that change the shell itself, so that what follows in the same shell may do something else."""

_AND = frozenset({"", "&&"})
_AND_OR_PIPE = frozenset({"", "&&", "|"})


def line_break(dockerfile: Dockerfile) -> str:
    """The line break of a file."""
    first = dockerfile.text.find("\n")
    return "\r\n" if first > 0 and dockerfile.text[first - 1] == "\r" else "\n"


def replace_part(start: int, end: int, text: str) -> Edits:
    return (Edit(start, end, text),)


def delete_instruction(dockerfile: Dockerfile, instruction: Instruction) -> Edits:
    """Remove the lines of an instruction."""
    text = dockerfile.text
    start = text.rfind("\n", 0, instruction.span.start) + 1
    if text[start : instruction.span.start].strip():
        return ()
    end = text.find("\n", instruction.span.end)
    return (Edit(start, len(text) if end < 0 else end + 1, ""),)


def insert_before(dockerfile: Dockerfile, instruction: Instruction, line: str) -> Edits:
    """Add a line before an instruction."""
    start = dockerfile.text.rfind("\n", 0, instruction.span.start) + 1
    if dockerfile.text[start : instruction.span.start].strip():
        # A byte order mark.
        start = instruction.span.start
    return (Edit(start, start, line + line_break(dockerfile)),)


def insert_after(dockerfile: Dockerfile, instruction: Instruction, line: str) -> Edits:
    """Add a line after an instruction."""
    return (Edit(instruction.span.end, instruction.span.end, line_break(dockerfile) + line),)


def is_chain(located: Optional[Located], operators: Sequence[str] = ("", "&&", "|")) -> bool:
    """Whether a RUN in shell form is a chain of commands that ends as soon as one fails, and has nothing after it."""
    if located is None or located.form != "shell" or located.script.problems or not located.script.commands:
        return False
    for command in located.script.commands:
        if not command.context and not {command.before, command.after} <= set(operators):
            return False
        if any(redirect.document is not None for redirect in command.redirects):
            return False
    last = max(command.end for command in located.script.commands)
    return not located.text[last:].strip(" \t\n)};")


def append_command(dockerfile: Dockerfile, instruction: Instruction, located: Located, command: str) -> Edits:
    """Add C(&& command) at the end of a RUN."""
    if not is_chain(located) or located.text.rstrip().endswith(";"):
        return ()
    at = located.offset(len(located.text.rstrip()) - 1) + 1
    return (Edit(at, at, joint(dockerfile, instruction) + "&& " + command),)


def append_line(dockerfile: Dockerfile, instruction: Instruction, located: Located, command: str) -> Edits:
    """Add a command at the end of the here document that is the script of a RUN."""
    commands = located.script.commands
    if located.form != "heredoc" or len(instruction.heredocs) != 1 or located.script.problems or not commands:
        return ()
    body = instruction.heredocs[0]
    plain = located.text == dockerfile.text[body.span.start : body.span.end] and located.text.endswith("\n")
    if (
        not plain
        or any(one.context for one in commands)
        or commands[-1].program in _LEAKING
        or commands[-1].after == "&"
    ):
        return ()
    lines = located.text.splitlines()
    indent = re.match(r"[ \t]*", lines[-1])
    return (Edit(body.span.end, body.span.end, (indent.group(0) if indent else "") + command + line_break(dockerfile)),)


def joint(dockerfile: Dockerfile, instruction: Instruction) -> str:
    """What is between two commands of a RUN: a space, or a continuation like those that it has already."""
    body = dockerfile.text[instruction.span.start : instruction.span.end]
    lines = body.splitlines()
    if len(lines) < 2:
        return " "
    indent = re.match(r"[ \t]*", lines[-1])
    return " {0}{1}{2}".format(dockerfile.escape, line_break(dockerfile), indent.group(0) if indent else "    ")


def remove_command(dockerfile: Dockerfile, instruction: Instruction, located: Located, command: Command) -> Edits:
    """Take one command out of a chain of a RUN; the RUN with it, if it is the only one."""
    if not is_chain(located) or command.context or not {command.before, command.after} <= _AND:
        return ()
    commands = located.script.commands
    if len(commands) == 1:
        return delete_instruction(dockerfile, instruction)
    place = commands.index(command)
    if place > 0:
        before = commands[place - 1]
        if before.context or _has_comment(located, before.end, command.end):
            return ()
        return _cut(dockerfile, located, before.end, command.end)
    after = commands[1]
    if after.context or located.text[command.end : after.start].strip(" \t") != "&&":
        return ()
    return _cut(dockerfile, located, command.start, after.start)


def _has_comment(located: Located, start: int, end: int) -> bool:
    return located.text[start:end].lstrip(" \t")[:2] != "&&"


def _cut(dockerfile: Dockerfile, located: Located, start: int, end: int) -> Edits:
    """Delete a range of a script, unless comment lines are within it."""
    first = located.offset(start - 1) + 1 if start else located.offset(0)
    last = located.offset(end) if start == 0 else located.offset(end - 1) + 1
    if re.search(r"^[ \t]*#", dockerfile.text[first:last], re.MULTILINE):
        return ()
    return (Edit(first, last, ""),)


def merge(
    dockerfile: Dockerfile, first: Instruction, first_script: Located, second: Instruction, second_script: Located
) -> Edits:
    """Make one RUN of two neighbours; comments between them stay.

    Not if the first one changes the shell, as with cd: the second one would then run differently.
    """
    if not (is_chain(first_script) and is_chain(second_script)) or not _same_flags(first, second):
        return ()
    for command in first_script.script.commands:
        if not command.program or command.program in _LEAKING:
            return ()
    gap = dockerfile.text[first.span.end : second.span.start]
    lines = [line for line in gap.splitlines()[1:] if line.strip()]
    if any(not line.lstrip().startswith("#") for line in lines) or first_script.text.rstrip().endswith(";"):
        return ()
    end = line_break(dockerfile)
    middle = " {0}{1}{2}    && ".format(dockerfile.escape, end, "".join(line + end for line in lines))
    return (Edit(first.span.end, second_script.offset(0), middle),)


def _same_flags(first: Instruction, second: Instruction) -> bool:
    def flags(instruction: Instruction) -> List[Tuple[str, str]]:
        return sorted((flag.name, flag.value or "") for flag in instruction.flags)

    # With flags the second one's would have to be taken out too.
    return not first.flags and flags(first) == flags(second)
