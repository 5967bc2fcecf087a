# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads shell scripts: POSIX's language, and what bash and dash add to it.

No script is refused: what a shell would refuse is a problem, and the commands around it are read. What a command does
not say before it runs, such as a program whose name is in a variable, is not guessed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import FrozenSet, List, Sequence, Tuple

from .grammar import Grammar
from .programs import SHELLS, nested_script, options_after, reads_input, resolve, shell_options
from .scanner import Document, Simple
from .script import Command, Problem, Redirect, Script, Word
from .words import DEEPEST, Part

LARGEST = 2 * 1024 * 1024
"""Characters of a script that is read."""

DEFAULT_SHELL = ("/bin/sh", "-c")
_TABS = re.compile(r"^\t+", re.MULTILINE)


def read_script(text: str, shell: Sequence[str] = DEFAULT_SHELL) -> Script:
    """The commands of a script.

    :param shell: what runs it, as of a C(SHELL) instruction, or the words of a C(#!) line.
    """
    name = (shell[0] if shell else "").replace("\\", "/").rpartition("/")[2]
    words = [Word(item, item, 0, 0) for item in shell]
    if name == "env":
        name = resolve(words).program
    if name not in SHELLS:
        return Script(
            problems=(Problem("the language of {0} is not read".format(name or "no shell"), 0),), evaluated=False
        )
    if len(text) > LARGEST:
        message = "the script is longer than {0} characters".format(LARGEST)
        return Script(problems=(Problem(message, 0),), evaluated=False)
    reader = _Reader(text, (), 0, shell_options(words[1:]))
    reader.read()
    return Script(tuple(reader.finished()), tuple(reader.problems))


def read_exec(items: Sequence[str]) -> Script:
    """The same for the exec form: one command, and what is in it if it is C(["sh", "-c", "..."]).

    The positions of words are numbers of items; those of a nested script are positions in its item.
    """
    words = [Word(item, item, number, number + 1) for number, item in enumerate(items)]
    reader = _Reader("", (), 0, frozenset())
    reader.run(words, [[(word.value, 0)] for word in words], [], [], (0, len(words), "", ""))
    return Script(tuple(reader.finished()), tuple(reader.problems))


class _Reader(Grammar):
    def __init__(self, text: str, context: Tuple[str, ...], depth: int, options: FrozenSet[str]) -> None:
        super().__init__(text, context, depth)
        self.commands: List[Command] = []
        self._options = options
        self._with_documents: List[Tuple[int, List[Tuple[int, Document]]]] = []

    def subshell(self, opener: str) -> None:
        outside = self._options
        super().subshell(opener)
        self._options = outside

    def simple(self, found: Simple, start: int, before: str, after: str) -> None:
        if found.documents:
            self._with_documents.append((len(self.commands), found.documents))
        self.run(found.words, found.parts, found.assignments, found.redirects, (start, self.at, before, after))

    def run(
        self,
        words: List[Word],
        parts: List[List[Part]],
        assignments: List[Word],
        redirects: List[Redirect],
        place: Tuple[int, int, str, str],
    ) -> None:
        """Keep a command, and read the script in its arguments."""
        resolved = resolve(words)
        arguments = words[resolved.first + 1 :]
        start, end, before, after = place
        self.commands.append(
            Command(
                words=tuple(words),
                start=start,
                end=end,
                assignments=tuple(assignments),
                redirects=tuple(redirects),
                before=before,
                after=after,
                context=self.context,
                options=self._options,
                program=resolved.program,
                arguments=tuple(arguments),
                wrappers=resolved.wrappers,
            )
        )
        if resolved.program == "set":
            self._options = options_after(arguments, self._options)
        nested = nested_script(resolved.program, arguments)
        if nested:
            self.elsewhere(parts[resolved.first + 1 + nested.index], "-c", nested.options)

    def elsewhere(self, parts: List[Part], context: str, options: FrozenSet[str] = frozenset()) -> None:
        self.commands += self._inner(parts, context, options if context != "$(" else self._options)

    def _inner(self, parts: List[Part], context: str, options: FrozenSet[str]) -> List[Command]:
        """The commands of a text that consists of parts of this one, with positions in this one."""
        if self.depth >= DEEPEST:
            self._problem("it is nested too deeply", parts[0][1] if parts else None)
            return []
        reader = _Reader("".join(text for text, _at in parts), (*self.context, context), self.depth + 1, options)
        reader.read()
        move = _Move(parts)
        for problem in reader.problems:
            self._problem(problem.message, move.start(problem.start))
        return [move.command(command) for command in reader.finished()]

    def finished(self) -> List[Command]:
        """The commands, with their here documents, and with those in the documents that a shell reads."""
        commands, done = [], 0
        for index, documents in self._with_documents:
            commands += self.commands[done:index]
            command, done = self.commands[index], index + 1
            redirects = list(command.redirects)
            for number, document in documents:
                body = self.text[document.start : document.end]
                body = _TABS.sub("", body) if document.strip_tabs else body
                redirects[number] = redirects[number]._replace(document=body)
            commands.append(replace(command, redirects=tuple(redirects)))
            options = reads_input(command.program, command.arguments)
            if options is not None:
                last = documents[-1][1]
                self.context = command.context
                commands += self._inner([(self.text[last.start : last.end], last.start)], "<<", options)
        return commands + self.commands[done:]


class _Move:
    """Moves positions in a text of parts to where the parts come from."""

    def __init__(self, parts: List[Part]) -> None:
        self._from = [0, *accumulate(len(text) for text, _at in parts)]
        self._to = [at for _text, at in parts] or [0]

    def start(self, position: int) -> int:
        part = min(max(0, bisect_right(self._from, position) - 1), len(self._to) - 1)
        return self._to[part] + position - self._from[part]

    def _end(self, position: int) -> int:
        return self.start(position - 1) + 1 if position else self.start(0)

    def _word(self, word: Word) -> Word:
        return word._replace(start=self.start(word.start), end=self._end(word.end))

    def command(self, command: Command) -> Command:
        words = tuple(map(self._word, command.words))
        return replace(
            command,
            words=words,
            arguments=words[len(words) - len(command.arguments) :],
            assignments=tuple(map(self._word, command.assignments)),
            redirects=tuple(item._replace(target=self._word(item.target)) for item in command.redirects),
            start=self.start(command.start),
            end=self._end(command.end),
        )
