# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What many images consist of, by their manifests and configs alone: each digest is read once, and no layer.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import threading
from typing import Any, Callable, Dict, Mapping, NamedTuple, Optional, Tuple

from ..._http_values import NotUnderstood
from ..._json import read_json
from ..client.image_config import LARGEST_CONFIG, read_config
from ..client.manifests import DEEPEST_INDEX, MOST_MANIFESTS
from ..errors import RegistryError
from ..model.manifest import IMAGE_CONFIG_TYPES, INDEX_TYPES, Descriptor, Manifest, child_entries
from ..model.platforms import PlatformFilter
from ..model.reference import Repository
from ..sources.base import ImageSource

_REFERENCE_TYPE = "vnd.docker.reference.type"
Annotations = Tuple[Tuple[str, str], ...]


class Part(NamedTuple):
    """One manifest that is not an index.

    :ivar platform: as its index states it; None if it does not.
    :ivar layers: their number; C(size) is their sum in bytes, as stored.
    :ivar config: what the reader's C(reduce) made of the config; None for an artifact.
    :ivar artifact: the type of what is not an image, otherwise empty.
    """

    digest: str
    platform: Optional[Mapping[str, Any]]
    layers: int
    size: int
    annotations: Annotations
    config: Any = None
    config_digest: str = ""
    artifact: str = ""


class Content(NamedTuple):
    """All that a manifest leads to.

    :ivar annotations: its own.
    :ivar missing: digests that an index names but the registry does not have.
    """

    parts: Tuple[Part, ...]
    annotations: Annotations = ()
    missing: Tuple[str, ...] = ()


class _Task(NamedTuple):
    """Where one image is read from, and how many of its manifests may still be."""

    client: ImageSource
    repository: Repository
    where: str
    platforms: PlatformFilter
    left: Dict[str, int]


