# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts and the simple commands in them."""

from __future__ import annotations

from typing import List, Set

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.shell.reader import read_exec, read_script


def commands(text: str) -> List[str]:
    """Each command as its program and arguments in one line; no problem is expected."""
    script = read_script(text)
    assert not script.problems
    return [" ".join([command.program, *(word.value for word in command.arguments)]) for command in script.commands]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("apt-get update && apt-get install -y a", ["apt-get update", "apt-get install -y a"]),
        ("if ! a; then b; elif c; then d; else e; fi", ["a", "b", "c", "d", "e"]),
        ("for x in 1 2; do a $x; done; while b; do c; done <f", ["a $x", "b", "c"]),
        ("for ((i=0; i<3; i++)); do a; done", ["a"]),
        ("case $x in a|b) c;; (d) e ;; *) ;; esac", ["c", "e"]),
        ("(a; b) && { c; } | d", ["a", "b", "c", "d"]),
        ("f() { a; }; function g { b; }; f", ["a", "b", "f"]),
        ("a $(b `c`) <(d)", ["c", "b `c`", "d", "a $(b `c`) <(d)"]),
        ("a # && b\nc", ["a", "c"]),
        ("a \\\n  b", ["a b"]),
        ("[[ $a == b && ( -f c ) ]] && d", ["[[ $a == b -f c ]]", "d"]),
        ("(( a + 1 )); b $((1 + (2)))", ["b $((1 + (2)))"]),
        ("cat <<A <<-'B'; c\nx\nA\n\ty\n\tB\nd", ["cat", "c", "d"]),
        ("sudo -E X=1 apt-get -y install a", ["apt-get -y install a"]),
        ("env -u A B=c /usr/bin/pip install d", ["pip install d"]),
        ("time nice -n 5 timeout -k 1 10 a b; exec c", ["a b", "c"]),
        ("sh -ec 'a && b'", ["sh -ec a && b", "a", "b"]),
        ("bash -s <<E\na\nE", ["bash -s", "a"]),
        ("X=1 Y=(a b) c", ["c"]),
        ("$a b", [" b"]),
    ],
)
def test_commands(text: str, expected: List[str]):
    assert commands(text) == expected


def test_operators_context_and_options():
    script = read_script("set -e; a | b || (c & d)\ne")
    found = [(item.program, item.before, item.after, item.context) for item in script.commands[1:]]
    assert found == [
        ("a", ";", "|", ()),
        ("b", "|", "||", ()),
        ("c", "", "&", ("(",)),
        ("d", "&", "", ("(",)),
        ("e", "\n", "", ()),
    ]
    assert [set(item.options) for item in script.commands[:2]] == [set(), {"errexit"}]


@pytest.mark.parametrize(
    ("shell", "options"),
    [
        (["/bin/bash", "-o", "pipefail", "-c"], {"pipefail"}),
        (["/bin/sh", "-ec"], {"errexit"}),
        (["/bin/sh", "-e"], {"errexit"}),
        (["/usr/bin/env", "bash", "-euo", "pipefail"], {"errexit", "pipefail"}),
        (["/bin/sh", "-c"], set()),
        (["bash", "-e", "+e", "-c"], set()),
    ],
)
def test_options_of_the_shell(shell: List[str], options: Set[str]):
    assert read_script("a", shell).commands[0].options == options


def test_words_lead_back_to_the_text():
    text = """echo "it's $x" a\\ b 'c"d' $'\\t' "e\\"f" && bash -c "apt-get install \\"g h\\"" """
    script = read_script(text)
    echo, bash, install = script.commands
    assert [word.value for word in echo.arguments] == ["it's $x", "a b", 'c"d', "\t", 'e"f']
    assert [word.literal for word in echo.arguments] == [False, True, True, True, True]
    assert all(text[word.start : word.end] == word.raw for word in (*echo.words, *bash.words))
    assert install.arguments[1].value == "g h"
    assert text[install.start : install.end] == 'apt-get install \\"g h\\"'


def test_documents_and_redirections():
    (command,) = read_script("a 2>&1 >b <<E <<<c\nx\nE\n").commands
    assert [(item.descriptor, item.operator, item.target.value, item.document) for item in command.redirects] == [
        ("2", ">&", "1", None),
        ("", ">", "b", None),
        ("", "<<", "E", "x\n"),
        ("", "<<<", "c", "c"),
    ]


@pytest.mark.parametrize(
    ("text", "message", "programs"),
    [
        ('a; b "c', "a double quote is not closed", ["a", "b"]),
        ("if a; then b", "fi is missing", ["a", "b"]),
        ("a; ; b", "unexpected ;", ["a", "b"]),
        ("a && )", "a command is missing behind &&", ["a"]),
        ("a $(b", "$( is not closed", ["b", "a"]),
        ("a; fi; b", "unexpected fi", ["a", "b"]),
    ],
)
def test_an_error_hides_nothing_before_it(text: str, message: str, programs: List[str]):
    script = read_script(text)
    assert script.problems[0].message == message
    assert [command.program for command in script.commands] == programs


def test_other_languages_are_not_evaluated():
    script = read_script("Remove-Item x", ("powershell", "-Command"))
    assert not script.evaluated
    assert script.problems[0].message == "the language of powershell is not read"


def test_exec_form():
    script = read_exec(["/bin/sh", "-c", "a && b c"])
    assert [command.program for command in script.commands] == ["sh", "a", "b"]
    assert [command.program for command in read_exec(["nginx", "-g", "daemon off;"]).commands] == ["nginx"]
