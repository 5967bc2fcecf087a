# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads Dockerfiles as BuildKit does, but reads on after an error.

A builder stops at the first error; here it becomes a problem, and every other instruction is read. Time and memory
grow with the size of the text alone, whatever is in it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Dict, List, Mapping, Optional, Tuple

from ..._text import quoted
from ..model import BEFORE_STAGES, Comment, Dockerfile, Heredoc, Instruction, Problem, Span
from .arguments import BLANK, BadArguments, exec_form, read_flags
from .heredocs import INSTRUCTIONS as WITH_HEREDOCS
from .heredocs import read_documents
from .lines import LONGEST_LINE, SPACE, LogicalLine, Offsets, Source, is_comment, logical_line
from .stages import stages_of
from .syntax import problem_of
from .text import decode

_DIRECTIVE = re.compile("#[{0}]*([a-zA-Z][a-zA-Z0-9]*)\\s*=\\s*(.+)".format(SPACE))
_DIRECTIVES = ("syntax", "escape", "check")
_EXEC_FORMS = frozenset({"ADD", "CMD", "COPY", "ENTRYPOINT", "HEALTHCHECK", "RUN", "SHELL", "VOLUME"})


def read(content: bytes, build_args: Optional[Mapping[str, str]] = None) -> Dockerfile:
    """A Dockerfile from the bytes of a file; what keeps a builder from reading it is its first problem."""
    decoded = decode(content)
    dockerfile = parse(decoded.text, build_args)
    if not decoded.problem:
        return dockerfile
    problem = Problem(decoded.problem, Span(0, 0, 1, 1))
    others = dockerfile.problems if decoded.text else ()
    return replace(dockerfile, problems=(problem, *others))


def parse(text: str, build_args: Optional[Mapping[str, str]] = None) -> Dockerfile:
    """The instructions, stages, comments and problems of a Dockerfile.

    :param build_args: values for its C(ARG) instructions, as of C(docker build --build-arg). They decide the base
        images of its stages.
    """
    return _Parser(text).parse(build_args or {})


