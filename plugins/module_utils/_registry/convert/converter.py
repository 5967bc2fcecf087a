# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OCI images as Docker images, for registries that accept no others.

SWR's basic edition refuses OCI manifests and indexes ("Invalid image, fail to parse 'manifest.json'",
aliyun/image-syncer#161, regclient/regclient#720; its user guide says so as well). The two formats differ in their media
types and in attached artifacts; config and layers keep their bytes, so only manifests are rewritten.
The result depends on the source alone: the same image has the same converted digest on every run.

Formats: OCI image specification 1.1 (media-types.md lists the equivalents) and Docker's Image Manifest Version 2,
Schema 2.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any, Callable, Dict, List, Mapping, Optional, Set

from ..client.image_config import read_config, read_platform
from ..errors import RegistryError
from ..model.manifest import (
    IMAGE_CONFIG_TYPES,
    Descriptor,
    Manifest,
    is_digest,
)
from ..model.reference import Repository
from ..model.swr import is_swr_basic
from ..model.tree import Tree
from ..run.image import Form, Image
from ..sources.base import ImageSource, SourceFor
from ..transport.error_replies import OCI_REFUSED
from ..transport.retry import Retrier
from .docker_format import NOT_CONVERTIBLE, Converted, is_oci, to_docker
from .gzip_layers import Pack, Packed, count_packed, has_zstd, match_packed, to_gzip

if TYPE_CHECKING:
    from ..client.blob_reader import BlobBytes
    from .recompression import Recompressor

ALWAYS = "always"
AUTO = "auto"
NEVER = "never"

Convert = Callable[[Image, Tree], Tree]
"""Returns the next form of an image to try, given the image and the refused tree. The image remembers the form and its
new digest.

Raises C(RegistryError) if there is no other form, or if the rule requires the digest that would be lost."""

IN_DOCKERS_FORMAT = Form(docker=True)

_REFUSALS = ("MANIFEST_INVALID", "UNSUPPORTED", "MANIFEST_UNSUPPORTED")


