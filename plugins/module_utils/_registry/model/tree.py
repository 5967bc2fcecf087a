# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A manifest with those below it.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Iterator, List

from .manifest import Manifest


@dataclass
class Tree:
    """A manifest with those below it, in manifest order. Equal children may be one object."""

    manifest: Manifest
    children: List[Tree] = field(default_factory=list)

    def walk(self) -> Iterator[Tree]:
        """This tree and all trees below it, each digest once."""
        seen = set()
        waiting = [self]
        while waiting:
            tree = waiting.pop()
            if tree.manifest.digest not in seen:
                seen.add(tree.manifest.digest)
                yield tree
                waiting.extend(reversed(tree.children))
