# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Manifests as sent by registries: the bytes are kept, and the parts that a copy needs are parsed.

Media types and fields: OCI image specification 1.1 (manifest.md, image-index.md) and Docker's Image Manifest Version 2,
Schema 2.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Dict, List, Mapping, NamedTuple, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import check_shape, read_json
from ..._lazy import pattern
from ..errors import RegistryError

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+json"
DOCKER_SCHEMA1_SIGNED = "application/vnd.docker.distribution.manifest.v1+prettyjws"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_ARTIFACT = "application/vnd.oci.artifact.manifest.v1+json"

INDEX_TYPES = (DOCKER_LIST, OCI_INDEX)
IMAGE_TYPES = (DOCKER_MANIFEST, OCI_MANIFEST)
IMAGE_CONFIG_TYPES = (DOCKER_CONFIG, OCI_CONFIG)
_BLOB_TYPES = (
    "application/vnd.oci.image.layer.",
    "application/vnd.docker.image.rootfs.",
    "application/vnd.buildkit.",
    DOCKER_CONFIG,
    OCI_CONFIG,
)
SCHEMA1 = "MANIFEST_SCHEMA1"
"""The error code for an image in Docker's first format."""

SCHEMA1_TYPES = (DOCKER_SCHEMA1, DOCKER_SCHEMA1_SIGNED)

ACCEPT = ", ".join(
    (OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST, OCI_ARTIFACT, DOCKER_SCHEMA1_SIGNED, DOCKER_SCHEMA1)
)
"""The accepted types. A registry that is not offered a stored type may convert or refuse it."""

LARGEST_SIZE = 2**50
"""Bytes of a blob. Object storages accept a twentieth of that (OBS: 48.8 TiB)."""

_TEXT = (str, None)
_PLATFORM = {
    "os": _TEXT,
    "architecture": _TEXT,
    "variant": _TEXT,
    "os.version": _TEXT,
    "os.features": ([str], None),
}
_DESCRIPTOR = {
    "digest": str,
    "size": int,
    "mediaType": _TEXT,
    "platform": (_PLATFORM, None),
    "annotations": (dict, None),
    "urls": ([str], None),
}

_DIGEST = pattern(r"(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})\Z")


class Descriptor(NamedTuple):
    """How a manifest describes a blob or another manifest.

    C(size) is in bytes. C(foreign) marks a layer stored at its own URLs and not in a registry. C(made_from) is the
    source layer that this one is recompressed from.
    """

    digest: str
    size: int
    media_type: str
    platform: Optional[Mapping[str, Any]] = None
    foreign: bool = False
    made_from: Optional[Descriptor] = None


class Manifest(NamedTuple):
    """A manifest: its bytes, and what it refers to.

    C(children) are the manifests of an index, C(blobs) the config and the layers of an image, both in manifest order.
    An index may also list blobs: a build cache consists of layers and their description.
    """

    content: bytes
    media_type: str
    digest: str
    children: Tuple[Descriptor, ...] = ()
    blobs: Tuple[Descriptor, ...] = ()
    config: Optional[Descriptor] = None

    @property
    def subject(self) -> Optional[str]:
        """The digest of the manifest that this one refers to (OCI image specification 1.1)."""
        subject = read_json(self.content).get("subject")
        digest = subject.get("digest") if isinstance(subject, dict) else None
        return digest if is_digest(digest) else None

    @property
    def is_index(self) -> bool:
        """Whether it lists other manifests."""
        return self.media_type in INDEX_TYPES


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    """The digest of bytes in the registry's notation."""
    return "{0}:{1}".format(algorithm, hashlib.new(algorithm, content).hexdigest())


def is_digest(text: Any) -> bool:
    """Whether it is a digest with an algorithm that registries use (sha256, sha512)."""
    return isinstance(text, str) and bool(_DIGEST.match(text))


