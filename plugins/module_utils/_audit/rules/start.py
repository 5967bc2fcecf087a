# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 1, 8 and 9: how many services a container starts, its entrypoint, and who receives its signals.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

from ..model import Edit, Instruction
from ..shell.script import Command
from ..source.managers import word_set
from ..source.start import CONTROL, Start, StartScript, inner_commands, start_of
from ..source.view import View
from .catalogue import INFO, WARNING
from .draft import CERTAIN, HEURISTIC, Draft, about

# -- rule 1 ------------------------------------------------------------------------------------------------------------

SUPERVISORS = word_set(
    """supervisord runsvdir runit s6-svscan monit circusd foreman honcho systemd multirun forego hivemind overmind god
    pm2 runsvdir-start my_init"""
)
_HELPERS = word_set("sleep tail echo printf wait true : cat tee logger inotifywait")
_ARGUMENTS = frozenset({"$@", "$*", "${@}", "${*}"})


def one_process(view: View) -> Iterator[Draft]:
    """SWR-DF-001."""
    start = start_of(view)
    for instruction in (start.entrypoint, start.cmd):
        located = view.script_of(instruction) if instruction is not None else None
        if instruction is None or located is None:
            continue
        commands = inner_commands(located)
        services = _services(commands)
        if len(services) > 1:
            yield about(
                view,
                "SWR-DF-001",
                instruction,
                "it starts {0} services: {1}".format(len(services), ", ".join(services)),
                _decide(services),
            )
            return
        supervisor = next((one.program for one in commands if _is_supervisor(one)), None)
        if supervisor is not None:
            yield about(
                view,
                "SWR-DF-001",
                instruction,
                "{0} supervises several services in one container".format(supervisor),
                "Decide which service this image is for, start that one itself, and give each other one an image of "
                "its own.",
                confidence=HEURISTIC,
            )
            return
    services = _services(start.script_commands)
    if len(services) > 1 and start.script is not None and start.script.file is not None:
        yield about(
            view,
            "SWR-DF-001",
            start.script.instruction,
            "the entrypoint script starts {0} services: {1}".format(len(services), ", ".join(services)),
            _decide(services),
            confidence=HEURISTIC,
        )


def _decide(services: Sequence[str]) -> str:
    return "Decide which of {0} this image is for, and give each other one an image of its own.".format(
        ", ".join(services)
    )


def _is_supervisor(command: Command) -> bool:
    if command.program == "init":
        return command.words[0].value in ("/sbin/init", "/init")
    return command.program in SUPERVISORS


def _services(commands: Sequence[Command]) -> List[str]:
    """The names of the services that commands leave running, in order; fewer than two if there is only one."""
    found: List[str] = []
    background = False
    for number, command in enumerate(commands):
        if command.context and set(command.context) & {"$(", "<(", "function", "if", "while", "elif"}:
            continue
        name = _name(command)
        last = number == len(commands) - 1
        daemon = _daemon(command)
        if command.after == "&" and name not in _HELPERS and name not in CONTROL:
            found.append(name)
            background = True
        elif daemon and not last:
            found.append(daemon)
            background = True
        elif last and background and name not in _HELPERS and name not in CONTROL:
            found.append(name)
    # What is in a variable may be the same program in two branches.
    return [name for number, name in enumerate(found) if "$" not in name or name not in found[:number]]


def _name(command: Command) -> str:
    """The program of a command; as written, if it is in a variable."""
    if command.program and command.program != "exec":
        return command.program
    behind = [word.value for word in command.words[len(command.words) - len(command.arguments) - 1 :]]
    return behind[0] if behind else ""


def _daemon(command: Command) -> Optional[str]:
    """The service that a command starts in the background by itself."""
    words = [word.value for word in command.arguments]
    if command.program == "service" and words[1:2] in (["start"], ["restart"]):
        return words[0]
    if command.program in ("systemctl", "rc-service") and "start" in words:
        return words[-1]
    if command.words and command.words[0].value.startswith("/etc/init.d/") and words[:1] == ["start"]:
        return command.program
    if command.program == "sshd" and "-D" not in words:
        return "sshd"
    if command.program in ("cron", "crond") and "-f" not in words:
        return command.program
    if command.program == "nginx" and not any("daemon off" in word for word in words) and "-t" not in words:
        return "nginx"
    if command.program.startswith("php-fpm") and {"-D", "--daemonize"} & set(words):
        return command.program
    return None


