# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sandbox registry holds: blobs, uploads, manifests and tags, in memory or on disk."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import uuid
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Set

from .http_message import BytesBody, Chunk, FileBody


class Manifest(NamedTuple):
    """A manifest as it was pushed: never re-serialised."""

    digest: str
    media_type: str
    raw: bytes


class Repository:
    """The names one repository knows."""

    def __init__(self) -> None:
        self.blobs: Set[str] = set()
        self.manifests: Dict[str, Manifest] = {}
        self.tags: Dict[str, str] = {}


class Upload:
    """One upload in progress; its digest is computed while the bytes arrive."""

    def __init__(self, repository: str, path: Optional[str]) -> None:
        self.id = uuid.uuid4().hex
        self.repository = repository
        self.size = 0
        self.lock = threading.Lock()
        self._hash = hashlib.sha256()
        self.path = os.path.join(path, self.id) if path else None
        self._file = open(self.path, "wb", buffering=0) if self.path else None  # noqa: SIM115
        self.data = bytearray()

    def append(self, chunk: Chunk) -> None:
        if self._file is not None:
            view = memoryview(chunk)
            while view.nbytes:
                view = view[self._file.write(view) :]
        else:
            self.data += chunk
        self._hash.update(chunk)
        self.size += len(chunk)

    def digest(self, algorithm: str) -> str:
        """The digest of what has arrived, by the algorithm asked for.

        :raises ValueError: the algorithm is not known.
        """
        if algorithm == "sha256":
            return "sha256:" + self._hash.hexdigest()
        if algorithm != "sha512":
            raise ValueError(algorithm)
        other = hashlib.sha512()
        for chunk in (FileBody(self.path) if self.path else BytesBody(self.data)).chunks():
            other.update(chunk)
        return "sha512:" + other.hexdigest()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def discard(self) -> None:
        self.close()
        self.data = bytearray()
        if self.path:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(self.path)


