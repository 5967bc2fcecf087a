# Copyright: (c) 2026, longshore.swr contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies one blob: mounted where possible, streamed otherwise.

This module is private to the collection: no other collection may import it.
"""

from __future__ import annotations

from typing import Callable, Optional

from ..client.blob_reader import BlobBytes, BlobReader
from ..client.registry import RegistryClient
from ..model.manifest import Descriptor
from ..model.reference import Repository
from ..sources.base import ImageSource
from ..transport.connection import Connection, TransportError
from ..transport.retry import Retrier
from ..transport.target import Target
from .blob_upload import BlobSender

UPLOADED = "uploaded"
MOUNTED = "mounted"

MakeReader = Callable[[ImageSource, Repository, Descriptor, Retrier], BlobBytes]


def copy_blob(
    source: ImageSource,
    source_repository: Repository,
    destination: RegistryClient,
    destination_repository: Repository,
    blob: Descriptor,
    retrier: Retrier,
    on_bytes: Callable[[int], None],
    mount_from: Optional[str] = None,
    make_reader: MakeReader = BlobReader,
) -> str:
    """Bring a blob to the destination that lacks it, and return how (C(uploaded) or C(mounted)).

    :param mount_from: a repository of the destination registry that probably has it.
    :param make_reader: creates the reader of the blob.
    :param on_bytes: called for each block sent, and with a negative number for those that a failed try sent in vain.
    :raises RegistryError: the retries are used up, or the reason is final.
    """

    uploads = destination.uploads

    def start(mount_from: Optional[str] = None, sent: Optional[Connection] = None) -> Optional[Target]:
        unread = [sent]
        return retrier.run(
            lambda: uploads.start(destination_repository, blob.digest, mount_from, unread.pop() if unread else None)
        )

    def unit() -> str:
        upload: Optional[Target] = None
        if mount_from:
            try:
                upload = start(mount_from)
                if upload is None:
                    return MOUNTED
            except TransportError as error:
                # Whatever blocks mount requests may let the bytes pass.
                retrier.note(error)
        reader = make_reader(source, source_repository, blob, retrier)
        # Both registries are asked at once: over a WAN, each round trip counts.
        sent = None if upload else uploads.start_ahead(destination_repository, blob.digest)
        try:
            try:
                reader.open()
            except BaseException:
                if sent is not None:
                    sent.close()
                raise
            upload = upload or start(sent=sent)
            if upload is None:
                return MOUNTED
            BlobSender(destination, destination_repository, blob, reader, retrier, on_bytes).send(upload)
        finally:
            reader.close()
        return UPLOADED

    return retrier.run(unit)
