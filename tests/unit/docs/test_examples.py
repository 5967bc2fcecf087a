# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every example of the documentation names what there is, with values that it takes.

Some of them are run as well: those of the modules for Huawei Cloud and of two guides by
C(tests/integration/huaweicloud/test_swr_examples.py), those of the logins by C(tests/integration/login).
"""

from __future__ import annotations

import ast
import re
import textwrap
from pathlib import Path
from typing import List, Tuple

import pytest

from ansible_collections.longshore.swr.tests.support.examples import ROOT, Judge
from ansible_collections.longshore.swr.tests.support.pages import PAGES, blocks

FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
LANGUAGES = ("yaml", "json", "console")
READMES = [ROOT / "README.md", *(ROOT / "roles").glob("*/README.md"), ROOT / "awx" / "project" / "README.md"]


def examples(path: Path) -> List[Tuple[str, str]]:
    """Each with its language."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".rst":
        return [(language, block) for language in LANGUAGES for block in blocks(text, language)]
    if path.suffix == ".md":
        return [
            (language, textwrap.dedent(lines)) for _, language, lines in FENCE.findall(text) if language in LANGUAGES
        ]
    for node in ast.parse(text).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EXAMPLES":
            return [("yaml", ast.literal_eval(node.value))]
    return []


def problems(path: Path) -> List[str]:
    found = []
    for language, text in examples(path):
        judge = Judge()
        found += judge.commands(text) if language == "console" else judge.yaml(text)
    return found


FILES = [
    *sorted(PAGES.glob("*.rst")),
    *sorted(READMES),
    *(path for kind in ("modules", "filter", "lookup") for path in sorted((ROOT / "plugins" / kind).glob("*.py"))),
]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_examples_are_right(path: Path) -> None:
    assert problems(path) == []


def test_there_are_examples_of_each_kind() -> None:
    found = [language for path in FILES for language, _text in examples(path)]
    assert {language: found.count(language) > 5 for language in LANGUAGES} == dict.fromkeys(LANGUAGES, True)


TASK = "- name: x\n  longshore.swr."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("- name: [x", "while parsing"),
        (TASK + "image_coppy: {}", "no module image_coppy"),
        (TASK + "image_copy: {image: {}}", "image_copy: image."),
        (TASK + "image_copy: {images: {a/b/c: d/e/f}, workers: many}", "workers"),
        (TASK + "organization: {name: a, state: gone}", "state"),
        (TASK + "organization: {region: cn-north-4}", "name"),
        ("- name: x\n  image_copy: {}", "by its full name"),
        ("- name: x\n  ansible.builtin.coppy: {}", "no builtin module coppy"),
        ("- name: x\n  ansible.builtin.debug: {msg: '{{ x | longshore.swr.swr_logon }}'}", "no filter swr_logon"),
        ("- name: x\n  ansible.builtin.debug: {msg: '{{ x | }}'}", "x | }}"),
        ("- hosts: a\n  roles: [longshore.swr.migrat]", "no role longshore.swr.migrat"),
        ("- hosts: a\n  tasks:\n    - block:\n        - longshore.swr.vpcs: {}", "no module vpcs"),
        ("- hosts: a\n  vars: {migrate_worker: 3}", "no variable migrate_worker"),
        ("- import_playbook: longshore.swr.migrates", "no playbook migrates"),
        ("migrate_workers: many", "migrate_workers"),
        ("all: {children: {nodes: {vars: {hosts_endpoint: []}}}}", "no variable hosts_endpoint"),
        ("- {source: a/b/c, destinaton: d/e/f}", "destinaton"),
        ('{"a/b/c": 5}', "a/b/c"),
        ('{"a.example.com": {"username": "x"}}', "password"),
    ],
)
def test_a_wrong_example_is_found(text: str, why: str) -> None:
    found = "; ".join(Judge().yaml(text))
    assert why in found


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("$ ansible-playbook longshore.swr.migrates", "no playbook migrates"),
        ("$ ansible-playbook longshore.swr.migrate -e image_file=x", "image_file"),
        ("$ ansible-playbook longshore.swr.migrate \\\n    -e migrate_workers=many", "migrate_workers"),
        ("$ ansible-playbook longshore.swr.nodes --tags logins", "no tag logins"),
        ("$ ansible-playbook awx/configur.yml", "awx/configur.yml"),
        ("$ HW_ACCESS_KEY=x ansible-playbook -i inventory", "without a playbook"),
        ("$ make tests", "no make target tests"),
        ("$ make molecule SCENARIO=bind", "no make variable SCENARIO"),
        ("$ ansible-doc -t role longshore.swr.image_copy", "no role image_copy"),
        ("$ tools/sarif", "no tools/sarif"),
    ],
)
def test_a_wrong_command_is_found(text: str, why: str) -> None:
    assert why in "; ".join(Judge().commands(text))
