# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 7 and 16: where and how commands run: WORKDIR, CMD, HEALTHCHECK.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
import posixpath
import re
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from ..._text import quoted
from ..model import Edit, Instruction, Stage
from ..shell.programs import SHELLS
from ..shell.script import Command
from ..source.edits import append_command, insert_before
from ..source.images import image_name
from ..source.managers import INSTALL, SYSTEM, word_set
from ..source.scripts import Located
from ..source.start import CONTROL, inner_commands
from ..source.view import View, below
from .catalogue import INFO
from .draft import HEURISTIC, Draft, about
from .images import is_distribution

# -- rule 7 ------------------------------------------------------------------------------------------------------------

_WORKBENCHES = ("/tmp", "/usr/src", "/usr/local/src", "/var/tmp", "/opt")  # noqa: S108
"""Where people build from source, and leave again."""

_BARE = word_set("alpine busybox")


def workdir_and_cmd(view: View) -> Iterator[Draft]:
    """SWR-DF-007."""
    for stage in view.stages:
        cmds: List[Instruction] = []
        for number, instruction in enumerate(stage.instructions):
            if instruction.keyword == "WORKDIR":
                yield from _relative(view, instruction)
            elif instruction.keyword in ("RUN", "CMD", "ENTRYPOINT"):
                yield from _changes_folder(view, stage, number, instruction)
            if instruction.keyword == "CMD":
                cmds.append(instruction)
        if cmds and view.is_shipped(stage):
            yield from _form(view, cmds[-1])
    yield from _no_command(view)


def _relative(view: View, instruction: Instruction) -> Iterator[Draft]:
    path = view.known(instruction, instruction.arguments)
    windows = path is not None and re.match(r"[A-Za-z]:", path)
    if path and not path.startswith("/") and not windows and view.workdir(instruction) is None:
        yield about(
            view,
            "SWR-DF-007",
            instruction,
            "WORKDIR {0} is relative to a directory that only the base image knows".format(quoted(path)),
            "Write an absolute path.",
        )


def _first(commands: Sequence[Command]) -> Optional[Command]:
    return commands[0] if commands and not commands[0].context else None


def _changes_folder(view: View, stage: Stage, number: int, instruction: Instruction) -> Iterator[Draft]:
    """A RUN, CMD or ENTRYPOINT that begins with cd."""
    located = view.script_of(instruction)
    first = _first(inner_commands(located)) if located is not None else None
    if located is None or first is None or first.program != "cd" or len(first.arguments) != 1:
        return
    folder = first.arguments[0].value
    if instruction.keyword == "RUN" and not folder.startswith(("/", "$")):
        return
    workbench = any(below(posixpath.normpath(folder), one) for one in _WORKBENCHES)
    yield about(
        view,
        "SWR-DF-007",
        instruction,
        "it changes to {0}, which lasts only until its end".format(quoted(folder)),
        "Write WORKDIR {0} before it.".format(folder),
        span=view.span_of(instruction, located, first.start, first.end),
        at_most=INFO if workbench and instruction.keyword == "RUN" else "error",
        edits=_workdir_instead(view, stage, number, instruction, located, first),
    )


def _workdir_instead(
    view: View, stage: Stage, number: int, instruction: Instruction, located: Located, first: Command
) -> Tuple[Edit, ...]:
    """Replace cd by WORKDIR: only if nothing after it depends on the directory that was."""
    commands = located.script.commands
    folder = first.arguments[0].value
    if located.form != "shell" or len(commands) < 2 or first.after not in ("&&", ";") or commands[1].context:
        return ()
    if not first.arguments[0].literal or not re.match(r"/[A-Za-z0-9._/-]*\Z", folder):
        return ()
    cut = Edit(located.offset(first.start), located.offset(commands[1].start), "")
    if view.workdir(instruction) == posixpath.normpath(folder):
        return (cut,)
    rest = stage.instructions[number + 1 : number + 200]
    is_parent = any(other.parent == stage.number for other in view.stages)
    if is_parent or number + 200 < len(stage.instructions) or not all(_stays(view, one, folder) for one in rest):
        return ()
    return (*insert_before(view.dockerfile, instruction, "WORKDIR {0}".format(folder)), cut)


