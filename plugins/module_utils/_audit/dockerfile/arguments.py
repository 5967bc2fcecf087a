# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of an instruction's arguments, with their places in the file: flags, words, pairs, the exec form.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from typing import Dict, Iterable, Iterator, List, NamedTuple, Optional, Pattern, Sequence, Tuple

from ..._http_values import NotUnderstood
from ..._json import parse_json
from ..model import Dockerfile, Flag, Instruction, Span
from .expansion import unquoted
from .lines import SPACE, Offsets, Source

BLANK = re.compile(r"[\t\v\f\r ]+")
"""What separates the words of an instruction."""

NAMED_VALUES = frozenset({"ARG", "ENV", "LABEL"})

_SEPARATED_BY_BLANKS = frozenset({"ADD", "COPY", "EXPOSE", "FROM", "VOLUME"})
_NOT_BLANK = re.compile(r"[^\t\v\f\r ]+")
_SPACES = re.compile("[{0}]*".format(SPACE))
_NOT_SPACE = re.compile("[^{0}]+".format(SPACE))
_ITEM = re.compile(r'"(?:[^"\\]+|\\.)*"')


def _patterns(pattern: str) -> Dict[str, Pattern[str]]:
    """The pattern for each escape character."""
    return {
        escape: re.compile(pattern.replace("ESC", re.escape(escape)).replace("SPACE", SPACE), re.DOTALL)
        for escape in ("\\", "`")
    }


_QUOTED_WORD = _patterns(r"""(?:[^SPACE'"ESC]+|ESC.|ESC\Z|'[^']*(?:'|\Z)|"(?:[^"ESC]+|ESC.)*(?:"|ESC?\Z))+""")
_FLAG = _patterns(r"""(?:[^SPACE'"ESC]+|ESC.|ESC\Z|'(?:[^'ESC]+|ESC.)*(?:'|ESC?\Z)|"(?:[^"ESC]+|ESC.)*(?:"|ESC?\Z))+""")
_FLAG_PARTS = _patterns(r"""((?:[^'"ESC]+|ESC.?)+)|'((?:[^'ESC]+|ESC.?)*)'?|"((?:[^"ESC]+|ESC.?)*)"?""")
_ESCAPED = _patterns(r"ESC(.?)")


class Word(NamedTuple):
    """A word of an instruction: C(value) without quotes and escapes, C(raw) as written.

    C(start) and C(end) are positions in C(Instruction.arguments), the end not included.
    """

    value: str
    raw: str
    start: int
    end: int
    span: Span


class Pair(NamedTuple):
    """C(name=value) of an C(ENV), C(LABEL) or C(ARG).

    C(separator) is C(=), blanks, or empty for an C(ARG) without a default, whose value is None.
    """

    name: str
    value: Optional[Word]
    separator: str
    word: Word


class BadArguments(ValueError):
    """A builder refuses the arguments."""


def place(dockerfile: Dockerfile, instruction: Instruction, start: int, end: int) -> Span:
    """The place in the file of the characters from C(start) to C(end) of C(Instruction.arguments).

    It contains continuations and comments between them, but not those after them.
    """
    return next(_places(dockerfile, instruction, [(start, end)]))


def _places(dockerfile: Dockerfile, instruction: Instruction, ranges: Iterable[Tuple[int, int]]) -> Iterator[Span]:
    """The same for ranges in ascending order, in one pass."""
    offsets, text = instruction.offsets, dockerfile.text
    line, counted = instruction.span.line, instruction.span.start
    for start, end in ranges:
        first = offsets[start]
        last = offsets[end - 1] + 1 if end > start else first
        line += text.count("\n", counted, first)
        counted = first
        yield Span(first, last, line, line + text.count("\n", first, last))


def words(dockerfile: Dockerfile, instruction: Instruction) -> Tuple[Word, ...]:
    """The words of an instruction as a builder separates them; for the exec form its items.

    Quotes keep a word together only in C(ENV), C(LABEL) and C(ARG). C(RUN), C(CMD) and C(ENTRYPOINT) in shell form,
    C(USER), C(WORKDIR), C(STOPSIGNAL) and C(MAINTAINER) have one word. The first of C(HEALTHCHECK) is its type. Those
    of C(ONBUILD) are those of its inner instruction.
    """
    if instruction.inner:
        return words(dockerfile, instruction.inner)
    text, escape = instruction.arguments, dockerfile.escape
    ranges = word_ranges(instruction, escape)
    values: Sequence[str] = ()
    if instruction.json is None:
        values = [unquoted(text[start:end], escape) for start, end in ranges]
    else:
        values = [*(text[start:end] for start, end in ranges[: -len(instruction.json) or None]), *instruction.json]
    spans = _places(dockerfile, instruction, ranges)
    return tuple(Word(value, text[at[0] : at[1]], *at, span) for value, at, span in zip(values, ranges, spans))


