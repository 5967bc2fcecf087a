# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Two other parsers judge this one: BuildKit's, from the library C(dockerfile), and C(e2b_dockerfile_utils).

Where one of them refuses a file, there must be a problem; otherwise instructions and their lines must be equal. The
known differences are the conditions of C(_go_differs) and C(_python_differs), with the reason for each.
"""

from __future__ import annotations

import re
from typing import Any, List, Optional, Tuple

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.arguments import words
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Dockerfile, Span
from ansible_collections.longshore.swr.tests.support.dockerfiles import real_dockerfiles

Lines = List[Tuple[str, int, int]]


def _lines(dockerfile: Dockerfile) -> Lines:
    return [(item.keyword, item.span.line, item.span.end_line) for item in dockerfile.instructions]


def _go(text: str) -> Optional[Lines]:
    """What BuildKit's parser finds; None if it refuses the text."""
    library = pytest.importorskip("dockerfile", reason="the library dockerfile exists for Linux on x86-64 only")
    try:
        return [((item.cmd or "").upper(), item.start_line, item.end_line) for item in library.parse_string(text)]
    except library.GoParseError:
        return None


def _python(text: str) -> Optional[List[Any]]:
    """The instructions that the parser in Python finds; None if it refuses the text."""
    library = pytest.importorskip("e2b_dockerfile_utils", reason="e2b-dockerfile-utils needs Python 3.11")
    try:
        return library.parse_dockerfile_ast(text).instructions
    except library.DockerfileSyntaxError:
        return None


def _go_differs(text: str) -> bool:
    """The library has a BuildKit of 2024."""
    # It saw no document in "<< EOF"; today blanks may precede the word.
    blank_before_word = re.search(r"<<[\t\r ]", text)
    # It decoded the list at the start and ignored what is behind it, so "[1] x" was refused, and a document behind
    # a list was none; today such a text is in shell form.
    behind_list = re.search(r"(?i)(?:ADD|CMD|COPY|ENTRYPOINT|RUN|SHELL|VOLUME)[\s\\\"']*.*\[.*\]", text, re.DOTALL)
    # It looks for the end of HEALTHCHECK's type in bytes, and takes a part of a character for a blank.
    bytes_as_blanks = re.search(r"(?i)HEALTHCHECK", text) and not text.isascii()
    return bool(blank_before_word or behind_list or bytes_as_blanks)


def _python_differs(text: str) -> bool:
    # It reads the instruction behind ONBUILD as a text, so it finds no document there.
    return bool(re.search(r"(?i)ONBUILD", text) and "<<" in text)


def _compare(text: str, go_may_differ: bool = False, python_may_differ: bool = False) -> None:
    dockerfile = parse(text)
    if not go_may_differ:
        go = _go(text)
        assert bool(dockerfile.problems) if go is None else _lines(dockerfile) == go
    instructions = _python(text)
    if instructions is None:
        assert dockerfile.problems or python_may_differ
        return
    if python_may_differ:
        return
    assert _lines(dockerfile) == [(item.name, item.start_line, item.end_line) for item in instructions]
    for ours, theirs in zip(dockerfile.instructions, instructions):
        flags = ["--" + flag.name + ("" if flag.value is None else "=" + flag.value) for flag in ours.flags]
        assert flags == theirs.flags
        assert (ours.json is not None) == theirs.json or ours.keyword == "ONBUILD"
        documents = [(item.name, item.expand, item.strip_tabs) for item in ours.heredocs]
        assert documents == [(item.name, item.expand, item.chomp) for item in theirs.heredocs]


def test_equal_on_real_files():
    files = real_dockerfiles()
    for content in files.values():
        _compare(content.decode("utf-8", "replace"))


def test_offsets_lead_back_on_real_files():
    for content in real_dockerfiles().values():
        dockerfile = parse(content.decode("utf-8", "replace"))
        for instruction in dockerfile.instructions:
            assert "".join(dockerfile.text[at] for at in instruction.offsets[:-1]) == instruction.arguments
            assert dockerfile.text[instruction.span.start :].upper().startswith(instruction.keyword)


