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

    @property
    def size(self) -> int:
        """Bytes of all manifests and of the blobs that a registry stores for them, each once."""
        manifests = [tree.manifest for tree in self.walk()]
        blobs = {blob.digest: blob.size for manifest in manifests for blob in manifest.blobs if not blob.foreign}
        return sum(len(manifest.content) for manifest in manifests) + sum(blobs.values())

    @property
    def platforms(self) -> List[str]:
        """The platforms that an index names (C(linux/arm64/v8)), each once."""
        named = [child.platform for tree in self.walk() for child in tree.manifest.children if child.platform]
        parts = [[str(one.get(key) or "") for key in ("os", "architecture", "variant")] for one in named]
        # Attestations are listed under this platform (BuildKit, "attestation storage").
        return list(dict.fromkeys("/".join(filter(None, part)) for part in parts if part[0] not in ("", "unknown")))
