# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The grammar of shell scripts: lists and compound commands.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import FrozenSet

from .scanner import BLANKS, Scanner, Simple
from .script import Word
from .words import DEEPEST, Unreadable

_UNEXPECTED = re.compile(r";;&|;;|;&|&&|\|\||[^\s;&|()<>]+|.", re.DOTALL)
_RESERVED = re.compile(
    r"(?:!|\{|\}|\[\[|case|done|do|elif|else|esac|fi|for|function|if|in|select|then|time|until|while)"
    r"(?=[\s;&|()<>]|\\\n|\\?\Z)"
)
_ENDS = frozenset({"}", "do", "done", "elif", "else", "esac", "fi", "then"})
_COMPOUNDS = frozenset({"{", "[[", "case", "for", "function", "if", "select", "until", "while"})
_NAME_OF_FUNCTION = re.compile(r"[^\s;&|()<>]*(?:[ \t]*\([ \t]*\))?")
_CASE_END = re.compile(r";;&|;;|;&")
_SEMICOLON = re.compile(r";(?![;&])")
_PAREN = re.compile(r"[()]")


class Grammar(Scanner):
    """Reads one text from left to right; C(simple) and C(elsewhere) get what it finds."""

    def subshell(self, opener: str) -> None:
        """Read what is in parentheses, up to the closing one."""
        self._nested(opener, frozenset(), may_be_empty=opener != "(")

    def read(self) -> None:
        """Read everything."""
        try:
            self._list(frozenset())
            # A backslash as the last character escapes nothing.
            while self.at < len(self.text) - self.text.endswith("\\"):
                self._unexpected()
                self._list(frozenset())
        except Unreadable as err:
            self._problem(str(err), err.start)

    def _unexpected(self) -> None:
        found = _UNEXPECTED.match(self.text, self.at)
        self._problem("unexpected {0}".format(found.group()[:20].strip() or "line break"))
        self.at = found.end()

    # -- lists and compound commands ---------------------------------------------------------------------------------

    def _reserved(self) -> str:
        found = _RESERVED.match(self.text, self.at)
        return found.group() if found else ""

    def _expect(self, word: str) -> bool:
        self._blank_lines()
        if self._reserved() != word and not (word == ")" and self.text.startswith(word, self.at)):
            self._problem("{0} is missing".format(word))
            return False
        self.at += len(word)
        return True

    def _list(self, stops: FrozenSet[str]) -> bool:
        """Read commands up to a word of C(stops), or what ends no command here; whether there was one."""
        operator, found = "", False
        while True:
            self._blank_lines()
            keyword = self._reserved()
            if (
                self.at >= len(self.text)
                or keyword in stops
                or keyword in _ENDS
                or not self._command(keyword, operator)
            ):
                break
            found = True
            operator = self._separator()
            if not operator:
                return found
        if operator in ("&&", "||", "|"):
            self._problem("a command is missing behind {0}".format(operator))
        return found

    def _nested(self, context: str, stops: FrozenSet[str], may_be_empty: bool = False) -> None:
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("it is nested too deeply", self.at)
        outside, self.context = self.context, (*self.context, context)
        if not self._list(stops) and not may_be_empty:
            self._problem("{0} has no command".format(context))
        self.context = outside
        self.depth -= 1

    def _in_parentheses(self, start: int, opener: str) -> int:
        outside, self.at = self.at, start
        self.subshell(opener)
        while not self.text.startswith(")", self.at):
            if self.at >= len(self.text):
                raise Unreadable("{0} is not closed".format(opener), start - 2)
            self._unexpected()
            self.subshell(opener)
        end, self.at = self.at + 1, outside
        return end

    def _command(self, keyword: str, before: str) -> bool:
        """Read one command; false if none is here."""
        negated = keyword == "!"
        while keyword == "!" or (keyword == "time" and self._precedes_reserved()):
            if keyword == "!" and before == "|":
                self._problem("unexpected !")
            self.at += len(keyword)
            self._blanks()
            keyword = self._reserved()
        if keyword in _ENDS:
            self._problem("a command is missing behind !")
            return False
        if keyword in _COMPOUNDS:
            start = self.at
            self.at += len(keyword)
            self._compound(keyword, start, before)
        elif self.text.startswith("((", self.at) and self._arithmetic(self.at + 2):
            pass
        elif self.text.startswith("(", self.at):
            self.at += 1
            self.subshell("(")
            self._expect(")")
        else:
            return self._simple(before) or (negated and self._is_nothing())
        self._redirects()
        return True

    def _is_nothing(self) -> bool:
        """Whether C(!) stands alone, which bash takes for a command that fails; otherwise one is missing."""
        if self.text[self.at : self.at + 1] in ("", "\n") or _SEMICOLON.match(self.text, self.at):
            return True
        self._problem("a command is missing behind !")
        return False

    def _precedes_reserved(self) -> bool:
        at = BLANKS.match(self.text, self.at + len("time")).end()
        found = _RESERVED.match(self.text, at)
        return self.text.startswith("(", at) or bool(found and found.group() in _COMPOUNDS | _ENDS)

    def _compound(self, keyword: str, start: int, before: str) -> None:
        if keyword == "{":
            self._nested("{", frozenset({"}"}))
            self._expect("}")
        elif keyword == "if":
            self._if()
        elif keyword in ("while", "until"):
            self._nested("while", frozenset({"do"}))
            self._do()
        elif keyword in ("for", "select"):
            self._for()
        elif keyword == "case":
            self._case()
        elif keyword == "function":
            self._blanks()
            self.at = _NAME_OF_FUNCTION.match(self.text, self.at).end()
            self._function()
        else:
            self._test(start, before)

    def _if(self) -> None:
        self._nested("if", frozenset({"then"}))
        while self._expect("then"):
            self._nested("then", frozenset({"elif", "else", "fi"}))
            if self._reserved() == "else":
                self.at += len("else")
                self._nested("else", frozenset({"fi"}))
            elif self._reserved() == "elif":
                self.at += len("elif")
                self._nested("elif", frozenset({"then"}))
                continue
            self._expect("fi")
            break

    def _do(self) -> None:
        if self._expect("do"):
            self._nested("do", frozenset({"done"}))
            self._expect("done")

    def _for(self) -> None:
        self._blanks()
        if self.text.startswith("((", self.at):
            if not self._arithmetic(self.at + 2):
                raise Unreadable("(( is not closed", self.at)
        else:
            self._word("a name is missing behind for")
            self._blank_lines()
            if self._reserved() == "in":
                self.at += len("in")
                self._blanks()
                while self._word():
                    self._blanks()
        if not self._separator() and not self._reserved():
            self._problem("do is missing")
        self._blank_lines()
        if self._reserved() == "{":
            self._command("{", "")
        else:
            self._do()

    def _case(self) -> None:
        self._blanks()
        self._word("a word is missing behind case")
        if not self._expect("in"):
            return
        while True:
            self._blank_lines()
            if self._reserved() == "esac" or self.at >= len(self.text):
                break
            if self.text.startswith("(", self.at):
                self.at += 1
                self._blanks()
            self._word("a pattern is missing")
            self._blanks()
            while self.text.startswith("|", self.at):
                self.at += 1
                self._blanks()
                self._word("a pattern is missing")
                self._blanks()
            if not self._expect(")"):
                return
            self._nested("case", frozenset({"esac"}), may_be_empty=True)
            found = _CASE_END.match(self.text, self.at)
            if not found:
                break
            self.at = found.end()
        self._expect("esac")

    def _function(self) -> None:
        self._blank_lines()
        self.depth += 1
        if self.depth > DEEPEST:
            raise Unreadable("it is nested too deeply", self.at)
        outside, self.context = self.context, (*self.context, "function")
        keyword = self._reserved()
        if keyword not in _COMPOUNDS and not self.text.startswith("(", self.at):
            self._problem("the body of a function is missing")
        else:
            self._command(keyword, "")
        self.context = outside
        self.depth -= 1

    def _test(self, start: int, before: str) -> None:
        """Read C([[ ... ]]), whose operators separate no commands."""
        words, parts = [Word("[[", "[[", start, start + 2)], [[("[[", start)]]
        while True:
            self._blank_lines()
            if self.at >= len(self.text) or self.text.startswith(";", self.at):
                self._problem("]] is missing")
                break
            word, pieces = self._words.read(self.at)
            if word:
                words.append(word)
                parts.append(pieces)
            self.at = word.end if word else self.at + 1
            if word and word.raw == "]]":
                break
        self.simple(Simple(words, parts, [], [], []), start, before, self._after())

    def _arithmetic(self, at: int) -> bool:
        """Pass over C(((...)), if that is what it is."""
        depth = 2
        for found in _PAREN.finditer(self.text, at):
            depth += 1 if found.group() == "(" else -1
            if depth == 1 and not self.text.startswith(")", found.end()):
                return False
            if not depth:
                self.at = found.end()
                return True
        return False
