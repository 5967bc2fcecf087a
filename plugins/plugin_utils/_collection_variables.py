# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The variables of all roles of the collection: what they accept, and what a misspelt name should be.

This file is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import os
from typing import Dict, Iterable, List, Sequence, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._text import one_line
from ansible_collections.longshore.swr.plugins.plugin_utils._role_arguments import FARTHEST, RoleSpec, distance

_FOREIGN = ("ansible_", "__")
# A name of one letter less that other roles have for good reason.
_OTHER_WORDS = frozenset({"host"})


class CollectionVariables:
    """The specifications of some roles, each read once.

    :param folder: the one with all roles.
    :param roles: the roles whose variables count.
    """

    def __init__(self, folder: str, roles: Sequence[str]) -> None:
        self._folder = folder
        self._roles = roles
        self._specs: Dict[Tuple[str, str], RoleSpec] = {}

    def spec(self, role: str, entry_point: str = "main") -> RoleSpec:
        """What a role accepts.

        :raises RulesError, LongshoreError: its files cannot be read.
        """
        key = (role, entry_point)
        if key not in self._specs:
            self._specs[key] = RoleSpec.read(os.path.join(self._folder, role), entry_point)
        return self._specs[key]

    def misspelt(self, names: Iterable[str]) -> List[str]:
        """A sentence for each name that is similar to that of a variable, or has a prefix similar to a role's."""
        names = sorted(name for name in set(names) if not name.startswith(_FOREIGN))
        specs = [self.spec(role) for role in self._roles]
        problems = [problem for spec in specs for problem in spec.misspelt(names)]
        known = tuple(spec.prefix for spec in specs)
        return problems + [
            "{0} is no variable of a role: write {1}".format(one_line(name), right)
            for name in names
            if not name.startswith(known)
            for right in self._with_right_prefix(name, specs)[:1]
        ]

    @staticmethod
    def _with_right_prefix(name: str, specs: Sequence[RoleSpec]) -> List[str]:
        words = name.split("_")
        found = []
        for count in range(1, len(words)):
            first, rest = "_".join(words[:count]), "_".join(words[count:])
            found += [
                spec.prefix + rest
                for spec in specs
                if spec.prefix + rest in spec.options
                and first not in _OTHER_WORDS
                and distance(first, spec.prefix[:-1]) <= FARTHEST
            ]
        return found
