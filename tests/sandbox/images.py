# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A factory of test images of every kind. The same arguments give the same image.

Sizes are in bytes, of the biggest file of each layer.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

from .blobs import (
    DOCKER_FOREIGN,
    DOCKER_LAYER,
    IN_TOTO,
    OCI_LAYER,
    OCI_LAYER_ZSTD,
    Blob,
    blob,
    layer,
)
from .distribution import SIGNED_SCHEMA1, manifest_digest

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_EMPTY = "application/vnd.oci.empty.v1+json"

PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/s390x")
Layers = Union[int, Sequence[Blob]]


class Image(NamedTuple):
    """A manifest with all that it needs.

    :ivar raw: the manifest's bytes. :ivar children: for a list or an index.
    :ivar platform: as a descriptor in an index has it, or None.
    :ivar annotations: of its descriptor in an index.
    """

    media_type: str
    raw: bytes
    digest: str
    blobs: Tuple[Blob, ...] = ()
    children: Tuple[Image, ...] = ()
    platform: Optional[Dict[str, Any]] = None
    annotations: Optional[Dict[str, str]] = None

    @property
    def document(self) -> Dict[str, Any]:
        """The manifest, parsed."""
        return json.loads(self.raw)

    def descriptor(self) -> Dict[str, Any]:
        values: Dict[str, Any] = {"mediaType": self.media_type, "digest": self.digest, "size": len(self.raw)}
        if self.platform is not None:
            values["platform"] = self.platform
        if self.annotations is not None:
            values["annotations"] = self.annotations
        return values

    def all_blobs(self) -> Dict[str, Blob]:
        """Each blob of the image and its children once, by digest; without foreign layers."""
        found = {item.digest: item for item in self.blobs if not item.urls}
        for child in self.children:
            found.update(child.all_blobs())
        return found


def parse_platform(text: str) -> Dict[str, Any]:
    """C(linux/arm/v7) or C(windows/amd64:10.0.17763.1) as a descriptor's platform."""
    text, _colon, version = text.partition(":")
    parts = text.split("/")
    platform = {"architecture": parts[1], "os": parts[0]}
    if len(parts) > 2:
        platform["variant"] = parts[2]
    if version:
        platform["os.version"] = version
    return platform


def _finish(document: Mapping[str, Any], media_type: str, indent: Optional[int] = None, **parts: Any) -> Image:
    # Indented as build tools write it: a copy that re-serialises changes the digest and is found out.
    raw = json.dumps(document, indent=3 if indent is None else indent).encode()
    return Image(media_type, raw, manifest_digest(raw, media_type), **parts)


CREATED = "2024-01-01T00:00:00Z"


def _config(
    seed: Any, platform: Mapping[str, Any], layers: Iterable[Blob], media_type: str, created: Optional[str] = CREATED
) -> Blob:
    document = dict(platform)
    if created is not None:
        document["created"] = created
    document["config"] = {"Cmd": ["/bin/true"], "Labels": {"sandbox.seed": str(seed)}}
    document["rootfs"] = {"type": "layers", "diff_ids": [item.diff_id for item in layers]}
    document["history"] = [{"created": "2024-01-01T00:00:00Z", "created_by": "sandbox"}]
    return blob(json.dumps(document, sort_keys=True).encode(), media_type)


def _layers(seed: Any, layers: Layers, size: int, compressible: bool, media_type: str) -> List[Blob]:
    if not isinstance(layers, int):
        return list(layers)
    return [layer("{0}/{1}".format(seed, number), size, compressible, media_type) for number in range(layers)]


def docker_image(
    seed: Any,
    layers: Layers = 2,
    size: int = 1024,
    platform: str = "linux/amd64",
    compressible: bool = False,
    created: Optional[str] = CREATED,
) -> Image:
    """A Docker schema 2 image. C(layers): how many layers to make, or the layers themselves."""
    blobs = _layers(seed, layers, size, compressible, DOCKER_LAYER)
    where = parse_platform(platform)
    config = _config(seed, where, blobs, DOCKER_CONFIG, created)
    document = {
        "schemaVersion": 2,
        "mediaType": DOCKER_MANIFEST,
        "config": config.descriptor(),
        "layers": [item.descriptor() for item in blobs],
    }
    return _finish(document, DOCKER_MANIFEST, blobs=(config, *blobs), platform=where)


