# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ignore files; C(e2b_dockerfile_utils), a port of Docker's matcher, judges."""

from __future__ import annotations

import time
from typing import List

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerignore.ignore import Ignore, ignore_files


def kept(patterns: str, paths: str) -> str:
    """Those of the paths that a builder gets."""
    ignore = Ignore(patterns)
    assert not ignore.problems
    return " ".join(path for path in paths.split() if not ignore.excludes(path))


@pytest.mark.parametrize(
    ("patterns", "paths", "expected"),
    [
        ("# c\n\n  a  \n", "a a/b b/a ab", "b/a ab"),
        ("/a/\n./b\n", "a a/x b", ""),
        ("*.md\n!README.md\n", "a.md README.md x/a.md", "README.md x/a.md"),
        ("**/*.md\n", "a.md x/a.md x/y/a.md a.mdx", "a.mdx"),
        ("a\n!a/b\na/b/c\n", "a a/x a/b a/b/c a/b/d", "a/b a/b/d"),
        ("**\n!a\n", "a a/b b", "a a/b"),
        ("a/**/b\n", "a/b a/x/b a/x/y/b a/bc", "a/bc"),
        ("a/**\n", "a a/b", "a"),
        ("**a\n", "xa x/a a ab", "ab"),
        ("a?b\n[c-e]\n\\*\n", "axb a/b d f *", "a/b f"),
        (".\n/\n..\n", "a", "a"),
        ("!a\n", "a b", "a b"),
        ("\ufeffa\r\nb\r\n", "a b c", "c"),
        ("a #b\n", "a", "a"),
    ],
)
def test_patterns(patterns: str, paths: str, expected: str):
    assert kept(patterns, paths) == expected


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("[", "[ is not closed"),
        ("a[b", "[ is not closed"),
        ("[]", "a character is missing in [...]"),
        ("a\\", "it ends with a backslash"),
        ("!", "there is nothing behind !"),
        ("!/", "there is nothing behind !"),
        ("a" * 5000, "it is longer than 4096 characters"),
    ],
)
def test_what_docker_refuses_is_a_problem_with_a_line(pattern: str, problem: str):
    ignore = Ignore("a\n{0}\nb\n".format(pattern))
    (found,) = ignore.problems
    assert found.message.endswith(problem)
    assert found.span.line == 2
    assert [item.pattern for item in ignore.patterns] == ["a", "b"]


def test_the_number_of_patterns_is_limited():
    ignore = Ignore("".join("a{0}\n".format(number) for number in range(2000)))
    assert len(ignore.patterns) == 1000
    assert [problem.span.line for problem in ignore.problems] == [1001]


def test_which_file_applies():
    assert ignore_files("build/Dockerfile") == ("build/Dockerfile.dockerignore", ".dockerignore")


def test_no_pattern_and_no_tree_is_slow():
    started = time.process_time()
    assert not Ignore("*a" * 1000 + "b\n").excludes("a" * 4000)
    ignore = Ignore(
        "node_modules\n**/*.pyc\n.git\n!keep/*.log\n" + "".join("x{0}/**/y*\n".format(n) for n in range(20))
    )
    for number in range(10_000):
        assert not ignore.excludes("src/{0}/{1}/file{2}.py".format(number % 100, number % 7, number))
    assert time.process_time() - started < 5


_PATTERNS = st.lists(
    st.lists(
        st.sampled_from(
            ["a", "b", "/", "*", "**", "?", "[ab]", "[^a]", "[a-c]", ".", "!", "\\a", "\\*", "#", ".b", "a/", " "]
        ),
        min_size=1,
        max_size=7,
    ),
    min_size=1,
    max_size=4,
).map(lambda patterns: ["".join(pattern) for pattern in patterns])
_PATHS = st.lists(st.text("ab.c*", min_size=1, max_size=3), min_size=1, max_size=4).map("/".join)


@settings(max_examples=200)
@given(_PATTERNS, st.lists(_PATHS, min_size=1, max_size=5))
def test_equal_to_the_reference(patterns: List[str], paths: List[str]):
    library = pytest.importorskip("e2b_dockerfile_utils", reason="e2b-dockerfile-utils needs Python 3.11")
    ignore = Ignore("\n".join(patterns) + "\n")
    if any("behind !" in problem.message for problem in ignore.problems):
        return  # Docker refuses "!/", the library does not.
    try:
        reference = library.PatternMatcher(patterns)
    except ValueError:
        assert ignore.problems
        return
    assert not ignore.problems
    assert [ignore.excludes(path) for path in paths] == [reference.matches(path) for path in paths]
