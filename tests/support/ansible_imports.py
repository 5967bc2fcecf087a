# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds the test files that need Ansible: only these can fail on another ansible-core.

    python -m tests.support.ansible_imports FOLDER

prints the test files below a folder that import C(ansible) or C(ansible_runner), directly or through files of the
collection. Nothing is imported: the statements are parsed, see C(architecture.py).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Dict, List, Set

from .architecture import COLLECTION, IMPORTING_CALLS, Source, imports, sources

ANSIBLE = frozenset({"ansible", "ansible_runner"})
_NAMES = r"[\w.]+(?: as \w+)?(?:, [\w.]+(?: as \w+)?)*"
_STATEMENT = re.compile(
    r"^[ \t]*(import {0}|from [\w.]+ import (?:\*|{0}|\([^)]*\)))[ \t]*(?:#.*)?$".format(_NAMES), re.MULTILINE
)


def files_that_need_ansible(root: Path, folder: str) -> List[str]:
    """The paths, relative to the tree, of the files C(test_*.py) below C(folder) that need Ansible."""
    files = {source.name: source for top in ("plugins", "tests") for source in sources(root, top)}
    imported = {name: {item.name for item in imports(_shortened(source))} for name, source in files.items()}
    return [
        source.path
        for name, source in files.items()
        if source.path.startswith(folder.rstrip("/") + "/")
        and name.rpartition(".")[2].startswith("test_")
        # Imports with a computed name cannot be detected.
        and ("importlib" in imported[name] or _reaches_ansible(name, imported, set()))
    ]


def _shortened(source: Source) -> Source:
    """A file without all that imports nothing: parsing whole files takes ten times as long."""
    if any(name in source.text for name in IMPORTING_CALLS):
        return source
    return Source(source.path, "\n".join(_STATEMENT.findall(source.text)))


def _reaches_ansible(name: str, imported: Dict[str, Set[str]], seen: Set[str]) -> bool:
    if name in seen or name not in imported:
        return False
    seen.add(name)
    return any(
        item.partition(".")[0] in ANSIBLE
        or (item.startswith(COLLECTION) and _reaches_ansible(item[len(COLLECTION) :], imported, seen))
        for item in imported[name]
    )


if __name__ == "__main__":
    print("\n".join(files_that_need_ansible(Path(__file__).resolve().parents[2], sys.argv[1])))
