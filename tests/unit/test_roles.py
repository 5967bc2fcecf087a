# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A role's YAML says what happens in which order. What computes is Python with tests of its own.

Templates of files may branch and loop: that is what they are for.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import List

import pytest

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
