# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a registry really has what its manifests name: each blob is looked up, or read and hashed.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import hashlib
from typing import Callable, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Optional, Tuple

from ..client.clients import ClientPool
from ..client.manifests import read_tree
from ..errors import RegistryError, failure_of
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..run.work_queue import WorkQueue
from ..sources.base import ImageSource
from ..transport.connection import TransportError
from ..transport.retry import Retrier

BLOCK = 256 * 1024


class Stored(NamedTuple):
    """An image in a registry, by manifest digest."""

    repository: Repository
    digest: str


class BlobVerdict(NamedTuple):
    """The problems of an image, each a sentence; or why they could not be determined. Neither: it is complete."""

    problems: Tuple[str, ...] = ()
    error: Optional[RegistryError] = None


class BlobChecker:
    """Checks the blobs of images, each once per repository.

    :param rehash: read and hash every blob, each once per registry; otherwise only look it up.
    :ivar checked: number of blobs of repositories that were looked up or read.
    """

    def __init__(self, clients: ClientPool, queue: WorkQueue, retrier: Retrier, rehash: bool) -> None:
        self._clients = clients
        self._queue = queue
        self._retrier = retrier
        self._rehash = rehash
        self.checked = 0
        self._sizes: List[int] = []

    @property
    def bytes_read(self) -> int:
        """Total bytes of blobs read."""
        return sum(self._sizes)

    def check(self, images: Iterable[Stored]) -> Dict[Stored, BlobVerdict]:
        """The verdict on each image."""
        blobs: Dict[Stored, Dict[str, Descriptor]] = {}
        verdicts: Dict[Stored, BlobVerdict] = {}
        for image in dict.fromkeys(images):
            blobs[image] = {}
            self._put(image, verdicts, lambda image=image: self._collect(image, blobs[image]))
        self._queue.join()
        wanted = {Stored(image.repository, digest): blob for image in blobs for digest, blob in blobs[image].items()}
        found = self._check_blobs(wanted)
        for image, parts in blobs.items():
            if image not in verdicts:
                verdicts[image] = _sum_up(found[Stored(image.repository, digest)] for digest in parts)
        return verdicts

    def _put(self, key: Stored, verdicts: Dict[Stored, BlobVerdict], work: Callable[[], List[str]]) -> None:
        def job() -> None:
            problems: List[str] = []
            error = failure_of(lambda: problems.extend(work()), "{0}@{1}".format(*key))
            if error is not None or problems:
                verdicts[key] = BlobVerdict(tuple(problems), error)

        self._queue.put((0,), job)

    def _collect(self, image: Stored, blobs: Dict[str, Descriptor]) -> List[str]:
        """Collect the blobs of an image; returns a problem for each missing manifest."""
        client, repository = self._clients.source(image.repository.registry), image.repository
        missing: List[str] = []
        manifest = client.get_manifest(repository, image.digest)
        if manifest is None:
            missing.append(image.digest)
        else:
            where = "{0}@{1}".format(*image)
            tree = read_tree(client, repository, manifest, where, on_missing=lambda child: missing.append(child.digest))
            for one in tree.walk():
                blobs.update({blob.digest: blob for blob in one.manifest.blobs if not blob.foreign})
        return ["the manifest {0} is missing".format(digest) for digest in missing]

    def _check_blobs(self, wanted: Mapping[Stored, Descriptor]) -> Dict[Stored, BlobVerdict]:
        verdicts: Dict[Stored, BlobVerdict] = {}
        readers: Dict[Tuple[str, str], Stored] = {}
        for blob, descriptor in wanted.items():
            # A registry stores a blob once, however many repositories have it: it is read through one of them.
            reader = readers.setdefault((blob.repository.registry, blob.digest), blob)
            reads = self._rehash and reader is blob
            check = self._read if reads else self._ask
            self._put(blob, verdicts, lambda check=check, blob=blob, it=descriptor: check(blob, it))
        self._queue.join()
        self.checked = len(wanted)
        whole = BlobVerdict()
        own = {blob: verdicts.get(blob, whole) for blob in wanted}
        if not self._rehash:
            return own
        return {
            blob: own[blob] if own[blob] != whole else own[readers[(blob.repository.registry, blob.digest)]]
            for blob in wanted
        }

    def _ask(self, blob: Stored, _descriptor: Descriptor) -> List[str]:
        client = self._clients.registry(blob.repository.registry)
        if client.has_blob(blob.repository, blob.digest):
            return []
        try:
            # Some registries cannot tell, and some wrongly say no.
            client.open_blob(blob.repository, blob.digest).close()
        except RegistryError as error:
            if error.status != 404:
                raise
            return ["the blob {0} is missing".format(blob.digest)]
        return []

    def _read(self, blob: Stored, descriptor: Descriptor) -> List[str]:
        reading = _Reading(self._clients.source(blob.repository.registry), blob, descriptor.size)
        try:
            self._retrier.run(reading.run)
        except RegistryError as error:
            if error.status != 404:
                raise
            return ["the blob {0} is missing".format(blob.digest)]
        finally:
            self._sizes.append(reading.done)
        if reading.digest() != blob.digest:
            return ["the bytes of the blob {0} have another digest".format(blob.digest)]
        return []


class _Reading:
    """Reads and hashes one blob; resumes after a broken connection if the registry supports it."""

    def __init__(self, client: ImageSource, blob: Stored, size: int) -> None:
        self._client = client
        self._blob = blob
        self._size = size
        self._algorithm = blob.digest.partition(":")[0]
        self._hash = hashlib.new(self._algorithm)
        self.done = 0

    def digest(self) -> str:
        return "{0}:{1}".format(self._algorithm, self._hash.hexdigest())

    def run(self) -> None:
        """One try, which lasts as long as each connection makes progress."""
        while True:
            before = self.done
            try:
                return self._read_on()
            except TransportError:
                if self.done <= before:
                    raise

    def _read_on(self) -> None:
        if self.done and self.done >= self._size:
            return
        with self._client.open_blob(self._blob.repository, self._blob.digest, self.done) as stream:
            if self.done and stream.status == 200:
                self._hash, self.done = hashlib.new(self._algorithm), 0
            buffer = memoryview(bytearray(BLOCK))
            # An overlong blob has another digest, however much longer.
            while self.done <= self._size:
                count = stream.readinto(buffer)
                if not count:
                    return
                self._hash.update(buffer[:count])
                self.done += count


def _sum_up(verdicts: Iterator[BlobVerdict]) -> BlobVerdict:
    problems: List[str] = []
    for verdict in verdicts:
        if verdict.error is not None:
            return verdict
        problems.extend(verdict.problems)
    return BlobVerdict(tuple(problems))
