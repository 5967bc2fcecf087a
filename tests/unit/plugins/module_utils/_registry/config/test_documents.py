# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading rules and auth files from the disk."""

from __future__ import annotations

import contextlib
import json
import sys
import time

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import (
    Repeated,
    describe,
    load_document,
    parse_json,
    parse_yaml,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError, RulesError


@pytest.fixture
def write(tmp_path):
    def _write(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return str(path)

    return _write


@pytest.mark.parametrize(
    ("name", "content", "document"),
    [
        ("a.json", '{"x": ["y", "z"]}', {"x": ["y", "z"]}),
        ("a.JSON", '{"x": ""}', {"x": ""}),
        ("a.yaml", "x: [y, z]\n", {"x": ["y", "z"]}),
        ("a.yml", "# comment\nquay.io/a/b:v1: c.io/d/e\n", {"quay.io/a/b:v1": "c.io/d/e"}),
        ("a.yml", '{"x": "y"}', {"x": "y"}),
        ("a", '  {"x": "y"}', {"x": "y"}),
        ("a.conf", "x: y", {"x": "y"}),
        ("a.json", b'\xef\xbb\xbf{"x": "y"}', {"x": "y"}),
        ("a.yaml", b"\xef\xbb\xbfx: y\r\nz: w\r\n", {"x": "y", "z": "w"}),
        ("a.yaml", "- x: y\n- z:\n", [{"x": "y"}, {"z": None}]),
        (
            "a.yaml",
            "---\na: &a {u: v}\nb: *a\nc: {<<: *a, u: w}\n",
            {"a": {"u": "v"}, "b": {"u": "v"}, "c": {"u": "w"}},
        ),
        (
            "a.yaml",
            "a: &a {u: 1}\nb: &b {u: 2, v: 3}\nc: {<<: [*a, *b]}\n",
            {"a": {"u": 1}, "b": {"u": 2, "v": 3}, "c": {"u": 1, "v": 3}},
        ),
    ],
)
def test_reads(write, name, content, document):
    assert load_document(write(name, content)) == document


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", '{"x": "1", "y": "5", "x": ["2", "3"], "x": "4"}'),
        ("a.yaml", "x: '1'\ny: '5'\nx: ['2', '3']\nx: '4'\n"),
    ],
)
def test_keeps_every_value_of_a_repeated_name(write, name, content):
    document = load_document(write(name, content))
    assert document == {"x": ["1", "2", "3", "4"], "y": "5"}
    assert isinstance(document["x"], Repeated)
    assert not isinstance(document["y"], Repeated)


def test_a_plain_list_is_not_a_repeated_name(write):
    assert not isinstance(load_document(write("a.json", '{"x": ["1", "2"]}'))["x"], Repeated)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", "", "it is empty"),
        ("a.json", " \n", "it is empty"),
        ("a.yaml", "", "it is empty"),
        ("a.yaml", "# only a comment\n", "it is empty"),
        ("a.json", '"x"', "it holds a string"),
        ("a.json", "1", "a number"),
        ("a.yaml", "just words", "it holds a string"),
        ("a.yaml", "2024-01-01", "a date"),
        ("a.json", '{"a": "b"', "line 1, column 10: a comma or a closing bracket"),
        ("a.json", '{"a": "b",}', "line 1, column"),
        ("a.json", '{\n  "a": "b"\n  "c": "d"\n}', "line 3, column 3: a comma"),
        ("a.json", '{"a" "b"}', "a colon is missing"),
        ("a.json", "{'a': 'b'}", "single quote"),
        ("a.json", '{"a": b}', "strings need double quotes"),
        ("a.json", '{"a": "b}', "no closing double quote"),
        ("a.json", '{"a": "b\tc"}', "control character"),
        ("a.json", '{"a": "b\\c"}', "two backslashes"),
        ("a.json", '{"a": "\\u12"}', "four hexadecimal"),
        ("a.json", '{"a": "b"} {"c": "d"}', "something follows"),
        ("a.json", '{\n// why\n"a": "b"}', "line 2, column 1: there is a comment"),
        ("a.json", '{"a": "b" # why\n}', "there is a comment"),
        ("a.json", "[" * 100000, "nested too deeply"),
        ("a.yaml", "a: b\n\tc: d\n", "line 2, column 1: a tab"),
        ("a.yaml", "a:\n\t- b\n", "a tab"),
        ("a.yaml", "a: b: c\n", "line 1, column 5: there is a colon too many"),
        ("a.yaml", "a: 'b\n", "quote"),
        ("a.yaml", "a: *b\n", "put the string in quotes"),
        ("a.yaml", "a: !b c\n", "put it in quotes"),
        ("a.yaml", "a: !!python/object/apply:os.system [id]\n", "put it in quotes"),
        ("a.yaml", "a: %b\n", "put the string in quotes"),
        ("a.yaml", "a: @b\n", "put the string in quotes"),
        ("a.yaml", "a: b\n---\nc: d\n", "more than one document"),
        ("a.yaml", "? [a]\n: b\n", "must be a string"),
        ("a.yaml", "a: 2024-13-45\n", "date or a number"),
        ("a.yaml", 'a: "\\q"\n', "single quotes"),
        ("a.yaml", "a: {b: c\n", "line 2, column 1"),
        ("a.yaml", "a: b\n c: d\n e\n", "line"),
        ("a.yaml", "a: &a [*a]\n", "a.yaml"),
        ("a.yaml", "a: &a {<<: *a}\n", "a.yaml"),
        ("a.yaml", "a: b\x00\n", "control character"),
        ("a.yaml", "[" * 5000, "a.yaml"),
    ],
)
def test_refuses_with_place_and_remedy(write, name, content, words):
    path = write(name, content)
    with pytest.raises(RulesError) as caught:
        load_document(path)
    (problem,) = caught.value.problems
    assert problem.startswith(path + ": ")
    assert words in problem


