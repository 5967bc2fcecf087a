# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sources of images; and local ones outside registries: how rules name them, and what they share.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import abc
from collections import Counter
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Protocol, Sequence, Tuple

from ..._text import quoted
from ..errors import RegistryError
from ..model.manifest import Manifest
from ..model.reference import DOCKER_HUB, Listing, Repository

UNNAMED = "@"
"""Starts the reference of an unnamed image: C(@0) is the first in an archive."""

_SHOWN = 5


@dataclass(frozen=True)
class LocalRepository(Repository):
    """A repository of an archive, a layout or a daemon. Its text can be the source of a rule.

    :param registry: the kind and the place, for example C(docker-archive:/srv/images.tar).
    :param name: the repository path in the images' names, C(library/nginx); empty if they have only a tag.
    :param host: the registry in the images' names, C(docker.io).
    """

    host: str = ""

    def __str__(self) -> str:
        return "{0}:{1}/{2}".format(self.registry, self.host, self.name) if self.name else self.registry


Named = Tuple[str, str, str]
"""Registry, repository and tag in an image's name."""


class Found(NamedTuple):
    """A manifest of a source: its digest, and its media type if the source stated it."""

    digest: str
    media_type: str


class BlobStream(Protocol):
    """The bytes of a blob as they arrive: a registry's reply, or generated from local files. Must be closed."""

    @property
    def status(self) -> int:
        """200 if it begins with the first byte, 206 if it begins at the requested one."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers of a registry's reply, in lower case."""

    @property
    def length(self) -> Optional[int]:
        """Bytes still to come; None if only the end will tell."""

    def readinto(self, buffer: memoryview) -> int:
        """Fill C(buffer) with the next bytes and return how many; 0 at the end."""

    def read(self, limit: int) -> bytes:
        """All remaining bytes, at most C(limit)."""

    def read_end(self) -> None:
        """Read past the last byte, so that a connection can be kept."""

    def close(self) -> None:
        """Release the underlying resource."""

    def __enter__(self) -> BlobStream:
        """Return itself."""

    def __exit__(self, *_exc: object) -> None:
        """Close it."""


class ImageSource(Protocol):
    """A source of images: a registry's client (C(client.RegistryClient)), an archive, a layout or a daemon."""

    @property
    def registry(self) -> str:
        """The name in references and rules."""

    def tags(self, repository: Repository) -> List[str]:
        """All tags of the repository."""

    def list_tags(self, repository: Repository, proven: bool = False) -> Listing:
        """The same, including invalid entries of the list."""

    def head_manifest(self, repository: Repository, reference: str) -> Optional[Found]:
        """What C(reference) (a tag or a digest) refers to, or None if there is no such manifest."""

    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest, or None if there is none."""

    def referrers(self, repository: Repository, digest: str) -> Optional[List[Dict[str, Any]]]:
        """The descriptors of the manifests that have this one as their subject; None if only tags may tell."""

    def get_blob(self, repository: Repository, digest: str, limit: int) -> bytes:
        """A complete small blob."""

    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> BlobStream:
        """Start to read a blob, at byte C(offset) if the source supports it."""


SourceFor = Callable[[str], ImageSource]
"""Returns the reader of a registry, or a local source, by its name in references."""


class LocalSource(abc.ABC):
    """An C(ImageSource) that is not a registry.

    :ivar requests: number of requests, by kind.
    """

    def __init__(self, registry: str) -> None:
        self.registry = registry
        self.requests: Counter[str] = Counter()

    @abc.abstractmethod
    def named(self) -> List[Named]:
        """The names of all images, in order. :raises RegistryError: they cannot be read."""

    def tags(self, repository: Repository) -> List[str]:
        """All tags of the repository."""
        wanted = (host_of(repository), repository.name)
        return list(dict.fromkeys(tag for host, name, tag in self.named() if (host, name) == wanted))

    def list_tags(self, repository: Repository, proven: bool = False) -> Listing:
        """The same, in the form of a registry's client."""
        return Listing(self.tags(repository), [])

    def head_manifest(self, repository: Repository, reference: str) -> Optional[Found]:
        """What C(reference) refers to, or None."""
        manifest = self.get_manifest(repository, reference)
        return Found(manifest.digest, manifest.media_type) if manifest else None

    @abc.abstractmethod
    def get_manifest(self, repository: Repository, reference: str) -> Optional[Manifest]:
        """The manifest, or None if there is none."""

    @abc.abstractmethod
    def open_blob(self, repository: Repository, digest: str, offset: int = 0) -> BlobStream:
        """Read a blob, always from its beginning."""

    def get_blob(self, repository: Repository, digest: str, limit: int) -> bytes:
        """A complete small blob."""
        with self.open_blob(repository, digest) as stream:
            return stream.read(limit)

    def is_same_image(self, repository: Repository, reference: str, stored: Manifest) -> bool:
        """Whether a registry's manifest surely is of this image, if that is cheaper to tell than the digest."""
        return False

    def referrers(self, repository: Repository, digest: str) -> Optional[List[Dict[str, Any]]]:
        """The descriptors of the manifests that have this one as their subject; None if only tags may tell."""
        return None

    @abc.abstractmethod
    def close(self) -> None:
        """Close what is open."""

    def _no_blob(self, digest: str) -> RegistryError:
        return RegistryError(
            "there is no blob {0}".format(digest), where=self.registry, code="BLOB_UNKNOWN", status=404
        )


def host_of(repository: Repository) -> str:
    """The registry in the name of a local source's image."""
    return repository.host if isinstance(repository, LocalRepository) else ""


def local_name(named: Sequence[Named], host: str, name: str, tag: Optional[str] = None) -> Optional[Tuple[str, str]]:
    """The matching name in a source; None if there is none.

    A name without a registry means Docker Hub for Docker, and C(localhost/) for Podman's own images.
    """
    known = {(other, path) for other, path, label in named if tag in (None, label)}
    if (host, name) in known:
        return host, name
    bare = name[len("library/") :] if name.startswith("library/") else name
    return ("localhost", bare) if host == DOCKER_HUB and ("localhost", bare) in known else None


def listing(named: Sequence[Named]) -> str:
    """The names for a message, as many as are readable."""
    texts = ["{0}/{1}:{2}".format(*each) if each[1] else each[2] for each in named]
    more = ", and {0} more".format(len(texts) - _SHOWN) if len(texts) > _SHOWN else ""
    return ", ".join(quoted(text) for text in texts[:_SHOWN]) + more if texts else "no named image"


def is_unnamed(reference: Any) -> bool:
    """Whether it is C(@0), C(@1) and so on."""
    text = str(reference)
    return text.startswith(UNNAMED) and text[1:].isascii() and text[1:].isdigit()


def position_of(reference: str) -> int:
    """The number in C(@0), C(@1) and so on."""
    return int(reference[1:7])
