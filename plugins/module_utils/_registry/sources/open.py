# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Opens archives, layouts and daemons as sources.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Dict, Optional

from .base import LocalSource

if TYPE_CHECKING:
    from .layer_compression import LayerPacker

DOCKER_ARCHIVE, OCI_ARCHIVE, OCI_LAYOUT = "docker-archive", "oci-archive", "oci"
DOCKER_DAEMON, PODMAN_DAEMON = "docker-daemon", "podman-daemon"
DAEMONS = (DOCKER_DAEMON, PODMAN_DAEMON)


def is_local_registry(registry: str) -> bool:
    """Whether the registry of a repository is a local source: no other one contains a slash."""
    return "/" in registry


class LocalSources:
    """The local sources of a run, each opened once. Thread-safe; must be closed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._packer: Optional[LayerPacker] = None
        self._open: Dict[str, LocalSource] = {}

    def source(self, registry: str) -> LocalSource:
        """The reader of a source.

        :param registry: of a C(LocalRepository).
        :raises RegistryError: it cannot be opened.
        """
        with self._lock:
            known = self._open.get(registry)
            if known is None:
                from .layer_compression import LayerPacker

                self._packer = self._packer or LayerPacker()
                known = self._open[registry] = open_source(registry, self._packer)
            return known

    def requests(self) -> Dict[str, Dict[str, int]]:
        """Requests to daemons, by source and kind."""
        return {name: dict(each.requests) for name, each in sorted(self._open.items()) if each.requests}

    def close(self) -> None:
        """Close what is open."""
        if self._packer is not None:
            self._packer.close()
        for source in self._open.values():
            source.close()
        self._open.clear()


def open_source(registry: str, packer: LayerPacker) -> LocalSource:
    """The reader of a source. Its code is loaded only here: most runs have none.

    :raises RegistryError: it cannot be opened.
    """
    from .archive_file import ArchiveFile
    from .docker_archive import DockerArchive
    from .docker_daemon import DockerDaemon
    from .oci_layout import Folder, OciLayout
    from .tar_index import ArchiveError

    kind, _colon, path = registry.partition(":")
    try:
        if kind in DAEMONS:
            return DockerDaemon(registry, path, packer)
        if kind == OCI_LAYOUT:
            return OciLayout(registry, Folder(path))
        archive = ArchiveFile.open(path)
        try:
            if kind == OCI_ARCHIVE:
                return OciLayout(registry, archive)
            return DockerArchive(registry, archive, packer)
        except BaseException:
            archive.close()
            raise
    except ArchiveError as error:
        error.where = error.where or registry
        raise
