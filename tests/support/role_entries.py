# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every entry point of every role: its documented options, and what the role's first task checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, Iterator, NamedTuple

from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import RoleSpec
from ansible_collections.longshore.swr.tests.support.fast_yaml import safe_load

ROOT = Path(__file__).resolve().parents[2]


class Entry(NamedTuple):
    role: str
    name: str
    documented: Dict[str, Dict[str, Any]]
    spec: RoleSpec

    @property
    def where(self) -> str:
        return "{0}:{1}".format(self.role, self.name)

    @property
    def key(self) -> str:
        return "{0}_{1}".format(self.role, self.name)


def entries() -> Iterator[Entry]:
    for path in sorted((ROOT / "roles").glob("*/meta/argument_specs.yml")):
        role = path.parents[1]
        for name, entry in safe_load(path.read_text(encoding="utf-8"))["argument_specs"].items():
            yield Entry(role.name, name, entry["options"], RoleSpec.read(str(role), name))


ENTRIES = list(entries())
