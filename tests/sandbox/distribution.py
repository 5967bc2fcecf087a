# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The operations of the distribution API on a storage (OCI distribution specification 1.1)."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import threading
import time
from typing import Any, Dict, List, NamedTuple, Optional, Tuple
from urllib.parse import quote

from .auth import error
from .http_message import DropConnectionError, Request, Response
from .routes import NAME, Call
from .storage import Manifest, Upload

OCTETS = "application/octet-stream"
INDEX_TYPES = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFEST_TYPES = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
SIGNED_SCHEMA1 = "application/vnd.docker.distribution.manifest.v1+prettyjws"
SCHEMA1_TYPES = (SIGNED_SCHEMA1, "application/vnd.docker.distribution.manifest.v1+json")
DIGEST = re.compile(r"sha256:[0-9a-f]{64}\Z|sha512:[0-9a-f]{128}\Z")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}\Z")
_RANGE = re.compile(r"bytes=(\d*)-(\d*)\Z")
_CONTENT_RANGE = re.compile(r"(?:bytes )?(\d+)-(\d+)(?:/.*)?\Z")


class Need(NamedTuple):
    """Something a manifest refers to."""

    digest: str
    child: bool


def schema1_payload(raw: bytes) -> bytes:
    """What the digest of a signed schema 1 manifest is computed over (the JWS payload)."""
    protected = json.loads(raw)["signatures"][0]["protected"]
    fields = json.loads(base64.urlsafe_b64decode(protected + "=" * (-len(protected) % 4)))
    tail = fields["formatTail"]
    return raw[: fields["formatLength"]] + base64.urlsafe_b64decode(tail + "=" * (-len(tail) % 4))


def manifest_digest(raw: bytes, media_type: str, algorithm: str = "sha256") -> str:
    """The digest by which a manifest is known.

    :raises ValueError: a signed schema 1 manifest is malformed.
    """
    if media_type == SIGNED_SCHEMA1:
        try:
            raw = schema1_payload(raw)
        except (KeyError, IndexError, TypeError) as problem:
            raise ValueError("malformed signature") from problem
    return "{0}:{1}".format(algorithm, hashlib.new(algorithm, raw).hexdigest())