def _stays(view: View, instruction: Instruction, folder: str) -> bool:
    """Whether an instruction does the same in another working directory."""
    if instruction.keyword in ("COPY", "ADD"):
        return (view.copied(instruction).destination or "").startswith("/")
    if instruction.keyword == "WORKDIR":
        return instruction.arguments.startswith("/")
    if instruction.keyword not in ("RUN", "CMD", "ENTRYPOINT", "HEALTHCHECK"):
        return instruction.keyword != "ONBUILD"
    located = view.script_of(instruction)
    first = _first(inner_commands(located)) if located is not None else None
    if first is None or located is None:
        return False
    if first.program == "cd" and [word.value for word in first.arguments] == [folder]:
        return True
    system = [action for action in located.actions if action.manager in SYSTEM]
    return len(system) == len(located.script.commands)


def _form(view: View, cmd: Instruction) -> Iterator[Draft]:
    located = view.script_of(cmd)
    if cmd.json is not None:
        names = [item for item in cmd.json if re.search(r"\$\{?[A-Za-z_]", item)]
        nested = located is not None and any(command.program in SHELLS for command in located.script.commands[:1])
        if names and not nested and view.effective("ENTRYPOINT") is None:
            yield about(
                view,
                "SWR-DF-007",
                cmd,
                "the exec form replaces no variables: the program gets {0} as it stands".format(quoted(names[0])),
                "Write the value, or start the program in an entrypoint script.",
            )
        return
    if located is None or not cmd.arguments:
        return
    entrypoint = view.effective("ENTRYPOINT")
    fix = 'Write CMD ["program", "argument"].'
    if entrypoint is not None:
        fix += " Decide whether ENTRYPOINT in line {0} gets these words as arguments.".format(entrypoint.span.line)
    elif len([one for one in located.script.commands if one.program not in CONTROL]) > 1:
        fix += " Decide which of its commands is the program: the others belong into an entrypoint script."
    yield about(
        view,
        "SWR-DF-007",
        cmd,
        "CMD in shell form starts a shell, which does not pass on the signal that stops the container",
        fix,
        edits=() if entrypoint is not None else exec_form(view, cmd, located),
    )


def exec_form(view: View, instruction: Instruction, located: Located) -> Tuple[Edit, ...]:
    """Write a single program and its arguments as a list."""
    commands = located.script.commands
    if located.form != "shell" or len(commands) != 1 or located.script.problems:
        return ()
    command = commands[0]
    words = list(command.words)
    if words and words[0].value == "exec":
        words = words[1:]
    plain = not command.assignments and not command.redirects and not command.context and not command.after
    if not plain or not words or command.program in CONTROL or not command.program:
        return ()
    if not all(word.literal for word in words) or located.text.strip() != located.text[command.start : command.end]:
        return ()
    edits: List[Edit] = []
    at = located.offset(command.start)
    for number, word in enumerate(words):
        start = located.offset(word.start)
        edits.append(Edit(at, start, '", "' if number else '["'))
        value = json.dumps(word.value, ensure_ascii=False)[1:-1]
        at = located.offset(word.end - 1) + 1
        if value != word.raw:
            edits.append(Edit(start, at, value))
    edits.append(Edit(at, at, '"]'))
    return tuple(edit for edit in edits if edit.end > edit.start or edit.replacement)


def _no_command(view: View) -> Iterator[Draft]:
    stage = view.final
    if stage is None or view.effective("CMD") is not None or view.effective("ENTRYPOINT") is not None:
        return
    base = view.base_of(stage)
    if base is None:
        view.skip("SWR-DF-007", "whether the base image has a CMD is not known")
    elif base == "scratch" or is_distribution(base) or image_name(base).short in _BARE:
        more = {} if base == "scratch" else {"confidence": HEURISTIC, "advice": True}
        yield about(
            view,
            "SWR-DF-007",
            stage.origin,
            "the image has neither CMD nor ENTRYPOINT, so it starts {0}".format(
                "nothing" if base == "scratch" else "a shell at most"
            ),
            'Add CMD ["program", "argument"].',
            subject="no CMD",
            **more,
        )


# -- rule 16 -----------------------------------------------------------------------------------------------------------

_OTHER_STATUS = word_set("curl wget nc pg_isready mysqladmin redis-cli mongosh rabbitmq-diagnostics grpc_health_probe")
_SLIM = re.compile(r"(?:^|[-_.])(?:slim|bookworm|bullseye|trixie|buster|jammy|noble|focal)")


