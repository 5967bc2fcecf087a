# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of JSON."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._json import DEEPEST, check_shape, read_json

PLUGINS = Path(__file__).parents[3] / "plugins"
NUMBERS = st.integers(-(10**50), 10**50) | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "is not JSON: line 1, column 1: Expecting value"),
        ("{", "is not JSON"),
        (b"\xff\xfe{\x00}\x00", "is not JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("[" * (DEEPEST + 1) + "]" * (DEEPEST + 1), "nested too deeply"),
        ('{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1), "nested too deeply"),
        ("[1" + "0" * 400 + "]", "a number of 401 digits"),
        ("9" * 1_000_000, "a number of 1000000 digits"),
        ("[1e400]", "a number that is too large"),
        ('{"size": Infinity}', "the number Infinity"),
        ("NaN", "the number NaN"),
    ],
)
def test_what_is_refused(text, reason):
    with pytest.raises(NotUnderstood, match=reason):
        read_json(text)


def test_what_is_as_deep_as_allowed_is_read():
    assert read_json("[" * DEEPEST + "]" * DEEPEST)


def test_half_of_a_character_becomes_a_whole_one():
    assert read_json(r'{"a\ud800": "\ud83d\ude00 \udfff\\ud800"}') == {"a\ufffd": "\U0001f600 \ufffd\\ud800"}


@given(VALUES)
def test_what_json_writes_is_read_back(value):
    text = json.dumps(value)
    assert read_json(text) == read_json(text.encode("utf-8")) == value


@given(st.text(alphabet='[]{}",:0123456789eE+-.ntfalsrueINyd\\u \ud800', max_size=30))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(NotUnderstood):
        json.dumps(read_json(text), allow_nan=False, ensure_ascii=False).encode("utf-8")


@pytest.mark.parametrize(
    ("value", "shape", "reason"),
    [
        (5, dict, "it is a whole number where an object is expected"),
        (None, [str], "it is null where a list is expected"),
        (["a", 1], [str], r"\[1\] is a whole number where a string is expected"),
        ({"tags": [True]}, {"tags": ([str], None)}, r"tags\[0\] is true or false where a string is expected"),
        ({}, {"a": {"b": int}}, "a is null where an object is expected"),
        ({"a": {"b": False}}, {"a": {"b": int}}, "a.b is true or false where a whole number is expected"),
        ("x", (int, float), "it is a string where a whole number or a number is expected"),
    ],
)
def test_another_shape_says_where_and_what_was_expected(value, shape, reason):
    with pytest.raises(NotUnderstood, match="^{0}$".format(reason)):
        check_shape(value, shape)


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ({"tags": None}, {"tags": ([str], None)}),
        ({}, {"tags": ([str], None)}),
        ({"tags": ["a"], "more": 1}, {"tags": ([str], None)}),
        ([{"size": 3}], [{"size": int}]),
        (3, float),
        ([1, "a", None], [object]),
    ],
)
def test_the_right_shape_is_handed_through(value, shape):
    assert check_shape(value, shape) is value


def test_nothing_else_parses_json():
    texts = {path.name: path.read_text("utf-8") for path in PLUGINS.rglob("*.py") if path.name != "_json.py"}
    assert [name for name, text in texts.items() if re.search(r"\bjson\.(loads?\(|JSONDecoder)", text)] == []
