# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 3 and 11: what belongs into one layer, and which layers come first.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
import re
from typing import Callable, Dict, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from ..model import Edit, Instruction, Stage
from ..source.edits import delete_instruction, insert_after, insert_before, is_chain, merge
from ..source.managers import INSTALL, SYSTEM, UPDATE, UPGRADE, Action, action_of, builds, word_set
from ..source.scripts import Located
from ..source.start import target_of
from ..source.view import View, below, froms, mounts
from .catalogue import INFO
from .draft import HEURISTIC, Draft, about


class _Run(NamedTuple):
    """A RUN with what it asks package managers to do."""

    instruction: Instruction
    located: Located
    actions: Tuple[Action, ...]

    def system(self, *kinds: str) -> List[Action]:
        """Its actions of these kinds on system packages."""
        return [action for action in self.actions if action.manager in SYSTEM and action.kind in kinds]

    @property
    def application(self) -> Optional[str]:
        """The first command that installs or builds the application; None if there is none."""
        installs = {id(one.command) for one in self.actions if one.manager not in SYSTEM and one.kind == INSTALL}
        for command in self.located.script.commands:
            if id(command) in installs or builds(command):
                return " ".join(word.value for word in command.words[:2])
        return None


def _runs(view: View, stage: Stage) -> Dict[int, _Run]:
    """The RUNs of a stage that are read as scripts, by their place among its instructions."""
    found: Dict[int, _Run] = {}
    for number, instruction in enumerate(stage.instructions):
        located = view.script_of(instruction) if instruction.keyword == "RUN" else None
        if located is not None:
            found[number] = _Run(instruction, located, located.actions)
    return found


_MOST_BETWEEN = 50
"""Instructions over which a RUN is moved at most."""

# -- rule 3 ------------------------------------------------------------------------------------------------------------


def merged_runs(view: View) -> Iterator[Draft]:
    """SWR-DF-003."""
    for stage in view.stages:
        if not view.is_shipped(stage):
            continue
        runs = _runs(view, stage)
        yield from _separate_updates(view, stage, runs)
        yield from _neighbours(view, runs)
        yield from _mixed(view, stage, runs)


def _separate_updates(view: View, stage: Stage, runs: Dict[int, _Run]) -> Iterator[Draft]:
    """Lists updated in another layer than the installation."""
    waiting: Dict[str, int] = {}
    for number, run in runs.items():
        updates = {action.manager for action in run.system(UPDATE)}
        installs = {action.manager for action in run.system(INSTALL)}
        for manager in sorted(installs - updates):
            first = waiting.pop(manager, None)
            if first is None:
                continue
            update = runs[first]
            edits: Tuple[Edit, ...] = ()
            if first + 1 == number:
                edits = merge(view.dockerfile, update.instruction, update.located, run.instruction, run.located)
            yield about(
                view,
                "SWR-DF-003",
                update.instruction,
                "the package lists are updated in another layer than the installation in line {0}, so a cached layer "
                "with old lists may be used".format(run.instruction.span.line),
                "Write both as one RUN, joined with &&.",
                edits=edits,
            )
        for manager in updates:
            if manager in installs:
                waiting.pop(manager, None)
            else:
                waiting[manager] = number


def _neighbours(view: View, runs: Dict[int, _Run]) -> Iterator[Draft]:
    """RUNs that follow each other and install system packages with the same manager."""
    previous: Optional[Tuple[int, _Run]] = None
    for number, run in runs.items():
        if previous is not None and previous[0] + 1 == number:
            before = previous[1]
            both = _only_installs(before) & _only_installs(run)
            separate_update = not before.system(INSTALL)
            if both and not separate_update and _flags(before.instruction) == _flags(run.instruction):
                yield about(
                    view,
                    "SWR-DF-003",
                    run.instruction,
                    "it installs system packages, as the RUN in line {0} right before it does".format(
                        before.instruction.span.line
                    ),
                    "Write both as one RUN, joined with &&, or better as one installation.",
                    edits=merge(view.dockerfile, before.instruction, before.located, run.instruction, run.located),
                )
        previous = (number, run)


_TIDY = word_set("rm set true : echo find")
"""What a RUN that installs packages may do besides."""


def _only_installs(run: _Run) -> Set[str]:
    """The managers of system packages that a RUN uses, if it does nothing else, which may change more often."""
    system = {id(action.command) for action in run.actions if action.manager in SYSTEM}
    commands = run.located.script.commands
    if not all(id(command) in system or command.program in _TIDY for command in commands):
        return set()
    return {action.manager for action in run.system(INSTALL)}


def _flags(instruction: Instruction) -> List[Tuple[str, str]]:
    return sorted((flag.name, flag.value or "") for flag in instruction.flags)