def healthcheck(view: View) -> Iterator[Draft]:
    """SWR-DF-016."""
    check = view.effective("HEALTHCHECK")
    if view.final is None:
        return
    if check is None:
        if view.base_of(view.final) is None:
            view.skip("SWR-DF-016", "whether the base image has a HEALTHCHECK is not known")
        yield about(
            view,
            "SWR-DF-016",
            view.final.origin,
            "the image has no HEALTHCHECK, so Docker knows only that its process runs",
            "Decide how the service says that it works, and add HEALTHCHECK CMD command || exit 1. Kubernetes ignores "
            "it and needs probes of its own.",
            subject="no HEALTHCHECK",
            advice=True,
        )
        return
    located = view.script_of(check)
    if located is None:
        return
    commands = inner_commands(located)
    yield from _status(view, check, located, commands)
    yield from _presence(view, check, commands)


def _status(view: View, check: Instruction, located: Located, commands: Sequence[Command]) -> Iterator[Draft]:
    exits = [one for one in commands if one.program == "exit" and one.arguments]
    for one in exits:
        if one.arguments[0].literal and one.arguments[0].value not in ("0", "1"):
            yield about(
                view,
                "SWR-DF-016",
                check,
                "its command ends with the status {0}, but a health check knows only 0 and 1".format(
                    quoted(one.arguments[0].value)
                ),
                "Use exit 1 for a service that does not work.",
                span=view.span_of(check, located, one.start, one.end),
                edits=_exit_one(located, one),
            )
    last = commands[-1] if commands else None
    if last is None or exits or last.program not in _OTHER_STATUS or last.after:
        return
    handled = any(one.before == "||" for one in commands)
    words = [word.value for word in last.arguments]
    if last.program == "curl" and not any(re.match(r"-[A-Za-z]*f|--fail", word) for word in words):
        yield about(
            view,
            "SWR-DF-016",
            check,
            "curl without --fail ends with 0 whatever the service answers",
            "Write curl --fail, with || exit 1 behind it.",
            confidence=HEURISTIC,
        )
    elif not handled:
        yield about(
            view,
            "SWR-DF-016",
            check,
            "{0} ends with other statuses than 0 and 1, and 2 is reserved".format(last.program),
            "Add || exit 1.",
            at_most=INFO,
            edits=_or_exit(view, check, located),
        )


def _exit_one(located: Located, command: Command) -> Tuple[Edit, ...]:
    if located.form != "shell":
        return ()
    word = command.arguments[0]
    return (Edit(located.offset(word.start), located.offset(word.end - 1) + 1, "1"),)


def _or_exit(view: View, check: Instruction, located: Located) -> Tuple[Edit, ...]:
    edits = append_command(view.dockerfile, check, located, "exit 1")
    return tuple(edit._replace(replacement=edit.replacement.replace("&& exit 1", "|| exit 1")) for edit in edits)


def _presence(view: View, check: Instruction, commands: Sequence[Command]) -> Iterator[Draft]:
    """curl and wget that the base image is known not to have, and that nothing installs."""
    base = view.base_of(view.final) if view.final is not None else None
    if base is None:
        view.skip("SWR-DF-016", "whether the base image has the program of HEALTHCHECK is not known")
        return
    name = image_name(base)
    alpine = name.short in _BARE or "alpine" in name.tag
    slim = is_distribution(base) or (bool(_SLIM.search(name.tag)) and "slim" in name.tag)
    missing = {"curl"} if alpine else {"curl", "wget"} if slim else set()
    if base == "scratch" and check.json is None:
        missing = {one.program for one in commands}
    for one in commands:
        if one.program in missing and not _installed(view, one.program):
            yield about(
                view,
                "SWR-DF-016",
                check,
                "{0} is not in {1}, and no RUN installs it: the check would always fail".format(
                    one.program, quoted(base)
                ),
                "Use wget -q --spider, which is in the image."
                if alpine
                else "Install it, or use a program of the image.",
                confidence=HEURISTIC,
            )
            return


def _installed(view: View, program: str) -> bool:
    for instruction in view.inherited(view.final):
        if instruction.keyword in ("COPY", "ADD") and program in instruction.arguments:
            return True
        located = view.script_of(instruction) if instruction.keyword == "RUN" else None
        for action in located.actions if located is not None else ():
            if action.kind == INSTALL and program in action.names:
                return True
    return False


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-007": workdir_and_cmd, "SWR-DF-016": healthcheck}
