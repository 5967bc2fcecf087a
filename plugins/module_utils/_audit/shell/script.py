# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a shell script does: its simple commands in order.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import FrozenSet, NamedTuple, Optional, Tuple


class Word(NamedTuple):
    """A word of a command.

    :ivar value: without quotes and escapes; expansions such as C($x) and C($(...)) stay as written.
    :ivar raw: as written, with C(start) and C(end) in the text of the script, the end not included. In the argument
        of C(sh -c) the text from C(start) to C(end) has more escapes than C(raw) if quotes are in it.
    :ivar literal: whether the program gets exactly C(value): no expansion, pattern, tilde or braces is in it.
    """

    value: str
    raw: str
    start: int
    end: int
    literal: bool = True


class Redirect(NamedTuple):
    """A redirection: C(2>/dev/null) has the operator C(>), the descriptor C(2) and the target C(/dev/null).

    :ivar document: the body of a here document (operators C(<<), C(<<-)), or the text of C(<<<).
    """

    operator: str
    descriptor: str
    target: Word
    document: Optional[str] = None


@dataclass(frozen=True)
class Command:
    """A simple command, C(CC=gcc make install >/log).

    :ivar words: the program and its arguments as written, with wrappers such as C(sudo).
    :ivar before: the operator between it and the previous command of its list: empty for the first one, else
        C(&&), C(||), C(;), C(|), C(&) or a line feed. C(after) is that behind it, empty if its list ends.
    :ivar context: what it is in, from the outside: C((), C({), C(if), C(then), C(elif), C(else), C(while), C(do),
        C(case), C(function), C($() and C(<() for substitutions, C(-c) for the argument of a shell, C(<<) for a
        document that a shell reads. Its condition belongs to C(if), C(elif), C(while).
    :ivar options: of the shell at that point: C(errexit), C(pipefail).
    :ivar program: the name of the program without its folder and behind all C(wrappers), with its C(arguments).
        Empty if there is none, or its name comes from a variable.
    """

    words: Tuple[Word, ...]
    start: int
    end: int
    assignments: Tuple[Word, ...] = ()
    redirects: Tuple[Redirect, ...] = ()
    before: str = ""
    after: str = ""
    context: Tuple[str, ...] = ()
    options: FrozenSet[str] = frozenset()
    program: str = ""
    arguments: Tuple[Word, ...] = ()
    wrappers: Tuple[str, ...] = ()


class Problem(NamedTuple):
    """What a shell refuses, and where."""

    message: str
    start: int


@dataclass(frozen=True)
class Script:
    """All simple commands of a script, also those in substitutions, functions and C(sh -c), as they stand in it.

    :ivar evaluated: false for the language of another interpreter, such as PowerShell; C(problems) says so.
    """

    commands: Tuple[Command, ...] = ()
    problems: Tuple[Problem, ...] = ()
    evaluated: bool = True
