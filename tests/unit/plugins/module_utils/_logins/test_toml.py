# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""TOML as Python's own reader reads it, and one value in it changed."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._logins.toml import parse, with_value

TEXT = r"""# a comment
title = "a # \"quoted\" \u00e9 \\"
'lit.eral' = 'C:\no escapes'
a.b."c.d" = [1, 0x1F, 1_000, -5, [true, false], [ "x", # why
  'y',
],]
inline = { a = 1, b.c = "d", e = {}, f = [] }
float = 6.02e-23
date = 1979-05-27T07:32:00Z
day = 1979-05-27 07:32:00
text = '''
one 'two''
three'''
more = \"\"\"
say "hello"\
   there\"\"\"

[plugins."io.containerd.grpc.v1.cri".registry] # here
  config_path = ""

  [plugins."io.containerd.grpc.v1.cri".registry.mirrors]

[[stream]]
id = 1
[stream.inner]
x = 1
[[stream]]
id = 2
""".replace('\\"\\"\\"', '"""')
TABLE = ("plugins", "io.containerd.grpc.v1.cri", "registry")


def same(own: Any, other: Any) -> bool:
    if isinstance(other, dict):
        return own.keys() == other.keys() and all(same(own[key], other[key]) for key in other)
    if isinstance(other, list):
        return len(own) == len(other) and all(map(same, own, other))
    if isinstance(other, (bool, int, str)):
        return type(own) is type(other) and own == other
    return isinstance(own, str)


def standard(text: str) -> Any:
    """What Python's reader says, None for a refusal."""
    tomllib = pytest.importorskip("tomllib")
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


@pytest.mark.skipif(sys.version_info < (3, 11), reason="this Python has no reader of its own")
def test_all_of_it() -> None:
    expected = standard(TEXT)
    assert expected is not None
    assert same(parse(TEXT).content, expected)


PIECES = st.sampled_from(
    [
        "a",
        "b",
        '"c"',
        "'d'",
        ".",
        "=",
        "[",
        "]",
        "[[",
        "]]",
        "{",
        "}",
        ",",
        "\n",
        " ",
        "1",
        "true",
        '"',
        "'''",
        "#",
        "\\",
    ]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_what_python_reads_is_read_alike_and_what_it_refuses_never_crashes(text: str) -> None:
    try:
        found = parse(text).content
    except LongshoreError:
        found = None
    expected = standard(text)
    assert expected is None or (found is not None and same(found, expected))


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "a = ",
        "a = 1 b = 2",
        "[a\n",
        "a = 1\na = 2",
        "[a]\n[a]",
        "a = [1",
        'a = "x',
        "a = {b = 1",
        "= 1",
        "a = x",
        "[]",
    ]
    + ["a = " + "[" * 5000 + "]" * 5000, "[" + "a." * 5000 + "a]", "a = 1\n[a]", "a = {}\n[a.b]", "a = 1\n" * 300000]
    + ["a.b = 1\n[a]", "[a]\nb.c.d = 1\n[a.b]"],
)
def test_what_is_none(text: str) -> None:
    with pytest.raises(LongshoreError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (TEXT, '  config_path = "/x"'),
        ('[plugins."io.containerd.grpc.v1.cri".registry]\n', 'config_path = "/x"'),
        ("version = 2", '[plugins."io.containerd.grpc.v1.cri".registry]'),
        ("", '[plugins."io.containerd.grpc.v1.cri".registry]'),
        (
            "plugins.\"io.containerd.grpc.v1.cri\".registry.config_path = ''",
            'plugins."io.containerd.grpc.v1.cri".registry',
        ),
        ('[plugins."io.containerd.grpc.v1.cri".registry.mirrors]\n', '[plugins."io.containerd.grpc.v1.cri".registry]'),
    ],
)
def test_one_value_changes(text: str, line: str) -> None:
    new = with_value(text, TABLE, "config_path", "/x")
    assert any(found.startswith(line) for found in new.splitlines())
    content = parse(new).content
    assert content["plugins"][TABLE[1]]["registry"]["config_path"] == "/x"
    assert [item for item in text.splitlines() if "config_path" not in item and item not in new] == []
    assert with_value(new, TABLE, "config_path", "/x") == new


@pytest.mark.parametrize(
    "text",
    [
        "plugins = {}",
        "plugins = { a = 1 }",
        "[plugins]\n'io.containerd.grpc.v1.cri' = {}",
        "[plugins]\n'io.containerd.grpc.v1.cri'.registry.mirrors = {}",
        "[[plugins]]",
        "plugins = 1",
    ],
)
def test_what_needs_a_person(text: str) -> None:
    assert with_value(text, TABLE, "config_path", "/x") is None
