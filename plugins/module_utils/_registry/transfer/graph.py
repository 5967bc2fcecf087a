# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The work of a transfer: blobs and manifests, and their dependencies.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Optional, Tuple

from ..errors import RegistryError
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..model.tree import Tree
from ..run.image import Image

SMALL = 64 * 1024


@dataclass(eq=False)
class BlobNeed:
    """A blob needed by one repository of the destination."""

    repository: Repository
    blob: Descriptor
    source: Repository
    waiting: List[ManifestNeed] = field(default_factory=list)
    queued: bool = False
    done: bool = False
    error: Optional[RegistryError] = None

    @property
    def wanted(self) -> bool:
        """Whether it is still to be copied and needed by an image."""
        if self.done or self.error is not None:
            return False
        return any(manifest.error is None and manifest.wanted for manifest in self.waiting)


@dataclass(eq=False)
class BlobGroup:
    """The needs for one blob in one destination registry. One of them at a time leads; the others mount from it."""

    needs: List[BlobNeed] = field(default_factory=list)
    has_it: Optional[str] = None
    """A repository of the registry that has the blob."""
    maybe: List[str] = field(default_factory=list)
    """Repositories that probably have it."""

    @property
    def key(self) -> Tuple[str, str]:
        """Registry and digest."""
        return self.needs[0].repository.registry, self.needs[0].blob.digest

    @property
    def is_small(self) -> bool:
        """Whether to send it costs little more than to look it up."""
        return self.needs[0].blob.size <= SMALL and self.needs[0].blob.made_from is None


@dataclass(eq=False)
class ManifestNeed:
    """A manifest to put under a tag or a digest."""

    repository: Repository
    reference: str
    tree: Tree
    parents: List[ManifestNeed] = field(default_factory=list)
    images: List[Image] = field(default_factory=list)
    missing: int = 0
    rank: int = 0
    done: bool = False
    putting: bool = False
    idle: bool = False
    """It could have been put but was not: nothing needed it then, or it was refused."""
    replacing: bool = False
    replaced: bool = False
    """A converted manifest replaced it."""
    error: Optional[RegistryError] = None

    @property
    def wanted(self) -> bool:
        """Whether an image still needs it in this form."""
        return not self.replaced and (bool(self.images) or any(parent.wanted for parent in self.parents))


def _roots(need: ManifestNeed) -> List[ManifestNeed]:
    above = [root for parent in need.parents for root in _roots(parent)]
    return above + [need] if need.images else above


def _begin(manifest: ManifestNeed) -> None:
    for root in _roots(manifest):
        for image in root.images:
            image.begin()


def _largest(tree: Tree) -> int:
    sizes = [blob.size for blob in tree.manifest.blobs if not blob.foreign]
    return max(sizes + [_largest(child) for child in tree.children], default=0)
