# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One Dockerfile with everything in it, and what a builder makes of each part."""

from __future__ import annotations

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.arguments import pairs, words
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse, read

WHOLE = """\
# syntax=docker/dockerfile:1
# escape=\\
ARG V=12
FROM --platform=linux/amd64 debian:${V:-11} AS Build
# a comment
ENV A=1 \\
  # within
  B="two words" C=x\\ y
RUN --mount=type=cache,target=/x \\
   apt-get update && \\

   apt-get install -y foo
RUN <<EOF cat <<-'X' > /a
one
EOF
\ttwo
\tX
COPY --from=build a "b c" /d
ONBUILD RUN ["a", "b"]
FROM build
LABEL a b c
HEALTHCHECK --interval=3s CMD ["x", "y"]
"""


def test_keywords_lines_and_stages():
    dockerfile = parse(WHOLE)
    assert not dockerfile.problems
    assert [(item.keyword, item.span.line, item.span.end_line, item.stage) for item in dockerfile.instructions] == [
        ("ARG", 3, 3, -1),
        ("FROM", 4, 4, 0),
        ("ENV", 6, 8, 0),
        ("RUN", 9, 12, 0),
        ("RUN", 13, 17, 0),
        ("COPY", 18, 18, 0),
        ("ONBUILD", 19, 19, 0),
        ("FROM", 20, 20, 1),
        ("LABEL", 21, 21, 1),
        ("HEALTHCHECK", 22, 22, 1),
    ]
    first, second = dockerfile.stages
    assert (first.name, first.image, first.base, first.platform) == (
        "build",
        "debian:${V:-11}",
        "debian:12",
        "linux/amd64",
    )
    assert (second.name, second.base, second.parent) == (None, "build", 0)
    assert [comment.text for comment in dockerfile.comments] == ["a comment", "within"]
    assert dict(dockerfile.directives) == {"syntax": "docker/dockerfile:1", "escape": "\\"}


def test_build_arguments_decide_the_base():
    assert parse(WHOLE, {"V": "13"}).stages[0].base == "debian:13"
    assert parse("ARG V\nFROM debian:$V\n").stages[0].base is None


def test_arguments_are_joined_and_lead_back_to_the_file():
    dockerfile = parse(WHOLE)
    run = dockerfile.instructions[3]
    assert run.arguments == "apt-get update &&    apt-get install -y foo"
    assert [WHOLE[offset] for offset in run.offsets[:-1]] == list(run.arguments)
    assert run.offsets[-1] == run.span.end
    assert [(flag.name, flag.value) for flag in run.flags] == [("mount", "type=cache,target=/x")]


def test_documents():
    one, two = parse(WHOLE).instructions[4].heredocs
    assert (one.name, one.body, one.expand, one.strip_tabs) == ("EOF", "one\n", True, False)
    assert (two.name, two.body, two.expand, two.strip_tabs) == ("X", "two\n", False, True)
    assert WHOLE[two.span.start : two.span.end] == "\ttwo\n"


def test_words_and_pairs():
    dockerfile = parse(WHOLE)
    env, copy, onbuild, label, check = (dockerfile.instructions[number] for number in (2, 5, 6, 8, 9))
    found = pairs(dockerfile, env)
    assert [(pair.name, pair.value.value) for pair in found] == [("A", "1"), ("B", "two words"), ("C", "x y")]
    place = found[1].value.span
    assert (WHOLE[place.start : place.end], place.line) == ('"two words"', 8)
    assert [word.raw for word in words(dockerfile, copy)] == ["a", '"b', 'c"', "/d"]
    assert [word.value for word in words(dockerfile, onbuild)] == ["a", "b"]
    assert [(pair.name, pair.value.value) for pair in pairs(dockerfile, label)] == [("a", "b c")]
    assert check.json == ("x", "y")
    assert [word.value for word in words(dockerfile, check)] == ["CMD", "x", "y"]


def test_an_error_hides_nothing_else():
    dockerfile = read(b"\xef\xbb\xbfFROM a\r\nRUNN x\r\nENV a\r\nRUN cat <<E\r\nx\r\nUSER 1\r\n")
    assert [problem.message for problem in dockerfile.problems] == [
        'unknown instruction "RUNN"',
        "ENV needs a name and a value",
        'the document <<"E" has no end',
    ]
    assert [item.keyword for item in dockerfile.instructions] == ["FROM", "RUNN", "ENV", "RUN", "USER"]
    assert dockerfile.instructions[-1].arguments == "1"