# -- rule 8 ------------------------------------------------------------------------------------------------------------


def entrypoint(view: View) -> Iterator[Draft]:
    """SWR-DF-008."""
    start = start_of(view)
    if start.entrypoint is not None and start.entrypoint.json is None and start.entrypoint.arguments:
        ignored = " and ignores CMD in line {0}".format(start.cmd.span.line) if start.cmd is not None else ""
        yield about(
            view,
            "SWR-DF-008",
            start.entrypoint,
            "ENTRYPOINT in shell form takes no arguments{0}".format(ignored),
            'Write ENTRYPOINT ["program", "argument"], and decide which arguments go into CMD.',
            at_most="error" if start.cmd is not None else WARNING,
        )
    if start.entrypoint is None and start.cmd is not None:
        yield from _preparation(view, start.cmd)
    if start.script is not None:
        yield from _script(view, start, start.script)
    elif start.entrypoint is not None and not view.context.known:
        view.skip("SWR-DF-008", "no context: the entrypoint script is not read")


def _preparation(view: View, cmd: Instruction) -> Iterator[Draft]:
    located = view.script_of(cmd)
    commands = inner_commands(located) if located is not None else ()
    steps = [one for one in commands if not one.context and one.program not in CONTROL and (one.words or one.program)]
    if len(steps) > 1 and all(one.before != "|" for one in steps):
        yield about(
            view,
            "SWR-DF-008",
            cmd,
            "CMD does {0} things one after another, so other arguments would replace its preparation too".format(
                len(steps)
            ),
            "Decide what is preparation, and move it to a script: ENTRYPOINT starts the script, which ends with "
            'exec "$@", and CMD names the program.',
            confidence=HEURISTIC,
            at_most=INFO,
        )


def _script(view: View, start: Start, script: StartScript) -> Iterator[Draft]:
    if script.file is None:
        if not view.context.known:
            view.skip("SWR-DF-008", "no context: the script {0} is not read".format(script.image_path))
        else:
            view.skip("SWR-DF-008", "{0} comes from the base image or from a RUN".format(script.image_path))
        return
    if script.copied_to is not None:
        yield about(
            view,
            "SWR-DF-008",
            script.instruction,
            "it starts {0}, but line {1} copies that file to {2}".format(
                script.image_path, script.copied_by.span.line if script.copied_by else "?", script.copied_to
            ),
            "Name {0}, or copy the file to {1}.".format(script.copied_to, script.image_path),
        )
    name = script.image_path.rpartition("/")[2]
    if not script.interpreted:
        if not script.file.content.startswith(b"#!") and name.endswith((".sh", ".bash")):
            yield about(
                view,
                "SWR-DF-008",
                script.instruction,
                "the script {0} does not begin with #! and its interpreter, so it cannot be started".format(name),
                "Begin it with #!/bin/sh.",
            )
        if not script.file.executable and not _made_executable(view, script, name):
            yield about(
                view,
                "SWR-DF-008",
                script.instruction,
                "the script {0} is not executable in the context, and nothing makes it so".format(name),
                "Set its mode with chmod +x and, in Git, with git update-index --chmod=+x, or copy it with "
                "COPY --chmod=755.",
            )
    if script.file.content.split(b"\n", 1)[0].endswith(b"\r"):
        yield about(
            view,
            "SWR-DF-008",
            script.instruction,
            "the lines of the script {0} end as on Windows, so its interpreter is not found".format(name),
            "Save it with line feeds alone.",
        )
    takes_arguments = script.is_shell and start.entrypoint is script.instruction and start.cmd is not None
    if takes_arguments and start.cmd is not None and not re.search(r"\$(?:[@*1#]|\{[@*1#])", script.text):
        yield about(
            view,
            "SWR-DF-008",
            script.instruction,
            "the script {0} never uses its arguments, so CMD in line {1} has no effect".format(
                name, start.cmd.span.line
            ),
            'End the script with exec "$@".',
            confidence=HEURISTIC,
        )


