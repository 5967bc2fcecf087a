# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An image as a Dockerfile: a builder would read what the image says."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Dict, List, Tuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import parse
from ansible_collections.longshore.swr.plugins.module_utils._audit.image.config import ImageConfig
from ansible_collections.longshore.swr.plugins.module_utils._audit.image.history import Step, read_history
from ansible_collections.longshore.swr.plugins.module_utils._audit.image.instructions import (
    BASE,
    script_of_settings,
    script_of_steps,
)
from ansible_collections.longshore.swr.plugins.module_utils._audit.model import Dockerfile, Instruction

SECRET = "a-value-nobody-may-see"


def is_secret(name: str) -> bool:
    return name in ("TOKEN", "PASSWORD")


def read(text: str) -> Dockerfile:
    found = parse(text)
    assert [problem.message for problem in found.problems] == []
    assert found.instructions[0].arguments == BASE
    return found


def settings(**values: Any) -> List[Tuple[str, str]]:
    found = read(script_of_settings(replace(ImageConfig(), **values), is_secret))
    return [(one.keyword, one.arguments) for one in found.instructions[1:]]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"user": "app", "working_directory": "/app"}, [("WORKDIR", "/app"), ("USER", "app")]),
        ({"environment": (("A", 'b "c" $d\\'), ("E", ""))}, [("ENV", 'A="b \\"c\\" \\$d\\\\"'), ("ENV", 'E=""')]),
        ({"environment": (("TOKEN", SECRET), ("PASSWORD", ""))}, [("ENV", "TOKEN=********"), ("ENV", 'PASSWORD=""')]),
        ({"environment": (("not a name", "x"), ("", "y"))}, []),
        ({"labels": (("a b", "c\nd"),)}, [("LABEL", '"a b"="c d"')]),
        ({"ports": ("80/tcp", "443/udp", "$(x)")}, [("EXPOSE", "80/tcp"), ("EXPOSE", "443/udp")]),
        ({"volumes": ("/data", "/a b")}, [("VOLUME", '["/data", "/a b"]')]),
        ({"healthcheck": ("CMD-SHELL", "curl x || exit 1")}, [("HEALTHCHECK", "CMD curl x || exit 1")]),
        ({"healthcheck": ("CMD", "curl", "x")}, [("HEALTHCHECK", 'CMD ["curl", "x"]')]),
        ({"entrypoint": ("/e.sh",), "command": ("a", "b")}, [("ENTRYPOINT", '["/e.sh"]'), ("CMD", '["a", "b"]')]),
        ({"command": ("/bin/sh", "-c", "npm start")}, [("CMD", "npm start")]),
        ({"command": ("/bin/sh", "-c", "")}, [("CMD", '["/bin/sh", "-c", ""]')]),
        ({"command": ("/bin/sh", "-c", "a\\")}, [("CMD", "a")]),
    ],
)
def test_settings(values: Dict[str, Any], expected: List[Tuple[str, str]]) -> None:
    assert settings(**values) == expected


def steps(*entries: Any) -> List[Tuple[int, Instruction]]:
    made = [{"created_by": one} for one in entries]
    script = script_of_steps(read_history([*made, {"created_by": "RUN end"}], 99).steps)
    assert SECRET not in script.text
    found = read(script.text).instructions[1:-1]
    return [(script.steps[one.span.line].number, one) for one in found]