class Reader:
    """Reads images in any number of threads.

    :param reduce: makes of a config, a JSON object, what is kept of it. Called once for each config; raises
        C(NotUnderstood) for one of another form.
    """

    def __init__(self, reduce: Callable[[Mapping[str, Any]], Any]) -> None:
        self._reduce = reduce
        self._lock = threading.Lock()
        self._locks: Dict[Any, threading.Lock] = {}
        self._known: Dict[Any, Any] = {}

    def read(
        self,
        client: ImageSource,
        repository: Repository,
        reference: str,
        platforms: PlatformFilter,
        look_up: bool = False,
    ) -> Tuple[str, Content]:
        """The digest of an image and its content.

        :param reference: a tag or a digest.
        :param look_up: ask for the digest first: for a tag whose manifest may be known by another one.
        :raises RegistryError: it does not exist, or a part of it cannot be read.
        """
        where = "{0}{1}{2}".format(repository, "@" if reference.startswith(("sha256:", "sha512:")) else ":", reference)
        task = _Task(client, repository, where, platforms, {"manifests": MOST_MANIFESTS})
        if look_up:
            found = client.head_manifest(repository, reference)
            if found is None:
                raise _absent(where)
            key = _key(found.digest, found.media_type, task)
            return found.digest, self._once(key, lambda: self._content(found.digest, task, 0))
        manifest = client.get_manifest(repository, reference)
        if manifest is None:
            raise _absent(where)
        key = _key(manifest.digest, manifest.media_type, task)
        return manifest.digest, self._once(key, lambda: self._described(manifest, task, 0))

    def _once(self, key: Any, work: Callable[[], Any]) -> Any:
        """The result of C(work) for a key. Nothing is kept of a failure, so that another repository can try.

        No two threads wait for each other: a manifest cannot contain its own digest, at any depth.
        """
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key in self._known:
                return self._known[key]
            result = work()
            if not (isinstance(result, Content) and result.missing):
                self._known[key] = result
            return result

    def _content(self, digest: str, task: _Task, depth: int) -> Content:
        manifest = task.client.get_manifest(task.repository, digest)
        if manifest is not None:
            return self._described(manifest, task, depth)
        if not depth:
            raise _absent(task.where)
        return Content((), missing=(digest,))

    def _described(self, manifest: Manifest, task: _Task, depth: int) -> Content:
        document = read_json(manifest.content)
        annotations = _texts(document.get("annotations"))
        if not manifest.is_index:
            return Content((self._part(manifest, document, annotations, task),), annotations)
        if depth >= DEEPEST_INDEX:
            raise RegistryError("too many nested indexes for an image", where=task.where)
        if manifest.blobs:
            return Content((_artifact(manifest, "an index of layers, such as the cache of a build", annotations),))
        parts: Dict[str, Part] = {}
        missing: Dict[str, None] = {}
        for entry, child in zip(child_entries(document), manifest.children):
            if _is_attestation(entry, child) or not task.platforms.matches(child.platform):
                continue
            below = self._child(child, task, depth + 1)
            for part in below.parts:
                parts.setdefault(part.digest, part._replace(platform=part.platform or child.platform))
            missing.update(dict.fromkeys(below.missing))
        return Content(tuple(parts.values()), annotations, tuple(missing))

    def _child(self, child: Descriptor, task: _Task, depth: int) -> Content:
        task.left["manifests"] -= 1
        if task.left["manifests"] < 0:
            raise RegistryError(
                "its indexes name more than {0} manifests".format(MOST_MANIFESTS),
                where=task.where,
                hint="No build tool creates such an image: leave it out with deny.",
            )
        key = _key(child.digest, child.media_type, task)
        found: Content = self._once(key, lambda: self._content(child.digest, task, depth))
        return found

    def _part(self, manifest: Manifest, document: Mapping[str, Any], annotations: Annotations, task: _Task) -> Part:
        config = manifest.config
        if config is None or config.media_type not in IMAGE_CONFIG_TYPES:
            kind = document.get("artifactType") or (config.media_type if config else "") or "no config"
            return _artifact(manifest, "an artifact ({0})".format(kind), annotations)
        if config.size > LARGEST_CONFIG:
            raise RegistryError(
                "the image's config has {0} bytes; at most {1} are read".format(config.size, LARGEST_CONFIG),
                where=task.where,
            )
        reduced = self._once(config.digest, lambda: self._reduced(config, task))
        layers = [blob for blob in manifest.blobs if blob is not config]
        size = sum(layer.size for layer in layers)
        return Part(manifest.digest, None, len(layers), size, annotations, reduced, config.digest)

    def _reduced(self, config: Descriptor, task: _Task) -> Any:
        document = read_config(task.client, task.repository, config, task.where)
        try:
            return self._reduce(document)
        except NotUnderstood as problem:
            raise RegistryError(
                "the image's config cannot be understood: {0}".format(problem), where=task.where
            ) from problem


def _key(digest: str, media_type: str, task: _Task) -> Any:
    """What identifies a manifest's content: only that of an index depends on the platforms."""
    return (digest, task.platforms) if media_type.partition(";")[0].strip() in INDEX_TYPES else digest


def _artifact(manifest: Manifest, kind: str, annotations: Annotations) -> Part:
    size = sum(blob.size for blob in manifest.blobs)
    return Part(manifest.digest, None, len(manifest.blobs), size, annotations, artifact=kind)


def _is_attestation(entry: Mapping[str, Any], child: Descriptor) -> bool:
    annotations = entry.get("annotations")
    if isinstance(annotations, dict) and annotations.get(_REFERENCE_TYPE) == "attestation-manifest":
        return True
    platform = child.platform or {}
    return platform.get("os") == "unknown" or platform.get("architecture") == "unknown"


def _texts(annotations: Any) -> Annotations:
    if not isinstance(annotations, dict):
        return ()
    return tuple((name, value) for name, value in annotations.items() if isinstance(value, str))


def _absent(where: str) -> RegistryError:
    return RegistryError(
        "the registry does not have this image",
        where=where,
        code="MANIFEST_UNKNOWN",
        status=404,
        hint="Check the repository's name and the tag.",
    )
