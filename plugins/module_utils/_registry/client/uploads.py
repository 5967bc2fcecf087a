# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The requests of an upload (OCI distribution specification 1.1, Pushing blobs): whole, or in chunks.

Each is a single try. The sender decides what to do after a failure (C(transfer)).

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

import urllib.parse
from typing import NamedTuple, Optional

from ..._lazy import pattern
from ..errors import RegistryError
from ..model.reference import Repository
from ..transport.auth import pull_scope
from ..transport.connection import Connection, RegistryReply
from ..transport.limits import Bandwidth
from ..transport.retry import THROTTLED
from ..transport.session import RegistrySession, Request, WriteBody
from ..transport.target import Target, parse_target
from .chunking import ChunkPolicy

UPLOAD_LOST = ("BLOB_UPLOAD_INVALID", "BLOB_UPLOAD_UNKNOWN", "DIGEST_INVALID", "SIZE_INVALID")
"""The bytes or the upload were lost on the way, so a new upload may succeed."""

_OCTETS = ("Content-Type", "application/octet-stream")
_NUMBER = pattern(r"[0-9]{1,15}\Z")
_RECEIVED = pattern(r"(?:bytes[= ])?0-([0-9]{1,18})\Z")


class UploadState(NamedTuple):
    """Where to send the next bytes of an upload, and how many the registry has."""

    target: Target
    received: int


