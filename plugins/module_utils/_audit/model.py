# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit reads and what it says: a parsed Dockerfile, findings, and edits.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple, Optional, Sequence, Tuple

BEFORE_STAGES = -1
"""The stage of instructions before the first C(FROM)."""


class Span(NamedTuple):
    """A part of a file: character offsets, the end not included, and its lines from 1, the end included."""

    start: int
    end: int
    line: int
    end_line: int


class Flag(NamedTuple):
    """An option of an instruction, C(--from=build). C(value) is None without C(=)."""

    name: str
    value: Optional[str]
    span: Span


class Heredoc(NamedTuple):
    """A document within an instruction (C(<<EOF)).

    C(expand) is false if the word was quoted. The span is that of the body, without the line that ends it.
    """

    name: str
    body: str
    expand: bool
    strip_tabs: bool
    span: Span


@dataclass(frozen=True)
class Instruction:
    """One instruction of a Dockerfile.

    :ivar keyword: in upper case, C(RUN).
    :ivar span: from its keyword to the end of its last line or heredoc, without the line break.
    :ivar arguments: the text after the keyword and the flags; continuations and comment lines removed.
    :ivar offsets: for each character of C(arguments) its offset in the file, and that of the end.
    :ivar json: the items of the exec form, or None for the shell form; for a C(HEALTHCHECK) those behind C(CMD).
    :ivar stage: the number of its stage from 0; C(BEFORE_STAGES) before the first C(FROM).
    :ivar inner: the instruction behind C(ONBUILD).
    """

    keyword: str
    span: Span
    arguments: str
    offsets: Sequence[int]
    flags: Tuple[Flag, ...] = ()
    json: Optional[Tuple[str, ...]] = None
    heredocs: Tuple[Heredoc, ...] = ()
    stage: int = BEFORE_STAGES
    inner: Optional[Instruction] = None


@dataclass(frozen=True)
class Stage:
    """One build stage: from a C(FROM) to the next.

    :ivar image: the name of its base as written; C(base) with build arguments expanded, or None if one is unset.
    :ivar parent: the number of the earlier stage that it builds on, if any.
    :ivar instructions: those after C(FROM).
    """

    number: int
    name: Optional[str]
    image: str
    base: Optional[str]
    origin: Instruction
    parent: Optional[int] = None
    platform: Optional[str] = None
    instructions: Tuple[Instruction, ...] = ()


class Problem(NamedTuple):
    """A part that a builder would refuse; the rest of the file is read nevertheless."""

    message: str
    span: Span


class Comment(NamedTuple):
    """A comment line; the text is without C(#) and white space around it."""

    text: str
    span: Span


@dataclass(frozen=True)
class Dockerfile:
    """A whole Dockerfile.

    :ivar text: what the offsets of all spans refer to: decoded, its byte order mark and line ends kept.
    :ivar escape: the escape character, a backslash unless a directive says otherwise.
    :ivar directives: parser directives by lower-case name, such as C(syntax).
    """

    text: str
    instructions: Tuple[Instruction, ...] = ()
    stages: Tuple[Stage, ...] = ()
    comments: Tuple[Comment, ...] = ()
    problems: Tuple[Problem, ...] = ()
    escape: str = "\\"
    directives: Tuple[Tuple[str, str], ...] = ()


class Edit(NamedTuple):
    """A replacement of the characters from C(start) to C(end), the end not included."""

    start: int
    end: int
    replacement: str


@dataclass(frozen=True)
class Finding:
    """One departure from a practice.

    :ivar rule: C(SWR-DF-004). :ivar path: the file, or the image, as the user named it.
    :ivar span: None for what has no line: a missing file, an image.
    :ivar stage: the name or number of the stage.
    :ivar severity: C(error), C(warning) or C(info). :ivar confidence: C(certain) or C(heuristic).
    :ivar message: what is wrong here. :ivar fix: what to do, or to decide.
    :ivar edits: changes that mend it safely; empty if a person must decide.
    :ivar diff: the same as lines, for a report.
    :ivar suppressed_by: C(pragma), C(baseline) or empty; C(reason) is the pragma's.
    :ivar fingerprint: names it within its file. It stays the same when lines move.
    """

    rule: str
    path: str
    message: str
    fix: str
    severity: str = "warning"
    confidence: str = "certain"
    span: Optional[Span] = None
    stage: Optional[str] = None
    edits: Tuple[Edit, ...] = field(default=())
    suppressed_by: str = ""
    reason: str = ""
    fingerprint: str = ""
    diff: Tuple[str, ...] = field(default=(), compare=False)


class NotEvaluated(NamedTuple):
    """A rule that could not be judged for a file or image, and why. It is never a pass."""

    rule: str
    path: str
    reason: str
