# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images as workloads write them.

The grammar is that of the distribution project (C(reference/reference.go)), the defaults are those of Docker and
containerd: a name without a host belongs to Docker Hub, a one-word name to its C(library), and a missing tag is
C(latest).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import List, Optional

from ..errors import WorkloadsError

DOCKER_HUB = "docker.io"
_HUB_NAMES = frozenset((DOCKER_HUB, "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com"))
_LONGEST_NAME = 255
_LONGEST = 1024

_HOST = re.compile(
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|\[[0-9A-Fa-f:.]+\])"
    r"(?::[0-9]{1,5})?\Z"
)
_PATH = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*\Z")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\Z")
_DIGEST = re.compile(r"(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")


class NotAnImage(WorkloadsError):
    """A text is not the name of an image."""


@dataclass(frozen=True)
class ImageName:
    """An image in full.

    :param registry: C(host[:port]) in lower case; C(docker.io) for all names of Docker Hub.
    :param path: the repository below the registry, as in C(library/nginx).
    :param tag: None if none is written.
    :param digest: None if none is written.
    """

    registry: str
    path: str
    tag: Optional[str] = None
    digest: Optional[str] = None

    @property
    def repository(self) -> str:
        """Registry and path."""
        return "{0}/{1}".format(self.registry, self.path)

    @property
    def pulled_tag(self) -> str:
        """The tag that is pulled if there is no digest."""
        return self.tag or "latest"

    @property
    def full(self) -> str:
        """The image as it is copied: with its digest, or else its tag, written or not."""
        if self.digest:
            return str(self)
        return "{0}:{1}".format(self.repository, self.pulled_tag)

    def __str__(self) -> str:
        text = self.repository
        if self.tag:
            text = "{0}:{1}".format(text, self.tag)
        return "{0}@{1}".format(text, self.digest) if self.digest else text


def parse_image(text: str) -> ImageName:
    """Read the name of an image.

    :raises NotAnImage: it is not one.
    """
    if len(text) > _LONGEST:
        raise NotAnImage("it is too long for the name of an image")
    name, at, digest = text.partition("@")
    head, slash, last = name.rpartition("/")
    last, colon, tag = last.partition(":")
    name = head + slash + last
    first, slash, rest = name.partition("/")
    if slash and ("." in first or ":" in first or first == "localhost" or first.lower() != first):
        registry, path = first.lower(), rest
    else:
        registry, path = DOCKER_HUB, name
    registry = DOCKER_HUB if registry in _HUB_NAMES else registry
    if registry == DOCKER_HUB and "/" not in path:
        path = "library/" + path
    if not _HOST.match(registry) or not _PATH.match(path) or len(path) > _LONGEST_NAME:
        raise NotAnImage("it is not the name of an image")
    if (colon and not _TAG.match(tag)) or (at and not _DIGEST.match(digest)):
        raise NotAnImage("its {0} is not valid".format("digest" if at and not _DIGEST.match(digest) else "tag"))
    return ImageName(registry, path, tag or None, digest or None)


def is_image(text: str) -> bool:
    """Whether it is the name of an image."""
    try:
        parse_image(text)
    except NotAnImage:
        return False
    return True


def spellings(image: ImageName) -> List[str]:
    """Every way to write an image's repository, the full one first: Docker Hub's have several."""
    names = [image.repository]
    if image.registry == DOCKER_HUB:
        names += ["{0}/{1}".format(host, image.path) for host in sorted(_HUB_NAMES - {DOCKER_HUB})]
        names.append(image.path)
        if image.path.startswith("library/"):
            short = image.path[len("library/") :]
            names += [DOCKER_HUB + "/" + short, short]
    return names
