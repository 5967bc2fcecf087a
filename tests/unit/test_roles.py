# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's YAML says what happens in which order. What computes is Python with tests of its own.

Templates of files may branch and loop: that is what they are for.

A role's first task checks and converts its variables, and what follows works on the result of that task: a raw variable
may be the text of a survey, or an empty one for none.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

import jinja2
import pytest

from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load

ROOT = Path(__file__).resolve().parents[2]
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
STATEMENT = re.compile(r"\{%[-+]?\s*(?:for|if)\b")
PROGRAM = re.compile(r"^\s*(?:import\s+\w+(?:,\s*\w+)*\s*$|from\s+\S+\s+import\s|def\s+\w+\()", re.MULTILINE)


def computing(text: str) -> List[str]:
    """What a YAML text computes by itself: loops and branches of Jinja, and programs in Python."""
    return [found.group().strip() for pattern in (STATEMENT, PROGRAM) for found in pattern.finditer(text)]


@pytest.mark.parametrize("role", ROLES)
def test_roles_leave_computing_to_python(role: str) -> None:
    found = []
    for path in sorted((ROOT / "roles" / role).rglob("*")):
        if path.suffix in {".yml", ".yaml"} and "templates" not in path.relative_to(ROOT).parts:
            statements = computing(path.read_text(encoding="utf-8"))
            found += ["{0}: {1}".format(path.relative_to(ROOT), statement) for statement in statements]
    assert found == []


@pytest.mark.parametrize(
    "text",
    [
        "x: '{% for item in items %}'",
        "x: '{%- if a -%}b{%- endif -%}'",
        "x: '{%+ if a %}b{% endif %}'",
        "x: '{%-for a in b %}'",
        "x: |\n  import json, sys\n  print(1)",
        "x: |\n  from os import path",
        "x: |\n  def look(name):",
    ],
)
def test_computing_text_is_found(text: str) -> None:
    assert computing(text)


@pytest.mark.parametrize(
    "text",
    [
        'x: "{{ a if b else c }}"',
        "argv: ['{% raw %}{{json .x}}{% endraw %}']",
        "- ansible.builtin.import_playbook: x.yml",
        "fail_msg: import the key first",
    ],
)
def test_plain_text_is_not_found(text: str) -> None:
    assert computing(text) == []


@pytest.mark.parametrize("role", ROLES)
def test_a_text_passes_ansibles_own_check(role: str) -> None:
    """An answer in a survey, and an empty one: see CONTRIBUTING.md. C(survey_text) tries each."""
    specs = safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    for entry in specs["argument_specs"].values():
        for name, option in entry["options"].items():
            passes = {"str", "path", "raw", *(["list"] if option.get("elements") != "dict" else [])}
            assert option["type"] in passes, "{0}: make it raw, with its type in argument_types.yml".format(name)
            # ansible-core 2.18 refuses a vaulted value of such an option.
            assert "no_log" not in option, "{0}: put no_log into argument_types.yml".format(name)
            # ansible-core 2.18 refuses a vaulted value of such an option.
            assert "no_log" not in option, "{0}: put no_log into argument_types.yml".format(name)
            assert "" in option.get("choices", [""]), '{0}: add "" to its choices'.format(name)


# What is an expression without braces.
BARE = {"when", "that", "failed_when", "changed_when", "until", "loop"}
CHECK = "longshore.swr.role_arguments"


def documented(role: str) -> Dict[str, Set[str]]:
    """The variables of each entry point of a role."""
    specs = safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text(encoding="utf-8"))
    return {name: set(entry["options"]) for name, entry in specs["argument_specs"].items()}


def names_in(template: str) -> Set[str]:
    """Every variable that a Jinja template reads."""
    tree = jinja2.Environment(extensions=["jinja2.ext.do"]).parse(template)
    return {node.name for node in tree.find_all(jinja2.nodes.Name) if node.ctx == "load"}


def templates_in(value: Any, bare: bool = False) -> Iterator[str]:
    """Every Jinja template in a YAML document."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from templates_in(item, key in BARE)
    elif isinstance(value, list):
        for item in value:
            yield from templates_in(item, bare)
    elif isinstance(value, str):
        yield "{{ " + value + " }}" if bare and "{{" not in value else value


def checked_in(template: str, role: str) -> Set[str]:
    """Every name that a Jinja template reads of the result of the check."""
    tree = jinja2.Environment(extensions=["jinja2.ext.do"]).parse(template)
    found = (node for node in tree.find_all(jinja2.nodes.Getattr) if isinstance(node.node, jinja2.nodes.Name))
    return {role + "_" + node.attr for node in found if node.node.name == "__" + role}


def templates_of(path: Path) -> Iterator[str]:
    text = path.read_text(encoding="utf-8")
    return templates_in(safe_load(text)) if path.suffix == ".yml" else iter([text])


def raw_variables(path: Path, names: Set[str]) -> Set[str]:
    return {name for template in templates_of(path) for name in names_in(template)} & names


@pytest.mark.parametrize("role", ROLES)
def test_roles_work_on_checked_variables(role: str) -> None:
    names = set().union(*documented(role).values())
    found = {}
    for folder in ("tasks", "handlers", "vars", "templates"):
        for path in sorted((ROOT / "roles" / role / folder).glob("*")):
            found[str(path.relative_to(ROOT))] = raw_variables(path, names)
            assert {name for template in templates_of(path) for name in checked_in(template, role)} <= names
    assert {path: sorted(raw) for path, raw in found.items() if raw} == {}
    for entry in documented(role):
        first = safe_load((ROOT / "roles" / role / "tasks" / (entry + ".yml")).read_text(encoding="utf-8"))[0]
        assert (CHECK in first, first["register"]) == (True, "__" + role)


@pytest.mark.parametrize(
    "text",
    [
        "- copy: {dest: '{{ role_path_x }}'}",
        "- debug:\n  when: role_path_x | length > 0",
        "- assert:\n    that:\n      - a.b == role_path_x",
        "x: '{{ a | default(role_path_x, true) }}'",
        "- {when: [a, not role_path_x]}",
    ],
)
def test_a_raw_variable_is_found(text: str, tmp_path: Path) -> None:
    path = tmp_path / "main.yml"
    path.write_text(text, encoding="utf-8")
    assert raw_variables(path, {"role_path_x"}) == {"role_path_x"}


@pytest.mark.parametrize(
    "text",
    [
        "- fail: {msg: Set role_path_x}",
        "x: '{{ __role.role_path_x }}'",
        "x: \"{{ hostvars[a]['role_path_x'] }}\"",
        "- set_fact: {role_path_x: 1}",
    ],
)
def test_a_name_in_words_is_no_variable(text: str, tmp_path: Path) -> None:
    path = tmp_path / "main.yml"
    path.write_text(text, encoding="utf-8")
    assert raw_variables(path, {"role_path_x"}) == set()