def oci_image(
    seed: Any,
    layers: Layers = 2,
    size: int = 1024,
    platform: str = "linux/amd64",
    compressible: bool = False,
    layer_type: str = OCI_LAYER,
    subject: Optional[Image] = None,
) -> Image:
    """An OCI image; C(layer_type) may be C(OCI_LAYER_ZSTD) or C(OCI_LAYER_PLAIN)."""
    blobs = _layers(seed, layers, size, compressible, layer_type)
    where = parse_platform(platform)
    config = _config(seed, where, blobs, OCI_CONFIG)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor(),
        "layers": [item.descriptor() for item in blobs],
    }
    if subject is not None:
        document["subject"] = {name: subject.descriptor()[name] for name in ("mediaType", "digest", "size")}
    return _finish(document, OCI_MANIFEST, blobs=(config, *blobs), platform=where)


def built_image(
    seed: Any,
    run: Optional[Mapping[str, Any]] = None,
    history: Any = (),
    layers: Optional[int] = None,
    platform: str = "linux/amd64",
    annotations: Optional[Mapping[str, str]] = None,
    size: int = 1024,
    more: Optional[Mapping[str, Any]] = None,
) -> Image:
    """An OCI image as a builder leaves it.

    :param run: the part C(config) of its config.
    :param history: its entries; a text stands for C(created_by) of a step with a layer. None for a config without it.
    :param layers: by default one for each entry that is not empty.
    :param more: further fields of the config.
    """
    entries = [{"created_by": one} if isinstance(one, str) else one for one in history or ()]
    if layers is None:
        layers = sum(not (isinstance(one, dict) and one.get("empty_layer")) for one in entries)
    blobs = _layers(seed, layers, size, False, OCI_LAYER)
    where = parse_platform(platform)
    document: Dict[str, Any] = dict(where, created=CREATED, config=dict(run or {}))
    # As older builders leave it: images without layers differ too.
    document["container"] = hashlib.sha256(repr(seed).encode()).hexdigest()
    document["rootfs"] = {"type": "layers", "diff_ids": [item.diff_id for item in blobs]}
    if history is not None:
        document["history"] = entries
    document.update(more or {})
    config = blob(json.dumps(document, sort_keys=True).encode(), OCI_CONFIG)
    manifest: Dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor(),
        "layers": [item.descriptor() for item in blobs],
    }
    if annotations:
        manifest["annotations"] = dict(annotations)
    return _finish(manifest, OCI_MANIFEST, blobs=(config, *blobs), platform=where)


def zstd_image(seed: Any, layers: int = 2, size: int = 1024) -> Image:
    """An OCI image with Zstandard layers."""
    return oci_image(seed, layers, size, layer_type=OCI_LAYER_ZSTD)


def manifest_list(seed: Any, platforms: Sequence[str] = PLATFORMS, layers: int = 2, size: int = 1024) -> Image:
    """A Docker manifest list with one image a platform."""
    children = [docker_image("{0}/{1}".format(seed, name), layers, size, name) for name in platforms]
    return docker_list(children)


def docker_list(children: Sequence[Image]) -> Image:
    """A Docker manifest list of the given images."""
    document = {"schemaVersion": 2, "mediaType": DOCKER_LIST, "manifests": [item.descriptor() for item in children]}
    return _finish(document, DOCKER_LIST, children=tuple(children))


def attestation(seed: Any, target: Image) -> Image:
    """A provenance attestation for an image, as BuildKit adds it to an index."""
    statement = {
        "_type": "https://in-toto.io/Statement/v0.1",
        "predicateType": "https://slsa.dev/provenance/v0.2",
        "subject": [{"name": str(seed), "digest": {"sha256": target.digest.partition(":")[2]}}],
        "predicate": {"builder": {"id": ""}, "buildType": "https://mobyproject.org/buildkit@v1"},
    }
    data = json.dumps(statement).encode()
    content = blob(data, IN_TOTO)
    content.annotations = {"in-toto.io/predicate-type": "https://slsa.dev/provenance/v0.2"}
    content.diff_id = content.digest
    where = {"architecture": "unknown", "os": "unknown"}
    config = _config("{0}/attestation".format(seed), where, [content], OCI_CONFIG)
    document = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "config": config.descriptor(),
        "layers": [content.descriptor()],
    }
    notes = {"vnd.docker.reference.digest": target.digest, "vnd.docker.reference.type": "attestation-manifest"}
    return _finish(document, OCI_MANIFEST, blobs=(config, content), platform=where, annotations=notes)


