# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container starts: CMD, ENTRYPOINT, and the entrypoint script in the context.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, replace
from typing import FrozenSet, List, Optional, Tuple

from ..._errors import LongshoreError
from ..model import Instruction, Span
from ..shell.programs import SHELLS
from ..shell.reader import read_script
from ..shell.script import Command
from .images import matches
from .managers import word_set
from .scripts import Located
from .view import SourceFile, View, below, froms

CONTROL = word_set("cd export set unset umask ulimit trap : true [ [[ test source . local readonly declare shift")
"""Commands that only prepare the shell."""

_PATH = ("/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin")
_SHELL_SCRIPT = re.compile(rb"#![ \t]*(?:/usr/bin/env[ \t]+(?:-S[ \t]+)?)?(?:/\S*/)?(?:ba|da|a|k|mk|z)?sh\b")


@dataclass(frozen=True)
class StartScript:
    """The script that ENTRYPOINT or CMD starts.

    :ivar image_path: its path in the image, as the instruction names it.
    :ivar file: it in the context; None if it was not found there.
    :ivar copied_to: where the file of that name is copied to, if not to this path.
    :ivar copied_by: the COPY or ADD that copies it.
    :ivar interpreted: whether the instruction names an interpreter before it.
    """

    image_path: str
    instruction: Instruction
    file: Optional[SourceFile] = None
    copied_to: Optional[str] = None
    copied_by: Optional[Instruction] = None
    interpreted: bool = False

    @property
    def is_shell(self) -> bool:
        """Whether it is written for a shell that can be read."""
        if self.file is None:
            return False
        return bool(_SHELL_SCRIPT.match(self.file.content)) or (
            not self.file.content.startswith(b"#!") and self.image_path.endswith(".sh")
        )

    @property
    def text(self) -> str:
        return self.file.content.decode("utf-8", "surrogateescape") if self.file else ""

    def span(self, start: int, end: int) -> Span:
        """A place in it."""
        text = self.text
        return Span(start, end, text.count("\n", 0, start) + 1, text.count("\n", 0, max(start, end - 1)) + 1)


@dataclass(frozen=True)
class Start:
    """What a container of the image starts.

    :ivar commands: of ENTRYPOINT and CMD, those within C(sh -c) instead of the shell.
    """

    entrypoint: Optional[Instruction]
    cmd: Optional[Instruction]
    commands: Tuple[Command, ...]
    script: Optional[StartScript]
    script_commands: Tuple[Command, ...] = ()

    @property
    def programs(self) -> FrozenSet[str]:
        """The names of all programs that it starts, as far as they are known."""
        found = {command.program for command in (*self.commands, *self.script_commands)}
        return frozenset(found - {""} - SHELLS)


def inner_commands(located: Located) -> Tuple[Command, ...]:
    """The commands of a script; of C(sh -c) those in its argument."""
    commands = located.script.commands
    if located.form == "exec" and commands and commands[0].program in SHELLS:
        nested = [command for command in commands if command.context[:1] == ("-c",)]
        return tuple(replace(command, context=command.context[1:]) for command in nested) or commands
    return commands


def start_of(view: View) -> Start:
    """How the container of the final image starts."""
    if "start" not in view.memo:
        view.memo["start"] = _start_of(view)
    found: Start = view.memo["start"]
    return found


def _start_of(view: View) -> Start:
    entrypoint, cmd = view.effective("ENTRYPOINT"), view.effective("CMD")
    commands: List[Command] = []
    script: Optional[StartScript] = None
    for instruction in (entrypoint, cmd):
        located = view.script_of(instruction) if instruction is not None else None
        if instruction is None or located is None:
            continue
        commands += inner_commands(located)
        if script is None and (entrypoint is None or instruction is entrypoint):
            script = _script(view, instruction, located)
    found: Tuple[Command, ...] = ()
    if script is not None and script.is_shell:
        found = read_script(script.text).commands
    return Start(entrypoint, cmd, tuple(commands), script, found)


