# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection keeps its shape, and the checks that say so can say no."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Callable, Dict, List

import pytest

from ansible_collections.longshore.swr.tests.support import architecture
from ansible_collections.longshore.swr.tests.support.pages import blocks, page

CHECKS = [
    architecture.check_directions,
    architecture.check_packages,
    architecture.check_outside_imports,
    architecture.check_programs,
    architecture.check_shown_text,
    architecture.check_files_room,
    architecture.check_cycles,
    architecture.check_filters,
    architecture.check_sizes,
    architecture.check_headers,
    architecture.check_self_contained,
]
HERE = "ansible_collections.longshore.swr."


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_collection_keeps_the_rule(check: Callable[[Path], List[str]], collection_root: Path) -> None:
    assert check(collection_root) == []


def test_the_collection_is_seen_at_all(collection_root: Path) -> None:
    names = {source.name for source in architecture.sources(collection_root)}
    assert "plugins.module_utils._errors" in names


def test_long_files_and_functions_are_named(collection_root: Path) -> None:
    for question in architecture.questions_of_size(collection_root):
        warnings.warn("is it two things? {0}".format(question), stacklevel=1)


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[Dict[str, str]], Path]:
    def write(files: Dict[str, str]) -> Path:
        for name, text in files.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path

    return write


UTILS = "plugins/module_utils/"
BAD_DIRECTIONS = {
    "a room imports another room": (
        UTILS + "_registry/a.py",
        "from {0}plugins.module_utils._harbor.b import C",
        "another room",
    ),
    "relatively": (UTILS + "_registry/a.py", "from .._harbor import b", "another room"),
    "inside a function": (UTILS + "_dns/a.py", "def f():\n    import {0}plugins.module_utils._audit.b", "another room"),
    "by name": (
        UTILS + "_dns/a.py",
        "import importlib\nimportlib.import_module('{0}plugins.module_utils._audit.b')",
        "another room",
    ),
    "by the package": (UTILS + "_dns/a.py", "from {0}plugins.module_utils import _audit", "another room"),
    "a lower part imports a room": (UTILS + "_http.py", "from {0}plugins.module_utils._registry.a import B", "above"),
    "the ground of all rooms imports a room": (
        UTILS + "_paging.py",
        "from {0}plugins.module_utils._harbor.a import B",
        "above",
    ),
    "the lowest part imports anything": (
        UTILS + "_errors.py",
        "from {0}plugins.module_utils._secrets import B",
        "above",
    ),
    "reachability leans on the APIs' client": (
        UTILS + "_access/a.py",
        "from {0}plugins.module_utils._http import B",
        "_http",
    ),
    "the engine leans on the APIs' client": (
        UTILS + "_registry/a.py",
        "from {0}plugins.module_utils._http import B",
        "_http",
    ),
    "the shared ground imports a room": (
        UTILS + "_text.py",
        "from {0}plugins.module_utils._dns.a import B",
        "_dns",
    ),
    "shared code imports a module": (UTILS + "_dns/a.py", "from {0}plugins.modules import zone", "must not import"),
    "a module imports a module": ("plugins/modules/a.py", "from {0}plugins.modules.zone import B", "another module"),
    "a filter imports a module": ("plugins/filter/a.py", "from {0}plugins.modules.zone import B", "must not import"),
    "a plugin imports the tests": (
        "plugins/modules/a.py",
        "from {0}tests.sandbox import registry",
        "must not import tests",
    ),
    "a package imports one above it": (
        UTILS + "_registry/model/a.py",
        "from ..client.b import C",
        "must not import client",
    ),
    "a package imports one beside it": (
        UTILS + "_registry/transfer/a.py",
        "from ..plan.b import C",
        "must not import plan",
    ),
    "a package imports one above it, absolutely": (
        UTILS + "_registry/rules/a.py",
        "from {0}plugins.module_utils._registry.jobs.b import C",
        "must not import jobs",
    ),
    "the ground of a room imports a package": (
        UTILS + "_registry/errors.py",
        "from .model.a import B",
        "must not import",
    ),
    "a package that nobody placed": (UTILS + "_registry/new/a.py", "from ..model.b import C", "has no place"),
    "a package imports a file that stands above it": (
        UTILS + "_harbor/replication/a.py",
        "from ..info import C",
        "must not import info",
    ),
    "a part that nobody placed": (UTILS + "_new/a.py", "from {0}plugins.module_utils._errors import B", "has no place"),
}


