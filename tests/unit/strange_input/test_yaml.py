# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML that is small and becomes large: refused before it is loaded, by everything that reads YAML of users."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.longshore.swr.plugins.module_utils._errors import LongshoreError
from ansible_collections.longshore.swr.plugins.module_utils._harbor.deployment import compose_nodes, no_proxy
from ansible_collections.longshore.swr.plugins.module_utils._http_values import NotUnderstood
from ansible_collections.longshore.swr.plugins.module_utils._registry.config.documents import load_document, parse_yaml
from ansible_collections.longshore.swr.plugins.module_utils._yaml import check_events


def anchors(first, last, form, times):
    """A list of anchors, each of which stands for so many of the one before."""
    lines = ["- &a0 " + first]
    for number in range(1, last):
        before = ", ".join(["*a{0}".format(number - 1)] * times)
        lines.append("- &a{0} {1}".format(number, form.replace("...", before)))
    return "\n".join(lines) + "\n"


BOMBS = {
    "laughs": (anchors("[x, x]", 12, "[...]", 9), "its aliases repeat more than 1000000 values"),
    "merges": (anchors("{x: 1, y: 2}", 12, "{<<: [...]}", 9), "its aliases repeat more than 1000000 values"),
    "brackets": ("a: " + "[" * 50_000 + "]" * 50_000, "nested too deeply"),
    "open brackets": ("a: " + "[" * 50_000, "nested too deeply"),
    "braces": ("a: " + "{a: " * 50_000 + "}" * 50_000, "nested too deeply"),
    "dashes": ("a:\n" + "- " * 5_000 + "x", "nested too deeply"),
    "a chain": (anchors("[x]", 150, "[...]", 1), "nested too deeply"),
    "itself": ("a: &a [*a]", "an alias refers to a value that contains it"),
    "merges itself": ("a: &a {<<: *a}", "an alias refers to a value that contains it"),
    "number": ("a: " + "9" * 5_000, "a number of 5000 characters"),
    "base 60": ("a: " + "59:" * 100_000 + "1", "a number of 300001 characters"),
    "tagged": ("a: !!int " + "9" * 5_000, "a number of 5000 characters"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_rules_and_auth_files(tmp_path, name):
    text, reason = BOMBS[name]
    (tmp_path / "rules.yaml").write_text(text)
    with pytest.raises(LongshoreError, match=reason) as caught:
        load_document(str(tmp_path / "rules.yaml"))
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("parse", [lambda text: compose_nodes.parse(text, "x.yml"), no_proxy._parse])
def test_files_of_harbor(parse, name):
    text, reason = BOMBS[name]
    with pytest.raises(LongshoreError, match=reason):
        parse(text)


def test_half_of_a_character_is_refused():
    with pytest.raises(LongshoreError, match=r"half of a character|not valid YAML|escape"):
        parse_yaml('a: "\\ud800"', "rules.yaml")


def test_what_people_write_is_read():
    text = "base: &base {insecure: true}\na: {<<: *base, x: 1}\nb: {<<: [*base, *base], y: '" + "9" * 500 + "'}\n"
    document = parse_yaml(text, "rules.yaml")
    assert document["a"] == {"insecure": True, "x": 1}
    assert document["b"] == {"insecure": True, "y": "9" * 500}


@given(st.text("ab&*:<-[]{},\"' \n!|>?#", max_size=40))
def test_any_text_is_looked_through(text):
    try:
        expected = list(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError:
        expected = None
    try:
        check_events(yaml.parse(text, Loader=yaml.SafeLoader))
    except (NotUnderstood, yaml.YAMLError):
        assert expected is None or "*" in text
