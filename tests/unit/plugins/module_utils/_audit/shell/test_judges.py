# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real shells judge the reader: what they accept has no problem, what they refuse has one, and words are equal."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path
from typing import List

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.parser import read
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.scripts import scripts
from ansible_collections.longshore.swr.plugins.module_utils._audit.shell.reader import read_exec, read_script
from ansible_collections.longshore.swr.tests.support.dockerfiles import real_dockerfiles

needs_bash = pytest.mark.needs_program("bash")


def _accepts(shell: str, script: str) -> bool:
    """Whether a shell finds no error without running anything. bash has status 0 for an error in C([[ ]])."""
    done = subprocess.run([shell, "-n"], input=script.encode(), capture_output=True, timeout=30, check=False)
    return done.returncode == 0 and not any(word in done.stderr for word in (b"error", b"expected", b"Unterminated"))


# -- real scripts ------------------------------------------------------------------------------------------------------


def _real_scripts() -> List[str]:
    found = {}
    for content in real_dockerfiles().values():
        for script in scripts(read(content)):
            if script.items is not None:
                read_exec(script.items)
            elif script.shell[0].endswith("sh"):
                found[script.text] = None
    return list(found)


def test_real_scripts_are_read():
    found = _real_scripts()
    assert len(found) > 500
    for text in found:
        script = read_script(text)
        for command in script.commands:
            if "-c" not in command.context and "$(" not in command.context:
                assert [text[word.start : word.end] for word in command.words] == [word.raw for word in command.words]


@pytest.mark.no_cover
def test_a_file_is_read_like_python_compiles_one_ten_times_as_large():
    """Where Python compiles as fast as usual, a thousand files take a second."""
    files, sources = list(real_dockerfiles().values()), [Path(__file__).read_text(encoding="utf-8")] * 20

    def reading() -> float:
        started = time.process_time()
        for content in files:
            for script in scripts(read(content)):
                read_script(script.text, script.shell) if script.items is None else read_exec(script.items)
        return (time.process_time() - started) / sum(map(len, files))

    def compiling() -> float:
        started = time.process_time()
        for source in sources:
            compile(source, "source", "exec")
        return (time.process_time() - started) / sum(map(len, sources))

    # Another try only if the machine was busy.
    assert any(reading() < 10 * compiling() for _try in range(3))


@needs_bash
def test_real_scripts_are_judged_as_bash_does():
    refused = [text for text in _real_scripts() if read_script(text).problems]
    assert all(not _accepts("bash", text) for text in refused)
    # In one script: a shell for each would take seconds.
    accepted = [text for text in _real_scripts() if text not in refused]
    assert _accepts("bash", "\n".join("f() {{\n{0}\n}}".format(text) for text in accepted))


# -- made-up scripts ---------------------------------------------------------------------------------------------------

_SIMPLE = (
    *("a", "b c", 'a "b $c"', "x=1 a", "a $(b; c)", "a >f 2>&1", "a <<E\nfoo\nE\n", "echo ${x:-y} $((1 + 2))"),
    *("a 'b;' \\;", "[[ $a == b ]]", "((x++))"),
)
# 0 and 1 are commands, 2 and 3 the same with an end.
_COMPOUNDS = (
    *("if {2}then {3}fi", "if {2}then {3}elif {2}then {3}else {2}fi", "for i in a b; do {2}done"),
    *("while {2}do {3}done", "( {0} )", "{{ {2}}}", "case $x in a|b) {0} ;; *) {1} ;; esac"),
    *("{2}{0}", "f() {{ {2}}}", "a $( {2})", "( {0} ) && {1}", "( {0} ) | ( {1} )", "! {0}"),
)


def _made_up(seed: int) -> str:
    """A script that bash accepts."""
    choose = random.Random(seed)

    def script(depth: int) -> str:
        if depth == 3 or choose.random() < 0.3:
            return choose.choice(_SIMPLE)
        first, second = script(depth + 1), script(depth + 1)
        ended = [text if text.endswith("\n") else text + choose.choice([";", "\n", " ; "]) for text in (first, second)]
        return choose.choice(_COMPOUNDS).format(first, second, *ended)

    return script(0)


