# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task of a replication: copies a repository's tags from one registry to another, and writes Harbor's log of it."""

from __future__ import annotations

import json
import threading
import time
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

from .distribution import INDEX_TYPES, MANIFEST_TYPES, SCHEMA1_TYPES
from .harbor_outside import Answer, Outside, RegistryClient, UpstreamError
from .harbor_registries import HUAWEI, Remote
from .harbor_versions import Version
from .storage import Manifest

FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"
ACCEPT = ", ".join(MANIFEST_TYPES + INDEX_TYPES + SCHEMA1_TYPES)
OLD_TYPES = (MANIFEST_TYPES[1], INDEX_TYPES[1], *SCHEMA1_TYPES)
BLOB_TRIES = 5


class StoppedError(Exception):
    """Somebody asked for the job to stop."""


class TransferError(Exception):
    """The job failed; its log says why."""


class JobLog:
    """The log of a task, as jobservice writes it: each try over what the one before has written.

    :param before: what the tries before have left; the part that is not written over stays.
    :param later: seconds that this try comes later for Harbor than it does here.
    """

    def __init__(self, modern: bool, before: str = "", later: float = 0.0) -> None:
        self._lines: List[str] = []
        self._lock = threading.Lock()
        self._before = before
        self._later = later
        where = "/controller/replication/transfer/image" if modern else "/replication/transfer/image"
        self._place = where + "/transfer.go:{0}"

    def say(self, level: str, text: str) -> None:
        moment = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + self._later))
        with self._lock:
            place = self._place.format(100 + len(self._lines))
            self._lines.append("{0} [{1}] [{2}]: {3}".format(moment, level, place, text))

    def info(self, text: str, *values: Any) -> None:
        self.say("INFO", text.format(*values))

    def warning(self, text: str, *values: Any) -> None:
        self.say("WARNING", text.format(*values))

    def error(self, text: str, *values: Any) -> None:
        self.say("ERROR", text.format(*values))

    @property
    def text(self) -> str:
        with self._lock:
            text = "".join(line + "\n" for line in self._lines)
        return text + self._before[len(text) :]


class Blob(NamedTuple):
    """A blob to be sent, as often as needed."""

    size: int
    chunks: Callable[[], Iterator[Any]]


class Here:
    """Harbor's own registry: both ends of a transfer have these calls."""

    def __init__(self, storage: Any) -> None:
        self._storage = storage

    def manifest(self, repository: str, reference: str) -> Manifest:
        found = self._storage.manifest(repository, reference)
        if found is None:
            problem = {"code": "NOT_FOUND", "message": "artifact {0}:{1} not found".format(repository, reference)}
            raise UpstreamError("http status code: 404, body: " + json.dumps({"errors": [problem]}), 404)
        return found

    def blob(self, _repository: str, digest: str) -> Blob:
        if not self._storage.has_content(digest):
            problem = {"code": "BLOB_UNKNOWN", "message": "blob unknown to registry"}
            raise UpstreamError("http status code: 404, body: " + json.dumps({"errors": [problem]}), 404)
        return Blob(self._storage.blob_size(digest), lambda: self._storage.blob_body(digest).chunks())

    def digest_of(self, repository: str, reference: str) -> Optional[str]:
        found = self._storage.manifest(repository, reference)
        return found.digest if found else None

    def has_blob(self, repository: str, digest: str) -> bool:
        return self._storage.has_blob(repository, digest)

    def push_blob(self, repository: str, digest: str, blob: Blob) -> None:
        self._storage.put_blob(repository, digest, blob.chunks())

    def push_manifest(self, repository: str, reference: str, manifest: Manifest) -> None:
        self._storage.put_manifest(repository, manifest, None if ":" in reference else reference)


