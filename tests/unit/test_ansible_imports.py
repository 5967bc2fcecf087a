# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests that run on the oldest ansible-core are those that Ansible can make fail."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ansible_collections.longshore.swr.tests.support.ansible_imports import files_that_need_ansible

FILES = {
    "plugins/module_utils/_room/plain.py": "import json\n",
    "plugins/module_utils/_room/near.py": "from .plain import x\n",
    "plugins/module_utils/_room/deep.py": "def late():\n    from ansible.module_utils.basic import AnsibleModule\n",
    "plugins/module_utils/_room/between.py": "from . import deep\n",
    "plugins/module_utils/_room/guarded.py": "try:\n    import ansible.errors\nexcept ImportError:\n    pass\n",
}
ROOM = "ansible_collections.longshore.swr.plugins.module_utils._room"


@pytest.mark.parametrize(
    ("text", "needed"),
    [
        ("from {0}.plain import x", False),
        ("from {0} import near", False),
        ("import json, ansible_collections.somebody.else_", False),
        ("from ansible.parsing.dataloader import DataLoader", True),
        ("def test():\n    import ansible_runner", True),
        ("from {0}.deep import late", True),
        ("from {0} import between", True),
        ("from {0}.guarded import x", True),
        ("import importlib\nimportlib.import_module('{0}.' + 'plain')", True),
    ],
)
def test_what_reaches_ansible_is_needed(tmp_path: Path, text: str, needed: bool) -> None:
    for name, content in dict(FILES, **{"tests/unit/a/test_it.py": text.format(ROOM)}).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content)
    assert files_that_need_ansible(tmp_path, "tests/unit") == (["tests/unit/a/test_it.py"] if needed else [])


def test_every_test_that_itself_imports_ansible_is_among_them(collection_root: Path) -> None:
    found = files_that_need_ansible(collection_root, "tests/unit")
    files = sorted((collection_root / "tests" / "unit").rglob("test_*.py"))
    direct = [
        path for path in files if re.search(r"^\s*(from|import) ansible[. ]", path.read_text(encoding="utf-8"), re.M)
    ]
    assert direct
    assert {path.relative_to(collection_root).as_posix() for path in direct} <= set(found)
    assert len(found) < len(files) / 2