class Converter:
    """Decides what to convert, and converts it.

    There are two conversions, and a registry may need either: Docker's media types instead of OCI's, and gzip layers
    instead of Zstandard ones. If a registry refuses an image and nothing is known about it yet, the cheaper one is
    tried first, then the other alone, then both, so that no image loses more than necessary.

    :param mode: C(auto): for SWR's basic edition, and for registries that turn out to refuse OCI formats; C(always);
        C(never), which also applies to recompression.
    :param sources: returns the client that reads from a registry; configs are read if an index names no platform.
    :param recompress: C(auto): for registries that turn out to refuse Zstandard layers; C(always); C(never).
    :param make_recompressor: creates what recompresses layers, when it is needed; optional.
    """

    def __init__(
        self,
        mode: str,
        sources: SourceFor,
        recompress: str = AUTO,
        make_recompressor: Optional[Callable[[], Recompressor]] = None,
    ) -> None:
        self.mode = mode
        self.recompress = recompress if make_recompressor is not None and mode != NEVER else NEVER
        self._make_recompressor = make_recompressor
        self._recompressor: Optional[Recompressor] = None
        self._sources = sources
        self._docker_only: Set[str] = set()
        self._gzip_only: Set[str] = set()
        self._lock = threading.Lock()

    @property
    def key(self) -> List[str]:
        """The settings that affect the resulting digests."""
        return [self.mode, self.recompress]

    def form_for(self, registry: str, tree: Tree) -> Optional[Convert]:
        """How to convert images with this tree for a registry, as known now; None if not needed."""
        due = (self._wants_docker(registry) and is_oci(tree)) or (self._wants_gzip(registry) and has_zstd(tree))
        return functools.partial(self._convert, registry) if due else None

    def fallback(self, registry: str, tree: Tree, refusal: RegistryError) -> Optional[Convert]:
        """How to convert images with this tree after the registry refused it; None if that would not help."""
        may_help = (self.mode == AUTO and is_oci(tree)) or (self.recompress == AUTO and has_zstd(tree))
        if not may_help or not is_format_refusal(refusal):
            return None

        def convert(image: Image, tree: Tree) -> Tree:
            try:
                return self._convert(registry, image, tree)
            except RegistryError as error:
                # The registry's refusal made it necessary.
                error.what = "{0} (it said: {1})".format(error.what, refusal.what)
                raise

        return convert

    def learn(self, registry: str, form: Form = IN_DOCKERS_FORMAT) -> bool:
        """The registry accepted an image in this form after refusing others. True if that is new."""
        with self._lock:
            known = (len(self._docker_only), len(self._gzip_only))
            if form.docker:
                self._docker_only.add(registry)
            if form.gzip:
                self._gzip_only.add(registry)
            return known != (len(self._docker_only), len(self._gzip_only))

    def takes_docker_only(self, registry: str) -> bool:
        """Whether the registry is known, or declared by the user, to refuse all OCI formats."""
        return self.mode == ALWAYS or registry in self._docker_only or is_swr_basic(registry)

    def reader(self, source: ImageSource, repository: Repository, blob: Descriptor, retrier: Retrier) -> BlobBytes:
        """The reader of a blob for its upload; recompresses a layer on the way if needed."""
        recompressor = self._its_recompressor() if blob.made_from is not None else None
        if recompressor is not None:
            return recompressor.reader(source, repository, blob, retrier)
        from ..client.blob_reader import BlobReader

        return BlobReader(source, repository, blob, retrier)

    def _its_recompressor(self) -> Optional[Recompressor]:
        with self._lock:
            if self._recompressor is None and self._make_recompressor is not None:
                self._recompressor = self._make_recompressor()
            return self._recompressor

    def _convert(self, registry: str, image: Image, tree: Tree) -> Tree:
        original = image.original = image.original or tree
        image.tried.add(tree.manifest.digest)
        obstacle: Optional[RegistryError] = None
        for form in self._forms(registry, original):
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
            "the destination accepts the image in none of the allowed formats",
            where=image.destination_text,
            hint="See the options convert and recompress.",
        )

    def docker_digest(self, image: Image, tree: Tree) -> Optional[str]:
        """The image's digest in Docker's format; None if it already has that format."""
        return self._in_form(image, tree, Form(docker=True)).tree.manifest.digest if is_oci(tree) else None

    def recognizes(self, client: ImageSource, image: Image, tree: Tree, present: str) -> bool:
        """Whether the destination has the image with recompressed layers, determined without reading any layer."""
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

    def _forms(self, registry: str, original: Tree) -> List[Form]:
        """The forms to try, those with the fewest changes first."""
        docker = _choices(is_oci(original) and self.mode != NEVER, self._wants_docker(registry))
        gzip = _choices(has_zstd(original) and self.recompress != NEVER, self._wants_gzip(registry))
        return [Form(as_docker, as_gzip) for as_gzip in gzip for as_docker in docker]

    def _wants_docker(self, registry: str) -> bool:
        return self.mode != NEVER and self.takes_docker_only(registry)

    def _wants_gzip(self, registry: str) -> bool:
        return self.recompress == ALWAYS or (self.recompress == AUTO and registry in self._gzip_only)

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
                "the destination only accepts Docker images, and converting would change the digest in the rule"
                if form.docker
                else "the destination does not accept Zstandard layers, and recompressing would change the digest in "
                "the rule",
                where=image.destination_text,
                hint="Give the destination a tag.",
            )
        image.form = form
        image.converted = True
        image.recompressed = count_packed(converted.tree)
        image.dropped = list(converted.dropped)
        image.destination_digest = digest

    def _packer(self, image: Image) -> Pack:
        from .recompression import diff_ids_of

        recompressor = self._its_recompressor()
        diff_ids: Dict[str, List[Any]] = {}

        def pack(manifest: Manifest, number: int, layer: Descriptor) -> Packed:
            config = manifest.config
            if config is None or recompressor is None:
                raise RegistryError("there is no library to recompress with", where=image.source_text, code="INTERNAL")
            if config.digest not in diff_ids:
                client = self._sources(image.source.registry)
                document = read_config(client, image.source, config, image.source_text)
                diff_ids[config.digest] = diff_ids_of(document, manifest, image.source_text)
            return recompressor.pack(image.source, layer, diff_ids[config.digest][number])

        return pack

    def _platform(self, image: Image, manifest: Manifest) -> Optional[Mapping[str, Any]]:
        if manifest.config is None or manifest.config.media_type not in IMAGE_CONFIG_TYPES:
            return None
        client = self._sources(image.source.registry)
        return read_platform(client, image.source, manifest.config, image.source_text)


def _choices(possible: bool, wanted: bool) -> List[bool]:
    return [True] if possible and wanted else [False, True] if possible else [False]


def is_format_refusal(refusal: RegistryError) -> bool:
    """Whether a registry refused a manifest for its format, not because something is missing or forbidden."""
    if refusal.status not in (400, 415, 422):
        return False
    return refusal.code in _REFUSALS or refusal.status == 415 or OCI_REFUSED in refusal.what