@pytest.mark.parametrize("case", sorted(BAD_DIRECTIONS))
def test_a_wrong_direction_is_flagged(case: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    path, text, expected = BAD_DIRECTIONS[case]
    findings = architecture.check_directions(tree({path: text.format(HERE)}))
    assert findings, case
    assert findings[0].startswith(path + ":")
    assert expected in findings[0]


GOOD_DIRECTIONS = {
    "down": (UTILS + "_harbor/a.py", "from {0}plugins.module_utils._http import B"),
    "within the room": (UTILS + "_registry/a.py", "from {0}plugins.module_utils._registry.b import C"),
    "down in the room": (UTILS + "_registry/jobs/a.py", "from ..model.b import C\nfrom ..._errors import D"),
    "the ground of the room": (UTILS + "_registry/model/a.py", "from ..errors import C"),
    "a room on the ground of all": (
        UTILS + "_access/a.py",
        "from {0}plugins.module_utils._http_values import B\nfrom {0}plugins.module_utils._paging import C",
    ),
    "a module imports rooms": (
        "plugins/modules/a.py",
        "from {0}plugins.module_utils._dns.a import B\nfrom {0}plugins.module_utils._registry.a import C",
    ),
    "a room imports the shared ground": (UTILS + "_dns/a.py", "from {0}plugins.module_utils._text import B"),
    "an action imports a room": (
        "plugins/action/a.py",
        "from {0}plugins.module_utils._registry.progress import render",
    ),
}


@pytest.mark.parametrize("case", sorted(GOOD_DIRECTIONS))
def test_a_right_direction_is_not_flagged(case: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    path, text = GOOD_DIRECTIONS[case]
    ground = {UTILS + "_registry/errors.py": "", UTILS + "_registry/b.py": ""}
    assert architecture.check_directions(tree({**ground, path: text.format(HERE)})) == []


BAD_OUTSIDE = {
    "AnsibleModule in a room": (
        UTILS + "_dns/a.py",
        "from ansible.module_utils.basic import AnsibleModule",
        "only modules",
    ),
    "AnsibleModule by another way": (UTILS + "_dns/a.py", "from ansible.module_utils import basic", "only modules"),
    "the controller's code in a module": (
        "plugins/modules/a.py",
        "from ansible.errors import AnsibleError",
        "controllers only",
    ),
    "an unguarded library": (UTILS + "_harbor/a.py", "import requests", "guard its import"),
    "guarded against something else": (
        UTILS + "_harbor/a.py",
        "try:\n    import requests\nexcept ValueError:\n    requests = None",
        "guard its import",
    ),
    "used where the import failed": (
        UTILS + "_harbor/a.py",
        "try:\n    import json\nexcept ImportError:\n    import simplejson",
        "guard its import",
    ),
    "requests in the engine": (
        UTILS + "_registry/a.py",
        "try:\n    import requests\nexcept ImportError:\n    requests = None",
        "must not use requests",
    ),
    "a library on target nodes": (
        UTILS + "_access/a.py",
        "try:\n    import yaml\nexcept ImportError:\n    yaml = None",
        "standard library only",
    ),
    "Ansible's library on target nodes": (
        UTILS + "_access/a.py",
        "from ansible.module_utils.urls import x",
        "standard library",
    ),
    "a library in a filter": ("plugins/filter/a.py", "import yaml", "guard its import"),
}


@pytest.mark.parametrize("case", sorted(BAD_OUTSIDE))
def test_a_wrong_outside_import_is_flagged(case: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    path, text, expected = BAD_OUTSIDE[case]
    findings = architecture.check_outside_imports(tree({path: text}))
    assert any(expected in finding for finding in findings), findings


GOOD_OUTSIDE = {
    "guarded": (UTILS + "_harbor/a.py", "try:\n    import requests\nexcept ImportError:\n    requests = None"),
    "guarded in a tuple": (
        UTILS + "_registry/a.py",
        "try:\n    import yaml\nexcept (ImportError, OSError):\n    yaml = None",
    ),
    "for types only": (
        UTILS + "_harbor/a.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import requests",
    ),
    "AnsibleModule in a module": ("plugins/modules/a.py", "from ansible.module_utils.basic import AnsibleModule"),
    "the controller's code in an action": ("plugins/action/a.py", "from ansible.plugins.action import ActionBase"),
}


@pytest.mark.parametrize("case", sorted(GOOD_OUTSIDE))
def test_a_right_outside_import_is_not_flagged(case: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    path, text = GOOD_OUTSIDE[case]
    assert architecture.check_outside_imports(tree({path: text})) == []


def test_an_absolute_import_inside_module_utils_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    text = "from {0}plugins.module_utils._registry.model.b import C".format(HERE)
    (finding,) = architecture.check_packages(tree({UTILS + "_registry/rules/a.py": text}))
    assert "relatively" in finding


def test_a_crowded_package_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    files = {UTILS + "_registry/rules/f{0}.py".format(number): "x = 1" for number in range(architecture.PACKAGE_FILES)}
    assert architecture.check_packages(tree(files)) == []
    (finding,) = architecture.check_packages(tree({UTILS + "_registry/rules/one_more.py": "x = 1"}))
    assert "_registry.rules has 13 files" in finding


@pytest.mark.parametrize(
    "text",
    ["module.warn('a')", "self.module.exit_json(a=1)", "def f(module):\n    module.fail_json(msg='a')", "print(1)"],
)
def test_text_that_passes_the_gate_by_is_flagged(text: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    (finding,) = architecture.check_shown_text(tree({"plugins/modules/a.py": text}))
    assert "passes _module by" in finding


@pytest.mark.parametrize("text", ["warn(module, 'a')", "warnings.warn('a')", "module.run_command(['print'])"])
def test_text_that_goes_through_the_gate_is_not_flagged(text: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    assert architecture.check_shown_text(tree({"plugins/modules/a.py": text})) == []


def test_a_program_without_a_time_limit_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    (finding,) = architecture.check_programs(
        tree({"plugins/modules/a.py": "def f(module):\n    return module.run_command"})
    )
    assert finding == "plugins/modules/a.py:2: run_command() has no time limit: use _module.run_to_end or runner"


BY_PATH = {
    "open": "def f(path):\n    with open(path) as file:\n        return file",
    "a module's": "import os\nos.chmod('x', 0)",
    "by another name": "import os as system\nsystem.chown('x', 0, 0)",
    "imported by itself": "from os import replace as put\nput('x', 'y')",
    "passed on": "import os\nRENAME = os.rename",
    "of the standard library": "import tempfile\ntempfile.mkstemp()",
    "as an object": "from pathlib import Path\nPath('x').write_text('y')",
    "Ansible's": "def f(module):\n    module.atomic_move('x', 'y')",
}


@pytest.mark.parametrize("case", sorted(BY_PATH))
@pytest.mark.parametrize("path", [UTILS + "_dns/a.py", UTILS + "_secrets.py", "plugins/modules/a.py"])
def test_work_by_path_is_flagged(case: str, path: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    (finding,) = architecture.check_files_room(tree({path: BY_PATH[case]}))
    assert finding.startswith(path + ":")
    assert "by path" in finding


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (UTILS + "_files/a.py", BY_PATH["open"]),
        (UTILS + "_dns/a.py", "import os\nos.write(os.dup(1), b'x')\nos.path.exists('x')"),
        (UTILS + "_dns/a.py", "import tempfile\ntempfile.TemporaryFile()"),
        (UTILS + "_dns/a.py", "class A:\n    def open(self):\n        pass\nA().open()"),
        (UTILS + "_dns/a.py", "def f(text):\n    return text.replace('a', 'b')"),
    ],
)
def test_work_by_descriptor_is_not_flagged(path: str, text: str, tree: Callable[[Dict[str, str]], Path]) -> None:
    assert architecture.check_files_room(tree({path: text})) == []


def test_a_cycle_is_flagged_with_its_way(tree: Callable[[Dict[str, str]], Path]) -> None:
    place = "from " + HERE + "plugins.module_utils._dns.{0} import X"
    root = tree(
        {
            UTILS + "_dns/a.py": place.format("b"),
            UTILS + "_dns/b.py": "def late():\n    " + place.format("c"),
            UTILS + "_dns/c.py": place.format("a"),
        }
    )
    (finding,) = architecture.check_cycles(root)
    assert finding.endswith(
        "_dns.a -> plugins.module_utils._dns.b -> plugins.module_utils._dns.c -> plugins.module_utils._dns.a"
    )


def test_a_diamond_is_no_cycle(tree: Callable[[Dict[str, str]], Path]) -> None:
    place = "from " + HERE + "plugins.module_utils._dns.{0} import X\n"
    root = tree(
        {
            UTILS + "_dns/a.py": place.format("b") + place.format("c"),
            UTILS + "_dns/b.py": place.format("d"),
            UTILS + "_dns/c.py": place.format("d"),
            UTILS + "_dns/d.py": "",
        }
    )
    assert architecture.check_cycles(root) == []


def test_a_filter_that_loads_requests_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    place = "from " + HERE + "plugins.module_utils.{0} import X\n"
    inside = "def f():\n    " + place
    root = tree(
        {
            "plugins/filter/heavy.py": inside.format("_huaweicloud.a"),
            "plugins/filter/light.py": inside.format("_huaweicloud.b"),
            "plugins/modules/m.py": place.format("_huaweicloud.a"),
            UTILS + "_huaweicloud/a.py": place.format("_http"),
            UTILS + "_huaweicloud/b.py": "",
            UTILS + "_http.py": "",
        }
    )
    assert [finding.split()[0] for finding in architecture.check_filters(root)] == ["plugins.filter.heavy"]


def test_a_filter_that_loads_what_it_may_not_need_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    place = "from " + HERE + "plugins.module_utils._text import X\n"
    root = tree(
        {
            "plugins/filter/early.py": "import json\n" + place,
            "plugins/filter/late.py": "def f():\n    " + place,
            UTILS + "_text.py": "",
        }
    )
    assert architecture.check_filters(root) == ["plugins/filter/early.py:2: import it in the function that needs it"]


def test_what_is_too_long_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    root = tree(
        {
            "plugins/modules/a.py": "def main():\n" + "    x = 1\n" * 40,
            UTILS + "_dns/a.py": "def f():\n" + "    x = 1\n" * 80,
            UTILS + "_dns/b.py": "x = 1\n" * 601,
        }
    )
    findings = architecture.check_sizes(root)
    assert [finding.split(":")[0] for finding in findings] == [
        UTILS + "_dns/a.py",
        UTILS + "_dns/b.py",
        "plugins/modules/a.py",
    ]


def test_documentation_does_not_make_a_module_long(tree: Callable[[Dict[str, str]], Path]) -> None:
    root = tree({"plugins/modules/a.py": "DOCUMENTATION = '''\n" + "text\n" * 700 + "'''\n"})
    assert architecture.check_sizes(root) == []


def test_a_missing_header_is_flagged(tree: Callable[[Dict[str, str]], Path]) -> None:
    root = tree({UTILS + "_dns/a.py": "x = 1\n"})
    findings = "\n".join(architecture.check_headers(root))
    assert "SPDX" in findings
    assert "from __future__" in findings
    assert "private" in findings


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("playbooks/sandbox.yml", "- command: python -m tests.sandbox\n"),
        ("roles/migrate/tasks/main.yml", "- copy:\n    src: ../../../tests/unit/x\n"),
        ("plugins/modules/a.py", "PATH = '.cache/x'\n"),
        ("meta/runtime.yml", "x: longshore.swr.tests\n"),
    ],
)
def test_a_reference_out_of_the_installed_tree_is_flagged(
    name: str, text: str, tree: Callable[[Dict[str, str]], Path]
) -> None:
    (finding,) = architecture.check_self_contained(tree({name: text}))
    assert finding.startswith(name + ":")


def test_the_documentation_names_every_package_and_no_other(collection_root: Path) -> None:
    text = page("architecture")
    documented = set(re.findall(r"^   \* - ``(_\w+/\w+)``$", text, re.MULTILINE))
    utils = collection_root / "plugins" / "module_utils"
    folders = {path.relative_to(utils).as_posix() for path in utils.glob("_*/*") if list(path.glob("*.py"))}
    assert documented == folders
    rooms = {path.name for path in utils.glob("_*") if path.is_dir() and list(path.rglob("*.py"))}
    (drawing,) = blocks(text, "text")
    assert {room for room in rooms if room not in drawing} == set()
