# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names of images, and which of them a policy allows.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import NamedTuple, Sequence


class ImageName(NamedTuple):
    """The parts of an image's name; those that are missing are empty."""

    repository: str
    tag: str
    digest: str

    @property
    def short(self) -> str:
        """The repository without Docker Hub's host and its namespace of official images."""
        name = self.repository
        for prefix in ("docker.io/", "index.docker.io/", "library/"):
            name = name[len(prefix) :] if name.startswith(prefix) else name
        return name


def image_name(text: str) -> ImageName:
    """The parts of C(registry:5000/repository:tag@digest)."""
    name, _at, digest = text.partition("@")
    repository, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        return ImageName(name, "", digest)
    return ImageName(repository, tag, digest)


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches a pattern in which C(*) stands for any characters, in linear time."""
    parts = pattern.split("*")
    if len(parts) == 1:
        return pattern == text
    if not text.startswith(parts[0]) or not text.endswith(parts[-1]) or len(text) < len(parts[0]) + len(parts[-1]):
        return False
    at, end = len(parts[0]), len(text) - len(parts[-1])
    for part in parts[1:-1]:
        found = text.find(part, at, end)
        if found < 0:
            return False
        at = found + len(part)
    return True


def is_allowed(image: str, patterns: Sequence[str]) -> bool:
    """Whether a policy allows an image.

    A pattern without a tag allows every tag and digest. Names of Docker Hub may be short or full in both.
    """
    for pattern in patterns:
        allowed, given = image_name(pattern), image_name(image)
        if not matches(allowed.short, given.short):
            continue
        if (not allowed.tag or matches(allowed.tag, given.tag or "latest")) and allowed.digest in ("", given.digest):
            return True
    return False
