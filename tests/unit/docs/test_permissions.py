# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies on the page about security have the IAM actions that the code names, and Harbor's permissions."""

from __future__ import annotations

import ast
import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Dict, Iterator, List, Set

from ansible_collections.longshore.swr.plugins.module_utils._harbor.robot import REPLICATION

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "docsite" / "rst" / "guide_security.rst"
CODE = ROOT / "plugins" / "module_utils" / "_huaweicloud"
ACTION = re.compile(r"\b(?:swr|vpc|vpcep|nat|iam|sts)::?[\w{}]+(?::[\w{}]+)?")
# What SWR's registry asks of a login, and a call without which tags are asked for one by one
UNNAMED = {"swr:repo:upload", "swr:repo:download", "swr:repo:listRepoTags"}
# That call, and those with a login to the registry
WITHOUT_ACTIONS = {"tag_listing.py", "dockyard.py"}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def policies() -> List[Dict[str, Any]]:
    blocks = re.findall(r"\.\. code-block:: json\n\n((?:   .*\n|\n)+)", PAGE.read_text(encoding="utf-8"))
    return [json.loads(block) for block in blocks]


@cache
def granted() -> Set[str]:
    return {action for policy in policies() for statement in policy["Statement"] for action in statement["Action"]}


def strings() -> Iterator[str]:
    for path in sorted(CODE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value


@cache
def named() -> Set[str]:
    """The actions in the code; those that it puts together are regular expressions."""
    found: Set[str] = set()
    for text in strings():
        if re.fullmatch(r"(?:repo|namespace):\{0\}\w+", text):
            text = "swr:" + text
        found.update(ACTION.findall(text))
    return {re.escape(action).replace(r"\{0\}", r"[\w:]+") for action in found}


def test_every_action_of_the_code_is_granted() -> None:
    assert len(named()) > 60
    assert [action for action in sorted(named()) if not any(re.fullmatch(action, one) for one in granted())] == []


def test_nothing_else_is_granted() -> None:
    unused = [one for one in granted() - UNNAMED if not any(re.fullmatch(action, one) for action in named())]
    assert unused == []


def calls(path: Path) -> Iterator[ast.Call]:
    """Calls of an API with a fixed method."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        name = getattr(node.func, "attr", "") if isinstance(node, ast.Call) else ""
        first = getattr(node, "args", None) or [None]
        if isinstance(node, ast.Call) and name in ("call", "_call") and getattr(first[0], "value", None) in METHODS:
            yield node


def test_every_call_names_its_action() -> None:
    """Otherwise an error would not say what is missing."""
    paths = [*(CODE / "swr").glob("*.py"), *(CODE / "network").glob("*.py"), CODE / "instance_login.py"]
    found = [(path.name, call) for path in paths if path.name not in WITHOUT_ACTIONS for call in calls(path)]
    assert len(found) > 30
    assert [name for name, call in found if "action" not in {keyword.arg for keyword in call.keywords}] == []


def test_policies_have_the_fields_of_their_version() -> None:
    for policy in policies():
        assert policy["Version"] in ("1.1", "5.0")
        for statement in policy["Statement"]:
            assert statement["Effect"] == "Allow"
            assert len(statement["Action"]) == len(set(statement["Action"]))


def test_the_permissions_of_harbors_robot_are_those_of_the_code() -> None:
    table = dict(re.findall(r"   \* - ``([\w-]+)``\n     - ([a-z, ]+)\n", PAGE.read_text(encoding="utf-8")))
    allowed: Dict[str, List[str]] = {}
    for access in REPLICATION[0]["access"]:
        allowed.setdefault(access["resource"], []).append(access["action"])
    assert {name: table[name].split(", ") for name in allowed} == allowed
