# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Harbor's own registry holds, as Harbor sees it: artifacts with their types, labels, children and accessories."""

from __future__ import annotations

import json
import re
import threading
from typing import Any, Dict, List, NamedTuple, Optional, Set, Tuple

from .distribution import INDEX_TYPES
from .harbor_versions import Version
from .storage import Manifest

# Types of an image's configuration to what Harbor calls the artifact.
_KINDS = {
    "application/vnd.docker.container.image.v1+json": "IMAGE",
    "application/vnd.oci.image.config.v1+json": "IMAGE",
    "application/vnd.cncf.helm.config.v1+json": "CHART",
}
_COSIGN = re.compile(r"(sha256)-([0-9a-f]{64})\.(?:sig|att|sbom)\Z")


class Artifact(NamedTuple):
    """One artifact of a repository."""

    digest: str
    media_type: str
    manifest_media_type: str
    kind: str
    size: int
    tags: Tuple[str, ...]
    labels: Tuple[str, ...]
    references: Tuple[Dict[str, Any], ...]
    accessories: Tuple[str, ...]


class Labels:
    """Labels that were attached to artifacts."""

    def __init__(self) -> None:
        self._attached: Dict[Tuple[str, str], Set[str]] = {}
        self._lock = threading.Lock()
        self.changes = 0

    def attach(self, repository: str, digest: str, name: str) -> None:
        with self._lock:
            self.changes += 1
            self._attached.setdefault((repository, digest), set()).add(name)

    def of(self, repository: str, digest: str) -> Tuple[str, ...]:
        return tuple(sorted(self._attached.get((repository, digest), ())))

    def names(self) -> Set[str]:
        with self._lock:
            return {name for names in self._attached.values() for name in names}


class Content:
    """A view of a sandbox registry's storage."""

    def __init__(self, storage: Any, labels: Labels, version: Version) -> None:
        self.storage = storage
        self.labels = labels
        self._version = version

    def repositories(self) -> List[str]:
        return self.storage.repositories()

    def artifacts(self, repository: str) -> List[Artifact]:
        """The artifacts of a repository without those that only belong to another: children and accessories."""
        manifests = self.storage.manifests(repository)
        documents = {manifest.digest: json.loads(manifest.raw) for manifest in manifests}
        tags = self._tags(repository)
        children = {child["digest"] for document in documents.values() for child in document.get("manifests") or ()}
        subjects = {manifest.digest: self._subject(manifest, documents, tags) for manifest in manifests}
        accessories: Dict[str, List[str]] = {}
        for digest, subject in subjects.items():
            if subject is not None:
                accessories.setdefault(subject, []).append(digest)
        return [
            self._artifact(repository, manifest, documents, tags, accessories)
            for manifest in manifests
            if subjects[manifest.digest] is None and (manifest.digest not in children or manifest.digest in tags)
        ]

    def tags_of(self, repository: str, digest: str) -> Tuple[str, ...]:
        return self._tags(repository).get(digest, ())

    def _tags(self, repository: str) -> Dict[str, Tuple[str, ...]]:
        found: Dict[str, Tuple[str, ...]] = {}
        for tag in self.storage.tags(repository) or ():
            digest = self.storage.manifest(repository, tag).digest
            found[digest] = (*found.get(digest, ()), tag)
        return found

    def _subject(self, manifest: Manifest, documents: Any, tags: Dict[str, Tuple[str, ...]]) -> Optional[str]:
        """The artifact that a manifest is an accessory of; versions before 2.5 know none."""
        if not self._version.at_least(2, 5):
            return None
        for tag in tags.get(manifest.digest, ()):
            found = _COSIGN.match(tag)
            if found and ":".join(found.groups()) in documents:
                return ":".join(found.groups())
        subject = (documents[manifest.digest].get("subject") or {}).get("digest")
        return subject if self._version.at_least(2, 9) and subject in documents else None

    def _artifact(
        self, repository: str, manifest: Manifest, documents: Any, tags: Any, accessories: Dict[str, List[str]]
    ) -> Artifact:
        document = documents[manifest.digest]
        references = tuple(document.get("manifests") or ())
        config = (document.get("config") or {}).get("mediaType", "")
        kind = _KINDS.get(config, "UNKNOWN")
        if manifest.media_type in INDEX_TYPES:
            config = manifest.media_type
            first = documents.get(references[0]["digest"], {}) if references else {}
            kind = _KINDS.get((first.get("config") or {}).get("mediaType", ""), "IMAGE")
        own = [document["config"]] if document.get("config") else []
        size = len(manifest.raw) + sum(part.get("size", 0) for part in [*own, *(document.get("layers") or ())])
        return Artifact(
            manifest.digest,
            config or manifest.media_type,
            manifest.media_type,
            kind,
            size,
            tags.get(manifest.digest, ()),
            self.labels.of(repository, manifest.digest),
            references,
            tuple(accessories.get(manifest.digest, ())),
        )