class _Parser:
    def __init__(self, text: str) -> None:
        self._source = Source(text)
        self._escape = "\\"
        self._directives: Dict[str, str] = {}
        self._instructions: List[Instruction] = []
        self._comments: List[Comment] = []
        self._problems: List[Problem] = []
        self._stage = BEFORE_STAGES

    def parse(self, build_args: Mapping[str, str]) -> Dockerfile:
        source = self._source
        number = self._read_directives()
        while number < len(source.lines):
            line = source.lines[number].strip(SPACE)
            if not line:
                number += 1
            elif line[0] == "#":
                self._comment(number)
                number += 1
            else:
                number = self._instruction(logical_line(source, number, self._escape))
        stages, problems = stages_of(self._instructions, build_args, self._escape)
        problems = sorted([*self._problems, *problems], key=_place)
        return Dockerfile(
            text=source.text,
            instructions=tuple(self._instructions),
            stages=stages,
            comments=tuple(self._comments),
            problems=tuple(problems),
            escape=self._escape,
            directives=tuple(self._directives.items()),
        )

    def _problem(self, message: str, span: Span) -> None:
        self._problems.append(Problem(message, span))

    def _line_span(self, number: int) -> Span:
        line = self._source.lines[number]
        start = self._source.starts[number] + len(line) - len(line.lstrip(SPACE))
        return Span(start, max(start, self._source.end_of(number)), number + 1, number + 1)

    # -- comments and directives -------------------------------------------------------------------------------------

    def _read_directives(self) -> int:
        """Read the directives at the start; what looks like one after anything else is a comment."""
        for number, line in enumerate(self._source.lines):
            found = _DIRECTIVE.fullmatch(line.strip(SPACE)) if len(line) <= LONGEST_LINE else None
            name = found.group(1).lower() if found else ""
            if not found or name not in _DIRECTIVES:
                return number
            if name in self._directives:
                self._problem("only one {0} directive can be used".format(name), self._line_span(number))
            elif name == "escape" and found.group(2) not in ("\\", "`"):
                self._problem("the escape character must be \\ or `", self._line_span(number))
            else:
                self._directives[name] = found.group(2)
            self._escape = self._directives.get("escape", self._escape)
        return len(self._source.lines)

    def _comment(self, number: int) -> None:
        text = self._source.lines[number].strip(SPACE)
        self._comments.append(Comment(text[1:].strip(SPACE), self._line_span(number)))

    # -- instructions ------------------------------------------------------------------------------------------------

    def _instruction(self, line: LogicalLine) -> int:
        """Read one instruction; returns the line after it."""
        source = self._source
        last = line.last
        for number in range(line.first + 1, line.last):
            if is_comment(source.lines[number]):
                self._comment(number)
        for number in range(line.first, line.last):
            if source.is_too_long(number):
                self._problem("the line is longer than {0} bytes".format(LONGEST_LINE - 1), self._line_span(number))
                return last
        text = line.text.strip(SPACE)
        lead = len(line.text) - len(line.text.lstrip(SPACE))
        offsets = line.offsets.cut(lead, lead + len(text))
        # The first line may have nothing but a continuation.
        start = min(offsets[0], source.end_of(line.first))
        documents, unclosed = [], []
        keyword = _keyword_with_heredoc(text)
        instruction = self._read(text, offsets, Span(start, start, line.first + 1, line.first + 1))
        if keyword in WITH_HEREDOCS and (instruction.inner or instruction).json is None:
            documents, last, unclosed = read_documents(source, text, line.last)
        end = max(start, source.end_of(last - 1))
        span = Span(start, end, line.first + 1, last)
        instruction = _with_span(instruction, span, tuple(documents))
        for name in unclosed:
            self._problem("the document <<{0} has no end".format(quoted(name)), span)
        self._instructions.append(instruction)
        self._check(instruction)
        return last

    def _read(self, text: str, offsets: Offsets, span: Span, inner: bool = False) -> Instruction:
        blank = BLANK.search(text)
        keyword = text[: blank.start()].upper() if blank else text.upper()
        rest = blank.end() if blank else len(text)
        flags, at = read_flags(text[rest:], offsets.cut(rest, len(text)), self._source, self._escape)
        arguments = text[rest + at :].strip(SPACE)
        start = text.index(arguments, rest + at) if arguments else len(text)
        places = offsets.cut(start, start + len(arguments))
        if keyword == "FROM" and not inner:
            self._stage += 1
        nested = None
        if keyword == "ONBUILD" and arguments and not inner:
            nested = self._read(arguments, places, self._source.span(places[0], places[0] + 1), inner=True)
        json = None
        try:
            json = (
                exec_form(_command(keyword, arguments)) if keyword in _EXEC_FORMS or keyword == "HEALTHCHECK" else None
            )
        except BadArguments as err:
            self._problem(str(err), span)
        return Instruction(keyword, span, arguments, places, tuple(flags), json, (), self._stage, nested)

    def _check(self, instruction: Instruction) -> None:
        problem = problem_of(instruction, self._escape)
        if problem:
            self._problem(problem, instruction.span)
        if self._stage == BEFORE_STAGES and instruction.keyword != "ARG":
            self._problem("only ARG may precede the first FROM", instruction.span)


def _place(problem: Problem) -> Tuple[int, int]:
    return problem.span.start, problem.span.end


def _keyword_with_heredoc(text: str) -> str:
    words = BLANK.split(text, 2)
    return (words[1] if len(words) > 1 and words[0].upper() == "ONBUILD" else words[0]).upper()


def _command(keyword: str, arguments: str) -> str:
    """Where the exec form would begin; for a C(HEALTHCHECK) behind its C(CMD)."""
    if keyword != "HEALTHCHECK":
        return arguments
    return arguments[3:].lstrip(SPACE) if arguments[:3].upper() == "CMD" and arguments[3:4] in SPACE else ""


def _with_span(instruction: Instruction, span: Span, documents: Tuple[Heredoc, ...]) -> Instruction:
    inner = instruction.inner
    if inner:
        inner = replace(
            inner, span=Span(inner.span.start, span.end, inner.span.line, span.end_line), heredocs=documents
        )
    return replace(instruction, span=span, heredocs=documents, inner=inner)