def _mixed(view: View, stage: Stage, runs: Dict[int, _Run]) -> Iterator[Draft]:
    """System packages and the application's dependencies in one RUN, after the source was copied."""
    broad: Optional[int] = None
    for number, instruction in enumerate(stage.instructions):
        if broad is None and is_broad(view, instruction):
            broad = number
        run = runs.get(number)
        if run is None or broad is None or not run.system(INSTALL) or run.application is None:
            continue
        line = stage.instructions[broad].span.line
        yield about(
            view,
            "SWR-DF-003",
            instruction,
            'it installs system packages together with "{0}" after line {1} copied the source, so every change of the '
            "source installs both again".format(run.application, line),
            "Install the system packages in a RUN of their own before line {0}, and leave here what needs the "
            "source.".format(line),
            edits=_split(view, stage.instructions[broad : number + 1] if number - broad < _MOST_BETWEEN else (), run),
        )


def _split(view: View, part: Sequence[Instruction], run: _Run) -> Tuple[Edit, ...]:
    """Move the commands on system packages at the start of a chain to a RUN before the source is copied."""
    commands = run.located.script.commands
    leading = 0
    while leading < len(commands) and _is_plain(run, leading):
        leading += 1
    rest = commands[leading:]
    if not part or not leading or not rest or any(action_of(command) in run.system(INSTALL) for command in rest):
        return ()
    if not is_chain(run.located, ("", "&&")) or run.instruction.flags or not _may_move(view, part):
        return ()
    text, first, second = run.located.text, commands[0], commands[leading]
    moved = text[first.start : commands[leading - 1].end]
    if "#" in view.dockerfile.text[run.instruction.span.start : run.instruction.span.end] or second.context:
        return ()
    start, end = run.located.offset(first.start), run.located.offset(second.start)
    return insert_before(view.dockerfile, part[0], "RUN " + " ".join(moved.split())) + (Edit(start, end, ""),)


def _is_plain(run: _Run, number: int) -> bool:
    """Whether a command only updates lists, or installs packages by plain names, or deletes the lists."""
    command = run.located.script.commands[number]
    if command.context or command.redirects or command.assignments:
        return False
    action = action_of(command)
    if action is None:
        return command.program == "rm" and all(
            word.value.startswith(("-", "/var/lib/apt/lists", "/var/cache/")) for word in command.arguments
        )
    return (
        action.manager in SYSTEM
        and action.kind != UPGRADE
        and all(word.literal and re.match(r"[a-z0-9][a-z0-9.+_:=~-]*\Z", word.value) for word in action.packages)
    )


_SYSTEM_FOLDERS = ("/bin", "/etc", "/lib", "/lib64", "/root", "/sbin", "/usr", "/var")


def _may_move(view: View, part: Sequence[Instruction]) -> bool:
    """Whether the last of these instructions, a RUN on system packages, does the same before the first, which copies
    the source: nothing between configures it."""
    for instruction in part[:-1]:
        if instruction.keyword in ("RUN", "ENV", "ARG", "USER", "SHELL"):
            return False
        if instruction.keyword in ("COPY", "ADD"):
            target = target_of(view, instruction)
            if target is None or target == "/" or any(below(target, folder) for folder in _SYSTEM_FOLDERS):
                return False
    return True


# -- rule 11 -----------------------------------------------------------------------------------------------------------

_MANIFESTS: Dict[str, Tuple[str, ...]] = {
    "npm": ("package.json", "package-lock.json", "npm-shrinkwrap.json"),
    "yarn": ("package.json", "yarn.lock"),
    "pnpm": ("package.json", "pnpm-lock.yaml"),
    "pip": ("requirements.txt",),
    "uv": ("pyproject.toml", "uv.lock"),
    "bundle": ("Gemfile", "Gemfile.lock"),
    "composer": ("composer.json", "composer.lock"),
    "poetry": ("pyproject.toml", "poetry.lock"),
    "go": ("go.mod", "go.sum"),
    "cargo": ("Cargo.toml", "Cargo.lock"),
    "mvn": ("pom.xml",),
    "gradle": ("build.gradle", "settings.gradle"),
    "dotnet": ("the project files",),
}


def is_broad(view: View, instruction: Instruction) -> bool:
    """Whether an instruction copies the whole context."""
    if instruction.keyword not in ("COPY", "ADD") or list(froms(instruction)):
        return False
    sources = view.copied(instruction).sources
    return any(source is not None and posixpath.normpath(source) in (".", "/", "*", "..") for source in sources)


def stable_first(view: View) -> Iterator[Draft]:
    """SWR-DF-011."""
    for stage in view.stages:
        runs = _runs(view, stage)
        broad: Optional[int] = None
        installed: Set[str] = set()
        for number, instruction in enumerate(stage.instructions):
            if broad is None and is_broad(view, instruction):
                broad = number
            run = runs.get(number)
            if run is None:
                continue
            if broad is not None:
                # A slice of the whole stage for each RUN would take too long: only neighbours can be moved.
                part = stage.instructions[broad : number + 1] if number - broad < _MOST_BETWEEN else ()
                yield from _after_source(view, stage.instructions[broad], part, run, installed)
            installed |= {action.manager for action in run.actions if action.kind == INSTALL}


