# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests whose Zstandard layers are replaced by gzip ones.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional

from ..._json import read_json
from ..model.manifest import IMAGE_CONFIG_TYPES, IMAGE_TYPES, Descriptor, Manifest, child_entries, parse_manifest
from ..model.tree import Tree

GZIP_TYPES = {
    "application/vnd.oci.image.layer.v1.tar+zstd": "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd": (
        "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip"
    ),
    "application/vnd.docker.image.rootfs.diff.tar.zstd": "application/vnd.docker.image.rootfs.diff.tar.gzip",
}
"""The media types of Zstandard layers, and their gzip equivalents."""
_OF_ZSTD = ("io.github.containers.zstd-chunked.", "io.github.containers.compression.zstd")
"""Annotations of the Zstandard form: offsets in its file (zstd:chunked), and the format itself."""


class Packed(NamedTuple):
    """A layer in gzip form: its digest and size, and the digest of its content."""

    digest: str
    size: int
    diff_id: str


Pack = Callable[[Manifest, int, Descriptor], Packed]
"""Returns the gzip form of a manifest's layer (its number from 0, its descriptor)."""


def is_zstd_layer(layer: Descriptor) -> bool:
    """Whether it is a Zstandard layer stored in the registry."""
    return layer.media_type in GZIP_TYPES and not layer.foreign


def zstd_layers(manifest: Manifest) -> List[Descriptor]:
    """The Zstandard layers of an image; none for an artifact, whose files are left alone."""
    if manifest.media_type not in IMAGE_TYPES or manifest.config is None:
        return []
    if manifest.config.media_type not in IMAGE_CONFIG_TYPES:
        return []
    return [layer for layer in manifest.blobs[1:] if is_zstd_layer(layer)]


def has_zstd(tree: Tree) -> bool:
    """Whether the image, or one below it, has Zstandard layers."""
    return bool(zstd_layers(tree.manifest)) or any(has_zstd(child) for child in tree.children)


def count_packed(tree: Tree) -> int:
    """How many layers of the image were recompressed."""
    own = sum(1 for blob in tree.manifest.blobs if blob.made_from is not None)
    return own + sum(count_packed(child) for child in tree.children)


def to_gzip(tree: Tree, pack: Pack) -> Tree:
    """The image with gzip layers instead of Zstandard ones; anything without such layers stays unchanged.

    :raises RegistryError: a layer cannot be recompressed.
    """
    if not has_zstd(tree):
        return tree
    if not tree.manifest.is_index:
        return Tree(_packed_image(tree.manifest, pack))
    children = [to_gzip(child, pack) for child in tree.children]
    document = read_json(tree.manifest.content)
    for entry, before, after in zip(child_entries(document), tree.children, children):
        if after is not before:
            entry.update(digest=after.manifest.digest, size=len(after.manifest.content))
            _forget_zstd(entry)
    return Tree(_finish(document, tree.manifest.media_type), children)


def _packed_image(manifest: Manifest, pack: Pack) -> Manifest:
    document = read_json(manifest.content)
    origins: List[Optional[Descriptor]] = [None]
    for number, (entry, layer) in enumerate(zip(document["layers"], manifest.blobs[1:])):
        is_zstd = is_zstd_layer(layer)
        origins.append(layer if is_zstd else None)
        if is_zstd:
            packed = pack(manifest, number, layer)
            entry.update(mediaType=GZIP_TYPES[layer.media_type], digest=packed.digest, size=packed.size)
            _forget_zstd(entry)
    finished = _finish(document, manifest.media_type)
    blobs = [blob._replace(made_from=origin) for blob, origin in zip(finished.blobs, origins)]
    return finished._replace(blobs=tuple(blobs))


def _forget_zstd(entry: Dict[str, Any]) -> None:
    notes = entry.get("annotations")
    if isinstance(notes, dict):
        entry["annotations"] = {name: text for name, text in notes.items() if not name.startswith(_OF_ZSTD)}
        if not entry["annotations"]:
            del entry["annotations"]


def _finish(document: Mapping[str, Any], media_type: str) -> Manifest:
    # ASCII only, because JSON may contain lone surrogates, which UTF-8 cannot encode.
    return parse_manifest(json.dumps(document, separators=(",", ":")).encode("ascii"), media_type)


def match_packed(base: Tree, stored: Callable[[str], Optional[Manifest]], digest: str) -> Optional[Dict[str, Packed]]:
    """Which gzip layers an image at the destination has instead of Zstandard layers; None if it is not such an image.

    The config names the content of every layer, so two images with the same config have the same layers, in any form.

    :param stored: reads a manifest of the destination.
    :param digest: of that image.
    """
    manifest = stored(digest)
    if manifest is None or manifest.is_index != base.manifest.is_index:
        return None
    found: Dict[str, Packed] = {}
    if manifest.is_index:
        if len(manifest.children) != len(base.children):
            return None
        for child, entry in zip(base.children, manifest.children):
            below = match_packed(child, stored, entry.digest) if has_zstd(child) else {}
            if below is None:
                return None
            found.update(below)
        return found
    if len(manifest.blobs) != len(base.manifest.blobs):
        return None
    for ours, theirs in zip(base.manifest.blobs, manifest.blobs):
        if is_zstd_layer(ours):
            found[ours.digest] = Packed(theirs.digest, theirs.size, "")
        elif ours.digest != theirs.digest:
            return None
    return found