class There:
    """Another registry, over the network."""

    def __init__(self, client: RegistryClient) -> None:
        self._client = client

    def manifest(self, repository: str, reference: str) -> Manifest:
        answer = self._client.ask("GET", "/v2/{0}/manifests/{1}".format(repository, reference), {"Accept": ACCEPT})
        media_type = answer.headers.get("content-type", "").partition(";")[0]
        return Manifest(answer.headers.get("docker-content-digest", ""), media_type, answer.body)

    def blob(self, repository: str, digest: str) -> Blob:
        body = self._client.ask("GET", "/v2/{0}/blobs/{1}".format(repository, digest)).body
        return Blob(len(body), lambda: iter((body,)))

    def digest_of(self, repository: str, reference: str) -> Optional[str]:
        """The digest behind a reference; None where there is none."""
        path = "/v2/{0}/manifests/{1}".format(repository, reference)
        answer = self._client.ask("HEAD", path, {"Accept": ACCEPT}, missing=True)
        return None if answer.status == 404 else answer.headers.get("docker-content-digest", "")

    def has_blob(self, repository: str, digest: str) -> bool:
        return self._client.has_blob(repository, digest)

    def push_blob(self, repository: str, digest: str, blob: Blob) -> None:
        self._client.push_blob(repository, digest, blob.size, blob.chunks)

    def push_manifest(self, repository: str, reference: str, manifest: Manifest) -> None:
        self._client.push_manifest(repository, reference, manifest.media_type, manifest.raw)


def _refused(answer: Answer) -> UpstreamError:
    return UpstreamError("[{0}][{1}]".format(answer.status, answer.body.decode("utf-8", "replace")), answer.status)


class Huawei(There):
    """SWR: another way to see whether a tag is there, and an organization to be looked at before."""

    def digest_of(self, repository: str, reference: str) -> Optional[str]:
        """The digest of what is there is never found out: what is there already is copied again."""
        url = "{0}/swr/auth/v2/registry/auth?scope=repository:{1}:push,pull"
        token = json.loads(self._basic("GET", url.format(self._client.endpoint.url, repository)))["token"]
        headers = {"Authorization": "Bearer " + token, "Content-Type": "application/json; charset=utf-8"}
        url = "{0}/v2/{1}/manifests/{2}".format(self._client.endpoint.url, repository, reference)
        answer = self._client.outside.ask(self._client.endpoint, "GET", url, headers)
        if answer.status == 404:
            return None
        if not 200 <= answer.status < 300:
            raise _refused(answer)
        return ""

    def _basic(self, method: str, url: str, body: bytes = b"") -> bytes:
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if self._client.endpoint.basic:
            headers["Authorization"] = self._client.endpoint.basic
        parts = iter((body,)) if body else None
        answer = self._client.outside.ask(self._client.endpoint, method, url, headers, parts, len(body))
        if not 200 <= answer.status < 300:
            raise _refused(answer)
        return answer.body

    def prepare(self, repositories: List[str]) -> None:
        """Looks for the organizations, and makes those that a reply without a name says are missing.

        :raises UpstreamError: it is refused.
        """
        base = self._client.endpoint.url + "/dockyard/v2/namespaces"
        missing = {}
        for repository in repositories:
            organization = repository.partition("/")[0]
            found = json.loads(self._basic("GET", "{0}/{1}".format(base, organization)))
            if found.get("name") != organization:
                missing[organization] = json.dumps({"namespace": organization}).encode()
        for body in missing.values():
            self._basic("POST", base, body)


def end_of(remote: Remote, storage: Any, outside: Outside) -> Any:
    """What a transfer reads from or writes to."""
    if remote.id == 0:
        return Here(storage)
    client = RegistryClient(outside, remote.endpoint)
    return Huawei(client) if remote.type == HUAWEI else There(client)