class RegistryUploads:
    """Uploads to one registry. Thread-safe.

    :param bandwidth: limits the speed of uploads; shared with uploads to other registries.
    :ivar habits: how its uploads succeed.
    """

    def __init__(self, session: RegistrySession, bandwidth: Optional[Bandwidth] = None) -> None:
        self._session = session
        self._bandwidth = bandwidth
        self.habits = ChunkPolicy()
        self._mounts = True

    def start_ahead(self, repository: Repository, digest: str) -> Optional[Connection]:
        """Ask for an upload, and leave the reply to L(start,#).

        :return: the connection, which must be passed on or closed; None: it was not asked.
        """
        return self._session.send_ahead(_opening(repository, describe_blob(repository, digest)))

    def start(
        self,
        repository: Repository,
        digest: str,
        mount_from: Optional[str] = None,
        sent: Optional[Connection] = None,
    ) -> Optional[Target]:
        """Open an upload and return its target, or None if the blob was mounted and needs none.

        One try. C(mount_from) names a repository of the same registry that has the blob.

        :param sent: the connection from L(start_ahead,#).
        """
        where = describe_blob(repository, digest)
        if mount_from and self._mounts:
            mounted = self._mount(repository, digest, mount_from, where)
            if mounted is not None and mounted.status == 201:
                return None
            if mounted is not None:
                return self._opened(mounted, repository, where)
        return self._opened(self._session.ask(_opening(repository, where), sent), repository, where)

    def _mount(self, repository: Repository, digest: str, mount_from: str, where: str) -> Optional[RegistryReply]:
        """The reply to a mount: 201, or 202 if it became an upload. None: not mounted, for
        whatever reason, and the bytes are uploaded.

        :raises RegistryError: the registry asks to wait, or does not answer.
        """
        query = urllib.parse.urlencode({"mount": digest, "from": mount_from})
        path, what = "blobs/uploads/?" + query, "cannot mount the blob"
        scopes = self._session.scopes(repository) + (pull_scope(mount_from),)
        try:
            reply = self._session.ask(
                Request("mount", "POST", repository, path, (201, 202, 405, 501), what, where, scopes=scopes)
            )
        except RegistryError as error:
            if error.status is None or error.status in THROTTLED:
                raise
            return None
        if reply.status in (405, 501):
            self._mounts = False
            return None
        # Both come with the location of the blob or the upload; a reply without one is neither.
        return reply if "location" in reply.headers else None

    def finish(self, repository: Repository, upload: Target, digest: str, size: int, write_body: WriteBody) -> None:
        """Send a blob's bytes, or the last of them, and its digest, which the registry checks. One try."""
        path = upload.path.rstrip("?&")
        joint = "&" if "?" in path else "?"
        target = upload._replace(path=path + joint + urllib.parse.urlencode({"digest": digest}))
        where = describe_blob(repository, digest)
        what = "cannot store the blob"
        request = Request("upload_put", "PUT", repository, target, (200, 201, 204), what, where, (_OCTETS,))
        self._send(request, size, write_body)

    def send_chunk(
        self, repository: Repository, upload: UploadState, digest: str, length: int, write_body: WriteBody
    ) -> UploadState:
        """Send the next C(length) bytes of a blob, and return what the registry has then. One try."""
        start = upload.received
        headers = (_OCTETS, ("Content-Range", "{0}-{1}".format(start, start + length - 1)))
        where = describe_blob(repository, digest)
        what = "cannot store the blob"
        request = Request("upload_patch", "PATCH", repository, upload.target, (202, 204), what, where, headers)
        reply = self._send(request, length, write_body)
        target = self._target(reply, repository, where) if "location" in reply.headers else upload.target
        received = _received(reply)
        return UploadState(target, start + length if received is None else received)

    def status(self, repository: Repository, upload: Target, digest: str) -> Optional[UploadState]:
        """What the registry has of an upload; None if it lost the upload or cannot tell. One try."""
        where = describe_blob(repository, digest)
        what, answers = "cannot ask for the state of the upload", (200, 204, 400, 404, 405, 410, 416, 501)
        reply = self._session.ask(Request("upload_get", "GET", repository, upload, answers, what, where))
        received = _received(reply)
        if reply.status not in (200, 204) or received is None:
            return None
        target = self._target(reply, repository, where) if "location" in reply.headers else upload
        return UploadState(target, received)

    def _send(self, request: Request, length: int, write_body: WriteBody) -> RegistryReply:
        bandwidth = self._bandwidth
        write = write_body if bandwidth is None else lambda send: write_body(bandwidth.slowed(send))
        try:
            return self._session.send(request, length, write, self.habits.budget)
        except RegistryError as error:
            if error.code in UPLOAD_LOST:
                error.retryable = True
            raise

    def _opened(self, reply: RegistryReply, repository: Repository, where: str) -> Target:
        least = reply.headers.get("oci-chunk-min-length")
        if least and _NUMBER.match(least):
            self.habits.require(int(least))
        return self._target(reply, repository, where)

    def _target(self, reply: RegistryReply, repository: Repository, where: str) -> Target:
        """Where an upload continues: relative to the request that was answered (RFC 9110, section 10.2.2)."""
        location = reply.headers.get("location", "")
        if not location:
            raise RegistryError("the registry opened an upload without a location", where=where, retryable=True)
        base = reply.target or self._session.base(repository)
        target = parse_target(location, base=base)
        ours, theirs = base.endpoint, target.endpoint
        behind_tls = theirs.scheme == "http" and ours.scheme == "https"
        if theirs.host == ours.host and (behind_tls or theirs.port == ours.port):
            # A registry behind a proxy names the scheme that it sees itself.
            return Target(ours, target.path)
        return target


def describe_blob(repository: Repository, digest: str) -> str:
    """The blob, for messages."""
    return "{0} blob {1}".format(repository, digest)


def _opening(repository: Repository, where: str) -> Request:
    return Request("upload_post", "POST", repository, "blobs/uploads/", (202,), "cannot start the upload", where)


def _received(reply: RegistryReply) -> Optional[int]:
    """The bytes that the registry has, from C(Range); None if not stated.

    The end is inclusive, so zero bytes and one byte look the same; it is read as zero.
    """
    found = _RECEIVED.match(reply.headers.get("range", "").strip())
    if found is None:
        return None
    last = int(found.group(1))
    return last + 1 if last else 0