def _made_executable(view: View, script: StartScript, name: str) -> bool:
    if script.copied_by is not None and any(flag.name == "chmod" for flag in script.copied_by.flags):
        return True
    for instruction in view.inherited(view.final):
        located = view.script_of(instruction) if instruction.keyword == "RUN" else None
        for command in located.script.commands if located is not None else ():
            if command.program in ("chmod", "install"):
                return True
    return False


# -- rule 9 ------------------------------------------------------------------------------------------------------------


def exec_in_script(view: View) -> Iterator[Draft]:
    """SWR-DF-009."""
    start = start_of(view)
    for instruction in (start.entrypoint, start.cmd):
        if instruction is not None and (instruction is start.entrypoint or start.entrypoint is None):
            yield from _inline(view, instruction)
    script = start.script
    if script is None:
        return
    if script.file is None:
        reason = "{0} comes from the base image or from a RUN" if view.context.known else "no context: {0} is not read"
        view.skip("SWR-DF-009", reason.format(script.image_path))
    elif not script.is_shell:
        view.skip("SWR-DF-009", "{0} is not written for a shell".format(script.image_path))
    else:
        yield from _file(view, script, start.script_commands)


def _inline(view: View, instruction: Instruction) -> Iterator[Draft]:
    """A shell in CMD or ENTRYPOINT with several commands. With a single one, most shells use exec by themselves."""
    located = view.script_of(instruction)
    commands = inner_commands(located) if located is not None else ()
    if located is None or len(commands) < 2:
        return
    last = commands[-1]
    if last.context or "exec" in last.wrappers or last.program in CONTROL or last.after == "&" or not last.words:
        return
    if last.program in _HELPERS or last.program in ("exit", "exec"):
        return
    edits: Tuple[Edit, ...] = ()
    if located.form == "shell" and last.program and last.before in ("&&", ";", "&") and not last.assignments:
        edits = (Edit(located.offset(last.start), located.offset(last.start), "exec "),)
    yield about(
        view,
        "SWR-DF-009",
        instruction,
        "the shell may wait for {0} and not pass on the signal that stops the container".format(
            last.program or "the program"
        ),
        "Start it with exec.",
        confidence=HEURISTIC,
        edits=edits,
    )


def _file(view: View, script: StartScript, commands: Sequence[Command]) -> Iterator[Draft]:
    if not commands or script.file is None:
        return
    # One in the background is a service that the script itself needs, or it waits for it.
    passes = [one for one in commands if one.words and one.words[0].value in _ARGUMENTS and one.after != "&"]
    replaced = any("exec" in one.wrappers or (one.program == "exec" and one.arguments) for one in commands)
    last = commands[-1]
    target: Optional[Command] = None
    if passes:
        target = passes[-1]
    elif not replaced and last.program not in CONTROL and last.program not in _HELPERS and last.program != "exit":
        target = last
    if target is None or (_forwards(commands) and not passes):
        return
    what = "its arguments" if passes else (target.program or "the program")
    plain = target is last and not target.context and target.before in ("", "\n", ";", "&&") and not target.assignments
    yield about(
        view,
        "SWR-DF-009",
        script.instruction,
        "the entrypoint script starts {0} without exec, so the signal that stops the container reaches only the "
        "shell".format(what),
        "Start it with exec.",
        span=script.span(target.start, target.end),
        path=script.file.path,
        subject=" ".join(word.raw for word in target.words),
        confidence=CERTAIN if plain else HEURISTIC,
        edits=(Edit(target.start, target.start, "exec "),) if plain else (),
    )


def _forwards(commands: Sequence[Command]) -> bool:
    """Whether a script passes signals on by itself."""
    return any(one.program == "trap" for one in commands) and any(one.program == "wait" for one in commands)


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {
    "SWR-DF-001": one_process,
    "SWR-DF-008": entrypoint,
    "SWR-DF-009": exec_in_script,
}