def _broken(script: str, at: int, what: str) -> str:
    at %= len(script) + 1
    return script[:at] + what + script[at:]


_SCRIPTS = st.integers(0, 1_000_000).map(_made_up)
_BREAKAGES = st.sampled_from(
    [
        *(")", "(", "{ ", "}", ";", ";;", "&&", "||", "|", "&", "'", '"', "$(", "\\", "<", ">", "#", " "),
        *("if ", "then ", "fi", "do ", "done", "esac", "else ", "\n", "! ", "<<E\n", "E\n"),
    ]
)


@needs_bash
@settings(max_examples=120)
@example("a | ! b")
@example("! ; do")
@example("time fi")
@example("f() { a <<E\nfoo\\\nE\n}")
@example("f() { a <<'E'\nfoo\\\nE\n}")
@example("( a )\\")
@example("for a in b; do c; done\\")
@example("while a; do ! done")
@example("case x in a) ! ;; esac")
@example("!")
@example("! ;")
@example("a >#f")
@example("a 2>&1<b")
@example("a >2>&1")
@example("a ${$(b:-c}")
@example("a ${$} ${$:-b} ${#} ${#a} ${!a} ${@:1}")
@example("{ a; } b")
@example("a () b")
@example("a $()")
@example("( )")
@example("if ; then a; fi")
@example("for i; do a; done")
@example("for i do a; done")
@example("a &&\n\n b")
@example("a ;; b")
@example("a $(b")
@example("case x in esac")
@example("case x in (a) b; esac")
@given(_SCRIPTS | st.builds(_broken, _SCRIPTS, st.integers(0, 500), _BREAKAGES))
def test_made_up_scripts_are_judged_as_bash_does(script: str):
    problems = read_script(script).problems
    if _accepts("bash", script):
        # bash looks into "$((" that is no arithmetic only when it runs. It drops a backslash at the end.
        assert not problems or "$((" in script or script.endswith("]]\\")
    else:
        # What is between [[ and ]] is read as words, and what is between (( and )) not at all.
        assert problems or "[[" in script or "((" in script


@pytest.mark.needs_program("dash")
@settings(max_examples=40)
@given(_SCRIPTS)
def test_what_dash_accepts_has_no_problem(script: str):
    # Only bash has these.
    assert _accepts("dash", script) or any(mark in script for mark in ("[[", "((", "! !"))
    assert not read_script(script).problems


# -- words -------------------------------------------------------------------------------------------------------------

_PARTS = st.one_of(
    st.text("ab1=/.,:@%+-^é#~", min_size=1, max_size=4),
    st.text('ab \t\n"$`\\;&|()<>#*?!', max_size=5).map("'{0}'".format),
    st.text("ab '\t\n;&|()<>#*?", max_size=5).map('"{0}"'.format),
    st.sampled_from(
        ['"\\""', '"\\$x"', '"\\\\"', '"\\a"', '"\\`"', '"a\\\nb"', "\\\n", "\\'", '\\"', "\\ ", "\\a", "\\\\", "\\$x"]
    ),
    st.sampled_from(["$'a\\tb'", "$'\\x41\\u00e9\\''", "$'\\101'", '$"a"', "a#b", "{", "}"]),
)
_WORDS = st.lists(_PARTS, min_size=1, max_size=4).map("".join).filter(lambda word: not word.startswith(("#", "~", "-")))
_BLANKS = st.sampled_from([" ", "\t", "  ", " \\\n"])


@needs_bash
@settings(max_examples=100)
@example(["a$", "$", "$/", "$'\\''", "''", '""'], " ")
@given(st.lists(_WORDS, min_size=1, max_size=12), _BLANKS)
def test_words_are_those_of_bash(words: List[str], blank: str):
    script = "printf '%s\\0'" + "".join(blank + word for word in words)
    done = subprocess.run(
        ["bash", "-f", "+B", "-c", script],
        capture_output=True,
        timeout=30,
        check=True,
        env={"LC_ALL": "C.UTF-8", "HOME": "~"},
    )
    (command,) = read_script(script).commands
    values = [word.value for word in command.arguments[1:]]
    assert values == done.stdout.decode().split("\0")[:-1]