class Transfer:
    """One run of a job.

    :param pause: sleeps a number of Harbor's seconds (which the stand-in makes shorter).
    :param stopped: whether the job is to stop.
    :param speed: Kbit/s; 0 for no limit.
    """

    def __init__(
        self,
        source: Any,
        destination: Any,
        log: JobLog,
        version: Version,
        pause: Callable[[float], None],
        stopped: Callable[[], bool],
        override: bool,
        speed: int = 0,
    ) -> None:
        self._source = source
        self._destination = destination
        self._log = log
        self._version = version
        self._pause = pause
        self._stopped = stopped
        self._override = override
        self._speed = speed
        self._noun = "artifact" if version.modern else "image"

    def announce(self, remotes: List[Remote]) -> None:
        for name, remote in zip(("source", "destination"), remotes):
            text = "client for {0} registry [type: {1}, URL: {2}, insecure: {3}] created"
            self._log.info(text, name, remote.type, remote.url, str(remote.insecure).lower())

    def copy(self, source: str, destination: str, references: Tuple[str, ...]) -> None:
        """
        :raises TransferError: for at least one of the references.
        :raises StoppedError: before all were copied.
        """
        names = (source, ",".join(references), destination, ",".join(references))
        self._log.info("copying {0}:[{1}](source registry) to {2}:[{3}](destination registry)...", *names)
        if self._speed > 0:
            self._log.info("limit network speed at {0} kb/s", self._speed)
        failed = None
        for reference in references:
            try:
                self._artifact(source, reference, destination, reference, self._override)
            except UpstreamError as problem:
                self._log.error("{0}", problem)
                failed = str(problem)
        if failed is not None:
            if self._version.modern:
                failed = "got error during the whole transfer period, mark the job failure"
                self._log.error("{0}", failed)
            raise TransferError(failed)
        self._log.info("copy {0}:[{1}](source registry) to {2}:[{3}](destination registry) completed", *names)

    def delete(self, repository: str, references: Tuple[str, ...]) -> None:
        """Takes tags away at the destination, which neither SWR's adapter nor that of plain registries can.

        :raises TransferError: always.
        """
        problem = "the tag deletion isn't supported"
        text = "failed to delete the tag {0}:{1} on the destination registry: {2}"
        self._log.error(text, repository, references[0], problem)
        raise TransferError(problem)

    def _check(self) -> None:
        if self._stopped():
            self._log.info("the job is stopped")
            raise StoppedError

    def _artifact(self, source: str, reference: str, destination: str, wanted: str, override: bool) -> None:
        names = (source, reference, destination, wanted)
        self._log.info("copying {0}:{1}(source registry) to {2}:{3}(destination registry)...", *names)
        manifest = self._pull(source, reference)
        there = self._exists(destination, wanted)
        if there is not None:
            if there == manifest.digest:
                text = "the {0} {1}:{2} already exists on the destination registry, skip"
                self._log.info(text, self._noun, destination, wanted)
                return
            text = 'the same name {0} {1}:{2} exists on the destination registry{3} "override" is set to {4}'
            if not override:
                self._log.warning(text + ", skip", self._noun, destination, wanted, ", but the", "false")
                return
            self._log.warning(text + ", continue...", self._noun, destination, wanted, " and the", "true")
        for descriptor in self._parts(manifest):
            self._content(descriptor, source, destination)
        self._push(manifest, destination, wanted)
        self._log.info("copy {0}:{1}(source registry) to {2}:{3}(destination registry) completed", *names)

    def _pull(self, repository: str, reference: str) -> Manifest:
        self._check()
        self._log.info("pulling the manifest of {0} {1}:{2} ...", self._noun, repository, reference)
        try:
            manifest = self._source.manifest(repository, reference)
            if not self._version.modern and manifest.media_type not in OLD_TYPES:
                text = "OCI manifest found, but accept header does not support OCI manifests"
                raise UpstreamError("http error: code 404, message manifest unknown: " + text, 404)
        except UpstreamError as problem:
            text = "failed to pull the manifest of {0} {1}:{2}: {3}"
            self._log.error(text, self._noun, repository, reference, problem)
            raise
        self._log.info("the manifest of {0} {1}:{2} pulled", self._noun, repository, reference)
        if not self._version.modern and manifest.media_type in INDEX_TYPES:
            return self._one_of(manifest, repository)
        return manifest

    def _one_of(self, manifest: Manifest, repository: str) -> Manifest:
        """1.10 has no manifest lists: of one it copies a single image."""
        self._log.info("trying abstract a manifest from the manifest list...")
        children = json.loads(manifest.raw)["manifests"]
        for child in children:
            platform = child.get("platform") or {}
            if (platform.get("architecture"), platform.get("os")) == ("amd64", "linux"):
                text = "a manifest(architecture: amd64, os: linux) found, using this one: {0}"
                self._log.info(text, child["digest"])
                return self._pull(repository, child["digest"])
        text = "no manifest(architecture: amd64, os: linux) found, using the first one: {0}"
        self._log.info(text, children[0]["digest"])
        return self._pull(repository, children[0]["digest"])

    def _exists(self, repository: str, reference: str) -> Optional[str]:
        try:
            return self._destination.digest_of(repository, reference)
        except UpstreamError as problem:
            text = "failed to check the existence of the manifest of {0} {1}:{2} on the destination registry: {3}"
            self._log.error(text, self._noun, repository, reference, problem)
            raise

    @staticmethod
    def _parts(manifest: Manifest) -> List[Any]:
        document = json.loads(manifest.raw)
        if manifest.media_type in INDEX_TYPES:
            return document.get("manifests") or []
        if manifest.media_type in SCHEMA1_TYPES:
            return [{"digest": layer["blobSum"], "mediaType": ""} for layer in document["fsLayers"]]
        return [document["config"], *(document.get("layers") or ())]

    def _content(self, descriptor: Any, source: str, destination: str) -> None:
        digest, media_type = descriptor["digest"], descriptor.get("mediaType", "")
        if media_type in MANIFEST_TYPES + INDEX_TYPES:
            self._artifact(source, digest, destination, digest, True)
        elif media_type == FOREIGN:
            self._log.info("the layer {0} is a foreign layer, skip", digest)
        else:
            self._blob(source, destination, digest)

    def _blob(self, source: str, destination: str, digest: str) -> None:
        for number in range(1, BLOB_TRIES + 1):
            self._log.info("copying the blob {0}(the {1}th running)...", digest, number)
            try:
                self._blob_once(source, destination, digest)
                self._log.info("copy the blob {0} completed", digest)
                return
            except UpstreamError:
                if number == BLOB_TRIES:
                    raise
            self._log.info("will retry {0}s later", 2**number)
            self._pause(2.0**number)

    def _blob_once(self, source: str, destination: str, digest: str) -> None:
        self._check()
        step, where = "failed to check the existence of blob {0} on the destination registry", (digest,)
        try:
            if self._destination.has_blob(destination, digest):
                self._log.info("the blob {0} already exists on the destination registry, skip", digest)
                return
            step = "failed to pulling the blob {0}"
            blob = self._source.blob(source, digest)
            step, where = "failed to pushing the blob {0}, size {1}", (digest, str(blob.size))
            self._destination.push_blob(destination, digest, blob._replace(chunks=lambda: self._paced(blob)))
        except UpstreamError as problem:
            self._log.error("{0}: {1}", step.format(*where), problem)
            raise

    def _paced(self, blob: Blob) -> Iterator[Any]:
        """The blob, no faster than the limit: C(speed) means Kbit/s, for each blob."""
        for chunk in blob.chunks():
            if self._speed <= 0:
                yield chunk
                continue
            rate = self._speed * 1024 / 8
            for start in range(0, len(chunk), max(1, int(rate / 10))):
                piece = chunk[start : start + max(1, int(rate / 10))]
                yield piece
                time.sleep(len(piece) / rate)

    def _push(self, manifest: Manifest, repository: str, reference: str) -> None:
        self._check()
        self._log.info("pushing the manifest of {0} {1}:{2} ...", self._noun, repository, reference)
        try:
            self._destination.push_manifest(repository, reference, manifest)
        except UpstreamError as problem:
            text = "failed to push manifest of {0} {1}:{2}: {3}"
            self._log.error(text, self._noun, repository, reference, problem)
            raise
        self._log.info("the manifest of {0} {1}:{2} pushed", self._noun, repository, reference)
