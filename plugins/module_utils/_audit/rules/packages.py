# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules 2 and 5: upgrades, packages that nobody needs, and what package managers leave behind.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import posixpath
import re
from bisect import bisect_right
from typing import Callable, Dict, Iterator, List, NamedTuple, Sequence, Tuple

from ..model import Edit, Instruction
from ..shell.script import Command
from ..source.edits import append_command, append_line, remove_command
from ..source.managers import (
    APK,
    APT,
    CLEAN,
    DNF,
    INSTALL,
    PACMAN,
    UPDATE,
    UPGRADE,
    ZYPPER,
    Action,
    has_option,
    word_set,
)
from ..source.scripts import Located
from ..source.view import View, below, mounts
from .catalogue import INFO
from .draft import Draft, about

# -- rule 2 ------------------------------------------------------------------------------------------------------------

UNNEEDED = word_set(
    """vim vim-tiny nano emacs emacs-nox joe openssh-server openssh-client ssh sshd telnet telnetd rsh-server ftp tmux
    screen man-db manpages less mlocate strace gdb tcpdump nmap build-essential gcc g++ make cmake build-base"""
)


def no_upgrade(view: View) -> Iterator[Draft]:
    """SWR-DF-002."""
    for instruction, located in view.runs():
        for action in located.actions:
            command = action.command
            if action.kind == UPGRADE:
                words = " ".join(word.value for word in command.words[:3] if word.literal)
                yield about(
                    view,
                    "SWR-DF-002",
                    instruction,
                    '"{0}" upgrades the base image, so the result depends on the day of the build'.format(words),
                    "Remove it, and rebuild on a newer tag of the base image. Keep it if the base image is rebuilt too "
                    "rarely for its security fixes, and say so in a comment that silences this rule.",
                    span=view.span_of(instruction, located, command.start, command.end),
                    edits=remove_command(view.dockerfile, instruction, located, command),
                )
            elif action.kind == INSTALL and view.options.unneeded_packages:
                yield from _unneeded(view, instruction, located, action)


def _unneeded(view: View, instruction: Instruction, located: Located, action: Action) -> Iterator[Draft]:
    found = sorted(set(action.names) & UNNEEDED)
    removed = re.search(r"\b(?:purge|remove|autoremove|apk\s+del|erase)\b", located.text)
    if found and not removed and view.is_shipped(view.stages[instruction.stage]):
        yield about(
            view,
            "SWR-DF-002",
            instruction,
            "it installs {0}, which a running image rarely needs".format(", ".join(found)),
            "Leave out what the program does not need. Compile in a stage of its own, and copy the result from it.",
            span=view.span_of(instruction, located, action.command.start, action.command.end),
            confidence="heuristic",
            at_most=INFO,
        )


# -- rule 5 ------------------------------------------------------------------------------------------------------------


class _Leftover(NamedTuple):
    """What a manager leaves: where, what deletes it, and how to say it in a RUN.

    :ivar makes: the actions that make it.
    :ivar folders: where it is; a mount of type cache or tmpfs there keeps it out of the image.
    :ivar clean: the command to add; C(option), if there is one, is better.
    """

    what: str
    makes: Tuple[str, ...]
    folders: Tuple[str, ...]
    clean: str
    option: str = ""
    at_most: str = "error"


_LEFTOVERS: Dict[str, _Leftover] = {
    APT: _Leftover("package lists", (UPDATE,), ("/var/lib/apt/lists",), "rm -rf /var/lib/apt/lists/*"),
    APK: _Leftover(
        "the package index", (INSTALL, UPDATE, UPGRADE), ("/var/cache/apk",), "rm -rf /var/cache/apk/*", "--no-cache"
    ),
    DNF: _Leftover(
        "metadata and packages",
        (INSTALL, UPDATE, UPGRADE),
        ("/var/cache/dnf", "/var/cache/yum", "/var/cache/libdnf5"),
        "dnf clean all",
    ),
    PACMAN: _Leftover("packages", (INSTALL, UPGRADE), ("/var/cache/pacman/pkg",), "pacman -Scc --noconfirm"),
    ZYPPER: _Leftover("metadata and packages", (INSTALL, UPDATE, UPGRADE), ("/var/cache/zypp",), "zypper clean --all"),
    "pip": _Leftover(
        "downloads", (INSTALL,), (posixpath.join("/root", ".cache", "pip"),), "pip cache purge", "--no-cache-dir"
    ),
    "uv": _Leftover(
        "downloads",
        (INSTALL,),
        (posixpath.join("/root", ".cache", "uv"),),
        "uv cache clean",
        "--no-cache",
        at_most=INFO,
    ),
    "npm": _Leftover("downloads", (INSTALL,), ("/root/.npm",), "npm cache clean --force", at_most=INFO),
    "yarn": _Leftover(
        "downloads", (INSTALL,), ("/usr/local/share/.cache", "/root/.cache"), "yarn cache clean", at_most=INFO
    ),
}
_IS_OFF = re.compile(r"(?:0|off|no|false|)\Z", re.IGNORECASE)


