# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which program a command runs: behind wrappers such as C(sudo) and C(env), and in the arguments of shells.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, FrozenSet, NamedTuple, Optional, Sequence, Tuple

from .script import Word

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "busybox"})
"""Shells whose language is read."""

_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=")
_MOST_WRAPPERS = 20


class _Wrapper(NamedTuple):
    """A program that runs the command behind its options.

    :ivar values: its options that have a value of their own. :ivar operands: what precedes the command.
    """

    values: FrozenSet[str] = frozenset()
    operands: int = 0
    assignments: bool = False


def _options(text: str) -> FrozenSet[str]:
    return frozenset(text.split())


_PLAIN = _Wrapper()
_WRAPPERS: Dict[str, _Wrapper] = {
    **dict.fromkeys(("builtin", "command", "eatmydata", "nohup", "setsid", "tini", "dumb-init", "catatonit"), _PLAIN),
    "chroot": _Wrapper(_options("--userspec --groups"), 1),
    "chrt": _Wrapper(_options("-T -P -D"), 1),
    "doas": _Wrapper(_options("-u -C"), assignments=True),
    "env": _Wrapper(_options("-u --unset -C --chdir -S --split-string"), assignments=True),
    "exec": _Wrapper(_options("-a")),
    "fakeroot": _Wrapper(_options("-l --lib -f --faked -s -i -b")),
    "gosu": _Wrapper(operands=1),
    "ionice": _Wrapper(_options("-c --class -n --classdata -p -P -u")),
    "nice": _Wrapper(_options("-n --adjustment")),
    "stdbuf": _Wrapper(_options("-i -o -e --input --output --error")),
    "su-exec": _Wrapper(operands=1),
    "sudo": _Wrapper(
        _options(
            "-u --user -g --group -h --host -p --prompt -C --close-from -D --chdir -R --chroot -r --role -t --type"
        ),
        assignments=True,
    ),
    "time": _Wrapper(_options("-f --format -o --output")),
    "timeout": _Wrapper(_options("-k --kill-after -s --signal"), 1),
    "xargs": _Wrapper(
        _options(
            "-a --arg-file -d --delimiter -E -I --replace -i -L --max-lines -n --max-args -P --max-procs -s --max-chars"
        )
    ),
}


class Resolved(NamedTuple):
    """The program of a command, without its folder; empty if it is in a variable or there is none."""

    program: str
    first: int
    wrappers: Tuple[str, ...] = ()


class NestedScript(NamedTuple):
    """A script in a word of a command, and the options that its shell has."""

    index: int
    options: FrozenSet[str]


def name_of(word: Word) -> str:
    """The name of a program without its folder; empty if an expansion decides it."""
    return "" if "$" in word.value or "`" in word.value else word.value.rpartition("/")[2]


def resolve(words: Sequence[Word]) -> Resolved:
    """The program behind all wrappers, and the number of its word."""
    at, wrappers = 0, []
    while at < len(words):
        program = name_of(words[at])
        wrapper = _WRAPPERS.get(program)
        if not wrapper or len(wrappers) == _MOST_WRAPPERS:
            return Resolved(program, at, tuple(wrappers))
        behind = _behind(words, at + 1, wrapper)
        if behind >= len(words):
            return Resolved(program, at, tuple(wrappers))
        wrappers.append(program)
        at = behind
    return Resolved("", len(words))


def _behind(words: Sequence[Word], at: int, wrapper: _Wrapper) -> int:
    """The number of the first word of the command behind a wrapper."""
    operands = wrapper.operands
    while at < len(words):
        value = words[at].value
        if value == "--":
            return at + 1 + operands
        if value.startswith("-") and len(value) > 1:
            at += 2 if value in wrapper.values else 1
        elif wrapper.assignments and _ASSIGNMENT.match(value):
            at += 1
        elif operands:
            operands -= 1
            at += 1
        else:
            return at
    return at


def nested_script(program: str, arguments: Sequence[Word]) -> Optional[NestedScript]:
    """The script in the arguments of C(sh -c), C(su -c) or C(eval) with one argument, by the number of its word."""
    if program == "eval":
        return NestedScript(0, frozenset()) if len(arguments) == 1 else None
    if program == "su":
        found = next((i for i, word in enumerate(arguments[:-1]) if word.value in ("-c", "--command")), None)
        return None if found is None else NestedScript(found + 1, frozenset())
    if program not in SHELLS:
        return None
    at, options, is_command = _shell_options(arguments)
    return NestedScript(at, options) if is_command and at < len(arguments) else None


def reads_input(program: str, arguments: Sequence[Word]) -> Optional[FrozenSet[str]]:
    """The options of a shell that reads its script from its input, C(bash -e <<EOF); None for other commands."""
    if program not in SHELLS:
        return None
    at, options, is_command = _shell_options(arguments)
    if is_command or (at < len(arguments) and arguments[at].value not in ("-", "/dev/stdin")):
        from_input = any(word.value.startswith("-") and "s" in word.value for word in arguments[:at])
        return options if from_input and not is_command else None
    return options


def shell_options(arguments: Sequence[Word]) -> FrozenSet[str]:
    """The options that a shell is started with, by its arguments."""
    return _shell_options(arguments)[1]


def _shell_options(arguments: Sequence[Word]) -> Tuple[int, FrozenSet[str], bool]:
    """The number of the first argument behind a shell's options, what they set, and whether C(-c) is among them."""
    at, is_command = 0, False
    options: FrozenSet[str] = frozenset()
    if arguments and arguments[0].value in SHELLS:
        at = 1  # busybox sh
    while at < len(arguments):
        value = arguments[at].value
        if value == "--":
            return at + 1, options, is_command
        if value[:1] not in ("-", "+") or len(value) < 2:
            break
        options = options_after(arguments[at : at + 2], options)
        if value.startswith("--"):
            at += 2 if value in ("--rcfile", "--init-file") else 1
            continue
        is_command = is_command or (value[0] == "-" and "c" in value)
        at += 2 if value[-1] in "oO" else 1
    return at, options, is_command


def options_after(arguments: Sequence[Word], options: FrozenSet[str]) -> FrozenSet[str]:
    """The options of a shell after C(set) with these arguments: of C(errexit) and C(pipefail) those that are on."""
    result = set(options)
    at = 0
    while at < len(arguments):
        value = arguments[at].value
        if value == "--" or value[:1] not in ("-", "+"):
            break
        changed = {"errexit"} if "e" in value[1:] and not value.startswith("--") else set()
        if value[-1:] == "o" and not value.startswith("--") and at + 1 < len(arguments):
            at += 1
            changed |= {arguments[at].value} & {"errexit", "pipefail"}
        result = result | changed if value[0] == "-" else result - changed
        at += 1
    return frozenset(result)