@pytest.mark.parametrize(
    ("text", "keyword", "arguments"),
    [
        ("/bin/sh -c apt-get update && apt-get install -y curl", "RUN", "apt-get update && apt-get install -y curl"),
        ("/bin/sh -c #(nop) ADD file:ab12 in /app ", "ADD", '["file", "/app"]'),
        ("/bin/sh -c #(nop) COPY dir:ab12 in /app/ ", "COPY", '[".", "/app/"]'),
        ("/bin/sh -c #(nop) COPY multi:ab12 in /a b/ ", "COPY", '["files", "/a b/"]'),
        ("COPY package.json ./ # buildkit", "COPY", "package.json ./"),
        ("ADD https://example.com/x.tar / # buildkit", "ADD", "https://example.com/x.tar /"),
        ("VOLUME [/data /log]", "VOLUME", '["/data", "/log"]'),
        ('/bin/sh -c #(nop) VOLUME ["/data"]', "VOLUME", '["/data"]'),
        ("WORKDIR /app", "WORKDIR", "/app"),
        ("ARG TOKEN=" + SECRET, "ARG", "TOKEN"),
        ("ENV A=1 TOKEN=" + SECRET, "ENV", "A=********"),
    ],
)
def test_steps(text: str, keyword: str, arguments: str) -> None:
    number, found = steps(text)[0]
    assert (number, found.keyword, found.arguments) == (1, keyword, arguments)


@pytest.mark.parametrize(
    ("destination", "source"),
    [("/app/", "."), ("/app", "."), (".", "."), ("./", "."), ("/app/prisma/", "directory"), ("prisma", "directory")],
)
def test_a_directory_is_the_context_if_it_goes_where_the_program_is(destination: str, source: str) -> None:
    found = steps("WORKDIR /app", "/bin/sh -c #(nop) COPY dir:ab12 in {0} ".format(destination))
    assert found[1][1].arguments == '["{0}", "{1}"]'.format(source, destination)


def test_build_arguments_are_named_and_not_shown() -> None:
    found = steps("|2 TOKEN={0} VERSION=1 /bin/sh -c make".format(SECRET), "RUN /bin/sh -c two # buildkit")
    assert [(number, one.keyword, one.arguments) for number, one in found] == [
        (1, "ARG", "TOKEN"),
        (1, "ARG", "VERSION"),
        (1, "RUN", "make"),
        (2, "RUN", "two"),
    ]


@pytest.mark.parametrize(
    "command",
    ["set -e\nmake", "cat <<EOF > /x", "make \\", "# nothing", "--mount=x", "[ -f x ] && y", "sort < x", "a\r\nb"],
)
def test_commands_that_would_be_read_as_something_else(command: str) -> None:
    (number, found), (following, _other) = steps("RUN /bin/sh -c " + command + " # buildkit", "RUN next")
    assert (number, following) == (1, 2)
    assert (found.flags, found.json) == ((), None)
    (document,) = found.heredocs
    assert document.body.split() == command.split()


def test_exec_form() -> None:
    ((_number, found),) = steps('/bin/sh -c ["/bin/touch", "/tmp/a b"]')
    assert found.json == ("/bin/touch", "/tmp/a b")


COMMANDS = st.text(alphabet="a -\\\n\r<>#[]\"'$&|;:EOF\t", max_size=40)


@given(
    st.lists(st.tuples(st.sampled_from(["RUN", "COPY", "ADD", "ENV", "ARG", "VOLUME", "WORKDIR", "CMD", ""]), COMMANDS))
)
def test_every_step_stays_within_its_lines(entries: List[Tuple[str, str]]) -> None:
    """No text of a step changes how another is read."""
    found = tuple(Step(number, *entry) for number, entry in enumerate(entries, 1))
    script = script_of_steps(found)
    dockerfile = parse(script.text)
    numbers = [script.steps[one.span.line].number for one in dockerfile.instructions[1:]]
    assert numbers == sorted(numbers)
    runs = [script.steps[one.span.line].number for one in dockerfile.instructions if one.keyword == "RUN"]
    assert runs == [step.number for step in found if step.keyword == "RUN" and step.arguments]
    assert len(script.text.splitlines()) == 1 + len(script.steps)


@given(st.builds(ImageConfig, *[COMMANDS] * 3, *[st.lists(COMMANDS, min_size=1).map(tuple)] * 2))
def test_every_setting_stays_on_its_line(config: ImageConfig) -> None:
    keywords = [one.keyword for one in parse(script_of_settings(config, is_secret)).instructions]
    assert len(keywords) == len(set(keywords))
    assert set(keywords) <= {"FROM", "WORKDIR", "USER", "ENTRYPOINT", "CMD"}
