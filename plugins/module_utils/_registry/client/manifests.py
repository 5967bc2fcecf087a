# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Walks through an index: each manifest is read once, up to a limited depth and number.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Callable, Dict, Optional, Tuple

from ..errors import RegistryError
from ..model.manifest import Descriptor, Manifest
from ..model.reference import Repository
from ..model.tree import Tree
from ..sources.base import ImageSource

DEEPEST_INDEX = 4
"""Levels of indexes. Build tools write one, some registries' bundles two."""
MOST_MANIFESTS = 10_000
"""Manifests of one image, each counted as often as an index names it."""


def read_tree(
    client: ImageSource,
    repository: Repository,
    manifest: Manifest,
    where: str,
    wanted: Optional[Callable[[Descriptor], bool]] = None,
    on_missing: Optional[Callable[[Descriptor], None]] = None,
) -> Tree:
    """The manifest and those below it.

    :param where: the image, for messages.
    :param wanted: whether to read a manifest that an index names; by default all. The others are not in the tree.
    :param on_missing: called for a manifest that the registry does not have; by default this is an error.
    :raises RegistryError: a manifest cannot be read, or there are too many.
    """
    return _Walk(client, repository, where, wanted, on_missing).read(manifest, 0)[0]


class _Walk:
    def __init__(
        self,
        client: ImageSource,
        repository: Repository,
        where: str,
        wanted: Optional[Callable[[Descriptor], bool]],
        on_missing: Optional[Callable[[Descriptor], None]],
    ) -> None:
        self._client = client
        self._repository = repository
        self._where = where
        self._wanted = wanted
        self._on_missing = on_missing
        self._known: Dict[str, Optional[Tuple[Tree, int]]] = {}

    def read(self, manifest: Manifest, depth: int) -> Tuple[Tree, int]:
        """The tree, and its number of manifests."""
        if manifest.is_index and depth >= DEEPEST_INDEX:
            raise RegistryError("too many nested indexes for an image", where=self._where)
        tree, count = Tree(manifest), 1
        for child in manifest.children:
            if self._wanted is not None and not self._wanted(child):
                continue
            if child.digest not in self._known:
                self._known[child.digest] = self._read_child(child, depth + 1)
            found = self._known[child.digest]
            if found is None:
                continue
            tree.children.append(found[0])
            count += found[1]
            if count > MOST_MANIFESTS:
                raise RegistryError(
                    "its indexes name more than {0} manifests".format(MOST_MANIFESTS),
                    where=self._where,
                    hint="No build tool creates such an image: leave it out with deny.",
                )
        return tree, count

    def _read_child(self, child: Descriptor, depth: int) -> Optional[Tuple[Tree, int]]:
        manifest = self._client.get_manifest(self._repository, child.digest)
        if manifest is not None:
            return self.read(manifest, depth)
        if self._on_missing is None:
            raise RegistryError(
                "the index names the manifest {0}, which the registry does not have".format(child.digest),
                where=self._where,
                code="MANIFEST_UNKNOWN",
                hint="Push the image again, or leave the missing platform out with os and arch.",
            )
        self._on_missing(child)
        return None