def _script(view: View, instruction: Instruction, located: Located) -> Optional[StartScript]:
    """The script among the first words that an instruction starts."""
    commands = inner_commands(located)
    if not commands:
        return None
    top = [command for command in commands if not command.context]
    first = next((command for command in top if command.program not in CONTROL), None)
    if first is None:
        return None
    words = [word.value for word in first.words if word.literal]
    interpreted = False
    for value in words[:6]:
        name = value.rpartition("/")[2]
        if name in SHELLS:
            interpreted = True
        elif not value.startswith("-") and (value.startswith(("/", "./")) or value.endswith((".sh", ".bash"))):
            found = _find(view, instruction, value, interpreted)
            if found.file is not None or value.endswith((".sh", ".bash")) or found.copied_to:
                return found
    return None


def _find(view: View, instruction: Instruction, value: str, interpreted: bool) -> StartScript:
    """Where a path of the image comes from in the context."""
    plain = StartScript(value, instruction, interpreted=interpreted)
    folder = view.final_workdir
    if value.startswith("/"):
        paths = [posixpath.normpath(value)]
    elif "/" in value or interpreted:
        paths = [posixpath.normpath(posixpath.join(folder, value))] if folder else []
    else:
        paths = [posixpath.join(directory, value) for directory in _PATH]
    elsewhere = plain
    for copy in reversed(list(view.inherited(view.final))):
        if copy.keyword not in ("COPY", "ADD") or list(froms(copy)):
            continue
        for path in paths:
            source = source_of(view, copy, path)
            file = _read(view, source) if source else None
            if file is not None:
                return replace(plain, file=file, copied_by=copy)
        if elsewhere is plain:
            target, source = _by_name(view, copy, posixpath.basename(value))
            file = _read(view, source) if source else None
            if file is not None and target:
                elsewhere = replace(plain, file=file, copied_to=target, copied_by=copy)
    return elsewhere


def _read(view: View, path: str) -> Optional[SourceFile]:
    try:
        return view.context.read(path)
    except LongshoreError as error:
        view.skip("SWR-DF-009", "{0} cannot be read: {1}".format(path, error.what))
        return None


def target_of(view: View, instruction: Instruction) -> Optional[str]:
    """Where a COPY or ADD copies to, as an absolute path, if it is known."""
    destination = view.copied(instruction).destination
    if destination is None:
        return None
    if destination.startswith("/"):
        return posixpath.normpath(destination)
    folder = view.workdir(instruction)
    return None if folder is None else posixpath.normpath(posixpath.join(folder, destination))


def source_of(view: View, copy: Instruction, path: str) -> Optional[str]:
    """The file of the context that a COPY or ADD copies to a path of the image."""
    target = target_of(view, copy)
    if target is None or not below(path, target):
        return None
    copied = view.copied(copy)
    rest = posixpath.relpath(path, target)
    for source in copied.sources:
        if source is None:
            continue
        clean = _clean(source)
        if "*" in clean:
            folder, _slash, pattern = clean.rpartition("/")
            if "/" not in rest and matches(pattern, rest):
                return posixpath.join(folder, rest)
        elif clean == "" or view.context.is_folder(clean):
            return posixpath.join(clean, rest)
        elif rest == "." or rest == posixpath.basename(clean):
            return clean
    return None


def _by_name(view: View, copy: Instruction, name: str) -> Tuple[Optional[str], Optional[str]]:
    """Where a COPY puts a file of this name: the path in the image, and in the context."""
    target = target_of(view, copy)
    for source in view.copied(copy).sources:
        if source is None or target is None:
            continue
        clean = _clean(source)
        if clean == "" or view.context.is_folder(clean):
            return posixpath.join(target, name), posixpath.join(clean, name)
        if posixpath.basename(clean) == name:
            is_folder = (view.copied(copy).destination or "").endswith(("/", "."))
            return (posixpath.join(target, name) if is_folder else target), clean
    return None, None


def _clean(source: str) -> str:
    """A source as a path in the context; empty for the context itself."""
    path = posixpath.normpath("/" + source).lstrip("/")
    return "" if path == "." else path
