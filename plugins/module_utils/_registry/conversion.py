# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OCI images as Docker images, for registries that take no others.

SWR's basic edition refuses OCI manifests and indexes ("Invalid image, fail to parse 'manifest.json'",
aliyun/image-syncer#161, regclient/regclient#720; its user guide says so as well). The two formats differ in their media
types and in what hangs on an image; config and layers stay the same bytes, so only manifests are written anew.
The result depends on the source alone: the same image has the same converted digest on every run.

Formats: OCI image specification 1.1 (media-types.md lists the equivalents) and Docker's Image Manifest Version 2,
Schema 2.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
import json
import re
import threading
from typing import Any, Callable, Dict, List, Mapping, NamedTuple, Optional, Set, Tuple

from ansible_collections.longshore.swr.plugins.module_utils._registry.client import RegistryClient
from ansible_collections.longshore.swr.plugins.module_utils._registry.errors import RegistryError
from ansible_collections.longshore.swr.plugins.module_utils._registry.images import Form, Image, Tree
from ansible_collections.longshore.swr.plugins.module_utils._registry.manifest import (
    DOCKER_CONFIG,
    DOCKER_LIST,
    DOCKER_MANIFEST,
    IMAGE_CONFIG_TYPES,
    OCI_ARTIFACT,
    OCI_INDEX,
    OCI_MANIFEST,
    Descriptor,
    Manifest,
    digest_of,
    is_digest,
    parse_manifest,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.recompression import (
    Pack,
    Packed,
    Recompressor,
    count_packed,
    diff_ids_of,
    has_zstd,
    match_packed,
    to_gzip,
)
from ansible_collections.longshore.swr.plugins.module_utils._registry.reference import Repository
from ansible_collections.longshore.swr.plugins.module_utils._registry.replies import OCI_REFUSED

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

ALWAYS = "always"
AUTO = "auto"
NEVER = "never"

NOT_CONVERTIBLE = "NOT_CONVERTIBLE"
IN_DOCKERS_FORMAT = Form(docker=True)

_SWR_BASIC = re.compile(r"swr\.[a-z0-9-]+\.(myhuaweicloud\.(com|eu)|otc\.t-systems\.com)$")
_REFUSALS = ("MANIFEST_INVALID", "UNSUPPORTED", "MANIFEST_UNSUPPORTED")
LARGEST_CONFIG = 8 * 1024 * 1024

PlatformOf = Callable[[Manifest], Optional[Mapping[str, Any]]]


class Converter:
    """Decides what is converted, and converts it.

    There are two conversions, each of which a registry may want: Docker's media types in the place of OCI's, and gzip
    layers in the place of Zstandard ones. Where a registry refuses an image and nothing is known of it yet, the cheap
    one is tried first, then the other by itself, then both, so that no image loses more than it must.

    :param mode: C(auto): for SWR's basic edition, and for registries that turn out to refuse OCI's formats; C(always);
        C(never), which goes for recompressing as well.
    :param sources: gives the client to read a registry with; configs are read where an index names no platform.
    :param recompress: C(auto): for registries that turn out to refuse Zstandard layers; C(always); C(never).
    :param recompressor: recompresses layers; without one none is.
    """

    def __init__(
        self,
        mode: str,
        sources: Callable[[str], RegistryClient],
        recompress: str = AUTO,
        recompressor: Optional[Recompressor] = None,
    ) -> None:
        self.mode = mode
        self.recompress = recompress if recompressor is not None and mode != NEVER else NEVER
        self.recompressor = recompressor
        self._sources = sources
        self._docker_only: Set[str] = set()
        self._gzip_only: Set[str] = set()
        self._lock = threading.Lock()

    @property
    def key(self) -> List[str]:
        """What of the settings decides about the digests that images get."""
        return [self.mode] if self.recompress != ALWAYS else [self.mode, self.recompress]

    def is_due(self, client: RegistryClient, tree: Tree) -> bool:
        """Whether this image has to be converted for this destination, by what is known now."""
        if self._wants_docker(client) and is_oci(tree):
            return True
        return self._wants_gzip(client) and has_zstd(tree)

    def takes_docker_only(self, client: RegistryClient) -> bool:
        """Whether the registry is known, or said by the user, to take nothing of OCI's."""
        return self.mode == ALWAYS or client.registry in self._docker_only or is_swr_basic(client.registry)

    def may_help(self, client: RegistryClient, tree: Tree, refusal: RegistryError) -> bool:
        """Whether a refused manifest may be taken in another form."""
        if not is_format_refusal(refusal):
            return False
        return (self.mode == AUTO and is_oci(tree)) or (self.recompress == AUTO and has_zstd(tree))

    def learn(self, client: RegistryClient, form: Form = IN_DOCKERS_FORMAT) -> bool:
        """The registry took an image in this form where it had refused others. True when that is news."""
        with self._lock:
            known = (len(self._docker_only), len(self._gzip_only))
            if form.docker:
                self._docker_only.add(client.registry)
            if form.gzip:
                self._gzip_only.add(client.registry)
            return known != (len(self._docker_only), len(self._gzip_only))

    def convert(self, client: RegistryClient, image: Image, tree: Tree) -> Tree:
        """The image in the next form that the destination may take; it remembers that, and its new digest.

        :param tree: the form that the destination does not take.
        :raises RegistryError: there is no other form, or the rule asks for the digest that it would lose.
        """
        original = image.original = image.original or tree
        image.tried.add(tree.manifest.digest)
        obstacle: Optional[RegistryError] = None
        for form in self._forms(client, original):
            try:
                converted = self._in_form(image, original, form)
            except RegistryError as error:
                if error.code != NOT_CONVERTIBLE:
                    raise
                obstacle = obstacle or error
                continue
            if converted.tree.manifest.digest not in image.tried:
                self._note(image, form, converted)
                return converted.tree
        raise obstacle or RegistryError(
            "the destination does not take the image in any form that it may be given",
            where=image.destination_text,
            hint="See the options convert and recompress.",
        )

    def docker_digest(self, image: Image, tree: Tree) -> Optional[str]:
        """The digest that the image has in Docker's format; None where it is in it already."""
        return self._in_form(image, tree, Form(docker=True)).tree.manifest.digest if is_oci(tree) else None

    def recognizes(self, client: RegistryClient, image: Image, tree: Tree, present: str) -> bool:
        """Whether the destination has the image with recompressed layers, found out without reading any of them."""
        if self.recompress == NEVER or not has_zstd(tree):
            return False
        stored = functools.lru_cache(maxsize=None)(lambda digest: client.get_manifest(image.destination, digest))
        for docker in (False, True) if is_oci(tree) else (False,):
            base = self._in_form(image, tree, Form(docker)) if docker else Converted(tree)
            known = match_packed(base.tree, stored, present)
            if known is None:
                continue
            packed = to_gzip(base.tree, lambda _manifest, _number, layer, known=known: known[layer.digest])
            if packed.manifest.digest == present:
                self._note(image, Form(docker, True), Converted(packed, base.dropped))
                return True
        return False

    def _forms(self, client: RegistryClient, original: Tree) -> List[Form]:
        """The forms that may be tried, the ones that change the least first."""
        docker = _choices(is_oci(original) and self.mode != NEVER, self._wants_docker(client))
        gzip = _choices(has_zstd(original) and self.recompress != NEVER, self._wants_gzip(client))
        return [Form(as_docker, as_gzip) for as_gzip in gzip for as_docker in docker]

    def _wants_docker(self, client: RegistryClient) -> bool:
        if self.mode == NEVER:
            return False
        return self.mode == ALWAYS or client.registry in self._docker_only or is_swr_basic(client.registry)

    def _wants_gzip(self, client: RegistryClient) -> bool:
        if self.recompress == NEVER:
            return False
        return self.recompress == ALWAYS or client.registry in self._gzip_only

    def _in_form(self, image: Image, tree: Tree, form: Form) -> Converted:
        converted = Converted(tree)
        if form.docker:
            converted = to_docker(tree, lambda manifest: self._platform(image, manifest), image.source_text)
        if form.gzip:
            return converted._replace(tree=to_gzip(converted.tree, self._packer(image)))
        return converted

    def _note(self, image: Image, form: Form, converted: Converted) -> None:
        digest = converted.tree.manifest.digest
        if is_digest(image.destination_ref) and image.destination_ref != digest:
            raise RegistryError(
                "the destination takes Docker images only, and converting changes the digest that the rule asks for"
                if form.docker
                else "the destination takes no Zstandard layers, and recompressing changes the digest that the rule "
                "asks for",
                where=image.destination_text,
                hint="Give the destination a tag.",
            )
        image.form = form
        image.converted = True
        image.recompressed = count_packed(converted.tree)
        image.dropped = list(converted.dropped)
        image.destination_digest = digest

    def _packer(self, image: Image) -> Pack:
        diff_ids: Dict[str, List[Any]] = {}

        def pack(manifest: Manifest, number: int, layer: Descriptor) -> Packed:
            config = manifest.config
            if config is None or self.recompressor is None:
                raise RegistryError("there is nothing to recompress with", where=image.source_text, code="INTERNAL")
            if config.digest not in diff_ids:
                client = self._sources(image.source.registry)
                document = read_config(client, image.source, config, image.source_text)
                diff_ids[config.digest] = diff_ids_of(document, manifest, image.source_text)
            return self.recompressor.pack(image.source, layer, diff_ids[config.digest][number])

        return pack

    def _platform(self, image: Image, manifest: Manifest) -> Optional[Mapping[str, Any]]:
        if manifest.config is None or manifest.config.media_type not in IMAGE_CONFIG_TYPES:
            return None
        client = self._sources(image.source.registry)
        return read_platform(client, image.source, manifest.config, image.source_text)


def _choices(possible: bool, wanted: bool) -> List[bool]:
    return [True] if possible and wanted else [False, True] if possible else [False]


def is_format_refusal(refusal: RegistryError) -> bool:
    """Whether a registry refused a manifest for what it is, and not for what is missing or forbidden."""
    if refusal.status not in (400, 415, 422):
        return False
    return refusal.code in _REFUSALS or refusal.status == 415 or OCI_REFUSED in refusal.what


def is_swr_basic(registry: str) -> bool:
    """Whether the host is an SWR basic edition's. Enterprise Edition instances (C(swr-pro)) take OCI images."""
    return bool(_SWR_BASIC.match(registry))


def read_platform(
    client: RegistryClient, repository: Repository, config: Descriptor, where: str
) -> Optional[Mapping[str, Any]]:
    """The platform that an image's config names, None where it names none.

    :raises RegistryError: the config cannot be read, or is not what its digest says.
    """
    document = read_config(client, repository, config, where)
    if not document.get("os"):
        return None
    names = ("architecture", "os", "os.version", "os.features", "variant")
    return {name: document[name] for name in names if document.get(name)}


def read_config(client: RegistryClient, repository: Repository, config: Descriptor, where: str) -> Dict[str, Any]:
    """An image's config; empty where it is JSON and no object.

    :raises RegistryError: it cannot be read, or is not what its digest says.
    """
    content = client.get_blob(repository, config.digest, LARGEST_CONFIG)
    if digest_of(content, config.digest.partition(":")[0]) != config.digest:
        raise RegistryError("the image's config is damaged", where=where, code="DIGEST_INVALID")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise RegistryError("the image's config is not JSON", where=where) from error
    return document if isinstance(document, dict) else {}


class Converted(NamedTuple):
    """A converted image, and what could not come along, each as a phrase for the report."""

    tree: Tree
    dropped: Tuple[str, ...] = ()


def is_oci(tree: Tree) -> bool:
    """Whether the manifest, or one below it, has a format that only OCI registries take."""
    return tree.manifest.media_type in OCI_TYPES or any(is_oci(child) for child in tree.children)


def to_docker(tree: Tree, platform_of: PlatformOf, where: str) -> Converted:
    """The image with Docker's media types.

    Indexes within an index are flattened; attestations, children for an unknown platform and artifacts in an index are
    dropped. What is Docker's format already stays as it is, byte for byte.

    :param platform_of: reads a manifest's platform from its config, for a child whose index does not say it.
    :param where: the image, for messages.
    :raises RegistryError: it is no image (an artifact, a Helm chart), or nothing of the index can be stored.
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
    entries = json.loads(tree.manifest.content)["manifests"]
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
    document = json.loads(manifest.content)
    config = manifest.config
    if config is None or config.media_type not in IMAGE_CONFIG_TYPES:
        kind = document.get("artifactType") or (config.media_type if config else "") or "no image config"
        raise _no_image(where, "it is an artifact ({0})".format(kind))
    layers = []
    for layer in document["layers"]:
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
    # The order of Docker's own manifests; annotations have no place in them.
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
        "the destination takes Docker images only, and this cannot be made one: {0}".format(why),
        where=where,
        code=NOT_CONVERTIBLE,
        hint="Copy it to a registry that takes OCI artifacts, such as an SWR Enterprise Edition instance.",
    )