def oci_index(
    seed: Any,
    platforms: Sequence[str] = ("linux/amd64", "linux/arm64"),
    layers: int = 2,
    size: int = 1024,
    attested: bool = True,
    children: Optional[Sequence[Image]] = None,
) -> Image:
    """An OCI index, as BuildKit makes it: one image a platform and an attestation for each."""
    made = list(children) if children is not None else []
    if children is None:
        made = [oci_image("{0}/{1}".format(seed, name), layers, size, name) for name in platforms]
    if attested:
        made += [attestation("{0}/{1}".format(seed, number), image) for number, image in enumerate(list(made))]
    document = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": [item.descriptor() for item in made]}
    return _finish(document, OCI_INDEX, children=tuple(made))


def nested_index(seed: Any) -> Image:
    """An OCI index with an image and another index."""
    inner = oci_index("{0}/inner".format(seed), ("linux/arm64", "linux/s390x"), attested=False)
    return oci_index(seed, children=[oci_image("{0}/outer".format(seed)), inner], attested=False)


def artifact(seed: Any, artifact_type: str = "application/vnd.sandbox.thing", subject: Optional[Image] = None) -> Image:
    """An OCI artifact: empty config, one file; with a subject it is a referrer."""
    empty = blob(b"{}", OCI_EMPTY)
    content = blob("artifact {0}\n".format(seed).encode(), "text/plain")
    document: Dict[str, Any] = {
        "schemaVersion": 2,
        "mediaType": OCI_MANIFEST,
        "artifactType": artifact_type,
        "config": empty.descriptor(),
        "layers": [content.descriptor()],
    }
    if subject is not None:
        document["subject"] = {name: subject.descriptor()[name] for name in ("mediaType", "digest", "size")}
    return _finish(document, OCI_MANIFEST, blobs=(empty, content))


def foreign_layer_image(seed: Any, url: str = "http://127.0.0.1:9/base.tar.gz") -> Image:
    """A Windows image whose base layer lies elsewhere and is not pushed."""
    base = layer("{0}/base".format(seed), media_type=DOCKER_FOREIGN)
    base.urls = (url,)
    own = layer("{0}/own".format(seed))
    return docker_image(seed, [base, own], platform="windows/amd64:10.0.17763.1")


def schema1_image(seed: Any, layers: int = 2, size: int = 1024) -> Image:
    """A Docker schema 1 manifest in the signed form. The signature's bytes are not a real signature."""
    blobs = _layers(seed, layers, size, False, DOCKER_LAYER)
    newest_first = list(reversed(blobs))
    history = []
    for number, item in enumerate(newest_first):
        entry = {"id": item.digest[7:], "created": "2015-01-01T00:00:00Z", "os": "linux", "architecture": "amd64"}
        if number + 1 < len(newest_first):
            entry["parent"] = newest_first[number + 1].digest[7:]
        history.append({"v1Compatibility": json.dumps(entry)})
    document = {
        "schemaVersion": 1,
        "name": "sandbox/schema1",
        "tag": "latest",
        "architecture": "amd64",
        "fsLayers": [{"blobSum": item.digest} for item in newest_first],
        "history": history,
    }
    payload = json.dumps(document, indent=3).encode()
    head, tail = payload[:-2], payload[-2:]
    protected = {"formatLength": len(head), "formatTail": _base64(tail), "time": "2015-01-01T00:00:00Z"}
    signature = {
        "header": {"jwk": {"crv": "P-256", "kty": "EC", "kid": "SANDBOX"}, "alg": "ES256"},
        "signature": _base64(hashlib.sha512(payload).digest()),
        "protected": _base64(json.dumps(protected).encode()),
    }
    lines = json.dumps([signature], indent=3).replace("\n", "\n   ").encode()
    raw = head + b',\n   "signatures": ' + lines + tail
    return Image(SIGNED_SCHEMA1, raw, manifest_digest(raw, SIGNED_SCHEMA1), tuple(blobs))


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


FACTORIES = {
    "docker_image": docker_image,
    "oci_image": oci_image,
    "built_image": built_image,
    "zstd_image": zstd_image,
    "manifest_list": manifest_list,
    "oci_index": oci_index,
    "nested_index": nested_index,
    "artifact": artifact,
    "foreign_layer_image": foreign_layer_image,
    "schema1_image": schema1_image,
}
