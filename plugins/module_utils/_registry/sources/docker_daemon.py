# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images from a running Docker or Podman, through its socket.

API: Docker Engine API 1.24 and later, C(GET /images/json) and C(GET /images/{name}/get), which Podman also has. The
latter streams an archive like that of C(docker save), which may list its layers last. It is therefore written to an
unnamed file in the directory for temporary files, as by skopeo, and read from there. That happens only for images that
have to be copied: those already at the destination are recognized by the image's ID.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import http.client
import os
import socket
import tempfile
import threading
import urllib.parse
from typing import Any, Dict, Iterator, List, Optional, Tuple

from ..._json import read_json
from ..._text import safe
from ..errors import RegistryError
from ..model.manifest import Manifest, is_digest
from ..model.reference import Repository
from .archive_file import ArchiveFile
from .base import LocalSource, Named, host_of, local_name
from .docker_archive import DockerArchive, parse_name
from .layer_compression import BlockStream, LayerPacker

LARGEST_LIST = 64 * 1024 * 1024
LARGEST_ERROR = 64 * 1024
TIMEOUT = 600.0
"""Seconds for each piece of a reply: a daemon may assemble a large image before it sends the first byte."""


class DockerDaemon(LocalSource):
    """The images of one daemon. Thread-safe.

    :param registry: C(docker-daemon:) and the socket's path, as rules name it.
    :param path: the socket's path.
    """

    def __init__(self, registry: str, path: str, packer: LayerPacker) -> None:
        super().__init__(registry)
        self._path = path
        self._packer = packer
        self._lock = threading.Lock()
        self._listed: Optional[Dict[Named, str]] = None
        self._exports: Dict[str, DockerArchive] = {}
        self._locks: Dict[str, threading.Lock] = {}

    def named(self) -> List[Named]:
        """The names of all images. :raises RegistryError: the daemon does not list them."""
        return list(self._images())

    def tags(self, repository: Repository) -> List[str]:
        """All tags of the repository."""
        named = self.named()
        found = local_name(named, host_of(repository), repository.name)
        return [tag for host, name, tag in named if (host, name) == found]

    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest in Docker's format; the first call requests the image from the daemon."""
        if is_digest(reference):
            exports = list(self._exports.values())
            return next(filter(None, (each.get_manifest(repository, reference) for each in exports)), None)
        identity = self._find(repository, reference)
        if identity is None:
            return None
        export = self._export(identity)
        return export.manifest_of(export.images[0])

    def is_same_image(self, repository: Repository, reference: str, stored: Manifest) -> bool:
        """Whether both have the same config, which names the content of every layer."""
        identity = None if is_digest(reference) else self._find(repository, reference)
        if identity is None or stored.config is None:
            return False
        if stored.config.digest == identity:
            return True
        # Podman's and containerd's IDs may refer to something other than the config in the archive.
        return self._export(identity).is_same_image(repository, "@0", stored)

    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> BlockStream:
        """Read a config or a layer of an image after its manifest was requested."""
        for export in list(self._exports.values()):
            try:
                return export.open_blob(repository, digest)
            except RegistryError as error:
                if error.code != "BLOB_UNKNOWN":
                    raise
        raise self._no_blob(digest)

    def close(self) -> None:
        """Remove the temporary files."""
        for export in self._exports.values():
            export.close()
        self._exports.clear()

    def _find(self, repository: Repository, tag: str) -> Optional[str]:
        """The ID of an image."""
        images = self._images()
        found = local_name(list(images), host_of(repository), repository.name, tag)
        return images[found[0], found[1], tag] if found else None

    def _images(self) -> Dict[Named, str]:
        with self._lock:
            if self._listed is None:
                self._listed = _read_list(self._get("/images/json", "image_list"), self.registry)
            return self._listed

    def _export(self, identity: str) -> DockerArchive:
        with self._lock:
            lock = self._locks.setdefault(identity, threading.Lock())
        with lock:
            export = self._exports.get(identity)
            if export is None:
                path = "/images/{0}/get".format(urllib.parse.quote(identity, safe=":"))
                archive = ArchiveFile(self._spool(path))
                export = DockerArchive(self.registry, archive, self._packer)
                self._exports[identity] = export
            return export

    def _spool(self, path: str) -> int:
        """Write the reply's body to a private file; returns its descriptor."""
        try:
            with tempfile.TemporaryFile() as content:
                for block in self._stream(path, "image_export"):
                    content.write(block)
                content.flush()
                return os.dup(content.fileno())
        except OSError as error:
            raise RegistryError(
                "the image cannot be stored for the copy: {0}".format(error.strerror or error),
                where=tempfile.gettempdir(),
                hint="Free up space there, or set the environment variable TMPDIR to a larger directory.",
            ) from error

    def _get(self, path: str, kind: str) -> bytes:
        content = b""
        for block in self._stream(path, kind):
            content += block
            if len(content) > LARGEST_LIST:
                raise RegistryError("the daemon's reply is too large", where=self.registry)
        return content

    def _stream(self, path: str, kind: str) -> Iterator[bytes]:
        self.requests[kind] += 1
        connection = _UnixConnection(self._path)
        try:
            reply = self._ask(connection, path)
            while True:
                try:
                    block = reply.read(256 * 1024)
                except (OSError, http.client.HTTPException) as error:
                    raise RegistryError(
                        "the daemon's reply was cut off",
                        where=self.registry,
                        hint="See the daemon's log.",
                    ) from error
                if not block:
                    return
                yield block
        finally:
            connection.close()

    def _ask(self, connection: http.client.HTTPConnection, path: str) -> http.client.HTTPResponse:
        try:
            connection.request("GET", path)
            reply = connection.getresponse()
        except OSError as error:
            raise RegistryError(
                "the daemon cannot be reached: {0}".format(error.strerror or "it does not answer"),
                where=self.registry,
                hint="Start it, and let this user open the socket (for Docker: the group docker, or become).",
            ) from error
        except http.client.HTTPException as error:
            raise RegistryError("the socket does not belong to Docker or Podman", where=self.registry) from error
        if reply.status != 200:
            raise RegistryError(
                "the daemon refuses: {0}".format(_message(reply)), where=self.registry, status=reply.status
            )
        return reply


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


def _message(reply: Any) -> str:
    """The daemon's error message; C(message) in its JSON."""
    try:
        document = read_json(reply.read(LARGEST_ERROR))
        text = str(document["message"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError, http.client.HTTPException):
        return "it does not say why"
    return safe(text)


def _read_list(content: bytes, where: str) -> Dict[Named, str]:
    """The ID of each named image, in the daemon's order."""
    try:
        entries = read_json(content)
        found: List[Tuple[Any, Any]] = [(entry["Id"], entry.get("RepoTags")) for entry in entries]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise RegistryError("the socket does not belong to Docker or Podman", where=where) from error
    images: Dict[Named, str] = {}
    for identity, names in found:
        text = identity if str(identity).startswith("sha256:") else "sha256:{0}".format(identity)
        # An image without a name has null there.
        if names is not None and not (is_digest(text) and isinstance(names, list)):
            raise RegistryError("the daemon's list of images cannot be parsed", where=where)
        for name in filter(None, (parse_name(str(each)) for each in names or ())):
            images[name] = text
    return images
