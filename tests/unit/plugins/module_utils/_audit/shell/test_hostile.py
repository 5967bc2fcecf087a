# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scripts that nobody wrote by hand: bounded depth, and time that grows with the size alone."""

from __future__ import annotations

import time

import pytest

from ansible_collections.longshore.swr.plugins.module_utils._audit.shell.reader import read_script

NESTED = "it is nested too deeply"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("(" * 5000, NESTED),
        ("{ " * 5000, NESTED),
        ("$(" * 5000, NESTED),
        ("$((" * 5000, NESTED),
        ("<(" * 5000, NESTED),
        ('"$(' * 5000, NESTED),
        ("${a:-" * 5000, NESTED),
        ("if " * 5000, NESTED),
        ("while a; do " * 5000, NESTED),
        ("case a in b) " * 5000, NESTED),
        ("f() { " * 5000, NESTED),
        ("function f " * 5000, NESTED),
        ("a `b`;" * 2000, None),
        (")" * 5000, "unexpected )"),
        ("a" * 3_000_000, "the script is longer than 2097152 characters"),
        ("$'" + "a" * 100_000, "a single quote is not closed"),
        ("`" + "a" * 100_000, "a backtick is not closed"),
        ("\0\x01\ud800", None),
    ],
)
def test_a_clear_result(text: str, problem: str):
    problems = [found.message for found in read_script(text).problems]
    assert problem in problems if problem else not problems


def test_scripts_in_scripts_are_limited():
    text = "a"
    for _level in range(7):
        text = "sh -c '{0}'".format(text.replace("'", "'\\''"))
    assert read_script(text).commands[-1].program == "a"
    assert read_script("eval eval a" * 100).problems == ()


@pytest.mark.parametrize(
    "pattern",
    [
        "a b && ",
        "a ",
        "'",
        '"\\',
        "$'a",
        "`a",
        "$(a) ",
        "$((1 ; ",
        "((1 ; ",
        "for ((;",
        "for x in ",
        "x[;",
        "x=( ",
        "[[ ",
        "[[ a ]] && ",
        "f() ",
        "> ",
        "; ",
        "\n",
        "\\\n",
        "# a\n",
        "a <<E\n",
        "a <<E\nx\nE\n",
        "bash <<E\na\nE\n",
        'sh -c "a b";',
        "env -i ",
        "time ",
        "! ",
        "if a; then b; fi;",
        "case x in a) b;; esac;",
    ],
)
def test_time_grows_with_the_size(pattern: str):
    def seconds(times: int) -> float:
        text = pattern * times
        started = time.process_time()
        read_script(text)
        return time.process_time() - started

    seconds(10)
    small = min(seconds(300) for _try in range(3))
    # Another try only if the machine was busy.
    assert any(seconds(1200) < 10 * small + 0.05 for _try in range(3))
