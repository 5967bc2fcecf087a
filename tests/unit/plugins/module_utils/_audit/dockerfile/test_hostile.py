# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that nobody wrote by hand: a clear result for each, and time that grows with the size alone."""

from __future__ import annotations

import time
from typing import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.arguments import pairs, words
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.expansion import expand
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse, read
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.scripts import scripts
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.text import LARGEST, decode
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.variables import walk


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\x7fELF\x02\x01\x01\0\0\0", "it is a binary file"),
        (b"\xff\xfe\0", "it is a binary file"),
        (b"", "there is no FROM, so no image"),
        (b"\xef\xbb\xbf\n\r\n", "there is no FROM, so no image"),
        ("FROM a\n".encode("utf-16"), "it is UTF-16, but builders read UTF-8; save it as UTF-8"),
        (b"FROM a\nRUN echo \xe9\n", "it is not UTF-8 (line 2); save it as UTF-8"),
        (b"FROM a\nRUN " + b"x" * 10_000_000, "the line is longer than 65534 bytes"),
        (b"x" * (LARGEST + 1), "it is larger than 16 MiB"),
        (b"FROM a\nRUN cat <<E\nx\n", 'the document <<"E" has no end'),
        (b"[" * 100_000, "the line is longer than 65534 bytes"),
        (b"FROM ${a:-" + b"${a:-" * 1000, "FROM: variables are nested too deeply"),
    ],
)
def test_each_has_a_clear_problem(content: bytes, problem: str):
    started = time.process_time()
    assert problem in [found.message for found in read(content).problems]
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "content", [b"FROM a\r\nRUN b\r\n", b"\xef\xbb\xbfFROM a\nRUN b", "FROM a\nRUN b".encode("utf-16")]
)
def test_marks_and_line_ends_are_kept_and_not_in_the_way(content: bytes):
    dockerfile = read(content)
    assert [(item.keyword, item.arguments) for item in dockerfile.instructions] == [("FROM", "a"), ("RUN", "b")]
    decoded = decode(content)
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == content


def test_what_is_no_text_in_utf8_comes_back_unchanged():
    decoded = decode(b"FROM a\n# caf\xe9\n")
    assert decoded.text.encode(decoded.encoding, "surrogateescape") == b"FROM a\n# caf\xe9\n"


def _everything(text: str) -> None:
    dockerfile = parse(text)
    for instruction, scope in walk(dockerfile):
        expand(instruction.arguments, scope.variables, dockerfile.escape)
        pairs(dockerfile, instruction)
        words(dockerfile, instruction)
    for _script in scripts(dockerfile):
        pass


@given(st.text() | st.text("FROMUNEVADCPYLBIGHT <-\"'\\`$={}[],:#\n\r\tabc"))
def test_no_text_is_too_strange(text: str):
    _everything("FROM a\nRUN " + text)
    _everything(text)


@pytest.mark.parametrize(
    "made",
    [
        lambda size: "FROM a\n" + "RUN b\n" * size,
        lambda size: "FROM a\n" + "RUN <<E\n" * size,
        lambda size: "FROM a\n" + "RUN <<E\nx\nE\n" * size,
        lambda size: "FROM a\nRUN " + "b \\\n" * (4 * size),
        lambda size: "FROM a\nRUN " + "--b=c \\\n" * size,
        lambda size: "FROM a\nRUN " + "<<a \\\n" * size,
        lambda size: "FROM a\n" + "".join("ENV A{0}=$A{1}\n".format(n, n - 1) for n in range(size)),
        lambda size: "FROM a\nENV " + "b='c \\\n" * size,
        lambda size: "FROM a\nENV a=x\n" + "ENV a=$a$a$a$a\n" * size,
        lambda size: "FROM a AS b\n" * size,
        lambda size: "FROM b AS b\nENV c=d\n" * size,
        lambda size: "FROM a\n# c\n" + "\n" * size,
        lambda size: "`" * size + "\n" + "\\" * size,
    ],
)
def test_time_grows_with_the_size(made: Callable[[int], str]):
    def seconds(size: int) -> float:
        text = made(size)
        started = time.process_time()
        _everything(text)
        return time.process_time() - started

    seconds(100)
    small = min(seconds(500) for _try in range(3))
    # Another try only if the machine was busy.
    assert any(seconds(2000) < 10 * small + 0.05 for _try in range(3))


def test_many_instructions_are_all_read():
    dockerfile = parse("FROM a\n" + "RUN b\n" * 20_000)
    assert len(dockerfile.instructions) == 20_001
    assert not dockerfile.problems