def word_ranges(instruction: Instruction, escape: str) -> List[Tuple[int, int]]:
    """The positions of the words in C(Instruction.arguments)."""
    text, keyword = instruction.arguments, instruction.keyword
    start, ranges = 0, []
    if keyword == "HEALTHCHECK":
        kind = _NOT_SPACE.match(text)
        if not kind:
            return []
        start = len(text) - len(text[kind.end() :].lstrip(SPACE))
        ranges.append(kind.span())
    if instruction.json is not None:
        return ranges + [found.span() for found in _ITEM.finditer(text, start)]
    if keyword in _SEPARATED_BY_BLANKS:
        return [found.span() for found in _NOT_BLANK.finditer(text)]
    if keyword in NAMED_VALUES:
        return [found.span() for found in _QUOTED_WORD[escape].finditer(text)]
    return ranges + ([(start, len(text))] if text[start:] else [])


def pairs(dockerfile: Dockerfile, instruction: Instruction) -> Tuple[Pair, ...]:
    """The names and values of an C(ENV), C(LABEL) or C(ARG). What a builder refuses is left out."""
    instruction = instruction.inner or instruction
    text, escape = instruction.arguments, dockerfile.escape
    ranges = list(pair_ranges(instruction, escape))
    spans = _places(dockerfile, instruction, [(start, end) for start, _name_end, _value_start, end in ranges])
    result = []
    for (start, name_end, value_start, end), span in zip(ranges, spans):
        word = Word(unquoted(text[start:end], escape), text[start:end], start, end, span)
        value = None
        if value_start is not None:
            raw = text[value_start:end]
            value = Word(
                unquoted(raw, escape), raw, value_start, end, _tail(dockerfile, instruction, span, value_start)
            )
        separator = "" if value_start is None else text[name_end:value_start]
        result.append(Pair(unquoted(text[start:name_end], escape), value, separator, word))
    return tuple(result)


def _tail(dockerfile: Dockerfile, instruction: Instruction, span: Span, start: int) -> Span:
    """The part of a span that begins with a position in C(Instruction.arguments)."""
    first = min(instruction.offsets[start], span.end)
    return span._replace(start=first, line=span.line + dockerfile.text.count("\n", span.start, first))


def name_values(instruction: Instruction, escape: str) -> List[Tuple[str, Optional[str]]]:
    """The same without places: names and values as written, None for an C(ARG) without a default."""
    text = instruction.arguments
    return [
        (text[start:name_end], None if value_start is None else text[value_start:end])
        for start, name_end, value_start, end in pair_ranges(instruction, escape)
    ]


def pair_ranges(instruction: Instruction, escape: str) -> Iterator[Tuple[int, int, Optional[int], int]]:
    """Of each pair: its start, the end of its name, the start of its value if any, and its end."""
    text = instruction.arguments
    for number, (start, end) in enumerate(word_ranges(instruction, escape)):
        equals = text.find("=", start, end)
        if equals > start:
            yield start, equals, equals + 1, end
        elif equals < 0 and instruction.keyword == "ARG":
            yield start, end, None, end
        elif equals < 0 and number == 0:
            blank = BLANK.search(text)
            if blank:
                yield 0, blank.start(), blank.end(), len(text)
            return


# -- reading an instruction --------------------------------------------------------------------------------------------


def read_flags(text: str, offsets: Offsets, source: Source, escape: str) -> Tuple[List[Flag], int]:
    """The options at the start of a text, and where the rest begins."""
    flags: List[Flag] = []
    at = 0
    while True:
        at = _SPACES.match(text, at).end()
        if not text.startswith("--", at):
            return flags, at
        start, at = at, _FLAG[escape].match(text, at).end()
        flag = _flag_text(text[start:at], escape)
        if flag == "--":
            return flags, at
        name, equals, value = flag.partition("=")
        span = source.span(offsets[start], offsets[at - 1] + 1)
        flags.append(Flag(name[2:], value if equals else None, span))


def _flag_text(raw: str, escape: str) -> str:
    """A flag without quotes and escapes; unlike in a word, both quotes know escapes."""
    parts = _FLAG_PARTS[escape].findall(raw)
    return "".join(_ESCAPED[escape].sub(r"\1", "".join(part)) for part in parts)


def exec_form(text: str) -> Optional[Tuple[str, ...]]:
    """The items of a JSON list, or None for anything else: a builder takes that for the shell form.

    :raises BadArguments: a list of something else than strings.
    """
    if not text.startswith("["):
        return None
    try:
        items = parse_json(text)
    except (ValueError, NotUnderstood):
        return None
    if not all(isinstance(item, str) for item in items):
        raise BadArguments("an exec form has strings only")
    return tuple(items)
