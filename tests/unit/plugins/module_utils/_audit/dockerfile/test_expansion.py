# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quotes, escapes and variables as BuildKit reads them; C(e2b_dockerfile_utils) judges."""

from __future__ import annotations

from typing import Optional, Tuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.expansion import expand, unquoted
from ansible_collections.longshore.swr.plugins.module_utils._audit.dockerfile.globs import replaced

VARIABLES = {"a": "hello", "e": "", "p": "a/b/c.tar.gz", "é": "ü"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$a-${a}", "hello-hello"),
        ("${u:-x} ${u-x} ${e:-x} ${e-x}", "x x x "),
        ("${a:+x} ${a+x} ${e:+x} ${e+x} ${u+x}", "x x  x "),
        ("${a:?no}${e?no}", "hello"),
        ("${u:-${a:-b}}", "hello"),
        ("${p#*/} ${p##*/} ${p%.*} ${p%%.*}", "b/c.tar.gz c.tar.gz a/b/c.tar a/b/c"),
        ("${a/l/L} ${a//l/L} ${a/l*/} ${a//?/x} ${p//\\//-}", "heLlo heLLo he xxxxx a-b-c.tar.gz"),
        ('\'$a\' "$a" \\$a "\\$a"', "$a hello $a $a"),
        ("$1 $@ $$ $", "   $"),
        ("${é}", "ü"),
    ],
)
def test_forms(text: str, expected: str):
    assert expand(text, VARIABLES).text == expected


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("${u:?is needed}", "u: is needed"),
        ("${e:?}", "e: is not allowed to be empty"),
        ("${u?}", "u: is not allowed to be unset"),
        ("${a^}", "unsupported modifier (^) in substitution"),
        ("${a:1:2}", "unsupported modifier (:1) in substitution"),
        ("${a", "'}' is missing"),
        ("${a:-b", "'}' is missing"),
        ("${}", "bad substitution"),
        ("'a", "a single quote is not closed"),
        ('"a', "a double quote is not closed"),
        ("${a#\\x}", "invalid pattern (\\x) in substitution: invalid escape \\x"),
        ("${a:-" * 60, "variables are nested too deeply"),
    ],
)
def test_refused(text: str, problem: str):
    expanded = expand(text, VARIABLES)
    assert (expanded.text, expanded.problem) == (None, problem)


def test_undefined_names_are_those_without_a_default():
    expanded = expand("$x ${y} ${z:-1} ${v-} ${w:+1} ${q#a} $x $a", VARIABLES)
    assert expanded.undefined == ("x", "y", "q")


def test_words_are_split_where_no_quote_is():
    assert expand("a $l \"$l\" 'c d' e\\ f", {"l": "1 2"}).words == ("a", "1", "2", "1 2", "c d", "e f")


def test_the_other_escape_character():
    assert expand("`$a C:\\dir\\$a", {"a": "x"}, "`").text == "$a C:\\dir\\x"


def test_unquoted_keeps_variables():
    assert unquoted('"$a"\'b\'\\ ${c:-"d"}') == '$ab ${c:-"d"}'
    assert unquoted("'open") == "'open"


def test_bombs_are_bounded():
    variables = {"a": "x" * 10}
    for name, previous in zip("bcdefgh", "abcdefg"):
        expanded = expand("$" + previous + "".join("$" + previous for _ in range(9)), variables)
        variables[name] = expanded.text or ""
        assert len(variables[name]) <= 64 * 1024
    assert expanded.problem == "it becomes longer than 32768 characters" or not expanded.text


def test_a_pattern_of_many_stars_takes_no_time():
    assert replaced("*a" * 100 + "b", "a" * 30_000, "", True) == "a" * 30_000


def _reference(text: str, escape: str) -> Optional[Tuple[str, Tuple[str, ...]]]:
    library = pytest.importorskip("e2b_dockerfile_utils", reason="e2b-dockerfile-utils needs Python 3.11")
    lexer = library.ShellLex(escape, env=VARIABLES, skip_unset_env=False)
    try:
        # Empty words: BuildKit has none, the library has one at the start if quotes with nothing in them are there.
        return lexer.process_word(text), tuple(word for word in lexer.process_words(text) if word)
    except ValueError:
        return None


_PARTS = st.sampled_from(
    [
        *("$a", "${a}", "${u:-x}", "${u-x}", "${a:+y}", "${e:-z}", "${e-z}", "${e:+y}", "${e+y}", "${u:?m}", "${e:?}"),
        *("${a#h}", "${a##*l}", "${a%o}", "${a%%l*}", "${a#?}", "${p##*/}", "${a/l/L}", "${a//l/L}", "${a//l*/}"),
        *(
            "${a/\\//x}",
            "${a//*/}",
            "${",
            "}",
            "$",
            '"',
            "'",
            "\\",
            "a",
            "b",
            "<",
            "<<",
            "/",
            "*",
            "?",
            "$u",
            "$1",
            "$@",
        ),
        *("${a#", "${a//", "${u:-", "${u:-${a}}", "\\$a", "`", "\\}", "[", ":", "-", "é", "${a:x}", "${a^}", "$$"),
        *("${0}", "${é}", " ", "\t"),
    ]
)


@settings(max_examples=300)
@given(st.lists(_PARTS, max_size=7).map("".join), st.sampled_from("\\`"))
def test_equal_to_the_reference(text: str, escape: str):
    reference = _reference(text, escape)
    expanded = expand(text, VARIABLES, escape)
    if reference is None:
        assert expanded.problem
    elif "//*/" in text:
        # Python replaces the empty match at the end as well, Go (and so BuildKit) does not.
        assert expanded.text is not None
    else:
        assert (expanded.text, expanded.words) == reference
