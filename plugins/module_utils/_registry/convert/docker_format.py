# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OCI manifests rewritten with Docker's media types.

Formats: OCI image specification 1.1 (media-types.md lists the equivalents) and Docker's Image Manifest Version 2,
Schema 2.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._json import read_json
from ..errors import RegistryError
from ..model.manifest import (
    DOCKER_CONFIG,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    IMAGE_CONFIG_TYPES,
    OCI_ARTIFACT,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    Manifest,
    child_entries,
    parse_manifest,
)
from ..model.tree import Tree

OCI_TYPES = (OCI_MANIFEST, OCI_INDEX, OCI_ARTIFACT)
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar"
DOCKER_FOREIGN_LAYER = "application/vnd.docker.image.rootfs.foreign.diff.tar"
_LAYER_TYPES = {
    "application/vnd.oci.image.layer.v1.tar": DOCKER_LAYER,
    "application/vnd.oci.image.layer.v1.tar+gzip": DOCKER_LAYER + ".gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd": DOCKER_LAYER + ".zstd",
    "application/vnd.oci.image.layer.nondistributable.v1.tar": DOCKER_FOREIGN_LAYER,
    "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip": DOCKER_FOREIGN_LAYER + ".gzip",
}
_REFERENCE_TYPE = "vnd.docker.reference.type"
NOT_CONVERTIBLE = "NOT_CONVERTIBLE"
PlatformOf = Callable[[Manifest], Optional[Mapping[str, Any]]]


class Converted(NamedTuple):
    """A converted image, and what was lost, each as a phrase for the report."""

    tree: Tree
    dropped: Tuple[str, ...] = ()


def is_oci(tree: Tree) -> bool:
    """Whether the manifest, or one below it, has a format that only OCI registries accept."""
    return tree.manifest.media_type in OCI_TYPES or any(is_oci(child) for child in tree.children)


def to_docker(tree: Tree, platform_of: PlatformOf, where: str) -> Converted:
    """The image with Docker's media types.

    Nested indexes are flattened; attestations, children for an unknown platform and artifacts in an index are dropped.
    Manifests already in Docker's format stay unchanged, byte for byte.

    :param platform_of: reads a manifest's platform from its config, for a child without a platform in the index.
    :param where: the image, for messages.
    :raises RegistryError: it is not an image (an artifact, a Helm chart), or nothing in the index can be stored.
    """
    if not is_oci(tree):
        return Converted(tree)
    if not tree.manifest.is_index:
        return Converted(Tree(_image(tree.manifest, where)))
    dropped: List[str] = []
    children = _flatten(tree, dropped, platform_of, where)
    if not children:
        raise _no_image(where, "the index holds nothing but {0}".format(" and ".join(sorted(set(dropped))) or "itself"))
    entries = [_entry(child.manifest, platform) for child, platform in children]
    document = {"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": entries}
    return Converted(Tree(_finish(document, DOCKER_LIST), [child for child, _platform in children]), tuple(dropped))


def _flatten(
    tree: Tree, dropped: List[str], platform_of: PlatformOf, where: str
) -> List[Tuple[Tree, Mapping[str, Any]]]:
    children: List[Tuple[Tree, Mapping[str, Any]]] = []
    if tree.manifest.blobs:
        raise _no_image(where, "it is an index of layers, such as the cache of a build")
    entries = child_entries(read_json(tree.manifest.content))
    for entry, descriptor, child in zip(entries, tree.manifest.children, tree.children):
        if child.manifest.is_index:
            children.extend(_flatten(child, dropped, platform_of, where))
            continue
        unwanted = _why_dropped(entry, descriptor, child.manifest)
        if unwanted:
            dropped.append(unwanted)
            continue
        platform = descriptor.platform or platform_of(child.manifest)
        if not platform:
            dropped.append("an image without a platform")
            continue
        converted = child if child.manifest.media_type == DOCKER_MANIFEST else Tree(_image(child.manifest, where))
        children.append((converted, platform))
    return children


def _why_dropped(entry: Mapping[str, Any], descriptor: Descriptor, manifest: Manifest) -> Optional[str]:
    annotations = entry.get("annotations")
    if isinstance(annotations, dict) and annotations.get(_REFERENCE_TYPE) == "attestation-manifest":
        return "an attestation"
    platform = descriptor.platform or {}
    if platform.get("os") == "unknown" or platform.get("architecture") == "unknown":
        return "a manifest for an unknown platform"
    if manifest.config is None or manifest.config.media_type not in IMAGE_CONFIG_TYPES:
        return "an artifact"
    return None


def _image(manifest: Manifest, where: str) -> Manifest:
    if manifest.media_type == DOCKER_MANIFEST:
        return manifest
    document = read_json(manifest.content)
    config = manifest.config
    if config is None or config.media_type not in IMAGE_CONFIG_TYPES:
        kind = document.get("artifactType") or (config.media_type if config else "") or "no image config"
        raise _no_image(where, "it is an artifact ({0})".format(kind))
    layers = []
    for layer in document["layers"] or ():
        media_type = _LAYER_TYPES.get(layer.get("mediaType"), layer.get("mediaType"))
        if not str(media_type).startswith("application/vnd.docker.image.rootfs."):
            raise _no_image(where, "it has a layer of the type {0}".format(media_type))
        layers.append(
            dict(_core(layer), mediaType=media_type, **({"urls": layer["urls"]} if layer.get("urls") else {}))
        )
    converted = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": dict(_core(document["config"]), mediaType=DOCKER_CONFIG),
        "layers": layers,
    }
    return _finish(converted, DOCKER_MANIFEST)


def _core(descriptor: Mapping[str, Any]) -> Dict[str, Any]:
    # The order in Docker's own manifests, which have no annotations.
    return {"mediaType": "", "size": descriptor["size"], "digest": descriptor["digest"]}


def _entry(manifest: Manifest, platform: Mapping[str, Any]) -> Dict[str, Any]:
    return {
        "mediaType": manifest.media_type,
        "size": len(manifest.content),
        "digest": manifest.digest,
        "platform": dict(platform),
    }


def _finish(document: Mapping[str, Any], media_type: str) -> Manifest:
    content = json.dumps(document, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
    return parse_manifest(content, media_type)


def _no_image(where: str, why: str) -> RegistryError:
    return RegistryError(
        "the destination only accepts Docker images, and this cannot be converted: {0}".format(why),
        where=where,
        code=NOT_CONVERTIBLE,
        hint="Copy it to a registry that accepts OCI artifacts, such as an SWR Enterprise Edition instance.",
    )