def _after_source(
    view: View, broad: Instruction, part: Sequence[Instruction], run: _Run, installed: Set[str]
) -> Iterator[Draft]:
    line = broad.span.line
    if run.system(INSTALL) and run.application is None:
        movable = all(_is_plain(run, number) for number in range(len(run.located.script.commands)))
        edits: Tuple[Edit, ...] = ()
        if part and movable and is_chain(run.located) and _may_move(view, part):
            edits = _move_before(view, broad, run.instruction)
        yield about(
            view,
            "SWR-DF-011",
            run.instruction,
            "system packages are installed after line {0} copied the source, so every change of the source installs "
            "them again".format(line),
            "Move this RUN before line {0}.".format(line),
            edits=edits,
        )
        return
    by_command = {id(action.command): action for action in run.actions}
    for command in run.located.script.commands:
        action = by_command.get(id(command))
        built = builds(command)
        if action is not None and action.kind == INSTALL and action.manager in _MANIFESTS and _from_manifest(action):
            manifests = " and ".join(_MANIFESTS[action.manager][:2])
            yield about(
                view,
                "SWR-DF-011",
                run.instruction,
                "{0} installs the dependencies after line {1} copied the source, so every change of the source "
                "installs them again".format(action.command.program, line),
                "Copy {0} first, then install, and move line {1} after this RUN. Decide whether an install script "
                "of a package needs more files than these.".format(manifests, line),
                edits=_manifest_first(view, part, run, action),
            )
            return
        if built and built not in installed and not mounts(run.instruction, "cache"):
            yield about(
                view,
                "SWR-DF-011",
                run.instruction,
                "the build after line {0} also fetches the dependencies, for every change of the source".format(line),
                "Copy {0} first and fetch the dependencies in a RUN of their own, or use a cache mount.".format(
                    " and ".join(_MANIFESTS[built][:2])
                ),
                confidence=HEURISTIC,
                at_most=INFO,
            )
            return


def _from_manifest(action: Action) -> bool:
    """Whether an action installs what a manifest lists, and not packages by name or the source itself."""
    values = [word.value for word in action.command.arguments]
    if action.manager == "pip":
        return any(value in ("-r", "--requirement") or value.startswith("--requirement=") for value in values)
    if action.manager == "uv":
        return "sync" in values
    if action.manager in ("npm", "pnpm", "yarn"):
        return not action.packages and not {"-g", "--global"} & set(values)
    return True


def _move_before(view: View, target: Instruction, moved: Instruction) -> Tuple[Edit, ...]:
    """Move the lines of one instruction before those of another."""
    text = view.dockerfile.text[moved.span.start : moved.span.end]
    return insert_before(view.dockerfile, target, text) + delete_instruction(view.dockerfile, moved)


def _manifest_first(view: View, part: Sequence[Instruction], run: _Run, action: Action) -> Tuple[Edit, ...]:
    """Copy the manifest, install, and then copy the source: only where nothing else can be needed, as far as known."""
    between = {one.keyword for one in part[1:-1]}
    if not part or part[0].flags or part[0].json is not None or run.instruction.flags:
        return ()
    broad, destination = part[0], view.copied(part[0]).destination
    folder = view.workdir(run.instruction)
    if not between <= {"WORKDIR", "LABEL", "EXPOSE"} or (between and not (destination or "").startswith("/")):
        return ()
    if len(view.copied(broad).sources) != 1 or folder is None or target_of(view, broad) != folder:
        return ()
    if not _is_install_only(run, action):
        return ()
    present = {"./" + name for name in _MANIFESTS[action.manager] if _plain_manifest(view, name)}
    if "./" + _MANIFESTS[action.manager][0] not in present:
        return ()
    written = broad.arguments.split()[-1].rstrip("/")
    line = "COPY {0} {1}/".format(" ".join(name[2:] for name in sorted(present)), written)
    text = view.dockerfile.text[broad.span.start : broad.span.end]
    return (
        Edit(broad.span.start, broad.span.end, line),
        *insert_after(view.dockerfile, run.instruction, text),
    )


def _is_install_only(run: _Run, action: Action) -> bool:
    """Whether a RUN only installs from the manifest, with npm, yarn or pip, and cleans up after it."""
    if action.manager not in ("npm", "yarn", "pip") or not is_chain(run.located, ("", "&&")):
        return False
    for command in run.located.script.commands:
        other = action_of(command)
        if command.program == "rm" or (other is not None and other.manager == action.manager):
            continue
        return False
    return True


_RUNS_SOURCE = re.compile(rb'"(?:preinstall|install|postinstall|prepare|workspaces)"\s*:|"(?:file|link|workspace):')
_NOT_ALONE = re.compile(
    rb"^\s*(?:-[ercf]\b|--(?:editable|requirement|constraint|find-links)\b|\.|/|file:)", re.MULTILINE
)


def _plain_manifest(view: View, name: str) -> bool:
    """Whether a manifest is in the context and needs no other file."""
    file = view.context.read(name)
    if file is None:
        return False
    if name == "package.json":
        return not _RUNS_SOURCE.search(file.content)
    return not _NOT_ALONE.search(file.content) if name == "requirements.txt" else True


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-003": merged_runs, "SWR-DF-011": stable_first}
