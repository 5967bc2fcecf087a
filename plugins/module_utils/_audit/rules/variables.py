# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rule 12: variables without a value, defaults for the container, and secrets among them.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Callable, Dict, Iterator, List, Set, Tuple

from ..dockerfile.arguments import pairs
from ..model import BEFORE_STAGES, Instruction
from ..shell.script import Command
from ..source.managers import word_set
from ..source.start import Start, inner_commands, start_of
from ..source.view import EXPANDED, View
from .catalogue import INFO
from .draft import HEURISTIC, Draft, about

_SECRET = re.compile(
    r"(?:\A|_)(?:PASS|PASSWORD|PASSWD|PASSPHRASE|PWD|SECRET|SECRETS|TOKEN|API_?KEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|"
    r"CREDENTIALS?|AUTH_?KEY|SK)(?:\Z|_(?!FILE|PATH|URL|URI|DIR|TTL|NAME|HEADER|LIFETIME|EXPIR|LENGTH|ENDPOINT))",
    re.IGNORECASE,
)
_NO_SECRET = word_set("PWD OLDPWD PUBLIC_KEY SK")
_MOST_SHOWN = 10
_LOOP = re.compile(r"\b(?:for|select)[ \t]+([A-Za-z_]\w*)")
_READ = re.compile(r"\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(\}|[:\-+=?#%/^,@\[]))")
_SHELLS_OWN = word_set(
    """HOME PATH PWD OLDPWD USER LOGNAME SHELL HOSTNAME TERM LANG IFS OPTIND OPTARG RANDOM SECONDS LINENO PPID UID EUID
    BASH_SOURCE BASH_VERSION FUNCNAME TMPDIR REPLY PIPESTATUS"""
)


def is_secret_name(name: str) -> bool:
    """Whether a variable of this name is likely to have a secret: C(DB_PASSWORD), but not C(PASSWORD_FILE)."""
    return name.upper() not in _NO_SECRET and bool(_SECRET.search(name))


def default_env(view: View) -> Iterator[Draft]:
    """SWR-DF-012."""
    yield from _undefined(view)
    yield from _start(view)
    yield from _secrets(view)


def _undefined(view: View) -> Iterator[Draft]:
    """Variables that a builder replaces with nothing."""
    before: Set[str] = set()
    for instruction in view.dockerfile.instructions:
        if instruction.stage == BEFORE_STAGES and instruction.keyword == "ARG":
            before.update(pair.name for pair in pairs(view.dockerfile, instruction))
    for instruction in view.dockerfile.instructions:
        if instruction.keyword not in EXPANDED:
            continue
        for name in view.undefined(instruction):
            if instruction.keyword == "ENV" and name in _SHELLS_OWN:
                continue
            shown = "the variable {0}".format(name)
            if name in before and instruction.keyword != "FROM":
                yield about(
                    view,
                    "SWR-DF-012",
                    instruction,
                    "{0} is an ARG from before FROM, which is not seen here, so it is empty".format(shown),
                    "Repeat ARG {0} in this stage.".format(name),
                )
                continue
            stage = view.stages[instruction.stage] if instruction.stage >= 0 else None
            certain = instruction.keyword == "FROM" or (stage is not None and view.base_of(stage) == "scratch")
            yield about(
                view,
                "SWR-DF-012",
                instruction,
                "nothing in the file defines {0}, so it is empty unless the base image has it".format(shown)
                if not certain
                else "nothing defines {0}, so it is empty".format(shown),
                "Add ENV {0}=..., or ARG {0} if only the build needs it.".format(name),
                **({} if certain else {"confidence": HEURISTIC}),
            )


def _start(view: View) -> Iterator[Draft]:
    """Variables that the start of the container reads, and that have no default."""
    start = start_of(view)
    environment = view.environment()
    arguments = view.arguments()
    missing: Dict[int, Tuple[Instruction, List[str]]] = {}
    for name, instruction in _reads(view, start):
        if name in environment or name in _SHELLS_OWN or is_secret_name(name):
            continue
        if name in arguments:
            yield about(
                view,
                "SWR-DF-012",
                instruction,
                "the start of the container reads {0}, but ARG exists only during the build".format(name),
                "Add ENV {0}=${0} after the ARG, or ENV with a default instead of it.".format(name),
                subject="ARG " + name,
            )
        else:
            missing.setdefault(id(instruction), (instruction, []))[1].append(name)
    for instruction, names in missing.values():
        shown = ", ".join(names[:_MOST_SHOWN]) + (" and others" if names[_MOST_SHOWN:] else "")
        one = len(names) == 1
        yield about(
            view,
            "SWR-DF-012",
            instruction,
            "the start of the container reads {0}, which {1} no default".format(shown, "has" if one else "have"),
            "Decide on {0}, and add ENV {1}=...".format("a default" if one else "defaults", names[0]),
            subject="no default for " + " ".join(names),
            confidence=HEURISTIC,
            at_most=INFO,
        )


def _reads(view: View, start: Start) -> List[Tuple[str, Instruction]]:
    """The variables that are read without a default, each with the instruction that starts the reader."""
    found: Dict[str, Instruction] = {}
    for instruction in (start.entrypoint, start.cmd):
        located = view.script_of(instruction) if instruction is not None else None
        if instruction is None or located is None:
            continue
        commands = inner_commands(located)
        if located.form == "exec" and commands == located.script.commands:
            # No shell reads it.
            continue
        text = located.text or " ".join(instruction.json or ())
        for name in _names(commands, text):
            found.setdefault(name, instruction)
    if start.script is not None:
        for name in _names(start.script_commands, start.script.text):
            found.setdefault(name, start.script.instruction)
    return list(found.items())


def _names(commands: Tuple[Command, ...], text: str) -> List[str]:
    """The variables that commands read, those left out that have a default or that the commands set."""
    own = {word.value.partition("=")[0].rstrip("+") for command in commands for word in command.assignments}
    own.update(_LOOP.findall(text))
    for command in commands:
        if command.program in ("read", "export", "local", "readonly", "declare", "getopts"):
            own |= {word.value.partition("=")[0] for word in command.arguments}
    found: List[str] = []
    defaulted: Set[str] = set()
    for command in commands:
        for word in (*command.words, *command.assignments):
            for bare, braced, following in _READ.findall(_unquoted(word.raw)):
                name = bare or braced
                if following and following not in "}#%/^,@[":
                    # It has a default, or is tested: ${name:-x}, ${name:=x}, ${name:?}, ${name+x}.
                    defaulted.add(name)
                elif name not in found:
                    found.append(name)
    return [name for name in found if name not in own and name not in defaulted]


def _unquoted(raw: str) -> str:
    """A word without the parts in single quotes, in which a shell replaces nothing."""
    return re.sub(r"'[^']*'", "", raw) if '"' not in raw else raw


def _secrets(view: View) -> Iterator[Draft]:
    for instruction in view.dockerfile.instructions:
        if instruction.keyword not in ("ENV", "ARG"):
            continue
        for pair in pairs(view.dockerfile, instruction):
            value = pair.value.value if pair.value is not None else ""
            if not is_secret_name(pair.name) or (instruction.keyword == "ENV" and not value):
                continue
            what = "has a value, which everybody can read from the image" if value else "ends up in the image's history"
            yield about(
                view,
                "SWR-DF-012",
                instruction,
                "{0} {1} looks like a secret and {2}".format(instruction.keyword, pair.name, what),
                "Pass it when the container starts, or to the build with RUN --mount=type=secret.",
                span=pair.word.span,
                subject="secret {0}".format(pair.name),
                confidence=HEURISTIC,
            )


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-012": default_env}