class Distribution:
    """Carries out the operations for one registry.

    :param registry: gives C(storage), C(options), C(auth) and the hooks.
    """

    def __init__(self, registry: Any) -> None:
        self._registry = registry
        self._storage = registry.storage
        self._options = registry.options
        self._pulls: List[float] = []
        self._pulling = threading.Lock()

    def serve(self, call: Call, request: Request) -> Response:
        if call.repository is not None and (not NAME.match(call.repository) or len(call.repository) > 255):
            return error(400, "NAME_INVALID", "invalid repository name")
        if call.kind.startswith("blob") and not DIGEST.match(call.reference or ""):
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        return getattr(self, call.kind)(call, request)

    def other(self, call: Call, request: Request) -> Response:
        if call.repository is not None:
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})

    def ping(self, _call: Call, _request: Request) -> Response:
        return Response(200, b"{}", self._headers({"Content-Type": "application/json; charset=utf-8"}))

    @staticmethod
    def _headers(more: Dict[str, str]) -> Dict[str, str]:
        headers = {"Docker-Distribution-Api-Version": "registry/2.0"}
        headers.update(more)
        return headers

    # Manifests

    def manifest_get(self, call: Call, request: Request) -> Response:
        limit, window = self._registry.options.pull_limit, self._registry.options.pull_window
        if limit is None:
            return self._manifest(call, request)
        left = self._count_pull(limit, window, request.method == "GET")
        if left < 0:
            response = error(429, "TOOMANYREQUESTS", "You have reached your unauthenticated pull rate limit.")
        else:
            response = self._manifest(call, request)
        # As on Docker Hub.
        response.headers["ratelimit-limit"] = "{0};w={1}".format(limit, window)
        response.headers["ratelimit-remaining"] = "{0};w={1}".format(max(0, left), window)
        response.headers["docker-ratelimit-source"] = "192.0.2.7"
        return response

    def _count_pull(self, limit: int, window: int, pull: bool) -> int:
        """How many pulls are left after this request; -1 where it is one too many."""
        with self._pulling:
            now = time.monotonic()
            self._pulls = [moment for moment in self._pulls if now - moment < window]
            left = limit - len(self._pulls) - pull
            if pull and left >= 0:
                self._pulls.append(now)
        return left

    def _manifest(self, call: Call, request: Request) -> Response:
        manifest = self._storage.manifest(call.repository, call.reference)
        if manifest is None:
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown", detail={"reference": call.reference})
        accept = request.headers.get("accept", "*/*")
        if "*/*" not in accept and "application/*" not in accept and manifest.media_type not in accept:
            text = "manifest found, but the accept header does not support {0}".format(manifest.media_type)
            return error(404, "MANIFEST_UNKNOWN", text)
        headers = {"Content-Type": manifest.media_type, "Docker-Content-Digest": manifest.digest}
        headers["Etag"] = '"{0}"'.format(manifest.digest)
        if request.headers.get("if-none-match", "").strip('"') == manifest.digest:
            return Response(304, b"", self._headers(headers))
        return Response(200, manifest.raw, self._headers(headers))

    manifest_head = manifest_get

    def manifest_put(self, call: Call, request: Request) -> Response:
        raw = request.body.read(limit=16 * 1024 * 1024)
        if not request.body.complete:
            raise DropConnectionError
        media_type = request.headers.get("content-type", "").partition(";")[0].strip()
        repository, reference = call.repository or "", call.reference or ""
        refused = self._registry.refuse_manifest(repository, reference, media_type, raw)
        if refused is not None:
            return refused
        problem, document = self._parse(raw, media_type)
        if problem is not None:
            return problem
        is_digest = ":" in reference
        algorithm = reference.partition(":")[0] if is_digest else "sha256"
        if (is_digest and not DIGEST.match(reference)) or (not is_digest and not TAG.match(reference)):
            return error(400, "DIGEST_INVALID" if is_digest else "TAG_INVALID", "invalid reference")
        try:
            digest = manifest_digest(raw, media_type, algorithm)
        except ValueError:
            return error(400, "MANIFEST_INVALID", "manifest invalid")
        if is_digest and digest != reference:
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        manifest = Manifest(digest, media_type, raw)
        missing = [
            {"code": "MANIFEST_BLOB_UNKNOWN", "message": "blob unknown to registry", "detail": {"digest": need.digest}}
            for need in self.references(manifest)
            if not (self._storage.manifest if need.child else self._storage.has_blob)(repository, need.digest)
        ]
        if missing:
            return Response(400, json.dumps({"errors": missing}).encode(), {"Content-Type": "application/json"})
        self._storage.put_manifest(repository, manifest, None if is_digest else reference)
        headers = {"Location": self._location(request, "/v2/{0}/manifests/{1}".format(repository, digest))}
        headers["Docker-Content-Digest"] = digest
        if document.get("subject") and self._options.referrers:
            headers["OCI-Subject"] = document["subject"]["digest"]
        return Response(201, b"", self._headers(headers))

    def _parse(self, raw: bytes, media_type: str) -> Tuple[Optional[Response], Dict[str, Any]]:
        try:
            document = json.loads(raw)
        except ValueError:
            document = None
        if not isinstance(document, dict):
            return error(400, "MANIFEST_INVALID", "manifest invalid"), {}
        known = INDEX_TYPES + MANIFEST_TYPES + SCHEMA1_TYPES
        if media_type not in known or document.get("mediaType", media_type) != media_type:
            return error(400, "MANIFEST_INVALID", "manifest invalid", detail="media type {0}".format(media_type)), {}
        return None, document

    @staticmethod
    def references(manifest: Manifest) -> List[Need]:
        """What must exist before the manifest; foreign layers and the subject need not."""
        document = json.loads(manifest.raw)
        if manifest.media_type in INDEX_TYPES:
            return [Need(child["digest"], True) for child in document.get("manifests") or ()]
        if manifest.media_type in SCHEMA1_TYPES:
            return [Need(digest, False) for digest in {layer["blobSum"] for layer in document["fsLayers"]}]
        found = [document["config"]] if document.get("config") else []
        found += [layer for layer in document.get("layers") or () if not layer.get("urls")]
        return [Need(descriptor["digest"], False) for descriptor in found]

    def manifest_delete(self, call: Call, _request: Request) -> Response:
        if not self._options.delete:
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        if not self._storage.delete_manifest(call.repository, call.reference):
            return error(404, "MANIFEST_UNKNOWN", "manifest unknown")
        return Response(202, b"", self._headers({}))

    def referrers(self, call: Call, request: Request) -> Response:
        if not self._options.referrers:
            return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        wanted = request.param("artifactType")
        found = []
        for manifest in self._storage.manifests(call.repository):
            document = json.loads(manifest.raw)
            if (document.get("subject") or {}).get("digest") != call.reference:
                continue
            kind = document.get("artifactType") or (document.get("config") or {}).get("mediaType", "")
            if wanted in (None, kind):
                descriptor = {"mediaType": manifest.media_type, "digest": manifest.digest, "size": len(manifest.raw)}
                found.append(dict(descriptor, artifactType=kind, annotations=document.get("annotations") or {}))
        by_digest = {entry["digest"]: entry for entry in found}
        page, headers = self._page(request, sorted(by_digest))
        body = {
            "schemaVersion": 2,
            "mediaType": INDEX_TYPES[0],
            "manifests": [by_digest[digest] for digest in page],
        }
        headers["Content-Type"] = INDEX_TYPES[0]
        if wanted is not None:
            headers["OCI-Filters-Applied"] = "artifactType"
        return Response(200, json.dumps(body).encode(), self._headers(headers))

    # Blobs

    def blob_get(self, call: Call, request: Request) -> Response:
        if not self._storage.has_blob(call.repository, call.reference):
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry", detail={"digest": call.reference})
        elsewhere = self._registry.blob_reply(call, request)
        return elsewhere or self.blob_content(call.reference or "", request)

    blob_head = blob_get

    def blob_content(self, digest: str, request: Request) -> Response:
        """The blob, or the range of it that was asked for."""
        size = self._storage.blob_size(digest)
        headers = {"Content-Type": OCTETS, "Docker-Content-Digest": digest, "Accept-Ranges": "bytes"}
        headers["Etag"] = '"{0}"'.format(digest)
        wanted = _RANGE.match(request.headers.get("range", "")) if request.method == "GET" else None
        if wanted is None or wanted.group(0) == "bytes=-":
            return Response(200, self._storage.blob_body(digest), self._headers(headers))
        first, last = wanted.groups()
        start = int(first) if first else max(0, size - int(last))
        end = min(int(last), size - 1) if first and last else size - 1
        if start >= size or end < start:
            return Response(416, b"", self._headers({"Content-Range": "bytes */{0}".format(size)}))
        headers["Content-Range"] = "bytes {0}-{1}/{2}".format(start, end, size)
        return Response(206, self._storage.blob_body(digest, start, end - start + 1), self._headers(headers))

    def blob_delete(self, call: Call, _request: Request) -> Response:
        if not self._options.delete:
            return error(405, "UNSUPPORTED", "The operation is unsupported.")
        if not self._storage.delete_blob(call.repository, call.reference):
            return error(404, "BLOB_UNKNOWN", "blob unknown to registry")
        return Response(202, b"", self._headers({}))

    # Uploads

    def mount(self, call: Call, request: Request) -> Response:
        digest, origin = request.param("mount"), call.mount_from
        allowed = digest and origin and self._options.mount and self._registry.auth.may(request, origin, "pull")
        if allowed and self._storage.has_blob(origin, digest):
            self._storage.link_blob(call.repository, digest)
            return self._created(call, request, digest or "")
        return self._accepted(request, self._storage.new_upload(call.repository))

    def upload_post(self, call: Call, request: Request) -> Response:
        upload = self._storage.new_upload(call.repository)
        digest = request.param("digest")
        if digest is None:
            return self._accepted(request, upload)
        return self._finish(call, request, upload, digest)

    def _upload(self, call: Call) -> Tuple[Optional[Upload], Response]:
        upload = self._storage.upload(call.repository, call.reference)
        return upload, error(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")

    def upload_patch(self, call: Call, request: Request) -> Response:
        upload, unknown = self._upload(call)
        if upload is None:
            return unknown
        with upload.lock:
            wrong = self._wrong_range(request, upload)
            if wrong is not None:
                return wrong
            for chunk in request.body.chunks():
                upload.append(chunk)
            return self._accepted(request, upload)

    def upload_put(self, call: Call, request: Request) -> Response:
        upload, unknown = self._upload(call)
        if upload is None:
            return unknown
        digest = request.param("digest")
        if digest is None or not DIGEST.match(digest):
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        with upload.lock:
            wrong = self._wrong_range(request, upload)
            if wrong is not None:
                return wrong
            return self._finish(call, request, upload, digest)

    def _finish(self, call: Call, request: Request, upload: Upload, digest: str) -> Response:
        for chunk in request.body.chunks():
            upload.append(chunk)
        if not DIGEST.match(digest) or upload.digest(digest.partition(":")[0]) != digest:
            self._storage.discard_upload(upload)
            return error(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
        refused = self._registry.refuse_blob(upload)
        if refused is not None:
            self._storage.discard_upload(upload)
            return refused
        self._storage.commit_upload(upload, digest)
        return self._created(call, request, digest)

    @staticmethod
    def _wrong_range(request: Request, upload: Upload) -> Optional[Response]:
        text = request.headers.get("content-range")
        if text is None:
            return None
        found = _CONTENT_RANGE.match(text)
        length = request.body.length
        sized = found and (length is None or int(found.group(2)) - int(found.group(1)) + 1 == length)
        if found and sized and int(found.group(1)) == upload.size:
            return None
        headers = {"Range": "0-{0}".format(max(0, upload.size - 1)), "Docker-Upload-UUID": upload.id}
        return error(416, "RANGE_INVALID", "invalid content range", headers)

    def upload_get(self, call: Call, request: Request) -> Response:
        upload, unknown = self._upload(call)
        return unknown if upload is None else self._accepted(request, upload, 204)

    def upload_delete(self, call: Call, _request: Request) -> Response:
        upload, unknown = self._upload(call)
        if upload is None:
            return unknown
        self._storage.discard_upload(upload)
        return Response(204, b"", self._headers({}))

    def _accepted(self, request: Request, upload: Upload, status: int = 202) -> Response:
        # The state parameter is there so that clients that build the URL themselves are caught.
        path = "/v2/{0}/blobs/uploads/{1}?_state={2}".format(upload.repository, upload.id, upload.size)
        headers = {"Location": self._location(request, path), "Docker-Upload-UUID": upload.id}
        headers["Range"] = "0-{0}".format(max(0, upload.size - 1))
        if self._options.chunk_minimum:
            headers["OCI-Chunk-Min-Length"] = str(self._options.chunk_minimum)
        return Response(status, b"", self._headers(headers))

    def _created(self, call: Call, request: Request, digest: str) -> Response:
        location = self._location(request, "/v2/{0}/blobs/{1}".format(call.repository, digest))
        return Response(201, b"", self._headers({"Location": location, "Docker-Content-Digest": digest}))

    def _location(self, request: Request, path: str) -> str:
        return path if self._options.relative_locations else request.base_url + path

    # Lists

    def tags(self, call: Call, request: Request) -> Response:
        return self._registry.serve_tags(call, request)

    def tags_reply(self, call: Call, request: Request, tags: Optional[List[str]]) -> Response:
        if tags is None:
            return error(404, "NAME_UNKNOWN", "repository name not known to registry", detail={"name": call.repository})
        page, headers = self._page(request, tags)
        body = json.dumps({"name": call.repository, "tags": page}).encode()
        return Response(200, body, self._headers(headers))

    def catalog(self, _call: Call, request: Request) -> Response:
        if not self._options.catalog:
            return Response(404, b"404 page not found\n", {"Content-Type": "text/plain; charset=utf-8"})
        page, headers = self._page(request, self._storage.repositories())
        return Response(200, json.dumps({"repositories": page}).encode(), self._headers(headers))

    def _page(self, request: Request, names: List[str]) -> Tuple[List[str], Dict[str, str]]:
        asked, last = request.param("n"), request.param("last")
        size = int(asked) if asked and asked.isdigit() else None
        if self._options.page_size is not None:
            size = self._options.page_size if size is None else min(size, self._options.page_size)
        if last:
            names = [name for name in names if name > last]
        headers = {"Content-Type": "application/json; charset=utf-8"}
        if size is None or size >= len(names):
            return names, headers
        page = names[:size]
        if page:
            query = "last={0}&n={1}".format(quote(page[-1], safe=""), size)
            headers["Link"] = '<{0}?{1}>; rel="next"'.format(request.path, query)
        return page, headers