class Storage:
    """Thread-safe storage of one registry.

    :param path: a directory for blobs and for a record of everything else, so that a registry started
        again on it has the same content; None keeps all in memory.
    """

    def __init__(self, path: Optional[str] = None) -> None:
        self.changes = 0
        self.path = path
        self._lock = threading.RLock()
        self._blobs: Dict[str, Any] = {}
        self._repositories: Dict[str, Repository] = {}
        self._uploads: Dict[str, Upload] = {}
        self._record: Any = None
        self._blob_dir = self._upload_dir = None
        if path:
            self._blob_dir = os.path.join(path, "blobs")
            self._upload_dir = os.path.join(path, "uploads")
            os.makedirs(self._blob_dir, exist_ok=True)
            os.makedirs(self._upload_dir, exist_ok=True)
            for name in os.listdir(self._upload_dir):
                os.unlink(os.path.join(self._upload_dir, name))
            self._replay(os.path.join(path, "record.jsonl"))

    # Uploads and blobs

    def new_upload(self, repository: str) -> Upload:
        upload = Upload(repository, self._upload_dir)
        with self._lock:
            self._uploads[upload.id] = upload
        return upload

    def upload(self, repository: str, upload_id: str) -> Optional[Upload]:
        with self._lock:
            upload = self._uploads.get(upload_id)
        return upload if upload is not None and upload.repository == repository else None

    def uploads(self) -> List[Upload]:
        with self._lock:
            return list(self._uploads.values())

    def discard_upload(self, upload: Upload) -> None:
        with self._lock:
            self._uploads.pop(upload.id, None)
        upload.discard()

    def commit_upload(self, upload: Upload, digest: str) -> None:
        """Makes an upload whose digest was checked a blob of its repository."""
        upload.close()
        with self._lock:
            self._uploads.pop(upload.id, None)
            if upload.path:
                target = self._blob_path(digest)
                os.replace(upload.path, target)
                self._blobs[digest] = upload.size
            else:
                self._blobs[digest] = upload.data
            self._link(upload.repository, digest)

    def put_blob(self, repository: str, digest: str, chunks: Iterable[Chunk]) -> None:
        """Stores a blob whose digest the caller vouches for."""
        with self._lock:
            if digest in self._blobs:
                self._link(repository, digest)
                return
        upload = self.new_upload(repository)
        for chunk in chunks:
            upload.append(chunk)
        self.commit_upload(upload, digest)

    def link_blob(self, repository: str, digest: str) -> None:
        with self._lock:
            self._link(repository, digest)

    def has_blob(self, repository: str, digest: str) -> bool:
        found = self._repositories.get(repository)
        return found is not None and digest in found.blobs

    def has_content(self, digest: str) -> bool:
        """Whether the bytes are there, whatever repository they belong to."""
        return digest in self._blobs

    def blob_size(self, digest: str) -> int:
        kept = self._blobs[digest]
        return kept if isinstance(kept, int) else len(kept)

    def blob_body(self, digest: str, offset: int = 0, length: Optional[int] = None) -> Any:
        """The blob (or a part of it) as a body to send."""
        if self._blob_dir:
            return FileBody(self._blob_path(digest), offset, length)
        return BytesBody(self._blobs[digest], offset, length)

    def blob_bytes(self, digest: str) -> bytes:
        return b"".join(bytes(chunk) for chunk in self.blob_body(digest).chunks())

    def delete_blob(self, repository: str, digest: str) -> bool:
        with self._lock:
            found = self._repositories.get(repository)
            if found is None or digest not in found.blobs:
                return False
            found.blobs.discard(digest)
            self._note("unlink", repository, digest)
            return True

    def blobs(self, repository: Optional[str] = None) -> Set[str]:
        """Digests of the blobs of one repository, or of all."""
        with self._lock:
            if repository is None:
                return set(self._blobs)
            found = self._repositories.get(repository)
            return set(found.blobs) if found else set()

    # Manifests and tags

    def put_manifest(self, repository: str, manifest: Manifest, tag: Optional[str]) -> None:
        with self._lock:
            found = self._repositories.setdefault(repository, Repository())
            found.manifests[manifest.digest] = manifest
            self._note("manifest", repository, manifest.digest, manifest.media_type, manifest.raw.decode("latin-1"))
            if tag is not None:
                found.tags[tag] = manifest.digest
                self._note("tag", repository, tag, manifest.digest)

    def manifest(self, repository: str, reference: str) -> Optional[Manifest]:
        found = self._repositories.get(repository)
        if found is None:
            return None
        digest = reference if ":" in reference else found.tags.get(reference, "")
        return found.manifests.get(digest)

    def delete_manifest(self, repository: str, reference: str) -> bool:
        with self._lock:
            found = self._repositories.get(repository)
            if found is None:
                return False
            if ":" not in reference:
                removed = found.tags.pop(reference, None)
            else:
                removed = found.manifests.pop(reference, None)
                for tag in [tag for tag, digest in found.tags.items() if digest == reference]:
                    del found.tags[tag]
            self._note("delete", repository, reference)
            return removed is not None

    def manifests(self, repository: str) -> List[Manifest]:
        with self._lock:
            found = self._repositories.get(repository)
            return list(found.manifests.values()) if found else []

    def tags(self, repository: str) -> Optional[List[str]]:
        """The sorted tags; None where the repository does not exist."""
        with self._lock:
            found = self._repositories.get(repository)
            return sorted(found.tags) if found and (found.tags or found.manifests) else None

    def repositories(self) -> List[str]:
        with self._lock:
            return sorted(name for name, found in self._repositories.items() if found.manifests)

    def clear(self) -> None:
        """Forgets everything."""
        for upload in self.uploads():
            self.discard_upload(upload)
        with self._lock:
            for digest in list(self._blobs) if self._blob_dir else ():
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(self._blob_path(digest))
            self.changes += 1
            self._blobs.clear()
            self._repositories.clear()
            if self._record is not None:
                self._record.truncate(0)

    def close(self) -> None:
        for upload in self.uploads():
            self.discard_upload(upload)
        if self._record is not None:
            self._record.close()
            self._record = None

    # The record on disk

    def _blob_path(self, digest: str) -> str:
        return os.path.join(self._blob_dir or "", digest.replace(":", "-"))

    def _link(self, repository: str, digest: str) -> None:
        blobs = self._repositories.setdefault(repository, Repository()).blobs
        if digest not in blobs:
            blobs.add(digest)
            self._note("link", repository, digest)

    def _note(self, *event: str) -> None:
        self.changes += 1
        if self._record is not None:
            self._record.write(json.dumps(event) + "\n")
            self._record.flush()

    def _replay(self, path: str) -> None:
        for name in os.listdir(self._blob_dir):
            self._blobs[name.replace("-", ":", 1)] = os.path.getsize(os.path.join(self._blob_dir or "", name))
        if os.path.exists(path):
            with open(path, encoding="ascii") as handle:
                for line in handle:
                    self._apply(*json.loads(line))
        self._record = open(path, "a", encoding="ascii")  # noqa: SIM115

    def _apply(self, event: str, repository: str, *values: str) -> None:
        if event == "link":
            self.link_blob(repository, values[0])
        elif event == "unlink":
            self.delete_blob(repository, values[0])
        elif event == "manifest":
            self.put_manifest(repository, Manifest(values[0], values[1], values[2].encode("latin-1")), None)
        elif event == "tag":
            self._repositories.setdefault(repository, Repository()).tags[values[0]] = values[1]
        else:
            self.delete_manifest(repository, values[0])
