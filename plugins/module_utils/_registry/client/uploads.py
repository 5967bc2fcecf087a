# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of an upload (OCI distribution specification 1.1, Pushing blobs): whole, or in chunks.

Each is one try. What to do when one fails is the sender's matter (C(sending)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import re
import urllib.parse
from typing import Any, Callable, List, NamedTuple, Optional, Tuple

from ..errors import RegistryError
from ..model.reference import Repository
from ..transport.auth import access_hint, pull_scope
from ..transport.connection import RegistryReply, TransportError
from ..transport.error_replies import ACCESS_HINT
from ..transport.limits import Bandwidth
from ..transport.session import RegistrySession
from ..transport.target import Target, parse_target
from .chunking import ChunkPolicy

WriteBody = Callable[[Callable[[Any], None]], None]

UPLOAD_LOST = ("BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID")
"""The bytes or the upload were lost on the way, so that a new upload may succeed."""

_OCTETS = ("Content-Type", "application/octet-stream")
_RECEIVED = re.compile(r"(?:bytes[= ])?0-([0-9]{1,18})\Z")


class UploadState(NamedTuple):
    """Where the next bytes of an upload go, and how many the registry has."""

    target: Target
    received: int


class RegistryUploads(RegistrySession):
    """The uploads of one registry. Used by any number of threads.

    :param bandwidth: slows down what is sent; shared with the uploads to other registries.
    :ivar habits: how its uploads get through.
    """

    def __init__(self, *args: Any, bandwidth: Optional[Bandwidth] = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._bandwidth = bandwidth
        self.habits = ChunkPolicy()
        self._mounts = True

    def start_upload(self, repository: Repository, digest: str, mount_from: Optional[str] = None) -> Optional[Target]:
        """Open an upload and return where its bytes go, or None when the blob was mounted and needs none.

        One try. C(mount_from) is the name of a repository of the same registry that has the blob.
        """
        where = describe_blob(repository, digest)
        if mount_from and self._mounts:
            query = urllib.parse.urlencode({"mount": digest, "from": mount_from})
            try:
                reply = self._exchange(
                    "mount",
                    "POST",
                    repository,
                    "blobs/uploads/?" + query,
                    (201, 202, 405, 501),
                    "cannot mount the blob",
                    where,
                    scopes=self._scopes(repository) + (pull_scope(mount_from),),
                )
            except RegistryError as error:
                if error.status not in (400, 401, 403, 404):
                    raise
                # That repository is gone or not to be read by this user: the bytes go up instead.
            else:
                if reply.status == 201:
                    return None
                if reply.status == 202:
                    return self._upload_target(reply, repository, where)
                self._mounts = False
        reply = self._exchange(
            "upload_post", "POST", repository, "blobs/uploads/", (202,), "cannot start the upload", where
        )
        return self._upload_target(reply, repository, where)

    def finish_upload(
        self, repository: Repository, upload: Target, digest: str, size: int, write_body: WriteBody
    ) -> None:
        """Send a blob's bytes, or the last of them, and its digest, which the registry checks. One try."""
        joint = "&" if "?" in upload.path else "?"
        target = upload._replace(path=upload.path + joint + urllib.parse.urlencode({"digest": digest}))
        where = describe_blob(repository, digest)
        self._send("upload_put", "PUT", repository, target, [_OCTETS], size, write_body, (200, 201, 204), where)

    def send_chunk(
        self, repository: Repository, upload: UploadState, digest: str, length: int, write_body: WriteBody
    ) -> UploadState:
        """Send the next C(length) bytes of a blob, and return what the registry has then. One try."""
        start = upload.received
        headers = [_OCTETS, ("Content-Range", "{0}-{1}".format(start, start + length - 1))]
        where = describe_blob(repository, digest)
        reply = self._send(
            "upload_patch", "PATCH", repository, upload.target, headers, length, write_body, (202, 204), where
        )
        target = self._upload_target(reply, repository, where) if "location" in reply.headers else upload.target
        received = _received(reply)
        return UploadState(target, start + length if received is None else received)

    def upload_status(self, repository: Repository, upload: Target, digest: str) -> Optional[UploadState]:
        """What the registry has of an upload; None where it has lost it, or cannot say. One try."""
        where = describe_blob(repository, digest)
        scopes = self._scopes(repository)
        for last in (False, True):
            authorization = self._authorization(repository, scopes, upload)
            self._wait_turn()
            self._count("upload_get")
            try:
                reply = self._transport.request("GET", upload, authorization)
            except TransportError as error:
                self._name(error, where)
                raise
            if reply.status != 401 or last or not _has_token(authorization):
                break
            self._authorizer.forget(repository, scopes, authorization[0][1])
        if reply.status in (200, 204):
            received = _received(reply)
            if received is None:
                return None
            known = "location" in reply.headers
            return UploadState(self._upload_target(reply, repository, where) if known else upload, received)
        if reply.status in (400, 404, 405, 410, 416, 501):
            return None
        self._check(reply, (), "cannot ask for the state of the upload", where)
        return None

    def _send(
        self,
        kind: str,
        method: str,
        repository: Repository,
        target: Target,
        headers: List[Tuple[str, str]],
        length: int,
        write_body: WriteBody,
        expected: Tuple[int, ...],
        where: str,
    ) -> RegistryReply:
        scopes = self._scopes(repository)
        authorization = self._authorization(repository, scopes, target)
        bandwidth = self._bandwidth
        write = write_body if bandwidth is None else lambda send: write_body(bandwidth.slowed(send))
        with self._throttle.upload_slot():
            self._wait_turn()
            self._count(kind)
            try:
                reply = self._transport.upload(
                    method, target, headers + authorization, length, write, self.habits.budget
                )
            except TransportError as error:
                self._name(error, where)
                raise
        try:
            checked: RegistryReply = self._check(reply, expected, "cannot store the blob", where)
            return checked
        except RegistryError as error:
            if error.status == 401 and _has_token(authorization):
                # The token ended on the way: sent again, the bytes come with a new one. A password stays refused.
                self._authorizer.forget(repository, scopes, authorization[0][1])
                error.retryable = True
            elif error.hint == ACCESS_HINT:
                error.hint = access_hint(self._credentials.lookup(repository))
            if error.code in UPLOAD_LOST:
                error.retryable = True
            raise

    def _upload_target(self, reply: RegistryReply, repository: Repository, where: str) -> Target:
        location = reply.headers.get("location", "")
        if not location:
            raise RegistryError("the registry opened an upload and did not say where", where=where, retryable=True)
        base = self._resolve(repository)
        target = parse_target(location, base=base)
        ours, theirs = base.endpoint, target.endpoint
        if theirs.host == ours.host and theirs.scheme == "http" and ours.scheme == "https":
            # A registry behind a proxy that ends TLS names the scheme it sees itself.
            return Target(ours, target.path)
        return target


def describe_blob(repository: Repository, digest: str) -> str:
    """The blob, for messages."""
    return "{0} blob {1}".format(repository, digest)


def _has_token(authorization: List[Tuple[str, str]]) -> bool:
    return bool(authorization) and authorization[0][1].startswith("Bearer ")


def _received(reply: RegistryReply) -> Optional[int]:
    """Bytes that the registry has, from C(Range); None where it does not say.

    The end is inclusive, so that no bytes at all and one byte look the same; it is read as none.
    """
    found = _RECEIVED.match(reply.headers.get("range", "").strip())
    if found is None:
        return None
    last = int(found.group(1))
    return last + 1 if last else 0
