# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environment variables in rules and auth files."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._registry.config.env_vars import ExpansionProblem, expand

ENVIRON = {"A": "one", "B_2": "two", "LOWER": "$A", "EMPTY": ""}
NAME = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)


@pytest.mark.parametrize(
    ("text", "result", "used"),
    [
        ("", "", []),
        ("plain", "plain", []),
        ("$A", "one", ["A"]),
        ("${A}", "one", ["A"]),
        ("${A}x", "onex", ["A"]),
        ("$A-${B_2}", "one-two", ["A", "B_2"]),
        ("$$A", "$A", []),
        ("$$$A", "$one", ["A"]),
        ("$$$$", "$$", []),
        ("$", "$", []),
        ("a$", "a$", []),
        ("$1 $! $-", "$1 $! $-", []),
        ("$LOWER", "$A", ["LOWER"]),
        ("$EMPTY", "", ["EMPTY"]),
        ("$é", "$é", []),
    ],
)
def test_expands(text, result, used):
    assert expand(text, ENVIRON) == (result, used)


@pytest.mark.parametrize("text", ["${}", "${A", "${1}", "${A B}", "x${", "${A${B_2}}"])
def test_refuses_braces_without_a_name(text):
    with pytest.raises(ExpansionProblem, match=r"\$\$"):
        expand(text, ENVIRON)


@pytest.mark.parametrize("text", ["$UNSET", "${UNSET}", "x${UNSET}y", "$UNSET/a"])
def test_names_the_unset_variable(text):
    with pytest.raises(ExpansionProblem, match="UNSET is not set"):
        expand(text, ENVIRON)


@pytest.mark.parametrize(
    ("text", "named"),
    [("$UNSET", True), ("${UNSET}", True), ("${unset}x", True), ("$ecret", False), ("pa$UNSET", False), ("$Ab", False)],
)
def test_names_no_piece_of_a_literal_password(text, named):
    with pytest.raises(ExpansionProblem) as caught:
        expand(text, ENVIRON, secret=True)
    assert (text.partition("$")[2].strip("{}x") in str(caught.value)) is named
    assert "$$" in caught.value.hint


@given(st.text(max_size=40))
def test_doubled_dollars_give_the_text_itself(text):
    assert expand(text.replace("$", "$$"), {}) == (text, [])


@given(st.lists(st.tuples(NAME, st.text(max_size=5))), st.text(alphabet="xyz/.:-", max_size=5))
def test_every_variable_is_replaced_once(pairs, between):
    environ = dict(pairs)
    text = between.join("${{{0}}}".format(name) for name, _value in pairs)
    expanded, used = expand(text, environ)
    assert expanded == between.join(environ[name] for name, _value in pairs)
    assert used == [name for name, _value in pairs]


@given(st.text(alphabet="$ab{}A_1", max_size=20))
def test_any_text_expands_or_is_refused(text):
    with contextlib.suppress(ExpansionProblem):
        expand(text, {"A": "x"})
