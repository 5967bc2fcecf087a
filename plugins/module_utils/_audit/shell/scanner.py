# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of shell scripts: blanks, separators, simple commands, redirections, here documents.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import List, NamedTuple, Optional, Tuple

from .script import Problem, Redirect, Word
from .words import Part, Unreadable, WordReader

MOST_PROBLEMS = 20

BLANKS = re.compile(r"(?:[ \t]+|\\\n)*")
_COMMENT = re.compile(r"#[^\n]*")
_SEPARATOR = re.compile(r"&&|\|\||\|&|\||;(?![;&])|&(?!>)|\n")
_REDIRECT = re.compile(r"(\d+|\{[A-Za-z_]\w*\})?(<<-|<<<|<<|<&|<>|<(?!\()|>>|>&|>\||>(?!\()|&>>|&>)")
_ASSIGNMENT = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\[[^\]\n]{0,200}\])?\+?=")
_FUNCTION = re.compile(r"[ \t]*\([ \t]*\)")


class Simple(NamedTuple):
    """A simple command as the grammar sees it. C(parts) are those of each word."""

    words: List[Word]
    parts: List[List[Part]]
    assignments: List[Word]
    redirects: List[Redirect]
    documents: List[Tuple[int, Document]]


class Document:
    """A here document, whose body comes with the next line."""

    def __init__(self, word: Word, strip_tabs: bool) -> None:
        self.delimiter, self.strip_tabs = word.value, strip_tabs
        self.expand = word.value == word.raw
        self.start = self.end = 0

    def ends_with(self, line: str) -> bool:
        """Whether a line is the delimiter."""
        return (line.lstrip("\t") if self.strip_tabs else line) == self.delimiter

    def continues(self, line: str) -> bool:
        """Whether a line goes on with the next one, which thus is no delimiter."""
        return self.expand and (len(line) - len(line.rstrip("\\"))) % 2 == 1


class Scanner(ABC):
    """Reads one text from left to right: blanks, separators, simple commands. What is in substitutions is read by
    the subclass."""

    def __init__(self, text: str, context: Tuple[str, ...], depth: int) -> None:
        self.text, self.at, self.context, self.depth = text, 0, context, depth
        self.problems: List[Problem] = []
        self._words = WordReader(text, self._in_parentheses, self.elsewhere)
        self._documents: List[Document] = []

    @abstractmethod
    def simple(self, found: Simple, start: int, before: str, after: str) -> None:
        """A simple command was read."""

    @abstractmethod
    def elsewhere(self, parts: List[Part], context: str) -> None:
        """Read the commands of a text that consists of parts of this one."""

    @abstractmethod
    def _in_parentheses(self, start: int, opener: str) -> int:
        """Read a substitution; returns the position behind its parenthesis."""

    @abstractmethod
    def _function(self) -> None:
        """Read the body of a function."""

    def _problem(self, message: str, start: Optional[int] = None) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(message, self.at if start is None else start))

    # -- blanks and separators ---------------------------------------------------------------------------------------

    def _blanks(self) -> None:
        """Pass over blanks, continuations and a comment."""
        self.at = BLANKS.match(self.text, self.at).end()
        if self.text.startswith("#", self.at):
            self.at = _COMMENT.match(self.text, self.at).end()

    def _blank_lines(self) -> None:
        self._blanks()
        while self.text.startswith("\n", self.at):
            self._line_feed()
            self._blanks()

    def _line_feed(self) -> None:
        self.at += 1
        documents, self._documents = self._documents, []
        for document in documents:
            document.start = document.end = self.at
            continued = False
            while self.at < len(self.text):
                end = self.text.find("\n", self.at)
                line = self.text[self.at : end if end >= 0 else len(self.text)]
                document.end = self.at
                self.at = end + 1 if end >= 0 else len(self.text)
                if document.ends_with(line) and not continued:
                    break
                continued = document.continues(line)
                document.end = self.at

    def _separator(self) -> str:
        self._blanks()
        found = _SEPARATOR.match(self.text, self.at)
        if not found:
            return ""
        if found.group() == "\n":
            self._line_feed()
        else:
            self.at = found.end()
        return "|" if found.group() == "|&" else found.group()

    # -- simple commands ---------------------------------------------------------------------------------------------

    def _word(self, missing: str = "") -> Optional[Word]:
        word, _parts = self._words.read(self.at)
        if word:
            self.at = word.end
        elif missing:
            self._problem(missing)
        return word

    def _after(self) -> str:
        found = _SEPARATOR.match(self.text, BLANKS.match(self.text, self.at).end())
        return (found.group() if found.group() != "|&" else "|") if found else ""

    def _simple(self, before: str) -> bool:
        start, found = self.at, Simple([], [], [], [], [])
        end = start
        try:
            while self._item(found):
                end = self.at
                self._blanks()
                if len(found.words) == 1 and self._is_function(found):
                    return True
        except Unreadable:
            self._emit(found, start, end, before)
            raise
        self._emit(found, start, end, before)
        return end > start

    def _emit(self, found: Simple, start: int, end: int, before: str) -> None:
        if end > start:
            at, self.at = self.at, end
            self.simple(found, start, before, self._after())
            self.at = at

    def _item(self, found: Simple) -> bool:
        """Read a word, an assignment or a redirection; false if none is here."""
        char = self.text[self.at : self.at + 1]
        if char in "<>&{" or char.isdigit():
            if not char:
                return False
            redirect = _REDIRECT.match(self.text, self.at)
            if redirect:
                self.at = redirect.end()
                self._redirect(redirect.group(2), redirect.group(1) or "", found)
                return True
        assignment = None if found.words else _ASSIGNMENT.match(self.text, self.at)
        start = self.at
        word, parts = self._words.read(start)
        if not word:
            return False
        self.at = word.end
        if assignment and assignment.end() == word.end and self.text.startswith("(", word.end):
            word = self._array(start)
        if assignment:
            found.assignments.append(word)
        else:
            found.words.append(word)
            found.parts.append(parts)
        return True

    def _is_function(self, found: Simple) -> bool:
        parentheses = _FUNCTION.match(self.text, self.at)
        if not parentheses or found.assignments or found.redirects:
            return False
        self.at = parentheses.end()
        self._function()
        return True

    def _array(self, start: int) -> Word:
        self.at += 1
        while True:
            self._blank_lines()
            if self.text.startswith(")", self.at):
                self.at += 1
                break
            if not self._word():
                self._problem(") is missing")
                break
        raw = self.text[start : self.at]
        return Word(raw, raw, start, self.at, False)

    def _redirects(self) -> None:
        """Read the redirections of a compound command."""
        ignored = Simple([], [], [], [], [])
        while True:
            self.at = BLANKS.match(self.text, self.at).end()
            found = _REDIRECT.match(self.text, self.at)
            if not found:
                return
            self.at = found.end()
            self._redirect(found.group(2), found.group(1) or "", ignored)

    def _redirect(self, operator: str, descriptor: str, found: Simple) -> None:
        self.at = BLANKS.match(self.text, self.at).end()
        # "2>&1" and a comment begin here as anywhere else, but the number behind ">&" is the target.
        other = operator not in (">&", "<&") and _REDIRECT.match(self.text, self.at)
        is_none = self.text.startswith("#", self.at) or other
        target = None if is_none else self._word()
        if not target:
            self._problem("{0} has no target".format(operator))
            return
        if operator in ("<<", "<<-"):
            document = Document(target, operator == "<<-")
            self._documents.append(document)
            found.documents.append((len(found.redirects), document))
        text = target.value if operator == "<<<" else None
        found.redirects.append(Redirect(operator, descriptor, target, text))