def leftovers(view: View) -> Iterator[Draft]:
    """SWR-DF-005."""
    deletions = _deletions(view)
    for instruction, located in view.runs():
        if not view.is_shipped(view.stages[instruction.stage]):
            continue
        by_manager: Dict[str, List[Action]] = {}
        for action in located.actions:
            if action.manager in _LEFTOVERS:
                by_manager.setdefault(action.manager, []).append(action)
        for manager, actions in by_manager.items():
            places = deletions.get((instruction.stage, manager), ())
            yield from _left_by(view, instruction, located, _LEFTOVERS[manager], actions, places)


def _left_by(
    view: View,
    instruction: Instruction,
    located: Located,
    leftover: _Leftover,
    actions: Sequence[Action],
    deletions: Sequence[Tuple[int, int]],
) -> Iterator[Draft]:
    makers = [
        action
        for action in actions
        if action.kind in leftover.makes and not _keeps_nothing(view, instruction, action, leftover)
    ]
    if not makers or _is_mounted(instruction, leftover):
        return
    last = makers[-1].command
    if any(action.kind == CLEAN and action.command.start > last.start for action in actions):
        return
    if any(_deletes(command, leftover) for command in located.script.commands if command.start > last.start):
        return
    place = bisect_right(deletions, (instruction.span.end, 0))
    late = deletions[place][1] if place < len(deletions) else None
    installs = any(action.kind == INSTALL for action in actions)
    message = "{0} leaves {1} in the layer".format(makers[-1].command.program, leftover.what)
    if late is not None:
        message += "; line {0} deletes them in a later layer, which makes the image no smaller".format(late)
    clean = leftover.clean.replace("dnf", makers[-1].command.program) if makers[0].manager == DNF else leftover.clean
    fix = "End this RUN with && {0}, or keep the files out of the image with --mount=type=cache,target={1}."
    if leftover.option:
        fix = "Use {2}, or " + fix[0].lower() + fix[1:]
    if makers[0].manager == APT and not installs:
        fix = "Merge it with the installation, and end that RUN with && {0}."
    yield about(
        view,
        "SWR-DF-005",
        instruction,
        message,
        fix.format(clean, leftover.folders[0], leftover.option),
        span=view.span_of(instruction, located, last.start, last.end),
        at_most=leftover.at_most,
        edits=_edits(view, instruction, located, makers, leftover, clean, installs),
    )


def _edits(
    view: View,
    instruction: Instruction,
    located: Located,
    makers: Sequence[Action],
    leftover: _Leftover,
    clean: str,
    installs: bool,
) -> Tuple[Edit, ...]:
    if leftover.option and all(action.kind == INSTALL for action in makers) and located.form in ("shell", "heredoc"):
        places = [located.offset(action.verb.end - 1) + 1 for action in makers if action.verb is not None]
        return tuple(Edit(place, place, " " + leftover.option) for place in places)
    if makers[0].manager == APT and not installs:
        return ()
    if makers[0].manager == "pip":
        return ()
    append = append_line if located.form == "heredoc" else append_command
    return append(view.dockerfile, instruction, located, clean)


def _keeps_nothing(view: View, instruction: Instruction, action: Action, leftover: _Leftover) -> bool:
    """Whether an option or a variable keeps the manager from leaving anything."""
    if leftover.option and has_option(action.command, leftover.option):
        return True
    variable = {"pip": "PIP_NO_CACHE_DIR", "uv": "UV_NO_CACHE"}.get(action.manager)
    value = view.watched(instruction, variable) if variable else None
    return value is not None and not _IS_OFF.match(value)


def _is_mounted(instruction: Instruction, leftover: _Leftover) -> bool:
    paths = mounts(instruction, "cache") + mounts(instruction, "tmpfs")
    return any(below(folder, path) or path.startswith(folder) for path in paths for folder in leftover.folders)


def _deletes(command: Command, leftover: _Leftover) -> bool:
    """Whether a command deletes what a manager left."""
    arguments = [word.value for word in command.arguments]
    if command.program == "find" and "-delete" in arguments:
        return any(below(folder, arguments[0].rstrip("/")) for folder in leftover.folders)
    if command.program != "rm":
        return False
    for text in arguments:
        path = re.sub(r"/(?:\*|\.\?\*|\{.*\})?\Z", "", text.replace("~", "/root", 1) if text.startswith("~/") else text)
        path = path.replace("$HOME", "/root").rstrip("*")
        if path.startswith("/") and any(below(folder, path.rstrip("/")) for folder in leftover.folders):
            return True
    return False


def _deletions(view: View) -> Dict[Tuple[int, str], List[Tuple[int, int]]]:
    """Where each stage deletes what each manager leaves: the place and the line of each RUN, in order."""
    found: Dict[Tuple[int, str], List[Tuple[int, int]]] = {}
    for instruction, located in view.runs():
        for command in located.script.commands:
            if command.program in ("rm", "find"):
                for manager, leftover in _LEFTOVERS.items():
                    if _deletes(command, leftover):
                        places = found.setdefault((instruction.stage, manager), [])
                        places.append((instruction.span.start, instruction.span.line))
    return found


CHECKS: Dict[str, Callable[[View], Iterator[Draft]]] = {"SWR-DF-002": no_upgrade, "SWR-DF-005": leftovers}