def parse_manifest(content: bytes, content_type: str, digest: Optional[str] = None) -> Manifest:
    """Read a manifest.

    :param content_type: the reply's C(Content-Type); the manifest's own C(mediaType) is used if it says nothing.
    :param digest: the digest that the content must have; computed (sha256) if not given.
    :raises RegistryError: it is not a manifest, cannot be copied, or is not the one requested.
    """
    if _header_type(content_type) in SCHEMA1_TYPES:
        # Before the digest: that of a signed manifest excludes the signatures.
        raise _schema1_error()
    actual = digest_of(content, digest.partition(":")[0] if digest else "sha256")
    if digest and digest != actual:
        raise RegistryError("the registry sent another manifest: its digest is {0}".format(actual), retryable=True)
    try:
        document = read_json(content)
    except NotUnderstood as problem:
        raise RegistryError("the reply is not a manifest: {0}".format(problem), retryable=True) from problem
    if not isinstance(document, dict):
        raise RegistryError("the reply is not a manifest: it is not a JSON object")
    media_type = _media_type(document, content_type)
    if media_type in SCHEMA1_TYPES:
        raise _schema1_error()
    if media_type in INDEX_TYPES:
        listed = _descriptors(document, "manifests")
        children = tuple(entry for entry in listed if not _is_blob_type(entry.media_type))
        blobs = tuple(entry for entry in listed if _is_blob_type(entry.media_type))
        return Manifest(content, media_type, actual, children, blobs)
    if media_type == OCI_ARTIFACT:
        return Manifest(content, media_type, actual, blobs=_descriptors(document, "blobs", required=False))
    config = _descriptor(document.get("config"), "config")
    blobs = (config,) + _descriptors(document, "layers")
    return Manifest(content, media_type, actual, blobs=blobs, config=config)


def child_entries(document: Mapping[str, Any]) -> List[Dict[str, Any]]:
    """The entries of an index that are manifests, one for each of its C(children)."""
    return [entry for entry in document["manifests"] or () if not _is_blob_type(str(entry.get("mediaType") or ""))]


def without_children(manifest: Manifest, keep: List[Descriptor]) -> Manifest:
    """The index with only the children in C(keep); the same object if that is all of them.

    The other fields and the order stay the same, so the result is the same bytes on every run.
    """
    if len(keep) == len(manifest.children):
        return manifest
    document: Dict[str, Any] = read_json(manifest.content)
    wanted = {id(child) for child in keep}
    dropped = {id(entry) for entry, child in zip(child_entries(document), manifest.children) if id(child) not in wanted}
    document["manifests"] = [entry for entry in document["manifests"] if id(entry) not in dropped]
    # ASCII only, because JSON may contain lone surrogates, which UTF-8 cannot encode.
    content = json.dumps(document, separators=(",", ":")).encode("ascii")
    return manifest._replace(content=content, digest=digest_of(content), children=tuple(keep))


def _media_type(document: Mapping[str, Any], content_type: str) -> str:
    known = INDEX_TYPES + IMAGE_TYPES + SCHEMA1_TYPES + (OCI_ARTIFACT,)
    header = _header_type(content_type)
    if header in known:
        return header
    own = document.get("mediaType")
    if own in known:
        return str(own)
    if document.get("schemaVersion") == 1:
        return DOCKER_SCHEMA1
    if isinstance(document.get("manifests"), list):
        return OCI_INDEX
    if isinstance(document.get("config"), dict) and isinstance(document.get("layers"), list):
        return OCI_MANIFEST
    raise RegistryError("the reply is not a manifest of a known type ({0})".format(header or "no Content-Type"))


def _is_blob_type(media_type: str) -> bool:
    return media_type.startswith(_BLOB_TYPES)


def _header_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _schema1_error() -> RegistryError:
    return RegistryError(
        "the image has a schema 1 manifest, a format that registries no longer accept",
        code=SCHEMA1,
        hint="Pull it and push it again with a current engine, which stores it as schema 2, then copy that.",
    )


def _descriptors(document: Mapping[str, Any], field: str, required: bool = True) -> Tuple[Descriptor, ...]:
    entries = document.get(field)
    if entries is None and (field in document or not required):
        # Go writes null for an empty list.
        return ()
    if not isinstance(entries, list):
        raise RegistryError("the manifest has no list '{0}'".format(field))
    return tuple(_descriptor(entry, "{0}[{1}]".format(field, index)) for index, entry in enumerate(entries))


def _descriptor(entry: Any, place: str) -> Descriptor:
    try:
        check_shape(entry, _DESCRIPTOR, place)
    except NotUnderstood as problem:
        raise RegistryError("the manifest cannot be parsed: {0}".format(problem)) from problem
    if not is_digest(entry["digest"]):
        raise RegistryError("the manifest's {0} has no valid digest".format(place))
    if not 0 <= entry["size"] <= LARGEST_SIZE:
        raise RegistryError(
            "the manifest says that {0} has {1} bytes, which no registry can hold".format(place, entry["size"]),
            code="SIZE_INVALID",
            hint="Build the image again, or leave it out with deny.",
        )
    media_type = entry.get("mediaType") or ""
    return Descriptor(
        digest=entry["digest"],
        size=entry["size"],
        media_type=media_type,
        platform=entry.get("platform"),
        foreign=bool(entry.get("urls")) and ("foreign" in media_type or "nondistributable" in media_type),
    )