_STARTS = st.sampled_from(
    [
        "FROM a",
        "RUN ",
        "COPY ",
        "ADD a b ",
        "ENV a=",
        "ENV ",
        "LABEL ",
        "ONBUILD ",
        "ONBUILD RUN ",
        "HEALTHCHECK ",
        "HEALTHCHECK CMD ",
        "CMD ",
        "SHELL ",
        "ARG ",
        "run ",
        "  user ",
        "# c",
        "",
        "EOF",
        "\tEOF",
    ]
)
_MIDDLES = st.sampled_from(
    [
        *(
            "a",
            "b=c",
            "=",
            '"',
            "'",
            "\\",
            "`",
            "\\\\",
            "<<EOF",
            "<<-EOF",
            '<<"E"',
            "<<EOF<<X",
            "3<<X",
            "<<",
            "#",
            "#c",
        ),
        *('["a"]', "[", "--x=y", "--z", "--", "--x='a b'", "$a", "${a:-b}", "${", "{", "<", "&&", "CMD", "NONE", "é"),
    ]
    + [
        " ",
        "  ",
        "\t",
        "\n",
        "\\\n",
        "\\ \n",
        "`\n",
        "\r\n",
        "\r",
        "\v",
        "\f",
        "\xa0",
        "\ufeff",
        "# escape=`\n",
        "# syntax=x\n",
    ]
)
_INSTRUCTIONS = st.builds(lambda start, rest: start + "".join(rest), _STARTS, st.lists(_MIDDLES, max_size=6))
_TEXTS = st.builds(
    lambda first, lines, end: first + "\n".join(lines) + end,
    st.sampled_from(["FROM a\n", "", "# escape=`\n", "\ufeff"]),
    st.lists(_INSTRUCTIONS, min_size=1, max_size=5),
    st.sampled_from(["", "\n", "\nEOF\n", "\nE\nX\n", "\n\tEOF\n\\"]),
)


@settings(max_examples=300)
@example("FROM a\nRUN <<EOF\nx\n")
@example('FROM a\nARG --"\n')
@given(_TEXTS)
def test_equal_on_made_up_files(text: str):
    _compare(text, _go_differs(text), _python_differs(text))


@example("FROM a\n \\\nONBUILD RUN b\n")
@example("FROM a\n\\\n\\\nRUN b")
@given(_TEXTS)
def test_offsets_lead_back(text: str):
    dockerfile = parse(text)
    assert dockerfile.text == text
    for instruction in dockerfile.instructions:
        assert len(instruction.offsets) == len(instruction.arguments) + 1
        assert "".join(text[at] for at in instruction.offsets[:-1]) == instruction.arguments
        _check_span(text, instruction.span)
        for word in words(dockerfile, instruction):
            _check_span(text, word.span)
            assert text[word.span.start] == word.raw[0]
    for problem in dockerfile.problems:
        _check_span(text, problem.span)


def _check_span(text: str, span: Span) -> None:
    assert 0 <= span.start <= span.end <= len(text)
    assert span.line == text.count("\n", 0, span.start) + 1
    assert span.end_line - span.line == text.count("\n", span.start, span.end)


@pytest.mark.parametrize(
    "text",
    [
        "FROM a\nRUN << EOF\nx\nEOF\n",
        'FROM a\nRUN ["a", 1] b\n',
        'FROM a\nCOPY ["a"] <<E\nE\n',
    ],
)
def test_known_differences_from_the_older_buildkit(text: str):
    assert _go(text) != _lines(parse(text))
    assert _go_differs(text)


def test_known_difference_behind_onbuild():
    text = "FROM a\nONBUILD RUN <<EOF\nx\nEOF\n"
    assert _python(text) is None
    assert _lines(parse(text)) == _go(text) == [("FROM", 1, 1), ("ONBUILD", 2, 4)]