VALID_AS_YAML = (
    '{"r": {"password": hunter2}}',
    "{'password': 'hunter2'}",
    '{"r": {"password": "hunter2\n"}}',
)


@pytest.mark.parametrize(
    "content",
    [
        *VALID_AS_YAML,
        '{"r": {"password": "hunter2}}',
        '{"r": {"password": "hunter2" "x"}}',
        '{"r": {"password": "\\hunter2"}}',
        "r:\n  password: *hunter2\n",
        "r:\n  password: !hunter2 x\n",
        "r:\n  password: !it's-hunter2 x\n",
        "r:\n  password: %hunter2\n",
        "r:\n  password: hunter2: x\n",
        "r:\n  password: 'hunter2\n",
        'r:\n  password: "\\hunter2"\n',
        "r:\n  password: {hunter2\n",
        "r:\n\tpassword: hunter2\n",
        "r:\n  password: &hunter2\n  password2: &hunter2-\x07\n",
        "hunter2",
    ],
)
@pytest.mark.parametrize("name", ["auth.json", "auth.yaml"])
def test_never_quotes_the_file(write, name, content):
    path = write(name, content)
    if name.endswith("yaml") and content in VALID_AS_YAML:
        assert load_document(path)
        return
    with pytest.raises(RulesError) as caught:
        load_document(path)
    error = caught.value
    assert "hunter2" not in str(error)
    assert "hunter2" not in repr(error.as_dict())
    # A traceback would print a chained exception, and that may hold the whole text.
    assert error.__cause__ is None
    assert error.__context__ is None


def test_names_a_file_that_cannot_be_read(tmp_path, write):
    for path in (str(tmp_path / "absent.json"), str(tmp_path)):
        with pytest.raises(LongshoreError) as caught:
            load_document(path)
        assert path in str(caught.value)
    path = write("utf16.json", '{"a": "b"}'.encode("utf-16"))
    with pytest.raises(LongshoreError, match="UTF-8"):
        load_document(path)


def test_yaml_without_its_library(monkeypatch, write):
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert load_document(write("a.json", '{"a": "b"}')) == {"a": "b"}
    with pytest.raises(RegistryError, match="PyYAML") as caught:
        load_document(write("a.yaml", "a: b"))
    assert "JSON" in caught.value.hint


def test_yaml_without_the_c_library(monkeypatch):
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    assert parse_yaml("a: b\na: c\nd: &d {e: f}\ng: {<<: *d}\n", "x") == {
        "a": ["b", "c"], "d": {"e": "f"}, "g": {"e": "f"},
    }  # fmt: skip
    for text, words in (
        ("a: b: c", "a colon too many"),
        ("a:\n\t- b", "a tab"),
        ("a: 'b", "quote"),
        ("a: [b", "bracket"),
    ):
        with pytest.raises(RulesError, match=words):
            parse_yaml(text, "x")


@pytest.mark.no_cover
def test_a_hundred_thousand_rules(write):
    rules = {"registry.example.com/team/app{0}:v1".format(n): "other.example.com/team/app" for n in range(100000)}
    started = time.process_time()
    assert load_document(write("a.json", json.dumps(rules))) == rules
    assert time.process_time() - started < 5
    text = "".join("{0}: {1}\n".format(*rule) for rule in list(rules.items())[:20000])
    started = time.process_time()
    assert len(load_document(write("a.yaml", text))) == 20000
    assert time.process_time() - started < 20


@pytest.mark.parametrize(
    ("value", "words"),
    [(None, "nothing"), (True, "true or false"), (1.1, "a number"), ("x", "a string"), ({}, "a mapping"),
     ([], "a list"), (b"", "binary")],
)  # fmt: skip
def test_describes_kinds(value, words):
    assert words in describe(value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=5), children, max_size=3),
    max_leaves=10,
)


@given(JSON)
def test_json_comes_back(value):
    assert parse_json(json.dumps(value), "x") == value


@given(st.text(max_size=60) | st.text(alphabet="{}[]\",:'&*!%@ \n\t-?|>#ab1<", max_size=40))
def test_any_text_is_read_or_refused(text):
    for parse in (parse_json, parse_yaml):
        with contextlib.suppress(RulesError):
            parse(text, "x")
